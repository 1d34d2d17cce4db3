"""Recognise what stands before the first sentence of a line: list markers and speaker labels.

To add a marker, add it to _MARKER; a word that is a speaker in its own right, to _SPEAKERS.
"""

import re

import regex  # type: ignore[import-untyped]

from workbench.segmentation.sentences import ends_sentence

_KANJI_NUMBER = "一二三四五六七八九十"
_HANGUL_LETTERS = "가나다라마바사아자차카타파하"
_ORDINALS = _KANJI_NUMBER + _HANGUL_LETTERS
_MARKER = re.compile(
    rf"""
    \#{{1,6}}(?=\s) | >+(?=\s|$)
    | [-*+–](?=\s|$) | -(?=[가-힣\u3040-\u30ff\u4e00-\u9fff])
    | [―—─]{{1,3}} | ーー | --(?=\s)
    | [•‣⁃◦▪▫・･·∙※→⇒●○◎△▲▼▽☆★◆◇■□▶►☞✓✔]
    | [①-⑳㉑-㉟㊱-㊿⑴-⒇⒈-⒛❶-❿]
    | [(（](?:[0-9０-９]{{1,3}}|[a-z]|[ivx]{{1,4}}|[ぁ-んァ-ン{_ORDINALS}])[)）]
    | [0-9]{{1,3}}[.)](?=\s(?!\s*[0-9])|$)
    | (?:[a-z]\)|[ivx]{{1,4}}\)|[{_HANGUL_LETTERS}][.)])(?=\s)
    | [0-9０-９]{{1,3}}[．、）)](?![0-9０-９．])
    | [{_KANJI_NUMBER}]{{1,2}}、(?![{_KANJI_NUMBER}])
    | [ァ-ン][．.)）](?=\S)
    """,
    re.VERBOSE,
)
# "3. Oktober 1990 …" begins with a date, not with the third item of a list.
_DATE = re.compile(
    r"\d{1,2}\.\s(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Oct|Dec|May|Mar)"
)
HEADING_MARKERS = "■□◆◇▼▽▲△★☆"

_SPEAKERS = (
    r"記者|質問者?|回答者?|問い?|答え?|司会者?|聞き手|編集部|インタビュアー|[QAＱＡ]"
    r"|기자|질문|답변|문|답|진행자|사회자|앵커|记者|主持人|问|答"
    r"|Reporter|Interviewer|Interviewee|Question|Answer|Moderator|Host"
)
_TITLES = (
    r"氏|さん|様|君|くん|ちゃん|容疑者|被告|議員|委員長?|会長|社長|所長|教授|博士|医師|弁護士"
    r"|記者|監督|選手|首相|大臣|長官|大統領|知事|市長|代表|報道官|元兵士|アナ|先生|女士|小姐"
)
_SPEAKER = regex.compile(
    rf"(?:{_SPEAKERS})\s?[0-9０-９]{{0,2}}"
    r"(?:\s?[:：](?![0-9/])|(?=\u3000)|(?<=[\p{Han}])(?=[ \t]\S))"
)
_QUESTION = regex.compile(
    r"[QＱ][0-9０-９]{0,2}[.．、](?=\s|[\p{Han}\p{Hiragana}\p{Katakana}가-힣])"
)
_ANSWER = regex.compile(r"[AＡ][0-9０-９]{0,2}[.．、](?=\s|[\p{Han}\p{Hiragana}\p{Katakana}가-힣])")
_ASKS = regex.compile(r"[QＱ]|問|문|질문|Question|問い|质问")

