"""What a number reader returns, and what the readers of ja, ko and en share: folding, composing.

A reader is a function `read(folded_text) -> Iterator[Quantity]` in a module numbers_<language>.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

QuantityKind = Literal[
    "number",
    "word",
    "percent",
    "fraction",
    "ordinal",
    "age",
    "year",
    "month",
    "day",
    "weekday",
    "time",
    "money",
]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text: `original[start:end] == text`.

    value is normalised (2,500万 and 25 million are both 25000000; 8割 is 80, of kind percent).
    also holds other values that the same words may stand for (17年: 2017; 3 p.m.: 15).
    kind "weekday" has 1 (Monday) to 7 (Sunday).
    kind "word" is a word that implies a number (both, 半年, 이틀), "number" a numeral without more.
    soft quantities may be absent from a good translation (一つ, "a pair", 両国): a missing one is
    no doubt, but it can be the counterpart of a number of the other side.
    scale is the factor of the unit words (25 million: 1000000), which a range hands to its start.
    units are what it may count (3キロ: km or kg), empty where the text leaves that open.
    whole are the values of the compound that it is a part of (1年7カ月: 19 and 19/12).
    """

    value: Fraction
    kind: QuantityKind
    start: int
    end: int
    text: str
    soft: bool = False
    also: frozenset[Fraction] = frozenset()
    scale: int = 1
    units: frozenset[str] = frozenset()
    whole: frozenset[Fraction] = frozenset()

    @property
    def values(self) -> frozenset[Fraction]:
        """Return every value that the words may stand for."""
        return self.also | self.whole | {self.value}


# One integer or decimal: 25,000 and 3.5; the parts of 2015.3.12 and of 3.11.2 are read one by
# one. Bounded, so that a line of a hundred thousand digits and commas costs linear time.
_INTEGER = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,8}+(?![0-9])|[0-9]++)"
DIGITS = rf"(?:(?<![0-9]\.){_INTEGER}\.[0-9]++(?!\.[0-9])|{_INTEGER})"

_LONGEST = 24  # characters of digits; what is longer is an identifier, not a quantity
_FOLDED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(old): new
    for old, new in {
        "\u3000": " ", "\u00a0": " ", "\u202f": " ", "〜": "~", "–": "-", "—": "-", "−": "-",
        "‐": "-", "‑": "-", "’": "'", "‘": "'",
    }.items()
}  # fmt: skip


def fold(text: str) -> str:
    """Return the text with full-width signs, dashes and blanks made ASCII, at equal length.

    >>> fold("２，５００万～")
    '2,500万~'
    """
    return text.translate(_FOLDED)


def mask(pattern: re.Pattern[str], text: str) -> str:
    """Return the text with every match blanked out at equal length, so that nobody reads it."""
    return pattern.sub(lambda match: "\0" * len(match[0]), text)


def blank(text: str, found: Iterable[Quantity]) -> str:
    """Return the text with the quantities found blanked out at equal length."""
    parts, place = [], 0
    for quantity in found:
        parts += [text[place : quantity.start], "\0" * (quantity.end - quantity.start)]
        place = quantity.end
    return "".join(parts) + text[place:]


def parse_digits(text: str) -> Fraction | None:
    """Return the value of digits with thousands separators, None for identifiers.

    >>> parse_digits("25,000.5")
    Fraction(50001, 2)
    """
    return Fraction(text.replace(",", "")) if len(text) <= _LONGEST else None


@dataclass(frozen=True, slots=True)
class Numerals:
    """The signs of one East Asian writing of numbers: digits, 十百千 and 万億兆."""

    digits: Mapping[str, int]
    small: Mapping[str, int]
    large: Mapping[str, int]

    def compose(self, run: str) -> Fraction | None:
        """Return the value of a run such as 1億2000万, 三千五百, 二〇一七; None if ill-formed.

        >>> KANJI.compose("1億2000万")
        Fraction(120000000, 1)
        """
        if len(run) > 2 * _LONGEST:
            return None
        total, section, current = Fraction(0), Fraction(0), None
        ceiling, step = 10**20, 10**4
        for part in _PART.findall(run):
            if part in self.large:
                if self.large[part] >= ceiling:
                    return None
                ceiling, step = self.large[part], 10**4
                amount = section + (current or 0)
                total += (amount or 1) * ceiling
                section, current = Fraction(0), None
            elif part in self.small:
                if self.small[part] >= step:
                    return None
                step = self.small[part]
                section += (1 if current is None else current) * step
                current = None
            elif (current := self._append(current, part)) is None:
                return None
        return total + section + (current or 0)

    def _append(self, current: Fraction | None, part: str) -> Fraction | None:
        """Return the digits read so far with one more; None for identifiers and 3五."""
        if part in self.digits:
            return (current or 0) * 10 + Fraction(self.digits[part])
        return parse_digits(part) if current is None else None

    def scale(self, run: str) -> int:
        """Return the factor of the units after the leading digits: 3.5万 -> 10000, 350 -> 1."""
        factor = 1
        for sign in reversed(run):
            unit = self.small.get(sign) or self.large.get(sign)
            if unit is None:
                break
            factor *= unit
        return factor if not any(s in self.large for s in run[:-1]) else 1

    def fractions(self, pattern: re.Pattern[str], text: str) -> Iterator[Quantity]:
        """Yield the fractions of a text: the pattern's groups are what is below and above."""
        for match in pattern.finditer(text):
            below, above = self.compose(match[1]), self.compose(match[2])
            if above is not None and below:
                also = frozenset({below} if above == 1 else ())
                yield Quantity(above / below, "fraction", *match.span(), match[0], also=also)


