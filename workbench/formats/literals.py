"""Literal words in a translation: found there, mended where the engine changed them, or put in."""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.formats.borders import borders, cuts_latin, is_within_word
from workbench.types import Segment, Span

_SEARCHED = 20_000_000  # characters times literals of one sentence: more are not looked for
_LOOSELY = 4_096  # characters of a sentence in which what is like the words is looked for
_LONGEST = 200  # characters of words that may have been changed


@dataclass(frozen=True, slots=True)
class _Row:
    """A sentence, or more where a literal goes over their ends; to is the end with the gap."""

    start: int
    end: int
    to: int
    target: str
    gap: str


def rows_of(
    segments: Sequence[Segment], targets: Sequence[tuple[str, str]], literals: Sequence[Span]
) -> list[_Row]:
    rows: list[_Row] = []
    start, open_until, waiting = 0, 0, list(reversed(literals))
    for segment, (target, gap) in zip(segments, targets, strict=True):
        end = start + len(segment.text)
        row = _Row(start, end, end + len(segment.gap), target, gap)
        if rows and row.start < open_until:
            row = _joined(rows.pop(), row)
        while waiting and waiting[-1][0] < row.to:
            open_until = max(open_until, waiting.pop()[1])
        rows.append(row)
        start = row.to
    return rows or [_Row(0, 0, 0, "", "")]


def _joined(row: _Row, following: _Row) -> _Row:
    target = row.target + row.gap + following.target
    return _Row(row.start, following.end, following.to, target, following.gap)


@dataclass(frozen=True, slots=True)
class Piece:
    """A row with its places: words are start to end, with the gap they go up to `to`."""

    start: int
    end: int
    to: int
    target_start: int
    target_end: int
    target_to: int
    same: bool


class Settled:
    """Literal words in the targets: found there, or put in."""

    def __init__(self, source: str, rows: Sequence[_Row]) -> None:
        self.guessed: set[int] = set()
        self._source, self._rows = source, rows
        self._starts = [row.start for row in rows]
        self._of_row: dict[int, list[tuple[int, Span]]] = {}

    def add(self, number: int, span: Span) -> None:
        """Note a literal."""
        row = max(0, bisect_right(self._starts, span[0]) - 1)
        self._of_row.setdefault(row, []).append((number, span))

    def finish(self) -> tuple[list[Piece], dict[int, Span], str]:
        """Return the pieces, the places of the literals in the target, and the target."""
        pieces: list[Piece] = []
        places: dict[int, Span] = {}
        texts: list[str] = []
        at = 0
        for number, row in enumerate(self._rows):
            text, end, found = self._row(row, self._of_row.get(number, []))
            places |= {n: (at + a, at + b) for n, (a, b) in found.items()}
            same = text == self._source[row.start : row.to] and end == row.end - row.start
            to = at + len(text)
            pieces.append(Piece(row.start, row.end, row.to, at, at + end, to, same))
            texts.append(text)
            at = to
        return pieces, places, "".join(texts)

    def _row(self, row: _Row, literals: list[tuple[int, Span]]) -> tuple[str, int, dict[int, Span]]:
        """Return the target with its gap, where the gap begins, and the places of the literals."""
        text, words = row.target + row.gap, self._source[row.start : row.to]
        if text == words and len(row.target) == row.end - row.start:
            return text, len(row.target), {n: _less(span, row.start) for n, span in literals}
        edits = _Edits(text, len(text) * len(literals) <= _SEARCHED)
        # Longer ones first, or "%" would take what belongs to "%s".
        for n, (start, end) in sorted(literals, key=lambda one: (one[1][0] - one[1][1], one[0])):
            tied = cuts_latin(self._source, start), cuts_latin(self._source, end)
            if not edits.find(n, self._source[start:end], tied):
                share = _share_of(start, row, len(row.target), len(text))
                edits.insert(n, self._source[start:end], share)
                self.guessed.add(n)
        return edits.finish(len(row.target))


