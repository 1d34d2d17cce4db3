"""Read text files and standard input: decoded strictly, line ends kept, in pieces when large."""

import codecs
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError, UsageError

BLOCK = 1 << 20
# Longest first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_pieces(path: str, encoding: str = "") -> Iterator[str]:
    """Yield the text of a file, or of standard input for "-", about a million characters at a time.

    Without an encoding the byte order mark decides, else UTF-8. Line ends stay as they are.
    Raises InputError: no such file, not readable, or bytes that are not of the encoding (the
    message has the offset). UsageError: no such encoding.
    """
    if path == "-":
        yield from _decode(sys.stdin.buffer, "standard input", encoding)
        return
    file = Path(path)
    if not file.exists():
        raise InputError(f"{path}: no such file.")
    if not file.is_file():
        raise InputError(f"{path}: not a regular file; give a text file, or - for standard input.")
    try:
        with file.open("rb") as stream:
            yield from _decode(stream, path, encoding)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def _decode(stream: BinaryIO, name: str, encoding: str) -> Iterator[str]:
    block = stream.read(BLOCK)
    encoding = encoding or next((e for mark, e in _MARKS if block.startswith(mark)), "utf-8")
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise UsageError(
            f"No encoding named {encoding!r}: try utf-8, shift_jis, euc-kr."
        ) from error
    offset = 0
    while True:
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            where = offset - pending + error.start
            raise InputError(
                f"{name}: byte {where} is not {encoding}. Say what it is with --encoding, "
                f"for example --encoding shift_jis, euc-jp, euc-kr or cp949."
            ) from error
        if "\0" in text:
            raise InputError(f"{name}: holds NUL characters: it is not a text file.")
        if text:
            yield text
        if not block:
            return
        offset += len(block)
        block = stream.read(BLOCK)
