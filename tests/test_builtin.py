"""The model that comes with the code carries the sample all the way, offline."""

import re
from pathlib import Path

import pytest

from workbench import Options, Workbench, split
from workbench.catalogue import models_dir
from workbench.types import Result

SAMPLES = Path(__file__).parents[1] / "workbench" / "samples"
HANGUL, KANA, LATIN = re.compile("[가-힣]"), re.compile("[ぁ-んァ-ヶ]"), re.compile("[A-Za-z]")


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench()


@pytest.fixture(scope="module")
def interview(bench: Workbench) -> Result:
    text = (SAMPLES / "interview.ja.txt").read_text("utf-8")
    return bench.process(split(text, "ja"), ["en", "ko"])


def test_every_sentence_of_the_interview_has_a_translation(interview: Result) -> None:
    for column in interview.columns:
        assert all(t.text and t.origin != "failed" for t in column.translations)


@pytest.mark.parametrize(("index", "own"), [(0, LATIN), (1, HANGUL)])
def test_each_column_is_in_its_language(
    interview: Result, index: int, own: re.Pattern[str]
) -> None:
    text = "".join(t.text for t in interview.columns[index].translations)
    letters = [c for c in text if c.isalpha()]
    assert sum(bool(own.match(c)) for c in letters) > 0.9 * len(letters)
    assert not KANA.search(text)


def test_the_bullets_of_the_interview_have_sentences_in_every_column(interview: Result) -> None:
    ids = {i for bullet in interview.summary.bullets for i in bullet.segment_ids}
    assert len(interview.summary.bullets) >= 3
    for column in interview.columns:
        assert ids <= {t.segment_id for t in column.translations if t.text}


@pytest.mark.parametrize(
    ("name", "language", "target"),
    [("library.ko.txt", "ko", "en"), ("ferry.en.txt", "en", "ko")],
)
def test_the_other_samples_come_through(
    bench: Workbench, name: str, language: str, target: str
) -> None:
    text = (SAMPLES / name).read_text("utf-8")
    (column,) = bench.process(split(text, language), [target]).columns
    assert all(t.text and t.origin != "failed" for t in column.translations)


def test_the_same_request_gives_the_same_text(bench: Workbench, interview: Result) -> None:
    again = bench.process(interview.document, ["en", "ko"])
    assert again.columns == interview.columns


def test_the_pivot_gives_another_signature_and_keeps_the_english(bench: Workbench) -> None:
    document = split("彼は十一月に国境を越えた。", "ja")
    (column,) = bench.process(document, ["ko"], Options(pivot="en")).columns
    assert "route:ja-en-ko" in column.signature
    assert LATIN.search(column.translations[0].pivot)


def test_the_checkpoint_is_small_half_precision_safetensors() -> None:
    from safetensors import safe_open

    shards = sorted((models_dir() / "trilingual-small").glob("*.safetensors"))
    assert shards and max(shard.stat().st_size for shard in shards) < 16_000_000
    for shard in shards:
        with safe_open(shard, "pt") as tensors:
            kinds = {tensors.get_slice(key).get_dtype() for key in tensors.keys()}  # noqa: SIM118
        assert kinds == {"F16"}