def _less(span: Span, offset: int) -> Span:
    return span[0] - offset, span[1] - offset


def _share_of(at: int, row: _Row, words: int, whole: int) -> int:
    """Return where a place of the source would be in a target of so many characters."""
    if at >= row.end:
        return min(whole, words + at - row.end)
    return round((at - row.start) * words / max(1, row.end - row.start))


class _Edits:
    """A text in which words are marked, mended or put in."""

    def __init__(self, text: str, searched: bool) -> None:
        self._text, self._searched = text, searched
        self._borders = borders(text)
        self._from: dict[str, int] = {}
        self._spans: list[tuple[int, int, int, str]] = []  # start, end, number, words

    def find(self, number: int, words: str, tied: tuple[bool, bool]) -> bool:
        """Mark the next place of the words, or of what they were made into; say whether any.

        tied: letters may go on before or behind the words, as they do in the source (`enum`s).
        """
        if not words or not self._searched:
            return False
        at = self._text.find(words, self._from.get(words, 0))
        while at >= 0:
            self._from[words] = at + 1
            if self._is_free(at, at + len(words), tied):
                self._from[words] = at + len(words)
                return self._mark(at, at + len(words), number, words)
            at = self._text.find(words, at + 1)
        return self._find_loosely(number, words, tied)

    def insert(self, number: int, words: str, at: int) -> None:
        """Put words in near a place, outside of others and between words."""
        at = _nearest(self._borders, at)
        index = bisect_right(self._spans, (at, at, -1, ""))
        for start, end, *_ in self._spans[max(0, index - 1) : index + 1]:
            if start < at < end:
                at = end
        insort(self._spans, (at, at, number, words))

    def finish(self, end: int) -> tuple[str, int, dict[int, Span]]:
        """Return the text, where its character `end` is now, and the places of the words."""
        parts, places, length, at, moved = [], {}, 0, 0, end
        for start, stop, number, words in self._spans:
            before, behind = self._spaces(start, stop, words)
            parts += [self._text[at:start], before, words, behind]
            length += start - at + len(before)
            places[number] = (length, length + len(words))
            length += len(words) + len(behind)
            at = stop
            if start <= end and (start < end or start == stop):
                moved = max(length, length + end - stop)
        parts.append(self._text[at:])
        return "".join(parts), moved, places

    def _spaces(self, start: int, stop: int, words: str) -> tuple[str, str]:
        """Return the spaces that words put in need before and behind them."""
        if start < stop or not words.strip():
            return "", ""
        before, behind = self._text[:start][-1:], self._text[stop : stop + 1]
        return (
            " " if before and is_within_word(before + "a", 1) else "",
            " " if behind and is_within_word("a" + behind, 1) else "",
        )

    def _find_loosely(self, number: int, words: str, tied: tuple[bool, bool]) -> bool:
        if not words.strip() or len(words) > _LONGEST or len(self._text) > _LOOSELY:
            return False
        parts = re.findall(r"[^\W_]+|[^\w\s]", words)
        pattern = r"[\s_]*".join(map(re.escape, parts))
        for match in re.finditer(pattern, self._text, re.IGNORECASE):
            if self._is_free(*match.span(), tied):
                return self._mark(*match.span(), number, words)
        return False

    def _is_free(self, start: int, end: int, tied: tuple[bool, bool]) -> bool:
        index = bisect_left(self._spans, (start, start, -1, ""))
        around = self._spans[max(0, index - 1) : index + 1]
        if any(start < b and a < end for a, b, *_ in around):
            return False
        cut = cuts_latin(self._text, start), cuts_latin(self._text, end)
        return not any(here and not there for here, there in zip(cut, tied, strict=True))

    def _mark(self, start: int, end: int, number: int, words: str) -> bool:
        insort(self._spans, (start, end, number, words))
        return True


def _nearest(places: Sequence[int], at: int) -> int:
    index = bisect_left(places, at)
    return min(places[max(0, index - 1) : index + 1] or [places[-1]], key=lambda p: abs(p - at))
