"""The report of a comparison, opened from disk: it reads, fits, prints, and asks nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from comparisons import whole
from workbench.compare.report import to_html

NO_SIDE_SCROLL = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def opened(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """Return the report with and without scripts; whatever goes wrong in it is an error."""
    (tmp_path / "report.html").write_text(to_html(whole()), "utf-8")
    context = chromium.new_context(java_script_enabled=request.param, color_scheme="dark")
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda asked: troubles.append(asked.url))
    page.goto((tmp_path / "report.html").as_uri())
    yield page
    context.close()
    assert troubles == [(tmp_path / "report.html").as_uri()]


def test_rows_figures_and_notes_are_on_screen(opened: Page) -> None:
    assert opened.get_by_text("2017年は寒かった。").locator("visible=true").count()
    assert opened.locator("svg[role=img]").count() >= 4
    assert opened.get_by_text("How every figure was made").is_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_never_wider_than_the_screen(opened: Page, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate(NO_SIDE_SCROLL)


def test_print_has_every_row_in_dark_ink_and_the_manifests(opened: Page) -> None:
    opened.emulate_media(media="print")
    assert opened.locator(".wb-rows-plain").get_by_text("We fled.").is_visible()
    assert opened.get_by_text('"licence": "MIT"').first.is_visible()
    ink = opened.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(27, 36, 48)"
