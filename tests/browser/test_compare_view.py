"""The view of a comparison: reading, filtering, voting, without a server behind it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from compare_pages import (
    HOSTILE,
    SYSTEMS,
    TEXTS,
    Open,
    View,
    answers,
    at,
    cell,
    choose,
    row,
    search,
    shown,
    system,
    value,
    wishes,
)
from playwright.sync_api import Browser, expect

from comparisons import comparison
from workbench.compare.report import to_html


def test_a_digit_votes_for_the_best_of_the_row_and_shows_it_at_once(opened: Open) -> None:
    page = at(opened(), 1, 0, "ArrowDown", "2")
    assert wishes(page) == [{"do": "vote", "segment": "s2", "system": 1}]
    expect(page.locator(".wb-said")).to_have_text("Row 2: 2 nllb is best.")


def test_the_best_of_a_row_is_only_equal_to_a_text_that_is_the_same(opened: Open) -> None:
    page = opened()
    at(page, 3, 0, "1")
    expect(cell(page, 3, 0)).to_contain_text("★ best")
    twin = [("equal", 1), ("better", 2)]
    votes = [{"system": 0, "other": other, "outcome": outcome} for outcome, other in twin]
    assert page.evaluate("held.rows[2].votes") == votes


def test_a_vote_that_the_server_refuses_is_taken_back(opened: Open) -> None:
    page = opened()
    answers(page, "() => ({ error: { key: 'failure', values: { message: 'No.' } } })")
    at(page, 1, 0, "1")
    expect(page.locator(".wb-status")).to_have_text("No.")
    assert cell(page, 1, 0).locator(".wb-sign-vote").count() == 0


def test_nothing_fires_while_typing(opened: Open) -> None:
    page = opened()
    page.get_by_placeholder("Search, or /pattern/").focus()
    for key in "12bpeu?":
        page.keyboard.press(key)
    assert page.evaluate("wishes") == []
    expect(page.get_by_placeholder("Search, or /pattern/")).to_have_value("12bpeu?")


def test_no_vote_goes_to_a_text_that_is_not_there(opened: Open) -> None:
    page = at(opened(), 2, 0, "3", "9", "p")
    assert page.evaluate("wishes") == []


def test_keys_of_a_korean_keyboard_do_the_same(opened: Open) -> None:
    page = at(opened(), 1, 1)
    pressed = "new KeyboardEvent('keydown', { key: 'ㅔ', code: 'KeyP', bubbles: true })"
    page.evaluate(f"document.activeElement.dispatchEvent({pressed})")
    assert wishes(page) == [{"do": "pick", "segment": "s1", "system": 1}]


def test_p_takes_a_text_and_gives_it_back(opened: Open) -> None:
    page = opened()
    rows = "held.rows.map((row) => ({ ...row, pick: wish.system }))"
    answers(page, f"(wish) => ({{ view: {{ ...held, rows: {rows} }} }})")
    at(page, 1, 1, "p")
    expect(page.locator(".wb-sign-pick")).to_have_count(4)
    at(page, 1, 1, "p")
    expect(page.locator(".wb-sign-pick")).to_have_count(0)
    assert [wish["system"] for wish in wishes(page)] == [1, None]


def test_e_edits_enter_saves_and_escape_leaves(opened: Open) -> None:
    page = at(opened(), 1, 0, "e")
    page.locator(".wb-field").fill("In my <b>words</b>.")
    page.keyboard.press("Enter")
    expect(page.locator(".wb-field")).to_have_count(0)
    at(page, 1, 1, "e", "1", "Escape")
    expect(cell(page, 1, 1)).to_be_focused()
    text = "In my <b>words</b>."
    assert wishes(page) == [{"do": "edit", "segment": "s1", "system": 0, "text": text}]


def test_u_undoes(opened: Open) -> None:
    assert wishes(at(opened(value(undo=1)), 1, 0, "u")) == [{"do": "undo"}]


def test_the_keys_are_listed_by_a_question_mark(opened: Open) -> None:
    page = at(opened(), 1, 0, "?")
    expect(page.get_by_role("dialog")).to_contain_text("this system is best in the row")
    page.keyboard.press("Escape")
    expect(cell(page, 1, 0)).to_be_focused()


def test_words_are_found_whatever_their_case_and_width(opened: Open) -> None:
    page = opened()
    assert shown(search(page, "ＲＥＰＯＲＴＥＲ")) == ["s4"]
    expect(page.locator(".wb-shown")).to_have_text("1 of 4 rows")
    assert shown(search(page, "川を")) == ["s2"]


def test_a_pattern_between_strokes_is_searched_for(opened: Open) -> None:
    assert shown(search(opened(), r"/\b20\d\d\b|^he /")) == ["s1", "s3"]


@pytest.mark.parametrize("pattern", ["/(a/", "/a(?=b)/", r"/(a)\1/", "/a{3000}/"])
def test_a_pattern_that_cannot_be_used_says_so_and_hides_nothing(
    opened: Open, pattern: str
) -> None:
    page = search(opened(), pattern)
    expect(page.get_by_role("alert")).to_contain_text("all rows are shown")
    assert len(shown(page)) == 4
    expect(search(page, "").locator(".wb-complaint")).to_have_text("")


@pytest.mark.parametrize(
    ("name", "wanted", "left"),
    [
        ("finding", "any", ["s1"]),
        ("finding", "none", ["s2", "s3", "s4"]),
        ("finding", "level:critical", ["s1"]),
        ("finding", "check:numbers", ["s1"]),
        ("state", "missing", ["s2"]),
        ("state", "unvoted", ["s1", "s2", "s3", "s4"]),
        ("state", "picked", []),
        ("order", "apart", ["s2", "s1", "s3", "s4"]),
    ],
)
def test_rows_are_chosen_by(opened: Open, name: str, wanted: str, left: list[str]) -> None:
    assert shown(choose(opened(), name, wanted)) == left


def test_rows_are_chosen_by_length_and_disagreement_and_all_come_back(opened: Open) -> None:
    page = opened()
    page.get_by_label("Least disagreement").fill("30")
    assert shown(page) == ["s1", "s2", "s3"]
    page.get_by_label("Most characters of the source").fill("12")
    page.keyboard.press("Tab")
    assert shown(page) == ["s1", "s3"]
    page.get_by_text("Clear filters").click()
    assert len(shown(page)) == 4


def test_filters_hold_while_more_arrives(opened: Open) -> None:
    page = choose(search(opened(), "reporter"), "finding", "none")
    page.evaluate("CompareView.update(host, { ...held, undo: 3 })")
    assert shown(page) == ["s4"]
    page.evaluate("CompareView.update(host, { ...held, run: 'r2' })")
    assert len(shown(page)) == 4


def test_where_to_look_first_leads_to_the_row_and_back(opened: Open) -> None:
    page = search(opened(), "reporter")
    page.get_by_role("tab", name="Look here first").click()
    first = page.locator(".wb-look .wb-entry").first
    first.click()
    expect(cell(page, 2, 0)).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_n_goes_through_the_rows_to_look_at_first(opened: Open) -> None:
    page = at(opened(), 4, 1, "n")
    expect(cell(page, 2, 1)).to_be_focused()
    page.keyboard.press("n")
    expect(cell(page, 1, 1)).to_be_focused()


def test_the_consensus_says_who_agrees(opened: Open) -> None:
    expect(cell(opened(), 1, 0)).to_contain_text("◎ consensus, with 2")


def test_a_badge_opens_what_is_doubted(opened: Open) -> None:
    page = opened()
    cell(page, 1, 1).locator(".wb-badge").click()
    expect(page.get_by_text("2017 is 2018 here.", exact=True)).to_be_visible()


def blind() -> View:
    ranking = [
        {
            "system": k,
            "rating": 1500 + k,
            "low": 1400,
            "high": 1600,
            "wins": k,
            "losses": 0,
            "ties": 0,
        }
        for k in range(3)
    ]
    names = [system(name, licence="") for name in "ABC"]
    return value(systems=names, blind=True, agreement=None, ranking=ranking)


def test_a_blind_test_is_asked_for_and_shows_no_names(opened: Open) -> None:
    page = opened()
    page.evaluate("(blind) => { answer = () => ({ view: blind }); }", blind())
    page.get_by_text("Blind test").click()
    expect(page.locator(".wb-head")).to_contain_text("A")
    assert not any(name in page.locator(".wb-compare").inner_text() for name in SYSTEMS)
    assert wishes(page) == [{"do": "blind", "on": True}]


def test_a_blind_cell_is_better_equal_or_worse_than_the_base(opened: Open) -> None:
    page = at(opened(blind()), 1, 1, "+", "=")
    cell(page, 1, 1).get_by_label("B is worse than A").click()
    asked = [(w["do"], w["segment"], w["system"], w["other"], w["outcome"]) for w in wishes(page)]
    expected = ["better", "equal", "worse"]
    assert asked == [("compare", "s1", 1, 0, outcome) for outcome in expected]


def test_a_blind_test_lets_nobody_take_or_edit(opened: Open) -> None:
    page = at(opened(blind()), 1, 1, "p", "e")
    assert page.locator(".wb-field").count() == 0
    assert page.evaluate("wishes") == []


def test_the_ranking_has_its_intervals(opened: Open) -> None:
    page = opened(blind())
    page.get_by_role("tab", name="Ranking").click()
    lines = page.get_by_role("tabpanel").locator("tbody tr").all_inner_texts()
    assert lines[0].split()[:3] == ["C", "1,502", "1,400–1,600"]


def test_taking_the_consensus_shows_the_best_of_column(opened: Open) -> None:
    page = opened()
    rows = [row(place) | {"pick": 0} for place in range(4)]
    page.evaluate("(view) => { answer = () => ({ view }); }", value(rows=rows))
    page.get_by_text("Fill by consensus").click()
    expect(page.locator(".wb-rows .wb-best").first).to_contain_text("It was cold in 2017.")
    expect(page.get_by_text("4 of 4 rows taken")).to_be_visible()
    assert wishes(page) == [{"do": "assemble"}]


def test_a_download_is_a_file(opened: Open) -> None:
    page = opened()
    answers(page, "() => ({ name: 'comparison.csv', text: 'id' })")
    with page.expect_download() as arriving:
        page.get_by_text("CSV", exact=True).click()
    assert arriving.value.suggested_filename == "comparison.csv"


def running() -> View:
    states = [
        system("opus@beam=6"),
        system("nllb", state="running", done=1),
        system("person", state="failed", done=0, reason="No memory <b>left</b>."),
    ]
    rows = [row(place) | {"disagreement": None, "consensus": None} for place in range(4)]
    for place, found in enumerate(rows):
        found["cells"] = [found["cells"][0], found["cells"][1] if place == 0 else None, None]
    progress = {"done": 5, "total": 12}
    return value(systems=states, rows=rows, complete=False, desk=False, progress=progress)


def test_while_systems_run_their_states_are_shown(opened: Open) -> None:
    page = opened(running())
    expect(page.locator(".wb-status")).to_contain_text(
        "5 of 12 cells · nllb is running · failed: 1"
    )
    expect(page.locator(".wb-reason")).to_have_text("No memory <b>left</b>.")
    assert page.locator(".wb-rows .wb-waiting").count() == 3
    assert page.locator(".wb-head .wb-system").count() == 2


def test_text_stays_text(opened: Open) -> None:
    bad = row(0) | {
        "source": HOSTILE,
        "cells": [HOSTILE, HOSTILE + "x", HOSTILE],
        "reference": [HOSTILE],
    }
    page = opened(
        value(rows=[bad], systems=[system(HOSTILE) for _ in range(3)], warnings=[HOSTILE])
    )
    assert page.locator(".wb-compare :is(img, script)").count() == 0
    expect(cell(page, 1, 0)).to_contain_text(HOSTILE)


def test_a_chart_with_a_script_is_not_shown(opened: Open) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'
    charts = [
        {"name": n, "svg": svg % inner} for n, inner in [("a", "<path/>"), ("b", "<script/>")]
    ]
    page = opened(value(charts=charts))
    page.get_by_role("tab", name="Charts").click()
    assert page.locator("[data-chart]").count() == 1


def test_without_a_server_one_reads_and_filters_but_changes_nothing(opened: Open) -> None:
    page = at(opened(value(desk=False), asks=False), 1, 1, "2", "p", "e", "b")
    assert page.locator(".wb-field, .wb-act, .wb-sign-vote, [data-tool=blind]").count() == 0
    assert cell(page, 1, 2).locator("ins, del").count() > 0
    assert shown(search(page, "reporter")) == ["s4"]


def test_a_report_from_disk_has_the_view(chromium: Browser, tmp_path: Path) -> None:
    systems = {name: [cells[k] for _, cells in TEXTS] for k, name in enumerate(("opus", "nllb"))}
    report = to_html(comparison([source for source, _ in TEXTS], **systems))
    (tmp_path / "report.html").write_text(report, "utf-8")
    page = chromium.new_page(locale="en-US")
    page.goto((tmp_path / "report.html").as_uri())
    page.get_by_label("Base: 2 nllb").click()
    assert cell(page, 1, 0).locator("ins").all_inner_texts() == ["2017"]
    page.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("how", [value, blind, running])
def test_axe_finds_no_serious_fault(opened: Open, how: Callable[[], View], dark: bool) -> None:
    page = at(opened(how(), dark=dark), 1, 1)
    found = Axe().run(page, context=".wb-view").response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [node["html"][:90] for node in v["nodes"][:3]]) for v in grave] == []


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_never_wider_than_the_screen(opened: Open, width: int) -> None:
    page = opened()
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_narrow_screen_a_row_is_a_card(opened: Open) -> None:
    page = opened()
    page.set_viewport_size({"width": 390, "height": 900})
    boxes = [found.bounding_box() for found in page.locator('[data-segment="s1"] .wb-cell').all()]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 4 and tops == sorted(set(tops))


def test_head_and_source_stay_in_sight(opened: Open) -> None:
    rows = [row(n % 4) | {"id": f"s{n}"} for n in range(60)]
    page = opened(value(rows=rows, systems=[system(str(n)) for n in range(3)]))
    page.set_viewport_size({"width": 900, "height": 700})
    page.evaluate("document.querySelector('.wb-scroller').scrollTo(300, 900)")
    for found in (page.locator(".wb-head"), page.locator(".wb-rows .wb-source:visible").nth(20)):
        page.wait_for_timeout(100)
        assert found.bounding_box() is not None
    head, scroller = (
        page.locator(".wb-head").bounding_box(),
        page.locator(".wb-scroller").bounding_box(),
    )
    assert head and scroller and abs(head["y"] - scroller["y"]) < 3


# Milliseconds to draw a view and to filter it, layout included.
TIMES = """() => {
  const place = document.body.appendChild(document.createElement('div'));
  const start = performance.now();
  CompareView.mount(place, held, strings, ask);
  place.offsetHeight;
  const drawn = performance.now();
  const field = place.querySelector('[data-filter=finding]');
  field.value = 'any';
  field.dispatchEvent(new Event('change'));
  place.offsetHeight;
  return [drawn - start, performance.now() - drawn];
}"""


def test_a_thousand_rows_of_seven_systems_are_fluid(opened: Open) -> None:
    texts = [f"The {n} quick brown foxes jump over lazy dog number {n} again." for n in range(7)]
    more = {"cells": texts, "edited": [False] * 7, "origins": ["mt"] * 7, "findings": [[]] * 7}
    rows = [row(n % 4) | {"id": f"s{n}"} | more for n in range(1000)]
    page = opened(value(rows=rows, systems=[system(f"system-{n}") for n in range(7)]))
    took = page.evaluate(TIMES)
    assert took[0] < 3000 and took[1] < 1000
