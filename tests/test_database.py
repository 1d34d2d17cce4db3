"""A file is shared, brought up to date and explained; nothing is ever left in between."""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from soak import Told, ended, kill, soak, start
from workbench import database
from workbench.database import Schema
from workbench.errors import InputError

FIRST = "CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL) STRICT"
SCHEMA = Schema("the list of words", (FIRST,))
# Slow enough to be killed within.
LATER = Schema(
    SCHEMA.what,
    (
        FIRST,
        "CREATE TABLE terms (word TEXT NOT NULL, number INTEGER NOT NULL) STRICT",
        "INSERT INTO terms SELECT word, number FROM words",
        "CREATE INDEX by_word ON terms (word)",
        "DROP TABLE words",
    ),
)
ROWS = 20_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.sqlite"


@pytest.fixture
def told() -> Iterator[Told]:
    told = Told()
    yield told
    told.close()


def add(path: Path, first: int, count: int) -> None:
    with database.opened(path, SCHEMA) as base, database.transaction(base):
        rows = ((number, f"word {number}") for number in range(first, first + count))
        base.executemany("INSERT INTO words VALUES (?, ?)", rows)


def grow(path: Path, told: Told) -> None:
    """Add rows one by one, and say each, until the process is killed."""
    with closing(database.connect(path, SCHEMA)) as base:
        for number in range(10**6):
            base.execute("INSERT INTO words VALUES (?, 'word')", (number,))
            told.say(number)


def state(path: Path) -> tuple[int, tuple[str, ...], int]:
    """Return the version of a file, its tables, and how many rows the first of them has."""
    with closing(sqlite3.connect(path)) as base:
        version = base.execute("PRAGMA user_version").fetchone()[0]
        tables = tuple(
            row[0]
            for row in base.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE T%'")
        )
        return version, tables, base.execute(f"SELECT COUNT(*) FROM {tables[0]}").fetchone()[0]


def test_what_fails_within_a_transaction_leaves_nothing(path: Path) -> None:
    with database.opened(path, SCHEMA) as base:
        with pytest.raises(ZeroDivisionError), database.transaction(base):
            base.execute("INSERT INTO words VALUES (1, 'one')")
            raise ZeroDivisionError
        assert not base.in_transaction
    assert state(path) == (1, ("words",), 0)


def test_a_file_is_copied_before_its_tables_change(path: Path) -> None:
    add(path, 0, 5)
    with database.opened(path, LATER):
        pass
    assert state(path) == (5, ("terms",), 5)
    assert state(path.with_name("words.sqlite.copy-1")) == (1, ("words",), 5)


def test_a_kill_while_tables_change_leaves_the_old_or_the_new(path: Path) -> None:
    dice, seen = random.Random(54), set()
    add(path, 0, ROWS)
    for turn in range(soak(12, 40)):
        here = path.with_name(f"{turn}.sqlite")
        shutil.copy(path, here)
        child = start(lambda: database.connect(here, LATER).close())  # noqa: B023
        kill(child, dice.uniform(0, 0.08))
        seen.add(state(here))
        with database.opened(here, LATER):
            pass
        assert state(here) == (5, ("terms",), ROWS)
    assert seen <= {(1, ("words",), ROWS), (5, ("terms",), ROWS)}


def test_a_newer_file_is_refused_and_left_as_it_is(path: Path) -> None:
    with database.opened(path, LATER):
        pass
    before = path.read_bytes()
    with pytest.raises(InputError, match="newer workbench"):
        add(path, 0, 1)
    assert path.read_bytes() == before


