"""`workbench compare` from what the user asked for to tables, files and exit codes."""

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import checkpoints
from workbench.compare import comet
from workbench.comparing import CompareCommand, run
from workbench.errors import EngineError, InputError, UsageError
from workbench.pipeline import Options

EN, JA = ([triple[i] for triple in checkpoints.TRIPLES] for i in (1, 0))
FILES = {
    "src.ja": JA,
    "ref.en": EN,
    "good.en": EN,
    "near.en": [line.replace("the", "a") for line in EN],
    "bad.en": [line.upper() for line in EN],
    "prose.ja": ["".join(JA[:3]), "", "".join(JA[3:6])],
    "none.en": [],
}
OUTPUTS = ("good=good.en", "near=near.en", "bad=bad.en")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, lines in FILES.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*systems: str, **changes: Any) -> CompareCommand:
    given: dict[str, Any] = {"file": "src.ja", "systems": systems, "target": "en", "source": "ja"}
    return CompareCommand(**given | {"resamples": 20, "quiet": True} | changes)


def report(path: str = "r.json") -> dict[str, Any]:
    return json.loads(Path(path).read_text("utf-8"))


def test_systems_stand_in_the_order_asked_for_and_are_judged_without_a_reference() -> None:
    assert run(command("pseudo", *OUTPUTS, reports=("r.json", "r.html", "r.csv"))) == 0
    value = report()
    assert [s["name"] for s in value["systems"]] == ["pseudo", "good", "near", "bad"]
    assert [s["kind"] for s in value["systems"]] == ["model", *["output"] * 3]
    assert value["judged"] is None and len(value["judgement"]["consensus"]) == len(JA)
    assert value["systems"][0]["cost"]["peak_mb"] > 10
    assert "<html" in Path("r.html").read_text("utf-8")
    assert len(list(csv.reader(Path("r.csv").read_text("utf-8").splitlines()))) == len(JA) + 1


def test_permuted_systems_have_the_same_figures() -> None:
    asked = {"outputs": ("pseudo@1=bad.en",), "references": ("ref.en",), "reports": ("r.json",)}
    assert run(command("pseudo@beam=1", *OUTPUTS, **asked)) == 0
    one = _figures(report())
    assert run(command(*OUTPUTS[::-1], "pseudo@beam=1", **asked)) == 0
    assert _figures(report()) == one and len(one) == 5


def _figures(value: dict[str, Any]) -> dict[str, Any]:
    scores = value["judged"]["scores"]
    profiles = zip(value["systems"], value["judgement"]["profiles"], strict=True)
    return {s["name"]: (p, scores[s["name"]]["chrf"]["value"]) for s, p in profiles}


def test_a_reference_brings_scores_and_tests(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"references": ("ref.en",), "baseline": "bad", "reports": ("r.json",)}
    assert run(command(*OUTPUTS, **asked)) == 0
    scores = report()["judged"]["scores"]
    assert scores["good"]["bleu"]["value"] == pytest.approx(100)
    assert scores["good"]["bleu"]["p_bootstrap"] < 0.05
    shown = capsys.readouterr().out
    assert "100.0 ▲" in shown and "tok:13a" in shown and "picks" in shown


def test_what_fails_leaves_the_others_and_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("nonesuch", "opus-mt-ja-en", "lost=lost.en", "empty=none.en", "memory", *OUTPUTS)
    assert run(command(*names, reports=("r.json",))) == 3
    failed = [failure["name"] for failure in report()["failures"]]
    assert failed == ["nonesuch", "opus-mt-ja-en", "lost", "empty", "memory"]
    said = capsys.readouterr().err
    assert "workbench models pull opus-mt-ja-en" in said and "lost.en" in said


def test_when_no_system_is_left_the_code_is_the_first_failure_and_nothing_is_written(
    here: Path,
) -> None:
    assert run(command("opus-mt-ja-en", "nonesuch", reports=("r.json",))) == 4
    assert run(command("nonesuch", "opus-mt-ja-en", reports=("r.json",))) == 2
    assert not (here / "r.json").exists()


def test_running_text_is_cut_into_sentences_unless_lines_are_wanted() -> None:
    counts = []
    for lines in (None, True):
        asked = {"file": "prose.ja", "lines": lines, "reports": ("r.json",)}
        assert run(command("pseudo", **asked)) == 0
        counts.append(len(report()["judgement"]["consensus"]))
    assert counts == [6, 2]


def test_the_best_of_has_the_words_that_most_agree_with() -> None:
    assert run(command(*OUTPUTS, best="out/best.txt")) == 0
    best = Path("out/best.txt").read_text("utf-8").splitlines()
    assert len(best) == len(JA) and set(best) <= {*EN, *FILES["near.en"]}
    assert run(command(*OUTPUTS, best="best.tmx", pick="mine")) == 0
    assert Path("best.tmx").read_text("utf-8").count("<tu ") == len(JA)


