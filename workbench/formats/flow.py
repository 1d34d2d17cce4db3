"""Running text with markup in it (html, md): made into a block, and put back round a translation.

A walker of a format makes items of what it reads, `compose` makes a place of them, and `patch`
writes the text again with renderings in the places. Positions are characters of the whole text.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from workbench.formats import Block, Code, Rendering
from workbench.formats.borders import has_words, script
from workbench.formats.inline import events
from workbench.types import Span

_SPACES = re.compile(r"[ \t\r\n\f]+")
_CLOSE_SET = ("han", "hiragana", "katakana")  # scripts that are wrapped without a space
_NOWHERE = (0, 0)
_WHITE = " \t\r\n\f"
Kind = Literal["text", "open", "close", "point", "literal", "break", "drop"]
_KINDS: dict[str, Literal["pair", "point", "literal"]] = {
    "open": "pair",
    "point": "point",
    "literal": "literal",
    "break": "literal",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of running text: its characters start to end, and what it says.

    "break" is a line break that is seen, "drop" is not wanted in a translation; open and close
    tags belong together by their name, and are points where the other one is missing. tied: the
    tag needs the words (the name of a link), so that it stays with them even where it is around
    all of them.
    """

    kind: Kind
    start: int
    end: int
    text: str = ""
    name: str = ""
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A block and where it stands; marks holds what is written before and behind each code.

    shape says how the text is to be written, in the words of the format.
    """

    start: int
    end: int
    block: Block
    marks: tuple[tuple[Span, Span], ...] = ()
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """Words of the file itself that are brought in line: the language, the encoding."""

    start: int
    end: int
    text: str


Raw = Callable[[int, int], str]
Render = Callable[[Place, Rendering, Raw], str]


def patch(
    text: str, places: Iterable[Place | Fix], renderings: Iterator[Rendering], render: Render
) -> Iterator[str]:
    """Yield the text again with a rendering in each place, nothing else changed.

    Places come in order of their ends; a place within another comes before it. What is equal to
    its block stays as it is, to the last character.
    """
    edits: list[Fix] = []

    def raw(start: int, end: int) -> str:
        return "".join(_edited(text, start, end, edits))

    for place in places:
        if isinstance(place, Fix):
            edits.append(place)
            continue
        rendering = next(renderings)
        if (rendering.text, rendering.codes) == (place.block.text, place.block.codes):
            continue
        new = Fix(place.start, place.end, render(place, rendering, raw))
        first = bisect_left(edits, place.start, key=lambda edit: edit.start)
        last = bisect_left(edits, place.end, key=lambda edit: edit.start)
        edits[first:last] = [new]
    yield from _edited(text, 0, len(text), edits)


def _edited(text: str, start: int, end: int, edits: Sequence[Fix]) -> Iterator[str]:
    first = bisect_left(edits, start, key=lambda edit: edit.start)
    for edit in edits[first:]:
        if edit.end > end:
            break
        yield text[start : edit.start]
        yield edit.text
        start = edit.end
    yield text[start:end]


def compose(text: str, items: Sequence[Item], block: Block) -> Place | None:
    """Return the place of running text, or None where nothing in it is to be translated.

    White space and markup around the words stay outside; within, white space is one space, or
    none where Japanese or Chinese was wrapped.
    """
    if not has_words("".join(item.text for item in items if item.kind == "text")):
        return None
    mates = mates_of(items)
    first, last = _inner(items, mates)
    items = _melted(items[first : last + 1], {a - first: b - first for a, b in mates.items()})
    words, moved = _spaced(items)
    codes, marks = _coded(text, items, moved)
    start, end = items[0].start, items[-1].end
    while items[0].kind == "text" and text[start] in _WHITE:
        start += 1
    while items[-1].kind == "text" and text[end - 1] in _WHITE:
        end -= 1
    return Place(start, end, replace(block, text=words, codes=codes), marks)


def put(place: Place, rendering: Rendering, raw: Raw, escape: Callable[[str], str]) -> str:
    """Return a rendering as it is written: its text escaped, its marks as they were."""
    parts: list[str] = []
    for kind, what in events(rendering.text, rendering.codes):
        if isinstance(what, str):
            parts.append(escape(what))
        else:
            parts.append(raw(*place.marks[what][1 if kind == "close" else 0]))
    return "".join(parts)


def mates_of(items: Sequence[Item]) -> dict[int, int]:
    """Return which close belongs to each open, by their numbers; crossing ones have none."""
    mates: dict[int, int] = {}
    stack: list[int] = []
    waiting: dict[str, int] = {}
    for at, item in enumerate(items):
        if item.kind == "open":
            stack.append(at)
            waiting[item.name] = waiting.get(item.name, 0) + 1
        elif item.kind == "close" and waiting.get(item.name, 0):
            while stack:
                top = stack.pop()
                waiting[items[top].name] -= 1
                if items[top].name == item.name:
                    mates[top] = at
                    break
    return mates


def _inner(items: Sequence[Item], mates: dict[int, int]) -> tuple[int, int]:
    """Return the first and last item of the words, with the tags that belong to them."""
    held = [n for n, item in enumerate(items) if _is_seen(item) and item.kind != "break"]
    held += [n for n, item in enumerate(items) if item.kind == "drop"]
    first, last = min(held), max(held)
    for opened, closed in mates.items():
        if items[closed].tied and opened <= last and first <= closed:
            first, last = min(first, opened), max(last, closed)
        elif opened < first <= closed < last:
            first = opened
        elif first < opened <= last < closed:
            last = closed
    return first, last


def _melted(items: Sequence[Item], mates: dict[int, int]) -> list[Item]:
    """Return the items with all that has no words made points, those in a row one point."""
    counts = list(accumulate((_is_seen(item) for item in items), initial=0))
    closing = {closed: opened for opened, closed in mates.items()}
    melted: list[Item] = []
    at = 0
    while at < len(items):
        item, end = items[at], at
        if at in mates and counts[mates[at]] == counts[at]:
            end = mates[at]
        if item.kind in ("open", "close", "point") and (
            end > at or (at not in mates and at not in closing)
        ):
            item = Item("point", item.start, items[end].end, "", item.name)
            if melted and melted[-1].kind == "point" and melted[-1].end == item.start:
                item = Item("point", melted.pop().start, item.end, "", item.name)
        melted.append(item)
        at = end + 1
    return melted


def _is_seen(item: Item) -> bool:
    return item.kind in ("literal", "break") or (item.kind == "text" and bool(_words(item)))


def _words(item: Item) -> str:
    return item.text.strip(_WHITE)


def _spaced(items: Sequence[Item]) -> tuple[str, list[int]]:
    """Return the text of the items, its white space mended, and where each item begins in it."""
    texts = [i.text if i.kind in ("text", "literal", "break") else "" for i in items]
    starts = list(accumulate(map(len, texts), initial=0))
    breaks = [starts[n] for n, item in enumerate(items) if item.kind == "break"]
    full = "".join(texts)
    parts: list[str] = []
    runs: list[tuple[int, int, int, int]] = []  # start and end of white space, and in the new text
    at = length = 0
    for match in _SPACES.finditer(full):
        start, end = match.span()
        shown = bisect_left(breaks, end) - bisect_left(breaks, start)
        space = "\n" * shown or _space(full, start, end)
        parts += [full[at:start], space]
        length += start - at
        runs.append((start, end, length, length + len(space)))
        length += len(space)
        at = end
    parts.append(full[at:])
    return "".join(parts), [_moved(start, runs, breaks) for start in starts]


def _space(text: str, start: int, end: int) -> str:
    if start == 0 or end == len(text):
        return ""
    wrapped = "\n" in text[start:end] or "\r" in text[start:end]
    return "" if wrapped and _is_close_set(text[start - 1]) and _is_close_set(text[end]) else " "


def _is_close_set(character: str) -> bool:
    code = ord(character)
    stop = 0x3001 <= code <= 0x303F or 0xFF01 <= code <= 0xFF60
    return stop or script(character) in _CLOSE_SET


def _moved(at: int, runs: Sequence[tuple[int, int, int, int]], breaks: Sequence[int]) -> int:
    index = bisect_left(runs, (at, -1, 0, 0)) - 1
    if index < 0:
        return at
    end, new_end = runs[index][1], runs[index][3]
    if at >= end:
        return new_end + at - end
    return new_end - (bisect_left(breaks, end) - bisect_left(breaks, at))


def _coded(
    text: str, items: Sequence[Item], starts: Sequence[int]
) -> tuple[tuple[Code, ...], tuple[tuple[Span, Span], ...]]:
    codes: list[Code] = []
    marks: list[tuple[Span, Span]] = []
    opened: list[int] = []
    for n, item in enumerate(items):
        span, start = (item.start, item.end), starts[n]
        if item.kind == "close":
            number = opened.pop()
            codes[number] = replace(codes[number], end=start)
            marks[number] = marks[number][0], span
        elif item.kind not in ("text", "drop"):
            if item.kind == "open":
                opened.append(len(codes))
            kind = _KINDS[item.kind]
            end = starts[n + 1] if kind == "literal" else start
            if item.kind == "break":
                span, end = _with_white(text, span), start + 1
            elif kind == "point" and text[span[0] - 1 : span[0]].isspace():
                span = span[0], _with_white(text, span)[1]  # The space before it is enough.
            codes.append(Code(start, end, kind, item.name))
            marks.append((span, _NOWHERE))
    return tuple(codes), tuple(marks)


def _with_white(text: str, span: Span) -> Span:
    start, end = span
    while start and text[start - 1] in _WHITE:
        start -= 1
    while end < len(text) and text[end] in _WHITE:
        end += 1
    return start, end
