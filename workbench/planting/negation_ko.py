"""Takes a Korean negation out, or puts one in, by composing syllables."""

import re

from workbench.planting.numbers import Edit

_BASE, _FINALS = 0xAC00, 28
_SS, _N, _L, _B = 20, 4, 8, 17  # the final consonants ㅆ, ㄴ, ㄹ, ㅂ
# Negative in form only, or answered by another negation.
_IDIOM = re.compile(
    "밖에|수밖|뿐만|뿐 아니|만이 아니|지 않으면|지 않을 수|지 않고는|틀림없|끊임없|어김없|관계없"
    "|상관없|다름없|거침없|변함없|하염없|아니라|아닌가|않을까|않나|않겠|않는가|않습니까|없을까|없나"
    "|에 지나지|마지않|못지않|적지 않|뿐이 아니|얼마 안|없이|어쩔 수|안 되(?:겠|지)|안 돼|안 된"
    "|못해|지 않는 한|안 그래|지 않았는지|지 않은지|지나 않|지는 않"
)
_LONG_FORM = re.compile(
    r"([가-힣])지(?:는|도)? "
    r"(않았|않는|않은|않고|않습니다|않을|않지만|않던|않기|못했|못하는|못하고)"
)
_SHORT = re.compile(r"(?<=[가-힣] )(안|못) (?=[가-힣])")
_EXISTS = re.compile(
    r"(?:[가-힣](?:이|가|도|은|는|수|적|리) )(없)(?=다|었|는|습|을|고|으|지만|기|던|어)"
)
# Endings that can be negated as they stand.
_ENDS = (
    ("하고 있다", "하고 있지 않다"),
    ("고 있다", "고 있지 않다"),
    ("고 있었다", "고 있지 않았다"),
    ("수 있다", "수 없다"),
    ("수 있었다", "수 없었다"),
    ("수 있습니다", "수 없습니다"),
    ("적이 있다", "적이 없다"),
    ("이 있다", "이 없다"),
    ("가 있다", "가 없다"),
    ("이 있었다", "이 없었다"),
    ("가 있었다", "가 없었다"),
    ("했다", "하지 않았다"),
    ("됐다", "되지 않았다"),
    ("되었다", "되지 않았다"),
    ("한다", "하지 않는다"),
    ("된다", "되지 않는다"),
    ("했습니다", "하지 않았습니다"),
    ("됐습니다", "되지 않았습니다"),
    ("합니다", "하지 않습니다"),
    ("됩니다", "되지 않습니다"),
    ("해요", "하지 않아요"),
    ("했어요", "하지 않았어요"),
    ("했지만", "하지 않았지만"),
    ("왔다", "오지 않았다"),
    ("보였다", "보이지 않았다"),
    ("받았다", "받지 않았다"),
    ("열렸다", "열리지 않았다"),
    ("이었다", "이 아니었다"),
)
_NEGATED = dict(_ENDS)
_ENDINGS = "|".join(sorted(map(re.escape, _NEGATED), key=len, reverse=True))
_END = re.compile(f'({_ENDINGS})(?=[.,”"’]|고 |며 |는 | )')
_CLAUSE = re.compile(r"[^.!?,“”\"]+[.!?,“”\"]*")


def edits(text: str) -> tuple[list[Edit], list[Edit]]:
    """Return the edits that take a negation out of a text, and those that put one in."""
    removals: list[Edit] = []
    additions: list[Edit] = []
    for clause in _CLAUSE.finditer(text):
        if "?" in clause[0] or re.search("까[.”]", clause[0]) or _IDIOM.search(clause[0]):
            continue
        if re.search("않|못|없|아니|아닙|아닌|(?<![가-힣])안 |말[고라]|모르|몰라|몰랐", clause[0]):
            removals += _removals(clause)
        else:
            for match in _END.finditer(clause[0]):
                span = (clause.start() + match.start(), clause.start() + match.end())
                additions.append((*span, _NEGATED[match[1]]))
    return removals, additions


def _removals(clause: re.Match[str]) -> list[Edit]:
    if len(re.findall("않|못|없|아니|아닙|(?<![가-힣])안 ", clause[0])) != 1:
        return []
    start, words = clause.start(), clause[0]
    found: list[Edit] = [(start + m.start(1), start + m.end(), "") for m in _SHORT.finditer(words)]
    found += [(start + m.start(1), start + m.end(1), "있") for m in _EXISTS.finditer(words)]
    for match in _LONG_FORM.finditer(words):
        positive = _conjugate(match[1], match[2])
        if positive:
            found.append((start + match.start(), start + match.end(), positive))
    return found


def _conjugate(stem: str, negative: str) -> str:
    """Return the positive form of a verb whose stem ends in a syllable, "" where it is irregular.

    >>> [_conjugate("가", "않았"), _conjugate("하", "않는"), _conjugate("먹", "않았")]
    ['갔', '하는', '먹었']
    """
    tail = negative[1:]
    if negative in ("않았", "못했"):
        return _past(stem)
    if negative in ("않는", "않고", "않지만", "않던", "않기", "못하는", "못하고"):
        # The plain present of a verb (않는다) takes ㄴ or 는; before 는 alone nothing changes.
        return "" if final(stem) == _L else stem + tail.removeprefix("하")
    if negative == "않습니다":
        return stem + "습니다" if final(stem) else _with_final(stem, _B) + "니다"
    if negative in ("않은", "않을"):
        if final(stem):
            return "" if final(stem) in (_L, _B, 7, 19) else stem + tail
        return _with_final(stem, _N if negative == "않은" else _L)
    return ""


def final(syllable: str) -> int:
    """Return the number of the final consonant of a Hangul syllable, 0 for none."""
    return (ord(syllable) - _BASE) % _FINALS


def _with_final(syllable: str, consonant: int) -> str:
    return chr(ord(syllable) - final(syllable) + consonant)


def _past(stem: str) -> str:
    """Return the past of a stem; stems in ㅂ, ㄷ, ㅅ, ㅎ and 르 may be irregular: ""."""
    whole = {
        "하": "했",
        "되": "됐",
        "이": "였",
        "오": "왔",
        "보": "봤",
        "주": "줬",
        "지": "졌",
        "리": "렸",
        "기": "겼",
        "치": "쳤",
        "우": "웠",
        "끼": "꼈",
        "꾸": "꿨",
        "두": "뒀",
        "나": "났",
        "쓰": "썼",
        "크": "컸",
    }
    if stem in whole:
        return whole[stem]
    if final(stem) in (_B, 7, 19, 27) or stem == "르":
        return ""
    vowel = (ord(stem) - _BASE) // _FINALS % 21
    if final(stem):
        return stem + ("았" if vowel in (0, 8) else "었")
    return _with_final(stem, _SS) if vowel in (0, 1, 4, 5, 6) else ""
