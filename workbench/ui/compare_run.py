"""A comparison as the page sees it: views while systems run, then one that is judged."""

import functools
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.compare import ready, running, view
from workbench.compare.assessing import Measures, assess, round_trips
from workbench.compare.values import Comparison, Reference
from workbench.identification import identify
from workbench.languages import LANGUAGES
from workbench.memory import Memory
from workbench.pipeline import Options
from workbench.types import Document
from workbench.ui.compare_desk import CompareDesk
from workbench.ui.runs import LIMIT
from workbench.ui.status import failure, trouble
from workbench.ui.streaming import PACE, SLOWER, paced
from workbench.ui.words import packed

_log = logging.getLogger(__name__)

View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, as the components hold it: source "" is to be detected.

    given are the ready-made translations by their names, which stand among the systems too, and
    references the translations to measure against: a file, or the text itself.
    """

    text: str
    source: str
    target: str
    systems: Sequence[str]
    given: Mapping[str, Path | str] = field(default_factory=dict)
    references: Mapping[str, Path | str] = field(default_factory=dict)
    round_trip: bool = False
    commercial: bool = False

    @property
    def options(self) -> Options:
        """Return the options of every model that runs."""
        return Options(purpose="commercial" if self.commercial else "any")


@dataclass(kw_only=True)
class _Progress(running.Collected):
    """What has come from the systems so far, as it is shown."""

    document: Document
    target: str
    names: Sequence[str]
    references: tuple[Reference, ...]
    at_work: str = ""

    def take(self, event: running.Event) -> None:
        super().take(event)
        if isinstance(event, running.Started):
            self.at_work = event.name

    def view(self) -> View:
        return view.partial(
            self.document,
            self.target,
            self.names,
            self.arrived,
            outputs=self.outputs,
            failures=self.failures,
            references=self.references,
            running=self.at_work,
        )


def compare(
    workers: running.Workers,
    memory: Memory,
    request: Request,
    stop: threading.Event,
    put: Callable[[str, CompareDesk], None],
) -> Iterator[dict[str, str]]:
    """Yield the view's value while systems run; the comparison is put on a desk."""
    name = {"kind": "comparison", "run": uuid.uuid4().hex}
    shown: View = {}
    try:
        question = _question(request)
        if question:
            yield packed({**name, "status": question})
            return
        started = time.monotonic()
        progress = _prepared(request)
        for shown in _running(progress, request, workers, memory, stop):
            yield packed(shown | name)
        yield packed(shown | name | {"status": {"key": "compare_judging", "level": "busy"}})
        comparison = progress.comparison(progress.document, progress.target, progress.references)
        trips: dict[str, tuple[str, ...]] = {}
        if request.round_trip:
            trips.update(round_trips(comparison, workers, base=request.options, stop=stop))
        # Tests are against the system that was chosen first.
        baseline = comparison.outputs[0].name if comparison.outputs else ""
        comparison = assess(comparison, Measures(baseline=baseline), trips)
        status = _status(comparison, time.monotonic() - started, stopped=stop.is_set())
        desk = CompareDesk(comparison, name | {"status": status}, memory)
        put(name["run"], desk)
        yield packed(desk.view())
    except Exception as error:
        # The one place that stops everything.
        yield packed(shown | name | {"status": trouble(error, _log, "A comparison")})


def _prepared(request: Request) -> _Progress:
    """Return the text in rows with the references beside it.

    Raises InputError: a ready-made translation or a reference does not fit the text.
    """
    language = request.source or identify(request.text, tuple(LANGUAGES)).language
    others = [*request.given.values(), *request.references.values()]
    document = ready.document_for(request.text, language, others)
    references = tuple(
        ready.read_reference(given, document, request.target, name)
        for name, given in request.references.items()
    )
    return _Progress(
        document=document,
        target=request.target,
        names=tuple(request.systems),
        references=references,
    )


def _running(
    progress: _Progress,
    request: Request,
    workers: running.Workers,
    memory: Memory,
    stop: threading.Event,
) -> Iterator[View]:
    """Yield views while the systems run. After a stop, what did not end has failed as stopped."""
    place = (progress.document, progress.target, memory)
    made: dict[str, running.Made] = {
        name: functools.partial(ready.read_output, name, given, *place)
        for name, given in request.given.items()
    }
    made[running.MEMORY] = functools.partial(ready.from_memory, *place)
    events = running.run(
        progress.document,
        progress.target,
        progress.names,
        workers,
        base=request.options,
        ready=made,
        stop=stop,
    )
    yield progress.view()
    done: list[running.Event] = []
    taken = 0
    size = len(progress.document.segments) * len(progress.names)
    # Not the reader's own switch: the systems hear that, and their last words are waited for.
    for drawn in paced(events, done, threading.Event(), PACE + size / SLOWER):
        for event in done[taken:drawn]:
            progress.take(event)
        taken = drawn
        yield progress.view()
    for event in done[taken:]:
        progress.take(event)


def _question(request: Request) -> View | None:
    """Return what has to be settled before a run, as a status, or None."""
    if not request.text.strip():
        return failure("no_text")
    if len(request.text) > LIMIT:
        return failure("too_long", limit=LIMIT)
    guess = identify(request.text, tuple(LANGUAGES))
    if not request.source and not guess.sure:
        return failure("ask_language")
    if (request.source or guess.language) == request.target:
        return failure("compare_same_language")
    if not request.systems:
        return failure("compare_no_system")
    return None


def _status(comparison: Comparison, seconds: float, *, stopped: bool) -> View:
    if stopped:
        return {"key": "compare_stopped", "values": {}, "level": "warning"}
    values = {"systems": len(comparison.outputs), "seconds": max(seconds, 0.001)}
    return {"key": "compare_done", "values": values, "level": "done"}
