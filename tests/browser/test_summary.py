"""Changing the key points in a real browser."""

from playwright.sync_api import Page, expect
from test_page import translate

BULLETS = ".wb-bullet-row"


def order(page: Page) -> list[str]:
    return [row.get_attribute("data-bullet") or "" for row in page.locator(BULLETS).all()]


def test_key_points_are_moved_reworded_replaced_and_brought_back(page: Page) -> None:
    translate(page)
    before = order(page)
    page.get_by_text("Change", exact=True).click()
    page.get_by_label("Move down: 1").click()
    expect(page.locator(BULLETS).nth(1)).to_have_attribute("data-bullet", before[0])
    page.get_by_label("Edit key point: 1, English").click()
    page.locator(".wb-field").fill("In my <i>words</i>.")
    page.keyboard.press("Enter")
    expect(page.locator(f"{BULLETS} .wb-bullet").nth(1)).to_have_text("In my <i>words</i>.")
    page.get_by_label("Replace by another sentence: 2").click()
    page.locator(".wb-offers .wb-other").first.click()
    expect(page.locator(".wb-offers")).to_have_count(0)
    for _ in range(3):
        page.locator(".wb-work").get_by_text("Undo", exact=True).click()
    expect(page.locator(BULLETS).first).to_have_attribute("data-bullet", before[0])
    assert order(page) == before


def test_the_keyboard_moves_a_key_point(page: Page) -> None:
    translate(page)
    before = order(page)
    page.locator(f"{BULLETS} .wb-bullet").first.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(BULLETS).nth(1)).to_have_attribute("data-bullet", before[0])
    focused = "document.activeElement.closest('[data-bullet]')?.dataset.bullet"
    page.wait_for_function(f"{focused} === {before[0]!r}")


def test_the_number_of_key_points_and_a_comparison_are_one_click(page: Page) -> None:
    translate(page)
    page.get_by_text("Change", exact=True).click()
    page.get_by_label("Key points: 5").click()
    expect(page.locator(BULLETS)).to_have_count(5)
    page.get_by_text("Summarise English by itself").click()
    expect(page.locator(".wb-compared")).to_contain_text("in common")


def test_short_sentences_are_one_click_and_marked_as_chosen(page: Page) -> None:
    translate(page)
    page.get_by_text("Change", exact=True).click()
    expect(page.get_by_label("Sentences: Usual")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Sentences: Short").click()
    expect(page.get_by_label("Sentences: Short")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Sentences: Short")).to_be_focused()


def test_a_key_point_is_added_by_the_keyboard_alone(page: Page) -> None:
    translate(page)
    before = order(page)
    page.get_by_text("Change", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_text("+ Add a key point").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".wb-offers .wb-other").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(BULLETS)).to_have_count(len(before) + 1)
    expect(page.get_by_text("+ Add a key point")).to_be_focused()


def by_number(page: Page, number: str) -> None:
    page.get_by_label("Another sentence, by its number").fill(number)
    page.keyboard.press("Enter")


def test_any_sentence_becomes_a_key_point_by_its_number(page: Page) -> None:
    translate(page)
    before = order(page)
    page.get_by_text("Change", exact=True).click()
    page.get_by_text("+ Add a key point").click()
    by_number(page, "1")
    expect(page.locator(".wb-status")).to_contain_text("choose a sentence of the text")
    by_number(page, "12")
    expect(page.locator(BULLETS)).to_have_count(len(before) + 1)


def test_escape_closes_the_offers(page: Page) -> None:
    translate(page)
    page.get_by_text("Change", exact=True).click()
    page.get_by_label("Replace by another sentence: 1").click()
    expect(page.locator(".wb-offers .wb-other").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".wb-offers")).to_have_count(0)
    expect(page.get_by_label("Replace by another sentence: 1")).to_be_focused()
