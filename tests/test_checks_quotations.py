"""Linking quotations, telling changed ones, and reading the marks."""

import json
import time
from pathlib import Path

import pytest

from workbench.checks import review
from workbench.checks.likeness import likeness
from workbench.checks.quotations import quotation_entries
from workbench.checks.quotes import read_quotations
from workbench.checks.registry import Pair
from workbench.types import Document, Segment, Translation

CASES = json.loads((Path(__file__).parent / "cases" / "quotations.json").read_text("utf-8"))


def make_pair(source, target, languages="ja-en"):
    here, there = languages.split("-")
    segment = Segment("s0", source, "", "sentence", 0, 0)
    return Pair(segment, Translation("s0", there, target, "mt"), here, there)


def doubts(sources, targets, languages="ja-ko"):
    here, there = languages.split("-")
    segments = (Segment(f"s{i}", text, "", "sentence", 0, 0) for i, text in enumerate(sources))
    made = [Translation(f"s{i}", there, text, "mt") for i, text in enumerate(targets)]
    found = review(Document(here, tuple(segments)), made, there).findings
    return [finding for finding in found if finding.check == "quotations"]


def rows():
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", list(rows()))
def test_quotations_are_linked_with_kind_match_and_depth(case):
    entries = quotation_entries(make_pair(case["source"], case["input"], case["pair"]))
    assert [[e.kind, e.match, e.value] for e in entries] == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_the_words_of_an_entry_stand_at_its_spans(case):
    for entry in quotation_entries(make_pair(case["source"], case["input"], case["pair"])):
        for words, span, text in (
            (entry.source, entry.source_span, case["source"]),
            (entry.target, entry.target_span, case["input"]),
        ):
            assert words == (text[slice(*span)] if span else "")


def test_a_changed_quotation_is_doubted_where_it_stands():
    target = "그녀는 “홍수로 시장 물가가 12% 올랐고 정부는 아무것도 하지 않았다”고 말했다."
    (doubt,) = doubts(["彼女は「母は病院で手紙を書いた」と話した。"], [target])
    assert doubt.severity == "major"
    assert target[slice(*doubt.span)].startswith("“홍수로")


def test_a_quotation_copied_from_a_sentence_before_is_doubted():
    sources = ["「母は病院で薬をもらった」と話した。", "「彼は病院で医師に会った」と話した。"]
    targets = ["“어머니는 병원에서 의사에게 약을 받아서 돌아왔다”고 말했다."] * 2
    assert [d.segment_id for d in doubts(sources, targets)] == ["s1"]


def test_names_and_short_speech_beside_english_may_come_without_marks():
    assert doubts(["船の名は「パシフィック」だ。"], ["The ship is the Pacific."], "ja-en") == []
    assert doubts(["She said hello."], ["彼女は「こんにちは」と言った。"], "en-ja") == []


def test_several_lost_quotations_make_one_doubt_with_the_counts():
    (doubt,) = doubts(["「水」「火」「木」の三つだ。"], ["“물”과 불과 나무, 세 가지다."])
    assert "The source has 3 quotations, the target 1 quotation." in doubt.message


def test_quotations_are_read_with_their_nesting():
    found = read_quotations("“A ‘b’ c,” he said, “D.” ‘e’")
    assert [(q.content, q.depth) for q in found] == [
        ("A ‘b’ c,", 1),
        ("b", 2),
        ("D.", 1),
        ("e", 1),
    ]


def test_likeness_knows_nothing_of_other_languages():
    assert likeness("Oui", "Ja", ("fr", "de")) == 0.0


def test_likeness_is_the_same_from_either_side():
    texts = ("母は病院で薬をもらった", "어머니는 병원에서 약을 받았다")
    assert likeness(*texts, ("ja", "ko")) == likeness(*reversed(texts), ("ko", "ja")) > 0


@pytest.mark.parametrize("unit", ["“", "「『", "」", "「あ」", "'a ", "“a,” b ", "‘’", "\ud800「"])
def test_a_hundred_kilobytes_of_marks_are_linked_within_seconds(unit):
    begin = time.monotonic()
    quotation_entries(make_pair(unit * (100_000 // len(unit)), unit * (90_000 // len(unit))))
    assert time.monotonic() - begin < 10
