"""The Batch tab without a browser: jobs begun, looked at, stopped and taken away, and no others."""

import asyncio
import io
import json
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from workbench.batch.store import Store
from workbench.batch.values import FileRow, Output
from workbench.errors import InputError, UsageError
from workbench.ui import batch_jobs
from workbench.ui.batch_jobs import SHOWN, Choices, Jobs, pack, view
from workbench.ui.takeaway import Takeaway

CHOICES = Choices("ja", ["en", "ko"], "pseudo", False, [], False, "", "", "", "")


class Process:
    """A process that ends at once and has done nothing."""

    def wait(self) -> int:
        return 0


@pytest.fixture(autouse=True)
def carried_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Start no process; return the ids of the jobs that would have one."""
    ids: list[str] = []
    monkeypatch.setattr(batch_jobs, "_carry_out", lambda id: ids.append(id) or Process())
    return ids


@pytest.fixture
def talk(tmp_path: Path) -> str:
    path = tmp_path / "talk.txt"
    path.write_text("兵士は川を渡った。\n", "utf-8")
    return str(path)


def asked(jobs: Jobs, do: str, job: str) -> dict[str, Any]:
    return json.loads(jobs.act(json.dumps({"do": do, "job": job})))  # type: ignore[no-any-return]


def spec_of(id: str) -> Any:
    with Store() as store:
        return store.job(id).spec


def test_a_job_is_begun_with_copies_of_its_files(talk: str) -> None:
    id = Jobs().begin([talk], CHOICES)
    Path(talk).unlink()
    (folder,) = spec_of(id).inputs
    assert (Path(folder) / "talk.txt").read_text("utf-8") == "兵士は川を渡った。\n"


def test_what_was_chosen_is_what_is_asked_of_the_job(talk: str) -> None:
    id = Jobs().begin(
        [talk],
        Choices("", ["ko"], "pseudo", True, ["html"], True, "B, 原文 ", "a.b", "cp932", "md"),
    )
    spec = spec_of(id)
    assert (spec.source, spec.targets, spec.beside) == ("", ("ko",), ("html",))
    assert (spec.options.summary, spec.options.purpose) == (None, "commercial")
    assert (spec.reading.columns, spec.reading.fields) == (("B", "原文"), ("a.b",))
    assert (spec.reading.encoding, spec.reading.output) == ("cp932", "md")


def test_namesakes_are_both_taken(talk: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "talk.txt"
    other.write_text("雪だ。\n", "utf-8")
    folder = Path(spec_of(Jobs().begin([talk, str(other)], CHOICES)).inputs[0])
    assert {p.name for p in folder.iterdir()} == {"talk.txt", "talk (2).txt"}


def test_files_that_cannot_be_translated_make_no_job_and_leave_nothing(
    tmp_path: Path, home: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"a\.png"):
        Jobs().begin([str(picture)], CHOICES)
    assert not list(home.rglob("a.png"))


def test_jobs_are_carried_out_one_after_the_other(talk: str, carried_out: list[str]) -> None:
    jobs = Jobs()
    ids = [jobs.begin([talk], CHOICES) for _ in range(3)]
    for _ in range(200):
        if len(carried_out) == 3:
            break
        time.sleep(0.01)
    assert carried_out == ids


def test_a_job_is_looked_at_by_its_number_however_it_was_typed(talk: str) -> None:
    jobs = Jobs()
    id = jobs.begin([talk], CHOICES)
    seen = asked(jobs, "look", f" {id.upper()} ")["view"]
    assert (seen["job"], seen["targets"], seen["files"][0]["name"]) == (
        id,
        ["en", "ko"],
        "talk.txt",
    )


def test_a_stopped_job_is_not_begun_until_it_is_resumed(talk: str) -> None:
    jobs = Jobs()
    id = jobs.begin([talk], CHOICES)
    assert asked(jobs, "cancel", id)["view"]["state"] == "cancelled"
    assert "view" in asked(jobs, "resume", id)


@pytest.mark.parametrize(
    "wish",
    ["", "[]", "{}", '"look"', '{"do": "drop", "job": "aaaaaaaa"}', '{"do": "look"}', "x" * 2000],
)
def test_a_wish_that_is_none_is_an_answer_and_no_exception(wish: str) -> None:
    assert json.loads(Jobs().act(wish))["error"]


@pytest.mark.parametrize("id", ["../../etc", "aaaaaaaa", "a", "' OR 1", "%00", "aaaaaaaa\n"])
def test_a_number_that_is_none_tells_nothing_of_other_jobs(talk: str, id: str) -> None:
    jobs = Jobs()
    real = jobs.begin([talk], CHOICES)
    said = json.dumps(asked(jobs, "look", id))
    assert "error" in said and real not in said and real[:4] not in said


def written(id: str, *names: str) -> None:
    """Let a job have outputs by these names."""
    with Store() as store:
        row = next(iter(store.files(id)))
        out = Path(store.job(id).spec.out)
        for name in names:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_text(name, "utf-8")
        outputs = tuple(Output(name, "translation", "en", "", 1) for name in names)
        store.update(id, FileRow(row.number, row.source, state="done", outputs=outputs))


def test_a_zip_has_every_output_once_by_its_place_in_the_folder(talk: str) -> None:
    id = Jobs().begin([talk], CHOICES)
    written(id, "talk.en.txt", "会議/議事録 #1.ko.txt")
    with pack(id) as packed, zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == ["talk.en.txt", "会議/議事録 #1.ko.txt"]
        assert archive.read("talk.en.txt") == b"talk.en.txt" and archive.testzip() is None


def test_an_output_that_was_deleted_is_not_in_the_zip(talk: str) -> None:
    id = Jobs().begin([talk], CHOICES)
    written(id, "a.txt", "b.txt")
    (Path(spec_of(id).out) / "a.txt").unlink()
    with pack(id) as packed, zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == ["b.txt"]


def test_a_large_job_shows_its_first_files_and_how_many_there_are_more(talk: str) -> None:
    id = Jobs().begin([talk], CHOICES)
    with Store() as store:
        job, (row,) = store.job(id), list(store.files(id))
    seen = view(job, [row] * (SHOWN + 7))
    assert (len(seen["files"]), seen["more"], seen["ready"]) == (SHOWN, 7, False)


async def _inner(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})


def answer(path: str, pack: Any) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers of a request."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        """Say nothing, as a browser does that waits."""
        await asyncio.Event().wait()

    scope = {"type": "http", "path": path, "method": "GET", "headers": []}
    # In a thread of its own: a browser of other tests may have an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(Takeaway(_inner, pack)(scope, receive, send))).result()
    headers = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:]), headers


def test_a_download_is_the_zip_and_its_file_is_closed() -> None:
    packed = io.BytesIO(b"PK" * 100_000)
    status, body, headers = answer("/wb-batch/abcdefgh.zip", lambda id: packed)
    assert (status, len(body), packed.closed) == (200, 200_000, True)
    assert headers["content-disposition"] == 'attachment; filename="abcdefgh.zip"'


def test_a_number_without_a_job_is_not_found() -> None:
    def none(id: str) -> Any:
        raise UsageError("No job has the number aaaaaaaa.")

    status, body, _ = answer("/wb-batch/aaaaaaaa.zip", none)
    assert status == 404 and re.search(b"No job", body)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/wb-batch/../x.zip",
        "/wb-batch/abcdefgh.zip/",
        "/wb-batch/abc.zip",
        "/wb-batch/ABCDEFGH.zip",
    ],
)
def test_other_addresses_are_somebody_elses(path: str) -> None:
    assert answer(path, None)[0] == 299
