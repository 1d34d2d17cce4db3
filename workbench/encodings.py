"""Which encoding the bytes of a text are in: what they say, what they allow for, or a question.

A guess is made only where one encoding reads every byte and what it reads is plainly Japanese or
Korean while no other reading is. To know one more encoding, add it to CANDIDATES.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from workbench.errors import InputError

# Longest first: the UTF-32 mark begins with the UTF-16 one.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encoding -> the language it is of.
CANDIDATES = {
    "cp932": "ja",
    "euc_jp": "ja",
    "iso2022_jp": "ja",
    "cp949": "ko",
    "utf-16-le": "",
    "utf-16-be": "",
}
# Bytes that a guess is made from, from the start of the file. All of it is decoded strictly later.
SAMPLE = 1 << 16
# Characters outside of ASCII below which a reading is not told from another.
_FEW = 4
# How far, of 1, the best reading must be above the next, and how good it must be.
_LEAD, _GOOD = 0.15, 0.75
_ESCAPES = re.compile(rb"\x1b(?:\$[@B]|\([BJI])")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u4e00-\u9fff]")
_MARKS_OF_TEXT = re.compile("[\u3000-\u3002\u300c-\u300f\uff01-\uff5e\u2010-\u203b\u30fb]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")


@dataclass(frozen=True, slots=True)
class Guess:
    """What encoding the bytes are in; where it is not sure, others could be it as well."""

    encoding: str
    sure: bool
    others: tuple[str, ...] = ()


def guess(sample: bytes, *, whole: bool, language: str = "") -> Guess:
    """Return the encoding of bytes that are neither marked nor UTF-8.

    whole says that the sample is all there is: else a character may be cut at its end. language
    is that of the text where it is known.
    """
    if _ESCAPES.search(sample):
        return Guess("iso2022_jp", sure=_read(sample, "iso2022_jp", whole) is not None)
    scores = {name: _score(sample, name, whole, language) for name in CANDIDATES}
    ranked = sorted(scores, key=lambda name: -scores[name])
    able = tuple(name for name in ranked if scores[name] > 0)
    if not able:
        return Guess("", sure=False)
    best = scores[able[0]]
    second = scores[able[1]] if len(able) > 1 else 0.0
    sure = best >= _GOOD and best - second >= _LEAD and _enough(sample, able[0], whole)
    return Guess(able[0], sure, able[1:])


def _enough(sample: bytes, encoding: str, whole: bool) -> bool:
    text = _read(sample, encoding, whole) or ""
    return sum(not c.isascii() for c in text) >= _FEW


def _read(sample: bytes, encoding: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=whole)
    except UnicodeDecodeError:
        return None


def _score(sample: bytes, encoding: str, whole: bool, language: str) -> float:
    """Return how much (0 to 1) a reading looks like text of the encoding's language.

    The share of characters outside of ASCII that are common there: kana and the common Han
    characters in Japanese, the common syllables in Korean. Text read wrongly is of rare ones.
    """
    text = _read(sample, encoding, whole)
    if text is None or "\0" in text or (CANDIDATES[encoding] not in ("", language) and language):
        return 0.0
    foreign = [c for c in text if not c.isascii()]
    if not foreign or any(c.isascii() and c < " " and c not in "\t\n\r\f" for c in text):
        return 0.0
    if not CANDIDATES[encoding]:
        return _best_share(foreign, len(text))
    return _share(foreign, CANDIDATES[encoding])


def _best_share(foreign: Sequence[str], length: int) -> float:
    """Return the score of UTF-16: its wrong readings are nearly all Han of every sort."""
    share = max(_share(foreign, "ja"), _share(foreign, "ko"))
    return share if len(foreign) < length or share > 0.95 else share / 2


def _share(foreign: Sequence[str], language: str) -> float:
    common = _common(language)
    good = sum(1.0 for c in foreign if c in common)
    text = "".join(foreign)
    good += 0.3 * len([c for c in _HAN.findall(text) if c not in common])
    good += 0.5 * len(_HALF_KANA.findall(text)) if language == "ja" else 0.0
    letters = len((_KANA if language == "ja" else _HANGUL).findall(text))
    # Neither language goes without its own letters for long.
    if len(foreign) >= 12 and letters < 0.15 * len(foreign):
        return min(0.7, good / len(foreign))
    return min(1.0, good / len(foreign))


@cache
def _common(language: str) -> frozenset[str]:
    """Return the characters that most of a text of the language is made of.

    Of Japanese the kana, marks and the Han of JIS level 1 (rows 16 to 47); of Korean the marks
    and the 2,350 syllables of KS X 1001 that EUC-KR has.
    """
    rows = range(0x30, 0x50) if language == "ja" else range(0x30, 0x49)
    codec = "euc_jp" if language == "ja" else "euc_kr"
    pairs = (bytes((row + 0x80, cell)) for row in rows for cell in range(0xA1, 0xFF))
    found = {pair.decode(codec, "ignore") for pair in pairs}
    marks = {chr(c) for c in range(0x3000, 0xFFEF) if _MARKS_OF_TEXT.match(chr(c))}
    marks |= {chr(c) for c in range(0x2010, 0x203C)}
    kana = {chr(c) for c in range(0x3041, 0x30FD)} if language == "ja" else set()
    return frozenset((found | marks | kana) - {""})


def named(name: str) -> str:
    """Return the name of an encoding as people know it.

    >>> named("cp932")
    'Shift_JIS (cp932)'
    """
    return _NAMES.get(name, name.upper())


_NAMES = {
    "cp932": "Shift_JIS (cp932)",
    "euc_jp": "EUC-JP",
    "iso2022_jp": "ISO-2022-JP",
    "cp949": "EUC-KR (cp949)",
    "utf-16-le": "UTF-16 little endian",
    "utf-16-be": "UTF-16 big endian",
    "utf-8": "UTF-8",
}


def unclear(name: str, others: Iterable[str]) -> InputError:
    """Return the error that asks which encoding a file is in."""
    choices = ", ".join(f"--encoding {other.replace('_', '-')}" for other in others)
    choices = choices or "--encoding shift_jis, euc-jp, euc-kr or cp949"
    return InputError(
        f"{name}: is not UTF-8, and it is not clear what it is. Say it, for example: {choices}."
    )
