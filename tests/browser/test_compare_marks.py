"""What a comparison marks: differences from the base, and what a search finds."""

import json
from pathlib import Path

import pytest
from compare_pages import Open, at, cell, row, search, value
from playwright.sync_api import expect

CASES = json.loads((Path(__file__).parents[1] / "cases" / "diffs.json").read_text("utf-8"))


@pytest.mark.parametrize("language", list(CASES))
def test_differences_are_those_of_the_table(opened: Open, language: str) -> None:
    page = opened()
    marks = "([base, text, language]) => Diff.marks(base, text, language)"
    forms = {"same": "%s", "ins": "{+%s+}", "del": "[-%s-]"}
    for case in CASES[language]:
        pieces = page.evaluate(marks, [case["base"], case["text"], language])
        found = "".join(forms[kind] % piece for kind, piece in pieces)
        assert found == case["expected"], case["label"]


# Of random pairs of texts, those that their differences do not give back.
LOSSES = """() => {
  const signs = [...'ab 東京たー한국1.,’\\ud800\\u0301👩\\u200d🚒 '];
  const any = (list) => list[Math.floor(Math.random() * list.length)];
  const text = () => Array.from({ length: Math.random() * 30 }, () => any(signs)).join('');
  const but = (marks, gone) => marks.filter(([kind]) => kind !== gone).map(([, p]) => p).join('');
  return Array.from({ length: 3000 }, () => [text(), text(), any(['ja', 'ko', 'en', 'zh'])])
    .filter(([base, other, language]) => {
      const marks = Diff.marks(base, other, language);
      return but(marks, 'ins') !== base || but(marks, 'del') !== other;
    });
}"""


def test_kept_and_new_pieces_are_the_text_and_kept_and_gone_ones_the_base(opened: Open) -> None:
    assert opened().evaluate(LOSSES) == []


def test_very_long_texts_are_compared_in_time(opened: Open) -> None:
    slow = "() => { const t = Date.now(); Diff.marks('ab '.repeat(33e3), 'cd '.repeat(33e3), 'en');"
    assert opened().evaluate(slow + " return Date.now() - t; }") < 3000


PATTERNS = [
    *(
        "a",
        "^a",
        "b$",
        r"\d+年",
        "[あ-ん]+だ",
        "^(?:a|b)*$",
        "a{2,3}b",
        "x?yz{2}y",
        "(foo|cat)",
        "a.*?t",
    ),
    *(
        r"\p{Script=Hangul}{2,}",
        "^$",
        "[^a-z ]",
        r"\[x\]",
        "(?<n>a)b",
        "(a*)*b",
        r"[\]x]",
        "a|",
        "😀",
    ),
    *(r"\u{1F600}", "(a|ab)(c|bcd)$", "(?:a|b){0,2}c", "", r"a\/b"),
]
SEARCHED = [
    "",
    "a",
    "aaaab",
    "The CAT sat.",
    "2017年に",
    "それは彼だ。",
    "학교에",
    "xyzzy",
    "[x]",
    "abcd",
    "😀!",
]
DIFFERING = """([patterns, texts]) => patterns.flatMap((pattern) => texts.filter((text) =>
  WorkbenchPattern.compile(pattern).test(text) !== RegExp(pattern, 'iu').test(text)
).map((text) => [pattern, text]))"""


def test_patterns_find_what_the_browser_finds(opened: Open) -> None:
    assert opened().evaluate(DIFFERING, [PATTERNS, [*SEARCHED, "a/b", "abc", "T"]]) == []


def test_a_pattern_that_would_hold_a_browser_for_years_is_answered_at_once(opened: Open) -> None:
    rows = [row(0) | {"id": f"s{n}", "source": "a" * 5000 + "!"} for n in range(100)]
    page = search(opened(value(rows=rows)), "/^(a+)+$|(a|aa)+b|(.*)*(.*)*x/")
    expect(page.locator(".wb-shown")).to_have_text("0 of 100 rows")


def test_the_first_system_is_the_base_and_the_others_are_marked(opened: Open) -> None:
    page = opened()
    assert cell(page, 1, 0).locator("ins, del").count() == 0
    assert cell(page, 1, 1).locator("del").all_inner_texts() == ["2017"]
    assert cell(page, 1, 1).locator("ins").all_inner_texts() == ["very", "2018"]


def test_a_doubtful_span_stays_underlined_within_a_difference(opened: Open) -> None:
    doubtful = cell(opened(), 1, 1).locator("ins mark.wb-critical")
    expect(doubtful).to_have_text("2018")


def test_a_text_with_next_to_nothing_in_common_is_not_marked(opened: Open) -> None:
    other = cell(opened(), 3, 2)
    assert other.locator("ins, del").count() == 0
    expect(other).to_contain_text("another wording")


def test_another_base_is_a_click_or_a_key_away(opened: Open) -> None:
    page = opened()
    page.get_by_label("Base: 2 nllb").click()
    assert cell(page, 1, 0).locator("ins").all_inner_texts() == ["2017"]
    at(page, 1, 0, "b", "b")
    expect(page.locator(".wb-said")).to_have_text("Base: none")
    assert page.locator(".wb-rows :is(ins, del)").count() == 0


def test_the_reference_can_be_the_base(opened: Open) -> None:
    rows = [row(0) | {"reference": ["It was cold in 2017."]}, *value()["rows"][1:]]
    page = opened(value(rows=rows))
    page.get_by_label("Base: Reference").click()
    assert cell(page, 1, 0).locator("ins, del").count() == 0
    assert cell(page, 1, 2).locator("ins, del").count() > 0


def test_words_left_out_can_be_hidden(opened: Open) -> None:
    page = opened()
    page.get_by_text("Show words left out").click()
    expect(cell(page, 1, 1).locator("del")).to_be_hidden()
    expect(cell(page, 1, 1).locator("ins").first).to_be_visible()
