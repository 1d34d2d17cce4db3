"""A result in the terminal: bullets on top, then the columns side by side, then the doubts."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from workbench.types import Result
from workbench.view import payload

LISTED = 12
_COLOUR = {"critical": "bold red", "major": "yellow", "minor": "dim"}


def show(result: Result, console: Console) -> None:
    """Print a result; on a narrow terminal the columns of a row stand under each other."""
    view = payload(result)
    console.print(_bullets(view) if view["bullets"] else Text(view["refusal"], style="italic"))
    console.print(_aligned(view))
    for finding in view["findings"][:LISTED]:
        column = view["columns"][finding["column"]]
        line = Text(f"{finding['severity']:>8} ", style=_COLOUR[finding["severity"]])
        line.append(f"{finding['segment']} {column['native']}: {finding['message']}", style="")
        console.print(line)
    console.print(_count(len(view["findings"])), style="bold")


def _count(doubts: int) -> str:
    if doubts <= 1:
        return ("No doubts found.", "1 doubt: look there first.")[doubts]
    if doubts <= LISTED:
        return f"{doubts} doubts, the gravest first."
    return f"The {LISTED} gravest of {doubts} doubts; an output file (--output) has them all."


def _bullets(view: dict[str, Any]) -> Table:
    table = _table(view, "•")
    for bullet in view["bullets"]:
        table.add_row(",".join(bullet["segments"]), *(escape(t) for t in bullet["texts"]))
    return table


def _aligned(view: dict[str, Any]) -> Table:
    doubtful = {(f["segment"], f["column"]): f["severity"] for f in reversed(view["findings"])}
    table = _table(view, "")
    paragraph = 0
    for row in view["rows"]:
        if row["paragraph"] != paragraph:
            table.add_section()
            paragraph = row["paragraph"]
        cells = [
            Text(f"{prefix} {cell or ''}".strip(), style=_style(row, doubtful.get((row["id"], i))))
            for i, (prefix, cell) in enumerate(zip(row["prefix"], row["cells"], strict=True))
        ]
        table.add_row(row["id"], *cells)
    return table


def _style(row: dict[str, Any], severity: str | None) -> str:
    if severity:
        return _COLOUR[severity]
    return "bold" if row["kind"] == "heading" else ""


def _table(view: dict[str, Any], corner: str) -> Table:
    table = Table(expand=True, show_lines=False, header_style="bold cyan")
    table.add_column(corner, style="dim", no_wrap=True)
    for column in view["columns"]:
        table.add_column(column["native"], ratio=1, overflow="fold")
    return table
