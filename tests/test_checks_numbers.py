"""Reading numbers in ja, ko and en: tables of cases, and what must hold for any text."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.checks.quantities import fold
from workbench.checks.reading import read_numbers

CASES = Path(__file__).parent / "cases"


def rows():
    for language in ("ja", "ko", "en"):
        for case in json.loads((CASES / f"numbers.{language}.json").read_text(encoding="utf-8")):
            failing = case.get("expect") == "fail"
            marks = [pytest.mark.xfail(strict=True)] if failing else []
            yield pytest.param(language, case, id=f"{language}: {case['label']}", marks=marks)


@pytest.mark.parametrize(("language", "case"), list(rows()))
def test_firm_numbers_are_read_by_value(language, case):
    firm = [q.value for q in read_numbers(case["input"], language) if not q.soft]
    assert firm == [Fraction(value) for value in case["expected"]]


@given(st.text(alphabet="0123456789,.十百千万億兆二三五年月日割分の時半第数 ", max_size=60))
def test_quantities_lie_in_the_text_in_order_without_overlap(text):
    found = read_numbers(text, "ja")
    assert all(text[q.start : q.end] == q.text for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.text(), st.sampled_from(["ja", "ko", "en"]))
def test_any_text_can_be_read(text, language):
    assert all(q.value in q.values for q in read_numbers(text, language))


@given(st.integers(min_value=2, max_value=10**15))
def test_grouped_digits_are_read_as_they_are_in_every_language(number):
    for language in ("ja", "ko", "en"):
        found = read_numbers(f"x {number:,} x", language)
        assert [q.value for q in found] == [number]


@given(st.text())
def test_folding_keeps_every_place(text):
    assert len(fold(text)) == len(text)


def test_a_language_without_a_reader_has_no_numbers():
    assert read_numbers("12 Uhr", "de") == ()


def test_soft_numbers_are_read_but_may_be_absent():
    assert [(q.text, q.soft) for q in read_numbers("二人で両国へ", "ja")] == [
        ("二", True),
        ("両", True),
    ]


@pytest.mark.parametrize("unit", ["1", "1,", "1.2.", "二", "3分の1 ", "one and ", "이십", "1만"])
def test_a_line_of_nothing_but_numerals_is_read_in_linear_time(unit):
    text = unit * (4_000 // len(unit))
    assert all(len(read_numbers(text, code)) <= 4_000 for code in ("ja", "ko", "en"))
