"""The command `workbench jobs`: batch jobs as a table, one in full, gone on with, stopped, deleted.

To add one, write a function under @app; what it says of a job is taken from the store alone.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.naming import shown

if TYPE_CHECKING:
    from rich.table import Table

    from workbench.batch.store import Store
    from workbench.batch.values import FileRow, JobRow

app = typer.Typer(
    help="List batch jobs; go on with one, stop one, or delete what is kept of it.\n\n"
    "A job is told by its id, or by the first letters of it that no other has.",
    invoke_without_command=True,
)
_Id = Annotated[str, typer.Argument(metavar="ID", help="Its id, or how that begins.")]
_Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
_ENDED = ("done", "partly", "cancelled", "failed")
_COLOURS = {
    "done": "green",
    "running": "cyan",
    "working": "cyan",
    "partly": "yellow",
    "interrupted": "yellow",
    "failed": "red",
    "refused": "red",
}


@app.callback()
def list_jobs(context: typer.Context, as_json: _Json = False) -> None:
    """List the batch jobs, newest first: how far each is, and the folder it writes to.

    interrupted: its process has died or was stopped; what it had done is kept, and
    `workbench jobs resume ID` goes on from there.
    """
    if context.invoked_subcommand is not None:
        return
    with _store() as store:
        jobs = store.jobs()
    if as_json:
        _print_json([_plain(job) for job in jobs])
        return
    from rich.console import Console

    console = Console()
    console.print(_jobs_table(jobs) if jobs else "There are no batch jobs. workbench batch -h")
    if any(job.state in ("interrupted", "waiting") for job in jobs):
        console.print("Go on with one: workbench jobs resume ID", highlight=False)


@app.command()
def show(id: _Id, as_json: _Json = False) -> None:
    """Show a job in full: what was asked, and what became of each of its files.

    workbench jobs show k3
    """
    with _store() as store:
        job = store.job(id)
        files = store.files(job.id)
    if as_json:
        _print_json(_plain(job) | {"rows": [_plain(row) for row in files]})
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console()
    for name, value in _facts(job):
        console.print(f"[dim]{name:>9}[/dim]  {escape(value)}", highlight=False, soft_wrap=True)
    console.print(_files_table(files))


@app.command()
def resume(
    id: _Id,
    engines: Annotated[
        int, typer.Option("--jobs", "-j", min=1, max=64, help="Engines at work, each a process.")
    ] = 1,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what failed.")] = False,
    ray: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Translate on a Ray cluster; auto finds it.")
    ] = "",
    quiet: _Quiet = False,
) -> None:
    """Go on with a job that was interrupted, cancelled, or left sentences out.

    What was translated is not translated again, and the outputs are the same as without a break.

    Exit code 0: done. 3: done but for what is listed. 130: stopped again.
    """
    from rich.console import Console

    with _store() as store:
        job = store.job(id)
        from workbench.batch.command import carry_out

        if retry:
            store.forget_failed(job.id)
        console = Console(stderr=True, quiet=quiet, highlight=False)
        raise typer.Exit(carry_out(store, job.id, console, size=engines, ray=ray))


@app.command()
def cancel(id: _Id) -> None:
    """Stop a job, whatever process runs it; what it has done is kept, and it can be resumed."""
    with _store() as store:
        job = store.job(id)
        store.cancel(job.id)
    when = f"Process {job.pid} will stop job {job.id} after the texts it is at" if job.pid else ""
    typer.echo(f"{when or f'Job {job.id} is cancelled'}. Go on: workbench jobs resume {job.id}")


@app.command()
def remove(id: _Id, sure: _Sure = False) -> None:
    """Delete a job and all texts that are kept of it; the files that it wrote stay."""
    with _store() as store:
        job = store.job(id)
        _ask(f"Delete job {job.id} ({job.state}, {_counted(job)})?", sure=sure)
        store.remove(job.id)
    typer.echo(f"Removed job {job.id}. Its files stay in {job.spec.out}")


@app.command()
def clean(
    days: Annotated[int, typer.Option(min=0, help="That ended at least so many days ago.")] = 30,
    sure: _Sure = False,
) -> None:
    """Delete the jobs that have ended, with all texts that are kept of them; their files stay.

    Jobs that wait, run or were interrupted are left alone.
    """
    with _store() as store:
        old = [job for job in store.jobs() if job.state in _ENDED and _age(job) >= days]
        if old:
            ids = ", ".join(job.id for job in old)
            _ask(f"Delete {len(old)} jobs ({ids})?", sure=sure)
        for job in old:
            store.remove(job.id)
    typer.echo(f"Removed {len(old)} jobs that ended {days} or more days ago.")


def _store() -> "Store":
    from workbench.batch.store import Store

    return Store()


def _jobs_table(jobs: Sequence["JobRow"]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(header_style="bold cyan")
    for name, kept in (("id", True), ("state", True), ("files", True), ("texts", True)):
        table.add_column(name, no_wrap=kept)
    table.add_column("begun (UTC)")
    table.add_column("folder", overflow="fold")
    for job in jobs:
        begun = job.created[:16].replace("T", " ")
        cells = (job.id, _state(job.state), _files(job), _texts(job), begun)
        table.add_row(*cells, escape(shown(job.spec.out)))
    return table


def _files_table(files: Sequence["FileRow"]) -> "Table":
    from rich.markup import escape
    from rich.table import Table

    table = Table(header_style="bold cyan")
    table.add_column("", justify="right", style="dim")
    table.add_column("file", overflow="fold")
    table.add_column("state", no_wrap=True)
    for name in ("segments", "failed", "doubts"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("outputs, or why not", overflow="fold")
    for row in files:
        counts = (row.account.read, row.account.failed, sum(row.findings.values()))
        written = ", ".join(output.path for output in row.outputs)
        said = shown(written or row.reason or row.source.reason)
        table.add_row(
            str(row.number),
            escape(shown(row.source.name)),
            _state(row.state),
            *(f"{count:,}" if count else "" for count in counts),
            escape(said),
        )
    return table


def _facts(job: "JobRow") -> Iterator[tuple[str, str]]:
    """Yield what is to be said of a job: name and value."""
    spec = job.spec
    yield "job", f"{job.id}, {job.state}" + (f" (process {job.pid} on {job.host})" * bool(job.pid))
    if job.reason:
        yield "because", shown(job.reason)
    yield "from", shown(", ".join(spec.inputs))
    yield "to", f"{', '.join(spec.targets)} in {shown(spec.out)}"
    yield "done", _counted(job)
    yield "begun", f"{job.created}, last changed {job.changed}"
    yield from sorted(job.signature.items())
    if job.rate:
        yield "speed", f"{job.rate:.0f} texts a second in the last run"


def _counted(job: "JobRow") -> str:
    return f"{_files(job)} files, {_texts(job)} texts"


def _files(job: "JobRow") -> str:
    ended = sum(job.files.get(state, 0) for state in ("done", "partly"))
    return f"{ended}/{sum(job.files.values())}"


def _texts(job: "JobRow") -> str:
    return f"{job.done:,}/{job.total:,}" if job.total else f"{job.done:,}"


def _state(state: str) -> str:
    colour = _COLOURS.get(state, "")
    return f"[{colour}]{state}[/{colour}]" if colour else state


def _age(job: "JobRow") -> int:
    """Return how many whole days ago a job changed last."""
    import datetime

    changed = datetime.datetime.fromisoformat(job.changed)
    return (datetime.datetime.now(datetime.UTC) - changed).days


def _ask(question: str, *, sure: bool) -> None:
    """Go on only with a yes. Raises UsageError: there was none."""
    from workbench.errors import UsageError

    if not sure and not (sys.stdin.isatty() and typer.confirm(question)):
        raise UsageError("Nothing was deleted. With --yes no question is asked.")


def _plain(value: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(value)  # type: ignore[call-overload,no-any-return]


def _print_json(value: object) -> None:
    # In ASCII: a file's name may be no text, and the terminal of any encoding.
    print(json.dumps(value, indent=1))
