"""Comparing on the page: systems, votes, files and blind tests, in a real browser."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Response, expect

VIEW = "#wb-compare-view .wb-view"
STATUS = f"{VIEW} .wb-status"
TEXT = "兵士は二十五歳だった。2017年は寒かった。彼は橋を渡った。"
GIVEN = "The soldier was twenty-five. It was cold in 2017. He crossed the bridge."
OTHER = "The soldier was 25. It was very cold in 2018. He crossed a bridge."
# The page's own way to ask, with the name of a run.
ASK = "run => document.querySelector('#wb-compare-view .wb-host').ask({run, do: 'show'})"


def unique() -> tuple[str, dict[str, str]]:
    """Return a text and two translations nobody voted on before: what is kept is shared."""
    number = time.time_ns() % 10**9
    text = "".join(f"{n}番目の兵士の番号は{number}だった。" for n in "一二三")
    mine = " ".join(f"The number of soldier {n} was {number}." for n in (1, 2, 3))
    theirs = " ".join(f"Soldier {n} had the number {number}." for n in (1, 2, 3))
    return text, {"mine": mine, "theirs": theirs}


def open_tab(page: Page, word: str = "Compare") -> Page:
    page.get_by_role("tab", name=word, exact=True).first.click()
    page.wait_for_selector(f"{STATUS} >> visible=true")
    return page


def choose(page: Page, *systems: str) -> None:
    """Put exactly these systems in, typed as a user types them."""
    page.locator("#wb-systems .token-remove").last.click()
    field = page.locator("#wb-systems input")
    for name in systems:
        field.fill(name)
        field.press("Enter")
    field.press("Escape")
    expect(page.locator("#wb-systems .token")).to_have_count(len(systems))


def paste(page: Page, text: str) -> None:
    page.locator("#wb-compare-source textarea").fill(text)
    page.wait_for_timeout(200)


def begin(page: Page, text: str, *systems: str) -> None:
    paste(page, text)
    if systems:
        choose(page, *systems)
    page.click("#wb-compare-start")


def compare(page: Page, text: str, *systems: str) -> Page:
    """Compare and wait for the end, whatever it is."""
    before = page.locator(VIEW).get_attribute("data-run") or "none"
    begin(page, text, *systems)
    ends = ":is([data-level=done], [data-level=warning], [data-level=error])"
    page.wait_for_selector(f"{VIEW}:not([data-run='{before}']) .wb-status{ends}")
    page.wait_for_selector("#wb-compare-stop[disabled]")
    return page


def give(page: Page, translation: str, name: str) -> None:
    """Add a ready-made translation by pasting it."""
    given = page.locator("#wb-compare-given")
    if not given.get_by_label("Its name").is_visible():
        given.locator("button").first.click()
    given.get_by_label("Its name").fill(name)
    given.get_by_label("Translation", exact=True).fill(translation)
    page.click("#wb-compare-add")
    expect(page.locator("#wb-compare-given-hint")).to_have_text(f"Added: {name}")


def compare_given(page: Page, text: str = "", **translations: str) -> Page:
    """Compare ready-made translations alone: no model is waited for."""
    page.locator("#wb-systems .token-remove").last.click()
    for name, translation in translations.items():
        give(page, translation, name)
    return compare(page, text or TEXT)


def cell(page: Page, row: int, system: int) -> Locator:
    return (
        page.locator(f"{VIEW} .wb-rows .wb-row").nth(row - 1).locator(f"[data-system='{system}']")
    )


def heads(page: Page) -> list[str]:
    return page.locator(f"{VIEW} .wb-head .wb-system .wb-language").all_inner_texts()


def press(page: Page, row: int, system: int, *keys: str) -> None:
    cell(page, row, system).focus()
    for key in keys:
        page.keyboard.press(key)


def edit(page: Page, row: int, system: int, text: str) -> None:
    press(page, row, system, "e")
    page.locator(".wb-field").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".wb-field")).to_have_count(0)


def download(page: Page, name: str, path: Path) -> str:
    with page.expect_download() as arriving:
        page.locator(VIEW).get_by_text(name, exact=True).click()
    arriving.value.save_as(path)
    return path.read_text("utf-8")


@pytest.fixture
def tab(page: Page) -> Page:
    return open_tab(page)


def test_models_and_settings_stand_side_by_side(tab: Page) -> None:
    compare(tab, TEXT, "trilingual-small", "trilingual-small@beam=1", "pseudo")
    expect(tab.locator(STATUS)).to_contain_text("3 systems compared")
    assert heads(tab) == ["1trilingual-small", "2trilingual-small@beam=1", "3pseudo"]
    expect(cell(tab, 2, 2)).to_contain_text("2017")
    assert tab.locator(f"{VIEW} :is(.wb-waiting, .wb-failed, .wb-missing)").count() == 0


def test_columns_fill_one_after_another_and_stop_keeps_what_is_done(tab: Page) -> None:
    many = "\n".join(f"{n}人の兵士が国境の近くの村に着いた。" for n in range(600))
    begin(tab, many, "pseudo", "trilingual-small")
    filled = f"{VIEW} .wb-rows [data-system='%s'] .wb-text"
    tab.wait_for_selector(filled % 1)
    assert tab.locator(f"{VIEW} .wb-rows .wb-waiting").count() > 0
    tab.click("#wb-compare-stop")
    expect(tab.locator(STATUS)).to_contain_text("Stopped: what was done is compared")
    assert heads(tab) == ["1pseudo", "2trilingual-small"]
    assert tab.locator(filled % 0).count() > 500 and tab.locator(filled % 1).count() > 0
    expect(tab.locator(f"{VIEW} .wb-reason")).to_contain_text("of 600 segments")


def test_what_cannot_run_fails_alone_and_says_why(tab: Page, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", "utf-8")
    compare(tab, TEXT, "nllv", str(tmp_path), "pseudo")
    expect(tab.locator(STATUS)).to_contain_text("failed: 2")
    assert heads(tab) == ["1pseudo"]
    reasons = " ".join(tab.locator(f"{VIEW} .wb-reason").all_inner_texts())
    assert "No model named 'nllv'" in reasons and "config.json" in reasons


def test_commercial_use_stops_a_model_that_forbids_it(tab: Page) -> None:
    tab.get_by_label("Commercial use").last.check()
    compare(tab, TEXT, "nllb-600m", "pseudo")
    expect(tab.locator("#wb-compare-about")).to_contain_text("CC-BY-NC")
    expect(tab.locator(f"{VIEW} .wb-reason")).to_contain_text("CC-BY-NC")
    assert heads(tab) == ["1pseudo"]


def test_votes_by_key_survive_a_reload(tab: Page) -> None:
    text, _ = unique()
    compare(tab, text, "pseudo", "trilingual-small")
    press(tab, 2, 0, "2", "ArrowDown", "1")
    expect(tab.locator(f"{VIEW} .wb-sign-vote")).to_have_text(["★ best", "★ best"])
    tab.wait_for_timeout(500)
    tab.reload()
    compare(open_tab(tab), text, "trilingual-small", "pseudo")
    expect(cell(tab, 2, 0)).to_contain_text("★ best")
    expect(cell(tab, 3, 1)).to_contain_text("★ best")


def test_votes_and_edits_are_there_for_a_new_server(
    tab: Page, serve: Callable[[Path], AbstractContextManager[str]], kept: Path
) -> None:
    text, given = unique()
    compare_given(tab, text, **given)
    edit(tab, 2, 0, "Quite other words.")
    press(tab, 1, 0, "2")
    tab.wait_for_timeout(300)
    with serve(kept) as address:
        tab.goto(address)
        compare_given(open_tab(tab), text, **given)
        expect(cell(tab, 1, 1)).to_contain_text("★ best")
        expect(cell(tab, 2, 0)).to_contain_text("Quite other words.")


def test_a_row_is_taken_edited_and_given_back_by_keys(tab: Page) -> None:
    text, given = unique()
    compare_given(tab, text, **given)
    before = cell(tab, 2, 0).locator(".wb-text").inner_text()
    press(tab, 2, 0, "p")
    edit(tab, 2, 0, "In <b>my</b> words.")
    expect(cell(tab, 2, 0)).to_contain_text("In <b>my</b> words.")
    expect(tab.get_by_text("1 of 3 rows taken")).to_be_visible()
    press(tab, 2, 0, "u", "u")
    expect(cell(tab, 2, 0).locator(".wb-text")).to_have_text(before)
    expect(tab.get_by_text("0 of 3 rows taken")).to_be_visible()


def travelled(page: Page) -> list[str]:
    """Return a list that grows by what the server answers from now on."""
    said: list[str] = []

    def note(answer: Response) -> None:
        if "component_server" in answer.url:
            said.append(answer.text())

    page.on("response", note)
    return said


def test_a_blind_test_tells_no_names_and_ends_in_a_ranking(tab: Page) -> None:
    compare(tab, unique()[0], "pseudo", "trilingual-small")
    said = travelled(tab)
    tab.get_by_text("Blind test", exact=True).click()
    expect(tab.locator(f"{VIEW} .wb-head")).to_contain_text("A")
    row = tab.evaluate(ASK, tab.locator(VIEW).get_attribute("data-run"))["view"]["rows"][1]
    good = 1 - ["⟦" in text for text in row["cells"]].index(True)
    for row in (1, 2, 3):
        press(tab, row, good, str(good + 1))
    expect(tab.locator(f"{VIEW} .wb-sign-vote")).to_have_count(3)
    tab.wait_for_timeout(500)
    names = re.compile("pseudo|trilingual|Apache|CC-BY|workbench:")
    assert len(said) == 5 and not any(names.search(answer) for answer in said)
    assert not names.search(tab.locator(VIEW).inner_html())
    tab.get_by_text("Blind test", exact=True).click()
    tab.get_by_role("tab", name="Ranking").click()
    first = tab.get_by_role("tabpanel").locator("tbody tr:visible").first
    expect(first).to_contain_text("2 trilingual-small")


def test_pasted_text_and_a_file_are_scored_against_a_reference(tab: Page, tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text(OTHER, "utf-8")
    tab.locator("#wb-systems .token-remove").last.click()
    give(tab, GIVEN, "mine")
    with tab.expect_file_chooser() as chooser:
        tab.get_by_text("Add files").click()
    chooser.value.set_files(tmp_path / "theirs.txt")
    expect(tab.locator("#wb-compare-given-hint")).to_have_text("Added: theirs")
    tab.locator("#wb-compare-reference textarea").fill(GIVEN)
    compare(tab, TEXT)
    scores = tab.locator(f"{VIEW} tbody tr .wb-score")
    expect(scores.first).to_contain_text("100.0")
    expect(scores.nth(3)).to_contain_text(re.compile(r"p [<0]"))
    assert "version:" in (scores.nth(3).get_attribute("title") or "")


def test_tabs_of_two_readers_are_apart_and_end_with_the_reader(tab: Page, address: str) -> None:
    compare_given(tab, theirs=OTHER)
    other = tab.context.new_page()
    other.goto(address)
    compare_given(open_tab(other), mine=GIVEN)
    assert "crossed the bridge" not in tab.locator(VIEW).inner_text()
    assert "crossed a bridge" not in other.locator(VIEW).inner_text()
    run = other.locator(VIEW).get_attribute("data-run")
    assert "view" in tab.evaluate(ASK, run)
    other.close()
    tab.wait_for_timeout(1500)
    assert tab.evaluate(ASK, run) == {"stale": True}


def test_a_text_in_the_chosen_language_is_translated_into_another(tab: Page) -> None:
    into = tab.locator("#wb-compare-choices").get_by_label("Into")
    expect(into).to_have_value("English")
    paste(tab, "He crossed the old bridge before the others had seen him.")
    expect(into).not_to_have_value("English")


def test_what_is_offered_stays_in_the_readers_language(chromium: Browser, address: str) -> None:
    page = chromium.new_page(locale="ko-KR")
    page.goto(address)
    open_tab(page, "비교")
    page.locator("#wb-compare-given button").first.click()
    page.locator("#wb-compare-given textarea").nth(0).fill(GIVEN)
    page.click("#wb-compare-add")
    expect(page.locator("#wb-systems .token").last).to_contain_text("pasted · 만들어진 번역")
    page.close()


@pytest.fixture(scope="module")
def compared(shared: Page) -> Page:
    """Return a page on which translations are compared; a test leaves it as it was."""
    return compare_given(open_tab(shared), mine=GIVEN, theirs=OTHER)


def test_rows_are_found_by_text_and_by_doubt(compared: Page) -> None:
    shown = compared.locator(f"{VIEW} .wb-rows .wb-row:visible")
    compared.get_by_placeholder("Search, or /pattern/").fill("橋")
    expect(shown).to_have_count(1)
    compared.get_by_text("Clear filters").click()
    compared.locator(f"{VIEW} [data-filter=finding]").select_option("check:numbers")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("2018")
    compared.get_by_text("Clear filters").click()


def test_the_report_works_from_disk_without_a_network(
    compared: Page, chromium: Browser, tmp_path: Path
) -> None:
    download(compared, "HTML", tmp_path / "report.html")
    alone = chromium.new_context(offline=True)
    page = alone.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.locator(".wb-rows .wb-row")).to_have_count(3)
    page.get_by_placeholder("Search, or /pattern/").fill("2018")
    expect(page.locator(".wb-rows .wb-row:visible")).to_have_count(1)
    assert all(url.startswith(("file:", "data:")) for url in asked)
    alone.close()


def test_the_best_of_is_taken_away_with_the_origin_of_each_row(
    compared: Page, tmp_path: Path
) -> None:
    press(compared, 3, 1, "p")
    edit(compared, 1, 0, "He was 25.")
    expect(compared.get_by_text("2 of 3 rows taken")).to_be_visible()
    units = re.findall(
        r'x-origin">(\w+)<.*?<seg>(.*?)</seg>', download(compared, "TMX", tmp_path / "t")
    )
    assert units[0] == ("human", "He was 25.") and len(units) == 3
    assert units[2] == ("output", "He crossed a bridge.")
    press(compared, 1, 0, "u", "u")
    expect(compared.get_by_text("0 of 3 rows taken")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_the_tab(compared: Page, scheme: str) -> None:
    compared.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    found = Axe().run(compared, context=VIEW).response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [node["target"] for node in v["nodes"][:3]]) for v in grave] == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_tab_is_never_wider_than_the_screen(compared: Page, width: int) -> None:
    compared.set_viewport_size({"width": width, "height": 900})
    assert compared.evaluate("document.documentElement.scrollWidth") <= width
