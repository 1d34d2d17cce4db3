"""The process of one system: read jobs from stdin, write translations and outcomes to stdout.

`python -m workbench.evaluation.worker` is started by workbench.evaluation.process and imports
nothing that a translation does not need, so that its memory and its start are the model's. It
ends with its stdin.
"""

import pickle
import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from workbench.batch.translator import Translator
from workbench.catalogue import default_model, get_model
from workbench.child import listen, to_parent
from workbench.errors import AccountingError, EngineError, WorkbenchError
from workbench.evaluation.process import (
    Broken,
    Converted,
    Finished,
    Halt,
    Halted,
    Job,
    Part,
    Texts,
    Translated,
    load_message,
)
from workbench.evaluation.systems import Cost
from workbench.languages import get_language
from workbench.manifest import signature
from workbench.pipeline import Options, Workbench
from workbench.routing import find
from workbench.types import Translation

# What libraries below the engines raise when a machine is too small or a file is damaged.
_CRASHES = (WorkbenchError, RuntimeError, OSError, ValueError, ImportError, MemoryError)
_BETWEEN_PARTS = 0.1

Order = tuple[Job | Texts, threading.Event]
Outcome = Finished | Halted | Converted | Broken | Translated


def main() -> None:
    """Do the jobs on stdin, one after the other; whatever a library prints goes to stderr."""
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()
    with to_parent() as parent:
        listen(load_message, _Orders(orders).take)
        bench = Workbench()
        while True:
            job, halted = orders.get()
            try:
                outcome = _outcome(bench, job, halted, parent)
            except _CRASHES as error:
                outcome = _broken(error, _name(job))
            _say(outcome, parent)


def _outcome(
    bench: Workbench, job: Job | Texts, halted: threading.Event, parent: BinaryIO
) -> Outcome:
    if isinstance(job, Texts):
        return _translator(job.options, job.load)(job.route, job.texts)
    return _serve(bench, job, halted, parent)


@cache
def _translator(options: Options, load: str) -> Translator:
    return Translator(options, load)


def _name(job: Job | Texts) -> str:
    if isinstance(job, Texts):
        return job.options.model or default_model()
    return job.system.name


class _Orders:
    """Passes on jobs, each with the event that halts it."""

    def __init__(self, orders: "queue.SimpleQueue[Order]") -> None:
        self._orders = orders
        self._halted = threading.Event()

    def take(self, message: Job | Texts | Halt) -> None:
        if isinstance(message, Halt):
            self._halted.set()
        else:
            self._halted = threading.Event()
            self._orders.put((message, self._halted))


def _broken(error: Exception, name: str) -> Broken:
    if isinstance(error, WorkbenchError):
        return Broken(str(error), error.exit_code)
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    return Broken(f"{name}: {said}", EngineError.exit_code)


def _serve(bench: Workbench, job: Job, halted: threading.Event, parent: BinaryIO) -> Outcome:
    options, document = job.system.options, job.document
    model = get_model(options.model or default_model())
    target = get_language(job.target).code
    route = find(model, document.language, target, options.pivot)
    _forget_peak()
    with closing(bench.translate(document, [target], options)) as translations:  # type: ignore[type-var]
        ct2 = bench.engine(options).settings["engine"].startswith("ct2")
        if ct2 and "torch" in sys.modules and not job.again:
            return Converted()
        # A self-test is no part of the translation, and is done once.
        bench.manifest(document, (), (route,), options)
        started = time.monotonic()
        made = list(_spoken(translations, halted, parent))
    seconds = time.monotonic() - started
    if halted.is_set():
        return Halted()
    if [t.segment_id for t in made] != [s.id for s in document.segments]:
        raise AccountingError(f"{job.system.name}: hypotheses and lines do not match one to one.")
    texts = sum(s.kind in ("sentence", "heading") for s in document.segments)
    cost = Cost(0.0, seconds, texts / max(seconds, 1e-6), _peak_bytes() / 1e6)
    if job.checked:
        result = bench.assemble(document, [target], made, options)
        return Finished(result.columns[0].signature, cost, result)
    # One line is one segment: the segmenter had no part in it.
    manifest = bench.manifest(document, made, (route,), options) | {"segmenter": "line"}
    return Finished(signature(manifest, route), cost)


def _spoken(
    translations: Iterator[Translation], halted: threading.Event, parent: BinaryIO
) -> Iterator[Translation]:
    """Yield the translations; tell the parent of the first at once, then of some now and then."""
    part: list[Translation] = []
    told = 0.0
    for translation in translations:
        if halted.is_set():
            return
        yield translation
        part.append(translation)
        if time.monotonic() - told > _BETWEEN_PARTS:
            told = time.monotonic()
            _say(Part(tuple(part)), parent)
            part.clear()
    if part:
        _say(Part(tuple(part)), parent)


def _say(message: Part | Outcome, parent: BinaryIO) -> None:
    pickle.dump(message, parent)
    parent.flush()


def _forget_peak() -> None:
    """Let the most memory held be that from now on: a job before this one is not its cost."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_bytes() -> int:
    """Return the most memory that this process has held, in bytes.

    Linux counts into ru_maxrss what the parent held when it started the process (500 MB more were
    seen for a process of 14 MB); VmHWM starts at zero with the new program.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
        found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
        if found:
            return int(found[0]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
