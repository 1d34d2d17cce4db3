"""Systems run one after another on one text, and none takes another with it."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import chat_server
import checkpoints
import comparisons
from workbench.catalogue import Model
from workbench.compare import hypotheses, rows
from workbench.compare.running import (
    Done,
    Event,
    Failed,
    Made,
    Started,
    Translated,
    Workers,
    reverse,
    run,
    split_names,
)
from workbench.compare.values import Output
from workbench.errors import EngineError, InputError, UsageError
from workbench.evaluation.systems import Failure
from workbench.pipeline import Options, Workbench
from workbench.segmentation import split

CASES = json.loads((Path(__file__).parent / "cases" / "comparing.json").read_text("utf-8"))
DOCUMENT = split("# 会議\n\n記者: 寒かったか。\n- 彼は国境へ向かった。会議は十時に始まる。", "ja")
UNTRIED = Options(self_test=False)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as pool:
        yield pool


def outputs(events: Sequence[Event]) -> dict[str, Output]:
    return {event.output.name: event.output for event in events if isinstance(event, Done)}


def failures(events: Sequence[Event]) -> dict[str, Failure]:
    return {event.failure.name: event.failure for event in events if isinstance(event, Failed)}


def given(name: str) -> dict[str, Made]:
    """Return what makes a ready-made output."""
    made = comparisons.output(name, DOCUMENT, [s.text for s in DOCUMENT.segments])
    return {name: lambda: made}


@pytest.mark.parametrize("case", CASES["names"], ids=lambda case: case["label"])
def test_names_are_told_apart_at_commas(case: dict[str, Any]) -> None:
    assert split_names(case["input"]) == case["expected"]


def test_a_file_that_is_there_is_no_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text("x", encoding="utf-8")
    assert split_names("a@beam=6,old=old.txt") == ["a@beam=6", "old=old.txt"]


def test_a_system_says_when_it_begins_what_it_makes_and_what_came_of_it(workers: Workers) -> None:
    events = list(run(DOCUMENT, "en", ["pseudo"], workers))
    parts = [event for event in events if isinstance(event, Translated)]
    assert isinstance(events[0], Started) and isinstance(events[-1], Done)
    result = outputs(events)["pseudo"].result
    assert sum((part.translations for part in parts), ()) == result.columns[0].translations
    assert len(parts) > 1 and not result.summary.bullets


def test_an_output_is_that_of_the_pipeline_and_has_its_cost(workers: Workers) -> None:
    made = outputs(list(run(DOCUMENT, "en", ["trilingual-small@beam=1"], workers)))
    [output] = made.values()
    here = Workbench().process(DOCUMENT, ["en"], replace(_asked(output), summary=0))
    assert output.result.columns == here.columns and output.result.findings == here.findings
    assert output.cost is not None and output.cost.peak_mb > 30 and output.cost.seconds > 0
    assert any("weak" in note for note in output.notes)


def _asked(output: Output) -> Options:
    asked = dict(output.result.manifest["asked"])
    model = checkpoints.Decoding(**asked.pop("decoding"))
    return Options(**asked | {"decoding": model})


def test_the_order_of_systems_changes_nothing_that_they_make(workers: Workers) -> None:
    names = ["pseudo", "trilingual-small@beam=2", "trilingual-small@beam=2,pivot=en", "given"]
    one = outputs(list(run(DOCUMENT, "ko", names, workers, ready=given("given"))))
    other = outputs(list(run(DOCUMENT, "ko", names[::-1], workers, ready=given("given"))))
    assert (list(one), list(other)) == (names, names[::-1])
    assert {name: hypotheses(one[name]) for name in names} == {
        name: hypotheses(other[name]) for name in names
    }
    assert len({hypotheses(output) for output in one.values()}) == 4


def test_what_fails_fails_alone(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")

    def unread() -> Output:
        raise InputError("lost: bad.txt: no such file.")

    names = ["nonesuch", str(tmp_path), "opus-mt-ja-en", "pseudo@beam=0", "lost", "pseudo"]
    events = list(run(DOCUMENT, "en", names, workers, ready={"lost": unread}))
    found = failures(events)
    assert list(outputs(events)) == ["pseudo"] and list(found) == names[:-1]
    assert [failure.exit_code for failure in found.values()] == [2, 4, 4, 2, 4]
    assert found["lost"].reason == "bad.txt: no such file."
    assert [event.name for event in events if isinstance(event, Started)] == names


def test_a_broken_model_is_stopped_with_its_evidence_unless_it_is_wanted(
    workers: Workers, tmp_path: Path
) -> None:
    name = f"{checkpoints.marian(tmp_path / 'raw')}@max_length=40"
    reason = failures(list(run(DOCUMENT, "en", [name], workers)))[name].reason
    assert "0 came back sound" in reason and "--no-self-test" in reason
    assert name in outputs(list(run(DOCUMENT, "en", [name], workers, base=UNTRIED)))


def test_a_model_of_a_forbidding_licence_is_stopped(workers: Workers) -> None:
    base = Options(purpose="commercial")
    found = failures(list(run(DOCUMENT, "ko", ["nllb-600m", "pseudo"], workers, base=base)))
    assert list(found) == ["nllb-600m"] and "CC-BY-NC" in found["nllb-600m"].reason


def test_a_chat_endpoint_is_a_system_like_others(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chat_server.running() as chat:
        monkeypatch.setenv("WORKBENCH_CHAT_URL", chat.url)
        events = list(run(DOCUMENT, "en", ["chat:tiny-chat"], workers))
    assert list(outputs(events)) == ["chat:tiny-chat"] and chat.questions


def test_a_stop_is_heard_and_what_is_done_stays_done(workers: Workers) -> None:
    stop = threading.Event()
    long = split("彼は国境へ向かった。" * 20_000, "ja")
    events = []
    names = ["given", "pseudo", "later"]
    for event in run(long, "en", names, workers, ready=_long(long), stop=stop):
        events.append(event)
        if isinstance(event, Translated) and event.name == "pseudo":
            stop.set()
    assert list(outputs(events)) == ["given"]
    found = failures(events)
    assert found["pseudo"].reason.startswith("stopped after ") and found["pseudo"].exit_code == 130
    assert found["later"].reason == "stopped before it began."


def _long(document: Any) -> dict[str, Made]:
    short = replace(document, segments=document.segments[:3])
    return {"given": lambda: comparisons.output("given", short, ["a", "b", "c"])}


def test_names_must_differ_and_there_must_be_one(workers: Workers) -> None:
    with pytest.raises(UsageError, match="Two systems are named 'pseudo'"):
        run(DOCUMENT, "en", ["pseudo", "pseudo"], workers)
    with pytest.raises(UsageError, match="Nothing to compare"):
        run(DOCUMENT, "en", [], workers)
    with pytest.raises(UsageError, match="No language named 'xx'"):
        run(DOCUMENT, "xx", ["pseudo"], workers)


def test_a_system_over_the_cap_fails_with_figures_and_the_next_one_runs() -> None:
    with Workers(5_000_000) as pool:
        events = list(run(DOCUMENT, "en", ["pseudo", "given"], pool, ready=given("given")))
    assert "MB, and all systems together may hold 5 MB" in failures(events)["pseudo"].reason
    assert list(outputs(events)) == ["given"]


def test_hypotheses_go_back_where_the_model_has_a_way(workers: Workers, trained: Model) -> None:
    name = str(trained.path)
    base = Options(self_test=False, pivot="")
    source = split("It was cold.\nThe train is late.", "en")
    output = outputs(list(run(source, "ko", [name], workers, base=base)))[name]
    assert hypotheses(output) == ("추웠다.", "기차가 늦고 있다.")
    back = reverse(output, workers, base=base)
    assert back == tuple(segment.text for segment in rows(source))


def test_there_is_no_way_back_without_a_model_or_a_pair(workers: Workers) -> None:
    one_way = outputs(list(run(DOCUMENT, "en", ["trilingual-small@beam=1"], workers)))
    ready = outputs(list(run(DOCUMENT, "en", ["given"], workers, ready=given("given"))))
    assert [reverse(o, workers) for o in (one_way | ready).values()] == [None, None]


def test_a_way_back_that_fails_is_no_way(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    output = outputs(list(run(DOCUMENT, "en", ["pseudo"], workers)))["pseudo"]

    def serve(*arguments: object) -> Iterator[Any]:
        raise EngineError("out of memory")
        yield

    assert reverse(output, workers) is not None
    monkeypatch.setattr(Workers, "serve", serve)
    assert reverse(output, workers) is None and "out of memory" in caplog.text


def test_a_defect_of_ours_costs_one_system(workers: Workers) -> None:
    def broken() -> Output:
        raise ZeroDivisionError("a text that nobody may see")

    ready = {"broken": broken, **given("mine")}
    events = list(run(DOCUMENT, "en", ["broken", "mine"], workers, ready=ready))
    assert list(outputs(events)) == ["mine"]
    assert failures(events)["broken"].reason == "a defect of the program: ZeroDivisionError."
