"""The process of one system: read a job from stdin, translate, write progress and run to stdout.

`python -m workbench.evaluation.worker` is started by workbench.evaluation.systems and imports
nothing that a translation does not need, so that its memory and its start are the model's.
"""

import os
import pickle
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from workbench.catalogue import default_model, get_model
from workbench.errors import AccountingError, EngineError, WorkbenchError
from workbench.evaluation.systems import Converted, Cost, Failed, Job, Progress, Run, document_of
from workbench.languages import get_language
from workbench.manifest import signature
from workbench.pipeline import Workbench
from workbench.routing import find
from workbench.types import Translation

# What libraries below the engines raise when a machine is too small or a file is damaged.
_CRASHES = (WorkbenchError, RuntimeError, OSError, ValueError, ImportError, MemoryError)
_BETWEEN_REPORTS = 0.1
_LINE_ENDS = re.compile(r"[\r\n]+")


def main() -> None:
    """Do the job on stdin; whatever a library prints goes to stderr."""
    # A terminal interrupts parent and worker alike; the parent ends the worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as parent:
        os.dup2(2, 1)
        job = pickle.load(sys.stdin.buffer)
        try:
            outcome = _measured(job, parent)
        except _CRASHES as error:
            outcome = _failed(error, job.system.name)
        pickle.dump(outcome, parent)


def _failed(error: Exception, name: str) -> Failed:
    if isinstance(error, WorkbenchError):
        return Failed(str(error), error.exit_code)
    said = f"{type(error).__name__}: {error}".removesuffix(": ")
    return Failed(f"{name}: {said}", EngineError.exit_code)


def _measured(job: Job, parent: BinaryIO) -> Run | Converted | Failed:
    options = job.system.options
    model = get_model(options.model or default_model())
    source, target = get_language(job.source).code, get_language(job.target).code
    route = find(model, source, target, options.pivot)
    bench = Workbench()
    ct2 = bench.engine(options).settings["engine"].startswith("ct2")
    if ct2 and "torch" in sys.modules and not job.again:
        return Converted()
    document = document_of(job.lines, source)
    started = time.monotonic()
    translations = list(_reported(bench.translate(document, [target], options), parent))
    seconds = time.monotonic() - started
    if [t.segment_id for t in translations] != [s.id for s in document.segments]:
        raise AccountingError(f"{job.system.name}: hypotheses and lines do not match one to one.")
    texts = sum(s.kind == "sentence" for s in document.segments)
    cost = Cost(0.0, seconds, texts / max(seconds, 1e-6), _peak_bytes() / 1e6)
    # One line is one segment: the segmenter had no part in it.
    manifest = bench.manifest(document, translations, (route,), options) | {"segmenter": "line"}
    return _run(job.system.name, translations, signature(manifest, route), cost)


def _reported(translations: Iterator[Translation], parent: BinaryIO) -> Iterator[Translation]:
    """Yield the translations; tell the parent of the first, then of the count now and then."""
    told = 0.0
    for number, translation in enumerate(translations, 1):
        yield translation
        if number == 1 or time.monotonic() - told > _BETWEEN_REPORTS:
            told = time.monotonic()
            pickle.dump(Progress(number), parent)
            parent.flush()


def _run(name: str, translations: Sequence[Translation], made_by: str, cost: Cost) -> Run:
    failed = [t for t in translations if t.origin == "failed"]
    cut = sum(t.truncated for t in translations)
    split = sum(t.note.startswith("split") for t in translations)
    notes = [f"lines that failed: {len(failed)} ({failed[0].note})"] if failed else []
    notes += [f"lines cut at the longest output: {cut}"] if cut else []
    notes += [f"lines split, being longer than the model takes: {split}"] if split else []
    # A line end inside a hypothesis would shift every line after it in a file.
    hypotheses = tuple(_LINE_ENDS.sub(" ", t.text) for t in translations)
    return Run(name, hypotheses, made_by, cost, len(failed), tuple(notes))


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
