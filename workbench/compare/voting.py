"""Votes as a ranking: how much more often a person preferred one system to another.

The model is that of Bradley & Terry 1952, "Rank Analysis of Incomplete Block Designs", fitted by
Newton's method, which needs tens of steps where the other one of Hunter 2004, "MM Algorithms for
Generalized Bradley-Terry Models", needs thousands when a system always wins. A tie is half a win
for each, as in chess. To take votes elsewhere in one more form, write a function of votes.
"""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workbench.compare.values import Vote
from workbench.evaluation.metrics import SEED
from workbench.render import cell

MEAN = 1500.0
# Points for odds of ten to one, as Elo 1978 has it.
_TENFOLD = 400.0
# Wins of each system over each other one that nobody voted for: half a win, the prior of Jeffreys,
# keeps the rating of an unbeaten system finite, and that of one without votes in the middle.
_PRIOR = 0.5
_STEPS = 200
# The longest step of the logarithm of a strength, and the one that is too short to go on.
_STRIDE, _CLOSE = 1.0, 1e-8
_INTERVAL = (2.5, 97.5)
_COLUMNS = ("segment_id", "system", "other", "outcome", "blind", "time")
# Standard errors on each side that cover 95 % of a normal distribution.
_WALD = 1.96

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rank:
    """A system in the order of preference.

    rating is on the scale of Elo: 1500 on average, 400 points for odds of ten to one. low and high
    are the ends of its 95 % interval. wins, losses and ties count its votes.
    """

    system: str
    rating: float
    low: float
    high: float
    wins: int
    losses: int
    ties: int


@lru_cache(maxsize=16)
def ranking(
    votes: tuple[Vote, ...], names: tuple[str, ...], *, resamples: int = 1000, seed: int = SEED
) -> tuple[Rank, ...]:
    """Return the systems, the most preferred one first, equals in the order of the names.

    The interval is that of the ratings in so many bootstrap resamples of the rows (0: the rating
    itself), and at least as wide as the curvature of the likelihood has it. Votes on systems that
    are not named do not count. The order of the votes makes no difference.
    """
    if not names:
        return ()
    tables = _tables(votes, names)
    ratings = _ratings(tables.sum(axis=0)[None])[0]
    low, high = _interval(tables, ratings, resamples, seed)
    totals = [_totals(votes, names, name) for name in names]
    ranks = [
        Rank(name, float(ratings[i]), float(low[i]), float(high[i]), *totals[i])
        for i, name in enumerate(names)
    ]
    # What differs in the last digits only is equal.
    return tuple(sorted(ranks, key=lambda rank: -round(rank.rating, 6)))


def shown_order(count: int, blind: int | None) -> list[int]:
    """Return systems by their numbers in the order in which they are shown; blind is the seed.

    None is the order in which they are.
    """
    return list(range(count)) if blind is None else random.Random(blind).sample(range(count), count)


def shuffled(names: Sequence[str], seed: int) -> dict[str, str]:
    """Return the letter under which each system is shown in a blind test: A, B …, in that order.

    >>> list(shuffled(["one", "two", "three"], 1).values())
    ['A', 'B', 'C']
    """
    order = shown_order(len(names), seed)
    return {names[place]: letter(number) for number, place in enumerate(order)}


def letter(number: int) -> str:
    """Return A to Z for 0 to 25, then AA, AB …"""
    before, own = divmod(number, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + own)


def to_csv(votes: Sequence[Vote]) -> str:
    """Return a row per vote.

    No cell is one that a spreadsheet would run as a formula. The file begins with the mark by
    which Excel knows UTF-8.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in map(asdict, votes):
        writer.writerow([cell(str(row[name])) for name in _COLUMNS])
    return "\ufeff" + out.getvalue()


def _tables(votes: Sequence[Vote], names: Sequence[str]) -> Floats:
    """Return (rows, systems, systems): in each row, how often one system won over another."""
    segments = {segment: row for row, segment in enumerate(sorted({v.segment_id for v in votes}))}
    places = {name: place for place, name in enumerate(names)}
    tables = np.zeros((max(1, len(segments)), len(names), len(names)))
    for vote in votes:
        if vote.system in places and vote.other in places:
            row, one, other = segments[vote.segment_id], places[vote.system], places[vote.other]
            won = {"better": 1.0, "equal": 0.5, "worse": 0.0}[vote.outcome]
            tables[row, one, other] += won
            tables[row, other, one] += 1 - won
    return tables


def _ratings(wins: Floats) -> Floats:
    """Return the ratings (samples, systems) of tables of wins (samples, systems, systems).

    The likelihood has one maximum, and Newton's steps end there; none is longer than _STRIDE.
    """
    count = wins.shape[1]
    wins = wins + _PRIOR * (1 - np.eye(count))
    games = wins + wins.transpose(0, 2, 1)
    strength = np.zeros(wins.shape[:2])  # natural logarithms, which add up to 0
    for _ in range(_STEPS):
        apart = strength[:, :, None] - strength[:, None, :]
        chance = 1 / (1 + np.exp(-apart))
        slope = (wins - games * chance).sum(axis=2)
        bend = games * chance * (1 - chance)
        # Without the last term, adding the same to all systems would change nothing.
        curve = np.eye(count) * bend.sum(axis=2)[:, None] - bend + 1 / count
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        strength += np.clip(step, -_STRIDE, _STRIDE)
        if np.abs(step).max() < _CLOSE:
            break
    return np.asarray(MEAN + _TENFOLD * (strength - strength.mean(axis=1)[:, None]) / np.log(10))


def _interval(tables: Floats, ratings: Floats, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of all systems."""
    if not resamples:
        return ratings, ratings
    rows = len(tables)
    drawn = np.random.default_rng(seed).multinomial(rows, [1 / rows] * rows, size=resamples)
    wins = (drawn @ tables.reshape(rows, -1)).reshape(resamples, *tables.shape[1:])
    low, high = np.percentile(_ratings(wins), _INTERVAL, axis=0)
    # Votes that all agree have no spread, however few they are: the curve of the likelihood has.
    wide = _WALD * _standard_errors(tables.sum(axis=0), ratings)
    return np.minimum(low, ratings - wide), np.maximum(high, ratings + wide)


def _standard_errors(wins: Floats, ratings: Floats) -> Floats:
    """Return the standard error of each rating from the curvature of the likelihood there."""
    count = len(wins)
    games = wins + wins.T + 2 * _PRIOR * (1 - np.eye(count))
    apart = (ratings[:, None] - ratings[None, :]) * np.log(10) / _TENFOLD
    chance = 1 / (1 + np.exp(-apart))
    bend = games * chance * (1 - chance)
    curve = np.eye(count) * bend.sum(axis=1)[:, None] - bend
    spread = np.sqrt(np.clip(np.diag(np.linalg.pinv(curve)), 0.0, None))
    return np.asarray(spread * _TENFOLD / np.log(10))


def _totals(votes: Sequence[Vote], names: Sequence[str], name: str) -> tuple[int, int, int]:
    """Return the wins, losses and ties of a system."""
    own = [v.outcome for v in votes if v.system == name and v.other in names]
    against = [v.outcome for v in votes if v.other == name and v.system in names]
    return (
        own.count("better") + against.count("worse"),
        own.count("worse") + against.count("better"),
        own.count("equal") + against.count("equal"),
    )
