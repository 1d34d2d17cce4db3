"""A job from its first file to its report: planned, translated, finished, and begun again.

    run(store, id)      # or: resume(id), which the command line and the page call

Planning, translating and finishing overlap: the planner runs in the thread that feeds the pool,
engines in processes of their own, the finisher in a thread. Whatever stops a run, what was
acknowledged in the store is there, and everything else is made again in the same way.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from workbench.batch import report
from workbench.batch.finishing import Finisher
from workbench.batch.inputs import outputs_for
from workbench.batch.planning import Begun, Planned, Planner, Refused, Window, routes_of
from workbench.batch.pool import Done, LocalPool, Unit
from workbench.batch.store import Store
from workbench.batch.values import FileRow, FileState, JobRow, JobState
from workbench.catalogue import default_model, get_model
from workbench.errors import EngineError, InputError, UsageError, WorkbenchError
from workbench.evaluation.process import Translated
from workbench.formats.process import Reader
from workbench.manifest import describe_run, file_hash, signature
from workbench.routing import Route
from workbench.types import Translation
from workbench.writing import prepare, whole

# States in which nothing is left to be done for a file, if its outputs are still there.
_ENDED = ("done", "partly")
_TICK = 0.3
# Files whose share is kept up to date at a time.
_SHOWN = 4


class Pool(Protocol):
    """Engines somewhere: LocalPool, or those of a cluster."""

    def facts(self, route: Route) -> Translated:
        """Return the engine's settings and warnings."""

    def translate(self, units: Iterator[Unit]) -> Iterator[Done]:
        """Yield each unit with its translations, in any order."""

    def close(self) -> None:
        """End every process."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: files and texts (times targets) done and in all, as far as is known.

    rate is texts a second in this run; left is the seconds that are left, -1 while nobody knows.
    """

    files: int
    files_total: int
    texts: int
    texts_total: int
    rate: float
    left: float
    name: str


Report = Callable[[Progress], None]


def run(
    store: Store,
    id: str,
    pool: Pool | None = None,
    *,
    size: int = 1,
    report: Report = lambda progress: None,
    stop: threading.Event | None = None,
) -> JobRow:
    """Run a job to its end, or until `stop` or `workbench jobs cancel`, and return how it stands.

    size is the number of engines, each in a process of its own. What was done before is kept.
    Raises UsageError: another process runs it, or what made its translations is not what would
    go on with them. InputError: its folder cannot be written to. ModelError, EngineError:
    the model cannot be run. KeyboardInterrupt: it was interrupted; the job can be resumed.
    """
    spec = store.job(id).spec
    prepare(Path(spec.out))
    store.claim(id)
    outcome: JobState = "interrupted"
    reason = ""
    pool = pool or LocalPool(spec.options, spec.load, size)
    job = _Run(store, id, pool, report, stop or threading.Event())
    try:
        outcome = job.run()
    except WorkbenchError as error:
        outcome, reason = "failed", str(error)
        raise
    finally:
        job.close()
        store.release(id, outcome, reason)
        _write_report(store, id)
    return store.job(id)


