"""What people decided, kept between runs in one SQLite file of the data folder.

No text is kept: a decision is found again by a hash of the pair and the doubt. To change the
tables, append a statement to MIGRATIONS; what stands there is never edited.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from workbench.catalogue import data_dir
from workbench.errors import InputError
from workbench.manifest import now
from workbench.types import Decision

FILE = "memory.sqlite"
# The number of the migrations that a file has had stands in its user_version.
MIGRATIONS: tuple[str, ...] = (
    """CREATE TABLE decisions (
        key TEXT PRIMARY KEY,
        "check" TEXT NOT NULL,
        language TEXT NOT NULL,
        source_sha256 TEXT NOT NULL,
        target_sha256 TEXT NOT NULL,
        decision TEXT NOT NULL CHECK (decision IN ('accepted', 'fixed', 'dismissed')),
        time TEXT NOT NULL
    ) WITHOUT ROWID, STRICT""",
)
# Seconds to wait while another process writes.
_PATIENCE = 20.0
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about one doubt: key is revising.finding_key, the hashes are of the two texts."""

    key: str
    check: str
    language: str
    source_sha256: str
    target_sha256: str
    decision: Decision


class Memory:
    """The decisions of a user. Safe to share between threads, and a file between processes.

    The file is made by the first thing that is written; without one, nothing is remembered.
    path None is the file in the data folder, looked up at each use.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], str] = now) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """Return the place of the file, which may not be there yet."""
        return self._path or data_dir() / FILE

    def decisions(self, keys: Iterable[str]) -> dict[str, Decision]:
        """Return the decisions of those keys that have one.

        Raises InputError: the file cannot be read.
        """
        wanted = list(dict.fromkeys(keys))
        if not wanted or not self.path.exists():
            return {}
        found: dict[str, Decision] = {}
        with self._open() as base:
            for at in range(0, len(wanted), _AT_ONCE):
                some = wanted[at : at + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = base.execute(
                    f"SELECT key, decision FROM decisions WHERE key IN ({marks})", some
                )
                found.update(rows)
        return found

    def record(self, verdicts: Sequence[Verdict]) -> None:
        """Keep decisions, all or none; a decision "" forgets the key.

        Raises InputError: the file cannot be written to.
        """
        if not verdicts:
            return
        time = self._clock()
        gone = [(v.key,) for v in verdicts if not v.decision]
        kept = [
            (v.key, v.check, v.language, v.source_sha256, v.target_sha256, v.decision, time)
            for v in verdicts
            if v.decision
        ]
        with self._lock, self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            base.executemany("DELETE FROM decisions WHERE key = ?", gone)
            base.executemany("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)", kept)
            base.execute("COMMIT")

    def tally(self) -> Mapping[str, Mapping[Decision, int]]:
        """Return how often each check was decided which way: {check: {decision: count}}.

        Raises InputError: the file cannot be read.
        """
        table: dict[str, dict[Decision, int]] = {}
        if self.path.exists():
            with self._open() as base:
                query = 'SELECT "check", decision, COUNT(*) FROM decisions GROUP BY 1, 2 ORDER BY 1'
                for check, decision, count in base.execute(query):
                    table.setdefault(check, {})[cast(Decision, decision)] = count
        return table

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection of this call alone: SQLite's own locks then order all writers."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Without isolation_level a transaction begins where BEGIN stands, and nowhere else.
            connection = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
            with closing(connection) as base:
                _migrate(base, self.path)
                yield base
        except (sqlite3.Error, OSError) as error:
            raise InputError(
                f"{self.path}: the file of decisions cannot be used ({error}). Free the disk or "
                "the file, or move it away: a new one is made, without the old decisions."
            ) from error


def _migrate(base: sqlite3.Connection, path: Path) -> None:
    if _version(base) == len(MIGRATIONS):
        return
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("BEGIN IMMEDIATE")
    # Another process may have done it while this one waited.
    done = _version(base)
    if done > len(MIGRATIONS):
        raise InputError(f"{path} was written by a newer workbench: update this one to use it.")
    for statement in MIGRATIONS[done:]:
        base.execute(statement)
    base.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    base.execute("COMMIT")


def _version(base: sqlite3.Connection) -> int:
    return int(base.execute("PRAGMA user_version").fetchone()[0])
