"""Says how well two short texts of different languages fit, without a model: size, words, numbers.

To teach it a word, add a row to concepts.tsv (ja, en, ko; stems separated by |); a Sino-Korean
reading goes into hanja.txt, a pair of languages into _WEIGHTS.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import log

from workbench.checks.integrity import size
from workbench.checks.reading import read_numbers
from workbench.checks.sounds import hangul, kana, latin

Words = tuple[frozenset[int], ...]

_LANGUAGES = ("ja", "en", "ko")
# Consonants by where they are made, since voicing differs between the scripts; no vowels.
_COARSE = str.maketrans("GDBFVZJCXL", "KTPPPSSSSR")
_NOT_COARSE = re.compile("[^KTPSNMRH]")
_DOUBLED = re.compile(r"(.)\1+")
_WORD = 20  # syllables of a Korean word that are read
_LATIN = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]{2,}")
_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
_HANGUL = re.compile(r"[가-힣]+")
_KANJI = re.compile(r"[一-鿿々]+")
_SUFFIXES = re.compile(r"(?:s|es|ed|d|ing|ers?|ly|n|en|y|rs?|[tn]ing|[pt]ed|ful)?")
_LONG = {"ja": 2, "en": 5, "ko": 2}  # letters of a stem that is rarely met by chance
_LONGEST = 3000  # characters that are read: a longer text is told by its beginning
_SMALL = 8  # letters of English added to both sizes: a name is no sentence

# A question, a cry, a denial, the past, politeness, the speaker's self.
_SIGNS = {
    code: tuple(map(re.compile, patterns))
    for code, patterns in {
        "ja": (
            r"[?？]|か[。」』]*$",
            r"[!！]",
            r"な[いかくけ]|ません|ず|無",
            r"[ただ][。」』]*$|[ただ]([とのかよね]|んです)",
            r"です|ます|まし|でし|ませ",
            r"私|僕|俺|うち|我",
        ),
        "en": (
            r"[?]",
            r"!",
            r"(?i)n't|\b(?:no|not|never|none|nothing|nobody|without|cannot|nor|neither)\b",
            r"(?i)ed\b|\b(?:was|were|had|did|said|came|went|got|made|took)\b",
            r"(?!)",
            r"\b(?:I|[Mm]y|me|[Ww]e|[Oo]ur|us)\b",
        ),
        "ko": (
            r"[?？]",
            r"[!！]",
            r"안 |않|못|없|아니|아닌|말[고아라]|모르|몰",
            r"[았었였했됐갔왔났봤렸졌혔웠랐켰]",
            r"요|니다|니까",
            r"나[는도의를]|저[는도의를]|제[가 ]|내[가 ]|우리",
        ),
    }.items()
}
# Logistic regression over quotations of parallel news text and as many strangers, three to one:
# log-odds that two quotations are one, in the order of `_features`.
_WEIGHTS: dict[tuple[str, str], tuple[float, ...]] = {
    ("ja", "en"): (
        *(3.07, -7.52, -4.66, 1.07, -0.41, 1.46, -0.87, 2.68, -1.08, -1.00, 3.13, 0.00, 0.00),
        *(-2.13, -1.46, -1.20, -0.50, -0.01, -0.10),
    ),
    ("ja", "ko"): (
        *(4.48, -10.79, -6.94, 1.23, -0.39, 1.82, -1.01, 2.07, -1.18, -1.00, 5.22, 1.12, -0.38),
        *(-2.63, -2.06, -1.52, -0.71, -1.92, -0.96),
    ),
    ("en", "ko"): (
        *(3.25, -5.39, -5.62, 0.75, -0.30, 1.56, -0.84, 3.18, -1.10, -1.54, 0.43, 0.00, 0.00),
        *(-2.79, -1.20, -1.37, -0.71, -0.20, -0.12),
    ),
}


@dataclass(frozen=True, slots=True)
class _Traits:
    """What of a text can be found again in another language.

    size is in letters of English; words and long_words have the concepts of each known word;
    sounds are the consonants of words that may be written by sound; signs are those of _SIGNS.
    """

    size: float
    words: Words
    long_words: Words
    numbers: frozenset[str]
    latin: frozenset[str]
    sounds: frozenset[str]
    kanji: str
    hangul: str
    signs: tuple[bool, ...]


def likeness(source: str, target: str, languages: tuple[str, str]) -> float:
    """Return the log-odds that target renders source; 0.0 for languages without weights.

    Below 0 a stranger's text is more likely. Languages are BCP 47 codes of source and target.

    >>> likeness("母は泣いた", "My mother cried", ("ja", "en")) > 0
    True
    >>> likeness("母は泣いた", "Prices rose 12 percent in October", ("ja", "en")) > 0
    False
    """
    if languages not in _WEIGHTS:
        source, target, languages = target, source, (languages[1], languages[0])
    weights = _WEIGHTS.get(languages)
    if weights is None:
        return 0.0
    here = _traits(source[:_LONGEST], languages[0])
    there = _traits(target[:_LONGEST], languages[1])
    found = _features(here, there)
    return sum(weight * value for weight, value in zip(weights, found, strict=True))


def _features(here: _Traits, there: _Traits) -> tuple[float, ...]:
    """Return what speaks for and against two texts being one, in the order of _WEIGHTS."""
    ratio = log((here.size + _SMALL) / (there.size + _SMALL))
    signs = (float(a != b) for a, b in zip(here.signs, there.signs, strict=True))
    return (
        1.0,
        max(ratio, 0.0),
        max(-ratio, 0.0),
        *_shared_words(here, there),
        float(len(here.numbers & there.numbers)),
        float(len(here.numbers ^ there.numbers)),
        float(len(_foreign(here, there))),
        float(len(here.sounds & there.sounds)),
        *_shared_readings(here, there),
        *signs,
    )


def _foreign(here: _Traits, there: _Traits) -> frozenset[str]:
    """Return the Latin words of a text in another script that its fellow does not have."""
    if here.kanji or here.hangul:
        return here.latin - there.latin
    return there.latin - here.latin if there.hangul else frozenset()


def _shared_words(here: _Traits, there: _Traits) -> tuple[float, float, float, float]:
    """Return how many known words of both sides are met again or not: common ones, then rarer."""
    left = frozenset[int]().union(*here.words, *here.long_words)
    right = frozenset[int]().union(*there.words, *there.long_words)
    return (
        *_met(here.words, right, there.words, left),
        *_met(here.long_words, right, there.long_words, left),
    )


def _met(
    here: Words, right: frozenset[int], there: Words, left: frozenset[int]
) -> tuple[float, float]:
    met = sum(not right.isdisjoint(word) for word in here)
    met += sum(not left.isdisjoint(word) for word in there)
    return float(met), float(len(here) + len(there) - met)


def _shared_readings(here: _Traits, there: _Traits) -> tuple[float, float]:
    """Return how many kanji are read in the Hangul, over what chance gives, and how many not."""
    kanji, hangul = here.kanji or there.kanji, here.hangul or there.hangul
    if not kanji or not hangul:
        return 0.0, 0.0
    table = _readings()
    known = [table[sign] for sign in kanji if sign in table]
    found = sum(any(reading in hangul for reading in readings) for readings in known)
    chance = min(0.9, len(set(hangul)) / 150)
    return found - chance * len(known), float(len(known) - found)


@lru_cache(maxsize=512)
def _traits(text: str, language: str) -> _Traits:
    words = tuple(_words(text, language))
    long = _LONG[language]
    return _Traits(
        size=size(text),
        words=tuple(known for stem, known in words if len(stem) < long),
        long_words=tuple(known for stem, known in words if len(stem) >= long),
        numbers=frozenset(str(quantity.value) for quantity in read_numbers(text, language)),
        latin=frozenset(word.lower() for word in _LATIN.findall(text)),
        sounds=_sounds(text, language),
        kanji="".join(_KANJI.findall(text)) if language == "ja" else "",
        hangul="".join(_HANGUL.findall(text)) if language == "ko" else "",
        signs=tuple(bool(pattern.search(text)) for pattern in _SIGNS[language]),
    )


def _words(text: str, language: str) -> Iterator[tuple[str, frozenset[int]]]:
    """Yield the stems of known words and the numbers of their concepts."""
    stems = _stems(language)
    if language == "ja":
        yield from ((match[0], stems[match[0]]) for match in _pattern().finditer(text))
    elif language == "en":
        for word in re.findall(r"[a-z]+", text.lower()):
            yield from _english(word, stems)
    else:
        for word in _HANGUL.findall(text):
            yield from _korean(word, stems)


def _english(word: str, stems: dict[str, frozenset[int]]) -> Iterator[tuple[str, frozenset[int]]]:
    for end in range(min(len(word), 12), 0, -1):
        if word[:end] in stems and (end >= 5 or _SUFFIXES.fullmatch(word[end:])):
            yield word[:end], stems[word[:end]]
            return


def _korean(word: str, stems: dict[str, frozenset[int]]) -> Iterator[tuple[str, frozenset[int]]]:
    """Yield the stems of a word and its particles; one syllable counts at a short word's head."""
    place = 0
    while place < len(word):
        least = 1 if place == 0 and len(word) <= 4 else 2
        parts = (word[place : place + length] for length in range(5, least - 1, -1))
        stem = next((part for part in parts if len(part) >= least and part in stems), "")
        if stem:
            yield stem, stems[stem]
        place += len(stem) or 1


