"""A SQLite file that several processes share: opened, brought up to date, copied, explained.

To keep a new kind of thing, give a Schema its migrations and use `opened` or `connect`. Migrations
are only ever appended to: their number stands in the file's user_version.
"""

import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InputError

# Seconds to wait while another process writes.
PATIENCE = 20.0
_PAUSE = 0.02
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_CLOSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_COPY = ".copy"


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds, as messages call it, and the statements that make its tables."""

    what: str
    migrations: tuple[str, ...]


def connect(path: Path, schema: Schema) -> sqlite3.Connection:
    """Return a connection to a file with all its tables; both are made where they are not there.

    A transaction begins where BEGIN stands and nowhere else, and is on the disk when COMMIT
    returns. The connection may go from thread to thread, one at a time. Before tables change a
    copy is kept beside the file.
    Raises InputError: it was written by a newer program, or there is no home folder; sqlite3.Error
    and OSError for the rest, which `explained` makes an InputError of.
    """
    if path.parts[:1] == ("~",):
        raise InputError("There is no home folder to keep anything in: set WORKBENCH_HOME to one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        base.execute("PRAGMA synchronous = FULL")
        _migrate(base, path, schema)
    except BaseException:
        base.close()
        raise
    return base


@contextmanager
def opened(path: Path, schema: Schema) -> Iterator[sqlite3.Connection]:
    """Yield a connection of this block alone: SQLite's own locks then order all writers.

    Raises InputError: what `explained` says; what was not committed is not kept.
    """
    with explained(path, schema), closing(connect(path, schema)) as base:
        yield base


@contextmanager
def explained(path: Path, schema: Schema) -> Iterator[None]:
    """Say of what goes wrong with the file whether to wait, to make room, or to take a copy.

    Raises InputError: the file is locked, damaged, or cannot be written to.
    """
    try:
        yield
    # In a damaged file SQLite's own message may be no text.
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise InputError(_explain(error, path, schema)) from error


@contextmanager
def transaction(base: sqlite3.Connection) -> Iterator[None]:
    """Hold the file's write lock; keep everything done within, or nothing of it."""
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
        base.execute("COMMIT")
    finally:
        # A full disk may have ended the transaction already.
        if base.in_transaction:
            base.execute("ROLLBACK")


def checksum(*parts: bytes) -> int:
    """Return the CRC-32 of parts, which tells a damaged row (0 to 2**32 - 1)."""
    total = 0
    for part in parts:
        total = zlib.crc32(part, total)
    return total


def check(base: sqlite3.Connection) -> None:
    """Let SQLite read the whole file. Raises sqlite3.DatabaseError: it is damaged."""
    found = base.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def damaged(path: Path, schema: Schema, why: str) -> InputError:
    """Return the error that says that a file is damaged and what to do about it."""
    copies = sorted(path.parent.glob(f"{path.name}{_COPY}*"), key=lambda copy: copy.stat().st_mtime)
    advice = (
        f"The newest copy of it is {copies[-1]}: move the damaged file away, with those of its "
        "name that end in -wal and -shm, and give the copy its name."
        if copies
        else "No copy was kept: move it away, and a new one is made, without what this one holds."
    )
    return InputError(f"{path}: {schema.what} is damaged ({why}). {advice}")


def backup(path: Path, copy: Path) -> None:
    """Write a copy of a file that may be written to at the same time; it appears when complete."""
    part = copy.with_name(f".{copy.name}.part")
    part.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(path, timeout=PATIENCE)) as base,
        closing(sqlite3.connect(part)) as target,
    ):
        base.backup(target)
    part.replace(copy)


def keep_copy(path: Path, name: str = "") -> None:
    """Copy a file beside itself, in place of the copy of that name; `damaged` tells of it."""
    backup(path, path.with_name(f"{path.name}{_COPY}{name}"))


def forget_copies(path: Path) -> None:
    """Delete the copies beside a file: what is deleted from it must not live on in them."""
    for copy in path.parent.glob(f"{path.name}{_COPY}*"):
        copy.unlink(missing_ok=True)


def _migrate(base: sqlite3.Connection, path: Path, schema: Schema) -> None:
    if not _missing(base, path, schema):
        return
    _write_ahead(base)
    with transaction(base):
        # Another process may have done it while this one waited.
        missing = _missing(base, path, schema)
        if 0 < len(missing) < len(schema.migrations):
            keep_copy(path, f"-{_version(base)}")
        for statement in missing:
            base.execute(statement)
        base.execute(f"PRAGMA user_version = {len(schema.migrations)}")


def _missing(base: sqlite3.Connection, path: Path, schema: Schema) -> tuple[str, ...]:
    """Return the migrations that the file has not had. Raises InputError: it had more of them."""
    done = _version(base)
    if done > len(schema.migrations):
        raise InputError(f"{path} was written by a newer workbench: update this one to use it.")
    return schema.migrations[done:]


def _write_ahead(base: sqlite3.Connection) -> None:
    """Let readers and a writer not wait for each other, from now on."""
    # Only before the first table; it lets the room of what is deleted be given back.
    base.execute("PRAGMA auto_vacuum = INCREMENTAL")
    end = time.monotonic() + PATIENCE
    while True:
        try:
            base.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # Of two processes that do this at once one is refused without its time to wait.
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _version(base: sqlite3.Connection) -> int:
    return int(base.execute("PRAGMA user_version").fetchone()[0])


def _explain(error: Exception, path: Path, schema: Schema) -> str:
    # The lower byte is the sort of error, the rest its details.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return (
            f"{path}: another process has been writing for {PATIENCE:.0f} seconds or more. "
            "Try again when it has finished."
        )
    if code in _FULL:
        return (
            f"{path}: {schema.what} cannot be written ({error}). Free some disk space and try "
            "again; what was kept before is still there."
        )
    if code in _CLOSED or isinstance(error, OSError):
        return (
            f"{path}: {schema.what} cannot be opened for writing ({error}). Let the folder be "
            "written to, or set WORKBENCH_HOME to another one."
        )
    return str(damaged(path, schema, str(error)))
