"""Adapting to a memory at toy size: what is refused, what is held out, what the folder says."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import transformers

import checkpoints
from workbench import learning
from workbench.catalogue import Model, get_model
from workbench.description import describe, write_description
from workbench.engines import load_engine
from workbench.engines.ct2 import CT2Engine
from workbench.engines.hf import HFEngine
from workbench.errors import InputError, ModelError, UsageError
from workbench.formats.tmx import Unit, write_units
from workbench.learning import parse_share
from workbench.training.adapt import GENERIC, Outcome, Plan, adapt
from workbench.training.material import Request, gather
from workbench.training.run import working
from workbench.training.schedule import Budget, Rate
from workbench.types import Decoding, Hypothesis

pytestmark = pytest.mark.usefixtures("one_thread")

JA_EN = (("ja", "en"),)


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
    folder = tmp_path_factory.mktemp("adapted")
    plan = make_plan(base, folder, rate=3e-3, out=folder / "港 [1] model!")
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
    assert (model.name, model.licence) == ("港-1-model", "CC0-1.0")
    assert model.pairs == checkpoints.DIRECTIONS
    assert "adapted to memory.tmx" in model.title
    card = (adapted[0].out / "README.md").read_text("utf-8")
    for part in ("base_model: base", "chrF2++ before", "sha256", "nrefs:1|", "curve.png"):
        assert part in card
    for part in ("Licence, inherited: CC0-1.0", "80 of 80 pairs are usable.\n\n- ja→en: "):
        assert part in card
    assert "| generic text mixed in | none |" in card and "can be chance" in card
    assert (adapted[0].out / "curve.png").read_bytes().startswith(b"\x89PNG")


def both(outcome: Outcome) -> tuple[list[Hypothesis], list[Hypothesis]]:
    """Return what either engine makes of the memory, in the same arithmetic.

    Greedy: a toy that is half trained has ties everywhere, and a beam settles them by its order.
    """
    model, material = outcome.model, outcome.material
    texts = [pair.source for pair in material.scoring + material.training]
    engines = (HFEngine(model), CT2Engine(model, compute_type="float32"))
    hf, ct2 = (e.translate(texts, "ja", "en", Decoding(1, max_length=60)) for e in engines)
    return hf, ct2


def test_both_engines_say_the_same_after_an_adaptation(adapted: tuple[Plan, Outcome]) -> None:
    hf, ct2 = both(adapted[1])
    assert [h.text for h in hf] == [h.text for h in ct2] and len({h.text for h in hf}) > 20


def test_every_file_of_a_model_can_be_read_by_the_same_people(
    adapted: tuple[Plan, Outcome],
) -> None:
    files = [path for path in adapted[0].out.iterdir() if path.is_file()]
    assert len({path.stat().st_mode for path in files}) == 1 and len(files) > 8


def opus_style(folder: Path) -> Path:
    """Write a checkpoint as OPUS-MT has them: no tags, two spm files, a bias, a forced end."""
    checkpoints.marian(folder, tags=False)
    spm = checkpoints._sentencepiece(
        folder, "target.spm", 300, eos_id=0, unk_id=1, bos_id=-1, pad_id=-1
    )
    vocabulary = json.loads((folder / "vocab.json").read_text("utf-8"))
    del vocabulary["<pad>"]
    for piece in (*map(spm.id_to_piece, range(spm.get_piece_size())), "<pad>"):
        vocabulary.setdefault(piece, len(vocabulary))
    (folder / "vocab.json").write_text(json.dumps(vocabulary), "utf-8")
    checkpoints._marian_network(folder, spm, vocabulary, 0)
    network = transformers.MarianMTModel.from_pretrained(folder)
    network.final_logits_bias[0, 2:40] = torch.linspace(-1, 1, 38)
    network.generation_config.update(forced_eos_token_id=0, bad_words_ids=[[len(vocabulary) - 1]])
    network.save_pretrained(folder)
    short = replace(get_model(str(folder)), decoding=Decoding(max_length=60))
    write_description(folder, describe(short))
    return folder


@pytest.fixture(scope="module")
def opus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan, Outcome]:
    """Return a checkpoint as OPUS-MT has them, a plan, and what came of it."""
    folder = tmp_path_factory.mktemp("opus")
    base = opus_style(folder / "base")
    plan = replace(make_plan(base, folder, rate=5e-3), directions=(), budget=Budget(steps=60))
    return base, plan, adapt(plan)


def test_a_model_without_tags_and_with_two_spm_files_is_adapted(
    opus: tuple[Path, Plan, Outcome],
) -> None:
    base, plan, outcome = opus
    assert outcome.material.directions == [("ja", "en")] and outcome.state.best_step > 0
    assert outcome.after["ja", "en"].chrf > outcome.before["ja", "en"].chrf
    for name in ("source.spm", "target.spm", "vocab.json", "generation_config.json"):
        assert (plan.out / name).read_bytes() == (base / name).read_bytes()


def test_both_engines_know_its_bias_and_its_second_vocabulary(
    opus: tuple[Path, Plan, Outcome],
) -> None:
    hf, ct2 = both(opus[2])
    assert [h.text for h in hf] == [h.text for h in ct2]
    scores = [h.score for h in hf]
    assert [h.score for h in ct2] == pytest.approx(scores, abs=2e-2) and len(set(scores)) > 20


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
    material = gather(get_model(str(base)), Request((memory,), held_out=0.1), list)
    held = {t for p in material.choosing + material.scoring for t in (p.source, p.target)}
    trained = {t for p in material.training for t in (p.source, p.target)}
    assert len(material.directions) == 4 and held and not held & trained


def test_every_pair_is_accounted_for(base: Path, tmp_path: Path) -> None:
    memory = write_memory(tmp_path, 60)
    text = memory.read_text("utf-8").replace("It was cold. 0", "寒い").replace("寒かった。", "", 1)
    memory.write_text(text, "utf-8")
    material = gather(get_model(str(base)), Request((memory,), JA_EN, held_out=0.1), list)
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
    with pytest.raises(InputError, match="60 in languages that the model does not translate"):
        adapt(Plan(str(base), (tmp_path / "de.tmx",), tmp_path / "out"))


@pytest.mark.parametrize(
    ("directions", "message"),
    [
        ((("ja", "de"),), "cannot translate ja→de"),
        ((("ja", "ko"),), "translates ja→ko by way of en: adapt it to ja→en or en→ko"),
    ],
)
def test_a_direction_that_the_model_has_not_is_refused_before_reading(
    base: Path, directions: tuple[tuple[str, str], ...], message: str
) -> None:
    model = replace(get_model(str(base)), pairs=(("ja", "en"), ("en", "ko")))
    with pytest.raises(UsageError, match=message):
        gather(model, Request((Path("no-such-file.tmx"),), directions), list)


def test_languages_that_were_not_asked_for_are_told_from_those_a_model_lacks(
    base: Path, tmp_path: Path
) -> None:
    request = Request((write_memory(tmp_path, 80),), (("ja", "en"), ("ja", "ko")))
    material = gather(get_model(str(base)), request, list)
    assert material.refused == {"in languages that were not asked for": 80}


def test_a_pair_that_the_model_cannot_take_is_counted(base: Path, tmp_path: Path) -> None:
    request = Request((write_memory(tmp_path, 80),), JA_EN)
    material = gather(get_model(str(base)), request, lambda pairs: list(pairs[:70]))
    assert material.refused == {"longer than the model's 128 tokens": 10}
    assert material.read == 80 == material.kept + 10


def test_a_memory_that_repeats_itself_throughout_is_refused(base: Path, tmp_path: Path) -> None:
    lines = [f"{n}番の船が来た。\tThe ship came." for n in range(60)]
    (tmp_path / "same.ja-en.tsv").write_text("\n".join(lines), "utf-8")
    request = Request((tmp_path / "same.ja-en.tsv",), JA_EN)
    with pytest.raises(InputError, match=r"same\.ja-en\.tsv.*none can be held out"):
        gather(get_model(str(base)), request, list)


def test_what_chooses_and_what_scores_are_of_different_documents(
    base: Path, tmp_path: Path
) -> None:
    request = Request((write_memory(tmp_path, 300),), held_out=0.2)
    material = gather(get_model(str(base)), request, list)
    choosing, scoring, training = (
        {pair.document for pair in part}
        for part in (material.choosing, material.scoring, material.training)
    )
    assert len(choosing) > 1 and len(scoring) > 1
    assert not (choosing & scoring or choosing & training or scoring & training)


def test_generic_text_that_stands_in_the_memory_is_not_used(base: Path, tmp_path: Path) -> None:
    memory = write_memory(tmp_path, 80)
    material = gather(get_model(str(base)), Request((memory,), JA_EN, (memory,)), list)
    assert not (material.generic or material.generic_choosing or material.generic_scoring)
    assert len(material.training) == 60


@pytest.mark.parametrize("model", ["opus-mt-ja-en", "Helsinki-NLP/opus-mt-ja-en"])
def test_a_model_that_is_not_installed_is_said_before_the_memory_is_read(
    model: str, tmp_path: Path
) -> None:
    plan = Plan(model, (tmp_path / "no-such-file.tmx",), tmp_path / "out")
    with pytest.raises(ModelError, match="workbench models pull opus-mt-ja-en"):
        adapt(plan)


def test_a_place_that_cannot_be_written_to_is_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"), working(tmp_path / "file" / "out"):
        pass
    with pytest.raises(InputError, match=r"No space left.*Make room"), working(tmp_path / "out"):
        raise OSError(28, "No space left on device")


def test_a_second_run_leaves_the_first_alone(tmp_path: Path) -> None:
    with working(tmp_path), pytest.raises(UsageError, match="Another run"), working(tmp_path):
        pass
    with working(tmp_path):
        pass


def test_a_run_that_was_killed_while_clearing_up_is_done(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = replace(make_plan(base, tmp_path), budget=Budget(steps=1))
    monkeypatch.setattr(shutil, "rmtree", lambda path, **options: None)
    adapt(plan)
    with pytest.raises(UsageError, match="is not empty"):
        adapt(plan)
    assert get_model(str(plan.out)).pairs == checkpoints.DIRECTIONS


def test_a_run_that_was_killed_while_writing_the_model_writes_it_anew(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, killed = (make_plan(base, tmp_path, out=tmp_path / name) for name in ("a", "b"))
    whole, killed = (replace(plan, budget=Budget(steps=3)) for plan in (whole, killed))
    adapt(whole)
    with monkeypatch.context() as patch:
        patch.setattr("workbench.training.adapt.draw", fail)
        with pytest.raises(MemoryError):
            adapt(killed)
    (killed.out / "model.safetensors").write_bytes(b"half")
    adapt(killed)
    weights = [(plan.out / "model.safetensors").read_bytes() for plan in (whole, killed)]
    assert weights[0] == weights[1]


def fail(*arguments: object) -> None:
    """Be killed here."""
    raise MemoryError


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


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_a_budget_or_a_rate_that_is_no_amount_is_refused(amount: float) -> None:
    with pytest.raises(UsageError, match=r"minutes.*cannot be"):
        Budget(minutes=amount)
    with pytest.raises(UsageError, match=r"rate.*cannot be"):
        Rate(amount, 10, 0.3)


def test_the_time_left_is_that_on_a_clock_and_counts_from_the_resume(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = iter([0.0, 60.0, 240.0, 264.0, 400.0])
    monkeypatch.setattr(learning.time, "monotonic", lambda: next(times))
    clock = learning._Clock()
    found = [clock.left(used) for used in (0.5, 0.51, 0.75, 0.95, 1.0)]
    assert found == ["", "", "about 4 min left", "under a minute left", ""]


def test_ctrl_c_says_whether_there_is_something_to_go_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        with pytest.raises(SystemExit, match="130"), learning._resumable(tmp_path):
            raise KeyboardInterrupt
        (tmp_path / ".work").mkdir(exist_ok=True)
        (tmp_path / ".work" / "state.pt").touch()
    first, second = capsys.readouterr().err.splitlines()
    assert "nothing was learnt yet" in first and "run the same command to go on" in second


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
