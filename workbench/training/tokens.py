"""Pairs as token numbers on disk, so that memory does not grow with the training text.

A store is a folder with four flat files: the tokens of all sources and targets one after the
other, and where each begins. They are mapped into memory, not read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workbench.training.corpus import Pair

_CHUNK = 2000
_TOKEN = np.uint32


class Encoder(Protocol):
    """What turns pairs into the token numbers of a model."""

    def encode(self, pairs: Sequence[Pair]) -> list[tuple[list[int], list[int]]]:
        """Return (source, target) per pair, special tokens included."""


@dataclass(frozen=True)
class Store:
    """Encoded pairs. Row i of a side is tokens[starts[i] : starts[i + 1]]."""

    sources: NDArray[np.uint32]
    source_starts: NDArray[np.int64]
    targets: NDArray[np.uint32]
    target_starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.source_starts) - 1

    def row(self, number: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the tokens of one pair: source, target."""
        first, last = self.source_starts[number : number + 2]
        start, end = self.target_starts[number : number + 2]
        return self.sources[first:last], self.targets[start:end]

    def lengths(self) -> NDArray[np.int64]:
        """Return the tokens of each row, the longer of its two sides."""
        return np.maximum(np.diff(self.source_starts), np.diff(self.target_starts))


def store(pairs: Iterable[Pair], encoder: Encoder, folder: Path, limit: int) -> Store:
    """Encode pairs into a folder and return them; a pair over `limit` tokens a side is left out.

    Pairs are read as a stream. What stood in the folder is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    starts: tuple[list[int], list[int]] = ([0], [0])
    with (folder / "sources").open("wb") as sources, (folder / "targets").open("wb") as targets:
        for rows in _encoded(pairs, encoder):
            for row in rows:
                if max(map(len, row)) > limit:
                    continue
                for side, file, begun in zip(row, (sources, targets), starts, strict=True):
                    file.write(np.asarray(side, _TOKEN).tobytes())
                    begun.append(begun[-1] + len(side))
    for name, begun in zip(("source_starts", "target_starts"), starts, strict=True):
        np.save(folder / f"{name}.npy", np.asarray(begun, np.int64))
    return open_store(folder)


def open_store(folder: Path) -> Store:
    """Return the store that a folder holds."""
    return Store(
        _mapped(folder / "sources"),
        np.load(folder / "source_starts.npy"),
        _mapped(folder / "targets"),
        np.load(folder / "target_starts.npy"),
    )


def _encoded(
    pairs: Iterable[Pair], encoder: Encoder
) -> Iterator[list[tuple[list[int], list[int]]]]:
    stream = iter(pairs)
    while chunk := list(islice(stream, _CHUNK)):
        yield encoder.encode(chunk)


def _mapped(path: Path) -> NDArray[np.uint32]:
    if not path.stat().st_size:
        return np.zeros(0, _TOKEN)  # an empty file cannot be mapped
    return np.memmap(path, _TOKEN, mode="r")
