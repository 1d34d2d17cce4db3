"""Systems: a model with its settings, what it made of a test set, and what that took.

    system = parse_system("trilingual-small@beam=6,engine=hf")

process.py runs them. To add a setting after the @, add its line to _SETTINGS.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from workbench.catalogue import default_model, get_model
from workbench.engines import ENGINES
from workbench.errors import UnknownNameError, UsageError
from workbench.languages import get_language
from workbench.pipeline import Options
from workbench.types import Document, Kind, Segment, Translation

# A broken model is to be measured, too.
MEASURED = Options(self_test=False)
# setting -> (type, least, most)
_SETTINGS: dict[str, tuple[type[int] | type[float], float, float]] = {
    "beam": (int, 1, 16),
    "length_penalty": (float, -10, 10),
    "repetition_penalty": (float, 0.1, 10),
    "no_repeat_ngram": (int, 0, 20),
    "max_length": (int, 1, 4096),
}
SETTINGS = (*_SETTINGS, "engine", "pivot")


@dataclass(frozen=True, slots=True)
class System:
    """A model with its settings. name is how the user wrote it, settings included."""

    name: str
    options: Options


@dataclass(frozen=True, slots=True)
class Cost:
    """What a model took of the machine.

    cold_start: seconds from the start of its process to the first hypothesis; a process that served
    before was started for that. seconds: translating all segments, loading and self-test excluded.
    peak_mb: most resident memory of the process during the job, in 10^6 bytes; what the checks of
    a job before left in it (50 MB) is counted.
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


def parse_system(text: str, *, beam: int = 0, base: Options = MEASURED) -> System:
    """Return the system of "NAME" or "NAME@setting=value,…"; its own settings win over the others.

    Settings: beam, length_penalty, repetition_penalty, no_repeat_ngram, max_length, pivot, engine.
    What it does not set is as in `base`, decoding excepted: that is the model's own.
    Raises what `split_system` raises; UnknownNameError or ModelError: no such model.
    """
    name, settings = split_system(text)
    model = get_model(name or default_model())
    changes: dict[str, Any] = {"beam": beam} if beam else {}
    changes |= {key: _SETTINGS[key][0](settings[key]) for key in _SETTINGS if key in settings}
    options = replace(
        base,
        model=name,
        engine=settings.get("engine", base.engine),
        decoding=replace(model.decoding, **changes) if changes else None,
        pivot=settings.get("pivot", base.pivot),
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


def require_distinct(names: Sequence[str]) -> None:
    """Raise UsageError if two systems have the same name."""
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise UsageError(f"Two systems are named {twice!r}: each needs a name of its own.")


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


def notes_on(translations: Iterable[Translation]) -> tuple[str, ...]:
    """Return in words what of a system's translations failed, was cut or was split."""
    made = list(translations)
    failed = [t for t in made if t.origin == "failed"]
    cut = sum(t.truncated for t in made)
    split = sum(t.note.startswith("split") for t in made)
    notes = [f"lines that failed: {len(failed)} ({failed[0].note})"] if failed else []
    notes += [f"lines cut at the longest output: {cut}"] if cut else []
    notes += [f"lines split, being longer than the model takes: {split}"] if split else []
    return tuple(notes)


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
        raise UnknownNameError("setting", key, SETTINGS)
