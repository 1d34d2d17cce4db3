"""Compares how names sound across scripts: 田中 (タナカ), 다나카 and Tanaka are one sound.

Every script is written as a string of coarse phonemes: capitals are consonants (C as in ts and ch,
J as in ji, X as in th), small letters the five vowels. Long vowels, double consonants and silent
letters are gone; the distance of two strings forgives what the scripts cannot tell apart.
"""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

_VOWELS = frozenset("aiueo")

_KANA_ROWS = {
    "": "アイウエオ", "K": "カキクケコ", "G": "ガギグゲゴ", "S": "サシスセソ", "Z": "ザ_ズゼゾ",
    "T": "タ__テト", "D": "ダ__デド", "N": "ナニヌネノ", "H": "ハヒ_ヘホ", "B": "バビブベボ",
    "P": "パピプペポ", "M": "マミムメモ", "Y": "ヤ_ユ_ヨ", "R": "ラリルレロ", "W": "ワヰ_ヱ_",
}  # fmt: skip
_KANA = {
    kana: row + vowel
    for row, letters in _KANA_ROWS.items()
    for kana, vowel in zip(letters, "aiueo", strict=True)
    if kana != "_"
} | {
    "ジ": "Ji", "チ": "Ci", "ツ": "Cu", "ヂ": "Ji", "ヅ": "Zu", "フ": "Fu", "ヴ": "Vu", "ヲ": "o",
    "ン": "N", "ァ": "+a", "ィ": "+i", "ゥ": "+u", "ェ": "+e", "ォ": "+o", "ャ": "-a", "ュ": "-u",
    "ョ": "-o", "ヮ": "+a", "ヵ": "Ka", "ヶ": "Ge",
}  # fmt: skip

_INITIALS = ("K", "K", "N", "T", "T", "R", "M", "P", "P", "S", "S", "", "J", "C", "C", "K", "T",
             "P", "H")  # fmt: skip
_MEDIALS = ("a", "e", "Ya", "Ye", "o", "e", "Yo", "Ye", "o", "Wa", "We", "We", "Yo", "u", "Wo",
            "We", "Wi", "Yu", "u", "i", "i")  # fmt: skip
_FINALS = ("", "K", "K", "K", "N", "N", "N", "T", "R", "K", "M", "R", "R", "R", "P", "R", "M", "P",
           "P", "T", "T", "N", "T", "T", "K", "T", "P", "")  # fmt: skip

# Spellings of English and of the usual romanisations, the longest first.
_SPELLINGS = {
    "tsch": "C", "sch": "S", "tch": "C", "chr": "KR", "ch": "C", "ck": "K", "sh": "S", "ph": "F",
    "th": "X", "gh": "G", "kh": "K", "zh": "J", "dh": "D", "bh": "B", "rh": "R", "wh": "W",
    "qu": "K", "q": "K", "x": "KS", "tz": "C", "ts": "C", "dg": "J", "sce": "Se", "sci": "Si",
    "cq": "K", "cc": "K", "ce": "Se", "ci": "Si", "cy": "Si", "c": "K", "ge": "Je", "gi": "Ji",
    "mc": "MaK", "ng": "N", "oo": "u", "ee": "i", "ea": "i", "ou": "u", "eo": "o", "eu": "u",
    "ae": "e", "oe": "e", "ei": "e", "au": "o", "aw": "o", "ow": "o", "ew": "u", "ie": "i",
    "yeo": "Yo", "yeu": "Yu", "yae": "Ye", "y": "Y", "l": "R", "ah": "a", "oh": "o", "uh": "u",
    "eh": "e", "ll": "R", "ay": "ai", "ey": "i", "uy": "i",
}  # fmt: skip
_LETTERS = {vowel: vowel for vowel in _VOWELS} | {
    "c": "K", "l": "R", "q": "K", "x": "KS", "y": "i",
}  # fmt: skip
_SPELLED = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)) + "|[a-z]")
_EDGES = (
    (re.compile(r"^wr"), "r"), (re.compile(r"^ng(?=[aeiou])"), "g"), 
    (re.compile(r"^kn"), "n"), (re.compile(r"^x"), "s"),
    (re.compile(r"([aeo])h(?![aeiouy])"), r"\1"), (re.compile(r"w(?![aeiouyh])"), ""),
    (re.compile(r"(?<=[aeiou])gh(?=t|$)"), ""), (re.compile(r"mb$"), "m"),
    (re.compile(r"y(?![aeiou])"), "i"), (re.compile(r"g(?=e[ou])"), "k"),
    (re.compile(r"(?<![aeiou])le$"), "ul"), (re.compile(r"(.)\1+"), r"\1\1"),
)  # fmt: skip
_DOUBLE = re.compile(r"([A-Z])\1+|([a-z])\2+")

