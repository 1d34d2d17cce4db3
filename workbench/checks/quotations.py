"""Compares the quotations of source and target, and looks for unbalanced quotes and brackets."""

import re
from collections.abc import Iterator

from workbench.checks.integrity import size
from workbench.checks.registry import Pair, check
from workbench.types import Finding

_QUOTED = re.compile(
    r"「([^「」]*)」|『([^『』]*)』|“([^“”]*)”|‘((?:[^‘’]|’(?=\w))*)’|(?<!\d)\"([^\"]*)\"|«([^«»]*)»|《([^《》]*)》|〈([^〈〉]*)〉"
    r"|(?<!\w)'(?=\w)([^'\"]{1,200})'(?![A-Za-z0-9])"
)
# “Yes,” he said, “I do.”: one quotation, broken by the speaker. Written in English only.
_BROKEN = re.compile(r"[,.?!—-][”\"’] ?\w[^“”\"]{0,90}?[“\"‘](?=\w|…)")
_PAIRS = {"「": "」", "『": "』", "“": "”", "(": ")", "（": "）", "[": "]", "［": "］", "【": "】",
          "《": "》", "〈": "〉", "«": "»", "{": "}"}  # fmt: skip
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}
_SIGN = re.compile(f"[{re.escape(''.join(_PAIRS) + ''.join(_CLOSERS))}]")
# 1) and a) number a list, :) smiles, 5" are inches: none of them closes anything.
_NO_CLOSER = re.compile(r"(?:^|[\s(（])(?:\d{1,2}|[A-Za-z가-힣]|[ivx]{1,4}|[:;]-?)\Z")
_TERM = 40  # letters of English (see size); up to here a quotation is a term, whose quotes may go


@check("quotations")
def check_quotations(pair: Pair) -> Iterator[Finding]:
    """Yield speech that is no longer marked as such (major) and differing counts (minor).

    One quotation more or less may be a term, whose quotes are a matter of style.
    """
    source, target = quoted(pair.source), quoted(pair.target)
    lost = len(source) - _breaks(pair.source) - len(target)
    added = len(target) - _breaks(pair.target) - len(source)
    if max(lost, added) < 1 or _is_cut(pair):
        return
    speech = [text for text in source if size(text) > _TERM]
    if speech and not target:
        message = f"A quotation of the source is not marked as one in the target: {speech[0][:40]}"
        yield pair.doubt("quotations", "major", message)
    elif max(lost, added) > 1 or (lost > 0 and len(speech) > len(target)):
        message = f"The source has {_number(source)}, the target has {_number(target)}."
        yield pair.doubt("quotations", "minor", message)


@check("balance")
def check_balance(pair: Pair) -> Iterator[Finding]:
    """Yield the first quote or bracket of the target without a partner (major).

    Silent where the source is unbalanced too: a quotation may run over several segments.
    """
    place = unbalanced(pair.target)
    if place is not None and unbalanced(pair.source) is None:
        sign = pair.target[place]
        message = f"{sign} in the target has no partner."
        yield pair.doubt("balance", "major", message, (place, place + 1))


def quoted(text: str) -> list[str]:
    """Return what stands between quotes, nested quotations after the ones around them.

    >>> quoted("彼は「『来る』と聞いた」と話した。")
    ['『来る』と聞いた', '来る']
    """
    found: list[str] = []
    queue = [text]
    while queue and len(found) < 1000:
        for match in _QUOTED.finditer(queue.pop(0)):
            inside = next(group for group in match.groups() if group is not None)
            if inside.strip():
                found.append(inside)
                queue.append(inside)
    return found


def unbalanced(text: str) -> int | None:
    """Return the place of the first quote or bracket without a partner, None if all have one."""
    stack: list[tuple[str, int]] = []
    for match in _SIGN.finditer(text):
        sign, place = match[0], match.start()
        if sign in _PAIRS:
            stack.append((sign, place))
        elif stack and stack[-1][0] == _CLOSERS[sign]:
            stack.pop()
        elif not (sign == ")" and _NO_CLOSER.search(text[max(0, place - 6) : place])):
            return place
    if stack:
        return stack[0][1]
    straight = [m.start() for m in re.finditer(r'(?<!\d)"', text)]
    return straight[-1] if len(straight) % 2 else None


def _breaks(text: str) -> int:
    """Return how many quotations may be second halves of one that its speaker broke."""
    return len(_BROKEN.findall(text))


def _is_cut(pair: Pair) -> bool:
    """Tell whether a quotation of either side begins before the segment or ends after it."""
    return unbalanced(pair.source) is not None or unbalanced(pair.target) is not None


def _number(quotations: list[str]) -> str:
    count = len(quotations)
    return {0: "no quotation", 1: "1 quotation"}.get(count, f"{count} quotations")
