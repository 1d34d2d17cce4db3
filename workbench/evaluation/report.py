"""A comparison as a table for the terminal, as JSON and as Markdown, with how it was made.

To add a column, add it to `_columns`.
"""

import datetime
import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from workbench.evaluation.metrics import LOWER_IS_BETTER, TITLES, Score, Scores
from workbench.evaluation.systems import Cost, Failure, Run
from workbench.evaluation.testset import Lines

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """One system: what it made and how that scored."""

    run: Run
    scores: Scores


@dataclass(frozen=True, slots=True)
class Report:
    """A comparison. Rows and failures are in the order asked for.

    texts: the source file, None where no model ran. baseline "": no test was made; resamples 0:
    there are no intervals either. made: what `environment` says.
    """

    rows: tuple[Row, ...]
    failures: tuple[Failure, ...]
    source: str
    target: str
    references: tuple[Lines, ...]
    texts: Lines | None
    baseline: str
    resamples: int
    seed: int
    made: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of figures; value None is an absent one. lower: the lowest is the best."""

    title: str
    form: str
    value: Callable[[Row], float | None]
    lower: bool
    mark: Callable[[Row], str] = lambda row: ""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    best: bool


def environment() -> dict[str, str | int]:
    """Return when and where figures are made: UTC date (ISO 8601), versions, platform, cores."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "workbench": version("translation-workbench"),
        "sacrebleu": version("sacrebleu"),
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "machine": platform.machine(),
        "cores": usable or 1,
    }


