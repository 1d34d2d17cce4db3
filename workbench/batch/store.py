"""Batch jobs in one SQLite file of the data folder: what is asked, what is done, by whom.

Every write is on the disk when its call returns, and is kept whole or not at all. Translations are
acknowledged by job, language and key (16 bytes that stand for a source language and a text). To
change the tables, append a statement to MIGRATIONS; what stands there is never edited.
"""

import json
import os
import secrets
import socket
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar, get_args

from workbench import database
from workbench.batch import processes
from workbench.batch.packing import seal, seal_text, unseal, unseal_text
from workbench.batch.values import FileRow, FileState, JobRow, JobState, Source, Spec
from workbench.catalogue import data_dir
from workbench.closing import Closing
from workbench.database import Schema
from workbench.errors import AccountingError, InputError, UnknownNameError, UsageError
from workbench.manifest import now
from workbench.types import Translation

FILE = "jobs.sqlite"
# The number of the migrations that a file has had stands in its user_version.
MIGRATIONS: tuple[str, ...] = (
    """CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        out BLOB NOT NULL,
        spec BLOB NOT NULL,
        spec_sum INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL DEFAULT '',
        created TEXT NOT NULL,
        changed TEXT NOT NULL,
        pid INTEGER NOT NULL DEFAULT 0,
        host TEXT NOT NULL DEFAULT '',
        birth TEXT NOT NULL DEFAULT '',
        cancel INTEGER NOT NULL DEFAULT 0,
        signature TEXT NOT NULL DEFAULT '{}',
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        rate REAL NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE files (
        job INTEGER NOT NULL,
        number INTEGER NOT NULL,
        state TEXT NOT NULL,
        row BLOB NOT NULL,
        row_sum INTEGER NOT NULL,
        PRIMARY KEY (job, number)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE texts (
        job INTEGER NOT NULL,
        language TEXT NOT NULL,
        key BLOB NOT NULL,
        failed INTEGER NOT NULL,
        text BLOB NOT NULL,
        text_sum INTEGER NOT NULL,
        PRIMARY KEY (job, language, key)
    ) WITHOUT ROWID, STRICT""",
)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 8
_LISTED = 12
_CACHE = "PRAGMA cache_size = -16384"
_PLAN = (
    "CREATE TABLE plan (job INTEGER, key BLOB, window INTEGER, PRIMARY KEY (job, key))"
    " WITHOUT ROWID"
)
_ACKNOWLEDGE = (
    "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
    " SET failed = excluded.failed, text = excluded.text, text_sum = excluded.text_sum"
    " WHERE failed = 1"
)
_Value = TypeVar("_Value")