class _Run:
    """One run of a job. The planner's thread and the main thread share the books."""

    def __init__(
        self, store: Store, id: str, pool: Pool, report: Report, stop: threading.Event
    ) -> None:
        self._store, self._id, self._pool, self._report, self._stop = store, id, pool, report, stop
        self._job = store.job(id)
        self._spec = self._job.spec
        self._rows = {row.number: row for row in store.files(id)}
        self._books = _Books(sum(row.source.size for row in self._rows.values()))
        self._facts: dict[Route, Translated] = {}
        self._signatures: dict[str, str] = dict(self._job.signature)
        self._finishing: SimpleQueue[tuple[FileRow, int] | None] = SimpleQueue()
        self._trouble: list[BaseException] = []
        self._over = threading.Event()
        self._cancelled = False
        self._told = 0.0
        self._open = ExitStack()
        self._lock = threading.RLock()

    def run(self) -> JobState:
        """Return the state in which the job ends."""
        planner = self._open.enter_context(Reader())
        self._finisher_reader = self._open.enter_context(Reader())
        self._names = outputs_for(
            [row.source for row in self._rows.values()], self._spec.targets, self._spec
        )
        rows = [row for row in self._rows.values() if self._begin(row)]
        finisher = threading.Thread(target=self._finish_all, daemon=True)
        threading.Thread(target=self._watch, daemon=True).start()
        finisher.start()
        plan = Planner(self._store, self._id, self._spec, planner)
        try:
            with closing(self._pool.translate(self._units(plan, rows))) as done:  # type: ignore[type-var]
                for unit, translations in done:
                    self._acknowledge(unit, translations)
        except EngineError:
            if not self._over.is_set():
                raise
        self._finishing.put(None)
        while finisher.is_alive() and not self._over.is_set():
            finisher.join(_TICK)
        if self._trouble:
            raise self._trouble[0]
        return self._outcome()

    def close(self) -> None:
        """End every process of the run."""
        self._over.set()
        self._pool.close()
        self._open.close()

    def _outcome(self) -> JobState:
        if self._over.is_set():
            return "cancelled" if self._cancelled else "interrupted"
        states = {row.state for row in self._rows.values()}
        return "done" if states <= {"done", "skipped"} else "partly"

    def _begin(self, row: FileRow) -> bool:
        """Return whether a file is to be read; one that cannot be is put down as such."""
        try:
            if row.source.reason:
                raise InputError(row.source.reason)
            sha256 = file_hash(Path(row.source.path))
        except (InputError, OSError) as error:
            state: FileState = "skipped" if row.source.skipped else "refused"
            self._put(replace(row, state=state, reason=str(error)))
            return False
        if row.state in _ENDED and row.sha256 == sha256 and self._is_whole(row):
            return True
        self._put(replace(row, state="waiting", reason="", sha256=sha256, outputs=()))
        return True

    def _is_whole(self, row: FileRow) -> bool:
        """Return whether what was written of a file is still there as it was written."""
        places = [(Path(self._spec.out, output.path), output) for output in row.outputs]
        return all(path.is_file() and file_hash(path) == o.sha256 for path, o in places)

    def _units(self, plan: Planner, rows: list[FileRow]) -> Iterator[Unit]:
        """Yield what is to be translated, and keep the books of what is planned."""
        for event in plan.events(rows):
            if self._over.is_set():
                return
            if isinstance(event, Window):
                with self._lock:
                    self._books.opened(event)
                self._store.note(self._id, total=self._books.total)
                for unit in event.units:
                    self._know(unit.route)
                yield from event.units
            elif isinstance(event, Begun):
                self._begun(event)
            elif isinstance(event, Planned):
                with self._lock:
                    self._books.planned(event, self._rows[event.number].source.size)
            else:
                self._refused(event)
            self._hand_on()

    def _begun(self, event: Begun) -> None:
        row = replace(self._rows[event.number], language=event.language)
        if row.state not in _ENDED:
            row = replace(row, state="working", share=-1.0)
            with self._lock:
                self._books.first.setdefault(event.number, event.window)
        self._put(row)

    def _refused(self, event: Refused) -> None:
        row = self._rows[event.number]
        state: FileState = "skipped" if event.skipped else "refused"
        self._put(replace(row, state=state, reason=event.reason, outputs=()))
        with self._lock:
            self._books.passed(row.source.size)

    def _acknowledge(self, unit: Unit, translations: Sequence[Translation]) -> None:
        made = list(zip(unit.keys, translations, strict=True))
        self._store.acknowledge(self._id, unit.route[-1], made)
        with self._lock:
            self._books.done(unit)
        self._hand_on()
        if time.monotonic() - self._told > _TICK:
            self._told = time.monotonic()
            self._tell(self._share())

    def _share(self) -> str:
        """Keep how much is done of the files in work, and return the name of the first."""
        with self._lock:
            shares = self._books.shares()
            for number, share in shares.items():
                if self._rows[number].state == "working":
                    self._put(replace(self._rows[number], share=share))
        return self._rows[min(shares)].source.name if shares else ""

    def _hand_on(self) -> None:
        """Give the files whose texts are all there to the finisher."""
        with self._lock:
            ready = self._books.ready()
        for event in ready:
            row = self._rows[event.number]
            if row.state not in _ENDED:
                self._finishing.put((row, event.fresh))

    def _finish_all(self) -> None:
        finishers: dict[str, Finisher] = {}
        while (given := self._finishing.get()) is not None and not self._over.is_set():
            row, fresh = given
            try:
                if row.language not in finishers:
                    finishers[row.language] = self._finisher(row.language)
                done = finishers[row.language].finish(row, fresh)
            except (WorkbenchError, OSError) as error:
                self._trouble.append(error)
                self._over.set()
                self._pool.close()
                return
            if not self._over.is_set():
                self._put(done)
                self._tell(row.source.name)

    def _finisher(self, language: str) -> Finisher:
        routes = routes_of(self._spec, language)
        facts = [self._know(route) for route in routes]
        warnings = tuple(dict.fromkeys(line for fact in facts for line in fact.warnings))
        made = Translated((), facts[0].settings, warnings)
        store, reader = self._store, self._finisher_reader
        return Finisher(store, self._id, self._spec, reader, made, self._names, self._job.created)

    def _know(self, route: Route) -> Translated:
        """Return what the engine says of itself on a route, and hold that it is what it was.

        Raises UsageError: what is translated already was made by something else.
        """
        with self._lock:
            if route not in self._facts:
                self._facts[route] = self._pool.facts(route)
                self._sign(route, self._facts[route])
            return self._facts[route]

    def _sign(self, route: Route, facts: Translated) -> None:
        model = get_model(self._spec.options.model or default_model())
        decoding = self._spec.options.decoding or model.decoding
        now = signature(describe_run(model, facts.settings, decoding, [route]), route)
        pair = f"{route[0]}-{route[-1]}"
        before = self._signatures.setdefault(pair, now)
        if before != now:
            raise UsageError(
                f"Job {self._id} was begun with another model or version. Before: {before}. "
                f"Now: {now}. Begin anew with --fresh, or go back to what it was begun with."
            )
        self._store.note(self._id, signature=self._signatures)

    def _watch(self) -> None:
        """End the run when somebody asks for it."""
        while not self._over.wait(_TICK):
            self._cancelled = self._store.cancelled(self._id)
            if self._cancelled or self._stop.is_set():
                self._over.set()
                self._pool.close()

    def _put(self, row: FileRow) -> None:
        with self._lock:
            self._rows[row.number] = row
            self._store.update(self._id, row)

    def _tell(self, name: str) -> None:
        with self._lock:
            ended = sum(row.state not in ("waiting", "working") for row in self._rows.values())
            progress = self._books.progress(ended, len(self._rows), name)
        self._store.note(self._id, rate=progress.rate)
        self._report(progress)


