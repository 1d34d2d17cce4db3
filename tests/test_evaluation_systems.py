"""A system runs in a process of its own; its hypotheses come back line by line."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import checkpoints
from workbench.catalogue import get_model
from workbench.errors import EngineError, ModelError, UnknownNameError, UsageError
from workbench.evaluation.process import run_system
from workbench.evaluation.systems import document_of, parse_system, split_system
from workbench.pipeline import Options, Workbench

CASES = json.loads((Path(__file__).parent / "cases" / "evaluation.json").read_text("utf-8"))
PSEUDO = parse_system("pseudo")
LINES = ["寒かった。", "", "逃げ\u2028た。", " \u3000", "「あ\x0bい\x85う」"]


@pytest.mark.parametrize("case", CASES["settings"], ids=lambda case: case["label"])
def test_settings_are_read_or_refused(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(UsageError) as caught:
            split_system(case["input"])
        assert case["error"] in str(caught.value)
    else:
        assert list(split_system(case["input"])) == case["expected"]


def test_a_folder_with_an_at_sign_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run@120k"
    folder.mkdir()
    assert split_system(str(folder)) == (str(folder), {})


def test_the_settings_of_a_system_win_over_those_of_the_command() -> None:
    base = Options(engine="pseudo", pivot="ko", purpose="commercial")
    system = parse_system("pseudo@beam=6,length_penalty=0.8,pivot=en", beam=2, base=base)
    decoding = system.options.decoding
    assert decoding is not None and (decoding.beam, decoding.length_penalty) == (6, 0.8)
    options = system.options
    assert (options.pivot, options.engine, options.purpose) == ("en", "pseudo", "commercial")


def test_without_settings_a_model_decodes_as_it_does_elsewhere() -> None:
    assert parse_system("pseudo").options.decoding is None
    beamed = parse_system("trilingual-small", beam=2).options.decoding
    assert beamed is not None and beamed.beam == 2
    assert beamed.max_length == get_model("trilingual-small").decoding.max_length


def test_every_line_is_one_segment_and_the_text_is_whole() -> None:
    document = document_of(LINES, "ja")
    text = "".join(segment.text + segment.gap for segment in document.segments)
    assert text == "".join(line + "\n" for line in LINES)
    assert [s.kind for s in document.segments] == ["sentence", "blank"] * 2 + ["sentence"]
    assert all(text[s.start :].startswith(s.text) for s in document.segments)


def test_hypotheses_keep_their_lines_and_blank_lines_stay_blank() -> None:
    told: list[tuple[int, int]] = []
    run = run_system(PSEUDO, LINES, "ja", "en", lambda done, total: told.append((done, total)))
    assert [bool(text) for text in run.hypotheses] == [True, False, True, False, True]
    assert "\u2028" in run.hypotheses[2]
    assert told[0] == (1, 5)
    assert "segmenter:line" in run.signature and "route:ja-en" in run.signature


def test_what_a_model_costs_is_measured_in_its_own_process(tmp_path: Path) -> None:
    system = parse_system(f"{checkpoints.marian(tmp_path)}@beam=1,max_length=8")
    lines = [ja for ja, _, _ in checkpoints.TRIPLES] + ["寒かった。" * 40]
    run = run_system(system, lines, "ja", "en")
    here = Workbench().translate(document_of(lines, "ja"), ["en"], system.options)
    assert run.hypotheses == tuple(translation.text for translation in here)
    assert any("split" in note for note in run.notes)
    # This process holds torch, and so did the one that converted the model at its first use.
    assert run.cost is not None and 10 < run.cost.peak_mb < 250 < _own_peak_mb()
    assert run.cost.cold_start > 0.1
    assert run.cost.segments_per_second == pytest.approx(len(lines) / run.cost.seconds)


def _own_peak_mb() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the processes that were started, in order."""
    found: list[subprocess.Popen[bytes]] = []

    class Listed(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            found.append(self)

    monkeypatch.setattr(subprocess, "Popen", Listed)
    return found


def test_a_process_that_is_killed_says_so(started: list[subprocess.Popen[bytes]]) -> None:
    def kill(done: int, total: int) -> None:
        started[0].kill()

    lines = [f"{i}番の人が来た。" for i in range(20_000)]
    with pytest.raises(EngineError, match=r"pseudo: its process was killed.*memory"):
        run_system(PSEUDO, lines, "ja", "en", kill)


def test_an_interrupted_run_leaves_no_process(started: list[subprocess.Popen[bytes]]) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_system(PSEUDO, LINES, "ja", "en", interrupt)
    assert [process.poll() is None for process in started] == [False]


def test_a_model_that_cannot_run_says_why() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'pseudo'"):
        parse_system("pseud")
    with pytest.raises(ModelError, match="workbench models pull opus-mt-ja-en"):
        run_system(parse_system("opus-mt-ja-en"), LINES, "ja", "en")
    with pytest.raises(UsageError, match="cannot translate en→ja"):
        run_system(parse_system("trilingual-small"), LINES, "en", "ja")


def test_a_process_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(EngineError, match="ended with code 1"):
        run_system(PSEUDO, ["寒かった。"] * 100_000, "ja", "en")
