"""Reads the names of Japanese with the morphemes and readings of MeCab and ipadic."""

import re
from dataclasses import dataclass
from functools import lru_cache

from workbench.checks.gazetteer import places
from workbench.checks.mandarin import mandarin, spelt
from workbench.checks.mentions import Mention, Part, Reading, joined, listed
from workbench.checks.morphemes import parse, parse_ways
from workbench.checks.sounds import hangul, hanja, kana, latin

_TITLES = listed(
    "氏 さん 様 さま 君 くん ちゃん 容疑者 被告 選手 監督 記者 博士 教授 准教授 首相 大統領 "
    "議員 知事 市長 村長 町長 社長 会長 委員長 書記 総書記 主席 大臣 外相 長官 大使 将軍 "
    "大佐 少佐 中佐 先生 牧師 神父 医師 弁護士 判事 検事 部長 課長 局長 所長 院長 校長 船長 "
    "機長 元帥 王 女王 殿下 陛下 夫人 嬢 夫妻 兄弟 姉妹 親方 棋士 九段 八段 前首相 元首相 "
    "副社長 教諭 伍長 軍曹 消防長 隊長 園長 館長 署長 団長 投手 捕手 内野手 外野手 女史 弁護人"
)
# Before さん these are no names: お母さん, 患者さん.
_COMMON = re.compile(
    r"[皆客奥娘息嫁婿母父兄姉弟妹孫親神猫犬医馬鹿王者家屋]|.*[者人員屋士師長客手様民官婦生]$|(?:お|ご)?"
    r"(?:みな|かみ|ばあ|じい|とう|かあ|にい|ねえ|まわり|巡査|大工|隣|親方|赤|婆|爺|坊)"
)
# No names: 元首相, 米大統領, ウォン.
_SHORT = listed(
    "ウォン ノーベル 夜の森 朝鮮 最高裁 高裁 地裁 海保 欧米 極東 北極 南極 日米 日韓 日中 米国 都内"
) | frozenset("両副故元前現新米日韓中英仏独露伊豪加印台朝")
# Places of the dictionary that are mostly other words: 黒木 is also unbarked wood.
_DOUBTFUL = listed(
    "大分 青山 山手 黒木 白板 二色 国中 館内 最高裁 高裁 地裁 上院 下院 海老天 村中 島中 家中 城内 "
    "東部 西部 南部 北部 小川 大川 北日本 西日本 東日本 中部 米子 地中 都内 元軍 三省 谷川 新田"
)
_HIRAGANA = re.compile("[ぁ-ゖ]")
_BODY = re.compile(r"..[庁省党社大局部会寺院軍隊駅署銀圏室団組連]$")  # 経企庁, 林野庁: bodies
_KATAKANA = re.compile(
    r"[ァ-ヺ][ァ-ヺー]+(?:[・＝=･][ァ-ヺ][ァ-ヺー]*){0,7}|[ァ-ヺ](?:[・＝=･][ァ-ヺ][ァ-ヺー]*){1,7}"
    r"|[ァ-ヺ](?=さん|氏|容疑者|被告)"
)
_QUOTED_KANA = re.compile(r"[「『“]([ぁ-ゖー]{2,8})[0-9０-９]?[」』”]")
_PIECE = re.compile(r"[ァ-ヺー]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z.&'’-]*[A-Za-z0-9]")
_HAN = re.compile(r"[一-鿿々]+")
_GLOSS = re.compile(r"[（(]([ァ-ヺー・＝ぁ-ゖ]+)[）)]")
_AGE = re.compile(r"[（(][0-9０-９一二三四五六七八九十〇]{1,4}[歳）)]")
_KINDS = {"人名": "person", "地域": "place", "組織": "organisation"}
_BRANCHES = {"人名", "地域"}


@dataclass(frozen=True, slots=True)
class Token:
    """One morpheme: its place in the text, its class, and its reading ("" where unknown)."""

    start: int
    end: int
    surface: str
    pos: tuple[str, ...]
    reading: str

    @property
    def noun(self) -> bool:
        """Tell nouns and prefixes, of which names are made."""
        return self.pos[0] in {"名詞", "接頭詞"} and self.pos[1] not in {"数", "非自立", "代名詞"}

    @property
    def proper(self) -> str:
        """Return 人名, 地域, 組織 or 一般 for a proper noun, else ""."""
        return self.pos[2] if self.pos[1] == "固有名詞" else ""


