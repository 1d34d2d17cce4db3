"""Adapting to a memory at toy size: what is refused, what is held out, what the folder says."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import checkpoints
from workbench.catalogue import Model, get_model
from workbench.description import describe, write_description
from workbench.engines import load_engine
from workbench.errors import InputError, UsageError
from workbench.formats.tmx import Unit, write_units
from workbench.learning import parse_share
from workbench.training.adapt import GENERIC, Outcome, Plan, adapt
from workbench.training.material import gather
from workbench.training.schedule import Budget

JA_EN = (("ja", "en"),)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """With more threads, a network this small waits for them most of the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def base(trained: Model) -> Path:
    """Return the folder of the trained toy model, with a description of its own."""
    assert trained.path
    write_description(trained.path, describe(replace(trained, name="base")))
    return trained.path


def write_memory(folder: Path, count: int) -> Path:
    """Write a memory of `count` units in documents of ten: the toy sentences with new answers."""
    units = []
    for number in range(count):
        ja, en, ko = checkpoints.TRIPLES[number % 25]
        texts = {"ja": f"{number}。{ja}", "en": f"{en} {number}", "ko": f"{ko} {number}"}
        units.append(Unit(number + 1, f"d{number // 10}", texts))
    write_units(units, folder / "memory.tmx", "ja")
    return folder / "memory.tmx"


def make_plan(base: Path, folder: Path, **changes: object) -> Plan:
    """Return a short plan from Japanese to English without generic text."""
    plan = Plan(str(base), (write_memory(folder, 80),), folder / "out", JA_EN, ())
    return replace(plan, budget=Budget(steps=40), dropout=0.0, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def adapted(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Outcome]:
    """Return a plan and what came of it."""
    plan = make_plan(base, tmp_path_factory.mktemp("adapted"), rate=3e-3)
    return plan, adapt(plan)


def test_the_memory_raises_the_score_of_what_was_held_out(adapted: tuple[Plan, Outcome]) -> None:
    outcome = adapted[1]
    before, after = outcome.before["ja", "en"], outcome.after["ja", "en"]
    assert after.pairs == before.pairs >= 10
    assert after.chrf > before.chrf + 5


def test_the_scores_are_those_of_the_folder_that_was_written(
    adapted: tuple[Plan, Outcome],
) -> None:
    plan, outcome = adapted
    model = get_model(str(plan.out))
    pairs = outcome.material.scoring
    texts = [pair.source for pair in pairs]
    found = load_engine(model).translate(texts, "ja", "en", model.decoding)
    from workbench.evaluation.metrics import score

    value = score([h.text for h in found], [[p.target for p in pairs]], "en", ("chrf",))
    assert value["chrf"].value == outcome.after["ja", "en"].chrf


def test_the_folder_says_what_it_is(adapted: tuple[Plan, Outcome]) -> None:
    model = get_model(str(adapted[0].out))
    assert (model.name, model.licence, model.pairs) == ("out", "CC0-1.0", checkpoints.DIRECTIONS)
    assert "adapted to memory.tmx" in model.title
    card = (adapted[0].out / "README.md").read_text("utf-8")
    for part in ("base_model: base", "chrF2++ before", "sha256", "nrefs:1|", "curve.png"):
        assert part in card
    assert (adapted[0].out / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_training_choosing_and_scoring_share_no_sentence(adapted: tuple[Plan, Outcome]) -> None:
    material = adapted[1].material
    parts = [
        {text for pair in part for text in (pair.source, pair.target)}
        for part in (material.training, material.choosing, material.scoring)
    ]
    assert all(parts)
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])


def test_what_one_direction_holds_out_no_other_is_trained_on(base: Path, tmp_path: Path) -> None:
    memory = write_memory(tmp_path, 120)
    material = gather(get_model(str(base)), [memory], (), (), 0.1, 1)
    held = {t for p in material.choosing + material.scoring for t in (p.source, p.target)}
    trained = {t for p in material.training for t in (p.source, p.target)}
    assert len(material.directions) == 4 and held and not held & trained


