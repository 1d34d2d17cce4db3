"""Measure translations: scores with signatures, tests, and what a model takes in time and memory.

metrics scores lines from what counts.py counts in each (edits.py: the edits of TER), and
significance says how sure that is; systems says what a system is, process runs them in processes of
their own (worker), testset reads files of lines, report shows the outcome. The command
`workbench evaluate` is workbench.evaluating.

>>> from workbench.evaluation import score
>>> round(score(["It was cold."], [["It was very cold."]], "en")["bleu"].value)
35
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.evaluation.metrics import Score as Score
    from workbench.evaluation.metrics import Scores as Scores
    from workbench.evaluation.metrics import compare as compare
    from workbench.evaluation.metrics import score as score
    from workbench.evaluation.metrics import segment_chrf as segment_chrf
    from workbench.evaluation.process import run_system as run_system
    from workbench.evaluation.systems import parse_system as parse_system

_HOME = {
    "Score": "metrics",
    "Scores": "metrics",
    "compare": "metrics",
    "score": "metrics",
    "segment_chrf": "metrics",
    "parse_system": "systems",
    "run_system": "process",
}
__all__ = [
    "Score",
    "Scores",
    "compare",
    "parse_system",
    "run_system",
    "score",
    "segment_chrf",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: a worker must not load the metrics."""
    if name not in _HOME:
        raise AttributeError(f"module 'workbench.evaluation' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"workbench.evaluation.{_HOME[name]}"), name)
