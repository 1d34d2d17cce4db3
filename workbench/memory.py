"""What people decided, chose and kept, between runs in one SQLite file of the data folder.

Text is kept only where a person asked for it: units of the translation memory, and words that they
wrote into a comparison. Decisions and votes are found again by hashes of the texts. To change the
tables, append a statement to MIGRATIONS; what stands there is never edited.
"""

import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, cast

from workbench import database
from workbench.catalogue import data_dir
from workbench.database import Schema, checksum
from workbench.errors import InputError
from workbench.manifest import now, text_hash
from workbench.types import Decision, Origin

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
    """CREATE TABLE units (
        number INTEGER PRIMARY KEY,
        source_language TEXT NOT NULL,
        target_language TEXT NOT NULL,
        source_sha256 TEXT NOT NULL,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        origin TEXT NOT NULL,
        system TEXT NOT NULL,
        signature TEXT NOT NULL,
        time TEXT NOT NULL,
        UNIQUE (source_language, target_language, source_sha256, target)
    ) STRICT""",
    """CREATE TABLE choices (
        number INTEGER PRIMARY KEY,
        row_sha256 TEXT NOT NULL,
        act TEXT NOT NULL CHECK (act IN ('vote', 'edit', 'pick')),
        system TEXT NOT NULL,
        system_sha256 TEXT NOT NULL,
        system_signature TEXT NOT NULL,
        other TEXT NOT NULL,
        other_sha256 TEXT NOT NULL,
        other_signature TEXT NOT NULL,
        value TEXT NOT NULL,
        blind INTEGER NOT NULL,
        time TEXT NOT NULL,
        UNIQUE (row_sha256, act, system, system_sha256, other, other_sha256)
    ) STRICT""",
    # NULL for the units from before: nothing told then whether the disk had changed them.
    "ALTER TABLE units ADD COLUMN words_sum INTEGER",
)
_AT_ONCE = 500
_UNIT = "source_language, target_language, source, target, origin, system, signature, time"
_OF_PAIR = "?1 IN ('', source_language) AND ?2 IN ('', target_language)"
_COLUMNS = f"words_sum, source_sha256, {_UNIT}"
_KEEP_UNIT = f"INSERT OR REPLACE INTO units ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# What is brought in waits here, outside the file, until all of it has been read.
_STAGE = """CREATE TEMP TABLE staged (
    number INTEGER PRIMARY KEY, words_sum, source_sha256, source_language, target_language,
    source, target, origin, system, signature, time, target_sha256,
    UNIQUE (source_language, target_language, source_sha256, target_sha256))"""
_PUT = "INSERT OR IGNORE INTO staged VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TAKE = f"""INSERT INTO units ({_COLUMNS})
    SELECT {_COLUMNS} FROM staged WHERE NOT EXISTS (
        SELECT 1 FROM units AS kept
        WHERE kept.source_language = staged.source_language
        AND kept.target_language = staged.target_language
        AND kept.source_sha256 = staged.source_sha256
        AND source_hash(kept.target) = staged.target_sha256
    ) ORDER BY number"""
_CHOOSE = "INSERT OR REPLACE INTO choices VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TAKE_BACK = (
    "DELETE FROM choices WHERE row_sha256 = ? AND act = ? AND system = ? AND system_sha256 = ?"
    " AND other = ? AND other_sha256 = ?"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision about one doubt: key is revising.finding_key, the hashes are of the two texts."""

    key: str
    check: str
    language: str
    source_sha256: str
    target_sha256: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation that a person kept: of what, by whom (origin, system, signature), and when.

    time is ISO 8601, UTC; "" is filled in when the unit is kept.
    """

    source_language: str
    target_language: str
    source: str
    target: str
    origin: Origin
    system: str = ""
    signature: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of units that were brought in: their sum is how many there were.

    there: their texts were in the memory, or among the others, already. empty: a text has no words.
    """

    new: int = 0
    there: int = 0
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What a system made of one row: its name, the hash of its words and what made them."""

    system: str
    sha256: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing that a person chose in a row of a comparison; row is compare.choices.row_keys'.

    value is the outcome of a vote on `cell` and `other`, the text of an edit, or "" of a pick;
    the last two have no other.
    """

    row: str
    act: Literal["vote", "edit", "pick"]
    cell: Cell
    other: Cell = Cell("", "")
    value: str = ""
    blind: bool = False
    time: str = ""


