"""Looks for damage that models do: loops, lost text, cut ends, a neighbour's text, hidden signs."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from workbench.checks.registry import Pair, check, document_check
from workbench.languages import LANGUAGES
from workbench.segmentation import split
from workbench.types import Entry, Finding

# A unit of 2 to 15 characters, four times or more; the text of a chant is told by its source.
_LOOP = re.compile(r"(?=\S)(.{2,15}?)\1{3,}", re.DOTALL)
# A syllable or a few letters three times on end within a word, or a word three times; a letter or
# a mark five times.
_STUTTER = re.compile(
    "([\u3041-\u3096\u4e00-\u9fff\uac00-\ud7a3])\\1{2,}"
    r"|([^\W\d_]{2,5}?)\2{2,}|\b([^\W\d_]+)(?:\s+\3\b){2,}"
    r"|([a-z])\4{4,}|([,、，;:「」『』(（“”])\5{4,}"
)
_DOUBLE = re.compile(r"\b([^\W\d_]{2,})\s+\1\b", re.IGNORECASE)
_SAME_SIGN = re.compile(r"(\w)\1{9,}")
_LETTER = re.compile(r"[^\W\d_]")
_COUNTED = re.compile(r"[1-9]\d*\D|\D\d*[1-9]")  # a number with a space or sign, but not ",000"
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
_SPEECH = re.compile(r"[「『“‘\"(（].*[」』”’\")）]", re.DOTALL)
_JOINED = re.compile(r"\w[;；](?=\s)|[a-z가-힣][.?!](?=[A-Z가-힣][a-z가-힣]*\s)")
_REPLY = re.compile("[」』](?=[「『])")
_SPEECH_PART = re.compile(
    r"「(?:[^「」]|「[^「」]*」)*」|『[^『』]*』|“[^“”]*”|\"[^\"]*\"|(?<!\w)‘(?:[^‘’]|’(?=\w))*’"
)
_SHARED_SIGNS = frozenset("\t\n\r\u200c\u200d\ufe0f")
# A joiner after a letter or an emoji does its work; two signs without a width on end hide one.
_HIDING = re.compile(
    "(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0020-\U000e007e]+|[\u202d\u202e\u2066-\u2068]+"
    "|[\u200b-\u200d\u2060-\u2064\ufeff]{2,}"
)
_WHOLE = 0.85  # of the usual length: two sentences that a translator joined say as much as before
_TELLING = 15  # letters of English; shorter answers are the same again and again
_NEAR = 2  # segments before or after
_CLEARLY = 0.2


@check("repetition")
def check_repetition(pair: Pair) -> Iterator[Finding]:
    """Yield a part of the target that repeats as the source does not (critical)."""
    cut = max(0, len(pair.target) - _LAST)
    span = find_loop(pair.target[cut:])
    if span and find_loop(pair.source[-_LAST:]) is None:
        span = (span[0] + cut, span[1] + cut)
        part = " ".join(pair.target[span[0] : span[0] + 30].split())
        yield pair.doubt(
            "repetition", "critical", f"The target repeats itself: {part} …", span, 0.95
        )


@check("doubled-word")
def check_doubled_word(pair: Pair) -> Iterator[Finding]:
    """Yield a word that stands twice on end (minor), unless the source doubles one too.

    News that people translated has one in 1,800 English sentences and one in 14,000 Korean ones.
    """
    match = _DOUBLE.search(pair.target)
    if match and not find_loop(pair.target) and not _is_doubled(pair.source):
        message = f"A word stands twice: {match[0]}"
        yield pair.doubt("doubled-word", "minor", message, match.span(), 0.8)


def _is_doubled(source: str) -> bool:
    """Say whether a source has two of the same on end; kana and Han have no spaces between."""
    return bool(_DOUBLE.search(source) or re.search(r"([^\W\d_]{2,6})[、・]?\1", source))


@check("length")
def check_length(pair: Pair) -> Iterator[Finding]:
    """Yield targets much shorter (major) or longer (minor) than such a source usually gives."""
    expected, actual = size(pair.source), size(pair.target)
    if expected < _EXEMPT or _lost_sentences(pair):
        return
    share = actual / expected
    here, there = len(_ENDER.findall(pair.source)), len(_ENDER.findall(pair.target))
    if share < _SHORTEST or (share < _DROPPED and here > max(there, 1)):
        message = f"The target is short ({share:.0%} of the usual length): text may be missing."
        yield pair.doubt("length", "major", message, confidence=0.85)
    elif share > _LONGEST:
        message = f"The target is long ({share:.0%} of the usual length): text may be added."
        if share > 2 * _LONGEST:
            yield pair.doubt("length", "major", message, confidence=0.9)
        else:
            yield pair.doubt("length", "minor", message, confidence=0.4)


@check("dropped")
def check_dropped(pair: Pair) -> Iterator[Finding]:
    """Yield targets with fewer sentences than the source: major, of the full length minor."""
    lost = _lost_sentences(pair)
    if not lost:
        return
    there = _told(pair)
    counts = f"The source has {there + lost} sentences, the target {there}"
    if size(pair.target) < _WHOLE * size(pair.source):
        message = f"{counts}, and it is short: see which sentence is missing."
        yield pair.doubt("dropped", "major", message, confidence=0.85)
    else:
        message = f"{counts}: see if two were joined or one is missing."
        yield pair.doubt("dropped", "minor", message, confidence=0.3)


def _lost_sentences(pair: Pair) -> int:
    """Return how many sentences the target has less than the source, 0 if it has enough.

    Speech before “he said” or before an answer is a sentence in one language and a part of one
    in another: it counts where the target has no speech left, or nothing but speech.
    """
    ours = sentences(pair.source, pair.source_language)
    loose = len(ours) + len(_REPLY.findall(pair.source))
    if loose < 2:
        return 0
    there = _told(pair)
    firm = 1 + sum(not _SPEECH.fullmatch(text) for text in ours[:-1])
    if firm > there:
        return firm - there
    return max(0, loose - there) if _lost_part(pair) else 0


def _told(pair: Pair) -> int:
    """Return the sentences of the target; models join two by a semicolon or forget the space."""
    whole = sentences(pair.target, pair.language)
    return len(whole) + len(_JOINED.findall(pair.target))


def _lost_part(pair: Pair) -> bool:
    """Tell whether all speech, all narration, or one quotation of a short target is gone."""
    narration, spoken = _SPEECH_PART.subn(" ", pair.source)
    rest, kept = _SPEECH_PART.subn(" ", pair.target)
    if size(narration) >= _TELLING and size(rest) < 0.2 * size(narration):
        return True
    return spoken > kept and size(pair.target) < _WHOLE * size(pair.source)


@lru_cache(maxsize=256)
def sentences(text: str, language: str) -> tuple[str, ...]:
    """Return the sentences of a text as the segmenter finds them; a quotation is not cut.

    >>> sentences("寒かった。「もう帰る。明日来る」と言った。", "ja")
    ('寒かった。', '「もう帰る。明日来る」と言った。')
    """
    if language.split("-")[0] not in LANGUAGES:
        return (text,)
    found = split(text[:_LAST], language).segments
    return tuple(each.text for each in found if each.kind in ("sentence", "heading"))


@check("truncated")
def check_truncated(pair: Pair) -> Iterator[Finding]:
    """Yield targets whose end the model did not reach (major)."""
    if pair.translation.truncated:
        end = len(pair.target)
        message = "The model ran out of length before the end: the target may be cut."
        yield pair.doubt("truncated", "major", message, (max(0, end - 1), end), 0.95)


@document_check("neighbour")
def check_neighbour(pairs: Sequence[Pair], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield targets that say what a sentence nearby says, in either language (major).

    Of two equal targets with different sources the one whose length fits its source less is
    doubted, else the later one.
    """
    keys = [(plain(pair.source), plain(pair.target)) for pair in pairs]
    doubted: set[int] = set()
    for later, earlier in _nearby(len(pairs)):
        (source, target), (source_before, target_before) = keys[later], keys[earlier]
        if source == source_before:
            continue
        if target == target_before and size(target) >= _TELLING:
            place = _worse(pairs, earlier, later)
            doubted.add(place)
            other = "before" if place == later else "after"
            yield _as_nearby(pairs[place], f"the target of a sentence {other} it")
        else:
            ours = [(later, target, source_before), (earlier, target_before, source)]
            for place, text, foreign in ours:
                if text == foreign and size(text) >= _TELLING and place not in doubted:
                    doubted.add(place)
                    side = "before" if place == later else "after"
                    yield _as_nearby(pairs[place], f"the source of a sentence {side} it")


