"""The Compare tab without a browser: what streams to it, what a reader does to what came."""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from comparisons import SYSTEMS, whole
from workbench.compare import ready
from workbench.compare.ready import read_output
from workbench.compare.running import Workers
from workbench.compare.values import Output
from workbench.memory import Memory
from workbench.ui import compare as tab
from workbench.ui.compare_desk import ACTIONS, CompareDesk
from workbench.ui.compare_run import Request, compare
from workbench.ui.desks import Desks

TEXT = "兵士は二十五歳だった。\n2017年は寒かった。\n彼は橋を渡った。"
GIVEN = "The soldier was twenty-five.\nIt was cold in 2017.\nHe crossed the bridge."
OTHER = "The soldier was 25.\nIt was very cold in 2018.\nHe crossed a bridge."
NAMES = (*SYSTEMS, "madlad")
View = dict[str, Any]


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as pool:
        yield pool


class Reader:
    """One reader of the page: asks for a comparison, keeps the views and the desk."""

    def __init__(self, workers: Workers, memory: Memory) -> None:
        self.workers, self.memory = workers, memory
        self.stop = threading.Event()
        self.desks: dict[str, CompareDesk] = {}

    def stream(self, *systems: str, text: str = TEXT, **more: Any) -> Iterator[View]:
        given: Mapping[str, Path | str] = more.get("given", {})
        asked = Request(text, "ja", "en", (*systems, *given), **more)
        for packed in compare(self.workers, self.memory, asked, self.stop, self.desks.__setitem__):
            yield json.loads(packed["json"])

    def compare(self, *systems: str, **more: Any) -> View:
        *_, last = self.stream(*systems, **more)
        return last


@pytest.fixture
def reader(workers: Workers) -> Reader:
    return Reader(workers, Memory())


def by_name(view: View) -> dict[str, View]:
    return {system["name"]: system for system in view["systems"]}


def column(view: View, system: int) -> list[str | None]:
    return [row["cells"][system] for row in view["rows"]]


def test_the_source_shows_at_once_and_columns_fill_one_after_another(reader: Reader) -> None:
    views = list(reader.stream("pseudo", "pseudo@beam=1"))
    assert column(views[0], 0) == column(views[0], 1) == [None] * 3
    assert all(column(views[-1], 0)) and all(column(views[-1], 1))
    assert [view["complete"] for view in views].count(True) == 1
    assert {view["run"] for view in views} == set(reader.desks)


def test_an_unknown_name_fails_alone_and_says_why(reader: Reader) -> None:
    systems = by_name(reader.compare("nllv-600m", "pseudo"))
    assert systems["nllv-600m"]["state"] == "failed" and systems["pseudo"]["state"] == "done"
    assert "nllb-600m" in systems["nllv-600m"]["reason"]


