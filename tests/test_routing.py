"""Batches, pieces and labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import FakeEngine
from workbench.batching import SEGMENTS, TOKENS, batches, pieces
from workbench.catalogue import get_model
from workbench.errors import UsageError
from workbench.routing import find
from workbench.segmentation import split


@given(st.text(min_size=1, max_size=400), st.integers(min_value=2, max_value=50))
def test_pieces_fit_and_join_to_the_text(text: str, limit: int) -> None:
    (parts,) = pieces([text], FakeEngine(limit=limit), "ja", "en")
    assert "".join(parts) == text
    assert max(map(len, parts)) <= limit


def test_pieces_end_where_sentences_end() -> None:
    text = "一つ目の文はここで終わる。二つ目の文はここで終わる。"
    assert pieces([text], FakeEngine(limit=15), "ja", "en") == [[text[:13], text[13:]]]


def test_batches_hold_every_segment_once_and_keep_their_size() -> None:
    document = split("".join(f"{'長' * (n % 90)}{n}番目の文です。" for n in range(900)), "ja")
    made = list(batches(document.segments, FakeEngine(), "ja", "en"))
    assert [s for batch in made for s in batch] == list(document.segments)
    assert all(sum(len(s.text) for s in batch) <= TOKENS for batch in made)
    assert max(map(len, made)) <= SEGMENTS and [len(b) for b in made[:3]] == [1, 2, 4]


@pytest.mark.parametrize(
    ("target", "pivot", "route"),
    [("ko", "", ("ja", "ko")), ("ko", "en", ("ja", "en", "ko")), ("en", "en", ("ja", "en"))],
)
def test_a_route_is_direct_unless_a_pivot_is_asked_for(
    target: str, pivot: str, route: tuple[str, ...]
) -> None:
    assert find(get_model("trilingual-small"), "ja", target, pivot) == route


def test_a_pair_that_the_model_lacks_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="trilingual-small"):
        find(get_model("trilingual-small"), "en", "ja")
