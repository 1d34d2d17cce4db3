"""The models of the catalogue in the terminal: the table, and downloads with their progress."""

import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from workbench import hub
from workbench.catalogue import get_model, load_catalogue, table_rows


def show_models(*, as_json: bool) -> None:
    """Print the catalogue as a table, or as JSON."""
    rows = table_rows(load_catalogue())
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    table = Table(header_style="bold cyan", expand=True)
    for column, ratio in (("name", 3), ("installed", 1), ("size", 1), ("licence", 2)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for column, ratio in (("languages", 3), ("note", 4)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for row in rows:
        licence = f"{row.licence} ({row.use})" if row.use else row.licence
        installed = "yes" if row.installed else ""
        cells = (row.name, installed, row.size, licence, row.languages, row.note)
        table.add_row(*(escape(cell) for cell in cells))
    console = Console()
    console.print(table)
    console.print("Get one: workbench models pull NAME. Use a folder: --model ./my-checkpoint.")


def pull_model(name: str, *, quiet: bool) -> None:
    """Download a model with a bar on stderr and say where it lies.

    Raises UnknownNameError, ModelError, DownloadError: nothing was installed.
    """
    model = get_model(name)
    console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
    parts = (BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(TextColumn("{task.description}"), *parts, console=console) as bar:
        tasks = {}

        def report(file: str, done: int, total: int) -> None:
            if file not in tasks:
                tasks[file] = bar.add_task(file, total=total)
            bar.update(tasks[file], completed=done)

        path = hub.pull(model, report)
    print(f"Installed {model.name} in {path} (licence: {model.licence}).")
