"""Looks for damage that models do: loops, lost text, cut ends, a neighbour's text, hidden signs."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import numpy as np

from workbench.checks.registry import Pair, check
from workbench.types import Finding

# A unit of 2 to 15 characters, four times or more; the text of a chant is told by its source.
_LOOP = re.compile(r"(?=\S)(.{2,15}?)\1{3,}", re.DOTALL)
# A syllable or a few letters three times on end within a word, or a word three times.
_STUTTER = re.compile(
    "([\u3041-\u3096\u4e00-\u9fff\uac00-\ud7a3])\\1{2,}"
    r"|([^\W\d_]{2,5}?)\2{2,}|\b([^\W\d_]+)(?:\s+\3\b){2,}"
)
_DOUBLE = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)
_SAME_SIGN = re.compile(r"(\w)\1{9,}")
_LETTER = re.compile(r"[^\W\d_]")
_GRAM = 8
_LAST = 20_000  # characters at the end of a segment, where a loop stays once it has begun
_PERIODS = range(10, 401)

# How much a character says, in letters of English, from least squares over parallel news text.
_SIZES = (
    (re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff]"), 4.0),
    (re.compile("[\uac00-\ud7a3]"), 3.1),
    (re.compile("[\u3041-\u3096]"), 2.0),
    (re.compile("[\u30a1-\u30fa\u30fc]"), 1.6),
    (re.compile("[^\\s\u3005-\u30fc\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]"), 1.2),
)
_SHORTEST, _LONGEST, _DROPPED = 0.45, 1.9, 0.62
_EXEMPT = 30  # letters of English; names and exclamations vary too much
_ENDER = re.compile(r"[。！？!?.…]+[」』”’\"')）]*(?=\s|$|[^\x00-\x7f])")
_SHARED_SIGNS = frozenset("\t\n\r\u200c\u200d\ufe0f")


@check("repetition")
def check_repetition(pair: Pair) -> Iterator[Finding]:
    """Yield a part of the target that repeats as the source does not (critical)."""
    cut = max(0, len(pair.target) - _LAST)
    span = find_loop(pair.target[cut:])
    if span and find_loop(pair.source[-_LAST:]) is None:
        span = (span[0] + cut, span[1] + cut)
        part = " ".join(pair.target[span[0] : span[0] + 30].split())
        yield pair.doubt("repetition", "critical", f"The target repeats itself: {part} …", span)


@check("doubled-word")
def check_doubled_word(pair: Pair) -> Iterator[Finding]:
    """Yield a word that stands twice on end (minor), unless the source doubles one too.

    News that people translated has one in 1,800 English sentences and one in 14,000 Korean ones.
    """
    match = _DOUBLE.search(pair.target)
    if match and not find_loop(pair.target) and not _is_doubled(pair.source):
        message = f"A word stands twice: {match[0]}"
        yield pair.doubt("doubled-word", "minor", message, match.span())


def _is_doubled(source: str) -> bool:
    """Say whether a source has two of the same on end; kana and Han have no spaces between."""
    return bool(_DOUBLE.search(source) or re.search(r"([^\W\d_]{2,6})[、・]?\1", source))


@check("length")
def check_length(pair: Pair) -> Iterator[Finding]:
    """Yield targets much shorter (major) or longer (minor) than such a source usually gives."""
    expected, actual = size(pair.source), size(pair.target)
    if expected < _EXEMPT:
        return
    share = actual / expected
    here, there = len(_ENDER.findall(pair.source)), len(_ENDER.findall(pair.target))
    if share < _SHORTEST or (share < _DROPPED and here > max(there, 1)):
        message = f"The target is short ({share:.0%} of the usual length): text may be missing."
        yield pair.doubt("length", "major", message)
    elif share > _LONGEST:
        message = f"The target is long ({share:.0%} of the usual length): text may be added."
        yield pair.doubt("length", "major" if share > 2 * _LONGEST else "minor", message)


@check("truncated")
def check_truncated(pair: Pair) -> Iterator[Finding]:
    """Yield targets whose end the model did not reach (major)."""
    if pair.translation.truncated:
        end = len(pair.target)
        message = "The model ran out of length before the end: the target may be cut."
        yield pair.doubt("truncated", "major", message, (max(0, end - 1), end))


@check("neighbour")
def check_neighbour(pair: Pair) -> Iterator[Finding]:
    """Yield targets equal to the one before though the sources differ (major)."""
    before = pair.previous
    if before is None or plain(before.source) == plain(pair.source):
        return
    target = plain(pair.target)
    long = size(target) >= 15
    if long and target == plain(before.target):
        message = "The target is the same as that of the sentence before it; the sources differ."
        yield pair.doubt("neighbour", "major", message)


@check("hidden")
def check_hidden(pair: Pair) -> Iterator[Finding]:
    """Yield control and direction signs of the target that the source does not have (major)."""
    if pair.target.isascii() and pair.target.isprintable():
        return
    for place, sign in enumerate(pair.target):
        hidden = unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn"} or sign == "\ufffd"
        if hidden and sign not in _SHARED_SIGNS and sign not in pair.source:
            name = unicodedata.name(sign, "control character")
            message = f"The target has a hidden or broken sign: {name} (U+{ord(sign):04X})."
            yield pair.doubt("hidden", "major", message, (place, place + 1))
            return


def find_loop(text: str) -> tuple[int, int] | None:
    """Return where a part repeats over and over, None if none does.

    A syllable, a few letters of a word or a whole word has to come three times on end, any other
    unit of 2 or 3 characters five times, a longer one four times, one of 10 characters three
    times, a sentence of 30 twice; or one piece of 8 characters has to come at least four times
    and fill a quarter of the text.

    >>> find_loop("그는 그는 그는 그는 그는 갔다.")
    (0, 14)
    """
    stutter = _STUTTER.search(text)
    if stutter:
        return stutter.span()
    if len(text) < 8:
        return None
    for match in _LOOP.finditer(text):
        unit = match[1]
        enough = len(unit) > 3 or len(match[0]) >= 5 * len(unit)
        if enough and _LETTER.search(unit):
            return match.span()
    for same in _SAME_SIGN.finditer(text):
        # A quadrillion has fifteen zeros; nothing that people count has thirty.
        longest = 29 if same[1].isdigit() else 9
        if len(same[0]) > longest and same[1] != "ー":
            return same.span()
    grams = Counter(text[i : i + _GRAM] for i in range(len(text) - _GRAM + 1))
    if len(text) - _GRAM + 1 - len(grams) < _GRAM:
        return None
    return _find_periodic(text) or _find_frequent(text, grams)


def plain(text: str) -> str:
    """Return the letters and digits of a text, folded, for comparison only."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum()
    )


