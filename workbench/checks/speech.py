"""Follows who speaks, and in which Korean speech level; a new way to name a speaker goes below.

Narration, the turns of labelled speakers and the quotations of each person are separate voices.
What is doubted most is a polite voice that turns plain for a moment, or the other way round. Any
other mix is said once for each voice: printed interviews mix 합쇼체 with 해요체, 해체 with 한다체.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.checks.endings import PLAIN, POLITE, Ending, endings
from workbench.checks.quotations import quotation_links
from workbench.checks.quotes import Quotation
from workbench.checks.registry import ANSWERER, ASKER, Pair, document_check, ledger
from workbench.types import Entry, Finding, Severity

NARRATION, UNKNOWN = "narration", "?"

# “…”라고 한 씨는 말했다, 한 씨는 “…”라고: the word that a subject's particle follows.
_NAME = (
    r"((?:[가-힣]{1,4} )?[가-힣A-Za-z]{1,8}(?: (?:씨|님|군|양))?)"
    r"(?:\([^()]{1,12}\))?(?:은|는|이|가|도)"
)
_BEFORE = re.compile(_NAME + r"(?: [^“”‘’.?!]{0,30})? ?$")
_AFTER = re.compile(
    r"[^가-힣]{0,3}(?:이?라고|라며|라면서|하고|고|며|면서)? ?(?:[^ .“”]{1,8} ){0,3}?" + _NAME + " "
)
_SAYS = re.compile(
    "말했|말한|말하|밝혔|밝힌|전했|설명|덧붙|강조|털어놓|회상|토로|답했|답한|물었|묻는|되묻|증언|지적|웃었|웃는|했다|한다"
    "|호소|주장|중얼|외쳤|외치|고백|돌아봤|떠올|농담|푸념"
)
# What is quoted as 한다체 before these is the newspaper's summary of it, not how it was said.
# “…없다”고 is neutral, “…없다”라고 gives the very words.
_NEUTRAL = re.compile(r"(?:이라)?(?:고|며|면서|는|던|란|느니|지만|기에)(?![가-힣]*요)")
_DASHED = re.compile(r"\s*[―—─–]")
_JA_POLITE = re.compile(
    r"(?:です|ます|ました|ません|でした|ください|ましょう|ございます)"
    r"(?:[かよねがわ]|けど|から|もの|し|って|んで|ので)*[。？?！!…]*$"
)
_JA_PLAIN = re.compile(r"(?:[だたるうくすつぬむぐぶいよねぞぜ]|かな|だろう)[。？?！!…]*$")
_PRONOUNS = frozenset((UNKNOWN, "그", "그녀", "본인", "이 남성", "이 여성"))
_NAMES = {NARRATION: "The narration", UNKNOWN: "The quoted speaker", ASKER: "The questioner"}
_OPENING = re.compile(r"\s*([^\s:：.?!。、,][^:：.?!。、,]{0,29})[:：]\s")
_HANGUL = re.compile("[가-힣]")
_NEAR = 60  # characters between a quotation and who says it
_LEAST = 2  # sentences of a voice that make its usual level
_SHARE = 0.34  # of a voice's sentences, up to which the rarer level is a slip
_CLEAR = 0.1
_MIXED = 0.1  # the confidence in a doubt about levels that interviews mix freely


@dataclass(frozen=True, slots=True)
class _Turn:
    """One sentence whose politeness can be told; that of its Japanese source, if it is known."""

    voice: str
    entry: Entry
    source_polite: bool | None

    @property
    def polite(self) -> bool:
        return self.entry.value in POLITE


@ledger("speech")
@lru_cache(maxsize=64)
def speech_entries(pair: Pair) -> tuple[Entry, ...]:
    """Return the speaker and the Korean level of every sentence, quotations by themselves.

    source is the speaker, value the level ("" where the ending tells none); the span of the
    ending is in the side that is Korean. kind is "narration", "turn" (of a labelled speaker) or
    "quotation"; "reported" for one in 한다체 whose words a newspaper may have made its own, and
    "fragment" for quoted words that nobody is said to say.
    """
    if pair.language == "ko":
        return tuple(_entry(pair, pair.target, ending) for ending in endings(pair.target))
    if pair.source_language == "ko":
        return tuple(_entry(pair, pair.source, ending) for ending in endings(pair.source))
    return ()


def speakers(entries: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """Return how often each speaker uses each level, in the order of first words.

    >>> speakers([Entry("speech", "turn", "s1", "ko", "matched", source="기자", value="해요체")])
    {'기자': {'해요체': 1}}
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if entry.ledger == "speech" and entry.value:
            found[entry.source][entry.value] += 1
    return {speaker: dict(counts) for speaker, counts in found.items()}


