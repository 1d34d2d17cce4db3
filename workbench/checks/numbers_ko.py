"""Reads the numbers of Korean text: digits with 만억조, 할, native and Sino-Korean numerals.

To teach it a counter, add it to _NATIVE_COUNTERS or _SINO_COUNTERS.
"""

import re
from collections.abc import Iterator
from fractions import Fraction

from workbench.checks.quantities import (
    DIGITS,
    HANGUL,
    Quantity,
    QuantityKind,
    and_a_half,
    blank,
    clock,
    mask,
    percentage,
    read_roman,
    short_year,
    soft_words,
)

_START = r"(?<![가-힣0-9])"
# 1억 2천만 and 3만 5000 are one number; 5만 3명 is two.
_JOIN = (
    rf"(?:(?<=[만억조경]) (?={DIGITS}[십백천만억]|[0-9]{{4}}(?![0-9])"
    r"|[0-9],[0-9]{3}(?![0-9,])))?+"
)
_NUMERAL = re.compile(
    rf"{DIGITS}(?:{_JOIN}(?:{DIGITS}|[십백천만억조]|경(?![가-힣])|경(?=여?원|[0-9])))*+"
)
_FRACTION = re.compile(
    rf"(?<![0-9])({DIGITS}[십백천만억]?|[이삼사오육칠팔구십백]{{1,3}}+)"
    rf"분의 ?({DIGITS}|[일이삼사오육칠팔구])"
)
_AVERAGE = re.compile(r"([0-9]{1,2})할 ?([0-9])푼(?: ?([0-9])리)?")
# Days that name an event: 6·25 is the Korean War, 3·1 the movement of 1919.
_NAMED_DAYS = re.compile(
    r"(?<![0-9])(?:3·1|4·3|4·19|5·16|5·18|6·10|6·15|6·25|8·15|9·11|9·19|10·26|12·3|12·12)(?![0-9])"
)
_SECONDS = re.compile(r"(?<![0-9])([0-9]{1,3})초 ?([0-9]{1,3})(?![0-9])")
_ERA = re.compile(rf"(메이지|다이쇼|쇼와|헤이세이|레이와) ?({DIGITS}|원)년")
_ERA_START = {"메이지": 1867, "다이쇼": 1911, "쇼와": 1925, "헤이세이": 1988, "레이와": 2018}

_IDIOMS = re.compile(
    rf"{_START}(?:만일|만약|천만에|"
    "천만다행|백일장|일이삼|사오정|열대|열차|열기|열전|세계|"
    "세상|(?<![한두세네] )세대|세력|세금|세월|네트|두산|오일장|천년만년|삼계탕|사이|이사|조사|오조)"
)
_TENS = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70,
    "여든": 80, "아흔": 90,
}  # fmt: skip
_ONES = {
    "하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "석": 3, "서": 3, "넷": 4, "네": 4,
    "넉": 4, "다섯": 5, "닷": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}  # fmt: skip
_NATIVE = re.compile(
    rf"{_START}(?:({'|'.join(_TENS)}) ?({'|'.join(_ONES)})?|({'|'.join(_ONES)}))"
    r"(?: ?(?=[가-힣])|(?![가-힣]))"
)
_NATIVE_COUNTERS = re.compile(
    " ?(?:명|사람|분|살|개|번|마리|권|대|장|채|잔|병|시|"
    "달|해|가지|곳|군데|쌍|켤레|벌|송이|그루|자루|통|발|"
    "차례|배|줄|갈래|척|편|곡|판|끼|모금|조각|토막|방울|"
    "걸음|마디|건|종|팀|나라|집|도시|학교|아이|형제|"
    "자매|남매|딸|아들|포기|알|돌|층|칸|바퀴|주|째|가구|"
    "가족|세대|큰술|작은술|스푼|컵|동|문장|줄기|글자|자리|단어|방|골|경기|"
    "여 ?명|여 ?년|학생|여성|남성|남자|여자|점|차|선수|"
    "후보|의원|정상|기관|회사|업체|부처|정당|마을|척)"
)
# 세번 is written without a space, 세상 and 서명 are no numbers.
_COUNTED_CLOSE = re.compile(
    "(?<=[한두세네열무])(?:번|명(?!령|세|의)|살|끼|개|가지|차례|배|달|시간)"
)
_PARTICLE = re.compile("이|로|만|을|은|으로|과|도|의|중|째|[^가-힣]|\\Z")
_YOURS = re.compile(
    " (?:편|차례|나라|집|방|아이|딸|아들|가족|글자|형제|팀|판|잔|자리|점|회사)"
)  # 네 is also "your"
# The pair just spoken of, both hands, never again: 두 사람, 둘, 두 손, 두 번 다시.
_BOTH = re.compile("둘|두 ?(?:사람|나라|번 다시|손|팔|발|눈|귀|어깨|다리)")
_DISTINCT = re.compile("다섯|여섯|일곱|여덟|아홉|스물|서른|마흔|예순|일흔|여든|아흔")

