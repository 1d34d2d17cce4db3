"""A result as a Word document: source and translations side by side, with bullets and doubts."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.formats.wordml import Element
from workbench.formats.wordtext import legal, regional
from workbench.languages import LANGUAGES
from workbench.types import Result
from workbench.view import payload

# Fonts that Word brings along, by the script of a language.
_FONTS = {
    "Jpan": "Yu Gothic",
    "Hang": "Malgun Gothic",
    "Hans": "Microsoft YaHei",
    "Hant": "Microsoft JhengHei",
}
_MARGIN, _NARROW = 0.7, 0.6  # inches: of the page, and the column of the numbers of segments
_SMALL = 8  # points
_SHADE = "F2F2F2"

View = dict[str, Any]


def result_docx(result: Result, title: str = "") -> bytes:
    """Return the aligned view as a Word document: a table with a column per language.

    Its first rows are the languages, repeated on every page, and the bullets; then comes a row
    per line of the view with the doubts about it. The signatures are in the footer. The same
    result gives the same bytes. What XML cannot hold becomes U+FFFD. title "" is the name of the
    text.
    """
    import docx

    view = payload(result)
    document = docx.Document()
    _lay_out(document, wide=len(view["columns"]) > 2 or bool(view["findings"]))
    title = legal(title or view["name"])
    known = document.core_properties
    # What stands there comes with the empty document of python-docx.
    known.title, known.author, known.comments = title[:255], "", ""
    write_run(document.add_heading(level=1), title, view["source"])
    for line in (*view["warnings"], *([view["refusal"]] if view["refusal"] else [])):
        write_run(document.add_paragraph(), line, "en", italic=True)
    _table(document, view)
    write_run(document.sections[0].footer.paragraphs[0], view["footer"], "en", small=True)
    file = io.BytesIO()
    document.save(file)
    return undated(file)


def _lay_out(document: Any, *, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Inches

    section = document.sections[0]
    if wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    for side in ("left", "right", "top", "bottom"):
        setattr(section, f"{side}_margin", Inches(_MARGIN))


def _table(document: Any, view: View) -> None:
    doubts = _doubts(view)
    head = ["", *(column["native"] for column in view["columns"]), *(["Doubts"] if doubts else [])]
    # Columns without a language hold numbers of rows and doubts.
    codes = ["", *(column["language"] for column in view["columns"]), *([""] if doubts else [])]
    table = document.add_table(0, len(head), "Table Grid")
    table.autofit = False
    widths = _widths(document, len(head))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _repeat(_row(table, head, codes, widths, bold=True))
    if view["bullets"]:
        _bullets(_row(table, [""] * len(head), codes, widths), view)
    for row in view["rows"]:
        cells = zip(row["prefix"], row["cells"], strict=True)
        texts = [row["id"], *(f"{before} {text or ''}".strip() for before, text in cells)]
        texts += ["\n".join(doubts.get(row["id"], []))] if doubts else []
        _row(table, texts, codes, widths, bold=row["kind"] == "heading")
    for line in doubts.get("", []):
        write_run(document.add_paragraph(), line, "en", small=True)


def _doubts(view: View) -> Mapping[str, list[str]]:
    """Return the doubts by the row that they stand in, "" for those about the whole."""
    found: dict[str, list[str]] = {}
    for finding in view["findings"]:
        language = view["columns"][finding["column"]]["language"] if finding["column"] else ""
        standing = ", ".join(filter(None, (language, finding["severity"], finding["decision"])))
        found.setdefault(finding["segment"], []).append(f"{standing}: {finding['message']}")
    return found


def _widths(document: Any, count: int) -> list[int]:
    """Return the widths of the columns in EMU: the first is narrow, the others are the same."""
    from docx.shared import Inches

    section = document.sections[0]
    whole = section.page_width - section.left_margin - section.right_margin
    narrow = Inches(_NARROW)
    return [narrow, *[(whole - narrow) // (count - 1)] * (count - 1)]


def _row(
    table: Any,
    texts: Sequence[str],
    codes: Sequence[str],
    widths: Sequence[int],
    *,
    bold: bool = False,
) -> Any:
    row = table.add_row()
    for n, cell in enumerate(row.cells):
        cell.width = widths[n]
        write_run(cell.paragraphs[0], texts[n], codes[n], bold=bold and n > 0, small=not codes[n])
    _properties(row).append(row._tr.makeelement(_w("cantSplit")))
    return row


def _bullets(row: Any, view: View) -> None:
    for n, column in enumerate(view["columns"]):
        cell = row.cells[n + 1]
        for bullet in view["bullets"]:
            ids = ", ".join(bullet["segments"])
            text = f"• {bullet['texts'][n]} ({ids})"
            first = bullet is view["bullets"][0]
            paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
            write_run(paragraph, text, column["language"])
    for cell in row.cells:
        shade = row._tr.makeelement(_w("shd"))
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
            shade.set(_w(name), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _repeat(row: Any) -> None:
    _properties(row).append(row._tr.makeelement(_w("tblHeader")))


def _properties(row: Any) -> Element:
    return row._tr.get_or_add_trPr()


def write_run(
    paragraph: Any,
    text: str,
    language: str,
    *,
    bold: bool = False,
    italic: bool = False,
    small: bool = False,
) -> None:
    """Write a text into a paragraph, in a font and direction for its language."""
    from docx.shared import Pt

    run = paragraph.add_run(legal(text))
    run.bold, run.italic = bold or None, italic or None
    run.font.size = Pt(_SMALL) if small else None
    properties = run._r.get_or_add_rPr()
    known = LANGUAGES.get(language)
    font = _FONTS.get(known.script) if known else None
    if font:
        fonts = properties.get_or_add_rFonts()
        fonts.set(_w("eastAsia"), font)
        fonts.set(_w("hint"), "eastAsia")
    if known and known.rtl:
        run.font.rtl = True
        paragraph._p.get_or_add_pPr().append(paragraph._p.makeelement(_w("bidi")))
    lang = properties.makeelement(_w("lang"))
    lang.set(_w("eastAsia" if font else "val"), regional(language or "en"))
    properties.append(lang)


def _w(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def undated(file: io.BytesIO) -> bytes:
    """Return a zip file whose members do not say when they were written."""
    new = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as members:
        for name in old.namelist():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            members.writestr(info, old.read(name))
    return new.getvalue()
