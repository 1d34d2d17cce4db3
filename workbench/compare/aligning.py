"""A translation given as running text, brought to the rows of a document.

Line by line where the lines are as many, else paragraph by paragraph, by length after Gale & Church
1993, "A Program for Aligning Sentences in Bilingual Corpora", with equal numbers, names in
Latin letters and questions as anchors. No sentence is lost: each stands in exactly one row. To let
other words anchor, add them to `_words`.
"""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from workbench.checks.reading import READERS, read_numbers
from workbench.compare import rows
from workbench.languages import get_language
from workbench.segmentation import split
from workbench.types import Document, Segment

# How many source and target sentences are translations of each other, and how often that is so:
# table 5 of Gale & Church.
MOVES = ((1, 1), (1, 2), (2, 1), (1, 0), (0, 1), (2, 2))
_SHARES = (0.89, 0.0445, 0.0445, 0.00495, 0.00495, 0.011)
_INSERTED = MOVES.index((0, 1))
# Variance of the length per character, of the language that takes more of them: theirs.
# Close translations of news have 2.5 from Japanese to English and 0.5 to Korean, freer ones more.
_VARIANCE = 6.8
# What a paragraph that ends on both sides is worth, in logarithms, where few sentences end one.
_PARAGRAPH = 5.0
# How much less a sentence is worth as a translation for each number that the other has not.
_NUMBER = 2.0
# Ratios of lengths that differ by less than this lead the same way.
_SAME = 0.02
# In a text of fewer sentences a mark is as rare as in one of so many.
_FEW = 30
# Sentences with the same mark on each side of the diagonal that are looked at.
_NEAR = 32
# Sentences on each side of the diagonal that are tried at first, and at most.
_BAND, _WIDEST = 60, 4000
# One by one is given up for another way that is better by this much, in logarithms.
_DOUBT = 5.0
_LINE_END = re.compile(r"\r\n|[\n\r\u2029]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+")
_DIGITS = re.compile(r"[0-9]+")

Floats = NDArray[np.float64]
Move = tuple[int, int]
Marks = frozenset[str]


@dataclass(frozen=True, slots=True)
class Aligned:
    """A translation in the rows of a document.

    texts has a text per row, "" where nothing belongs; labels the speaker labels and markers of
    the translation by the id of the segment that they are for. by_length has the ids of the rows
    that were aligned by length, uneven those of them that are not one sentence for one sentence.
    """

    texts: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    by_length: tuple[str, ...] = ()
    uneven: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of the translation with the labels and markers before it, and what follows it."""

    text: str
    gap: str
    paragraph: int
    before: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reached:
    """The nodes of a band behind some source sentences: what it cost to get there, and by what."""

    start: int
    costs: Floats
    taken: NDArray[np.int8]

    def at(self, nodes: NDArray[np.int64]) -> Floats:
        """Return the costs of nodes, infinite outside the band."""
        inside = (nodes >= self.start) & (nodes < self.start + len(self.costs))
        found = np.full(len(nodes), np.inf)
        found[inside] = self.costs[nodes[inside] - self.start]
        return found


@dataclass(frozen=True, slots=True)
class _Placed:
    """The row of each sentence by its place, and the places of Aligned's by_length and uneven."""

    places: tuple[int, ...]
    by_length: tuple[int, ...] = ()
    uneven: tuple[int, ...] = ()


def align(document: Document, text: str, target: str) -> Aligned:
    """Return a translation of the document in its rows.

    As many lines as the source has, or rows: line by line. Else sentence by sentence between ends
    of paragraphs that both have, and by length where they are not as many. Costs are linear in the
    length of the text. Without rows there is no place for a text.

    >>> align(split("寒かった。三時に着いた。", "ja"), "It was cold. We came. At 3.", "en").texts
    ('It was cold.', 'We came. At 3.')
    """
    lines = _by_line(document, text, target)
    if lines is not None:
        read = [_sentences(line, target) for line in lines]
        places = tuple(place for place, found in enumerate(read) for _ in found)
        return _assembled(document, [s for found in read for s in found], _Placed(places), target)
    sentences = _sentences(text, target)
    return _assembled(document, sentences, _placed(document, sentences, target), target)


