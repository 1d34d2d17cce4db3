"""Systems are judged by each other: whom the others agree with, and where they part."""

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from comparisons import comparison, with_findings
from workbench.compare import judging
from workbench.compare.judging import NO_PICK, SUPPORT, chrf, grams, judge
from workbench.compare.values import Judgement
from workbench.evaluation.metrics import score
from workbench.types import Finding

SACREBLEU = CHRF()
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=40)
# Few signs, so that n-grams meet, repeat and look like the numbers of repeats.
CLOSE_TEXT = st.text(alphabet="ab12 한日。", max_size=30)


def grids(least: int, most: int) -> st.SearchStrategy[list[list[str]]]:
    """Return systems of two lines each."""
    lines = st.lists(st.sampled_from(["", " ", "ab", "abc", "ab ab", "日本"]) | CLOSE_TEXT)
    return st.lists(lines.map(lambda found: [*found, "", ""][:2]), min_size=least, max_size=most)


def judged(systems: Sequence[Sequence[str]]) -> Judgement:
    whole = comparison(["寒い。", "逃げた。"], **{f"s{i}": t for i, t in enumerate(systems)})
    assert whole.judgement
    return whole.judgement


@given(CLOSE_TEXT | ANY_TEXT, CLOSE_TEXT | ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_chrf_is_that_of_sacrebleu_to_the_last_digit(one: str, other: str) -> None:
    assert chrf(grams(one), grams(other)) == SACREBLEU.sentence_score(one, [other]).score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("a", ""),
        ("aaaaaaaaaaaaaaaa", "aaaa"),
        ("a2a2", "aa22"),
        ("It was very cold, so we fled.", "It was cold and we ran away."),
        ("寒かったので逃げた。", "とても寒かった。"),
        ("\ud800", "\ud800x"),
    ],
)
def test_chrf_of_odd_texts_is_that_of_sacrebleu(one: str, other: str) -> None:
    assert chrf(grams(one), grams(other)) == SACREBLEU.sentence_score(one, [other]).score


@given(grids(1, 4))
@settings(max_examples=40, deadline=None)
def test_permuting_systems_permutes_what_is_said_of_them(systems: list[list[str]]) -> None:
    plain = judged(systems)
    for order in list(permutations(range(len(systems))))[1:4]:
        other = judged([systems[i] for i in order])
        assert other.disagreement == plain.disagreement
        assert other.profiles == tuple(plain.profiles[i] for i in order)
        assert other.agreement == tuple(tuple(plain.agreement[i][j] for j in order) for i in order)
        assert other.utility == tuple(tuple(row[i] for i in order) for row in plain.utility)


