"""Documents through the page: dropped, watched, stopped, found again, taken away, in a browser."""

import re
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

VIEW = "#wb-batch-view .wb-view"
STATUS = f"{VIEW} .wb-status"
ENDED = f"{STATUS}:is([data-level=done], [data-level=warning], [data-level=error])"
FILES = {
    "talk.txt": "兵士は夜に川を渡った。\n誰も来なかった。\n",
    "note.md": "# 見出し\n\n**兵士**は川を渡った。\n",
    "<img src=x onerror=alert(1)>.txt": "寒い夜だった。\n",
}


def documents(tmp_path: Path, **more: bytes) -> list[Path]:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    for name, content in more.items():
        (folder / name.replace("_", ".")).write_bytes(content)
    return sorted(folder.iterdir())


def open_tab(page: Page) -> Page:
    page.get_by_role("tab", name="Batch", exact=True).first.click()
    page.wait_for_selector(f"{STATUS} >> visible=true")
    return page


def give(page: Page, files: list[Path]) -> None:
    page.locator("#wb-batch-files input[type=file]").set_input_files([str(f) for f in files])
    expect(page.locator("#wb-batch-files .file")).to_have_count(len(files))


def translate(page: Page, files: list[Path]) -> str:
    """Give files, wait for the end, and return the number of the job."""
    give(page, files)
    page.click("#wb-batch-start")
    page.wait_for_selector(f"{VIEW} .wb-batch-zip", timeout=60_000)
    return page.url.partition("#job=")[2]


def test_documents_come_back_translated_in_a_zip(page: Page, tmp_path: Path) -> None:
    job = translate(open_tab(page), documents(tmp_path, broken_docx=b"PK\x03\x04"))
    rows = page.locator(f"{VIEW} tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="broken.docx")).to_contain_text("damaged file")
    with page.expect_download() as download:
        page.click(f"{VIEW} .wb-batch-zip")
    with zipfile.ZipFile(download.value.path()) as packed:
        names = packed.namelist()
        assert {"talk.en.txt", "talk.ko.txt", "talk.txt.html", "report.html"} <= set(names)
        assert "**" in packed.read("note.en.md").decode()
    assert download.value.suggested_filename == f"{job}.zip"


def test_a_job_is_found_again_after_a_reload_and_by_its_number(page: Page, tmp_path: Path) -> None:
    job = translate(open_tab(page), documents(tmp_path))
    page.reload()
    expect(open_tab(page).locator(STATUS)).to_contain_text(f"Job {job} is done")
    page.goto(page.url.partition("#")[0] + "?again")
    open_tab(page).locator(f"{VIEW} input").fill(job.upper())
    page.locator(f"{VIEW} form button").click()
    expect(page.locator(STATUS)).to_contain_text(f"Job {job} is done")


def test_names_of_files_are_text(page: Page, tmp_path: Path) -> None:
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    translate(open_tab(page), documents(tmp_path))
    assert not said and page.locator(f"{VIEW} img").count() == 0


def test_nothing_chosen_and_unknown_numbers_are_said(page: Page) -> None:
    open_tab(page).click("#wb-batch-start")
    expect(page.locator(STATUS)).to_contain_text("Choose files first")
    page.locator(f"{VIEW} input").fill("nonsense")
    page.locator(f"{VIEW} form button").click()
    expect(page.locator(STATUS)).to_contain_text("No job has the number")


def test_a_job_is_stopped_and_goes_on(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    lines = [f"{n}人の兵士が第{n * 7}の川を夜に渡った。" for n in range(4000)]
    (folder / "long.txt").write_text("\n".join(lines), "utf-8")
    give(open_tab(page), [folder / "long.txt"])
    page.click("#wb-batch-start")
    page.wait_for_selector(f"{VIEW} tr[data-state=working]", timeout=30_000)
    page.locator(f"{VIEW} .wb-tools button", has_text="Stop").click()
    expect(page.locator(STATUS)).to_contain_text("was stopped", timeout=15_000)
    page.locator(f"{VIEW} .wb-tools button", has_text="Go on").click()
    page.wait_for_selector(f"{VIEW} tr[data-state=working]", timeout=30_000)
    page.locator(f"{VIEW} .wb-tools button", has_text="Stop").click()
    expect(page.locator(STATUS)).to_contain_text("was stopped", timeout=15_000)


def test_the_tab_has_no_serious_fault_of_access(page: Page, tmp_path: Path) -> None:
    translate(open_tab(page), documents(tmp_path, broken_docx=b"PK\x03\x04"))
    found = Axe().run(page, context=VIEW).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_view_fits_the_screen(page: Page, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    translate(open_tab(page), documents(tmp_path))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_job_outlives_the_server(
    serve: Callable[[Path], AbstractContextManager[str]], chromium: Browser, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with serve(home) as address:
        page = chromium.new_page(locale="en-US")
        page.goto(address)
        give(open_tab(page), documents(tmp_path))
        page.click("#wb-batch-start")
        page.wait_for_url(re.compile("#job="))
        page.wait_for_selector(f"{VIEW} tbody tr")
        job = page.url.partition("#job=")[2]
        page.close()
    time.sleep(1)
    with serve(home) as address:
        page = chromium.new_page(locale="en-US")
        page.goto(f"{address}/#job={job}")
        expect(open_tab(page).locator(STATUS)).to_contain_text("is done", timeout=60_000)
        page.close()