def _by_line(document: Document, text: str, target: str) -> list[str] | None:
    """Return a line per row, or None where lines do not tell which belong together."""
    lines = _lines(text)
    source = _lines("".join(s.text + s.gap for s in document.segments))
    own = _row_lines(document)
    others = set(range(len(lines))) - set(own)
    one_each = len(set(own)) == len(own) and len(lines) == len(source)
    if one_each and not any(lines[place].strip() for place in others):
        return [lines[place] for place in own]
    filled = [line for line in lines if line.strip()]
    # Lines that were wrapped may be as many as the rows, too.
    paragraphs = {s.paragraph for s in split(text, target).segments if s.text}
    return filled if len(filled) == len(own) == len(paragraphs) else None


def _lines(text: str) -> list[str]:
    lines = _LINE_END.split(text)
    return lines if lines[-1].strip() else lines[:-1]


def _row_lines(document: Document) -> list[int]:
    """Return the number of the line on which each row begins, from 0."""
    ids = {row.id for row in rows(document)}
    number, found = 0, []
    for segment in document.segments:
        found += [number] if segment.id in ids else []
        number += len(_LINE_END.findall(segment.text + segment.gap))
    return found


def _sentences(text: str, language: str) -> list[_Sentence]:
    """Return the sentences of a text; a label without a sentence after it is one itself."""
    found: list[_Sentence] = []
    before: list[Segment] = []
    for segment in split(text, language).segments:
        if segment.kind in ("sentence", "heading"):
            found.append(_Sentence(segment.text, segment.gap, segment.paragraph, tuple(before)))
            before = []
        elif segment.text:
            before.append(segment)
    found += [_Sentence(s.text, s.gap, s.paragraph) for s in before]
    return found


def _placed(document: Document, sentences: Sequence[_Sentence], target: str) -> _Placed:
    """Return the rows of the sentences, from one end of a paragraph that both have to the next."""
    own = rows(document)
    if not own or not sentences:
        return _Placed((0,) * len(sentences))
    ours = _Side([row.text for row in own], [row.paragraph for row in own], document.language)
    texts = [sentence.text for sentence in sentences]
    theirs = _Side(texts, [sentence.paragraph for sentence in sentences], target)
    placed = _Placed(())
    for start, part in _parts(_Grid(ours, theirs)):
        placed = _with_part(placed, start, part)
    return placed


def _parts(grid: "_Grid") -> Iterator[tuple[int, list[Move]]]:
    """Yield the way in parts that begin and end where both sides begin a paragraph: row and moves.

    A part with as many sentences as rows goes one by one unless another way is far better.
    """
    first, node, part = (0, 0), (0, 0), list[Move]()
    for move in grid.way():
        part.append(move)
        node = _after(node, move)
        if grid.is_end(*node):
            rows_, count = node[0] - first[0], node[1] - first[1]
            even = [(1, 1)] * rows_
            if rows_ == count and grid.cost(even, first) - grid.cost(part, first) < _DOUBT:
                part = even
            yield first[0], part
            first, part = node, []


def _with_part(placed: _Placed, start: int, part: Sequence[Move]) -> _Placed:
    """Return the places with those of a part of the way that begins at the row `start`."""
    places: list[int] = []
    uneven: dict[int, None] = {}
    row = start
    for ours, theirs in part:
        # What translates no row stands with the one before it.
        own = row if ours else max(0, row - 1)
        places += [own + min(i, max(ours, 1) - 1) for i in range(theirs)]
        if (ours, theirs) != (1, 1):
            uneven |= dict.fromkeys(range(own, own + max(ours, 1)))
        row += ours
    by_length = uneven | dict.fromkeys(range(start, row)) if uneven else {}
    return _Placed(
        (*placed.places, *places),
        tuple(sorted({*placed.by_length, *by_length})),
        tuple(sorted({*placed.uneven, *uneven})),
    )


