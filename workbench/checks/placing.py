"""Finds places of the gazetteer in a text: by any of their names, signs and peoples."""

import re
from collections.abc import Sequence
from functools import lru_cache

from workbench.checks.gazetteer import english, forms, places
from workbench.checks.mentions import Mention, listed
from workbench.checks.sounds import unaccented
from workbench.types import Span

# Countries by one sign stand for them only beside another, in a fixed word, or at a word's head.
_SIGNS = "日中韓朝米英露独仏伊豪台印欧加越"
_SIGN = {
    "ja": "(?<=[" + _SIGNS + "訪駐対在反親渡来滞・]){0}|(?<![0-9０-９一-鿿]){0}(?=["
    + _SIGNS + "側軍紙系製産人語・])",
    "ko": "(?<![가-힣])(?:[방대주반친탈재]|(?:[한일미중러영불독][·]?){{1,2}}){0}"
    "|(?<![가-힣]){0}(?=[·]?[한일미중러영불독]{{1,2}}"
    "(?:[ ·간의은는이과와측전]|정상|회담|관계|동맹|협)|측|군(?![가-힣]{{2}})|[제산] "
    "| (?:정부|대통령|총리|당국|외교|외무|국방|의회|법원|언론|매체|대사))",
}  # fmt: skip
_OPEN = {
    "ja": ("米英露豪韓欧", "|(?<![0-9０-９一-鿿]){0}(?=[一-鿿ァ-ヺ])"),
    "ko": ("미북남러", "|(?<![가-힣]){0}(?![가-힣])"),
}
_SIGNED = re.compile("[一-鿿][ぁ-ゖ]")
_HAN_SIGN = "(?<![가-힣一-鿿]){0}(?![一-鿿])"
_SIDES = listed(
    "North South East West Northern Southern Eastern Western Central Southeast Latin Middle"
)
# Capitals that stand for the government of a country.
_CAPITALS = {
    "Beijing": "China", "Tokyo": "Japan", "Seoul": "South Korea", "Pyongyang": "North Korea",
    "Washington": "United States", "Moscow": "Russia", "Taipei": "Taiwan", "Kyiv": "Ukraine",
    "London": "Britain", "Paris": "France", "Berlin": "Germany", "Tehran": "Iran",
}  # fmt: skip


def find_place(mention: Mention, text: str, language: str) -> Span | None:
    """Return where a text names the place of a mention, None where it does not."""
    if mention.place is None:
        return None
    text = unaccented(text) if language == "en" else text
    for form in forms(mention.place, language):
        pattern = _english(form) if language == "en" else _short(form, language)
        match = re.search(pattern, text)
        if match:
            return match.span()
    return None


@lru_cache(maxsize=2048)
def _short(form: str, language: str) -> str:
    """Return the pattern of a form; one character needs neighbours: 日米, 訪中, 미 의회."""
    if len(form) > 1:
        # 北の stands for the North, but not in 東北の.
        return ("(?<![一-鿿])" if _SIGNED.match(form) else "") + re.escape(form)
    if language == "ko" and not "가" <= form <= "힣":
        return _HAN_SIGN.format(form)
    signs, wide = _OPEN[language]
    pattern = (_SIGN[language] + (wide if form in signs else "")).format(form)
    if form == "한":
        return rf"(?!한글|한국)(?:{pattern})(?<!대한)(?<!일한)"
    return rf"(?!.[米欧])(?:{pattern})" if form in "北南" else pattern


@lru_cache(maxsize=2048)
def _english(form: str) -> str:
    """Return the pattern of a place and its people: Malta, Maltese."""
    exact = re.escape(unaccented(form))
    if form.startswith("Korea"):
        exact = rf"(?<!North )(?<!South ){exact}"
    if len(form) < 5 or " " in form:
        return rf"(?<![A-Za-z]){exact}(?![A-Za-z])"
    stem = re.escape(unaccented(form).rstrip("aeiouy"))
    return rf"(?<![A-Za-z])(?:{exact}|{stem}[aeio]?(?:ese|n|an|i|ic|ish)s?(?![A-Za-z]))"


def stands_for(ours: Mention, theirs: Mention, capitals: bool) -> bool:
    """Tell places that may stand for each other: Southern Europe and Europe.

    capitals says that governments may be called by them, as English likes to: Beijing said so.
    """
    if ours.place is None or theirs.place is None:
        return False
    one, two = english(ours.place), english(theirs.place)
    words = set(one.split()), set(two.split())
    if capitals and (one == _CAPITALS.get(two) or two == _CAPITALS.get(one)):
        return True
    nested = words[0] < words[1] or words[1] < words[0]
    return nested and words[0] ^ words[1] <= _SIDES


def is_ruled(mention: Mention, others: Sequence[Mention]) -> bool:
    """Tell a capital that stands for the country which others name."""
    country = _CAPITALS.get(english(mention.place)) if mention.place is not None else None
    number = places("en").get(country) if country else None
    return number is not None and any(m.place == number for m in others)
