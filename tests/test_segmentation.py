import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UnknownNameError
from workbench.segmentation import split, stream
from workbench.types import Document, Segment

CASES = Path(__file__).parent / "cases"
LANGUAGES = ("ja", "ko", "en", "zh", "fr", "th", "ar")
# Any text at all, and texts made of the signs that the rules look at.
ANY = st.text(st.characters(exclude_categories=()), max_size=60)
SIGNS = (
    "。．.！？!?…「」『』（）()“”‘’\"'«»[]【】■#-・①1２A:："
    "　 \t\n\r\u2028\u2029\x85\x0b\ufeff\ud800と고aBあ가字"
)
RULED = st.text(st.sampled_from(SIGNS), max_size=60)
TEXTS = st.one_of(ANY, RULED)
ADVERSARIES = ("「", ".", '"', "1", "'", "「。", "。」", "(a. ", "a\n", "\n", "“ ", "1. ", "A: ")


def rows(name: str) -> list:
    table = json.loads((CASES / f"segmentation.{name}.json").read_text(encoding="utf-8"))
    fails = pytest.mark.xfail(strict=True, reason="known failure")
    return [
        pytest.param(
            {"language": name, **row},
            id=f"{name}: {row['label']}",
            marks=fails if "expect" in row else (),
        )
        for row in table
    ]


def joined(segments) -> str:
    return "".join(segment.text + segment.gap for segment in segments)


def pieces(text: str, sizes: list[int]) -> list[str]:
    """Cut the text into chunks of the sizes, over and over."""
    chunks, at = [], 0
    while at < len(text):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(text[at : at + size])
        at += size
    return chunks


@pytest.mark.parametrize("row", [r for n in ("ja", "ko", "en", "other") for r in rows(n)])
def test_the_table_of_cases_is_met(row):
    segments = split(row["text"], row["language"]).segments
    kinds = any(isinstance(item, list) for item in row["expected"])
    assert [[s.kind, s.text] if kinds else s.text for s in segments] == row["expected"]


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=600, deadline=None)
def test_the_segments_joined_are_the_text(text, language):
    assert joined(split(text, language).segments) == text


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=250, deadline=None)
def test_offsets_point_into_the_text_and_count_up(text, language):
    segments = split(text, language).segments
    assert [text[s.start : s.start + len(s.text)] for s in segments] == [s.text for s in segments]
    assert [s.id for s in segments] == [f"s{n}" for n in range(1, len(segments) + 1)]
    steps = {b.paragraph - a.paragraph for a, b in pairwise(segments)}
    assert steps <= {0, 1}


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=250, deadline=None)
def test_no_segment_begins_or_ends_with_white_space(text, language):
    segments = split(text, language).segments
    assert all(s.text == s.text.strip() for s in segments)
    assert not "".join(s.gap for s in segments).replace("\ufeff", "").strip()


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=250, deadline=None)
def test_only_the_first_segment_is_blank_and_only_it_has_no_text(text, language):
    segments = split(text, language).segments
    assert all(s.text and s.kind != "blank" for s in segments[1:])
    assert all((s.kind == "blank") == (s.text == "") for s in segments)


@given(TEXTS, st.sampled_from(LANGUAGES))
@settings(max_examples=250, deadline=None)
def test_what_has_no_letter_and_no_digit_is_never_translated(text, language):
    segments = split(text, language).segments
    copied = [s for s in segments if not any(c.isalnum() for c in s.text)]
    assert {s.kind for s in copied} <= {"marker", "blank"}


@given(st.text(st.sampled_from(SIGNS), min_size=1, max_size=40), st.sampled_from(LANGUAGES))
@settings(max_examples=200, deadline=None)
def test_a_text_is_always_split_the_same_way(text, language):
    first = split(text, language)
    assert split(joined(first.segments), language) == first


@given(
    st.lists(TEXTS, max_size=8), st.lists(st.integers(1, 9), min_size=1), st.sampled_from(LANGUAGES)
)
@settings(max_examples=200, deadline=None)
def test_a_stream_finds_the_segments_of_the_whole_text(lines, sizes, language):
    text = "\n".join(lines)
    documents = list(stream(pieces(text, sizes), language))
    assert tuple(s for d in documents for s in d.segments) == split(text, language).segments


