"""The report of a batch job, opened from disk: it reads, sorts, filters, and asks nobody."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from batch_reports import FILES, JOB, many
from workbench.batch.report import to_html

NO_SIDE_SCROLL = "document.documentElement.scrollWidth <= innerWidth"
ORDER = "[...document.querySelectorAll('.wb-files tbody:not([hidden])')].map((b) => +b.id.slice(1))"
Show = Callable[..., Page]


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Show]:
    """Return a function that opens a report; whatever goes wrong in it is an error."""
    place = tmp_path / "report.html"
    place.write_text(to_html(JOB, FILES), "utf-8")
    contexts, troubles = [], []

    def opened(fragment: str = "", **how: Any) -> Page:
        contexts.append(chromium.new_context(**how))
        page = contexts[-1].new_page()
        page.on("console", lambda said: troubles.append(said.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: troubles.append(asked.url))
        page.goto(place.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert {trouble.partition("#")[0] for trouble in troubles} <= {place.as_uri()}


@pytest.mark.parametrize("scripts", [True, False])
def test_everything_is_readable_with_and_without_scripts(show: Show, scripts: bool) -> None:
    page = show(java_script_enabled=scripts)
    for words in ("broken.docx: it is no zip file.", "talks/1.txt", "in part", "Seconds"):
        expect(page.locator(".wb-files").get_by_text(words).first).to_be_visible()
    page.locator("#f4 summary").click()
    expect(page.locator("#f4").get_by_text("It was too long.")).to_be_visible()
    assert page.locator("button").count() == (14 if scripts else 0)


def test_a_column_sorts_by_keyboard_and_says_so(show: Show) -> None:
    page = show()
    head = page.get_by_role("columnheader", name="Seconds")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert page.evaluate(ORDER)[:3] == [6, 4, 1]
    page.keyboard.press("Space")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert page.evaluate(ORDER)[-1] == 6 and page.locator("[aria-sort]").count() == 1


@pytest.mark.parametrize(
    ("column", "first"),
    [("File", 2), ("State", 1), ("Language", 2), ("Read", 4), ("Failed", 4), ("Doubts", 1)],
)
def test_every_sort_of_column_has_its_order(show: Show, column: str, first: int) -> None:
    page = show()
    page.get_by_role("button", name=column, exact=True).click()
    assert page.evaluate(ORDER)[0] == first


def test_files_are_filtered_by_words_and_by_state(show: Show) -> None:
    page = show()
    page.get_by_label("Find").fill("ＣＰ932 row")
    assert page.evaluate(ORDER) == [4]
    page.get_by_label("State").select_option("refused")
    assert page.evaluate(ORDER) == [] and page.get_by_text("0 of 6 files").is_visible()
    page.get_by_label("Find").fill("")
    assert page.evaluate(ORDER) == [2] and page.get_by_text("1 of 6 files").is_visible()


def test_a_link_to_a_file_that_is_filtered_out_shows_and_opens_it(show: Show) -> None:
    page = show()
    page.get_by_label("State").select_option("skipped")
    page.locator("#first").get_by_role("link", name="talks/4.txt").click()
    expect(page.locator("#f4").get_by_text("It was too long.")).to_be_in_viewport()


def test_an_address_with_a_files_number_opens_that_file(show: Show) -> None:
    expect(show("#f1").get_by_text("2010 of the source").last).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_the_page_is_never_wider_than_the_screen(show: Show, width: int, scheme: Any) -> None:
    page = show("#f4", viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert page.evaluate(NO_SIDE_SCROLL)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")


def test_on_a_phone_every_column_can_be_sorted_and_zeros_are_left_out(show: Show) -> None:
    page = show(viewport={"width": 390, "height": 900})
    page.get_by_role("button", name="Doubts").click()
    assert page.evaluate(ORDER)[0] == 1
    assert page.locator("#f1 .wb-zero").first.is_hidden()
    assert page.locator("#f1").get_by_text("12 critical").is_visible()


def test_print_has_the_folded_parts_in_dark_ink(show: Show) -> None:
    page = show(color_scheme="dark")
    page.emulate_media(media="print")
    assert page.get_by_text("It was too long.").is_visible()
    assert page.locator(".wb-filter").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 36, 48)"


def test_five_thousand_files_open_sort_and_filter_in_good_time(show: Show, tmp_path: Path) -> None:
    page = show()
    (tmp_path / "report.html").write_text(to_html(JOB, many(5000)), "utf-8")
    start = time.monotonic()
    page.reload()
    page.get_by_role("button", name="Doubts").click()
    page.get_by_label("Find").fill("4999")
    assert page.evaluate(ORDER) == [4999] and time.monotonic() - start < 15
