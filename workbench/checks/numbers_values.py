"""Writes numbers in a form that no language owns: 25000000, 2017-11-13, 25 years, 80 %, 3 km."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from workbench.checks.numbers_links import Link
from workbench.checks.quantities import Quantity
from workbench.checks.units import Units

_MOST_BETWEEN = 8  # characters between the parts of one date of the target: ", ", "日の午後"
_DATE_PARTS = ("year", "month", "day")
_BETWEEN_DATES = re.compile(r"(?:[年月년월] ?|[ .,]{1,2}| of (?:the )?|st|nd|rd|th|, ){1,3}")
_BETWEEN_CLOCK = re.compile(r"[時시:] ?")
_BETWEEN_RANGE = re.compile(r"\s?(?:[~\-〜～–—−]|to|から|ないし|에서|내지)\s?")

# The word for a unit, and the kind of entry that has it; the first that fits is taken.
_UNITS = (
    ("%", "percent", "%"), ("calendar", "date", ""), ("month-of-year", "date", ""),
    ("day-of-month", "date", ""), ("weekday", "date", ""), ("am", "time", ""),
    ("pm", "time", ""), ("age", "age", "years"),
    ("year", "time", "years"), ("month", "time", "months"), ("week", "time", "weeks"),
    ("day", "time", "days"), ("hour", "time", "hours"), ("minute", "time", "minutes"),
    ("second", "time", "seconds"), ("decade", "time", "decades"), ("century", "time", "centuries"),
    ("cent", "money", "cents"), ("JPY", "money", "JPY"), ("KRW", "money", "KRW"),
    ("USD", "money", "USD"), ("EUR", "money", "EUR"), ("GBP", "money", "GBP"),
    ("CNY", "money", "CNY"), ("INR", "money", "INR"), ("RUB", "money", "RUB"),
    ("count", "number", ""), ("point", "number", ""), ("times", "number", "times"),
    ("degree", "unit", "°C"), ("fahrenheit", "unit", "°F"), ("km", "unit", "km"),
    ("mm", "unit", "mm"),
)  # fmt: skip


def group_links(links: Sequence[Link], text: str) -> Iterator[tuple[Link, ...]]:
    """Yield the links one by one, but those of one whole date, clock time or range together.

    text is that of the source, in whose order the links are.
    """
    group: tuple[Link, ...] = ()
    for link in links:
        if group and not _is_whole((*group, link), text):
            yield group
            group = ()
        group = (*group, link)
    if group:
        yield group


def _is_whole(links: Sequence[Link], text: str) -> bool:
    """Tell whether links have the parts of one date, time or range, side by side in both texts."""
    source = [link.source for link in links if link.source]
    target = sorted((link.target for link in links if link.target), key=lambda q: q.start)
    if len(source) < len(links) or len({id(q) for q in target}) < len(links):
        return False
    if any(b.start - a.end > _MOST_BETWEEN for a, b in pairwise(target)):
        return False
    between = text[source[-2].end : source[-1].start]
    return _is_date(source, between) or (
        len(source) == 2 and (_is_clock(source, between) or _is_range(source, between))
    )


def _is_date(parts: Sequence[Quantity], between: str) -> bool:
    kinds = [part.kind for part in parts]
    return (
        all(kind in _DATE_PARTS for kind in kinds)
        and len(set(kinds)) == len(kinds)
        and ("month" in kinds)
        and _BETWEEN_DATES.fullmatch(between) is not None
    )


def _is_clock(parts: Sequence[Quantity], between: str) -> bool:
    hour, minute = parts
    timed = hour.units <= {"am", "pm"} and hour.units and "minute" in minute.units
    return bool(timed) and _BETWEEN_CLOCK.fullmatch(between) is not None


def _is_range(parts: Sequence[Quantity], between: str) -> bool:
    first, second = parts
    low = min(first.values) if first.scale == second.scale else max(first.values)
    return low < second.value and _BETWEEN_RANGE.fullmatch(between) is not None


def is_unit_change(links: Sequence[Link]) -> bool:
    """Tell whether a number kept its value and lost its unit: 70歳 and 70 percent."""
    last = links[-1]
    if last.match != "changed" or not last.source or not last.target:
        return False
    return last.source.value == last.target.value


def entry_kind(links: Sequence[Link]) -> str:
    """Return what the links of one entry are: date, time, range, money, percent, unit, …"""
    parts = [part for link in links for part in (link.source, link.target) if part]
    if len(links) > 1:
        return _group_kind([link.source for link in links if link.source])
    kinds = {part.kind for part in parts}
    unit = _unit(links[0])
    for kind in ("age", "percent", "fraction", "ordinal"):
        if kind in kinds:
            return kind
    return next((kind for name, kind, _ in _UNITS if name == unit), "unit" if unit else "number")


def _group_kind(parts: Sequence[Quantity]) -> str:
    if any(part.kind in {"month", "day"} for part in parts):
        return "date"
    return "time" if parts[0].units & {"am", "pm"} and "minute" in parts[-1].units else "range"


def neutral_value(links: Sequence[Link]) -> str:
    """Return the value that the words of one entry have: see the head of this module."""
    parts = [link.source for link in links if link.source]
    if len(links) == 1:
        return _single(links[0])
    kind = _group_kind(parts)
    if kind == "date":
        return _date({part.kind: part.value for part in parts})
    if kind == "time":
        return _clock(parts[0], parts[1].value)
    first, second = parts
    low = first.value * second.scale if first.value * second.scale in first.also else first.value
    return _with_unit(f"{_plain(low)}–{_plain(second.value)}", _unit(links[1]))


def _single(link: Link) -> str:
    part = next(part for part in (link.source, link.target) if part)
    unit = _unit(link)
    if unit in {"calendar", "month-of-year", "day-of-month"}:
        names = dict(zip(("calendar", "month-of-year", "day-of-month"), _DATE_PARTS, strict=True))
        return _date({names[unit]: part.value})
    if unit == "weekday":
        return f"weekday {_plain(part.value)}"
    if unit in {"am", "pm"}:
        return _clock(part, Fraction(0))
    return _with_unit(_plain(part.value), unit)


def _date(parts: dict[str, Fraction]) -> str:
    """Return a date of ISO 8601, with dashes for what is not said: 2017-11, --11-13, ---13."""
    year, month, day = (parts.get(kind) for kind in _DATE_PARTS)
    if year is not None:
        tail = [f"{_plain(part):0>2}" for part in (month, day) if part is not None]
        return "-".join([_plain(year), *tail])
    if month is not None:
        return f"--{_plain(month):0>2}" + (f"-{_plain(day):0>2}" if day is not None else "")
    return f"---{_plain(day or Fraction(0)):0>2}"


def _clock(hour: Quantity, minute: Fraction) -> str:
    """Return a clock time of 24 hours where the half of the day is known: 15:30."""
    later = 12 if hour.units == {"pm"} and hour.value < 12 else 0
    return f"{_plain(hour.value + later)}:{_plain(minute):0>2}"


def _unit(link: Link) -> str:
    """Return the unit that both sides allow, else that of the source; "" where none is said."""
    ours = link.source.units if link.source else frozenset()
    theirs = link.target.units if link.target else frozenset()
    units: Units = (ours & theirs) or ours or theirs
    part = link.source or link.target
    if part and "calendar" in units and not (part.kind == "year" and part.value >= 100):
        units -= {"calendar"}
    if units >= {"age", "year"}:
        units -= {"age"}
    known = next((name for name, _, _ in _UNITS if name in units), "")
    return known or min(units, default="")


def _with_unit(number: str, unit: str) -> str:
    word = next((word for name, _, word in _UNITS if name == unit), unit)
    return f"{number} {word}".rstrip()


def _plain(value: Fraction) -> str:
    """Return a value in digits: 25000000, 3.5, and 1/3 where digits would not end."""
    if value.denominator == 1:
        return str(value.numerator)
    shift = 10**9
    if (value * shift).denominator == 1:
        return f"{value.numerator * shift // value.denominator / shift:f}".rstrip("0")
    return f"{value.numerator}/{value.denominator}"