@pytest.mark.parametrize("size", [1000, 65_537, 1_000_000])
def test_a_long_stream_is_cut_at_paragraphs_and_counts_on(size):
    text = "彼は走った。雪が降っていた。\r\n\r\n" * 12_000
    documents = list(stream(pieces(text, [size]), "ja", "long"))
    assert tuple(s for d in documents for s in d.segments) == split(text, "ja").segments
    assert all(len(joined(d.segments)) < 70_000 and d.name == "long" for d in documents)
    assert all(d.segments[-1].gap.endswith("\n") for d in documents)


@pytest.mark.parametrize("sentence", ["彼は走った。", "x", "「雪。」", "He ran away. ", "\x0b雪"])
def test_a_line_without_a_break_is_bounded_too(sentence):
    text = sentence * (200_000 // len(sentence))
    documents = list(stream(pieces(text, [777]), "ja"))
    assert tuple(s for d in documents for s in d.segments) == split(text, "ja").segments
    assert max(len(joined(d.segments)) for d in documents) < 140_000
    assert {s.paragraph for d in documents for s in d.segments} == {0}


def test_a_line_that_is_too_long_is_cut_at_sentence_ends():
    segments = split("「雪が降る。」と言った。" * 10_000, "ja").segments
    assert {s.text for s in segments} == {"「雪が降る。」と言った。"}


def test_a_stream_of_nothing_yields_no_document():
    assert list(stream([], "ja")) == []
    assert list(stream(["", ""], "ja")) == []


def test_an_empty_text_has_no_segment_and_a_region_is_ignored():
    assert split("", "ja-JP", "note") == Document("ja", (), "note")


def test_white_space_alone_is_one_blank_segment():
    assert split(" \n\u3000", "ja").segments == (Segment("s1", "", " \n\u3000", "blank", 0, 0),)


def test_paragraphs_count_lines_and_not_blank_lines():
    segments = split("\n・水\n\n\n寒い。眠い。\r\n夜。", "ja").segments
    assert [s.paragraph for s in segments] == [0, 0, 0, 1, 1, 2]


def test_blank_lines_belong_to_the_gap_before():
    segments = split("寒い。\n\n　\n眠い。", "ja").segments
    assert [(s.text, s.gap) for s in segments] == [("寒い。", "\n\n　\n"), ("眠い。", "")]


def test_a_label_leaves_its_space_to_the_gap():
    segments = split("記者　なぜですか。", "ja").segments
    assert [(s.text, s.gap) for s in segments] == [("記者", "　"), ("なぜですか。", "")]


def test_an_unknown_language_is_refused():
    with pytest.raises(UnknownNameError, match="Klingon"):
        split("Qapla'", "Klingon")
    with pytest.raises(UnknownNameError, match="Klingon"):
        next(stream(["Qapla'"], "Klingon"))


@pytest.mark.parametrize("language", ["ja", "ko", "en"])
@pytest.mark.parametrize("sign", ADVERSARIES)
def test_hostile_texts_take_seconds_at_most(sign, language):
    text = sign * (100_000 // len(sign))
    began = time.process_time()
    assert joined(split(text, language).segments) == text
    assert time.process_time() - began < 2.0  # 0.6 s on an idle core; minutes if quadratic


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "元兵士は「足が震えた。それでも走った」と語った。雪が降っていた。\n" * 1000),
        ("ko", '그는 "다리가 떨렸다. 그래도 뛰었다."라고 말했다. 눈이 왔다. ' * 1000),
        ("en", "He said “I ran. I hid.” Mr. Park nodded. It was 5 p.m. on Monday.\n" * 1000),
    ],
)
def test_four_times_the_text_takes_about_four_times_as_long(language, text):
    def seconds(text: str) -> float:
        began = time.process_time()
        split(text, language)
        return time.process_time() - began

    once, fourfold = (min(seconds(t) for _ in range(4)) for t in (text, text * 4))
    assert fourfold < 7 * once  # 16 if quadratic
