"""Folders of the user's own: described by model.toml, registered, gone, forgotten."""

import json
import shutil
import struct
import tomllib
from pathlib import Path

import pytest

from workbench import modeltable, registry
from workbench.catalogue import (
    Row,
    catalogue_file,
    find_route,
    get_model,
    is_installed,
    load_catalogue,
    table_rows,
)
from workbench.description import describe, read_description, write_description, write_toml
from workbench.errors import ModelError, UnknownNameError, UsageError
from workbench.types import Decoding

CASES = json.loads((Path(__file__).parent / "cases" / "descriptions.json").read_text("utf-8"))
DESCRIPTION = {
    "name": "court-news",
    "title": "Court “news”",
    "licence": "CC-BY-SA-4.0",
    "commercial": True,
    "tags": {"en": ">>eng<<", "ko": ">>kor<<"},
    "pairs": ["ja-en", "ko-en"],
    "max_source": 100,
    "decoding": {"beam": 6, "length_penalty": 0.8},
    "punctuation": "",
    "note": "Adapted from 判例.",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with all that a Marian checkpoint tells of itself, and no tensors."""
    made = tmp_path / "my-checkpoint"
    made.mkdir()
    config = {"model_type": "marian", "max_position_embeddings": 128}
    tokens = ["</s>", "<unk>", ">>eng<<", ">>kor<<", ">>jpn<<"]
    (made / "config.json").write_text(json.dumps(config))
    (made / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (made / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    return made


@pytest.fixture
def described(folder: Path) -> Path:
    write_description(folder, DESCRIPTION)
    return folder


def row(name: str) -> Row:
    return next(row for row in table_rows(load_catalogue()) if row.name == name)


def test_a_folder_is_what_its_model_toml_says(described: Path) -> None:
    model = get_model(str(described))
    assert (model.name, model.title) == ("court-news", "Court “news”")
    assert (model.licence, model.commercial) == ("CC-BY-SA-4.0", True)
    assert model.pairs == (("ja", "en"), ("ko", "en"))
    assert (model.max_source, model.punctuation, model.target) == (100, "", "tag")
    assert model.decoding == Decoding(beam=6, length_penalty=0.8)
    assert model.note == f"Opened from {described}. Adapted from 判例."


def test_a_folder_without_model_toml_has_its_family_s_punctuation(folder: Path) -> None:
    model = get_model(str(folder))
    assert (model.name, model.punctuation, model.max_source) == ("my-checkpoint", "moses", 128)
    assert model.languages == ("ja", "ko", "en") and model.licence == "not stated"


def test_a_changed_model_toml_is_read_again(described: Path) -> None:
    assert get_model(str(described)).decoding.beam == 6
    write_description(described, DESCRIPTION | {"decoding": {"beam": 12}})
    assert get_model(str(described)).decoding.beam == 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_damaged_or_lying_model_toml_is_one_error(case: dict[str, str], folder: Path) -> None:
    path = folder / "model.toml"
    path.write_bytes(case["input"].encode("utf-8", "surrogatepass"))
    with pytest.raises(ModelError) as caught:
        get_model(str(folder))
    assert str(path) in str(caught.value) and case["expected"] in str(caught.value)


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    (folder / "model.toml").write_text('title = "x"', "utf-8-sig")
    assert read_description(folder) == {"title": "x"}


def test_a_tag_that_only_the_vocabulary_knows_is_believed(folder: Path) -> None:
    (folder / "vocab.json").write_text('{">>kor_Hang<<": 2, ">>eng<<": 3}')
    write_description(folder, {"tags": {"ko": ">>kor_Hang<<"}, "pairs": ["en-ko"]})
    assert get_model(str(folder)).pairs == (("en", "ko"),)


def test_where_a_folder_came_from_makes_it_no_download(described: Path) -> None:
    write_description(described, DESCRIPTION | {"hub": "a/b", "revision": "main", "size_mb": 900})
    model = get_model(str(described))
    assert (model.hub, model.revision, model.size_mb) == ("", "", 0)


@pytest.mark.parametrize("name", load_catalogue(catalogue_file()))
def test_what_describes_a_model_can_be_written_and_read(name: str, tmp_path: Path) -> None:
    model = load_catalogue()[name]
    write_description(tmp_path, describe(model))
    told = read_description(tmp_path)
    assert {key: getattr(model, key) for key in told} == told
    assert "hub" not in told and told["punctuation"] == model.punctuation


@pytest.mark.parametrize(
    "value",
    [
        '"\\\b\t\n\f\r\x00\x1f\x7f\u2028“日本語”🙂',
        -7,
        1e16,
        1e-7,
        True,
        [],
        ["a", "é"],
        {"a b": 1.5},
    ],
)
def test_what_is_written_as_toml_is_read_back(value: object, tmp_path: Path) -> None:
    path = write_toml(tmp_path / "x.toml", {"key": value, "判例 \x7f": "C:\\news"})
    assert tomllib.loads(path.read_text("utf-8")) == {"key": value, "判例 \x7f": "C:\\news"}
    assert [each.name for each in tmp_path.iterdir()] == ["x.toml"]


@pytest.mark.parametrize("value", [None, "\ud800"])
def test_what_toml_cannot_hold_leaves_the_old_file(value: object, tmp_path: Path) -> None:
    path = write_toml(tmp_path / "x.toml", {"key": 1})
    with pytest.raises(ModelError, match=r"x\.toml cannot be written"):
        write_toml(path, {"key": value})
    assert tomllib.loads(path.read_text("utf-8")) == {"key": 1}


def test_a_description_that_cannot_be_read_is_not_written(folder: Path) -> None:
    with pytest.raises(ModelError, match="pairs"):
        write_description(folder, {"pairs": ["ja→en"]})
    assert not (folder / "model.toml").exists()


def test_a_registered_folder_is_a_model_after_the_catalogue_s_own(described: Path) -> None:
    model = registry.add(described)
    assert list(load_catalogue())[-1] == "court-news" and load_catalogue()["court-news"] == model
    assert model == get_model("court-news") and model.path == described
    assert model.note == f"Registered from {described}. Adapted from 判例."
    assert is_installed(model)


def test_a_folder_gets_the_name_that_was_asked_for(
    described: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(described.parent)
    registry.add(described.name, "判例-1")
    assert registry.registered() == {"判例-1": described}


def test_registering_again_is_no_error_and_keeps_the_others(described: Path) -> None:
    for name in ("court-news", "other", "court-news"):
        registry.add(described, name)
    assert list(registry.registered()) == ["court-news", "other"]


@pytest.mark.parametrize("name", ["trilingual-small", "NLLB-600m", "taken", "TAKEN", "a b", "-x"])
def test_a_name_that_cannot_be_given_is_refused_with_what_to_do(
    name: str, described: Path, tmp_path: Path
) -> None:
    registry.add(shutil.copytree(described, tmp_path / "other"), "taken")
    with pytest.raises(UsageError, match="--name NAME"):
        registry.add(described, name)
    assert list(registry.registered()) == ["taken"]


@pytest.mark.parametrize("name", ["", "news"])
def test_a_folder_without_a_model_is_not_registered(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json"):
        registry.add(tmp_path, name)
    assert registry.registered() == {}


def test_a_folder_that_has_gone_harms_no_other(described: Path, tmp_path: Path) -> None:
    registry.add(shutil.copytree(described, tmp_path / "other"), "other")
    registry.add(described)
    shutil.rmtree(described)
    assert not row("court-news").installed and row("other").installed
    assert f"There is no model folder {described}. Mend" in row("court-news").note
    with pytest.raises(ModelError, match="workbench models remove court-news"):
        get_model("court-news")


def test_a_folder_damaged_since_says_why(described: Path) -> None:
    registry.add(described)
    (described / "model.toml").write_text("pairs = 7")
    assert "model.toml: pairs = 7 is not right" in row("court-news").note
    with pytest.raises(ModelError, match="pairs = 7"):
        get_model("court-news")


def test_a_folder_that_has_gone_is_not_offered_instead_of_another(described: Path) -> None:
    registry.add(described)
    shutil.rmtree(described)
    with pytest.raises(UsageError) as caught:
        find_route(get_model("fugumt-ja-en"), "de", "fr")
    assert "court-news" not in str(caught.value)


def test_a_damaged_list_names_its_file_and_spares_the_catalogue(described: Path) -> None:
    registry.add(described)
    registry.registered_file().write_text("court-news = ")
    assert get_model("trilingual-small").name == "trilingual-small"
    with pytest.raises(ModelError, match=r"registered\.toml is damaged"):
        load_catalogue()


def test_removing_a_registered_model_leaves_its_folder(
    described: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    modeltable.add_model(str(described))
    modeltable.remove_model("court-news")
    said = capsys.readouterr().out
    assert "Registered court-news" in said and f"stays as it is: {described}" in said
    assert registry.registered() == {} and (described / "model.safetensors").is_file()


def test_a_download_is_removed_by_the_same_command(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "data" / "models" / "nllb-600m").mkdir(parents=True)
    modeltable.remove_model("nllb-600m")
    assert capsys.readouterr().out.startswith("Removed ")
    assert not (home / "data" / "models" / "nllb-600m").exists()


def test_an_unknown_name_is_answered_with_the_registered_ones(described: Path) -> None:
    registry.add(described)
    with pytest.raises(UnknownNameError, match="Did you mean 'court-news'"):
        modeltable.remove_model("court-new")
    with pytest.raises(UnknownNameError, match="Known: court-news"):
        registry.forget("x")


def test_the_table_as_json_has_the_folder(
    described: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.add(described)
    modeltable.show_models(as_json=True)
    last = json.loads(capsys.readouterr().out)[-1]
    assert (last["name"], last["registered"], last["installed"]) == (
        "court-news",
        str(described),
        True,
    )
