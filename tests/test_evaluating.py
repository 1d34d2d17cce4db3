"""`workbench evaluate` from what the user asked for to tables, files and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

import checkpoints
from workbench.errors import InputError, UsageError
from workbench.evaluating import EvaluateCommand, file_name, run
from workbench.evaluation.metrics import score
from workbench.evaluation.systems import Cost, Run, System
from workbench.evaluation.testset import read_lines

EN, JA = ([triple[i] for triple in checkpoints.TRIPLES] for i in (1, 0))
FILES = {
    "ref.en": EN,
    "src.ja": JA,
    "good.en": EN,
    "bad.en": [line.upper() for line in EN],
    "short.en": EN[:-1],
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, lines in FILES.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "latin.en").write_bytes(b"caf\xe9\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*outputs: str, **changes: Any) -> EvaluateCommand:
    given = {"models": (), "outputs": outputs, "references": ("ref.en",), "resamples": 20}
    return EvaluateCommand(**given | {"source": "ja", "target": "en", "quiet": True} | changes)


def test_outputs_are_scored_in_the_order_given(here: Path) -> None:
    code = run(command("bad=bad.en", "good=good.en", baseline="bad", json="out/report.json"))
    systems = json.loads((here / "out" / "report.json").read_text("utf-8"))["systems"]
    assert (code, [s["name"] for s in systems]) == (0, ["bad", "good"])
    assert systems[1]["scores"]["bleu"]["value"] == pytest.approx(100)
    assert systems[1]["scores"]["bleu"]["p_bootstrap"] < 0.05


def test_a_model_runs_and_its_saved_output_scores_the_same(here: Path) -> None:
    asked = command("good=good.en", models=("pseudo@pivot=ko",), src="src.ja")
    assert run(command("good=good.en", **_of(asked), save="saved", json="r.json")) == 0
    saved = read_lines(str(here / "saved" / "pseudo@pivot=ko.en.txt")).texts
    model = json.loads((here / "r.json").read_text("utf-8"))["systems"][0]
    assert model["scores"]["chrf"]["value"] == score(saved, [EN], "en")["chrf"].value
    assert model["cost"]["peak_mb"] > 10 and "route:ja-ko-en" in model["signature"]


def _of(asked: EvaluateCommand) -> dict[str, Any]:
    return {"models": asked.models, "src": asked.src}


def test_one_failing_system_leaves_the_others(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = ("good=good.en", "short=short.en", "latin=latin.en", "none=none.en")
    models = ("nonesuch", "opus-mt-ja-en")
    assert run(command(*outputs, models=models, src="src.ja", json="r.json")) == 3
    value = json.loads((here / "r.json").read_text("utf-8"))
    failed = [failure["name"] for failure in value["failures"]]
    assert failed == ["nonesuch", "opus-mt-ja-en", "short", "latin", "none"]
    assert [system["name"] for system in value["systems"]] == ["good"]
    said = capsys.readouterr().err
    assert "short.en has 24 lines and ref.en 25" in said and "byte 3 (0xe9, line 1)" in said


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (command("short=short.en"), 4),
        (command(models=("nonesuch",), src="src.ja"), 2),
        (command(models=("opus-mt-ja-en",), src="src.ja"), 4),
    ],
)
def test_when_no_system_is_left_the_code_is_the_first_failure(
    asked: EvaluateCommand, code: int
) -> None:
    assert run(asked) == code


def test_without_its_baseline_a_comparison_keeps_its_scores(here: Path) -> None:
    asked = command("good=good.en", "short=short.en", baseline="short", markdown="r.md")
    assert run(asked) == 3
    assert "the baseline was not done" in (here / "r.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (command(), "Nothing to evaluate"),
        (command("good.en"), "write name=FILE"),
        (command("=good.en"), "write name=FILE"),
        (command("a=good.en", "a=bad.en"), "Two systems are named 'a'"),
        (command(models=("pseudo", "pseudo"), src="src.ja"), "Two systems are named 'pseudo'"),
        (command("a=good.en", baseline="b"), "No system to be the baseline named 'b'"),
        (command("a=good.en", references=()), "add --ref FILE"),
        (command(models=("pseudo",)), "add --src FILE"),
        (command(models=("pseudo@beam=x",), src="src.ja"), "a whole number from 1 to 16"),
        (command("a=good.en", engine="gpu"), "No engine named 'gpu'"),
        (command("a=good.en", target="xx"), "No language named 'xx'"),
        (command("a=good.en", resamples=-1), "-1 resamples"),
        (command("a=good.en", json="./good.en"), "would be overwritten"),
        (command("a=good.en", json="-", markdown="-"), "cannot both go to standard output"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(
    asked: EvaluateCommand, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        run(asked)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (command("a=good.en", references=("ref.en", "short.en")), "short.en has 24 lines"),
        (command(models=("pseudo",), src="short.en"), "short.en has 24 lines and ref.en 25"),
        (command("a=good.en", references=("latin.en",)), "is not UTF-8"),
        (command("a=good.en", references=("none.en",)), "cannot be read"),
    ],
)
def test_a_test_set_that_is_not_one_is_refused(asked: EvaluateCommand, message: str) -> None:
    with pytest.raises(InputError) as caught:
        run(asked)
    assert message in str(caught.value)


def test_json_takes_the_place_of_the_table_on_standard_output(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert run(command("good=good.en", models=("pseudo",), src="src.ja", json="-")) == 0
    assert len(json.loads(capfdbinary.readouterr().out)["systems"]) == 2


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command("good=good.en", "bad=bad.en")) == 0
    out, err = capsys.readouterr()
    assert "BLEU ↑" in out and "100.0" in out and err == ""


def test_no_two_systems_share_a_file() -> None:
    names = ("a/b", "a%2Fb", "a:b", "a\\b", "a%3Ab", "a b")
    files = {file_name(name) for name in names}
    assert len(files) == len(names) and not any(set(name) & set("/\\:") for name in files)


def test_lines_that_were_not_translated_make_the_run_partly_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(system: System, *args: object) -> Run:
        return Run(system.name, ("", *EN[1:]), "model:x", Cost(1, 1, 1, 1), failed=1)

    monkeypatch.setattr("workbench.evaluating.run_system", failing)
    assert run(command(models=("pseudo",), src="src.ja", resamples=0)) == 3
