"""Lines of pages made into paragraphs, from their places and their words.

Lengths are in points (1/72 inch), from the lower left corner of a page.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from workbench.formats.borders import script

_NUMBER = re.compile(
    r"[-–—\s]*(?:page|p\.|第)?\s*\d{1,4}\s*(?:頁|ページ|쪽|페이지)?(?:\s*(?:/|of)\s*\d{1,4})?[-–—\s]*",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?。！？…:：][\"'”’」』）)\]]*$")
_BULLET = re.compile(r"(?:[•・●○■□◆◇▪–—*-]|\(?\d{1,3}[.)）]|[①-⑳])\s*\S")
_DIVIDED = re.compile(r"[a-z]-$")
_DIGITS = re.compile(r"\d+")
_CLOSE_SET = ("han", "hiragana", "katakana")
# Of the height of a line: the gap to the next one within a paragraph, and the step of an indent.
_GAP, _INDENT = 1.9, 0.8
# Of the size of the text: what is larger is a heading; and characters of one.
_HEADING, _LONGEST_HEADING = 1.18, 120
# Of the width of the text: a line that ends before that ends a paragraph.
_SHORT = 0.82
_EDGE = 2  # lines at the top and the bottom of a page that may be the same on all
_MOST = 0.6  # share of the pages
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; hyphen says that a word is divided at its end."""

    text: str
    left: float
    right: float
    top: float
    height: float
    hyphen: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its number from 1, its lines as they are drawn, and how many pictures it has."""

    number: int
    lines: tuple[Line, ...]
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together, as one text."""

    text: str
    heading: bool = False


def is_number(text: str) -> bool:
    """Return whether a line is the number of a page.

    >>> [is_number(text) for text in ("- 12 -", "3 / 10", "第3頁", "2017")], is_number("12 men")
    ([True, True, True, True], False)
    """
    return bool(_NUMBER.fullmatch(text))


def find_repeated(pages: Sequence[Page]) -> frozenset[str]:
    """Return the lines at the edges of pages that most of them have, digits written as #."""
    full = [page for page in pages if page.lines]
    if len(full) < _FEWEST:
        return frozenset()
    seen = Counter(shape for page in full for shape in {_shape(x.text) for x in _edges(page)})
    return frozenset(shape for shape, count in seen.items() if count >= _MOST * len(full))


def paragraphs(
    pages: Sequence[Page], repeated: AbstractSet[str]
) -> Iterator[tuple[int, Paragraph]]:
    """Yield the paragraphs with the numbers of their pages; lines of `repeated` are left out.

    A paragraph that goes on over the end of a page is one where its last line does not end a
    sentence and the next page goes on in the same size.
    """
    heights = [line.height for page in pages for line in page.lines if line.height > 0]
    size = median(heights) if heights else 0.0
    held: list[Line] = []
    number = 0
    for page in pages:
        lines = _body(page, repeated)
        width = max((line.right for line in lines), default=0.0)
        for place, line in enumerate(lines):
            if held and not _goes_on(held, line, width, turned=place == 0):
                yield number, _joined(held, size)
                held = []
            number = number if held else page.number
            held.append(line)
    if held:
        yield number, _joined(held, size)


def _edges(page: Page) -> tuple[Line, ...]:
    return (*page.lines[:_EDGE], *page.lines[-_EDGE:])


def _shape(text: str) -> str:
    return _DIGITS.sub("#", " ".join(text.split()))


def _body(page: Page, repeated: AbstractSet[str]) -> list[Line]:
    edges = {id(line) for line in _edges(page)}
    return [
        line
        for line in page.lines
        if id(line) not in edges or not (_shape(line.text) in repeated or _is_footer(line, page))
    ]


def _is_footer(line: Line, page: Page) -> bool:
    outer = line is page.lines[0] or line is page.lines[-1]
    return outer and len(page.lines) > 1 and is_number(line.text)


def _goes_on(held: Sequence[Line], line: Line, width: float, *, turned: bool) -> bool:
    """Return whether a line belongs to the lines before it; turned: it begins a page."""
    before = held[-1]
    if before.hyphen:
        return True
    if _BULLET.match(line.text) or abs(before.height - line.height) > 0.18 * max(before.height, 1):
        return False
    if turned or line.top > before.top:
        # The next page or column.
        return not _END.search(before.text)
    if before.top - line.top > _GAP * max(before.height, 1):
        return False
    if line.left - min(one.left for one in held[-2:]) > _INDENT * before.height and len(held) > 1:
        return False
    return not _is_short(before, held, width)


def _is_short(before: Line, held: Sequence[Line], width: float) -> bool:
    """Return whether a line ends well before the others do, as the last of a paragraph."""
    edge = max((one.right for one in held), default=width)
    edge = max(edge, width) if edge > 0.6 * width else edge
    short = before.right - before.left < _SHORT * (edge - before.left)
    return short and (len(held) > 1 or bool(_END.search(before.text)) or short)


def _joined(lines: Sequence[Line], size: float) -> Paragraph:
    text = lines[0].text
    for before, line in pairwise(lines):
        text = _with(text, line.text, before)
    larger = bool(size) and lines[0].height >= _HEADING * size
    heading = larger and len(text) <= _LONGEST_HEADING
    return Paragraph(" ".join(text.split()), heading)


def _with(text: str, more: str, before: Line) -> str:
    """Return a text with the words of the next line; a divided word becomes whole again."""
    if before.hyphen or (_DIVIDED.search(text) and more[:1].islower()):
        return text.rstrip("-\u00ad\x02\ufffe") + more
    return text + ("" if _is_close_set(text[-1]) and _is_close_set(more[0]) else " ") + more


def _is_close_set(character: str) -> bool:
    """Return whether a character is of a script that is wrapped without a space."""
    kind = script(character)
    return kind in _CLOSE_SET or (kind in ("stop", "digit") and not character.isascii())