def test_a_damaged_folder_fails_alone_and_says_why(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", "utf-8")
    systems = by_name(reader.compare(str(tmp_path), "pseudo"))
    assert systems[str(tmp_path)]["state"] == "failed" and systems["pseudo"]["done"] == 3
    assert "config.json" in systems[str(tmp_path)]["reason"]


def test_commercial_use_stops_a_model_that_forbids_it_and_no_other(reader: Reader) -> None:
    systems = by_name(reader.compare("nllb-600m", "pseudo", commercial=True))
    assert "CC-BY-NC" in systems["nllb-600m"]["reason"]
    assert systems["pseudo"]["state"] == "done"


def test_a_reference_gives_scores_with_signature_and_chance(reader: Reader) -> None:
    given = {"mine": GIVEN, "theirs": OTHER}
    systems = by_name(reader.compare(given=given, references={"reference": GIVEN}))
    assert systems["mine"]["scores"]["bleu"]["value"] == pytest.approx(100)
    assert "version:" in systems["theirs"]["scores"]["chrf"]["signature"]
    assert 0 < systems["theirs"]["scores"]["chrf"]["p_randomisation"] <= 1


def test_a_reference_that_cannot_be_read_is_said_before_anything_runs(
    reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "other.tmx").write_text("<tmx/>", "utf-8")
    views = list(reader.stream("pseudo", references={"other": tmp_path / "other.tmx"}))
    assert len(views) == 1 and views[0]["status"]["level"] == "error" and not reader.desks


def test_a_given_file_that_cannot_be_read_fails_alone(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "old.tsv").write_text("fr\tde\n", "utf-8")
    view = reader.compare("pseudo", given={"old": tmp_path / "old.tsv"})
    assert "no column ja and en" in by_name(view)["old"]["reason"]
    assert view["complete"] and by_name(view)["pseudo"]["state"] == "done"


def test_a_stop_keeps_the_systems_that_are_done(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_and_stop(*place: Any) -> Output:
        reader.stop.set()
        return read_output(*place)

    monkeypatch.setattr(ready, "read_output", read_and_stop)
    view = reader.compare(given={"mine": GIVEN, "theirs": OTHER}, references={"r": GIVEN})
    states = {name: system["state"] for name, system in by_name(view).items()}
    assert states == {"mine": "done", "theirs": "failed"} and all(column(view, 0))
    assert view["status"]["key"] == "compare_stopped" and view["desk"]


def test_a_stop_before_anything_is_done_leaves_the_source_and_the_reasons(reader: Reader) -> None:
    reader.stop.set()
    view = reader.compare("pseudo", "memory")
    assert [system["reason"] for system in view["systems"]] == ["stopped before it began."] * 2
    assert len(view["rows"]) == 3 and view["complete"]


def test_a_round_trip_is_tried_where_there_is_a_way_back(reader: Reader) -> None:
    systems = by_name(reader.compare("pseudo", given={"mine": GIVEN}, round_trip=True))
    assert systems["pseudo"]["profile"]["round_trip"] is not None
    assert systems["mine"]["profile"]["round_trip"] is None


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"text": " \n"}, "no_text"),
        ({"text": "あ" * 200_001}, "too_long"),
        ({"text": "東京都知事選", "source": ""}, "ask_language"),
        ({"text": "It was cold.", "source": ""}, "compare_same_language"),
        ({"systems": ()}, "compare_no_system"),
    ],
)
def test_what_has_to_be_settled_is_asked_before_a_run(
    reader: Reader, values: dict[str, Any], key: str
) -> None:
    asked = {"text": TEXT, "source": "ja", "target": "en", "systems": ("pseudo",)} | values
    [packed] = compare(reader.workers, reader.memory, Request(**asked), reader.stop, print)
    assert json.loads(packed["json"])["status"]["key"] == key


@pytest.fixture
def desks(tmp_path: Path) -> Desks[CompareDesk]:
    return held(Memory(tmp_path / "memory.sqlite"))


def held(memory: Memory, run: str = "r1") -> Desks[CompareDesk]:
    """Return the desks of a server that has one comparison on them."""
    desks = Desks(ACTIONS)
    desks.put("session", run, CompareDesk(whole(), {"run": run}, memory))
    return desks


def ask(desks: Desks[CompareDesk], do: str, **values: Any) -> View:
    wish = {"run": "r1", "do": do, "segment": "s2", "system": 0}
    answer: View = json.loads(desks.act(json.dumps(wish | values)))
    return answer


def rows(answer: View) -> dict[str, View]:
    return {row["id"]: row for row in answer["view"]["rows"]}


def test_a_vote_says_that_one_is_better_than_every_other(desks: Desks[CompareDesk]) -> None:
    voted = rows(ask(desks, "vote", system=1))["s2"]
    assert voted["votes"] == [{"system": 1, "other": 0, "outcome": "better"}]


def test_what_was_chosen_is_there_for_a_new_server(
    desks: Desks[CompareDesk], tmp_path: Path
) -> None:
    ask(desks, "vote", system=1)
    before = ask(desks, "edit", text="It was freezing in 2017.")
    after = ask(held(Memory(tmp_path / "memory.sqlite")), "show")
    assert after["view"]["rows"] == before["view"]["rows"]
    assert rows(after)["s2"]["votes"] and rows(after)["s2"]["edited"][0]


