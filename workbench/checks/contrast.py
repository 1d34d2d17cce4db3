"""Scores whether source and target deny the same, from weights learnt of planted errors.

Patterns of negations (workbench.checks.polarity) count; they do not know that "absent" beside
"not" is not what 来なかった says. The weights know which words stand in right translations where
the counts are as they are. A linear model of hashed features: Weinberger et al. (2009), "Feature
hashing for large scale multitask learning". They are learnt by workbench.training.contrast.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any
from zlib import crc32

from workbench.checks.opposites import named_words
from workbench.types import Span

# Places of the table of weights.
SIZE = 1 << 20
WEIGHTS = "contrast.npz"
# How much around a negation is looked at, in characters before and after.
_NEAR = {"ja": (10, 4), "ko": (10, 4), "en": (20, 25)}
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_HANJA = re.compile(r"[\u4e00-\u9fff]")
_WHITE = re.compile(r"\s+")
_MOST = 3


@dataclass(frozen=True, slots=True)
class Side:
    """A text, its language (ja, ko, en), the places of its negations, and the loose ones."""

    text: str
    language: str
    firm: tuple[Span, ...]
    loose: int


@dataclass(frozen=True, slots=True)
class Weights:
    """A weight a place, and the score above which a pair is doubted whatever the counts say."""

    values: Any
    threshold: float


def is_unlike(source: Side, target: Side) -> bool:
    """Return whether a pair whose counts of negations are excused looks wrong all the same."""
    return score(source, target, 0) > load().threshold


def score(source: Side, target: Side, excess: int) -> float:
    """Return how much a pair looks like one with a negation too many or too few: its log odds.

    excess is how many negations the target lacks (below 0: adds), idioms and opposites excused.
    """
    return float(load().values[features(source, target, excess)].sum())


@lru_cache(maxsize=1)
def load() -> Weights:
    """Return the weights that are shipped."""
    import numpy as np

    with (files("workbench.checks") / WEIGHTS).open("rb") as file, np.load(file) as kept:
        values = kept["weights"].astype(np.float32) * float(kept["scale"])
        return Weights(values, float(kept["threshold"]))


def features(source: Side, target: Side, excess: int) -> list[int]:
    """Return the places of a pair's features in the table, each 0 to SIZE - 1."""
    more = len(source.firm) - len(target.firm)
    # Equal counts of one and of two are told apart, and neither is "none is missing".
    state = str(max(-2, min(2, more))) if more else f"={min(len(source.firm), 2)}"
    pair = f"{source.language}{target.language}"
    counts = (
        state,
        f"{pair}{state}",
        f"{pair}{state}e{max(-2, min(2, excess))}",
        f"{pair}{state}l{min(source.loose, 2)}{min(target.loose, 2)}",
        f"{pair}n{min(len(source.firm), _MOST)}{min(len(target.firm), _MOST)}",
        *_concepts(source, target, state, excess),
    )
    places = [crc32(name.encode()) % SIZE for name in counts]
    for name, side in (("s", source), ("t", target)):
        places += _words(side, f"{name}{side.language}{state}|", f"{name}{pair}{state}|")
    return places


def _concepts(source: Side, target: Side, state: str, excess: int) -> Iterator[str]:
    """Yield what is said without a negation that may be said with one."""
    pair = f"{source.language}{target.language}"
    counts = []
    for name, side in (("s", source), ("t", target)):
        found = [known for known, words in named_words(side.language) if words.search(side.text)]
        counts.append(min(len(found), _MOST))
        for known in found:
            yield f"{name}c{state}.{known}"
            yield f"{name}c{pair}{state}.{known}"
    yield f"c{state}e{max(-2, min(2, excess))}.{counts}"
    yield f"c{pair}{state}.{counts}"


def _words(side: Side, own: str, both: str) -> Iterator[int]:
    """Yield the places of the words of a text, and again of those near its negations."""
    start = crc32(own.encode())
    for word in set(_grams(side.text, side.language)):
        yield crc32(word.encode("utf-8", "replace"), start) % SIZE
    before, after = _NEAR[side.language]
    starts = [crc32(f"near{prefix}".encode()) for prefix in (own, both)]
    for begin, end in side.firm:
        for word in set(_grams(side.text[max(0, begin - before) : end + after], side.language)):
            raw = word.encode("utf-8", "replace")
            yield from (crc32(raw, first) % SIZE for first in starts)


def _grams(text: str, language: str) -> Sequence[str]:
    """Return words and pairs of words in English, else two and three characters, and hanja."""
    if language == "en":
        words = _WORD.findall(text.lower().replace("\u2019", "'"))
        return [*words, *(f"{a} {b}" for a, b in pairwise(words))]
    text = _WHITE.sub(" ", text)
    found = [text[at : at + n] for n in (2, 3) for at in range(len(text) - n + 1)]
    return found + (_HANJA.findall(text) if language == "ja" else [])
