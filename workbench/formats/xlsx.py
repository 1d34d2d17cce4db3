"""Spreadsheets (Office Open XML): the words of cells are translated, all other parts stay.

Cells that head a table stay too, as the table and formulas call its columns by their words.
Numbers, dates, formulas, charts, pictures, comments and the names of sheets are not touched.
Source of the format: ECMA-376, part 1, section 18.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import join, normpath, split
from typing import Any, BinaryIO

from workbench.errors import InputError, UsageError
from workbench.formats import Block, Code, Reading, Remark, Rendering
from workbench.formats.archive import HOW, Archive, open_archive
from workbench.formats.cells import inner, letters, worded
from workbench.formats.inline import events
from workbench.formats.parts import parse_part, part_bytes
from workbench.formats.wordtext import legal

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_WORKBOOK = "xl/workbook.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_HEADINGS = Remark(
    "Words in cells that head a table, left as they are, as its formulas call them so: {}. "
    "Translate them in the program that the file is from.",
    lost=True,
)
# What XML cannot hold, spreadsheets write so.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class _Use:
    """A cell that has a string of its own or shares one: its sheet, place and element."""

    sheet: str
    reference: str
    cell: Any
    index: int = -1


@dataclass
class _Text:
    """A text to be translated: the element that holds it, and the cells that show it."""

    item: Any
    uses: list[_Use] = field(default_factory=list)


@dataclass
class _Book:
    """The parts of a workbook that hold words."""

    archive: Archive
    sheets: dict[str, tuple[str, Any]]
    strings: Any
    texts: list[_Text]
    # Strings that a cell shows which is not translated.
    elsewhere: set[int]
    # The strings of the table, in order.
    items: list[Any]
    # Cells with words that head a table.
    headings: int = 0


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per text, at the first cell that shows it; see workbench.formats."""
    with open_archive(path) as archive:
        book = _open(archive, path.name, reading)
        for text in book.texts:
            words, codes = _shape(text.item)
            use = text.uses[0]
            yield Block(f"{use.sheet}, cell {use.reference}", words, codes)
        if book.headings:
            yield Remark(_HEADINGS.message.format(book.headings), _HEADINGS.lost)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the workbook with its texts translated; see workbench.formats."""
    with open_archive(path) as archive:
        book = _open(archive, path.name, reading)
        touched: set[str] = set()
        for text in book.texts:
            _put(book, text, next(renderings), touched)
        changed = {
            member: part_bytes(root) for member, root in book.sheets.values() if member in touched
        }
        if book.strings is not None and book.texts:
            book.strings.set("uniqueCount", str(len(book.items)))
            changed[_strings_member(archive, path.name)] = part_bytes(book.strings)
        archive.rewrite(out, changed)


def _open(archive: Archive, file: str, reading: Reading) -> _Book:
    if _WORKBOOK not in archive.names:
        raise InputError(f"{file}: is no Excel workbook (.xlsx). {HOW}")
    workbook = parse_part(archive, _WORKBOOK, file)
    if workbook.tag == f"{{{_STRICT}}}workbook":
        raise InputError(f"{file}: is a strict workbook. Save it as “Excel Workbook” (.xlsx).")
    targets = _related(archive, _WORKBOOK, file)
    sheets: dict[str, tuple[str, Any]] = {}
    for sheet in workbook.iter(f"{_MAIN}sheet"):
        member = targets.get(sheet.get(_RELATION, ""), "")
        # A chart or dialog may be a sheet of its own.
        if "/worksheets/" in f"/{member}":
            sheets[sheet.get("name", member)] = (member, parse_part(archive, member, file))
    name = _strings_member(archive, file)
    strings = parse_part(archive, name, file) if name in archive.names else None
    items = [] if strings is None else strings.findall(f"{_MAIN}si")
    book = _Book(archive, sheets, strings, [], set(), items)
    _collect(book, file, reading)
    return book


def _related(archive: Archive, member: str, file: str, kind: str = "") -> dict[str, str]:
    """Return the members that a member names, by the ids of their relations; kind ends the type."""
    folder, name = split(member)
    relations = join(folder, "_rels", f"{name}.rels")
    if relations not in archive.names:
        return {}
    return {
        one.get("Id", ""): normpath(join("/", folder, one.get("Target", ""))).lstrip("/")
        for one in parse_part(archive, relations, file)
        if one.get("Type", "").endswith(kind)
    }


def _headings(archive: Archive, sheet: str, file: str) -> Iterator[tuple[str, str, str]]:
    """Yield where tables of a sheet are headed: the first column, the last one, and the row."""
    for member in _related(archive, sheet, file, "/table").values():
        if member in archive.names:
            table = parse_part(archive, member, file)
            ends = [_place(end) for end in table.get("ref", "").split(":")]
            if table.get("headerRowCount", "1") != "0":
                yield ends[0][0], ends[-1][0], ends[0][1]


def _heads(reference: str, headings: Sequence[tuple[str, str, str]]) -> bool:
    column, row = _place(reference)
    # Letters of columns are ordered as numbers are: A to Z, then AA.
    place = len(column), column
    return any(
        row == its and (len(first), first) <= place <= (len(last), last)
        for first, last, its in headings
    )


def _strings_member(archive: Archive, file: str) -> str:
    found = [
        m for m in _related(archive, _WORKBOOK, file).values() if m.endswith("haredStrings.xml")
    ]
    return found[0] if found else "xl/sharedStrings.xml"


def _collect(book: _Book, file: str, reading: Reading) -> None:
    """Find the texts of the cells that are chosen, in the order of sheets and rows."""
    shared: dict[int, _Text] = {}
    items = book.items
    found = False
    for name, (member, root) in book.sheets.items():
        headings = list(_headings(book.archive, member, file))
        uses = list(_uses(name, root))
        columns, heading = _columns(uses, items, reading.columns)
        found = found or bool(columns)
        for use in uses:
            column, row = _place(use.reference)
            item = _item(use, items)
            chosen = not reading.columns or (column in columns and not (heading and row == "1"))
            if item is None:
                continue
            heads = _heads(use.reference, headings)
            if heads or not chosen or not worded(_shape(item)[0]):
                book.elsewhere.add(use.index)
                book.headings += heads and chosen and worded(_shape(item)[0])
            elif use.index < 0:
                book.texts.append(_Text(item, [use]))
            elif use.index in shared:
                shared[use.index].uses.append(use)
            else:
                shared[use.index] = _Text(item, [use])
                book.texts.append(shared[use.index])
    if reading.columns and not found:
        wanted = ", ".join(reading.columns)
        raise UsageError(
            f"{file}: no sheet has a column {wanted}: give letters, or names of row 1."
        )


def _uses(sheet: str, root: Any) -> Iterator[_Use]:
    """Yield the cells of a sheet that hold strings; results of formulas are not ours."""
    for cell in root.iter(f"{_MAIN}c"):
        kind = cell.get("t", "n")
        if cell.find(f"{_MAIN}f") is not None:
            continue
        if kind == "inlineStr":
            yield _Use(sheet, cell.get("r", ""), cell)
        elif kind == "s":
            number = (cell.findtext(f"{_MAIN}v") or "").strip()
            if number.isdecimal():
                yield _Use(sheet, cell.get("r", ""), cell, int(number))


def _item(use: _Use, items: Sequence[Any]) -> Any:
    """Return the element that holds the words of a cell, None where there is none."""
    if use.index < 0:
        return use.cell.find(f"{_MAIN}is")
    return items[use.index] if use.index < len(items) else None


def _place(reference: str) -> tuple[str, str]:
    found = _REFERENCE.fullmatch(reference)
    return (found.group(1), found.group(2)) if found else ("", "")


def _columns(
    uses: Sequence[_Use], items: Sequence[Any], wanted: Sequence[str]
) -> tuple[set[str], bool]:
    """Return the letters of the wanted columns of a sheet, and whether row 1 has their names."""
    names: dict[str, str] = {}
    for use in uses:
        column, row = _place(use.reference)
        item = _item(use, items) if row == "1" else None
        if item is not None:
            names[_shape(item)[0]] = column
    named = {names[column] for column in wanted if column in names}
    others = [column for column in wanted if column not in names]
    given = {c.upper() for c in others if re.fullmatch(r"[A-Za-z]{1,3}", c)}
    given |= {letters(int(c)) for c in others if c.isdecimal() and int(c) > 0}
    return named | given, bool(named)


def _runs(item: Any) -> list[tuple[str, Any]]:
    """Return the runs of a string: their words and formatting, None for none."""
    runs = item.findall(f"{_MAIN}r")
    if not runs:
        return [(_said(item.find(f"{_MAIN}t")), None)]
    return [(_said(run.find(f"{_MAIN}t")), run.find(f"{_MAIN}rPr")) for run in runs]


def _said(element: Any) -> str:
    text = element.text or "" if element is not None else ""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)


def _base(runs: Sequence[tuple[str, Any]]) -> int:
    """Return the number of the run whose formatting is that of the whole: the longest one."""
    return max(range(len(runs)), key=lambda number: len(runs[number][0]))


def _shape(item: Any) -> tuple[str, tuple[Code, ...]]:
    """Return the words of a string without the white space around them, and its formatting."""
    runs = _runs(item)
    whole = "".join(words for words, _ in runs)
    start, end = inner(whole)
    codes = []
    at = 0
    for number, (words, _) in enumerate(runs):
        low, high = max(at, start), min(at + len(words), end)
        at += len(words)
        if number != _base(runs):
            low = min(max(low, start), end)
            codes.append(Code(low - start, max(low, high) - start, "pair", "formatting"))
    return whole[start:end], tuple(codes)


def _put(book: _Book, text: _Text, made: Rendering, touched: set[str]) -> None:
    """Put a text in the place of its string; one that other cells show, too, gets a copy."""
    words, codes = _shape(text.item)
    if (made.text, made.codes) == (words, codes):
        return
    item = text.item
    index = text.uses[0].index
    if index in book.elsewhere and index >= 0:
        item = deepcopy(item)
        book.items[-1].addnext(item)
        book.items.append(item)
        for use in text.uses:
            use.cell.find(f"{_MAIN}v").text = str(len(book.items) - 1)
            touched.add(book.sheets[use.sheet][0])
    elif index < 0:
        touched.add(book.sheets[text.uses[0].sheet][0])
    _fill(item, made)


def _fill(item: Any, made: Rendering) -> None:
    runs = _runs(item)
    whole = "".join(words for words, _ in runs)
    start, end = inner(whole)
    base = _base(runs)
    others = [number for number in range(len(runs)) if number != base]
    for child in list(item):
        item.remove(child)
    if len(runs) == 1 and runs[0][1] is None:
        item.append(_words(item, whole[:start] + made.text + whole[end:]))
        return
    stack = [base]
    pieces = [(whole[:start], base)] if start else []
    for kind, what in events(made.text, made.codes):
        if kind == "open":
            stack.append(others[int(what)])
        elif kind == "close":
            stack.pop()
        elif kind == "text":
            pieces.append((str(what), stack[-1]))
    for words, number in (*pieces, *([(whole[end:], base)] if end < len(whole) else [])):
        run = item.makeelement(f"{_MAIN}r")
        if runs[number][1] is not None:
            run.append(deepcopy(runs[number][1]))
        run.append(_words(item, words))
        item.append(run)


def _words(item: Any, text: str) -> Any:
    element = item.makeelement(f"{_MAIN}t")
    element.text = legal(_ESCAPED.sub(lambda found: f"_x005F_{found.group()[1:]}", text))
    if text != text.strip() or "\n" in text:
        element.set(_SPACE, "preserve")
    return element
