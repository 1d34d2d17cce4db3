"""The models in the terminal: the table, downloads with their progress, registered folders."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from workbench import hub, registry
from workbench.catalogue import get_model, load_catalogue, table_rows
from workbench.errors import UnknownNameError
from workbench.selftest import Verdict, known_verdicts


def show_models(*, as_json: bool) -> None:
    """Print the catalogue as a table, or as JSON, with what the self-test found."""
    catalogue = load_catalogue()
    rows = table_rows(catalogue)
    tried = {name: known_verdicts(model) for name, model in catalogue.items()}
    if as_json:
        value = [asdict(row) | {"self_test": _without_texts(tried[row.name])} for row in rows]
        print(json.dumps(value, ensure_ascii=False, indent=1))
        return
    table = Table(header_style="bold cyan", expand=True)
    for column, ratio in (("name", 3), ("installed, self-test", 2), ("size", 1)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for column, ratio in (("licence", 2), ("languages", 3), ("note", 4)):
        table.add_column(column, ratio=ratio, overflow="fold")
    for row in rows:
        licence = f"{row.licence} ({row.use})" if row.use else row.licence
        found = _found(tried[row.name], has_weights=catalogue[row.name].path is not None)
        installed = ", ".join(filter(None, ("yes", found))) if row.installed else ""
        cells = (row.name, installed, row.size, licence, row.languages, row.note)
        table.add_row(*(escape(cell) for cell in cells))
    console = Console()
    console.print(table)
    console.print(
        "Get one: workbench models pull NAME. Use a folder: --model ./my-checkpoint, "
        "or give it a name: workbench models add ./my-checkpoint."
    )


def _found(verdicts: Sequence[Verdict], *, has_weights: bool) -> str:
    """Return the verdicts by grade: "ok: ja→ko; weak: ja→en", or "not run"."""
    if not verdicts:
        return "not run" if has_weights else ""
    grades: dict[str, list[str]] = {}
    for verdict in verdicts:
        grades.setdefault(verdict.grade, []).append(verdict.direction.replace("-", "→"))
    return "; ".join(f"{grade}: {', '.join(each)}" for grade, each in grades.items())


def _without_texts(verdicts: Sequence[Verdict]) -> list[dict[str, object]]:
    rows = [asdict(verdict) for verdict in verdicts]
    return [{key: each for key, each in row.items() if key != "evidence"} for row in rows]


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


def add_model(folder: str, name: str = "") -> None:
    """Register a checkpoint folder under a name and say how to use it.

    Raises ModelError, UsageError: nothing was registered.
    """
    model = registry.add(folder, name)
    [row] = table_rows({model.name: model})
    use = f", {row.use}" if row.use else ""
    print(f"Registered {row.name} for {row.registered} ({row.languages}; {row.licence}{use}).")
    print(f"Use it: --model {row.name}, or on the page. The folder must stay where it is.")


def remove_model(name: str) -> None:
    """Delete a downloaded model, or forget a registered folder, and say which it was.

    Raises UnknownNameError, UsageError: there is no such model, or it is being downloaded.
    """
    folders = registry.registered()
    if name in folders:
        print(f"Forgot {name}. Its folder is yours and stays as it is: {registry.forget(name)}")
        return
    try:
        print(f"Removed {hub.remove(name)}.")
    except UnknownNameError as exc:
        downloads = [model.name for model in load_catalogue().values() if model.hub and model.path]
        known = [*folders, *downloads]
        raise UnknownNameError("downloaded or registered model", name, known) from exc
