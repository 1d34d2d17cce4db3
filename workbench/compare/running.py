"""Make the outputs of a comparison: systems one after another, heard of while they work.

    with Workers() as workers:
        for event in run(document, "en", ["trilingual-small", "trilingual-small@beam=1"], workers):
            …

What fails, fails alone. Models run in processes of their own (workbench.evaluation.process).
"""

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from workbench.catalogue import default_model, get_model
from workbench.compare import rows
from workbench.compare.judging import texts_of
from workbench.compare.values import Comparison, Output, Reference
from workbench.errors import UsageError, WorkbenchError
from workbench.evaluation.process import Finished, Halted, Job, Part, Workers
from workbench.evaluation.systems import (
    SETTINGS,
    Failure,
    System,
    document_of,
    notes_on,
    parse_system,
    require_distinct,
)
from workbench.languages import get_language
from workbench.memory import Memory
from workbench.pipeline import Options
from workbench.routing import find
from workbench.types import Document, Translation

__all__ = [
    "Collected",
    "Done",
    "Event",
    "Failed",
    "Made",
    "Started",
    "Translated",
    "Workers",
    "made_ready",
    "reverse",
    "run",
    "split_names",
]

MEMORY = "memory"
# No bullets: they are of the source, which the systems share.
BASE = Options(summary=0)
# The exit code of a system that was stopped, as of a program that was interrupted.
STOPPED = 130
_log = logging.getLogger(__name__)

# Gives the output of what does not run: a file, what people kept.
Made = Callable[[], Output]


@dataclass(frozen=True, slots=True)
class Started:
    """A system begins."""

    name: str


