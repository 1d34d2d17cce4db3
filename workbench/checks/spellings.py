"""Reads names in Latin letters as the languages they may come from spell them.

Each language is a row of _SPELLINGS: what its letters are in the plain spelling that sounds.latin
reads, the first pattern of a row first. To add a language, add a row.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from workbench.checks.mandarin import mandarin_ways
from workbench.checks.sounds import latin, tidy, unaccented, weight

_SILENT = r"(?=[^aeiouy]|$)"  # before a consonant or at the end
_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "English": (
        (r"eigh|aigh", "e"), (r"igh", "ai"), (r"augh|ough", "o"), (r"^sch", "sk"), (r"eo", "o"), (r"ge", "je"), (r"a(?=vi)", "e"), (r"ds", "z"), (r"ay$", "e"), (r"ow(?=n|s|$)", "au"),
        (r"a(?=[bcdgklmnpstvz]e(?:s?$|[bcdfgklmnprstvwz]))", "e"),
        (r"[iy](?=[bcdgklmnpstvz]es?$)", "ai"), (r"ck", "k"), (r"c(?=[eiy])", "s"),
        (r"(?<=[bcdgjklmnpstvz])es?$", ""), (r"oa", "o"), (r"ea|ie(?=[lnv])", "i"),
        (r"[ei]r" + _SILENT, "a"), (r"r" + _SILENT, ""), (r"al(?=[km])", "o"), (r"tt", "t"),
    ),
    "German": (
        (r"tsch", "ch"), (r"sch", "sh"), (r"^s(?=[pt])", "sh"), (r"chs", "ks"), (r"(?<!s)ch", "h"), (r"ei|ai|ey|ay", "ai"),
        (r"ie", "i"), (r"[eä]u", "oi"), (r"t?z", "ts"), (r"v|ph", "f"), (r"w", "v"), (r"j", "y"),
        (r"qu", "kv"), (r"^s(?=[aeiouäöü])", "z"), (r"dt|th", "t"), (r"ä|ö", "e"), (r"ü|y", "yu"),
        (r"er" + _SILENT, "a"), (r"r" + _SILENT, "ru"),
    ),
    "French": (
        (r"eaux?|aux?", "o"), (r"oi", "wa"), (r"ou", "u"), (r"ill?es?$", "iyu"), (r"gn", "ny"),
        (r"ch", "sh"), (r"g(?=[eiyéè])", "j"), (r"c(?=[eiyéè])|ç", "s"), (r"qu", "k"),
        (r"(?:er|ez|ée?)$", "e"), (r"(?<=[aeiouynr])[tdspxz]+$|es?$", ""), (r"(?:ai|ei|e|i)[nm](?=[^aeiouyénm]|$)", "an"),
        (r"^h|(?<=[^cs])h", ""), (r"eu|œ", "u"), (r"ai|ei|é|è|ê", "e"), (r"r" + _SILENT, "ru"),
    ),
    "Spanish": (
        (r"ch", "C"), (r"g(?=[ei])|j|x", "h"), (r"ll", "y"), (r"ñ", "ny"), (r"c(?=[ei])|z|ç", "s"),
        (r"gu(?=[ei])", "g"), (r"qu", "k"), (r"(?<!C)h(?=[aeiou])", "h"), (r"^h", ""), (r"v", "b"), (r"c", "k"), (r"C", "ch"),
    ),
    "Italian": (
        (r"ch", "k"), (r"sc(?=[ei])", "sh"), (r"c(?=[ei])", "C"), (r"gh", "g"), (r"gli", "ri"),
        (r"gn", "ny"), (r"zz|z", "ts"), (r"c", "k"), (r"C", "ch"),
    ),
    "Portuguese": (
        (r"ão", "an"), (r"lh", "ri"), (r"nh", "ny"), (r"x|ch", "sh"), (r"ç|c(?=[ei])", "s"),
        (r"j", "j"), (r"qu", "k"), (r"o$", "u"), (r"^h", ""), (r"l" + _SILENT, "u"),
    ),
    "Slavic": (
        (r"d[zž]", "j"), (r"(?:c|č|ć)$", "C"), (r"č|ć|cz|ch(?=[aeiou])", "C"), (r"š|sz", "sh"), (r"ž|ż|rz|zh", "j"), (r"kh|ch", "h"),
        (r"ts|tz|c", "ts"), (r"w", "v"), (r"ov$|ev$", "of"), (r"[iy]y$", "i"), (r"j", "y"), (r"C", "ch"),
    ),
    "Nordic": (
        (r"berg$", "beri"), (r"borg", "bori"), (r"å", "o"), (r"ø|ö|æ|ä", "e"), (r"[ks]j|sk(?=[ei])", "sh"), (r"gj|hj|j", "y"),
        (r"r" + _SILENT, "ru"),
    ),
    "Asian": (
        (r"kyaw", "cho"), (r"ky", "ch"), (r"gy", "j"), (r"^nguy", "gu"), (r"ph", "p"), (r"th", "t"),
        (r"bh", "b"), (r"dh", "d"), (r"kh", "k"), (r"tr", "ch"), (r"w" + _SILENT, "u"), (r"nh$", "n"),
    ),
    "Arabic": (
        (r"kh|ḥ", "h"), (r"gh|q", "g"), (r"dh", "z"), (r"ou|oo", "u"), (r"ee", "i"), (r"y" + _SILENT, "i"), (r"ei", "ai"),
    ),
}  # fmt: skip
_LEAST = 0.5  # share of the plain sound that silent letters leave
_PHONETIC = re.compile("sh|ch|ts|ng(?![aeiou])|y(?=[aeiou])|[a-z]")
_PHONEMES = {"sh": "S", "ch": "C", "ts": "C", "ng": "N", "y": "i", "l": "R", "c": "K", "q": "K",
             "x": "KS"}  # fmt: skip
_SPELLINGS = {
    language: tuple((re.compile(pattern), plain) for pattern, plain in rules)
    for language, rules in _RULES.items()
}


@lru_cache(maxsize=16384)
def spoken(word: str) -> tuple[str, ...]:
    """Return the ways a word may sound in the languages that write it so, Chinese and English first.

    >>> "BeRiMaN" in spoken("Bergman"), "HaJiC" in spoken("Hadžić")
    (False, True)
    """
    small = unicodedata.normalize("NFC", word).lower()
    languages = list(_SPELLINGS.values())[: 1 if "-" in word else None]  # Hee-jun is Korean
    read = [_respelled(small, rules) for rules in languages]
    ways = [*mandarin_ways(small), latin(read[0]), *map(_phonetic, read[1:])]
    least = _LEAST * weight(latin(small))
    return tuple(dict.fromkeys(way for way in ways if weight(way) > least))


def _respelled(word: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, plain in rules:
        word = pattern.sub(plain, word)
    return word


def _phonetic(spelt: str) -> str:
    """Return the sound of a word whose letters are each one sound, but for sh, ch, ts and ng."""
    found = (m for m in _PHONETIC.finditer(unaccented(spelt).lower()))
    return tidy("".join("Y" if m[0] == "y" and m.end() < len(spelt) and spelt[m.end()] in "aeiou"
                        else _PHONEMES.get(m[0], m[0] if m[0] in "aeiou" else m[0].upper())
                        for m in found))  # fmt: skip
