"""What was acknowledged is there, once and whole, whatever was killed, cut, full or damaged."""

import os
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pytest

from soak import Told, ended, flip, kill, soak, start
from workbench.batch import processes
from workbench.batch.packing import pack, unpack
from workbench.batch.store import Store
from workbench.batch.values import Account, FileRow, Output, Source, Spec
from workbench.errors import (
    AccountingError,
    InputError,
    UnknownNameError,
    UsageError,
    WorkbenchError,
)
from workbench.formats import Reading
from workbench.pipeline import Options
from workbench.types import Decoding, Translation

UNIT = 32
SPEC = Spec(
    ("/in/talks", "/in/\udce3.txt"),
    "/out",
    ("en", "ko"),
    "ja",
    Options(model="small", decoding=Decoding(beam=2), summary=3),
    Reading("ja", columns=("A", "原文")),
    beside=("html", "docx"),
)
FILES = (Source("/in/a.txt", "a.txt", "txt", 10), Source("/in/b", "b", "", 0, "a FIFO", True))


def key(number: int) -> bytes:
    return blake2b(str(number).encode(), digest_size=16).digest()


def made(number: int) -> Translation:
    return Translation("", "en", f"Sentence {number} 文 \udc00", "mt", -0.5 / 3, True, "note", "거")


def unit(number: int) -> list[tuple[bytes, Translation]]:
    return [(key(n), made(n)) for n in range(number * UNIT, (number + 1) * UNIT)]


