"""What `workbench trial` does: plant errors, let the checks look, say how many they saw."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from workbench.checks.trial import (
    DIRECTIONS,
    FAMILIES,
    LANGUAGES,
    Direction,
    Rate,
    Trial,
    read_sentences,
    run_trial,
)
from workbench.errors import UsageError
from workbench.job import write


@dataclass(frozen=True, slots=True)
class TrialCommand:
    """What the user asked for.

    files: .jsonl, .tsv or .tmx with right translations; plant: errors to plant, 0 for none;
    source, target: one side of the directions, "" for all. json, misses: files to write ("-":
    standard output, in place of the tables); misses has a line per error that was not caught and
    per doubt about an untouched pair.
    """

    files: tuple[str, ...]
    plant: int = 1000
    seed: int = 1
    source: str = ""
    target: str = ""
    json: str = ""
    misses: str = ""
    quiet: bool = False


def run(command: TrialCommand) -> int:
    """Do what the command says and return the exit code, 0.

    Raises UsageError: no such direction. InputError: a file cannot be read or has no pairs.
    """
    samples = read_sentences([Path(file) for file in command.files], _directions(command))
    console = Console(stderr=True, quiet=command.quiet)
    parts = (BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
    hidden = command.quiet or not console.is_terminal
    name = TextColumn("{task.description}")
    with Progress(name, *parts, console=console, transient=True, disable=hidden) as bar:
        tasks = {what: bar.add_task(what, total=None) for what in ("untouched", "planted")}

        def report(what: str, done: int, total: int) -> None:
            bar.update(tasks[what], completed=done, total=total)

        trial = run_trial(samples, command.plant, command.seed, report)
    if command.json:
        write(command.json, json.dumps(to_json(trial), ensure_ascii=False, indent=1) + "\n")
    if command.misses:
        write(command.misses, to_misses(trial))
    if "-" not in (command.json, command.misses):
        show(trial, Console(quiet=command.quiet))
    return 0


def show(trial: Trial, console: Console) -> None:
    """Print how many errors were caught and how many right translations were doubted."""
    if trial.planted:
        table = Table("planted", "caught", "share", "95 %", "by any check", box=SIMPLE_HEAD)
        for sort in FAMILIES:
            whole, by_any = trial.caught(sort), trial.caught_at_all(sort)
            table.add_row(sort, *_cells(whole), _percent(by_any))
        console.print(table)
    table = Table("doubts about the untouched", "pairs", "share", "95 %", box=SIMPLE_HEAD)
    for title, checks in _groups(trial):
        table.add_row(title, *_cells(trial.alarmed(checks)))
    console.print(table)
    rest = dict(_groups(trial))["all but numbers"]
    caption = "numbers? and others?: doubts about untouched pairs"
    titles = ("direction", *FAMILIES, "numbers?", "others?")
    table = Table(*titles, box=SIMPLE_HEAD, pad_edge=False, caption=caption)
    for direction in trial.untouched:
        caught = [_percent(trial.caught(sort, direction)) for sort in FAMILIES]
        alarms = [_percent(trial.alarmed(checks, direction)) for checks in (["numbers"], rest)]
        table.add_row("-".join(direction), *caught, *alarms)
    console.print(table)


def to_json(trial: Trial) -> dict[str, Any]:
    """Return every figure of a trial: counts, wholes, shares and intervals."""
    directions = list(trial.untouched)
    return {
        "seed": trial.seed,
        "untouched": {"-".join(d): count for d, count in trial.untouched.items()},
        "planted": {
            sort: {
                "all": _figures(trial.caught(sort)),
                "by_any_check": _figures(trial.caught_at_all(sort)),
                **{"-".join(d): _figures(trial.caught(sort, d)) for d in directions},
            }
            for sort in FAMILIES
        },
        "alarms": {
            title: {
                "all": _figures(trial.alarmed(checks)),
                **{"-".join(d): _figures(trial.alarmed(checks, d)) for d in directions},
            }
            for title, checks in _groups(trial)
        },
    }


def to_misses(trial: Trial) -> str:
    """Return a table (TSV) of what a reader should look at: errors missed, and false alarms."""
    rows = [("what", "sort or check", "direction", "source", "right", "planted or message")]
    for error in trial.planted:
        if not error.caught:
            direction = "-".join(error.sample.direction)
            said = f" [{', '.join(error.checks)}]" if error.checks else ""
            words = (error.sample.source, error.sample.target, error.text + said)
            rows.append(("missed", error.sort, direction, *words))
    for alarm in trial.alarms:
        words = (alarm.sample.source, alarm.sample.target, alarm.message)
        rows.append(("alarm", alarm.check, "-".join(alarm.sample.direction), *words))
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _directions(command: TrialCommand) -> Sequence[Direction]:
    chosen = [
        direction
        for direction in DIRECTIONS
        if command.source in ("", direction[0]) and command.target in ("", direction[1])
    ]
    if not chosen:
        raise UsageError(
            f"The checks cannot be tried from {command.source or 'any'} to "
            f"{command.target or 'any'}: choose two of {', '.join(LANGUAGES)}."
        )
    return chosen


def _groups(trial: Trial) -> list[tuple[str, list[str]]]:
    """Return each check that raised a doubt, most first, then all but numbers, then all."""
    counts = Counter(alarm.check for alarm in trial.alarms)
    checks = [check for check, _ in counts.most_common()]
    rest = [check for check in checks if check != "numbers"]
    return [*((check, [check]) for check in checks), ("all but numbers", rest), ("all", checks)]


def _figures(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {
        "count": rate.count,
        "of": rate.whole,
        "share": round(rate.share, 5),
        "interval": [round(low, 5), round(high, 5)],
    }


def _cells(rate: Rate) -> tuple[str, str, str]:
    low, high = rate.interval
    return f"{rate.count}/{rate.whole}", _percent(rate), f"{low:.2%} to {high:.2%}"


def _percent(rate: Rate) -> str:
    return f"{rate.share:.2%}" if rate.whole else "–"