def test_every_pair_is_accounted_for(base: Path, tmp_path: Path) -> None:
    memory = write_memory(tmp_path, 60)
    text = memory.read_text("utf-8").replace("It was cold. 0", "寒い").replace("寒かった。", "", 1)
    memory.write_text(text, "utf-8")
    material = gather(get_model(str(base)), [memory], JA_EN, (), 0.1, 1)
    assert material.read == material.kept + sum(material.refused.values()) == 60
    assert sum(material.refused.values()) == 1


def test_a_small_memory_is_refused_with_the_reasons(base: Path, tmp_path: Path) -> None:
    memory = write_memory(tmp_path, 49)
    with pytest.raises(InputError, match=r"49 usable pairs in one direction, and 50 are needed"):
        adapt(Plan(str(base), (memory,), tmp_path / "out", JA_EN, ()))
    assert not (tmp_path / "out").exists()


def test_a_memory_in_other_languages_says_so(base: Path, tmp_path: Path) -> None:
    units = [Unit(i, "", {"de": f"Satz {i}", "fr": f"Phrase {i}"}) for i in range(60)]
    write_units(units, tmp_path / "de.tmx", "de")
    with pytest.raises(InputError, match="60 the model does not translate these two languages"):
        adapt(Plan(str(base), (tmp_path / "de.tmx",), tmp_path / "out"))


def test_a_folder_with_something_in_it_is_left_alone(base: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        adapt(make_plan(base, tmp_path))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_generic_text_is_mixed_in_and_measured(base: Path, tmp_path: Path) -> None:
    plan = replace(make_plan(base, tmp_path), generic=(GENERIC,), budget=Budget(steps=2))
    outcome = adapt(plan)
    assert outcome.generic_before["ja", "en"].pairs >= 20
    assert {pair.languages for pair in outcome.material.generic} == {("ja", "en")}
    assert "generic text" in (plan.out / "README.md").read_text("utf-8")


def test_a_killed_process_goes_on_to_the_same_model(base: Path, tmp_path: Path) -> None:
    whole = make_plan(base, tmp_path, out=tmp_path / "whole")
    killed = replace(whole, out=tmp_path / "killed")
    adapt(whole)
    program = (
        "import os, sys; from test_adapt import *\n"
        "torch.set_num_threads(1)\n"
        f"plan = make_plan(Path({str(base)!r}), Path({str(tmp_path)!r}), out=Path(sys.argv[1]))\n"
        "adapt(plan, report=lambda p: os.kill(os.getpid(), 9) if p.step == 30 else None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(killed.out)], cwd=Path(__file__).parent, check=False
    )
    assert done.returncode == -9 and (killed.out / ".work" / "state.pt").is_file()
    adapt(killed)
    weights = [(plan.out / "model.safetensors").read_bytes() for plan in (whole, killed)]
    assert weights[0] == weights[1]


def test_the_generic_text_has_every_sentence_in_three_languages() -> None:
    rows = [line.split("\t") for line in GENERIC.read_text("utf-8").splitlines()]
    assert rows[0] == ["ja", "en", "ko"] and len(rows) > 150
    assert all(len(row) == 3 and all(row) for row in rows)


@pytest.mark.parametrize("text", ["five", "60%", "-1%", "0.9", "nan"])
def test_a_wrong_share_is_one_clear_message(text: str) -> None:
    with pytest.raises(UsageError, match="is no share"):
        parse_share(text)


def test_the_command_adapts_and_says_what_is_next(base: Path, tmp_path: Path) -> None:
    memory = write_memory(tmp_path, 80)
    command = [sys.executable, "-m", "workbench", "adapt", "--model", str(base), "--epochs", "1"]
    command += ["--tmx", str(memory), "--from", "ja", "--to", "en", "--out", str(tmp_path / "m")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for part in ("Before: ja→en chrF2++", "After : ja→en", "workbench models add"):
        assert part in done.stdout
    assert "80 of 80 pairs are usable" in done.stderr
    assert json.loads((tmp_path / "m" / "config.json").read_text("utf-8"))["dtype"] == "float16"
