"""The model that comes with the code carries the sample all the way, offline."""

import json
import re
from pathlib import Path

import pytest

from workbench import Options, Workbench, split
from workbench.catalogue import default_model, get_model, models_dir
from workbench.engines.ct2 import CT2Engine
from workbench.engines.hf import HFEngine
from workbench.types import Decoding, Result

SAMPLES = Path(__file__).parents[1] / "workbench" / "samples"
CASES = Path(__file__).parent / "cases"
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


def _sentences(count: int) -> list[str]:
    """Return Japanese sentences of the tables of cases and of the sample."""
    rows = json.loads((CASES / "segmentation.ja.json").read_text("utf-8"))
    parts = [part for row in rows for part in row["expected"]]
    texts = [part if isinstance(part, str) else part[1] for part in parts]
    interview = (SAMPLES / "interview.ja.txt").read_text("utf-8")
    texts += [segment.text for segment in split(interview, "ja").segments]
    return [text for text in dict.fromkeys(texts) if 3 <= len(text) <= 90][:count]


@pytest.mark.parametrize("beam", [1, 4])
def test_both_engines_give_the_same_english_in_full_precision(beam: int) -> None:
    model = get_model(default_model())
    texts = _sentences(50)
    search = Decoding(beam=beam, max_length=60)
    ours, theirs = (
        [h.text for h in engine.translate(texts, "ja", "en", search)]
        for engine in (CT2Engine(model, compute_type="float32"), HFEngine(model))
    )
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    assert same >= 0.98 * len(texts), f"{same} of {len(texts)}"


def test_the_checkpoint_is_small_half_precision_safetensors() -> None:
    from safetensors import safe_open

    shards = sorted((models_dir() / "trilingual-small").glob("*.safetensors"))
    assert shards and max(shard.stat().st_size for shard in shards) < 16_000_000
    for shard in shards:
        with safe_open(shard, "pt") as tensors:
            kinds = {tensors.get_slice(key).get_dtype() for key in tensors.keys()}  # noqa: SIM118
        assert kinds == {"F16"}
