"""The Word export holds the aligned view: every line once, in order, with what is doubted."""

import io
import time
from dataclasses import replace
from typing import Any

import docx
import pytest

from fakes import FakeEngine, bench
from workbench.formats.bilingual import result_docx
from workbench.pipeline import Options
from workbench.render import FORMATS
from workbench.segmentation import split
from workbench.types import Bullet, Finding, Result, Summary

TEXT = "見出し\n\n寒かった。逃げた。\n記者　なぜですか。\n"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def result(text: str = TEXT, targets: tuple[str, ...] = ("en", "ko")) -> Result:
    made = bench(FakeEngine()).process(split(text, "ja"), list(targets), Options(summary=0))
    return replace(made, findings=())


def opened(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


def rows(data: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in opened(data).tables[0].rows]


def test_every_line_stands_once_in_order_beside_its_translations() -> None:
    assert rows(result_docx(result())) == [
        ["", "日本語", "English", "한국어"],
        ["s1", "見出し", "en:見出し", "ko:見出し"],
        ["s2", "寒かった。", "en:寒かった。", "ko:寒かった。"],
        ["s3", "逃げた。", "en:逃げた。", "ko:逃げた。"],
        ["s5", "記者 なぜですか。", "Reporter: en:なぜですか。", "기자: ko:なぜですか。"],
    ]


def test_bullets_stand_on_top_of_each_column() -> None:
    summary = Summary((Bullet("b1", ("s2",)), Bullet("b2", ("s3",))), "news")
    shown = rows(result_docx(replace(result(), summary=summary)))[1]
    assert shown[1:3] == [
        "• 寒かった。 (s2)\n• 逃げた。 (s3)",
        "• en:寒かった。 (s2)\n• en:逃げた。 (s3)",
    ]


def test_doubts_stand_in_the_last_column_with_what_was_decided() -> None:
    doubts = (
        Finding("numbers", "major", "s3", "en", "25 is missing.", decision="dismissed"),
        Finding("names", "minor", "s4", "ko", "Who asks?"),
    )
    shown = rows(result_docx(replace(result(), findings=doubts)))
    assert shown[0][-1] == "Doubts"
    assert [row[-1] for row in shown[3:]] == [
        "en, major, dismissed: 25 is missing.",
        "ko, minor: Who asks?",
    ]


def test_doubts_about_the_whole_and_a_refused_summary_are_said() -> None:
    doubt = Finding("length", "minor", "", "", "It is short.")
    made = replace(result(), findings=(doubt,), summary=Summary((), "news", refusal="Too short."))
    shown = [p.text for p in opened(result_docx(made)).paragraphs]
    assert "Too short." in shown and "minor: It is short." in shown


def test_the_head_is_repeated_and_the_page_is_wide_enough() -> None:
    document = opened(result_docx(result()))
    first, *others = document.tables[0].rows
    assert first._tr.find(f".//{W}tblHeader") is not None
    assert all(row._tr.find(f".//{W}tblHeader") is None for row in others)
    assert document.sections[0].page_width > document.sections[0].page_height
    narrow = opened(result_docx(result(targets=("en",)))).sections[0]
    assert narrow.page_width < narrow.page_height


def test_the_signatures_are_in_the_footer() -> None:
    made = result()
    footer = opened(result_docx(made)).sections[0].footer.paragraphs[0].text
    assert footer == "\n".join(column.signature for column in made.columns)


def test_each_column_has_a_font_and_a_language_of_its_own() -> None:
    row = opened(result_docx(result())).tables[0].rows[1]
    fonts = [cell._tc.find(f".//{W}rFonts") for cell in row.cells]
    assert [None if f is None else f.get(f"{W}eastAsia") for f in fonts[1:]] == [
        "Yu Gothic",
        None,
        "Malgun Gothic",
    ]
    assert row.cells[3]._tc.find(f".//{W}lang").get(f"{W}eastAsia") == "ko-KR"


def test_arabic_runs_from_right_to_left() -> None:
    made = result()
    arabic = replace(made, columns=(replace(made.columns[0], language="ar"),))
    cell = opened(result_docx(arabic)).tables[0].rows[1].cells[2]
    assert cell._tc.find(f".//{W}bidi") is not None and cell.paragraphs[0].runs[0].font.rtl


@pytest.mark.parametrize("odd", ["\0", "\x1b", "\ufffe", "\ud800"])
def test_what_xml_cannot_hold_is_replaced(odd: str) -> None:
    segments = result().document.segments
    document = replace(result().document, segments=(replace(segments[0], text=f"a{odd}<b>&"),))
    made = result_docx(replace(result(), document=document))
    assert rows(made)[1][1] == "a\ufffd<b>&"


def test_the_same_result_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = result()
    first = FORMATS["docx"](made)
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert FORMATS["docx"](made) == first


def test_the_title_is_that_of_the_text() -> None:
    made = replace(result(), summary=Summary((), "news", title_id="s1"))
    exported = FORMATS["docx"](made)
    assert isinstance(exported, bytes) and opened(exported).paragraphs[0].text == "見出し"