def test_a_round_trip_is_made_where_there_is_a_way_back() -> None:
    asked = {"round_trip": True, "reports": ("r.json",)}
    assert run(command("pseudo", "good=good.en", **asked)) == 0
    trips = [profile["round_trip"] for profile in report()["judgement"]["profiles"]]
    assert trips[0] is not None and trips[1] is None


def test_a_system_over_the_memory_cap_fails_with_figures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(command("pseudo", *OUTPUTS, memory_cap=0.005)) == 3
    assert "may hold 5 MB (--memory-cap)" in capsys.readouterr().err


def test_a_failing_comet_costs_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(model: str, *rest: object) -> comet.Learned:
        if model:
            raise EngineError("COMET ended with code 1.")
        return comet.Learned()

    monkeypatch.setattr(comet, "score", fail)
    monkeypatch.setattr(comet, "find_command", lambda: "comet-score")
    asked = {"references": ("ref.en",), "comet": comet.DEFAULT_MODEL, "reports": ("r.json",)}
    assert run(command(*OUTPUTS, **asked)) == 0
    assert report()["judged"]["scores"] and "COMET ended" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (command(), "Nothing to compare"),
        (command("pseudo", "pseudo"), "Two systems are named 'pseudo'"),
        (command("a=good.en", outputs=("a=bad.en",)), "Two systems are named 'a'"),
        (command("pseudo@beam=x"), "a whole number from 1 to 16"),
        (command("pseudo@baem=1"), "Did you mean 'beam'?"),
        (command(outputs=("good.en",)), "write name=FILE"),
        (command("pseudo", target="xx"), "No language named 'xx'"),
        (command("pseudo", target="ja"), "Japanese already"),
        (command("pseudo", baseline="b"), "No system to be the baseline named 'b'"),
        (command("pseudo", baseline="pseudo"), "add --ref FILE"),
        (command("pseudo", reports=("r.pdf",)), "one of .html, .json, .csv"),
        (command("pseudo", reports=("r.json", "./r.json")), "would be overwritten"),
        (command(*OUTPUTS, best="good.en"), "would be overwritten"),
        (command("pseudo", pick="best"), "No pick named 'best'"),
        (command("pseudo", resamples=-1), "-1 resamples"),
        (command("pseudo", options=Options(purpose="resale")), "No purpose named 'resale'"),
        (command("pseudo", comet=comet.DEFAULT_MODEL), "COMET was asked for"),
        (command("pseudo", file="nowhere"), "no such file"),
        (command("pseudo", file="none.en"), "there is no text in it"),
        (command("pseudo", references=("nowhere",)), "nowhere"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(
    asked: CompareCommand, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("workbench.compare.running.run", lambda *a, **k: pytest.fail("it ran"))
    with pytest.raises((UsageError, InputError)) as caught:
        run(asked)
    assert message in str(caught.value)


def test_a_file_that_cannot_be_written_costs_no_other(here: Path) -> None:
    (here / "folder").write_text("no folder", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be written"):
        run(command(*OUTPUTS, reports=("folder/r.html", "r.json")))
    assert len(report()["systems"]) == 3


def test_an_interrupt_loses_nothing_that_is_done(here: Path) -> None:
    lines = [f"{i}人の記者が{i + 2}つの質問をした。" for i in range(150)]
    (here / "long.ja").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (here / "given.en").write_text("They asked.\n" * 150, encoding="utf-8")
    process = _compare("given=given.en,trilingual-small@beam=16,max_length=400,pseudo")
    [child] = _children(process)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130 and not Path(f"/proc/{child}").exists()
    reasons = [failure["reason"] for failure in report()["failures"]]
    assert [s["name"] for s in report()["systems"]] == ["given"]
    assert reasons == ["interrupted."] * 2


def _compare(systems: str) -> subprocess.Popen[bytes]:
    arguments = ("long.ja", "--systems", systems, "--from", "ja", "--to", "en", "-o", "r.json")
    command = [sys.executable, "-m", "workbench", "compare", *arguments, "--no-self-test"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _children(process: subprocess.Popen[bytes]) -> list[str]:
    """Return the processes of a program, as soon as there are some."""
    place = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not place.read_text("ascii"):
        time.sleep(0.02)
    return place.read_text("ascii").split()


def test_an_interrupt_before_anything_is_done_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object, **options: object) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr("workbench.compare.running.run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(command("pseudo", reports=("r.json",)))
    assert not Path("r.json").exists()


def test_the_command_takes_systems_by_commas_and_one_by_one(here: Path) -> None:
    arguments = ("--systems", "pseudo@beam=1,pivot=ko,good=good.en", "--system", "pseudo")
    given = ("--from", "ja", "--to", "en", "--output", "bad=bad.en", "-o", "r.json", "-q")
    command = [sys.executable, "-m", "workbench", "compare", "src.ja", *arguments, *given]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    names = [system["name"] for system in report()["systems"]]
    assert names == ["pseudo@beam=1,pivot=ko", "good", "pseudo", "bad"]
