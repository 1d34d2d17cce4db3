"""Scores are sacreBLEU's own, and the tests call equal what is equal."""

import os
from typing import Any

import pytest
import sacrebleu
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER
from sacrebleu.significance import PairedTest

import checkpoints
from workbench.errors import InputError, UnknownNameError, UsageError
from workbench.evaluation.counts import count
from workbench.evaluation.metrics import (
    compare,
    score,
    segment_chrf,
    segment_scores,
    segment_signature,
)

EN, JA, KO = ([triple[i] for triple in checkpoints.TRIPLES] for i in (1, 0, 2))
WORSE = [" ".join(line.split()[1:]) for line in EN]


SHORTER = [" ".join(line.split()[:-2]) for line in EN]


def one_changed(lines: list[str]) -> list[str]:
    return ["Something else was here.", *lines[1:]]


@pytest.mark.parametrize(
    ("target", "lines", "tokenizer"),
    [("en", EN, "13a"), ("ja", JA, "ja-mecab"), ("ko", KO, "ko-mecab"), ("zh", JA, "zh")],
)
def test_scores_are_those_of_sacrebleu(target: str, lines: list[str], tokenizer: str) -> None:
    hypotheses, asian = [line[1:] for line in lines], target != "en"
    found = {name: s.value for name, s in score(hypotheses, [lines], target).items()}
    assert found == {
        "bleu": sacrebleu.corpus_bleu(hypotheses, [lines], tokenize=tokenizer).score,
        "chrf": sacrebleu.corpus_chrf(hypotheses, [lines], word_order=2).score,
        "ter": sacrebleu.corpus_ter(
            hypotheses, [lines], normalized=asian, asian_support=asian
        ).score,
    }


@pytest.mark.parametrize(
    ("target", "tokenizer"),
    [
        ("en", "13a"),
        ("fr", "13a"),
        ("zh-TW", "zh"),
        ("ja", "ja-mecab"),
        ("ko", "ko-mecab"),
        ("th", "char"),
    ],
)
def test_the_signature_names_the_tokenizer(target: str, tokenizer: str) -> None:
    scores = score(EN, [EN], target)
    assert f"|tok:{tokenizer}" in scores["bleu"].signature
    assert ("asian:yes" in scores["ter"].signature) == (target[:2] in ("ja", "ko", "zh"))
    assert "nw:2" in scores["chrf"].signature


def test_several_references_are_counted_and_help() -> None:
    one, two = score(WORSE, [EN], "en"), score(WORSE, [EN, WORSE], "en")
    assert "nrefs:2" in two["bleu"].signature
    assert one["bleu"].value < two["bleu"].value == pytest.approx(100)


def test_single_lines_have_a_chrf_of_their_own() -> None:
    first, *rest = segment_chrf(one_changed(EN), [EN])
    assert first < 30 and rest == pytest.approx([100] * len(rest))


def test_a_clear_loss_is_significant_in_both_tests() -> None:
    found = compare({"good": EN, "bad": WORSE}, [EN], "en", baseline="good", resamples=200)["bad"]
    for tested in found.values():
        assert tested.p_bootstrap is not None and tested.p_bootstrap < 0.05
        assert tested.p_randomisation is not None and tested.p_randomisation < 0.05


def test_equal_outputs_tie() -> None:
    found = compare({"a": WORSE, "b": list(WORSE)}, [EN], "en", baseline="a", resamples=50)
    assert {(s.p_bootstrap, s.p_randomisation) for s in found["b"].values()} == {(1.0, 1.0)}


def test_one_changed_line_is_no_significant_difference() -> None:
    systems = {"a": EN, "b": one_changed(EN)}
    found = compare(systems, [EN], "en", baseline="a", resamples=200)["b"]
    assert [s.p_randomisation for s in found.values()] == [1.0] * 3


