"""Which encoding the bytes of a text are in: what they say, what they allow for, or a question.

A guess is made only where one encoding reads every byte and what it reads is plainly Japanese or
Korean while no other reading is. To know one more encoding, add it to CANDIDATES.
"""

import codecs
import re
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO

from workbench.errors import InputError

# Longest first: the UTF-32 mark begins with the UTF-16 one.
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encoding -> the languages it is of.
CANDIDATES = {
    "cp932": ("ja",),
    "euc_jp": ("ja",),
    "cp949": ("ko",),
    "utf-16-le": ("ja", "ko"),
    "utf-16-be": ("ja", "ko"),
}
# Bytes that a guess is made from. All of the text is decoded strictly later.
_SAMPLE = 1 << 16
# Different characters outside of ASCII below which a reading is not told from another.
_FEW = 5
# Characters of a text that may be read by chance.
_SHORT = 64
# How far, of 1, the best reading must be above the next, and how good it must be.
_LEAD, _GOOD = 0.15, 0.75
# What switches between ASCII and two bytes for a character, in encodings of seven bits.
_ESCAPES = re.compile(rb"\x1b(?:\$[@AB()]|\([IJ])")
_CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f\uf8f0-\uf8f3]")
# What Python reads bytes as that Shift_JIS does not have.
STRAY = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_HAN = re.compile("[\u4e00-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_MARKS_OF_TEXT = re.compile(
    "[\u2010-\u203b\u3000-\u3002\u3008-\u3011\u301c\u30fb\uff01-\uff5e\u00b7\u25a0-\u25cf]"
)
# A character of three bytes in UTF-8.
_LONG = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")
# A letter of Latin script beside one of ASCII, or signs that stand by themselves.
_LATIN = re.compile("[A-Za-z][\u00c0-\u024f]|[\u00c0-\u024f][A-Za-z]|^[\0-\x7f\u00a0-\u00bf]*$")
# The syllables that nine of ten in a Korean text are. Other texts, read as EUC-KR, have all of the
# 2,350 there are about equally often.
_SYLLABLES = frozenset(
    "가각간감갔강같개거건걸검것게겠겨견결경계고곳공과관광교구국군권규그근글금급기길김까꺼끝나난날"
    "남났낮내냈너넘넜넣년노농누눈뉴는늘니님다단닫달답닷당대더던데델도돌동되된됨됩두뒤드든들등떠뛰"
    "라락란람랐래러럼렇려력련렸례로록료루류르른를름리린마만많말망맞머먹먼멈메며면명몇모목못무문물"
    "미민밀및바박밖반받발밝밤방배백버번범변별병보복본봉부북분불붙비빛뿐사산살상색생서선설섯성세센"
    "소송쇼수숙순숨숫스습승시식신실심십싶쓴씨아악안않암았앞야약양어억언얼업없엇었에엔여역연열염였"
    "영예오옥온올와완왔왕왜외요욕용우운울웃원월웠위유육윤율으은을음의이인일읽임입있자작잡장재저적"
    "전절젊점접정제졌조종좋죄주준줄중즉증지직진집짧째차찰참채책처천철청체쳐쳤초촌총최추출춥충취측"
    "층치칙친칠침카케켜코콘크큰키탄탈탐태택터템토통퇴투트특파판팔패편평폐포폭표품풍피필하학한할함"
    "합항해핵했행향허험혀협혔형호혼화확활황회획효후훈흘흥희히"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What encoding the bytes are in; where it is not sure, others could be it as well.

    Not sure and no others: none reads all of the bytes, and this one reads the most.
    """

    encoding: str
    sure: bool
    others: tuple[str, ...] = ()


def sample_of(stream: BinaryIO) -> tuple[bytes, bool]:
    """Return the first 65,536 bytes that tell anything, and whether the stream ends with them.

    Blocks of nothing but ASCII before them are passed over.
    """
    while True:
        sample = stream.read(_SAMPLE)
        whole = len(sample) < _SAMPLE
        if b"\x1b" in sample[-3:]:
            sample += stream.read(3)
        if whole or not sample.isascii() or b"\0" in sample or _ESCAPES.search(sample):
            return sample, whole


def guess(sample: bytes, *, whole: bool, language: str = "") -> Guess:
    """Return the encoding of bytes without a mark.

    whole says that the sample is all there is: else a character may be cut at its end. language
    is that of the text where it is known. Each encoding reads the bytes strictly, and what it
    reads is scored by how common its characters are in the language (Shanjian Li, Katsuhiko
    Momoi, "A composite approach to language/encoding detection", 2001).
    """
    if sample.isascii() and _ESCAPES.search(sample):
        return Guess("iso2022_jp_ext", sure=_read(sample, "iso2022_jp_ext", whole) is not None)
    plain = _plain_utf16(sample)
    if plain:
        return Guess(plain, sure=True)
    scores = {name: _score(sample, name, whole, language) for name in CANDIDATES}
    able = sorted((name for name in scores if scores[name] > 0), key=lambda name: -scores[name])
    if _is_utf8(sample, whole=whole):
        chance = _is_chance(sample.decode("utf-8", "ignore"), max(scores.values()))
        return Guess("utf-8", sure=not chance, others=tuple(able))
    if not able:
        return Guess(_furthest(sample), sure=False)
    second = scores[able[1]] if len(able) > 1 else 0.0
    best = scores[able[0]]
    return Guess(able[0], best >= _GOOD and best - second >= _LEAD, tuple(able[1:]))


def _plain_utf16(sample: bytes) -> str:
    """Return which UTF-16 holds nothing but visible ASCII in these bytes, "" for none."""
    even, odd = sample[0::2], sample[1::2]
    for empty, text, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        zeros = len(empty) >= _FEW and len(sample) % 2 == 0 and not empty.strip(b"\0")
        if zeros and text.isascii() and not _CONTROL.search(text.decode("ascii")):
            return name
    return ""


def _is_utf8(sample: bytes, *, whole: bool) -> bool:
    """Return whether bytes are UTF-8, or nearly: damage is then told as such."""
    if b"\0" in sample:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample, final=whole)
    except UnicodeDecodeError as error:
        cut = error.end == len(sample) and "end of data" in error.reason
        text = sample.decode("utf-8", "replace")
        # Characters of three bytes are not made by chance.
        long = sum(c > "\u07ff" and c != "\ufffd" for c in text)
        return long > 8 * text.count("\ufffd") or (cut and long > 0)
    return True


def _is_chance(text: str, best: float) -> bool:
    """Return whether what UTF-8 reads may be bytes of another encoding, which scores `best`.

    A few characters of EUC-KR or UTF-16 can make a few of UTF-8: signs of control, or letters of
    scripts that nobody mixes so.
    """
    if any(c > "\u07ff" for c in text):
        return False
    if best >= _GOOD:
        return text.isascii() or not _LATIN.search(text)
    return best > 0 and len(text) < _SHORT and bool(_CONTROL.search(text))


def _read(sample: bytes, encoding: str, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=whole)
    except UnicodeDecodeError:
        return None


def _furthest(sample: bytes) -> str:
    """Return the encoding that reads most of the bytes before it comes to one that is not its."""
    reach = {name: _reach(sample, name) for name in ("utf-8", "cp932", "euc_jp", "cp949")}
    return max(reach, key=lambda name: reach[name])


def _reach(sample: bytes, encoding: str) -> int:
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    stray = STRAY.search(text)
    return len(text[: stray.start()].encode(encoding)) if stray else len(sample)


def _score(sample: bytes, encoding: str, whole: bool, language: str) -> float:
    """Return how much (0 to 1) a reading looks like text of the encoding's languages."""
    languages = CANDIDATES[encoding]
    if language in ("ja", "ko"):
        languages = tuple(known for known in languages if known == language)
    text = _read(sample, encoding, whole)
    if text is None or _CONTROL.search(text):
        return 0.0
    foreign = "".join(c for c in text if not c.isascii())
    if not foreign:
        return 0.0
    score = max((_LIKENESS[known](foreign) for known in languages), default=0.0)
    # Nearly any bytes are UTF-16; the others are named where they read all of them.
    least = 0.0 if encoding.startswith("utf-16") else 0.01
    return max(least, score if len(set(foreign)) >= _FEW else min(score, _GOOD - 0.05))


def _japanese(foreign: str) -> float:
    """Return the share of kana, marks and the Han of JIS level 1, those that people write with."""
    common = _common()
    good = float(sum(c in common for c in foreign))
    good += 0.3 * sum(c not in common for c in _HAN.findall(foreign))
    good += 0.5 * len(_HALF_KANA.findall(foreign))
    kana = len(_KANA.findall(foreign))
    # Han alone is what Korean, Chinese and half-width kana are read as, too.
    most = 1.0 if kana >= max(2, 0.15 * len(foreign)) else _GOOD - 0.05
    return min(most, good / len(foreign))


def _korean(foreign: str) -> float:
    """Return the share of marks and of the syllables of Korean, the common ones above all."""
    hangul = _HANGUL.findall(foreign)
    good = float(sum(c in _SYLLABLES for c in hangul))
    good += 0.3 * sum(c not in _SYLLABLES and _in_ks(c) for c in hangul)
    good += len(_MARKS_OF_TEXT.findall(foreign))
    most = 1.0 if len(hangul) >= max(2, 0.5 * len(foreign)) else _GOOD - 0.05
    return min(most, good / len(foreign))


_LIKENESS = {"ja": _japanese, "ko": _korean}


@cache
def _in_ks(syllable: str) -> bool:
    """Return whether EUC-KR has the syllable; Windows added the others, which are rare."""
    return bool(syllable.encode("euc_kr", "ignore"))


@cache
def _common() -> frozenset[str]:
    """Return kana, marks of text and the Han of JIS level 1 (rows 16 to 47)."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xD0) for cell in range(0xA1, 0xFF))
    marks = {chr(c) for c in range(0xA0, 0xFF60) if _MARKS_OF_TEXT.match(chr(c))}
    kana = {chr(c) for c in range(0x3041, 0x30FD) if _KANA.match(chr(c))}
    return frozenset(({pair.decode("euc_jp", "ignore") for pair in pairs} | marks | kana) - {""})


def named(name: str) -> str:
    """Return the name of an encoding as people know it.

    >>> named("cp932")
    'Shift_JIS (cp932)'
    """
    return _NAMES.get(name, (name.upper(),))[0]


# Encoding -> what people call it, and what --encoding takes for it.
_NAMES = {
    "cp932": ("Shift_JIS (cp932)", "shift_jis"),
    "euc_jp": ("EUC-JP", "euc-jp"),
    "iso2022_jp": ("ISO-2022-JP", "iso-2022-jp"),
    "iso2022_jp_ext": ("ISO-2022-JP", "iso2022_jp_ext"),
    "cp949": ("EUC-KR (cp949)", "euc-kr"),
    "utf-16-le": ("UTF-16 little endian", "utf-16-le"),
    "utf-16-be": ("UTF-16 big endian", "utf-16-be"),
}


def unclear(name: str, found: Guess) -> InputError:
    """Return the error that asks which encoding a file is in, and lists what it could be."""
    able = dict.fromkeys((found.encoding, *found.others))
    choices = ", ".join(f"--encoding {_NAMES.get(other, ('', other))[1]}" for other in able)
    return InputError(
        f"{name}: is not plainly UTF-8, and too little tells what else it is. "
        f"Say it; these can read it: {choices}."
    )


def second_encoding(block: bytes) -> int:
    """Return where in a block of another encoding a line is UTF-8, -1 where none is.

    Such a line can be read in the other encoding too, as signs that nobody wrote.
    """
    at = 0
    for line in block.split(b"\n"):
        if not line.isascii() and len(_LONG.findall(line)) > 2 and _is_strict(line):
            return at
        at += len(line) + 1
    return -1


def _is_strict(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