def read(text: str) -> Reading:
    """Return the names of a Japanese text."""
    tokens = _tokens(text)
    glosses = {m.start(): m for m in _GLOSS.finditer(text)}
    found = [*_katakana_names(text, tokens, glosses), *_latin_names(text)]
    taken = [(m.start, m.end) for m in found] + [m.span() for m in glosses.values()]
    found.extend(_kanji_names(text, tokens, glosses, taken))
    found.sort(key=lambda mention: mention.start)
    return Reading(tuple(found))


def windows(text: str) -> list[Part]:
    """Return the stretches of nouns, katakana and kanji in which a name may stand."""
    return _windows(text, _tokens(text))


@lru_cache(maxsize=8)
def _tokens(text: str) -> list[Token]:
    return [
        Token(m.start, m.end, m.surface, m.features, m.features[7] if len(m.features) > 7 else "")
        for m in parse(text, "ja")
    ]


def _katakana_names(
    text: str, tokens: list[Token], glosses: dict[int, re.Match[str]]
) -> list[Mention]:
    inside = {place for m in glosses.values() for place in range(*m.span())}
    known = {token.start: token for token in tokens}
    found = []
    for run in _KATAKANA.finditer(text):
        if run.start() in inside:
            continue
        place = _place_at(text, run)
        if place is not None:
            found.append(Mention("place", (Part(*run.span(), (kana(run[0]),)),), True, place))
        elif mention := _katakana_name(text, run, known):
            found.append(mention)
    return found


def _place_at(text: str, run: re.Match[str]) -> int | None:
    return places("ja").get(run[0])


def _katakana_name(text: str, run: re.Match[str], known: dict[int, Token]) -> Mention | None:
    pieces = [(run.start() + m.start(), run.start() + m.end()) for m in _PIECE.finditer(run[0])]
    tokens = [known.get(start) for start, _ in pieces]
    parts = tuple(Part(start, end, (kana(text[start:end]),)) for start, end in pieces)
    titled = _title_at(text, run.end())
    if titled and (family := _family_before(text, run.start())):
        return Mention("person", (family, *parts), True)
    if not titled and run[0] in _SHORT:
        return None
    if not titled and not any(token is None or _may_be_name(token) for token in tokens):
        return None
    proper = any(token is not None and _is_known_name(token) for token in tokens)
    kind = "person" if titled else _kind(tokens[0])
    single = len(parts) == 1 and (tokens[0] is None or tokens[0].end != run.end())
    sure = bool(titled or len(parts) > 1 or (proper and len(run[0]) > 2 and not single))
    return Mention(kind, parts, sure)


def _family_before(text: str, place: int) -> Part | None:
    """Return the family name in kanji before a given name in katakana: 卓 of 卓ソンミン."""
    char = text[place - 1 : place]
    before = text[max(0, place - 2) : place - 1]
    korean = hanja(char) if _HAN.fullmatch(char) and not _HAN.fullmatch(before) else ""
    return Part(place - 1, place, (hangul(korean), kana(char))[:1]) if korean else None


def _may_be_name(token: Token) -> bool:
    return bool(token.proper) or len(token.pos) < 8


def _is_known_name(token: Token) -> bool:
    return token.proper in _BRANCHES and len(token.pos) >= 8


def _kind(token: Token | None) -> str:
    return _KINDS.get(token.proper, "name") if token and len(token.pos) >= 8 else "name"


def _title_at(text: str, place: int) -> bool:
    """Tell whether a title or an age in brackets follows."""
    if _AGE.match(text, place):
        return True
    after = text[place : place + 5]
    after = after[1:] if after[:1] in {"元", "前", "米"} else after
    return any(after.startswith(title) for title in _TITLES if title != "王")


def _latin_names(text: str) -> list[Mention]:
    return [
        Mention("name", (Part(*m.span(), (latin(m[0]),)),), False, places("en").get(m[0]))
        for m in _LATIN.finditer(text)
        if m[0][0].isupper()
    ]


def _kanji_names(
    text: str,
    tokens: list[Token],
    glosses: dict[int, re.Match[str]],
    taken: list[tuple[int, int]],
) -> list[Mention]:
    found: list[Mention] = []
    index = 0
    while index < len(tokens):
        count, mention = _name_at(text, tokens, index, glosses)
        if mention and not any(s < mention.end and mention.start < e for s, e in taken):
            found.append(mention)
        index += max(count, 1)
    return found


def _name_at(
    text: str, tokens: list[Token], index: int, glosses: dict[int, re.Match[str]]
) -> tuple[int, Mention | None]:
    """Return how many tokens from here are a name, and the name."""
    for count in range(4, 0, -1):
        group = tokens[index : index + count]
        if len(group) == count and group[0].noun:
            place = places("ja").get(text[group[0].start : group[-1].end])
            if place is not None and not _goes_on(tokens, index + count):
                return count, _placed(group, place)
    count = _length(text, tokens, index, glosses)
    if not count:
        return 0, None
    group = tokens[index : index + count]
    return count, _named(text, group, glosses.get(group[-1].end))