def _nearby(count: int) -> Iterator[tuple[int, int]]:
    """Yield (later, earlier) of every two places that are at most _NEAR apart."""
    for later in range(count):
        for earlier in range(later - 1, max(-1, later - 1 - _NEAR), -1):
            yield later, earlier


def _worse(pairs: Sequence[Pair], earlier: int, later: int) -> int:
    """Return the place whose target fits the length of its source less; the later one on a tie."""
    misfits = [
        abs(math.log((size(pairs[place].target) + 1) / (size(pairs[place].source) + 1)))
        for place in (earlier, later)
    ]
    return earlier if misfits[0] > misfits[1] + _CLEARLY else later


def _as_nearby(pair: Pair, what: str) -> Finding:
    message = f"The target is {what}; the sources differ: translate this one again."
    return pair.doubt("neighbour", "major", message, confidence=0.9)


@check("hidden")
def check_hidden(pair: Pair) -> Iterator[Finding]:
    """Yield signs that nobody sees: of the target without a source major, of the source minor.

    In a source they are those that hide or turn text: tag characters, overrides of the direction,
    and runs of signs without a width. Joiners of emoji and of Indic and Arabic letters are none.
    """
    if (found := _own_hidden(pair)) is not None:
        sign = pair.target[found]
        name = unicodedata.name(sign, "control character")
        message = f"The target has a hidden or broken sign: {name} (U+{ord(sign):04X})."
        yield pair.doubt("hidden", "major", message, (found, found + 1), 0.9)
    elif not pair.source.isascii() and (match := _HIDING.search(pair.source)):
        name = unicodedata.name(match[0][0], "control character")
        message = (
            f"The source hides signs from the reader: {name} (U+{ord(match[0][0]):04X}), "
            f"{len(match[0])} on end. Ask where the text comes from."
        )
        yield pair.doubt("hidden", "minor", message, confidence=0.9)


def _own_hidden(pair: Pair) -> int | None:
    """Return the first place of a hidden sign that only the target has, None if there is none."""
    if pair.target.isascii() and pair.target.isprintable():
        return None
    for place, sign in enumerate(pair.target):
        hidden = unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn"} or sign == "\ufffd"
        if hidden and sign not in _SHARED_SIGNS and sign not in pair.source:
            return place
    return None


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
        counting = len(match[0]) >= 12 and _COUNTED.search(unit)
        if (enough and _LETTER.search(unit)) or counting:
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
        letters = len(_LETTER.findall(text[start:end]))
        signs_read = letters + len(re.findall(r"\d", text[start:end]))
        if runs[best] >= needed and signs_read * 2 > end - start and letters * 4 > end - start:
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
