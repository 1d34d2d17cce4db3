"""A dry run says beforehand what a job will find, and writes nothing."""

import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import batch_fakes
from workbench.batch import estimate as dry
from workbench.batch import running
from workbench.batch.estimate import Estimate, estimate, show
from workbench.batch.inputs import find
from workbench.batch.store import Store
from workbench.batch.values import Spec
from workbench.formats.process import Reader
from workbench.pipeline import Options

ROUTES = (("ja", "en"), ("ja", "ko"))


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    batch_fakes.reach(monkeypatch, tmp_path / "log")
    return tmp_path / "log"


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("兵士は川を渡った。雪が降っていた。\n123\n", "utf-8")
    (folder / "b.md").write_text("# 見出しの行\n\n雪が降っていた。**川**は深い。\n", "utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 no more")
    return folder


@pytest.fixture
def spec(talks: Path, tmp_path: Path) -> Spec:
    fake = Options("pseudo", summary=0, self_test=False)
    load = "batch_fakes:echo"
    return Spec((str(talks),), str(tmp_path / "out"), ("en", "ko"), "ja", fake, load=load)


def tried(spec: Spec, engines: int = 1) -> Estimate:
    with closing(Reader()) as reader:
        return estimate(reader, spec, find([Path(spec.inputs[0])]), engines)


def told(found: Estimate) -> str:
    console = Console(file=io.StringIO(), width=240)
    show(found, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_text_that_stands_in_two_files_is_new_in_the_first(spec: Spec) -> None:
    found = tried(spec)
    assert [(file.name, file.new) for file in found.files[:2]] == [("a.txt", 2), ("b.md", 2)]
    assert found.texts == 4 * 2


def test_the_counts_are_those_that_the_job_reports(spec: Spec, talks: Path) -> None:
    (talks / "b.md").write_text("# 見出しの行\n\n雪が降っていた。川は深い。\n", "utf-8")
    found = tried(spec)
    with Store() as store:
        id = store.create(spec, find([talks]))
        job, rows = running.run(store, id), list(store.files(id))
    assert [2 * file.segments for file in found.files] == [row.account.read for row in rows]
    assert found.texts == job.total


def test_nothing_is_written_and_only_the_probe_is_translated(
    spec: Spec, log: Path, tmp_path: Path
) -> None:
    found = tried(spec)
    assert not (tmp_path / "out").exists()
    assert len(batch_fakes.logged(log)) == found.probed == 4


def test_a_file_that_cannot_be_read_says_why_and_stops_nothing(spec: Spec) -> None:
    found = tried(spec)
    broken = found.files[2]
    assert broken.name == "broken.docx" and broken.reason and broken.segments == 0
    assert "broken.docx: " in told(found) and "refused" in told(found)


def test_a_file_in_the_only_target_has_nothing_to_translate(spec: Spec) -> None:
    found = tried(replace(spec, targets=("ja",)))
    assert (found.texts, found.rate, found.seconds) == (0, 0.0, 0.0)
    assert "Nothing is left to translate." in told(found)


def test_more_engines_take_less_time_and_more_memory(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry, "_measured", lambda spec, counted: (100.0, 8))
    one, two = tried(spec), tried(spec, engines=2)
    assert (two.seconds, two.memory) == (one.seconds / 2, one.memory * 2)
    assert one.seconds == one.texts / 100.0


def test_time_memory_and_disk_are_told(spec: Spec) -> None:
    said = told(tried(spec))
    assert "8 texts to translate" in said and "GB of memory" in said and "MB free" in said


def test_names_of_files_cannot_speak_to_the_terminal(spec: Spec, talks: Path) -> None:
    (talks / "a\x1b[31m\u202e.txt").write_text("雨だ。", "utf-8")
    said = told(tried(spec))
    assert "\x1b" not in said and "\u202e" not in said


def many(count: int) -> Iterator[str]:
    return (f"第{number}の門を越えた。" for number in range(count))


def counted(texts: Iterator[str], routes: Sequence[tuple[str, str]] = ROUTES) -> dry._Counted:
    found = dry._Counted()
    for text in texts:
        found.add(text, routes)
    return found


def test_of_many_texts_a_share_is_kept_and_the_count_is_near(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dry, "_EXACT", 2000)
    found = counted(many(50_000))
    assert len(found._seen) <= 2000 and found.texts == pytest.approx(2 * 50_000, rel=0.08)


def test_a_text_that_comes_again_is_not_counted_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dry, "_EXACT", 500)
    once = counted(many(5000))
    before = once.texts
    assert sum(once.add(text, ROUTES) for text in many(5000)) == 0 and once.texts == before


def test_the_probe_is_taken_from_all_of_the_files() -> None:
    found = counted(many(6400))
    numbers = [int(text[1 : text.index("の")]) for text in found.probe["ja", "en"]]
    assert len(numbers) == 64 and min(numbers) < 1600 and max(numbers) > 4800
    assert found.probe["ja", "en"] == found.probe["ja", "ko"]