def _goes_on(tokens: list[Token], index: int) -> bool:
    """Tell whether a token continues the name of a person: 中国太郎, パリ・…"""
    return index < len(tokens) and tokens[index].pos[3:4] == ("名",)


def _placed(group: list[Token], place: int) -> Mention:
    part = Part(group[0].start, group[-1].end, (kana("".join(t.reading for t in group)),))
    return Mention("place", (part,), True, place)


def _length(text: str, tokens: list[Token], index: int, glosses: dict[int, re.Match[str]]) -> int:
    """Return of how many tokens the name that begins here is made; 0 for no name."""
    run = index
    while run < len(tokens) and run - index < 5 and _may_belong(tokens[run], run > index):
        run += 1
    if count := _titled_run(text, tokens, index):
        return count
    for end in range(run, index, -1):
        group = tokens[index:end]
        surface = text[group[0].start : group[-1].end]
        if group[-1].end in glosses and len(surface) < 8 and not _PIECE.fullmatch(surface):
            return end - index
        if _title_at(text, group[-1].end) and _is_person(text, group, surface):
            return end - index
    single = len(tokens[index].surface) == 1 and not tokens[index].surface.isascii()
    if _is_unknown(tokens, index):
        return 1
    if not tokens[index].proper or tokens[index].surface in _SHORT or single:
        return 0
    end = index + 1
    if tokens[index].proper == "人名":
        while end < run and tokens[end].proper == "人名" and end - index < 3:
            end += 1
    return end - index


def _is_unknown(tokens: list[Token], index: int) -> bool:
    """Tell kanji that the dictionary lacks and that stand alone: mostly names."""
    token = tokens[index]
    if len(token.pos) >= 8 or not re.fullmatch("[一-鿿]{2,3}", token.surface):
        return False
    beside = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
    return not any(t.noun and _HAN.fullmatch(t.surface) for t in beside)


def _titled_run(text: str, tokens: list[Token], index: int) -> int:
    """Return how many tokens are the kanji before a title, the first a proper noun: 周志遠さん."""
    run = _HAN.match(text, tokens[index].start)
    if not run or not tokens[index].proper or not 2 <= len(run[0]) <= 4:
        return 0
    if not _title_at(text, run.end()) or _COMMON.fullmatch(run[0]):
        return 0
    ends = [token.end for token in tokens[index:]]
    return ends.index(run.end()) + 1 if run.end() in ends else 0


def _may_belong(token: Token, inside: bool) -> bool:
    if token.surface in _TITLES or (token.pos[1] == "接尾" and not token.proper and inside):
        return len(token.surface) == 1 and bool(_HAN.fullmatch(token.surface)) and (
            token.surface not in _TITLES and token.pos[2] not in {"助数詞", "人名"}
        )  # fmt: skip
    return token.noun and token.pos[1] not in {"副詞可能", "サ変接続"} and (
        bool(_HAN.fullmatch(token.surface) or re.fullmatch(r"[ぁ-ゖ]{2,}", token.surface))
    )  # fmt: skip


def _is_person(text: str, group: list[Token], surface: str) -> bool:
    """Tell a name before a title from a common noun: 荻さん, but not 患者さん."""
    if _COMMON.fullmatch(surface) or len(surface) > 6 or surface in _SHORT:
        return False
    if any(token.proper == "人名" for token in group):
        return all(token.proper or len(token.surface) == 1 for token in group)
    if len(surface) == 1:
        return bool(re.match(r"さん|氏", text[group[0].end :])) and not _HAN.match(
            text[max(0, group[0].start - 1) : group[0].start]
        )
    return all(len(token.pos) < 8 for token in group)


