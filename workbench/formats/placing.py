"""Find the places of pairs and points in a translation.

A new way to find the place of a pair is a line in `Placing._found`.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice

from workbench.formats.borders import borders, cuts_latin, grow, is_particle, is_within_word, trim
from workbench.formats.literals import Piece
from workbench.types import Span

Find = Callable[[str], str | None]

_SEARCHED = 20_000_000  # characters times codes of one sentence: more are placed by their share
_FUZZY = 4_096  # characters of a sentence in which something like the words is looked for
_LONGEST = 200  # characters of words that are looked for
_ALIKE = 78.0  # percent of rapidfuzz's partial ratio: less is another word
_TRIED = 16  # free places on either side that are looked at
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[A-Za-z][A-Za-z0-9_.+-]*[A-Za-z0-9]")
_TOKEN_AT_END = re.compile(rf"(?:{_TOKEN.pattern})$")
_ARTICLE = re.compile(r"^(?:the|an?|this|that)\s+", re.IGNORECASE)
_LOWER = re.compile(r"[a-z]{1,3}")  # "on" is a word of many languages: found is not the same


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def _fold(text: str) -> str:
    """Return the text in small letters of normal width, character by character."""
    return "".join(map(_fold_character, text))


def _word_around(text: str, start: int, end: int) -> Span:
    """Return the span with the rest of the words that it cuts, as far as words are looked for."""
    low, high = max(0, start - _LONGEST), min(len(text), end + _LONGEST)
    while start > low and is_within_word(text, start):
        start -= 1
    while end < high and is_within_word(text, end):
        end += 1
    return start, end


class Side:
    """A text, and how many letters and digits stand before each of its places."""

    def __init__(self, text: str) -> None:
        self.text, self.folded = text, _fold(text)
        self._counts = list(accumulate(map(str.isalnum, text), initial=0))

    def has_words(self, start: int, end: int) -> bool:
        """Return whether a letter or digit stands from start to end."""
        return start < end and self._counts[end] > self._counts[start]

    def first(self, start: int) -> int:
        """Return where the first letter or digit from start is, or the length."""
        return bisect_right(self._counts, self._counts[start], lo=start) - 1

    def last(self, end: int) -> int:
        """Return where the last letter or digit before end is, or -1."""
        return bisect_left(self._counts, self._counts[end], hi=end + 1) - 1

    def hits(self, words: str, start: int, end: int) -> list[int]:
        """Return where folded words stand from start to end, not within words."""
        found, at = [], self.folded.find(words, start, end)
        while at >= 0:
            cut = is_within_word(self.text, at) and is_within_word(self.text, at + len(words))
            if not cut and not cuts_latin(self.text, at) and not self._goes_on(at + len(words)):
                found.append(at)
            at = self.folded.find(words, at + len(words), end)
        return found

    def _goes_on(self, at: int) -> bool:
        return cuts_latin(self.text, at)


@dataclass(frozen=True, slots=True)
class _Frame:
    """The part of a sentence that a pair around it has, in source and target."""

    piece: Piece
    start: int
    end: int
    target_start: int
    target_end: int

    def share(self, at: int) -> int:
        """Return where a place of the source is in the target, by its share of the way."""
        way = (self.target_end - self.target_start) / max(1, self.end - self.start)
        at = self.target_start + round((at - self.start) * way)
        return min(max(at, self.target_start), self.target_end)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of a block: where they stand in the source, what is in what, places found."""

    spans: list[Span]
    kinds: list[str]
    children: dict[int, list[int]]
    places: dict[int, Span]
    guessed: set[int]


