"""The weights that tell whether two sides deny the same: what they see, and how they are learnt."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.checks import contrast
from workbench.checks.contrast import SIZE, Side, features
from workbench.checks.polarity import missing, side_of
from workbench.checks.trial import read_sentences
from workbench.planting import PLANTERS
from workbench.training import contrast as learning

HELD_OUT = Path(__file__).parent.parent / "models" / "trilingual-small" / "heldout.jsonl"
CODES = ("ja", "ko", "en")


def score(source: str, target: str, languages: str) -> float:
    theirs, ours = map(side_of, (source, target), languages.split("-"))
    return contrast.score(theirs, ours, missing(theirs, ours))


@pytest.mark.parametrize(
    ("languages", "source", "right", "wrong"),
    [
        ("ja-en", "彼は行方が分からない。", "He is missing.", "He is not missing."),
        (
            "ko-en",
            "그 제안은 받아들여지지 않았다.",
            "The proposal was rejected.",
            "The proposal was not rejected.",
        ),
        ("en-ja", "He refused to answer.", "彼は答えなかった。", "彼は答えた。"),
        ("ko-ja", "그는 늦지 않았다.", "彼は遅れなかった。", "彼は遅れた。"),
    ],
)
def test_an_error_scores_above_the_right_translation(languages, source, right, wrong) -> None:
    assert score(source, right, languages) < score(source, wrong, languages)


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(CODES), st.sampled_from(CODES))
def test_any_two_texts_have_features_within_the_table(source, target, code, other) -> None:
    places = features(side_of(source, code), side_of(target, other), 0)
    assert places and all(0 <= place < SIZE for place in places)


def test_features_are_the_same_in_every_process() -> None:
    sides = Side("来ない。", "ja", ((1, 3),), 0), Side("He came.", "en", (), 0)
    assert sum(features(*sides, 1)) == 15_438_330


def test_the_table_is_read_when_it_is_needed() -> None:
    weights = contrast.load()
    assert weights.values.shape == (SIZE,) and weights.threshold > 0


def examples():
    return list(learning.examples(read_sentences([HELD_OUT]), 6, 1.0))


def test_what_is_learnt_tells_errors_from_right_translations() -> None:
    rows = examples()
    weights = learning.learn([row for row in rows if row.fold == 0])
    held = [(weights[row.places].sum(), row.planted) for row in rows if row.fold == 1]
    means = [
        np.mean([value for value, planted in held if planted is is_wrong])
        for is_wrong in (False, True)
    ]
    assert means[0] < means[1]


def test_every_pair_is_learnt_as_it_is_and_each_error_once() -> None:
    samples = read_sentences([HELD_OUT])
    rows = list(learning.examples(samples, 6, 1.0))
    planted = [row for row in rows if row.planted]
    assert len(rows) - len(planted) == len(samples) and len(planted) > len(samples) / 10
    assert "negation" in PLANTERS


def test_weights_come_back_from_their_file_nearly_as_they_were(tmp_path: Path, monkeypatch) -> None:
    weights = np.linspace(-2, 3, SIZE, dtype=np.float32)
    learning.save(tmp_path / contrast.WEIGHTS, weights, 1.5)
    monkeypatch.setattr(contrast, "files", lambda package: tmp_path)
    contrast.load.cache_clear()
    back = contrast.load()
    contrast.load.cache_clear()
    assert np.allclose(back.values, weights, atol=0.02) and back.threshold == 1.5


def test_the_program_writes_the_file(tmp_path: Path, monkeypatch, capsys) -> None:
    output = tmp_path / "new.npz"
    command = ["contrast", str(HELD_OUT), "--general", str(HELD_OUT), "-o", str(output)]
    monkeypatch.setattr(sys, "argv", command)
    learning.main()
    assert np.load(output)["weights"].any() and "examples" in capsys.readouterr().out


def test_of_corpora_pairs_with_a_negation_come_first_and_are_bounded() -> None:
    taken = list(learning.choose([HELD_OUT], most=4, plain=2))
    assert len(taken) <= 6 * 3 and sum(learning._denies(row) for row in taken) == 6 * 2
