"""Batch jobs from files to files: complete, the same after every interruption, and honest."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import batch_fakes
from soak import soak
from workbench.batch import running
from workbench.batch.command import BatchCommand, run
from workbench.batch.inputs import find
from workbench.batch.store import Store
from workbench.batch.values import FileRow, JobRow, Spec
from workbench.errors import EngineError, InputError, UsageError
from workbench.formats import Reading
from workbench.pipeline import Options

FAKE = Options("pseudo", summary=0, self_test=False)
TESTS = Path(__file__).parent


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    batch_fakes.reach(monkeypatch, tmp_path / "log")
    return tmp_path / "log"


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Return a folder of five small documents, in which some sentences come again."""
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for number in range(3):
        lines = [f"{number}人の兵士が第{n}の門を越えた。同じ文が何度も出る。" for n in range(40)]
        (folder / f"{number}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "a.md").write_text("# 見出しの行\n\n**兵士**は川を渡った。\n", "utf-8")
    page = '<html lang="ja"><body><p>兵士は<b>川</b>を渡った。</p></body></html>'
    (folder / "deep" / "a.html").write_text(page, "utf-8")
    return folder


def begun(store: Store, folder: Path, out: Path, load: str = "echo", **more: object) -> str:
    spec = Spec((str(folder),), str(out), ("en", "ko"), "ja", FAKE, load=f"batch_fakes:{load}")
    spec = replace(spec, **more)  # type: ignore[arg-type]
    return store.create(spec, find([folder], spec.glob, out))


def outputs(out: Path) -> dict[str, bytes]:
    """Return what was written, the reports left out: they say how long it took."""
    files = [path for path in out.rglob("*") if path.is_file()]
    return {str(p.relative_to(out)): p.read_bytes() for p in files if p.stem != "report"}


def done(
    folder: Path, out: Path, load: str = "echo", **more: object
) -> tuple[JobRow, list[FileRow]]:
    with Store() as store:
        id = begun(store, folder, out, load, **more)
        return running.run(store, id), list(store.files(id))


def test_every_file_of_a_folder_comes_out_in_every_language(talks: Path, tmp_path: Path) -> None:
    job, _ = done(talks, tmp_path / "out")
    names = {
        f"{stem}.{code}{end}"
        for code in ("en", "ko")
        for stem, end in (
            ("0", ".txt"),
            ("1", ".txt"),
            ("2", ".txt"),
            ("a", ".md"),
            ("deep/a", ".html"),
        )
    }
    assert job.state == "done" and set(outputs(tmp_path / "out")) == names
    text = (tmp_path / "out" / "0.en.txt").read_text("utf-8").splitlines()
    assert len(text) == 40
    assert text[7] == "en:0人の兵士が第7の門を越えた。 en:同じ文が何度も出る。"


def test_a_sentence_that_comes_again_is_translated_once(
    talks: Path, tmp_path: Path, log: Path
) -> None:
    done(talks, tmp_path / "out")
    asked = batch_fakes.logged(log)
    assert len(asked) == len(set(asked)) and "en:同じ文が何度も出る。" in asked


def test_the_account_of_a_file_adds_up(talks: Path, tmp_path: Path) -> None:
    _, rows = done(talks, tmp_path / "out")
    for a in (row.account for row in rows):
        parts = a.blank + a.copied + a.translated + a.repeated + a.kept + a.failed
        assert a.read == parts and a.read > 0
    assert rows[0].account.translated == 2 * 41 and rows[0].account.repeated == 2 * 39


def test_formatting_stands_around_the_same_words(talks: Path, tmp_path: Path) -> None:
    done(talks, tmp_path / "out")
    page = (tmp_path / "out" / "deep" / "a.en.html").read_text("utf-8")
    assert "en:兵士は<b>川</b>を渡った。" in page


def test_engines_beside_each_other_make_the_same_bytes(talks: Path, tmp_path: Path) -> None:
    done(talks, tmp_path / "one")
    with Store() as store:
        running.run(store, begun(store, talks, tmp_path / "three"), size=3)
    assert outputs(tmp_path / "three") == outputs(tmp_path / "one")


def test_a_sentence_that_fails_stands_in_the_source_and_is_listed(
    talks: Path, tmp_path: Path
) -> None:
    (talks / "poison.txt").write_text(f"雪だ。毒{batch_fakes.POISON}だ。雨だ。\n", "utf-8")
    job, rows = done(talks, tmp_path / "out", "crash")
    row = next(row for row in rows if row.source.name.endswith("poison.txt"))
    assert (job.state, row.state, len(row.failures)) == ("partly", "partly", 2)
    text = (tmp_path / "out" / "poison.en.txt").read_text("utf-8")
    assert text == f"en:雪だ。 毒{batch_fakes.POISON}だ。 en:雨だ。\n"


def test_what_failed_is_tried_again_when_asked(talks: Path, tmp_path: Path) -> None:
    (talks / "poison.txt").write_text(f"毒{batch_fakes.POISON}だ。\n", "utf-8")
    with Store() as store:
        id = begun(store, talks, tmp_path / "out", "crash")
        running.run(store, id)
        assert store.forget_failed(id) == 2 and running.run(store, id).state == "partly"


def test_an_engine_that_cannot_run_ends_the_job_and_can_be_resumed(
    talks: Path, tmp_path: Path
) -> None:
    with Store() as store:
        id = begun(store, talks, tmp_path / "out", "dead")
        with pytest.raises(EngineError):
            running.run(store, id)
        assert store.job(id).state == "failed" and "killed" in store.job(id).reason


def test_a_damaged_file_leaves_the_others_whole(talks: Path, tmp_path: Path) -> None:
    (talks / "broken.docx").write_bytes(b"PK\x03\x04 no more")
    job, rows = done(talks, tmp_path / "out")
    states = {Path(row.source.name).name: row.state for row in rows}
    assert states.pop("broken.docx") == "refused" and set(states.values()) == {"done"}
    assert job.state == "partly"


def test_a_file_in_the_target_language_is_not_translated_into_it(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("The soldier crossed the river at night. " * 5, "utf-8")
    _, rows = done(folder, tmp_path / "out", source="")
    assert set(outputs(tmp_path / "out")) == {"a.ko.txt"} and rows[0].language == "en"


def test_a_deleted_output_is_written_again_without_the_engine(
    talks: Path, tmp_path: Path, log: Path
) -> None:
    with Store() as store:
        id = begun(store, talks, tmp_path / "out")
        running.run(store, id)
        before, asked = outputs(tmp_path / "out"), len(batch_fakes.logged(log))
        (tmp_path / "out" / "0.en.txt").unlink()
        running.run(store, id)
    assert outputs(tmp_path / "out") == before and len(batch_fakes.logged(log)) == asked


def test_another_process_at_the_same_job_is_told_so(talks: Path, tmp_path: Path) -> None:
    with Store() as store:
        id = begun(store, talks, tmp_path / "out", "slow")
        first = start(id)
        wait_for(lambda: store.job(id).done > 0)
        with pytest.raises(UsageError, match=str(first.pid)):
            running.run(store, id)
        end(first, signal.SIGKILL)


def start(id: str, room: int = 0) -> "subprocess.Popen[bytes]":
    """Start a process that runs a job; room is how many bytes a file of it may have, 0 for any."""

    def narrow() -> None:
        if room:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    found = os.pathsep.join(map(str, (TESTS, TESTS.parent)))
    command = [sys.executable, "-P", "-m", "workbench", "jobs", "resume", id, "--quiet"]
    env = os.environ | {"PYTHONPATH": found}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, preexec_fn=narrow)


def end(process: "subprocess.Popen[bytes]", number: int) -> tuple[int, str]:
    """Send a signal; return the exit code and what was said."""
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    return process.returncode, said.decode()


def wait_for(condition: object, seconds: float = 30) -> None:
    limit = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < limit
        time.sleep(0.02)


@pytest.mark.parametrize("seed", range(soak(3, 100)))
def test_a_killed_job_goes_on_and_comes_out_the_same(
    talks: Path, tmp_path: Path, log: Path, seed: int
) -> None:
    done(talks, tmp_path / "whole")
    whole = len(batch_fakes.logged(log))
    log.unlink()
    with Store() as store:
        id = begun(store, talks, tmp_path / "out", "slow")
        chance = random.Random(seed)
        for _ in range(2):
            process = start(id)
            time.sleep(chance.uniform(0.3, 3.0))
            end(process, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGINT]))
        assert running.run(store, id).state == "done"
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")
    # A unit that was in work is done again, once a kill and a language.
    assert len(batch_fakes.logged(log)) <= whole + 2 * 2 * 512


