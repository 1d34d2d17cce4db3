"""A system runs in a process of its own; what it made comes back, or why it did not."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import checkpoints
from workbench.errors import EngineError, ModelError, UnknownNameError, UsageError
from workbench.evaluation.process import (
    Finished,
    Halted,
    Job,
    Part,
    Workers,
    default_cap,
    run_system,
)
from workbench.evaluation.systems import document_of, parse_system
from workbench.pipeline import Workbench

PSEUDO = parse_system("pseudo")
LINES = ["寒かった。", "", "逃げ\u2028た。", " \u3000", "「あ\x0bい\x85う」"]
MANY = document_of([f"{i}番の人が来た。" for i in range(50_000)], "ja")


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers() as pool:
        yield pool


def job(name: str, lines: list[str] = LINES) -> Job:
    return Job(parse_system(name), document_of(lines, "ja"), "en")


def served(pool: Workers, *names: str) -> list[Finished]:
    steps = [list(pool.serve(job(name)))[-1] for name in names]
    return [step for step in steps if isinstance(step, Finished)]


def pids(started: list[subprocess.Popen[bytes]]) -> list[bool]:
    """Return which of the processes are still there, waited for or not."""
    return [Path(f"/proc/{process.pid}").exists() for process in started]


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


def test_a_model_stays_loaded_from_job_to_job(
    workers: Workers, started: list[subprocess.Popen[bytes]]
) -> None:
    first, second = served(workers, "pseudo", "pseudo")
    assert len(started) == 1 and workers.living == ("pseudo",)
    assert first.cost.cold_start == second.cost.cold_start > 0
    assert first.signature == second.signature


def test_every_system_has_a_process_of_its_own(workers: Workers) -> None:
    assert len(served(workers, "pseudo", "pseudo@beam=2", "pseudo")) == 3
    assert workers.living == ("pseudo@beam=2", "pseudo")


def test_what_was_used_longest_ago_ends_to_make_room(
    started: list[subprocess.Popen[bytes]],
) -> None:
    names = ("pseudo", "pseudo@beam=2", "pseudo", "pseudo@beam=3")
    with Workers(220_000_000) as pool:
        assert len(served(pool, *names)) == 4
        assert pool.living == ("pseudo", "pseudo@beam=3")
    assert pids(started) == [False] * 3


def test_a_system_that_outgrows_the_cap_is_ended_and_says_so(workers: Workers) -> None:
    workers.cap_bytes = 5_000_000
    with pytest.raises(EngineError, match=r"it held \d+ MB.* may hold 5 MB \(--memory-cap\)"):
        list(workers.serve(job("pseudo")))
    workers.cap_bytes = default_cap()
    assert len(served(workers, "pseudo")) == 1


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_process_that_dies_at_work_takes_nothing_with_it(
    name: str, workers: Workers, started: list[subprocess.Popen[bytes]]
) -> None:
    steps = workers.serve(Job(PSEUDO, MANY, "en"))
    assert isinstance(next(steps), Part)
    os.kill(started[0].pid, getattr(signal, name))
    with pytest.raises(EngineError, match="memory ran out" if name == "SIGKILL" else name):
        list(steps)
    assert len(served(workers, "pseudo")) == 1 and pids(started) == [False, True]


def test_a_process_that_died_while_idle_is_started_again(
    workers: Workers, started: list[subprocess.Popen[bytes]]
) -> None:
    served(workers, "pseudo")
    started[0].kill()
    started[0].wait()
    assert len(served(workers, "pseudo")) == 1 and len(started) == 2


def test_a_stop_ends_the_job_and_keeps_the_model(
    workers: Workers, started: list[subprocess.Popen[bytes]]
) -> None:
    stop = threading.Event()
    steps = workers.serve(Job(PSEUDO, MANY, "en"), stop)
    next(steps)
    stop.set()
    assert [type(step) for step in steps] == [Halted]
    assert len(served(workers, "pseudo")) == 1 and len(started) == 1


def test_who_waits_for_a_turn_can_be_stopped(workers: Workers) -> None:
    stop = threading.Event()
    first = workers.serve(Job(PSEUDO, MANY, "en"))
    next(first)
    stop.set()
    assert list(workers.serve(job("pseudo"), stop)) == [Halted()]
    assert isinstance(list(first)[-1], Finished)


def test_threads_take_turns(workers: Workers) -> None:
    done: list[Finished] = []
    names = ("pseudo", "pseudo@beam=2", "pseudo", "pseudo@beam=3")
    threads = [threading.Thread(target=lambda n=n: done.extend(served(workers, n))) for n in names]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(done) == 4 and len(workers.living) == 3


def test_a_job_that_is_given_up_leaves_no_process(
    workers: Workers, started: list[subprocess.Popen[bytes]]
) -> None:
    steps = workers.serve(Job(PSEUDO, MANY, "en"))
    next(steps)
    steps.close()
    assert workers.living == () and pids(started) == [False]


def test_closing_ends_the_job_at_work_and_starts_none(
    workers: Workers, started: list[subprocess.Popen[bytes]]
) -> None:
    steps = workers.serve(Job(PSEUDO, MANY, "en"))
    next(steps)
    workers.close()
    with pytest.raises(EngineError, match="killed"):
        list(steps)
    with pytest.raises(EngineError, match="the program is ending"):
        list(workers.serve(job("pseudo")))
    assert pids(started) == [False]


PARENT = """
import os, signal, sys
from workbench.evaluation.process import Job, Workers
from workbench.evaluation.systems import document_of, parse_system
workers = Workers()
list(workers.serve(Job(parse_system("pseudo"), document_of(["寒い。"], "ja"), "en")))
print(next(iter(workers._living.values()))._child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL) if sys.argv[1] == "killed" else None
"""


@pytest.mark.parametrize("end", ["whole", "killed"])
def test_no_process_outlives_the_program(end: str) -> None:
    command = [sys.executable, "-c", PARENT, end]
    pid = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout.decode().strip()
    place, until = Path("/proc") / pid, time.monotonic() + 20
    while place.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert pid.isdecimal() and not place.exists()


def test_a_checked_job_gives_the_result_that_the_pipeline_gives(workers: Workers) -> None:
    asked = replace(job("pseudo"), checked=True)
    step = list(workers.serve(asked))[-1]
    here = Workbench().process(asked.document, ["en"], asked.system.options)
    assert isinstance(step, Finished) and step.result is not None
    assert (step.result.columns, step.result.findings) == (here.columns, here.findings)
    assert step.result.ledger == here.ledger
