"""Training from nothing, at toy size: recipe, text, vocabulary, blank model, card."""

import json
from pathlib import Path

import pytest

import checkpoints
from workbench.catalogue import get_model
from workbench.engines import load_engine
from workbench.errors import UnknownNameError, UsageError
from workbench.training import recipe as recipes
from workbench.training.schedule import Budget
from workbench.training.scratch import Outcome, Plan, train
from workbench.types import Decoding

pytestmark = pytest.mark.usefixtures("one_thread")

RECIPE = """
name = "toy"
title = "Toy"
licence = "CC0-1.0"
commercial = true
directions = { ja-en = 1.0, en-ko = 1.0 }
tags = { en = ">>eng<<", ko = ">>kor<<" }
network = { width = 64, feed_forward = 128, encoder_layers = 1, decoder_layers = 1, heads = 2 }
vocabulary = { size = 560, coverage = 1.0 }

[schedule]
steps = 3
batch_tokens = 600
check_every = 2
precision = "float32"

[[source]]
name = "news"
files = ["news.jsonl"]
held_out = 0.2

[[source]]
name = "extra"
files = ["*.tsv"]
weight = 0.5

[profiles.longer.schedule]
steps = 7
"""


def write_text(folder: Path) -> Path:
    """Write the toy sentences as documents of five, and one more file; return the recipe."""
    rows = [dict(zip(("ja", "en", "ko"), t, strict=True)) for t in checkpoints.TRIPLES]
    documents = [{"id": f"d{i}", "sentences": rows[i : i + 5]} for i in range(0, 25, 5)]
    # Twice, so that the smallest held-out part is less than half.
    longer = [
        {
            "id": d["id"] + "b",
            "sentences": [{k: v + v for k, v in r.items()} for r in d["sentences"]],
        }  # type: ignore[union-attr,operator,attr-defined]
        for d in documents
    ]
    text = "\n".join(json.dumps(d, ensure_ascii=False) for d in documents + longer)
    (folder / "news.jsonl").write_text(text, "utf-8")
    (folder / "more.ja-en.tsv").write_text(
        "犬が来た。\tA dog came.\n猫だ。\tIt is a cat.\n", "utf-8"
    )
    (folder / "recipe.toml").write_text(RECIPE, "utf-8")
    return folder / "recipe.toml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Outcome, list[str]]:
    """Return a plan, what came of it, and what it said."""
    folder = tmp_path_factory.mktemp("scratch")
    said: list[str] = []
    plan = Plan(write_text(folder), folder, folder / "out")
    return plan, train(plan, say=said.append), said


def test_a_trained_model_is_a_folder_that_translates(
    made: tuple[Plan, Outcome, list[str]],
) -> None:
    model = get_model(str(made[0].out))
    assert (model.name, model.licence, model.pairs) == (
        "toy",
        "CC0-1.0",
        (("ja", "en"), ("en", "ko")),
    )
    found = [
        load_engine(model, name).translate(
            ["寒かった。"], "ja", "en", Decoding(beam=2, max_length=20)
        )
        for name in ("hf", "ct2")
    ]
    assert found[0][0].text == found[1][0].text


