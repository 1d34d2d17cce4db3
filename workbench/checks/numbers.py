"""Compares the numbers of source and target by value: 2,500万 is 25 million, 8割 is 80 percent."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from workbench.checks.quantities import Quantity
from workbench.checks.reading import READERS, read_numbers
from workbench.checks.registry import Pair, check
from workbench.types import Finding

_MOST = 20  # numbers of one segment that are named; more of them say nothing new
_LONGEST = 5_000  # characters; no sentence is that long
_EXACT = ("fraction", "percent")
_DATED = ("month", "day")


@check("numbers")
def check_numbers(pair: Pair) -> Iterator[Finding]:
    """Yield numbers that are missing (major), changed (critical) or without a source (minor)."""
    languages = (pair.source_language, pair.language)
    if any(language.split("-")[0] not in READERS for language in languages):
        return
    if max(len(pair.source), len(pair.target)) > _LONGEST:
        message = f"The segment is over {_LONGEST:,} characters: its numbers were not compared."
        yield pair.doubt("numbers", "minor", message)
        return
    source = read_numbers(pair.source, pair.source_language)
    target = read_numbers(pair.target, pair.language)
    lost, added = unmatched(source, target), unmatched(target, source)
    moved = _moved(source, target)
    missing = [quantity for quantity in lost if not quantity.soft or quantity in moved]
    extra = [quantity for quantity in added if not quantity.soft] + list(moved.values())
    extra = extra or _swapped(lost, added)
    for quantity in missing[:_MOST]:
        yield _missing(pair, quantity, extra)
    if not missing:
        for quantity in extra[:_MOST]:
            yield _extra(pair, quantity, source, target)


def _moved(source: Sequence[Quantity], target: Sequence[Quantity]) -> dict[Quantity, Quantity]:
    """Return the days and months that became others: 10月1日, 10월 10일. Both sides call them so.

    The other value may stand in the source all the same, as the 10 of that month does.
    """
    moved: dict[Quantity, Quantity] = {}
    for kind in _DATED:
        ours = [q for q in source if q.kind == kind]
        theirs = [q for q in target if q.kind == kind]
        lost = [q for q in ours if not any(q.values & other.values for other in target)]
        fresh = [q for q in theirs if not any(q.values & other.values for other in ours)]
        moved |= dict(zip(lost, fresh, strict=False))
    return moved


def _swapped(lost: Sequence[Quantity], added: Sequence[Quantity]) -> list[Quantity]:
    """Return the soft numerals of the target that stand where the source has others: 2週間, 1주."""
    written = [q for q in added if q.text[0].isdigit() and q.kind != "word"]
    return written if any(q.kind != "word" for q in lost) else []


def unmatched(ours: Sequence[Quantity], theirs: Sequence[Quantity]) -> list[Quantity]:
    """Return our quantities, firm or soft, that share no value with any of theirs."""
    known = frozenset[Fraction]().union(*(quantity.values for quantity in theirs))
    exact = {kind: {q.value for q in theirs if q.kind == kind} for kind in _EXACT}
    return [
        q
        for q in ours
        if not q.values & known or (exact.get(q.kind) and not _same(q, theirs, exact[q.kind]))
    ]


def _same(quantity: Quantity, theirs: Sequence[Quantity], exact: set[Fraction]) -> bool:
    """Tell whether a share has its equal: 1/3 is not 2/3, though both have a 3."""
    others = {v for q in theirs if q.kind != quantity.kind for v in q.values}
    return quantity.value in exact or bool(quantity.values & others)


def _missing(pair: Pair, quantity: Quantity, extra: Sequence[Quantity]) -> Finding:
    named = _name(quantity)
    if not extra:
        return pair.doubt("numbers", "major", f"{named} of the source is not in the target.")
    place = quantity.start / len(pair.source)
    other = min(extra, key=lambda q: abs(q.start / len(pair.target) - place))
    message = f"{named} of the source is not in the target, which has {_name(other)} instead."
    return pair.doubt("numbers", "critical", message, (other.start, other.end))


def _extra(
    pair: Pair, quantity: Quantity, source: Sequence[Quantity], target: Sequence[Quantity]
) -> Finding:
    """Return the doubt about a number only the target has.

    It is more than a hint when a soft number or the second mention of a number is not rendered.
    """
    span = (quantity.start, quantity.end)
    written = [q.value for q in source if q.text[0].isdigit() or not q.soft]
    lost = Counter(written) - Counter(v for q in target for v in q.values)
    if lost:
        other = next(q for q in source if q.value in lost)
        message = f"{_name(quantity)} of the target may stand for {_name(other)} of the source."
        return pair.doubt("numbers", "major", message, span)
    message = f"{_name(quantity)} of the target has no counterpart in the source."
    return pair.doubt("numbers", "minor", message, span)


def _name(quantity: Quantity) -> str:
    """Return the number as a reader knows it: 10 (十), 2500000 (250万), 13."""
    value = quantity.value
    plain = f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):g}"
    sign = "%" if quantity.kind == "percent" else ""
    same = quantity.text.replace(",", "") == plain.replace(",", "")
    return f"{plain}{sign}" if same else f"{plain}{sign} ({quantity.text})"
