"""Systems are scored on the rows that have a reference, as a whole, by row and by parts."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

import checkpoints
from comparisons import comparison
from workbench.compare.scoring import judge
from workbench.compare.values import Comparison, Judged, Reference
from workbench.errors import UnknownNameError, UsageError
from workbench.evaluation.metrics import compare
from workbench.evaluation.systems import Failure

JA, EN = ([triple[i] for triple in checkpoints.TRIPLES] for i in (0, 1))
WORSE = [" ".join(line.split()[1:]) for line in EN]
SHORTER = [" ".join(line.split()[:-2]) for line in EN]


@pytest.fixture(scope="module")
def plain() -> Comparison:
    return comparison(JA, good=SHORTER, bad=WORSE)


def against(whole: Comparison, *references: Sequence[str]) -> Comparison:
    named = [Reference(f"ref{i}", tuple(texts)) for i, texts in enumerate(references)]
    return replace(whole, references=tuple(named))


@pytest.fixture(scope="module")
def judged(plain: Comparison) -> Judged:
    return judge(against(plain, EN), baseline="bad", resamples=50)


def test_scores_are_those_of_evaluate(judged: Judged) -> None:
    systems = {"good": SHORTER, "bad": WORSE}
    assert judged.scores == compare(systems, [EN], "en", baseline="bad", resamples=50)
    assert (judged.baseline, judged.resamples, judged.scored_rows) == ("bad", 50, len(JA))


def test_every_row_has_a_score_of_its_own_with_a_signature(judged: Judged) -> None:
    assert {m: [len(column) for column in rows] for m, rows in judged.rows.items()} == {
        name: [len(JA)] * 2 for name in ("bleu", "chrf", "ter")
    }
    assert "eff:yes" in judged.row_signatures["bleu"]
    assert "eff:no" in judged.scores["good"]["bleu"].signature


def test_rows_without_a_reference_have_no_part(plain: Comparison) -> None:
    some = judge(against(plain, ["", "  ", *EN[2:]]), resamples=0)
    assert some.scored_rows == len(JA) - 2
    assert [column[:2] for column in some.rows["chrf"]] == [(None, None)] * 2
    assert some.scores == compare(
        {"good": SHORTER[2:], "bad": WORSE[2:]}, [EN[2:]], "en", resamples=0
    )


def test_a_row_that_one_of_two_references_has_is_scored_by_it(plain: Comparison) -> None:
    both = judge(against(plain, EN, ["", *WORSE[1:]]), resamples=0)
    assert both.scored_rows == len(JA)
    assert "nrefs:var" in both.scores["bad"]["bleu"].signature
    alone = judge(against(plain, EN), resamples=0)
    assert both.rows["chrf"][1][0] == alone.rows["chrf"][1][0]
    assert both.rows["chrf"][1][1:] == pytest.approx([100] * (len(JA) - 1))


def test_without_a_reference_or_a_system_nothing_is_scored(plain: Comparison) -> None:
    assert judge(plain).scored_rows == 0
    assert judge(against(plain, [""] * len(JA))).scores == {}
    assert judge(against(replace(plain, outputs=()), EN)) == Judged({}, {}, (), 0)


def test_a_line_that_failed_is_scored_as_empty(plain: Comparison) -> None:
    holed = judge(against(comparison(JA, a=["", *EN[1:]]), EN), resamples=0)
    assert [holed.rows[m][0][0] for m in ("bleu", "chrf", "ter")] == [0, 0, 100]


def test_the_order_of_the_systems_changes_no_score(judged: Judged) -> None:
    turned = judge(
        against(comparison(JA, bad=WORSE, good=SHORTER), EN), baseline="bad", resamples=50
    )
    assert turned.scores == judged.scores
    assert [b.scores[::-1] for part in turned.buckets for b in part.buckets] == [
        b.scores for part in judged.buckets for b in part.buckets
    ]


def test_equal_outputs_tie_everywhere(plain: Comparison) -> None:
    same = judge(against(comparison(JA, a=WORSE, b=WORSE), EN), baseline="a", resamples=30)
    assert {s.p_randomisation for s in same.scores["b"].values()} == {1.0}
    assert all(len(set(b.scores)) == 1 for part in same.buckets for b in part.buckets)


def test_a_baseline_that_failed_leaves_scores_and_an_unknown_one_is_refused(
    plain: Comparison,
) -> None:
    failed = replace(against(plain, EN), failures=(Failure("gone", "no memory", 3),))
    assert judge(failed, baseline="gone", resamples=5).baseline == ""
    with pytest.raises(UnknownNameError, match=r"No baseline named 'goood'\. Did you mean 'good'"):
        judge(failed, baseline="goood")
    with pytest.raises(UsageError, match="-1 resamples"):
        judge(failed, resamples=-1)
