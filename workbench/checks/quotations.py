"""Links the quotations of source and target, and looks for unbalanced quotes and brackets."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, product
from operator import itemgetter
from typing import Literal

from workbench.checks.integrity import size
from workbench.checks.likeness import likeness
from workbench.checks.quotes import Quotation, is_broken, read_quotations
from workbench.checks.registry import Pair, check, document_check, ledger
from workbench.types import Entry, Finding, Match, Severity

_PAIRS = {"「": "」", "『": "』", "“": "”", "(": ")", "（": "）", "[": "]", "［": "］", "【": "】",
          "《": "》", "〈": "〉", "«": "»", "{": "}"}  # fmt: skip
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}
_SIGN = re.compile(f"[{re.escape(''.join(_PAIRS) + ''.join(_CLOSERS))}]")
# 1) and a) number a list, :) smiles, 5" are inches: none of them closes anything.
_NO_CLOSER = re.compile(r"(?:^|[\s(（])(?:\d{1,2}|[A-Za-z가-힣]|[ivx]{1,4}|[:;]-?)\Z")
# Letters of English (see size): a shorter quotation without a sentence end is a term; up to the
# second, its quotes come and go with English style.
_TERM, _STYLE = 24, 40
# Ships, shops and systems (「パシフィック・ヘロン」) are printed without quotes in English.
_NAME = re.compile(r"[ァ-ヺー・A-Z0-9０-９\- ]+号?")
_TITLES = "『《〈<"
_OUTER = {"ja": "「", "ko": '“"', "en": '“"'}
_INNER = {"ja": "『", "ko": "‘'", "en": "‘'"}
# Behind 「…」 that is spoken; 「…」という, と呼ぶ and the like name something.
_SAID = re.compile(r"と(?!い[うっ]|呼|名|称|[のはも、])|(?:이?라)?(?:고(?! 불|도)|며|면서)")
_ENDED = re.compile(r"(?:[.。?？!！…,かよね요까]|です|ます|した|せん|니다)\Z")
# Log-odds (see likeness): what one quotation less costs, and below what its words are another's.
_SKIP, _FLOOR, _STRANGE, _SWAPPED = -2.0, -3.7, -3.2, 3.5
_NEIGHBOURS = 5  # quotations among which two may have changed places
_MOST = 40  # quotations of a segment that are compared by content; more are linked in order
_COPIED = 60  # letters of English; a longer quotation is not said twice

Reason = Literal["", "content", "place", "nesting", "marks", "end"]


@dataclass(frozen=True, slots=True)
class Link:
    """A quotation of the source and its rendering; one of them is None where it has no fellow.

    reason says what was changed: the content, the place (exchanged with another quotation), the
    nesting, the marks (outer and inner ones exchanged) or where it ends.
    """

    source: Quotation | None
    target: Quotation | None
    reason: Reason = ""

    @property
    def match(self) -> Match:
        """Return how the two sides stand to each other."""
        if self.source is None:
            return "extra"
        if self.target is None:
            return "missing"
        return "changed" if self.reason else "matched"


@ledger("quotations")
@lru_cache(maxsize=64)
def quotation_entries(pair: Pair) -> tuple[Entry, ...]:
    """Return every quotation of either side with its rendering, in the order of the source.

    source and target have the marks; value is the depth: "1" for a quotation in no other one.
    """
    return tuple(_entry(pair, link) for link in quotation_links(pair))


@check("quotations")
def check_quotations(pair: Pair) -> Iterator[Finding]:
    """Yield quotations that are lost or added, and such whose words are not those of the source.

    Silent about short terms beside English, where their quotes are a matter of style, and about
    counts where a quotation begins or ends in another segment.
    """
    links = quotation_links(pair)
    if not _is_cut(pair):
        for match in ("missing", "extra"):
            counted = [link for link in links if link.match == match and _counts(pair, link)]
            if counted:
                yield _count_doubt(pair, links, counted)
    for link in links:
        if link.match == "changed" and link.reason != "end":
            yield _change_doubt(pair, link)


@document_check("quotations")
def check_copied_quotations(pairs: Sequence[Pair], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield a long quotation of the target that stood before for other words (major)."""
    by_id = {pair.segment.id: pair for pair in pairs}
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.ledger != "quotations" or entry.match != "matched" or size(entry.target) < _COPIED:
            continue
        words = "".join(filter(str.isalnum, entry.target))
        before = first.setdefault(words, entry)
        if before is not entry and before.source != entry.source and entry.segment_id in by_id:
            words = _short(entry.target)
            message = f"The quotation is the same as one before; the sources differ: {words}"
            pair = by_id[entry.segment_id]
            yield pair.doubt("quotations", "major", message, entry.target_span, 0.8)


