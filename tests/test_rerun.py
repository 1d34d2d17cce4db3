"""A manifest is enough to make a result again, byte for byte, or to hear what differs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import main
from workbench.manifest import Fingerprints, differences, text_hash
from workbench.segmentation import split
from workbench.types import Translation

SAMPLES = Path(__file__).parents[1] / "workbench" / "samples"
TEXT = "寒かった。\n\n呉氏は二〇一〇年に入隊した。「逃げた」と語った。\n"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Return the manifest of a finished run; its text and files lie beside it."""
    (tmp_path / "talk.txt").write_text(TEXT, encoding="utf-8")
    call(
        "translate",
        tmp_path / "talk.txt",
        "-m",
        "pseudo",
        "-f",
        "html,tsv,json",
        "-o",
        tmp_path / "out",
    )
    return tmp_path / "out.manifest.json"


def call(*args: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    return int(ended.value.code or 0)


def change(path: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    value = json.loads(path.read_text("utf-8"))
    edit(value)
    path.write_text(json.dumps(value), encoding="utf-8")


def test_the_same_run_gives_the_same_bytes(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("rerun", made) == 0
    assert "The same: column en, column ko, out.html, out.tsv, out.json" in capsys.readouterr().out


def test_the_length_of_the_bullets_sentences_is_asked_for_again(tmp_path: Path) -> None:
    text, out = tmp_path / "news.txt", tmp_path / "out.json"
    text.write_bytes((SAMPLES / "interview.ja.txt").read_bytes())
    assert call("translate", text, "-m", "pseudo", "--length", "0", "-o", out) == 0
    manifest = tmp_path / "out.manifest.json"
    assert json.loads(manifest.read_text("utf-8"))["asked"]["length"] == 0
    assert call("rerun", manifest) == 0
    change(manifest, lambda value: value["asked"].update(length=1.0))
    assert call("rerun", manifest) == 3


def test_the_built_in_model_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TEXT, encoding="utf-8")
    assert (
        call("translate", tmp_path / "talk.txt", "-o", tmp_path / "talk.html", "--no-self-test")
        == 0
    )
    assert call("rerun", tmp_path / "talk.manifest.json") == 0


def test_a_json_result_alone_is_enough(made: Path, tmp_path: Path) -> None:
    (tmp_path / "talk.txt").unlink()
    assert call("rerun", made.with_name("out.json")) == 0


def test_another_text_is_told(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made.parent / "talk.txt").write_text(TEXT + "暑かった。", encoding="utf-8")
    assert call("rerun", made) == 3
    assert "the source text is not the one" in capsys.readouterr().out


def test_another_version_is_told_though_the_sentences_are_the_same(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(made, lambda value: value.update(segmenter="other-1"))
    assert call("rerun", made) == 3
    assert "segmenter: 'other-1' before" in capsys.readouterr().out


def test_a_changed_column_is_told_with_what_a_person_edited(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(made, lambda value: value["target_sha256"].update(ko="0"))
    change(made, lambda value: value.update(edited={"ko": ["s1"]}))
    assert call("rerun", made) == 3
    assert "column ko (a person edited s1)" in capsys.readouterr().out


def test_changed_bytes_of_a_file_are_told(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(made, lambda value: value["outputs"]["tsv"].update(sha256="0"))
    assert call("rerun", made) == 3
    assert "the bytes of out.tsv" in capsys.readouterr().out


def test_the_files_of_the_new_run_are_kept_on_request(made: Path, tmp_path: Path) -> None:
    assert call("rerun", made, "--keep", tmp_path / "kept") == 0
    assert (tmp_path / "kept" / "out.html").read_bytes() == (tmp_path / "out.html").read_bytes()


def test_a_text_that_is_not_there_is_asked_for(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (made.parent / "talk.txt").unlink()
    assert call("rerun", made) == 4
    assert "--text" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"asked": 1}', "\x00"])
def test_what_is_no_manifest_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    assert call("rerun", tmp_path / "x.json") == 4
    assert "x.json" in capsys.readouterr().err


def test_a_large_text_has_the_fingerprints_of_the_whole() -> None:
    document = split(TEXT, "ja")
    done = [Translation(s.id, "en", s.text, "mt") for s in document.segments]
    whole, parts = Fingerprints(), Fingerprints()
    whole.add(document.segments, done)
    for segment, translation in zip(document.segments, done, strict=True):
        parts.add([segment], [translation])
    assert whole.value() == parts.value()
    assert whole.value()["source_sha256"] == text_hash(TEXT)


def test_the_time_of_a_run_is_no_difference() -> None:
    assert differences({"time": "1", "model": "a"}, {"time": "2", "model": "a"}) == ()


def test_every_export_that_can_hold_it_carries_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TEXT, encoding="utf-8")
    formats = "html,md,json,tmx,manifest,ledger"
    call("translate", tmp_path / "talk.txt", "-m", "pseudo", "-f", formats, "-o", tmp_path / "o")
    digest = text_hash(TEXT)
    for name in ("html", "md", "json", "tmx", "manifest.json"):
        assert digest in (tmp_path / f"o.{name}").read_text("utf-8"), name
    assert call("rerun", tmp_path / "o.manifest.json") == 0


def test_the_manifest_alone_goes_to_standard_output(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "talk.txt").write_text(TEXT, encoding="utf-8")
    call("translate", tmp_path / "talk.txt", "-m", "pseudo", "-f", "manifest", "-q")
    assert json.loads(capsysbinary.readouterr().out)["asked"]["model"] == "pseudo"


def test_the_suffix_of_the_ledger_is_known(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text(TEXT, encoding="utf-8")
    call("translate", tmp_path / "talk.txt", "-m", "pseudo", "-o", tmp_path / "o.ledger.tsv")
    assert (tmp_path / "o.ledger.tsv").read_text("utf-8").startswith("ledger\t")
    assert (tmp_path / "o.manifest.json").exists()
