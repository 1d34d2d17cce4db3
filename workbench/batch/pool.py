"""Units of text through engines in processes of their own: what dies is begun again, or named.

To send units elsewhere, write a class with the methods of LocalPool (workbench.batch.cluster).
"""

import os
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias, TypeVar

from workbench.errors import EngineError, WorkbenchError
from workbench.evaluation.process import Texts, Translated, Worker
from workbench.pipeline import Options
from workbench.routing import Route
from workbench.types import Translation

# Deaths without a translation in between, after which it is not the texts that are to blame.
_DEATHS = 8
_TICK = 0.1


@dataclass(frozen=True, slots=True)
class Unit:
    """Texts that an engine gets at once, along a route, without repeats. window: see planning."""

    window: int
    route: Route
    texts: tuple[str, ...]

    @property
    def keys(self) -> list[bytes]:
        """Return the key of each text."""
        return [text_key(self.route[0], text) for text in self.texts]


Done = tuple[Unit, tuple[Translation, ...]]
Waiting: TypeAlias = "queue.Queue[Unit | None]"
Finished: TypeAlias = "queue.Queue[Done | Exception | None]"
_T = TypeVar("_T")


def text_key(language: str, text: str) -> bytes:
    """Return the 16 bytes by which the translations of a text are found in a job."""
    told = f"{language}\0{text}".encode("utf-8", "surrogatepass")
    return blake2b(told, digest_size=16).digest()


class LocalPool:
    """Engines in `size` processes on this machine, each with a unit of its own at a time."""

    def __init__(self, options: Options, load: str, size: int = 1) -> None:
        self._options, self._load, self._size = options, load, size
        self._name = options.model or "the model"
        # Several engines share the processors; one has them all.
        self._threads = max(1, (os.cpu_count() or 1) // size) if size > 1 else 0
        self._living: set[Worker] = set()
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._room = threading.Semaphore(size)
        self._closed = threading.Event()
        self._deaths = 0

    def facts(self, route: Route) -> Translated:
        """Return the engine's settings and the warnings of its self-test, opening it for that.

        Raises UsageError, ModelError, EngineError: it cannot be opened, or is broken.
        """
        return self._ask(route, ())

    def translate(self, units: Iterable[Unit]) -> Iterator[Done]:
        """Yield each unit with its translations as they come, in any order.

        units are taken as they are needed. Close the generator to give up what is in work.
        Raises ModelError, UsageError: the model cannot be run. EngineError: its process dies
        whatever it is given.
        """
        waiting: Waiting = queue.Queue(maxsize=self._size)
        done: Finished = queue.Queue(maxsize=self._size)
        over = threading.Event()
        arguments = (waiting, done, over)
        threads = [
            threading.Thread(target=self._serve, args=arguments, daemon=True)
            for _ in range(self._size)
        ]
        threads.append(threading.Thread(target=_feed, args=(units, *arguments), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield from _collect(done, len(threads))
        finally:
            over.set()

    def close(self) -> None:
        """End every process; what is in work is lost."""
        self._closed.set()
        with self._lock:
            living, self._living = self._living, set()
        for worker in living:
            worker.end()

    def _serve(
        self,
        waiting: Waiting,
        done: Finished,
        over: threading.Event,
    ) -> None:
        """Translate the units that wait until there are no more."""
        try:
            while (unit := _get(waiting, over)) is not None:
                outcome = self._translated(unit.route, unit.texts, fresh=True)
                _put(done, (unit, outcome), over)
            # For the next of the threads that serve.
            _put(waiting, None, over)
            _put(done, None, over)
        except WorkbenchError as error:
            _put(done, error, over)

    def _translated(
        self, route: Route, texts: Sequence[str], *, fresh: bool
    ) -> tuple[Translation, ...]:
        """Return the translations; a process that dies twice of the same texts gets fewer."""
        try:
            return self._ask(route, texts).translations
        except EngineError as error:
            self._deaths += 1
            if self._closed.is_set() or self._deaths > _DEATHS:
                raise
            if fresh:
                return self._translated(route, texts, fresh=False)
            if len(texts) == 1:
                return (Translation("", route[-1], "", "failed", note=str(error)),)
        middle = len(texts) // 2
        halves = (texts[:middle], texts[middle:])
        return tuple(t for half in halves for t in self._translated(route, half, fresh=False))

    def _ask(self, route: Route, texts: Sequence[str]) -> Translated:
        with self._room:
            return self._ask_one(self._take(), route, texts)

    def _ask_one(self, worker: Worker, route: Route, texts: Sequence[str]) -> Translated:
        try:
            (step,) = worker.ask(Texts(self._options, self._load, route, tuple(texts)))
        except BaseException:
            # Nobody knows what a process holds that could not do its work.
            with self._lock:
                self._living.discard(worker)
            worker.end()
            raise
        with self._lock:
            self._idle.append(worker)
        self._deaths = 0
        assert isinstance(step, Translated)
        return step

    def _take(self) -> Worker:
        with self._lock:
            if self._closed.is_set():
                raise EngineError(f"{self._name}: not run, as the job is ending.")
            if not self._idle:
                self._idle.append(Worker(self._name, self._threads))
                self._living.add(self._idle[-1])
            return self._idle.pop()


def _feed(units: Iterable[Unit], waiting: Waiting, done: Finished, over: threading.Event) -> None:
    """Put units where they are waited for, as there is room; then None."""
    try:
        for unit in units:
            if not _put(waiting, unit, over):
                return
        _put(waiting, None, over)
        _put(done, None, over)
    except Exception as error:
        # Whoever listens must hear of it, whatever it is.
        _put(done, error, over)


def _collect(done: Finished, threads: int) -> Iterator[Done]:
    """Yield what is done until every thread has ended."""
    while threads:
        outcome = done.get()
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is None:
            threads -= 1
        else:
            yield outcome


def _put(box: "queue.Queue[_T]", thing: _T, over: threading.Event) -> bool:
    """Wait until there is room, and return whether there was before it was over."""
    while not over.is_set():
        with suppress(queue.Full):
            box.put(thing, timeout=_TICK)
            return True
    return False


def _get(box: Waiting, over: threading.Event) -> Unit | None:
    while not over.is_set():
        with suppress(queue.Empty):
            return box.get(timeout=_TICK)
    return None
