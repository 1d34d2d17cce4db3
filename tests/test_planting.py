"""Planting errors: each is of its sort, in the right language, and repeats with its seed."""

import json
from pathlib import Path
from random import Random

import pytest

from workbench.planting import Sentence, plant, planter, sorts

CASES = json.loads((Path(__file__).parent / "cases" / "planting.json").read_text(encoding="utf-8"))


def make_sentence(case):
    source_language, language = case["pair"].split("-")
    others = tuple(case.get("others", ()))
    return Sentence(case["source"], case["target"], source_language, language, others)


def every(case):
    sentence = make_sentence(case)
    return {plant(case["sort"], sentence, Random(seed)) for seed in range(60)} - {None}


@pytest.mark.parametrize("case", CASES["possible"], ids=lambda case: case["label"])
def test_an_error_can_be_planted(case):
    assert set(case["expected"]) <= every(case)
    assert make_sentence(case).target not in every(case)


@pytest.mark.parametrize("case", CASES["impossible"], ids=lambda case: case["label"])
def test_what_would_be_no_error_is_not_planted(case):
    assert every(case) == set()


def test_an_hour_of_the_afternoon_never_becomes_itself_on_the_other_clock():
    sentence = Sentence("It began at 3 p.m.", "午後3時に始まった。", "en", "ja")
    planted = {plant("date", sentence, Random(seed)) for seed in range(300)}
    assert "午後5時に始まった。" in planted
    assert "午後15時に始まった。" not in planted


def test_one_seed_gives_one_error():
    sentence = Sentence("毛布200枚と水30本。", "200 blankets and 30 bottles.", "ja", "en")
    assert plant("number", sentence, Random(3)) == plant("number", sentence, Random(3))


def test_every_sort_is_known_and_cannot_be_taken_twice():
    assert sorts() == ("date", "name", "negation", "number", "quotation")
    with pytest.raises(ValueError, match="number"):
        planter("number")(lambda sentence, random: None)


@pytest.mark.parametrize(
    "text", ["", "\ud800", "「", "“" * 999, "안 " * 999, "ない" * 999, "9" * 999]
)
@pytest.mark.parametrize("sort", ["number", "date", "name", "quotation", "negation"])
def test_odd_texts_do_no_harm(text, sort):
    for language in ("ja", "ko", "en"):
        assert plant(sort, Sentence(text, text, "ja", language), Random(1)) != text
