"""PDF, read only: its text in paragraphs, written as a Word document, HTML or Markdown.

A PDF has characters at places, and neither words nor paragraphs: where lines belong together is
found from their places, and may be wrong. Pictures of text are not read. pages.py has the rules.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.pages import Line, Page, Paragraph, find_repeated, paragraphs
from workbench.formats.paper import WRITERS

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

# Pages of a file, and characters of a page: a book has fewer, a bomb has more.
MOST_PAGES, MOST_CHARACTERS = 5_000, 500_000
_PASSWORD = "password"
# Where a word is divided, PDFium puts one of these for the hyphen and the end of the line.
_HYPHENS = ("\x02", "\ufffe")
_LINE = re.compile(r"([^\r\n\x02\ufffe]+)([\x02\ufffe]?)")


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per paragraph, and what of the pages is no text; see workbench.formats."""
    pages = _pages(path)
    repeated = find_repeated(pages)
    if repeated:
        shown = ", ".join(sorted(repeated)[:3])
        yield Remark(f"Lines that head or end most pages were left out: {shown}.")
    empty = [page.number for page in pages if not page.lines and page.pictures]
    if empty:
        told = ", ".join(map(str, empty[:20])) + (" …" if len(empty) > 20 else "")
        yield Remark(
            f"Page {told}: a picture without text. Have its text recognised (OCR) first.", lost=True
        )
    yield Remark("Layout, pictures and tables of a PDF are not kept: its paragraphs are.")
    for page, paragraph in _paragraphs(pages):
        yield Block(f"page {page}", paragraph.text, kind="heading" if paragraph.heading else "text")


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the paragraphs as reading.output says, "docx" if it says nothing."""
    made = [
        (page, paragraph.heading, next(renderings).text)
        for page, paragraph in _paragraphs(_pages(path))
    ]
    WRITERS[reading.output or "docx"](made, reading.target, path.stem, out)


def _paragraphs(pages: list[Page]) -> Iterator[tuple[int, Paragraph]]:
    """Yield the paragraphs with words, each with the number of its page."""
    repeated = find_repeated(pages)
    for page, paragraph in paragraphs(pages, repeated):
        if any(map(str.isalpha, paragraph.text)):
            yield page, paragraph


def _pages(path: Path) -> list[Page]:
    """Return the lines of every page.

    Raises InputError: the file is encrypted, damaged, has no text at all, or far too much.
    """
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            if len(document) > MOST_PAGES:
                raise InputError(f"{path.name}: over {MOST_PAGES:,} pages. Divide it first.")
            pages = [_page(document, number, path.name) for number in range(len(document))]
    except pypdfium2.PdfiumError as error:
        if _PASSWORD in str(error).lower():
            raise InputError(
                f"{path.name}: encrypted: it opens with a password only. Save it without one."
            ) from error
        raise InputError(
            f"{path.name}: damaged, or no PDF ({error}). Save it again in the program it is from."
        ) from error
    if not any(page.lines for page in pages):
        why = "pictures of text; have the text recognised (OCR) first" if pages else "no pages"
        raise InputError(f"{path.name}: has no text: {why}.")
    return pages


def _page(document: "PdfDocument", number: int, name: str) -> Page:
    from pypdfium2 import raw

    page = document[number]
    text = page.get_textpage()
    try:
        if text.count_chars() > MOST_CHARACTERS:
            raise InputError(f"{name}: page {number + 1} has over {MOST_CHARACTERS:,} characters.")
        lines = tuple(line for line in _lines(text) if line.text)
        pictures = sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
        return Page(number + 1, lines, pictures)
    finally:
        text.close()
        page.close()


def _lines(text: "PdfTextPage") -> Iterator[Line]:
    """Yield the lines of a page in the order in which they are drawn, with their places."""
    whole = text.get_text_range()
    for found in _LINE.finditer(whole):
        raw, end = found.group(1), found.group(2)
        words = "".join(c for c in raw if c.isprintable() or c == "\t").strip()
        if words:
            first = found.start() + len(raw) - len(raw.lstrip())
            ends = (first, found.start() + len(raw.rstrip()) - 1)
            yield _line(text, words, ends, hyphen=end in _HYPHENS)


def _line(
    text: "PdfTextPage",
    words: str,
    ends: tuple[int, int],
    *,
    hyphen: bool,
) -> Line:
    import pypdfium2

    boxes = []
    for index in ends:
        try:
            boxes.append(text.get_charbox(index, loose=True))
        except (pypdfium2.PdfiumError, IndexError):
            boxes.append((0.0, 0.0, 0.0, 0.0))
    (left, bottom, _, top), (_, _, right, _) = boxes
    return Line(words, left, right, top, max(top - bottom, 0.0), hyphen)
