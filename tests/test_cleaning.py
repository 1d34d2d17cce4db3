"""Bad pairs are refused for a reason that is counted; good pairs are not."""

import json
from pathlib import Path

import pytest

from workbench.errors import UnknownNameError
from workbench.training.cleaning import RULES, USUAL, clean, describe, rule, tidy
from workbench.training.corpus import Pair

CASES = json.loads((Path(__file__).parent / "cases" / "cleaning.json").read_text(encoding="utf-8"))


def pair(source: str, target: str = "The soldier crossed.", languages: str = "ja-en") -> Pair:
    code, other = languages.split("-")
    return Pair(source, target, (code, other))


def rows():
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", list(rows()))
def test_a_pair_is_refused_by_the_rule_expected(case) -> None:
    cleaner = clean([pair(case["source"], case["input"], case["pair"])], case.get("rules", USUAL))
    kept = list(cleaner)
    assert "".join(cleaner.tally.refused) == case["expected"]
    assert len(kept) == (not case["expected"])


def test_the_tally_accounts_for_every_pair() -> None:
    pairs = [pair(case["source"], case["input"], case["pair"]) for case in CASES]
    cleaner = clean(pairs, RULES)
    kept = len(list(cleaner))
    tally = cleaner.tally
    assert tally.read == len(pairs) == tally.kept + sum(tally.refused.values())
    assert tally.kept == kept > 5 and tally.refused.keys() == tally.examples.keys()


def test_the_first_of_the_same_pairs_is_kept_and_of_the_same_sources() -> None:
    targets = ["The soldier crossed.", "The soldier crossed.", "A soldier crossed over."]
    cleaner = clean([pair("兵士は渡った。", target) for target in targets])
    assert [kept.target for kept in cleaner] == targets[:1]
    assert cleaner.tally.refused == {"duplicate": 1, "variant": 1}


def test_the_same_text_in_another_pair_of_languages_is_no_duplicate() -> None:
    pairs = [pair("兵士は渡った。"), pair("兵士は渡った。", "병사는 건넜다.", "ja-ko")]
    assert len(list(clean(pairs))) == 2


def test_runs_forget_what_other_runs_have_seen() -> None:
    assert [len(list(clean([pair("兵士は渡った。")]))) for _ in range(2)] == [1, 1]


def test_a_refused_pair_does_not_make_a_good_one_a_duplicate() -> None:
    pairs = [pair("兵士は渡った。", "Crossed " * 20), pair("兵士は渡った。")]
    assert [kept.target for kept in clean(pairs)] == ["The soldier crossed."]


def test_prose_is_asked_for() -> None:
    code = pair("open() で開く。", "Open it with open().")
    assert [len(list(clean([code], rules))) for rules in (USUAL, RULES)] == [1, 0]


@pytest.mark.parametrize(
    ("source", "tidied"),
    [
        (" 兵士は\n橋を  渡った。\u3000", "兵士は 橋を 渡った。"),
        ("兵士は\u3000渡った。", "兵士は\u3000渡った。"),
        ('<b>兵士</b>は<a href="x">橋</a>を<x id="1"/>渡った。', "兵士は橋を渡った。"),
        ("兵士は<br>渡った。<br/>", "兵士は 渡った。"),
        ("<div> と <b>橋</b>", "<div> と 橋"),
        ("3 < 5 <b>と</b> 7 > 2", "3 < 5 と 7 > 2"),
    ],
)
def test_tags_that_match_and_white_space_are_tidied_away(source: str, tidied: str) -> None:
    assert tidy(pair(source, source)).source == tidied


def test_tags_that_do_not_match_stay_to_be_seen() -> None:
    assert tidy(pair("<b>兵士</b>", "soldier")).source == "<b>兵士</b>"


def test_a_tally_is_told_in_words() -> None:
    cleaner = clean([pair("兵士は渡った。"), pair("兵士は渡った。", " ")])
    assert len(list(cleaner)) == 1
    assert describe(cleaner.tally) == [
        "1 of 2 pairs are usable.",
        "1 refused (empty): one side has neither letter nor digit.",
    ]


def test_an_unknown_rule_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'ratio'"):
        clean([], ["ratios"])


def test_a_name_cannot_be_taken_twice() -> None:
    with pytest.raises(ValueError, match="ratio"):
        rule("ratio", "again")(lambda pair: False)


@pytest.mark.parametrize("unit", ["<a ", "<", "</b>", "{{", "%(", "a_", "漢", "\u3000", "<b x=1"])
def test_a_hostile_line_of_100_kb_ends(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert not list(clean([pair(text, text + "x")], RULES))
