"""CTranslate2 agrees with the reference, converts once, and mends a damaged cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import checkpoints
from workbench.catalogue import Model
from workbench.engines import ENGINES, conversion, load_engine
from workbench.engines.ct2 import CT2Engine
from workbench.engines.hf import HFEngine
from workbench.errors import EngineError, UnknownNameError, UsageError
from workbench.types import Decoding

SEARCHES = [Decoding(beam=1, max_length=40), Decoding(beam=4, max_length=40)]
JA = [triple[0] for triple in checkpoints.TRIPLES]
TRANSLATE = """
import sys
from pathlib import Path, PosixPath
from workbench.catalogue import Model
from workbench.engines import load_engine
from workbench.types import Decoding
fields = {fields!r}
model = Model(**(fields | {{"path": Path(fields["path"])}}))
print(load_engine(model).translate(["寒かった。"], "ja", "ko", Decoding())[0].text)
print([name for name in ("torch", "transformers") if name in sys.modules])
"""


def segments(source: str) -> list[str]:
    """Return 50 segments: the learnt ones, and each with its end exchanged for the next one's."""
    column = {"ja": 0, "en": 1, "ko": 2}[source]
    texts = [triple[column] for triple in checkpoints.TRIPLES]
    rest = texts[1:] + texts[:1]
    half = [a[: len(a) // 2] + b[len(b) // 2 :] for a, b in zip(texts, rest, strict=True)]
    return texts + half


@pytest.fixture(scope="module")
def both(trained: Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[HFEngine, CT2Engine]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("both")))
        return HFEngine(trained), CT2Engine(trained, compute_type="float32")


@pytest.mark.parametrize("decoding", SEARCHES, ids=["greedy", "beam 4"])
def test_engines_agree_on_98_of_100_segments(both, decoding):
    same = []
    for a, b in checkpoints.DIRECTIONS:
        reference, tested = (engine.translate(segments(a), a, b, decoding) for engine in both)
        same += [x.text == y.text for x, y in zip(reference, tested, strict=True)]
    assert len(same) == 200 and sum(same) >= 196


@pytest.mark.parametrize("family", ["nllb", "m2m100", "mbart50", "t5", "bart"])
@pytest.mark.parametrize("length_penalty", [0.0, 0.6, 2.0])
def test_engines_agree_on_every_family_and_length_penalty(family, length_penalty, tiny):
    engines = HFEngine(tiny(family)), CT2Engine(tiny(family), compute_type="float32")
    decoding = Decoding(beam=4, n_best=2, length_penalty=length_penalty, max_length=30)
    reference, tested = (engine.translate(JA, "ja", "ko", decoding) for engine in engines)
    pairs = list(zip(reference, tested, strict=True))
    assert sum((a.text, a.truncated) == (b.text, b.truncated) for a, b in pairs) >= 24
    assert len({h.text for h in tested}) > 3
    assert [h.score for h in tested] == pytest.approx([h.score for h in reference], abs=0.02)


def test_int8_keeps_what_the_model_has_learnt(trained):
    engine = load_engine(trained)
    expected = [t[2] for t in checkpoints.TRIPLES]
    found = [h.text for h in engine.translate(JA, "ja", "ko", Decoding(max_length=40))]
    assert sum(a == b for a, b in zip(found, expected, strict=True)) >= 20
    assert engine.settings["precision"].startswith("int8")


def test_answers_come_in_order_with_blanks_and_repetitions(both):
    texts = ["  ", JA[0], JA[3], "", JA[0]]
    found = [h.text for h in both[1].translate(texts, "ja", "en", SEARCHES[1])]
    assert found[0] == found[3] == ""
    assert found[1] == found[4] != found[2] != ""


def test_alternatives_are_the_next_best_in_order(both):
    (best,) = both[1].translate([JA[1]], "ja", "en", Decoding(beam=4, n_best=3, max_length=40))
    scores = [best.score, *(h.score for h in best.alternatives)]
    assert len(scores) == 3 and max(scores) <= 0
    assert len({best.text, *(h.text for h in best.alternatives)}) == 3


def test_an_output_without_an_end_is_marked(both):
    for engine in both:
        (cut,) = engine.translate([JA[1]], "ja", "en", Decoding(max_length=2))
        assert cut.truncated
        assert not engine.translate([JA[1]], "ja", "en", SEARCHES[1])[0].truncated


def test_a_text_over_the_limit_is_refused_not_cut(both):
    for engine in both:
        assert engine.lengths([JA[0] * 200], "ja", "en")[0] > engine.limit == 128
        with pytest.raises(EngineError, match="takes 128 tokens"):
            engine.translate([JA[0] * 200], "ja", "en", Decoding())


def test_a_text_of_the_limit_is_translated(both, trained):
    length = both[0].lengths([JA[0]], "ja", "en")[0]
    for kind in (HFEngine, CT2Engine):
        engine = kind(replace(trained, max_source=length))
        assert engine.translate([JA[0]], "ja", "en", SEARCHES[1])[0].text == "It was cold."


def test_an_unknown_pair_is_refused_by_both_engines(both):
    for engine in both:
        with pytest.raises(UsageError):
            engine.translate([JA[0]], "ja", "th", Decoding())


def test_the_second_start_converts_nothing(trained, home):
    first = conversion.converted(trained, "int8")
    before = (first / "model.bin").stat().st_mtime_ns
    assert conversion.converted(trained, "int8") == first
    assert (first / "model.bin").stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["missing", "cut", "garbage", "card"])
