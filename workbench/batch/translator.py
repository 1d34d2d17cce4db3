"""The callable that translates the texts of a batch job: here, in a process, or in a Ray actor.

translator = Translator(Options(model="trilingual-small"))
translator(("ja", "en"), ["寒かった。"]).translations
"""

import importlib
from collections.abc import Callable, Sequence
from typing import cast

from workbench.batch.values import LOADER
from workbench.catalogue import Model
from workbench.engines import Engine
from workbench.evaluation.process import Translated
from workbench.pipeline import Options, Workbench
from workbench.routing import Route

Loader = Callable[[Model, str], Engine]


class Translator:
    """One engine, opened at the first text and kept. One call at a time."""

    def __init__(self, options: Options, load: str = LOADER) -> None:
        self._options = options
        self._bench = Workbench(loader(load))

    def __call__(self, route: Route, texts: Sequence[str]) -> Translated:
        """Return a translation per text, in order, with what made them.

        A text that the model cannot translate comes back with origin "failed" and the reason.
        Raises UsageError, ModelError: the model cannot be had, or is broken.
        """
        (run,) = self._bench.runs([route], self._options)
        done = run.translate(texts)
        warnings = self._bench.warnings([route], self._options)
        settings = self._bench.engine(self._options).settings
        return Translated(tuple(done[text] for text in texts), settings, warnings)


def loader(load: str) -> Loader:
    """Return the function of "module:name" that opens engines."""
    module, name = load.split(":")
    return cast(Loader, getattr(importlib.import_module(module), name))