def test_the_seed_makes_tests_repeat_and_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    first, again, other = (
        compare({"a": EN, "b": WORSE}, [EN], "en", resamples=30, seed=seed)["b"]["bleu"].mean
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert dict(os.environ) == before


def test_the_baseline_may_stand_anywhere_and_has_no_p() -> None:
    found = compare({"a": WORSE, "b": EN, "c": WORSE}, [EN], "en", baseline="b", resamples=20)
    assert list(found) == ["a", "b", "c"]
    assert found["b"]["bleu"].p_bootstrap is None
    assert found["a"] == found["c"]


def test_without_resamples_there_are_scores_alone() -> None:
    found = compare({"a": WORSE}, [EN], "en", baseline="a", resamples=0)
    assert found == {"a": score(WORSE, [EN], "en")}


def test_an_output_without_a_word_scores_nothing() -> None:
    found = compare({"a": EN, "b": [""] * len(EN)}, [EN], "en", baseline="a", resamples=20)["b"]
    assert (found["bleu"].value, found["chrf"].value, found["ter"].value) == (0, 0, 100)


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(InputError, match="2 lines for a reference of 25"):
        score(EN[:2], [EN], "en")
    with pytest.raises(InputError, match="no reference"):
        score([], [], "en")
    with pytest.raises(UnknownNameError, match="No metric named 'blue'"):
        score(EN, [EN], "en", ("blue",))


def test_more_resamples_than_memory_holds_are_refused_before_the_work() -> None:
    with pytest.raises(UsageError, match="take 8000000 at most"):
        compare({"a": EN}, [EN], "en", resamples=10**9)
    with pytest.raises(UsageError, match="-1 resamples"):
        compare({"a": EN}, [EN], "en", resamples=-1)
    with pytest.raises(UnknownNameError, match="No baseline named 'b'"):
        compare({"a": EN}, [EN], "en", baseline="b")


def paired(kind: str, systems: dict[str, list[str]], references: list[list[str]]) -> dict[str, Any]:
    """Return what sacreBLEU's own command line would test with."""
    made = {"bleu": BLEU(), "chrf": CHRF(word_order=2), "ter": TER()}
    found = PairedTest(list(systems.items()), made, references, kind, 100)()[1]
    return {"bleu": found["BLEU"][1], "chrf": found["chrF2++"][1], "ter": found["TER"][1]}


@pytest.mark.parametrize("references", [[EN], [EN, SHORTER, JA]], ids=["one", "three"])
def test_intervals_and_tests_are_those_of_sacrebleu_to_the_last_digit(
    references: list[list[str]],
) -> None:
    systems = {"a": WORSE, "b": one_changed(SHORTER)}
    ours = compare(systems, references, "en", baseline="a", resamples=100)["b"]
    resampled, swapped = (paired(kind, systems, references) for kind in ("bs", "ar"))
    for name, s in ours.items():
        theirs = resampled[name]
        assert (s.value, s.mean, s.interval) == (theirs.score, theirs.mean, theirs.ci)
        assert (s.p_bootstrap, s.p_randomisation) == (theirs.p_value, swapped[name].p_value)


def test_a_line_without_one_of_the_references_is_scored_by_the_others() -> None:
    some = [None, *WORSE[1:]]
    assert "nrefs:var" in score(WORSE, [EN, some], "en")["bleu"].signature
    assert score(WORSE[:1], [EN[:1], some[:1]], "en", ("ter",))["ter"].value == pytest.approx(
        score(WORSE[:1], [EN[:1]], "en", ("ter",))["ter"].value
    )


@pytest.mark.parametrize("name", ["bleu", "chrf", "ter"])
def test_scores_of_lines_are_those_of_sacrebleu(name: str) -> None:
    counts = count({"a": SHORTER}, [EN], "en", (name,))
    made = {"bleu": BLEU(effective_order=True), "chrf": CHRF(word_order=2), "ter": TER()}[name]
    pairs = zip(SHORTER, EN, strict=True)
    theirs = [made.sentence_score(line, [reference]).score for line, reference in pairs]
    assert segment_scores(counts, name, "en")["a"] == theirs
    assert segment_signature(counts, name, "en") == str(made.get_signature())
