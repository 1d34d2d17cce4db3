"""Reading numbers in ja, ko and en: tables of cases, and what must hold for any text."""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.checks.numbers import number_entries
from workbench.checks.quantities import fold
from workbench.checks.reading import read_numbers
from workbench.checks.registry import Pair
from workbench.types import Segment, Translation

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


LEDGER = json.loads((CASES / "numbers.ledger.json").read_text(encoding="utf-8"))


def pair_of(source, target, direction):
    ours, theirs = direction.split("-")
    segment = Segment("s1", source, "", "sentence", 0, 0)
    return Pair(segment, Translation("s1", theirs, target, "mt"), ours, theirs)


@pytest.mark.parametrize("case", LEDGER, ids=[case["label"] for case in LEDGER])
def test_the_ledger_links_numbers_to_their_renderings(case):
    entries = number_entries(pair_of(case["source"], case["input"], case["pair"]))
    assert [[e.kind, e.match, e.value, e.source, e.target] for e in entries] == case["expected"]


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["ja-en", "en-ko", "ko-ja"]))
def test_spans_of_entries_cut_their_words_out_of_the_texts(source, target, direction):
    for entry in number_entries(pair_of(source, target, direction)):
        assert entry.source == (source[slice(*entry.source_span)] if entry.source_span else "")
        assert entry.target == (target[slice(*entry.target_span)] if entry.target_span else "")


def in_myriads(number, signs):
    """Write a number as 1億2000万: digits, and a sign for every four of them."""
    parts = []
    for sign in signs:
        number, rest = divmod(number, 10_000)
        parts += [f"{rest}{sign}"] if rest else []
    return "".join(reversed(parts))


@given(st.integers(min_value=2, max_value=10**16))
def test_myriads_are_read_as_they_are_in_japanese_and_korean(number):
    for language, signs in (("ja", " 万億兆京"), ("ko", " 만억조경")):
        written = in_myriads(number, ["", *signs[1:]]) + {"ja": "円", "ko": "원"}[language]
        assert [q.value for q in read_numbers(written, language) if not q.soft] == [number]


def in_kanji(number):
    """Write a number in kanji alone: 二千五百万."""
    digits, units = "〇一二三四五六七八九", ("", "十", "百", "千")
    groups = []
    for large in ("", "万", "億", "兆"):
        number, rest = divmod(number, 10_000)
        places = [(int(d), u) for d, u in zip(reversed(str(rest)), units, strict=False)]
        words = [("" if d == 1 and u else digits[d]) + u for d, u in places if d]
        groups += ["".join(reversed(words)) + large] if words else []
    return "".join(reversed(groups))


@given(st.integers(min_value=11, max_value=10**16 - 1))
def test_kanji_numerals_are_read_back(number):
    found = read_numbers(f"{in_kanji(number)}円", "ja")
    assert number in found[0].values
    assert len(found) == 1


ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ("quadrillion", "trillion", "billion", "million", "thousand", "hundred")
SIZES = (10**15, 10**12, 10**9, 10**6, 10**3, 10**2)


def in_english(number):
    """Write a number in words: three million two hundred thousand five."""
    if number < 20:
        return ONES[number]
    if number < 100:
        ten, one = divmod(number, 10)
        return TENS[ten] + (f"-{ONES[one]}" if one else "")
    size, word = next((s, w) for s, w in zip(SIZES, SCALES, strict=True) if number >= s)
    count, rest = divmod(number, size)
    return f"{in_english(count)} {word}" + (f" {in_english(rest)}" if rest else "")


@given(st.integers(min_value=2, max_value=10**16))
def test_english_words_are_read_back(number):
    found = read_numbers(f"sold {in_english(number)} copies", "en")
    assert [q.value for q in found] == [number]
