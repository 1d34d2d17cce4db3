"""A result as the aligned view's value, HTML, Markdown, TSV, JSON, plain text or TMX.

To add a format, write a function of a Result and its line in FORMATS.
"""

import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from workbench.languages import get_language
from workbench.summaries import bullet_lines
from workbench.types import Column, Document, Result, Segment, Summary, Translation

# Of workbench/ui/static, in this order: the aligned view, here and on the page.
VIEW_SCRIPTS = ("parts.js", "aligned.js")
# A spreadsheet runs a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def payload(result: Result) -> dict[str, Any]:
    """Return the JSON-safe value of the aligned view: rows, bullets and findings, source first.

    The page streams it and the exported HTML embeds it; a cell that is not there yet is None.
    """
    columns = [{t.segment_id: t for t in column.translations} for column in result.columns]
    targets = [column.language for column in result.columns]
    value = _frame(result.document, targets, columns)
    value["bullets"] = _bullets(result)
    summary, rows = result.summary, _row_ids(result.document)
    value |= {
        "refusal": summary.refusal,
        "preset": summary.preset,
        "coverage": summary.coverage,
        "findings": [
            {
                "id": f"f{number}",
                "check": finding.check,
                "severity": finding.severity,
                "segment": rows.get(finding.segment_id, ""),
                "column": targets.index(finding.language) + 1 if finding.language else 0,
                "message": finding.message,
                "span": finding.span,
            }
            for number, finding in enumerate(result.findings, 1)
        ],
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
        "rows": [_row(prefix, segment, columns) for prefix, segment in _rows(document)],
        "findings": [],
        "progress": {"done": done, "total": total, "rate": 0.0, "left": 0.0},
        "footer": "",
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
    }


def _note(translation: Translation) -> str:
    parts = [translation.note]
    if translation.pivot:
        parts.append(f"by way of: {translation.pivot}")
    return "; ".join(part for part in parts if part)


def _row_ids(document: Document) -> dict[str, str]:
    """Return the row in which each segment is shown: a label's doubt belongs to its sentence."""
    return {s.id: row.id for prefix, row in _rows(document) for s in (*prefix, row)}


def _bullets(result: Result) -> list[dict[str, Any]]:
    texts = [{s.id: s.text for s in result.document.segments}]
    texts += [{t.segment_id: t.text for t in column.translations} for column in result.columns]
    lines = [bullet_lines(result.summary, column) for column in texts]
    return [
        {"id": bullet.id, "segments": list(bullet.segment_ids), "texts": [c[i][1] for c in lines]}
        for i, bullet in enumerate(result.summary.bullets)
    ]


def target_text(document: Document, column: Column) -> str:
    """Return a column as running text: its translations with the source's breaks between them.

    Between two sentences of a line stands a space in spaced scripts and nothing in others.
    """
    spaced = get_language(column.language).spaced
    parts = []
    for segment, translation in zip(document.segments, column.translations, strict=True):
        breaks = any(c in segment.gap for c in "\n\r\u2028\u2029\x0b\x0c\x85")
        last = segment is document.segments[-1]
        gap = segment.gap if breaks or last else (" " if spaced and translation.text else "")
        parts.append(translation.text + gap)
    return "".join(parts)


def to_text(result: Result) -> str:
    """Return the translation as running text; several targets follow each other under headings."""
    texts = [target_text(result.document, column) for column in result.columns]
    if len(texts) == 1:
        return texts[0] if texts[0].endswith("\n") else texts[0] + "\n"
    names = [get_language(column.language).native for column in result.columns]
    return "\n".join(f"{name}\n\n{text.strip()}\n" for name, text in zip(names, texts, strict=True))


