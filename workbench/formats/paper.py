"""Paragraphs of pages as new documents: Word, HTML, Markdown. The same ones give the same bytes."""

import io
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import BinaryIO

from workbench.formats.bilingual import undated, write_run
from workbench.formats.wordtext import legal

# Page, whether it is a heading, text.
Paragraphs = Sequence[tuple[int, bool, str]]
_SIGNS = re.compile(r"([\\`*_\[\]<>|~$])|^(\s*)([#+>=-]|\d+[.)])", re.MULTILINE)


def write_docx(paragraphs: Paragraphs, language: str, title: str, out: BinaryIO) -> None:
    """Write a Word document; a page of the source begins on a new page."""
    import docx

    document = docx.Document()
    known = document.core_properties
    known.title, known.author, known.comments = legal(title)[:255], "", ""
    page = paragraphs[0][0] if paragraphs else 0
    for number, heading, text in paragraphs:
        made = document.add_heading(level=2) if heading else document.add_paragraph()
        made.paragraph_format.page_break_before = True if number != page else None
        page = number
        write_run(made, text, language)
    file = io.BytesIO()
    document.save(file)
    out.write(undated(file))


def write_html(paragraphs: Paragraphs, language: str, title: str, out: BinaryIO) -> None:
    """Write an HTML page; a rule stands between the pages of the source."""
    lines = [
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>\n<body>"
    ]
    page = paragraphs[0][0] if paragraphs else 0
    for number, heading, text in paragraphs:
        lines += [f'<hr title="{number}">'] if number != page else []
        page = number
        tag = "h2" if heading else "p"
        lines.append(f"<{tag}>{escape(text, quote=False)}</{tag}>")
    out.write(("\n".join([*lines, "</body>\n</html>"]) + "\n").encode("utf-8", "replace"))


def write_markdown(paragraphs: Paragraphs, language: str, title: str, out: BinaryIO) -> None:
    """Write Markdown; a rule stands between the pages of the source."""
    parts = []
    page = paragraphs[0][0] if paragraphs else 0
    for number, heading, text in paragraphs:
        parts += ["---"] if number != page else []
        page = number
        parts.append(("## " if heading else "") + _SIGNS.sub(_escaped, text))
    out.write(("\n\n".join(parts) + "\n").encode("utf-8", "replace"))


def _escaped(found: "re.Match[str]") -> str:
    if found.group(1):
        return f"\\{found.group(1)}"
    sign = found.group(3)
    # "3." is a list's number: its point is what makes it one.
    return found.group(2) + (f"{sign[:-1]}\\{sign[-1]}" if len(sign) > 1 else f"\\{sign}")


WRITERS: dict[str, Callable[[Paragraphs, str, str, BinaryIO], None]] = {
    "docx": write_docx,
    "html": write_html,
    "md": write_markdown,
}