def keys(number: int) -> list[bytes]:
    return [key for key, _ in unit(number)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "jobs.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as store:
        yield store


@pytest.fixture
def told() -> Iterator[Told]:
    told = Told()
    yield told
    told.close()


def fill(path: Path, units: int) -> str:
    """Make a file with a job of so many units, and close it."""
    with Store(path) as store:
        id = store.create(SPEC, FILES)
        for number in range(units):
            store.acknowledge(id, "en", unit(number))
    return id


def counts(store: Store, id: str, units: int) -> list[int]:
    """Return how many texts of each unit are there, as they were made."""
    found = [store.look_up(id, "en", keys(number)) for number in range(units)]
    assert all(
        t == made(n) for n in range(units * UNIT) for t in [found[n // UNIT].get(key(n))] if t
    )
    return [len(each) for each in found]


def claim_and_wait(path: Path, id: str, told: Told | None = None) -> None:
    """Claim a job and hold it until the process is killed."""
    Store(path).claim(id)
    if told:
        told.say("claimed")
    signal.pause()


def acknowledging(path: Path, id: str, told: Told) -> Callable[[], None]:
    """Return what a child does until it is killed: acknowledge units, and say which."""

    def work() -> None:
        with Store(path) as store:
            for number in range(store.job(id).done // UNIT, 4000):
                store.acknowledge(id, "en", unit(number))
                told.say(number)

    return work


def test_a_job_and_its_files_come_back_as_they_were_given(store: Store) -> None:
    job = store.job(store.create(SPEC, FILES))
    assert (job.spec, job.state, job.files, job.pid) == (SPEC, "waiting", {"waiting": 2}, 0)
    assert [row.source for row in store.files(job.id)] == list(FILES)
    assert len(job.id) == 8 and not set(job.id) & set("il1o0")


def test_a_row_of_a_file_comes_back_as_it_was_kept(store: Store) -> None:
    id = store.create(SPEC, FILES)
    output = Output("a.en.txt", "translation", "en", "f" * 64, 9)
    row = FileRow(1, FILES[0], "a" * 64, "partly", "why", "ja", Account(read=3), ("seen",))
    row = replace(row, failures=(("s1", "en", "why"),), findings={"major": 2}, outputs=(output,))
    store.update(id, replace(row, manifest={"model": ["x", {"y": 1.5}]}, seconds=2.25))
    assert store.files(id)[0] == replace(row, manifest={"model": ["x", {"y": 1.5}]}, seconds=2.25)
    assert store.job(id).files == {"partly": 1, "waiting": 1}


def test_files_are_added_behind_the_others_and_replaced_as_a_whole(store: Store) -> None:
    id = store.create(SPEC, FILES[:1])
    store.add_files(id, FILES[1:])
    assert [(row.number, row.source.name) for row in store.files(id)] == [(1, "a.txt"), (2, "b")]
    store.replace_files(id, FILES[1:])
    assert [(row.number, row.source.name) for row in store.files(id)] == [(1, "b")]


def test_a_file_that_a_job_has_not_is_a_defect(store: Store) -> None:
    id = store.create(SPEC, FILES)
    with pytest.raises(AccountingError, match="no file 3"):
        store.update(id, FileRow(3, FILES[0]))


def test_what_an_older_version_left_out_gets_its_default() -> None:
    old = b'{"inputs":["/a"],"out":"/o","targets":["en"],"options":{"model":"m"}}'
    assert unpack(Spec, old) == Spec(("/a",), "/o", ("en",), options=Options(model="m"))


def test_what_a_newer_version_added_is_refused_by_name() -> None:
    new = pack(SPEC).replace(b'"beam":', b'"later":1,"beam":')
    with pytest.raises(InputError, match=r"newer workbench.*later.*Update"):
        unpack(Spec, new)


def test_nothing_is_made_by_asking(store: Store, tmp_path: Path) -> None:
    assert (store.jobs(), store.find("/out"), store.check()) == ((), None, None)
    with pytest.raises(UsageError, match="no batch jobs yet"):
        store.job("k")
    assert list(tmp_path.iterdir()) == []


def test_the_beginning_of_an_id_is_enough_where_no_other_begins_so(store: Store) -> None:
    first, second = store.create(SPEC, FILES), store.create(SPEC, ())
    assert store.job(first.upper()).id == store.job(first[:7]).id == first
    with pytest.raises(UnknownNameError, match=f"Did you mean '{second}'"):
        store.job(f"{second[:-1]}0")
    with pytest.raises(UnknownNameError):
        store.job("")


def test_a_beginning_of_several_ids_is_refused_with_their_names(store: Store) -> None:
    ids = [store.create(SPEC, ()) for _ in range(32)]
    shared = next(id[0] for n, id in enumerate(ids) if any(i[0] == id[0] for i in ids[:n]))
    with pytest.raises(UsageError, match=f"jobs begin with '{shared}'.*Give more"):
        store.job(shared)


def test_jobs_stand_in_the_order_of_their_making_though_the_clock_jumps_back(path: Path) -> None:
    times = iter(["2026-03-02T00:00:00+00:00", "2026-03-01T00:00:00+00:00"])
    with Store(path, clock=lambda: next(times)) as store:
        ids = [store.create(SPEC, ()) for _ in range(2)]
        assert [job.id for job in store.jobs()] == ids[::-1]
        assert store.find("/out").id == ids[1] and store.find("/else") is None


def test_notes_are_kept_until_there_are_others(store: Store) -> None:
    id = store.create(SPEC, ())
    store.note(id, signature={"ja-en": "one"}, total=3)
    store.note(id, rate=2.5)
    job = store.job(id)
    assert (job.signature, job.total, job.rate) == ({"ja-en": "one"}, 3, 2.5)


def test_a_text_belongs_to_the_first_window_that_asked_for_it(store: Store) -> None:
    id = store.create(SPEC, ())
    one, two, three = key(1), key(2), key(3)
    assert store.plan(id, 0, [one, two]) == [True, True]
    assert store.plan(id, 1, [two, three, one]) == [False, True, False]
    assert store.plan(id, 0, [one, three]) == [True, False]


def test_a_plan_begins_anew_with_each_claim(store: Store) -> None:
    id, other = store.create(SPEC, ()), store.create(SPEC, ())
    store.plan(id, 5, [key(1)]), store.plan(other, 5, [key(1)])
    store.claim(id)
    assert store.plan(id, 6, [key(1)]) == [True]
    assert store.plan(other, 6, [key(1)]) == [False]


def test_translations_come_back_as_they_were_made_by_job_and_language(store: Store) -> None:
    id, other = store.create(SPEC, ()), store.create(SPEC, ())
    store.acknowledge(id, "en", unit(0))
    assert store.look_up(id, "en", [key(3), key(99)]) == {key(3): made(3)}
    assert store.known(id, "en", [key(3), key(99)]) == {key(3)}
    assert not store.known(id, "ko", [key(3)]) and not store.known(other, "en", [key(3)])
    assert (store.job(id).done, store.job(other).done) == (UNIT, 0)


def test_what_is_there_stays_and_only_what_failed_gives_way(store: Store) -> None:
    id = store.create(SPEC, ())
    failed = Translation("", "en", "", "failed", note="why")
    store.acknowledge(id, "en", [(key(0), failed), (key(1), made(1))])
    store.acknowledge(id, "en", [(key(0), made(0)), (key(1), made(7)), (key(2), failed)])
    found = store.look_up(id, "en", [key(0), key(1), key(2)])
    assert found == {key(0): made(0), key(1): made(1), key(2): failed}
    assert (store.job(id).done, store.forget_failed(id), store.job(id).done) == (3, 1, 2)


def test_four_thousand_keys_are_asked_for_at_once(store: Store) -> None:
    id = store.create(SPEC, ())
    many = [key(number) for number in range(4096)]
    store.acknowledge(id, "en", [(key(n), made(n)) for n in range(4096)])
    assert all(store.plan(id, 0, many)) and store.known(id, "en", many) == set(many)
    assert store.look_up(id, "en", many)[key(4095)] == made(4095)


def test_the_words_of_a_removed_job_are_no_longer_on_the_disk(store: Store, path: Path) -> None:
    id, other = store.create(SPEC, ()), store.create(SPEC, ())
    store.acknowledge(id, "en", [(key(n), replace(made(n), text="secret")) for n in range(500)])
    store.backup(path.with_name(f"{path.name}.copy"))
    store.remove(id)
    assert b"secret" not in b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert [job.id for job in store.jobs()] == [other] and path.stat().st_size < 60_000


def test_a_running_job_is_refused_to_others_with_the_process_that_runs_it(
    store: Store, path: Path, told: Told
) -> None:
    id = store.create(SPEC, ())
    child = start(
        lambda: (Store(path).claim(id), told.say("claimed"), os.read(0, 1), Told().wait(1))
    )
    assert told.wait(1) == ["claimed"] and store.job(id).pid == child
    for refused in (store.claim, store.remove):
        with pytest.raises(UsageError, match=f"process {child}"):
            refused(id)
    kill(child)
    assert (store.job(id).state, store.job(id).pid) == ("interrupted", 0)
    store.claim(id)


def test_of_two_processes_that_claim_a_job_one_gets_it(path: Path) -> None:
    id = fill(path, 0)
    for _ in range(soak(10, 50)):
        pair = [start(lambda: claim_and_wait(path, id)) for _ in "ab"]
        refused, code = os.waitpid(-1, 0)
        assert refused in pair and os.waitstatus_to_exitcode(code) == UsageError.exit_code
        [other] = set(pair) - {refused}
        assert Store(path).job(id).pid == other and kill(other) == -9


def test_the_same_process_cannot_run_a_job_twice(store: Store, path: Path) -> None:
    id = store.create(SPEC, ())
    store.claim(id)
    with pytest.raises(UsageError, match="is being run"):
        Store(path).claim(id)
    store.release(id, "partly", "why")
    assert (store.job(id).state, store.job(id).reason, store.job(id).pid) == ("partly", "why", 0)


def test_a_process_of_another_machine_is_taken_for_dead_after_ten_silent_minutes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = ["2026-03-01T12:00:00+00:00"]
    store = Store(path, clock=lambda: times[-1])
    id = store.create(SPEC, ())
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("socket.gethostname", lambda: "elsewhere")
        store.claim(id)
    times.append("2026-03-01T12:09:00+00:00")
    with pytest.raises(UsageError, match="on elsewhere"):
        store.claim(id)
    times.append("2026-03-01T12:11:00+00:00")
    assert store.job(id).state == "interrupted"
    store.close()


def test_a_later_process_of_the_same_number_is_another_one() -> None:
    born = processes.birth(os.getpid())
    assert processes.lives(os.getpid(), born)
    assert not processes.lives(os.getpid(), born[:-1]) and not processes.lives(2**22 + 1, born)


def test_a_process_that_has_died_and_was_not_looked_after_is_dead() -> None:
    child = start(lambda: None)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert processes.birth(child) == ""
    assert ended(child) == 0


def test_a_job_is_cancelled_by_another_process_or_at_once(store: Store, path: Path) -> None:
    id = store.create(SPEC, ())
    store.claim(id)
    Store(path).cancel(id)
    assert store.cancelled(id) and store.job(id).state == "running"
    store.release(id, "interrupted")
    store.cancel(id)
    assert not store.cancelled(id) and store.job(id).state == "cancelled"
    with pytest.raises(UsageError, match="has ended"):
        store.cancel(id)


def test_threads_share_a_store(store: Store) -> None:
    id = store.create(SPEC, ())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.acknowledge(id, "en", unit(number)), range(40)))
        assert (
            list(pool.map(lambda n: len(store.look_up(id, "en", keys(n))), range(40)))
            == [UNIT] * 40
        )


def test_a_kill_between_and_within_acknowledgements_loses_and_halves_nothing(
    path: Path, told: Told
) -> None:
    id, dice = fill(path, 0), random.Random(44)
    for _ in range(soak(20, 100)):
        before = len(told.words())
        child = start(acknowledging(path, id, told))
        told.wait(before + 1)
        assert kill(child, dice.uniform(0, 0.04)) == -9
    with Store(path) as store:
        store.check()
        told_units = [int(word) for word in told.words()]
        found = counts(store, id, max(told_units) + 2)
        assert set(found) <= {0, UNIT} and all(found[number] for number in told_units)
        assert store.job(id).done == sum(found)


def test_a_full_disk_is_said_and_everything_acknowledged_is_there(path: Path) -> None:
    dice = random.Random(45)
    for turn in range(soak(10, 50)):
        here, told = path.with_name(f"{turn}.sqlite"), Told()
        id, size = fill(here, 0), dice.randint(60_000, 900_000)
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))  # noqa: E731, B023
        work = acknowledging(here, id, told)
        assert ended(start(lambda: (limit(), work()))) == InputError.exit_code  # noqa: B023
        with Store(here) as store:
            found = counts(store, id, len(told.words()) + 1)
            assert set(found[:-1]) <= {UNIT} and found[-1] in (0, UNIT)
            store.acknowledge(id, "en", unit(len(found)))
        told.close()


