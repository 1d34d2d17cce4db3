"""Spreadsheets as a document format; openpyxl looks over what comes out."""

import datetime
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.table import Table

from documents import AS_IT_IS, MANY, blocks
from workbench.errors import InputError, UsageError
from workbench.formats import FORMATS, Reading, Remark, Rendering, xlsx
from workbench.formats.cells import worded

XLSX = FORMATS["xlsx"]
VALUE = st.one_of(
    st.none(),
    st.integers(-5, 99),
    st.sampled_from(
        ["Red wine", "赤い酒だ。", " spaced words ", "A-17", "=1+1", "two\nlines here"]
    ),
    st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 1, 1)),
)
INLINE = re.compile(r'(<c [^>]*?) t="inlineStr"><is>(.*?)</is></c>', re.DOTALL)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
PART = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sharedStrings+xml"/>'
)
SHEETS = st.lists(st.lists(st.lists(VALUE, max_size=4), max_size=5), min_size=1, max_size=3)


def put(tmp_path: Path, sheets: list[list[list[Any]]], *, shared: bool = True) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表 {number}")
        for row in rows:
            sheet.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    if shared:
        share(path)
    return path


def share(path: Path) -> None:
    """Move the strings of the cells into the table that Excel itself writes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    items: dict[str, int] = {}

    def moved(found: re.Match[str]) -> str:
        number = items.setdefault(found.group(2), len(items))
        return f'{found.group(1)} t="s"><v>{number}</v></c>'

    for name in parts:
        if "/worksheets/sheet" in name:
            parts[name] = INLINE.sub(moved, parts[name])
    strings = "".join(f"<si>{item}</si>" for item in items)
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{MAIN}" uniqueCount="{len(items)}">{strings}</sst>'
    )
    link = f'<Relationship Id="rIdS" Type="{KIND}" Target="sharedStrings.xml"/></Relationships>'
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = parts[rels].replace("</Relationships>", link)
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace("</Types>", f"{PART}</Types>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def written(path: Path, made: list[Rendering], reading: Reading = AS_IT_IS) -> Path:
    out = path.with_name("out.xlsx")
    with out.open("wb") as file:
        XLSX.write(path, file, iter(made), reading)
    return out


def values(path: Path) -> list[list[list[Any]]]:
    book = openpyxl.load_workbook(path, rich_text=True)
    return [[[cell.value for cell in row] for row in sheet.rows] for sheet in book]


@MANY
@given(sheets=SHEETS, shared=st.booleans())
def test_only_words_change_and_all_of_them(
    tmp_path: Path, sheets: list[list[list[Any]]], shared: bool
) -> None:
    path = put(tmp_path, sheets, shared=shared)
    before, found = cells(path), blocks(path)
    after = written(path, [Rendering(f"«{block.text}»") for block in found])
    for one, two in zip(before, cells(after), strict=True):
        words = isinstance(one, str) and not one.startswith("=") and worded(one)
        assert two == (one.replace(one.strip(), f"«{one.strip()}»") if words else one)
    same = written(path, [Rendering(block.text, block.codes) for block in found])
    assert cells(same) == before
    assert unworded(same) == unworded(path)


def cells(path: Path) -> list[Any]:
    return [cell for sheet in values(path) for row in sheet for cell in row]


def unworded(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook that hold no words of cells."""
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist() if "sharedStrings" not in n}


def test_formatting_inside_of_a_cell_stays_with_its_words(tmp_path: Path) -> None:
    bold = TextBlock(InlineFont(b=True), "Red")
    path = put(tmp_path, [[[CellRichText([bold, " wine is sold here"])]]])
    (block,) = blocks(path)
    assert [(c.start, c.end) for c in block.codes] == [(0, 3)]
    code = block.codes[0]
    made = Rendering("여기 붉은 술", (type(code)(3, 5, "pair"),))
    rich = values(written(path, [made]))[0][0][0]
    assert [str(part) for part in rich] == ["여기 ", "붉은", " 술"] and rich[1].font.b


def test_a_string_that_another_column_shows_stays_there(tmp_path: Path) -> None:
    path = put(tmp_path, [[["name", "note"], ["Red wine", "Red wine"], ["A b", "Red wine"]]])
    chosen = Reading(columns=("note",))
    assert [b.text for b in blocks(path, chosen)] == ["Red wine"]
    after = values(written(path, [Rendering("붉은 술")], chosen))[0]
    assert after == [["name", "note"], ["Red wine", "붉은 술"], ["A b", "붉은 술"]]


def test_columns_are_letters_too_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path, [[["Red wine", "White wine"]]])
    assert [b.text for b in blocks(path, Reading(columns=("B",)))] == ["White wine"]
    with pytest.raises(UsageError, match=r"a\.xlsx: no sheet has a column price list"):
        blocks(path, Reading(columns=("price list",)))


def test_charts_and_their_numbers_stay(tmp_path: Path) -> None:
    path = put(tmp_path, [[["Red wine", 3], ["White wine", 4]]])
    book = openpyxl.load_workbook(path)
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=2))
    book.active.add_chart(chart)
    book.save(path)
    after = written(path, [Rendering("가 나"), Rendering("다 라")])
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(after) as two:
        name = "xl/charts/chart1.xml"
        assert one.read(name) == two.read(name)


def test_what_is_no_workbook_is_one_clear_message(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(InputError, match=r"a\.xlsx: is no Excel workbook"):
        blocks(path)
    with io.BytesIO() as nothing, pytest.raises(InputError):
        XLSX.write(path, nothing, iter(()), AS_IT_IS)


def test_cells_that_head_a_table_stay_and_are_counted(tmp_path: Path) -> None:
    path = put(tmp_path, [[["品名", "値段"], ["赤い酒", 3], ["品名", 4]]], shared=False)
    book = openpyxl.load_workbook(path)
    book.active.add_table(Table(displayName="Wine", ref="A1:B3"))
    book.save(path)
    share(path)
    assert [block.text for block in blocks(path)] == ["赤い酒", "品名"]
    (remark,) = (found for found in XLSX.read(path, AS_IT_IS) if isinstance(found, Remark))
    assert remark.lost and "so: 2." in remark.message
    made = written(path, [Rendering("red wine"), Rendering("name")])
    assert values(made)[0] == [["品名", "値段"], ["red wine", 3], ["name", 4]]


@pytest.mark.parametrize(
    ("reference", "heads"),
    [("B2", True), ("Z2", True), ("AA2", True), ("AB2", False), ("A2", False), ("B3", False)],
)
def test_a_table_is_headed_by_the_first_row_of_its_columns(reference: str, heads: bool) -> None:
    assert xlsx._heads(reference, [("B", "AA", "2")]) is heads