class Store(Closing):
    """The jobs of this user.

    Safe to share between threads, and the file between processes. The file is made by the first
    job; without one, there are none. path None is the file in the data folder. The beginning of
    an id is enough where no other id begins so. Every method raises InputError: the file cannot
    be read or written, or is damaged (the message says what to do), and those with an id
    UnknownNameError: no job has it; UsageError: several ids begin so.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], str] = now) -> None:
        self.path = path or data_dir() / FILE
        self._clock = clock
        self._lock = threading.RLock()
        self._base: sqlite3.Connection | None = None
        self._plan: sqlite3.Connection | None = None
        self._numbers: dict[str, int] = {}

    def close(self) -> None:
        """Let go of the file; the next call opens it again."""
        with self._lock, database.explained(self.path, self._schema):
            for base in (self._base, self._plan):
                if base is not None:
                    base.close()
            self._base = self._plan = None
            self._numbers.clear()

    def create(self, spec: Spec, files: Sequence[Source]) -> str:
        """Add a job with its files, numbered from 1, and return its id; its state is "waiting"."""
        time, sealed = self._clock(), seal(spec)
        with self._writing(make=True) as base:
            id = _new_id(base)
            base.execute(
                "INSERT INTO jobs (id, out, spec, spec_sum, state, created, changed)"
                " VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
                (id, _sound(spec.out), *sealed, time, time),
            )
            number = int(base.execute("SELECT last_insert_rowid()").fetchone()[0])
            _add_files(base, number, 1, files)
        return id

    def job(self, id: str) -> JobRow:
        """Return a job as it stands: one whose process has died is "interrupted"."""
        with self._reading() as base:
            return self._row(base, _find_job(base, id))

    def jobs(self) -> tuple[JobRow, ...]:
        """Return every job, newest first: by the order of their making, whatever the clock said."""
        if not self.path.exists():
            return ()
        with self._reading() as base:
            found = base.execute("SELECT * FROM jobs ORDER BY number DESC").fetchall()
            return tuple(self._row(base, record) for record in found)

    def find(self, out: str) -> JobRow | None:
        """Return the newest job that writes to this folder."""
        if not self.path.exists():
            return None
        query = "SELECT * FROM jobs WHERE out = ? ORDER BY number DESC LIMIT 1"
        with self._reading() as base:
            found = base.execute(query, (_sound(out),)).fetchone()
            return None if found is None else self._row(base, found)

    def claim(self, id: str) -> None:
        """Let this process, and no other, run a job: its state is "running", its plan empty.

        Raises UsageError: a process that lives runs it already; the message names that.
        """
        me = os.getpid(), socket.gethostname(), processes.birth(os.getpid())
        with self._writing() as base:
            job = _find_job(base, id)
            if self._runs(job):
                where = f" on {job['host']}" if job["host"] != me[1] else ""
                raise UsageError(
                    f"Job {job['id']} is being run by process {job['pid']}{where}. Wait until it "
                    f"has finished, or stop it: workbench jobs cancel {job['id']}"
                )
            self._set(base, job["number"], state="running", reason="", cancel=0, **_runner(*me))
            with self._planning() as plan:
                plan.execute("DELETE FROM plan WHERE job = ?", (job["number"],))

    def release(self, id: str, state: JobState, reason: str = "") -> None:
        """End the claim on a job and say how it stands now."""
        self._change(id, state=state, reason=reason, cancel=0, **_runner(0, "", ""))

    def cancel(self, id: str) -> None:
        """Ask the process that runs a job to stop; one that nobody runs is "cancelled" at once.

        Raises UsageError: the job has ended.
        """
        with self._writing() as base:
            job = _find_job(base, id)
            if self._runs(job):
                self._set(base, job["number"], cancel=1)
            elif job["state"] in ("waiting", "running", "interrupted"):
                self._set(base, job["number"], state="cancelled", **_runner(0, "", ""))
            else:
                raise UsageError(f"Job {job['id']} has ended: it is {job['state']}.")

    def cancelled(self, id: str) -> bool:
        """Say whether the process that runs the job was asked to stop."""
        with self._reading() as base:
            return bool(_find_job(base, id)["cancel"])

    def remove(self, id: str) -> None:
        """Delete a job with all its texts, the words on the disk included; outputs stay.

        Raises UsageError: a process runs it.
        """
        with self._writing() as base:
            job = _find_job(base, id)
            if self._runs(job):
                raise UsageError(
                    f"Job {job['id']} is being run by process {job['pid']}. Stop it first: "
                    f"workbench jobs cancel {job['id']}"
                )
            for table in ("texts", "files"):
                base.execute(f"DELETE FROM {table} WHERE job = ?", (job["number"],))
            base.execute("DELETE FROM jobs WHERE number = ?", (job["number"],))
            self._numbers.pop(job["id"], None)
        with self._reading() as base:
            # As a script it is run to its end; as a statement it gives one page back.
            base.executescript("PRAGMA incremental_vacuum")
            # The log still has the words; a reader elsewhere delays that until the next time.
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            database.forget_copies(self.path)

    def note(
        self,
        id: str,
        *,
        signature: Mapping[str, str] | None = None,
        total: int | None = None,
        rate: float | None = None,
    ) -> None:
        """Keep what became known of a job; see JobRow."""
        signed = None if signature is None else json.dumps(dict(signature))
        said = {"signature": signed, "total": total, "rate": rate}
        self._change(id, **{name: value for name, value in said.items() if value is not None})

    def files(self, id: str) -> tuple[FileRow, ...]:
        """Return the files of a job in their order."""
        query = "SELECT row, row_sum FROM files WHERE job = ? ORDER BY number"
        with self._reading() as base:
            found = base.execute(query, (self._number(base, id),)).fetchall()
            return tuple(self._unsealed(FileRow, *record) for record in found)

    def update(self, id: str, row: FileRow) -> None:
        """Put a file's row in place of the one of its number.

        Raises AccountingError: the job has no file of that number.
        """
        sealed = seal(row)
        with self._writing() as base:
            place = self._number(base, id), row.number
            done = base.execute(
                "UPDATE files SET state = ?, row = ?, row_sum = ? WHERE job = ? AND number = ?",
                (row.state, *sealed, *place),
            )
            if done.rowcount != 1:
                raise AccountingError(f"Job {id} has no file {row.number}.")

    def add_files(self, id: str, files: Sequence[Source]) -> None:
        """Add files behind those that a job has."""
        query = "SELECT COALESCE(MAX(number), 0) FROM files WHERE job = ?"
        with self._writing() as base:
            number = self._number(base, id)
            last = int(base.execute(query, (number,)).fetchone()[0])
            _add_files(base, number, last + 1, files)

    def replace_files(self, id: str, files: Sequence[Source]) -> None:
        """Put files in place of those that a job has; all of them wait. Its texts are kept."""
        with self._writing() as base:
            number = self._number(base, id)
            base.execute("DELETE FROM files WHERE job = ?", (number,))
            _add_files(base, number, 1, files)

    def plan(self, id: str, window: int, keys: Sequence[bytes]) -> list[bool]:
        """Say of each of up to 4,096 keys whether it belongs to this window.

        A key belongs to the first window that asked for it since the job was claimed; the same
        question has the same answer. Files and settings decide the plan, so it is not kept.
        """
        with self._reading() as base:
            number = self._number(base, id)
            with self._planning() as plan:
                rows = ((number, key, window) for key in keys)
                plan.executemany("INSERT OR IGNORE INTO plan VALUES (?, ?, ?)", rows)
                query = f"SELECT key FROM plan WHERE job = ? AND window = ? AND {_among(keys)}"
                mine = {key for (key,) in plan.execute(query, (number, window, *keys))}
        return [key in mine for key in keys]

    def known(self, id: str, language: str, keys: Sequence[bytes]) -> set[bytes]:
        """Return which of up to 4,096 keys have been acknowledged, those that failed among them."""
        query = f"SELECT key FROM texts WHERE job = ? AND language = ? AND {_among(keys)}"
        with self._reading() as base:
            place = self._number(base, id), language
            return {key for (key,) in base.execute(query, (*place, *keys))}

    def acknowledge(
        self, id: str, language: str, translations: Sequence[tuple[bytes, Translation]]
    ) -> None:
        """Keep up to 4,096 translations by their keys, all or none; one that is there stays.

        Only a translation that failed gives way to a later one. The segment and the alternatives
        of a translation are not kept.
        """
        rows = [(key, *seal_text(language, key, made)) for key, made in translations]
        # Neighbours in the table come one after the other, which is faster.
        rows.sort(key=itemgetter(0))
        keys = {key for key, *_ in rows}
        query = f"SELECT COUNT(*) FROM texts WHERE job = ? AND language = ? AND {_among(keys)}"
        with self._writing() as base:
            job = self._number(base, id)
            known = int(base.execute(query, (job, language, *keys)).fetchone()[0])
            base.executemany(_ACKNOWLEDGE, ((job, language, *row) for row in rows))
            self._count(base, job, len(keys) - known)

    def look_up(self, id: str, language: str, keys: Sequence[bytes]) -> dict[bytes, Translation]:
        """Return the translations of those of up to 4,096 keys that have one."""
        query = (
            "SELECT key, text, text_sum FROM texts"
            f" WHERE job = ? AND language = ? AND {_among(keys)}"
        )
        with self._reading() as base:
            place = self._number(base, id), language
            found = base.execute(query, (*place, *keys)).fetchall()
        return {key: self._translation(language, key, *record) for key, *record in found}

    def forget_failed(self, id: str) -> int:
        """Delete the texts of a job that could not be translated and return how many they were."""
        with self._writing() as base:
            job = self._number(base, id)
            gone = base.execute("DELETE FROM texts WHERE job = ? AND failed = 1", (job,)).rowcount
            self._count(base, job, -gone)
        return gone

    def check(self) -> None:
        """Read the whole file. Raises InputError: it is damaged; the message says what to do."""
        if not self.path.exists():
            return
        with self._reading() as base:
            database.check(base)
            for language, *record in base.execute(
                "SELECT language, key, text, text_sum FROM texts"
            ):
                self._translation(language, *record)
        for job in self.jobs():
            self.files(job.id)

    def backup(self, copy: Path) -> None:
        """Write a copy of the file, whole and consistent, while others go on writing to it."""
        with self._reading():
            database.backup(self.path, copy)

    @contextmanager
    def _reading(self, *, make: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock, database.explained(self.path, self._schema), self._whole():
            if self._base is None:
                if not make and not self.path.exists():
                    raise UsageError("There are no batch jobs yet: workbench batch makes one.")
                self._base = database.connect(self.path, self._schema)
                self._base.row_factory = sqlite3.Row
                for order in (_CACHE, "PRAGMA secure_delete = ON"):
                    self._base.execute(order)
            yield self._base

    @contextmanager
    def _writing(self, *, make: bool = False) -> Iterator[sqlite3.Connection]:
        with self._reading(make=make) as base, database.transaction(base):
            yield base

    @property
    def _schema(self) -> Schema:
        return Schema("the list of batch jobs", MIGRATIONS)

    @contextmanager
    def _planning(self) -> Iterator[sqlite3.Connection]:
        """Yield the plan: a file of this object alone, which is gone with it."""
        if self._plan is None:
            self._plan = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            for order in (_CACHE, "PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", _PLAN):
                self._plan.execute(order)
        try:
            with database.transaction(self._plan):
                yield self._plan
        except sqlite3.Error:
            # Without a journal it is no longer whole; a later claim begins with a new one.
            self._plan.close()
            self._plan = None
            raise

    def _number(self, base: sqlite3.Connection, id: str) -> int:
        """Return the number of a job; those of whole ids are remembered."""
        if id not in self._numbers:
            job = _find_job(base, id)
            self._numbers[job["id"]] = job["number"]
            return int(job["number"])
        return self._numbers[id]

    def _change(self, id: str, **values: object) -> None:
        with self._writing() as base:
            self._set(base, self._number(base, id), **values)

    def _set(self, base: sqlite3.Connection, number: int, **values: object) -> None:
        changed = values | {"changed": self._clock()}
        places = ", ".join(f"{name} = ?" for name in changed)
        base.execute(f"UPDATE jobs SET {places} WHERE number = ?", (*changed.values(), number))

    def _count(self, base: sqlite3.Connection, number: int, more: int) -> None:
        order = "UPDATE jobs SET done = done + ?, changed = ? WHERE number = ?"
        base.execute(order, (more, self._clock(), number))

    def _runs(self, job: sqlite3.Row) -> bool:
        """Say whether a living process has claimed the job."""
        if job["state"] != "running":
            return False
        if job["host"] == socket.gethostname():
            return processes.lives(job["pid"], job["birth"])
        return not processes.silent(job["changed"], self._clock())

    def _row(self, base: sqlite3.Connection, job: sqlite3.Row) -> JobRow:
        query = "SELECT state, COUNT(*) FROM files WHERE job = ? GROUP BY state ORDER BY state"
        states = base.execute(query, (job["number"],)).fetchall()
        spec = self._unsealed(Spec, job["spec"], job["spec_sum"])
        runs = self._runs(job)
        died = job["state"] == "running" and not runs
        return JobRow(
            id=job["id"],
            spec=spec,
            state=_one_of(JobState, "interrupted" if died else job["state"]),
            created=str(job["created"]),
            changed=str(job["changed"]),
            pid=job["pid"] if runs else 0,
            host=job["host"] if runs else "",
            signature=dict(json.loads(job["signature"])),
            done=int(job["done"]),
            total=int(job["total"]),
            files={_one_of(FileState, state): int(count) for state, count in states},
            rate=float(job["rate"]),
            reason=str(job["reason"]),
        )

    def _unsealed(self, kind: type[_Value], packed: bytes, total: int) -> _Value:
        try:
            return unseal(kind, packed, total)
        except InputError as error:
            raise InputError(f"{self.path}: {error}") from error

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Say that the file is damaged where a row, or a column's name, is not what was written."""
        try:
            yield
        except (ValueError, TypeError, LookupError) as error:
            raise database.damaged(self.path, self._schema, str(error)) from error

    def _translation(self, language: str, key: bytes, packed: bytes, total: int) -> Translation:
        with self._whole():
            return unseal_text(language, key, packed, total)


