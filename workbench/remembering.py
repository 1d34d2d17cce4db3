"""The command `workbench memory`: what is remembered, as a table, from and to TMX, or no longer."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

if TYPE_CHECKING:
    from workbench.memory import Unit
    from workbench.training.corpus import Pair
    from workbench.types import Origin

app = typer.Typer(
    help="Show, import, export, copy and delete what is remembered: sentences and decisions.",
    invoke_without_command=True,
)
_ORIGINS = ("human", "mt", "output")
_From = Annotated[str, typer.Option("--from", metavar="LANG", help="Source language.")]
_To = Annotated[str, typer.Option("--to", "-t", metavar="LANG", help="Target language.")]


@app.callback()
def show(context: typer.Context) -> None:
    """Count what is remembered, and say in which file.

    workbench memory export kept.tmx --from ja --to en
    """
    if context.invoked_subcommand is not None:
        return
    from rich.console import Console
    from rich.table import Table

    from workbench.memory import Memory

    memory, console = Memory(), Console()
    pairs = Counter((unit.source_language, unit.target_language) for unit in memory.units())
    table = Table("remembered", "number", header_style="bold cyan")
    for (source, target), count in sorted(pairs.items()):
        table.add_row(f"sentences kept {source}→{target}", str(count))
    for check, decisions in memory.tally().items():
        told = ", ".join(f"{count} {decision}" for decision, count in decisions.items())
        table.add_row(f"doubts decided: {check}", told)
    console.print(table if table.rows else "Nothing is remembered yet.")
    console.print(f"Kept in {memory.path}", highlight=False, soft_wrap=True)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.tmx", help="The file to write.")],
    source: _From,
    target: _To,
) -> None:
    """Write the sentences kept of one pair of languages as a TMX file."""
    from workbench.errors import InputError
    from workbench.formats.tmx import Unit, write_units
    from workbench.languages import get_language
    from workbench.memory import Memory

    pair = get_language(source).code, get_language(target).code
    kept = Memory().units(*pair)
    if not kept:
        raise InputError(f"No sentence {'→'.join(pair)} has been kept yet.")
    units = (
        Unit(number, "", dict(zip(pair, (one.source, one.target), strict=True)))
        for number, one in enumerate(kept, 1)
    )
    typer.echo(f"Wrote {write_units(units, file, pair[0])} sentences to {file}", err=True)


@app.command("import")
def bring(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tmx, .tsv or .jsonl file.")],
    source: _From = "",
    target: _To = "",
    origin: Annotated[
        str,
        typer.Option(
            metavar="human|mt|output", help="Who wrote the translations; output: nobody said."
        ),
    ] = "output",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False,
) -> None:
    """Add the sentences of a translation memory or a table: all of them, or none if it fails.

    Importing the same file again adds nothing. What is passed over is counted, with why.

    workbench memory import client.tmx --from ja --to en --origin human

    The columns of a .tsv are named by a first line of language codes, by the file's name
    (news.ja-en.tsv), or by --from and --to.
    """
    from workbench.memory import Memory
    from workbench.training.corpus import read_pairs

    made = _made_by(origin)
    pairs = read_pairs(file, _pair(source, target))
    with _counting(file.name, quiet=quiet) as count:
        taken = Memory().take(map(count, (_unit(pair, made) for pair in pairs)))
    typer.echo(f"Added {taken.new} of {pairs.report.read} sentences of {file}.")
    passed = {"there already": taken.there, "without words": taken.empty, **pairs.report.refused}
    for why, number in passed.items():
        if number:
            first = pairs.report.first.get(why)
            typer.echo(f"Passed over {number}: {why}{f' (first: {first})' if first else ''}.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to write.")],
) -> None:
    """Copy all that is remembered into one file, while the page may be in use.

    To go back to it: move memory.sqlite away, with its -wal and -shm, and give the copy its name.
    """
    from workbench.memory import Memory

    memory = Memory()
    memory.backup(file)
    typer.echo(f"Copied {memory.path} to {file}.")


@app.command()
def forget(
    source: _From = "",
    target: _To = "",
    choices: Annotated[
        bool, typer.Option("--choices", help="Also votes, picks and edits of comparisons.")
    ] = False,
    sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete sentences that were kept, of one pair or of all; there is no way back."""
    from workbench.errors import UsageError
    from workbench.languages import get_language
    from workbench.memory import Memory

    pair = [get_language(code).code if code else "" for code in (source, target)]
    told = "→".join(code or "any" for code in pair)
    asked = sys.stdin.isatty() and not sure
    if not sure and not (asked and typer.confirm(f"Delete what was kept {told}?")):
        raise UsageError("Nothing was deleted. With --yes no question is asked.")
    memory = Memory()
    typer.echo(f"Deleted {memory.forget(*pair)} sentences.")
    if choices:
        typer.echo(f"Deleted {memory.forget_choices()} votes, picks and edits.")


def _pair(source: str, target: str) -> tuple[str, str] | None:
    """Return the pair asked for, or None for every pair. Raises UsageError: half of one."""
    from workbench.errors import UsageError

    if bool(source) != bool(target):
        raise UsageError("Give both --from and --to, or neither for every pair of the file.")
    return (source, target) if source else None


def _unit(pair: "Pair", origin: "Origin") -> "Unit":
    from workbench.memory import Unit

    return Unit(*pair.languages, pair.source, pair.target, origin, pair.origin)


def _made_by(origin: str) -> "Origin":
    from workbench.errors import UnknownNameError

    if origin not in _ORIGINS:
        raise UnknownNameError("origin of translations", origin, _ORIGINS)
    return cast("Origin", origin)


@contextmanager
def _counting(name: str, *, quiet: bool) -> Iterator[Callable[["Unit"], "Unit"]]:
    """Show how many sentences have been read; the yielded function passes them on."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, quiet=quiet)
    parts = (TextColumn(f"Reading {name}"), BarColumn(), TextColumn("{task.completed:,.0f}"))
    hidden = quiet or not console.is_terminal
    with Progress(
        *parts, TimeElapsedColumn(), console=console, transient=True, disable=hidden
    ) as bar:
        task = bar.add_task(name, total=None)

        def count(unit: "Unit") -> "Unit":
            bar.advance(task)
            return unit

        yield count
