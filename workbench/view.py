"""A result as the value of the aligned view: JSON-safe, the same for the page and the exports."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.languages import get_language
from workbench.panels import ledger_panel
from workbench.revising import finding_keys, open_first
from workbench.summaries import bullet_lines
from workbench.types import Document, Finding, Result, Segment, Translation


def payload(result: Result) -> dict[str, Any]:
    """Return the value of the aligned view: rows, bullets, ledgers and findings, source first.

    The page streams it and the exported HTML embeds it; a cell that is not there yet is None.
    Ids of findings last as long as the doubt and its two texts.
    """
    columns = [{t.segment_id: t for t in column.translations} for column in result.columns]
    targets = [column.language for column in result.columns]
    value = _frame(result.document, targets, columns)
    rows = _row_ids(result.document)
    summary = result.summary
    value |= {
        "bullets": _bullets(result),
        "refusal": summary.refusal,
        "preset": summary.preset,
        "coverage": summary.coverage,
        "number_coverage": summary.number_coverage,
        "sections": summary.sections,
        "sections_read": summary.sections_read,
        "writer": summary.writer,
        "findings": _findings(result, targets, rows),
        "ledger": ledger_panel(result, rows),
        "warnings": list(run_warnings(result)),
        "footer": "\n".join(column.signature for column in result.columns),
        "complete": True,
    }
    return value


def partial_payload(
    document: Document, targets: Sequence[str], translations: Sequence[Translation], seconds: float
) -> dict[str, Any]:
    """Return the view's value while translations still arrive; `seconds` have passed so far."""
    columns: list[dict[str, Translation]] = [{} for _ in targets]
    for translation in translations:
        columns[targets.index(translation.language)][translation.segment_id] = translation
    value = _frame(document, targets, columns)
    total = len(document.segments) * len(targets)
    rate = len(translations) / seconds if seconds > 0 else 0.0
    left = (total - len(translations)) / rate if rate else 0.0
    value["progress"] = {"done": len(translations), "total": total, "rate": rate, "left": left}
    return value


def run_warnings(result: Result) -> Iterator[str]:
    """Yield what is to be said of the run as a whole, such as the self-test of a weak model."""
    said = result.manifest.get("warnings", ())
    yield from (str(line) for line in said if line) if isinstance(said, list | tuple) else ()


def finding_ids(result: Result) -> tuple[str, ...]:
    """Return the id of every finding in the view, in the order of the result."""
    seen: Counter[str] = Counter()
    ids = []
    for key in finding_keys(result):
        seen[key] += 1
        ids.append(f"f{key[:16]}-{seen[key]}")
    return tuple(ids)


def bullet_texts(result: Result) -> list[list[str]]:
    """Return the texts of every bullet, source first and then the columns in order."""
    texts = [{s.id: s.text for s in result.document.segments}]
    texts += [{t.segment_id: t.text for t in column.translations} for column in result.columns]
    codes = [result.document.language, *(column.language for column in result.columns)]
    lines = [
        bullet_lines(result.summary, column, document=result.document, language=code)
        for code, column in zip(codes, texts, strict=True)
    ]
    return [[line[i][1] for line in lines] for i in range(len(result.summary.bullets))]


def _bullets(result: Result) -> list[dict[str, Any]]:
    return [
        {
            "id": bullet.id,
            "segments": list(bullet.segment_ids),
            "texts": texts,
            "method": bullet.method,
            "support": bullet.support,
            "speaker": bullet.speaker,
            "doubts": list(bullet.doubts),
        }
        for bullet, texts in zip(result.summary.bullets, bullet_texts(result), strict=True)
    ]


def _findings(result: Result, targets: Sequence[str], rows: dict[str, str]) -> list[dict[str, Any]]:
    ids: dict[Finding, list[str]] = {}
    for finding, name in zip(result.findings, finding_ids(result), strict=True):
        ids.setdefault(finding, []).append(name)
    return [
        {
            "id": ids[finding].pop(0),
            "check": finding.check,
            "severity": finding.severity,
            "segment": rows.get(finding.segment_id, ""),
            "column": targets.index(finding.language) + 1 if finding.language else 0,
            "message": finding.message,
            "span": finding.span,
            "confidence": finding.confidence,
            "decision": finding.decision,
        }
        for finding in open_first(result.findings)
    ]


def _frame(
    document: Document, targets: Sequence[str], columns: Sequence[dict[str, Translation]]
) -> dict[str, Any]:
    languages = [get_language(code) for code in (document.language, *targets)]
    total = len(document.segments) * len(targets)
    done = sum(len(column) for column in columns)
    return {
        "name": document.name,
        "source": document.language,
        "targets": list(targets),
        "columns": [
            {
                "language": language.code,
                "title": language.name,
                "native": language.native,
                "dir": "rtl" if language.rtl else "ltr",
            }
            for language in languages
        ],
        "bullets": [],
        "refusal": "",
        "preset": "",
        "coverage": 0.0,
        "number_coverage": 0.0,
        "sections": 1,
        "sections_read": 1,
        "writer": "",
        "rows": [_row(prefix, segment, columns) for prefix, segment in _rows(document)],
        "findings": [],
        "ledger": {},
        "progress": {"done": done, "total": total, "rate": 0.0, "left": 0.0},
        "footer": "",
        "warnings": [],
        "complete": False,
    }


def _rows(document: Document) -> Iterator[tuple[tuple[Segment, ...], Segment]]:
    """Yield (markers and labels before it, segment): what a reader takes for one row."""
    prefix: list[Segment] = []
    for segment in document.segments:
        if segment.kind in ("marker", "label") and "\n" not in segment.gap:
            prefix.append(segment)
        elif segment.kind != "blank":
            yield tuple(prefix), segment
            prefix = []
    for segment in prefix:
        yield (), segment


def _row(
    prefix: Sequence[Segment], segment: Segment, columns: Sequence[dict[str, Translation]]
) -> dict[str, Any]:
    done = [column.get(segment.id) for column in columns]
    labels = [
        " ".join(column[p.id].text for p in prefix if p.id in column).strip() for column in columns
    ]
    return {
        "id": segment.id,
        "kind": segment.kind,
        "paragraph": segment.paragraph,
        "prefix": [" ".join(p.text for p in prefix), *labels],
        "cells": [segment.text, *(t.text if t else None for t in done)],
        "origins": ["", *(t.origin if t else "" for t in done)],
        "notes": ["", *(_note(t) if t else "" for t in done)],
        "others": [[], *([h.text for h in t.alternatives] if t else [] for t in done)],
    }


def _note(translation: Translation) -> str:
    parts = [translation.note]
    if translation.pivot:
        parts.append(f"by way of: {translation.pivot}")
    return "; ".join(part for part in parts if part)


def _row_ids(document: Document) -> dict[str, str]:
    """Return the row in which each segment is shown: a label's doubt belongs to its sentence."""
    return {s.id: row.id for prefix, row in _rows(document) for s in (*prefix, row)}
