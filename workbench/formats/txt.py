"""Plain text, in a stream: paragraphs are translated, every blank and line end stays as it is."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.formats import Block, Reading, Remark, Rendering
from workbench.reading import Text, open_text

# Characters of a block: whole paragraphs, or lines, as long as there are any.
SIZE = 65_536
_EMPTY_LINE = re.compile(r"(?:\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_STOP = re.compile(r"[。．！？!?]|[.] |\s")
_WORD = re.compile(r"[^\W_]")
_SPACE = " \t\n\r\f\v\u3000\ufeff\u00a0"


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield blocks of about SIZE characters; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    if text.guessed:
        yield Remark(f"Read as {text.name}: guessed from its bytes; --encoding says otherwise.")
    line = 1
    for chunk in _chunks(text.pieces()):
        inner = chunk.strip(_SPACE)
        if _WORD.search(inner):
            before = chunk[: chunk.index(inner)]
            yield Block(f"line {line + _lines(before)}", inner)
        line += _lines(chunk)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the text in UTF-8 with renderings in place of its blocks; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    out.write(_mark(text))
    for chunk in _chunks(text.pieces()):
        inner = chunk.strip(_SPACE)
        made = chunk
        if _WORD.search(inner):
            at = chunk.index(inner)
            made = chunk[:at] + next(renderings).text + chunk[at + len(inner) :]
        out.write(made.encode("utf-8", "replace"))


def _mark(text: Text) -> bytes:
    return "\ufeff".encode() if text.bom else b""


def _lines(text: str) -> int:
    return len(_LINE_END.findall(text))


def _chunks(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the joined pieces in chunks; how the pieces were cut makes no difference."""
    held = ""
    for piece in pieces:
        held += piece
        at = 0
        # A chunk is cut only where all that decides is there.
        while len(held) - at > 3 * SIZE:
            end = at + _cut(held[at : at + 2 * SIZE])
            yield held[at:end]
            at = end
        held = held[at:]
    while len(held) > 2 * SIZE:
        end = _cut(held[: 2 * SIZE])
        yield held[:end]
        held = held[end:]
    if held:
        yield held


def _cut(text: str) -> int:
    """Return where a text is best cut: at an empty line, a line end, a stop, or its middle."""
    for pattern in (_EMPTY_LINE, _LINE_END, _STOP):
        found = pattern.search(text, SIZE, len(text) - 2)
        if found:
            return found.end()
    return SIZE
