"""Translate and summarise a text side by side, sentence against sentence, every doubt flagged.

>>> import workbench
>>> document = workbench.split("Good morning. It is 7.30.", "en")
>>> result = workbench.Workbench().process(document, ["ko"], workbench.Options(model="pseudo"))
>>> [translation.text[0] for translation in result.columns[0].translations]
['⟦', '⟦']
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.identification import identify as identify
    from workbench.pipeline import Options as Options
    from workbench.pipeline import Workbench as Workbench
    from workbench.segmentation import split as split
    from workbench.summaries import summarize as summarize

_HOME = {
    "Options": "workbench.pipeline",
    "Workbench": "workbench.pipeline",
    "identify": "workbench.identification",
    "split": "workbench.segmentation",
    "summarize": "workbench.summaries",
}
__all__ = ["Options", "Workbench", "identify", "split", "summarize"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import workbench` costs nothing."""
    if name not in _HOME:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
