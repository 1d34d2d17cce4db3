"""Reads the numbers of English text: digits, words, ordinals, fractions, months, clock times.

To teach it a word, add it to one of the tables below.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from workbench.checks.quantities import (
    DIGITS,
    Quantity,
    QuantityKind,
    blank,
    clock,
    parse_digits,
    percentage,
    read_roman,
    short_year,
    soft_words,
)

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "quadrillion": 10**15, "quintillion": 10**18,
    "dozen": 12, "bn": 10**9, "mn": 10**6, "m": 10**6, "k": 1000,
}  # fmt: skip
_SMALL_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19,
}  # fmt: skip
_ORDINALS = _SMALL_ORDINALS | {
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "sixtieth": 60,
    "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip
_VALUES = _ONES | _TENS | _ORDINALS
_MONTHS = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4,
    "may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9,
    "sept": 9, "sep": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12,
    "dec": 12,
}  # fmt: skip


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_WORD = _either(_ONES | _TENS)
_SCALE = _either(w for w in _SCALES if len(w) > 2)
_NUMBER = re.compile(
    rf"(?<![A-Za-z])(?P<head>{DIGITS}|(?:{_WORD})(?![A-Za-z])|(?:a|an)(?= (?:{_SCALE})\b))"
    rf"(?P<tail>(?:(?:-| |, | and |-and-)(?:{_WORD}|{_SCALE}|{_either(_ORDINALS)})(?![A-Za-z]))*+)",
    re.IGNORECASE,
)
_NEAR = 5  # words within which a scale belongs to a number: five hundred and twenty-one thousand
_TOKEN = re.compile(r"[a-z]+", re.IGNORECASE)
_DIGITS_ONLY = re.compile(rf"{DIGITS}")
_LETTER_SCALE = re.compile(r"(?:bn|mn|m|k)(?![A-Za-z])")
_HALF = re.compile(
    rf"(?: |-)and(?: |-)a(?: |-)half(?: (?P<scale>{_SCALE})(?![A-Za-z]))?", re.IGNORECASE
)
_HALF_OF = re.compile(
    r"\bhalf[ -](?:an? )?(million|billion|trillion|dozen|century|decade|hour|year)\b", re.IGNORECASE
)
_ONE_AND_A_HALF = re.compile(
    r"\b(?:an?|one) (second|minute|hour|day|week|month|year|decade|century|mile|kilo|ton"
    r"|kilometer|meter|liter|inch|foot) and a half\b",
    re.IGNORECASE,
)
_UNITS_AND_A_HALF = {
    "kilo": "kg", "ton": "t", "kilometer": "km", "meter": "m", "liter": "l", "foot": "ft",
}  # fmt: skip
_HALVES = {
    "million": (500_000,), "billion": (5 * 10**8,), "trillion": (5 * 10**11,), "dozen": (6,),
    "century": (50,), "decade": (5,), "hour": (30, Fraction(1, 2)), "year": (6, Fraction(1, 2)),
}  # fmt: skip
_NOUN = re.compile(
    r"-| (?!(?:of|as|the|an?|to|from|in|and|or|more|less|"
    r"lower|higher|smaller|larger|fewer)\b)[a-z]"
)
_FRACTION = re.compile(
    rf"(?<![A-Za-z0-9-])({_either(_ONES)}|an?|[0-9]{{1,2}})[ -]"
    rf"(half|quarter|{_either(list(_ORDINALS)[2:])})(s?)(?![A-Za-z])(?! (?:of )?(?:time|floor))",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,3})/([0-9]{1,3})(?![0-9/])")
_ORDINAL_DIGITS = re.compile(r"(?:st|nd|rd|th)(?![A-Za-z])", re.IGNORECASE)
_ORDINAL = re.compile(rf"(?<![A-Za-z])(?:{_either(_ORDINALS)})(?![A-Za-z])", re.IGNORECASE)
_MOMENT_BEFORE = re.compile(
    r"\b(?:(?:per|of a|split|single|last|every|each|came|comes?)[ -]|[0-9]-)\Z",
    re.IGNORECASE,
)
_SPAN_OF_TIME = re.compile(
    r"\b(?:per|of a|split|single|last|every|each|only a|for a) \Z", re.IGNORECASE
)
_MOMENT = re.compile(
    r"[ -](?:half|halves|to none|nature|thoughts?|hand|looks?|coming|blow|lieutenant|wind|even"
    r"|in [0-9]{1,4}|before|after|later|ago|longer|or two|to|is|was|has|and|if|when)\b"
    r"|[^ A-Za-z-]|\Z"
)
_BOTH_BEFORE = re.compile(
    r"\b(?:the|these|those|no|between|you|we|us|them|my|our|your|their|his|her|own) \Z",
    re.IGNORECASE,
)
_BOTH = re.compile(r"[- ](?:sides|different|of (?:us|them|you)|income|halves)\b", re.IGNORECASE)
_MONTH = re.compile(rf"(?<![A-Za-z])(?:{_either(_MONTHS)})(?![A-Za-z])", re.IGNORECASE)
_DATE_BEFORE = re.compile(
    r"(?:[0-9](?:st|nd|rd|th)?(?: of)?|\b(?:in|of|last|this|"
    "next|early|late|mid|since|by|until|"
    r"through|from|to|every|before|after|between|during|each|for|on|that|one|and))[ -]\Z",
    re.IGNORECASE,
)
_DATE_AFTER = re.compile(r" [0-9]|,? (?:of )?(?:last |this )?(?:[0-9]{4}|year)|['-]")
_DAY_BETWEEN = re.compile(r"\.? (?:the )?|(?:st|nd|rd|th)?(?: of)? ")
_DAY_AFTER = re.compile(r"\.? [0-9]")
_LEADING_POINT = re.compile(r"(?<![0-9A-Za-z.])\.[0-9]{1,6}(?![0-9])")
_GLUED = re.compile(r"(?<=[A-Za-z])[0-9]{1,4}(?![0-9A-Za-z])")  # Hayabusa2
_DECADES = re.compile(r"[ -](?:long )?decades?\b|[ -]decade-", re.IGNORECASE)
_CENTURIES = re.compile(r" centuries\b", re.IGNORECASE)
_CLOCK = re.compile(
    r":[0-9]{2}\b| ?[ap]\.?m\b| ?o'clock| (?:in the (?:morning|afternoon|evening)|at night)\b",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"\b(?:few|several|many|couple(?: of)?) \Z", re.IGNORECASE)
_HUNDREDS = re.compile(
    r"(?<![A-Za-z-])(?:(?:several|many|few|couple(?: of)?) (dozen|hundred|thousand|million|billion"
    r"|trillion)|(tens|dozens|hundreds|thousands|millions|billions|trillions))"
    r"((?: (?:of )?(?:hundred|thousand|million|billion|trillion)s?(?![A-Za-z]))*+)(?![A-Za-z])",
    re.IGNORECASE,
)
_POWERS = frozenset(10**power for power in range(2, 10))
_OUT_OF = re.compile(
    rf"\b(?:out of(?: every)?|(?:{_WORD}|[0-9]|most|times) in(?: every)?) \Z", re.IGNORECASE
)
_IN_TEN = re.compile(
    r" (?:times )?(?:in|out of)(?: every)? (?:10|ten)(?![0-9A-Za-z])", re.IGNORECASE
)
_WEEK = re.compile(r"[- ]day (?:work(?:ing)? ?)?week(?:end)?\b", re.IGNORECASE)  # 週休3日
_GRADE = re.compile(r"(?:th)?[- ]grade", re.IGNORECASE)  # of lower and upper secondary schools
_NAMED_DAY = re.compile(r"\b(?:Fourth of July|July Fourth)\b")
_PERCENT = re.compile(r"(?: |-)?(?:%|per ?cent|percentage)", re.IGNORECASE)
_AGE = re.compile(r"[- ](?:years?|yrs?)[- ]olds?", re.IGNORECASE)
_MONEY = re.compile(r"[$£€¥₩]\s?\Z")

_SOFT_WORDS = soft_words(
    {
        "once": (1,), "twice": (2,), "thrice": (3,), "both": (2,), "either": (2,), "neither": (2,),
        "pair": (2,), "pairs": (2,), "couple": (2,), "twin": (2,), "twins": (2,), "duo": (2,),
        "trio": (3,), "trilogy": (3,), "twosome": (2,), "threesome": (3,), "foursome": (4,),
        "triplets": (3,), "quartet": (4,), "double": (2,), "doubled": (2,),
        "doubles": (2,), "doubling": (2,), "triple": (3,), "tripled": (3,), "triples": (3,),
        "tripling": (3,), "quadruple": (4,), "quadrupled": (4,), "twofold": (2,),
        "threefold": (3,), "fourfold": (4,), "fivefold": (5,), "tenfold": (10,),
        "half": (Fraction(1, 2), 50), "halves": (Fraction(1, 2),),
        "halved": (Fraction(1, 2), 50),
        "quarter": (Fraction(1, 4), 15, 25, 4), "quarters": (Fraction(1, 4), 4),
        "decade": (10,), "century": (100,), "fortnight": (14, 2), "noon": (12,),
        "midday": (12,), "midnight": (0, 12, 24), "dozen": (12, 10),
        "decades": (10,), "centuries": (100,),
        "quarterfinal": (8, Fraction(1, 4)), "quarterfinals": (8, Fraction(1, 4)),
        "semifinal": (4,), "semifinals": (4,), "cleanup": (4,), "freshman": (1,),
        "brothers": (2,), "sisters": (2,), "siblings": (2,),
        "sophomore": (2,), "junior": (3,), "senior": (4, 3), "hundred": (100,),
        "thousand": (1000,), "million": (10**6,), "billion": (10**9,), "trillion": (10**12,),
        "round-the-clock": (24,), "around the clock": (24,), "quintet": (5,), "sextet": (6,),
        "teen": (10,), "teens": (10,),
        "teenage": (10,), "teenager": (10,), "teenagers": (10,), "twenties": (20,),
        "thirties": (30, 1930), "forties": (40, 1940), "fifties": (50, 1950),
        "sixties": (60, 1960), "seventies": (70, 1970), "eighties": (80, 1980),
        "nineties": (90, 1990), "bilateral": (2,), "trilateral": (3,), "triangle": (3,),
        "triangular": (3,), "quarterly": (4,), "duplex": (2,), "single": (1,), "solo": (1,),
        "only": (1,), "annual": (1,), "biennial": (2,), "triennial": (3,),
        "hundredfold": (100,), "nil": (0,),
        "seconds": (2,), "another": (1,), "secondly": (2,), "thirdly": (3,), "square": (4,),
        "octogenarian": (80,), "nonagenarian": (90,), "centenarian": (100,), "double-digit": (2,),
    },
    r"(?i:(?<![A-Za-z0-9]){}(?![A-Za-z]))",
)  # fmt: skip


def read(text: str) -> Iterator[Quantity]:
    """Yield the numbers of folded English text, in no fixed order."""
    yield from _SOFT_WORDS(text)
    yield from read_roman(text)
    days = list(_read_named_days(text))
    yield from days
    text = blank(text, days)
    yield from _read_hundreds(text)
    yield from _read_halves(text)
    yield from _read_one_and_a_half(text)
    yield from _read_fractions(text)
    yield from _read_ordinals(text)
    months = list(_read_months(text))
    yield from months
    for match in _NUMBER.finditer(text):
        for quantity in _read_number(text, match):
            yield _as_day(text, quantity, months)


def _as_day(text: str, quantity: Quantity, months: Iterable[Quantity]) -> Quantity:
    """Return the number as a day of the month where it stands beside one: November 13."""
    if not 1 <= quantity.value <= 31 or quantity.kind not in {"number", "ordinal"}:
        return quantity
    for month in months:
        first, second = sorted((month, quantity), key=lambda q: q.start)
        if _DAY_BETWEEN.fullmatch(text[first.end : second.start][:12]):
            return replace(quantity, kind="day", units=frozenset({"day-of-month"}))
    return quantity


def _read_named_days(text: str) -> Iterator[Quantity]:
    for match in _NAMED_DAY.finditer(text):
        yield Quantity(Fraction(4), "word", *match.span(), match[0], True, frozenset({Fraction(7)}))


def _read_hundreds(text: str) -> Iterator[Quantity]:
    """Yield the sizes of numbers that are not said: tens of thousands, a few dozen."""
    for match in _HUNDREDS.finditer(text):
        value, also = 1, frozenset[Fraction]()
        for word in _TOKEN.findall(f"{match[1] or match[2]} {match[3]}".lower()):
            value *= {"of": 1, "ten": 10, "dozen": 10}.get(word.rstrip("s")) or _SCALES[
                word.rstrip("s")
            ]
        if "dozen" in match[0].lower():
            also = frozenset({Fraction(value * 12, 10)})
        yield Quantity(Fraction(value), "number", *match.span(), match[0], also=also)


def _read_halves(text: str) -> Iterator[Quantity]:
    for match in _HALF_OF.finditer(text):
        first, *others = map(Fraction, _HALVES[match[1].lower()])
        yield Quantity(first, "number", *match.span(), match[0], True, frozenset(others))


def _read_one_and_a_half(text: str) -> Iterator[Quantity]:
    for match in _ONE_AND_A_HALF.finditer(text):
        unit = match[1].lower()
        units = frozenset({_UNITS_AND_A_HALF.get(unit, unit)})
        also = frozenset({Fraction(1)})
        yield Quantity(Fraction(3, 2), "number", *match.span(), match[0], False, also, units=units)


def _read_fractions(text: str) -> Iterator[Quantity]:
    for match in _FRACTION.finditer(text):
        if match[1][0] in "aA" and match[2][-1] in "dh" and _NOUN.match(text, match.end()):
            continue  # a sixth attempt
        above = _count(match[1])
        name = match[2].lower()
        below = {"half": 2, "quarter": 4}.get(name) or _ORDINALS[name]
        if above > below:
            continue  # eight quarters
        value = Fraction(above, below)
        if above in {10, 100} and below in {100, 1000} and not match[3]:
            value = Fraction(1, above * below)  # a ten-thousandth
        also = frozenset(map(Fraction, (below, above)))
        soft = above == 1
        yield Quantity(value, "fraction", *match.span(), match[0], soft, also)
    for match in _SLASHED.finditer(text):
        if match[2].strip("0"):
            value = Fraction(int(match[1]), int(match[2]))
            also = frozenset(map(Fraction, (match[1], match[2])))
            yield Quantity(value, "fraction", *match.span(), match[0], True, also)
    for match in _GLUED.finditer(text):
        yield Quantity(Fraction(match[0]), "number", *match.span(), match[0], True)
    for match in _LEADING_POINT.finditer(text):
        value = Fraction(f"0{match[0]}")
        yield Quantity(value, "number", *match.span(), match[0], also=frozenset({value * 100}))


def _count(word: str) -> int:
    """Return the numerator that a word is: a -> 1, two -> 2, 3 -> 3."""
    word = word.lower()
    return int(word) if word.isdigit() else (_VALUES | {"a": 1, "an": 1})[word]


def _read_ordinals(text: str) -> Iterator[Quantity]:
    for match in _ORDINAL.finditer(text):
        value = Fraction(_ORDINALS[match[0].lower()])
        if value == 2 and _SPAN_OF_TIME.search(text[max(0, match.start() - 8) : match.start()]):
            also, units = frozenset({value}), frozenset({"second"})
            yield Quantity(Fraction(1), "word", *match.span(), match[0], True, also, units=units)
            continue
        also = frozenset({1 / value} if value in {10, 100, 1000} else ())
        also |= _others_by_noun(text, match.end(), value)
        soft = value == 1 or (value == 2 and _is_moment(text, *match.span()))
        yield Quantity(value, "ordinal", *match.span(), match[0], soft, also)


def _is_moment(text: str, start: int, end: int) -> bool:
    """Tell whether "second" is a unit of time or part of a phrase: per second, the second half."""
    before = _MOMENT_BEFORE.search(text[max(0, start - 8) : start])
    return bool(before or _MOMENT.match(text, end))


def _read_months(text: str) -> Iterator[Quantity]:
    for match in _MONTH.finditer(text):
        name = match[0]
        before, after = text[max(0, match.start() - 12) : match.start()], match.end()
        dated = bool(_DATE_BEFORE.search(before) or _DATE_AFTER.match(text, after))
        abbreviated = re.search(r"[0-9] \Z", before) or _DAY_AFTER.match(text, after)
        if name[0].isupper() and (len(name) > 4 or name in {"May", "June", "July"} or abbreviated):
            soft = name in {"May", "March", "Mar"} and not dated
            value, units = Fraction(_MONTHS[name.lower()]), frozenset({"month-of-year"})
            yield Quantity(value, "month", *match.span(), name, soft, units=units)


def _read_number(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    """Yield the numbers of one run of words: "twenty five", but "five, six" twice."""
    head = match["head"]
    first = _digits_or_word(head)
    if first is None:
        return
    groups = [_Group(first, *match.span("head"), head[0].isalpha())]
    tokens = list(_TOKEN.finditer(text, match.start("tail"), match.end("tail")))
    for index, token in enumerate(tokens):
        word = token[0].lower()
        if word == "and":
            continue
        joined = None
        if word in _SCALES or not groups[-1].is_taken(_next_scale(tokens[index + 1 :])):
            joined = groups[-1].join(word, text[groups[-1].end : token.start()], token.end())
        if joined:
            groups[-1] = joined
        elif word not in _SCALES:
            groups.append(_Group(Fraction(_VALUES[word]), *token.span()))
    vague = _VAGUE.search(text[max(0, match.start() - 12) : match.start()])
    for group in groups:
        yield _finish(text, group, soft=bool(vague) or _is_article(head, group))


def _is_article(head: str, group: "_Group") -> bool:
    """Tell whether a number is said by an article: a hundred, a thousand, but not a million."""
    return head.lower() in {"a", "an"} and group.scale < 10**6


def _next_scale(tokens: Sequence[re.Match[str]]) -> int:
    """Return the factor of thousands that a word has by the few words after it, else 1."""
    scales = (_SCALES.get(token[0].lower(), 1) for token in tokens[:_NEAR])
    return next((scale for scale in scales if scale >= 1000), 1)


def _digits_or_word(head: str) -> Fraction | None:
    if _DIGITS_ONLY.fullmatch(head):
        return parse_digits(head)
    return Fraction(_count(head))


class _Group:
    """A number in the making: what is read so far, its last section, its place."""

    def __init__(self, value: Fraction, start: int, end: int, spelled: bool = True) -> None:
        self.total, self.section = Fraction(0), value
        self.scale, self.start, self.end, self.spelled = 1, start, end, spelled

    def is_taken(self, scale: int) -> bool:
        """Tell whether there are thousands of this size already: three million and five million."""
        return self.total % (scale * 1000) != 0

    def join(self, word: str, between: str, end: int) -> "_Group | None":
        """Return the group with one more word, None when the word begins another number."""
        if word in _SCALES:
            return self._scaled(_SCALES[word], end)
        value = _VALUES[word]
        if word in _ORDINALS and not self.spelled:
            return None
        small = self.section % 100 == 0 and (self.section or self.total) and value
        if self.section % 10 == 0 and self.section % 100 >= 20 and value < 10:
            small = between in {" ", "-"} and value
        if not small or self.section.denominator != 1 or ("," in between and not self.total):
            return None
        return self._with(self.total, self.section + value, self.scale, end)

    def _scaled(self, scale: int, end: int) -> "_Group | None":
        if scale in {100, 12}:
            return self._with(self.total, self.section * scale, self.scale * scale, end)
        if self.total and self.total < scale:
            return None
        total = self.total + self.section * scale
        return self._with(total, Fraction(0), self.scale * scale, end)

    def _with(self, total: Fraction, section: Fraction, scale: int, end: int) -> "_Group":
        group = _Group(section, self.start, end, self.spelled)
        group.total, group.scale = total, scale
        return group


def _finish(text: str, group: _Group, *, soft: bool) -> Quantity:
    """Return the quantity of a group, with what stands before and after it taken into account."""
    value, scale, end = group.total + group.section, group.scale, group.end
    also: set[Fraction] = set()
    letters = _LETTER_SCALE.match(text, end) if text[end - 1].isdigit() else None
    before = text[max(0, group.start - 14) : group.start]
    if letters and (_MONEY.search(before) or letters[0] in {"bn", "mn"}):
        scale, end = _SCALES[letters[0]], letters.end()
        value *= scale
    elif half := _HALF.match(text, end):
        also.add(value)
        scale = _SCALES.get((half["scale"] or "").lower(), scale)
        value, end = (value + Fraction(1, 2)) * (scale if half["scale"] else 1), half.end()
    kind = _kind(text, group.start, end, value)
    also |= _other_values(text, group.start, end, value, kind)
    both = value == 2 and bool(_BOTH_BEFORE.search(before) or _BOTH.match(text, end))
    both = both or (value == 2 and before.endswith("in ") and text[end : end + 1] != " ")
    soft = soft or both or _is_soft(before, value, kind)
    source = text[group.start : end]
    return Quantity(value, kind, group.start, end, source, soft, frozenset(also), scale)


def _kind(text: str, start: int, end: int, value: Fraction) -> QuantityKind:
    kinds: tuple[tuple[re.Pattern[str], QuantityKind], ...] = (
        (_PERCENT, "percent"),
        (_AGE, "age"),
        (_CLOCK, "time"),
        (_ORDINAL_DIGITS, "ordinal"),
    )
    for pattern, kind in kinds:
        if pattern.match(text, end):
            return kind
    if _MONEY.search(text[max(0, start - 2) : start]):
        return "money"
    plain = end - start == 4 and text[start:end].isdigit()
    return "year" if plain and 1000 <= value <= 2100 else "number"


def _other_values(
    text: str, start: int, end: int, value: Fraction, kind: QuantityKind
) -> frozenset[Fraction]:
    if kind == "percent":
        return percentage(value)
    if kind == "time":
        return clock(value)
    if others := _others_by_noun(text, end, value):
        return others
    if value == 12 and text[start:end].lower().endswith("dozen"):
        return frozenset({Fraction(10)})
    if text[max(0, start - 1) : start] == "'" or text.startswith("s", end):
        return short_year(value, text[start:end])
    if text[start:end].lower().endswith("dth") and value in _POWERS:
        return frozenset({1 / value})
    if text[start:end].lower() in {"six", "6", "eighteen", "18"}:
        return frozenset({Fraction(1, 2)}) if value == 6 else frozenset({Fraction(3, 2)})
    return frozenset()


def _others_by_noun(text: str, end: int, value: Fraction) -> frozenset[Fraction]:
    """Return what the words after a number make of it: three decades are 30 years."""
    if value < 7 and _WEEK.match(text, end):
        return frozenset({7 - value})
    if 7 <= value <= 12 and _GRADE.match(text, end):
        return frozenset({value - 6, value - 9})
    if _IN_TEN.match(text, end) or _DECADES.match(text, end):
        return frozenset({value * 10})
    return frozenset({value * 100} if _CENTURIES.match(text, end) else ())


def _is_soft(before: str, value: Fraction, kind: QuantityKind) -> bool:
    """Tell whether a translation may leave the number out: one, "out of ten"."""
    if value in {10, 100} and _OUT_OF.search(before):
        return True
    return value <= 1 and value.denominator == 1 and kind != "percent"
