"""Engines turn source texts into hypotheses. To add one, write a module and a line in ENGINES."""

from collections.abc import Sequence
from typing import Protocol

from workbench.types import Decoding, Hypothesis


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
    "ct2": "workbench.engines.ct2:CT2Engine",
    "hf": "workbench.engines.hf:HFEngine",
    "pseudo": "workbench.engines.pseudo:PseudoEngine",
}
