import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.identification import Guess, identify
from workbench.languages import LANGUAGES

CASES = Path(__file__).parent / "cases" / "identification.json"
ROWS = json.loads(CASES.read_text(encoding="utf-8"))
ALL = list(LANGUAGES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["label"])
def test_the_table_of_cases_is_met(row):
    offered = ALL if row["offered"] == "all" else row["offered"]
    guess = identify(row["text"], offered, row["previous"])
    assert [guess.language, guess.sure] == row["expected"]


@given(
    st.text(st.characters(exclude_categories=()), max_size=80),
    st.lists(st.sampled_from(ALL), min_size=1, unique=True),
    st.sampled_from(["", *ALL]),
)
@settings(max_examples=300, deadline=None)
def test_a_guess_is_always_a_language_offered(text, offered, previous):
    assert identify(text, offered, previous).language in offered


def test_only_the_beginning_of_a_text_is_read():
    japanese = "雪が降る。" * 4000
    assert identify(japanese + "The soldier ran. " * 50_000, ALL).language == "ja"
    began = time.process_time()
    identify("The soldier ran. " * 500_000, ALL)
    assert time.process_time() - began < 1.0


def test_a_question_about_the_language_gives_its_reason():
    guess = identify("東京都知事選", ["ja", "zh", "en"])
    assert guess == Guess("ja", False, "Chinese characters only: Japanese or Chinese?")


def test_a_language_that_is_not_offered_is_named():
    assert "Korean, which is not offered" in identify("눈이 왔다.", ["ja", "en"]).reason


def test_japanese_is_told_without_loading_the_model():
    code = (
        "import sys; from workbench.identification import identify;"
        "print(identify('雪だ。', ['ja', 'en']).language, 'py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["ja", "False"]
