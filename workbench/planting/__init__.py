"""Planters make one known error in a right translation, to measure what the checks see.

A planter knows nothing of the checks: it has word lists and patterns of its own, so that an
error is not planted just where a check looks. To add one, put a decorated function into a module
of this folder (a new module also into _MODULES):

    @planter("number")
    def plant_number(sentence: Sentence, random: Random) -> str | None:
        return the target with exactly one error of that sort, None where there is nothing to change
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_MODULES = ("numbers", "dates", "names", "quotations", "negation")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its right translation; the languages are BCP 47 codes.

    others are sentences of other texts in the target language: names and quotations that stand
    in the place of the right ones are taken from them.
    """

    source: str
    target: str
    source_language: str
    language: str
    others: tuple[str, ...] = ()


Planter = Callable[[Sentence, Random], str | None]
PLANTERS: dict[str, Planter] = {}


def planter(sort: str) -> Callable[[Planter], Planter]:
    """Register a function as the planter of a sort of errors; taken twice is a ValueError."""

    def register(function: Planter) -> Planter:
        if sort in PLANTERS:
            raise ValueError(f"Two planters are named {sort!r}.")
        PLANTERS[sort] = function
        return function

    return register


def sorts() -> tuple[str, ...]:
    """Return the sorts of errors that can be planted, in order of the alphabet."""
    for name in _MODULES:
        importlib.import_module(f"workbench.planting.{name}")
    return tuple(sorted(PLANTERS))


def plant(sort: str, sentence: Sentence, random: Random) -> str | None:
    """Return the target with one error of a sort (see sorts), None where none can be planted.

    The same state of `random` gives the same error.
    Raises KeyError: there is no such sort.
    """
    sorts()
    planted = PLANTERS[sort](sentence, random)
    return None if planted == sentence.target else planted
