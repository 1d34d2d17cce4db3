"""Hold out part of a memory by document, so that a score is earned on text never trained on."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from workbench.training.corpus import Pair

FEWEST, MOST = 20, 400
# Without documents so many neighbours stay together: a sentence often repeats the one before.
BLOCK = 10
_Key = tuple[str, str]  # language, text


class Split(NamedTuple):
    """Every pair given, on one side or the other, each side in the order given."""

    training: list[Pair]
    held_out: list[Pair]


def split(
    pairs: Iterable[Pair],
    share: float = 0.05,
    seed: int = 0,
    *,
    fewest: int = FEWEST,
    most: int = MOST,
) -> Split:
    """Hold out a share (0 to 1) of the pairs: whole documents, chosen by the hash of their names.

    The same pairs and seed give the same split. Between `fewest` and `most` pairs are held out
    and never more than half; past the share it goes by less than a document, and never past
    twice the share. Pairs without a document, or all pairs where no choice of documents keeps
    these bounds, go by blocks of 10 neighbours. No source or target stands on both sides: a pair
    of a held-out document that shares one with another document is trained on. A memory that
    repeats itself throughout can hold out less than `fewest`.
    """
    rows = list(pairs)
    goal = min(max(round(share * len(rows)), fewest), most, len(rows) // 2)
    ceiling = min(most, len(rows) // 2, max(2 * goal, fewest))
    chosen = _choose(rows, _by_document(rows), (goal, ceiling), seed)
    if len(chosen) < min(goal, fewest):
        chosen = _choose(rows, _by_block(rows), (goal, ceiling), seed)
    held_out = [row for number, row in enumerate(rows) if number in chosen]
    return Split([row for n, row in enumerate(rows) if n not in chosen], held_out)


def _choose(
    rows: Sequence[Pair], groups: Sequence[str], bounds: tuple[int, int], seed: int
) -> set[int]:
    """Return the rows to hold out; groups names the group of each row, bounds: goal, ceiling."""
    goal, ceiling = bounds
    members: dict[str, list[int]] = {}
    for number in _private(rows, groups):
        members.setdefault(groups[number], []).append(number)
    chosen: set[int] = set()
    for name in sorted(members, key=lambda name: _hash(name, seed)):
        if len(chosen) >= goal:
            break
        if len(chosen) + len(members[name]) <= ceiling:
            chosen.update(members[name])
    return chosen


def _private(rows: Sequence[Pair], groups: Sequence[str]) -> list[int]:
    """Return the rows that share no text with another group, however long the way round.

    A pair that has a text of another group is trained on, and so is, then, every pair that has
    the other text of that pair.
    """
    home: dict[_Key, str] = {}
    known: set[_Key] = set()
    for row, group in zip(rows, groups, strict=True):
        for key in _keys(row):
            if home.setdefault(key, group) != group:
                known.add(key)
    left = list(range(len(rows)))
    while True:
        apart = [number for number in left if known.isdisjoint(_keys(rows[number]))]
        if len(apart) == len(left):
            return left
        kept = set(apart)
        known.update(key for n in left if n not in kept for key in _keys(rows[n]))
        left = apart


def _keys(pair: Pair) -> tuple[_Key, _Key]:
    return (pair.languages[0], pair.source), (pair.languages[1], pair.target)


def _by_document(rows: Sequence[Pair]) -> list[str]:
    blocks = iter(_by_block([row for row in rows if not row.document]))
    return [f"document {row.document}" if row.document else next(blocks) for row in rows]


def _by_block(rows: Sequence[Pair]) -> list[str]:
    return [f"block {number // BLOCK}" for number in range(len(rows))]


def _hash(name: str, seed: int) -> bytes:
    text = f"{seed} {name}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=8).digest()
