"""What is held out was never trained on, and is neither too little nor too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.training.corpus import Pair
from workbench.training.splitting import BLOCK, split


def memory(sizes: dict[str, int]) -> list[Pair]:
    return [
        Pair(f"{name}の{n}。", f"{name} {n}.", ("ja", "en"), name)
        for name, size in sizes.items()
        for n in range(size)
    ]


def unnamed(count: int) -> list[Pair]:
    return [Pair(f"第{n}。", f"No. {n}.", ("ja", "en")) for n in range(count)]


def texts(pairs: list[Pair]) -> set[tuple[str, str]]:
    sources = {(pair.languages[0], pair.source) for pair in pairs}
    return sources | {(pair.languages[1], pair.target) for pair in pairs}


SMALL = st.builds(
    Pair,
    st.sampled_from("一二三四五六七八九十"),
    st.sampled_from("abcdefghij"),
    st.just(("ja", "en")),
    st.sampled_from(["", "x", "y", "z", "\ud800"]),
)


@given(pairs=st.lists(SMALL, max_size=80), share=st.floats(0, 1), seed=st.integers(0, 9))
def test_every_pair_is_on_one_side_and_no_text_on_both(pairs, share, seed) -> None:
    training, held_out = split(pairs, share, seed, fewest=2)
    assert sorted(map(str, training + held_out)) == sorted(map(str, pairs))
    assert texts(training).isdisjoint(texts(held_out))
    assert len(held_out) <= len(pairs) / 2


def test_documents_stay_whole() -> None:
    training, held_out = split(memory({f"d{n}": 10 + n % 7 for n in range(100)}))
    assert {p.document for p in training}.isdisjoint(p.document for p in held_out)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.2])
def test_the_share_is_met_to_within_a_document(share: float) -> None:
    pairs = memory({f"d{n}": 8 + n % 5 for n in range(150)})
    assert share * len(pairs) <= len(split(pairs, share).held_out) < share * len(pairs) + 12


@pytest.mark.parametrize(
    ("count", "least", "most"), [(50, 20, 25), (200, 20, 40), (1000, 50, 100), (30_000, 391, 400)]
)
def test_held_out_has_a_floor_and_a_ceiling(count: int, least: int, most: int) -> None:
    assert least <= len(split(unnamed(count)).held_out) <= most
    sizes = dict.fromkeys(map(str, range(count // 10)), 10)
    assert least <= len(split(memory(sizes)).held_out) <= most


def test_one_large_document_goes_by_blocks_of_neighbours() -> None:
    held_out = split(memory({"book": 1000})).held_out
    places = [int(pair.target.split()[1][:-1]) for pair in held_out]
    assert len(places) == 50
    assert all(places[n] // BLOCK == places[n + BLOCK - 1] // BLOCK for n in range(0, 50, BLOCK))


def test_the_same_seed_gives_the_same_split_in_any_order_of_documents() -> None:
    sizes = {f"d{n}": 12 for n in range(60)}
    turned = dict(reversed(sizes.items()))
    assert texts(split(memory(sizes)).held_out) == texts(split(memory(turned)).held_out)
    assert texts(split(memory(sizes), seed=1).held_out) != texts(split(memory(sizes)).held_out)


def test_a_sentence_of_two_documents_is_trained_on_with_all_that_shares_it() -> None:
    shared = [("はい。", "Yes."), ("そうです。", "Yes."), ("そうです。", "That is so.")]
    pairs = memory({f"d{n}": 10 for n in range(40)})
    pairs += [Pair("はい。", "Sure.", ("ja", "en"), "d1")]
    pairs += [Pair(a, b, ("ja", "en"), "d2") for a, b in shared]
    for seed in range(10):
        training = {pair.source for pair in split(pairs, seed=seed).training}
        assert {"はい。", "そうです。"} <= training


def test_a_memory_that_repeats_itself_holds_out_what_it_can() -> None:
    same = [Pair("はい。", "Yes.", ("ja", "en"), f"d{n}") for n in range(100)]
    assert split(same).held_out == []
    held_out = split([*same, *memory({"a": 30, "b": 40})]).held_out
    assert {pair.document for pair in held_out} in ({"a"}, {"b"})
