"""The command `workbench memory`: what is remembered, as a table, as TMX, or no longer."""

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Show, export and delete what is remembered: sentences that you kept, and decisions.",
    invoke_without_command=True,
)
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
