"""Compares negation and questions of source and target.

The forms of a language stand in a module of its own (_FORMS); what one language denies and
another affirms by a word stands in workbench.checks.opposites.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType

from workbench.checks import contrast, negation_en, negation_ja, negation_ko
from workbench.checks.contrast import Side
from workbench.checks.opposites import affirms, denying_word, excused
from workbench.checks.registry import Pair, check
from workbench.types import Finding, Severity, Span

_FORMS: dict[str, ModuleType] = {"ja": negation_ja, "ko": negation_ko, "en": negation_en}
# A side without any negation is a graver sign than one with another number of them.
_ONE_DENIES: tuple[Severity, float] = ("major", 0.5)
_BOTH_DENY: tuple[Severity, float] = ("minor", 0.3)

# What follows a word in its sentence, as far as a negation of it may stand.
_SENTENCE = re.compile(r"[^。.!?！？\n]{0,80}")

# A question as such: its mark, or the ending that needs none.
_ASKS = {
    "ja": re.compile(
        r"[?？]|(?<![うそと])か(?=[。」』]|$)|(?:でしょう|だろう|ましょう)か(?=[。」、]|$)"
    ),
    "ko": re.compile(r"[?？]|(?<!니)까요?(?=[.”’\"']|$)"),
    "en": re.compile(r"\?"),
}
# "It is cold, isn't it?" tells more than it asks; Japanese and Korean use no question for it.
_TAG = re.compile(
    r", (?:[a-z]{2,5}n['’]t|is|are|was|were|do|does|did|will|would|have|has|had|can|could|should)"
    r" (?:it|you|they|he|she|we|I|there)\?"
)
# What may stand for a question: an indirect one, a word that asks, a request, a tag.
_HINTS = {
    "ja": re.compile(
        r"[?？]|か(?=[とはがをもの、。」』]|どう|しら|な[。」』]|[いね][。」』])|でしょう|だろう|よね"
        r"|ね[えぇ]?[。」』]|なんて"
        r"|(?:は|の|たら|って|ない|とは|よう)[。」』]|くだ(?:さ|せ)|お願い|教え"
        r"|(?:何|なぜ|どう|誰|いつ|どこ|いくら|どん|どれ|どち)[^。」』]{0,16}[。」』]"
    ),
    "ko": re.compile(
        r"[?？]|[가-힣]지(?=[ 는를도.,”’]|$)|[느으]?냐|[는은인던]가"
        r"|(?:[나까]|까요|지요|죠|니|래|을걸)[.,”’]"
        r"|(?:자|자고|[은는]|네요)[.,”’]|려고|잖아|다면|달라|주세요|주십|부탁|줄이야"
        r"|(?:왜|누구|누가|무[엇슨]|뭐|뭘|어떻|어떤|어때|어디|언제|얼마|몇|어느)[^.”]{0,12}[.”]"
    ),
    "en": re.compile(
        r"\?"
        r"|\b(?:whether|if|ask\w*|wonder\w*|question\w*|could you|please|let's|shall|suppose"
        r"|guess|doubt\w*|tell|don't know|how|why|where|may|what|must be)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class Negations:
    """The negations of a text: firm ones need one on the other side, loose ones excuse one."""

    firm: tuple[Span, ...]
    loose: int


@dataclass(frozen=True, slots=True)
class _Patterns:
    silent: re.Pattern[str]
    loose: re.Pattern[str]
    firm: re.Pattern[str]


@check("negation")
def check_negation(pair: Pair) -> Iterator[Finding]:
    """Yield a target that denies what the source does not, or the reverse (major; more: minor)."""
    languages = pair.source_language.split("-")[0], pair.language.split("-")[0]
    if not set(languages) <= _FORMS.keys() or languages[0] == languages[1]:
        return
    theirs, ours = side_of(pair.source, languages[0]), side_of(pair.target, languages[1])
    excess = missing(theirs, ours)
    if excess:
        yield _counted(pair, theirs, ours, excess)
    elif found := _bare_word(pair, languages[1]) or _lost_word(pair, theirs, ours):
        yield found
    elif (theirs.firm or ours.firm) and contrast.is_unlike(theirs, ours):
        yield _unlike(pair, theirs, ours)


def _counted(pair: Pair, theirs: Side, ours: Side, excess: int) -> Finding:
    """Return a doubt about a target that lacks negations, or has too many (excess below 0)."""
    if excess > 0:
        start, end = theirs.firm[-1]
        some = "fewer negations than the source" if ours.firm else "no negation; the source has one"
        word, span = pair.source[start:end].strip(), None
    else:
        span = _trim(pair.target, ours.firm[-1])
        some = (
            "more negations than the source" if theirs.firm else "a negation; the source has none"
        )
        word = pair.target[slice(*span)].strip()
    message = f"The target has {some} ({word}): see whether both deny the same."
    both = theirs.firm and ours.firm
    severity, confidence = _BOTH_DENY if both else _ONE_DENIES
    return pair.doubt("negation", severity, message, span, confidence)


def _unlike(pair: Pair, theirs: Side, ours: Side) -> Finding:
    """Return a doubt about two sides whose words seldom stand with such negations."""
    more = len(theirs.firm) - len(ours.firm)
    if more:
        return _counted(pair, theirs, ours, more)
    span = _trim(pair.target, ours.firm[-1])
    message = (
        f"Both sides deny ({pair.source[slice(*theirs.firm[-1])].strip()}, "
        f"{pair.target[slice(*span)]}), by their other words not the same: see whether they do."
    )
    return pair.doubt("negation", _BOTH_DENY[0], message, span, _BOTH_DENY[1])


@check("question")
def check_question(pair: Pair) -> Iterator[Finding]:
    """Yield a target that states what the source asks, or the reverse (minor).

    What can stand for a question (an indirect one, a tag, a request) is enough on the other side.
    """
    languages = pair.source_language.split("-")[0], pair.language.split("-")[0]
    if not set(languages) <= _ASKS.keys():
        return
    sides = tuple(zip(languages, (pair.source, pair.target), strict=True))
    asks = [bool(_ASKS[code].search(_TAG.sub("", text))) for code, text in sides]
    hints = [bool(_HINTS[code].search(text)) for code, text in sides]
    if asks[0] and not hints[1]:
        message = "The source asks a question; the target does not: see whether it should."
        yield pair.doubt("question", "minor", message, None, 0.5)
    elif asks[1] and not hints[0]:
        message = "The target asks a question; the source does not: see whether it should."
        mark = re.search("[?？]", pair.target)
        yield pair.doubt("question", "minor", message, mark and mark.span(), 0.5)


def _bare_word(pair: Pair, language: str) -> Finding | None:
    """Return a doubt about a word of the target that needs a negation and has none behind it."""
    for match in _needing(language).finditer(pair.target):
        rest = _SENTENCE.match(pair.target, match.end())
        if not (rest and (_denies(rest[0], language) or affirms(rest[0], language))):
            message = f"{match[0]} in the target needs a negation: see whether one was lost."
            return pair.doubt("negation", _ONE_DENIES[0], message, match.span(), _ONE_DENIES[1])
    return None


def _denies(text: str, language: str) -> bool:
    patterns = _patterns(language)
    return any(kind.search(text) for kind in (patterns.silent, patterns.loose, patterns.firm))


def _lost_word(pair: Pair, theirs: Side, ours: Side) -> Finding | None:
    """Return a doubt about a target that has nothing for a denying word of the source."""
    word = denying_word(pair.source, theirs.language)
    if not word or theirs.firm or ours.firm or ours.loose or affirms(pair.target, ours.language):
        return None
    said = pair.source[slice(*word)]
    message = f"The target has nothing for what the source denies ({said}): see whether it should."
    return pair.doubt("negation", _ONE_DENIES[0], message, None, _ONE_DENIES[1])


def missing(theirs: Side, ours: Side) -> int:
    """Return how many negations of the source the target lacks; below 0: how many it adds.

    What one side says by a word that has no negation in it is excused.
    """
    lost = len(theirs.firm) - len(ours.firm) - ours.loose
    if lost > 0:
        return max(0, lost - _excused(theirs, ours))
    added = len(ours.firm) - len(theirs.firm) - theirs.loose
    if added > 0:
        return -max(0, added - _excused(ours, theirs))
    return 0


def _excused(side: Side, other: Side) -> int:
    return excused(side.text, side.language, side.firm, other.text, other.language)


def side_of(text: str, language: str) -> Side:
    """Return a text in ja, ko or en with its negations."""
    found = read_negations(text, language)
    return Side(text, language, found.firm, found.loose)


@lru_cache(maxsize=256)
def read_negations(text: str, language: str) -> Negations:
    """Return the negations of a text in ja, ko or en.

    >>> read_negations("It is not only cold: nobody came, did they?", "en")
    Negations(firm=((21, 27),), loose=0)
    """
    patterns = _patterns(language)
    rest = patterns.silent.sub(_blank, text.replace("\u2019", "'"))
    loose = len(patterns.loose.findall(rest))
    rest = patterns.loose.sub(_blank, rest)
    firm = tuple(match.span() for match in patterns.firm.finditer(rest))
    if language == "en":
        # "Not barking, not digging" may be one denial elsewhere.
        words = Counter(rest[start:end].lower() for start, end in firm)
        loose += sum(count - 1 for word, count in words.items() if word != "n't")
    return Negations(firm, loose)


def _trim(text: str, span: Span) -> Span:
    """Return a place without the blanks at its ends."""
    word = text[slice(*span)]
    start = span[0] + len(word) - len(word.lstrip())
    return start, start + len(word.strip())


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match[0])


@lru_cache(maxsize=4)
def _needing(language: str) -> re.Pattern[str]:
    """Return the pattern of words that need a negation behind them; English has none."""
    return re.compile("|".join(getattr(_FORMS[language], "NEEDING", ())) or "(?!)")


@lru_cache(maxsize=4)
def _patterns(language: str) -> _Patterns:
    forms = _FORMS[language]
    return _Patterns(
        *(re.compile("|".join(rows), re.I) for rows in (forms.SILENT, forms.LOOSE, forms.FIRM))
    )