class Placing:
    """Codes on their way into a target: an outer pair before what is in it, sure ones first."""

    def __init__(self, source: Side, target: Side, pieces: list[Piece], find: Find) -> None:
        self._source, self._target, self._pieces, self._find = source, target, pieces, find
        self._starts = [piece.start for piece in pieces]
        self._borders = borders(target.text)
        self._taken: list[Span] = []  # by pairs that stand beside each other, ascending

    def run(self, codes: Codes) -> None:
        """Give every code that has no place one."""
        self._codes, self._places = codes, codes.places
        self._solid = sorted(codes.places.values())
        self._busy = Counter(self._piece_of(start) for start, _ in codes.spans)
        for parent in [-1, *(n for n, kind in enumerate(codes.kinds) if kind == "pair")]:
            self._place(parent, codes.children.get(parent, []))

    def _place(self, parent: int, children: list[int]) -> None:
        self._taken = []
        unsure = []
        for n in (n for n in children if self._codes.kinds[n] == "pair"):
            start, end = self._codes.spans[n]
            place = self._certain(n, parent) if start < end else None
            if place is not None:
                self._take(n, place)
            elif self._is_filled(n):
                unsure.append(n)
        literals = [n for n in children if self._codes.kinds[n] == "literal"]
        self._taken = sorted([*self._taken, *(self._places[n] for n in literals)])
        for n in unsure:
            self._codes.guessed.add(n)
            self._take(n, self._spread(n, parent))
        for index, n in enumerate(children):
            if n not in self._places:
                at = self._point(n, parent, children[max(0, index - 1) : index + 2])
                self._places[n] = (at, at)

    def _take(self, n: int, place: Span) -> None:
        self._places[n] = place
        insort(self._taken, place)

    def _is_filled(self, n: int) -> bool:
        inner = self._codes.children.get(n, [])
        return self._source.has_words(*self._codes.spans[n]) or any(
            self._codes.kinds[i] == "literal" for i in inner
        )

    def _piece_of(self, at: int) -> int:
        return max(0, bisect_right(self._starts, at) - 1)

    def _bounds(self, parent: int) -> tuple[Span, Span]:
        if parent < 0:
            return (0, len(self._source.text)), (0, len(self._target.text))
        return self._codes.spans[parent], self._places[parent]

    def _frame(self, parent: int, piece: Piece) -> _Frame:
        (start, end), (first, last) = self._bounds(parent)
        start, end = max(start, piece.start), min(end, piece.end)
        low, high = max(first, piece.target_start), min(last, piece.target_end)
        low, high = (low, high) if low <= high else (first, last)
        return _Frame(piece, min(start, end), end, low, high)

    def _certain(self, n: int, parent: int) -> Span | None:
        """Return where a pair surely belongs, or None."""
        start, end = self._codes.spans[n]
        first, last = (self._pieces[self._piece_of(at)] for at in (start, max(start, end - 1)))
        if first.same and last.same:
            place = start + first.target_start - first.start, end + last.target_start - last.start
        else:
            left, right = self._ends(n, parent)
            if left is None or right is None:
                return None
            place = left[0], right[1]
        return place if self._is_free(place, parent) else None

    def _ends(self, n: int, parent: int) -> tuple[Span | None, Span | None]:
        """Return where the first and the last piece of a pair surely belong."""
        start, end = trim(self._source.text, *self._codes.spans[n])
        first, last = (self._pieces[self._piece_of(at)] for at in (start, max(start, end - 1)))
        if first is last:
            found = self._found(n, self._frame(parent, first), (start, end))
            return found, found
        left = self._found(n, self._frame(parent, first), (start, first.end))
        return left, self._found(n, self._frame(parent, last), (last.start, end))

    def _is_free(self, place: Span, parent: int) -> bool:
        low, high = self._bounds(parent)[1]
        index = bisect_left(self._taken, place)
        around = self._taken[max(0, index - 1) : index + 1]
        apart = all(place[1] <= a or b <= place[0] for a, b in around)
        whole = all(self._outside(at, at, at) == at for at in place)
        return low <= place[0] <= place[1] <= high and apart and whole

    def _found(self, n: int, frame: _Frame, span: Span) -> Span | None:
        """Return where words of one sentence are found in its target, or None."""
        if frame.piece.same:
            shift = frame.piece.target_start - frame.piece.start
            return span[0] + shift, span[1] + shift
        inner = [i for i in self._codes.children.get(n, []) if self._codes.kinds[i] == "literal"]
        if inner and (self._codes.spans[inner[0]][0], self._codes.spans[inner[-1]][1]) == span:
            hull = [at for i in inner for at in self._places[i]]
            if len(inner) == 1 or max(hull) - min(hull) <= 2 * (span[1] - span[0]):
                return min(hull), max(hull)
        if not self._target.has_words(frame.target_start, frame.target_end):
            return None
        if not (
            self._source.has_words(frame.start, span[0])
            or self._source.has_words(span[1], frame.end)
        ):
            return self._whole(frame, span)
        size = frame.target_end - frame.target_start
        if span[1] - span[0] > _LONGEST or size * self._busy[self._piece_of(span[0])] > _SEARCHED:
            return None
        return (
            self._part(frame, span)
            or self._verbatim(frame, span)
            or self._own(frame, self._source.text[slice(*span)])
        )

    def _part(self, frame: _Frame, span: Span) -> Span | None:
        """Return the same part of the same word for a part of one: the 2 of H2O, the st of 1st."""
        start, end = around = _word_around(self._source.text, *span)
        if around == span:
            return None
        words = self._source.folded[start:end]
        hits = self._target.hits(words, frame.target_start, frame.target_end)
        nth = bisect_left(self._source.hits(words, frame.start, frame.end), start)
        for at in (hits[nth:] + hits[:nth])[:_TRIED]:
            place = at + span[0] - start, at + span[1] - start
            if not any(a < place[1] and place[0] < b for a, b in self._near(*place)):
                return place
        return None

    def _whole(self, frame: _Frame, span: Span) -> Span:
        """Return all of a target but as many signs at its ends as the source has there."""
        low, high = trim(self._target.text, frame.target_start, frame.target_end)
        before = len(self._source.text[frame.start : span[0]].strip())
        behind = len(self._source.text[span[1] : frame.end].strip())
        low = min(low + before, self._target.first(low)) if before else low
        high = max(high - behind, self._target.last(high) + 1) if behind else high
        return trim(self._target.text, low, high)

    def _verbatim(self, frame: _Frame, span: Span) -> Span | None:
        """Return where the words stand in the target as they are: the nth for the nth."""
        words = self._source.folded[slice(*span)]
        if not words or _LOWER.fullmatch(self._source.text, *span):
            return None
        hits = self._target.hits(words, frame.target_start, frame.target_end)
        if not hits:
            return None
        nth = bisect_left(self._source.hits(words, frame.start, frame.end), span[0])
        return self._free_one([(at, at + len(words)) for at in hits[nth:] + hits[:nth]], frame)

    def _own(self, frame: _Frame, words: str) -> Span | None:
        """Return where the words' own translation stands in the target, or what is like it."""
        own = self._find(words)
        if own is None:
            return None
        own = _fold(own[slice(*trim(own, 0, len(own), stops=True))])
        for text in dict.fromkeys((own, _ARTICLE.sub("", own))):
            hits = self._target.hits(text, frame.target_start, frame.target_end) if text else []
            place = self._free_one([(at, at + len(text)) for at in hits], frame)
            if place is not None:
                return place
        return self._alike(frame, _ARTICLE.sub("", own))

    def _alike(self, frame: _Frame, words: str) -> Span | None:
        low, high = frame.target_start, frame.target_end
        if len(words) < 3 or high - low > _FUZZY or len(words) > high - low:
            return None
        from rapidfuzz.fuzz import partial_ratio_alignment

        found = partial_ratio_alignment(words, self._target.folded[low:high], score_cutoff=_ALIKE)
        if found is None or found.dest_start == found.dest_end:
            return None
        return self._free_one([(low + found.dest_start, low + found.dest_end)], frame)

    def _free_one(self, spans: Sequence[Span], frame: _Frame) -> Span | None:
        """Return the first of the spans, grown to whole words, that no other pair has."""
        for span in spans[:_TRIED]:
            start, end = trim(self._target.text, *grow(self._target.text, *span), stops=True)
            fits = frame.target_start <= start < end <= frame.target_end
            if fits and not any(a < end and start < b for a, b in self._near(start, end)):
                return start, end
        return None

    def _near(self, start: int, end: int) -> list[Span]:
        index = bisect_left(self._taken, (start, end))
        return self._taken[max(0, index - 1) : index + 1]

    def _spread(self, n: int, parent: int) -> Span:
        """Return where its share of the way puts a pair: between words, and with words in it."""
        start, end = trim(self._source.text, *self._codes.spans[n])
        first, last = (self._pieces[self._piece_of(at)] for at in (start, max(start, end - 1)))
        frame, behind = self._frame(parent, first), self._frame(parent, last)
        left, right = self._ends(n, parent) if first is not last else (None, None)
        low = left[0] if left else frame.share(start)
        high = max(low, right[1] if right else behind.share(end))
        if first is not last:
            return self._between(low, high, self._bounds(parent)[1])
        low, high = self._drawn(n, frame, (start, end), (low, high))
        return self._between(low, high, (frame.target_start, frame.target_end))

    def _drawn(self, n: int, frame: _Frame, span: Span, place: Span) -> Span:
        """Return the place moved to where the numbers, names and literals of the words stand."""
        low, high = place
        marks = self._marks(n, frame, span)
        if not marks:
            return place
        first, last = min(a for _, (a, _) in marks), max(b for _, (_, b) in marks)
        if last - first > 3 * (high - low) + 20:
            return place
        before = min(marks)[0] * (high - low) // max(1, span[1] - span[0])
        start = max(frame.target_start, min(marks)[1][0] - before)
        return min(start, first), max(start + high - low, last)

    def _marks(self, n: int, frame: _Frame, span: Span) -> list[tuple[int, Span]]:
        """Return how far in the words stands what the target has too, and where it has it."""
        inner = self._codes.children.get(n, [])[:_TRIED]
        spans = self._codes.spans
        marks = [(spans[i][0] - span[0], self._places[i]) for i in inner if i in self._places]
        if span[1] - span[0] > _LONGEST or frame.target_end - frame.target_start > _FUZZY:
            return marks
        for match in islice(_TOKEN.finditer(self._source.folded, *span), 4):
            hits = self._target.hits(match[0], frame.target_start, frame.target_end)
            if len(hits) == 1:
                marks.append((match.start() - span[0], (hits[0], hits[0] + len(match[0]))))
        return marks

    def _between(self, low: int, high: int, bounds: Span) -> Span:
        for start, end in self._gaps((low + high) // 2, bounds):
            if self._target.has_words(start, end):
                return self._snapped(low, high, start, end)
        at = min(max((low + high) // 2, bounds[0]), bounds[1])
        for start, end in self._near(at, at):
            at = start if start < at < end else at
        at = self._outside(at, *bounds)
        return at, at

    def _gaps(self, centre: int, bounds: Span) -> Iterator[Span]:
        """Yield what the other pairs have left within bounds, the nearest first."""
        middle = bisect_right(self._taken, (centre, len(self._target.text) + 1))
        for step in range(2 * _TRIED):
            index = middle + (step + 1) // 2 * (1 if step % 2 else -1)
            if 0 <= index <= len(self._taken):
                start = self._taken[index - 1][1] if index else bounds[0]
                end = self._taken[index][0] if index < len(self._taken) else bounds[1]
                yield max(start, bounds[0]), min(end, bounds[1])

    def _snapped(self, low: int, high: int, first: int, last: int) -> Span:
        """Return the span at borders of words, within first and last, with words in it."""
        start = self._border(low, first, last)
        end = max(start, self._border(high, first, last))
        if not self._target.has_words(start, end):
            ahead, back = self._target.first(start), self._target.last(start)
            middle = (low + high) // 2
            at = (
                ahead if back < first or (ahead < last and ahead - middle < middle - back) else back
            )
            start = min(start, self._borders[bisect_right(self._borders, at) - 1])
            end = self._borders[min(bisect_right(self._borders, at), len(self._borders) - 1)]
        if is_particle(self._target.text[start:end]):
            before = self._borders[max(0, bisect_left(self._borders, start) - 1)]
            if first <= before and self._target.has_words(before, start):
                start, end = before, start
        start, end = trim(self._target.text, max(start, first), min(end, last), stops=True)
        return self._outside(start, first, start), self._outside(end, end, last)

    def _border(self, at: int, first: int, last: int) -> int:
        index = bisect_left(self._borders, at)
        near = [p for p in self._borders[max(0, index - 1) : index + 1] if first <= p <= last]
        return min([*near, first, last], key=lambda p: abs(p - at))

    def _outside(self, at: int, first: int, last: int) -> int:
        """Return the place, or the end of the literal that it is within: one in the bounds."""
        index = bisect_right(self._solid, (at, at)) - 1
        for start, end in self._solid[max(0, index) : index + 2]:
            if start < at < end:
                return end if end <= last or start < first else start
        return at

    def _point(self, n: int, parent: int, beside: Sequence[int]) -> int:
        """Return the place of a code without words."""
        at = self._codes.spans[n][0]
        inner, (low, high) = self._bounds(parent)
        if parent >= 0 and at in inner:
            return low if at == inner[0] else high
        known = self._beside(at, [i for i in beside if i != n and i in self._places])
        if known is None:
            known = self._on_the_way(n, at, parent)
        return self._outside(min(max(known, low), high), low, high)

    def _beside(self, at: int, beside: Sequence[int]) -> int | None:
        """Return the place of a code that ends or begins at the same place of the source."""
        for i in beside:
            start, end = self._codes.spans[i]
            if at in (start, end):
                return self._places[i][1 if at == end else 0]
        return None

    def _on_the_way(self, n: int, at: int, parent: int) -> int:
        index = self._piece_of(at)
        if index and at == self._pieces[index - 1].end:
            index -= 1  # What stands between two sentences belongs to the one that ended.
        piece = self._pieces[index]
        if piece.same:
            return at - piece.start + piece.target_start
        if at > piece.end:
            return min(piece.target_to, piece.target_end + at - piece.end)
        frame = self._frame(parent, piece)
        if not self._source.has_words(frame.start, at):
            signs = len(self._source.text[frame.start : at].strip())
            return min(frame.target_start + signs, self._target.first(frame.target_start))
        if not self._source.has_words(at, frame.end):
            signs = len(self._source.text[at : frame.end].strip())
            return max(frame.target_end - signs, self._target.last(frame.target_end) + 1)
        behind = self._behind_token(at, frame)
        if behind is None:
            self._codes.guessed.add(n)
            behind = self._border(frame.share(at), frame.target_start, frame.target_end)
            behind = next((b for a, b in self._near(behind, behind) if a < behind < b), behind)
        return behind

    def _behind_token(self, at: int, frame: _Frame) -> int | None:
        """Return the place behind the number or name that stands before a point."""
        size = frame.target_end - frame.target_start
        if size * self._busy[self._piece_of(at)] > _SEARCHED:
            return None
        start = max(frame.start, at - _LONGEST)
        match = _TOKEN_AT_END.search(self._source.folded[start:at])
        if match is None:
            return None
        hits = self._target.hits(match[0], frame.target_start, frame.target_end)
        nth = len(self._source.hits(match[0], frame.start, at)) - 1
        return hits[nth] + len(match[0]) if 0 <= nth < len(hits) else None
