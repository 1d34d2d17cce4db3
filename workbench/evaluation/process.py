"""Systems at work, each in a process of its own: its memory, its start and its death are its own.

    run = run_system(parse_system("trilingual-small"), lines, "ja", "en")

Workers keeps processes with loaded models; worker.py is what runs in them.
"""

import os
import pickle
import queue
import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from workbench.catalogue import default_model, get_model
from workbench.child import Child, death
from workbench.closing import Closing
from workbench.errors import AccountingError, EngineError, ModelError, UsageError, WorkbenchError
from workbench.evaluation.systems import Cost, Run, System, document_of, notes_on
from workbench.languages import get_language
from workbench.pipeline import Options
from workbench.routing import Route
from workbench.types import Document, Result, Translation

Report = Callable[[int, int], None]
NO_CAP = sys.maxsize
_ERRORS: dict[int, type[WorkbenchError]] = {1: AccountingError, 2: UsageError, 4: ModelError}
# A line end inside a hypothesis would shift every line after it in a file.
_LINE_ENDS = str.maketrans("\r\n", "  ")
# Seconds: between two looks at a process, and for a batch to end once the work was stopped.
_TICK = 0.05
_GRACE = 2.0
# Bytes that a process is expected to hold: per byte of the model's weights, and besides them.
_PER_BYTE = 2.0
_BESIDES = {"hf": 500_000_000}
_BESIDES_ELSE = 150_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told. checked: it is to check what it made, and return the result.

    again: the model was converted by the worker before this one.
    """

    system: System
    document: Document
    target: str
    checked: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Texts:
    """What a worker is told to translate outside of any document: a unit of a batch job.

    load is the function that opens the engine, as "module:name". Without texts the engine is only
    opened and tried.
    """

    options: Options
    load: str
    route: Route
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translated:
    """What a worker says to Texts: a translation per text, and what made them.

    settings are Engine.settings, warnings those of the self-test.
    """

    translations: tuple[Translation, ...]
    settings: Mapping[str, str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Halt:
    """What a worker is told to make it end a job early."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker says while it works: the translations since it last spoke, in order."""

    translations: tuple[Translation, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """What a worker says at the end; result is None where none was asked for."""

    signature: str
    cost: Cost
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class Halted:
    """What a worker says when it was told to end early."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What a worker says instead of working when it had to convert the model for ct2 first.

    That happens once in the life of a model and loads torch: it is no part of the model's cost.
    """


@dataclass(frozen=True, slots=True)
class Broken:
    """What a worker says when it cannot go on. Not every exception survives pickling whole."""

    reason: str
    exit_code: int


Step = Part | Finished | Halted | Converted | Translated
Steps = Generator[Step, None, None]


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
    document = document_of(lines, get_language(source).code)
    translations: list[Translation] = []
    with Workers(NO_CAP) as workers, closing(workers.serve(Job(system, document, target))) as steps:
        for step in steps:
            if isinstance(step, Part):
                translations += step.translations
                report(len(translations), len(lines))
    assert isinstance(step, Finished)
    failed = sum(t.origin == "failed" for t in translations)
    hypotheses = tuple(_one_line(t.text) for t in translations)
    notes = notes_on(translations)
    return Run(system.name, hypotheses, step.signature, step.cost, failed, notes)


class Workers(Closing):
    """Processes with loaded models, one per system, that together stay under a cap of memory.

    cap_bytes is what they may hold, 0 for half of the machine's memory. Before a new process
    starts, the ones used longest ago end until there is room for it; one that outgrows the cap by
    itself is killed. Safe to share between threads: one job runs at a time, the others wait.
    Processes end with `close`, with this object, and with the program, however that ends.
    """

    def __init__(self, cap_bytes: int = 0) -> None:
        self.cap_bytes = cap_bytes or default_cap()
        # Those used longest ago come first.
        self._living: OrderedDict[System, Worker] = OrderedDict()
        self._peaks: dict[System, float] = {}
        self._closed = False
        self._turn = threading.Lock()
        self._lock = threading.RLock()
        self._end = weakref.finalize(self, _end_all, self._living)

    def close(self) -> None:
        """End every process; a job that runs fails. Nothing can be served any more."""
        with self._lock:
            self._closed = True
            self._end()

    @property
    def living(self) -> tuple[str, ...]:
        """Return the names of the systems that are loaded, the one used last at the end."""
        with self._lock:
            return tuple(system.name for system in self._living)

    def serve(self, job: Job, stop: threading.Event | None = None) -> Steps:
        """Yield parts as they are made, then what came of the job: Finished or Halted.

        stop is heard within a batch; a batch that takes longer than two seconds ends with its
        process. Close the generator to give the job up.
        Raises EngineError, ModelError, UsageError: the model cannot be run, its process died or
        outgrew the cap. AccountingError: a segment has no translation, or another's.
        """
        while not self._turn.acquire(timeout=_TICK):
            if stop and stop.is_set():
                yield Halted()
                return
        try:
            again = yield from self._tried(job, stop)
            if again:
                yield from self._tried(replace(job, again=True), stop)
        finally:
            self._turn.release()

    def _tried(self, job: Job, stop: threading.Event | None) -> Generator[Step, None, bool]:
        """Yield what comes of a job, and return whether it is to be begun again."""
        with closing(self._once(job, stop)) as steps:
            for step in steps:
                if isinstance(step, Converted):
                    return True
                yield step
        return False

    def _once(self, job: Job, stop: threading.Event | None) -> Steps:
        worker = self._take(job.system)
        over = threading.Event()
        watchdog = threading.Thread(target=self._watch, args=(worker, over), daemon=True)
        watchdog.start()
        step: Step | None = None
        try:
            for step in worker.ask(job, stop):
                yield step
        finally:
            over.set()
            watchdog.join()
            self._put_back(job.system, worker, step)

    def _take(self, system: System) -> "Worker":
        with self._lock:
            if self._closed:
                raise EngineError(f"{system.name}: not run, as the program is ending.")
            worker = self._living.pop(system, None)
            if worker and not worker.alive:
                worker.end()
                worker = None
            if not worker:
                self._make_room(self._peaks.get(system) or expected_bytes(system))
                worker = Worker(system.name)
            self._living[system] = worker
            return worker

    def _put_back(self, system: System, worker: "Worker", step: Step | None) -> None:
        """Keep a process that did its job; of one that did not, nobody knows what it holds."""
        with self._lock:
            if isinstance(step, Finished):
                self._peaks[system] = step.cost.peak_mb * 1e6
            elif not isinstance(step, Halted) or not worker.alive:
                self._living.pop(system, None)
                worker.end()

    def _make_room(self, needed: float, besides: "Worker | None" = None) -> None:
        """End processes, those used longest ago first, until what is needed fits in."""
        for system, worker in list(self._living.items()):
            held = sum(w.resident for w in self._living.values() if w is not besides)
            if held + needed <= self.cap_bytes:
                return
            if worker is not besides:
                del self._living[system]
                worker.end()

    def _watch(self, worker: "Worker", over: threading.Event) -> None:
        while not over.wait(_TICK):
            resident = worker.resident
            if resident > self.cap_bytes:
                worker.kill(
                    f"its process was ended: it held {resident / 1e6:.0f} MB, and all systems "
                    f"together may hold {self.cap_bytes / 1e6:.0f} MB (--memory-cap)."
                )
                return
            with self._lock:
                self._make_room(resident, besides=worker)


class Worker:
    """One process; one job at a time. threads is how many it may use, 0 for all."""

    def __init__(self, name: str, threads: int = 0) -> None:
        self._name = name
        # Why it was killed, "" while it was not.
        self._reason = ""
        self._started = time.monotonic()
        # Seconds from there to the first translation, 0 as long as there was none.
        self._cold_start = 0.0
        limits = {"OMP_NUM_THREADS": str(threads)} if threads else {}
        self._child = Child("workbench.evaluation.worker", load_message, environment=limits)

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._child.alive

    @property
    def resident(self) -> int:
        """Return the bytes of memory that it holds now; 0 where Linux does not tell."""
        return self._child.resident

    def ask(self, job: Job | Texts, stop: threading.Event | None = None) -> Iterator[Step]:
        """Yield what the process makes of a job; see `Workers.serve`."""
        self._send(job)
        while isinstance(step := self._next(stop), Part):
            self._cold_start = self._cold_start or time.monotonic() - self._started
            yield step
        if step is None:
            raise EngineError(f"{self._name}: {self._reason or death(self._child.wait())}")
        if isinstance(step, Broken):
            raise _ERRORS.get(step.exit_code, EngineError)(step.reason)
        if isinstance(step, Finished):
            step = replace(step, cost=replace(step.cost, cold_start=self._cold_start))
        yield step

    def kill(self, reason: str) -> None:
        """End the process now; whoever waits for it is told why."""
        self._reason = reason
        self._child.kill()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self._child.end()

    def _send(self, message: Job | Texts | Halt) -> None:
        self._child.send(pickle.dumps(message))

    def _next(self, stop: threading.Event | None) -> Step | Broken | None:
        """Return the next message, None when the process has died."""
        deadline = 0.0
        while True:
            if stop and stop.is_set() and not deadline:
                self._send(Halt())
                deadline = time.monotonic() + _GRACE
            try:
                message = self._child.get(_TICK)
            except queue.Empty:
                if deadline and time.monotonic() > deadline:
                    self._child.kill()
                    return Halted()
                continue
            if not (deadline and isinstance(message, Part)):
                return message


def load_message(stream: IO[bytes]) -> Any:
    """Return the next message between a worker and its parent.

    Raises EOFError: there is none, or it was cut off.
    """
    try:
        return pickle.load(stream)
    except pickle.UnpicklingError as error:
        raise EOFError from error


def default_cap() -> int:
    """Return half of the memory that this process may use, in bytes."""
    sizes = [8 << 30]
    with suppress(AttributeError, ValueError, OSError):
        sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with suppress(ValueError, OSError):
        # A container may use less than the machine has; without a limit it says "max".
        sizes.append(int(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    return min(sizes) // 2


def expected_bytes(system: System) -> float:
    """Return about how much memory a system will take that was never run."""
    options = system.options
    model = get_model(options.model or default_model())
    files = [file for name in ("*.safetensors", "*.bin") for file in _files(model.path, name)]
    weights = sum(file.stat().st_size for file in files)
    return weights * _PER_BYTE + _BESIDES.get(options.engine, _BESIDES_ELSE)


def _files(folder: Path | None, pattern: str) -> Iterator[Path]:
    return folder.glob(pattern) if folder else iter(())


def _end_all(living: "OrderedDict[System, Worker]") -> None:
    while living:
        _, worker = living.popitem()
        worker.end()


def _one_line(text: str) -> str:
    return text.translate(_LINE_ENDS)