@pytest.mark.parametrize("seed", range(soak(2, 50)))
def test_a_full_disk_ends_the_job_and_the_next_run_makes_it_whole(
    talks: Path, tmp_path: Path, seed: int
) -> None:
    done(talks, tmp_path / "whole")
    room = random.Random(seed).randrange(500, 60_000)
    with Store() as store:
        id = begun(store, talks, tmp_path / "out")
        process = start(id, room=room)
        _, said = process.communicate(timeout=60)
        assert "Traceback" not in said.decode()
        assert process.returncode != 0 or outputs(tmp_path / "out") == outputs(tmp_path / "whole")
        assert running.run(store, id).state == "done"
    assert outputs(tmp_path / "out") == outputs(tmp_path / "whole")


def test_the_first_file_is_there_before_the_second_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("兵士は川を渡った。\n" * 3, "utf-8")
    lines = [f"{n}人の兵士が川を渡った。" for n in range(30_000)]
    (folder / "b.txt").write_text("\n".join(lines), "utf-8")
    with Store() as store:
        id = begun(store, folder, tmp_path / "out", "slow")
        process = start(id)
        wait_for(lambda: store.files(id)[0].state == "done")
        _, second = store.files(id)
        end(process, signal.SIGKILL)
    assert (second.state, second.share) == ("working", -1.0)


