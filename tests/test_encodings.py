"""No text is read in a wrong encoding without a word: a right guess, or a question."""

import json
import random
from functools import cache
from pathlib import Path

import pytest

from workbench.encodings import guess
from workbench.errors import InputError
from workbench.reading import open_text

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "workbench" / "samples"
CASES = json.loads((HERE / "cases" / "encodings.json").read_text("utf-8"))
ENCODINGS = {
    "ja": ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp"),
    "ko": ("utf-8", "utf-16-le", "utf-16-be", "cp949"),
}


@cache
def corpus(language: str) -> str:
    """Return the sample and all sentences of the tables of cases in a language."""
    sample = {"ja": "interview.ja.txt", "ko": "library.ko.txt"}[language]
    cases = json.loads((HERE / "cases" / f"segmentation.{language}.json").read_text("utf-8"))
    texts = [(SAMPLES / sample).read_text("utf-8"), *(case["text"] for case in cases)]
    return "\n".join(" ".join(text.split()) if len(text) < 999 else text for text in texts)


def snippets(count: int) -> list[tuple[str, bytes]]:
    """Return random parts of the texts, 20 to 2,000 bytes each, and their encoding."""
    chosen = random.Random(22)
    found: list[tuple[str, bytes]] = []
    while len(found) < count:
        language = chosen.choice(["ja", "ko"])
        encoding = chosen.choice(ENCODINGS[language])
        at, size = chosen.randrange(len(corpus(language))), int(20 * 100 ** chosen.random())
        text = corpus(language)[at : at + size]
        while len(text.encode(encoding, "ignore")) > size:
            text = text[:-1]
        made = text.encode(encoding, "ignore")
        if len(made) >= 20 and not text.isascii():
            found.append((encoding, made))
    return found


def test_no_snippet_of_2000_is_read_wrongly_and_few_are_asked_about() -> None:
    outcomes = {"right": 0, "asked": 0, "wrong": 0}
    for encoding, made in snippets(2000):
        found = guess(made, whole=True)
        right = not found.sure or made.decode(found.encoding) == made.decode(encoding)
        outcomes["asked" if not found.sure else "right" if right else "wrong"] += 1
    assert outcomes["wrong"] == 0 and outcomes["asked"] < 40, outcomes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_an_encoding_is_found_or_asked_about(tmp_path: Path, case: dict[str, str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(case["text"].encode(case["encoding"]))
    if case["expected"].startswith("asked"):
        with pytest.raises(InputError, match=case["expected"].removeprefix("asked: ")):
            open_text(path, language=case.get("language", ""))
        return
    text = open_text(path, language=case.get("language", ""))
    assert (text.encoding, "".join(text.pieces())) == (case["expected"], case["text"])


def test_a_long_start_of_ascii_does_not_hide_what_follows(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for encoding in ("cp932", "euc_jp", "iso2022_jp_ext"):
        path.write_bytes(b"plain words\n" * 20_000 + "寒い夜だった。川は凍った。".encode(encoding))
        assert open_text(path).encoding == encoding


def test_what_is_guessed_is_decoded_strictly_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    line = "寒い夜だった。川は凍っていた。\n".encode("cp932")
    path.write_bytes(line * 9_000 + b"\x81\n")
    text = open_text(path)
    with pytest.raises(InputError, match=rf"byte {9_000 * len(line)} \(line 9001\) is not Shift"):
        list(text.pieces())


def test_a_line_of_utf_8_within_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    line = "寒い夜だった。川は凍っていた。\n"
    path.write_bytes(line.encode("cp932") * 9 + line.encode() + line.encode("cp932"))
    with pytest.raises(InputError, match=rf"byte {9 * 2 * len(line) - 9} \(line 10\)"):
        list(open_text(path, "cp932").pieces())


def test_the_line_is_right_in_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeff上下\n上\n".encode("utf-16-le") + b"\x00\xd8a\0")
    with pytest.raises(InputError, match=r"byte 12 \(line 3\) is not UTF-16"):
        list(open_text(path).pieces())


def test_damage_is_told_where_no_encoding_reads_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("寒い夜だった。\n川は凍っていた。\n".encode("cp932") + b"\xff\xff\n")
    with pytest.raises(InputError, match=r"byte 32 \(line 3\) is not Shift_JIS"):
        open_text(path)
