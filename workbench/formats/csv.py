"""Tables as comma-separated text, in a stream: cells with words are translated, bytes kept."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.cells import defused, inner, letters
from workbench.formats.records import Cell, Columns, Record, find_sign, records, with_head
from workbench.reading import Text, open_text

# How a translated text stands in its cell.
Fit = Callable[[Cell, str], str]


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per cell with words; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    head, pieces = with_head(text.pieces())
    yield from read_table(text, records(pieces, find_sign(head), strict=True), reading)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the table in UTF-8 with its cells translated; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    head, pieces = with_head(text.pieces())
    sign = find_sign(head)

    def fit(cell: Cell, made: str) -> str:
        quoted = cell.quoted or any(c in made for c in (sign, '"', "\r", "\n"))
        return '"' + made.replace('"', '""') + '"' if quoted else made

    write_table(text, records(pieces, sign, strict=True), out, renderings, (reading, fit))


def read_table(text: Text, table: Iterable[Record], reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per chosen cell with words, and a remark per record that cannot be read."""
    if text.guessed:
        yield Remark(f"Read as {text.name}: guessed from its bytes; --encoding says otherwise.")
    columns = Columns(reading.columns)
    for record in table:
        if record.broken:
            message = "a quotation mark is not closed; the line is copied as it is"
            yield Remark(f"Line {record.line}: {message}.", lost=True)
        for number, cell in enumerate(record.cells):
            if columns.takes(record, number):
                start, end = inner(cell.text)
                place = f"line {record.line}, column {letters(number + 1)}"
                yield Block(place, cell.text[start:end])


def write_table(
    text: Text,
    table: Iterable[Record],
    out: BinaryIO,
    renderings: Iterator[Rendering],
    how: tuple[Reading, Fit],
) -> None:
    """Write a table whose cells are put as `fit` of (cell, text) says."""
    reading, fit = how
    out.write("\ufeff".encode() if text.bom else b"")
    columns = Columns(reading.columns)
    for record in table:
        parts, at = [], 0
        for number, cell in enumerate(record.cells):
            if columns.takes(record, number):
                made = _filled(cell, next(renderings).text)
                changed = made != cell.text
                put = fit(cell, made) if changed else record.raw[cell.start : cell.end]
                parts += [record.raw[at : cell.start], put]
                at = cell.end
        out.write("".join((*parts, record.raw[at:])).encode("utf-8", "replace"))


def _filled(cell: Cell, made: str) -> str:
    start, end = inner(cell.text)
    if made == cell.text[start:end]:
        return cell.text
    return cell.text[:start] + defused(cell.text[start:end], made) + cell.text[end:]