def show(report: Report, console: Console) -> None:
    """Print the table and its notes; failures are not in it."""
    columns = _columns(report)
    table = Table(header_style="bold cyan", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("system", overflow="fold")
    for column in columns:
        table.add_column(column.title, justify="right", no_wrap=True)
    for row, cells in zip(report.rows, _cells(report, columns), strict=True):
        figures = [Text(cell.text, style="bold" if cell.best else "") for cell in cells]
        table.add_row(Text(row.run.name), *figures)
    if report.rows:
        console.print(table)
    for note in _notes(report):
        # A signature is copied in one piece: the terminal may wrap it, rich must not.
        console.print(Text(note, style="dim"), soft_wrap="|" in note)


def to_json(report: Report) -> str:
    """Return everything, figures in full precision, as JSON."""
    files = {
        "references": [_file(lines) for lines in report.references],
        "source": _file(report.texts) if report.texts else None,
    }
    value = {
        "languages": {"source": report.source, "target": report.target},
        "test_set": files,
        "baseline": report.baseline,
        "resamples": report.resamples,
        "seed": report.seed,
        "made": dict(report.made),
        "systems": [_system(row) for row in report.rows],
        "failures": [asdict(failure) for failure in report.failures],
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_markdown(report: Report) -> str:
    """Return the table, the intervals with both p, and how everything was made, as Markdown."""
    columns = _columns(report)
    parts = [f"# Evaluation {report.source}→{report.target}"]
    if report.rows:
        head = ["system", *(column.title for column in columns)]
        body = [
            [row.run.name, *(f"**{c.text.strip()}**" if c.best else c.text for c in found)]
            for row, found in zip(report.rows, _cells(report, columns), strict=True)
        ]
        parts.append(_markdown_table(head, body))
    if report.rows and report.resamples:
        parts.append(_markdown_table(*tests_table({r.run.name: r.scores for r in report.rows})))
    if report.failures:
        parts.append(
            "\n".join(f"- not done: {_plain(f.name)}: {_plain(f.reason)}" for f in report.failures)
        )
    parts.append("\n".join(f"- {_plain(note)}" for note in _notes(report)))
    return "\n\n".join(parts) + "\n"


def _columns(report: Report) -> list[_Column]:
    names = list(report.rows[0].scores) if report.rows else []
    columns = [_score_column(name, report) for name in names]
    if any(row.run.cost for row in report.rows):
        columns += [
            _cost_column("seg/s", "{:.1f}", lambda cost: cost.segments_per_second, lower=False),
            _cost_column("MB", "{:.0f}", lambda cost: cost.peak_mb, lower=True),
            _cost_column("start s", "{:.1f}", lambda cost: cost.cold_start, lower=True),
        ]
    return columns


def _score_column(name: str, report: Report) -> _Column:
    lower = name in LOWER_IS_BETTER
    base = [row.scores[name] for row in report.rows if row.run.name == report.baseline]
    return _Column(
        f"{TITLES[name]} {'↓' if lower else '↑'}",
        "{:.1f}",
        lambda row: row.scores[name].value,
        lower,
        lambda row: mark(row.scores[name], base[0], lower=lower) if base else "",
    )


def mark(score: Score, base: Score, *, lower: bool) -> str:
    """Return how a score stands to the baseline's; the baseline itself has a blank.

    lower: the lower score is the better one.
    """
    found = [p for p in (score.p_bootstrap, score.p_randomisation) if p is not None]
    sure = sum(p < SIGNIFICANT for p in found)
    if not found:
        return "  "
    if not sure:
        return " ≈"
    better = (score.value < base.value) == lower
    both, one = ("▲", "△") if better else ("▼", "▽")
    return f" {both if sure == 2 else one}"


def _cost_column(title: str, form: str, figure: Callable[[Cost], float], *, lower: bool) -> _Column:
    return _Column(title, form, lambda row: figure(row.run.cost) if row.run.cost else None, lower)


def _cells(report: Report, columns: Sequence[_Column]) -> list[list[_Cell]]:
    """Return the figures of each row; what looks like the best of its column is marked as such."""
    by_column = [_column_cells(column, report.rows) for column in columns]
    return [[cells[i] for cells in by_column] for i in range(len(report.rows))]


def _column_cells(column: _Column, rows: Sequence[Row]) -> list[_Cell]:
    values = [column.value(row) for row in rows]
    present = [value for value in values if value is not None]
    shown = ["–" if value is None else column.form.format(value) for value in values]
    end = (min if column.lower else max)(present, default=0.0)
    best = column.form.format(end) if len(present) > 1 else ""
    return [
        _Cell(text + column.mark(row), text == best) for text, row in zip(shown, rows, strict=True)
    ]


def tests_table(scores: Mapping[str, Scores]) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of the table of scores, intervals and p."""
    head = ["system", "metric", "score", "95 % interval", "p bootstrap", "p randomisation"]
    rows = [
        [
            system,
            TITLES[name],
            f"{score.value:.2f}",
            "–" if score.mean is None else f"{score.mean:.2f} ± {score.interval:.2f}",
            _p(score.p_bootstrap),
            _p(score.p_randomisation),
        ]
        for system, found in scores.items()
        for name, score in found.items()
    ]
    return head, rows


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _notes(report: Report) -> list[str]:
    """Return how the figures were made, a line each."""
    files = [f"reference {_named(lines)}" for lines in report.references]
    files += [f"source {_named(report.texts)}"] if report.texts else []
    notes = [f"Test set {report.source}→{report.target}: {'; '.join(files)}."]
    if report.rows:
        scores = {row.run.name: row.scores for row in report.rows}
        notes += score_notes(scores, report.baseline, report.resamples, report.seed)
    notes += _system_notes(report)
    return [*notes, made_note(report.made)]


def made_note(made: Mapping[str, str | int]) -> str:
    """Return in a sentence what `environment` says."""
    return (
        f"Made {made['date']} by workbench {made['workbench']} with sacreBLEU {made['sacrebleu']} "
        f"and Python {made['python']} on {made['platform']}, {made['machine']}, "
        f"{made['cores']} cores."
    )


def interval(score: Score) -> tuple[float | None, float | None]:
    """Return the ends of what 95 % of the resamples cover, None where none were drawn."""
    if score.mean is None or score.interval is None:
        return None, None
    # No score is below 0, whatever a symmetric interval says.
    return max(0.0, score.mean - score.interval), score.mean + score.interval


def score_notes(
    scores: Mapping[str, Scores], baseline: str, resamples: int, seed: int
) -> list[str]:
    """Return how scores of systems were made: a signature per metric, intervals and tests."""
    first = next(iter(scores.values()), {})
    signatures = [f"{TITLES[name]}: {score.signature}" for name, score in first.items()]
    return [*signatures, _test_note(baseline, resamples, seed, done=baseline in scores)]


def _test_note(baseline: str, resamples: int, seed: int, *, done: bool) -> str:
    if not resamples:
        return "No intervals and no tests: resamples were set to 0."
    drawn = f"{resamples} draws, seed {seed}"
    if not done:
        reason = "the baseline was not done" if baseline else "no baseline was named"
        return f"Intervals: bootstrap, {drawn}. No tests: {reason}."
    return (
        f"Against {baseline}: ▲ better, ▼ worse with p < {SIGNIFICANT} by paired bootstrap "
        f"and by approximate randomisation; △ ▽ by one of them only; ≈ by neither "
        f"({drawn} each)."
    )


def _system_notes(report: Report) -> list[str]:
    notes = []
    if any(row.run.cost for row in report.rows):
        notes.append(
            "Each model ran alone in a new process. seg/s: segments a second, loading excluded, "
            "blank lines not counted. MB: most resident memory of the process, in 10^6 bytes. "
            "start s: from the start of the process to the first hypothesis."
        )
    for row in report.rows:
        notes += [f"{row.run.name}: {row.run.signature}"] if row.run.signature else []
        notes += [f"{row.run.name}: {note}." for note in row.run.notes]
    return notes


def _named(lines: Lines) -> str:
    return f"{lines.name} ({len(lines.texts)} lines, sha256 {lines.sha256[:16]}…)"


def _file(lines: Lines) -> dict[str, str | int]:
    return {"name": lines.name, "sha256": lines.sha256, "lines": len(lines.texts)}


def _system(row: Row) -> dict[str, object]:
    run = row.run
    return {
        "name": run.name,
        "kind": "model" if run.cost else "output",
        "scores": {name: {"metric": TITLES[name], **asdict(s)} for name, s in row.scores.items()},
        "cost": asdict(run.cost) if run.cost else None,
        "signature": run.signature,
        "failed": run.failed,
        "notes": list(run.notes),
    }


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    """Return a text that stays in its cell of a Markdown table."""
    return _plain(text.strip()).replace("|", "\\|")


def _plain(text: str) -> str:
    """Return a text that stays in its line of Markdown and is not read as HTML."""
    return " ".join(text.split("\n")).replace("<", "&lt;")
