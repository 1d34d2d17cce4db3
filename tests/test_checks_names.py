"""Names: found in three languages, linked by place, letters and sound, doubted, told apart."""

import json
import time
from pathlib import Path

import pytest

from workbench.checks import run_checks
from workbench.checks.gazetteer import forms, places
from workbench.checks.names import (
    check_consistency,
    check_names,
    full_names,
    name_entries,
    renderings,
)
from workbench.checks.registry import Pair
from workbench.checks.sounds import distance, hangul, hanja, kana, latin
from workbench.panels import ledger_panel
from workbench.types import Column, Document, Result, Segment, Summary, Translation

CASES = json.loads((Path(__file__).parent / "cases" / "names.json").read_text(encoding="utf-8"))


def make_pair(source, target, languages="ja-en", name="s0"):
    ours, theirs = languages.split("-")
    segment = Segment(name, source, "", "sentence", 0, 0)
    return Pair(segment, Translation(name, theirs, target, "mt"), ours, theirs)


def make_column(*texts, languages="ja-en"):
    pairs = [make_pair(a, b, languages, f"s{i}") for i, (a, b) in enumerate(texts)]
    return pairs, [entry for pair in pairs for entry in name_entries(pair)]


def doubts(*pairs):
    return check_names(pairs, [entry for pair in pairs for entry in name_entries(pair)])


def rows():
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", list(rows()))
def test_every_name_is_linked_to_its_rendering(case):
    entries = name_entries(make_pair(case["source"], case["input"], case["pair"]))
    assert [[e.match, e.kind, e.source, e.target] for e in entries] == case["expected"]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_spans_are_the_places_of_the_words(case):
    for entry in name_entries(make_pair(case["source"], case["input"], case["pair"])):
        assert entry.source == case["source"][slice(*(entry.source_span or (0, 0)))]
        assert entry.target == case["input"][slice(*(entry.target_span or (0, 0)))]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (kana("キム・ジョンウン"), latin("Kim Jong Un")),
        (kana("キム・ジョンウン"), hangul("김정은")),
        (hangul(hanja("咸興")), latin("Hamhung")),
        (kana("アサクラ"), hangul("아사쿠라")),
        (kana("スミス"), latin("Smith")),
        (kana("ファルザナ・ハック"), latin("Farzana Haque")),
    ],
)
def test_one_name_sounds_alike_in_every_script(first, second):
    assert distance(first, second) < 0.16


@pytest.mark.parametrize(
    ("first", "second"),
    [("Kim", "Kang"), ("Tanaka", "Yamada"), ("Seoul", "Busan"), ("Osaka", "Yutaka")],
)
def test_other_names_sound_otherwise(first, second):
    assert distance(latin(first), latin(second)) > 0.23


def test_a_changed_person_is_critical_and_marked_in_the_target():
    pair = make_pair("田中さんは笑った。", "Suzuki laughed.")
    finding = next(doubts(pair))
    assert (finding.severity, finding.span) == ("critical", (0, 6))
    assert "田中 (Tanaka)" in finding.message


def test_a_missing_person_is_major():
    pair = make_pair("ハン・ミオクさん（54）は笑った。", "She laughed.")
    assert [finding.severity for finding in doubts(pair)] == ["major"]


def test_a_name_cut_to_one_part_is_minor():
    pair = make_pair("マリア・サントスさん（40）は笑った。", "Maria laughed.")
    assert [finding.severity for finding in doubts(pair)] == ["minor"]


def test_a_home_country_that_is_not_named_again_raises_no_doubt():
    pair = make_pair("日本の首相が会見した。", "The prime minister met the press.")
    assert [entry.match for entry in name_entries(pair)] == ["missing"]
    assert list(doubts(pair)) == []


def test_a_name_instead_of_a_pronoun_raises_no_doubt_where_the_text_has_it_elsewhere():
    named = make_pair("早川さんは辞書を引いた。", "Hayakawa used a dictionary.", name="s0")
    added = make_pair("3年かけて読み終えた。", "Hayakawa read it in three years.", name="s1")
    assert list(doubts(named, added)) == []
    assert [finding.severity for finding in doubts(added)] == ["minor"]