def test_a_torn_log_loses_the_last_acknowledgement_at_most(path: Path, told: Told) -> None:
    id, dice = fill(path, 3), random.Random(51)
    child = start(acknowledging(path, id, told))
    units = len(told.wait(20))
    kill(child)
    units = 3 + len(told.words())
    for turn in range(soak(20, 200)):
        here = path.with_name(f"torn{turn}.sqlite")
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{here}{end}")
        log = Path(f"{here}-wal")
        os.truncate(log, log.stat().st_size - dice.randint(1, 4096))
        with Store(here) as store:
            store.check()
            assert counts(store, id, units)[:-2] == [UNIT] * (units - 2)


def refusals(path: Path, id: str) -> int:
    """Ask a file for everything, and return how often it refused."""
    asked: tuple[Callable[[Store], object], ...] = (
        lambda store: store.jobs(),
        lambda store: [store.job(id), store.files(id)],
        lambda store: counts(store, id, 12),
        lambda store: store.check(),
        lambda store: store.acknowledge(id, "en", unit(13)),
    )
    refused = 0
    for ask in asked:
        try:
            ask(Store(path))
        except WorkbenchError:
            refused += 1
    return refused


def test_a_damaged_file_never_gives_a_wrong_text_and_never_a_traceback(path: Path) -> None:
    id, dice, seen = fill(path, 12), random.Random(52), 0
    for turn in range(soak(40, 400)):
        here = Path(shutil.copy(path, path.with_name(f"bad{turn}.sqlite")))
        flip(here, dice)
        seen += refusals(here, id)
    assert seen > turn


