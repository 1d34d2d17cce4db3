"""The figures of docs/summaries.md are counted as they are described."""

import json
from pathlib import Path

import pytest

from test_summaries import TABLES
from workbench.summaries import trial
from workbench.summaries.trial import Text


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with one document in three languages, of ten sentences each."""
    lines = {code: TABLES["texts"][f"news-{code}"]["lines"] for code in ("ja", "en", "ko")}
    item = {
        "title": {code: rows[0] for code, rows in lines.items()},
        "sentences": [{code: rows[n] for code, rows in lines.items()} for n in range(1, 10)],
        "bullets": [
            {**{code: rows[n] for code, rows in lines.items()}, "from": [n - 1]} for n in (1, 2, 7)
        ],
    }
    path = tmp_path_factory.mktemp("trial") / "own.jsonl"
    path.write_text(json.dumps(item, ensure_ascii=False) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def texts(file: Path) -> list[Text]:
    return list(trial.read_texts([file]))


def test_every_sentence_keeps_its_place_in_the_text(texts: list[Text]) -> None:
    source = "".join(s.text + s.gap for s in texts[0].document.segments)
    assert [source[a:b] for a, b in texts[0].spans] == TABLES["texts"]["news-ja"]["lines"][1:10]


def test_the_authors_sentences_are_those_that_the_bullets_name(texts: list[Text]) -> None:
    assert [(text.language, text.gold) for text in texts] == [
        (code, frozenset({0, 1, 6})) for code in ("ja", "en", "ko")
    ]


def test_each_way_chooses_what_it_says(texts: list[Text]) -> None:
    assert trial.lead(texts[0]) == {0, 1, 2} == trial.ours(texts[0])
    assert len(trial.textrank(texts[0])) == len(texts[0].lines) == 3


def test_agreement_is_counted_in_sentences(texts: list[Text]) -> None:
    assert trial._agreement({0, 1, 2}, frozenset({0, 1, 6})) == pytest.approx((2 / 3,) * 3)
    assert trial._agreement({4}, frozenset({0})) == (0, 0, 0)
    assert "| 66.7 / 66.7 / 66.7 |" in list(trial.overlap(texts))[2]


def test_a_failure_is_counted_and_stops_nothing(
    texts: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(document: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(trial, "summarize", fail)
    counts, shares = trial._tried(texts)
    assert (counts["failed"], shares) == (3, [(0.0, 0.0)])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [("a cat ran", "a dog ran", "dog"), ("a cat ran", "a ran", ""), ("aa", "aaa", "a")],
)
def test_what_was_planted_is_what_was_not_there(old: str, new: str, expected: str) -> None:
    assert trial._inserted(old, new) == expected


def test_every_table_is_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial.main([str(file)])
    printed = capsys.readouterr().out
    assert [line[3:] for line in printed.splitlines() if line.startswith("## ")] == [
        "Soundness",
        "Overlap with the authors' sentences",
        "Length",
        "Columns by themselves",
        "Foreign numbers and names",
    ]
    assert "| ja | 1 | 0 | 0 | 3 | 0 |" in printed