@check("balance")
def check_balance(pair: Pair) -> Iterator[Finding]:
    """Yield the first quote or bracket of the target without a partner (major).

    Silent where the source is unbalanced too: a quotation may run over several segments.
    """
    place = unbalanced(pair.target)
    if place is not None and unbalanced(pair.source) is None:
        sign = pair.target[place]
        message = f"{sign} in the target has no partner."
        yield pair.doubt("balance", "major", message, (place, place + 1), 0.9)


@lru_cache(maxsize=64)
def quotation_links(pair: Pair) -> tuple[Link, ...]:
    """Return the quotations of a pair, linked by order, nesting and content."""
    source, target = read_quotations(pair.source), read_quotations(pair.target)
    links = tuple(_linked(pair, source, target))
    links = tuple(_mark_reason(pair, link) for link in _rejoined(pair, _swapped(pair, links)))
    return tuple(sorted(links, key=_place))


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


def _linked(
    pair: Pair, source: Sequence[Quotation], target: Sequence[Quotation], depth: int = 1
) -> Iterator[Link]:
    """Yield the links of the quotations of one depth, each followed by those within it."""
    here = [quotation for quotation in source if quotation.depth == depth]
    there = [quotation for quotation in target if quotation.depth == depth]
    for link in _aligned(pair, here, there):
        yield link
        inner = _inside(source, link.source), _inside(target, link.target)
        if any(inner):
            yield from _linked(pair, *inner, depth + 1)


def _inside(quotations: Sequence[Quotation], outer: Quotation | None) -> Sequence[Quotation]:
    """Return the quotations within another one; they are in order of their beginnings."""
    if outer is None:
        return ()
    first = bisect_right(quotations, outer.start, key=lambda quotation: quotation.start)
    last = bisect_left(quotations, outer.end, key=lambda quotation: quotation.start)
    return [inner for inner in quotations[first:last] if inner.depth > outer.depth]


def _aligned(pair: Pair, here: Sequence[Quotation], there: Sequence[Quotation]) -> list[Link]:
    """Return the best links that keep the order, found by dynamic programming."""
    if max(len(here), len(there)) > _MOST:
        links = [Link(a, b) for a, b in zip(here, there, strict=False)]
        links += [Link(a, None) for a in here[len(there) :]]
        return links + [Link(None, b) for b in there[len(here) :]]
    best: dict[tuple[int, int], tuple[float, list[Link]]] = {(0, 0): (0.0, [])}
    for i, j in product(range(len(here) + 1), range(len(there) + 1)):
        options = []
        for a, b, score, link in _steps(pair, here[:i], there[:j]):
            before, links = best[i - a, j - b]
            options.append((before + score, [*links, link]))
        best[i, j] = max(options, key=itemgetter(0), default=(0.0, []))
    return best[len(here), len(there)][1]


def _steps(
    pair: Pair, here: Sequence[Quotation], there: Sequence[Quotation]
) -> Iterator[tuple[int, int, float, Link]]:
    """Yield (quotations taken of source and target, score, link) for the last ones of each."""
    if here and there:
        score = _score(pair, here[-1], there[-1])
        reason: Reason = "content" if score < _STRANGE else ""
        if not reason and here[-1].closed != there[-1].closed:
            reason = "end"
        yield 1, 1, max(score, _FLOOR), Link(here[-1], there[-1], reason)
    if here and len(there) > 1 and is_broken(pair.target, *there[-2:]):
        whole = _joined(pair.target, *there[-2:])
        yield 1, 2, _score(pair, here[-1], whole), Link(here[-1], whole)
    if there and len(here) > 1 and is_broken(pair.source, *here[-2:]):
        whole = _joined(pair.source, *here[-2:])
        yield 2, 1, _score(pair, whole, there[-1]), Link(whole, there[-1])
    if here:
        yield 1, 0, _SKIP, Link(here[-1], None)
    if there:
        yield 0, 1, _SKIP, Link(None, there[-1])


def _joined(text: str, first: Quotation, second: Quotation) -> Quotation:
    return replace(first, end=second.end, content=f"{first.content} {second.content}")


def _score(pair: Pair, here: Quotation, there: Quotation) -> float:
    return min(likeness(here.content, there.content, (pair.source_language, pair.language)), 6.0)


def _swapped(pair: Pair, links: Sequence[Link]) -> list[Link]:
    """Return the links, with "place" where two neighbours fit crosswise and not as they stand."""
    found = list(links)
    if len(found) > _MOST:
        return found
    for i, j in combinations(range(len(found)), 2):
        if j - i < _NEIGHBOURS and _is_crossed(pair, found[i], found[j]):
            found[i], found[j] = (replace(found[k], reason="place") for k in (i, j))
    return found


def _is_crossed(pair: Pair, one: Link, two: Link) -> bool:
    if not (one.source and one.target and two.source and two.target):
        return False
    if one.source.depth != two.source.depth:
        return False
    straight = _score(pair, one.source, one.target) + _score(pair, two.source, two.target)
    crossed = _score(pair, one.source, two.target) + _score(pair, two.source, one.target)
    return crossed - straight > _SWAPPED