_SINO_COUNTERS = re.compile(
    " ?(?:년|월|일|개월|주|세|살|층|번|위|차|시|분|초|"
    "원|명|개|회|배|대|호|퍼센트|프로|미터|킬로|센티|톤|"
    "그램|리터|달러|엔|유로|장|권|석|선|연승|연패|개국|여 ?년|"
    "여 ?명|할|도|점|인|건|곳|마리|평|리|가지|"
    "척|발|세기|주년|학년|반|항|장|포인트|가구|통|형제|자매|남매)"
)
_SINO_SIGNS = "[일이삼사오육륙칠팔구영공십백천만억조]"
_SINO = re.compile(rf"{_START}{_SINO_SIGNS}++(?:(?<=[만억조]) {_SINO_SIGNS}{{2,}}+)*+")
_SINO_MONTH = re.compile(rf"{_START}(삼|사|오|유|칠|팔|구|시|십일|십이)월(?![가-힣]*요일)")
_MONTHS = {
    "삼": 3, "사": 4, "오": 5, "유": 6, "칠": 7, "팔": 8, "구": 9, "시": 10, "십일": 11, "십이": 12,
}  # fmt: skip

_DAYS = {
    "이틀": 2, "사흘": 3, "나흘": 4,
    "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9, "열흘": 10,
    "열하루": 11, "열이틀": 12, "열사흘": 13, "열나흘": 14, "열닷새": 15, "스무날": 20,
}  # fmt: skip
_DAY = re.compile(rf"{_START}(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})")
_SOFT_WORDS = soft_words(
    {
        "재작년": (2,), "그저께": (2,), "그제": (2,), "엊그제": (2,), "하루": (1,),
        "보름": (15,), "양국": (2,), "양측": (2,), "양쪽": (2,), "양사": (2,), "양팀": (2,),
        "양": (2,), "쌍둥이": (2,), "부부": (2,), "절반": (Fraction(1, 2), 50),
        "반년": (6, Fraction(1, 2)), "반세기": (50,), "반나절": (6, Fraction(1, 2)),
        "반달": (15,), "반": (Fraction(1, 2), 30), "정오": (12,), "자정": (0, 12, 24),
        "첫": (1,), "첫째": (1,), "둘째": (2,), "셋째": (3,), "넷째": (4,), "두어": (2,),
        "한두": (1, 2), "두세": (2, 3), "두서너": (2, 3), "서너": (3, 4), "너댓": (4, 5),
        "네댓": (4, 5), "네다섯": (4, 5), "대여섯": (5, 6), "예닐곱": (6, 7),
        "일고여덟": (7, 8), "환갑": (60,), "칠순": (70,), "팔순": (80,), "구순": (90,),
        "더블": (2,), "트리플": (3,), "제로": (0,), "단둘": (2,), "2차대전": (2,), "세쌍둥이": (3,),
        "사계절": (4,), "사방": (4,), "삼각": (3,), "세로": (3,), "십여": (10,), "분기": (4,),
        "다스": (12,), "반 다스": (6,),
        "스무남은": (20,), "십대": (10,), "이십대": (20,), "삼십대": (30,), "사십대": (40,),
        "제3자": (3,), "제3국": (3,),
        "이중": (2,), "삼중": (3,), "양자": (2,), "갑절": (2,), "삼륜": (3,), "일석이조": (2, 1),
        "띠동갑": (12,), "입체": (3,), "차녀": (2,), "차남": (2,), "미수": (88,),
        "고희": (70,), "희수": (77,), "백수": (99,), "투아웃": (2,), "원아웃": (1,),
        "형제": (2,), "자매": (2,), "남매": (2,),
        "사륜": (4,), "이륜": (2,),
        "곱절": (2,), "두배": (2,),
    },
    _START + "{}",
)  # fmt: skip

