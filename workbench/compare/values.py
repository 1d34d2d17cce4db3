"""The values of a comparison: frozen, plain, without behaviour of their own.

A comparison is of one text into one language. Its rows are the sentences and headings of the
document, in order; speaker labels and list markers are no system's work and are shown, not judged.
Whatever is said per row or per system is a tuple in the order of the rows or of the systems.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.evaluation.metrics import Scores
from workbench.evaluation.systems import Cost, Failure
from workbench.types import Document, Result, Translation

SystemKind = Literal["model", "output", "memory"]
Outcome = Literal["better", "equal", "worse"]


@dataclass(frozen=True, slots=True)
class Output:
    """What one system made of the text: a result of one column, checked as every result is.

    name is what the user wrote, another one for every system. kind: "model" ran here; "output" was
    ready-made, by a machine or a person; "memory" is what people kept. cost is None for what did
    not run. notes say in words what the reader should know.
    """

    name: str
    kind: SystemKind
    result: Result
    cost: Cost | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A translation to measure against: one text per row, "" where it has none."""

    name: str
    texts: tuple[str, ...]
    sha256: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What can be said of one system without a reference.

    findings counts the doubts of the checks by severity; per_1000_words is all of them for 1,000
    words of the hypotheses (morphemes in Japanese, characters in other languages without blanks).
    length_ratio is characters of the hypotheses to characters of the source. numbers and names
    are (kept, of all in the ledgers). consensus is the number of rows where this system is the
    consensus pick, or its equal; agreement its mean chrF (0 to 100) with the others. round_trip is
    chrF++ of the source translated back, None where it was not tried: secondary evidence only.
    """

    findings: Mapping[str, int]
    words: int
    per_1000_words: float
    length_ratio: float
    numbers: tuple[int, int]
    names: tuple[int, int]
    consensus: int
    agreement: float
    round_trip: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the systems say of each other, without a reference. chrF is 0 to 100.

    agreement is a square: mean chrF over the rows of each two systems, both ways averaged, 100 on
    the diagonal. utility has for each row the mean chrF of each system's hypothesis against the
    others'; consensus is the system with the most of it (the first of equals, -1 where no system
    has a text), supporters the systems whose hypothesis agrees with the pick, itself included.
    disagreement (0 to 100) is 100 minus the mean of all pairs of a row. With one system,
    everything agrees.
    """

    agreement: tuple[tuple[float, ...], ...]
    utility: tuple[tuple[float, ...], ...]
    consensus: tuple[int, ...]
    supporters: tuple[tuple[int, ...], ...]
    disagreement: tuple[float, ...]
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some of the rows (or words), and the score of each system on them; None where there are none.

    count is the number of rows, or of words of the reference, in the bucket.
    """

    label: str
    count: int
    scores: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Buckets:
    """One way to divide the rows or words: what it is divided by, how it is scored, and the parts.

    by is a stable name ("length", "numbers", "names", "frequency"); measure names the score
    ("BLEU", "chrF2++", "F1").
    """

    by: str
    measure: str
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores against references: whole, by row and by bucket.

    scores is by system name. rows is by metric ("bleu", "chrf", "ter"): per system, a score per
    row; a row that no reference has is None. neural is a learned metric's system score by name of
    the system, with what it is in neural_note (model, version, licence), both empty without one.
    scored_rows counts the rows that have a reference: no other row has a part in `scores`.
    row_signatures are sacreBLEU's of the scores in `rows`: single lines have another BLEU.
    """

    scores: Mapping[str, Scores]
    rows: Mapping[str, tuple[tuple[float | None, ...], ...]]
    buckets: tuple[Buckets, ...]
    scored_rows: int
    baseline: str = ""
    resamples: int = 0
    seed: int = 0
    neural: Mapping[str, float] = field(default_factory=dict)
    neural_note: str = ""
    row_signatures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several systems on one text. failures are the systems that gave nothing whole, and why;
    stopped has what these had made by then, by their names. It is shown, and not judged.

    judgement and judged are None while systems run; judged also without a reference. made says
    when and on what machine, by names of evaluation.report.environment.
    """

    document: Document
    target: str
    outputs: tuple[Output, ...]
    failures: tuple[Failure, ...] = ()
    references: tuple[Reference, ...] = ()
    judgement: Judgement | None = None
    judged: Judged | None = None
    stopped: Mapping[str, tuple[Translation, ...]] = field(default_factory=dict)
    made: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vote:
    """A person's word on two systems in one row: `system` is better, equal or worse than `other`.

    blind: the names were hidden. time is ISO 8601, UTC.
    """

    segment_id: str
    system: str
    other: str
    outcome: Outcome
    blind: bool = False
    time: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person made of a comparison.

    picks: segment id -> the system taken there. edits: (segment id, system) -> the text in the
    place of its own.
    """

    picks: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[tuple[str, str], str] = field(default_factory=dict)
    votes: tuple[Vote, ...] = ()
