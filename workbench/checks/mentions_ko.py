"""Reads the names of Korean with the morphemes of mecab-ko."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from workbench.checks.gazetteer import places
from workbench.checks.mentions import Mention, Part, Reading, listed
from workbench.checks.morphemes import parse, parse_ways
from workbench.checks.sounds import hangul, hanja, latin

_TITLES = (
    "씨|양|군|님|옹|여사|대통령|총리|수상|장관|차관|의원|대표|위원장|위원|주석|국가주석|총서기|서기장|"
    "회장|사장|부사장|부장|과장|국장|소장|원장|교장|교수|박사|선생님|선생|기자|감독|선수|코치|판사|검사|"
    "변호사|의사|목사|신부|스님|시장|지사|군수|대사|장군|대장|중장|준장|대령|중령|소령|대위|중위|하사|병장|"
    "상병|일병|소방장|경감|경위|선장|기장|비서관|대변인|부인|왕|여왕|왕자|공주|할머니|할아버지|아저씨|당선자|피고인|피고"
)
_TITLE = re.compile(
    rf" ?(?:전 |현 |부)?(?:{_TITLES})(?![가-힣])"
    rf"| (?!씨[^은는가를의와도에])(?:전 |현 |부)?(?:{_TITLES})(?=[가-힣]{{1,4}}(?![가-힣]))"
)
_CALLS = frozenset({"씨", "양", "군", "옹"})
_AGE = re.compile(r"\s?(?:씨|양|군|옹)?\((?:\d{1,3}|[·, ]*\d{1,3}[^()]{0,12})\)")
_RUN = re.compile(r"[가-힣]+")
_HAN = re.compile(r"[一-鿿]{2,}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.&'’-]*[A-Za-z0-9]")
_FAMILIES = listed(
    "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 유 전 홍 고 문 양 손 배 백 허 "
    "남 심 노 하 곽 성 차 주 우 구 민 나 진 지 엄 채 원 천 방 공 현 함 변 염 여 추 도 소 석 "
    "선 설 마 길 연 위 표 명 기 반 왕 금 옥 육 인 맹 제 모 탁 국 어 은 편 용 리 림 목 갈 봉 "
    "예 경 부 복 태 형 좌 빈 단 두 피 감 온 평 라 량 황보 남궁 제갈 선우 독고 사공 서문"
)
# Before a title these are no names: 그 대통령, 주인 할머니.
_COMMON = listed(
    "그 이 저 한 두 세 네 전 현 새 부 총 주인 동네 옆집 이웃 어느 우리 당시 담당 해당 미국 "
    "남측 북측 여성 남성 시장 신임 전임 후임 차기 역대 주 국가 조선 인민 미 중 일 노 외 친 "
    "큰 작은 첫 모든 각 여 남 젊은 늙은 같은 다른 아주 옛 교 학 원 고 수 사 명 대 본 제 내 "
    "아 어 오 좀 안 못 더 또 왜 참"
)

# Places that are mostly other words: 조선업 is shipbuilding.
_DOUBTFUL = listed(
    "조선 내부 하계 남북 내정 내리 상계 이란 부처 무한 가자 내장 구석 영구 정수 원소 경사 분당 "
    "상수 내의 내각 내라 선장 건지 장수 동구 서구 남구 북구 인도 희곡 합금 대원 현내 도내 남해 "
    "내구 고지 기도 성화 화산 연대 보라 태생 남긴 감돈 아이도 대구 고시 이사 세종 선전 저장 고려 "
    "개성 동경 시안 용인 당대 원대 국방부 대북 신장 원조 일산 천진 유구 소주 성도 영구"
)

_UNKNOWN = frozenset({"NNP", "UNKNOWN"})
_VERBAL = frozenset({"MM", "MAG", "MAJ", "VV", "VA", "NP", "NR", "IC", "VX"})  # begin no name
_COMMON_LENGTH = 3  # syllables; longer names are foreign, and made of common nouns by chance
_CHANCE = 2  # syllables of verbs and adverbs that sound like a name by chance
_CLOSED = frozenset({"VCP", "VCN", "XSV", "XSA", "XSN"})
_EMPTY = listed(
    "것 거 게 수 때 등 데 뿐 바 줄 채 적 듯 만큼 때문 번 년 월 일 명 개 분 전 후 따름 터"
)
_ENDINGS = frozenset({"VCP", "XSN", "NNB"})
_TAIL = re.compile(
    r"(?:씨|시|현|군|구|도|성|주|섬|산|강|역|읍|면|동|리|반도|자치구|대학|대|인|족|파|어|교|계|제|산|발)?(?:들|측)?"
    r"(?:은|는|이|가|을|를|의|와|과|도|에|에서|에게|에겐|으로|로|만|까지|부터|보다|처럼|이다|다|이라|라|이라는|라는|"
    r"이란|란|며|이며|고|이고|께서|께|한테|이랑|랑|이나|나|에는|에도|에서는|에서도|로부터|에서의|로서|이었다|였다|인)?"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One morpheme: its place in the text, tag and sense (인명, 지명)."""

    start: int
    end: int
    tag: str
    sense: str