def test_the_card_names_text_scores_and_effort(made: tuple[Plan, Outcome, list[str]]) -> None:
    card = (made[0].out / "README.md").read_text("utf-8")
    for line in ("| news | ja-en |", "| extra | ja-en | 2 |", "| steps | 3, of which", "CC0-1.0"):
        assert line in card
    assert (made[0].out / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_work_folder_goes_when_all_is_done(made: tuple[Plan, Outcome, list[str]]) -> None:
    assert not (made[0].out / ".work").exists()
    with pytest.raises(UsageError, match="is not empty"):
        train(made[0])


def test_the_text_is_accounted_for(made: tuple[Plan, Outcome, list[str]]) -> None:
    assert "  extra ja-en: 2 pairs, 0 refused" in made[2]


def test_no_held_out_sentence_is_trained_in_any_direction(tmp_path: Path) -> None:
    from workbench.training import gathering

    recipe = recipes.load(write_text(tmp_path))
    files = gathering.files_of(recipe, tmp_path)
    laid, held = gathering.lay_down(recipe, files, tmp_path / "text")
    secret = {t for pair in held for t in (pair.source, pair.target)}
    trained = {t for part in laid for p in part.read(part.languages) for t in (p.source, p.target)}
    assert len(secret) > 20 and not secret & trained


def test_a_run_that_was_killed_ends_as_one_that_was_not(tmp_path: Path) -> None:
    recipe = write_text(tmp_path)

    def kill(progress: object) -> None:
        if getattr(progress, "step", 0) == 2:
            raise MemoryError

    whole = train(Plan(recipe, tmp_path, tmp_path / "whole"))
    killed = Plan(recipe, tmp_path, tmp_path / "killed")
    with pytest.raises(MemoryError):
        train(killed, report=kill)
    train(killed)
    name = "model.safetensors"
    assert (killed.out / name).read_bytes() == (whole.model.path / name).read_bytes()  # type: ignore[operator]


def test_a_profile_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = write_text(tmp_path)
    usual, longer = recipes.load(path), recipes.load(path, "longer")
    assert (usual.schedule.steps, longer.schedule.steps) == (3, 7)
    assert longer.schedule.batch_tokens == 600 and longer.network == usual.network
    with pytest.raises(UnknownNameError, match="longer"):
        recipes.load(path, "long")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("batch_tokens = 600", "batch_token = 600", "schedule.batch_token"),
        ("steps = 3", 'steps = "many"', "schedule.steps"),
        ("steps = 3", "minutes = nan", "schedule.minutes"),
        ('"float32"', '"float8"', "schedule.precision"),
        ("coverage = 1.0", "coverage = 2.0", "vocabulary.coverage"),
        ("steps = 3", "", "minutes, epochs or steps"),
        ("heads = 2", "heads = 3", "no multiple"),
        ("en-ko = 1.0", "en-ja = 1.0", "directions.en-ja"),
        ('name = "toy"', "", "name"),
        ("[schedule]", "[schedule", "cannot be read"),
    ],
)
def test_a_wrong_recipe_is_one_clear_message(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = write_text(tmp_path)
    path.write_text(RECIPE.replace(old, new), "utf-8")
    with pytest.raises(UsageError, match=message):
        recipes.load(path)


def test_a_pattern_without_files_is_named(tmp_path: Path) -> None:
    path = write_text(tmp_path)
    (tmp_path / "more.ja-en.tsv").unlink()
    with pytest.raises(UsageError, match=r"\*\.tsv.*extra"):
        train(Plan(path, tmp_path, tmp_path / "out"))


def test_the_budget_of_a_plan_replaces_that_of_the_recipe(tmp_path: Path) -> None:
    plan = Plan(write_text(tmp_path), tmp_path, tmp_path / "out", budget=Budget(steps=1))
    assert train(plan).state.step == 1


def test_the_card_tells_the_budget_that_was_used(tmp_path: Path) -> None:
    plan = Plan(write_text(tmp_path), tmp_path, tmp_path / "out", budget=Budget(steps=1))
    train(plan)
    card = (plan.out / "README.md").read_text("utf-8")
    assert "steps=1," in card and "| steps | 1, of which" in card


def test_a_source_that_weighs_nothing_is_not_drawn(tmp_path: Path) -> None:
    path = write_text(tmp_path)
    path.write_text(RECIPE.replace("held_out = 0.2", "held_out = 0.2\nweight = 0.0"), "utf-8")
    assert train(Plan(path, tmp_path, tmp_path / "out", budget=Budget(steps=1))).state.step == 1


def test_a_recipe_that_changed_gets_a_vocabulary_of_its_own(tmp_path: Path) -> None:
    path = write_text(tmp_path)
    plan = Plan(path, tmp_path, tmp_path / "out", budget=Budget(steps=1))

    def stop(line: str) -> None:
        if line.startswith("Making"):
            raise MemoryError

    with pytest.raises(MemoryError):
        train(plan, say=stop)
    path.write_text(RECIPE.replace("size = 560", "size = 540"), "utf-8")
    outcome = train(plan)
    config = json.loads((plan.out / "config.json").read_text("utf-8"))
    assert (outcome.recipe.vocabulary.size, config["vocab_size"]) == (540, 543)


def test_the_recipe_of_the_built_in_model_is_right() -> None:
    path = Path(__file__).parents[1] / "models" / "trilingual-small" / "recipe.toml"
    recipe = recipes.load(path)
    config = json.loads((path.parent / "config.json").read_text("utf-8"))
    assert (config["d_model"], config["encoder_layers"]) == (
        recipe.network.width,
        recipe.network.encoder_layers,
    )
    assert config["vocab_size"] == recipe.vocabulary.size + 4
    assert recipes.load(path, "full").network.encoder_layers == 8