@dataclass
class _Books:
    """What of a run is planned, done, and waiting for what."""

    bytes_total: int
    total: int = 0
    made: int = 0
    known: int = 0
    bytes_planned: int = 0
    bytes_read: int = 0
    started: float = 0.0
    last: int = -1
    left: dict[int, int] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)
    waiting: list[Planned] = field(default_factory=list)

    def opened(self, window: Window) -> None:
        """Put down a window whose units are to be translated."""
        missing = sum(len(unit.texts) for unit in window.units)
        self.total += window.texts
        self.known += window.texts - missing
        self.last = window.number
        self.bytes_read = window.read
        self.left[window.number] = self.units[window.number] = len(window.units)
        self.started = self.started or time.monotonic()

    def planned(self, file: Planned, size: int) -> None:
        """Put down a file whose texts are all in windows."""
        self.waiting.append(file)
        self.bytes_planned += size

    def passed(self, size: int) -> None:
        """Put down a file that there is nothing to do for."""
        self.bytes_planned += size

    def done(self, unit: Unit) -> None:
        """Put down that a unit is translated."""
        self.left[unit.window] -= 1
        self.made += len(unit.texts)

    def shares(self) -> dict[int, float]:
        """Return how much is done of the first files that wait, at most a few of them."""
        shares = {}
        for file in self.waiting[:_SHOWN]:
            windows = range(self.first.get(file.number, 0), file.window + 1)
            units = sum(self.units.get(number, 0) for number in windows)
            left = sum(self.left.get(number, 0) for number in windows)
            shares[file.number] = 1.0 - left / units if units else 1.0
        return shares

    def ready(self) -> list[Planned]:
        """Return the files whose windows are all done, each once.

        Windows are done about in order, so that few are looked at; a file waits for every window
        up to its last.
        """
        self.left = {number: left for number, left in self.left.items() if left}
        first = min(self.left, default=None)
        files, self.waiting = self.waiting, []
        ready: list[Planned] = []
        for file in files:
            free = file.window <= self.last and (first is None or file.window < first)
            (ready if free else self.waiting).append(file)
        return ready

    def progress(self, ended: int, files: int, name: str) -> Progress:
        """Return how far it is; what is not planned yet is guessed from the bytes of the files."""
        seconds = time.monotonic() - self.started if self.started else 0.0
        rate = self.made / seconds if seconds > 0 else 0.0
        planned = min(self.bytes_planned + self.bytes_read, self.bytes_total)
        share = planned / self.bytes_total if self.bytes_total else 1.0
        expected = self.total / share if share else 0.0
        left = max(0.0, expected - self.made - self.known) / rate if rate and share else -1.0
        return Progress(ended, files, self.made + self.known, self.total, rate, left, name)


def resume(id: str, *, size: int = 1, report: Report = lambda progress: None) -> JobRow:
    """Go on with a job of the user's own store; see `run`."""
    with Store() as store:
        return run(store, id, size=size, report=report)


def _write_report(store: Store, id: str) -> None:
    """Write what became of the job beside its outputs."""
    job, files = store.job(id), store.files(id)
    for name, text in (("report.html", report.to_html), ("report.json", report.to_json)):
        with whole(Path(job.spec.out, name)) as place:
            place.write_text(text(job, files), encoding="utf-8", errors="replace")
