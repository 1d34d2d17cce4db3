"""Links the numbers of a source to those of its translation, one to one: see link."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.checks.quantities import Quantity
from workbench.checks.units import Units, equal_measures
from workbench.types import Match

_EXACT = ("percent", "fraction")
_NOON = frozenset({"am", "pm"})
_LOOSE = frozenset({"times", "count", "point"})
_SPAN_WORD = re.compile(
    "年|月|日|紀|년|세기|나절|다스|ダース|half|decade|century|dozen|fortnight|fold|doubl|tripl|倍|배"
)
_SPANS = frozenset({"year", "month", "week", "day", "hour", "minute", "calendar"})
Pairs = dict[Quantity, Quantity]


@dataclass(frozen=True, slots=True)
class Link:
    """A number of the source and its rendering; None where one side has none."""

    source: Quantity | None
    target: Quantity | None
    match: Match


def link(source: Sequence[Quantity], target: Sequence[Quantity]) -> tuple[Link, ...]:
    """Return every number with its counterpart, in the order of the source, then the additions.

    Each number is taken once, equal values and units before the likes (17年 may be 2017), near
    places before far ones. Then numbers left over on both sides are changes of each other; a
    second mention of a linked number, and a soft number, may be alone.
    """
    sides = _Sides.of(source, target)
    pairs = _match(source, target, sides)
    taken = set(pairs.values())
    lost = [q for q in source if q not in pairs]
    added = [q for q in target if q not in taken]
    changes = _changes(lost, added, sides)
    links = [_linked(q, pairs, changes) for q in source]
    gone = set(changes.values())
    extra = [
        q
        for q in added
        if not (q in gone or q.soft or any(_is_said_with(q, t, s) for s, t in pairs.items()))
    ]
    return (*filter(None, links), *(Link(None, q, "extra") for q in extra))


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is known of the numbers of both sides together.

    places are from 0 (first number) to 1 (last); repeated are those the other side has too.
    """

    source: Mapping[Quantity, float]
    target: Mapping[Quantity, float]
    repeated: Collection[Quantity]

    @classmethod
    def of(cls, source: Sequence[Quantity], target: Sequence[Quantity]) -> "_Sides":
        ours = {q: i / len(source) for i, q in enumerate(source)}
        theirs = {q: i / len(target) for i, q in enumerate(target)}
        repeated = {q for q in source if _repeats(q, target)}
        return cls(ours, theirs, repeated | {q for q in target if _repeats(q, source)})

    def distance(self, ours: Quantity, theirs: Quantity) -> float:
        """Return how far two numbers are from the same place of their texts, 0 to 1."""
        return abs(self.source[ours] - self.target[theirs])


def _linked(quantity: Quantity, pairs: Pairs, changes: Pairs) -> Link | None:
    """Return the link of one number of the source, None for a soft one without a rendering."""
    if other := pairs.get(quantity):
        return Link(quantity, other, "changed" if _other_unit(quantity, other) else "matched")
    if other := changes.get(quantity):
        return Link(quantity, other, "changed")
    if again := next((pairs[q] for q in pairs if _is_said_with(quantity, q, pairs[q])), None):
        return Link(quantity, again, "matched")
    return None if quantity.soft else Link(quantity, None, "missing")


def _is_said_with(quantity: Quantity, first: Quantity, other: Quantity) -> bool:
    """Tell whether the rendering `other` of a number says another number of its side, too.

    That is a second mention of it, or another part of one compound: 2メートル6センチ, 206 cm.
    """
    if other.value in quantity.whole & first.whole and not other.whole:
        return True
    alike = quantity.units == first.units or bool(quantity.units & first.units)
    return alike and bool(quantity.values & first.values)


def _match(source: Sequence[Quantity], target: Sequence[Quantity], sides: _Sides) -> Pairs:
    """Return the numbers of the source that have a counterpart, the best pairs first."""
    scored = sorted(
        (
            (_score(ours, theirs) - sides.distance(ours, theirs), -i, -j)
            for i, ours in enumerate(source)
            for j, theirs in enumerate(target)
            if _fit(ours, theirs)
        ),
        reverse=True,
    )
    pairs: Pairs = {}
    taken: set[int] = set()
    for _, i, j in scored:
        if source[-i] not in pairs and j not in taken:
            pairs[source[-i]] = target[-j]
            taken.add(j)
    return pairs


