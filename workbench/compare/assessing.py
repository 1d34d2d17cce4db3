"""Everything that is said of the systems of a comparison once they have run."""

import threading
from dataclasses import dataclass, replace

from workbench.compare import judging, running, scoring
from workbench.compare.values import Comparison
from workbench.evaluation.metrics import SEED
from workbench.evaluation.report import environment
from workbench.pipeline import Options


@dataclass(frozen=True, slots=True)
class Measures:
    """What is to be measured. baseline, resamples, seed and comet count with a reference only.

    round_trip translates what models made back into the source, where they can; see
    `Profile.round_trip`.
    """

    round_trip: bool = False
    baseline: str = ""
    resamples: int = 1000
    seed: int = SEED
    comet: str = ""


def assess(
    comparison: Comparison,
    workers: running.Workers,
    measures: Measures = Measures(),
    *,
    base: Options = running.BASE,
    stop: threading.Event | None = None,
) -> Comparison:
    """Return the comparison judged: by its systems, by references if it has any, and dated.

    base holds the options that the models ran with; stop ends the round trips within a batch.
    Raises what `scoring.judge` raises.
    """
    trips = _round_trips(comparison, workers, base, stop) if measures.round_trip else {}
    judged = None
    if comparison.references:
        judged = scoring.judge(
            comparison,
            baseline=measures.baseline,
            resamples=measures.resamples,
            seed=measures.seed,
            comet=measures.comet,
        )
    judgement = judging.judge(comparison, trips)
    return replace(
        comparison,
        judgement=judgement,
        judged=judged,
        made={key: str(value) for key, value in environment().items()},
    )


def _round_trips(
    comparison: Comparison,
    workers: running.Workers,
    base: Options,
    stop: threading.Event | None,
) -> dict[str, tuple[str, ...]]:
    found = {
        output.name: running.reverse(output, workers, base=base, stop=stop)
        for output in comparison.outputs
        if not (stop and stop.is_set())
    }
    return {name: texts for name, texts in found.items() if texts}
