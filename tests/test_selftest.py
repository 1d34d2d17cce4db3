"""Models are tried before they are trusted: broken ones stop with evidence, weak ones warn."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import checkpoints
from fakes import FakeEngine
from workbench import modeltable, selftest
from workbench.catalogue import get_model
from workbench.engines import load_engine
from workbench.errors import ModelError
from workbench.selftest import ensure_fit, known_verdicts, run_selftest, sentences, verdict
from workbench.types import Decoding, Hypothesis

BUILT_IN = get_model("trilingual-small")
SEARCH = Decoding()


class AnsweringEngine(FakeEngine):
    """Answer each sentence of the test by a function of it and its place; remember the calls."""

    def __init__(self, answer: Callable[[selftest.Sentence, int, str], str]) -> None:
        super().__init__()
        self.answer = answer

    @property
    def settings(self) -> dict[str, str]:
        return {"engine": "ct2 0", "precision": "float32"}

    def translate(self, texts, source, target, decoding):
        super().translate(texts, source, target, decoding)
        places = {row.texts[source]: i for i, row in enumerate(sentences())}
        rows = sentences()
        return [Hypothesis(self.answer(rows[places[t]], places[t], target)) for t in texts]


RIGHT = AnsweringEngine(lambda row, place, target: row.texts.get(target, row.texts["en"]))
WRONG = {
    "the source again": lambda row, place, target: row.texts["ja"],
    "another language": lambda row, place, target: row.texts["ko"],
    "nothing": lambda row, place, target: "",
    "signs": lambda row, place, target: "…。",
    "loops": lambda row, place, target: row.texts["en"][:9] * 9,
    "one sentence for all": lambda row, place, target: "And it came to pass in those days.",
    "the sentence before": lambda row, place, target: sentences()[place - 1].texts["en"],
    "the shortest word": lambda row, place, target: chr(97 + place),
}


@pytest.fixture(autouse=True)
def own_verdicts(home: Path) -> None:
    """Let every test begin without what others found out."""
    (home / "data" / "selftests").unlink()
    (home / "data").rmdir()


@pytest.mark.parametrize("direction", ["ja-en", "ja-ko", "en-ja", "en-ko", "ko-ja", "ko-en"])
def test_a_right_translation_is_ok_in_every_direction(direction: str) -> None:
    found = run_selftest(RIGHT, BUILT_IN, *direction.split("-"), SEARCH)
    assert (found.grade, found.evidence) == ("ok", ())


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_translation_is_broken(kind: str) -> None:
    found = run_selftest(AnsweringEngine(WRONG[kind]), BUILT_IN, "ja", "en", SEARCH)
    assert found.grade == "broken"


def test_changed_numbers_and_names_make_a_model_weak() -> None:
    change = str.maketrans("1234", "2345")
    engine = AnsweringEngine(lambda row, place, target: row.texts["en"].translate(change))
    found = run_selftest(engine, BUILT_IN, "ja", "en", SEARCH)
    assert found.grade == "weak"
    assert found.scores["numbers"][0] < found.scores["numbers"][1] / 2


@pytest.mark.parametrize(("source", "target"), BUILT_IN.pairs)
def test_the_model_that_comes_with_the_code_is_at_worst_weak(source: str, target: str) -> None:
    found = run_selftest(load_engine(BUILT_IN), BUILT_IN, source, target, BUILT_IN.decoding)
    assert found.grade in ("ok", "weak")
    assert found.seconds < 30


def test_a_model_told_the_wrong_target_is_broken() -> None:
    swapped = replace(BUILT_IN, tags={"en": ">>kor<<", "ko": ">>eng<<", "ja": ">>jpn<<"})
    found = run_selftest(load_engine(swapped), swapped, "ja", "en", swapped.decoding)
    assert found.grade == "broken"


@pytest.mark.parametrize("family", ["marian", "nllb", "mbart50", "m2m100", "t5"])
def test_untrained_weights_are_broken(family: str, tmp_path: Path) -> None:
    folder = getattr(checkpoints, family)(tmp_path, **({"steps": 0} if family == "nllb" else {}))
    model = checkpoints.model_of(folder, family)
    search = Decoding(beam=1, max_length=40)
    found = run_selftest(load_engine(model), model, "ja", "en", search)
    assert found.grade == "broken", found.scores


def test_a_broken_model_is_stopped_with_the_evidence_and_a_way_on() -> None:
    engine = AnsweringEngine(WRONG["the source again"])
    with pytest.raises(ModelError) as caught:
        ensure_fit(engine, BUILT_IN, ("ja", "en"), SEARCH)
    message = str(caught.value)
    for part in ("trilingual-small", "Japanese into English", "雨がやんだ。", "source again"):
        assert part in message
    assert "--no-self-test" in message
    assert "opus-mt-ja-en" in message


def test_a_weak_model_warns_in_one_line() -> None:
    (warning,) = ensure_fit(load_engine(BUILT_IN), BUILT_IN, ("ja", "ko"), BUILT_IN.decoding)
    assert "weak from Japanese into Korean" in warning
    assert "\n" not in warning


def test_every_leg_of_a_route_is_tried() -> None:
    assert ensure_fit(RIGHT, BUILT_IN, ("ja", "en", "ko"), SEARCH) == ()
    assert {each.direction for each in known_verdicts(BUILT_IN)} == {"ja-en", "en-ko"}


def test_a_verdict_is_measured_once_for_the_same_weights_and_search() -> None:
    engine = AnsweringEngine(RIGHT.answer)
    first = verdict(engine, BUILT_IN, "ja", "en", SEARCH)
    assert verdict(engine, BUILT_IN, "ja", "en", replace(SEARCH, n_best=3)) == first
    assert len(engine.calls) == 1
    verdict(engine, BUILT_IN, "ja", "en", replace(SEARCH, beam=2))
    assert len(engine.calls) == 2


def test_changed_sentences_are_measured_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = AnsweringEngine(RIGHT.answer)
    verdict(engine, BUILT_IN, "ja", "en", SEARCH)
    monkeypatch.setattr(selftest, "_VERSION", 0)
    verdict(engine, BUILT_IN, "ja", "en", SEARCH)
    assert len(engine.calls) == 2


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"a": 1}', '{"a": {"grade": "ok"}}', "\0"])
def test_a_damaged_file_is_measured_anew(damage: str) -> None:
    engine = AnsweringEngine(RIGHT.answer)
    first = verdict(engine, BUILT_IN, "ja", "en", SEARCH)
    selftest._place(BUILT_IN.path).write_text(damage)
    assert verdict(engine, BUILT_IN, "ja", "en", SEARCH).grade == first.grade
    assert len(engine.calls) == 2
    assert len(json.loads(selftest._place(BUILT_IN.path).read_text())) == 1


def test_a_place_that_cannot_be_written_stops_nothing(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "selftests").write_text("a file, not a folder")
    assert verdict(RIGHT, BUILT_IN, "ja", "en", SEARCH).grade == "ok"


def test_engines_without_weights_and_other_sources_are_not_tried() -> None:
    assert verdict(FakeEngine(), BUILT_IN, "ja", "en", SEARCH).grade == "not tested"
    assert verdict(RIGHT, BUILT_IN, "de", "en", SEARCH).grade == "not tested"
    assert ensure_fit(load_engine(get_model("pseudo")), BUILT_IN, ("ja", "en"), SEARCH) == ()


def in_french(row: selftest.Sentence, place: int, target: str) -> str:
    figures = " ".join(word for word in row.texts["en"].split() if any(map(str.isdigit, word)))
    return f"La maison de la rue {place} est dans la ville {figures}."


def test_another_target_is_judged_by_language_loops_numbers_and_length() -> None:
    found = run_selftest(AnsweringEngine(in_french), BUILT_IN, "ja", "fr", SEARCH)
    assert found.scores == {"sound": (24, 24), "numbers": (8, 8)}
    assert found.meaning is None


def test_english_for_french_is_broken() -> None:
    assert run_selftest(RIGHT, BUILT_IN, "ja", "fr", SEARCH).grade == "broken"


def test_a_target_in_another_script_than_its_own_is_broken() -> None:
    assert run_selftest(RIGHT, BUILT_IN, "ja", "ru", SEARCH).grade == "broken"


def test_the_table_of_models_has_the_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    verdict(RIGHT, BUILT_IN, "ja", "ko", SEARCH)
    modeltable.show_models(as_json=True)
    rows = {row["name"]: row["self_test"] for row in json.loads(capsys.readouterr().out)}
    assert [(each["direction"], each["grade"]) for each in rows["trilingual-small"]] == [
        ("ja-ko", "ok")
    ]
    assert rows["pseudo"] == []


def test_the_table_says_what_was_not_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    modeltable.show_models(as_json=False)
    row = next(x for x in capsys.readouterr().out.splitlines() if "trilingual-small" in x)
    assert "not run" in row


def test_the_sentences_are_what_the_message_says() -> None:
    rows = sentences()
    assert len(rows) == 24
    for code in ("ja", "en", "ko"):
        assert len({row.texts[code] for row in rows}) == 24
    judged = {name for row in rows for name in row.judges}
    assert judged >= {"numbers", "names", "quotations", "negation", "question", "short", "long"}
