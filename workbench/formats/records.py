"""Records of delimited text with the place of every cell, in a stream: csv.py and tsv.py use it.

Bytes outside of translated cells stay as they are, so the text is read by position and not by a
parser that forgets how it was written. Source of the format: RFC 4180.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from workbench.errors import UsageError
from workbench.formats.cells import worded

# Characters of a record. What is longer is most likely a quotation mark that nobody closed.
LONGEST = 200_000
_LOOK = 20  # lines from which the sign between cells is found
_SIGNS = (",", ";", "\t", "|")
_LINE_END = re.compile(r"\r\n|\n|\r")
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a record: where it stands in the record's text, and what it says."""

    start: int
    end: int
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands, line end included, and its cells; none where it cannot be read.

    line counts from 1.
    """

    raw: str
    cells: tuple[Cell, ...]
    line: int

    @property
    def broken(self) -> bool:
        """Return whether its quotation marks do not close as they should."""
        return not self.cells


def records(pieces: Iterable[str], sign: str, *, strict: bool) -> Iterator[Record]:
    """Yield the records of a text; `"".join(record.raw)` is the text.

    Where strict, a quotation mark that is not closed before a sign or line end makes the record a
    broken one, of one line; else it is a sign like any other.
    """
    held, line = "", 1
    waiting = iter(pieces)
    ended = False
    while held or not ended:
        while len(held) <= LONGEST + 2 and not ended:
            more = next(waiting, None)
            ended = more is None
            held += more or ""
        at = 0
        # Of what is held, the last part may lack its end.
        while at < len(held) and (ended or len(held) - at > LONGEST + 2):
            record = _record(held, at, line, sign, strict=strict)
            yield record
            at += len(record.raw)
            line += len(_LINE_END.findall(record.raw))
        held = held[at:]


def _record(text: str, at: int, line: int, sign: str, *, strict: bool) -> Record:
    limit = min(len(text), at + LONGEST)
    cells: list[Cell] = []
    place = at
    while True:
        cell = _quoted(text, place, limit, sign) if text.startswith('"', place) else None
        if cell is None and strict and text.startswith('"', place):
            return Record(_line(text, at), (), line)
        cell = cell or _bare(text, place, limit, sign)
        cells.append(cell)
        place = cell.end
        if not text.startswith(sign, place):
            break
        place += len(sign)
    found = _LINE_END.match(text, place)
    end = found.end() if found else place
    moved = (Cell(c.start - at, c.end - at, c.text, c.quoted) for c in cells)
    return Record(text[at:end], tuple(moved), line)


def _quoted(text: str, place: int, limit: int, sign: str) -> Cell | None:
    """Return the cell in quotation marks at a place, None if they are not closed as they should."""
    at = place + 1
    while True:
        at = text.find('"', at, limit)
        if at < 0:
            return None
        if not text.startswith('""', at):
            break
        at += 2
    end = at + 1
    if end < len(text) and not text.startswith((sign, "\r", "\n"), end):
        return None
    return Cell(place, end, text[place + 1 : at].replace('""', '"'), quoted=True)


def _bare(text: str, place: int, limit: int, sign: str) -> Cell:
    found = _ends(sign).search(text, place, limit)
    end = found.start() if found else limit
    return Cell(place, end, text[place:end], quoted=False)


@cache
def _ends(sign: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(sign)}\r\n]")


def _line(text: str, at: int) -> str:
    found = _LINE_END.search(text, at, at + LONGEST)
    return text[at : found.end() if found else min(len(text), at + LONGEST)]


def find_sign(head: str) -> str:
    """Return the sign between the cells of a text: the one that most lines have as often as the
    first.

    >>> find_sign("a;b;c,d\\n1;2;3\\n")
    ';'
    """
    lines = [_QUOTED.sub("", line) for line in head[:LONGEST].splitlines()[:_LOOK] if line]
    counts = {sign: [line.count(sign) for line in lines] for sign in _SIGNS}
    scores = {sign: per.count(per[0]) if per and per[0] else 0 for sign, per in counts.items()}
    return max(_SIGNS, key=lambda sign: (scores[sign], sum(counts[sign][:1])))


class Columns:
    """Which columns of a table are translated: named, lettered or numbered ones, or all.

    Raises UsageError, at the first record: the table has no column of that name.
    """

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted = tuple(wanted)
        self._numbers: frozenset[int] | None = None
        self._heading = False

    def takes(self, record: Record, number: int) -> bool:
        """Return whether a cell is to be translated; number counts from 0."""
        if self._numbers is None:
            self._look(record)
        if self._heading and record.line == 1:
            return False
        chosen = not self._wanted or number in (self._numbers or ())
        return chosen and worded(record.cells[number].text)

    def _look(self, first: Record) -> None:
        """Learn from the first record what the columns are, and whether it is only their names."""
        names = [cell.text.strip() for cell in first.cells]
        numbers = set()
        for wanted in self._wanted:
            if wanted in names:
                numbers.add(names.index(wanted))
                self._heading = True
            else:
                numbers.add(_number(wanted, names))
        self._numbers = frozenset(numbers)
        if not self._wanted:
            # Names for programs; a table for people has words there, and they are translated.
            filled = [name for name in names if name]
            self._heading = len(filled) > 1 and all(map(_PLAIN_NAME.fullmatch, filled))


def _number(wanted: str, names: Sequence[str]) -> int:
    """Return the number from 0 of a column that is given by its number from 1 or its letters."""
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted) - 1
    if re.fullmatch(r"[A-Za-z]{1,3}", wanted):
        number = 0
        for letter in wanted.upper():
            number = number * 26 + ord(letter) - 64
        return number - 1
    raise UsageError(
        f"There is no column {wanted!r}. Its columns: {', '.join(filter(None, names))}; or give "
        "letters (A, B) or numbers from 1."
    )


def with_head(pieces: Iterable[str]) -> tuple[str, Iterator[str]]:
    """Return the first piece of a text, and all of its pieces."""
    waiting = iter(pieces)
    head = next(waiting, "")
    return head, chain([head], waiting)
