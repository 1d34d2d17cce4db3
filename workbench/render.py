"""A result as exports: HTML, Markdown, TSV, JSON, plain text, TMX, Word, ledgers, manifest.

To add a format, write a function of a Result and its line in FORMATS; one whose files do not end
in its name also has a line in _SUFFIXES.
"""

import html
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any

from workbench import manifest
from workbench.formats.cells import FORMULA
from workbench.languages import get_language
from workbench.revising import open_first, standing
from workbench.summaries import bullet_lines
from workbench.types import Column, Document, Result, Segment, Summary
from workbench.view import bullet_texts, payload

# Of workbench/ui/static, in this order: the aligned view, here and on the page.
VIEW_SCRIPTS = (
    "parts.js",
    "editing.js",
    "summary.js",
    "work.js",
    "badges.js",
    "ledger.js",
    "dock.js",
    "base.js",
    "aligned.js",
)
VIEW_STYLES = ("aligned.css", "panels.css")


def target_text(document: Document, column: Column) -> str:
    """Return a column as running text: its translations with the source's breaks between them.

    Between two sentences of a line stands a space in spaced scripts and nothing in others.
    """
    parts = []
    for segment, translation in zip(document.segments, column.translations, strict=True):
        last = segment is document.segments[-1]
        gap = gap_behind(segment, translation.text, column.language, last=last)
        parts.append(translation.text + gap)
    return "".join(parts)


