"""A comparison as what leaves the house: one HTML file, JSON, CSV.

To add a format, write a function of a comparison and what a person chose, and its line in REPORTS.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from workbench import manifest
from workbench.compare import tables
from workbench.compare.judging import texts_of
from workbench.compare.values import Choices, Comparison, Output
from workbench.compare.view import NO_CHOICES, looks_first, payload
from workbench.compare.voting import ranking
from workbench.languages import get_language
from workbench.render import cell, page

# Of workbench/ui/static, in this order: the view of a comparison, here and on the page.
VIEW_SCRIPTS = (
    "parts.js",
    "work.js",
    "badges.js",
    "editing.js",
    "dock.js",
    "base.js",
    "diff.js",
    "pattern.js",
    "compare-text.js",
    "compare-filter.js",
    "compare-first.js",
    "compare-keys.js",
    "compare-panels.js",
    "compare-rows.js",
    "compare.js",
)
VIEW_STYLES = ("aligned.css", "panels.css", "compare.css")
# Of the plain table: a browser takes seconds to lay out more.
MOST_ROWS = 2000
_FIRST = 10


def to_html(comparison: Comparison, choices: Choices = NO_CHOICES) -> str:
    """Return one self-contained page: the view with its script, the figures, how they were made.

    Without scripts, and in print, there is a plain table of the rows, of at most MOST_ROWS: those
    where the systems part most, and it says so. The view's value has them all. Nothing is loaded
    from elsewhere.
    """
    names = [get_language(code).name for code in (comparison.document.language, comparison.target)]
    order = looks_first(comparison)[:MOST_ROWS]
    voted = tables.ranking(comparison, choices)
    return page(
        "report.html",
        payload(comparison, choices),
        (*VIEW_SCRIPTS, "compare-report.js"),
        (*VIEW_STYLES, "report.css"),
        title=f"{comparison.document.name}: {' to '.join(names)}",
        tables=[*([voted] if voted else []), *tables.tables(comparison)],
        notes=tables.notes(comparison),
        manifests=[(o.name, manifest.to_json(o.result.manifest)) for o in comparison.outputs],
        shown=sorted(order),
        first=order[:_FIRST] if comparison.judgement and len(comparison.outputs) > 1 else [],
    )


def to_json(comparison: Comparison, choices: Choices = NO_CHOICES) -> str:
    """Return everything, figures in full precision, by the field names of the values."""
    names, voted = tuple(o.name for o in comparison.outputs), bool(choices.votes)
    value = {
        "document": asdict(comparison.document),
        "target": comparison.target,
        "made": dict(comparison.made),
        "systems": [_system(output) for output in comparison.outputs],
        "failures": [
            {**asdict(f), "translations": list(map(asdict, comparison.stopped.get(f.name, ())))}
            for f in comparison.failures
        ],
        "references": [asdict(reference) for reference in comparison.references],
        "judgement": asdict(comparison.judgement) if comparison.judgement else None,
        "judged": asdict(comparison.judged) if comparison.judged else None,
        "choices": {
            "picks": dict(choices.picks),
            "edits": [
                {"segment_id": segment, "system": system, "text": text}
                for (segment, system), text in choices.edits.items()
            ],
            "votes": [asdict(vote) for vote in choices.votes],
            "ranking": [asdict(rank) for rank in ranking(choices.votes, names)] if voted else [],
        },
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _system(output: Output) -> dict[str, Any]:
    result = output.result
    return {
        "name": output.name,
        "kind": output.kind,
        "notes": list(output.notes),
        "cost": asdict(output.cost) if output.cost else None,
        "signature": result.columns[0].signature,
        "manifest": dict(result.manifest),
        "translations": [asdict(translation) for translation in result.columns[0].translations],
        "findings": [asdict(finding) for finding in result.findings],
        "ledger": [asdict(entry) for entry in result.ledger],
    }


def to_csv(comparison: Comparison, choices: Choices = NO_CHOICES) -> str:
    """Return a row per segment: source, references, what each system made of it, what was chosen.

    Per system: its text, the number of doubts, and its scores where there is a reference. Texts
    are in one line, and none that a spreadsheet would run as a formula. The file begins with the
    mark by which Excel knows UTF-8.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    view = payload(comparison, choices)
    own = [texts_of(output) for output in comparison.outputs]
    writer.writerow([cell(title) for title in _head(comparison)])
    for place, row in enumerate(view["rows"]):
        writer.writerow(_line(row, [texts[place] for texts in own], comparison, place))
    return "\ufeff" + out.getvalue()


def _head(comparison: Comparison) -> list[str]:
    metrics = list(comparison.judged.rows) if comparison.judged else []
    head = ["id", "label", comparison.document.language]
    head += [f"reference {reference.name}" for reference in comparison.references]
    for output in comparison.outputs:
        head += [output.name, *(f"{output.name} {what}" for what in ("doubts", *metrics))]
    return [*head, "disagreement", "consensus", "supporters", "pick", "translation"]


def _line(
    row: dict[str, Any], own: Sequence[str], comparison: Comparison, place: int
) -> Iterator[str]:
    """Yield the cells of a row in the order of _head."""
    names = [output.name for output in comparison.outputs]
    yield from (row["id"], cell(row["prefix"]), cell(row["source"]))
    yield from (cell(reference.texts[place]) for reference in comparison.references)
    for system, text in enumerate(own):
        yield cell(text)
        yield str(len(row["findings"][system]))
        for scores in (row["scores"] or {}).values():
            yield _figure(scores[system])
    yield _figure(row["disagreement"])
    yield cell(names[row["consensus"]]) if row["consensus"] is not None else ""
    yield cell(", ".join(names[system] for system in row["supporters"]))
    yield cell(names[row["pick"]]) if row["pick"] is not None else ""
    yield cell(row["cells"][row["pick"]] or "") if row["pick"] is not None else ""


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


REPORTS: dict[str, Callable[[Comparison, Choices], str]] = {
    "html": to_html,
    "json": to_json,
    "csv": to_csv,
}