def _assembled(
    document: Document, sentences: Sequence[_Sentence], placed: _Placed, target: str
) -> Aligned:
    """Return the texts of the rows and the labels before them."""
    inside: dict[int, list[_Sentence]] = defaultdict(list)
    for sentence, place in zip(sentences, placed.places, strict=True):
        inside[place].append(sentence)
    between = " " if get_language(target).spaced else ""
    labels: dict[str, str] = {}
    texts = []
    for place, wanted in enumerate(_wanted(document)):
        here = inside[place]
        if here and wanted:
            labels |= _labelled(wanted, here[0].before)
            here[0] = replace(here[0], before=())
        texts.append(_joined(here, between))
    ids = [row.id for row in rows(document)]
    by_length, uneven = (
        tuple(ids[place] for place in some) for some in (placed.by_length, placed.uneven)
    )
    return Aligned(tuple(texts), labels, by_length, uneven)


def _wanted(document: Document) -> Iterator[list[Segment]]:
    """Yield for each row the labels and markers before it."""
    ids = {row.id for row in rows(document)}
    before: list[Segment] = []
    for segment in document.segments:
        if segment.id in ids:
            yield before
            before = []
        elif segment.text:
            before.append(segment)


def _labelled(wanted: Sequence[Segment], there: Sequence[Segment]) -> dict[str, str]:
    """Return the labels for the segments that want one; none of them is lost."""
    if len(wanted) == len(there):
        return {ours.id: theirs.text for ours, theirs in zip(wanted, there, strict=True)}
    return {wanted[-1].id: " ".join(segment.text for segment in there)} if there else {}


def _joined(sentences: Sequence[_Sentence], between: str) -> str:
    """Return sentences as the text of one row, on one line."""
    parts: list[str] = []
    for sentence in sentences:
        parts += [part for s in sentence.before for part in (s.text, s.gap or " ")]
        parts += [sentence.text, sentence.gap]
    whole = "".join(parts[:-1])
    return re.sub(r"\s*[\r\n\u2029]\s*", between, whole)


@dataclass(frozen=True, slots=True)
class _Side:
    """The sentences of one side, the number of the paragraph of each, and their language."""

    texts: Sequence[str]
    paragraphs: Sequence[int]
    language: str

    def ends(self) -> NDArray[np.bool_]:
        """Return whether a paragraph ends behind so many sentences, from none on."""
        changes = [one != two for one, two in pairwise(self.paragraphs)]
        return np.array([False, *changes, True])