def test_a_pronoun_instead_of_a_name_raises_no_doubt_where_the_text_has_it_elsewhere():
    named = make_pair("早川さんは辞書を引いた。", "Hayakawa used a dictionary.", name="s0")
    dropped = make_pair("早川さんは笑った。", "She laughed.", name="s1")
    assert list(doubts(named, dropped)) == []


def test_a_name_rendered_in_two_ways_is_listed_with_its_segments():
    rendered = (
        ("金正恩氏が来た。", "Kim Jong Un came."),
        ("金正恩氏は去った。", "Gim Jeongeun left."),
    )
    (finding,) = check_consistency(*make_column(*rendered))
    assert finding.segment_id == "s1"
    assert "Kim Jong Un (s0); Gim Jeongeun (s1)" in finding.message


def test_surname_order_possessive_and_hyphen_are_one_rendering():
    texts = (
        ("朝倉修一氏は笑った。", "Shuichi Asakura laughed."),
        ("朝倉氏の家。", "Asakura's house."),
    )
    assert list(check_consistency(*make_column(*texts))) == []


def test_renderings_gather_the_segments_of_each_name():
    texts = ("田中さんが来た。", "Tanaka came."), ("田中さんは笑った。", "Tanaka laughed.")
    _, entries = make_column(*texts)
    assert renderings(entries) == {"田中": {"Tanaka": ("s0", "s1")}}


def test_parts_of_a_full_name_stand_in_its_line():
    assert full_names(["呉", "呉青成", "金"]) == {"呉青成": "呉青成", "呉": "呉青成", "金": "金"}


def test_a_part_of_two_full_names_stands_alone():
    assert full_names(["金", "金正恩", "金大中"])["金"] == "金"


def test_the_panel_has_one_line_for_a_name_and_its_short_form():
    texts = ("呉氏は走った。", "Oh ran."), ("呉青成氏は笑った。", "Oh Chong Song laughed.")
    _, entries = make_column(*texts)
    segments = tuple(Segment(f"s{i}", a, "", "sentence", 0, 0) for i, (a, _) in enumerate(texts))
    columns = (Column("en", (), ""),)
    result = Result(Document("ja", segments), columns, Summary((), "news"), (), {}, tuple(entries))
    lines = ledger_panel(result, {"s0": "s0", "s1": "s1"})["names"]
    assert [(line["source"], line["segments"]) for line in lines] == [("呉青成", ["s0", "s1"])]


def test_the_checks_run_with_the_others():
    document = Document("ja", (Segment("s0", "田中さんは静かに笑った。", "", "sentence", 0, 0),))
    findings = run_checks(
        document, [Translation("s0", "en", "Suzuki laughed quietly.", "mt")], "en"
    )
    assert [finding.check for finding in findings] == ["names"]


def test_a_language_without_a_reader_has_no_entries():
    assert name_entries(make_pair("Er kam aus Berlin.", "He came from Munich.", "de-en")) == ()


def test_the_gazetteer_knows_countries_and_cities_in_three_languages():
    assert forms(places("ja")["グアテマラ"], "ko") == ("과테말라",)
    assert "Geneva" in forms(places("ko")["제네바"], "en")


@pytest.mark.parametrize(
    "text", ["", "\ud800呉氏", "\0", "ア・" * 2000, "김씨 " * 900, "A" * 100_000]
)
@pytest.mark.parametrize("languages", ["ja-en", "ko-ja", "en-ko"])
def test_odd_texts_are_read_in_time(text, languages):
    started = time.perf_counter()
    name_entries(make_pair(text, "Tanaka 田中さん 김 씨", languages))
    name_entries(make_pair("Tanaka 田中さん 김 씨", text, languages))
    assert time.perf_counter() - started < 20
