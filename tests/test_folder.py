"""A folder tells what it is, and an unsafe or damaged one is refused with the reason."""

import json
import shutil

import pytest

import checkpoints
from workbench.engines.folder import inspect
from workbench.errors import ModelError

FACTS = [
    ("marian", "tag", "opus", {"ja", "ko", "en"}),
    ("nllb", "forced_bos", "flores", {"ja", "ko", "en", "zh", "ar"}),
    ("m2m100", "forced_bos", "m2m", {"ja", "ko", "en", "th"}),
    ("mbart50", "forced_bos", "mbart", {"ja", "ko", "en", "vi"}),
    ("t5", "prefix", "code", {"ja", "ko", "en"}),
    ("bart", "none", "code", set()),
]


@pytest.fixture
def folder(tiny, tmp_path):
    """Return a copy of a whole T5 checkpoint, for a test to damage."""
    return shutil.copytree(tiny("t5").path, tmp_path / "copy")


@pytest.mark.parametrize(("family", "target", "codes", "languages"), FACTS)
def test_a_folder_tells_its_family_and_languages(family, target, codes, languages, tiny):
    facts = inspect(tiny(family).path)
    assert (facts.family, facts.target, facts.codes) == (family, target, codes)
    assert languages <= set(facts.languages)
    assert 100 < facts.max_source <= 1024 and facts.pairs == ()


def test_a_marian_model_of_one_pair_tells_the_pair(tmp_path):
    facts = inspect(checkpoints.marian(tmp_path / "ja-en", tags=False))
    assert (facts.target, facts.pairs, facts.max_source) == ("none", (("ja", "en"),), 128)


def change(file, **values):
    file.write_text(json.dumps(json.loads(file.read_text()) | values), encoding="utf-8")


def test_a_folder_without_config_is_refused(folder):
    (folder / "config.json").unlink()
    with pytest.raises(ModelError, match=r"has no config\.json"):
        inspect(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_code_that_comes_with_a_model_is_refused(name, folder):
    change(folder / name, auto_map={"AutoConfig": "evil.Config"})
    with pytest.raises(ModelError, match="auto_map"):
        inspect(folder)


def test_an_unknown_kind_of_model_is_refused_with_the_known_ones(folder):
    change(folder / "config.json", model_type="gpt2")
    with pytest.raises(ModelError, match=r"'gpt2' cannot be run\. Supported: bart, m2m"):
        inspect(folder)


@pytest.mark.parametrize("length", [0, 4, 8, 100, 2000, -1])
def test_cut_weights_are_refused_by_name(length, folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ModelError, match=r"model.safetensors is damaged"):
        inspect(folder)


def test_a_header_of_other_bytes_is_refused(folder):
    file = folder / "model.safetensors"
    content = file.read_bytes()
    for start in (b"\xff" * 8, content[:8] + b"[]" * 8, b"\x02" + b"\0" * 7 + b"[]"):
        file.write_bytes(start + content[len(start) :])
        with pytest.raises(ModelError, match="damaged"):
            inspect(folder)


def test_a_missing_shard_is_named(folder):
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(ModelError, match=r"model-2.safetensors are missing"):
        inspect(folder)


def test_a_damaged_config_is_named(folder):
    (folder / "config.json").write_text('{"model_type": "t', encoding="utf-8")
    with pytest.raises(ModelError, match=r"config.json is damaged"):
        inspect(folder)
