"""Tells which half of the day an hour is in: 朝7時 and 7 a.m. are not 19時, 밤 1시 is 01:00."""

import re
from fractions import Fraction

from workbench.checks.quantities import Quantity
from workbench.checks.units import Units

_HALVES: Units = frozenset({"am", "pm"})
_AM: Units = frozenset({"am"})
_PM: Units = frozenset({"pm"})
_NOON, _DAWN, _MORNING = 12, 6, 10

# The part of the day before an hour of ja and ko, and after one of en.
_BEFORE = re.compile(
    r"(?:(?P<am>午前|오전)|(?P<morning>今朝|朝|未明|明け方|아침|새벽)"
    r"|(?P<pm>午後|오후)|(?P<day>昼|낮|夕方|夕|저녁)|(?P<night>夜|晩|夜中|深夜|밤|심야))"
    r"(?:の|、|に)? ?\Z"
)
_AFTER = re.compile(
    r"(?::[0-9]{2})? ?(?:o'clock )?(?:(?:in the|this|that|every|each|yesterday|tomorrow) "
    r"(?:(?P<morning>morning)|(?P<day>afternoon|evening))|(?P<night>(?:at|that) night|tonight))\b",
    re.IGNORECASE,
)
_LONGEST = 40  # characters after an hour that are read


def half_of_day(text: str, hour: Quantity, units: Units) -> Units:
    """Return the half of the day of an hour, {"am"} or {"pm"}, both where it is left open.

    units are what the words beside the hour say: {"am"}, {"pm"} or both.
    """
    if hour.value == 0 or _NOON < hour.value < 2 * _NOON:
        return _PM if hour.value else units
    if units != _HALVES:
        return units
    part = _BEFORE.search(text[max(0, hour.start - 6) : hour.start])
    part = part or _AFTER.match(text[hour.end : hour.end + _LONGEST])
    return _half(part.lastgroup or "", hour.value) if part else units


def _half(part: str, hour: Fraction) -> Units:
    """Return the half in which a part of the day has an hour: 夜11時 is p.m., 夜1時 a.m."""
    if part in {"am", "pm"}:
        # 午前12時 is said of noon and of midnight.
        return _HALVES if hour == _NOON else frozenset({part})
    if part == "night":
        return _AM if hour < _DAWN or hour == _NOON else _PM
    if part == "day":
        return _AM if _MORNING <= hour < _NOON else _PM
    return _AM
