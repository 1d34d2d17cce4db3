"""Documents of the trade: which formats there are, and what a reader gives and a writer takes.

To add a format, write a module with `read` and `write` as below and add its line to FORMATS:

    def read(path: Path, reading: Reading) -> Iterator[Block | Remark]
    def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None

`write` reads `path` again and puts one rendering in place of each block, in the order of `read`;
everything else stays as it is. A format that can look over what was written (whether subtitles can
be read in their time) also has `inspect(path, reading) -> Iterator[Remark]`. All raise
InputError: the file is damaged, hostile or not of the format; `write` also raises AccountingError
where blocks and renderings do not match.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from workbench.errors import AccountingError, UnknownNameError

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Code:
    """Formatting within the text of a block: its characters [start, end).

    kind: "pair" is around words (bold, a link); "point" has no words (a line break, a picture, the
    mark of a footnote), start == end; "literal" are words that must come out the same (code, a
    placeholder). words: what a person may call it ("bold", "link", "line break"), for messages.
    """

    start: int
    end: int
    kind: Literal["pair", "point", "literal"] = "pair"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A text of a file that stands by itself: a paragraph, a cell, a cue, a unit.

    place says where it stands, for messages ("row 12, column B"). codes are in the order of their
    starts (an outer one before its inner ones) and well nested. language is that of the text where
    the file says so, else "". kept is the translation that the file has and that stays, else "".
    """

    place: str
    text: str
    codes: tuple[Code, ...] = ()
    kind: Literal["text", "heading"] = "text"
    language: str = ""
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a file: what was guessed, left as it is, or could not be read.

    lost: there is text in the file that will not be translated because of it.
    """

    message: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Rendering:
    """What stands in place of a block: codes[i] is where the block's codes[i] belongs in text.

    codes are well nested like the block's. failed: a sentence could not be translated and stands
    in the source language, so that nothing is lost; a format with states says so.
    """

    text: str
    codes: tuple[Code, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read and written.

    source and target are codes of languages; source is "" where it is not known yet. encoding ""
    is what the file itself says or what its bytes allow for. columns (letters, names or numbers
    from 1) are those of csv, tsv and xlsx to translate, fields (dotted paths) those of jsonl; none
    given is every one that holds words. output is the format to write where the format read
    cannot be written (pdf: docx, html or md).
    """

    source: str = ""
    target: str = ""
    encoding: str = ""
    columns: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its module, the endings of its files, the bytes that are read at most.

    outputs are the formats that it can be written as; () is itself alone. bilingual: a file may
    have translations already, and is read for one target at a time. inspected: its module has
    `inspect`.
    """

    name: str
    suffixes: tuple[str, ...]
    largest: int = 100 * _MB
    outputs: tuple[str, ...] = ()
    bilingual: bool = False
    inspected: bool = False

    def read(self, path: Path, reading: Reading) -> Iterator[Block | Remark]:
        """Yield the blocks of a file and what is to be said of it, in order; see the module."""
        read: Callable[[Path, Reading], Iterator[Block | Remark]] = self._module.read
        return read(path, reading)

    def inspect(self, path: Path, reading: Reading) -> Iterator[Block | Remark]:
        """Yield what is to be said of a file that was written; see the module."""
        inspect: Callable[[Path, Reading], Iterator[Remark]] = self._module.inspect
        yield from inspect(path, reading)

    def write(
        self, path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading
    ) -> None:
        """Write the file with a rendering in place of each block; see the module.

        Raises AccountingError: there are more or fewer renderings than blocks.
        """
        counted = _Counted(renderings, path.name)
        self._module.write(path, out, counted, reading)
        counted.finish()

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"workbench.formats.{self.name}")


# Formats that are read and written in a stream may be larger than the others.
_STREAMED = 2_000 * _MB
FORMATS = {
    format.name: format
    for format in (
        Format("txt", (".txt", ".text"), _STREAMED),
        Format("md", (".md", ".markdown"), 20 * _MB),
        Format("html", (".html", ".htm", ".xhtml")),
        Format("docx", (".docx",)),
        Format("pdf", (".pdf",), outputs=("docx", "html", "md")),
        Format("srt", (".srt",), 20 * _MB, inspected=True),
        Format("vtt", (".vtt",), 20 * _MB, inspected=True),
        Format("csv", (".csv",), _STREAMED),
        Format("tsv", (".tsv", ".tab"), _STREAMED),
        Format("xlsx", (".xlsx",)),
        Format("jsonl", (".jsonl", ".ndjson"), _STREAMED),
        Format("xliff", (".xlf", ".xliff"), bilingual=True),
        Format("tmx", (".tmx",), _STREAMED, bilingual=True),
        Format("po", (".po", ".pot"), bilingual=True),
    )
}
SUFFIXES = {suffix: format.name for format in FORMATS.values() for suffix in format.suffixes}


def format_of(path: Path) -> Format:
    """Return the format of a file by the end of its name.

    Raises UnknownNameError: no format has files that end so.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UnknownNameError("document format for files in", suffix or path.name, SUFFIXES)
    return FORMATS[SUFFIXES[suffix]]


class _Counted:
    """Renderings of which there must be as many as blocks."""

    def __init__(self, renderings: Iterator[Rendering], name: str) -> None:
        self._renderings, self._name, self._count = renderings, name, 0

    def __iter__(self) -> Iterator[Rendering]:
        return self

    def __next__(self) -> Rendering:
        for rendering in self._renderings:
            self._count += 1
            return rendering
        raise AccountingError(f"{self._name}: only {self._count} texts for more blocks than that.")

    def finish(self) -> None:
        left = sum(1 for _ in self._renderings)
        if left:
            total = self._count + left
            raise AccountingError(
                f"{self._name}: {total} texts for {self._count} blocks. Nothing was written."
            )