def test_processes_that_begin_together_all_get_to_write(path: Path, told: Told) -> None:
    writers, commits = 8, soak(25, 1000)

    def write(writer: int) -> None:
        for number in range(commits):
            begun = time.monotonic()
            add(path, writer * commits + number, 1)
            told.say(time.monotonic() - begun)

    def read() -> None:
        while path.exists():
            with database.opened(path, SCHEMA) as base:
                base.execute("SELECT COUNT(*) FROM words").fetchone()

    children = [start(lambda: write(number)) for number in range(writers)]  # noqa: B023
    readers = [start(read) for _ in range(2)]
    assert [ended(child) for child in children] == [0] * writers
    assert [kill(reader) for reader in readers] == [-9, -9]
    assert state(path) == (1, ("words",), writers * commits)
    waits = sorted(map(float, told.words()))
    assert len(waits) == writers * commits and waits[len(waits) * 99 // 100] < database.PATIENCE / 4


def copied_while(path: Path, told: Told, copy: Path) -> tuple[int, int]:
    """Copy a file that grows, and return how many rows were said before, and how many it has."""
    said = len(told.words())
    database.backup(path, copy)
    with closing(sqlite3.connect(copy)) as base:
        database.check(base)
    return said, state(copy)[2]


def test_copies_made_while_another_process_writes_are_whole(path: Path, told: Told) -> None:
    child = start(lambda: grow(path, told))
    told.wait(1)
    for turn in range(soak(10, 200)):
        said, copied = copied_while(path, told, path.with_name(f"copy{turn}"))
        assert said <= copied
        told.wait(said + 5)
    kill(child)


def test_a_torn_log_loses_the_last_transactions_at_most(path: Path, told: Told) -> None:
    child, dice = start(lambda: grow(path, told)), random.Random(51)
    told.wait(30)
    kill(child)
    for turn in range(soak(20, 200)):
        here = path.with_name(f"torn{turn}")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{here}{end}")
        log = Path(f"{here}-wal")
        os.truncate(log, log.stat().st_size - dice.randint(1, 4096))
        with database.opened(here, SCHEMA) as base:
            database.check(base)
        assert state(here)[2] >= len(told.words()) - 2


def test_another_process_that_writes_too_long_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(path, 0, 1)
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    said = pytest.raises(InputError, match=r"another process has been writing.*Try again")
    with database.opened(path, SCHEMA) as base, database.transaction(base), said:
        add(path, 1, 1)


def test_a_full_disk_is_said_and_what_was_kept_is_there(path: Path) -> None:
    add(path, 0, 100)

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        add(path, 100, 10**5)

    assert ended(start(fill)) == InputError.exit_code
    assert state(path) == (1, ("words",), 100)


def test_the_device_that_is_always_full_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.sqlite").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"words\.sqlite"):
        add(tmp_path / "words.sqlite", 0, 1)


def test_a_damaged_file_without_a_copy_says_what_is_lost(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(InputError, match=r"list of words is damaged.*No copy.*move it away"):
        add(path, 0, 1)


def test_the_newest_copy_is_named_and_all_are_forgotten(path: Path) -> None:
    add(path, 0, 1)
    for name, age in (("", 0), ("-1", 60)):
        database.keep_copy(path, name)
        when = time.time() - age
        os.utime(path.with_name(f"{path.name}.copy{name}"), (when, when))
    assert "words.sqlite.copy:" in str(database.damaged(path, SCHEMA, "why"))
    database.forget_copies(path)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("place", ["/proc/nowhere/a.sqlite", "/dev/null/a.sqlite", "/sys/a.sqlite"])
def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(place: str) -> None:
    with pytest.raises(InputError, match=rf"{place}.*WORKBENCH_HOME"):
        add(Path(place), 0, 1)


def test_a_folder_is_made_where_there_is_none(tmp_path: Path) -> None:
    add(tmp_path / "a" / "b" / "words.sqlite", 0, 1)
    assert state(tmp_path / "a" / "b" / "words.sqlite") == (1, ("words",), 1)


def test_no_home_is_said_and_no_folder_called_tilde_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no home folder"):
        add(Path("~", ".local", "words.sqlite"), 0, 1)
    assert list(tmp_path.iterdir()) == []


ENVIRONMENTS = (
    {"LANG": "C"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"HOME": None},
    {"HOME": "/nowhere"},
    {"WORKBENCH_HOME": "/proc/nowhere"},
    {"WORKBENCH_HOME": "/dev/null"},
    {"TMPDIR": "/nowhere"},
    {"TERM": "dumb", "COLUMNS": "0"},
)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=str)
def test_no_environment_ends_in_a_traceback(
    environment: dict[str, str | None], tmp_path: Path
) -> None:
    table = tmp_path / "한국어.ja-en.tsv"
    table.write_text("雨。\tRain.\n", encoding="utf-8")
    env = {**os.environ, "WORKBENCH_HOME": str(tmp_path / "データ"), **environment}
    env = {name: value for name, value in env.items() if value is not None}
    command = [sys.executable, "-m", "workbench", "memory", "import", str(table)]
    end = subprocess.run(command, env=env, capture_output=True, timeout=60)
    assert end.returncode == (4 if "WORKBENCH_HOME" in environment else 0), end.stderr
    assert b"Traceback" not in end.stderr and (b"WORKBENCH_HOME" in end.stderr) == bool(
        end.returncode
    )