def test_twenty_bad_sentences_of_a_thousand_are_listed_and_the_rest_is_done(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    poison = batch_fakes.POISON
    lines = [f"{n}人の兵士{poison if n % 50 == 7 else ''}が渡った。" for n in range(1000)]
    (folder / "a.txt").write_text("\n".join(lines) + "\n", "utf-8")
    _, (row,) = done(folder, tmp_path / "out", "crash", targets=("en",))
    text = (tmp_path / "out" / "a.en.txt").read_text("utf-8").splitlines()
    assert [line for line in text if not line.startswith("en:")] == [
        x for x in lines if poison in x
    ]
    assert len(row.failures) == row.account.failed == 20 and row.account.translated == 980


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_job_ends_at_once_and_says_how_to_go_on(
    talks: Path, tmp_path: Path, number: signal.Signals
) -> None:
    with Store() as store:
        id = begun(store, talks, tmp_path / "out", "slow")
        process = start(id)
        wait_for(lambda: store.job(id).state == "running")
        began = time.monotonic()
        code, said = end(process, number)
        assert time.monotonic() - began < 12 and code == 128 + number
        assert "Traceback" not in said and f"workbench jobs resume {id}" in said
        assert store.job(id).state == "interrupted"


def test_a_cancelled_job_stops_and_can_be_resumed(talks: Path, tmp_path: Path) -> None:
    with Store() as store:
        id = begun(store, talks, tmp_path / "out", "slow")
        process = start(id)
        wait_for(lambda: store.job(id).state == "running")
        store.cancel(id)
        process.communicate(timeout=20)
        assert store.job(id).state == "cancelled"
        assert running.run(store, id).state == "done"


def command(folder: Path, out: Path, **more: object) -> BatchCommand:
    given = BatchCommand((str(folder),), str(out), ("en",), "ja", options=FAKE, quiet=True)
    return replace(given, **more)  # type: ignore[arg-type]


def test_a_folder_with_a_job_asks_what_is_to_become_of_it(talks: Path, tmp_path: Path) -> None:
    assert run(command(talks, tmp_path / "out")) == 0
    with pytest.raises(UsageError, match="--resume"):
        run(command(talks, tmp_path / "out"))
    assert run(command(talks, tmp_path / "out", resume=True)) == 0
    assert run(command(talks, tmp_path / "out", fresh=True)) == 0


@pytest.mark.parametrize(
    "changes", [{"beside": ("tsv",)}, {"options": replace(FAKE, pivot="en")}, {"checks": False}]
)
def test_other_settings_are_never_mixed_in(
    talks: Path, tmp_path: Path, changes: dict[str, object]
) -> None:
    run(command(talks, tmp_path / "out"))
    with pytest.raises(UsageError, match=next(iter(changes))):
        run(command(talks, tmp_path / "out", resume=True, **changes))


def test_changed_files_are_told_and_taken_in_when_asked(talks: Path, tmp_path: Path) -> None:
    run(command(talks, tmp_path / "out"))
    (talks / "0.txt").write_text("別の文だ。\n", "utf-8")
    (talks / "new.txt").write_text("新しい文だ。\n", "utf-8")
    (talks / "1.txt").unlink()
    with pytest.raises(UsageError, match=r"0\.txt was changed.*new\.txt is new.*1\.txt is gone"):
        run(command(talks, tmp_path / "out", resume=True))
    assert run(command(talks, tmp_path / "out", resume=True, changed=True)) == 0
    assert "別の文だ" in (tmp_path / "out" / "0.en.txt").read_text("utf-8")


def test_nothing_to_translate_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError, match="no files"):
        run(command(tmp_path / "in", tmp_path / "out"))


