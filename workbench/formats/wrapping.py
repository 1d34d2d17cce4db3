"""Lines of subtitles: broken where they may be, and measured against what viewers can read.

Lengths and speeds are those of the Timed Text Style Guides that Netflix publishes for each
language (partnerhelp.netflixstudios.com): 42 characters in a line and 17 in a second, 20 in
English; 16 and 9 in Chinese, 16 and 12 in Korean, 16 and 7 in Japanese (for the deaf and hard of
hearing; else 13 and 4); at most two lines. There a full-width character is one and a half-width
one a half. To add a language with other figures, add its row to _LIMITS.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.formats import Code, Rendering
from workbench.formats.borders import borders
from workbench.languages import LANGUAGES

_SPACES = re.compile(r"\s*[\r\n\u2028\u2029\x85\v\f]\s*")
_LINES = 2
_STOPS = frozenset(".,;:!?…。、，！？；：」』）)”’")
# What no line begins with and none ends with (JIS X 4051; W3C, "Requirements for Japanese Text
# Layout", 3.1.7 and 3.1.8).
_NOT_FIRST = frozenset(
    "、。，．・：；？！ー」』）］｝〉》】〕”’)]}!?,.:;%…‥々ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ％～〜"
)
_NOT_LAST = frozenset("「『（［｛〈《【〔“‘([{$¥￥#")
_BETTER = 6  # half-widths that a break behind a stop may be off the middle


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is read at a glance: half-widths of a line, characters in a second.

    full: a full-width character counts as one there, a half-width one as a half.
    """

    line: int = 42
    speed: float = 17.0
    full: bool = False


_LIMITS = {
    "en": Limits(speed=20.0),
    "ja": Limits(32, 7.0, True),
    "zh": Limits(32, 9.0, True),
    "ko": Limits(32, 12.0, True),
}


def limits(language: str) -> Limits:
    """Return the limits of a language; a region is ignored."""
    return _LIMITS.get(language.replace("_", "-").split("-")[0].lower(), Limits())


def width(text: str) -> int:
    """Return the half-widths that a text takes on the screen.

    >>> width("東京 A")
    6
    """
    return sum(map(_width, text))


@lru_cache(maxsize=65_536)
def _width(character: str) -> int:
    if unicodedata.category(character)[0] in "MC":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrapped(rendering: Rendering, language: str) -> Rendering:
    r"""Return a rendering with line breaks: as few lines as are needed, about equally long.

    Breaks stand at spaces, in languages without them between words as far as their scripts tell;
    never within a word or a number, so that a line without any stays too long.

    >>> wrapped(Rendering("a very long line that is broken in two, of about one length"), "en").text
    'a very long line that is broken\nin two, of about one length'
    """
    # A line break within a text would be an empty line, or a new line, of the file.
    text = _SPACES.sub(lambda space: " " * len(space[0]), rendering.text)
    places = _breaks(text, language)
    shifts = [at for at in places if not text[at - 1].isspace()]
    parts, start = [], 0
    for at in places:
        inner = text[start:at]
        parts.append(inner[:-1] if inner[-1].isspace() else inner)
        start = at
    made = "\n".join([*parts, text[start:]])

    def moved(code: Code) -> Code:
        start = code.start + bisect_right(shifts, code.start)
        end = code.end + bisect_left(shifts, code.end)
        return replace(code, start=start, end=max(start, end))

    return replace(rendering, text=made, codes=tuple(moved(code) for code in rendering.codes))


def faults(
    lines: Sequence[str], seconds: tuple[float, float] | None, language: str
) -> Iterator[str]:
    """Yield what makes a cue hard to read: the lines as they are shown, its times if known."""
    limit = limits(language)
    longest = max(map(width, lines), default=0)
    unit = 2 if limit.full else 1
    if longest > limit.line:
        most = f"{limit.line // unit} characters is the most that is read at a glance"
        yield f"a line of {longest / unit:g} characters; {most}. Shorten it."
    if len(lines) > _LINES:
        yield f"{len(lines)} lines; {_LINES} are the most there should be. Shorten it or split it."
    if seconds is None or seconds[1] <= seconds[0]:
        return
    count = sum(width(line) / 2 if limit.full else len(line) for line in lines)
    speed = count / (seconds[1] - seconds[0])
    if speed > limit.speed:
        yield f"{speed:.1f} characters in a second; {limit.speed:g} can be read. Shorten it."


def _breaks(text: str, language: str) -> list[int]:
    """Return where lines begin, but for the first."""
    limit = limits(language).line
    if width(text[:4096]) <= limit and len(text) <= limit:
        return []
    places = _places(text, language)
    before = _widths(text)
    lines = _greedy(places, before, limit)
    if len(lines) == 1:
        return [_halves(text, places, before, limit)]
    low, high = limit // 2, limit
    while low < high:
        middle = (low + high) // 2
        if len(_greedy(places, before, middle)) <= len(lines):
            high = middle
        else:
            low = middle + 1
    return _greedy(places, before, high)


def _widths(text: str) -> list[int]:
    """Return the width of what stands before each place of the text."""
    widths = [0]
    for character in text:
        widths.append(widths[-1] + _width(character))
    return widths


def _places(text: str, language: str) -> list[int]:
    """Return where a line may begin, ascending, the end of the text last."""
    row = LANGUAGES.get(language.split("-")[0].lower())
    if row is None or row.spaced:
        found = [match.end() for match in re.finditer(r"\s(?=\S)", text)]
    else:
        found = [at for at in borders(text)[1:-1] if _may_break(text, at)]
    return [*found, len(text)]


def _may_break(text: str, at: int) -> bool:
    before, behind = text[at - 1], text[at]
    return before not in _NOT_LAST and behind not in _NOT_FIRST and not behind.isspace()


def _greedy(places: Sequence[int], before: Sequence[int], limit: int) -> list[int]:
    """Return where lines begin that are as full as they can be."""
    found: list[int] = []
    start = last = 0
    for place in places:
        if before[place] - before[start] > limit and last > start:
            found.append(last)
            start = last
        last = place
    return found


def _halves(text: str, places: Sequence[int], before: Sequence[int], limit: int) -> int:
    """Return the best place to break a text in two: near its middle, rather behind a stop."""

    def cost(place: int) -> int:
        longer = max(before[place], before[-1] - before[place])
        stop = text[:place].rstrip()[-1:] in _STOPS if longer <= limit else False
        return longer + (limit if longer > limit else 0) - (_BETTER if stop else 0)

    return min(places[:-1], key=cost)
