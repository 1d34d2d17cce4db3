"""Cut one line into sentences: sentencex judges full stops, the rules below judge all the rest.

To teach it an abbreviation, add it to _ABBREVIATIONS; a name with a stop in it, to _NAMES; a word
that carries a sentence on behind a closing quotation mark, to _JA_GOES_ON or _KO_GOES_ON.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sentencex

from workbench.segmentation.brackets import CLOSERS, pairs

# sentencex takes time in proportion to sentences × length, so it sees a long line in windows;
# boundaries in the last quarter wait for the next window, which may close an open quotation.
_WINDOW = 4096
_SETTLED = 3072

STOPS = "。｡．.！？!?…‥؟۔।॥"
_STRONG = "。｡！？؟۔।॥"
_ELLIPSIS = re.compile(r"[…‥]+|[.．]{2,}")
_STOP = re.compile(f"[{STOPS}]+")
_SPACE = re.compile(r"[\s\ufeff]*")
_FOOTNOTE = re.compile(r"(?:\[\d{1,3}\])*")
_QUOTE_ENDS = re.compile(rf"$|[\s\"'{re.escape(CLOSERS)}]")
_END = re.compile(rf"[{STOPS}][{re.escape(CLOSERS)}\"'“‘«]*$")
_NEUTRAL = str.maketrans(dict.fromkeys('「」『』｢｣（）()［］[]【】〔〕〈〉《》“”‘„‚«»‹›"', " "))
_WHITE = re.compile(r"\s")
_SURROGATE = re.compile("[\ud800-\udfff]")

_NAMES = ("モーニング娘。", "Yahoo！", "Yahoo!", "ヤフー！", "야후!")
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Col|Lt|Sgt|Gov|Sen|Rep|No|Nos|Fig|Vol|vs|cf"
    r"|e\.g|i\.e|approx|ca|max|min|pp|M|MM|Mme|Mlle|Mgr|av|art|chap|TS|ThS|GS|PGS|TP|KTS|BS"
    r"|Sr|Sra|Srta|Dra|Ud|Uds|núm|pág|sig|dott|prof|ing|Dhr|Mevr|drs|bijv|z\.\s?B|d\.\s?h|bzw"
    r"|Проф|проф|ул|им|см|стр|т\.\s?е|др|Bpk|Sdr|Jl|Hj|Yrd|Doç|vb|डॉ|श्री)\.$"
)
# Words of English that sentencex takes for abbreviations (Maine, Oklahoma, number) before a name.
_EN_WORDS = re.compile(
    r"(?:^|\W)(?:me|no|No|ok|OK|may|May|art|miss|ill|fed|mar|id|Art"
    r"|(?!(?:MR|MRS|MS|DR|ST|NO|JR|SR|VS|LT|COL|GEN)\.)[A-Z]{2,5})\.$"
)
_NUMBER_FOLLOWS = re.compile(r"(?:^|\W)(?:No|no|h|p|n|Nr|S|č|art|Art|Fig|fig|vol|Vol)\.$")

_JA_QUOTES = r"と(?!はいえ|ころ|にかく|りわけ|もかく|ても|きどき|たん|うとう)"
_JA_GOES_ON = re.compile(
    rf"[、，。．,.・]|{_JA_QUOTES}|って|など|なんて|なの|という"
    r"|[をのへ]|は(?!い|じめ|たし)|が(?!、)|に(?!もかかわらず|わかに)|も(?!う|し|ちろん|っと|はや|と)"
    r"|で(?!も|は|きれば|、)|だ(?!が|から|って)|から|まで|より|や(?!が|は|っと|めて)"
)
# 「…ました」 without a stop is a sentence of its own where no particle carries it on; so is
# whatever has a comma and ends in hiragana, as no title or quoted word does.
_JA_SPOKEN = re.compile(
    r"(?:です|ます|でした|ました|ません|ください|でしょう|だろう|んだ|から|けど|のに|[よねさぞわか])$"
)
_SPOKEN_LENGTH = 10  # characters: shorter quotations may be words that are talked about
_JA_REPORTS = re.compile(r"(?:そう|こう)[言い話述語思答叫つ訴振伝書]")
_JA_THOUGHT = re.compile(rf"{_JA_QUOTES}|って(?!か)|など|を")
_ZH_GOES_ON = re.compile(
    r"[，、。,的]|(?:[他她它我]们?|记者)?(?:又|还)?(?:说|問|问|答|喊|道|叫|表示|回答)"
)
_KO_REPORTS = re.compile(r"(?:이?라[고며는]|이?라면서|고|며|면서|하고|하며|했)(?=\s|다|던)")
_KO_DATE = re.compile(r"(?<!\d)\d{1,4}\s?\.\s?\d{1,2}\s?\.(?:\s?\d{1,2}\s?\.)?$")
_EN_REPORTS = re.compile(
    r"(?:[A-Z][\w'’.-]*\s){1,3}(?:said|says|asked|asks|added|replied|answered|told|cried|shouted)\b"
)
_CJK = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class _Stop:
    """A run of stops that may end a sentence.

    text[start:stop] are the stops, text[stop:end] what closes behind them; opener is where the
    quotation or parenthesis that ends at `end` began, or -1; judged: sentencex sees an end here.
    """

    text: str
    start: int
    stop: int
    end: int
    opener: int
    judged: bool

    @property
    def run(self) -> str:
        return self.text[self.start : self.stop]

    @property
    def before(self) -> str:
        return self.text[self.start - 1] if self.start else ""

    @property
    def rest(self) -> str:
        return self.text[self.end : self.end + 40]


def ends_sentence(text: str) -> bool:
    """Say whether the text ends with a stop, closed or not by quotation marks and brackets."""
    return bool(_END.search(text[-16:]))


def cut_sentences(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield (sentence, white space behind it); joined, they are the text.

    The text is one line that begins with no white space. A line without a sentence end is cut
    every 4,096 characters, at white space where there is any.
    """
    start = 0
    while start < len(text):
        window = text[start : start + _WINDOW]
        ends = _ends(window, language)
        if start + len(window) < len(text):
            ends = _settled(window, ends)
        else:
            ends.append(len(window))
        base = start
        for end in ends:
            if base + end <= start:  # white space behind the last end went beyond this one
                continue
            after = _end_of_space(text, base + end)
            piece = text[start:after]
            body = piece.rstrip("\ufeff").rstrip() if piece[-1] == "\ufeff" else piece.rstrip()
            yield body, piece[len(body) :]
            start = after