def test_all_files_refused_is_exit_code_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.docx").write_bytes(b"PK\x03\x04")
    assert run(command(tmp_path / "in", tmp_path / "out")) == 4
    assert "a.docx" in capsys.readouterr().err


def test_exports_and_summaries_lie_beside_the_translations(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("兵士は川を渡った。寒い夜だった。" * 8 + "\n", "utf-8")
    done(folder, tmp_path / "out", beside=("tsv", "docx"), options=replace(FAKE, summary=None))
    assert set(outputs(tmp_path / "out")) == {
        "a.en.txt",
        "a.ko.txt",
        "a.txt.tsv",
        "a.txt.docx",
        "a.txt.summary.md",
    }


def test_the_report_lists_every_file(talks: Path, tmp_path: Path) -> None:
    done(talks, tmp_path / "out")
    value = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert len(value["files"]) == 5 and (tmp_path / "out" / "report.html").exists()


def test_a_file_that_is_read_once_for_each_target_has_its_blocks_once(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    unit = '<tu><tuv xml:lang="ja"><seg>雪だ。</seg></tuv></tu>'
    head = '<header srclang="ja"/>'
    (folder / "a.tmx").write_text(f'<tmx version="1.4">{head}<body>{unit}</body></tmx>', "utf-8")
    _, (row,) = done(folder, tmp_path / "out")
    assert (row.account.blocks, row.account.characters, row.account.translated) == (1, 3, 2)


@pytest.mark.parametrize("out", ["/dev/null", "/proc/none", "/dev/null/deep"])
def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_translated(
    talks: Path, out: str, log: Path
) -> None:
    with pytest.raises(InputError, match=f"{out}: cannot be written to"):
        run(command(talks, Path(out)))
    with Store() as store:
        assert not store.jobs() and not batch_fakes.logged(log)


def test_other_settings_are_told_as_people_write_them(talks: Path, tmp_path: Path) -> None:
    run(command(talks, tmp_path / "out"))
    other = replace(FAKE, purpose="commercial")
    again = command(talks, tmp_path / "out", targets=("en", "ko"), options=other, resume=True)
    told = r"targets: en before, en, ko now; options\.purpose: any before, commercial now"
    with pytest.raises(UsageError, match=told):
        run(again)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reading": Reading(encoding="shiftjs")},
        {"resume": True, "fresh": True},
        {"targets": ("xx",)},
        {"beside": ("odt",)},
    ],
)
def test_what_cannot_be_meant_is_said_before_there_is_a_job(
    talks: Path, tmp_path: Path, wrong
) -> None:
    with pytest.raises(UsageError):
        run(command(talks, tmp_path / "out", **wrong))
    with Store() as store:
        assert not store.jobs()


def test_a_folder_has_one_job_by_whatever_way_it_is_named(talks: Path, tmp_path: Path) -> None:
    assert run(command(talks, tmp_path / "out")) == 0
    (tmp_path / "link").symlink_to(tmp_path / "out")
    for way in (tmp_path / "in" / ".." / "out", tmp_path / "link"):
        with pytest.raises(UsageError, match="is the folder of job"):
            run(command(talks, way))
