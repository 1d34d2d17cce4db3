"""Scores of translations against references: BLEU, chrF2++ and TER, each with its signature.

sacreBLEU computes them (Post 2018, "A Call for Clarity in Reporting BLEU Scores") from counts that
counts.py makes once. To add a metric, see there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sacrebleu.metrics.base import Metric

from workbench.errors import InputError, UnknownNameError, UsageError
from workbench.evaluation.counts import METRICS as METRICS
from workbench.evaluation.counts import TITLES as TITLES
from workbench.evaluation.counts import Counts, References, count, make_metric, score_of
from workbench.evaluation.counts import tokenizer as tokenizer
from workbench.evaluation.significance import (
    Draws,
    bootstrap,
    interval,
    p_of_bootstrap,
    p_of_randomisation,
)

LOWER_IS_BETTER = frozenset({"ter"})
SEED = 12345
# A draw holds a byte a line: 200 MB in all.
MOST_DRAWN = 200_000_000


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over a whole test set, as sacreBLEU's command line would print it.

    value is 0 to 100 for BLEU and chrF2++ (higher is better), 0 and up for TER (lower is better).
    mean ± interval covers 95 % of the bootstrap resamples; the two p are those of the difference
    from the baseline. All four are None where they were not asked for.
    """

    value: float
    signature: str
    mean: float | None = None
    interval: float | None = None
    p_bootstrap: float | None = None
    p_randomisation: float | None = None


Scores = dict[str, Score]


def score(
    hypotheses: Sequence[str],
    references: References,
    target: str,
    metrics: Sequence[str] = METRICS,
) -> Scores:
    """Return the score of each metric ("bleu", "chrf", "ter") over all lines.

    references: one or more translations, each a line per hypothesis, None where it has no such
    line.

    >>> round(score(["It was cold."], [["It was very cold."]], "en", ("chrf",))["chrf"].value, 1)
    49.0

    Raises InputError: no lines, or not the same number. UnknownNameError: no such metric or
    language.
    """
    _check_lines({"The hypotheses": hypotheses}, references)
    return assess(count({"": hypotheses}, references, target, metrics), resamples=0)[""]


def segment_chrf(hypotheses: Sequence[str], references: References) -> list[float]:
    """Return chrF2++ (0 to 100) of each line, in order.

    Raises InputError: no lines, or not the same number.
    """
    _check_lines({"The hypotheses": hypotheses}, references)
    # chrF2++ is the same in every language.
    counts = count({"": hypotheses}, references, "en", ("chrf",))
    return segment_scores(counts, "chrf", "en")[""]


def segment_scores(counts: Counts, metric: str, target: str) -> dict[str, list[float]]:
    """Return the score of each line of each system; BLEU has effective order here.

    Chen & Cherry 2014, "A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU".
    """
    made = make_metric(metric, target, sentence=True)
    return {
        name: [float(made._compute_score_from_stats(row).score) for row in rows.tolist()]
        for name, rows in counts.rows[metric].items()
    }


def segment_signature(counts: Counts, metric: str, target: str) -> str:
    """Return sacreBLEU's signature of the scores of single lines."""
    made = make_metric(metric, target, sentence=True)
    made.num_refs = counts.metrics[metric].num_refs
    return _signature(made)


def compare(
    systems: Mapping[str, Sequence[str]],
    references: References,
    target: str,
    *,
    baseline: str = "",
    resamples: int = 1000,
    seed: int = SEED,
) -> dict[str, Scores]:
    """Return the scores of every system, with 95 % intervals and, given a baseline, two tests.

    Without resamples (0) there are scores alone.
    Raises InputError: no lines, or not the same number. UnknownNameError: no such baseline or
    language. UsageError: more resamples than memory would hold.
    """
    _check_lines(systems, references)
    if baseline and baseline not in systems:
        raise UnknownNameError("baseline", baseline, systems)
    check_resamples(resamples, len(references[0]))
    counts = count(systems, references, target)
    return assess(counts, baseline=baseline, resamples=resamples, seed=seed)


def assess(
    counts: Counts, *, baseline: str = "", resamples: int = 1000, seed: int = SEED
) -> dict[str, Scores]:
    """Return what `compare` does, of lines that are counted already."""
    found: dict[str, Scores] = {name: {} for name in counts.systems}
    for metric in counts.metrics:
        scores = _scores(counts, metric)
        if resamples and scores:
            scores = _sure(counts, metric, scores, baseline, Draws(resamples, seed))
        for name, score in scores.items():
            found[name][metric] = score
    return found


def check_resamples(resamples: int, lines: int) -> None:
    """Raise UsageError unless so many resamples of so many lines can be drawn."""
    if resamples < 0:
        raise UsageError(f"{resamples} resamples: give 0 for no tests, or a number like 1000.")
    if resamples * lines > MOST_DRAWN:
        most = MOST_DRAWN // lines
        raise UsageError(
            f"{resamples} resamples of {lines} lines do not fit in memory: take {most} at most."
        )


def _scores(counts: Counts, metric: str) -> dict[str, Score]:
    made = counts.metrics[metric]
    signature = _signature(made)
    return {
        name: Score(score_of(made, rows), signature) for name, rows in counts.rows[metric].items()
    }


def _sure(
    counts: Counts, metric: str, scores: Mapping[str, Score], baseline: str, draws: Draws
) -> dict[str, Score]:
    """Return the scores with their intervals and, given a baseline, with both p against it."""
    made, rows = counts.metrics[metric], counts.rows[metric]
    drawn = bootstrap(made, rows, draws)
    sure = {}
    for name, score in scores.items():
        mean, half = interval(drawn[name])
        sure[name] = replace(score, mean=mean, interval=half)
        if baseline and name != baseline:
            difference = abs(scores[baseline].value - score.value)
            p = (
                p_of_bootstrap(drawn[name], drawn[baseline], difference),
                p_of_randomisation(made, rows[name], rows[baseline], difference, draws),
            )
            changed = _changed(counts, name, baseline)
            sure[name] = _tested(sure[name], p, changed, scores[baseline].value)
    return sure


def _changed(counts: Counts, one: str, other: str) -> int:
    """Return in how many lines two systems differ."""
    pairs = zip(counts.systems[one], counts.systems[other], strict=True)
    return sum(a != b for a, b in pairs)


def _tested(score: Score, p: tuple[float, float], changed: int, baseline: float) -> Score:
    """Return a score with its p by bootstrap and by randomisation; equal scores tie.

    sacreBLEU counts draws that are beyond the difference seen, not those that equal it: two equal
    systems, or two that differ in one line, would come out as different as can be. So a difference
    of zero has p = 1, and with n lines changed p is at least 2 / 2^n, the share of the draws that
    swap all of them or none (Phipson & Smyth 2010, "Permutation P-values Should Never Be Zero").
    """
    if score.value == baseline:
        return replace(score, p_bootstrap=1.0, p_randomisation=1.0)
    least = 2.0 ** (1 - changed)
    return replace(score, p_bootstrap=p[0], p_randomisation=max(p[1], least))


def _signature(metric: Metric) -> str:
    return str(metric.get_signature().format())


def _check_lines(systems: Mapping[str, Sequence[str]], references: References) -> None:
    if not references or not references[0]:
        raise InputError("There is no reference to score against.")
    lines = len(references[0])
    named = {f"Reference {i}": texts for i, texts in enumerate(references, 1)}
    for name, texts in (named | dict(systems)).items():
        if len(texts) != lines:
            raise InputError(f"{name}: {len(texts)} lines for a reference of {lines}.")