def test_a_damaged_file_names_its_newest_copy_which_can_take_its_place(path: Path) -> None:
    id = fill(path, 2)
    copy = path.with_name(f"{path.name}.copy")
    with Store(path) as store:
        store.backup(copy)
    path.write_bytes(b"\xff" * 5000)
    with pytest.raises(InputError, match=r"damaged.*newest copy.*jobs\.sqlite\.copy"):
        Store(path).jobs()
    copy.rename(path)
    assert counts(Store(path), id, 2) == [UNIT, UNIT]


def test_a_changed_byte_of_a_text_is_noticed(path: Path) -> None:
    id = fill(path, 1)
    with closing(sqlite3.connect(path)) as base, base:
        changed = "CAST(replace(text, 'Sentence 3', 'Sentence 4') AS BLOB)"
        base.execute(f"UPDATE texts SET text = {changed}")
    with pytest.raises(InputError, match="checksum"):
        Store(path).look_up(id, "en", keys(0))
    with pytest.raises(InputError, match="checksum"):
        Store(path).check()


def test_copies_made_while_others_write_are_whole(path: Path, told: Told) -> None:
    id = fill(path, 0)
    child = start(acknowledging(path, id, told))
    for turn in range(soak(10, 40)):
        told.wait(3 * turn)
        copy = path.with_name(f"copy{turn}.sqlite")
        with Store(path) as store:
            store.backup(copy)
        with Store(copy) as copied:
            copied.check()
            assert copied.job(id).done % UNIT == 0 and copied.job(id).done >= 3 * turn * UNIT
    kill(child)