def _runner(pid: int, host: str, birth: str) -> dict[str, object]:
    return {"pid": pid, "host": host, "birth": birth}


def _one_of(kind: Any, value: Any) -> Any:
    if value not in get_args(kind):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(kind))}")
    return value


def _among(keys: Collection[bytes]) -> str:
    return f"key IN ({','.join('?' * len(keys))})"


def _sound(text: str) -> bytes:
    """Return a path as the bytes it has on the disk: it may be no text."""
    return text.encode("utf-8", "surrogateescape")


def _new_id(base: sqlite3.Connection) -> str:
    while True:
        id = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        if base.execute("SELECT 1 FROM jobs WHERE id = ?", (id,)).fetchone() is None:
            return id


def _add_files(base: sqlite3.Connection, job: int, first: int, files: Sequence[Source]) -> None:
    rows = (FileRow(number, source) for number, source in enumerate(files, first))
    base.executemany(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?)",
        ((job, row.number, row.state, *seal(row)) for row in rows),
    )


def _find_job(base: sqlite3.Connection, id: str) -> sqlite3.Row:
    """Return the job of an id, or of its beginning. Raises UnknownNameError, UsageError."""
    query = "SELECT * FROM jobs WHERE substr(id, 1, length(?1)) = ?1 AND ?1 != '' ORDER BY number"
    found: list[sqlite3.Row] = base.execute(query, (id.lower(),)).fetchall()
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(job["id"] for job in found[-_LISTED:])
        raise UsageError(f"{len(found)} jobs begin with {id!r}: {ids}. Give more of the id.")
    newest = base.execute("SELECT id FROM jobs ORDER BY number DESC LIMIT ?", (_LISTED,))
    raise UnknownNameError("job", id, [known for (known,) in newest])
