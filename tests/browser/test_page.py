"""The page as a translator uses it, in a real browser."""

import re
import time
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

ROWS = ".wb-rows > .wb-row"
DONE = ".wb-status[data-level='done']"
HOSTILE = (
    "これは無害な文章であり、書かれたとおりに、そのまま表示されなければならない。"
    "<script>alert(1)</script>です。${alert(2)}です。`${alert(3)}`です。{{alert(4)}}です。"
    "<img src=x onerror=alert(5)>です。"
)


def paste(page: Page, text: str) -> None:
    page.locator("#wb-source textarea").fill(text)
    page.wait_for_timeout(300)


def take_sample(page: Page, number: int = 0) -> None:
    page.locator("#wb-samples button").nth(number).click()
    expect(page.locator("#wb-source textarea")).not_to_have_value("")
    page.wait_for_timeout(300)


def choose_model(page: Page, name: str) -> None:
    page.get_by_label("Model").click()
    page.get_by_role("option", name=re.compile(f"^{name}")).click()
    page.wait_for_timeout(500)


def translate(page: Page, text: str = "") -> None:
    if text:
        paste(page, text)
    else:
        take_sample(page)
    before = page.locator(".wb-view").get_attribute("data-run") or "none"
    page.click("#wb-start")
    page.wait_for_selector(f".wb-view:not([data-run='{before}']) {DONE}")
    page.wait_for_selector("#wb-stop[disabled]")


def test_the_sample_comes_out_in_three_columns(page: Page) -> None:
    translate(page)
    heads = page.locator(".wb-head .wb-language").all_inner_texts()
    assert heads == ["日本語", "English", "한국어"]
    assert page.locator(ROWS).count() >= 25
    assert page.locator(".wb-waiting, .wb-missing, .wb-failed").count() == 0
    assert page.locator(".wb-bullet-row").count() >= 3


def test_the_first_sentence_is_there_within_two_seconds(page: Page) -> None:
    translate(page, "一つの文。")
    take_sample(page)
    started = time.monotonic()
    page.click("#wb-start")
    page.wait_for_function("document.querySelectorAll('.wb-rows .wb-text').length >= 2")
    assert time.monotonic() - started < 2


def test_rows_arrive_while_others_are_still_awaited(page: Page) -> None:
    paste(page, "\n".join(f"{n}人の兵士が国境の近くの村に着いた。" for n in range(300)))
    page.click("#wb-start")
    page.wait_for_function(
        "document.querySelectorAll('.wb-rows .wb-waiting').length > 10 &&"
        " document.querySelectorAll('.wb-rows [data-column=\"1\"] .wb-text').length > 3"
    )
    page.click("#wb-stop")


def test_stop_keeps_what_is_done_and_the_page_goes_on(page: Page) -> None:
    paste(page, "\n".join(f"{n}人の兵士が国境の近くの村に着いた。" for n in range(500)))
    page.click("#wb-start")
    page.wait_for_function("document.querySelectorAll('.wb-rows .wb-text').length > 3")
    page.click("#wb-stop")
    expect(page.locator(".wb-status")).to_contain_text("Stopped")
    assert page.locator('.wb-rows [data-column="1"] .wb-text').count() > 0
    translate(page, "もう一つの文。")
    assert page.locator(ROWS).count() == 1


def test_hovering_a_sentence_links_its_row(page: Page) -> None:
    translate(page)
    page.locator(f'{ROWS} [data-column="2"]').nth(4).hover()
    assert page.locator(f"{ROWS}.is-linked").count() == 1


def test_a_bullet_scrolls_to_its_sentences_and_marks_them_in_all_columns(page: Page) -> None:
    translate(page)
    bullet = page.locator(".wb-bullet-row").last
    ids = (bullet.get_attribute("data-segments") or "").split()
    bullet.locator(".wb-bullet").nth(2).click()
    page.wait_for_timeout(900)
    marked = page.locator(f"{ROWS}.is-marked")
    assert [row.get_attribute("data-segments") for row in marked.all()] == ids
    expect(marked.first).to_be_in_viewport()


def test_a_doubt_on_the_work_list_leads_to_its_sentence(page: Page) -> None:
    choose_model(page, "pseudo")
    translate(page, "兵士は二十五歳だった。彼は「寒かった」と話した。")
    page.locator(".wb-entry").first.click()
    expect(page.locator(f"{ROWS}.is-marked")).to_have_count(1)
    page.locator(".wb-badge").first.click()
    expect(page.locator(".wb-reasons").first).to_be_visible()


def test_hostile_text_is_shown_as_text(page: Page) -> None:
    choose_model(page, "pseudo")
    translate(page, HOSTILE)
    shown = "".join(page.locator(f'{ROWS} [data-column="0"] .wb-text').all_inner_texts())
    assert shown == HOSTILE
    assert page.locator(".wb-view img, .wb-view script").count() == 0


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.locator("#wb-source textarea").focus()
    page.keyboard.insert_text("寒かった。それでも彼は静かに川を渡った。")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(DONE)
    page.locator(f"{ROWS}[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.segments") == "s2"


def test_text_that_may_be_two_languages_is_asked_about(page: Page) -> None:
    paste(page, "東京都知事選")
    page.click("#wb-start")
    expect(page.locator(".wb-status")).to_have_attribute("data-level", "error")


def test_the_language_is_detected_and_named(page: Page) -> None:
    paste(page, "그는 강을 건넜다. 아무도 그를 보지 못했다.")
    expect(page.locator("#wb-hint")).to_contain_text("Korean")


