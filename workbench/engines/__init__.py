"""Engines turn source texts into hypotheses. To add one, write a module and a line in ENGINES."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from workbench.errors import EngineError, UnknownNameError
from workbench.types import Decoding, Hypothesis

if TYPE_CHECKING:
    from workbench.catalogue import Model


class Engine(Protocol):
    """One model, ready to translate. A worker owns its engine; languages are arguments."""

    @property
    def settings(self) -> dict[str, str]:
        """Return what belongs in a signature: engine, precision, device, library version."""

    @property
    def limit(self) -> int:
        """Return the longest source the model takes, in tokens."""

    def lengths(self, texts: Sequence[str], source: str, target: str) -> list[int]:
        """Return the source length of each text in tokens, special tokens counted."""

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        """Return one hypothesis per text, in order.

        Raises EngineError: the model failed, or a text is over `limit`.
        """


ENGINES = {
    "chat": "workbench.engines.chat:ChatEngine",
    "ct2": "workbench.engines.ct2:CT2Engine",
    "hf": "workbench.engines.hf:HFEngine",
    "pseudo": "workbench.engines.pseudo:PseudoEngine",
}


def load_engine(model: "Model", engine: str = "auto") -> Engine:
    """Return the engine asked for, ready to translate with a model.

    A model behind an endpoint is always asked there, and no other model ever is.
    "auto" takes the model's own choice; where that is "auto" too, it takes ct2, or else hf with
    the reason in its settings.
    Raises UnknownNameError: no such engine. ModelError: the model is missing, unsafe or damaged.
    EngineError: the engine cannot run this model.
    """
    name = model.engine if engine == "auto" else engine
    if model.family == "chat":
        return _open("chat", model)
    if model.family == "pseudo" or name == "pseudo":
        return _open("pseudo", model)
    if name != "auto":
        return _open(name, model)
    try:
        return _open("ct2", model)
    except (EngineError, ImportError) as exc:
        return _open("hf", model, reason=str(exc))


def _open(name: str, model: "Model", **options: str) -> Engine:
    if name not in ENGINES:
        raise UnknownNameError("engine", name, [*ENGINES, "auto"])
    module, attribute = ENGINES[name].split(":")
    opened: Engine = getattr(importlib.import_module(module), attribute)(model, **options)
    return opened
