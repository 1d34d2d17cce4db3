"""Test sets: files of one segment a line, read strictly, so that line 7 means the same to all."""

import codecs
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InputError

# Nothing else ends a line: str.splitlines() would cut at U+2028, U+0085 or a vertical tab as well,
# and shift every line after it.
_LINE_END = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a file without their ends. sha256 is that of the file's bytes, in hex."""

    name: str
    texts: tuple[str, ...]
    sha256: str


def read_lines(path: str) -> Lines:
    r"""Read a UTF-8 file, with or without byte order mark; lines end in "\n" or "\r\n".

    Raises InputError: no such file, no text in it, or bytes that are not UTF-8 text.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as exc:
        raise InputError(f"{path}: cannot be read ({exc.strerror}).") from exc
    text = _decode(data, path)
    if not text.strip():
        raise InputError(f"{path}: there is no text in it.")
    texts = _LINE_END.split(text)
    if not texts[-1]:
        del texts[-1]
    return Lines(Path(path).name, tuple(texts), hashlib.sha256(data).hexdigest())


def require_same_count(files: Sequence[Lines]) -> None:
    """Raise InputError unless all files have as many lines as the first."""
    first = files[0]
    for other in files[1:]:
        if len(other.texts) != len(first.texts):
            raise InputError(
                f"{other.name} has {len(other.texts)} lines and {first.name} "
                f"{len(first.texts)}: line n of one must translate line n of the other. Where "
                "they part cannot be known from the counts; compare the two at a few places."
            )


def _decode(data: bytes, path: str) -> str:
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = body.count(b"\n", 0, exc.start) + 1
        place = f"byte {len(data) - len(body) + exc.start} (0x{body[exc.start]:02x}, line {line})"
        raise InputError(f"{path}: {place} is not UTF-8. Save the file as UTF-8.") from exc
    if "\0" in text:
        raise InputError(f"{path}: holds NUL characters: it is not a UTF-8 text file.")
    return text
