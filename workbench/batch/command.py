"""What `workbench batch` does: find the files, make or take up the job, show how far it is."""

import datetime
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from workbench.batch import estimate, running
from workbench.batch.inputs import find
from workbench.batch.store import Store
from workbench.batch.values import FileRow, JobRow, Source, Spec
from workbench.errors import InputError, UnknownNameError, UsageError
from workbench.formats import FORMATS as DOCUMENTS
from workbench.formats import Reading
from workbench.formats.process import Reader
from workbench.languages import get_language
from workbench.manifest import file_hash
from workbench.naming import shown
from workbench.pipeline import Options
from workbench.reading import check_encoding
from workbench.render import FORMATS
from workbench.writing import prepare

_SHOWN = 8
_PARTLY, _SIGINT, _SIGTERM = 3, 130, 143


@dataclass(frozen=True, slots=True)
class BatchCommand:
    """What the command line says.

    resume goes on with the job of the folder, fresh begins anew; changed lets a resumed job take
    in what differs of its files, retry tries again what failed. jobs is how many engines run.
    ray is the address of a cluster, "" for none.
    """

    inputs: tuple[str, ...]
    out: str
    targets: tuple[str, ...]
    source: str = ""
    glob: str = ""
    options: Options = Options(summary=0)  # noqa: RUF009
    reading: Reading = Reading()  # noqa: RUF009
    beside: tuple[str, ...] = ()
    checks: bool = True
    jobs: int = 1
    resume: bool = False
    fresh: bool = False
    changed: bool = False
    retry: bool = False
    dry_run: bool = False
    as_json: bool = False
    ray: str = ""
    quiet: bool = False

    def spec(self) -> Spec:
        """Return what the job is asked to do.

        Raises UsageError: an unknown language, export, encoding or format of PDF, or no target.
        """
        check_encoding(self.reading.encoding)
        if not self.targets:
            raise UsageError("No target language: add --to en,ko.")
        for name in self.beside:
            if name not in FORMATS:
                raise UnknownNameError("export", name, FORMATS)
        if self.reading.output and self.reading.output not in DOCUMENTS["pdf"].outputs:
            raise UnknownNameError("format for PDF", self.reading.output, DOCUMENTS["pdf"].outputs)
        return Spec(
            tuple(str(Path(path).absolute()) for path in self.inputs),
            # One folder is one job, by whatever way it is named.
            os.path.realpath(self.out),
            tuple(dict.fromkeys(get_language(code).code for code in self.targets)),
            get_language(self.source).code if self.source else "",
            self.options,
            self.reading,
            self.glob,
            self.beside,
            self.checks,
        )


def run(command: BatchCommand) -> int:
    """Translate files and folders, and return the exit code.

    0 done, 3 some files or sentences are not translated, 4 none could be read.
    Raises UsageError: the folder has a job already, and nothing says what is to become of it; or
    another process runs it. InputError: there is nothing to translate, or no place for
    it. ModelError, EngineError.
    """
    spec = command.spec()
    if command.resume and command.fresh:
        raise UsageError("--resume goes on with a job and --fresh forgets it: give one of them.")
    sources = find([Path(path) for path in spec.inputs], spec.glob, Path(spec.out))
    if not any(source.format for source in sources):
        raise InputError(_nothing(sources))
    console = Console(stderr=True, quiet=command.quiet, highlight=False)
    if command.dry_run:
        return _estimate(command, spec, sources)
    prepare(Path(spec.out))
    with Store() as store:
        id = _job(store, spec, sources, command)
        readable = sum(bool(source.format) for source in sources)
        console.print(f"Job {id}: {readable} files into {', '.join(spec.targets)}.")
        return carry_out(store, id, console, size=command.jobs, ray=command.ray)


def carry_out(store: Store, id: str, console: Console, *, size: int = 1, ray: str = "") -> int:
    """Run a job with a progress bar, say what became of it, and return the exit code.

    130 or 143 where it was interrupted or told to end. Raises what `running.run` raises.
    """
    try:
        with _bar(console) as report, _terminable():
            job = running.run(store, id, _pool(store, id, ray), size=size, report=report)
    except KeyboardInterrupt as stop:
        print(f"workbench: interrupted. Go on: workbench jobs resume {id}", file=sys.stderr)
        return _SIGTERM if isinstance(stop, _Terminated) else _SIGINT
    return _say(job, store.files(id), console)


def _estimate(command: BatchCommand, spec: Spec, sources: Sequence[Source]) -> int:
    """Print what the job would take, and return the exit code."""
    with Reader() as reader:
        found = estimate.estimate(reader, spec, sources, command.jobs)
    if command.as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=1))
    else:
        estimate.show(found, Console())
    return _PARTLY if any(file.reason for file in found.files) else 0


