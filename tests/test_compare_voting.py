"""A ranking by votes has the known values, and no order of anything changes it."""

import csv
import io
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.compare.values import Outcome, Vote
from workbench.compare.voting import letter, ranking, shuffled, to_csv

NAMES = ("one", "two", "three")
pairs = st.permutations(NAMES).map(lambda names: names[:2])
votes = st.lists(
    st.builds(
        lambda row, pair, outcome: Vote(f"s{row}", *pair, outcome),
        st.integers(1, 9),
        pairs,
        st.sampled_from(["better", "equal", "worse"]),
    ),
    max_size=20,
).map(tuple)


def said(outcome: Outcome, times: int, start: int = 0) -> tuple[Vote, ...]:
    return tuple(Vote(f"s{start + n}", "one", "two", outcome) for n in range(times))


def ratings(made: tuple[Vote, ...], names: tuple[str, ...] = NAMES) -> dict[str, float]:
    return {rank.system: rank.rating for rank in ranking(made, names, resamples=0)}


@pytest.mark.parametrize(("wins", "losses", "ties"), [(3, 1, 0), (7, 0, 0), (5, 2, 4)])
def test_two_systems_have_the_rating_of_their_odds(wins: int, losses: int, ties: int) -> None:
    made = said("better", wins) + said("worse", losses, 20) + said("equal", ties, 40)
    odds = (wins + ties / 2 + 0.5) / (losses + ties / 2 + 0.5)
    found = ratings(made, ("one", "two"))
    assert found["one"] - found["two"] == pytest.approx(400 * math.log10(odds))


def test_three_systems_have_the_ratings_that_explain_their_wins() -> None:
    # 4:2:1 as strengths, in numbers so large that the prior hardly counts.
    chances = {("one", "two"): 4 / 6, ("two", "three"): 2 / 3, ("one", "three"): 4 / 5}
    made = tuple(
        Vote(f"s{n}", *pair, "better" if n < chance * 3000 else "worse")
        for pair, chance in chances.items()
        for n in range(3000)
    )
    found = ratings(made)
    assert found["one"] - found["two"] == pytest.approx(400 * math.log10(2), abs=0.5)
    assert found["two"] - found["three"] == pytest.approx(400 * math.log10(2), abs=0.5)


def test_an_unbeaten_system_stays_finite_and_has_its_interval_around_it() -> None:
    first = ranking(said("better", 8) + said("worse", 2, 20), ("one", "two"))[0]
    assert (first.system, first.wins, first.losses, first.ties) == ("one", 8, 2, 0)
    assert 1400 < first.low < first.rating < first.high < 2500
    assert math.isfinite(ranking(said("better", 5), ("one", "two"))[0].high)


def test_more_votes_make_a_narrower_interval() -> None:
    def width(times: int) -> float:
        made = said("better", 3 * times) + said("worse", times, 1000)
        first = ranking(made, ("one", "two"))[0]
        return first.high - first.low

    assert width(50) < width(4) / 2


def test_without_votes_all_are_in_the_middle() -> None:
    assert ratings(()) == dict.fromkeys(NAMES, 1500)
    assert ranking((), ()) == ()


def test_votes_on_a_system_that_is_not_there_do_not_count() -> None:
    [only] = ranking(said("better", 3), ("one",))
    assert (only.rating, only.wins) == (1500, 0)


@given(votes)
@settings(deadline=None)
def test_the_mean_is_1500_and_the_counts_add_up(made: tuple[Vote, ...]) -> None:
    ranks = ranking(made, NAMES, resamples=0)
    assert sum(rank.rating for rank in ranks) == pytest.approx(4500)
    assert sum(r.wins for r in ranks) == sum(r.losses for r in ranks)
    assert sum(r.wins + r.losses + r.ties for r in ranks) == 2 * len(made)


@given(votes, st.permutations(NAMES), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_no_order_changes_a_rating(
    made: tuple[Vote, ...], names: list[str], chance: random.Random
) -> None:
    mixed = tuple(chance.sample(made, len(made)))
    first = {r.system: (r.rating, r.low, r.high) for r in ranking(made, NAMES, resamples=50)}
    other = ranking(mixed, tuple(names), resamples=50)
    for rank in other:
        assert (rank.rating, rank.low, rank.high) == pytest.approx(first[rank.system], abs=1e-3)


@given(votes)
@settings(deadline=None, max_examples=30)
def test_a_vote_says_the_same_from_the_other_side(made: tuple[Vote, ...]) -> None:
    opposite: dict[Outcome, Outcome] = {"better": "worse", "worse": "better", "equal": "equal"}
    turned = tuple(Vote(v.segment_id, v.other, v.system, opposite[v.outcome]) for v in made)
    assert ratings(turned) == pytest.approx(ratings(made))


@given(votes)
@settings(deadline=None, max_examples=30)
def test_all_ties_make_equal_ratings(made: tuple[Vote, ...]) -> None:
    equal = tuple(Vote(v.segment_id, v.system, v.other, "equal") for v in made)
    for rank in ranking(equal, NAMES, resamples=20):
        assert (rank.rating, rank.low + rank.high) == pytest.approx((1500, 3000))


def test_one_more_win_never_lowers_a_rating() -> None:
    before = said("better", 4) + said("worse", 4, 10)
    assert ratings((*before, *said("better", 1, 30)))["one"] > ratings(before)["one"]


@given(st.lists(st.text(max_size=3), unique=True, max_size=40), st.integers(0, 2**31))
def test_every_system_has_one_letter_and_a_seed_gives_it_again(names: list, seed: int) -> None:
    letters = shuffled(names, seed)
    assert set(letters) == set(names)
    assert list(letters.values()) == [letter(n) for n in range(len(names))]
    assert shuffled(names, seed) == letters


def test_different_seeds_show_different_orders() -> None:
    assert len({tuple(shuffled(NAMES, seed)) for seed in range(50)}) == 6


def test_after_z_come_two_letters() -> None:
    assert [letter(n) for n in (0, 25, 26, 27, 51, 52)] == ["A", "Z", "AA", "AB", "AZ", "BA"]


def test_exported_votes_say_what_was_said_and_whether_blind() -> None:
    made = (Vote("s1", "one", "two", "better", True, "then"), Vote("s2", "one", "two", "equal"))
    text = to_csv(made)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(r["outcome"], r["blind"]) for r in rows] == [("better", "True"), ("equal", "False")]


def test_a_name_that_looks_a_formula_is_none_in_the_table() -> None:
    assert "'=one" in to_csv([Vote("s1", "=one", "two", "better")])


def test_few_votes_that_agree_leave_a_wide_interval() -> None:
    three = tuple(Vote(f"s{n}", "one", "two", "better") for n in range(3))
    many = tuple(Vote(f"s{n}", "one", "two", "better") for n in range(60))
    widths = [
        ranking(votes, NAMES)[0].high - ranking(votes, NAMES)[0].low for votes in (three, many)
    ]
    assert widths[0] > 300 and all(width > 0 for width in widths)
