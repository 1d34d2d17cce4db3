"""Scores of parts of a text: where a system is good, and where it is not.

The parts are those of compare-mt (Neubig et al. 2019, "compare-mt: A Tool for Holistic Comparison
of Language Generation Systems"). To divide rows by something else, write a function that gives each
row a number and add it to `_by_row`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.compare.values import Bucket, Buckets, Comparison
from workbench.evaluation.counts import TITLES, Counts, References, score_of, words_of
from workbench.types import LedgerName

# Where each bucket begins, and the next one ends.
LENGTHS = (0, 10, 20, 30, 40, 50, 60)
NUMBERS = NAMES = (0, 1, 2)
FREQUENCIES = (1, 2, 3, 5, 10, 100)
_MEASURES = ("bleu", "chrf")

Lines = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Scored:
    """The rows that are scored: their counts, their references and the ids of their segments."""

    counts: Counts
    references: References
    segment_ids: tuple[str, ...]


def divide(scored: Scored, comparison: Comparison) -> tuple[Buckets, ...]:
    """Return the scores of all systems by every way to divide the rows, then the words.

    Rows are divided by the words of their first reference, by the numbers and by the names in the
    source, as far as the ledgers know; they have BLEU and chrF2++. Words are those of the
    tokenizer of BLEU: morphemes in Japanese and Korean.
    """
    words = _first_references(scored)
    by_row = {
        "length": ([len(line) for line in words], LENGTHS),
        "numbers": (_in_ledger(scored, comparison, "numbers"), NUMBERS),
        "names": (_in_ledger(scored, comparison, "names"), NAMES),
    }
    rows = (
        _rows(scored, by, measure, values, starts)
        for by, (values, starts) in by_row.items()
        for measure in _MEASURES
    )
    return (*rows, _frequencies(scored, words))


def labels(starts: Sequence[int]) -> tuple[str, ...]:
    """Return a name for each bucket.

    >>> labels((1, 2, 3, 5))
    ('1', '2', '3–4', '5+')
    """
    ends = (after - 1 for after in starts[1:])
    closed = (str(a) if a == b else f"{a}–{b}" for a, b in zip(starts, ends, strict=False))
    return (*closed, f"{starts[-1]}+")


def _first_references(scored: Scored) -> list[list[str]]:
    """Return the words of the first reference that each row has."""
    texts = (next(t for t in row if t is not None) for row in zip(*scored.references, strict=True))
    return [words_of(text, scored.counts) for text in texts]


def _in_ledger(scored: Scored, comparison: Comparison, ledger: LedgerName) -> list[int]:
    """Return how many entries the source of each row has, the most that any system's ledger saw."""
    found = [
        Counter(e.segment_id for e in o.result.ledger if e.ledger == ledger and e.source)
        for o in comparison.outputs
    ]
    return [max(counter[id_] for counter in found) for id_ in scored.segment_ids]


def _rows(
    scored: Scored, by: str, measure: str, values: Sequence[int], starts: Sequence[int]
) -> Buckets:
    """Return the rows divided by a value each, scored over all lines of a bucket."""
    made = scored.counts.metrics[measure]
    places = np.array([bisect_right(starts, value) - 1 for value in values])
    buckets = []
    for i, label in enumerate(labels(starts)):
        here = places == i
        count = int(here.sum())
        scores = (
            score_of(made, rows[here]) if count else None
            for rows in scored.counts.rows[measure].values()
        )
        buckets.append(Bucket(label, count, tuple(scores)))
    return Buckets(by, TITLES[measure], tuple(buckets))


def _frequencies(scored: Scored, references: Lines) -> Buckets:
    """Return F1 (0 to 100) of words by how often the references have them.

    A word of a hypothesis is right as often as the reference of its line has it. Words that no
    reference has belong to no bucket.
    """
    often = Counter(word for line in references for word in line)
    bucket_of = {word: bisect_right(FREQUENCIES, n) - 1 for word, n in often.items()}
    wanted = _sizes(references, bucket_of)
    columns = [
        _f1(references, [words_of(text, scored.counts) for text in texts], bucket_of, wanted)
        for texts in scored.counts.systems.values()
    ]
    scores = zip(*columns, strict=True)
    buckets = zip(labels(FREQUENCIES), wanted, scores, strict=True)
    return Buckets("frequency", "F1", tuple(Bucket(*bucket) for bucket in buckets))


def _f1(
    references: Lines, hypotheses: Lines, bucket_of: dict[str, int], wanted: Sequence[int]
) -> list[float | None]:
    right = _sizes(_shared(references, hypotheses), bucket_of)
    made = _sizes(hypotheses, bucket_of)
    return [200 * r / (m + w) if w else None for r, m, w in zip(right, made, wanted, strict=True)]


def _shared(references: Lines, hypotheses: Lines) -> Iterator[list[str]]:
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        yield list((Counter(reference) & Counter(hypothesis)).elements())


def _sizes(lines: Iterator[list[str]] | Lines, bucket_of: dict[str, int]) -> list[int]:
    """Return the number of words in each bucket."""
    found = Counter(bucket_of[word] for line in lines for word in line if word in bucket_of)
    return [found[i] for i in range(len(FREQUENCIES))]