_KINDS: tuple[tuple[re.Pattern[str], QuantityKind], ...] = (
    (re.compile(" ?년(?!간|째|차|생| ?전| ?뒤| ?후| ?만| ?동안)"), "year"),
    (re.compile(" ?월"), "month"),
    (re.compile(" ?일(?!간|째| ?전(?![가-힣])| ?전[에의까부]| ?뒤| ?후| ?만| ?동안)"), "day"),
    (re.compile(" ?시(?!간)"), "time"),
    (re.compile(" ?(?:세(?!기)|살)"), "age"),
    (re.compile(" ?(?:%|퍼센트|프로|포인트)"), "percent"),
    (re.compile(" ?(?:원|달러|엔|유로|위안|파운드)"), "money"),
    (re.compile(" ?(?:번째|위|번|째)"), "ordinal"),
)
_HALF = re.compile(" ?[가-힣]{1,3} 반(?![가-힣]{2})|년반")
# 3조 원 is an amount; 제7조 is an article and 2인 1조 a team.
# Tens of thousands of something: 수만 명, not 할 수만 있다면.
_HUNDREDS = re.compile(
    r"(?<![가-힣0-9])(수|몇) ?([십백천만억조]{2,}|[십백천억]|만(?= ?(?:명|원|엔|달러|년|개|건|대"
    r"|장|가구|톤|마리|권|채|척|그루|킬로|㎞|km|㎡|t))|조(?= ?(?:원|엔|달러|위안|유로)))"
)
_MONEY = re.compile("여? ?(?:원|달러|엔|유로|위안|[0-9])")
_DOZEN = re.compile(" ?(?:다스|타스)")
_VAGUE = re.compile(r"(?:수|몇|수 |몇 )\Z")


def read(text: str) -> Iterator[Quantity]:
    """Yield the numbers of folded Korean text, in no fixed order."""
    for reader in (_read_named_days, _read_eras, _read_averages, _read_fractions, _read_seconds):
        found = list(reader(text))
        yield from found
        text = blank(text, found)
    yield from _SOFT_WORDS(text)
    yield from read_roman(text)
    yield from _read_days(text)
    yield from _read_hundreds(text)
    text = mask(_IDIOMS, text)
    yield from _read_native(text)
    yield from _read_sino(text)
    for match in _NUMERAL.finditer(text):
        value = HANGUL.compose(match[0])
        if value is not None:
            yield _with_kind(text, match, value)


def _read_named_days(text: str) -> Iterator[Quantity]:
    for event in _NAMED_DAYS.finditer(text):
        for match in re.finditer("[0-9]+", event[0]):
            start, end = event.start() + match.start(), event.start() + match.end()
            yield Quantity(Fraction(match[0]), "word", start, end, match[0], True)


def _read_seconds(text: str) -> Iterator[Quantity]:
    for match in _SECONDS.finditer(text):
        value, units = Fraction(f"{match[1]}.{match[2]}"), frozenset({"second"})
        yield Quantity(value, "number", *match.span(), match[0], units=units)


def _read_eras(text: str) -> Iterator[Quantity]:
    for match in _ERA.finditer(text):
        count = Fraction(1) if match[2] == "원" else HANGUL.compose(match[2])
        if count is not None:
            year = _ERA_START[match[1]] + count
            yield Quantity(year, "year", *match.span(), match[0], also=frozenset({count}))


def _read_averages(text: str) -> Iterator[Quantity]:
    for match in _AVERAGE.finditer(text):
        value = Fraction(match[1]) * 10 + Fraction(match[2]) + Fraction(match[3] or 0) / 10
        yield Quantity(value, "percent", *match.span(), match[0], also=percentage(value))


def _read_fractions(text: str) -> Iterator[Quantity]:
    return HANGUL.fractions(_FRACTION, text)


def _read_days(text: str) -> Iterator[Quantity]:
    for match in _DAY.finditer(text):
        days, units = Fraction(_DAYS[match[0]]), frozenset({"day"})
        said = (
            text[max(0, match.start() - 2) : match.start()].strip()[-1:] == "일"
        )  # 9, 10일 이틀간
        yield Quantity(days, "number", *match.span(), match[0], said, units=units)
    for match in _SINO_MONTH.finditer(text):
        value = Fraction(_MONTHS[match[1]])
        yield Quantity(value, "month", *match.span(), match[0], soft=len(match[1]) == 1)


