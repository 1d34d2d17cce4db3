"""Deciding, mending and summing up, as a reviser does it in a real browser."""

import time
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

ROWS = ".wb-rows > .wb-row"
DONE = ".wb-status[data-level='done']"


def translate(page: Page, text: str) -> None:
    """Translate with the built-in model; its doubts are the material of these tests."""
    page.locator("#wb-source textarea").fill(text)
    page.wait_for_timeout(300)
    before = page.locator(".wb-view").get_attribute("data-run") or "none"
    page.click("#wb-start")
    page.wait_for_selector(f".wb-view:not([data-run='{before}']) {DONE}")
    page.wait_for_selector("#wb-stop[disabled]")


def unique() -> str:
    """Return a text nobody decided about before: the page of these tests is shared."""
    return f"それは二〇一〇年のことで、兵士の番号は{time.time_ns() % 10**9}番だった。"


def entries(page: Page) -> int:
    return page.locator(".wb-work li").count()


def download(page: Page, name: str, path: Path) -> str:
    with page.expect_download() as arriving:
        page.locator("#wb-downloads").get_by_text(name, exact=True).click()
    arriving.value.save_as(path)
    return path.read_text("utf-8")


def mend(page: Page, text: str) -> None:
    """Put other words into the cell of the first doubt."""
    page.locator(".wb-verdict-fix").first.click()
    page.locator(".wb-field").fill(text)
    page.keyboard.press("Enter")
    expect(page.locator(".wb-field")).to_have_count(0)


def test_a_doubt_that_was_dismissed_stays_dismissed_after_a_reload(page: Page) -> None:
    text = unique()
    translate(page, text)
    found = entries(page)
    page.locator(".wb-verdict-dismiss").first.click()
    expect(page.locator(".wb-counts")).to_contain_text("1 dismissed")
    page.reload()
    page.wait_for_selector(".wb-status")
    translate(page, text)
    expect(page.locator(".wb-counts")).to_contain_text("1 dismissed")
    assert found > 0 and entries(page) == found - 1


def test_an_edit_of_a_doubtful_cell_is_in_the_export_until_it_is_undone(
    page: Page, tmp_path: Path
) -> None:
    translate(page, unique())
    mend(page, "Words of <b>mine</b>.")
    expect(page.locator(".wb-rows .wb-origin")).to_have_text("edited")
    assert "Words of <b>mine</b>." in download(page, "TSV", tmp_path / "file")
    assert page.locator(".wb-rows b").count() == 0
    page.locator(".wb-work").get_by_text("Undo", exact=True).click()
    expect(page.locator(".wb-rows .wb-origin")).to_have_count(0)


def test_the_keyboard_alone_decides_and_undoes(page: Page) -> None:
    translate(page, unique())
    found = entries(page)
    page.locator(".wb-entry").first.focus()
    for key in "add":
        page.keyboard.press(key)
    expect(page.locator(".wb-counts")).to_have_text(f"{found - 3} open · 1 accepted · 2 dismissed")
    for _ in range(3):
        page.keyboard.press("u")
    expect(page.locator(".wb-counts")).to_have_text(f"{found} open")


def test_escape_leaves_a_cell_as_it_was(page: Page) -> None:
    translate(page, "寒かった。")
    cell = page.locator(f"{ROWS} [data-column='1']").first
    before = cell.locator(".wb-text").inner_text()
    cell.locator(".wb-text").dblclick()
    page.locator(".wb-field").fill("Not this.")
    page.keyboard.press("Escape")
    expect(cell.locator(".wb-text")).to_have_text(before)


def test_a_line_of_the_ledger_marks_its_sentence_in_every_column(page: Page) -> None:
    translate(page, unique())
    page.get_by_role("tab", name="Numbers").click()
    line = page.locator(".wb-ledger:visible .wb-line").first
    expect(line.locator(".wb-match").first).to_contain_text("a")
    line.click()
    marked = page.locator(f"{ROWS}.is-marked")
    expect(marked).to_have_count(1)
    assert marked.locator(".wb-cell").count() == 3


def test_the_exported_page_has_decisions_and_ledgers_but_no_buttons(
    page: Page, chromium: Browser, tmp_path: Path
) -> None:
    translate(page, unique())
    page.locator(".wb-verdict-accept").first.click()
    expect(page.locator(".wb-counts")).to_contain_text("1 accepted")
    download(page, "HTML", tmp_path / "export.html")
    alone = chromium.new_page(locale="en-US")
    alone.goto((tmp_path / "export.html").as_uri())
    expect(alone.locator(".wb-counts")).to_contain_text("1 accepted")
    assert alone.locator(".wb-verdict, .wb-edit, .wb-change").count() == 0
    alone.get_by_role("tab", name="Numbers").click()
    expect(alone.locator(".wb-ledger:visible .wb-line").first).to_be_visible()
    alone.close()


def test_a_result_is_held_no_longer_than_its_tab(page: Page, address: str) -> None:
    other = page.context.new_page()
    other.goto(address)
    other.wait_for_selector(".wb-status")
    translate(other, "寒かった。")
    run = other.locator(".wb-view").get_attribute("data-run")
    # The page's own way to ask, with the name of the other's run.
    ask = "run => document.querySelector('#wb-view .wb-host').ask({run, do: 'show'})"
    assert "view" in page.evaluate(ask, run)
    other.close()
    page.wait_for_timeout(1500)
    assert page.evaluate(ask, run) == {"stale": True}
