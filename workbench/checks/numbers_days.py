"""Reads the days of the week in ja, ko and en: 火曜, 3日（火）, 화요일, Tuesday, Tues.

The value of a day is that of ISO 8601: Monday is 1, Sunday is 7.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from workbench.checks.quantities import Quantity

_UNITS = frozenset({"weekday"})
_JA, _KO = "[月火水木金土日]", "[월화수목금토일]"
_SIGNS = {sign: place for signs in ("月火水木金土日", "월화수목금토일") for place, sign in
          enumerate(signs, 1)}  # fmt: skip
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A sign alone is a day in a list (月・水・金曜) and after a date: 3日（火）, 3일(화).
_PATTERNS = {
    "ja": re.compile(
        rf"(?P<day>{_JA})(?:曜日?(?!版)|(?=(?:[・、,~と]?{_JA}){{1,6}}曜))"
        rf"|(?<=[0-9日]\()(?P<dated>{_JA})(?=[)・曜])"
    ),
    "ko": re.compile(
        rf"(?<![가-힣])(?P<list>{_KO})(?=(?:[·,~] ?{_KO}){{1,6}}요일)|(?P<day>{_KO})요일"
        rf"|(?<=[0-9일]\()(?P<dated>{_KO})(?=\))"
    ),
    # Short names are words too (sun, sat), so that they count only beside a date.
    "en": re.compile(
        r"(?<![A-Za-z])(?P<day>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?(?![A-Za-z])"
        r"|(?<![A-Za-z])(?P<dated>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?![A-Za-z])"
        r"(?=\.?,? (?:[0-9]{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
    ),
}
_WEEKEND = re.compile(r"土日(?![曜本])|토·?일(?= |에|$)|토일(?=에)")
# Days that are names: of feasts, sales, plays, papers.
_NAMED = re.compile(
    r"(?:Black|Good|Ash|Easter|Palm|Holy|Maundy|Shrove|Fat|Super|Cyber|Bloody|Giving|Whit|Man) \Z"
)
_SLICE = 10  # characters before a day that may make a name of it


def read_weekdays(text: str, code: str) -> Iterator[Quantity]:
    """Yield the days of the week of folded text in ja, ko or en, in order.

    >>> [(q.text, int(q.value)) for q in read_weekdays("月・水曜と3日(日)", "ja")]
    [('月', 1), ('水曜', 3), ('日', 7)]
    """
    for match in _PATTERNS[code].finditer(text):
        name = match[match.lastgroup or 0]
        value = _SIGNS.get(name) or _NAMES.index(name[:3].lower()) + 1
        soft = bool(_NAMED.search(text[max(0, match.start() - _SLICE) : match.start()]))
        yield Quantity(Fraction(value), "weekday", *match.span(), match[0], soft, units=_UNITS)
    for match in _WEEKEND.finditer(text):
        for place in (match.start(), match.end() - 1):
            day, sign = Fraction(_SIGNS[text[place]]), text[place]
            yield Quantity(day, "weekday", place, place + 1, sign, True, units=_UNITS)