def _named(text: str, group: list[Token], gloss: re.Match[str] | None) -> Mention:
    surface = text[group[0].start : group[-1].end]
    titled = _title_at(text, group[-1].end) or gloss is not None
    kinds = [_KINDS.get(token.proper, "name") for token in group]
    called = text.startswith(("さん", "氏"), group[-1].end)
    person = "person" in kinds or called or (titled and kinds[0] != "place")
    kind = "person" if person else kinds[0]
    if gloss:
        parts: tuple[Part, ...] = (_whole(group, (kana(gloss[1]),)),)
    elif kind == "person" and len(group) == 2 and len(surface) > 2:
        chinese = [spelt(t.surface) if mandarin(surface) else "" for t in group]
        ways = [(*readings(t.surface, t.reading), c) for t, c in zip(group, chinese, strict=True)]
        parts = tuple(
            Part(t.start, t.end, tuple(filter(None, way)))
            for t, way in zip(group, ways, strict=True)
        )
    else:
        parts = (_whole(group, readings(surface, "".join(t.reading for t in group))),)
    full = len(group) > 1 and [t.pos[3] for t in group] == ["姓", "名"]
    if _BODY.search(surface):
        return Mention("organisation", parts, False)
    unknown = len(group) == 1 and len(group[0].pos) < 8
    plain = surface not in _DOUBTFUL and not _HIRAGANA.search(surface)
    known = kind == "place" and len(surface) > 1 and len(group[0].pos) >= 8
    sure = titled or full or unknown or (known and plain)
    kind = "name" if kind == "person" and not sure else kind
    return Mention(kind, parts, sure and kind != "organisation")


def _whole(group: list[Token], first: tuple[str, ...]) -> Part:
    return Part(group[0].start, group[-1].end, first)


@lru_cache(maxsize=4096)
def readings(surface: str, reading: str) -> tuple[str, ...]:
    """Return the ways a noun may sound: as read here, other readings, and in Korean."""
    ways = [kana(reading or surface)]
    if _HAN.fullmatch(surface) and len(surface) < 6:
        ways += [kana(other) for other in _others(surface)]
        korean = hanja(surface)
        ways += [mandarin(surface), hangul(korean)] if korean else [mandarin(surface)]
        ways += [hangul("이" + korean[1:])] if surface[0] == "李" else []
    return tuple(dict.fromkeys(way for way in ways if way))


def _others(surface: str) -> list[str]:
    """Return the likeliest readings of a name that stands alone: as names, if it is one."""
    ways = [[features for _, features in path] for path in parse_ways(surface, "ja", 12)]
    ways = [rows for rows in ways if rows and all(len(row) > 7 for row in rows)]
    ways = [rows for rows in ways if all(row[0] != "動詞" for row in rows)]
    named = [rows for rows in ways if all(row[1] == "固有名詞" for row in rows)]
    return ["".join(row[7] for row in rows) for rows in named or ways]


def _windows(text: str, tokens: list[Token]) -> list[Part]:
    """Return stretches of nouns, katakana and kanji in which a name may stand."""
    found: dict[tuple[int, int], Part] = {}
    for run in _KATAKANA.finditer(text):
        pieces = [(run.start() + m.start(), run.start() + m.end()) for m in _PIECE.finditer(run[0])]
        parts = [Part(start, end, (kana(text[start:end]),)) for start, end in pieces]
        _spread(parts, found, 4)
    nouns: list[Part] = []
    for token in tokens:
        if not token.noun or not (token.reading or _HAN.fullmatch(token.surface)):
            _spread(nouns, found, 3)
            nouns = []
        else:
            rough = not token.proper and len(token.pos) >= 8
            # Rare readings are of names: 師 is read Moro in one.
            plain = (kana(token.reading or token.surface),)
            ways = plain if rough else readings(token.surface, token.reading)
            nouns.append(Part(token.start, token.end, ways, rough))
    _spread(nouns, found, 3)
    for run in _HAN.finditer(text):
        _korean(run, found)
    for run in _QUOTED_KANA.finditer(text):
        found[run.span(1)] = Part(*run.span(1), (kana(run[1]),))
    for word in _LATIN.finditer(text):
        found[word.span()] = Part(*word.span(), (latin(word[0]),))
    return list(found.values())


def _spread(parts: list[Part], found: dict[tuple[int, int], Part], most: int) -> None:
    """Add every stretch of neighbours to those found."""
    for first in range(len(parts)):
        for last in range(first, min(first + most, len(parts))):
            window = parts[first : last + 1]
            key = (window[0].start, window[-1].end)
            rough = all(part.rough for part in window)
            found.setdefault(key, Part(*key, joined(window), rough))


def _korean(run: re.Match[str], found: dict[tuple[int, int], Part]) -> None:
    """Add what a run of kanji sounds like in Korean, two to four characters at a time."""
    for first in range(min(len(run[0]), 40)):
        for size in (2, 3, 4):
            surface = run[0][first : first + size]
            if len(surface) == size and (korean := hanja(surface)):
                key = (run.start() + first, run.start() + first + size)
                old = found.get(key, Part(*key, (), True))
                found[key] = Part(*key, (*old.sounds, hangul(korean)), old.rough)
