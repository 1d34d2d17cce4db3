"""COMET, for those who have it: the command of unbabel-comet, in an environment of its own.

COMET (Rei et al. 2022, "COMET-22: Unbabel-IST 2022 Submission for the Metrics Shared Task") needs
older libraries than the workbench and a model of two gigabytes; nothing here depends on it. To
make a model's licence known, add it to LICENCES.
"""

import json
import math
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import EngineError, LicenceError, UnknownNameError, UsageError
from workbench.evaluation.counts import References
from workbench.licences import PURPOSES

DEFAULT_MODEL = "Unbabel/wmt22-comet-da"
COMMAND = "comet-score"
# Names the command where it is not on the PATH.
VARIABLE = "WORKBENCH_COMET"
_APACHE, _NC = "Apache-2.0", "CC-BY-NC-SA-4.0"
LICENCES = {
    "Unbabel/wmt20-comet-da": _APACHE,
    "Unbabel/wmt20-comet-qe-da": _APACHE,
    "Unbabel/wmt22-comet-da": _APACHE,
    "Unbabel/wmt22-cometkiwi-da": _NC,
    "Unbabel/wmt23-cometkiwi-da-xl": _NC,
    "Unbabel/wmt23-cometkiwi-da-xxl": _NC,
    "Unbabel/XCOMET-XL": _NC,
    "Unbabel/XCOMET-XXL": _NC,
}
# A thousand lines of one system take some minutes on two cores; the model is fetched first.
_PATIENCE = 6 * 60 * 60.0


@dataclass(frozen=True, slots=True)
class Learned:
    """The mean score of each system over the rows with a reference, and what made it."""

    scores: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


def permit(model: str, purpose: str) -> None:
    """Hold that a COMET model may be used for a purpose ("any" or "commercial").

    Raises UnknownNameError: no such purpose. LicenceError: the licence forbids commercial use, or
    is not known here.
    """
    if purpose not in PURPOSES:
        raise UnknownNameError("purpose", purpose, PURPOSES)
    if model and purpose == "commercial" and LICENCES.get(model) != _APACHE:
        raise LicenceError(
            f"COMET model {model!r} is stopped: its licence ({_licence(model)}) does not clearly "
            f"allow commercial use. One that may be used: {DEFAULT_MODEL}."
        )


def score(
    model: str,
    sources: Sequence[str],
    hypotheses: Mapping[str, Sequence[str]],
    references: References,
) -> Learned:
    """Return COMET's mean score of each system; nothing without a model ("").

    model is a name on the Hugging Face hub or the path of a checkpoint; the first reference that a
    line has is taken. The command fetches a model that it does not have.
    Raises UsageError: there is no such command. EngineError: it failed, took longer than six
    hours, or did not score every line.
    """
    if not model:
        return Learned()
    command = find_command()
    first = [next(t for t in row if t is not None) for row in zip(*references, strict=True)]
    with tempfile.TemporaryDirectory(prefix="workbench-comet-") as name:
        folder = Path(name)
        files = [f"{place}.txt" for place in range(len(hypotheses))]
        lines = dict(zip(files, hypotheses.values(), strict=True))
        for file, texts in {"source": sources, "reference": first, **lines}.items():
            (folder / file).write_text("".join(map(_line, texts)), encoding="utf-8")
        _run([command, *_arguments(model, files)], folder, model)
        found = _read(folder / "scores.json", model)
    means = {
        system: _mean(found.get(file), len(sources), system)
        for file, system in zip(files, hypotheses, strict=True)
    }
    note = f"COMET: unbabel-comet {_version(command)}|model:{model}|licence:{_licence(model)}"
    return Learned(means, note)


def find_command() -> str:
    """Return the command of unbabel-comet.

    Raises UsageError: there is none; the message tells how to get it.
    """
    named = os.environ.get(VARIABLE, "")
    found = shutil.which(named or COMMAND)
    if found:
        # It runs in a folder of its own.
        return str(Path(found).absolute())
    place = f"{VARIABLE} names {named!r}, which cannot be run" if named else f"no {COMMAND} is here"
    raise UsageError(
        f"COMET was asked for, but {place}. It needs an environment of its own: "
        f"python3 -m venv comet && comet/bin/pip install unbabel-comet==2.2.7, "
        f"then set {VARIABLE}=comet/bin/{COMMAND}."
    )


def _arguments(model: str, files: Sequence[str]) -> list[str]:
    texts = ["-s", "source", "-r", "reference", "-t", *files]
    return [*texts, "--model", model, "--to_json", "scores.json", "--quiet", "--only_system"]


def _line(text: str) -> str:
    """Return a text as one line of a file: the command counts lines."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split()) + "\n"


def _run(command: Sequence[str], folder: Path, model: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"COMET ({model}) was not done in {_PATIENCE:g} seconds.") from None
    except OSError as error:
        raise EngineError(f"COMET ({model}): {command[0]} cannot be started: {error}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        last = said[-1] if said else "it said nothing"
        raise EngineError(f"COMET ({model}) ended with code {done.returncode}: {last}")


def _read(path: Path, model: str) -> dict[str, list[dict[str, object]]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise EngineError(f"COMET ({model}) wrote no scores that can be read.") from None
    return found if isinstance(found, dict) else {}


def _mean(lines: object, count: int, system: str) -> float:
    """Return the mean of the lines' scores: the command prints it with four digits only."""
    try:
        scores = [float(line["COMET"]) for line in lines]  # type: ignore[attr-defined]
    except (TypeError, KeyError, ValueError):
        scores = []
    numbers = all(map(math.isfinite, scores))
    if len(scores) != count or not numbers:
        what = "" if numbers else ", not all with a number"
        raise EngineError(f"COMET scored {len(scores)} of {count} lines of {system}{what}.")
    return math.fsum(scores) / count


def _licence(model: str) -> str:
    return LICENCES.get(model, "not known here: see the model's page")


def _version(command: str) -> str:
    """Return the version of the package, as the Python beside the command tells it."""
    python = Path(command).resolve().parent / "python"
    ask = "from importlib.metadata import version; print(version('unbabel-comet'))"
    try:
        done = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return "of unknown version"
    return done.stdout.strip() or "of unknown version"