def _find_periodic(text: str) -> tuple[int, int] | None:
    """Return the first run that equals itself one period later, long enough for its period."""
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    for period in _PERIODS:
        if 1.9 * period > len(signs):
            return None
        differs = np.flatnonzero(signs[period:] != signs[:-period])
        edges = np.concatenate(([-1], differs, [len(signs) - period]))
        runs = np.diff(edges) - 1
        best = int(runs.argmax())
        # The last round has no blank after it, and may end before its full stop.
        needed = 0.9 * period * (1 if period >= 30 else 2)
        start = int(edges[best]) + 1
        end = start + int(runs[best]) + period
        if runs[best] >= needed and len(_LETTER.findall(text[start:end])) * 2 > end - start:
            return start, end
    return None


def _find_frequent(text: str, grams: Counter[str]) -> tuple[int, int] | None:
    gram, count = grams.most_common(1)[0]
    if count >= 4 and count * _GRAM * 4 >= len(text) and len(_LETTER.findall(gram)) >= 5:
        return text.index(gram), text.rindex(gram) + _GRAM
    return None


def size(text: str) -> float:
    """Return how much a text says, in letters of English (a kanji says 4, a hangul block 3)."""
    return sum(weight * len(signs.findall(text)) for signs, weight in _SIZES)
