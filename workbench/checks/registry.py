"""The lists of checks and ledgers, what they are given, and the one function that runs them all."""

import importlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from workbench.errors import AccountingError
from workbench.types import Document, Entry, Finding, Segment, Severity, Span, Translation

_MODULES = (
    "numbers",
    "names",
    "quotations",
    "polarity",
    "speech",
    "integrity",
    "scripts",
    "markup",
    "instructions",
)
_SKIPPED = frozenset({"blank", "marker", "label"})
ASKER, ANSWERER = "――", "――?"
_DASH = re.compile(r"[―—─]{1,3}")
_LABEL_END = re.compile(r"[\s:：.．、]+$")
_ORDER: dict[str, int] = {"critical": 0, "major": 1, "minor": 2}


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment and its translation, with the pair before it in the text, if any.

    source_language and language are BCP 47 codes of the two sides. speaker is whose turn it is by
    the labels of the source (記者, Q), ASKER in a line that a dash opens, ANSWERER in the lines
    after it, "" elsewhere; label is what the target puts for it.
    """

    segment: Segment
    translation: Translation
    source_language: str
    language: str
    previous: "Pair | None" = None
    speaker: str = ""
    label: str = ""

    @property
    def source(self) -> str:
        """Return the text of the segment."""
        return self.segment.text

    @property
    def target(self) -> str:
        """Return the text of the translation."""
        return self.translation.text

    def doubt(
        self,
        name: str,
        severity: Severity,
        message: str,
        span: Span | None = None,
        confidence: float = 0.5,
    ) -> Finding:
        """Return a finding about this pair; span is in characters of the target text."""
        return Finding(name, severity, self.segment.id, self.language, message, span, confidence)


Check = Callable[[Pair], Iterator[Finding]]
Ledger = Callable[[Pair], Sequence[Entry]]
DocumentCheck = Callable[[Sequence[Pair], Sequence[Entry]], Iterator[Finding]]
CHECKS: dict[str, Check] = {}
LEDGERS: dict[str, Ledger] = {}
DOCUMENT_CHECKS: dict[str, DocumentCheck] = {}


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be said about one column: its doubts and its ledgers, in document order."""

    findings: tuple[Finding, ...]
    ledger: tuple[Entry, ...]


_F = TypeVar("_F", bound=Callable[..., object])


def check(name: str) -> Callable[[Check], Check]:
    """Register a function of a pair as the check of that name; taken twice is a ValueError."""
    return _register(CHECKS, name)


def ledger(name: str) -> Callable[[Ledger], Ledger]:
    """Register a function that returns the entries of a pair as the ledger of that name."""
    return _register(LEDGERS, name)


def document_check(name: str) -> Callable[[DocumentCheck], DocumentCheck]:
    """Register a check of all pairs and entries of a column: of what only shows in the whole."""
    return _register(DOCUMENT_CHECKS, name)


def _register(table: dict[str, _F], name: str) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        if name in table:
            raise ValueError(f"Two checks are named {name!r}.")
        table[name] = function
        return function

    return register


def account(document: Document, translations: Sequence[Translation]) -> None:
    """Hold that every non-blank segment has exactly one translation, in order.

    Translations of blank segments may be there or not.

    Raises AccountingError: a translation is missing, surplus or out of order.
    """
    blank = {s.id for s in document.segments if s.kind == "blank"}
    read = [s.id for s in document.segments if s.id not in blank]
    written = [t.segment_id for t in translations if t.segment_id not in blank]
    if read == written:
        return
    place = next((i for i, (a, b) in enumerate(zip(read, written, strict=False)) if a != b), None)
    place = min(len(read), len(written)) if place is None else place
    wanted, found = (ids[place] if place < len(ids) else "nothing" for ids in (read, written))
    raise AccountingError(
        f"{document.name}: {len(read)} segments were read and {len(written)} translations came "
        f"back; at place {place + 1} segment {wanted} was expected and {found} was found. "
        "Nothing was written; please report this with the text."
    )


def review(document: Document, translations: Sequence[Translation], language: str) -> Review:
    """Return every doubt about the translations of a document, and its ledgers.

    Failed segments get one critical finding and nothing else; labels, markers and blanks are
    only accounted.

    Raises AccountingError: see account.
    """
    account(document, translations)
    _load()
    pairs = tuple(_pairs(document, translations, language))
    return _whole(pairs, [_read(pair) for pair in pairs])


def review_again(
    document: Document,
    former: Sequence[Translation],
    translations: Sequence[Translation],
    language: str,
    seen: Review,
) -> Review:
    """Return what review says of translations of which few differ from former ones.

    seen is what a review said of those, its findings in the order of the work list, as they are
    here. What is said of a pair comes from nothing but the pair, so that only those which changed
    are read again, with the pair after each, and what is about the whole.

    Raises AccountingError: see account.
    """
    account(document, translations)
    _load()
    pairs = tuple(_pairs(document, translations, language))
    before = _pairs(document, former, language)
    known = _by_segment(seen)
    readings = [
        _recall(pair, known) if pair == old else _read(pair)
        for pair, old in zip(pairs, before, strict=True)
    ]
    found = _whole(pairs, readings)
    return replace(found, findings=work_list(found.findings))


