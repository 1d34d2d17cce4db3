"""Changes one number of a translation, its scale, or drops it with its unit."""

import re
from collections.abc import Callable
from random import Random

from workbench.planting import Sentence, planter

Edit = tuple[int, int, str]  # the characters from start to end become the text

_DIGIT = r"[0-9０-９]"
_NUMBER = re.compile(rf"(?<![A-Za-z\d.,/:-]){_DIGIT}+(?:[,，.．]{_DIGIT}+)*(?![A-Za-z\d/:-])")
# A number that belongs to a date is the other planter's.
_DATED = {
    "ja": re.compile(r"年(?![間生目度])|月(?!間)|日(?![間目])"),
    "ko": re.compile(r"년(?!간|생|째|대)|월|일(?!간|째)"),
    "en": re.compile(r"(?:st|nd|rd|th)\b"),
}
_SCALES = {
    "ja": (("万", "億"), ("億", "兆"), ("億", "万"), ("兆", "億")),
    "ko": (("만", "억"), ("억", "조"), ("억", "만"), ("조", "억")),
    "en": (
        ("million", "billion"),
        ("billion", "million"),
        ("thousand", "million"),
        ("trillion", "billion"),
        ("hundreds", "thousands"),
        ("thousands", "millions"),
        ("dozens", "thousands"),
    ),
}
_ENGLISH = str.split(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_ENGLISH_WORD = re.compile(
    rf"(?<![\w-])({'|'.join(_ENGLISH)})(?![\w]|-(?:and|fold|way))", re.IGNORECASE
)
_NATIVE = str.split("두 세 네 다섯 여섯 일곱 여덟 아홉 열 스무 서른 마흔 쉰")
_NATIVE_WORD = re.compile(
    rf"(?<![가-힣])(?!세[대척]|열[대차])({'|'.join(_NATIVE)}) ?"
    r"(?=(?:명|살|사람|번|시간|시|개|마리|대|곳|가지|달|차례|배|권|장|그루|잔|병|채|건|척|켤레|집|쪽)"
    r"(?:[은는이가을를의도만과와로에째 .,”’]|으로|까지|부터|이나))"
)
_KANJI = "二三四五六七八九"
_KANJI_WORD = re.compile(
    rf"(?<![一二三四五六七八九十百千第数何幾])([{_KANJI}])"
    r"(?=[十百千万億]?(?:人(?![称前])|歳|円|枚|本(?!木)|個|回|時間|台|件|軒|頭|匹|階|割|倍|トン|キロ"
    r"|センチ|メートル|度|年間|年前|日間|週間|か月|カ月|ヶ月|か国|カ国|分の|隻|冊|校|社|票|点|着|杯|か所|カ所))"
)
# What a dropped number takes along, so that the rest can still be read.
_DROPPED = {
    "en": re.compile(r"(?<= )(?:about |some |nearly |over )?\d[\d,]*(?:\.\d+)? (?=[a-z]{4,})"),
    "ko": re.compile(
        r"(?<=[가-힣] )\d[\d,]*(?:여 ?)?(?:명|개|장|대|곳|마리|건|권|척|채|그루|톤)의? "
    ),
    "ja": re.compile(r"(?:\d[\d,]*|[二三四五六七八九十百千]+)(?:人|枚|台|件|個|本|頭|軒|隻|冊)の"),
}


@planter("number")
def plant_number(sentence: Sentence, random: Random) -> str | None:
    """Change a digit, a numeral word or a scale, or drop a number; dates are left alone."""
    if not re.search(
        r"[0-9０-９二三四五六七八九十百千万億兆두세네열스무만억조]|[a-z]{3}", sentence.source
    ):
        return None
    ways: list[Callable[[str, str, Random], list[Edit]]] = [_digits, _words, _scales, _drops]
    for way in random.sample(ways, len(ways)):
        edits = way(sentence.target, sentence.language, random)
        if edits:
            return apply(sentence.target, random.choice(edits))
    return None


def apply(text: str, edit: Edit) -> str:
    """Return the text with one edit made."""
    start, end, words = edit
    return text[:start] + words + text[end:]


def other_digits(digits: str, random: Random) -> str:
    """Return a numeral with one digit changed; the first never becomes 0.

    >>> other_digits("7", Random(1)) != "7"
    True
    """
    places = [i for i, sign in enumerate(digits) if sign.isdigit()]
    place = random.choice(places)
    zero = 0xFF10 if digits[place] >= "０" else 0x30
    first = 1 if place == places[0] else 0
    new = random.choice([d for d in range(first, 10) if d != ord(digits[place]) - zero])
    return digits[:place] + chr(zero + new) + digits[place + 1 :]


def _digits(text: str, language: str, random: Random) -> list[Edit]:
    dated = _DATED[language]
    return [
        (*match.span(), other_digits(match[0], random))
        for match in _NUMBER.finditer(text)
        if not dated.match(text, match.end()) and not _is_year(text, match, language)
    ]


def _is_year(text: str, match: re.Match[str], language: str) -> bool:
    """Say whether four digits without a comma are a year, or one or two a day after a month."""
    if language != "en":
        return False
    before = text[max(0, match.start() - 12) : match.start()]
    months = r"(?:January|February|March|April|May|June|July|August|September|October|November"
    dated = re.search(rf"{months}|December|Jan\.|Feb\.|Aug\.|Sept\.|Oct\.|Nov\.|Dec\.) $", before)
    return bool(re.fullmatch(r"1[5-9]\d\d|20\d\d", match[0]) or dated)


def _words(text: str, language: str, random: Random) -> list[Edit]:
    pattern, words = {
        "en": (_ENGLISH_WORD, _ENGLISH),
        "ko": (_NATIVE_WORD, _NATIVE),
        "ja": (_KANJI_WORD, list(_KANJI)),
    }[language]
    edits: list[Edit] = []
    for match in pattern.finditer(text):
        word = match[1].lower()
        new = random.choice([w for w in words if w != word])
        edits.append((*match.span(1), new.capitalize() if match[1][0].isupper() else new))
    return edits


def _scales(text: str, language: str, random: Random) -> list[Edit]:
    if language == "en":
        pattern = r"(?<=[\d ])\b{}\b"
        edits = [
            (*m.span(), new)
            for old, new in _SCALES["en"]
            for m in re.finditer(pattern.format(old), text)
        ]
    else:
        edits = [
            (*m.span(1), new)
            for old, new in _SCALES[language]
            for m in re.finditer(rf"[\d０-９一二三四五六七八九十百千]({old})", text)
        ]
    return edits


def _drops(text: str, language: str, random: Random) -> list[Edit]:
    edits = [(*match.span(), "") for match in _DROPPED[language].finditer(text)]
    return edits if random.random() < 0.5 else []
