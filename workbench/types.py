"""The values that travel through the workbench: frozen, plain, without behaviour of their own.

A new field needs a default and a line in its docstring; a new value type goes below what it is
made of. Everything that acts on these values is a function in another module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["sentence", "heading", "marker", "label", "blank"]
Origin = Literal["mt", "copy", "label", "memory", "human", "output", "failed"]
Severity = Literal["minor", "major", "critical"]
Decision = Literal["", "accepted", "fixed", "dismissed"]
LedgerName = Literal["numbers", "names", "quotations", "speech"]
Match = Literal["matched", "missing", "extra", "changed"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """One unit of source text. `source[start : start + len(text)] == text`, and `gap` follows it.

    kind: "sentence" and "heading" are translated; "label" is a speaker label (記者, Q:); "marker"
    is a list bullet, number or dash before a sentence, copied; "blank" has no text, only a gap.
    paragraph counts from 0; start is an offset in characters (code points).
    """

    id: str
    text: str
    gap: str
    kind: Kind
    start: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Document:
    """A source text cut into segments: `"".join(s.text + s.gap for s in segments)` is the text."""

    language: str
    segments: tuple[Segment, ...]
    name: str = "text"


@dataclass(frozen=True, slots=True)
class Decoding:
    """How an engine searches. Lengths are in tokens of the model; 0 switches an option off.

    length_penalty is the exponent of the length by which a beam's score is divided.
    """

    beam: int = 4
    n_best: int = 1
    length_penalty: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram: int = 0
    max_length: int = 256


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One output of an engine.

    score is the mean log-probability per token (≤ 0) or None; truncated says that the output
    budget ended before the sentence did; alternatives are the other n-best, best first.
    """

    text: str
    score: float | None = None
    truncated: bool = False
    alternatives: tuple["Hypothesis", ...] = ()


@dataclass(frozen=True, slots=True)
class Translation:
    """The accepted target text of one segment in one language, and where it came from.

    origin "output" is a ready-made text that does not say whether a machine or a person wrote it.
    note says in words what the reader should know (split over the model's limit, retried, why it
    failed); pivot is the intermediate text of a route over a third language, else "".
    """

    segment_id: str
    language: str
    text: str
    origin: Origin
    score: float | None = None
    truncated: bool = False
    note: str = ""
    pivot: str = ""
    alternatives: tuple[Hypothesis, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A doubt about one segment in one language.

    span is (start, end) in characters of the target text, or None for the whole segment;
    segment_id is "" for a doubt about the whole document. confidence (0 to 1) is how often such
    a doubt is right, as measured. decision is what a person made of it, "" while it is open:
    "accepted" (an error, still there), "fixed" or "dismissed" (not an error).
    """

    check: str
    severity: Severity
    segment_id: str
    language: str
    message: str
    span: Span | None = None
    confidence: float = 0.5
    decision: Decision = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger: something that a translation must keep, and its rendering.

    ledger and kind say what it is ("numbers": number, date, age, money, percent, unit, time …;
    "names": person, place, name; "quotations": quotation, title; "speech": the speaker's level).
    source and target are the words themselves, "" where one side has none, with their places in
    the texts of the segment; value is what both should say in a form that no language owns
    (25000000, 2017-11-13, 25 years). speech: source is the speaker, value the Korean level.
    """

    ledger: LedgerName
    kind: str
    segment_id: str
    language: str
    match: Match
    source: str = ""
    source_span: Span | None = None
    target: str = ""
    target_span: Span | None = None
    value: str = ""


@dataclass(frozen=True, slots=True)
class Bullet:
    """One line of a summary: the ids of the source segments that say it, in document order.

    texts has the words of a column (by language) where they are not those of the segments: a
    person's or a model's. method is "extracted", "abstracted" (a model's words) or "edited" (a
    person's). support (0 to 1) is the share of an abstracted text's bigrams that its best source
    sentence has. speaker is who is quoted, "?" where the text does not say it, "" for no
    quotation. doubts are messages about this bullet, for the reader.
    """

    id: str
    segment_ids: tuple[str, ...]
    score: float = 0.0
    texts: Mapping[str, str] = field(default_factory=dict)
    method: Literal["extracted", "abstracted", "edited"] = "extracted"
    support: float = 1.0
    speaker: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """Bullets chosen once on the source. Without bullets, `refusal` says why.

    preset is "news" or "interview"; coverage is the share (0 to 1) of the text's key terms that
    the bullets contain, a lexical estimate, and number_coverage that of its numbers. The text was
    read in `sections` sections, of which `sections_read` were read whole: fewer is said on screen.
    writer is the model that wrote the bullets, "" where sentences were chosen.
    """

    bullets: tuple[Bullet, ...]
    preset: str
    title_id: str = ""
    refusal: str = ""
    coverage: float = 0.0
    number_coverage: float = 0.0
    sections: int = 1
    sections_read: int = 1
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One target language of a result: a translation per segment of the document, in order."""

    language: str
    translations: tuple[Translation, ...]
    signature: str


@dataclass(frozen=True, slots=True)
class Result:
    """A document, its columns, the shared summary, every doubt and the ledgers.

    manifest names everything that made it: versions, model, files, engine, decoding, routes.
    """

    document: Document
    columns: tuple[Column, ...]
    summary: Summary
    findings: tuple[Finding, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    ledger: tuple[Entry, ...] = ()
