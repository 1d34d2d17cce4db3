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
