"""What people decided, chose and kept survives the process; a damaged file is named."""

import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from soak import flip, kill, soak, start
from workbench import memory
from workbench.errors import InputError
from workbench.memory import Cell, Chosen, Memory, Taken, Unit, Verdict
from workbench.types import Decision


def verdict(key: str, decision: Decision = "dismissed") -> Verdict:
    return Verdict(key, "numbers", "en", "a" * 64, "b" * 64, decision)


def unit(source: str, target: str, languages: tuple[str, str] = ("ja", "en")) -> Unit:
    return Unit(*languages, source, target, "human", "one", "signature", "then")


def test_a_decision_is_there_for_the_next_process(tmp_path: Path) -> None:
    Memory(tmp_path / "m.sqlite").record([verdict("k1"), verdict("k2", "accepted")])
    known = Memory(tmp_path / "m.sqlite").decisions(["k1", "k2", "k3"])
    assert known == {"k1": "dismissed", "k2": "accepted"}


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert Memory(tmp_path / "m.sqlite").decisions(["k"]) == {}
    assert list(tmp_path.iterdir()) == []


def test_the_last_decision_counts_and_none_forgets(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.record([verdict("k", "accepted")])
    kept.record([verdict("k", "dismissed")])
    assert kept.decisions(["k"]) == {"k": "dismissed"}
    kept.record([verdict("k", "")])
    assert kept.decisions(["k"]) == {}


def test_more_keys_than_one_question_may_hold_are_looked_up(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.record([verdict(f"k{n}") for n in range(1200)])
    assert len(kept.decisions(f"k{n}" for n in range(3000))) == 1200


def test_threads_lose_nothing(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: kept.record([verdict(f"k{n}")]), range(80)))
    assert len(kept.decisions(f"k{n}" for n in range(80))) == 80


def test_processes_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from workbench.memory import Memory, Verdict\n"
        "for n in range(20): Memory(Path(sys.argv[1])).record("
        "[Verdict(sys.argv[2] + str(n), 'c', 'en', '', '', 'dismissed')])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "m.sqlite")]
    running = [subprocess.Popen([*command, name]) for name in ("a", "b", "c")]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    keys = [f"{name}{n}" for name in ("a", "b", "c") for n in range(20)]
    assert len(Memory(tmp_path / "m.sqlite").decisions(keys)) == 60


def test_a_new_migration_runs_once_on_an_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Memory(tmp_path / "m.sqlite").record([verdict("k")])
    more = (*memory.MIGRATIONS, "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT")
    monkeypatch.setattr(memory, "MIGRATIONS", more)
    for _ in range(2):
        assert Memory(tmp_path / "m.sqlite").decisions(["k"]) == {"k": "dismissed"}


def test_a_file_of_a_newer_workbench_is_left_alone(tmp_path: Path) -> None:
    Memory(tmp_path / "m.sqlite").record([verdict("k")])
    with sqlite3.connect(tmp_path / "m.sqlite") as base:
        base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(InputError, match="newer workbench"):
        Memory(tmp_path / "m.sqlite").decisions(["k"])


def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "m.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(InputError, match=r"m\.sqlite.*move it away"):
        Memory(tmp_path / "m.sqlite").decisions(["k"])


def test_the_tally_counts_what_each_check_was_worth(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.record([verdict("k1"), verdict("k2", "fixed"), verdict("k3")])
    assert kept.tally() == {"numbers": {"dismissed": 2, "fixed": 1}}


def test_no_word_of_a_text_is_kept(tmp_path: Path) -> None:
    Memory(tmp_path / "m.sqlite").record([verdict("k")])
    with sqlite3.connect(tmp_path / "m.sqlite") as base:
        names = [row[1] for row in base.execute("PRAGMA table_info(decisions)")]
    base.close()
    assert not {"source", "target", "text", "message"} & set(names)


def test_a_file_of_before_gets_the_new_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(memory, "MIGRATIONS", memory.MIGRATIONS[:1])
        Memory(tmp_path / "m.sqlite").record([verdict("k")])
    kept = Memory(tmp_path / "m.sqlite")
    assert kept.keep([unit("雨。", "Rain.")]) == 1
    assert kept.decisions(["k"]) == {"k": "dismissed"}


def test_a_kept_translation_is_found_by_its_exact_source(tmp_path: Path) -> None:
    Memory(tmp_path / "m.sqlite").keep([unit("が降る。", "It falls.")])
    kept = Memory(tmp_path / "m.sqlite")
    # か + U+3099 is が in another form; blanks around a text are none of it.
    asked = [" か\u3099降る。\n", "が 降る。", "が降る"]
    assert kept.find("ja", "en", asked) == {asked[0]: unit("が降る。", "It falls.")}
    assert kept.find("ja", "ko", asked) == kept.find("en", "ja", asked) == {}


def test_the_newest_of_two_translations_is_found_and_both_are_kept(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    assert kept.keep([unit("雨。", "Rain."), unit("雨。", "The rain.")]) == 2
    assert kept.keep([unit("雨。", "Rain.")]) == 0
    assert kept.find("ja", "en", ["雨。"])["雨。"].target == "Rain."
    assert {u.target for u in kept.units()} == {"Rain.", "The rain."}


def test_a_unit_says_when_it_was_kept(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite", clock=lambda: "now")
    kept.keep([Unit("ja", "en", "雨。", "Rain.", "mt")])
    assert kept.units()[0].time == "now"


def test_units_are_listed_and_forgotten_by_pair(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.keep(
        [
            unit("雨。", "Rain."),
            unit("雨。", "비.", ("ja", "ko")),
            unit("Rain.", "비.", ("en", "ko")),
        ]
    )
    assert [u.target_language for u in kept.units("ja")] == ["en", "ko"]
    assert (kept.forget("ja", "ko"), len(kept.units())) == (1, 2)
    assert (kept.forget(), kept.units()) == (2, ())


def test_what_is_forgotten_is_no_longer_in_the_file(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.keep([unit("A secret source.", "A secret target.")])
    kept.choose([Chosen("r", "edit", Cell("one", "a"), value="A secret edit.")])
    kept.forget()
    assert kept.forget_choices() == 1
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_asking_and_forgetting_make_no_file(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    assert (kept.find("ja", "en", ["雨。"]), kept.units(), kept.chosen(["r"])) == ({}, (), ())
    assert (kept.forget(), kept.forget_choices(), kept.keep([])) == (0, 0, 0)
    assert list(tmp_path.iterdir()) == []


def test_half_of_a_character_can_be_kept_and_found(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.keep([unit("雨\ud800", "rain\udc00")])
    assert kept.find("ja", "en", ["雨\ud800"])["雨\ud800"].target == "rain\ufffd"


def test_choices_are_there_for_the_next_process_until_they_are_taken_back(tmp_path: Path) -> None:
    cells = Cell("one", "a", "signature"), Cell("two", "b")
    vote = Chosen("r", "vote", *cells, "better", True, "then")
    edit = Chosen("r", "edit", cells[0], value="words", time="then")
    Memory(tmp_path / "m.sqlite").choose([vote, edit])
    assert Memory(tmp_path / "m.sqlite").chosen(["r", "s"]) == (vote, edit)
    Memory(tmp_path / "m.sqlite").choose([], [vote])
    assert Memory(tmp_path / "m.sqlite").chosen(["r"]) == (edit,)


def test_more_sources_than_one_question_may_hold_are_looked_up(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    kept.keep([unit(f"{n}", f"{n}") for n in range(1200)])
    assert len(kept.find("ja", "en", (f"{n}" for n in range(3000)))) == 1200


def memory_with(path: Path, *units: Unit) -> Memory:
    kept = Memory(path / "m.sqlite")
    kept.keep(units)
    return kept


def test_what_is_brought_in_twice_in_any_form_is_there_once(tmp_path: Path) -> None:
    kept = memory_with(tmp_path, unit("雨。", "Rain."))
    brought = [
        unit("が。", "é"),
        unit("か\u3099。", " e\u0301"),
        unit("雨。", "Rain. "),
        unit("雨。", "Wet."),
    ]
    assert kept.take(brought) == Taken(new=2, there=2)
    assert kept.take(brought) == Taken(there=4)
    assert [(u.source, u.target) for u in kept.units()] == [
        ("雨。", "Rain."),
        ("が。", "é"),
        ("雨。", "Wet."),
    ]


def test_texts_without_words_are_counted_and_left_out(tmp_path: Path) -> None:
    kept = Memory(tmp_path / "m.sqlite")
    assert kept.take([unit("雨。", " \n"), unit("", "Rain."), unit("雨。", "Rain.")]) == Taken(
        1, 0, 2
    )


def test_an_import_that_breaks_half_way_leaves_the_memory_as_it_was(tmp_path: Path) -> None:
    def breaking() -> Iterator[Unit]:
        yield unit("雪。", "Snow.")
        raise InputError("line 2 is not well-formed")

    kept = memory_with(tmp_path, unit("雨。", "Rain."))
    with pytest.raises(InputError, match="line 2"):
        kept.take(breaking())
    assert [u.source for u in kept.units()] == ["雨。"]


def test_a_kill_within_an_import_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    dice, seen, count = random.Random(55), set(), soak(5_000, 50_000)
    units = [unit(f"文{n}。", f"Sentence {n}.") for n in range(count)]
    for turn in range(soak(8, 20)):
        path = tmp_path / f"{turn}.sqlite"
        kill(start(lambda: Memory(path).take(units)), dice.uniform(0, count * 7e-5))  # noqa: B023
        seen.add(len(Memory(path).units()))
    assert seen <= {0, count}


def test_an_import_keeps_a_copy_of_before_and_forgetting_deletes_it(tmp_path: Path) -> None:
    kept = memory_with(tmp_path, unit("雨。", "Rain."))
    kept.take([unit("雪。", "Snow.")])
    assert [u.target for u in Memory(tmp_path / "m.sqlite.copy").units()] == ["Rain."]
    kept.forget()
    assert not (tmp_path / "m.sqlite.copy").exists()


def test_others_write_while_an_import_reads(tmp_path: Path) -> None:
    kept = memory_with(tmp_path, unit("雨。", "Rain."))
    other = Memory(tmp_path / "m.sqlite")
    units = (unit(f"{n}", f"{other.keep([unit(f'o{n}', 'o')])}") for n in range(3))
    assert kept.take(units) == Taken(new=3)
    assert len(kept.units()) == 7


def test_a_backup_can_take_the_place_of_a_damaged_file(tmp_path: Path) -> None:
    kept = memory_with(tmp_path, unit("雨。", "Rain."))
    kept.backup(tmp_path / "safe.sqlite")
    (tmp_path / "m.sqlite").write_bytes(b"\xff" * 9000)
    with pytest.raises(InputError, match="damaged"):
        kept.units()
    (tmp_path / "safe.sqlite").replace(tmp_path / "m.sqlite")
    assert [u.target for u in kept.units()] == ["Rain."]


def asked(path: Path) -> Iterator[set[Unit]]:
    """Yield what a file gives in two ways; one that refuses is left out."""
    texts = [f"文{n}。" for n in range(300)]
    for ask in (Memory.units, lambda kept: kept.find("ja", "en", texts).values()):
        with suppress(InputError):
            yield set(ask(Memory(path)))


def test_a_damaged_file_never_gives_a_wrong_sentence_and_never_a_traceback(tmp_path: Path) -> None:
    units = [unit(f"文{n}。", f"Sentence {n}.") for n in range(300)]
    memory_with(tmp_path, *units)
    dice, given = random.Random(52), []
    for turn in range(soak(40, 400)):
        path = Path(shutil.copy(tmp_path / "m.sqlite", tmp_path / f"{turn}"))
        flip(path, dice)
        given += asked(path)
    assert all(each <= set(units) for each in given) and len(given) < turn


def test_the_newest_stays_the_newest_though_the_clock_jumps_back(tmp_path: Path) -> None:
    times = iter(["2026-03-02", "2026-03-01"])
    kept = Memory(tmp_path / "m.sqlite", clock=lambda: next(times))
    for target in ("Rain.", "Wet."):
        kept.keep([Unit("ja", "en", "雨。", target, "human")])
    assert kept.find("ja", "en", ["雨。"])["雨。"].target == "Wet."
    assert [u.time for u in kept.units()] == ["2026-03-02", "2026-03-01"]
