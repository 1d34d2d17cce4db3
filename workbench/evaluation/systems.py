"""Run a system over a test set, in a process of its own: its memory and its start are its own.

    system = parse_system("trilingual-small@beam=6,engine=hf")
    run = run_system(system, lines, "ja", "en")

To add a setting after the @, add its line to _SETTINGS.
"""

import math
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.catalogue import PACKAGE, default_model, get_model
from workbench.engines import ENGINES
from workbench.errors import (
    AccountingError,
    EngineError,
    ModelError,
    UnknownNameError,
    UsageError,
    WorkbenchError,
)
from workbench.languages import get_language
from workbench.pipeline import Options
from workbench.types import Document, Kind, Segment

Report = Callable[[int, int], None]
_ERRORS: dict[int, type[WorkbenchError]] = {1: AccountingError, 2: UsageError, 4: ModelError}
# setting -> (type, least, most)
_SETTINGS: dict[str, tuple[type[int] | type[float], float, float]] = {
    "beam": (int, 1, 16),
    "length_penalty": (float, -10, 10),
    "repetition_penalty": (float, 0.1, 10),
    "no_repeat_ngram": (int, 0, 20),
    "max_length": (int, 1, 4096),
}
_NAMES = ("engine", "pivot")


@dataclass(frozen=True, slots=True)
class System:
    """A model with its settings. name is how the user wrote it, settings included."""

    name: str
    options: Options


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model took of the machine.

    cold_start: seconds from the start of its process to the first hypothesis. seconds: translating
    all segments, loading excluded. peak_mb: most resident memory of the process, in 10^6 bytes.
    """

    cold_start: float
    seconds: float
    segments_per_second: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Run:
    """The hypotheses of a system, one per line of the test set, in order, none with a line end.

    signature names what made them and cost what they took; a ready-made output has neither.
    failed counts lines that the model could not translate (their hypothesis is ""); notes say in
    words what the reader should know.
    """

    name: str
    hypotheses: tuple[str, ...]
    signature: str = ""
    cost: Cost | None = None
    failed: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A system that gave no hypotheses, and why; exit_code as in workbench.errors."""

    name: str
    reason: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told. again: the model was converted by the worker before this one."""

    system: System
    lines: tuple[str, ...]
    source: str
    target: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a worker says while it works: how many lines are done."""

    done: int


@dataclass(frozen=True, slots=True)
class Converted:
    """What a worker says instead of a run when it had to convert the model for ct2 first.

    That happens once in the life of a model and loads torch: it is no part of the model's cost.
    """


@dataclass(frozen=True, slots=True)
class Failed:
    """What a worker says when it cannot go on. Not every exception survives pickling whole."""

    reason: str
    exit_code: int


def parse_system(text: str, *, beam: int = 0, engine: str = "auto") -> System:
    """Return the system of "NAME" or "NAME@setting=value,…"; its own settings win over the others.

    Settings: beam, length_penalty, repetition_penalty, no_repeat_ngram, max_length, pivot, engine.
    Raises what `split_system` raises; UnknownNameError or ModelError: no such model.
    """
    name, settings = split_system(text)
    model = get_model(name or default_model())
    changes: dict[str, Any] = {"beam": beam} if beam else {}
    changes |= {key: _SETTINGS[key][0](settings[key]) for key in _SETTINGS if key in settings}
    options = Options(
        model=name,
        engine=settings.get("engine", engine),
        decoding=replace(model.decoding, **changes) if changes else None,
        pivot=settings.get("pivot", ""),
        # A broken model is to be measured, too.
        self_test=False,
    )
    return System(text, options)


