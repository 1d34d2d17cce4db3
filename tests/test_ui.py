"""The page without a browser: what streams to it, who may stop it, what it offers."""

import json
import re
import threading
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import pytest

from fakes import FakeEngine, bench, crash_on
from workbench.batch.values import JobState
from workbench.catalogue import get_model
from workbench.checks.registry import CHECKS
from workbench.compare import report
from workbench.pipeline import Options
from workbench.render import VIEW_SCRIPTS
from workbench.segmentation import split
from workbench.selftest import Verdict
from workbench.types import Result
from workbench.ui import offers, samples, translate
from workbench.ui.streaming import Stops, stream
from workbench.ui.words import words

LONG = "".join(f"{n}番目の、とても短い文です。\n" for n in range(400))


# Words of the comparison are found by "compare_", one of these, and what is the case.
PARTS = (
    *("state", "by", "kind", "order", "figure", "finding", "said", "sign", "do", "key"),
    *("filter", "tab", "p", "rank", "ins", "del", "part"),
)


def run(text: str, engine: FakeEngine, stop: threading.Event | None = None) -> list[Any]:
    switch = stop or threading.Event()
    return list(stream(bench(engine), split(text, "ja"), ["en", "ko"], Options(), switch))


def request(**values: Any) -> translate.Request:
    asked = {"text": "寒かった。", "source": "ja", "targets": ["en"], "model": "trilingual-small"}
    return translate.Request(**asked | {"count": "auto", "preset": "auto"} | values)


def edge(engine: FakeEngine, asked: translate.Request) -> dict[str, Any]:
    """Return the last view that the page gets for a request."""
    last = list(translate._run(bench(engine), asked, threading.Event(), lambda run, desk: None))[-1]
    view: dict[str, Any] = json.loads(last["json"])
    return view


def test_the_source_shows_at_once_and_the_last_view_is_the_result() -> None:
    views = run("寒かった。逃げた。", FakeEngine())
    assert [row["cells"][1] for row in views[0][0]["rows"]] == [None, None]
    assert views[-1][0]["complete"] and isinstance(views[-1][1], Result)
    assert len({view["run"] for view, _ in views}) == 1


def test_a_stop_ends_within_a_batch_and_keeps_what_is_done() -> None:
    stop, engine = threading.Event(), FakeEngine()
    engine.behave = lambda texts: (stop.set(), list(texts))[1]
    view, _ = run(LONG, engine, stop)[-1]
    assert len(engine.calls) <= 2
    assert view["status"]["key"] == "stopped" and not view["complete"]
    assert len(view["rows"]) == 400 and view["rows"][0]["cells"][1]


def test_a_stopped_result_holds_the_segments_done_in_every_target() -> None:
    stop, engine = threading.Event(), FakeEngine()
    engine.behave = lambda texts: (len(engine.calls) > 5 and stop.set(), list(texts))[1]
    result = run(LONG, engine, stop)[-1][1]
    assert 0 < len(result.document.segments) < 400
    assert {len(c.translations) for c in result.columns} == {len(result.document.segments)}


def test_a_stop_before_anything_is_done_gives_no_result() -> None:
    stop = threading.Event()
    stop.set()
    view, result = run(LONG, FakeEngine(), stop)[-1]
    assert result is None and view["status"]["key"] == "stopped"


def test_a_reader_who_leaves_stops_the_work() -> None:
    engine = FakeEngine()
    views = stream(bench(engine), split(LONG, "ja"), ["en"], Options(), threading.Event())
    next(views)
    views.close()
    assert len(engine.calls) < 10


def test_a_sentence_that_fails_is_shown_as_failed_and_doubted() -> None:
    view, _ = run("寒かった。逃げた。", FakeEngine(crash_on("逃げた")))[-1]
    assert view["rows"][1]["origins"] == ["", "failed", "failed"]
    assert [f["severity"] for f in view["findings"]][:2] == ["critical", "critical"]


