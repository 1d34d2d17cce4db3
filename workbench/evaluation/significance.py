"""How sure a score is, and a difference between two: sacreBLEU's tests on counts made once.

Every draw and every sum is that of sacrebleu.significance, to the last digit; here the draws are
made one after another, so that memory does not grow with their number, and for all systems at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.base import Metric
from sacrebleu.significance import _compute_p_value, estimate_ci

from workbench.evaluation.counts import Array

# Of the matrix of swaps at once, in cells: 32 MB.
_CELLS = 4_000_000

# sacreBLEU computes the scores of resamples in single precision.
Drawn = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Draws:
    """How many draws, and the seed of them."""

    number: int
    seed: int


def bootstrap(metric: Metric, rows: Mapping[str, Array], draws: Draws) -> dict[str, Drawn]:
    """Return the score of each system on each resample, the same lines for all.

    Koehn 2004, "Statistical Significance Tests for Machine Translation Evaluation".
    """
    stacked = np.stack(list(rows.values()), axis=1).astype(np.float32)  # (lines, systems, counts)
    scores: list[list[Any]] = [[] for _ in rows]
    for lines in _resamples(len(stacked), draws):
        for found, total in zip(scores, stacked[lines].sum(0), strict=True):
            found.append(metric._compute_score_from_stats(total).score)
    return {name: np.array(found) for name, found in zip(rows, scores, strict=True)}


def interval(scores: Drawn) -> tuple[float, float]:
    """Return the mean of the resamples and half of what 95 % of them span."""
    mean, half = estimate_ci(scores)
    return float(mean), float(half)


def p_of_bootstrap(system: Drawn, baseline: Drawn, difference: float) -> float:
    """Return how likely resamples alone make such a difference (0 or more) to the baseline."""
    found = np.abs(system - baseline)
    return float(_compute_p_value(found - found.mean(), difference))


def p_of_randomisation(
    metric: Metric, system: Array, baseline: Array, difference: float, draws: Draws
) -> float:
    """Return how likely swapping lines at random makes such a difference (0 or more).

    Riezler & Maxwell 2005, "On Some Pitfalls in Automatic Evaluation and Significance Testing".
    """
    rng = np.random.default_rng(draws.seed)
    swaps = rng.integers(2, size=(draws.number, len(system)), dtype=bool)
    found = []
    for start in range(0, draws.number, max(1, _CELLS // len(system))):
        kept = swaps[start : start + max(1, _CELLS // len(system))]
        one = kept @ baseline + ~kept @ system
        other = ~kept @ baseline + kept @ system
        found += [
            abs(a - b) for a, b in zip(_scores(metric, one), _scores(metric, other), strict=True)
        ]
    return float(_compute_p_value(np.array(found), difference))


def _resamples(lines: int, draws: Draws) -> Iterator[NDArray[np.int64]]:
    rng = np.random.default_rng(draws.seed)
    for _ in range(draws.number):
        yield rng.choice(lines, size=lines, replace=True)


def _scores(metric: Metric, totals: Array) -> list[float]:
    return [metric._compute_score_from_stats(total).score for total in totals.tolist()]