def gap_behind(segment: Segment, text: str, language: str, *, last: bool) -> str:
    """Return what stands behind the translation `text` of a segment: the source's break, if any.

    Else a space in spaced scripts and nothing in others; behind the last segment, what was there.
    """
    if last or any(c in segment.gap for c in "\n\r\u2028\u2029\x0b\x0c\x85"):
        return segment.gap
    return " " if text and get_language(language).spaced else ""


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
    for finding in open_first(result.findings):
        line = f"{finding.language} {standing(finding)}: {finding.message}"
        doubts.setdefault(finding.segment_id, []).append(line)
    codes = [column.language for column in result.columns]
    lines = ["\t".join(["id", "kind", result.document.language, *codes, "findings"])]
    for index, segment in enumerate(result.document.segments):
        if segment.kind == "blank":
            continue
        texts = [column.translations[index].text for column in result.columns]
        notes = " | ".join(doubts.get(segment.id, []))
        cells = [segment.id, segment.kind, segment.text, *texts, notes]
        lines.append("\t".join(cell(text) for text in cells))
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Return a text for a cell of a table: on one line, and never a formula.

    >>> cell("=1\\t+ 1")
    "'=1 + 1"
    """
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(FORMULA) else flat


def to_ledger(result: Result) -> str:
    """Return a row per entry of the ledgers: where it stands, what it is, and its rendering.

    Cells are written as in to_tsv; match is matched, missing, extra or changed.
    """
    head = ["ledger", "kind", "segment", "language", "match", "source", "value", "target"]
    lines = ["\t".join(head)]
    for e in result.ledger:
        cells = [e.ledger, e.kind, e.segment_id, e.language, e.match, e.source, e.value, e.target]
        lines.append("\t".join(cell(text) for text in cells))
    return "\n".join(lines) + "\n"


def to_json(result: Result) -> str:
    """Return the whole result as JSON: every value of workbench.types by its own field names."""
    value = asdict(result)
    codes = [result.document.language, *(column.language for column in result.columns)]
    for bullet, texts in zip(value["summary"]["bullets"], bullet_texts(result), strict=True):
        bullet["texts"] = dict(zip(codes, texts, strict=True))
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_markdown(result: Result) -> str:
    """Return bullets, the aligned table, the doubts, the doubtful ledger lines and signatures."""
    value = payload(result)
    titles = [column["native"] for column in value["columns"]]
    parts = [f"# {_md(_title(result.summary, result.document))}", ""]
    parts += [f"> {_md(line)}\n" for line in value["warnings"]]
    parts += _markdown_bullets(value, titles)
    parts += ["| | " + " | ".join(titles) + " |", "|---" * (len(titles) + 1) + "|"]
    for row in value["rows"]:
        cells = [f"{p} {c or ''}".strip() for p, c in zip(row["prefix"], row["cells"], strict=True)]
        parts.append(f"| {row['id']} | " + " | ".join(_md(cell) for cell in cells) + " |")
    parts += _markdown_doubts(value)
    parts += _markdown_ledger(value, titles[1:])
    parts += ["", *(f"`{column.signature}`  " for column in result.columns)]
    # Indented, so that nothing in it can end the block.
    lines = to_manifest(result).splitlines()
    parts += ["", "## Manifest", "", *(f"    {line}" for line in lines)]
    return "\n".join(parts) + "\n"


def _markdown_doubts(value: dict[str, Any]) -> list[str]:
    if not value["findings"]:
        return ["", "No doubts found."]
    parts = ["", "## Look here first", ""]
    for finding in value["findings"]:
        language = value["columns"][finding["column"]]["language"]
        line = f"{finding['segment']} ({language}) {finding['message']}"
        standing = ", ".join(part for part in (finding["severity"], finding["decision"]) if part)
        parts.append(f"- **{standing}** {_md(line)}")
    return parts


def _markdown_ledger(value: dict[str, Any], titles: Sequence[str]) -> list[str]:
    parts = []
    for ledger, lines in value["ledger"].items():
        doubtful = [line for line in lines if line["doubtful"]]
        if lines:
            count = f"{len(lines)} lines, {len(doubtful)} doubtful"
            parts += ["", f"## {ledger.capitalize()} ({count})", ""]
        if doubtful:
            parts += ["| | source | value | " + " | ".join(titles) + " |"]
            parts += ["|---" * (len(titles) + 3) + "|"]
        for line in doubtful:
            cells = [", ".join(line["segments"]), line["source"], line["value"]]
            cells += [_rendering(cell) for cell in line["cells"]]
            parts.append("| " + " | ".join(_md(cell) for cell in cells) + " |")
    return parts


def _rendering(cell: dict[str, Any] | None) -> str:
    if cell is None:
        return ""
    words = ", ".join(f"{text} ×{n}" if n > 1 else text for text, n in cell["texts"])
    return f"{cell['match']}: {words}" if words else str(cell["match"])


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


def summary_text(
    summary: Summary,
    texts: Mapping[str, Mapping[str, str]],
    form: str,
    document: Document | None = None,
) -> str:
    """Return bullets in each language of `texts` ({language: {segment id: text}}).

    form is "txt", "md" or "json". A refused summary is its reason. With the document, speakers are
    named as bullet_lines says.
    """
    lines = {
        code: bullet_lines(summary, column, document=document, language=code)
        for code, column in texts.items()
    }
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
    return page(
        "export.html",
        payload(result),
        VIEW_SCRIPTS,
        VIEW_STYLES,
        title=_title(result.summary, result.document),
        language=result.document.language,
        manifest=to_manifest(result),
    )


def page(
    template: str,
    view: Mapping[str, Any],
    scripts: Sequence[str],
    styles: Sequence[str],
    **more: object,
) -> str:
    """Return a template of ui/static as a page that has a view's value, scripts and styles inside.

    more: what else the template asks for.
    """
    static = files("workbench") / "ui" / "static"
    # "<" never stands raw inside the script element, so no text can end it.
    safe = json.dumps(view, ensure_ascii=False).replace("<", "\\u003c")
    return str(
        _template(template).render(
            css="".join((static / name).read_text("utf-8") for name in styles),
            js="".join((static / name).read_text("utf-8") for name in scripts),
            strings=(files("workbench") / "ui" / "strings.json").read_text("utf-8"),
            payload=safe,
            view=view,
            **more,
        )
    )


@cache
def _template(name: str) -> Any:
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    source = (files("workbench") / "ui" / "static" / name).read_text("utf-8")
    return environment.from_string(source)


def to_tmx(result: Result) -> str:
    """Return the translated sentences as a translation memory; see workbench.formats.tmx."""
    from workbench.formats.tmx import result_tmx  # lxml, which no other format needs

    return result_tmx(result)


def to_manifest(result: Result) -> str:
    """Return what made the result, as `workbench rerun` reads it."""
    return manifest.to_json(result.manifest)


def to_docx(result: Result) -> bytes:
    """Return the aligned view as a Word document; see workbench.formats.bilingual."""
    from workbench.formats.bilingual import result_docx  # python-docx, as above

    return result_docx(result, _title(result.summary, result.document))


FORMATS: dict[str, Callable[[Result], str | bytes]] = {
    "html": to_html,
    "md": to_markdown,
    "tsv": to_tsv,
    "json": to_json,
    "txt": to_text,
    "tmx": to_tmx,
    "docx": to_docx,
    "ledger": to_ledger,
    "manifest": to_manifest,
}
_SUFFIXES = {"ledger": ".ledger.tsv", "manifest": ".manifest.json"}


def suffix(name: str) -> str:
    """Return how the name of a file in this format ends: ".html", ".ledger.tsv"."""
    return _SUFFIXES.get(name, f".{name}")
