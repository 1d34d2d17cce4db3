"""What the tests of files of two languages share: files made, read and written again."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import strategies as st

import documents
from workbench.formats import Block, Reading, Remark, Rendering

KOREAN = Reading(target="ko")
# Letters of the texts, and what the pseudo translation makes of them; all others stay.
PSEUDO = str.maketrans("abcdefghijklmABCDEあいうえお", "nopqrstuvwxyzNOPQRかきくけこ")
WORDS = st.sampled_from(
    (
        "bad cab",
        " Add me. ",
        "あいう。",
        "%s",
        "{0} bid",
        "a &lt;b>lib&lt;/b> c",
        "&amp;",
        "…",
        "é😀\t",
    )
)


def blocks(path: Path, reading: Reading = KOREAN) -> list[Block]:
    return documents.blocks(path, reading)


def remarks(path: Path, reading: Reading = KOREAN) -> list[Remark]:
    return documents.remarks(path, reading)


def written(
    path: Path,
    change: Callable[[str], str] = str,
    reading: Reading = KOREAN,
    failed: bool = False,
) -> str:
    """Return the file with the texts of its blocks changed, character by character."""
    made = (Rendering(change(b.text), b.codes, failed) for b in blocks(path, reading))
    return documents.filled(path, made, reading).decode("utf-8")


def pseudo(text: str) -> str:
    return text.translate(PSEUDO)


def expected(block: Block, change: Callable[[str], str]) -> str:
    """Return the words of a block as they stand when it is written changed."""
    if block.kept:
        return block.kept
    text = list(change(block.text))
    for code in block.codes:
        if code.kind == "literal":
            text[code.start : code.end] = block.text[code.start : code.end]
    return "".join(text)