def to_tsv(result: Result) -> str:
    """Return a row per segment: id, kind, source, a column per target, and the doubts.

    Tabs and line breaks inside a text become spaces; a cell that a spreadsheet would run as a
    formula is led by an apostrophe.
    """
    doubts: dict[str, list[str]] = {}
    for finding in result.findings:
        line = f"{finding.language} {finding.severity}: {finding.message}"
        doubts.setdefault(finding.segment_id, []).append(line)
    codes = [column.language for column in result.columns]
    lines = ["\t".join(["id", "kind", result.document.language, *codes, "findings"])]
    for index, segment in enumerate(result.document.segments):
        if segment.kind == "blank":
            continue
        texts = [column.translations[index].text for column in result.columns]
        notes = " | ".join(doubts.get(segment.id, []))
        cells = [segment.id, segment.kind, segment.text, *texts, notes]
        lines.append("\t".join(_cell(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(_FORMULA) else flat


def to_json(result: Result) -> str:
    """Return the whole result as JSON: every value of workbench.types by its own field names."""
    texts = _bullets(result)
    value = asdict(result)
    for bullet, shown in zip(value["summary"]["bullets"], texts, strict=True):
        codes = [result.document.language, *(column.language for column in result.columns)]
        bullet["texts"] = dict(zip(codes, shown["texts"], strict=True))
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_markdown(result: Result) -> str:
    """Return bullets per language, the aligned table, the doubts and the signatures."""
    value = payload(result)
    titles = [column["native"] for column in value["columns"]]
    parts = [f"# {_md(_title(result.summary, result.document))}", ""]
    parts += _markdown_bullets(value, titles)
    parts += ["| | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for row in value["rows"]:
        cells = [f"{p} {c or ''}".strip() for p, c in zip(row["prefix"], row["cells"], strict=True)]
        parts.append(f"| {row['id']} | " + " | ".join(_md(cell) for cell in cells) + " |")
    parts += ["", "## Look here first", ""] if value["findings"] else ["", "No doubts found.", ""]
    for finding in value["findings"]:
        language = value["columns"][finding["column"]]["language"]
        line = f"{finding['segment']} ({language}) {finding['message']}"
        parts.append(f"- **{finding['severity']}** {_md(line)}")
    parts += ["", *(f"`{column.signature}`  " for column in result.columns)]
    return "\n".join(parts) + "\n"


def _markdown_bullets(value: dict[str, Any], titles: Sequence[str]) -> list[str]:
    if value["refusal"]:
        return [f"*{value['refusal']}*", ""]
    parts = []
    for index, title in enumerate(titles):
        parts += [f"**{title}**", ""]
        for bullet in value["bullets"]:
            ids = ", ".join(bullet["segments"])
            parts.append(f"- {_md(bullet['texts'][index])} ({ids})")
        parts.append("")
    return parts


def summary_text(summary: Summary, texts: Mapping[str, Mapping[str, str]], form: str) -> str:
    """Return bullets in each language of `texts` ({language: {segment id: text}}).

    form is "txt", "md" or "json". A refused summary is its reason.
    """
    lines = {code: bullet_lines(summary, column) for code, column in texts.items()}
    if form == "json":
        shown = {code: [text for _, text in column] for code, column in lines.items()}
        value = {**asdict(summary), "texts": shown}
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    if summary.refusal:
        return f"{summary.refusal}\n"
    mark, show = ("-", _md) if form == "md" else ("•", str.strip)
    blocks = []
    for code, column in lines.items():
        head = [f"**{get_language(code).native}**", ""] if form == "md" else []
        rows = [f"{mark} {show(text)} ({', '.join(b.segment_ids)})" for b, text in column]
        blocks.append("\n".join([*head, *rows]))
    return "\n\n".join(blocks) + "\n"


def _md(text: str) -> str:
    """Return text that Markdown shows as it is, on one line and inside a table cell."""
    flat = html.escape(" ".join(text.split()), quote=False)
    return "".join(f"\\{c}" if c in "\\`*_[]|#~$" else c for c in flat)


def _title(summary: Summary, document: Document) -> str:
    return next((s.text for s in document.segments if s.id == summary.title_id), document.name)


def to_html(result: Result) -> str:
    """Return one self-contained page: the aligned view with its script and style inside.

    Without scripts the page shows a plain table. Nothing is loaded from elsewhere.
    """
    static = files("workbench.ui") / "static"
    view = payload(result)
    # "<" never stands raw inside the script element, so no text can end it.
    safe = json.dumps(view, ensure_ascii=False).replace("<", "\\u003c")
    return str(
        _template().render(
            title=_title(result.summary, result.document),
            language=result.document.language,
            css=(static / "aligned.css").read_text("utf-8"),
            js="".join((static / name).read_text("utf-8") for name in VIEW_SCRIPTS),
            strings=(files("workbench.ui") / "strings.json").read_text("utf-8"),
            payload=safe,
            view=view,
        )
    )


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    source = (files("workbench.ui") / "static" / "export.html").read_text("utf-8")
    return environment.from_string(source)


def to_tmx(result: Result) -> str:
    """Return the translated sentences as a translation memory; see workbench.formats.tmx."""
    from workbench.formats.tmx import result_tmx  # lxml, which no other format needs

    return result_tmx(result)


FORMATS: dict[str, Callable[[Result], str]] = {
    "html": to_html,
    "md": to_markdown,
    "tsv": to_tsv,
    "json": to_json,
    "txt": to_text,
    "tmx": to_tmx,
}
