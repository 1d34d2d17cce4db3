"""Put the formatting of a source text where it belongs in its translation, and read it out there.

`project` is called once per block, when its translations are known; `events` by every writer.
They stand apart: what one makes the other can read, and so can any other rendering.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from workbench.formats import Code

Event = tuple[Literal["text"], str] | tuple[Literal["open", "close", "point", "literal"], int]


def events(text: str, codes: Sequence[Code]) -> Iterator[Event]:
    r"""Yield the text and its codes in the order in which a writer puts them down.

    ("text", words) is text, never empty; the others carry the number of a code, each code once:
    ("open", i) … ("close", i) of a pair, well nested; ("point", i); ("literal", i), whose words
    are not yielded as text: the writer puts down what stood in the source. Codes may come in any
    order, as they do in a Rendering. At one place, pairs that end there are closed first (inner
    before outer), then codes come by their number; but a pair without words keeps the points
    and literals in it that stand at its place. Codes that are out of range or cross each other
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


def _until(text: str, at: int, end: int) -> Iterator[Event]:
    if at < end:
        yield ("text", text[at:end])


def _is_over(pair: tuple[int, int, int], start: int, kind: str) -> bool:
    """Return whether an open pair ends before a code that begins at start."""
    return pair[1] <= start and not (pair[0] == pair[1] == start and kind != "pair")
