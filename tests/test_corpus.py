"""Pairs are read from three formats as a stream, and whatever is not read is counted."""

import gzip
import json
from pathlib import Path

import pytest

from workbench.errors import InputError, UnknownNameError
from workbench.training.corpus import Pair, holds, read_pairs

DOCUMENT = {
    "id": "int-1",
    "title": {"ja": "見出し", "en": "Title", "ko": "제목"},
    "sentences": [{"ja": "寒い。", "en": "It is cold.", "ko": "춥다."}],
    "bullets": [{"ja": "寒い", "en": "Cold", "ko": "추위", "from": [0]}],
}
TRIPLE = {"id": "s-1", "ja": "逃げた。", "en": "He fled.", "ko": "달아났다."}


def put(tmp_path: Path, name: str, data: bytes | str) -> Path:
    file = tmp_path / name
    raw = data if isinstance(data, bytes) else data.encode()
    file.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return file


def texts(pairs) -> list[tuple[str, str]]:
    return [(pair.source, pair.target) for pair in pairs]


@pytest.mark.parametrize("name", ["news.ja-en.tsv", "news.ja-en.tsv.gz", "a.b.ja-en.tsv"])
def test_the_name_of_a_file_names_its_columns(tmp_path: Path, name: str) -> None:
    file = put(tmp_path, name, "寒い。\tIt is cold.\n")
    assert list(read_pairs(file)) == [Pair("寒い。", "It is cold.", ("ja", "en"), "", name)]


def test_a_pair_turns_the_columns_round(tmp_path: Path) -> None:
    file = put(tmp_path, "news.ja-en.tsv", "寒い。\tIt is cold.\n")
    assert texts(read_pairs(file, ("en-US", "ja"))) == [("It is cold.", "寒い。")]


def test_a_first_line_names_the_columns_of_every_pair(tmp_path: Path) -> None:
    file = put(tmp_path, "news.tsv", "\ufeffja\tEN\tko-KR\r\n寒い。\tCold.\t춥다.\r\n")
    assert [pair.languages for pair in read_pairs(file)] == [
        ("ja", "en"),
        ("ja", "ko"),
        ("en", "ko"),
    ]
    assert texts(read_pairs(file, ("ko", "en"))) == [("춥다.", "Cold.")]


def test_a_pair_names_the_columns_of_a_file_that_does_not(tmp_path: Path) -> None:
    file = put(tmp_path, "memory.tsv", "寒い。\tIt is cold.\n")
    assert [pair.languages for pair in read_pairs(file, ("ja", "en"))] == [("ja", "en")]


def test_lines_with_other_columns_are_counted(tmp_path: Path) -> None:
    file = put(tmp_path, "x.ja-en.tsv", "一\tone\n\n二\ttwo\t2\n三\u2028\tthree")
    reader = read_pairs(file)
    assert texts(reader) == [("一", "one"), ("三\u2028", "three")]
    assert (reader.report.read, reader.report.pairs) == (4, 2)
    assert reader.report.refused == {"not as many columns as languages": 2}
    assert reader.report.first == {"not as many columns as languages": 2}


def test_a_document_gives_its_title_sentences_and_bullets(tmp_path: Path) -> None:
    file = put(tmp_path, "news.jsonl", json.dumps(DOCUMENT))
    pairs = list(read_pairs(file, ("ja", "ko")))
    assert texts(pairs) == [("見出し", "제목"), ("寒い。", "춥다."), ("寒い", "추위")]
    assert {pair.document for pair in pairs} == {"int-1"}


