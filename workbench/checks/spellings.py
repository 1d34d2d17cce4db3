"""Reads names in Latin letters as the languages they may come from spell them.

Each language is a row of _RULES: pattern>letters, in their order, with @ for "before a consonant or
at the end", give its letters as a plain spelling has them. To add a language, add a row.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from workbench.checks.mandarin import mandarin_ways
from workbench.checks.sounds import latin, tidy, unaccented, weight

_SILENT = r"(?=[^aeiouy]|$)"  # before a consonant or at the end
_RULES = {
    "English": r"""
        eigh|aigh>e igh>ai augh|ough>o ^sch>sk ^kn>n ^wr>r ph>f wh>w th>X dge>je tch>ch tion>shon
        geo>jo eo>o ge>je g(?=i)>j ae>e a(?=vi)>e ds>z ay$|ai>e ew|oo>u ee>i ow|ou>au
        a(?=[bcdgklmnpstvz]e(?:s?$|[bcdfgklmnprstvwz]))>e [iy](?=[bcdgklmnpstvz]es?$)>ai
        ck>k c(?=[eiy])>s (?<=[bcdgjklmnpstvz])es?$> oa>o ea|ie(?=[lnv])|ie$|ey$>i
        [ei]r@>a r@> al(?=[km])>o
    """,
    "American": r"""
        ph>f th>X tch>ch ay$|ai>e ee|ea|ie$|ey$>i oo|ou>u
        a(?=[bcdgklmnpstvz]e(?:s?$|[bcdfgklmnprstvwz]))>e
        ck>k c(?=[eiy])>s [eiu]r@>o r@>
    """,
    "German": r"""
        tsch>ch sch>sh ^s(?=[pt])>sh chs>ks (?<!s)ch>h ei|ai|ey|ay>ai ie>i [eä]u>oi t?z>ts
        v|ph>f w>v j>y qu>kv ^s(?=[aeiouäöü])>z dt|th>t ä|ö>e ü|y>yu er@>a r@>ru
    """,
    "French": r"""
        eaux?|aux?>o oi>wa ou>u ill?es?$>iyu gn>ny ch>sh g(?=[eiyéè])>j c(?=[eiyéè])|ç>s
        qu>k (?:er|ez|ée?)$>e ge$>j (?<=[aeiouynr])[tdspxz]+$|es?$>
        (?:ai|ei|e|i)[nm](?=[^aeiouyénm]|$)>an ^h|(?<=[^cs])h> eu|œ>u ai|ei|é|è|ê>e r@>ru
    """,
    "Spanish": r"""
        ch>C g(?=[ei])|j|x>h ll>y ñ>ny c(?=[ei])|z|ç>s gu(?=[ei])>g qu>k
        (?<!C)h(?=[aeiou])>h ^h> v>b c>k C>ch
    """,
    "Italian": r"""
        ch>k sc(?=[ei])>sh c(?=[ei])>C gh>g gli>ri gn>ny zz|z>ts c>k C>ch
    """,
    "Portuguese": r"""
        ão>an lh>ri nh>ny x|ch>sh ç|c(?=[ei])>s j>j qu>k o$>u ^h> l@>u
    """,
    "Slavic": r"""
        d[zž]>J (?:c|č|ć)$>C č|ć|cz|ch(?=[aeiou])>C š|sz>sh ž|ż|rz|zh>J kh|ch>h ts|tz|c>ts
        w>v ov$|ev$>of [iy]y$>i j>y C>ch J>j
    """,
    "Nordic": r"""
        berg$>beri borg>bori å>o ø|ö|æ|ä>e [ks]j|sk(?=[ei])>sh gj|hj|j>y r@>ru
    """,
    "Asian": r"""
        kyaw>cho ky>ch gy>j ^nguy>gu ph>p th>t bh>b dh>d kh>k tr>ch w@>u nh$>n
    """,
    "Arabic": r"""
        kh|ḥ>h gh|q>g dh>z ou|oo>u ee>i y@>i ei>ai
    """,
}
_LEAST = 0.5  # share of the plain sound that silent letters leave
_PHONETIC = re.compile("sh|ch|ts|th|ng(?![aeiou])|y(?=[aeiou])|[A-Za-z]")
_PHONEMES = {
    "sh": "S", "ch": "C", "ts": "C", "th": "T", "ng": "N", "y": "i", "l": "R", "c": "K", "q": "K",
    "x": "KS",
}  # fmt: skip
_SPELLINGS = {
    language: tuple(
        (re.compile(pattern.replace("@", _SILENT)), plain)
        for pattern, _, plain in (rule.partition(">") for rule in rules.split())
    )
    for language, rules in _RULES.items()
}


@lru_cache(maxsize=16384)
def spoken(word: str) -> tuple[str, ...]:
    """Return how a word may sound in the languages that write it so, Chinese and English first.

    >>> [sound in spoken(name) for name, sound in (("Hadžić", "HaJiC"), ("Brown", "BRauN"))]
    [True, True]
    """
    small = unicodedata.normalize("NFC", word).lower()
    languages = list(_SPELLINGS.values())[: 1 if "-" in word else None]  # Hee-jun is Korean
    read = [_respelled(small, rules) for rules in languages]
    ways = [*mandarin_ways(small), *map(_phonetic, read)]
    least = _LEAST * weight(latin(small))
    return tuple(dict.fromkeys(way for way in ways if weight(way) > least))


def _respelled(word: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, plain in rules:
        word = pattern.sub(plain, word)
    return word


def _phonetic(spelt: str) -> str:
    """Return the sound of a word whose letters are each one sound, but for sh, ch, ts and ng."""
    found = _PHONETIC.finditer(unaccented(spelt))
    return tidy("".join("Y" if m[0] == "y" and m.end() < len(spelt) and spelt[m.end()] in "aeiou"
                        else _PHONEMES.get(m[0], m[0] if m[0] in "aeiou" else m[0].upper())
                        for m in found))  # fmt: skip