@dataclass(frozen=True, slots=True)
class Translated:
    """A system has made these translations, in the order of the document."""

    name: str
    translations: tuple[Translation, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A system is at its end: its output is whole, checked and signed."""

    output: Output


@dataclass(frozen=True, slots=True)
class Failed:
    """A system gave nothing, or was stopped before its end."""

    failure: Failure


Event = Started | Translated | Done | Failed


@dataclass
class Collected:
    """What has come of the systems so far."""

    outputs: list[Output] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    arrived: dict[str, list[Translation]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Keep what a system made and came to."""
        if isinstance(event, Translated):
            self.arrived.setdefault(event.name, []).extend(event.translations)
        elif isinstance(event, Done):
            self.outputs.append(event.output)
        elif isinstance(event, Failed):
            self.failures.append(event.failure)

    def comparison(
        self, document: Document, target: str, references: tuple[Reference, ...]
    ) -> Comparison:
        """Return what is done, not judged yet."""
        found = (tuple(self.outputs), tuple(self.failures))
        names = [failure.name for failure in self.failures if failure.name in self.arrived]
        stopped = {name: tuple(self.arrived[name]) for name in names}
        return Comparison(document, target, *found, references, stopped=stopped)


Events = Generator[Event, None, None]


def split_names(text: str) -> list[str]:
    """Return the systems of "a,b@beam=6,engine=hf,c"; a setting belongs to the @ before it.

    >>> split_names("marian, nllb@beam=6,engine=hf, memory")
    ['marian', 'nllb@beam=6,engine=hf', 'memory']

    What looks like name=FILE after an @ is one if it has no setting's name and the file is there.
    """
    names: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        if names and _has_settings(names[-1]) and _is_setting(part):
            names[-1] += f",{part}"
        else:
            names.append(part)
    return names


def _has_settings(name: str) -> bool:
    head, equals, _ = name.partition("=")
    return bool(equals) and "@" in head


def _is_setting(part: str) -> bool:
    key, equals, value = part.partition("=")
    if not equals or "@" in key:
        return False
    return key.strip() in SETTINGS or not Path(value.strip()).is_file()


def made_ready(
    files: Mapping[str, Path | str], document: Document, target: str, memory: Memory
) -> dict[str, Made]:
    """Return what makes the outputs that need no model: those of files by name, and "memory".

    A str is the text itself, as in compare.ready.
    """
    from workbench.compare import ready

    made: dict[str, Made] = {
        name: partial(ready.read_output, name, path, document, target, memory)
        for name, path in files.items()
    }
    return {MEMORY: partial(ready.from_memory, document, target, memory, MEMORY)} | made


def run(
    document: Document,
    target: str,
    specs: Sequence[str],
    workers: Workers,
    *,
    base: Options = BASE,
    ready: Mapping[str, Made] = {},
    stop: threading.Event | None = None,
) -> Events:
    """Yield what happens while every system translates the document, in the order of `specs`.

    A system is one of `ready` by its name, or a model as `parse_system` has it, with the options
    of `base` where it has no setting of its own; the self-test among them, which a broken model
    does not pass. Each system yields Started, then any number of Translated, then Done or Failed.
    stop is heard within a batch: the system at work and all after it then fail as stopped. Close
    the generator to end at once.
    Raises UsageError, before anything runs: two systems of one name, or none at all;
    UnknownNameError: no such target.
    """
    require_distinct(specs)
    if not specs:
        raise UsageError("Nothing to compare: name one system, or better two.")
    target = get_language(target).code
    base = replace(base, summary=0, summarizer="")
    return _run(document, target, specs, (workers, base, ready, stop or threading.Event()))


_Means = tuple[Workers, Options, Mapping[str, Made], threading.Event]


def _run(document: Document, target: str, specs: Iterable[str], means: _Means) -> Events:
    workers, base, ready, stop = means
    for name in specs:
        if stop.is_set():
            yield Failed(Failure(name, "stopped before it began.", STOPPED))
            continue
        yield Started(name)
        try:
            if name in ready:
                yield from _given(ready[name]())
            else:
                job = Job(parse_system(name, base=base), document, target, checked=True)
                yield from _modelled(job, workers, stop)
        except WorkbenchError as error:
            reason = str(error).removeprefix(f"{name}: ")
            yield Failed(Failure(name, reason, error.exit_code))
        except Exception as error:
            # A defect of ours must not cost the others. Its message may hold the text: not shown.
            _log.error("%s ended by a defect: %s", name, type(error).__name__)
            yield Failed(Failure(name, f"a defect of the program: {type(error).__name__}.", 1))


def _given(output: Output) -> Iterator[Event]:
    yield Translated(output.name, output.result.columns[0].translations)
    yield Done(output)


def _modelled(job: Job, workers: Workers, stop: threading.Event) -> Iterator[Event]:
    name, count = job.system.name, 0
    with closing(workers.serve(job, stop)) as steps:
        for step in steps:
            if isinstance(step, Part):
                count += len(step.translations)
                yield Translated(name, step.translations)
            elif isinstance(step, Finished):
                yield Done(_output(name, step))
            elif isinstance(step, Halted):
                reason = f"stopped after {count} of {len(job.document.segments)} segments."
                yield Failed(Failure(name, reason, STOPPED))


def _output(name: str, step: Finished) -> Output:
    assert step.result is not None, "a checked job has a result"
    notes = notes_on(step.result.columns[0].translations)
    return Output(name, "model", step.result, step.cost, notes + _warnings(step))


def _warnings(step: Finished) -> tuple[str, ...]:
    assert step.result is not None
    return tuple(map(str, step.result.manifest.get("warnings", ())))


def reverse(
    output: Output,
    workers: Workers,
    *,
    base: Options = BASE,
    stop: threading.Event | None = None,
) -> tuple[str, ...] | None:
    """Return the hypotheses of a system translated back by the same model, one per row.

    What is empty stays empty. None: it is no model, has no way back, was stopped, or failed on the
    way; the log says why. A round trip is secondary evidence: see `Profile.round_trip`.
    """
    document, target = output.result.document, output.result.columns[0].language
    if output.kind != "model":
        return None
    base = replace(base, summary=0, summarizer="")
    try:
        system = parse_system(output.name, base=base)
        way = _way_back(system, target, document.language)
        if not way:
            return None
        back = document_of(texts_of(output), target)
        job = Job(system, back, document.language)
        return _texts(job, workers, stop, len(rows(document)))
    except WorkbenchError as error:
        _log.warning("%s was not translated back: %s", output.name, error)
        return None


def _way_back(system: System, source: str, target: str) -> bool:
    model = get_model(system.options.model or default_model())
    try:
        return bool(find(model, source, target, system.options.pivot))
    except UsageError:
        return False


def _texts(
    job: Job, workers: Workers, stop: threading.Event | None, count: int
) -> tuple[str, ...] | None:
    translations: list[Translation] = []
    with closing(workers.serve(job, stop)) as steps:
        for step in steps:
            if isinstance(step, Part):
                translations += step.translations
    texts = tuple("" if t.origin == "failed" else t.text for t in translations)
    return texts if isinstance(step, Finished) and len(texts) == count else None
