"""Tells the Korean speech level of a sentence by its ending. To teach it one, add it to _ENDINGS.

The levels are those of the school grammar (국립국어원, 표준국어문법론): 합쇼체, 해요체,
하오체, 하게체, 해체 and 한다체, to which the 해라체 of speech belongs. Nouns and connectives
tell none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from workbench.checks.morphemes import Morpheme, parse
from workbench.checks.quotes import Quotation, read_quotations
from workbench.types import Span

POLITE = frozenset({"합쇼체", "해요체"})
PLAIN = frozenset({"해체", "한다체"})

_M = "[가-힣]"
_HANGUL = re.compile(_M)
# A syllable that ends in ㅂ or ㄴ: 합니다 is polite, 아니다 is not; 한다, 큰가.
_WITH_P = "[" + "".join(chr(0xAC00 + i) for i in range(17, 11172, 28)) + "]"
_WITH_N = "[" + "".join(chr(0xAC00 + i) for i in range(4, 11172, 28)) + "]"
_WITH_SS = "[" + "".join(chr(0xAC00 + i) for i in range(20, 11172, 28)) + "]"
# The first that fits is taken; a level of "" says that the ending tells none.
_ENDINGS = tuple(
    (level, re.compile(f"(?:{pattern})$"))
    for level, pattern in (
        ("합쇼체", f"{_WITH_P}니(?:다|까)(?:만)?|{_WITH_P}시다|십시[오요]|올시다|나이다|소서"),
        ("", f"{_M}(?:필|수|중|주|개|동|강|소|민|담|긴|월|일)요|^(?:필|수|중|주|개|동|강|민|담)요"),
        ("해요체", "요|죠|쥬"),
        ("하오체", f"(?:{_WITH_SS}|[있없같좋싫많])소|하오|이오|시오|구려|[으]오"),
        ("하게체", "(?:하|가|오|보|먹|자)세|(?:하|보|있|주|먹)게나|구먼|(?:하|이)ㄹ세|일세"),
        ("", "니까|면서|으며|지만|[가-힣]고서|도록|때문|대로|동안|만큼"),
        ("한다체", "다"),
        ("한다체", f"(?:{_WITH_SS}|않)[나냐니]|(?:는|은|던|인|{_WITH_N})가|느냐|[으이]냐|구나"),
        ("한다체", "(?:하|[어아여해가와봐마말달])라|[으이]라|려무나|으렴|거라|너라|[가하먹두보]자"),
        ("한다체", "(?:듣|있|없|하|가|오|먹|보)니"),
        ("해체", f"{_WITH_SS}(?:어|지|네|거든|는데|군|을걸|더라|더군|대)|잖아|[이거]야|을게"),
        ("해체", "[해돼줘봐와가써져려워켜쳐둬놔꿔]|[하이]지|[는텐던]데|[하이없보르로싶]네"),
        ("해체", "^마|어때|그래|몰라|구만|[줄할갈볼]래|[할올갈줄]게|[올는]걸|거든|더라고|더[라군]"),
    )
)  # fmt: skip
# Words that end like a verb and are none.
_NOUNS = re.compile(
    "바다|소다|판다|캐나다|우간다|르완다|[가-힣]{0,4}(?:국가|작가|전문가|화가|여가|평가|휴가)"
    "|[다요가]|사해|동해|남해|서해|이해|피해|올해|새해|지난해|평화|기와"
)
_FUSED = re.compile(r"\+[어아]/EC")
_STOP = re.compile(r"[.。?？!！…]+[\"'”’」』)）\]]*(?=\s|$)|\n")
_TAIL = re.compile(r"(?:[^\w]|_)+$")
_PARENTHESIS = re.compile(r"\s*[(（][^()（）]*[)）]\W*$")
_WORDS = 60  # characters at the end of a sentence that are read


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of one sentence: its level ("" where it tells none) and its place in the text.

    quotation is the one that the sentence stands in, None for the text around quotations.
    """

    level: str
    span: Span
    quotation: Quotation | None = None


def endings(text: str) -> tuple[Ending, ...]:
    """Return the endings of the sentences of a Korean text and of its quotations, in order.

    A sentence that ends in a quotation has no ending of its own.

    >>> [(e.level, e.quotation is not None) for e in endings("그는 “무서웠어요”라고 말했다.")]
    [('해요체', True), ('한다체', False)]
    """
    quotations = read_quotations(text)
    outer = [quotation for quotation in quotations if quotation.depth == 1]
    found = [
        Ending(level_of(text[start:end]), _place(text, start, end), quotation)
        for quotation in outer
        for start, end in _sentences(text, *_inner(quotation))
    ]
    found += [
        Ending(level_of(text[start:end]), _place(text, start, end))
        for start, end in _around(text, outer)
    ]
    return tuple(sorted(found, key=lambda ending: ending.span))


@lru_cache(maxsize=4096)
def level_of(sentence: str) -> str:
    """Return the level of one sentence, "" where its end tells none (a noun, a connective).

    >>> [level_of(s) for s in ("건넜습니다.", "건넜어요.", "건넜어.", "건넜다.", "다리를 건넘")]
    ['합쇼체', '해요체', '해체', '한다체', '']
    """
    words = _TAIL.sub("", _PARENTHESIS.sub("", sentence[-_WORDS:]))
    last = words.rsplit(None, 1)[-1] if words.strip() else ""
    if not _HANGUL.match(last[-1:]) or _NOUNS.fullmatch(last):
        return ""
    for level, pattern in _ENDINGS:
        if pattern.search(last):
            return level
    return _by_morphemes(words)


def _by_morphemes(words: str) -> str:
    """Return the level of an ending that only its part of speech tells: 봤어 is one, 상어 none."""
    *_, last = [Morpheme(0, 0, "", ("",)), *parse(words, "ko")]
    form, tag = last.surface, last.features[0]
    # 움직여 is 움직이 and 어
    fused = tag.endswith("EC") and _FUSED.search(",".join(last.features))
    if not (tag.endswith("EF") or fused or (tag.endswith("EC") and form[-1:] in "어아지야")):
        return ""
    if not fused and form[-1:] in "다라자냐니나가":
        return "한다체"
    return "" if form[-1:] in "까기음" else "해체"


def _inner(quotation: Quotation) -> Span:
    start = quotation.start + bool(quotation.mark)
    return start, start + len(quotation.content)


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the places of the sentences between two offsets."""
    at = start
    for match in _STOP.finditer(text, start, end):
        if text[at : match.end()].strip():
            yield at, match.end()
        at = match.end()
    if text[at:end].strip():
        yield at, end


def _around(text: str, outer: list[Quotation]) -> Iterator[Span]:
    """Yield the ends of the sentences around quotations; what ends in one has none."""
    signs = list(text)
    for quotation in outer:
        signs[quotation.start : quotation.end] = "\0" * (quotation.end - quotation.start)
    plain = "".join(signs)
    for start, end in _sentences(plain, 0, len(plain)):
        last = max(start, plain.rfind("\0", start, end) + 1)
        if _HANGUL.search(plain, last, end):
            yield last, end


def _place(text: str, start: int, end: int) -> Span:
    """Return the place of the last word between two offsets, without what closes it."""
    words = _TAIL.sub("", text[start:end])
    return start + words.rfind(" ") + 1, start + len(words)
