"""What is remembered can be seen, taken away and deleted."""

from pathlib import Path

import pytest

from workbench import cli
from workbench.formats.tmx import read_units
from workbench.memory import Memory, Unit

KEPT = Unit("ja", "en", "寒かった。", "It was cold.", "human")
OTHER = Unit("ja", "ko", "寒かった。", "추웠다.", "mt")


def run(*args: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(["memory", *args])
    return int(end.value.code or 0)


def test_what_is_kept_is_counted_by_pair(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0 and "Nothing is remembered yet." in capsys.readouterr().out
    Memory().keep([KEPT, OTHER])
    assert run() == 0
    told = capsys.readouterr().out
    assert "ja→en" in told and "ja→ko" in told and str(Memory().path) in told.replace("\n", "")


def test_a_pair_is_exported_as_tmx(home: Path, tmp_path: Path) -> None:
    Memory().keep([KEPT, OTHER])
    assert run("export", str(tmp_path / "kept.tmx"), "--from", "ja", "--to", "en") == 0
    units = [unit.texts for unit in read_units(tmp_path / "kept.tmx")]
    assert units == [{"ja": "寒かった。", "en": "It was cold."}]


def test_an_empty_pair_is_refused_and_writes_nothing(home: Path, tmp_path: Path) -> None:
    assert run("export", str(tmp_path / "kept.tmx"), "--from", "ja", "--to", "en") == 4
    assert not (tmp_path / "kept.tmx").exists()


def test_nothing_is_deleted_without_a_yes(home: Path) -> None:
    Memory().keep([KEPT])
    assert run("forget") == 2 and len(Memory().units()) == 1


def test_one_pair_is_deleted_and_the_other_stays(home: Path) -> None:
    Memory().keep([KEPT, OTHER])
    assert run("forget", "--to", "en", "--yes", "--choices") == 0
    assert [unit.target for unit in Memory().units()] == ["추웠다."]


def test_a_memory_is_brought_in_once_and_what_is_passed_over_is_counted(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "news.ja-en.tsv"
    table.write_text("雨。\tRain.\n雪。\tSnow.\nbroken\n風。\t \n", encoding="utf-8")
    for added, there in ((2, 0), (0, 2)):
        assert run("import", str(table), "--origin", "human") == 0
        told = capsys.readouterr().out
        assert f"Added {added} of 4 sentences" in told and "1: without words" in told
        assert "1: not as many columns as languages (first: 3)" in told
        assert (f"{there}: there already" in told) == bool(there)
    assert {(u.target, u.origin, u.system) for u in Memory().units()} == {
        ("Rain.", "human", table.name),
        ("Snow.", "human", table.name),
    }


def test_what_was_exported_comes_back(home: Path, tmp_path: Path) -> None:
    Memory().keep([KEPT, OTHER])
    run("export", str(tmp_path / "kept.tmx"), "--from", "ja", "--to", "en")
    run("forget", "--yes")
    assert run("import", str(tmp_path / "kept.tmx"), "--from", "en", "--to", "ja") == 0
    assert [(u.source, u.target) for u in Memory().units("en", "ja")] == [
        ("It was cold.", "寒かった。")
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--from", "ja"], 2), (["--origin", "humn"], 2), (["--from", "ja", "--to", "ko"], 4)],
)
def test_what_cannot_be_brought_in_changes_nothing(
    arguments: list[str], code: int, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.tsv").write_text("ja\ten\n雨。\tRain.\n", encoding="utf-8")
    assert run("import", str(tmp_path / "a.tsv"), *arguments) == code
    assert Memory().units() == ()


def test_a_file_that_breaks_off_adds_nothing(home: Path, tmp_path: Path) -> None:
    Memory().keep([KEPT])
    run("export", str(tmp_path / "a.tmx"), "--from", "ja", "--to", "en")
    run("forget", "--yes")
    content = (tmp_path / "a.tmx").read_bytes()
    (tmp_path / "a.tmx").write_bytes(content[: content.index(b"</body>")])
    assert run("import", str(tmp_path / "a.tmx")) == 4 and Memory().units() == ()


def test_all_that_is_remembered_is_copied(home: Path, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "copy.sqlite")) == 4
    Memory().keep([KEPT])
    assert run("backup", str(tmp_path / "copy.sqlite")) == 0
    assert [unit.target for unit in Memory(tmp_path / "copy.sqlite").units()] == [KEPT.target]
