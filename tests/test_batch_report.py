"""The report of a batch job holds every file and figure, adds up, and what is text stays text."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from batch_reports import FILES, JOB, MANIFEST, file, many
from workbench.batch import report
from workbench.batch.report import to_html, to_json
from workbench.batch.values import Account, FileRow, Output

HOSTILE = "<script>alert(1)</script>{{ job }}{% if %}\"' onload=alert(2) \u202etxt.exe\x07\ud800"
ODD = ("a b#c?.en.txt", "100%.en.txt", "会議/議事録.ko.txt", "javascript:x.txt", "a&amp;b.txt")


class _Page(HTMLParser):
    """The text, tags and links of a page; the rows of its table of files by their ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.rows: dict[str, str] = {}
        self.text = ""
        self._row = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self.links += [values["href"] or ""] if "href" in values else []
        self._row = values.get("id") or "" if tag == "tbody" else self._row

    def handle_endtag(self, tag: str) -> None:
        self._row = "" if tag == "tbody" else self._row

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._row:
            self.rows[self._row] = self.rows.get(self._row, "") + data


def text_of(page: str) -> str:
    """Return what a reader sees of a page, without its style and script."""
    return _Page(re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)).text


def figures(value: Mapping[str, Any]) -> list[str]:
    """Return every count of a file as the page writes it."""
    counts = [*value["account"].values(), *value["findings"].values(), value["source"]["size"]]
    return [f"{n:,}" for n in counts if n] + [f"{o['size']:,} bytes" for o in value["outputs"]]


def test_every_figure_and_message_of_the_json_is_in_the_row_of_its_file() -> None:
    rows = _Page(to_html(JOB, FILES)).rows
    for value in json.loads(to_json(JOB, FILES))["files"]:
        said = [value["source"]["name"], value["sha256"], value["reason"], *value["remarks"]]
        said += [part for failure in value["failures"] for part in failure]
        said += [message for *_, message in value["doubts"]]
        said += [part for o in value["outputs"] for part in (o["path"], o["sha256"])]
        missing = [
            words for words in said + figures(value) if words not in rows[f"f{value['number']}"]
        ]
        assert not missing, value["source"]["name"]


def test_the_parts_of_the_account_add_up_to_what_was_read() -> None:
    text = to_html(JOB, FILES)
    table = text[text.index("wb-account") : text.index("</table>")]
    *parts, read = [int(n.replace(",", "")) for n in re.findall(r"</th><td>([\d,]+)</td>", table)]
    assert sum(parts) == read == sum(row.account.read for row in FILES)
    assert "not accounted for" not in text_of(text)


def test_an_account_that_does_not_add_up_is_said() -> None:
    text = text_of(to_html(JOB, [file(1, account=Account(read=5, translated=3))]))
    assert "Does not add up" in text and "2 segments are not accounted for." in text


def test_the_bar_draws_small_parts_so_that_they_are_seen() -> None:
    account = Account(read=100_001, translated=100_000, failed=1)
    svg = re.search("<svg.*?</svg>", to_html(JOB, [file(1, account=account)]), re.DOTALL)
    widths = [float(width) for width in re.findall(r'<rect x=.*? width="([\d.]+)%"', svg[0])]
    assert len(widths) == 2 and sum(widths) == pytest.approx(100, abs=0.05) and widths[1] > 0.5


@pytest.mark.parametrize("path", ODD)
def test_a_link_leads_to_the_file_whatever_its_name(path: str, tmp_path: Path) -> None:
    output = Output(path, "translation", "en", "0" * 64, 3)
    links = [a for a in _Page(to_html(JOB, [file(1, outputs=(output,))])).links if a[0] != "#"]
    assert {unquote(link) for link in links} == {f"./{path}", "./report.json"}
    assert not [link for link in links if set(link) & set(" #?&<>\"'")]


def test_the_page_asks_nobody_for_anything() -> None:
    page = to_html(JOB, FILES)
    assert "default-src 'none'" in page and "@import" not in page and "url(" not in page
    assert not {"img", "link", "iframe", "object", "base"} & set(_Page(page).tags)
    assert all(link.startswith(("#", "./")) for link in _Page(page).links)


def hostile(row: FileRow) -> FileRow:
    """Return a file that says something hostile wherever text can stand."""
    source = replace(row.source, name=HOSTILE, path=HOSTILE, format=HOSTILE)
    return replace(
        row,
        source=source,
        sha256=HOSTILE,
        reason=HOSTILE,
        language=HOSTILE,
        remarks=(HOSTILE,),
        failures=((HOSTILE,) * 3,),
        findings={HOSTILE: 1, "critical": 1},
        doubts=((HOSTILE,) * 5,),
        outputs=(Output(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1),),
        manifest={"source": HOSTILE, HOSTILE: HOSTILE},
    )