@document_check("speech-level")
def check_speech_level(pairs: Sequence[Pair], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield each run of sentences in which a speaker of the Korean column leaves the usual level.

    Minor, and major where the speaker keeps the level in nine sentences of ten or the Japanese
    source is polite where the target is not. A change that the source makes too is no doubt.
    A voice that mixes levels otherwise gets one minor doubt, where the rarer one begins.
    """
    by_id = {pair.segment.id: pair for pair in pairs if pair.language == "ko"}
    voices, quoted = _voices(_turns(by_id, entries))
    told: set[str] = set()
    for voice in (*voices, quoted):
        for turn in _slips(voice):
            if turn.entry.segment_id not in told:
                told.add(turn.entry.segment_id)
                yield _doubt(by_id[turn.entry.segment_id], turn, voice)
    for voice in voices:
        yield from _mix(by_id, voice)


@document_check("speaker")
def check_speakers(pairs: Sequence[Pair], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield labels that name another speaker than before, share a name, or stand in the text too.

    A label that changes is doubted where it does (major); one that the target repeats before the
    sentence is minor.
    """
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    for pair in pairs:
        if not pair.speaker or pair.speaker in (ASKER, ANSWERER):
            continue
        message = _label_doubt(pair, names, owners)
        if message:
            yield pair.doubt("speaker", "major", message, None, 0.7)
        opening = _OPENING.match(pair.target)
        if opening and not _OPENING.match(pair.source) and opening[1] == pair.label:
            message = f"The label {pair.label} stands again in the sentence: take it out."
            yield pair.doubt("speaker", "minor", message, opening.span(), 0.8)


def _label_doubt(pair: Pair, names: dict[str, str], owners: dict[str, str]) -> str:
    """Return what is wrong with the label of a pair, "" if nothing is; remember each label."""
    if pair.speaker not in names and not pair.label:
        names[pair.speaker] = ""
        return f"The speaker {pair.speaker} has no label in the target: put one before the turn."
    usual = names.setdefault(pair.speaker, pair.label)
    if usual != pair.label:
        names[pair.speaker] = pair.label  # one doubt for each change, not for each sentence
        shown = pair.label or "nothing"
        return f"The speaker {pair.speaker} is {shown} here and {usual or 'nothing'} before."
    owner = owners.setdefault(pair.label, pair.speaker)
    if owner != pair.speaker and pair.label:
        names[pair.speaker] = pair.label
        owners[pair.label] = pair.speaker
        return f"{pair.label} stands for {pair.speaker} here and for {owner} before."
    return ""


def _turns(by_id: Mapping[str, Pair], entries: Iterable[Entry]) -> Iterator[_Turn]:
    """Yield the sentences that have a voice; an unnamed one goes on with the last one named."""
    last = UNKNOWN
    known: dict[str, str] = {}
    for entry in entries:
        if entry.ledger != "speech" or entry.segment_id not in by_id or entry.kind == "fragment":
            continue
        voice = entry.source
        if entry.kind in ("quotation", "reported"):
            voice = last = _resolved(voice, last, known)
        if entry.value in POLITE | PLAIN and entry.kind != "reported":
            yield _Turn(voice, entry, _source_politeness(by_id[entry.segment_id], entry))


def _resolved(voice: str, last: str, known: dict[str, str]) -> str:
    """Return the voice that a name means: 한 씨 is 한미옥 씨, and "?" whoever spoke last."""
    if voice in _PRONOUNS:
        return last
    return known.setdefault(voice[0], voice) if voice.endswith(" 씨") else voice


def _voices(turns: Iterable[_Turn]) -> tuple[list[list[_Turn]], list[_Turn]]:
    """Return the sentences of each voice, and those of all who are quoted as the main persons.

    The last ones catch the slip of a person who says little: an interview keeps one level.
    """
    found: dict[str, list[_Turn]] = defaultdict(list)
    pool: list[_Turn] = []
    for turn in turns:
        found[turn.voice].append(turn)
        if turn.entry.kind == "quotation":
            pool.append(turn)
    return list(found.values()), pool


def _slips(voice: Sequence[_Turn]) -> Iterator[_Turn]:
    """Yield the first sentence of each run that is not as polite as the voice usually is."""
    usual = _is_polite(voice)
    rare = [turn for turn in voice if turn.polite != usual and turn.source_polite != turn.polite]
    kept = len(voice) - sum(turn.polite != usual for turn in voice)
    sure = [turn for turn in rare if turn.source_polite is not None]
    clear = kept >= _LEAST and len(rare) <= _SHARE * (kept + len(rare))
    slips = frozenset(rare if clear else sure if kept > len(voice) - kept else ())
    before = -2
    for place, turn in enumerate(voice):
        if turn in slips:
            if place != before + 1:
                yield turn
            before = place


def _is_polite(voice: Sequence[_Turn]) -> bool:
    return sum(turn.polite for turn in voice) * 2 >= len(voice)


def _doubt(pair: Pair, turn: _Turn, voice: Sequence[_Turn]) -> Finding:
    usual = [other.entry.value for other in voice if other.polite != turn.polite]
    level = Counter(usual).most_common(1)[0][0]
    rare = 1 - len(usual) / len(voice)
    sure = turn.source_polite is not None or rare <= _CLEAR
    severity: Severity = "major" if sure else "minor"
    message = (
        f"{_NAMES.get(turn.voice, turn.voice)} usually speaks in {level} and here in "
        f"{turn.entry.value}: make the level the same unless the change is meant."
    )
    confidence = 0.8 if sure else 0.5
    return pair.doubt("speech-level", severity, message, turn.entry.target_span, confidence)


def _mix(by_id: Mapping[str, Pair], voice: Sequence[_Turn]) -> Iterator[Finding]:
    """Yield the first sentence in the rarer level of a voice with a mix that is no slip."""
    (level, most), *others = Counter(turn.entry.value for turn in _unsaid(voice)).most_common()
    # Of two that are used equally often, the one that comes later counts as the rarer.
    for rarer, count in others[:1] if most >= _LEAST else ():
        turn = next(turn for turn in _unsaid(voice) if turn.entry.value == rarer)
        message = (
            f"{_NAMES.get(turn.voice, turn.voice)} speaks in {level} {_times(most)} and in {rarer} "
            f"{_times(count)}, here first: make the level the same unless the mix is meant."
        )
        span = turn.entry.target_span
        yield by_id[turn.entry.segment_id].doubt("speech-level", "minor", message, span, _MIXED)


def _unsaid(voice: Sequence[_Turn]) -> list[_Turn]:
    """Return the sentences of a voice but for slips and what changes as the source does."""
    usual, clear = _is_polite(voice), not any(True for _ in _slips(voice))
    return [
        turn
        for turn in voice
        if turn.polite == usual or (clear and turn.source_polite != turn.polite)
    ]


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _source_politeness(pair: Pair, entry: Entry) -> bool | None:
    """Tell whether the Japanese words of a sentence are polite, None where that is not known."""
    if pair.source_language != "ja" or entry.target_span is None:
        return None
    words = pair.source
    if entry.kind == "quotation":
        linked = (
            link.source
            for link in quotation_links(pair)
            if link.target and link.target.start <= entry.target_span[0] < link.target.end
        )
        quotation = next(linked, None)
        if quotation is None:
            return None
        words = quotation.content
    if _JA_POLITE.search(words):
        return True
    return False if _JA_PLAIN.search(words) else None


def _entry(pair: Pair, text: str, ending: Ending) -> Entry:
    kind, speaker = _voice(pair, text, ending)
    here = text == pair.target and pair.language == "ko"
    words = text[slice(*ending.span)]
    return Entry(
        "speech",
        kind,
        pair.segment.id,
        pair.language,
        "matched",
        source=speaker,
        source_span=None if here else ending.span,
        target=words if here else "",
        target_span=ending.span if here else None,
        value=ending.level,
    )


def _voice(pair: Pair, text: str, ending: Ending) -> tuple[str, str]:
    """Return (kind, speaker) of a sentence."""
    quotation = ending.quotation
    if quotation is None:
        speaker = pair.speaker or (ASKER if _DASHED.match(text) else "")
        return ("turn", speaker) if speaker else ("narration", NARRATION)
    alone = not _HANGUL.search(text[: quotation.start] + text[quotation.end :])
    speaker = "" if alone else _sayer(text, quotation)
    if not (alone or speaker or pair.speaker):
        return "fragment", UNKNOWN
    ends = ending.span[1] + 2 >= quotation.end - 1
    neutral = ends and _NEUTRAL.match(text, quotation.end)
    kind = "reported" if neutral and ending.level == "한다체" else "quotation"
    return kind, speaker or pair.speaker or UNKNOWN


def _sayer(text: str, quotation: Quotation) -> str:
    """Return who is named beside a quotation by a saying verb, "" if nobody is."""
    start, end = quotation.span
    if not _SAYS.search(text, end, end + _NEAR):
        return ""
    name = _BEFORE.search(text[max(0, start - _NEAR) : start]) or _AFTER.match(text, end)
    return name[1].strip() if name else ""
