"""Tables as tab-separated text, in a stream: cells with words are translated, bytes kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.csv import read_table, write_table
from workbench.formats.records import Cell, records
from workbench.reading import open_text


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per cell with words; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    yield from read_table(text, records(text.pieces(), "\t", strict=False), reading)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the table in UTF-8 with its cells translated; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    table = records(text.pieces(), "\t", strict=False)
    write_table(text, table, out, renderings, (reading, _fit))


def _fit(cell: Cell, made: str) -> str:
    if cell.quoted:
        return '"' + made.replace('"', '""') + '"'
    # Without quotation marks a tab or line end would make another cell of it.
    flat = " ".join(made.split()) if any(c in made for c in "\t\r\n") else made
    return f" {flat}" if flat.startswith('"') else flat