def read(text: str) -> Reading:
    """Return the names of a Korean text."""
    tokens = _tokens(text)
    found = _titled(text, tokens)
    taken = [(m.start, m.end) for m in found]
    for mention in (*_placed(text, tokens), *_proper(text, tokens), *_latin_names(text)):
        if not any(start < mention.end and mention.start < end for start, end in taken):
            found.append(mention)
            taken.append((mention.start, mention.end))
    found.sort(key=lambda mention: mention.start)
    return Reading(tuple(found))


def windows(text: str) -> list[Part]:
    """Return the stretches from each morpheme on, and of neighbouring words."""
    return _windows(text, _tokens(text))


@lru_cache(maxsize=8)
def _tokens(text: str) -> list[Token]:
    return [Token(m.start, m.end, *m.features[:2]) for m in parse(text, "ko")]


def _titled(text: str, tokens: list[Token]) -> list[Mention]:
    """Return the names before a title or an age: 한미옥 씨, 마리아 산토스(54)."""
    found: list[Mention] = []
    starts = {token.start: token for token in tokens}
    ends = {token.end: token for token in tokens}
    runs = list(_RUN.finditer(text))
    for index, run in enumerate(runs):
        end = _name_end(text, run)
        if not end:
            continue
        name = text[run.start() : end]
        if (name in _COMMON and text[end : end + 2] != " 씨") or not _is_name(
            text, run, end, starts, ends
        ):
            continue
        first = index
        while first and index - first < 3 and _is_before(text, runs[first - 1], runs[first], ends):
            first -= 1
        words = [r.span() for r in runs[first:index]] + [(run.start(), end)]
        sure = len(words) > 1 or _is_sure(text, run.start(), end, starts, ends)
        found.append(Mention("person", _split(text, words), sure))
    return found


def _name_end(text: str, run: re.Match[str]) -> int:
    """Return where the name in a run ends that a title or age follows, else 0."""
    if run[0] in _CALLS and text[run.start() - 1 : run.start()] == " ":
        return 0
    if _AGE.match(text, run.end()):
        return run.end()
    if _TITLE.match(text, run.end()) and text[run.end() : run.end() + 1] == " ":
        return run.end()
    glued = re.search(r"(?:씨|군|양|옹)$|(?:대통령|총리|장관|의원|대표|위원장|교수|기자|감독|회장)"
                      r"(?=[은는이가의을를도와과]?$)", run[0])  # fmt: skip
    if glued and glued.start() in (3, 4) and run[0][:1] in _FAMILIES:
        return run.start() + glued.start()
    return 0


def _is_name(
    text: str, run: re.Match[str], end: int, starts: dict[int, Token], ends: dict[int, Token]
) -> bool:
    """Tell a name from a noun before a title: 한미옥 씨, but not 미국 대통령."""
    name = text[run.start() : end]
    first, last = starts.get(run.start()), ends.get(end)
    if (name in _FAMILIES and text[end : end + 2] != " 의") or name + text[
        end : end + 2
    ] == "이 씨":
        return True
    if name not in places("ko") and _AGE.match(text, end) and text[end : end + 2] == " 씨":
        return True
    if name in places("ko") or (last and last.tag[:1] in {"J", "E", "M"}) or name[-1:] == "들":
        return False
    if "씨" in text[end : end + 2]:
        return True
    if first and first.tag == "NNP" and last and last.tag in {"NNP", "NNG"}:
        return first.sense == "인명" or last.sense == "인명" or _is_full(name)
    whole = first is not None and first.end == end
    return not whole and _is_full(name)


