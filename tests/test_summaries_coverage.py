"""What bullets contain is counted on the text itself, and what it does not say is told."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from workbench.summaries.coverage import foreign

TABLES = json.loads((Path(__file__).parent / "cases" / "summaries.json").read_text("utf-8"))
PLANTED = TABLES["planted"]


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
