"""A report holds every row and every figure, says how each was made, and text stays text."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from comparisons import LINES, SYSTEMS, comparison, whole
from workbench.compare import report
from workbench.compare.report import REPORTS, to_csv, to_html, to_json
from workbench.compare.values import Choices, Vote

HOSTILE = "<script>alert(1)</script> ${alert(2)} {{ view }} </script><img src=x onerror=alert(3)>"
CHOICES = Choices(
    picks={"s3": "opus@beam=6"},
    edits={("s3", "opus@beam=6"): "We escaped."},
    votes=(Vote("s2", "nllb", "opus@beam=6", "worse", blind=True, time="2026-01-02T03:04:05"),),
)


WHOLE = whole()


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_holds_every_row_in_order(name: str) -> None:
    shown = REPORTS[name](WHOLE, CHOICES)
    texts = ("2017年は寒かった。", "It was very cold in 2018.", "逃げた。", "We fled.")
    where = [shown.rindex(text) for text in (texts[::2] if name == "json" else texts)]
    assert where == sorted(where)


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_made_of_a_comparison_that_is_not_judged(name: str) -> None:
    bare = replace(WHOLE, judged=None, judgement=None, outputs=(), made={})
    assert "逃げた。" in REPORTS[name](bare, CHOICES)


def test_hostile_texts_and_names_open_no_element() -> None:
    plain = _Tags(to_html(whole(["a。"], {"a": ["b"], "c": ["d"]})))
    hostile = _Tags(to_html(whole([f"{HOSTILE}。"], {HOSTILE: [HOSTILE], "c": [HOSTILE]})))
    for tag in ("script", "img"):
        assert hostile.seen.count(tag) == plain.seen.count(tag)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    page = to_html(WHOLE)
    assert not re.findall(r'(?:src|href)\s*=\s*["\']?https?:|url\(|@import', page)
    assert "default-src 'none'" in page


def test_the_data_of_the_page_is_the_views_value() -> None:
    data = re.search(r'id="workbench-data">(.*?)</script>', to_html(WHOLE, CHOICES), re.DOTALL)
    assert data
    value = json.loads(data[1])
    assert (value["kind"], len(value["rows"])) == ("comparison", 2)
    assert value["rows"][1]["cells"][0] == "We escaped."


def plain_rows(page: str) -> str:
    """Return what of a page stands in the place of the view without scripts, and in print."""
    return page.partition('class="wb-rows-plain"')[2].partition("</section>")[0]


def test_without_scripts_the_page_shows_rows_with_what_is_to_be_said_of_them() -> None:
    plain = plain_rows(to_html(WHOLE, CHOICES))
    for words in (
        "<b>picked</b> <b>edited</b>",
        "We escaped.",
        "consensus",
        "reference",
        "記者: 2017年",
    ):
        assert words in plain


def test_the_plain_rows_begin_with_where_the_systems_part_most() -> None:
    plain = plain_rows(to_html(WHOLE))
    assert re.findall('href="#(s[0-9]+)"', plain) == ["s3", "s2"]
    assert "Look here first" not in plain_rows(to_html(comparison(LINES, a=SYSTEMS["nllb"])))


def test_a_long_page_without_scripts_says_which_rows_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report, "MOST_ROWS", 1)
    plain = plain_rows(to_html(WHOLE))
    assert "Of 2 rows these are the 1" in plain
    assert ("We fled." in plain, "It was cold in 2017." in plain) == (True, False)


@pytest.mark.parametrize(
    "words",
    [
        "nrefs:1|",
        "seed 7",
        "Made 2026-01-02T03:04:05+00:00",
        "x86_64",
        "Secondary evidence only",
        "round trip (secondary evidence)",
        "no memory &lt;b&gt;",
        "1 of 2 rows have a reference",
        "news.en (sha256 abababababababab…)",
        "Manifest of nllb",
        "p randomisation",
        "BLEU by length",
        "Two systems have no majority",
        "output:nllb",
        "321",
    ],
)
def test_the_page_says_how_figures_were_made(words: str) -> None:
    shown = re.sub("<script.*?</script>", "", to_html(WHOLE), flags=re.DOTALL)
    assert words in shown


def test_the_page_has_the_ranking_by_votes_where_there_are_any() -> None:
    assert "Votes: 1, blind: 1." in to_html(WHOLE, CHOICES)
    assert "By the votes" not in to_html(WHOLE)


def test_a_page_without_a_way_back_does_not_speak_of_one() -> None:
    plain = comparison(LINES, **SYSTEMS)
    shown = re.sub("<script.*?</script>", "", to_html(plain), flags=re.DOTALL)
    assert "round trip" not in shown.lower()
    assert "Scores against the reference" not in shown


def test_json_has_full_figures_and_what_people_chose() -> None:
    value = json.loads(to_json(WHOLE, CHOICES))
    judged, judgement = WHOLE.judged, WHOLE.judgement
    assert judged and judgement
    assert value["judgement"]["agreement"][0][1] == judgement.agreement[0][1]
    assert value["judged"]["scores"]["nllb"]["chrf"]["value"] == judged.scores["nllb"]["chrf"].value
    edit = {"segment_id": "s3", "system": "opus@beam=6", "text": "We escaped."}
    assert (value["choices"]["edits"], value["choices"]["votes"][0]["blind"]) == ([edit], True)
    assert value["choices"]["ranking"][0]["wins"] == 1


def test_json_has_texts_doubts_ledgers_and_manifests_of_every_system() -> None:
    system = json.loads(to_json(WHOLE))["systems"][1]
    assert [t["text"] for t in system["translations"]] == SYSTEMS["nllb"]
    assert (system["findings"][0]["check"], system["ledger"][0]["match"]) == ("numbers", "changed")
    assert (system["manifest"], system["cost"]["seconds"]) == ({"licence": "MIT"}, 2.25)


def test_csv_has_a_row_per_segment_with_scores_and_choices() -> None:
    first, last = rows_of(to_csv(WHOLE, CHOICES))
    assert (first["id"], first["label"], first["ja"]) == ("s2", "記者:", "2017年は寒かった。")
    assert (first["opus@beam=6 bleu"], last["opus@beam=6 bleu"]) == ("100.00", "")
    assert (first["nllb doubts"], first["pick"], first["translation"]) == ("1", "", "")
    assert (last["opus@beam=6"], last["pick"], last["translation"]) == (
        "",
        "opus@beam=6",
        "We escaped.",
    )


def test_csv_never_holds_a_live_formula() -> None:
    systems = {"=cmd()": ["+1", "@x"], "-b": ["-1\n=2", "\t=3"]}
    text = to_csv(whole(["=1+1", "@SUM(A1)"], systems), Choices(picks={"s1": "=cmd()"}))
    cells = [cell for line in csv.reader(io.StringIO(text[1:])) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert "'-1 =2" in cells


def test_csv_begins_with_the_mark_by_which_excel_knows_utf8() -> None:
    assert to_csv(WHOLE).encode("utf-8").startswith(b"\xef\xbb\xbfid,")
