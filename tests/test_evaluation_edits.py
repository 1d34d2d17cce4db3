"""The quick TER counts what sacreBLEU counts, in any two lists of words."""

from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.lib_ter import translation_edit_rate

from workbench.evaluation.edits import count_edits

FEW = st.lists(st.sampled_from("abc"), max_size=12)
MANY = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=40)
# Longer than the beam of sacreBLEU's edit distance is wide, with the odd word in common.
LONG = st.lists(st.sampled_from([f"w{i}" for i in range(60)]), min_size=30, max_size=45)


@given(FEW, FEW)
def test_short_texts_have_the_edits_of_sacrebleu(one: list[str], other: list[str]) -> None:
    assert count_edits(one, other) == translation_edit_rate(one, other)[0]


@given(MANY, MANY)
@settings(max_examples=40, deadline=None)
def test_texts_have_the_edits_of_sacrebleu(one: list[str], other: list[str]) -> None:
    assert count_edits(one, other) == translation_edit_rate(one, other)[0]


@given(LONG, LONG, st.integers(0, 30))
@settings(max_examples=12, deadline=None)
def test_texts_beyond_the_beam_have_the_edits_of_sacrebleu(
    one: list[str], other: list[str], shared: int
) -> None:
    moved = other[shared:] + one[:shared]
    assert count_edits(one, moved) == translation_edit_rate(one, moved)[0]


@given(MANY, st.integers(0, 40))
@settings(deadline=None)
def test_lists_of_very_different_lengths_have_the_edits_of_sacrebleu(
    words: list[str], number: int
) -> None:
    long = words * 3
    assert count_edits(words[:number], long) == translation_edit_rate(words[:number], long)[0]
    assert count_edits(long, words[:3]) == translation_edit_rate(long, words[:3])[0]
