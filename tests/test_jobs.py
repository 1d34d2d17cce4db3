"""Jobs are seen, gone on with, stopped and deleted from the command line."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from soak import Told, kill, start
from workbench import cli
from workbench.batch.store import Store
from workbench.batch.values import Account, JobState, Output, Source, Spec
from workbench.types import Translation

SPEC = Spec(("/in/talks",), "/out/talks", ("en", "ko"))
FILES = (
    Source("/in/talks/a.docx", "a.docx", "docx", 1),
    Source("/in/talks/b", "[b]\n\u202eb.md", "", 1, "a link out of the folder"),
)
Out = pytest.CaptureFixture[str]


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with Store() as store:
        yield store


def run(*args: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(["jobs", *args])
    return int(end.value.code or 0)


def ended(store: Store, state: JobState = "done") -> str:
    """Return the id of a job with one file done, which has ended."""
    id = store.create(SPEC, FILES)
    store.claim(id)
    output = Output("a.en.docx", "translation", "en", "f" * 64, 9)
    row = replace(store.files(id)[0], state="done", account=Account(read=1200), outputs=(output,))
    store.update(id, replace(row, findings={"major": 7}))
    store.acknowledge(id, "en", [(b"k" * 16, Translation("", "en", "Rain.", "mt"))])
    store.note(id, total=1200, signature={"ja-en": "workbench:0.1"}, rate=31.6)
    store.release(id, state)
    return id


def test_no_jobs_are_said_and_no_file_is_made(home: Path, capsys: Out) -> None:
    assert run() == 0 and "There are no batch jobs" in capsys.readouterr().out
    assert not (home / "data" / "jobs.sqlite").exists()


def test_jobs_are_listed_newest_first_with_how_far_they_are(store: Store, capsys: Out) -> None:
    first, second = ended(store), store.create(SPEC, FILES)
    assert run() == 0
    told = capsys.readouterr().out
    assert told.index(second) < told.index(first)
    assert "1/2" in told and "1/1,200" in told and "/out/talks" in told
    assert "workbench jobs resume ID" in told


def test_a_list_is_there_for_programs_too(store: Store, capsys: Out) -> None:
    id = ended(store)
    assert run("--json") == 0
    [job] = json.loads(capsys.readouterr().out)
    assert (job["id"], job["state"], job["spec"]["targets"]) == (id, "done", ["en", "ko"])


def test_a_job_whose_process_died_is_shown_as_interrupted(store: Store, capsys: Out) -> None:
    id, told = store.create(SPEC, FILES), Told()
    child = start(lambda: (Store().claim(id), told.say("claimed"), signal.pause()))
    told.wait(1)
    assert run() == 0 and "running" in capsys.readouterr().out
    kill(child)
    assert run() == 0 and "interrupted" in capsys.readouterr().out
    told.close()


def test_a_job_is_shown_with_what_became_of_each_file(store: Store, capsys: Out) -> None:
    id = ended(store, "partly")
    assert run("show", id[:6]) == 0
    told = capsys.readouterr().out
    for words in (f"{id}, partly", "a.docx", "a.en.docx", "1,200", "7", "link", "workbench:0.1"):
        assert words in told
    assert "\u202e" not in told and "[b]" in told


def test_a_job_is_shown_for_programs_too(store: Store, capsys: Out) -> None:
    id = ended(store)
    assert run("show", id, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["rows"][0]["outputs"][0]["path"] == "a.en.docx" and shown["total"] == 1200


@pytest.mark.parametrize("verb", ["show", "resume", "cancel", "remove"])
def test_an_id_with_a_slip_is_answered_with_the_nearest(
    verb: str, store: Store, capsys: Out
) -> None:
    id = ended(store)
    assert run(verb, f"{id[:-1]}0") == 2
    assert f"Did you mean '{id}'?" in capsys.readouterr().err


def test_resume_goes_on_with_the_job_and_ends_with_its_exit_code(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def carry_out(store: Store, id: str, console: object, *, size: int, ray: str) -> int:
        asked.append((id, size, ray, store.job(id).done))
        return 3

    monkeypatch.setattr("workbench.batch.command.carry_out", carry_out)
    id = ended(store, "partly")
    store.acknowledge(id, "ko", [(b"k" * 16, Translation("", "ko", "", "failed"))])
    assert run("resume", id[:6]) == run("resume", id, "--jobs", "2", "--retry") == 3
    assert asked == [(id, 1, "", 2), (id, 2, "", 1)]


def test_a_waiting_job_is_cancelled_at_once_and_one_that_ended_is_not(
    store: Store, capsys: Out
) -> None:
    id = store.create(SPEC, FILES)
    assert run("cancel", id) == 0 and f"jobs resume {id}" in capsys.readouterr().out
    assert store.job(id).state == "cancelled"
    assert run("cancel", id) == 2 and "has ended" in capsys.readouterr().err


def test_a_running_job_is_asked_to_stop(store: Store, capsys: Out) -> None:
    id = store.create(SPEC, FILES)
    store.claim(id)
    assert run("cancel", id) == 0 and "Process" in capsys.readouterr().out
    assert store.cancelled(id)


def test_nothing_is_removed_without_a_yes(store: Store) -> None:
    id = ended(store)
    assert run("remove", id) == run("clean", "--days", "0") == 2
    assert run("remove", id, "--yes") == 0 and store.jobs() == ()


def test_only_old_jobs_that_have_ended_are_cleaned_away(home: Path, capsys: Out) -> None:
    with Store(clock=lambda: "2020-01-01T00:00:00+00:00") as store:
        ended(store), store.create(SPEC, FILES)
    with Store() as store:
        new = ended(store)
        assert run("clean", "--yes") == 0 and "Removed 1 jobs" in capsys.readouterr().out
        assert [(job.id == new, job.state) for job in store.jobs()] == [
            (True, "done"),
            (False, "waiting"),
        ]


@pytest.mark.parametrize("command", [[], ["show", "ID"]], ids=str)
def test_a_plain_locale_changes_nothing_of_what_is_said(
    command: list[str], store: Store, home: Path
) -> None:
    id = store.create(
        replace(SPEC, out="/out/出力/한국어"), (replace(FILES[0], name="文\udce3.docx"),)
    )
    command = [
        sys.executable,
        "-m",
        "workbench",
        "jobs",
        *(id if c == "ID" else c for c in command),
    ]
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    said = [
        subprocess.run(command, env={**os.environ, **env}, capture_output=True, timeout=60)
        for env in ({"LC_ALL": "C.UTF-8"}, {"LANG": "C", "LC_ALL": "C"}, plain)
    ]
    assert "出力/한국어" in said[0].stdout.decode() and {s.stdout for s in said} == {said[0].stdout}
