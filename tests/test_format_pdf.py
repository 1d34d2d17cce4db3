"""PDF as a document format that is read and written as another."""

import html
import io
import random
import re
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import documents
from documents import MANY, blocks, everything
from papers import Text, paper
from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering

SUFFIXES = ("docx", "html", "md")


def lines(*words: str, left: float = 60, top: float = 700, size: float = 12) -> list[Text]:
    return [(left, top - 16 * n, size, text) for n, text in enumerate(words)]


def texts(path: Path) -> list[str]:
    return [block.text for block in blocks(path)]


def test_wrapped_lines_are_one_paragraph_and_divided_words_whole(tmp_path: Path) -> None:
    first = lines(
        "The soldier crossed the river at night and nobody saw him as he walked over the fro-",
        "zen field towards the lights of the village, where an old man had been waiting since",
        "the evening before.",
    )
    second = lines("He said nothing of it.", top=620)
    (one, two) = texts(paper(tmp_path / "a.pdf", [[*first, *second]]))
    assert "over the frozen field" in one and one.endswith("the evening before.")
    assert two == "He said nothing of it."


def test_japanese_lines_are_joined_without_a_gap(tmp_path: Path) -> None:
    page = lines(
        "兵士は夜に川を渡った。誰も彼が凍った野原を歩いて行くのを見なか",
        "った。それは寒い夜だった。",
    )
    assert texts(paper(tmp_path / "a.pdf", [page])) == [
        "兵士は夜に川を渡った。誰も彼が凍った野原を歩いて行くのを見なかった。それは寒い夜だった。"
    ]


def test_larger_lines_are_headings(tmp_path: Path) -> None:
    page = [*lines("A Night at the River", size=22, top=740), *lines("It was cold.", top=690)]
    page += lines("Nobody came that night, and nobody asked.", top=650)
    found = blocks(paper(tmp_path / "a.pdf", [page]))
    assert [block.kind for block in found] == ["heading", "text", "text"]


def test_heads_feet_and_numbers_of_pages_are_left_out_and_said(tmp_path: Path) -> None:
    pages = [
        [
            *lines("The Weekly Report", top=780),
            *lines(f"Story {word} goes here."),
            *lines(f"- {n} -", top=30),
        ]
        for n, word in enumerate(("one", "two", "three", "four"), 1)
    ]
    found = everything(paper(tmp_path / "a.pdf", pages))
    assert [e.text for e in found if isinstance(e, Block)] == [
        f"Story {word} goes here." for word in ("one", "two", "three", "four")
    ]
    assert any("The Weekly Report" in e.message for e in found if isinstance(e, Remark))


def test_a_page_that_is_a_picture_is_lost_and_named(tmp_path: Path) -> None:
    path = paper(tmp_path / "a.pdf", [lines("A page with words."), []], picture=True)
    lost = [e.message for e in everything(path) if isinstance(e, Remark) and e.lost]
    assert len(lost) == 1 and lost[0].startswith("Page 2:") and "OCR" in lost[0]


def test_a_file_of_pictures_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.pdf: has no text: pictures.*OCR"):
        everything(paper(tmp_path / "a.pdf", [[], []], picture=True))


@pytest.mark.parametrize("output", SUFFIXES)
def test_what_is_written_has_every_paragraph_once_and_is_the_same_again(
    tmp_path: Path, output: str
) -> None:
    path = paper(tmp_path / "a.pdf", [lines("One <b> story."), lines("Two_words *here*.")])
    made = [out(path, output) for _ in range(2)]
    assert made[0] == made[1]
    for said in ("«1» <b>&", "«2» *x*"):
        assert said_in(made[0], output).count(said) == 1


def out(path: Path, output: str) -> bytes:
    return filled(path, [Rendering("«1» <b>&"), Rendering("«2» *x*")], output)


def filled(path: Path, made: list[Rendering], output: str) -> bytes:
    return documents.filled(path, made, Reading(target="ko", output=output))


def said_in(content: bytes, output: str) -> str:
    if output == "docx":
        return "\n".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)
    if output == "html":
        return html.unescape(content.decode())
    return content.decode().replace("\\", "")


# Words of any sort; letters are counted, so that none is lost, made up or said again.
WORDS = st.sampled_from(
    (
        "night",
        "over-",
        "(so)",
        "<b>",
        "*it*",
        "# x",
        "1.",
        "A&B",
        "a|b",
        "\\n",
        "3.5%",
        "—",
        "寒い夜",
        "。",
    )
)
LINES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
PARAGRAPHS = st.lists(
    st.tuples(
        st.lists(LINES, min_size=1, max_size=5),
        st.sampled_from([8, 12, 12, 22]),
        st.sampled_from([60, 90, 320]),
    ),
    max_size=5,
)
PAGES = st.lists(PARAGRAPHS, min_size=1, max_size=3).filter(any)


def laid_out(paragraphs: list[tuple[list[str], int, int]], page: int) -> list[Text]:
    """Return the lines of a page from above; each has a word that no other page has."""
    top, made = 760.0, []
    for said, size, left in paragraphs:
        for line in said:
            made.append((left, top, size, f"{'abcd'[page] * 3}{len(made)}q {line}"))
            top -= 1.3 * size
        top -= 1.5 * size
    return made


@MANY
@given(pages=PAGES, output=st.sampled_from(SUFFIXES))
def test_any_paper_keeps_every_letter_and_gets_every_text_once(
    tmp_path: Path, pages: list[list[tuple[list[str], int, int]]], output: str
) -> None:
    drawn = [laid_out(page, number) for number, page in enumerate(pages)]
    path = paper(tmp_path / "a.pdf", drawn)
    found = texts(path)
    assert letters(*found) == letters(*(line[3] for page in drawn for line in page))
    made = [Rendering(f"«{n}» {text}") for n, text in enumerate(found)]
    said = said_in(filled(path, made, output), output)
    assert re.findall("«(\\d+)»", said) == [str(n) for n in range(len(found))]
    assert all(text in bare(said) for text in map(bare, found))


def bare(text: str) -> str:
    """Return a text without white space, and without what Markdown escapes with."""
    return "".join(text.replace("\\", "").split())


def letters(*said: str) -> list[str]:
    return sorted(c for text in said for c in text if c.isalnum())


def test_damaged_files_end_in_one_clear_message(tmp_path: Path) -> None:
    whole = paper(
        tmp_path / "a.pdf", [lines("A story of a night."), lines("And more.")]
    ).read_bytes()
    dice = random.Random(4)
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 8)):
            content[dice.randrange(len(content))] = dice.randrange(256)
        (tmp_path / "b.pdf").write_bytes(content[: dice.randint(1, len(content))])
        try:
            everything(tmp_path / "b.pdf")
        except InputError as error:
            assert str(error).startswith("b.pdf: ")


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("no PDF at all")
    with pytest.raises(InputError, match=r"a\.pdf: damaged, or no PDF"):
        everything(tmp_path / "a.pdf")
