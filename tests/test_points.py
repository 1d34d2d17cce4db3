"""What a reader does to the key points, without a browser."""

import json
import threading
from typing import Any

import pytest

from fakes import FakeEngine, bench
from workbench.pipeline import Options
from workbench.segmentation import split
from workbench.summaries import summarize
from workbench.types import Result, Summary
from workbench.ui.desk import ACTIONS, Desk
from workbench.ui.desks import Desks
from workbench.ui.streaming import stream

TEXT = """町の一年

港の岸壁は三年がかりで改修され、大型の客船が初めて接岸した。
市場では魚の卸売業者が減り、代わりに若い料理人の屋台が並んだ。
小学校の統合をめぐって保護者と教育委員会が秋まで話し合いを続けた。
製紙工場は煙突を取り壊し、跡地に研究所を建てる計画を発表した。
山寺の鐘は戦争中に供出されたままだったが、寄付によって鋳造された。
国道の橋では大雨のあと亀裂が見つかり、二か月間通行止めになった。
鉄道会社は夜の便を減らす一方で、通学の時間帯に一両を加えた。
病院の小児科には隣県から医師が着任し、休診の日がなくなった。
図書館の古文書は大学生たちの手で写真に撮られ、公開が始まった。
町長選挙は無投票に終わり、投票率を問う声が議会で上がった。
"""


def again(result: Result, count: int | None, length: float) -> tuple[Summary, str]:
    chosen = summarize(result.document, count=count, length=length)
    return chosen, "A writer failed." if count == 2 else ""


@pytest.fixture
def desks() -> Desks:
    held = Desks(ACTIONS)
    engine = FakeEngine()
    views = stream(bench(engine), split(TEXT, "ja"), ["en"], Options(), threading.Event())
    view, result = list(views)[-1]
    assert result
    desk = Desk(result, view | {"run": "r1"}, bench(engine).memory, again)
    held.put("session", "r1", desk)
    return held