def _rejoined(pair: Pair, links: Sequence[Link]) -> Iterator[Link]:
    """Yield the links; one missing and one extra may be one quotation, moved or nested anew."""
    missing = [link for link in links if link.match == "missing"]
    extra = [link for link in links if link.match == "extra"]
    joined: dict[Link, Link | None] = {}
    for lost, added in zip(missing, extra, strict=False):
        if lost.source and added.target:
            nested = lost.source.depth != added.target.depth
            if nested or _score(pair, lost.source, added.target) > 0:
                joined[lost] = Link(lost.source, added.target, "nesting" if nested else "place")
                joined[added] = None
    for link in links:
        kept = joined.get(link, link)
        if kept:
            yield kept


def _mark_reason(pair: Pair, link: Link) -> Link:
    """Return the link, with "marks" where the target has inner marks outside and outer inside."""
    if link.match != "matched" or not link.source or not link.target:
        return link
    inner, outer = _INNER.get(pair.language, ""), _OUTER.get(pair.language, "")
    within = link.target.content
    odd = link.target.depth == 1 and link.target.mark and link.target.mark in inner
    if odd and any(mark in within for mark in outer) and link.source.mark not in _TITLES:
        return replace(link, reason="marks")
    return link


def _place(link: Link) -> tuple[int, int]:
    if link.source:
        return link.source.start, -link.source.end
    return (link.target.start, 1) if link.target else (0, 0)


def _entry(pair: Pair, link: Link) -> Entry:
    source, target = link.source, link.target
    shown = source or target
    return Entry(
        "quotations",
        _kind(pair, link),
        pair.segment.id,
        pair.language,
        link.match,
        pair.source[slice(*source.span)] if source else "",
        source.span if source else None,
        pair.target[slice(*target.span)] if target else "",
        target.span if target else None,
        str(shown.depth) if shown else "",
    )


def _kind(pair: Pair, link: Link) -> str:
    shown = link.source or link.target
    if shown is None or not shown.closed or size(shown.content) > _TERM:
        return "quotation"
    text = pair.source if link.source else pair.target
    if _ENDED.search(shown.content) or _SAID.match(text, shown.end):
        return "quotation"
    return "title" if shown.mark and shown.mark in _TITLES and shown.depth == 1 else "term"


def _counts(pair: Pair, link: Link) -> bool:
    """Tell whether a quotation without a fellow is more than a matter of English style.

    English reports what others quote and marks the speech within speech that others report; so
    only what it adds at length counts, and no name that it loses.
    """
    shown = link.source or link.target
    if shown is None or "en" not in (pair.source_language, pair.language):
        return shown is not None
    if link.target:
        return link.target.depth == 1 and size(shown.content) > _STYLE
    return pair.source_language == "en" or not _NAME.fullmatch(shown.content)


def _count_doubt(pair: Pair, links: Sequence[Link], counted: Sequence[Link]) -> Finding:
    first = counted[0]
    speech = any(_kind(pair, link) == "quotation" for link in counted)
    severity: Severity = "major" if speech else "minor"
    if first.source:
        text = pair.source[slice(*first.source.span)]
        message = f"A quotation of the source is not marked as one in the target: {_short(text)}"
    else:
        text = pair.target[slice(*first.target.span)] if first.target else ""
        message = f"A quotation of the target is not one in the source: {_short(text)}"
    if len(counted) > 1:
        here = sum(link.source is not None for link in links)
        there = sum(link.target is not None for link in links)
        message += f" The source has {_number(here)}, the target {_number(there)}."
    span = first.target.span if first.target else None
    return pair.doubt("quotations", severity, message, span, 0.8 if speech else 0.4)


_CHANGES = {
    "content": "The quotation does not seem to say what the source quotes: {} Compare it with {}",
    "place": "Two quotations seem to have changed places: {} Compare it with {}",
    "nesting": "The quotation stands inside another one on one side only: {} Compare it with {}",
    "marks": "Outer and inner quotation marks are exchanged: {} The source has {}",
}


def _change_doubt(pair: Pair, link: Link) -> Finding:
    here = pair.source[slice(*link.source.span)] if link.source else ""
    there = pair.target[slice(*link.target.span)] if link.target else ""
    message = _CHANGES[link.reason].format(_short(there), _short(here))
    severity: Severity = "minor" if link.reason in ("marks", "nesting") else "major"
    span = link.target.span if link.target else None
    return pair.doubt("quotations", severity, message, span, 0.6)


def _is_cut(pair: Pair) -> bool:
    """Tell whether a quotation of either side begins before the segment or ends after it."""
    return unbalanced(pair.source) is not None or unbalanced(pair.target) is not None


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…{text[-1]}"


def _number(count: int) -> str:
    return {0: "no quotation", 1: "1 quotation"}.get(count, f"{count} quotations")
