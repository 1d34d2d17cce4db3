"""Batches: every pair once an epoch, shares kept, and the same batch after a restart."""

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.training.corpus import Pair
from workbench.training.sampling import Batch, Place, Sampler, Stream
from workbench.training.tokens import Store, open_store, store

PAD = 9999


class Letters:
    """Encode a text as its code points; the end token is 0."""

    def encode(self, pairs: list[Pair]) -> list[tuple[list[int], list[int]]]:
        """Return both sides as numbers."""
        return [([*map(ord, p.source), 0], [*map(ord, p.target), 0]) for p in pairs]


def rows(folder: Path, count: int, letter: str) -> Store:
    """Return a store of `count` pairs whose sources differ in length."""
    pairs = [Pair(letter * (1 + i % 7), str(i), ("ja", "en")) for i in range(count)]
    return store(pairs, Letters(), folder / letter, limit=50)


def targets(batch: Batch) -> list[str]:
    """Return the target texts of a batch."""
    return ["".join(chr(n) for n in row if n not in (0, PAD)) for row in batch.targets]


@pytest.fixture
def sampler(tmp_path: Path) -> Sampler:
    """Return a sampler over 60 and 30 pairs that draws four of the first to one of the second."""
    streams = [
        Stream("a", ("ja", "en"), rows(tmp_path, 60, "a"), 0.8),
        Stream("b", ("ja", "en"), rows(tmp_path, 30, "b"), 0.2),
    ]
    return Sampler(streams, tokens=40, pad=PAD, seed=1, pool=75)


def test_a_store_gives_back_what_was_put_in(tmp_path: Path) -> None:
    rows(tmp_path, 10, "a")
    source, target = open_store(tmp_path / "a").row(3)
    assert (source.tolist(), target.tolist()) == ([97, 97, 97, 97, 0], [ord("3"), 0])


def test_a_pair_over_the_limit_is_not_stored(tmp_path: Path) -> None:
    pairs = [Pair("a" * n, "b", ("ja", "en")) for n in (4, 5, 6)]
    assert len(store(pairs, Letters(), tmp_path, limit=6)) == 2


def test_an_epoch_has_every_pair_of_the_first_stream_once(sampler: Sampler) -> None:
    batches = sampler.batches(Place())
    seen: Counter[str] = Counter()
    for batch in batches:
        firsts = batch.sources[:, 0] == ord("a")
        seen.update(t for t, first in zip(targets(batch), firsts, strict=True) if first)
        if batch.after == Place(1):
            break
    assert set(seen.values()) == {1} and len(seen) == 60
    assert sampler.epochs(Place(1)) == 1.0


def test_shares_are_kept_to_the_pair(sampler: Sampler) -> None:
    firsts: Counter[int] = Counter()
    for batch in sampler.batches(Place()):
        firsts.update(batch.sources[:, 0].tolist())
        if batch.after == Place(4):
            break
    assert firsts == {ord("a"): 240, ord("b"): 60}


def test_no_batch_is_over_its_tokens(sampler: Sampler) -> None:
    for batch in islice(sampler.batches(Place()), 100):
        assert batch.sources.size <= 40 and batch.targets.size <= 40


@pytest.mark.parametrize("number", [1, 2, 7, 20])
def test_a_restart_goes_on_with_the_next_batch(sampler: Sampler, number: int) -> None:
    *_, last, following = islice(sampler.batches(Place()), number + 1)
    again = next(sampler.batches(last.after))
    assert np.array_equal(again.targets, following.targets)


def test_two_processes_share_the_pools_between_them(sampler: Sampler) -> None:
    alone = [b.after for b in islice(sampler.batches(Place()), 60) if b.after.batch == 0]
    first = [b.after for b in islice(sampler.batches(Place(), every=2), 60) if b.after.batch == 0]
    assert [place.pool for place in alone[:4]] == [1, 2, 3, 4]
    assert [place.pool for place in first[:2]] == [2, 4]


def test_epochs_differ_in_their_order(sampler: Sampler) -> None:
    orders = {pool: targets(next(sampler.batches(Place(pool)))) for pool in range(3)}
    assert len({tuple(order) for order in orders.values()}) == 3


def numbered(name: str, lengths: list[int], share: float) -> Stream:
    """Return a stream whose row i has lengths[i] tokens a side, all of them the number i + 1."""
    starts = np.concatenate([[0], np.cumsum(lengths)])
    tokens = np.repeat(np.arange(1, len(lengths) + 1), lengths).astype(np.uint32)
    return Stream(name, ("ja", "en"), Store(tokens, starts, tokens, starts), share)


def drawn(sampler: Sampler, pools: int) -> list[Batch]:
    """Return the batches of the first pools."""
    found = []
    for batch in sampler.batches(Place()):
        found.append(batch)
        if batch.after == Place(pools):
            return found
    raise AssertionError("batches never end")


LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(LENGTHS, st.integers(1, 60), st.integers(30, 90), st.integers(0, 9), st.integers(1, 4))
def test_nothing_is_lost_or_doubled_within_a_reading(
    lengths: list[int], pool: int, tokens: int, seed: int, pools: int
) -> None:
    sampler = Sampler([numbered("a", lengths, 1.0)], tokens, PAD, seed, pool)
    batches = drawn(sampler, pools)
    seen = Counter(int(row[0]) for batch in batches for row in batch.targets)
    assert seen.total() == pools * pool
    assert set(seen.values()) <= {pools * pool // len(lengths), -(-pools * pool // len(lengths))}
    assert all(batch.sources.size <= tokens for batch in batches)
    for batch in batches:
        assert all((row != PAD).sum() == lengths[row[0] - 1] for row in batch.sources)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.01, 50), min_size=1, max_size=5), LENGTHS, st.integers(50, 200))
def test_every_share_is_kept_to_within_a_pair(
    shares: list[float], lengths: list[int], pool: int
) -> None:
    streams = [numbered(str(n), lengths, share) for n, share in enumerate(shares)]
    sampler = Sampler(streams, 90, PAD, 1, pool)
    wanted = [round(3 * pool * share / sum(shares)) for share in shares]
    found = sum(len(batch.sources) for batch in drawn(sampler, 3))
    assert list(sampler._counts(3)) == pytest.approx(wanted, abs=1)
    assert found == sum(sampler._counts(3))
