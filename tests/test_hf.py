"""The reference engine loads only what is safe, guards languages and scores what it says."""

import shutil
from dataclasses import replace

import pytest
import safetensors.torch
import torch

import checkpoints
from workbench.engines import conversion
from workbench.engines.ct2 import CT2Engine
from workbench.engines.hf import HFEngine
from workbench.errors import ModelError, UsageError
from workbench.types import Decoding

JA = [triple[0] for triple in checkpoints.TRIPLES]


@pytest.fixture(scope="module")
def engine(trained):
    return HFEngine(trained)


@pytest.fixture
def copied(trained, tmp_path):
    """Return the trained model in a folder that a test may damage."""
    shutil.copytree(trained.path, tmp_path / "copy")
    return replace(trained, path=tmp_path / "copy")


def test_what_was_learnt_is_translated_in_every_direction(engine):
    decoding = Decoding(max_length=40)
    known = checkpoints.pairs()
    found = [engine.translate([s], a, b, decoding)[0].text for a, b, s, _ in known[::10]]
    assert sum(f == t for f, (*_, t) in zip(found, known[::10], strict=True)) >= 8


def test_scores_are_mean_log_probabilities_whatever_the_length_penalty(engine):
    scores = [
        engine.translate(JA[:4], "ja", "en", Decoding(length_penalty=p, max_length=40))[0].score
        for p in (0.5, 1.0, 2.0)
    ]
    assert scores == pytest.approx([scores[0]] * 3) and -0.5 < scores[0] < 0


def test_alternatives_are_distinct_and_follow_the_best(engine):
    (best,) = engine.translate([JA[1]], "ja", "en", Decoding(beam=1, n_best=3, max_length=40))
    assert len({best.text, *(h.text for h in best.alternatives)}) == 3


def test_blanks_and_repetitions_keep_their_places(engine):
    texts = ["", JA[0], "　", JA[3], JA[0]]
    found = [h.text for h in engine.translate(texts, "ja", "en", Decoding(max_length=40))]
    assert found[0] == found[2] == "" and found[1] == found[4] != found[3]


def test_the_stored_search_settings_are_not_used(engine):
    # The checkpoint stores max_length=128, a forced end token and six beams.
    (cut,) = engine.translate([JA[1]], "ja", "en", Decoding(beam=1, max_length=2))
    assert cut.truncated


def test_a_trained_pad_row_is_zeroed_so_that_both_engines_agree(copied):
    weights = safetensors.torch.load_file(copied.path / "model.safetensors")
    weights["model.shared.weight"][-1] = torch.linspace(-3, 3, 96)
    safetensors.torch.save_file(weights, copied.path / "model.safetensors", {"format": "pt"})
    engine, other = HFEngine(copied), CT2Engine(copied, compute_type="float32")
    decoding = Decoding(beam=1, max_length=40)
    answers = [[h.text for h in e.translate(JA, "ja", "ko", decoding)] for e in (engine, other)]
    assert answers[0] == answers[1]
    assert engine.settings["notes"] == "pad row zeroed"


def test_a_half_precision_checkpoint_runs_in_float32(copied):
    weights = safetensors.torch.load_file(copied.path / "model.safetensors")
    halves = {name: table.half() for name, table in weights.items()}
    safetensors.torch.save_file(halves, copied.path / "model.safetensors", {"format": "pt"})
    assert HFEngine(copied).settings["precision"] == "float32"


@pytest.mark.parametrize("kind", [HFEngine, CT2Engine])
def test_a_pickle_is_refused_and_never_opened(kind, copied, tmp_path):
    (copied.path / "model.safetensors").unlink()
    canary = tmp_path / "canary"
    torch.save(Canary(str(canary)), copied.path / "pytorch_model.bin")
    with pytest.raises(ModelError, match="only safetensors"):
        kind(copied)
    assert not canary.exists()


class Canary:
    """A value whose pickle writes a file when it is opened."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_an_nllb_tokenizer_without_codes_is_refused_before_anything_runs(tmp_path):
    folder = checkpoints.nllb(tmp_path / "nllb", codes=False, steps=0)
    engine = HFEngine(checkpoints.model_of(folder, "nllb"))
    with pytest.raises(UsageError, match="no token 'jpn_Jpan'"):
        engine.translate([JA[0]], "ja", "ko", Decoding())


def test_a_model_that_is_not_installed_says_how_to_get_it(trained):
    for kind in (HFEngine, CT2Engine):
        with pytest.raises(ModelError, match="workbench models pull tiny-marian"):
            kind(replace(trained, path=None))


def test_marian_with_two_vocabularies_is_for_hf_only(trained):
    class Tokenizer:
        pad_token_id = 0

    with pytest.raises(Exception, match="two vocabularies"):
        config = {"share_encoder_decoder_embeddings": False}
        conversion._require_servable(trained, config, Tokenizer())
