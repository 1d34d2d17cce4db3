"""Lines of JSON, in a stream: strings with words are translated where they stand, bytes kept."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any, BinaryIO

from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.cells import inner, worded
from workbench.reading import open_text

# Characters of a line. A longer one is copied as it is.
LONGEST = 4_000_000
_STRUCTURE = re.compile(r'["{}\[\],:]')
_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}")
# Keys whose values are for programs, where no field is asked for.
_NOT_WORDS = frozenset(
    {"id", "uuid", "key", "hash", "lang", "language", "locale", "code", "type", "role", "url"}
)
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A string of a line: where it stands with its quotation marks, and under which keys."""

    start: int
    end: int
    text: str
    path: Keys


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per string with words; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    if text.guessed:
        yield Remark(f"Read as {text.name}: guessed from its bytes; --encoding says otherwise.")
    for number, line in enumerate(_lines(text.pieces()), 1):
        values = _values(line)
        if isinstance(values, str):
            yield Remark(f"Line {number}: {values}; it is copied as it is.", lost=True)
            continue
        for value in _chosen(values, reading.fields):
            start, end = inner(value.text)
            yield Block(f"line {number}, {'.'.join(value.path)}", value.text[start:end])


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the lines in UTF-8 with their strings translated; see workbench.formats."""
    text = open_text(path, reading.encoding, reading.source)
    out.write("\ufeff".encode() if text.bom else b"")
    for line in _lines(text.pieces()):
        values = _values(line)
        chosen = [] if isinstance(values, str) else list(_chosen(values, reading.fields))
        parts, at = [], 0
        for value in chosen:
            parts += [line[at : value.start], _put(line, value, next(renderings).text)]
            at = value.end
        out.write("".join((*parts, line[at:])).encode("utf-8", "replace"))


def _put(line: str, value: Value, made: str) -> str:
    """Return a string as JSON, in ASCII where the source was."""
    raw = line[value.start : value.end]
    start, end = inner(value.text)
    if made == value.text[start:end]:
        return raw
    whole = value.text[:start] + made + value.text[end:]
    lone = any("\ud800" <= c <= "\udfff" for c in whole)
    return json.dumps(whole, ensure_ascii=lone or bool(_ESCAPE.search(raw)))


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a text with their ends; one that is too long comes in parts."""
    held = ""
    for piece in pieces:
        held += piece
        *whole, held = held.split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(held) > LONGEST:
            yield held
            held = ""
    if held:
        yield held


def _values(line: str) -> list[Value] | str:
    """Return the strings of a line, or why it cannot be read; blank lines have none."""
    if not line.strip("\ufeff \t\r\n"):
        return []
    if len(line) > LONGEST:
        return f"it is longer than {LONGEST:,} characters"
    try:
        json.loads(line)
        return _strings(line)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return f"it is not JSON ({error})"


def _strings(line: str) -> list[Value]:
    """Return the strings of a line that is JSON, those that are keys left out."""
    found: list[Value] = []
    # Of each object or array that is open: the key or number of what comes next; a key that is
    # None is still to come.
    stack: list[Any] = []
    at = 0
    while match := _STRUCTURE.search(line, at):
        sign, at = match.group(), match.end()
        if sign == '"':
            text, at = scanstring(line, at, True)
            if stack and stack[-1] is None:
                stack[-1] = text
            else:
                found.append(Value(match.start(), at, text, tuple(map(str, stack))))
        elif sign in "{[":
            stack.append(None if sign == "{" else 0)
        elif sign in "}]":
            stack.pop()
        elif sign == "," and stack:
            stack[-1] = None if isinstance(stack[-1], str) else stack[-1] + 1
    return found


def _chosen(values: Iterable[Value], fields: Sequence[str]) -> Iterator[Value]:
    """Yield the strings that are translated: those of the fields, or all that hold words."""
    wanted = [tuple(field.split(".")) for field in fields]
    for value in values:
        if wanted:
            chosen = any(_fits(value.path, path) for path in wanted)
        else:
            chosen = not value.path or value.path[-1].lower() not in _NOT_WORDS
        if chosen and worded(value.text):
            yield value


def _fits(path: Keys, wanted: Keys) -> bool:
    """Return whether a path is the wanted one, or below it; * is any key or number."""
    if len(path) < len(wanted):
        return False
    return all(one in ("*", two) for one, two in zip(wanted, path, strict=False))