def test_a_pick_and_an_edit_are_undone_one_by_one(desks: Desks[CompareDesk]) -> None:
    ask(desks, "pick", system=1)
    edited = rows(ask(desks, "edit", text="Mine."))["s2"]
    assert (edited["pick"], edited["cells"][0]) == (0, "Mine.")
    steps = [rows(ask(desks, "undo"))["s2"] for _ in range(3)]
    assert [(row["pick"], row["cells"][0]) for row in steps] == [
        (1, "It was cold in 2017."),
        *[(None, "It was cold in 2017.")] * 2,
    ]


def test_what_was_undone_is_not_kept_either(desks: Desks[CompareDesk], tmp_path: Path) -> None:
    ask(desks, "vote")
    ask(desks, "undo")
    assert rows(ask(held(Memory(tmp_path / "memory.sqlite")), "show"))["s2"]["votes"] == []


def secrets_in(answer: View) -> list[str]:
    """Return what of the systems' names, signatures and licences an answer holds."""
    said = json.dumps(answer, ensure_ascii=False)
    telling = [*NAMES, "output:", "MIT", "workbench:", "trilingual", "Cost"]
    return [word for word in telling if word in said]


def test_a_blind_test_sends_nothing_that_names_a_system(desks: Desks[CompareDesk]) -> None:
    assert len(secrets_in(ask(desks, "edit", text="Mine."))) > 3
    for _ in range(8):
        blind = ask(desks, "blind", on=True)
        assert secrets_in(blind) == [] and "Mine." not in json.dumps(blind)
    assert [system["name"] for system in blind["view"]["systems"]] == ["A", "B"]


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("vote", {"segment": "s3", "system": 0}),
        ("vote", {"segment": "s3", "system": 1}),
        ("compare", {"system": 1, "other": 1, "outcome": "better"}),
        ("compare", {"segment": "s3", "system": 1, "other": 0, "outcome": "better"}),
        ("pick", {}),
        ("edit", {"text": "Mine."}),
        ("assemble", {}),
        ("keep", {}),
        ("export", {"format": "json"}),
    ],
)
def test_a_blind_test_names_nobody_in_its_answers_either(
    desks: Desks[CompareDesk], do: str, values: dict[str, Any]
) -> None:
    ask(desks, "pick", system=1)
    ask(desks, "blind", on=True)
    assert secrets_in(ask(desks, do, **values)) == []


def test_the_votes_of_a_blind_test_are_taken_away_after_it(desks: Desks[CompareDesk]) -> None:
    assert ask(desks, "blind", on=True)["view"]["formats"] == []
    ask(desks, "vote", system=1)
    assert "error" in ask(desks, "export", format="votes")
    ask(desks, "blind", on=False)
    file = ask(desks, "export", format="votes")
    assert file["name"] == "votes.csv" and "better,True" in file["text"]


def test_blind_votes_count_for_those_that_were_hidden(desks: Desks[CompareDesk]) -> None:
    shown = rows(ask(desks, "blind", on=True))["s2"]["cells"]
    ask(desks, "vote", system=shown.index("It was cold in 2017."))
    view = ask(desks, "blind", on=False)["view"]
    best = max(view["ranking"], key=lambda rank: rank["rating"])
    assert view["systems"][best["system"]]["name"] == "opus@beam=6"
    assert best["wins"] == 1 and best["low"] <= best["rating"] <= best["high"]


def test_the_best_of_goes_into_a_file_with_the_origin_of_each_row(
    desks: Desks[CompareDesk],
) -> None:
    ask(desks, "pick", segment="s3", system=1)
    ask(desks, "edit", text="It was freezing in 2017.")
    file = ask(desks, "export", format="tmx")
    assert file["name"] == "best-of.tmx" and "We fled." in file["text"]
    origins = re.findall(r'x-origin">(\w+)<.*?<seg>(.*?)</seg>', file["text"])
    assert origins == [("human", "It was freezing in 2017."), ("mt", "We fled.")]


