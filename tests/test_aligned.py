"""Embeddings from aligned text: a piece lies next to its translation, whatever the script."""

import random
from collections.abc import Iterator

import torch

from workbench.training.aligned import embeddings

CONCEPTS = 24
# Piece k of a language is the same concept as piece k of another.
PIECES = [f"{c}{n}" for c in ("語", "말", "w") for n in range(CONCEPTS)] + ["。", "never"]
WIDTH = 32


def rows(seed: int, count: int = 1500) -> Iterator[list[int]]:
    """Yield sentences of four concepts in two of three languages, each with a full stop."""
    chance = random.Random(seed)
    for _ in range(count):
        concepts = chance.sample(range(CONCEPTS), 4)
        first, second = chance.sample(range(3), 2)
        both = [side * CONCEPTS + c for side in (first, second) for c in concepts]
        yield [*both, 3 * CONCEPTS]


def test_the_nearest_piece_of_another_script_is_the_translation() -> None:
    vectors = embeddings(rows(1), PIECES, WIDTH, seed=1)[: 3 * CONCEPTS]
    tables = torch.nn.functional.normalize(vectors, dim=1).split(CONCEPTS)
    for first in range(3):
        for second in range(3):
            nearest = (tables[first] @ tables[second].T).argmax(1)
            assert nearest.tolist() == list(range(CONCEPTS)), (first, second)


def test_a_piece_and_its_translation_are_not_the_same() -> None:
    vectors = embeddings(rows(1), PIECES, WIDTH, seed=1)
    assert torch.cosine_similarity(vectors[0], vectors[CONCEPTS], dim=0) < 0.95


def test_every_embedding_has_the_length_that_a_network_expects() -> None:
    vectors = embeddings(rows(1), PIECES, WIDTH, seed=1)
    assert vectors.shape == (len(PIECES), WIDTH) and bool(torch.isfinite(vectors).all())
    lengths = vectors.norm(dim=1)[: 3 * CONCEPTS]
    assert torch.allclose(lengths, torch.full_like(lengths, 0.64), atol=0.01)


def test_the_same_seed_gives_the_same_start() -> None:
    first, again, other = (embeddings(rows(1, 200), PIECES, WIDTH, seed=s) for s in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_vocabulary_smaller_than_the_width_is_filled_up() -> None:
    vectors = embeddings([[0, 1], [0, 1], [0, 1]], ["a", "語"], 16, seed=1)
    assert vectors.shape == (2, 16) and bool(torch.isfinite(vectors).all())
