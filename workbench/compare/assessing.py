"""Everything that is said of the systems of a comparison once they have run."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.compare import judging, running, scoring
from workbench.compare.values import Comparison
from workbench.evaluation.metrics import SEED
from workbench.evaluation.report import environment
from workbench.pipeline import Options


@dataclass(frozen=True, slots=True)
class Measures:
    """How the scores against a reference are made; see `scoring.judge`."""

    baseline: str = ""
    resamples: int = 1000
    seed: int = SEED
    comet: str = ""


def assess(
    comparison: Comparison,
    measures: Measures = Measures(),
    round_trips: Mapping[str, Sequence[str]] = {},
) -> Comparison:
    """Return the comparison judged: by its systems, by references if it has any, and dated.

    Raises what `scoring.judge` raises.
    """
    judged = None
    if comparison.references:
        judged = scoring.judge(
            comparison,
            baseline=measures.baseline,
            resamples=measures.resamples,
            seed=measures.seed,
            comet=measures.comet,
        )
    return replace(
        comparison,
        judgement=judging.judge(comparison, round_trips),
        judged=judged,
        made={key: str(value) for key, value in environment().items()},
    )


def round_trips(
    comparison: Comparison,
    workers: running.Workers,
    *,
    base: Options = running.BASE,
    stop: threading.Event | None = None,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each system that has a way back with what it makes of its own translation.

    base holds the options that the models ran with; stop is heard within a batch.
    """
    for output in comparison.outputs:
        if stop and stop.is_set():
            return
        texts = running.reverse(output, workers, base=base, stop=stop)
        if texts is not None:
            yield output.name, texts