def _settled(window: str, ends: list[int]) -> list[int]:
    early = [end for end in ends if end <= _SETTLED]
    if early or ends:
        return early or ends[-1:]
    space = max(window.rfind(" "), window.rfind("\u3000"))
    return [space + 1 if space > _WINDOW // 2 else len(window)]


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _ends(text: str, language: str) -> list[int]:
    """Return where sentences end, without the end of the text, in order."""
    if not _STOP.search(text):
        return []
    brackets = pairs(text, apostrophes=language not in ("ja", "ko", "zh"))
    closings = [closing for _, closing in brackets]
    judged = _full_stops(text, language)
    decide = _RULES.get(language, _ends_spaced)
    ends = []
    for match in _STOP.finditer(text):
        at = bisect_left(closings, match.end())
        inside = at < len(brackets) and brackets[at][0] < match.start()
        end = _past_closers(text, match.end(), closings[at] if inside else -1)
        if end >= len(text) or (inside and end <= closings[at]):
            continue
        opener = brackets[at][0] if inside else -1
        if decide(_Stop(text, *match.span(), end, opener, match.end() in judged)):
            ends.append(end)
    return _with_spoken(text, ends, brackets) if language == "ja" else ends


def _with_spoken(text: str, ends: list[int], brackets: list[tuple[int, int]]) -> list[int]:
    """Add the ends of spoken sentences in corner brackets that have no stop."""
    known = set(ends)
    for opening, closing in brackets:
        if not (text[opening] in "「『" and _is_spoken(text[opening + 1 : closing])):
            continue
        before, rest = text[max(0, opening - 8) : opening].rstrip(), text[closing + 1 : closing + 9]
        begins = not before or opening in known or ends_sentence(before)
        if begins and rest and not _JA_GOES_ON.match(rest) and rest[0] not in "（(？！」』":
            known.add(closing + 1)
    return sorted(known)


def _is_spoken(words: str) -> bool:
    if len(words) < _SPOKEN_LENGTH:
        return False
    return bool(_JA_SPOKEN.search(words)) or ("、" in words and "ぁ" <= words[-1] <= "ん")


def _full_stops(text: str, language: str) -> frozenset[int]:
    """Return the offsets behind the stops at which sentencex sees a sentence end.

    Quotation marks are hidden from it: an unbalanced one would swallow the rest of the line. So
    are lone surrogates, which it refuses, and white space of two bytes, at which it panics.
    """
    copy = _WHITE.sub(" ", _SURROGATE.sub("\ufffd", text)).translate(_NEUTRAL)
    found, start = [], 0
    for piece in sentencex.segment(language, copy):
        found.append(start + len(piece.rstrip().rstrip("'’ ")))
        start += len(piece)
    return frozenset(found)


def _past_closers(text: str, at: int, closing: int) -> int:
    """Return the offset behind the closing signs at `at`; `closing` is where a pair closes."""
    while at < len(text):
        spaced = text[at] in " \u00a0\u202f" and at + 1 == closing  # « Quoi ? »
        quote = text[at] in "\"'“‘«" and (at == closing or _QUOTE_ENDS.match(text, at + 1))
        if not (spaced or quote or text[at] in CLOSERS):
            break
        at += 1
    match = _FOOTNOTE.match(text, at)
    return match.end() if match else at


def _ends_ja(at: _Stop) -> bool:
    if at.text.endswith(_NAMES, max(0, at.stop - 8), at.stop) or _parenthesis_within(at):
        return False
    if _ELLIPSIS.fullmatch(at.run):
        return at.rest[0].isspace()
    if set(at.run) <= {".", "．"}:
        return _period_ends_ja(at)
    if at.end == at.stop:
        thought = at.run[-1] not in "。｡" and _JA_THOUGHT.match(at.rest)  # なぜ？と妹は聞いた
        return at.rest[0] not in "、，" and not thought
    if _JA_GOES_ON.match(at.rest):
        return False
    return not (_JA_REPORTS.match(at.rest) and _mid_sentence(at))


def _period_ends_ja(at: _Stop) -> bool:
    if at.rest[0].isspace():
        return at.judged or bool(_CJK.match(at.before))
    return bool(_CJK.match(at.before) and _CJK.match(at.rest))


def _mid_sentence(at: _Stop) -> bool:
    """Say whether the quotation or parenthesis that ends here began within a sentence."""
    before = at.text[max(0, at.opener - 8) : max(0, at.opener)].rstrip()
    return bool(before) and not ends_sentence(before)


def _parenthesis_within(at: _Stop) -> bool:
    return at.opener >= 0 and at.text[at.opener] in "（([［" and _mid_sentence(at)


def _ends_zh(at: _Stop) -> bool:
    if at.end > at.stop and _ZH_GOES_ON.match(at.rest):
        return False
    if _parenthesis_within(at) or _ELLIPSIS.fullmatch(at.run):
        return False
    if set(at.run) <= {".", "．"}:
        return _period_ends_ja(at)
    return at.rest[0] not in "，、"


def _ends_ko(at: _Stop) -> bool:
    if _parenthesis_within(at) or at.text.endswith(_NAMES, max(0, at.stop - 8), at.stop):
        return False
    glued = not at.rest[0].isspace()
    if at.end > at.stop:
        if glued:  # particles follow a quotation without a space
            return not (_is_hangul(at.rest[0]) or at.rest[0] in ",.，、")
        return not _KO_REPORTS.match(at.rest.lstrip())
    if glued:
        return _is_hangul(at.rest[0]) and (at.before in tuple("다요까죠") or at.run[-1] in _STRONG)
    if _ELLIPSIS.fullmatch(at.run):
        return at.before in tuple("다요까죠")
    if at.run[-1] != ".":
        return True
    return _is_hangul(at.before) or _full_stop_ends(at)


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"


def _full_stop_ends(at: _Stop) -> bool:
    """Judge a full stop behind a digit or a letter: dates, initials and abbreviations go on."""
    before, following = at.text[max(0, at.stop - 16) : at.stop], at.rest.lstrip()[:1]
    if _KO_DATE.search(before) or (at.before.isdigit() and following.isdigit()):
        return False
    return at.judged and not _ABBREVIATION.search(before)


def _ends_en(at: _Stop) -> bool:
    following = at.rest.lstrip()[:1]
    word = _EN_WORDS.search(at.text[max(0, at.stop - 8) : at.stop])
    return _ends_spaced(replace(at, judged=True) if word and not following.isdigit() else at)


def _ends_spaced(at: _Stop) -> bool:
    if at.run[-1] in _STRONG:
        return not _parenthesis_within(at)
    if not at.rest[0].isspace() or _parenthesis_within(at):
        return False
    following = at.rest.lstrip().lstrip("\"“”‘'«»„([¿¡—–- \u00a0")
    if following[:1].islower():
        return False
    if _ELLIPSIS.fullmatch(at.run):
        return not re.match(r"I\b", following)
    if at.run[-1] != ".":
        return not (at.end > at.stop and _EN_REPORTS.match(following))
    before = at.text[max(0, at.stop - 16) : at.stop]
    if following[:1].isdigit() and _NUMBER_FOLLOWS.search(before):
        return False
    return at.judged and not (at.end == at.stop and _is_abbreviation(before, following))


def _is_abbreviation(before: str, following: str) -> bool:
    """Say whether a full stop marks an abbreviation. "No. He did not." is a sentence."""
    match = _ABBREVIATION.search(before)
    if not match:
        return False
    word = match.group().lstrip()
    return following[:1].isdigit() if word in ("No.", "max.", "min.", "ca.") else True


_RULES = {"ja": _ends_ja, "zh": _ends_zh, "ko": _ends_ko, "en": _ends_en}