def test_nobody_stops_the_work_of_another() -> None:
    stops = Stops()
    stops.begin("one")
    stops.begin("two")
    stops.switch("two").set()
    assert not stops.switch("one").is_set()


def test_a_stop_of_an_old_run_does_not_stop_the_next() -> None:
    stops = Stops()
    stops.switch("one").set()
    stops.begin("one")
    assert not stops.switch("one").is_set()


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (request(text=" \n"), "no_text"),
        (request(text="あ" * 200_001), "too_long"),
        (request(text="東京都知事選", source=""), "ask_language"),
        (request(targets=[]), "no_target_chosen"),
        (request(targets=["ja"]), "no_target_chosen"),
        (request(targets=["th"]), "failure"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(asked: translate.Request, key: str) -> None:
    assert edge(FakeEngine(), asked)["status"]["key"] == key


def test_a_defect_of_ours_is_named_and_its_message_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def leak(texts: Any) -> list[str]:
        raise RuntimeError(f"secret: {texts}")

    status = edge(FakeEngine(leak), request())["status"]
    assert status["key"] == "unexpected" and status["values"] == {"name": "RuntimeError"}
    assert "RuntimeError" in caplog.text and "寒かった" not in caplog.text


def test_half_a_character_becomes_a_replacement_mark() -> None:
    assert offers.sound("寒\ud83dい😀\0") == "寒\ufffdい😀\0"


def test_targets_leave_with_a_source_and_come_back_with_another() -> None:
    model = "trilingual-small"
    _, korean, dropped = translate._detect("그는 강을 건넜다.", "", model, ["en", "ko"], [])
    assert (korean["value"], dropped) == (["en"], ["ko"])
    hint, japanese, dropped = translate._detect("川を渡った。", "", model, ["en"], dropped)
    assert (japanese["value"], dropped) == (["en", "ko"], [])
    assert hint == {"key": "detected", "values": {"language": "ja"}}


def test_a_source_that_the_model_does_not_have_is_said_before_the_click() -> None:
    hint, targets, _ = translate._detect("x", "th", "trilingual-small", ["en"], [])
    assert hint and hint["key"] == "no_target" and targets["value"] == []


def test_a_model_that_went_while_it_was_chosen_is_said_before_the_click() -> None:
    hint, _, dropped = translate._detect("x", "", "no-such-model", ["en"], ["ko"])
    assert hint and "No model named 'no-such-model'" in hint["values"]["message"]
    assert (hint["key"], dropped) == ("failure", ["ko"])


def test_text_in_chinese_characters_alone_is_asked_about() -> None:
    hint, _, _ = translate._detect("東京都知事選", "", "trilingual-small", ["en"], [])
    assert hint and hint["key"] == "ask_language"


def test_every_model_offered_shows_its_licence() -> None:
    offered = offers.models("en")
    assert [name for _, name in offered][:1] == ["trilingual-small"]
    assert all(get_model(name).licence in label for label, name in offered)


def test_a_model_that_forbids_commercial_use_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = replace(get_model("pseudo"), licence="CC-BY-NC-4.0", commercial=False)
    monkeypatch.setattr(offers, "load_catalogue", lambda: {"pseudo": bound})
    label = "pseudo · CC-BY-NC-4.0 (non-commercial use only)"
    assert offers.models("en") == [(label, "pseudo")]


def test_no_word_is_there_for_nothing() -> None:
    static = files("workbench.ui") / "static"
    scripts = {*VIEW_SCRIPTS, *report.VIEW_SCRIPTS, "batch.js"}
    sources = [(static / name).read_text("utf-8") for name in scripts]
    sources += [path.read_text("utf-8") for path in Path(translate.__file__).parent.glob("*.py")]
    said = set(re.findall(r"""["'](\w+)["']""", "".join(sources)))
    made = ("check_", "preset_", "format_", "origin_", "ledger_", "kind_", "match_", "level_")
    made += ("count_", "decision_", "method_", "bullet_", "filter_", "voice_")
    made += tuple(f"compare_{part}" for part in PARTS)
    made += tuple(f"batch_{state}" for state in (*get_args(JobState), "file_"))
    unsaid = [k for k in words()["en"] if k.removesuffix("_hint") not in said]
    assert [k for k in unsaid if k not in said and not k.startswith(made)] == []


def test_every_check_has_a_name_in_every_language_of_the_page() -> None:
    wanted = {f"check_{name}" for name in CHECKS}
    assert all(wanted <= set(strings) for strings in words().values())


def test_every_sample_is_found_to_be_in_the_language_it_is_named_after() -> None:
    for path in Path(str(files("workbench") / "samples")).glob("*.txt"):
        text, source = samples.take(path.name)
        hint, _, _ = translate._detect(text, source, "trilingual-small", ["en"], [])
        assert hint and hint["values"] == {"language": path.name.split(".")[-2]}


def test_a_text_unlike_the_chosen_language_is_remarked() -> None:
    hint, _, _ = translate._detect("그는 강을 건넜다.", "ja", "trilingual-small", ["en"], [])
    assert hint and (hint["key"], hint["values"]) == ("looks_like", {"language": "ko"})


def test_every_word_is_there_in_three_languages_with_the_same_places() -> None:
    table = words()
    for code in ("ja", "ko"):
        assert table[code].keys() == table["en"].keys()
        for key, text in table["en"].items():
            places = {part.split("}")[0] for part in text.split("{")[1:]}
            assert {p.split("}")[0] for p in table[code][key].split("{")[1:]} == places


def test_words_never_close_the_script_that_holds_them() -> None:
    assert "<" not in json.dumps(words())


def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(get_model("pseudo"), licence="CC-BY-NC-4.0", commercial=False)
    monkeypatch.setattr(offers, "get_model", lambda name: other)


def test_a_licence_that_forbids_the_purpose_is_said_before_the_click(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bound(monkeypatch)
    hint = offers.about("pseudo", "", True)
    assert hint and "forbids commercial use" in hint["values"]["message"]
    assert offers.about("pseudo", "", False) is None


def test_the_purpose_reaches_the_run() -> None:
    assert request(commercial=True).options().purpose == "commercial"
    assert request().options().purpose == "any"


def test_where_a_chat_model_sends_the_text_is_said_before_the_click(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKBENCH_CHAT_URL", "http://127.0.0.1:9/v1")
    for model, summarizer in (("chat", ""), ("trilingual-small", "chat")):
        hint = offers.about(model, summarizer, False)
        assert hint and "http://127.0.0.1:9" in hint["values"]["address"]


def test_the_terms_of_a_chat_endpoint_stand_where_it_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WORKBENCH_CHAT_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("WORKBENCH_CHAT_LICENCE", "commercial: our contract")
    for offered in (offers.models("en"), offers.summarizers("en")):
        assert ("chat · our contract (as stated by the user)", "chat") in offered
    assert (offers.about("chat", "", True) or {})["key"] == "sent_to"


def test_summaries_are_sentences_of_the_text_unless_a_model_is_chosen() -> None:
    assert offers.summarizers("en")[0] == ("Sentences of the text", "")


@pytest.mark.parametrize(
    ("grades", "key", "routes"),
    [((), "", ""), (("ok",), "tried_ok", "ja→en"), (("ok", "weak"), "tried_weak", "ja→ko")],
)
def test_what_the_self_test_said_is_told_where_the_model_is_chosen(
    monkeypatch: pytest.MonkeyPatch, grades: tuple[Any, ...], key: str, routes: str
) -> None:
    found = tuple(Verdict(way, g) for way, g in zip(("ja-en", "ja-ko"), grades, strict=False))
    monkeypatch.setattr(offers, "known_verdicts", lambda model: found)
    hint = offers.about("pseudo", "", False) or {"key": "", "values": {"routes": ""}}
    assert (hint["key"], hint["values"]["routes"]) == (key, routes)
