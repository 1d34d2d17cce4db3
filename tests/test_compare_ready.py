"""Ready-made translations from files, paste and memory come into the rows they belong to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.compare import rows
from workbench.compare.ready import (
    document_for,
    from_memory,
    read_output,
    read_reference,
)
from workbench.compare.values import Output
from workbench.errors import InputError
from workbench.memory import Memory, Unit
from workbench.render import FORMATS
from workbench.segmentation import split
from workbench.types import Document

TEXT = "記者　駅で会いましたか。\n三時に出た。雨だった。\n"
LINES = "Reporter: Did you meet at the station?\nIt left at three.\nIt rained.\n"
DOCUMENT = split(TEXT, "ja", "news")


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "memory.sqlite", clock=lambda: "then")


def texts(output: Output) -> list[str]:
    return [t.text for t in output.result.columns[0].translations]


def file(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_pasted_lines_come_into_the_rows_and_labels_to_the_labels(memory: Memory) -> None:
    output = read_output("other", LINES, DOCUMENT, "en", memory)
    expected = ["Reporter:", "Did you meet at the station?", "It left at three.", "It rained."]
    assert texts(output) == expected
    assert (output.kind, output.notes) == ("output", ())


def test_nobody_said_who_wrote_a_text_file(memory: Memory, tmp_path: Path) -> None:
    output = read_output("other", file(tmp_path, "a.txt", LINES), DOCUMENT, "en", memory)
    assert {t.origin for t in output.result.columns[0].translations} == {"output"}


def test_pasted_text_is_never_opened_as_a_file(memory: Memory, tmp_path: Path) -> None:
    place = str(file(tmp_path, "a.txt", LINES))
    assert place in texts(read_output("other", place, DOCUMENT, "en", memory))


def test_the_manifest_names_the_file_its_hash_and_the_source(
    memory: Memory, tmp_path: Path
) -> None:
    result = read_output("x", file(tmp_path, "a.txt", LINES), DOCUMENT, "en", memory).result
    manifest = result.manifest
    assert manifest["output"] == {"name": "x", "kind": "output", "file": "a.txt"}
    assert manifest["files"][:12] in result.columns[0].signature
    assert len(manifest["source_sha256"]) == len(manifest["files"]) == 64


def test_the_checks_see_it_and_decisions_hold(memory: Memory) -> None:
    from workbench.revising import decide

    wrong = LINES.replace("three", "five")
    result = read_output("other", wrong, DOCUMENT, "en", memory).result
    place = next(i for i, f in enumerate(result.findings) if f.check == "numbers")
    decide(result, place, "dismissed", memory)
    again = read_output("other", wrong, DOCUMENT, "en", memory).result
    assert "dismissed" in {f.decision for f in again.findings if f.check == "numbers"}


def test_a_damaged_memory_costs_no_output(tmp_path: Path) -> None:
    damaged = Memory(file(tmp_path, "m.sqlite", "no database" * 100))
    output = read_output("other", LINES.replace("three", "five"), DOCUMENT, "en", damaged)
    assert "is damaged" in output.result.manifest["warnings"][0]


def test_rows_aligned_by_length_are_named(memory: Memory) -> None:
    text = "Did you meet at the station? It left. At three. It rained."
    output = read_output("other", text, DOCUMENT, "en", memory)
    assert "aligned by the length" in output.notes[0]
    assert "It left. At three." in texts(output)


def test_a_row_without_a_translation_fails_and_is_doubted(memory: Memory) -> None:
    lines = document_for("雨だった。\n\n風だった。\n", "ja", lines=True)
    output = read_output("other", "It rained.\n\n\n", lines, "en", memory)
    last = output.result.columns[0].translations[-1]
    assert (last.origin, last.text) == ("failed", "")
    assert "1 of 2 rows: s3" in output.notes[0]


@pytest.mark.parametrize("name", ["json", "tsv", "tmx"])
def test_own_exports_come_back_as_they_were(name: str, memory: Memory, tmp_path: Path) -> None:
    first = read_output("other", LINES, DOCUMENT, "en", memory)
    path = file(tmp_path, f"a.{name}", FORMATS[name](first.result))
    again = read_output("again", path, DOCUMENT, "en", memory)
    assert texts(again)[1:] == texts(first)[1:]
    assert again.notes == ()


@pytest.mark.parametrize("name", ["json", "tmx"])
def test_a_file_that_says_so_is_a_persons(name: str, memory: Memory, tmp_path: Path) -> None:
    result = read_output("other", LINES, DOCUMENT, "en", memory).result
    human = tuple(replace(t, origin="human") for t in result.columns[0].translations)
    edited = replace(result, columns=(replace(result.columns[0], translations=human),))
    path = file(tmp_path, f"a.{name}", FORMATS[name](edited))
    output = read_output("again", path, DOCUMENT, "en", memory)
    own = {row.id for row in rows(DOCUMENT)}
    done = output.result.columns[0].translations
    assert {t.origin for t in done if t.segment_id in own} == {"human"}


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"docx"}))
def test_an_output_renders_in_every_format(name: str, memory: Memory) -> None:
    output = read_output("other", LINES, DOCUMENT, "en", memory)
    wanted = {"ledger": "three", "manifest": "pasted text"}.get(name, "It left at three.")
    assert wanted in FORMATS[name](output.result)


def test_a_sentence_said_twice_takes_its_units_in_order(memory: Memory, tmp_path: Path) -> None:
    twice = document_for("はい。\nはい。\nはい。", "ja", lines=True)
    path = file(tmp_path, "a.tsv", "id\tja\ten\ns1\tはい。\tYes.\ns2\tはい。\tYeah.\n")
    assert texts(read_output("a", path, twice, "en", memory)) == ["Yes.", "Yeah.", "Yeah."]


def test_a_cell_that_looks_a_formula_comes_back_whole(memory: Memory, tmp_path: Path) -> None:
    sums = document_for("－一です。", "ja")
    first = read_output("a", "-1 it is.", sums, "en", memory)
    path = file(tmp_path, "a.tsv", FORMATS["tsv"](first.result))
    assert texts(read_output("b", path, sums, "en", memory)) == ["-1 it is."]


def test_a_reference_has_a_text_per_row(tmp_path: Path) -> None:
    reference = read_reference(file(tmp_path, "ref.txt", LINES), DOCUMENT, "en")
    assert reference.texts == ("Did you meet at the station?", "It left at three.", "It rained.")
    assert (reference.name, len(reference.sha256)) == ("ref.txt", 64)


def test_the_memory_gives_exactly_what_was_kept(memory: Memory) -> None:
    memory.keep([Unit("ja", "en", " 雨だった。\n", "It rained.", "human", "one", "sig")])
    output = from_memory(DOCUMENT, "en", memory)
    done = output.result.columns[0].translations
    assert [t.origin for t in done] == ["copy", "failed", "failed", "memory"]
    assert done[-1].note == "kept then, human: one"
    assert output.kind == "memory"


def test_a_memory_without_any_of_it_is_refused(memory: Memory) -> None:
    with pytest.raises(InputError, match=r"no translation ja-en .* Keep some first"):
        from_memory(DOCUMENT, "en", memory)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.txt", "", "there is no text"),
        ("a.tsv", "id\tja\tko\n", "no column en in it"),
        ("a.tsv", "id\tja\ten\ns1\tx\n", "line 2 has 2 cells"),
        ("a.tsv", "id\tja\ten\ns1\tx\ty\n", "none of its 1 units ja-en"),
        ("a.json", "{\n!}", "line 2 is not JSON"),
        ("a.json", '{"systems": []}', "not a result of this program"),
        ("a.tmx", "<x/>", "not a TMX file"),
        ("a.tmx", "<tmx><body><tu>", "line 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(
    name: str, text: str, message: str, memory: Memory, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_output("a", file(tmp_path, name, text), DOCUMENT, "en", memory)
    assert name in str(caught.value)


def test_bytes_that_are_no_text_are_named_with_their_line(memory: Memory, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(InputError, match=r"a\.txt: byte 8 .*line 2.*UTF-8"):
        read_output("a", tmp_path / "a.txt", DOCUMENT, "en", memory)
    with pytest.raises(InputError, match="pasted text: there is no text"):
        read_output("a", " \n", DOCUMENT, "en", memory)


def test_a_text_without_a_sentence_cannot_be_compared(memory: Memory) -> None:
    with pytest.raises(InputError, match="no sentence to be translated"):
        read_output("a", "text", Document("ja", ()), "en", memory)


def test_line_files_of_one_length_make_a_segment_per_line(tmp_path: Path) -> None:
    other = file(tmp_path, "a.txt", "It rained.\nIt blew. Hard.\n\n")
    text = "雨だった。\n風だった。強かった。\n\n"
    document = document_for(file(tmp_path, "b.txt", text + "寒い。\n" * 9), "ja", [other])
    assert len(rows(document)) == 12
    padded = file(tmp_path, "c.txt", "It rained.\nIt blew. Hard.\n\n" + "Cold.\n" * 9)
    document = document_for(file(tmp_path, "b.txt", text + "寒い。\n" * 9), "ja", [padded])
    assert (len(rows(document)), document.name) == (11, "b.txt")


def test_paragraphs_of_many_sentences_stay_running_text() -> None:
    text, other = "雨だ。風だ。\n雪だ。寒い。\n", "Rain. Wind.\nSnow. Cold.\n"
    assert len(rows(document_for(text, "ja", [other]))) == 4
    assert len(rows(document_for(text, "ja", [other], lines=True))) == 2


def test_what_is_exported_is_json(memory: Memory) -> None:
    output = read_output("other", LINES, DOCUMENT, "en", memory)
    assert json.loads(FORMATS["manifest"](output.result))["files"]
