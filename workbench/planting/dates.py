"""Changes the month, day, year, weekday or hour that a translation gives."""

import re
from random import Random

from workbench.planting import Sentence, planter
from workbench.planting.numbers import Edit, apply

_MONTHS = str.split(
    "January February March April June July August September October November December"
)
_DAYS = str.split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_HOURS = 23
_HALF = re.compile(r"(?:午前|午後|夜|晩|夕方|昼)の?$")
_NAMED = {
    "en": [
        (re.compile(rf"\b({'|'.join(_MONTHS)})\b"), _MONTHS),
        (re.compile(rf"\b({'|'.join(_DAYS)})\b"), _DAYS),
    ],
    "ja": [(re.compile(r"([月火水木金土日])(?=曜)"), list("月火水木金土日"))],
    "ko": [(re.compile(r"([월화수목금토일])(?=요일)"), list("월화수목금토일"))],
}
_NUMBERED = {
    "en": [
        (re.compile(r"\b(?:in|since|of|from|by|until|,) ((?:1[5-9]|20)\d\d)\b(?![,.]?\d)"), 2029),
        (re.compile(rf"\b(?:{'|'.join(_MONTHS)}|May) (\d\d?)\b(?!:|\d)"), 28),
        (re.compile(r"\b(\d\d?)(?=(?:st|nd|rd|th)\b(?! cent| anniv))"), 28),
        (re.compile(r"(?<!:)\b(\d\d?)(?=(?::\d\d)? [ap]\.?m\b)"), 12),
    ],
    "ja": [
        (re.compile(r"(?<!\d)(\d{4})(?=年(?![間生目]))"), 2029),
        (re.compile(r"(?<![\d.])(\d\d?)(?=月(?!間))"), 12),
        (re.compile(r"(?<![\d.])(\d\d?)(?=日(?![間目]))"), 28),
        (re.compile(r"(?<![\d.])(\d\d?)(?=時(?![間]))"), _HOURS),
    ],
    "ko": [
        (re.compile(r"(?<!\d)(\d{4})(?=년(?!간|생|째|대))"), 2029),
        (re.compile(r"(?<![\d.])(\d\d?)(?=월)"), 12),
        (re.compile(r"(?<![\d.])(\d\d?)(?=일(?!간|째))"), 28),
        (re.compile(r"(?<![\d.])(\d\d?)(?=시(?!간))"), 12),
    ],
}
_KANJI = "一二三四五六七八九"
_KANJI_DATE = re.compile(rf"(?<![十百千数])([{_KANJI}])(?=月(?![間])|日(?![間目])|時(?!間))")


@planter("date")
def plant_date(sentence: Sentence, random: Random) -> str | None:
    """Put another month, day, year, weekday or hour in the place of the right one."""
    text, language = sentence.target, sentence.language
    edits: list[Edit] = []
    for pattern, names in _NAMED[language]:
        for match in pattern.finditer(text):
            new = random.choice([name for name in names if name != match[1]])
            edits.append((*match.span(1), new))
    for pattern, most in _NUMBERED[language]:
        edits += [
            (*match.span(1), _other_date(match, most, random)) for match in pattern.finditer(text)
        ]
    if language == "ja":
        for match in _KANJI_DATE.finditer(text):
            # 一日 is often a day's length, and a day's length is not a date.
            if match[1] != "一" or text[match.end()] == "月":
                new = random.choice([sign for sign in _KANJI if sign != match[1]])
                edits.append((*match.span(1), new))
    return apply(text, random.choice(edits)) if edits else None


def _other_date(match: re.Match[str], most: int, random: Random) -> str:
    """Return another number from 1 to `most`; of a year one of the last two digits changes.

    An hour never becomes itself on the other clock where the half of the day is said: 午後3時 is
    午後15時.
    """
    digits = match[1]
    if len(digits) == 4:
        place = random.choice([2, 3])
        new = random.choice([sign for sign in "0123456789" if sign != digits[place]])
        return digits[:place] + new + digits[place + 1 :]
    said = most == _HOURS and _HALF.search(match.string[: match.start()])
    cycle = 12 if said else most + 1
    return str(random.choice([n for n in range(1, most + 1) if (n - int(digits)) % cycle]))
