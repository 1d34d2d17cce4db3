"""Every format carries every sentence, and text stays text."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from fakes import FakeEngine, bench
from workbench.render import FORMATS, suffix, to_html, to_json, to_tsv
from workbench.segmentation import split
from workbench.types import Entry, Finding, Result
from workbench.view import finding_ids, partial_payload, payload

HOSTILE = (
    "<script>alert(1)</script> ${alert(2)} `x` {{y}} | \\ </script><img src=x onerror=alert(3)>"
)


def result(
    text: str = "見出し\n\n寒かった。逃げた。\n記者　なぜですか。\n", language: str = "ja"
) -> Result:
    return bench(FakeEngine()).process(split(text, language), ["en", "ko"])


@pytest.mark.parametrize(
    "name", [name for name in FORMATS if name not in ("docx", "ledger", "manifest")]
)
def test_every_format_holds_every_sentence_in_order(name: str) -> None:
    shown = FORMATS[name](result())
    where = [shown.index(text) for text in ("見出し", "寒かった。", "逃げた。", "なぜですか。")]
    assert where == sorted(where)


def test_rows_put_a_label_before_its_sentence() -> None:
    rows = payload(result())["rows"]
    assert rows[-1]["prefix"] == ["記者", "Reporter:", "기자:"]
    assert rows[-1]["cells"] == ["なぜですか。", "en:なぜですか。", "ko:なぜですか。"]


def test_a_cell_that_is_not_there_yet_is_none() -> None:
    document = split("寒かった。逃げた。", "ja")
    first = next(bench(FakeEngine()).translate(document, ["en", "ko"]))
    view = partial_payload(document, ["en", "ko"], [first], 0.5)
    assert view["rows"][0]["cells"] == ["寒かった。", "en:寒かった。", None]
    assert view["progress"] == {"done": 1, "total": 4, "rate": 2.0, "left": 1.5}


def test_plain_text_keeps_the_breaks_and_puts_spaces_between_sentences() -> None:
    one = bench(FakeEngine()).process(split("見出し\r\n\r\n寒かった。逃げた。\r\n", "ja"), ["en"])
    assert FORMATS["txt"](one) == "en:見出し\r\n\r\nen:寒かった。 en:逃げた。\r\n"


def test_tsv_has_a_row_per_segment_and_as_many_cells_each() -> None:
    lines = to_tsv(result("甲\t乙。\n=1+1\n")).rstrip("\n").split("\n")
    assert {line.count("\t") for line in lines} == {5 - 1 + 1}


def test_tsv_never_holds_a_live_formula() -> None:
    cells = [
        cell
        for line in to_tsv(result("=1+1\n@SUM(A1)です。\n")).split("\n")
        for cell in line.split("\t")
    ]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_json_reads_back_with_the_text_of_every_bullet() -> None:
    text = "板門店の境界を兵士が越えた。" * 3 + "".join(
        f"{n}人が町の広場で待っていたという。" for n in range(30)
    )
    value = json.loads(to_json(result(text)))
    assert value["summary"]["bullets"]
    assert all(set(b["texts"]) == {"ja", "en", "ko"} for b in value["summary"]["bullets"])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def test_hostile_text_opens_no_element_in_the_html() -> None:
    kind, hostile = _Tags(), _Tags()
    kind.feed(to_html(result("a. b.", "ja")))
    hostile.feed(to_html(result(f"{HOSTILE}.", "ja")))
    assert hostile.seen.count("img") == 0
    assert hostile.seen.count("script") == kind.seen.count("script")


def test_the_html_page_loads_nothing_from_elsewhere() -> None:
    page = to_html(result())
    assert not re.findall(r'(?:src|href)\s*=\s*["\']?https?:', page)
    assert "default-src 'none'" in page


def test_markdown_shows_hostile_text_as_text() -> None:
    shown = FORMATS["md"](result(f"{HOSTILE}。", "ja"))
    assert "<script>" not in shown and "<img" not in shown
    assert "\\`x\\`" in shown


def test_findings_point_at_the_row_that_shows_their_segment() -> None:
    view = payload(result())
    assert {f["segment"] for f in view["findings"]} <= {row["id"] for row in view["rows"]} | {""}


def with_ledger() -> Result:
    def entry(ledger: str, source: str, language: str, match: str, target: str) -> Entry:
        span = (0, len(source)) if source else None
        return Entry(ledger, "k", "s2", language, match, source, span, target, None, "v")  # type: ignore[arg-type]

    entries = (
        entry("numbers", "25歳", "en", "matched", "25"),
        entry("numbers", "25歳", "ko", "missing", ""),
        entry("names", "呉", "en", "matched", "Oh"),
        entry("names", "呉", "en", "changed", "Wu"),
        entry("numbers", "", "en", "extra", "=7"),
    )
    doubt = Finding("numbers", "major", "s2", "ko", "25 is missing.", decision="dismissed")
    return replace(result(), ledger=entries, findings=(doubt,))


def test_one_thing_is_one_line_of_the_ledger_with_a_cell_per_column() -> None:
    first = payload(with_ledger())["ledger"]["numbers"][0]
    assert (first["source"], first["segments"], first["doubtful"]) == ("25歳", ["s2"], True)
    assert first["cells"][0] == {"match": "matched", "count": 1, "total": 1, "texts": [["25", 1]]}
    assert (first["cells"][1]["match"], first["cells"][1]["texts"]) == ("missing", [])


def test_the_renderings_of_a_name_stand_together_with_their_counts() -> None:
    (name,) = payload(with_ledger())["ledger"]["names"]
    texts = [["Oh", 1], ["Wu", 1]]
    assert name["cells"] == [{"match": "changed", "count": 1, "total": 2, "texts": texts}, None]


def test_the_ledger_is_a_table_without_live_formulas() -> None:
    lines = FORMATS["ledger"](with_ledger()).rstrip("\n").split("\n")
    assert {line.count("\t") for line in lines} == {7} and len(lines) == 6
    assert lines[-1].endswith("\t'=7")
    assert (suffix("ledger"), suffix("tsv")) == (".ledger.tsv", ".tsv")


@pytest.mark.parametrize("name", ["html", "md", "tsv", "json", "tmx"])
def test_what_was_decided_is_exported(name: str) -> None:
    shown = FORMATS[name](with_ledger())
    assert "25 is missing." in shown.replace("\\", "") and "dismissed" in shown


@pytest.mark.parametrize("name", ["html", "md", "json"])
def test_the_ledgers_are_exported(name: str) -> None:
    assert "25歳" in FORMATS[name](with_ledger()) and "Wu" in FORMATS[name](with_ledger())


def test_equal_doubts_have_ids_of_their_own() -> None:
    doubts = with_ledger().findings * 2
    both = replace(with_ledger(), findings=doubts)
    assert len(set(finding_ids(both))) == 2
    assert [f["id"] for f in payload(both)["findings"]] == list(finding_ids(both))


def test_what_is_to_be_said_of_the_run_is_on_the_page_and_in_the_exports() -> None:
    warned = replace(result(), manifest={**result().manifest, "warnings": ["It is weak."]})
    assert payload(warned)["warnings"] == ["It is weak."]
    assert all("It is weak" in FORMATS[name](warned) for name in ("html", "md", "json"))


def test_an_export_needs_no_web_server() -> None:
    code = "import sys, workbench.render as r; r._template('export.html')"
    code += "; print('gradio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