def test_hostile_text_opens_no_element_and_turns_nothing_around() -> None:
    plain, page = file(1, state="partly"), to_html(JOB, [hostile(file(1, state="partly"))])
    assert _Page(page).tags.count("script") == _Page(to_html(JOB, [plain])).tags.count("script")
    assert not set("\u202e\x07\ud800") & set(page)
    assert "{{ job }}{% if %}" in text_of(page)


def test_a_hostile_job_opens_no_element() -> None:
    spec = replace(JOB.spec, inputs=(HOSTILE,), out=HOSTILE, glob=HOSTILE, beside=(HOSTILE,))
    job = replace(JOB, id=HOSTILE, reason=HOSTILE, signature={HOSTILE: HOSTILE}, spec=spec)
    page = to_html(job, [])
    assert _Page(page).tags.count("script") == 1
    assert not set("\u202e\x07\ud800") & set(page)


def test_words_of_a_document_have_its_language_and_the_message_has_none() -> None:
    doubts = (
        ("major", "numbers", "s1", "ko", "3月 of the source is not there, 삼월 is: mend it."),
    )
    page = to_html(JOB, [file(1, language="ja", doubts=doubts, findings={"major": 1})])
    assert '3<bdi lang="ja">月</bdi> of the source is not there, <bdi lang="ko">삼월</bdi>' in page
    assert '<b>Numbers</b> <span class="wb-where">s1, ko</span>' in page


def test_look_here_first_has_what_failed_before_what_is_doubted() -> None:
    page = to_html(JOB, FILES)
    first = page[page.index('id="first"') : page.index('id="account"')]
    assert re.findall('href="#f([0-9]+)"', first) == ["2", "3", "4", "1"]
    assert "broken.docx: it is no zip file." in first and "fifo" not in first


def test_a_job_in_which_nothing_stands_out_says_so() -> None:
    assert "none has a critical doubt." in text_of(to_html(JOB, [file(1)]))


def test_a_manifest_that_files_share_is_shown_once() -> None:
    page = to_html(JOB, [file(n) for n in range(1, 4)])
    assert page.count(MANIFEST["model"]) == 1 and page.count('href="#made-1"') == 3
    assert "shared by 3 files" in page and page.count("source_sha256") == 3


def test_more_manifests_than_a_page_can_hold_are_left_to_the_json() -> None:
    rows = [file(n, manifest={"model": f"m{n}"}) for n in range(1, report.MOST_MANIFESTS + 3)]
    text = text_of(to_html(JOB, rows))
    assert "2 more manifests are in report.json" in text and '"m21"' not in text


def test_of_many_doubts_the_gravest_are_on_the_page_and_it_says_where_the_rest_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "MOST_LINES", 3)
    doubts = tuple(
        (severity, "numbers", "s1", "en", f"Is {severity}.") for severity in ("minor",) * 9
    )
    doubts += (("critical", "numbers", "s2", "en", "Is critical."),)
    text = text_of(to_html(JOB, [file(1, doubts=doubts, findings={"minor": 200, "critical": 1})]))
    assert "3 of 201 doubts: report.json has 10." in text
    assert text.count("Is minor.") == 2 and text.count("Is critical.") == 2


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("waiting", "not begun"),
        ("running", "still running"),
        ("interrupted", "workbench jobs resume k3m9x2ab"),
        ("cancelled", "workbench jobs resume k3m9x2ab"),
        ("failed", "The model cannot be run."),
    ],
)
def test_a_job_that_did_not_end_says_how_it_stands(state: Any, said: str) -> None:
    waiting = [file(1, state="working", share=0.4), file(2, state="working", share=-1.0)]
    job = replace(JOB, state=state, reason="The model cannot be run." if state == "failed" else "")
    text = text_of(to_html(job, waiting))
    assert said in text and "at work 40%" in text and "being read" in text


@pytest.mark.parametrize("state", ["waiting", "done", "failed"])
def test_a_job_without_files_has_a_page(state: Any) -> None:
    text = text_of(to_html(replace(JOB, state=state), []))
    assert "The job has no files." in text and "NaN" not in text


@pytest.mark.parametrize(
    "words",
    [
        "/in/talks",
        "English (en)",
        "Korean (ko)",
        "*.docx",
        "docx, html",
        "beam:4|lp:1.4",
        '"preset"',
    ],
)
def test_the_page_says_what_was_asked(words: str) -> None:
    assert words.split(", ")[0] in text_of(to_html(JOB, FILES))


def test_json_has_the_job_and_its_files_by_their_fields() -> None:
    value = json.loads(to_json(JOB, FILES))
    assert value["spec"]["targets"] == ["en", "ko"]
    assert value["files"][3]["account"] == asdict(FILES[3].account)


def test_five_thousand_files_are_all_there_in_good_time() -> None:
    rows = many(5000)
    start = time.process_time()
    page = to_html(JOB, rows)
    assert time.process_time() - start < 8
    assert page.count('<tbody id="f') == 5000 and len(page) < 16_000_000


def test_time_and_size_grow_with_the_files_and_no_faster() -> None:
    small, large = (len(to_html(JOB, many(count))) for count in (1000, 4000))
    assert large < 4.2 * small
