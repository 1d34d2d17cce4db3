"""Running text comes into the rows of a document, and no sentence of it is lost."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.compare import rows
from workbench.compare.aligning import Aligned, align
from workbench.evaluation.systems import document_of
from workbench.segmentation import split
from workbench.types import Document

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
SIGNS = [
    "寒い。",
    "It rained. ",
    "At 3. ",
    "\n",
    "\r\n",
    "記者　",
    "Q: ",
    "- ",
    "1. ",
    "？",
    "Why? ",
]
RULED = st.lists(st.sampled_from([*SIGNS, "a"]), max_size=20).map("".join)
TEXTS = st.one_of(ANY, RULED)


def cases() -> list:
    path = Path(__file__).parent / "cases" / "aligning.json"
    fails = pytest.mark.xfail(strict=True, reason="known failure")
    return [
        pytest.param(row, id=row["label"], marks=fails if "expect" in row else ())
        for row in json.loads(path.read_text("utf-8"))
    ]


def flat(text: str) -> str:
    return "".join(text.replace("\ufeff", "").split())


def told(document: Document, found: Aligned) -> str:
    """Return the labels and rows in the order of the text."""
    texts = dict(zip((row.id for row in rows(document)), found.texts, strict=True))
    return "".join(found.labels.get(s.id, texts.get(s.id, "")) for s in document.segments)


@pytest.mark.parametrize("row", cases())
def test_a_translation_comes_into_its_rows(row: dict) -> None:
    source, target = row["pair"]
    found = align(split(row["source"], source), row["target"], target)
    assert list(found.texts) == row["expected"]
    assert bool(found.by_length) == row["unsure"]
    assert list(found.labels.values()) == row.get("labels", [])


@given(TEXTS.filter(lambda text: rows(split(text, "ja"))), TEXTS)
@settings(deadline=None)
def test_every_sentence_stands_in_exactly_one_row(source: str, target: str) -> None:
    document = split(source, "ja")
    found = align(document, target, "en")
    assert flat(told(document, found)) == flat(target)
    assert set(found.uneven) <= set(found.by_length) <= {row.id for row in rows(document)}


@given(st.lists(st.sampled_from(["寒い。", "雨だ。", "3時。"]), min_size=1, max_size=30), TEXTS)
@settings(deadline=None)
def test_lines_lose_no_sentence(source: list[str], target: str) -> None:
    document = document_of(source, "ja")
    assert flat(told(document, align(document, target, "en"))) == flat(target)


def test_rows_that_were_aligned_by_length_are_named_and_the_uneven_first() -> None:
    document = split("2017年に会社ができた。社員は12人だった。今は350人いる。", "ja")
    found = align(document, "Founded in 2017, it had 12 employees. It has 350 now.", "en")
    assert found.by_length == ("s1", "s2", "s3")
    assert found.uneven == ("s1", "s2")


def test_a_text_without_a_row_has_no_place() -> None:
    assert align(Document("ja", ()), "It rained.", "en") == Aligned(())


def test_a_part_that_is_missing_does_not_shift_the_rest() -> None:
    source = [f"{n}番目の駅で列車を{n + 3000}分待った。" for n in range(300)]
    target = [f"At station {n} we waited {n + 3000} minutes for a train." for n in range(300)]
    document = document_of(source, "ja")
    found = align(document, " ".join(target[:40] + target[200:]), "en")
    assert found.texts[:40] == tuple(target[:40])
    assert found.texts[200:] == tuple(target[200:])


def test_cost_is_linear() -> None:
    def seconds(count: int) -> float:
        document = document_of([f"{n}時に駅で会った。" for n in range(count)], "ja")
        text = "".join(f"We met at the station at {n}. " for n in range(1, count))
        started = time.perf_counter()
        align(document, text, "en")
        return time.perf_counter() - started

    seconds(50)
    assert seconds(2000) < 16 * max(seconds(500), 0.05)
