"""Reads the quotations of a text, with their places and nesting. To add a pair of marks, add it.

Marks that close nothing (apostrophes, inches) are left out. A quotation may begin before the text
or end after it, as those that run over several segments do; it says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.types import Span

_PAIRS = {"「": "」", "『": "』", "｢": "｣", "“": "”", "‘": "’", "„": "“”", "«": "»", "《": "》",
          "〈": "〉", "<": ">", "〝": "〟", '"': '"', "'": "'"}  # fmt: skip
_ALL = "".join(_PAIRS) + "".join(_PAIRS.values())
_MARK = re.compile(f"[{re.escape(''.join(dict.fromkeys(_ALL)))}]")
_DEEPEST = 8  # more quotations within each other are a heap of signs
_FAR = 300  # characters between two straight single marks
_NEAR = 90  # characters between the halves of a quotation that its speaker breaks
# “Yes,” he said, “I do.”: the first half ends in a comma or a stop, or the speaker is between.
_BREAK = re.compile(r"[^“”\"‘’'「」『』]{2,90}")
_HALF = re.compile(r"[,.?!—…-]\Z")


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks: text[start:end] has the marks, content has not.

    depth is 1 for a quotation in no other one. closed: both of its marks are in the text.
    """

    start: int
    end: int
    depth: int
    mark: str
    content: str
    closed: bool = True

    @property
    def span(self) -> Span:
        """Return the place in the text, marks included."""
        return self.start, self.end


def read_quotations(text: str) -> tuple[Quotation, ...]:
    """Return the quotations of a text by where they begin, those within others after these.

    >>> [(q.content, q.depth) for q in read_quotations("彼は「『来る』と聞いた」と話した。")]
    [('『来る』と聞いた', 1), ('来る', 2)]
    """
    found = sorted(_spans(text), key=lambda item: (item[0], -item[1]))
    quotations: list[Quotation] = []
    around: list[int] = []
    for start, end, mark, closed in found:
        content = text[start : end - 1] if not mark else text[start + 1 : end - closed]
        if not any(sign.isalnum() for sign in content):
            continue
        around = [place for place in around if place > start]
        around.append(end)
        quotations.append(Quotation(start, end, len(around), mark, content, closed))
    return tuple(quotations)


def is_broken(text: str, first: Quotation, second: Quotation) -> bool:
    """Tell whether a speaker stands between two halves of a quotation: “Yes,” he said, “I do.”"""
    between = text[first.end : second.start]
    if first.mark != second.mark or len(between) > _NEAR or not between.strip(" ,.—"):
        return False
    return bool(_HALF.search(first.content) and _BREAK.fullmatch(between))


def _spans(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield (start, end, opening mark, is it closed); time is linear in the text."""
    stack: list[tuple[str, int]] = []
    stray = False
    for match in _MARK.finditer(text):
        sign, place = match[0], match.start()
        depth = next((i for i in range(len(stack) - 1, -1, -1) if sign in _PAIRS[stack[i][0]]), -1)
        if depth >= 0 and _may_close(text, place):
            mark, start = stack[depth]
            del stack[depth:]
            yield start, place + 1, mark, True
        elif sign in _PAIRS and _may_open(text, place):
            if len(stack) < _DEEPEST:
                stack.append((sign, place))
        elif sign not in _PAIRS and sign not in "’>" and not stack and not stray:
            stray = True
            yield 0, place + 1, "", False
    for mark, start in stack[:1]:
        if mark not in "'\"‘<":
            yield start, len(text), mark, False


def _may_close(text: str, place: int) -> bool:
    sign, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if sign == '"':
        return not before.isspace()
    if sign == "'":
        return not before.isspace() and not _is_latin(after)
    return not (sign == "’" and _is_latin(before) and _is_latin(after))


def _may_open(text: str, place: int) -> bool:
    sign, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if sign == '"':
        return not after.isspace() and not before.isdigit()
    if sign == "'":
        return not before.isalnum() and after.isalnum() and _is_closed(text, place)
    if sign == "<":  # <무한도전> is a title, <b> is mark-up
        return after.isalpha() and not after.islower() and ">" in text[place : place + _FAR]
    return True


def _is_closed(text: str, place: int) -> bool:
    """Tell whether a straight single mark follows that can close one ('em and '90s have none)."""
    near = text[place + 1 : place + _FAR]
    least = 2 if _is_latin(near[:1]) else 1  # rock 'n' roll
    return any(m.start() >= least and _may_close(near, m.start()) for m in re.finditer("'", near))


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
