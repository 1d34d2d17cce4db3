"""Blocks become running text that counts on over a file, and come back with nothing lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.batch.passages import passages, rendering
from workbench.formats import Block, Code
from workbench.types import Translation

TEXTS = st.text(alphabet="兵士は。川 a1「」\n—・.", min_size=1, max_size=40)
BLOCKS = st.lists(
    st.builds(Block, st.just("p"), TEXTS, kept=st.sampled_from(["", "done"])), max_size=12
)


def nowhere(words: str) -> None:
    """Know no translation of words in formatting."""


def translated(part, language="en", lost=()):
    return {
        s.id: Translation(s.id, language, "" if s.id in lost else f"<{s.text}>", "mt")
        for s in part.segments
    }


@settings(max_examples=200, deadline=None)
@given(BLOCKS, st.sampled_from([1, 30, 10_000]))
def test_every_character_of_every_block_is_in_its_segments(blocks, size) -> None:
    found = list(passages(blocks, "ja", "a", size))
    assert [block for passage in found for block in passage.blocks] == blocks
    for passage in found:
        for block, part in zip(passage.blocks, passage.parts, strict=True):
            assert "".join(s.text + s.gap for s in part.segments) == block.text


@settings(max_examples=200, deadline=None)
@given(BLOCKS, st.sampled_from([1, 30, 10_000]))
def test_ids_starts_and_paragraphs_do_not_depend_on_the_size_of_passages(blocks, size) -> None:
    def told(size):
        parts = [part for passage in passages(blocks, "ja", "a", size) for part in passage.parts]
        return [segment for part in parts for segment in part.segments]

    segments = told(size)
    assert segments == told(10_000)
    assert [s.id for s in segments] == [f"s{n}" for n in range(1, len(segments) + 1)]
    assert [s.paragraph for s in segments] == sorted(s.paragraph for s in segments)


@settings(max_examples=100, deadline=None)
@given(BLOCKS, st.sampled_from([1, 30]))
def test_a_passage_ends_with_the_block_that_fills_it(blocks, size) -> None:
    lengths = [
        [len(b.text) for b in passage.blocks] for passage in passages(blocks, "ja", "a", size)
    ]
    assert all(sum(held[:-1]) < size for held in lengths)
    assert all(sum(held) >= size for held in lengths[:-1])


def test_an_empty_line_stands_behind_each_block_of_the_running_text() -> None:
    (passage,) = passages([Block("1", "雪だ。"), Block("2", "雨だ。")], "ja", "a")
    assert "".join(s.text + s.gap for s in passage.document.segments) == "雪だ。\n\n雨だ。\n\n"
    assert [s.start for s in passage.document.segments] == [0, 5]


def test_headings_and_what_is_kept_are_one_segment() -> None:
    blocks = [Block("1", "雪だ。雨だ。", kind="heading"), Block("2", "雪だ。雨だ。", kept="Done.")]
    (passage,) = passages(blocks, "ja", "a")
    assert [[s.kind for s in part.segments] for part in passage.parts] == [
        ["heading"],
        ["sentence"],
    ]


def test_a_sentence_without_a_translation_stands_in_the_source() -> None:
    block = Block("1", "雪だ。雨だ。")
    (passage,) = passages([block], "ja", "a")
    (part,) = passage.parts
    made, _ = rendering(block, part, translated(part, lost={"s1"}), "en", nowhere)
    assert (made.text, made.failed) == ("雪だ。 <雨だ。>", True)


def test_a_guessed_place_is_told_with_the_place_and_the_code() -> None:
    block = Block("line 3", "雪は深い。", (Code(0, 1, "pair", "bold"),))
    (passage,) = passages([block], "ja", "a")
    english = {"s1": Translation("s1", "en", "Deep snow lies there.", "mt")}
    made, notes = rendering(block, passage.parts[0], english, "en", nowhere)
    assert notes == ("line 3: where bold belongs was guessed; look at it",)
    assert made.text == "Deep snow lies there." and made.codes[0].words == "bold"