@cache
def _stems(language: str) -> dict[str, frozenset[int]]:
    table: dict[str, set[int]] = defaultdict(set)
    for number, row in enumerate(_lines("concepts.tsv")):
        for stem in row.split("\t")[_LANGUAGES.index(language)].split("|"):
            table[stem].add(number)
    return {stem: frozenset(numbers) for stem, numbers in table.items()}


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _stems("ja")), key=len, reverse=True)))


@cache
def _readings() -> dict[str, str]:
    """Return the Sino-Korean readings of each kanji, one syllable each."""
    table: dict[str, str] = defaultdict(str)
    for row in _lines("hanja.txt"):
        for sign in row[2:]:
            table[sign] += row[0]
    return dict(table)


def _lines(name: str) -> list[str]:
    return files("workbench.checks").joinpath(name).read_text(encoding="utf-8").splitlines()


def _sounds(text: str, language: str) -> frozenset[str]:
    """Return the consonants of the words that may be written by sound, three or more each.

    A Korean word is also given without its last syllables, which may be a particle.
    """
    if language == "ja":
        words = [_consonants(kana(word)) for word in _KATAKANA.findall(text)]
    elif language == "ko":
        spoken = [_consonants(hangul(word[:_WORD])) for word in _HANGUL.findall(text)]
        words = [word[:end] for word in spoken for end in range(3, len(word) + 1)]
    else:
        words = [_consonants(latin(word)) for word in _LATIN.findall(text)]
    return frozenset(word for word in words if len(word) >= 3)


def _consonants(sound: str) -> str:
    return _DOUBLED.sub(r"\1", _NOT_COARSE.sub("", sound.translate(_COARSE)))
