"""Which pairs a training step sees: drawn by weight, without repetition within an epoch.

Everything is a function of the seed and of a `Place`, so that a run that was killed goes on with
the very batch that was next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.training.tokens import Store

POOL = 20_000


@dataclass(frozen=True)
class Stream:
    """One direction of one source of text; share (0 to 1) is how much of all pairs it gives."""

    name: str
    languages: tuple[str, str]
    rows: Store
    share: float


@dataclass(frozen=True)
class Place:
    """How far a run has read: the next batch is number `batch` of pool number `pool`."""

    pool: int = 0
    batch: int = 0


@dataclass(frozen=True)
class Batch:
    """Padded tokens: sources (rows, S), targets (rows, T), and the place after this batch."""

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    after: Place


class Sampler:
    """Batches without an end, of at most `tokens` padded tokens a side; pad fills the rows."""

    def __init__(
        self, streams: Sequence[Stream], tokens: int, pad: int, seed: int, pool: int = POOL
    ) -> None:
        self._streams = [stream for stream in streams if len(stream.rows) and stream.share]
        shares = np.array([stream.share for stream in self._streams])
        self._shares = shares / shares.sum()
        self._tokens, self._pad, self._seed, self._pool = tokens, pad, seed, pool
        self._orders: dict[tuple[int, int], NDArray[np.int64]] = {}

    def epochs(self, place: Place) -> float:
        """Return how often the first stream has been read by the start of the place's pool."""
        return self._counts(place.pool)[0] / len(self._streams[0].rows)

    def batches(self, place: Place, every: int = 1) -> Iterator[Batch]:
        """Yield batches from a place on, for ever; of every n-th pool if n processes share them."""
        while True:
            groups = self._groups(place.pool)
            for number in range(place.batch, len(groups)):
                last = number == len(groups) - 1
                after = Place(place.pool + every) if last else Place(place.pool, number + 1)
                yield self._padded(groups[number], after)
            place = Place(place.pool + every)

    def _counts(self, pools: int) -> tuple[int, ...]:
        """Return the pairs each stream has given after so many pools: its share, to the pair."""
        return tuple(int(n) for n in np.round(self._shares * pools * self._pool))

    def _groups(self, pool: int) -> list[list[tuple[int, int]]]:
        """Return a pool as batches of (stream, row) of like length, in random order."""
        rng = np.random.default_rng((self._seed, 0, pool))
        bounds = zip(self._counts(pool), self._counts(pool + 1), strict=True)
        picked = [
            (int(length), stream, int(row))
            for stream, (first, last) in enumerate(bounds)
            for length, row in self._draw(stream, first, last)
        ]
        # Rows of like length fill a batch, and which of them meet must differ between epochs.
        ties = rng.random(len(picked))
        order = sorted(range(len(picked)), key=lambda i: (picked[i][0] // 3, ties[i]))
        groups: list[list[tuple[int, int]]] = []
        widest = 0
        for length, stream, row in (picked[i] for i in order):
            widest = max(widest, length)
            if not groups or widest * (len(groups[-1]) + 1) > self._tokens:
                groups.append([])
                widest = length
            groups[-1].append((stream, row))
        return [groups[i] for i in rng.permutation(len(groups))]

    def _draw(self, stream: int, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Yield (length, row) of the draws first ≤ n < last of a stream, epoch by epoch."""
        rows = self._streams[stream].rows
        size = len(rows)
        lengths = rows.lengths()
        for epoch in range(first // size, -(-last // size)):
            order = self._order(stream, epoch)
            start = max(first - epoch * size, 0)
            chosen = order[start : last - epoch * size]
            yield from zip(lengths[chosen], chosen, strict=True)

    def _order(self, stream: int, epoch: int) -> NDArray[np.int64]:
        if (stream, epoch) not in self._orders:
            self._orders = {key: o for key, o in self._orders.items() if key[0] != stream}
            rng = np.random.default_rng((self._seed, 1 + stream, epoch))
            self._orders[stream, epoch] = rng.permutation(len(self._streams[stream].rows))
        return self._orders[stream, epoch]

    def _padded(self, group: Sequence[tuple[int, int]], after: Place) -> Batch:
        rows = [self._streams[stream].rows.row(row) for stream, row in group]
        sources, targets = zip(*rows, strict=True)
        return Batch(pad(sources, self._pad), pad(targets, self._pad), after)


def pad(rows: Sequence[Sequence[int] | NDArray[np.uint32]], filler: int) -> NDArray[np.int64]:
    """Return rows of tokens as one array (rows, longest), filled up on the right."""
    table = np.full((len(rows), max(map(len, rows))), filler, np.int64)
    for number, row in enumerate(rows):
        table[number, : len(row)] = row
    return table
