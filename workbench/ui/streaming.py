"""A translation as the page sees it: views a few times a second, then a result, whole or stopped.

The engine works in a thread of its own, so that a batch is on the screen when it is done and Stop
is heard while the next one is under way.
"""

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from typing import Any, TypeVar

from workbench.pipeline import Options, Workbench
from workbench.types import Document, Result, Translation
from workbench.view import partial_payload, payload

# Seconds between two looks at what is done, and between two views.
TICK = 0.04
PACE = 0.35
# The whole view travels each time: so many segments make it a second longer between two views.
SLOWER = 3000
# What only a result has.
JUDGED = (
    "bullets",
    "refusal",
    "preset",
    "coverage",
    "number_coverage",
    "sections",
    "sections_read",
    "writer",
    "findings",
    "ledger",
    "warnings",
    "footer",
)

View = dict[str, Any]
Item = TypeVar("Item")


class Stops:
    """One switch per browser session: nobody stops the work of another."""

    def __init__(self) -> None:
        self._switches: dict[str, threading.Event] = {}

    def begin(self, session: str) -> None:
        """Give the session a fresh switch, for the run that was just asked for."""
        self._switches[session] = threading.Event()

    def switch(self, session: str) -> threading.Event:
        """Return the session's switch."""
        return self._switches.setdefault(session, threading.Event())

    def end(self, session: str) -> None:
        """Forget the session's switch."""
        self._switches.pop(session, None)


def stream(
    bench: Workbench,
    document: Document,
    targets: Sequence[str],
    options: Options,
    stop: threading.Event,
) -> Iterator[tuple[View, Result | None]]:
    """Yield (view, None) at once and while sentences arrive, and at the end (view, result).

    After a stop the view keeps all that is done, and the result holds the segments that are done
    in every target; None if there are none.
    Raises UsageError: a pair the model does not have. What the engine raises comes through.
    """
    name = {"run": uuid.uuid4().hex}
    started = time.monotonic()
    done: list[Translation] = []
    translations = bench.translate(document, targets, options)
    yield partial_payload(document, targets, (), 0.0) | name, None
    pace = PACE + len(document.segments) / SLOWER
    for drawn in paced(translations, done, stop, pace):
        if stop.is_set():
            break
        seconds = time.monotonic() - started
        yield partial_payload(document, targets, done[:drawn], seconds) | name, None
    if len(done) < len(document.segments) * len(targets):
        view, result = _stopped(bench, document, targets, list(done), options)
        yield view | name, result
        return
    result = bench.assemble(document, targets, done, options)
    seconds = max(time.monotonic() - started, 0.001)
    values = {"total": len(done), "seconds": seconds, "rate": len(done) / seconds}
    status = {"key": "finished_in", "values": values, "level": "done"}
    yield payload(result) | name | {"status": status}, result


def paced(
    items: Iterator[Item], done: list[Item], stop: threading.Event, pace: float
) -> Iterator[int]:
    """Fill `done` in a thread of its own; yield its length when there is more to draw.

    At least `pace` seconds lie between two of them. Ends when all is done, and at once after a
    stop, which the thread hears after its batch: until then `done` may still grow. What the items
    raise comes through.
    """
    pool = ThreadPoolExecutor(1)
    work = pool.submit(_collect, items, done, stop)
    drawn, due = 0, time.monotonic()
    try:
        while not (work.done() or stop.is_set()):
            wait([work], TICK)
            if len(done) > drawn and time.monotonic() > due and not work.done():
                drawn = len(done)
                yield drawn
                due = time.monotonic() + pace
        if work.done():
            work.result()
    finally:
        # Also when the reader has left: the thread ends with its batch.
        stop.set()
        pool.shutdown(wait=False)


def _collect(items: Iterator[Item], done: list[Item], stop: threading.Event) -> None:
    with closing(items):  # type: ignore[type-var]  # an Iterator here is a generator
        for item in items:
            done.append(item)
            if stop.is_set():
                return


def _stopped(
    bench: Workbench,
    document: Document,
    targets: Sequence[str],
    done: Sequence[Translation],
    options: Options,
) -> tuple[View, Result | None]:
    """Return what is done so far, checked and summed up as far as every target goes."""
    status = {"status": {"key": "stopped", "values": {}, "level": "warning"}}
    view = partial_payload(document, targets, done, 0.0) | status
    length = min(sum(t.language == target for t in done) for target in targets)
    if not length:
        return view, None
    part = replace(document, segments=document.segments[:length])
    kept = {segment.id for segment in part.segments}
    whole = [translation for translation in done if translation.segment_id in kept]
    result = bench.assemble(part, targets, whole, options)
    judged = payload(result)
    return view | {key: judged[key] for key in JUDGED}, result
