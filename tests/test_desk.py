"""What a reader does to the result on the screen, without a browser."""

import json
import logging
import threading
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from fakes import FakeEngine, bench
from workbench.memory import Memory
from workbench.pipeline import Options
from workbench.segmentation import split
from workbench.types import Finding, Summary
from workbench.ui.desk import ACTIONS, Desk
from workbench.ui.desks import HELD, Desks
from workbench.ui.streaming import stream

TEXT = "寒かった。逃げた。走った。"


def made(run: str = "r1") -> Desk:
    """Return a desk whose result has two open doubts about the English of the first sentence."""
    views = stream(bench(FakeEngine()), split(TEXT, "ja"), ["en"], Options(), threading.Event())
    view, result = list(views)[-1]
    assert result
    doubts = tuple(Finding("length", "major", "s1", "en", text) for text in ("one", "two"))
    result = replace(result, findings=doubts)
    return Desk(
        result, view | {"run": run}, Memory(), lambda result, count: (Summary((), "news"), "")
    )


@pytest.fixture
def desks() -> Desks:
    held = Desks(ACTIONS)
    held.put("session", "r1", made())
    return held


def ask(desks: Desks, do: str, run: str = "r1", **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(desks.act(json.dumps({"run": run, "do": do} | values)))
    return answer


def findings(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f["message"], f["decision"]) for f in answer["view"]["findings"]]


def test_a_decision_changes_the_view_and_can_be_undone(desks: Desks) -> None:
    first = ask(desks, "show")["view"]["findings"][0]["id"]
    after = ask(desks, "decide", finding=first, decision="dismissed")
    assert findings(after) == [("two", ""), ("one", "dismissed")]
    assert findings(ask(desks, "undo")) == [("one", ""), ("two", "")]


def test_ids_hold_while_decisions_follow_each_other(desks: Desks) -> None:
    ids = [f["id"] for f in ask(desks, "show")["view"]["findings"]]
    for name in ids:
        answer = ask(desks, "decide", finding=name, decision="accepted")
    assert {decision for _, decision in findings(answer)} == {"accepted"}


def test_a_word_document_goes_to_the_page_as_bytes(desks: Desks) -> None:
    file = ask(desks, "export", format="docx")
    assert file["name"] == "translation.docx" and b64decode(file["base64"]).startswith(b"PK")


def test_an_edit_is_in_the_view_and_in_the_export(desks: Desks) -> None:
    view = ask(desks, "revise", column=1, segment="s2", text="He\nfled. ")["view"]
    assert view["rows"][1]["cells"][1] == "He fled." and view["rows"][1]["origins"][1] == "human"
    file = ask(desks, "export", format="tsv")
    assert file["name"] == "translation.tsv" and "He fled." in file["text"]


def test_every_step_can_be_undone_one_by_one(desks: Desks) -> None:
    for text in ("A.", "B.", "C."):
        ask(desks, "revise", column=1, segment="s2", text=text)
    steps = [ask(desks, "undo")["view"]["rows"][1]["cells"][1] for _ in range(4)]
    assert steps == ["B.", "A.", "en:逃げた。", "en:逃げた。"]


@pytest.mark.parametrize(
    "wish",
    [
        "",
        "[]",
        "nothing",
        '{"do": "undo"}',
        '{"run": "r2", "do": "undo"}',
        '{"run": ["r1"]}',
        '{"run": "r1", "do": "format the disk"}',
        '{"run": "r1", "do": ["undo"]}',
    ],
)
def test_what_is_no_wish_about_a_held_result_is_stale(desks: Desks, wish: str) -> None:
    assert json.loads(desks.act(wish)) == {"stale": True}


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("revise", {"column": 2, "segment": "s1", "text": "x"}),
        ("revise", {"column": True, "segment": "s1", "text": "x"}),
        ("revise", {"column": 1, "segment": "s99", "text": "x"}),
        ("revise", {"column": 1, "segment": "s1", "text": ["x"]}),
        ("revise", {"column": 1, "segment": "s1", "text": "x" * 20_001}),
        ("export", {"format": "exe"}),
    ],
)
def test_what_cannot_be_done_is_said(desks: Desks, do: str, values: dict[str, Any]) -> None:
    answer = ask(desks, do, **values)
    assert answer["error"]["key"] == "failure" and answer["error"]["values"]["message"]


def test_a_doubt_that_is_gone_is_passed_over(desks: Desks) -> None:
    answer = ask(desks, "decide", finding="f0-1", decision="dismissed")
    assert findings(answer) == [("one", ""), ("two", "")]


def test_a_new_run_of_a_session_replaces_the_former(desks: Desks) -> None:
    desks.put("session", "r2", made("r2"))
    assert ask(desks, "show") == {"stale": True}
    assert ask(desks, "show", run="r2")["view"]["run"] == "r2"


def test_two_readers_never_share_a_result(desks: Desks) -> None:
    desks.put("another", "r2", made("r2"))
    ask(desks, "revise", run="r2", column=1, segment="s1", text="Mine.")
    assert ask(desks, "show")["view"]["rows"][0]["cells"][1] == "en:寒かった。"


def test_no_more_results_are_held_than_there_may_be_sessions(desks: Desks) -> None:
    for number in range(HELD):
        desks.put(f"s{number}", f"run{number}", made())
    assert ask(desks, "show") == {"stale": True}
    assert "view" in ask(desks, "show", run="run0")


def test_wishes_at_the_same_time_lose_nothing(desks: Desks) -> None:
    ids = [f["id"] for f in ask(desks, "show")["view"]["findings"]]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: ask(desks, "decide", finding=i, decision="accepted"), ids))
    assert {decision for _, decision in findings(ask(desks, "show"))} == {"accepted"}


def test_a_defect_is_named_without_the_text(
    desks: Desks, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(desk: Desk, wish: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError(TEXT)

    monkeypatch.setitem(ACTIONS, "show", break_down)
    with caplog.at_level(logging.ERROR):
        assert ask(desks, "show")["error"]["values"] == {"name": "RuntimeError"}
    assert "RuntimeError" in caplog.text and "寒かった" not in caplog.text


def test_a_stopped_run_keeps_the_rows_that_were_not_reached(desks: Desks) -> None:
    desk = made("r3")
    rows = [*desk.view()["rows"], {"id": "s4"}]
    stopped = Desk(desk.result, desk.view() | {"rows": rows}, desk.memory, desk.again)
    assert [row["id"] for row in stopped.view()["rows"]] == ["s1", "s2", "s3", "s4"]


def test_a_character_that_was_cut_in_half_is_marked(desks: Desks) -> None:
    view = ask(desks, "revise", column=1, segment="s1", text="a\ud83db")["view"]
    assert view["rows"][0]["cells"][1] == "a\ufffdb"