def ask(desks: Desks, do: str, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(desks.act(json.dumps({"run": "r1", "do": do} | values)))
    return answer


def ids(answer: dict[str, Any]) -> list[str]:
    return [bullet["id"] for bullet in answer["view"]["bullets"]]


def test_a_bullet_moves_and_the_move_is_undone(desks: Desks) -> None:
    before = ids(ask(desks, "show"))
    moved = ids(ask(desks, "bullet", how="move", bullet=before[0], place=1))
    assert moved == [before[1], before[0], *before[2:]]
    assert ids(ask(desks, "undo")) == before


def test_a_bullet_keeps_its_sentences_in_other_words(desks: Desks) -> None:
    first = ask(desks, "show")["view"]["bullets"][0]
    wish = {"how": "reword", "bullet": first["id"], "column": 1, "text": "In my words."}
    after = ask(desks, "bullet", **wish)["view"]["bullets"][0]
    assert (after["texts"][1], after["method"]) == ("In my words.", "edited")
    assert (after["segments"], after["texts"][0]) == (first["segments"], first["texts"][0])


def test_a_bullet_gives_way_to_another_sentence(desks: Desks) -> None:
    first = ids(ask(desks, "show"))[0]
    offers = ask(desks, "alternatives", bullet=first)["alternatives"]
    assert 0 < len(offers) <= 5 and all(offer["text"] for offer in offers)
    wish = {"how": "replace", "bullet": first, "segment": offers[0]["segment"]}
    shown = ask(desks, "bullet", **wish)["view"]["bullets"]
    assert offers[0]["segment"] in {name for bullet in shown for name in bullet["segments"]}


def test_a_bullet_goes_and_a_sentence_becomes_one(desks: Desks) -> None:
    before = ids(ask(desks, "show"))
    assert len(ids(ask(desks, "bullet", how="remove", bullet=before[-1]))) == len(before) - 1
    free = ask(desks, "alternatives", bullet=before[0])["alternatives"][0]["segment"]
    assert len(ids(ask(desks, "bullet", how="add", bullet="", segment=free))) == len(before)


def test_a_sentence_that_no_bullet_has_is_offered_and_added_and_taken_back(desks: Desks) -> None:
    before = ask(desks, "show")["view"]["bullets"]
    taken = {name for bullet in before for name in bullet["segments"]}
    offers = ask(desks, "alternatives", bullet="")["alternatives"]
    assert offers and taken.isdisjoint(offer["segment"] for offer in offers)
    after = ask(desks, "bullet", how="add", bullet="", segment=offers[0]["segment"])
    assert len(ids(after)) == len(before) + 1
    assert ask(desks, "undo")["view"]["bullets"] == before


@pytest.mark.parametrize("count", [1, 4, None])
def test_the_number_of_bullets_can_be_chosen_anew(desks: Desks, count: int | None) -> None:
    wanted = len(ids(ask(desks, "show"))) if count is None else count
    assert len(ids(ask(desks, "summarise", count=count))) == wanted


@pytest.mark.parametrize("percent", [10, 30, 50])
def test_the_bullets_fit_into_the_length_that_was_asked_for(desks: Desks, percent: int) -> None:
    view = ask(desks, "summarise", length=percent)["view"]
    said = sum(len(bullet["texts"][0]) for bullet in view["bullets"])
    whole = sum(len(row["cells"][0]) for row in view["rows"])
    assert view["bullets"] and said <= whole * percent / 100


def test_short_or_long_sentences_are_one_wish_and_the_way_back_one_step(desks: Desks) -> None:
    before = ask(desks, "show")["view"]
    short, long = (ask(desks, "summarise", sentences=n)["view"] for n in (0, 100))
    said = [sum(len(b["texts"][0]) for b in view["bullets"]) for view in (short, long)]
    assert (before["length"], short["length"], long["length"]) == (0.5, 0.0, 1.0)
    assert said[0] < said[1]
    ask(desks, "undo")
    assert ask(desks, "undo")["view"]["bullets"] == before["bullets"]


def test_the_manifest_asks_for_the_bullets_that_are_shown(desks: Desks) -> None:
    ask(desks, "summarise", sentences=100)
    count = len(ids(ask(desks, "summarise", length=30)))
    asked = json.loads(ask(desks, "export", format="manifest")["text"])["asked"]
    assert (asked["summary"], asked["length"]) == (count, 1.0)


def test_a_summary_of_one_column_is_shown_beside_ours_until_something_changes(
    desks: Desks,
) -> None:
    found = ask(desks, "compare", column=1)["view"]["compared"]["en"]
    assert 0 <= found["common"] <= found["total"] and found["bullets"]
    first = ids(ask(desks, "show"))[0]
    assert ask(desks, "bullet", how="remove", bullet=first)["view"]["compared"] == {}


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("bullet", {"how": "juggle", "bullet": "b1"}),
        ("bullet", {"how": "move", "bullet": "b1", "place": "up"}),
        ("bullet", {"how": "move", "bullet": "b99", "place": 0}),
        ("bullet", {"how": "reword", "bullet": "b1", "column": 7, "text": "x"}),
        ("bullet", {"how": "replace", "bullet": "b1", "segment": "s999"}),
        ("alternatives", {"bullet": "b99"}),
        ("compare", {"column": 0}),
        ("summarise", {"count": "many"}),
    ],
)
def test_what_cannot_be_done_to_a_bullet_is_said(
    desks: Desks, do: str, values: dict[str, Any]
) -> None:
    answer = ask(desks, do, **values)
    assert answer["error"]["key"] == "failure" and answer["error"]["values"]["message"]


def test_a_summariser_that_failed_is_told_with_the_summary(desks: Desks) -> None:
    assert ask(desks, "summarise", count=2)["view"]["warnings"] == ["A writer failed."]