def _read_hundreds(text: str) -> Iterator[Quantity]:
    for match in _HUNDREDS.finditer(text):
        value = HANGUL.compose(match[2])
        if value is not None:
            yield Quantity(value, "number", *match.span(), match[0], match[1] == "몇")


def _read_native(text: str) -> Iterator[Quantity]:
    for match in _NATIVE.finditer(text):
        value = Fraction(_TENS.get(match[1], 0) + _ONES.get(match[2] or match[3], 0))
        words = match[0].rstrip()
        end = match.start() + len(words)
        firm = _is_firm(text, match, words, end)
        if dozen := _DOZEN.match(text, end):
            words = text[match.start() : dozen.end()]
            yield Quantity(value * 12, "number", match.start(), dozen.end(), words, scale=12)
        elif firm or words not in {"서", match[0]}:  # 서 있다 is to stand
            soft = not firm or value == 1 or (value == 2 and bool(_BOTH.match(text, match.start())))
            kind: QuantityKind = "number" if firm else "word"
            yield Quantity(value, kind, match.start(), end, words, soft)


def _is_firm(text: str, match: re.Match[str], words: str, end: int) -> bool:
    """Tell whether native words are surely a number: 다섯, 세 명, 셋이; not 세 in 세 들다."""
    if _DISTINCT.search(words) or (match[1] and match[2] and words != "열세"):
        return True
    if words in {"둘", "셋", "넷", "쉰"}:
        return _PARTICLE.match(text, end) is not None
    if words == "네" and _YOURS.match(text, end):
        return False
    counters = _COUNTED_CLOSE if words == match[0] else _NATIVE_COUNTERS
    return counters.match(text, end) is not None


def _read_sino(text: str) -> Iterator[Quantity]:
    for match in _SINO.finditer(text):
        run, end = match[0], match.end()
        spaced = text.startswith(" ", end)
        counted = _SINO_COUNTERS.match(text, end) is not None
        plain = len(run) > 1 and not set(run) & set("십백천만억")
        if not counted or plain or run in {"이", "일", "조", "공", "영", "억"}:
            continue
        value = HANGUL.compose(run)
        if value is not None and value > 0:
            if len(run) == 1 and (not spaced or run == "사") and run not in "십백천만":
                continue  # 사건 and 이번 are words, and so is 사 주다
            soft = not spaced or (len(run) == 1 and run not in "십백천") or value <= 2
            kind: QuantityKind = "word" if soft else "number"
            yield Quantity(value, kind, *match.span(), run, soft)


def _with_kind(text: str, match: re.Match[str], value: Fraction) -> Quantity:
    run, start, end = match[0], *match.span()
    if dozen := _DOZEN.match(text, end):
        return Quantity(value * 12, "number", start, dozen.end(), run + dozen[0], scale=12)
    if text.startswith("할", end):
        share = percentage(value * 10) | {value}
        return Quantity(value * 10, "percent", start, end + 1, run + "할", also=share)
    kind: QuantityKind = next(
        (kind for pattern, kind in _KINDS if pattern.match(text, end)), "number"
    )
    also = and_a_half(value) if _HALF.match(text, end) else frozenset[Fraction]()
    if kind == "year" or text.startswith(("년", " 년"), end):
        also |= short_year(value, run)
    elif kind == "time":
        also |= clock(value)
    elif kind == "percent":
        also |= percentage(value)
    elif run.endswith("조") and not _MONEY.match(text, end):
        value, also = value / 10**12, frozenset({value})
    soft = _is_soft(text, match, value, kind)
    return Quantity(value, kind, start, end, run, soft, also, HANGUL.scale(run))


def _is_soft(text: str, match: re.Match[str], value: Fraction, kind: QuantityKind) -> bool:
    """Tell whether a translation may leave the number out: 1위, 2명, 6·25."""
    if _VAGUE.search(text[max(0, match.start() - 2) : match.start()]):
        return True
    if kind == "day" and text[max(0, match.start() - 2) : match.start()].strip()[-1:] == "월":
        return False
    if value <= 1:
        if kind == "age":
            return value < 1
        return kind not in {"percent", "month"} and value.denominator == 1
    if value <= 4 and text.startswith(("번 타자", "심", "국", "자", "군", "박"), match.end()):
        return True
    return value == 2 and text.startswith(("명", "인", "사람", " 명", " 사람", "위"), match.end())