class _Grid:
    """The costs of all ways from the start of two texts to their ends.

    A node (i, j) stands behind the first i source and j target sentences. Lengths are in
    characters of the language that takes more of them.
    """

    def __init__(self, source: _Side, target: _Side) -> None:
        self._lengths = (_lengths(source.texts), _lengths(target.texts))
        self._measure(float(self._lengths[1].sum() / self._lengths[0].sum()))
        numbers = [
            [_numbers(text, side.language) for text in side.texts] for side in (source, target)
        ]
        self._numbers = [np.array([0, *map(len, found)]) for found in numbers]
        marks = [
            [own | _words(text) for own, text in zip(found, side.texts, strict=True)]
            for found, side in zip(numbers, (source, target), strict=True)
        ]
        self._anchors = list(_anchors(*marks))
        self._ends = (source.ends(), target.ends())
        # Where every sentence is a paragraph, their ends tell nothing.
        self._reward = _PARAGRAPH * (1 - min(float(ends[1:].mean()) for ends in self._ends))

    def is_end(self, place: int, node: int) -> bool:
        """Return whether both sides end a paragraph at a node."""
        return bool(self._ends[0][place] and self._ends[1][node])

    def _measure(self, ratio: float) -> None:
        """Take the lengths by how many characters of the target make one of the source."""
        ours, theirs = self._lengths
        self._ratio = ratio
        self._ours = np.cumsum([0.0, *(ours * max(ratio, 1.0))])
        self._theirs = np.cumsum([0.0, *(theirs / min(ratio, 1.0))])

    def way(self) -> list[Move]:
        """Return how many source and target sentences belong together, from start to end.

        The ratio of lengths is first that of the whole texts, then that of the pairs it led to:
        where much was left out, the first one is wrong.
        """
        found = self._way()
        ends = accumulate(found, _after)
        pairs = [(i - 1, j - 1) for (i, j), move in zip(ends, found, strict=True) if move == (1, 1)]
        if not pairs:
            return found
        ours, theirs = zip(*pairs, strict=True)
        ratio = float(self._lengths[1][[*theirs]].sum() / self._lengths[0][[*ours]].sum())
        if abs(ratio / self._ratio - 1) > _SAME:
            self._measure(ratio)
            found = self._way()
        return found

    def _way(self) -> list[Move]:
        width = _BAND
        while True:
            found, inside = self.path(width)
            if found and (inside or width > min(len(self._theirs), _WIDEST)):
                return found
            width *= 4

    def path(self, width: int) -> tuple[list[Move], bool]:
        """Return the cheapest way in a band about the diagonal, and whether it is the best of all.

        A way that runs along a side of the band may not be; there may also be none.
        """
        last = len(self._theirs) - 1
        middle = np.searchsorted(self._theirs, self._ours * (self._theirs[-1] / self._ours[-1]))
        starts, ends = np.clip(middle - width, 0, last), np.clip(middle + width, 0, last)
        ends[-1] = last
        band: list[_Reached] = []
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            band.append(self._reach(place, np.arange(start, end + 1), band[-2:]))
            if place > 1:
                # Nothing comes from further back than two sentences; the moves are still needed.
                band[place - 2] = replace(band[place - 2], costs=np.empty(0))
        if not np.isfinite(band[-1].costs[-1]):
            return [], False
        nodes = list(_back(band))
        sides = [(j, int(starts[i]), int(ends[i])) for i, j, _ in nodes]
        inside = all(start == 0 or start < j for j, start, _ in sides)
        inside = inside and all(j < end or end == last for j, _, end in sides)
        return [move for _, _, move in reversed(nodes)], inside

    def cost(self, way: Sequence[Move], start: tuple[int, int]) -> float:
        """Return what a way from a node costs, in logarithms."""
        ends = list(accumulate(way, _after, initial=start))[1:]
        return sum(
            float(self._step(i, np.array([j]), MOVES.index(move))[0])
            for (i, j), move in zip(ends, way, strict=True)
        )

    def _reach(self, place: int, nodes: NDArray[np.int64], recent: Sequence[_Reached]) -> _Reached:
        """Return the nodes behind `place` source sentences, of those behind one and two fewer."""
        costs = np.full(len(nodes), np.inf)
        costs[0] = 0.0 if place == 0 else np.inf
        taken = np.full(len(nodes), -1, np.int8)
        for number, (ours, theirs) in enumerate(MOVES):
            if 0 < ours <= len(recent):
                cost = recent[-ours].at(nodes - theirs) + self._step(place, nodes, number)
                better = cost < costs
                costs[better], taken[better] = cost[better], number
        # A row of insertions at once: from the node where all of them together are cheapest.
        run = np.cumsum(self._step(place, nodes, _INSERTED))
        inserted = np.minimum.accumulate(costs - run) + run
        taken[inserted < costs - 1e-9] = _INSERTED
        return _Reached(int(nodes[0]), inserted, taken)

    def _step(self, place: int, nodes: NDArray[np.int64], number: int) -> Floats:
        """Return what a move costs that ends behind `place` sentences and at each of the nodes."""
        ours, theirs = MOVES[number]
        own = np.full(len(nodes), self._ours[place] - self._ours[place - ours])
        other = self._theirs[nodes] - self._theirs[np.maximum(nodes - theirs, 0)]
        # What translates nothing may have any length. (Gale & Church compare it to none; then a
        # part that was left out is spread over its neighbours.)
        away = _deviation(own, other) if ours and theirs else np.zeros(len(nodes))
        # The tail of the normal distribution, near enough and never infinite.
        cost = away**2 / 2 + np.log1p(away * math.sqrt(math.pi / 2)) - math.log(_SHARES[number])
        if not (ours and theirs):
            cost -= _NUMBER * (self._numbers[0][place] if ours else self._numbers[1][nodes])
        cost -= self._reward * (self._ends[0][place] & self._ends[1][nodes])
        for sentence in range(place - ours, place):
            for behind in range(1, theirs + 1):
                cost -= self._anchors[sentence].at(nodes - behind)
        return cost


