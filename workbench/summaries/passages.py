"""Cut the body of a text into passages that a writer of summaries can read whole.

Cuts fall between paragraphs, but not between a question and its answer if it can be helped; else
between sentences, and inside a sentence only if it alone is longer than the writer reads.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, cast

from workbench.batching import pieces
from workbench.summaries.structure import Sentence
from workbench.types import Document, Segment

if TYPE_CHECKING:
    from workbench.engines import Engine
    from workbench.summaries.writers import Writer

# Tokens: from shorter passages models invent more than they sum up.
LEAST = 64


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the body, with the speakers' labels in it; places are those of its sentences.

    text is what a writer reads: at most its `limit` tokens. size is its length in tokens.
    """

    text: str
    places: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class _Ruler:
    """What batching.pieces asks of an engine, for a writer."""

    writer: "Writer"

    @property
    def limit(self) -> int:
        return self.writer.limit

    def lengths(self, texts: Sequence[str], source: str, target: str) -> list[int]:
        return [self.writer.count(text) for text in texts]


def passages(
    document: Document, body: Sequence[Sentence], writer: "Writer", wanted: int
) -> tuple[Passage, ...]:
    """Return the whole body in passages of at most `writer.limit` tokens, in order.

    There are about `wanted` of them, so that a writer of one sentence a passage has something to
    say of every part; more where the limit asks for it, fewer where they would be under LEAST.
    """
    lines = _lines(document, body)
    units = list(_fitting(range(len(body)), body, lines, writer))
    budget = max(LEAST, -(-sum(unit.size for unit in units) // max(1, wanted)))
    packed = _packed(units, min(budget, writer.limit), writer)
    return tuple(replace(passage, text=passage.text.strip()) for passage in packed)


def _lines(document: Document, body: Sequence[Sentence]) -> list[str]:
    """Return every sentence of the body with the labels before it and the space behind it."""
    wanted = {sentence.id for sentence in body}
    found, before = [], ""
    for segment in document.segments:
        if segment.kind in ("label", "marker"):
            before += segment.text + segment.gap
        elif segment.kind != "blank":
            if segment.id in wanted:
                found.append(before + segment.text + _space(segment))
            before = ""
    return found


def _space(segment: Segment) -> str:
    return "\n" if "\n" in segment.gap else segment.gap


def _exchanges(places: Sequence[int], body: Sequence[Sentence]) -> Iterator[Sequence[int]]:
    """Yield paragraphs; one that ends in a question goes with the one that answers."""
    return _cut(places, lambda place: _opens(body, place) and not body[place - 1].question)


def _paragraphs(places: Sequence[int], body: Sequence[Sentence]) -> Iterator[Sequence[int]]:
    return _cut(places, lambda place: _opens(body, place))


def _sentences(places: Sequence[int], body: Sequence[Sentence]) -> Iterator[Sequence[int]]:
    return _cut(places, lambda place: True)


def _cut(places: Sequence[int], here: Callable[[int], bool]) -> Iterator[Sequence[int]]:
    edges = [i for i in range(1, len(places)) if here(places[i])]
    yield from (places[a:b] for a, b in pairwise([0, *edges, len(places)]) if a < b)


def _opens(body: Sequence[Sentence], place: int) -> bool:
    return body[place].paragraph != body[place - 1].paragraph


_CUTS = (_exchanges, _paragraphs, _sentences)


def _fitting(
    places: Sequence[int],
    body: Sequence[Sentence],
    lines: Sequence[str],
    writer: "Writer",
    depth: int = 0,
) -> Iterator[Passage]:
    """Yield the places in passages that fit: cut once as _CUTS[depth] does, then ever finer."""
    text = "".join(lines[place] for place in places)
    if depth and writer.count(text) <= writer.limit:
        yield Passage(text, tuple(places), writer.count(text))
    elif depth < len(_CUTS):
        for part in _CUTS[depth](places, body):
            yield from _fitting(part, body, lines, writer, depth + 1)
    else:
        for piece in pieces([text], cast("Engine", _Ruler(writer)), "", "")[0]:
            yield Passage(piece, tuple(places), writer.count(piece))


def _packed(units: Sequence[Passage], budget: int, writer: "Writer") -> Iterator[Passage]:
    """Yield neighbours joined as long as they stay within the budget and under the limit."""
    held: Passage | None = None
    for unit in units:
        joined = _joined(held, unit) if held else unit
        if held and (joined.size > budget or not _fits(joined, writer)):
            yield held
            joined = unit
        held = joined
    if held:
        yield held


def _fits(passage: Passage, writer: "Writer") -> bool:
    # Joined texts may have a few tokens more than their parts.
    near = passage.size > 0.9 * writer.limit
    return not near or writer.count(passage.text) <= writer.limit


def _joined(one: Passage, two: Passage) -> Passage:
    places = tuple(dict.fromkeys((*one.places, *two.places)))
    return Passage(one.text + two.text, places, one.size + two.size)