_NEAR = {
    "PB": 0.12, "PF": 0.15, "PV": 0.3, "BV": 0.1, "BF": 0.4, "FV": 0.2, "FH": 0.15, "VW": 0.15,
    "TD": 0.1, "TX": 0.15, "SX": 0.15, "DX": 0.2, "ZX": 0.2, "TC": 0.3, "DJ": 0.3, "DZ": 0.3,
    "TS": 0.6, "SZ": 0.15, "SC": 0.25, "SJ": 0.25, "ZJ": 0.1, "CJ": 0.15, "ZC": 0.2, "KG": 0.1,
    "GJ": 0.25, "KC": 0.6, "KH": 0.7, "GH": 0.6, "JY": 0.25, "JH": 0.35, "KS": 0.9, "NM": 0.5,
    "TR": 0.9, "DR": 0.9, "NR": 0.8, "HW": 0.4, "BW": 0.4,
    "ao": 0.5, "ae": 0.5, "ai": 0.8, "au": 0.6, "oe": 0.6, "ou": 0.4, "oi": 0.9, "ei": 0.5,
    "eu": 0.6, "iu": 0.7,
}  # fmt: skip
_VOWEL = 0.5  # the weight of a vowel against a consonant
_FOLDS = str.maketrans("BFVDXZCJGNe", "PPPTSSSSKMi", "HYW")
_COSTS = {pair: cost for key, cost in _NEAR.items() for pair in (key, key[::-1])}
_DROPPED = {"H": 0.35, "Y": 0.15, "W": 0.2, "R": 0.5, "G": 0.6, "T": 0.6, "N": 0.7} | {
    "u": 0.15, "i": 0.25, "o": 0.3, "e": 0.3, "a": 0.4,
}  # fmt: skip
_LONGEST = 40  # phonemes; no name is longer


def kana(text: str) -> str:
    """Return the sound of katakana or hiragana; other characters are left out.

    >>> kana("キム・ジョンウン"), kana("とうきょう")
    ('KiMuJoNuN', 'ToKYo')
    """
    sound = ""
    for char in _katakana(text):
        part = _KANA.get(char, "")
        if part[:1] == "+":
            sound = sound[:-1] + ("W" if sound[-1:] == "u" and len(sound) == 1 else "") + part[1]
        elif part[:1] == "-":
            glide = "" if sound[-2:-1] in {"S", "J", "C"} else "Y"
            sound = sound[:-1] + glide + part[1]
        else:
            sound += part
    return tidy(sound)