@dataclass(frozen=True, slots=True)
class _Anchors:
    """The target sentences that share something with a source sentence, and how much it tells."""

    places: NDArray[np.int64]
    weights: Floats

    def at(self, places: NDArray[np.int64]) -> Floats:
        """Return what tells that each of some places, in a row, belongs to the sentence."""
        first, found = int(places[0]), np.zeros(len(places))
        low, high = np.searchsorted(self.places, [first, first + len(places)])
        found[self.places[low:high] - first] = self.weights[low:high]
        return found


def _after(node: tuple[int, int], move: Move) -> tuple[int, int]:
    return node[0] + move[0], node[1] + move[1]


def _back(band: Sequence[_Reached]) -> Iterator[tuple[int, int, Move]]:
    """Yield the nodes of the cheapest way, and the moves that end there, from the end back."""
    i, j = len(band) - 1, band[-1].start + len(band[-1].costs) - 1
    while i or j:
        move = MOVES[band[i].taken[j - band[i].start]]
        yield i, j, move
        i, j = i - move[0], j - move[1]


def _anchors(ours: Sequence[Marks], theirs: Sequence[Marks]) -> Iterator[_Anchors]:
    """Yield for each source sentence what it shares with those about the same place.

    What shares a mark of one in n sentences is n times as likely to belong together.
    """
    count = len(theirs)
    places: dict[str, list[int]] = defaultdict(list)
    for place, marks in enumerate(theirs):
        for mark in marks:
            places[mark].append(place)
    for place, marks in enumerate(ours):
        middle = place * count // len(ours)
        shared: dict[int, float] = defaultdict(float)
        for mark in sorted(marks):
            near = bisect_left(places[mark], middle)
            weight = math.log1p(max(count, _FEW) / max(1, len(places[mark])))
            for other in places[mark][max(0, near - _NEAR) : near + _NEAR]:
                shared[other] += weight
        found = sorted(shared)
        yield _Anchors(np.array(found, int), np.array([shared[other] for other in found]))


def _words(text: str) -> Marks:
    """Return what a translation of the sentence has, too, besides numbers: Latin words, a "?"."""
    question = {"?"} & set(text.replace("？", "?"))
    return frozenset({word.lower() for word in _LATIN.findall(text)} | question)


def _numbers(text: str, language: str) -> Marks:
    if language in READERS:
        return frozenset(str(q.value) for q in read_numbers(text, language) if not q.soft)
    return frozenset(_DIGITS.findall(text))


def _lengths(texts: Sequence[str]) -> Floats:
    return np.array([max(1, len(text)) for text in texts], float)


def _deviation(ours: Floats, theirs: Floats) -> Floats:
    """Return by how many standard deviations lengths differ from those of a translation."""
    return np.abs(ours - theirs) / np.sqrt(_VARIANCE * np.maximum((ours + theirs) / 2, 1.0))
