"""Pseudo-translation: the source in accents and brackets, a third longer, for layout checks.

It shows what a page or a format does with longer text and other letters, and needs no model.
"""

import re
from collections.abc import Sequence

from workbench.catalogue import Model
from workbench.types import Decoding, Hypothesis

_ACCENTS = str.maketrans(
    "AaBCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz", "ÀáƁÇçĎďÊéĜğĤĥÎíĴĵĶķĹĺÑñÖóŘřŠšŤťÛúŴŵÝýŽž"
)
# Placeholders, tags and addresses keep their letters: a program reads them.
_KEPT = re.compile(r"\{[^{}]*\}|<[^<>]*>|%\w+|https?://\S+|&\w+;")
_WORDS = re.compile(r"[A-Za-z]")
_GROWTH = 0.3


class PseudoEngine:
    """Answer with the source text itself, in disguise; the same text always gives the same."""

    def __init__(self, model: Model) -> None:
        self._limit = model.max_source

    @property
    def settings(self) -> dict[str, str]:
        """Return the engine's name."""
        return {"engine": "pseudo"}

    @property
    def limit(self) -> int:
        """Return the model's limit; a token is one character."""
        return self._limit

    def lengths(self, texts: Sequence[str], source: str, target: str) -> list[int]:
        """Return the number of characters of each text."""
        return [len(text) for text in texts]

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        """Return one hypothesis per text, in order; blank texts are answered with ""."""
        return [Hypothesis(_disguise(text) if text.strip() else "") for text in texts]


def _disguise(text: str) -> str:
    """Return the text in brackets, Latin letters with accents, and longer for each of them.

    >>> _disguise("Open {file} 3 times")
    '⟦Öpéñ {file} 3 ťíméš~~~⟧'
    """
    kept = _KEPT.findall(text)
    plain = _KEPT.split(text)
    letters = sum(len(_WORDS.findall(part)) for part in plain)
    parts = [part.translate(_ACCENTS) for part in plain]
    body = "".join(a + b for a, b in zip(parts, [*kept, ""], strict=True))
    return f"⟦{body}{'~' * round(letters * _GROWTH)}⟧"
