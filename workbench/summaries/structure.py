"""What a sentence is to a summary: title, by-line, question, quotation, hanging opener.

To teach it a language, add a row to _OPENERS, _QUESTIONS, REPORTS or _ASKERS.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.languages import get_language
from workbench.summaries.boilerplate import is_boilerplate
from workbench.types import Document, Segment

# Newspapers of these languages print ―― before what the reporter asks; elsewhere a dash may be
# a list's or a dialogue's.
_DASH = re.compile(r"^\s*[―—─]")
_DASHING = ("ja", "ko", "zh")
_ASKER = re.compile(r"^\s*(?:[QＱ]\s*[\d０-９]*|問|문|質問|질문)\s*[.．:：、]")
_ASKERS = {"q", "question", "reporter", "interviewer", "moderator", "host"}
_ASKERS |= {"問", "質問", "記者", "聞き手", "司会", "问", "提问", "编者"}
_ASKERS |= {"문", "질문", "기자", "인터뷰어", "사회자", "진행자"}
_CLOSERS = "」』”’\"'）)】］]〉》»〟 　"
_QUESTIONS = {
    # か ends 静か, 確か, ほか and わずか too, which ask nothing.
    "ja": re.compile(r"(?<![ほなしずぜ静確豊僅微愚遥朗厳何誰温暖])か[。．.]?$"),
    "ko": re.compile(r"까[.]?$"),
    "zh": re.compile(r"[吗呢][。]?$"),
}
_OPENERS = {
    "ja": re.compile(
        r"(?:しかし|だが|ところが|けれども|でも[、，]|が、|また[、，]|さらに|そして|それ(?!ぞれ)|その|そこ[でにはを]"
        r"|そう(?!した)|そんな|こう|こんな|これ(?!まで|から)|この(?!ほど|たび|度)|ここ[でにはを]|彼[はがのをにも]"
        r"|彼女|彼ら|同氏|同社|一方|ただ[、し]|つまり|しかも|なお[、，]|だから|そのため|では[、，]|すると)"
    ),
    "ko": re.compile(
        r"(?:그러나|하지만|그런데|그리고|그래서|그러면서|그는|그가|그의|그를|그녀|그들|그것|이것"
        r"|이는 |이에 |이와 |이를 |이런|이러한|이같은|그런 |그러한|또한? |따라서|한편|다만|반면"
        # 이 씨는 is Mr Lee, not "this".
        r"|그 |여기|이 (?!씨|모 |교수|대표|의원|전 |총리|대통령|장관))"
    ),
    "en": re.compile(
        r"(?:But|However|And|So|Yet|Still|Meanwhile|Also|Then|Instead|Therefore|Moreover|Nevertheless"
        r"|He|She|It|They|His|Her|Their|Its|This|That|These|Those|Such|Thus)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"(?:但是|但|然而|不过|而且|此外|同时|因此|所以|他们?|她|它|这|那)"),
}
REPORTS = {
    "ja": re.compile(
        r"語[っるりら]|話[しす]|述べ|言[っういわ]|答え|訴え|振り返|明か[しす]|説明し|強調し|漏ら|打ち明け"
        r"|つぶや|証言し|指摘し|問[いう]|尋ね|聞[いく]"
    ),
    "ko": re.compile(
        r"말했|말한|말하|밝혔|전했|설명했|덧붙|강조했|털어놓|회상|토로|대답|답했|물었|묻자|증언|지적했"
    ),
    "en": re.compile(
        r"\b(?:said|says|told|asked|replied|answered|added|adds|recalled|recalls|explained|explains"
        r"|admitted|continued)\b",
        re.IGNORECASE,
    ),
}
# 「…」 / と語った。 — a sentence that begins so finishes the quotation before it.
TAILS = {
    "ja": re.compile(r"と(?!ころ|て|も|き|う|り|い)|そう"),
    "ko": re.compile(r"이?라고|이?라며|고 |그렇게"),
    "en": re.compile(r"(?:\S+\s+){0,5}(?:said|says|told|asked|replied|added|recalled)\b", re.I),
}
_NODS = re.compile(
    r"[「“\"]?(?:はい|いいえ|いや|ええ|うん|네|예|아니요|아니오|아뇨|yes|no)(?=[、，,.。!！\s])",
    re.IGNORECASE,
)
_QUOTES = {"「": "」", "『": "』", "“": "”", "‘": "’", "〝": "〟", "«": "»"}
_BREAKS = frozenset("\n\r\u2028\u2029\x85\v\f")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the body, in document order, and what it is to a summary.

    label is the speaker's label of its paragraph, None without one.
    """

    id: str
    text: str
    paragraph: int
    question: bool
    quote: bool
    opener: bool
    labelled: bool
    label: Segment | None = None


