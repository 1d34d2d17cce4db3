"""Put the formatting of a source text where it belongs in its translation, and read it out there.

`project` places the codes of a block, once, when its translations are known; every writer reads
them out with `events`. Literal words are settled first (literals.py), then the rest (placing.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.formats import Block, Code
from workbench.formats.literals import Settled, rows_of
from workbench.formats.placing import Codes, Find, Placing, Side
from workbench.types import Segment, Span

Event = tuple[Literal["text"], str] | tuple[Literal["open", "close", "point", "literal"], int]


@dataclass(frozen=True, slots=True)
class Projection:
    """The target text of a block with its codes; codes[i] is where the block's codes[i] belongs.

    text is the targets joined, and what was missing of literal codes put in. guessed holds the
    numbers of the codes that only their share of the way placed, in order.
    """

    text: str
    codes: tuple[Code, ...]
    guessed: tuple[int, ...] = ()


def events(text: str, codes: Sequence[Code]) -> Iterator[Event]:
    r"""Yield the text and its codes in the order in which a writer puts them down.

    ("text", words) is text, never empty; the others carry the number of a code, each code once:
    ("open", i) … ("close", i) of a pair, well nested; ("point", i); ("literal", i), whose words
    are not yielded as text: the writer puts down what stood in the source. Codes may come in any
    order, as they do in a Rendering. At one place, pairs that end there are closed first (inner
    before outer), then codes come by their number; but a pair without words keeps the points
    that stand at its place. Codes that are out of range or cross each other
    are brought in line, so that every code comes out and all of the text that is not literal.

    >>> codes = (Code(0, 4), Code(4, 4, "point"), Code(5, 7, "literal"))
    >>> [event for event in events("bold %s", codes)]
    [('open', 0), ('text', 'bold'), ('close', 0), ('point', 1), ('text', ' '), ('literal', 2)]
    """
    at = 0
    stack: list[tuple[int, int, int]] = []  # start, end, number of the pairs that are open
    for number in sorted(range(len(codes)), key=lambda n: codes[n].start):
        kind, start, end = codes[number].kind, codes[number].start, codes[number].end
        start = max(at, min(start, len(text)))
        while stack and _is_over(stack[-1], start, kind):
            yield from _until(text, at, stack[-1][1])
            at = max(at, stack[-1][1])
            yield ("close", stack.pop()[2])
        yield from _until(text, at, start)
        at = start
        end = min(max(start, end), stack[-1][1] if stack else len(text))
        if kind == "pair":
            stack.append((start, end, number))
            yield ("open", number)
        elif kind == "literal":
            at = end
            yield ("literal", number)
        else:
            yield ("point", number)
    for _, end, number in reversed(stack):
        yield from _until(text, at, end)
        at = max(at, end)
        yield ("close", number)
    yield from _until(text, at, len(text))


def project(
    block: Block,
    segments: Sequence[Segment],
    targets: Sequence[tuple[str, str]],
    find: Find = lambda words: None,
) -> Projection:
    """Return the target text of a block with a place for each of its codes.

    segments are those of the block's text, in order; targets has, for each, the text that stands
    for it and the gap behind that. find returns the translation of words by themselves, or None.
    What a code holds is looked for in the target of its sentence: whole sentences, literals,
    numbers and names as they stand, then find(words) or what is very like it; else the code goes
    where its share of the way puts it, to a border between words. The codes of a sentence that is
    the same in both keep their places. Literal words that are missing are put in. Time is linear
    in the text, any codes and texts do, and codes come out well nested.
    """
    spans, parents = _nested(block.codes, len(block.text))
    kinds: list[str] = [code.kind for code in block.codes]
    literals = [n for n, kind in enumerate(kinds) if kind == "literal"]
    rows = rows_of(segments, targets, [spans[n] for n in literals])
    settled = Settled(block.text, rows)
    for n in literals:
        settled.add(n, spans[n])
    pieces, places, target = settled.finish()
    codes = Codes(spans, kinds, _children(parents), places, settled.guessed)
    Placing(Side(block.text), Side(target), pieces, find).run(codes)
    placed = (
        Code(*codes.places[n], kind=code.kind, words=code.words)
        for n, code in enumerate(block.codes)
    )
    return Projection(target, tuple(placed), tuple(sorted(codes.guessed)))


def _until(text: str, at: int, end: int) -> Iterator[Event]:
    if at < end:
        yield ("text", text[at:end])


def _is_over(pair: tuple[int, int, int], start: int, kind: str) -> bool:
    """Return whether an open pair ends before a code that begins at start."""
    return pair[1] <= start and not (pair[0] == pair[1] == start and kind == "point")


def _nested(codes: Sequence[Code], length: int) -> tuple[list[Span], list[int]]:
    """Return the spans of the codes, brought in line, and the number of the pair around each.

    -1 stands for the whole text.
    """
    spans: list[Span] = []
    parents: list[int] = []
    stack: list[tuple[int, int, int]] = []
    at = 0
    for n, code in enumerate(codes):
        start = min(max(at, code.start), length)
        while stack and _is_over(stack[-1], start, code.kind):
            stack.pop()
        end = min(max(start, code.end), stack[-1][1] if stack else length)
        parents.append(stack[-1][2] if stack else -1)
        spans.append((start, start if code.kind == "point" else end))
        at = end if code.kind == "literal" else start
        if code.kind == "pair":
            stack.append((start, end, n))
    return spans, parents


def _children(parents: Sequence[int]) -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for n, parent in enumerate(parents):
        children.setdefault(parent, []).append(n)
    return children
