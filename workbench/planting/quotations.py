"""Damages one quotation of a translation: its marks, its words, its place, or all of it."""

import re
from collections.abc import Callable
from random import Random

from workbench.planting import Sentence, planter
from workbench.planting.numbers import Edit, apply

_QUOTATION = re.compile(r"「[^「」]+」|『[^『』]+』|“[^“”]+”|‘[^‘’]+’(?!\w)|(?<!\w)\"[^\"]+\"")
_OUTER = re.compile(
    r"「(?:[^「」]|「[^「」]*」)+」|『[^『』]+』|“[^“”]+”|(?<!\w)\"[^\"]+\"|‘[^‘’]+’(?!\w)"
)


@planter("quotation")
def plant_quotation(sentence: Sentence, random: Random) -> str | None:
    """Lose the marks of a quotation, drop it, exchange its words, or swap two.

    Only where both sides have the same number of quotations: elsewhere the loss of one may be
    the translator's choice.
    """
    found = list(_OUTER.finditer(sentence.target))
    if not found or len(found) != len(list(_OUTER.finditer(sentence.source))):
        return None
    match = random.choice(found)
    ways: list[Callable[[], str | None]] = [
        lambda: apply(sentence.target, (*match.span(), match[0][1:-1])),
        lambda: _drop(sentence.target, match),
        lambda: _exchange(sentence, match, random),
        lambda: _swap(sentence.target, found, random),
    ]
    for way in random.sample(ways, len(ways)):
        planted = way()
        if planted is not None:
            return planted
    return None


def _drop(text: str, match: re.Match[str]) -> str | None:
    """Leave out a quotation that is not the whole sentence."""
    rest = apply(text, (*match.span(), ""))
    return " ".join(rest.split(" ")) if len(re.findall(r"\w", rest)) >= 8 else None


def _exchange(sentence: Sentence, match: re.Match[str], random: Random) -> str | None:
    """Put the words of another text's quotation into the marks."""
    for other in random.sample(sentence.others, len(sentence.others)):
        found = _QUOTATION.search(other)
        if found and len(found[0]) > 4 and found[0][1:-1] != match[0][1:-1]:
            return apply(sentence.target, (match.start() + 1, match.end() - 1, found[0][1:-1]))
    return None


def _swap(text: str, found: list[re.Match[str]], random: Random) -> str | None:
    """Exchange the words of two quotations."""
    if len(found) < 2:
        return None
    place = random.randrange(len(found) - 1)
    first, second = found[place][0][1:-1], found[place + 1][0][1:-1]
    if first == second:
        return None
    edit: Edit = (found[place + 1].start() + 1, found[place + 1].end() - 1, first)
    start, end = found[place].span()
    return apply(apply(text, edit), (start + 1, end - 1, second))
