"""Reads the numbers of a text with the reader of its language. To add one, add its line below."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import zip_longest

from workbench.checks import numbers_en, numbers_ja, numbers_ko
from workbench.checks.numbers_clock import half_of_day
from workbench.checks.numbers_days import read_weekdays
from workbench.checks.quantities import Quantity, fold, in_order
from workbench.checks.units import find_units

READERS = {"ja": numbers_ja.read, "ko": numbers_ko.read, "en": numbers_en.read}

_HALVES_OF_DAY = frozenset({"am", "pm"})
# What may stand between the two ends of a range: 3〜5万, 3 to 5 million, 3~5만, 二、三万.
_BETWEEN = re.compile(
    r"\s*(?:[~\-、,・·]|to|or|and|から|ないし|에서|내지|또는|か)\s*", re.IGNORECASE
)
_KNOWN = {
    "year": frozenset({"calendar", "year", "age"}),
    "percent": frozenset({"%"}),
    "word": frozenset[str](),
}
# Words and the unit in which their values are: half a year is 6 months.
_IMPLIED = {
    "半年": "month", "반년": "month", "half year": "month", "half-year": "month",
    "twice": "times", "double": "times", "doubled": "times", "doubles": "times",
    "doubling": "times", "tripled": "times", "twofold": "times", "threefold": "times",
    "fourfold": "times", "倍": "times", "두배": "times", "갑절": "times", "곱절": "times",
    "decades": "year", "centuries": "year",
    "半世紀": "year", "반세기": "year", "half century": "year", "half-century": "year",
    "半日": "hour", "半月": "day", "보름": "day", "decade": "year", "century": "year",
    "half decade": "year", "half hour": "minute", "half-hour": "minute", "fortnight": "day",
}  # fmt: skip
_SPAN = re.compile(r"\s*(?:[~\-]|to|or|から|ないし|에서|내지|또는|か)\s*", re.IGNORECASE)

# (unit between the numbers, unit after the second, how many of the second make one of the first)
_COMPOUNDS = tuple(
    (re.compile(first), re.compile(second), factor)
    for first, second, factor in (
        (r"\s?(?:年|년|years?)(?:と|\s|,|and)*", r"\s?(?:[かカヵヶケ箇]?月|개월|months?)", 12),
        (r"\s?(?:時間|시간|hours?)(?:と|\s|,|and)*", r"\s?(?:分|분|minutes?)", 60),
        (r"\s?(?:分|분|minutes?)(?:と|\s|,|and)*", r"\s?(?:秒|초|seconds?)", 60),
        (
            r"\s?(?:メートル|미터|m|meters?)(?:\s|and)*",
            r"\s?(?:センチ|센티|cm|centim|[^0-9A-Za-z])",
            100,
        ),
        (r"\s?(?:ドル|달러|ユーロ|유로|dollars?)(?:\s|and)*", r"\s?(?:セント|센트|cents?)", 100),
        (r"円", r"銭", 100),
        (r"\s?(?:キロ|킬로)", r"", 1000),
        (r"度", r"分", 10),
    )
)


def read_numbers(text: str, language: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text in order of place, none overlapping; () without a reader.

    >>> [int(q.value) for q in read_numbers("平成29年に2,500万人、8割が二十五歳", "ja")]
    [2017, 25000000, 80, 25]
    """
    reader = READERS.get(language.split("-")[0])
    if reader is None:
        return ()
    folded, code = fold(text), language.split("-")[0]
    parts = in_order((*reader(folded), *read_weekdays(folded, code)))
    found = tuple(_join(folded, parts))
    counted = tuple(_with_unit(folded, quantity, code) for quantity in _spread(folded, found))
    return tuple(
        replace(quantity, text=text[quantity.start : quantity.end])
        for quantity in _share_units(folded, counted)
    )


def _is_span(between: str) -> bool:
    return len(between) < 6 and bool(_SPAN.fullmatch(between))


def _with_unit(text: str, quantity: Quantity, code: str) -> Quantity:
    if quantity.units:
        return quantity
    known = _KNOWN.get(quantity.kind)
    if quantity.soft and (unit := _IMPLIED.get(quantity.text.lower().replace("a ", ""))):
        known = frozenset({unit})
    if known is None:
        known = find_units(text, quantity.start, quantity.end, code)
        if known & _HALVES_OF_DAY:
            known = half_of_day(text, quantity, known)
    return replace(quantity, units=known)


def _share_units(text: str, found: tuple[Quantity, ...]) -> Iterator[Quantity]:
    """Yield the quantities; the start of a range also has the unit of its end (3〜5キロ)."""
    for quantity, following in zip_longest(found, found[1:]):
        shared = following and not quantity.units and quantity.kind == following.kind
        if shared and _is_span(text[quantity.end : following.start]):
            yield replace(quantity, units=following.units)
        else:
            yield quantity


def _join(text: str, found: tuple[Quantity, ...]) -> Iterator[Quantity]:
    """Yield the quantities; the parts of a compound also stand for the whole (1年7カ月: 19)."""
    whole = frozenset[Fraction]()
    for quantity, following in zip_longest(found, found[1:]):
        before, whole = whole, frozenset()
        if following:
            between = text[quantity.end : following.start]
            after = text[following.end : following.end + 14]
            for first, second, factor in _COMPOUNDS:
                if len(between) < 14 and first.fullmatch(between) and second.match(after):
                    parts = quantity.value * factor + following.value
                    whole = frozenset({parts, parts / factor})
        yield replace(quantity, whole=before | whole)


def _spread(text: str, found: tuple[Quantity, ...]) -> Iterator[Quantity]:
    """Yield the quantities; the start of a range also has the scale of its end (3〜5万)."""
    for quantity, following in zip_longest(found, found[1:]):
        scale = following.scale if following else 1
        if following and scale > 1 and quantity.scale == 1 and quantity.value < scale:
            between = text[quantity.end : following.start]
            if len(between) < 6 and _BETWEEN.fullmatch(between):
                also = quantity.also | {quantity.value * scale}
                yield replace(quantity, also=also)
                continue
        yield quantity