def test_an_identifier_is_not_indonesian(tmp_path: Path) -> None:
    file = put(tmp_path, "news.jsonl.gz", f"{json.dumps(TRIPLE)}\n{json.dumps(DOCUMENT)}\n")
    reader = read_pairs(file)
    assert {pair.languages for pair in reader} == {("ja", "en"), ("ja", "ko"), ("en", "ko")}
    assert reader.report.read == reader.report.pairs == 12


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('["ja", "en"]', "no sentences"),
        ('{"sentences": {}}', "no sentences"),
        ('{"sentences": ["x"]}', "a sentence that is not named by language"),
        ('{"ja": "一"}', "no text in ja and en"),
        ('{"ja": "一", "en": 1}', "no text in ja and en"),
    ],
)
def test_a_broken_line_is_counted_and_the_rest_read(tmp_path, line: str, reason: str) -> None:
    reader = read_pairs(put(tmp_path, "x.jsonl", f"{line}\n{json.dumps(TRIPLE)}\n"), ("ja", "en"))
    assert texts(reader) == [("逃げた。", "He fled.")]
    assert (reader.report.read, reader.report.refused) == (2, {reason: 1})


def test_a_memory_gives_the_pairs_asked_for(tmp_path: Path) -> None:
    tuv = '<tuv xml:lang="{}"><seg>{}</seg></tuv>'.format
    unit = (
        f'<tu><prop type="x-document">a.docx</prop>{tuv("JA", "寒い")}{tuv("en-GB", "cold")}</tu>'
    )
    lone = f"<tu>{tuv('ja', '一')}</tu>"
    reader = read_pairs(
        put(tmp_path, "m.tmx", f"<tmx><body>{lone}{unit}</body></tmx>"), ("en", "ja")
    )
    assert list(reader) == [Pair("cold", "寒い", ("en", "ja"), "a.docx", "m.tmx")]
    assert reader.report.refused == {"no text in en and ja": 1}


def test_a_file_is_read_no_further_than_asked(tmp_path: Path) -> None:
    reader = read_pairs(put(tmp_path, "x.ja-en.tsv", b"\xe4\xb8\x80\tone\n" + b"\xff\n"))
    assert next(reader).target == "one"
    assert reader.report.read == 1


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.ja-en.tsv", b"\xe4\xb8\x80\tone\nab\xff\tc\n", "line 2 is not UTF-8 at byte 11 "),
        ("x.ja-en.tsv.gz", b"\xe4\xb8\x80\tone\nab\xff\tc\n", "line 2 is not UTF-8 at byte 11 "),
        ("x.ja-en.tsv", "一\tone\n".encode("utf-16"), "line 1 looks like UTF-16"),
        ("x.jsonl", "{}\n寒い".encode("shift_jis"), "line 2 is not UTF-8 at byte 4 "),
        ("x.tsv", "一\tone\n", "the languages of its columns are unknown"),
        ("x.docx", b"", "not a .tmx, .tsv"),
        ("x.ko-en.tsv", "일\tone\n", "holds ko, en, not ja and en"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path, name, data, message) -> None:
    pair = ("ja", "en") if "ko-en" in name else None
    with pytest.raises(InputError, match=f"x.*: {message}"):
        list(read_pairs(put(tmp_path, name, data), pair))


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    file = put(tmp_path, "x.ja-en.tsv.gz", "".join(f"{n}\t{n}\n" for n in range(5000)))
    for data in (file.read_bytes()[:-20], b"no archive", b"\x1f\x8b\x08\0\0\0\0\0\0\0broken"):
        file.write_bytes(data)
        with pytest.raises(InputError, match="not a whole gzip file"):
            list(read_pairs(file))


def test_names_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_pairs(tmp_path / "none.tmx")
    with pytest.raises(UnknownNameError, match="language"):
        read_pairs(tmp_path / "none.tmx", ("ja", "xx"))


def test_the_columns_tell_which_pairs_a_file_holds(tmp_path: Path) -> None:
    named = put(tmp_path, "x.ko-en.tsv.gz", "")
    headed = put(tmp_path, "y.tsv", "ja\ten\tko\n")
    pairs = [("en", "ko"), ("ja", "en")]
    assert [holds(named, pair) for pair in pairs] == [True, False]
    assert [holds(headed, pair) for pair in pairs] == [True, True]