def source_hash(text: str) -> str:
    """Return the hash by which a source is found again: in NFC, without the blanks around it."""
    return text_hash(unicodedata.normalize("NFC", text).strip())


class Memory:
    """What a user decided, chose and kept.

    Safe to share between threads, and a file between processes. The file is made by the first
    thing that is written; without one, nothing is remembered.
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
        query = "SELECT key, decision FROM decisions WHERE key IN ({})"
        return dict(self._lookup(query, keys))

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
        with self._lock, self._open() as base, database.transaction(base):
            base.executemany("DELETE FROM decisions WHERE key = ?", gone)
            base.executemany("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)", kept)

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

    def keep(self, units: Sequence[Unit]) -> int:
        """Put units into the translation memory, all or none, and return how many are new.

        A pair of texts that is there already becomes the newest of its source. Half of a
        surrogate pair, which the file cannot hold, becomes U+FFFD.
        Raises InputError: the file cannot be written to.
        """
        if not units:
            return 0
        time = self._clock()
        lines = [_line(unit, time) for unit in units]
        count = "SELECT COUNT(*) FROM units"
        with self._lock, self._open() as base, database.transaction(base):
            before = base.execute(count).fetchone()[0]
            base.executemany(_KEEP_UNIT, lines)
            after = base.execute(count).fetchone()[0]
        return int(after - before)

    def take(self, units: Iterable[Unit]) -> Taken:
        """Add units from elsewhere to the translation memory, all or none, as they are read.

        Texts that are there already stay as they are, whatever the form of Unicode and the blanks
        around them. A copy of the file is kept beside it first. Other processes wait only while
        the units go from a temporary file into the memory.
        Raises InputError: the file cannot be written to. What `units` raises leaves the memory as
        it was.
        """
        time = self._clock()
        read = empty = 0
        with self._lock, self._open() as base:
            base.create_function("source_hash", 1, source_hash, deterministic=True)
            base.execute(_STAGE)
            for unit in units:
                read += 1
                if unit.source.strip() and unit.target.strip():
                    base.execute(_PUT, (*_line(unit, time), source_hash(unit.target)))
                else:
                    empty += 1
            database.keep_copy(self.path)
            with database.transaction(base):
                new = base.execute(_TAKE).rowcount
        return Taken(new, read - empty - new, empty)

    def backup(self, copy: Path) -> None:
        """Write a copy of the file, whole and consistent, while others go on writing to it.

        Raises InputError: nothing is remembered, or the copy cannot be written.
        """
        if not self.path.exists():
            raise InputError(f"Nothing is remembered yet: {self.path} is not there.")
        with self._open():
            database.backup(self.path, copy)

    def find(
        self, source_language: str, target_language: str, sources: Iterable[str]
    ) -> dict[str, Unit]:
        """Return the newest unit of each source that has one, exactly but for `source_hash`.

        Raises InputError: the file cannot be read.
        """
        hashes = {source: source_hash(source) for source in sources}
        query = f"SELECT number, {_COLUMNS} FROM units WHERE source_sha256 IN ({{}})"
        query += " AND source_language = ? AND target_language = ?"
        found = self._lookup(query, hashes.values(), source_language, target_language)
        newest = {row[2]: self._unit(*row[1:]) for row in found}
        return {source: newest[key] for source, key in hashes.items() if key in newest}

    def units(self, source_language: str = "", target_language: str = "") -> tuple[Unit, ...]:
        """Return the translation memory, oldest first; "" is every language.

        Raises InputError: the file cannot be read.
        """
        if not self.path.exists():
            return ()
        query = f"SELECT {_COLUMNS} FROM units WHERE {_OF_PAIR} ORDER BY number"
        with self._open() as base:
            found = base.execute(query, (source_language, target_language))
            return tuple(self._unit(*row) for row in found)

    def forget(self, source_language: str = "", target_language: str = "") -> int:
        """Delete the units of a pair ("" is every language) and return how many there were.

        Raises InputError: the file cannot be written to.
        """
        return self._delete(f"units WHERE {_OF_PAIR}", source_language, target_language)

    def chosen(self, rows: Iterable[str]) -> tuple[Chosen, ...]:
        """Return what was chosen in these rows of comparisons, oldest first.

        Raises InputError: the file cannot be read.
        """
        found = self._lookup("SELECT * FROM choices WHERE row_sha256 IN ({})", rows)
        return tuple(
            Chosen(row, act, Cell(*parts[:3]), Cell(*parts[3:]), value, bool(blind), time)
            for _, row, act, *parts, value, blind, time in found
        )

    def choose(self, new: Sequence[Chosen], gone: Sequence[Chosen] = ()) -> None:
        """Keep what was chosen and forget what was taken back, all or none.

        Raises InputError: the file cannot be written to.
        """
        if not new and not gone:
            return
        time = self._clock()
        with self._lock, self._open() as base, database.transaction(base):
            base.executemany(_TAKE_BACK, [_key(chosen) for chosen in gone])
            base.executemany(_CHOOSE, [_choice(chosen, time) for chosen in new])

    def forget_choices(self) -> int:
        """Delete all that was chosen in comparisons and return how much it was.

        Raises InputError: the file cannot be written to.
        """
        return self._delete("choices")

    def _delete(self, what: str, *values: str) -> int:
        if not self.path.exists():
            return 0
        with self._lock, self._open() as base:
            # Without it the words stay in the file until others take their place.
            base.execute("PRAGMA secure_delete = ON")
            count = base.execute(f"DELETE FROM {what}", values).rowcount
        database.forget_copies(self.path)
        return count

    def _lookup(self, query: str, keys: Iterable[str], *also: str) -> list[tuple[Any, ...]]:
        """Return what a query with IN ({}) finds for the keys, by the first thing it asks for."""
        wanted = list(dict.fromkeys(keys))
        if not wanted or not self.path.exists():
            return []
        found: list[tuple[Any, ...]] = []
        with self._open() as base:
            for at in range(0, len(wanted), _AT_ONCE):
                some = wanted[at : at + _AT_ONCE]
                marks = ",".join("?" * len(some))
                found += base.execute(query.format(marks), (*some, *also))
        try:
            return sorted(found, key=itemgetter(0))
        except TypeError as error:
            raise database.damaged(self.path, self._schema, str(error)) from error

    def _unit(self, total: int | None, *values: Any) -> Unit:
        """Return the unit of a row of _COLUMNS. Raises InputError: its words were changed."""
        # A row that was cut short lacks its sum as an old one does, but its words too.
        whole = all(isinstance(value, str) for value in values)
        if not whole or total not in (None, _words_sum(values)):
            raise database.damaged(self.path, self._schema, "the checksum of a sentence is wrong")
        return Unit(*values[1:])

    @property
    def _schema(self) -> Schema:
        return Schema("the memory of decisions and translations", MIGRATIONS)

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        """Return a connection for one call alone: SQLite's own locks then order all writers."""
        return database.opened(self.path, self._schema)


def _line(unit: Unit, time: str) -> tuple[str | int, ...]:
    """Return the values of _COLUMNS."""
    values = [_sound(value) for value in astuple(replace(unit, time=unit.time or time))]
    row = source_hash(unit.source), *values
    return _words_sum(row), *row


def _words_sum(values: Sequence[object]) -> int:
    """Return the checksum of a row of _COLUMNS without its first; damage may be of any type."""
    return checksum("\0".join(map(str, values)).encode())


def _key(chosen: Chosen) -> tuple[str, ...]:
    cell, other = chosen.cell, chosen.other
    key = (chosen.row, chosen.act, cell.system, cell.sha256, other.system, other.sha256)
    return tuple(map(_sound, key))


def _choice(chosen: Chosen, time: str) -> tuple[str | bool, ...]:
    said = (*astuple(chosen.cell), *astuple(chosen.other), chosen.value)
    return (chosen.row, chosen.act, *map(_sound, said), chosen.blind, chosen.time or time)


def _sound(text: str) -> str:
    """Return the text with U+FFFD for half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