def test_clearing_can_be_undone(page: Page) -> None:
    paste(page, "寒かった。")
    page.click("#wb-clear")
    expect(page.locator("#wb-source textarea")).to_have_value("")
    page.click("#wb-undo")
    expect(page.locator("#wb-source textarea")).to_have_value("寒かった。")


@pytest.mark.parametrize("name", ["HTML", "Markdown", "TSV", "JSON"])
def test_a_result_can_be_taken_away(page: Page, tmp_path: Path, name: str) -> None:
    translate(page, "寒かった。それでも彼は静かに川を渡った。")
    with page.expect_download() as download:
        page.locator("#wb-downloads").get_by_text(name, exact=True).click()
    download.value.save_as(tmp_path / "file")
    assert "川を渡った" in (tmp_path / "file").read_text("utf-8")


def test_the_exported_page_works_by_itself(page: Page, chromium: Browser, tmp_path: Path) -> None:
    translate(page)
    with page.expect_download() as download:
        page.locator("#wb-downloads").get_by_text("HTML", exact=True).click()
    download.value.save_as(tmp_path / "export.html")
    alone = chromium.new_page(locale="en-US")
    alone.goto((tmp_path / "export.html").as_uri())
    alone.locator(".wb-bullet-row").last.locator(".wb-bullet").first.click()
    assert alone.locator(f"{ROWS}.is-marked").count() >= 1
    alone.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_sticks_out_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    translate(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_on_a_narrow_screen_the_languages_of_a_row_stand_under_each_other(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    translate(page)
    cells = page.locator(ROWS).nth(3).locator(".wb-cell")
    tops = [box["y"] for box in (cell.bounding_box() for cell in cells.all()) if box]
    assert len(tops) == 3 and tops == sorted(set(tops))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_view_follows_light_and_dark(page: Page, address: str, scheme: str) -> None:
    page.goto(f"{address}/?__theme={scheme}")
    page.wait_for_selector(".wb-view")
    translate(page, "寒かった。")
    colour = page.evaluate("getComputedStyle(document.querySelector('.wb-view')).backgroundColor")
    level = sum(int(part) for part in re.findall(r"\d+", colour)[:3])
    assert (level < 200) == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_in_our_markup(page: Page, address: str, scheme: str) -> None:
    page.goto(f"{address}/?__theme={scheme}")
    page.wait_for_selector(".wb-view")
    translate(page)
    found = Axe().run(page, context=".wb-view").response["violations"]
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [node["target"] for node in v["nodes"][:3]]) for v in grave] == []


@pytest.mark.parametrize(("locale", "word"), [("ja-JP", "翻訳する"), ("ko-KR", "번역")])
def test_the_page_speaks_the_readers_language(
    chromium: Browser, address: str, locale: str, word: str
) -> None:
    page = chromium.new_page(locale=locale)
    page.goto(address)
    expect(page.locator("#wb-start")).to_contain_text(word)
    page.close()


def test_the_browser_keeps_no_copy_of_the_text(page: Page) -> None:
    translate(page, "これは秘密の文である。")
    kept = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "秘密" not in kept


def test_a_foreign_page_is_turned_away(page: Page, address: str) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
        answer = page.request.get(f"{address}/config", headers=headers)
        assert answer.status == 403
    assert page.request.get(f"{address}/config").status == 200


def test_programs_find_no_open_door(page: Page, address: str) -> None:
    described = page.request.get(f"{address}/gradio_api/info").json()
    assert described["named_endpoints"] == {} and described["unnamed_endpoints"] == {}


def test_the_source_is_no_target_and_comes_back_as_one(page: Page) -> None:
    chosen = page.locator("#wb-targets .token")
    paste(page, "그는 강을 건넜다. 아무도 그를 보지 못했다.")
    expect(chosen).to_have_count(1)
    paste(page, "彼は静かに川を渡った。")
    expect(chosen).to_have_count(2)


def test_the_head_of_the_columns_stays_in_sight(page: Page) -> None:
    translate(page)
    page.locator(ROWS).last.scroll_into_view_if_needed()
    expect(page.locator(".wb-head")).to_be_in_viewport()


def test_what_was_stopped_can_be_taken_away(page: Page, tmp_path: Path) -> None:
    paste(page, "\n".join(f"{n}人の兵士が国境の近くの村に着いた。" for n in range(300)))
    page.click("#wb-start")
    page.wait_for_function("document.querySelectorAll('.wb-rows .wb-text').length > 310")
    page.click("#wb-stop")
    expect(page.locator(".wb-status")).to_contain_text("Stopped")
    with page.expect_download() as download:
        page.locator("#wb-downloads").get_by_text("TSV", exact=True).click()
    download.value.save_as(tmp_path / "file")
    lines = (tmp_path / "file").read_text("utf-8").splitlines()
    assert 1 < len(lines) < 301


def test_a_column_is_copied_whole(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    translate(page, "寒かった。それでも彼は静かに川を渡った。")
    page.locator(".wb-head button").first.click()
    expect(page.locator(".wb-head button").first).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "寒かった。それでも彼は静かに川を渡った。\n"


def test_a_column_can_be_put_away_but_not_the_last(page: Page) -> None:
    translate(page, "寒かった。")
    for switch in page.locator(".wb-switches button").all():
        switch.click()
    assert page.locator(f"{ROWS} .wb-cell:visible").count() == 1


def test_choices_speak_the_readers_language(chromium: Browser, address: str) -> None:
    page = chromium.new_page(locale="ko-KR")
    page.goto(address)
    expect(page.get_by_label("글의 종류")).to_have_value("자동")
    page.close()
