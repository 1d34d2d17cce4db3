import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from workbench import catalogue
from workbench.catalogue import (
    Model,
    catalogue_file,
    default_model,
    downloads_dir,
    find_route,
    get_model,
    load_catalogue,
    models_dir,
    table_rows,
    with_table,
)
from workbench.errors import ModelError, UsageError, WorkbenchError
from workbench.languages import Language

CASES = Path(__file__).parent / "cases"
FAMILIES = {"marian", "nllb", "m2m100", "mbart50", "t5", "bart", "pseudo", "chat"}
KNOWN_BAD = ("jap-en", "en-jap", "tc-big-en-ko")
PIVOT_ONLY = (
    ("ja", "en"), ("en", "ko"), ("de", "fr"), ("fr", "it"),
    ("es", "fr"), ("fr", "pt"), ("es", "en"), ("en", "pt"), ("pt", "it"),
)  # fmt: skip


def cases(name: str) -> list[object]:
    rows = json.loads((CASES / name).read_text("utf-8"))
    return [pytest.param(row["input"], row["expected"], id=row["label"]) for row in rows]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(params=load_catalogue(catalogue_file()).values(), ids=lambda model: model.name)
def model(request: pytest.FixtureRequest) -> Model:
    return request.param


def named(name: str) -> Model:
    if name == "pivot-only":
        return replace(load_catalogue()["opus-mt-ja-en"], name=name, pairs=PIVOT_ONLY)
    return get_model(name)


def written(folder: Path, text: str) -> Path:
    path = folder / "catalogue.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_model_speaks_the_agreed_words(model: Model) -> None:
    assert model.family in FAMILIES
    assert model.target in {"none", "tag", "forced_bos", "prefix"}
    assert model.codes in {field.name for field in fields(Language)}
    assert model.engine in {"auto", "hf", "ct2", "pseudo", "chat"}
    assert model.task in {"translation", "summarization"}
    assert model.max_source > 0 and model.title and model.licence


def test_every_hub_model_has_a_revision_and_the_others_none(model: Model) -> None:
    assert bool(model.hub) == bool(model.revision)


def test_only_a_stated_and_free_licence_counts_as_commercial(model: Model) -> None:
    unclear = any(word in model.licence for word in ("NC", "not stated", "contested", "operator"))
    assert model.commercial != unclear


def test_every_model_has_the_codes_of_its_languages(model: Model) -> None:
    spoken = set(model.languages) | {code for pair in model.pairs for code in pair}
    rows = [catalogue.get_language(code) for code in spoken]
    assert all(getattr(row, model.codes) for row in rows)


def test_the_default_model_is_in_the_catalogue_and_tags_its_targets() -> None:
    model = get_model(default_model())
    assert (model.target, model.tags["ko"], model.max_source) == ("tag", ">>kor<<", 120)
    assert model.pairs == (("ja", "en"), ("ja", "ko"), ("en", "ko"), ("ko", "en"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fugumt-en-ja", "moses"),
        ("nllb-600m", "moses"),
        ("m2m100-418m", "moses"),
        ("mbart50", ""),
        ("madlad400-3b", ""),
        ("trilingual-small", ""),
    ],
)
def test_punctuation_is_that_of_the_training_text(name: str, expected: str) -> None:
    assert load_catalogue()[name].punctuation == expected


def test_a_model_is_found_by_its_hub_id() -> None:
    assert get_model("facebook/M2M100_418M").name == "m2m100-418m"


@pytest.mark.parametrize(("name", "expected"), cases("refused_models.json"))
def test_a_model_that_cannot_be_used_says_why_and_what_else(name: str, expected: str) -> None:
    with pytest.raises(WorkbenchError) as caught:
        get_model(name)
    assert expected in str(caught.value)


@pytest.mark.parametrize("ending", KNOWN_BAD)
def test_no_known_bad_checkpoint_is_offered_under_another_name(ending: str) -> None:
    offered = [m.hub for m in load_catalogue().values() if not m.known_bad]
    assert not [hub for hub in offered if hub.endswith(f"opus-mt-{ending}")]


@pytest.mark.parametrize(("way", "expected"), cases("routes.json"))
def test_routes_are_direct_then_over_one_pivot(way: list[str], expected: list[str] | str) -> None:
    if isinstance(expected, list):
        assert list(find_route(named(way[0]), *way[1:])) == expected
        return
    with pytest.raises(UsageError) as caught:
        find_route(named(way[0]), *way[1:])
    assert expected in str(caught.value)


def test_a_model_copied_to_the_downloads_is_installed_at_once(home: Path) -> None:
    assert get_model("nllb-600m").path is None
    folder = downloads_dir() / "nllb-600m"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    assert get_model("nllb-600m").path == folder == home / "data" / "models" / "nllb-600m"


def test_a_known_bad_name_opens_as_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "opus-mt-jap-en"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "gpt2"}')
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="gpt2"):
        get_model("./opus-mt-jap-en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[models.x]\npunctuation = 'none'", "one of '', 'moses'"),
        ("[models.x", "cannot be read"),
        ("[models.x]\nfamily = 'marian'", "model 'x' is not right"),
        ("[models.x]\nfamilly = 'marian'", "Did you mean 'family'?"),
        ("[models.x]\ncodes = 'opus'\npairs = ['jaen']", "model 'x' is not right"),
        ("[models.x]\ncodes = 'opus'\npairs = ['ja-xx']", "No language named 'xx'"),
        ("[models.x]\ncodes = 'opus'\ndecoding = { beams = 4 }", "beams"),
    ],
)
def test_a_wrong_catalogue_is_a_model_error(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ModelError, match=expected):
        load_catalogue(written(tmp_path, text))


def test_a_missing_catalogue_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"catalogue\.toml cannot be read"):
        load_catalogue(tmp_path / "catalogue.toml")


def test_the_table_in_the_readme_is_that_of_the_catalogue() -> None:
    text = (models_dir() / "README.md").read_text("utf-8")
    assert with_table(text, load_catalogue()) == text, "run: python -m workbench.catalogue"


def test_the_table_does_not_depend_on_what_is_installed(model: Model, tmp_path: Path) -> None:
    text = f"a\n{catalogue.TABLE_START}\nold\n{catalogue.TABLE_END}\nb\n"
    moved = replace(model, path=tmp_path)
    assert with_table(text, {"": model}) == with_table(text, {"": moved}) != text


def test_a_text_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(UsageError, match="no place for the table"):
        with_table("# Models\n", load_catalogue())


def test_rows_carry_badges_refusals_and_what_is_installed() -> None:
    rows = {row.name: row for row in table_rows(load_catalogue())}
    assert (rows["nllb-600m"].use, rows["mbart50"].use) == ("non-commercial", "check licence")
    assert (rows["m2m100-418m"].use, rows["m2m100-418m"].size) == ("", "1800 MB")
    assert rows["pseudo"].installed and not rows["nllb-600m"].installed
    assert rows["opus-mt-jap-en"].note.startswith("Refused: it was trained on the Bible")
    assert rows["nllb-600m"].note.endswith("Not pinned.")


def test_the_catalogue_and_downloads_import_no_heavy_library() -> None:
    heavy = "{'torch', 'transformers', 'huggingface_hub', 'ctranslate2', 'httpx2'}"
    code = f"import sys, workbench.hub; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
