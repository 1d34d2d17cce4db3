"""Running the checks over documents: accounting, failures, order, and a table of pairs."""

import json
from pathlib import Path

import pytest

from workbench.checks import account, check, run_checks, work_list
from workbench.errors import AccountingError
from workbench.types import Document, Finding, Segment, Translation

CASES = json.loads((Path(__file__).parent / "cases" / "checks.json").read_text(encoding="utf-8"))


def make_document(texts, language="ja", kind="sentence"):
    rows = (Segment(f"s{i}", text, "", kind, 0, 0) for i, text in enumerate(texts))
    return Document(language, tuple(rows))


def make_translations(texts, language="en", origin="mt"):
    return [Translation(f"s{i}", language, text, origin) for i, text in enumerate(texts)]


def run(source, target, pair="ja-en", **settings):
    languages = pair.split("-")
    document = make_document([source], languages[0])
    return run_checks(document, [Translation("s0", languages[1], target, **settings)], languages[1])


def rows():
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", list(rows()))
def test_a_pair_raises_exactly_the_doubts_expected(case):
    findings = run(case["source"], case["input"], case["pair"], origin="mt")
    parts = [f.span and case["input"][slice(*f.span)] for f in findings]
    found = [[f.check, f.severity, part] for f, part in zip(findings, parts, strict=True)]
    assert found == case["expected"]


def test_accounting_accepts_one_translation_per_segment():
    account(make_document(["一。", "二。"]), make_translations(["One.", "Two."]))


@pytest.mark.parametrize("order", [[0], [0, 1, 1], [1, 0], [0, 1, 2], []])
def test_accounting_refuses_missing_surplus_and_shuffled_translations(order):
    made = make_translations(["One.", "Two.", "Three."])
    with pytest.raises(AccountingError, match="segments were read"):
        account(make_document(["一。", "二。"]), [made[i] for i in order])


def test_blank_segments_need_no_translation():
    assert run_checks(make_document([""], kind="blank"), [], "en") == ()


def test_a_failed_segment_has_one_critical_finding_with_its_reason():
    failed = Translation("s0", "en", "", "failed", note="out of memory")
    (finding,) = run_checks(make_document(["2017年に越えた。"]), [failed], "en")
    assert (finding.check, finding.severity) == ("accounting", "critical")
    assert "out of memory" in finding.message


def test_an_empty_target_is_critical():
    (finding,) = run("2017年に越えた。", " ", origin="mt")
    assert (finding.check, finding.severity) == ("accounting", "critical")


def test_labels_are_accounted_but_not_checked():
    document = make_document(["記者25"], kind="label")
    assert run_checks(document, make_translations(["記者26"], origin="label"), "en") == ()


def test_a_truncated_target_is_flagged():
    findings = run("兵士は橋を渡った。", "The soldier crossed the", origin="mt", truncated=True)
    assert ("truncated", "major") in {(f.check, f.severity) for f in findings}


def test_a_target_copied_from_the_segment_before_is_flagged():
    document = make_document(["兵士は橋を渡った。", "医師は夜を待った。"])
    findings = run_checks(document, make_translations(["The soldier crossed it."] * 2), "en")
    assert [(f.check, f.segment_id) for f in findings] == [("neighbour", "s1")]


def test_equal_sources_may_have_equal_targets():
    document = make_document(["兵士は橋を渡った。"] * 2)
    assert run_checks(document, make_translations(["The soldier crossed it."] * 2), "en") == ()


def test_messages_name_the_number_as_value_and_as_written():
    (finding,) = run("兵士は十三日に橋を渡った。", "The soldier crossed the bridge.", origin="mt")
    assert finding.message == "13 (十三) of the source is not in the target."


def test_the_work_list_has_the_worst_first_and_keeps_document_order():
    rows = [("minor", "s0"), ("critical", "s2"), ("major", "s1"), ("critical", "s3")]
    findings = [Finding("x", severity, place, "en", "") for severity, place in rows]
    assert [f.segment_id for f in work_list(findings)] == ["s2", "s3", "s1", "s0"]


def test_a_name_cannot_be_taken_twice():
    run("一。", "One.", origin="mt")
    with pytest.raises(ValueError, match="numbers"):
        check("numbers")(lambda pair: iter(()))


@pytest.mark.parametrize("unit", ["“", "「『", "(", "aaab", "漢", "1,", " 'a", ",” he said, “"])
def test_a_hostile_line_of_100_kb_ends(unit):
    findings = run(unit * (100_000 // len(unit)), unit * (90_000 // len(unit)), origin="mt")
    assert len(findings) < 100
