"""Learns the weights of workbench.checks.contrast from right translations and planted errors.

    python -m workbench.training.contrast DOCUMENTS… --general CORPORA… -o contrast.npz

DOCUMENTS are right translations as `workbench trial` reads them: all of their pairs are learnt,
each with several negations planted or taken away. Of the CORPORA, which may be less right, at
most MOST pairs with a negation are taken by language pair, and fewer without. Where a doubt begins
is found by learning half of the documents and scoring the other half.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import numpy as np

from workbench.checks.contrast import SIZE, Side, features
from workbench.checks.polarity import missing, side_of
from workbench.checks.trial import Sample, read_sentences
from workbench.planting import Sentence, plant

# Pairs of a corpus that are taken, with a negation and without.
MOST, PLAIN = 60_000, 12_000
# How often a negation is planted in a pair of documents and of corpora.
_TRIES, _FEW_TRIES = 10, 3
_LENGTHS = range(12, 300)
# What a pair of documents and of corpora counts.
_WEIGHT, _FEW_WEIGHT = 1.5, 0.3
_ROUNDS, _RATE, _DROPPED, _BATCH = 2, 0.05, 0.1, 256
# The share of the right pairs that score above the threshold.
_DOUBTED = 0.003


@dataclass(frozen=True, slots=True)
class Example:
    """A pair by its features: a right one or one with an error; fold 0 or 1 is its document's."""

    places: Any
    planted: bool
    weight: float
    fold: int


def examples(samples: Iterable[Sample], tries: int, weight: float) -> Iterator[Example]:
    """Yield each pair as it is and with what can be planted in it, each error once."""
    for sample in samples:
        random = Random(sample.source)
        fold = crc32((sample.document or sample.source).encode("utf-8", "replace")) % 2
        sentence = Sentence(sample.source, sample.target, *sample.direction)
        planted = {plant("negation", sentence, random) for _ in range(tries)}
        for target in [sample.target, *sorted(text for text in planted if text)]:
            source, ours = _sides(sample, target)
            places = np.array(features(source, ours, missing(source, ours)), np.int32)
            yield Example(places, target != sample.target, weight, fold)


def choose(paths: Iterable[Path], most: int = MOST, plain: int = PLAIN) -> Iterator[Sample]:
    """Yield pairs of corpora by language pair: those with a negation first of all, both ways."""
    pairs: dict[tuple[str, ...], list[Sample]] = {}
    for path in paths:
        for sample in read_sentences([path]):
            if len(sample.source) in _LENGTHS and len(sample.target) in _LENGTHS:
                pairs.setdefault(sample.direction, []).append(sample)
    for rows in pairs.values():
        order = Random(1).sample(rows, len(rows))
        yield from islice((row for row in order if _denies(row)), most // 2)
        yield from islice((row for row in order if not _denies(row)), plain // 2)


def learn(rows: Sequence[Example]) -> Any:
    """Return float32 weights (SIZE) that score planted pairs above right ones.

    Logistic regression by AdaGrad (Duchi, Hazan & Singer 2011) with features dropped at random.
    """
    import torch

    torch.manual_seed(1)
    random = np.random.default_rng(1)
    table = torch.nn.EmbeddingBag(SIZE, 1, mode="sum", sparse=True)
    torch.nn.init.zeros_(table.weight)
    optimizer = torch.optim.Adagrad(table.parameters(), lr=_RATE)
    with torch.sparse.check_sparse_tensor_invariants(enable=False):
        for batch in _batches(rows, random):
            scores = table(*_tables(batch, random))[:, 0]
            wanted = torch.tensor([float(row.planted) for row in batch])
            weights = torch.tensor([row.weight for row in batch])
            loss = torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted, weights)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return table.weight.detach().numpy()[:, 0].copy()


def _batches(rows: Sequence[Example], random: Any) -> Iterator[list[Example]]:
    for _ in range(_ROUNDS):
        order = random.permutation(len(rows))
        for at in range(0, len(rows), _BATCH):
            yield [rows[number] for number in order[at : at + _BATCH]]


def _tables(batch: Sequence[Example], random: Any) -> tuple[Any, Any]:
    """Return the places of some examples in one row, and where each begins."""
    import torch

    kept = [row.places[random.random(len(row.places)) >= _DROPPED] for row in batch]
    starts = np.cumsum([0, *(len(places) for places in kept[:-1])])
    return torch.from_numpy(np.concatenate(kept).astype(np.int64)), torch.from_numpy(starts)


def threshold(documents: Sequence[Example], general: Sequence[Example]) -> float:
    """Return the score above which a pair is doubted, by documents that were not learnt."""
    scores: list[float] = []
    for fold in (0, 1):
        weights = learn([*general, *(row for row in documents if row.fold != fold)])
        held = (row for row in documents if row.fold == fold and not row.planted)
        scores += [float(weights[row.places].sum()) for row in held]
    return float(np.quantile(scores, 1 - _DOUBTED))


def save(path: Path, weights: Any, threshold: float) -> None:
    """Write weights in eight bits each, and where a doubt begins."""
    scale = float(np.abs(weights).max()) / 127 or 1.0
    small = np.round(weights / scale).astype(np.int8)
    np.savez_compressed(path, weights=small, scale=scale, threshold=threshold)


def _sides(sample: Sample, target: str) -> tuple[Side, Side]:
    languages = sample.direction
    return side_of(sample.source, languages[0]), side_of(target, languages[1])


def _denies(sample: Sample) -> bool:
    return any(side.firm for side in _sides(sample, sample.target))


def main() -> None:
    """Read the command line, learn, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", nargs="+", type=Path)
    parser.add_argument("--general", nargs="*", type=Path, default=[])
    parser.add_argument("-o", "--output", type=Path, required=True)
    given = parser.parse_args()
    documents = list(examples(read_sentences(given.documents), _TRIES, _WEIGHT))
    general = list(examples(choose(given.general), _FEW_TRIES, _FEW_WEIGHT))
    doubted = threshold(documents, general)
    save(given.output, learn([*general, *documents]), doubted)
    print(f"{len(documents)} and {len(general)} examples; a doubt begins at {doubted:.3f}")


if __name__ == "__main__":
    main()