_PART = re.compile(rf"{DIGITS}|[^0-9 ]")

KANJI = Numerals(
    {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0},
    {"十": 10, "百": 100, "千": 1000},
    {"万": 10**4, "億": 10**8, "兆": 10**12, "京": 10**16},
)
HANGUL = Numerals(
    {sign: value for value, sign in enumerate("영일이삼사오육칠팔구")} | {"륙": 6, "공": 0},
    {"십": 10, "백": 100, "천": 1000},
    {"만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16},
)


def soft_words(table: Mapping[str, tuple[int | Fraction, ...]], bound: str = "{}") -> "Words":
    """Return a reader of words that are soft quantities of the values given.

    bound is a pattern around the alternatives, such as a word boundary on each side.
    """
    names = "|".join(re.escape(w) for w in sorted(table, key=len, reverse=True))
    pattern = re.compile(bound.format(f"(?:{names})"))
    values = {word: tuple(map(Fraction, row)) for word, row in table.items()}

    def read(text: str) -> Iterator[Quantity]:
        for match in pattern.finditer(text):
            first, *others = values[match[0].lower()]
            yield Quantity(first, "word", *match.span(), match[0], True, frozenset(others))

    return read


# Kings, popes and world wars: Louis XIV, III세, 第Ⅱ次. A single I is a pronoun more often than not.
_ROMAN = re.compile(r"(?<![A-Za-z0-9])(?:[IVX]{2,6}|[VX])(?![A-Za-z0-9])|[\u2160-\u216b]")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}


def read_roman(text: str) -> Iterator[Quantity]:
    """Yield the Roman numerals of a text as soft quantities: many are written otherwise or out.

    >>> [int(q.value) for q in read_roman("Louis XIV, Plan IX")]
    [14, 9]
    """
    for match in _ROMAN.finditer(text):
        signs = unicodedata.normalize("NFKC", match[0])
        values = [_ROMAN_VALUES[sign] for sign in signs]
        following = [*values[1:], 0]
        total = sum(-v if v < n else v for v, n in zip(values, following, strict=True))
        yield Quantity(Fraction(total), "word", *match.span(), match[0], True)


Words = Callable[[str], Iterable[Quantity]]


def clock(hour: Fraction) -> frozenset[Fraction]:
    """Return the hour of the other clock: 3 -> 15, 15 -> 3."""
    return frozenset({hour + 12 if hour <= 12 else hour - 12} if 0 <= hour <= 24 else ())


def short_year(value: Fraction, text: str) -> frozenset[Fraction]:
    """Return the years that two digits may stand for: 17年 is 17 years, 2017 or 1917.

    >>> sorted(map(int, short_year(Fraction(17), "17")))
    [1917, 2017]
    """
    two = value.denominator == 1 and 0 <= value < 100 and len(text) == 2
    return frozenset({value + 1900, value + 2000}) if two else frozenset()


def and_a_half(value: Fraction) -> frozenset[Fraction]:
    """Return what a following half makes of a value: 2年半 is 2.5 years or 30 months."""
    return frozenset({value + Fraction(1, 2), value * 12 + 6})


def percentage(value: Fraction) -> frozenset[Fraction]:
    """Return the share that a percentage below 100 is: 50 -> 1/2."""
    return frozenset({value / 100}) if 0 < value < 100 else frozenset()


def in_order(quantities: Iterable[Quantity]) -> tuple[Quantity, ...]:
    """Return the quantities sorted by place; of overlapping ones the longest stays."""
    kept: list[Quantity] = []
    for quantity in sorted(quantities, key=lambda q: (q.start, -q.end)):
        if not kept or quantity.start >= kept[-1].end:
            kept.append(quantity)
    return tuple(kept)
