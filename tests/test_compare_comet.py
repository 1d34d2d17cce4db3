"""COMET is another program: it may be absent, slow, broken or wrong, and the workbench says so."""

import sys
from pathlib import Path

import pytest

from comparisons import comparison
from workbench.compare import comet
from workbench.compare.comet import DEFAULT_MODEL, find_command, permit, score
from workbench.compare.scoring import judge
from workbench.compare.values import Comparison, Reference
from workbench.errors import EngineError, LicenceError, UnknownNameError, UsageError

# What unbabel-comet 2.2.7 reads and writes; each line scores its length in the translation.
STAND_IN = """#!{python}
import argparse, json, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("-s", "--sources", required=True)
parser.add_argument("-t", "--translations", nargs="+", required=True)
parser.add_argument("-r", "--references", required=True)
parser.add_argument("--quiet", action="store_true")
parser.add_argument("--only_system", action="store_true")
parser.add_argument("--to_json", default="")
parser.add_argument("--model", required=True)
asked = parser.parse_args()
if asked.model == "crash":
    sys.exit("Traceback\\nKeyError: Model 'crash' not supported by COMET.")
if asked.model == "slow":
    time.sleep(60)
def lines(file):
    with open(file, encoding="utf-8") as opened:
        return [line.strip() for line in opened.readlines()]
read = [lines(asked.sources), lines(asked.references)]
assert len(read[0]) == len(read[1]), "sources and references differ"
found = {{}}
for file in asked.translations:
    rows = zip(read[0], lines(file), read[1], strict=True)
    scored = [dict(src=s, mt=m, ref=r, COMET=len(m) / 100) for s, m, r in rows]
    found[file] = scored[1:] if asked.model == "short" else scored
    if asked.model == "nan":
        found[file][0]["COMET"] = float("nan")
    print(f"{{file}}\\tscore: 0.1234")
if asked.model != "silent":
    with open(asked.to_json, "w", encoding="utf-8") as out:
        out.write("no json" if asked.model == "junk" else json.dumps(found))
"""
LINES = ["寒かった。", "逃げ\nた。", "来た。"]
SYSTEMS = {"a": ["ab", "a\u2028b\r\nc", ""], "b": ["abcd", "", "ab"]}
REFERENCES = [["It was cold.", None, "Came."], ["Cold.", "Fled.", None]]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "comet env" / "comet-score"
    path.parent.mkdir()
    path.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("WORKBENCH_COMET", str(path))
    return path


def test_the_score_of_a_system_is_the_mean_of_its_lines(command: Path) -> None:
    found = score(DEFAULT_MODEL, LINES, SYSTEMS, REFERENCES)
    assert found.scores == {"a": pytest.approx(0.07 / 3), "b": pytest.approx(0.02)}
    assert f"model:{DEFAULT_MODEL}|licence:Apache-2.0" in found.note


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("short", "COMET scored 2 of 3 lines of a"),
        ("nan", "COMET scored 3 of 3 lines of a, not all with a number"),
        ("crash", "ended with code 1: KeyError: Model 'crash' not supported by COMET."),
        ("junk", "wrote no scores that can be read"),
        ("silent", "wrote no scores that can be read"),
    ],
)
def test_what_the_command_gets_wrong_is_said(command: Path, model: str, said: str) -> None:
    with pytest.raises(EngineError) as caught:
        score(model, LINES, SYSTEMS, REFERENCES)
    assert said in str(caught.value)


def test_a_command_that_does_not_end_is_ended(
    command: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comet, "_PATIENCE", 0.5)
    with pytest.raises(EngineError, match=r"not done in 0\.5 seconds"):
        score("slow", LINES, SYSTEMS, REFERENCES)


def test_a_command_that_cannot_start_says_so(command: Path) -> None:
    command.write_text("#!/nonesuch/python\n", encoding="utf-8")
    with pytest.raises(EngineError, match="cannot be started"):
        score("right", LINES, SYSTEMS, REFERENCES)


@pytest.mark.parametrize(("named", "said"), [("", "no comet-score is here"), ("/x", "names '/x'")])
def test_without_a_command_the_way_to_one_is_told(
    named: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_COMET", named)
    with pytest.raises(UsageError) as caught:
        find_command()
    assert said in str(caught.value) and "pip install unbabel-comet" in str(caught.value)


def test_a_command_on_the_path_is_found(command: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_COMET")
    monkeypatch.setenv("PATH", str(command.parent))
    assert find_command() == str(command)


def test_models_that_forbid_commercial_use_are_stopped() -> None:
    permit(DEFAULT_MODEL, "commercial")
    permit("", "commercial")
    permit("Unbabel/XCOMET-XL", "any")
    for model in ("Unbabel/XCOMET-XL", "Unbabel/wmt22-cometkiwi-da", "someone/else"):
        with pytest.raises(LicenceError, match="is stopped: its licence"):
            permit(model, "commercial")
    with pytest.raises(UnknownNameError, match="No purpose named 'sale'"):
        permit(DEFAULT_MODEL, "sale")


def judged_by(whole: Comparison, texts: list[str]) -> Comparison:
    reference = Reference("r", tuple(texts))
    return Comparison(whole.document, "en", whole.outputs, references=(reference,))


def test_a_comparison_has_the_learned_scores_of_its_scored_rows(command: Path) -> None:
    two = comparison(["寒い。", "雨。"], a=["Cold.", "Rain."], b=["Hot.", "Sun."])
    whole = judged_by(two, ["Cold.", ""])
    judged = judge(whole, resamples=0, comet="Unbabel/XCOMET-XL")
    assert judged.neural == {"a": 0.05, "b": 0.04}
    assert "CC-BY-NC-SA-4.0" in judged.neural_note
    assert judge(whole, resamples=0).neural_note == ""