@pytest.mark.parametrize("form", ["html", "json", "csv", "tmx", "txt", "tsv", "md"])
def test_every_format_that_is_offered_can_be_had(desks: Desks[CompareDesk], form: str) -> None:
    assert form in ask(desks, "pick")["view"]["formats"]
    assert "cold in 2017" in ask(desks, "export", format=form)["text"]


def test_keeping_says_how_much_is_new(desks: Desks[CompareDesk]) -> None:
    ask(desks, "assemble")
    said = [ask(desks, "keep")["said"]["values"]["count"] for _ in range(2)]
    assert said == [2, 0]


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("vote", {"system": 2}),
        ("vote", {"system": True}),
        ("vote", {"segment": "s1"}),
        ("vote", {"segment": "s3", "system": 0}),
        ("compare", {"system": 0, "other": 0, "outcome": "better"}),
        ("compare", {"system": 0, "other": 1, "outcome": "best"}),
        ("pick", {"segment": "s3", "system": 0}),
        ("pick", {"system": -1}),
        ("edit", {"text": "x" * 20_001}),
        ("export", {"format": "exe"}),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    desks: Desks[CompareDesk], do: str, values: dict[str, Any]
) -> None:
    before = ask(desks, "show")
    assert ask(desks, do, **values)["error"]["key"] == "failure"
    assert ask(desks, "show") == before


def test_two_readers_do_not_see_each_others_comparison(desks: Desks[CompareDesk]) -> None:
    desks.put("another", "r2", CompareDesk(whole(), {"run": "r2"}, Memory()))
    ask(desks, "vote", run="r2")
    assert rows(ask(desks, "show"))["s2"]["votes"] == []
    desks.drop("another")
    assert ask(desks, "show", run="r2") == {"stale": True} and "view" in ask(desks, "show")


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (["pseudo"], ["pseudo"]),
        ([" pseudo@beam=2 "], ["pseudo@beam=2"]),
        (["pseudo@beam=2,pivot=en, pseudo"], ["pseudo@beam=2,pivot=en", "pseudo"]),
        (["mine", "memory"], ["mine", "memory"]),
    ],
)
def test_what_was_typed_is_read_as_on_the_command_line(chosen: list[str], names: list[str]) -> None:
    assert tab._names(chosen, {"mine": GIVEN}) == names


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("", "pasted"),
        ("my, own@x=1", "my-own-x-1"),
        ("mine", "mine-2"),
        ("memory", "memory-2"),
        ("pseudo", "pseudo-2"),
    ],
)
def test_a_given_translation_has_a_name_that_no_system_has(wanted: str, name: str) -> None:
    assert tab._free(wanted, {"mine": GIVEN}) == name


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("彼は橋を渡った。", "", "en"),
        ("He crossed the bridge before the others saw him.", "", "ko"),
        ("橋", "en", "ko"),
        ("", "", "en"),
    ],
)
def test_no_text_is_translated_into_its_own_language(text: str, source: str, target: str) -> None:
    assert tab._another(text, source, "en") == target


@pytest.mark.parametrize(
    ("systems", "said"),
    [
        (["pseudo", "memory", "mine"], None),
        (["nllb-600m"], "CC-BY-NC"),
        (["pseudo@beam=99"], "beam=99"),
        (["nobody"], "No model named 'nobody'"),
    ],
)
def test_what_cannot_run_is_said_before_the_start(systems: list[str], said: str | None) -> None:
    told = tab._about(TEXT, "", "en", systems, True, {"mine": GIVEN})
    assert (told is None) if said is None else (told and said in told["values"]["message"])


def test_a_reference_over_the_limit_is_refused() -> None:
    given, told = tab._paste_reference("x" * 200_001)
    assert given == {} and told and told["key"] == "too_long"
