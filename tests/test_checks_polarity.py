"""Negations and questions that a translation loses or adds: a table of pairs, and any text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.checks.opposites import CONCEPTS
from workbench.checks.polarity import check_negation, check_question, read_negations
from workbench.checks.registry import Pair
from workbench.types import Segment, Translation

CASES = json.loads((Path(__file__).parent / "cases" / "polarity.json").read_text(encoding="utf-8"))
CODES = ("ja", "ko", "en")


def make_pair(source, target, languages):
    theirs, ours = languages.split("-")
    segment = Segment("s0", source, "", "sentence", 0, 0)
    return Pair(segment, Translation("s0", ours, target, "mt"), theirs, ours)


def doubts(pair):
    return [*check_negation(pair), *check_question(pair)]


def rows():
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", list(rows()))
def test_a_pair_raises_exactly_the_doubts_expected(case):
    found = doubts(make_pair(case["source"], case["input"], case["pair"]))
    parts = [f.span and case["input"][slice(*f.span)] for f in found]
    rows = [[f.check, f.severity, part] for f, part in zip(found, parts, strict=True)]
    assert rows == case["expected"]


def test_the_message_names_the_word_of_the_source_that_was_lost():
    (finding,) = doubts(make_pair("証人は来ませんでした。", "The witness came.", "ja-en"))
    assert "(ません)" in finding.message


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(CODES))
def test_any_two_texts_can_be_compared(source, target, code):
    other = {"ja": "ko", "ko": "en", "en": "ja"}[code]
    spans = [f.span for f in doubts(make_pair(source, target, f"{code}-{other}"))]
    assert all(span is None or 0 <= span[0] < span[1] <= len(target) for span in spans)


@given(st.text(alphabet="ないずぬか않못없 안nothtv'’?。", max_size=60), st.sampled_from(CODES))
def test_negations_lie_in_the_text_in_order(text, code):
    ends = [end for span in read_negations(text, code).firm for end in span]
    assert ends == sorted(ends)
    assert not ends or ends[-1] <= len(text)


@pytest.mark.parametrize(
    "unit", ["ない", "しか", "なければ", "지 ", "밖에", "안 ", "not ", "n't", "un", "か"]
)
def test_a_line_of_100_kb_ends(unit):
    text = unit * (100_000 // len(unit))
    assert all(len(doubts(make_pair(text, "いい", f"{code}-ja"))) <= 2 for code in ("ko", "en"))
    assert all(read_negations(text, code).loose >= 0 for code in CODES)


def test_every_concept_has_words_in_every_language():
    for concept in CONCEPTS:
        assert set(concept.denied) == set(concept.affirmed) == set(CODES)