def fold(text: str) -> str:
    """Return a copy for comparison: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def by_characters(language: str) -> bool:
    """Return whether terms are counted by characters: without spaces, or in Korean."""
    return not get_language(language).spaced or language.startswith("ko")


def letters(text: str) -> int:
    """Return how many letters and digits a text has."""
    return sum(character.isalnum() for character in text)


def find_title(document: Document) -> str:
    """Return the id of the title, or "".

    It is the first heading before any sentence, else a first line of its own without a sentence
    end: at most 60 characters, or 20 words in a language that is counted by words.
    """
    for segment in document.segments:
        if segment.kind in ("blank", "marker") or is_boilerplate(segment.text):
            continue
        headed = segment.kind == "heading"
        return segment.id if headed or _titular(segment, document.language) else ""
    return ""


def is_question(text: str, language: str) -> bool:
    """Return whether a sentence asks: by its mark, its ending, or the sign of an interviewer."""
    bare = text.rstrip(_CLOSERS)
    base = language.split("-")[0]
    ending = _QUESTIONS.get(base)
    asked = bare.endswith(("?", "？", "؟")) or bool(ending and ending.search(bare))
    dashed = base in _DASHING and bool(_DASH.match(text))
    return asked or dashed or bool(_ASKER.match(text))


def is_quote(text: str) -> bool:
    """Return whether a sentence is one direct quotation from end to end.

    >>> texts = ("「『はい』と聞いた」", "「はい」と「いいえ」", "“Yes,” he said.")
    >>> [is_quote(text) for text in texts]
    [True, False, False]
    """
    bare = text.strip().rstrip("。．.")
    if len(bare) > 2 and bare[0] == bare[-1] == '"':
        return bare.count('"') == 2
    if len(bare) < 3 or _QUOTES.get(bare[0]) != bare[-1]:
        return False
    depth = 0
    for position, character in enumerate(bare):
        depth += (character == bare[0]) - (character == bare[-1])
        if depth == 0:
            return position == len(bare) - 1
    return False


def read_body(document: Document, title: str) -> list[Sentence]:
    """Return the sentences that are neither title, heading nor boilerplate, in order."""
    body: list[Sentence] = []
    before: Segment | None = None
    label: Segment | None = None
    spoken_in = -1
    for segment in document.segments:
        if segment.kind == "label":
            # A label on a line of its own belongs to the paragraph that follows.
            label, spoken_in = segment, segment.paragraph + _breaks(segment)
        elif _counts(segment, before, title):
            speaker = label if segment.paragraph == spoken_in else None
            body.append(_sentence(segment, before, document.language, speaker))
        if segment.kind != "blank":
            before = segment
    return body


def is_interview(body: Sequence[Sentence]) -> bool:
    """Return whether at least two lines, and 20 % of all, are questions or have a speaker's label.

    A line is a paragraph, or a sentence where the text has fewer than four paragraphs; a
    paragraph is a question if it is short and ends in one.
    """
    lines: dict[int, list[Sentence]] = {}
    for sentence in body:
        lines.setdefault(sentence.paragraph, []).append(sentence)
    groups = list(lines.values()) if len(lines) > 3 else [[sentence] for sentence in body]
    asked = sum(g[0].labelled or (g[-1].question and len(g) <= 3) for g in groups)
    return asked >= 2 and asked >= 0.2 * len(groups)


def companions(body: Sequence[Sentence], place: int, language: str) -> tuple[int, ...]:
    """Return the place of the neighbour that a sentence needs to be understood, or ().

    A short answer, or one that starts with yes or no, needs its question; a quotation needs the
    adjacent sentence that says who spoke, if one does: nothing is guessed.
    """
    sentence = body[place]
    if place and body[place - 1].question and (_short(sentence, language) or _nods(sentence)):
        return (place - 1,)
    base = language.split("-")[0]
    report = REPORTS.get(base)
    if not sentence.quote or not report:
        return ()
    near = [p for p in (place - 1, place + 1) if 0 <= p < len(body)]
    found = [p for p in near if _attributes(body[p], report)]
    tails = [p for p in found if p > place and TAILS[base].match(body[p].text)]
    return tuple((tails or found)[:1])


def _titular(segment: Segment, language: str) -> bool:
    text = segment.text.strip()
    small = len(text) <= 60 if by_characters(language) else len(text.split()) <= 20
    ended = text.rstrip(_CLOSERS).endswith(tuple(get_language(language).enders + "。？！?!…"))
    alone = segment.kind == "sentence" and _breaks(segment)
    return alone and small and not ended and not is_quote(text)


def _breaks(segment: Segment) -> bool:
    return not _BREAKS.isdisjoint(segment.gap)


def _counts(segment: Segment, before: Segment | None, title: str) -> bool:
    if segment.kind != "sentence" or segment.id == title:
        return False
    mark = before.text if before and before.kind == "marker" else ""
    return not is_boilerplate(f"{mark} {segment.text}".strip())


def _asks(label: Segment | None) -> bool:
    return label is not None and fold(label.text).strip(" .:()[]") in _ASKERS


def _sentence(
    segment: Segment, before: Segment | None, language: str, label: Segment | None
) -> Sentence:
    text = segment.text.strip()
    opener = _OPENERS.get(language.split("-")[0])
    kind = before.kind if before else ""
    mark = before.text if before and kind == "marker" else ""
    return Sentence(
        id=segment.id,
        text=text,
        paragraph=segment.paragraph,
        question=_asks(label) or any(is_question(t, language) for t in (text, mark + text)),
        quote=is_quote(text),
        opener=bool(opener and opener.match(text.lstrip("「『“‘\"' 　"))),
        labelled=kind == "label" or bool(_ASKER.match(text)),
        label=label,
    )


def _short(sentence: Sentence, language: str) -> bool:
    return letters(sentence.text) < (15 if by_characters(language) else 40)


def _nods(sentence: Sentence) -> bool:
    return bool(_NODS.match(sentence.text))


def _attributes(sentence: Sentence, report: re.Pattern[str]) -> bool:
    quoting = any(mark in sentence.text for mark in '「『“"')
    return not quoting and not sentence.question and bool(report.search(sentence.text))
