"""Reads Chinese names: characters, pinyin and Wade-Giles are one sound, that of the Hangul.

pinyin.txt lists the characters of names by their syllable; to add one, add it there. A syllable
sounds as the Korean rules for foreign words write it: 周 and Zhou are 저우, 遠 and yuan 위안.
"""

import re
from functools import lru_cache
from importlib.resources import files

from workbench.checks.sounds import tidy

_INITIALS = {
    "b": "P", "p": "P", "m": "M", "f": "F", "d": "T", "t": "T", "n": "N", "l": "R", "g": "K",
    "k": "K", "h": "H", "j": "J", "q": "C", "x": "S", "zh": "J", "ch": "C", "sh": "S", "r": "R",
    "z": "J", "c": "C", "s": "S", "": "", "y": "", "w": "",
}  # fmt: skip
_FINALS = {
    "a": "a", "o": "o", "e": "o", "ai": "ai", "ei": "ei", "ao": "ao", "ou": "ou", "an": "aN",
    "en": "oN", "ang": "aN", "eng": "oN", "ong": "uN", "er": "oR", "i": "i", "ia": "Ya",
    "ie": "Ye", "iao": "Yao", "iu": "Yu", "ian": "YeN", "in": "iN", "iang": "YaN", "ing": "iN",
    "iong": "YuN", "u": "u", "ua": "Wa", "uo": "Wo", "uai": "Wai", "ui": "ui", "uan": "WaN",
    "un": "uN", "wen": "WoN", "uang": "WaN", "ü": "Wi", "üe": "We", "üan": "WiaN", "ün": "WiN",
}  # fmt: skip
# The spellings of syllables that begin with no consonant, and of ü after j, q, x and y.
_BARE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in",
    "yang": "iang", "ying": "ing", "yong": "iong", "wu": "u", "wa": "ua", "wo": "uo",
    "wai": "uai", "wei": "ui", "wan": "uan", "wen": "wen", "wang": "uang", "weng": "ong",
    "yu": "ü", "yue": "üe", "yuan": "üan", "yun": "ün",
}  # fmt: skip
_PINYIN = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)([aeiouü]+(?:ng|n|r(?![aeiou]))?)")
# Wade-Giles (1912) where it differs, as pinyin; aspiration is often not written.
_WADE = (
    (r"^j", "r"), (r"hs", "x"), (r"^ch(?=i|ü|u[ae]n|ueh)", "j"), (r"^ch", "zh"), (r"^ts|^tz", "z"),
    (r"^ss|^sz", "s"), (r"^p", "b"), (r"^t", "d"), (r"^k", "g"), (r"ieh", "ie"),
    (r"ueh", "üe"), (r"yeh", "ye"), (r"ien", "ian"), (r"yen", "yan"), (r"ung", "ong"),
    (r"ih$", "i"), (r"^(zh|r|s|z)u?h$", r"\1i"), (r"^xu", "xü"), (r"(?<=[glrszd])o$", "uo"),
    (r"^ho$", "he"), (r"uei", "ui"),
)  # fmt: skip
_VOWELS = re.compile("[aeiouü]+")
_DENTAL = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
_FAMILIES = frozenset(
    "李王張張劉陳楊黄趙周呉徐孫馬朱胡郭何林高羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭田董潘袁蔡蒋余于杜葉程魏"
    "蘇呂丁任盧姚沈鍾姜崔譚陸范汪廖石金賈韋夏傅方鄒熊白孟秦邱侯江尹薛閻雷段郝龍陶賀顧毛銭戴莫孔"
    "向湯温葛柯洪荘游簡詹阮祝童殷左柳史施游卓黎康武連頼習"
)
_LONGEST = 4  # characters; a name has no more
_LETTERS = 40  # of a word that may be a name; what is longer is read as none


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    lines = (files("workbench.checks") / "pinyin.txt").read_text("utf-8").splitlines()
    rows = [line.partition(" ") for line in lines]
    return {char: syllable for syllable, _, chars in reversed(rows) for char in chars}


@lru_cache(maxsize=4096)
def mandarin(name: str) -> str:
    """Return the sound of a Chinese name in characters, "" where it can be none.

    >>> mandarin("周志遠"), mandarin("山")
    ('JoJuWiaN', '')
    """
    if not name or name[0] not in _FAMILIES or len(name) > _LONGEST:
        return ""
    return spelt(name)


def spelt(text: str) -> str:
    """Return the sound of characters in Mandarin, "" where one has none in the list."""
    syllables = [_table().get(char, "") for char in text]
    return tidy("".join(_sound(syllable) for syllable in syllables)) if all(syllables) else ""


@lru_cache(maxsize=8192)
def mandarin_ways(word: str) -> tuple[str, ...]:
    """Return the sounds of a word of small letters read as pinyin and as Wade-Giles.

    >>> mandarin_ways("zhiyuan"), mandarin_ways("po-jui"), mandarin_ways("brown")
    (('JuWiaN',), ('PoJui', 'PoRui'), ())
    """
    if len(word) > _LETTERS:
        return ()
    whole = word.replace("'", "").replace("’", "")
    parts = [part for part in whole.split("-") if part]
    pinyin = "".join(_read(part) for part in parts) if all(map(_read, parts)) else ""
    wade = [_wade(part) for part in parts]
    second = "".join(map(_read, wade)) if all(map(_read, wade)) else ""
    syllables = len(_VOWELS.findall(whole))
    ways = (tidy(pinyin), tidy(second) if len(parts) > 1 or syllables == 1 else "")
    return tuple(dict.fromkeys(way for way in ways if way))


@lru_cache(maxsize=8192)
def _read(word: str) -> str:
    """Return the sound of syllables in pinyin, "" where a word is not made of them."""
    if not word:
        return ""
    for size in range(min(6, len(word)), 0, -1):
        sound = _sound(word[:size])
        rest = _read(word[size:]) if sound and size < len(word) else ""
        if sound and (size == len(word) or rest):
            return sound + rest
    return ""


def _sound(syllable: str) -> str:
    """Return the sound of one syllable, "" where there is no such syllable."""
    if syllable in _BARE:
        return _FINALS[_BARE[syllable]]
    match = _PINYIN.fullmatch(syllable)
    if not match or match[2] not in _FINALS or (not match[1] and match[2][0] in "iuü"):
        return ""
    initial, final = match.groups()
    if initial in _DENTAL and final == "i":
        return _INITIALS[initial] + "u"
    if initial in {"j", "q", "x"} and final in {"u", "ue", "uan", "un"}:
        final = final.replace("u", "ü")
    glide = _FINALS[final].removeprefix("Y") if initial in {"j", "q"} else _FINALS[final]
    return _INITIALS[initial] + glide


def _wade(syllable: str) -> str:
    for pattern, plain in _WADE:
        syllable = re.sub(pattern, plain, syllable)
    return syllable