_JA_COLON = regex.compile(
    r"[\p{Han}\p{Katakana}ー・A-Za-zＡ-Ｚａ-ｚ][\p{Han}\p{Katakana}ー・A-Za-zＡ-Ｚａ-ｚ ]{0,11}"
    r"(?:さん|くん|ちゃん)?[0-9０-９A-ZＡ-Ｚ]?\s?[:：](?![0-9０-９/／])"
)
_JA_TITLED = regex.compile(rf"[\p{{Han}}\p{{Katakana}}ー・]{{1,12}}(?:{_TITLES})(?=\u3000\S)")
_JA_BARE = regex.compile(r"(?:\p{Han}{1,4}|[\p{Katakana}ー・]{2,10})(?=\u3000[^\s\u3000])")
_JA_TITLE_END = regex.compile(rf"(?:{_TITLES})\s?[:：]?$")
# Words that open a sentence or an entry of a table where a bare name could stand.
_JA_NOT_NAMES = regex.compile(
    r"^(?:[昨今明翌前先同本毎当数初一二三四五六七八九十]+[日朝夜晩年月週時頃回人方同]"
    r"|去年|来年|当時|最近|最後|最初|現在|以前|以後|以上|以下|突然|全員|結局|結果|実際|正直|午[前後]"
    r"|注|例|参考|訂正|写真|出典|理由|方法|日時|場所|結論|備考|件名|宛先|電話|住所)\s?[:：]?$"
)
_KO_COLON = regex.compile(
    r"(?:[가-힣]{2,5}(?: [가-힣]{1,4}){0,2}|[A-Z]{1,2}|[가-힣] [가-힣]{1,3})\s?[:：](?=\s)"
)
_KO_NOT_NAMES = regex.compile(
    r"(?:[는를을다까요며면로]|(?<![김이박최정강조윤장임한오서신권황안송][가-힣])은)\s?[:：]$"
)
_CASED_COLON = regex.compile(
    r"(?:\p{Lu}[\p{L}\p{M}'’.\-]*)"
    r"(?:[ \u00a0](?:\p{Lu}[\p{L}\p{M}'’.\-]*|de|van|von|bin|al|da|du|di)){0,3}"
    r"[0-9]?[ \u00a0\u202f]?[:：](?=\s+[^\s\p{Ll}])"
)
_CASED_NOT_NAMES = regex.compile(
    r"(?:The|A|An|This|That|Note|Remember|Warning|Caution|Example|Result|Results|Conclusion|However"
    r"|Also|Then|And|But|So|Yes|No|PS|Update|Source|Date|Subject|Re|Photo)\b"
)
_CASELESS_COLON = regex.compile(
    r"[\p{L}\p{M}]{2,15}(?: [\p{L}\p{M}]{2,15})?\s?[:：](?=\s+[^\s«“\"])"
)
_CASELESS = ("ar", "hi", "th")


def marker_end(line: str, start: int) -> int:
    """Return the offset behind a list marker or dash at `start`, or `start` if there is none."""
    match = _MARKER.match(line, start)
    if not match or _DATE.match(line, start):
        return start
    return match.end()


def asks(label: str) -> bool:
    """Say whether a label announces a question, so that "A." further down is an answer."""
    return bool(_ASKS.match(label))


def label_end(line: str, start: int, language: str, *, first: bool, asked: bool) -> int:
    """Return the offset behind a speaker label at `start`, or `start` if there is none.

    first: the line may be a headline, in which a full-width space separates its parts;
    asked: a question was announced before, so "A." is an answer and no initial.
    """
    match = _SPEAKER.match(line, start) or _QUESTION.match(line, start)
    if not match and asked:
        match = _ANSWER.match(line, start)
    if match:
        return int(match.end())
    if language in ("ja", "zh"):
        return _label_end_ja(line, start, first)
    if language == "ko":
        return _end(_KO_COLON, _KO_NOT_NAMES, line, start)
    if language in _CASELESS:
        match = _CASELESS_COLON.match(line, start)
        return int(match.end()) if match else start
    match = _CASED_COLON.match(line, start, start + 48)
    return int(match.end()) if match and not _CASED_NOT_NAMES.match(line, start) else start


def _end(names: "regex.Pattern[str]", others: "regex.Pattern[str]", line: str, start: int) -> int:
    match = names.match(line, start)
    return int(match.end()) if match and not others.search(match.group()) else start


def _label_end_ja(line: str, start: int, first: bool) -> int:
    prose = ends_sentence(line)
    for names in (_JA_COLON, _JA_TITLED, _JA_BARE):
        end = _end(names, _JA_NOT_NAMES, line, start)
        titled = end > start and _JA_TITLE_END.search(line[start:end])
        if end > start and (prose or (titled and not first)):
            return end
    return start
