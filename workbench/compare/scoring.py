"""Scores of a comparison against references: whole, row by row, and by parts of the text.

Each line is counted once (workbench.evaluation.counts): everything here is made of those counts.
"""

from collections.abc import Sequence

from workbench.compare import comet as neural
from workbench.compare import rows
from workbench.compare.buckets import Scored, divide
from workbench.compare.judging import texts_of
from workbench.compare.values import Comparison, Judged
from workbench.errors import UnknownNameError
from workbench.evaluation.counts import METRICS, References, count
from workbench.evaluation.metrics import (
    SEED,
    assess,
    check_resamples,
    segment_scores,
    segment_signature,
)

PerRow = tuple[float | None, ...]


def judge(
    comparison: Comparison,
    *,
    baseline: str = "",
    resamples: int = 1000,
    seed: int = SEED,
    comet: str = "",
) -> Judged:
    """Return the scores of every system on the rows that have a reference.

    A row without any has no part in them; one that only some references have is scored by these.
    What a system left empty is scored as empty. baseline "" makes no tests, nor does one that
    failed; comet is a model for the command of unbabel-comet, "" for none.
    Raises UnknownNameError: no such baseline. UsageError: more resamples than memory would hold,
    or no such command. EngineError: COMET failed.
    """
    systems = {output.name: texts_of(output) for output in comparison.outputs}
    baseline = _baseline(baseline, comparison)
    places = _with_reference(comparison)
    check_resamples(resamples, max(1, len(places)))
    if not places or not systems:
        return Judged({}, {}, (), 0)
    references = _references(comparison, places)
    hypotheses = {name: [texts[i] for i in places] for name, texts in systems.items()}
    segments = rows(comparison.document)
    learned = neural.score(comet, [segments[i].text for i in places], hypotheses, references)
    target = comparison.target
    counts = count(hypotheses, references, target)
    scored = Scored(counts, references, tuple(segments[i].id for i in places))
    return Judged(
        scores=assess(counts, baseline=baseline, resamples=resamples, seed=seed),
        rows={
            metric: tuple(
                _spread(values, places, len(segments))
                for values in segment_scores(counts, metric, target).values()
            )
            for metric in METRICS
        },
        buckets=divide(scored, comparison),
        scored_rows=len(places),
        baseline=baseline,
        resamples=resamples,
        seed=seed,
        neural=learned.scores,
        neural_note=learned.note,
        row_signatures={name: segment_signature(counts, name, target) for name in METRICS},
    )


def _baseline(name: str, comparison: Comparison) -> str:
    known = [output.name for output in comparison.outputs]
    if not name or name in known:
        return name
    if name in [failure.name for failure in comparison.failures]:
        return ""
    raise UnknownNameError("baseline", name, known)


def _with_reference(comparison: Comparison) -> list[int]:
    """Return the places of the rows that some reference has."""
    columns = [reference.texts for reference in comparison.references]
    return [i for i, texts in enumerate(zip(*columns, strict=True)) if any(map(str.strip, texts))]


def _references(comparison: Comparison, places: Sequence[int]) -> References:
    """Return each reference at these rows, None where it has no text."""
    return [
        [reference.texts[i] if reference.texts[i].strip() else None for i in places]
        for reference in comparison.references
    ]


def _spread(values: Sequence[float], places: Sequence[int], rows: int) -> PerRow:
    """Return a value per row, None for the rows that are not at one of the places."""
    found = dict(zip(places, values, strict=True))
    return tuple(found.get(i) for i in range(rows))
