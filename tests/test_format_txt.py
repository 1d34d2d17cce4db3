"""Plain text as a document format."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import MANY, UNMARKED, blocks, filled, pseudo, put, written
from workbench.errors import AccountingError
from workbench.formats import FORMATS, Reading, Remark, Rendering
from workbench.formats.txt import SIZE

TXT = FORMATS["txt"]
LINES = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), max_size=30)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \n\t\n"])


def echo(path: Path) -> bytes:
    return filled(path, [Rendering(block.text) for block in blocks(path)])


@MANY
@given(lines=LINES, end=ENDS, mark=st.booleans())
def test_a_text_that_is_said_again_is_the_same_bytes(
    tmp_path: Path, lines: list[str], end: str, mark: bool
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" * mark + end.join(lines).encode())
    assert echo(path) == path.read_bytes()


@MANY
@given(lines=LINES, end=ENDS)
def test_only_white_space_stands_outside_of_blocks(
    tmp_path: Path, lines: list[str], end: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(end.join(lines).encode())
    rest = filled(path, [Rendering("") for _ in blocks(path)]).decode()
    assert not any(c.isalnum() for c in rest)


@MANY
@given(lines=LINES, end=ENDS)
def test_every_text_is_replaced_once_and_nothing_else(
    tmp_path: Path, lines: list[str], end: str
) -> None:
    text = end.join(lines).translate(UNMARKED)
    path = put(tmp_path, text, "a.txt")
    made = written(path, pseudo)
    assert made.translate(UNMARKED) == text
    assert made.count("⟦") == made.count("⟧") == len(blocks(path))


@pytest.mark.parametrize(
    "piece", ["寒い夜だった。\n\n", "寒い夜だった。\n", "寒い夜だった。", "寒"]
)
def test_a_large_text_comes_in_blocks_of_bounded_size(tmp_path: Path, piece: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(piece * (1_000_000 // len(piece)), "utf-8", newline="")
    sizes = [len(block.text) for block in blocks(path)]
    assert max(sizes) <= 2 * SIZE and len(sizes) > 5 and echo(path) == path.read_bytes()


def test_memory_does_not_grow_with_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("寒い夜だった。誰も来ない。\n" * 2_000_000, "utf-8")
    tracemalloc.start()
    count = sum(1 for _ in TXT.read(path, Reading()))
    assert tracemalloc.get_traced_memory()[1] < 25_000_000 and count > 300
    tracemalloc.stop()


def test_another_encoding_is_named_and_comes_out_as_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("寒い夜だった。誰も来ない。".encode("cp932"))
    first, *_ = TXT.read(path, Reading())
    assert isinstance(first, Remark) and "Shift_JIS" in first.message
    assert echo(path).decode("utf-8") == "寒い夜だった。誰も来ない。"


def test_a_missing_text_is_an_error_and_not_a_hole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("寒い。", "utf-8")
    with pytest.raises(AccountingError):
        filled(path, [])
    with pytest.raises(AccountingError):
        filled(path, [Rendering("a"), Rendering("b")])