@given(grids(1, 3), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_a_copy_never_lowers_the_agreement_of_what_it_copies(
    systems: list[list[str]], place: int
) -> None:
    place %= len(systems)
    before = judged(systems).profiles[place].agreement
    # Alone, a system has nobody to disagree with: there is no agreement to compare with.
    after = judged([*systems, systems[place]]).profiles[place].agreement
    assert after >= before - 1e-9 or len(systems) == 1


@given(grids(2, 4))
@settings(max_examples=40, deadline=None)
def test_figures_stay_in_their_range_and_the_pick_is_supported(systems: list[list[str]]) -> None:
    found = judged(systems)
    shares = [*found.disagreement, *(x for row in (*found.agreement, *found.utility) for x in row)]
    assert all(0 <= share <= 100 for share in shares)
    for pick, supporters in zip(found.consensus, found.supporters, strict=True):
        assert (pick in supporters) == (pick != NO_PICK)


def test_equal_outputs_tie_and_the_first_is_taken() -> None:
    found = judged([["It was cold.", "We fled."]] * 3)
    assert found.agreement == ((100.0,) * 3,) * 3
    assert (found.consensus, found.disagreement) == ((0, 0), (0.0, 0.0))
    assert [profile.consensus for profile in found.profiles] == [2, 2, 2]


def test_the_pick_is_what_the_others_say_most_of() -> None:
    found = judged(
        [["Apples are red.", ""], ["It was very cold.", ""], ["It was very cold then.", ""]]
    )
    assert found.consensus[0] in (1, 2)
    assert found.supporters[0] == (1, 2)


def test_equal_texts_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr(judging, "grams", lambda text: counted.append(text) or grams(text))
    judged([["Cold.", "Fled."], ["Cold.", "Ran."], ["Cold.", "Fled."]])
    assert sorted(counted) == ["Cold.", "Fled.", "Ran."]


def test_an_empty_line_is_never_the_pick_and_counts_as_disagreement() -> None:
    found = judged([["", "We fled."], [" ", "We fled."], ["xyz", "We fled."]])
    assert (found.consensus, found.disagreement) == ((2, 0), (100.0, 0.0))
    assert found.supporters[0] == (2,)


def test_a_row_without_any_text_has_no_pick() -> None:
    found = judged([["", "We fled."], ["", "We fled."]])
    assert (found.consensus, found.supporters[0], found.disagreement[0]) == ((NO_PICK, 0), (), 100)
    assert found.profiles[0].consensus == 1


def test_a_single_system_agrees_with_itself() -> None:
    found = judged([["It was cold.", "We fled."]])
    assert (found.agreement, found.consensus, found.disagreement) == (((100.0,),), (0, 0), (0, 0))
    assert found.profiles[0].agreement == 100.0


def test_without_systems_every_row_is_there_and_nothing_is_said() -> None:
    found = judged([])
    assert (found.consensus, found.utility, found.profiles) == ((NO_PICK, NO_PICK), ((), ()), ())


def test_a_system_supports_the_pick_from_the_threshold_on() -> None:
    texts = ["It was very cold there.", "It was very cold then.", "It was cold.", "Cold."]
    found = judged([[text, ""] for text in texts])
    pick = grams(texts[found.consensus[0]])
    between = [(chrf(grams(t), pick) + chrf(pick, grams(t))) / 2 for t in texts]
    assert found.supporters[0] == tuple(i for i, x in enumerate(between) if x >= SUPPORT)


def test_dismissed_and_mended_doubts_do_not_count() -> None:
    whole = comparison(["寒い。"], a=["It was cold."])
    doubts = [
        Finding("x", "major", "s1", "en", "no", decision=d)
        for d in ("", "accepted", "fixed", "dismissed")
    ]
    profile = judge(with_findings(whole, "a", doubts)).profiles[0]
    assert profile.findings == {"critical": 0, "major": 2, "minor": 0}
    assert (profile.words, profile.per_1000_words) == (3, 2000 / 3)


def test_numbers_are_kept_as_the_ledger_says() -> None:
    whole = comparison(
        ["2017年に120人が来た。"], a=["In 2017, 120 came."], b=["In 2018, 120 came."]
    )
    assert [profile.numbers for profile in judge(whole).profiles] == [(2, 2), (1, 2)]


def test_the_length_ratio_counts_characters() -> None:
    whole = comparison(["寒い。", "逃げた。"], a=["It is cold.", ""])
    assert judge(whole).profiles[0].length_ratio == 11 / 7


def test_words_are_morphemes_in_japanese_and_characters_in_chinese() -> None:
    assert judge(comparison(["寒い。"], "ja", a=["寒かった。"])).profiles[0].words == 3
    assert judge(comparison(["寒い。"], "zh", a=["很冷。"])).profiles[0].words == 3


def test_a_round_trip_is_chrf_with_words_of_the_source_by_what_came_back() -> None:
    whole = comparison(["寒い。", "逃げた。"], a=["Cold.", "Fled."], b=["Cold.", "Fled."])
    back = ["寒かった。", "逃げた。"]
    found = judge(whole, {"a": back}).profiles
    wanted = score(back, [["寒い。", "逃げた。"]], "ja", ("chrf",))["chrf"].value
    assert [profile.round_trip for profile in found] == [wanted, None]


def test_labels_are_not_judged() -> None:
    whole = comparison(["記者:", "寒い。"], a=["Reporter:", "Cold."], b=["Journalist:", "Cold."])
    assert judge(whole).disagreement == (0.0,)
