"""Files are decoded strictly, whole, and with a message that says where it went wrong."""

import io
import sys
from pathlib import Path

import pytest

from workbench.errors import InputError, UsageError
from workbench.reading import BLOCK, open_text, read_pieces

TEXT = "寒かった。\r\n逃げた。\u2028한국어 😀\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(TEXT.encode(encoding))
    assert "".join(read_pieces(str(file))) == TEXT


def test_a_named_encoding_is_used(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("寒かった。".encode("shift_jis"))
    assert "".join(read_pieces(str(file), "shift_jis")) == "寒かった。"


def test_bytes_that_could_be_anything_are_asked_about(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"abc" + "寒".encode("shift_jis"))
    with pytest.raises(InputError, match=r"not plainly UTF-8.*--encoding shift_jis"):
        list(read_pieces(str(file)))


def test_the_offset_counts_from_the_start_of_a_large_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    # The three bytes of 寒 straddle the end of the first block.
    file.write_bytes(b"a" * (BLOCK - 1) + "寒".encode() + b"\xff")
    with pytest.raises(InputError, match=f"byte {BLOCK + 2} .*is not UTF-8"):
        list(read_pieces(str(file)))


def test_a_cut_character_at_the_end_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("寒い".encode()[:-1])
    with pytest.raises(InputError, match="byte 3"):
        list(read_pieces(str(file)))


def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("寒かった。" * 300_000, encoding="utf-8")
    sizes = [len(piece) for piece in read_pieces(str(file))]
    assert max(sizes) <= BLOCK and sum(sizes) == 1_500_000


@pytest.mark.parametrize(
    ("content", "message"), [(None, "no such file"), (b"a\0b", "not a text file")]
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "a.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        list(read_pieces(str(file)))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a regular file"):
        list(read_pieces(str(tmp_path)))


def test_an_unknown_encoding_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a")
    with pytest.raises(UsageError, match="klingon"):
        list(read_pieces(str(file), "klingon"))


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert "".join(read_pieces("-")) == TEXT


def test_a_guess_is_said_where_nobody_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("寒い夜だった。誰も来ない。".encode("cp932"))
    assert "".join(read_pieces(str(file))) == "寒い夜だった。誰も来ない。"
    assert "Shift_JIS (cp932)" in capsys.readouterr().err


def test_a_text_knows_its_encoding_and_mark(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("\ufeff寒い".encode("utf-16-le"))
    text = open_text(file, "utf-16")
    assert (text.encoding, text.bom, text.guessed) == ("utf-16-le", b"\xff\xfe", False)
    assert "".join(text.pieces()) == "寒い"