@lru_cache(maxsize=65536)
def hangul(text: str) -> str:
    """Return the sound of Hangul syllables; other characters are left out.

    >>> hangul("다나카"), hangul("삿포로")
    ('TaNaKa', 'SaPoRo')
    """
    sound = ""
    for char in text:
        place = ord(char) - 0xAC00
        if 0 <= place < 11172:
            initial = _INITIALS[place // 588]
            if sound.endswith("T") and initial in {"K", "T", "P", "S", "C"}:
                sound = sound[:-1]
            sound += initial + _MEDIALS[place % 588 // 28] + _FINALS[place % 28]
    return tidy(sound)


@lru_cache(maxsize=8192)
def latin(text: str, by_letter: bool = False) -> str:
    """Return the sound of a name in Latin letters, as English and the romanisations spell.

    by_letter reads every vowel by itself, and ch at the end as in Bach.

    >>> latin("Tanaka"), latin("Kim Jong-un"), latin("Smith")
    ('TaNaKa', 'KiMJoNuN', 'SMiX')
    """
    return tidy(
        "".join(_word(word, by_letter) for word in re.findall(r"[a-z]+", unaccented(text).lower()))
    )


def unaccented(text: str) -> str:
    """Return a text of the same length without accents: José is Jose."""
    plain = text.replace("ø", "o").replace("ł", "l")
    return "".join(unicodedata.normalize("NFD", char)[0] for char in plain)


@lru_cache(maxsize=1)
def _hanja_table() -> dict[str, str]:
    table: dict[str, str] = {}
    lines = (files("workbench.checks") / "hanja.txt").read_text("utf-8").splitlines()
    for reading, _, chars in (line.partition(" ") for line in lines):
        for char in chars:
            table[char] = table.get(char, "") + reading
    return table


@lru_cache(maxsize=4096)
def hanja(text: str) -> str:
    """Return the Sino-Korean reading of characters, "" where one has none: 呉青成 is 오청성.

    At the start of a word ㄹ and ㄴ give way as the Korean spelling wants it (李: 이, later 리).
    """
    table = _hanja_table()
    readings = [table.get(char, "") for char in text]
    if not all(readings):
        return ""
    head, rest = readings[0], readings[1:]
    return max(head, key=_is_head) + "".join(min(reading, key=_is_head) for reading in rest)


def _is_head(reading: str) -> bool:
    """Tell a reading that begins with ㅇ: the one at the start of a word, where there are two."""
    return (ord(reading) - 0xAC00) // 588 == 11


def tidy(sound: str) -> str:
    """Return the sound without doubles and long vowels; n before p and b is m."""
    sound = _DOUBLE.sub(r"\1\2", sound)
    for long, short in (("ou", "o"), ("ei", "e"), ("NP", "MP"), ("NB", "MB")):
        sound = sound.replace(long, short)
    return sound[:_LONGEST]


def folded(sound: str) -> str:
    """Return a sound with one sign for all phonemes that are near to each other."""
    return sound.translate(_FOLDS)


@lru_cache(maxsize=65536)
def distance(first: str, second: str) -> float:
    """Return how far two sounds are from each other: 0 the same, 1 nothing in common.

    A weighted edit distance (Wagner and Fischer 1974) over the mean weight of the two.
    """
    if first == second:
        return 0.0 if first else 1.0
    row = [0.0]
    for b in second:
        row.append(row[-1] + _drop(b))
    for a in first:
        previous, row = row, [row[0] + _drop(a)]
        for place, b in enumerate(second):
            change = previous[place] + _change(a, b)
            row.append(min(change, previous[place + 1] + _drop(a), row[-1] + _drop(b)))
    return min(1.0, row[-1] / max((weight(first) + weight(second)) / 2, 1.0))


def weight(sound: str) -> float:
    """Return how much sound there is: 1 for a consonant, a half for a vowel."""
    return sum(_VOWEL if phoneme in _VOWELS else 1.0 for phoneme in sound)


def _change(a: str, b: str) -> float:
    if a == b:
        return 0.0
    factor = _VOWEL if a in _VOWELS and b in _VOWELS else 1.0
    return factor * _COSTS.get(a + b, 1.0)


def _drop(phoneme: str) -> float:
    return _DROPPED.get(phoneme, 0.8)


def _word(word: str, by_letter: bool) -> str:
    if by_letter:
        word = re.sub(r"ch$", "h", word.replace("w", "v"))
        return "".join(_LETTERS.get(letter, letter.upper()) for letter in word)
    for pattern, plain in _EDGES:
        word = pattern.sub(plain, word)
    return "".join(_SPELLINGS.get(m[0], m[0].upper() if m[0] not in _VOWELS else m[0])
                   for m in _SPELLED.finditer(word))  # fmt: skip


def _katakana(text: str) -> str:
    return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in text)