class _Terminated(KeyboardInterrupt):
    """The process was told to end."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the work as an interruption does: in order."""

    def end(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _bar(console: Console) -> Iterator[running.Report]:
    """Yield what shows how far a job is: files, segments, speed, time left, and where it is."""
    if console.quiet or not console.is_terminal:
        yield lambda progress: None
        return
    columns = (
        TextColumn("{task.fields[files]}"),
        BarColumn(),
        TextColumn("{task.fields[texts]}"),
        TextColumn("{task.fields[left]}"),
        TextColumn("[dim]{task.fields[name]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, files="reading …", texts="", left="", name="")
        yield lambda progress: _show(bar, task, progress)


def _show(bar: Progress, task: TaskID, now: running.Progress) -> None:
    seconds = datetime.timedelta(seconds=round(now.left))
    bar.update(
        task,
        total=now.texts_total or None,
        completed=now.texts,
        files=f"{now.files}/{now.files_total} files",
        texts=f"{now.texts:,}/{now.texts_total:,} segments · {now.rate:,.0f}/s",
        left=f"{seconds} left" if now.left >= 0 else "",
        name=escape(shown(now.name)),
    )


def _pool(store: Store, id: str, ray: str) -> running.Pool | None:
    """Return the engines of a cluster, None for those of this machine."""
    if not ray:
        return None
    from workbench.batch.cluster import RayPool

    spec = store.job(id).spec
    return RayPool(spec.options, spec.load, ray)


def _job(store: Store, spec: Spec, sources: Sequence[Source], command: BatchCommand) -> str:
    """Return the id of the job to run: a new one, or the one that this folder has.

    Raises UsageError: there is one, and the command does not say what is to become of it, or it
    was begun with something else.
    """
    before = store.find(spec.out)
    if before is None or command.fresh:
        if before is not None:
            store.remove(before.id)
        return store.create(spec, sources)
    if not command.resume:
        raise UsageError(
            f"{spec.out} is the folder of job {before.id}, {before.state}, {before.done:,} "
            "segments done. Add --resume to go on with it, or --fresh to begin anew."
        )
    _hold_settings(before, spec)
    changes = list(_changes(store.files(before.id), sources))
    if changes and not command.changed:
        raise UsageError(
            f"Since job {before.id} was begun: {_listed(changes)}. Add --changed to take that in "
            "(what is the same is not translated again), or --fresh to begin anew."
        )
    if changes:
        store.replace_files(before.id, sources)
    if command.retry:
        store.forget_failed(before.id)
    return before.id


def _hold_settings(job: JobRow, spec: Spec) -> None:
    old, new = _leaves(asdict(job.spec)), _leaves(asdict(spec))
    differing = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    if differing:
        told = "; ".join(
            f"{name}: {old.get(name, 'none')} before, {new.get(name, 'none')} now"
            for name in differing
        )
        raise UsageError(
            f"Job {job.id} was begun with other settings ({told}). Give the same ones to go on, or "
            "--fresh to begin anew."
        )


def _leaves(settings: Mapping[str, Any], within: str = "") -> dict[str, str]:
    """Return settings by name as people write them; what is in a job is no setting of it."""
    leaves: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            leaves |= _leaves(value, f"{name}.")
        elif name not in ("inputs", "glob"):
            values = value if isinstance(value, list | tuple) else (value,)
            leaves[within + name] = ", ".join(map(str, values)) or "none"
    return leaves


def _changes(rows: Sequence[FileRow], sources: Sequence[Source]) -> Iterator[str]:
    """Yield a line per file that is new, gone, or not what it was."""
    before = {row.source.path: row for row in rows}
    for source in sources:
        row = before.pop(source.path, None)
        if row is None:
            yield f"{shown(source.name)} is new"
        elif row.sha256 and source.format and file_hash(Path(source.path)) != row.sha256:
            yield f"{shown(source.name)} was changed"
    yield from (f"{shown(row.source.name)} is gone" for row in before.values())


def _listed(lines: Sequence[str]) -> str:
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return "; ".join(lines[:_SHOWN]) + more


def _nothing(sources: Sequence[Source]) -> str:
    if not sources:
        return "There are no files here that could be translated."
    lines = [_named(source.name, source.reason) for source in sources]
    return f"None of the files can be translated. {_listed(lines)}"


def _named(name: str, reason: str) -> str:
    """Return what is to be said of a file, with its name once."""
    bare = reason.removeprefix(f"{shown(Path(name).name)}: ")
    return f"{shown(name)}: {shown(bare)}"


def _say(job: JobRow, files: Sequence[FileRow], console: Console) -> int:
    """Say what became of every file that is not done, and where the report is."""
    for row in files:
        if row.state in ("refused", "failed", "partly", "skipped"):
            reason = row.reason or "; ".join(row.remarks) or f"{row.account.failed} not translated"
            told = "skipped" if row.state == "skipped" else f"workbench: {row.state}"
            print(f"{told}: {_named(row.source.name, reason)}", file=sys.stderr)
    warned = (line for row in files for line in row.manifest.get("warnings", ()))
    for line in dict.fromkeys(warned):
        console.print(f"Take care: {line}", markup=False)
    states = ", ".join(f"{count} {state}" for state, count in job.files.items() if count)
    console.print(f"Job {job.id} is {job.state}: {states}. {Path(job.spec.out, 'report.html')}")
    if job.state in ("cancelled", "interrupted"):
        print(f"workbench: {job.state}. Go on: workbench jobs resume {job.id}", file=sys.stderr)
        return _SIGINT
    if all(row.state in ("refused", "skipped") for row in files):
        return InputError.exit_code
    return 0 if job.state == "done" else _PARTLY