def _fit(ours: Quantity, theirs: Quantity) -> bool:
    """Tell whether two numbers may say the same, their units aside."""
    if "weekday" in {ours.kind, theirs.kind} and ours.kind != theirs.kind:
        return False
    if ours.value == theirs.value:
        return True
    if ours.kind == theirs.kind and ours.kind in _EXACT:
        return False
    if _is_said_by(ours, theirs) or _is_said_by(theirs, ours):
        return True
    if ours.kind == theirs.kind == "word" and ours.also & theirs.also:
        return True
    return equal_measures(ours.value, ours.units, theirs.value, theirs.units)


def _is_said_by(one: Quantity, other: Quantity) -> bool:
    """Tell whether the other number may have the value of the one by its other readings."""
    if one.kind != "time" == other.kind and one.value > 12:
        return False  # "seventeen" is no hour
    return one.value in other.also or (not one.whole and one.value in other.whole)


def _score(ours: Quantity, theirs: Quantity) -> float:
    """Return how well two numbers that fit go together."""
    score = 4.0 if ours.value == theirs.value else 2.0
    if ours.units and theirs.units:
        score += 3 if ours.units & theirs.units else -3
    alike = (ours.kind == theirs.kind) + (ours.soft == theirs.soft) / 2
    return score + alike + (bool(ours.also) == bool(theirs.also)) / 4


def _other_unit(ours: Quantity, theirs: Quantity) -> bool:
    """Tell whether the same value counts something else: 70歳 and 70 percent, 3キロ and 3 miles."""
    if ours.units & theirs.units:
        return False
    if not ours.units or not theirs.units:
        return _lost_percent(ours, theirs)
    if ours.units | theirs.units <= _NOON:
        return True
    if ours.value == 1 and not (ours.text.isdigit() and theirs.text.isdigit()):
        return False  # one point, a day: one is an article as often as a number
    return ours.value == theirs.value and not _vague(ours.units, theirs.units)


def _lost_percent(ours: Quantity, theirs: Quantity) -> bool:
    """Tell whether a share has no counterpart but the bare number: other units may go unsaid."""
    share = {"%"} in (ours.units, theirs.units)
    return share and ours.value == theirs.value and not (ours.soft or theirs.soft)


def _vague(ours: Units, theirs: Units) -> bool:
    """Tell whether one unit is loose and the other may say it: 週3回 is three days a week."""
    if ours & _LOOSE and theirs & _LOOSE:
        return True
    return bool((ours & _LOOSE and theirs & _SPANS) or (theirs & _LOOSE and ours & _SPANS))


def _changes(lost: Sequence[Quantity], added: Sequence[Quantity], sides: _Sides) -> Pairs:
    """Return the numbers that became others, the likeliest pairs first."""
    scored = sorted(
        (
            (_likeness(ours, theirs) - sides.distance(ours, theirs), -i, -j)
            for i, ours in enumerate(lost)
            for j, theirs in enumerate(added)
            if _may_replace(ours, theirs, sides)
        ),
        reverse=True,
    )
    changes: Pairs = {}
    for _, i, j in scored:
        if lost[-i] not in changes and added[-j] not in changes.values():
            changes[lost[-i]] = added[-j]
    return changes


def _may_replace(ours: Quantity, theirs: Quantity, sides: _Sides) -> bool:
    """Tell whether a number without a counterpart may have become another without one.

    A second mention (of the source or of the target) and a soft number only do where both count
    the same.
    """
    if "weekday" in {ours.kind, theirs.kind} and ours.kind != theirs.kind:
        return False
    if theirs.kind == "word" or (ours.kind == "word" and not _SPAN_WORD.search(ours.text)):
        return False
    weak = ours.soft + theirs.soft + (ours in sides.repeated) + (theirs in sides.repeated)
    certain = not (ours.soft and theirs.soft) or _is_counted(ours, theirs)
    return (weak <= 2 and certain) or bool(ours.units & theirs.units)


def _repeats(quantity: Quantity, others: Iterable[Quantity]) -> bool:
    """Tell whether the other side has the value, be it linked to another mention of it."""
    return any(_fit(quantity, q) and not _other_unit(quantity, q) for q in others)


def _is_counted(ours: Quantity, theirs: Quantity) -> bool:
    """Tell whether two numbers are no words alone: two of them, 1명."""
    numbers = ours.kind == theirs.kind == "number"
    return numbers and (ours.text.isdigit() or theirs.text.isdigit())


def _likeness(ours: Quantity, theirs: Quantity) -> float:
    """Return how likely one number became the other."""
    score = 0.0
    if ours.units and theirs.units:
        score += 2 if ours.units & theirs.units else -2
    return score + (ours.kind == theirs.kind) - ours.soft - theirs.soft