def test_a_damaged_conversion_is_made_anew(damage, trained):
    path = conversion.converted(trained, "int8")
    weights = path / "model.bin"
    size = weights.stat().st_size
    if damage == "missing":
        weights.unlink()
    elif damage == "card":
        (path / "workbench.json").write_text("{")
    else:
        weights.write_bytes(b"\0" * (size if damage == "garbage" else 100))
    assert CT2Engine(trained).translate([JA[0]], "ja", "en", Decoding())[0].text == "It was cold."


def test_changed_weights_are_converted_anew(tiny, tmp_path):
    model = tiny("t5")
    copied = replace(model, path=tmp_path / "copy")
    shutil.copytree(model.path, copied.path)
    first = conversion.converted(copied, "float32")
    (copied.path / "generation_config.json").write_text("{}", encoding="utf-8")
    assert conversion.converted(copied, "float32") != first


def test_the_checkpoint_itself_is_left_as_it_was(tiny):
    model = tiny("bart")
    before = {f.name: f.read_bytes() for f in model.path.iterdir()}
    conversion.converted(model, "float32")
    assert {f.name: f.read_bytes() for f in model.path.iterdir()} == before


def start(trained: Model) -> subprocess.Popen[str]:
    """Translate in a process of its own, which prints the text and the heavy modules it has."""
    # An object of plain values: repr() is the program's source.
    fields = {name: getattr(trained, name) for name in trained.__dataclass_fields__}
    program = TRANSLATE.format(fields=fields | {"path": str(trained.path)})
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_a_converted_model_is_run_without_torch_and_transformers(trained):
    conversion.converted(trained, "int8")
    process = start(trained)
    assert process.communicate(timeout=60)[0].splitlines() == ["추웠다.", "[]"]
    assert process.returncode == 0


def test_two_processes_at_once_make_one_conversion(trained, home):
    processes = [start(trained), start(trained)]
    outputs = [process.communicate(timeout=120)[0].splitlines() for process in processes]
    assert [lines[0] for lines in outputs] == ["추웠다.", "추웠다."]
    assert sum("torch" in lines[1] for lines in outputs) == 1
    assert len([f for f in (home / "cache" / "ct2").iterdir() if f.is_dir()]) == 1


def test_auto_falls_back_to_hf_and_says_why(trained, monkeypatch):
    reason = "CTranslate2 cannot convert it"
    monkeypatch.setattr(conversion, "_require_servable", refuse(reason))
    settings = load_engine(trained).settings
    assert settings["engine"].startswith("hf") and settings["reason"] == reason


def refuse(reason: str) -> Callable[..., None]:
    def fail(*arguments: object) -> None:
        raise EngineError(reason)

    return fail


def test_an_unknown_engine_is_refused_with_the_known_ones(trained):
    with pytest.raises(UnknownNameError, match=", ".join(sorted([*ENGINES, "auto"]))):
        load_engine(trained, "ct3")