def _is_sure(
    text: str, start: int, end: int, starts: dict[int, Token], ends: dict[int, Token]
) -> bool:
    """Tell a name from words that only look like one before a title: 최연소 시장, 꽃 씨."""
    first, last = starts.get(start), ends.get(end)
    titled = text[end : end + 2] == " 씨" or _AGE.match(text, end) is not None
    if first and last and first.tag == last.tag == "NNG" and not _AGE.match(text, end):
        return min(first.end - first.start, last.end - last.start) < 2
    if titled and (_is_full(text[start:end]) or text[start:end] in _FAMILIES):
        return True
    if first is not None and first.end == end and first.tag == "NNG":
        return False
    return titled or any(token is not None and token.tag == "NNP" for token in (first, last))


def _is_full(name: str) -> bool:
    """Tell a family name with a given name of two syllables."""
    return len(name) == 3 and name[0] in _FAMILIES


def _is_before(
    text: str, word: re.Match[str], following: re.Match[str], ends: dict[int, Token]
) -> bool:
    """Tell whether a word belongs to the name that follows: 마리아 산토스."""
    last = ends.get(word.end())
    if text[word.end() : following.start()] != " " or last is None or last.tag not in _UNKNOWN:
        return False
    return word[0] not in places("ko") and len(word[0]) > 1


def _split(text: str, words: list[tuple[int, int]]) -> tuple[Part, ...]:
    """Return the parts of a name; a Korean one of three syllables is family and given name."""
    if len(words) == 1 and words[0][1] - words[0][0] in (3, 4):
        start, end = words[0]
        size = 2 if text[start : start + 2] in _FAMILIES and end - start == 4 else 1
        if text[start : start + size] in _FAMILIES and end - start - size == 2:
            words = [(start, start + size), (start + size, end)]
    return tuple(Part(start, end, _ways(text[start:end])) for start, end in words)


_SUFFIX = re.compile(
    r"(?<=[가-힣]{2})(?:현|반도|시|군|구|도|산|강|섬|역|부|주|성|만|해|읍|면|동|리|항|호)$"
)


def _ways(word: str) -> tuple[str, ...]:
    return tuple(way for way in (hangul(word),) if way)


def _placed(text: str, tokens: list[Token]) -> list[Mention]:
    """Return the places of the gazetteer that begin a word."""
    found: list[Mention] = []
    known = places("ko")
    for run in _RUN.finditer(text):
        heads = {t.start for t in tokens if run.start() <= t.start < run.end()} | {run.start()}
        for start in sorted(heads):
            sizes = range(min(8, run.end() - start), 1, -1)
            size = next((n for n in sizes if text[start : start + n] in known), 0)
            inside = [t for t in tokens if start <= t.start and t.end <= start + size]
            if inside and inside[-1].end == start + size and inside[0].start == start:
                name = text[start : start + size]
                beside = bool(found) and text[found[-1].end : start] == " "
                proper = any(t.tag == "NNP" for t in inside)
                proper = proper or (inside[0].tag == "NNG" and (beside or _is_where(text, inside)))
                sure = proper and name not in _DOUBTFUL
                if sure or (len(inside) > 1 and start == run.start()):
                    part = Part(start, start + size, _ways(name))
                    found.append(Mention("place", (part,), sure, known[name]))
    return found


def _is_where(text: str, tokens: list[Token]) -> bool:
    """Tell a noun of which something is said to happen there: 통영에서."""
    return len(tokens) == 1 and text.startswith("에서", tokens[0].end)


def _proper(text: str, tokens: list[Token]) -> list[Mention]:
    """Return the proper nouns, with the given name that follows a family name."""
    found = []
    skip = 0
    for index, token in enumerate(tokens):
        if token.tag != "NNP" or token.sense not in {"인명", "지명"} or token.start < skip:
            continue
        words = [(token.start, token.end)]
        for other in tokens[index + 1 : index + 3]:
            gap = text[words[-1][1] : other.start]
            if other.tag != "NNP" or other.sense != token.sense or gap not in {"", " ", "·"}:
                break
            words.append((other.start, other.end))
        skip = words[-1][1]
        if skip - words[0][0] > 1:
            kind = "person" if token.sense == "인명" else "place"
            whole = [(words[0][0], skip)] if all(b - a < 3 for a, b in words) else words
            word = text[words[0][0] : skip]
            alone = not _is_inside(text, index, skip, tokens)
            alone = alone and not is_common(word)
            sure = (
                alone
                and word not in _DOUBTFUL
                and (kind == "place" or len(words) > 1 or len(word) > 2)
            )
            parts = _split(text, whole) if kind == "person" else (_stem(text, words[0][0], skip),)
            found.append(Mention(kind, parts, sure))
    return found


