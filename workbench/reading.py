"""Read text files and standard input: decoded strictly, line ends kept, in pieces when large."""

import codecs
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.encodings import MARKS, STRAY, guess, named, sample_of, second_encoding, unclear
from workbench.errors import InputError, UsageError

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """A text file whose encoding is known. bom is its byte order mark, b"" for none.

    guessed: nothing but the look of what comes out says that it is this encoding.
    """

    path: Path
    encoding: str
    bom: bytes = b""
    guessed: bool = False

    @property
    def name(self) -> str:
        """Return the encoding as people know it."""
        return named(self.encoding)

    def pieces(self) -> Iterator[str]:
        """Yield the text without its mark, about a million characters at a time, strictly decoded.

        Line ends stay as they are. Raises InputError: bytes that are not of the encoding; the
        message has their line and offset.
        """
        with _opened(self.path) as stream:
            stream.seek(len(self.bom))
            yield from _decode(stream, self.path.name, self.encoding, len(self.bom))


def open_text(path: Path, encoding: str = "", language: str = "") -> Text:
    """Return a text file with its encoding: the one given, marked, UTF-8, or plainly another.

    language helps to tell encodings apart where it is known.
    Raises InputError: it cannot be read, or its encoding is not clear; the message has the
    choices. UsageError: no such encoding.
    """
    with _opened(path) as stream:
        sample, whole = sample_of(stream)
        stream.seek(0)
        head = stream.read(4)
    mark = next(((m, e) for m, e in MARKS if head.startswith(m)), None)
    if mark and encoding.lower().replace("_", "-") in ("", "utf-8", "utf8", "utf-16", mark[1]):
        return Text(path, mark[1], mark[0])
    if encoding:
        return Text(path, _codec(encoding))
    found = guess(sample, whole=whole, language=language)
    if found.sure:
        return Text(path, found.encoding, guessed=found.encoding != "utf-8")
    if b"\0" in sample and not found.others:
        raise _no_text(path.name)
    if found.encoding and not found.others:
        # No encoding reads it: this tells where it is damaged.
        for _ in Text(path, found.encoding).pieces():
            pass
    raise unclear(path.name, found)


def _no_text(name: str) -> InputError:
    return InputError(
        f"{name}: holds NUL characters: it is not a text file. Save it as one, or leave it out."
    )


def check_encoding(encoding: str) -> None:
    """Raise UsageError: there is no encoding of that name. "" is none, and right."""
    if encoding:
        _codec(encoding)


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except LookupError as error:
        raise UsageError(
            f"No encoding named {encoding!r}: try utf-8, shift_jis, euc-kr."
        ) from error
    # What is called Shift_JIS or EUC-KR in the wild has the signs of Windows.
    return {"shift_jis": "cp932", "euc_kr": "cp949"}.get(name, name)


def _opened(path: Path) -> BinaryIO:
    """Open a regular file. Raises InputError: there is none, or it cannot be read."""
    if not path.exists():
        raise InputError(f"{path}: no such file.")
    if not path.is_file():
        raise InputError(f"{path}: not a regular file; give a text file, or - for standard input.")
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}).") from error


def read_pieces(path: str, encoding: str = "") -> Iterator[str]:
    """Yield the text of a file, or of standard input for "-", about a million characters at a time.

    Without an encoding the byte order mark decides, else UTF-8; for a file, else what its bytes
    plainly are, which is said on stderr. Line ends stay as they are.
    Raises InputError: no such file, not readable, or bytes that are not of the encoding (the
    message has the offset). UsageError: no such encoding.
    """
    if path != "-":
        text = open_text(Path(path), encoding)
        if text.guessed:
            print(f"Read as {text.name}: guessed; --encoding says otherwise.", file=sys.stderr)
        yield from text.pieces()
        return
    stream = sys.stdin.buffer
    head = stream.read(BLOCK)
    mark = next(((m, e) for m, e in MARKS if head.startswith(m)), (b"", "utf-8"))
    codec = _codec(encoding) if encoding else mark[1]
    skipped = len(mark[0]) if codec == mark[1] else 0
    yield from _decode(stream, "standard input", codec, skipped, head[skipped:])


def _decode(
    stream: BinaryIO, name: str, encoding: str, offset: int, block: bytes = b""
) -> Iterator[str]:
    """Yield the decoded stream from `offset` of the file on; block is what was read of it."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = 1
    block = block or stream.read(BLOCK)
    while True:
        pending = len(decoder.getstate()[0])
        at = second_encoding(block) if encoding in ("cp932", "euc_jp", "cp949") else -1
        if at >= 0:
            line = lines + block[:at].count(b"\n")
            raise _broken(name, offset + at, line, f"{named(encoding)} like the rest, but UTF-8")
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            line = lines + error.object[: error.start].decode(encoding, "ignore").count("\n")
            raise _broken(name, offset - pending + error.start, line, named(encoding)) from error
        stray = STRAY.search(text) if encoding == "cp932" else None
        if stray:
            before = text[: stray.start()]
            where = offset - pending + len(before.encode(encoding, "replace"))
            raise _broken(name, where, lines + before.count("\n"), named(encoding))
        if "\0" in text:
            raise _no_text(name)
        if text:
            yield text
        if not block:
            return
        offset += len(block)
        lines += text.count("\n")
        block = stream.read(BLOCK)


def _broken(name: str, offset: int, line: int, expected: str) -> InputError:
    return InputError(
        f"{name}: byte {offset} (line {line}) is not {expected}. The file is damaged there, or of "
        "another encoding: say which with --encoding, for example --encoding shift_jis, euc-jp, "
        "euc-kr or cp949."
    )
