"""Batch jobs as the page starts, watches and hands them out; each runs in a process of its own.

A job does not know of the page: it goes on when a tab is closed or the server ends, and is found
again by its number, here or with `workbench jobs`.
"""

import json
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from workbench.batch.command import BatchCommand
from workbench.batch.inputs import find
from workbench.batch.store import Store
from workbench.batch.values import FileRow, JobRow
from workbench.catalogue import PACKAGE, data_dir
from workbench.errors import InputError, UsageError, WorkbenchError
from workbench.formats import Reading
from workbench.pipeline import Options
from workbench.ui.status import failure, trouble

# Files whose rows the page shows; all of them are in the report.
SHOWN = 500
_ID = re.compile(r"[a-z0-9]{8}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader chose for a job, as the fields of the tab have it."""

    source: str
    targets: Sequence[str]
    model: str
    summary: bool
    beside: Sequence[str]
    commercial: bool
    columns: str
    fields: str
    encoding: str
    pdf: str


class Jobs:
    """The jobs of the page's user. Those that are started here run one after the other."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store or Store()
        self._line: SimpleQueue[str] = SimpleQueue()
        self._actions: Mapping[str, Callable[[str], None]] = {
            "look": lambda id: None,
            "cancel": self._store.cancel,
            "resume": self._line.put,
        }
        threading.Thread(target=self._run_in_turn, daemon=True).start()

    def begin(self, files: Sequence[str], choices: Choices) -> str:
        """Take copies of the files, begin a job with them, and return its number.

        Raises UsageError, InputError: there is nothing that could be translated as chosen.
        """
        folder = data_dir() / "batch" / secrets.token_hex(8)
        _take(files, folder / "in")
        try:
            spec = _command(folder, choices).spec()
            sources = find([folder / "in"])
            if not any(source.format for source in sources):
                reasons = "; ".join(f"{source.name}: {source.reason}" for source in sources)
                raise InputError(f"None of the files can be translated. {reasons}")
            id = self._store.create(spec, sources)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._line.put(id)
        return id

    def act(self, wish: str) -> str:
        """Do what the page asks of a job: {"do", "job"} -> {"view"} or {"error"}, as JSON."""
        try:
            asked = json.loads(wish[:1000])
            id, action = str(asked["job"]).strip().lower(), self._actions[asked["do"]]
        except (ValueError, KeyError, TypeError):
            return json.dumps({"error": failure("unexpected", name="wish")})
        try:
            action(_job(self._store, id).id)
            value = {"view": view(self._store.job(id), self._store.files(id))}
        except Exception as error:
            value = {"error": trouble(error, _log, "A look at a job")}
        return json.dumps(value, ensure_ascii=False)

    def _run_in_turn(self) -> None:
        while True:
            id = self._line.get()
            try:
                if self._store.job(id).state not in ("running", "done", "cancelled"):
                    _carry_out(id).wait()
            except (WorkbenchError, OSError) as error:
                _log.error("Job %s could not be started: %s", id, type(error).__name__)


def pack(id: str) -> IO[bytes]:
    """Return a zip of a job's outputs and report, as a file that is gone when it is closed.

    Raises UsageError: there is no such job.
    """
    with Store() as store:
        job = _job(store, id)
        names = [output.path for row in store.files(id) for output in row.outputs]
    # The caller closes it.
    packed = tempfile.TemporaryFile()  # noqa: SIM115
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [*names, "report.html", "report.json"]:
            place = Path(job.spec.out, name)
            if place.is_file():
                archive.write(place, name)
    packed.seek(0)
    return packed


def _job(store: Store, id: str) -> JobRow:
    if not _ID.fullmatch(id):
        raise UsageError(f"{id[:20]!r} is no number of a job: it has eight letters and digits.")
    try:
        return store.job(id)
    except UsageError as error:
        # Which jobs others have is nobody's business.
        raise UsageError(f"No job has the number {id}.") from error


def view(job: JobRow, rows: Sequence[FileRow]) -> dict[str, Any]:
    """Return a job as the page shows it; left is in seconds, -1 where nobody knows."""
    left = (job.total - job.done) / job.rate if job.rate and job.state == "running" else -1
    return {
        "job": job.id,
        "state": job.state,
        "reason": job.reason,
        "targets": list(job.spec.targets),
        "done": job.done,
        "total": job.total,
        "rate": job.rate,
        "left": left,
        "counts": dict(job.files),
        "files": [_file(row) for row in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
        "ready": any(row.outputs for row in rows),
    }


def _file(row: FileRow) -> dict[str, Any]:
    account = row.account
    written = {output.language for output in row.outputs if output.kind == "translation"}
    return {
        "number": row.number,
        "name": row.source.name,
        "format": row.source.format,
        "state": row.state,
        "share": row.share,
        "reason": row.reason,
        "language": row.language,
        "segments": (account.read - account.blank) // max(1, len(written)),
        "failed": account.failed,
        "doubts": dict(row.findings),
        "remarks": list(row.remarks),
        "outputs": [output.path for output in row.outputs],
    }


def _take(files: Sequence[str], folder: Path) -> None:
    """Copy files into a folder, each under its own name; namesakes get a number."""
    folder.mkdir(parents=True)
    for file in map(Path, files):
        tries = (file.name, *(f"{file.stem} ({n}){file.suffix}" for n in range(2, len(files) + 2)))
        name = next(name for name in tries if not (folder / name).exists())
        shutil.copyfile(file, folder / name)


def _command(folder: Path, choices: Choices) -> BatchCommand:
    purpose = "commercial" if choices.commercial else "any"
    summary = None if choices.summary else 0
    return BatchCommand(
        (str(folder / "in"),),
        str(folder / "out"),
        tuple(choices.targets),
        choices.source,
        options=Options(choices.model, summary=summary, purpose=purpose),
        reading=Reading(
            encoding=choices.encoding.strip(),
            columns=_listed(choices.columns),
            fields=_listed(choices.fields),
            output=choices.pdf,
        ),
        beside=tuple(choices.beside),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _carry_out(id: str) -> subprocess.Popen[bytes]:
    """Start the process of a job; neither an interrupt nor the end of this one reaches it."""
    found = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "workbench", "jobs", "resume", id, "--quiet"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": found},
        start_new_session=True,
    )