@lru_cache(maxsize=4096)
def is_common(word: str) -> bool:
    """Tell a name of the dictionary that may be made of common nouns: 도지사."""
    if len(word) > _COMMON_LENGTH:
        return False
    for path in parse_ways(word, "ko", 6):
        tags = [features[0] for _, features in path]
        sizes = [len(surface) for surface, _ in path]
        if tags and set(tags) <= {"NNG", "XSN", "XPN", "NNB", "MM"} and max(sizes) > 1:
            return True
    return False


def _is_inside(text: str, index: int, end: int, tokens: list[Token]) -> bool:
    """Tell a piece of a longer noun from a name: 크라우드펀딩, 탈북민."""
    start = tokens[index].start
    head = bool(start and _RUN.fullmatch(text[start - 1]))
    after = next((t for t in tokens[index:] if t.start == end), None)
    return head or (after is not None and after.tag == "NNG" and after.end - after.start > 1)


def _stem(text: str, start: int, end: int) -> Part:
    """Return a place without what it is: 시마네 of 시마네현. Its sound may also be the whole."""
    word = text[start:end]
    stem = _SUFFIX.sub("", word)
    return Part(start, start + len(stem), tuple(dict.fromkeys((*_ways(stem), *_ways(word)))))


def _latin_names(text: str) -> list[Mention]:
    return [
        Mention("name", (Part(*m.span(), (latin(m[0]),)),), False, places("en").get(m[0]))
        for m in _LATIN.finditer(text)
        if m[0][0].isupper()
    ]


def _windows(text: str, tokens: list[Token]) -> list[Part]:
    """Return stretches of one to eight syllables from each morpheme, and of up to four words."""
    found: dict[tuple[int, int], Part] = {}
    runs = [run.span() for run in _RUN.finditer(text)]
    heads = {token.start for token in tokens if not _is_function(text, token)}
    closed = {token.start for token in tokens} - heads
    verbal = {token.start for token in tokens if token.tag.partition("+")[0] in _VERBAL}
    tails = {token.start for token in tokens if token.tag[:1] == "J" or token.tag in _ENDINGS}
    for start, end in runs:
        starts = {place for place in range(start, min(end, start + 40)) if place in heads}
        starts |= {start, min(start + 1, end - 1), min(start + 2, end - 1)} - closed
        for first in starts:
            for last in range(first + 1, min(first + 8, end) + 1):
                rough = first != start or not _ends(text, last, end, tails)
                rough = rough or (start in verbal and last - start <= _CHANCE)
                found[first, last] = Part(first, last, _ways(text[first:last]), rough)
    for index, (start, _) in enumerate(runs):
        for count in (1, 2, 3) if start not in closed else ():
            if index + count < len(runs) and _is_spaced(text, runs[index : index + count + 1]):
                last_start, last_end = runs[index + count]
                for last in range(last_start + 1, min(last_start + 7, last_end) + 1):
                    rough = last_start in verbal or not _ends(text, last, last_end, tails)
                    found[start, last] = Part(start, last, _ways(text[start:last]), rough)
    for match in _HAN.finditer(text):
        found[match.span()] = Part(*match.span(), _ways(hanja(match[0])))
    for word in _LATIN.finditer(text):
        found[word.span()] = Part(*word.span(), (latin(word[0]),))
    return [part for part in found.values() if part.sounds]


def _is_function(text: str, token: Token) -> bool:
    """Tell a particle, an ending or a noun without a meaning of its own: no name begins there."""
    head = token.tag.partition("+")[0]
    if head == "NNB":
        return text[token.start : token.end] in _EMPTY
    return head in _CLOSED or (head[:1] in "JE" and token.end - token.start > 1)


def _ends(text: str, place: int, end: int, tails: set[int]) -> bool:
    """Tell whether a name may end here: at the end of a word, before a particle or a suffix."""
    return place == end or place in tails or _TAIL.fullmatch(text, place, end) is not None


def _is_spaced(text: str, runs: list[tuple[int, int]]) -> bool:
    """Tell whether one space or dot parts each of the words, none of which is long."""
    gaps = [text[a[1] : b[0]] for a, b in pairwise(runs)]
    return all(gap in {" ", "·", "-"} for gap in gaps) and all(b - a < 8 for a, b in runs[:-1])
