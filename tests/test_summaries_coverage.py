"""What bullets contain is counted on the text itself, and what it does not say is told."""

import json
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from test_summaries import build, numbered, sample
from workbench.summaries import ranking, structure, summarize
from workbench.summaries.coverage import foreign, measured, spread
from workbench.types import Bullet, Document, Summary

TABLES = json.loads((Path(__file__).parent / "cases" / "summaries.json").read_text("utf-8"))
PLANTED = TABLES["planted"]


def chosen(segment_id: str) -> Summary:
    return Summary((Bullet("b1", (segment_id,)),), "news")


@pytest.mark.parametrize("case", TABLES["foreign"], ids=lambda case: case["label"])
def test_numbers_and_names_that_the_text_lacks_are_told(case: dict[str, Any]) -> None:
    said = foreign(case["input"], case["sources"], case["language"])
    assert [message.split(" the ", 1)[1] for message in said] == case["expected"]


@pytest.mark.parametrize("language", ["ja", "ko", "en"])
def test_planted_foreign_names_and_numbers_are_flagged(language: str) -> None:
    lines, row = TABLES["texts"][f"news-{language}"]["lines"], PLANTED[language]
    texts = [way.format(word) for kind in ("name", "number")
             for way, word in product(row[f"{kind}_ways"], row[f"{kind}s"])]  # fmt: skip
    assert len(texts) >= 70
    assert sum(bool(foreign(text, lines, language)) for text in texts) >= 0.95 * len(texts)


@pytest.mark.parametrize("language", ["ja", "ko", "en"])
def test_a_text_has_nothing_foreign_to_itself(language: str) -> None:
    lines = TABLES["texts"][f"news-{language}"]["lines"]
    assert [message for line in lines for message in foreign(line, lines, language)] == []


@pytest.mark.parametrize("text", ["", "5" * 100_000, "\ud800", "ア" * 100_000, "A" * 100_000])
def test_odd_texts_are_compared_like_others(text: str) -> None:
    assert all(foreign(text, [text], language) == () for language in ("ja", "ko", "en", "zh"))


def test_coverage_counts_each_number_once_and_leaves_out_what_is_hardly_one() -> None:
    lines = ["住民40人が集まった。", "四十人は一つの灯台を3年で修理した。", "費用は2千万円だった。"]
    document = build("ja", lines)
    found = [measured(chosen(i), document).number_coverage for i in ("s1", "s2", "s3")]
    assert found == [0.3333, 0.6667, 0.3333]


def test_a_text_without_numbers_is_wholly_covered_by_any_bullet() -> None:
    document = build("en", ["It rained.", "The river rose."])
    assert measured(chosen("s1"), document).number_coverage == 1.0
    assert measured(Summary((), "news"), document).number_coverage == 0.0


def test_numbers_of_a_language_without_a_reader_are_compared_by_digits() -> None:
    document = build("fr", ["Il y a 3,5 millions.", "Et 12 ans."])
    assert measured(chosen("s2"), document).number_coverage == 0.5


def test_coverage_is_the_share_of_terms_and_numbers_worked_by_hand() -> None:
    document = build("en", ["The harbour reopened.", "The harbour cost 5 million.", "It rained."])
    # Key terms: harbour (twice) and the digits 5.
    assert measured(chosen("s1"), document).coverage == 0.5
    assert measured(chosen("s2"), document).coverage == 1.0


def test_every_summary_is_measured() -> None:
    document = sample("news-en")
    assert summarize(document) == measured(summarize(document), document)


def test_bullets_are_spread_as_their_sentences_are_in_the_text() -> None:
    document = build("en", ["a" * 49, "b" * 50])
    summary = Summary((*chosen("s2").bullets, *chosen("s1").bullets), "news")
    assert spread(summary, document) == (0.5, 0.0)
    assert spread(summary, Document("en", ())) == (0.0, 0.0)


def marked(seed: int) -> Document:
    """Return a text of ten sections with a heading each and 3 to 60 sentences of their own."""
    random, lines = Random(seed), []
    for section in range(10):
        lines.append(("heading", f"Part {section + 1}"))
        for row in range(random.randrange(3, 61)):
            lines.append(f"Section {section} item {row} costs {random.randrange(10**6)} in total.")
    return build("en", lines)


@pytest.mark.parametrize("seed", range(100))
def test_ten_marked_sections_are_said_to_be_read_because_they_are(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: set[str] = set()
    rank = ranking.rank
    monkeypatch.setattr(ranking, "rank", lambda t, *a, **k: read.update(t) or rank(t, *a, **k))
    document = marked(seed)
    summary = summarize(document)
    texts = {structure.fold(s.text) for s in document.segments if s.kind == "sentence"}
    assert (summary.sections, summary.sections_read, texts - read) == (10, 10, set())


@pytest.mark.parametrize(("total", "expected"), [(20, 1), (400, 1), (401, 2), (850, 3)])
def test_a_long_text_without_headings_is_read_in_blocks(total: int, expected: int) -> None:
    assert summarize(numbered(total)).sections == expected


def test_what_stands_before_the_first_heading_is_a_section() -> None:
    lines = [*TABLES["texts"]["news-en"]["lines"][1:5], ("heading", "Costs"), "It cost 5 million."]
    assert summarize(build("en", lines)).sections == 2