def split_system(text: str) -> tuple[str, dict[str, str]]:
    """Return the model's name and the settings of "NAME@setting=value,…", checked one by one.

    >>> split_system("trilingual-small@beam=6,pivot=en")
    ('trilingual-small', {'beam': '6', 'pivot': 'en'})

    Raises UsageError: no such setting, or a value out of its range. UnknownNameError: no such
    engine or language.
    """
    name, at, tail = text.rpartition("@")
    if not at or ("=" not in tail and Path(text).exists()):
        return text, {}
    settings: dict[str, str] = {}
    for part in tail.split(","):
        key, equals, value = part.partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not value:
            raise UsageError(f"{text}: {part!r} is no setting; write {name}@beam=6,engine=hf.")
        _check_setting(key, value)
        settings[key] = value
    return name, settings


def run_system(
    system: System,
    lines: Sequence[str],
    source: str,
    target: str,
    report: Report = lambda done, total: None,
) -> Run:
    """Translate every line in a new process and return the hypotheses with what they took.

    report hears (lines done, lines in all) from the first hypothesis on. Blank lines stay blank.
    Raises EngineError, ModelError, UsageError: the model cannot be run, or its process died.
    AccountingError: a line has no hypothesis, or another's.
    """
    job = Job(system, tuple(lines), source, target)
    outcome = _in_process(job, report)
    if isinstance(outcome, Converted):
        outcome = _in_process(replace(job, again=True), report)
    assert isinstance(outcome, Run)
    return outcome


def document_of(lines: Sequence[str], language: str) -> Document:
    """Return a document of one segment per line; lines without text are blank segments."""
    segments = []
    start = 0
    for number, line in enumerate(lines):
        text, gap = (line, "\n") if line.strip() else ("", line + "\n")
        kind: Kind = "sentence" if text else "blank"
        segments.append(Segment(f"s{number + 1}", text, gap, kind, start, number))
        start += len(line) + 1
    return Document(language, tuple(segments), "lines")


def _check_setting(key: str, value: str) -> None:
    if key == "pivot":
        get_language(value)
    elif key == "engine":
        if value not in (*ENGINES, "auto"):
            raise UnknownNameError("engine", value, [*ENGINES, "auto"])
    elif key in _SETTINGS:
        kind, least, most = _SETTINGS[key]
        try:
            number: float = kind(value)
        except ValueError:
            number = math.nan
        if not least <= number <= most:
            sort = "a whole number" if kind is int else "a number"
            raise UsageError(f"{key}={value}: give {sort} from {least} to {most}.")
    else:
        raise UnknownNameError("setting", key, (*_SETTINGS, *_NAMES))


def _in_process(job: Job, report: Report) -> Run | Converted:
    """Run the job in a new process and listen to it until its end."""
    # -P: the folder the user is in must not stand in for modules of the same name.
    command = [sys.executable, "-P", "-m", "workbench.evaluation.worker"]
    found = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": found},
    )
    with process:
        assert process.stdin
        try:
            return _listen(process, job, started, report)
        finally:
            process.kill()
            with suppress(BrokenPipeError):
                # What a dead worker did not read; leaving `with` would try to send it again.
                process.stdin.close()


def _listen(
    process: subprocess.Popen[bytes], job: Job, started: float, report: Report
) -> Run | Converted:
    assert process.stdin and process.stdout
    cold_start = 0.0
    try:
        pickle.dump(job, process.stdin)
        process.stdin.close()
        while isinstance(message := pickle.load(process.stdout), Progress):
            cold_start = cold_start or time.monotonic() - started
            report(message.done, len(job.lines))
    except (EOFError, BrokenPipeError, pickle.UnpicklingError):
        raise EngineError(f"{job.system.name}: {_death(process.wait())}") from None
    if isinstance(message, Failed):
        raise _ERRORS.get(message.exit_code, EngineError)(message.reason)
    assert isinstance(message, Run | Converted)
    if isinstance(message, Run) and message.cost:
        return replace(message, cost=replace(message.cost, cold_start=cold_start))
    return message


def _death(exit_code: int) -> str:
    if exit_code == -9:  # SIGKILL, a name that not every system has
        return "its process was killed, which mostly means that the memory ran out."
    if exit_code < 0:
        return f"its process died of {signal.Signals(-exit_code).name}."
    return f"its process ended with code {exit_code} before it was done; it may have said why."