def _read(pair: Pair) -> Review:
    """Return what is to be said of one pair by itself."""
    # Ledgers and checks of a pair together: they remember what they read for each other.
    ledgers = LEDGERS.values() if _has_both_sides(pair) else ()
    entries = tuple(entry for read in ledgers for entry in read(pair))
    return Review(tuple(_examine(pair)), entries)


def _recall(pair: Pair, known: Mapping[str, Review]) -> Review:
    """Return what was said of a pair by itself, leaving out what was said of it in the whole."""
    said = known.get(pair.segment.id, Review((), ()))
    findings = [finding for finding in said.findings if finding.check not in DOCUMENT_CHECKS]
    # Names that a check of pairs shares with one of the whole: only asking tells whose doubt it is.
    shared = (f.check for f in said.findings if f.check in CHECKS and f.check in DOCUMENT_CHECKS)
    for name in dict.fromkeys(shared if _has_both_sides(pair) else ()):
        findings.extend(CHECKS[name](pair))
    order = list(CHECKS)
    findings.sort(key=lambda f: order.index(f.check) if f.check in CHECKS else -1)
    return Review(tuple(findings), said.ledger)


def _by_segment(seen: Review) -> dict[str, Review]:
    findings: dict[str, list[Finding]] = defaultdict(list)
    entries: dict[str, list[Entry]] = defaultdict(list)
    for finding in seen.findings:
        findings[finding.segment_id].append(finding)
    for entry in seen.ledger:
        entries[entry.segment_id].append(entry)
    names = findings.keys() | entries.keys()
    return {name: Review(tuple(findings[name]), tuple(entries[name])) for name in names}


def _whole(pairs: Sequence[Pair], readings: Sequence[Review]) -> Review:
    """Return the readings of all pairs as one, with what only shows in the whole."""
    entries = tuple(entry for reading in readings for entry in reading.ledger)
    findings = [finding for reading in readings for finding in reading.findings]
    whole = tuple(pair for pair in pairs if _has_both_sides(pair))
    for examine in DOCUMENT_CHECKS.values():
        findings.extend(examine(whole, entries))
    return Review(tuple(findings), entries)


def run_checks(
    document: Document, translations: Sequence[Translation], language: str
) -> tuple[Finding, ...]:
    """Return the doubts of a review alone.

    Raises AccountingError: see account.
    """
    return review(document, translations, language).findings


def work_list(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with the worst first, then the surest, then in the order given."""
    return tuple(sorted(findings, key=lambda f: (_ORDER[f.severity], -f.confidence)))


def _load() -> None:
    """Import the modules of checks once; they register themselves."""
    for name in _MODULES:
        importlib.import_module(f"workbench.checks.{name}")


def _pairs(
    document: Document, translations: Sequence[Translation], language: str
) -> Iterator[Pair]:
    by_id = {translation.segment_id: translation for translation in translations}
    previous: Pair | None = None
    for segment, (speaker, label) in _turns(document.segments, by_id):
        if segment.kind not in _SKIPPED:
            near = previous and replace(previous, previous=None)
            translation = by_id[segment.id]
            previous = Pair(segment, translation, document.language, language, near, speaker, label)
            yield previous


def _turns(
    segments: Sequence[Segment], by_id: Mapping[str, Translation]
) -> Iterator[tuple[Segment, tuple[str, str]]]:
    """Yield segments with whose turn it is and the label of the target.

    A label holds until the next one or a heading, a dash within its line.
    """
    turn, asked = ("", ""), -1
    for segment in segments:
        if segment.kind == "label":
            label = by_id[segment.id].text if segment.id in by_id else ""
            turn = (_LABEL_END.sub("", segment.text), _LABEL_END.sub("", label))
        elif segment.kind == "marker" and _DASH.fullmatch(segment.text):
            turn, asked = (ASKER, ASKER), segment.paragraph
        elif segment.kind == "heading":
            turn = ("", "")
        elif turn[0] == ASKER and segment.paragraph != asked:
            turn = (ANSWERER, ANSWERER)
        yield segment, turn


def _has_both_sides(pair: Pair) -> bool:
    return pair.translation.origin != "failed" and bool(pair.target.strip())


def _examine(pair: Pair) -> Iterator[Finding]:
    """Yield the doubts about one pair; without a translation there is only one."""
    if pair.translation.origin == "failed":
        reason = pair.translation.note or "the model gave no translation"
        yield pair.doubt("accounting", "critical", f"Not translated: {reason}.".replace("..", "."))
    elif pair.source.strip() and not pair.target.strip():
        yield pair.doubt("accounting", "critical", "The target is empty; the source is not.")
    else:
        for function in CHECKS.values():
            yield from function(pair)
