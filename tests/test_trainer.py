"""The training loop at toy size: it learns by heart, goes on after a kill, keeps the best."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
import torch

import checkpoints
from workbench.catalogue import Model
from workbench.engines import load_engine
from workbench.errors import EngineError, InputError, ModelError, UsageError
from workbench.training import trainer
from workbench.training.corpus import Pair
from workbench.training.learner import Learner
from workbench.training.run import Run, Text, learn
from workbench.training.schedule import Budget, Rate
from workbench.training.state import State
from workbench.training.trainer import Progress, Settings
from workbench.types import Decoding

pytestmark = pytest.mark.usefixtures("one_thread")

GREEDY = Decoding(beam=1)


def pairs(*directions: tuple[str, str]) -> list[Pair]:
    """Return the toy sentences in the directions asked for, or in all."""
    wanted = directions or checkpoints.DIRECTIONS
    return [Pair(s, t, (a, b)) for a, b, s, t in checkpoints.pairs() if (a, b) in wanted]


def make_run(folder: Path, base: Path, steps: int, **changes: object) -> Run:
    """Return a run over the toy sentences, in 32 bits and without dropout."""
    model = checkpoints.model_of(base, "marian", pairs=checkpoints.DIRECTIONS)
    learner = Learner(model, dropout=0.0, precision="float32")
    budget, rate = Budget(steps=steps), Rate(5e-3, 20, 0.4)
    settings = Settings(budget, rate, smoothing=0.0, check_every=40, save_every=1e9)
    texts = [Text("toy", d, pairs(d), 1.0) for d in checkpoints.DIRECTIONS]
    run = Run(learner, texts, pairs(("ja", "en"))[:6], settings, 4000, folder, "toy", seed=3)
    return replace(run, **({"with_chrf": False} | changes))  # type: ignore[arg-type]


def ignore(progress: Progress) -> None:
    """Take a report and do nothing."""


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Marian checkpoint with random weights."""
    return checkpoints.marian(tmp_path_factory.mktemp("blank"))


@pytest.fixture(scope="module")
def learnt(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, State]]:
    """Return a run that learnt the toy sentences by heart."""
    run = make_run(tmp_path_factory.mktemp("learnt"), blank, 160, with_chrf=True)
    yield run, learn(run, ignore)


def test_twenty_five_triples_are_learnt_to_the_letter(
    learnt: tuple[Run, State], tmp_path: Path
) -> None:
    run, _ = learnt
    run.learner.save(tmp_path)
    model = checkpoints.model_of(tmp_path, "marian", pairs=checkpoints.DIRECTIONS)
    for name in ("hf", "ct2"):
        engine = load_engine(model, name)
        for direction in checkpoints.DIRECTIONS:
            wanted = pairs(direction)
            found = engine.translate([p.source for p in wanted], *direction, GREEDY)
            assert [h.text for h in found] == [p.target for p in wanted]


def test_a_saved_checkpoint_is_safetensors_in_halves_with_the_base_tokenizer(
    learnt: tuple[Run, State], blank: Path, tmp_path: Path
) -> None:
    learnt[0].learner.save(tmp_path)
    assert (tmp_path / "vocab.json").read_bytes() == (blank / "vocab.json").read_bytes()
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["dtype"] == "float16"
    assert not list(tmp_path.glob("*.bin"))
    assert (tmp_path / "model.safetensors").stat().st_size < 1_000_000


def test_the_pad_row_stays_zero(learnt: tuple[Run, State]) -> None:
    learner = learnt[0].learner
    assert not learner.network.get_input_embeddings().weight[learner.pad].any()


def test_the_loss_falls_and_the_log_has_every_check(learnt: tuple[Run, State]) -> None:
    log = learnt[1].log
    losses = [line["loss"] for line in log if "loss" in line]
    assert losses[-1] < losses[0] / 10
    checked = [line["step"] for line in log if "held-out chrF2++ ja-en" in line]
    assert checked == [0, 40, 80, 120, 160]


def test_a_killed_run_ends_as_one_that_was_not(blank: Path, tmp_path: Path) -> None:
    whole = make_run(tmp_path / "whole", blank, 16)
    learn(whole, ignore)
    killed = make_run(tmp_path / "parts", blank, 16)

    def kill(progress: Progress) -> None:
        if progress.step == 10:
            raise MemoryError

    settings = replace(killed.settings, save_every=0.0)
    with pytest.raises(MemoryError):
        learn(replace(killed, settings=settings), kill)
    resumed = make_run(tmp_path / "parts", blank, 16)
    assert learn(resumed, ignore).step == 16
    for name, value in whole.learner.weights().items():
        assert torch.equal(value, resumed.learner.weights()[name]), name


def test_a_run_of_other_text_is_not_taken_up(blank: Path, tmp_path: Path) -> None:
    learn(make_run(tmp_path, blank, 2), ignore)
    with pytest.raises(InputError, match="unfinished run with other text or settings"):
        learn(make_run(tmp_path, blank, 2, key="other"), ignore)


@pytest.mark.parametrize("kept", [0, 1, 1000, -1])
def test_a_damaged_state_is_one_clear_message(blank: Path, tmp_path: Path, kept: int) -> None:
    learn(make_run(tmp_path, blank, 1), ignore)
    state = tmp_path / "state.pt"
    state.write_bytes(state.read_bytes()[:kept] if kept >= 0 else b"\x80\x02garbage")
    with pytest.raises(InputError, match="damaged"):
        learn(make_run(tmp_path, blank, 1), ignore)


def test_a_full_disk_loses_nothing(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(tmp_path, blank, 4)
    learn(run, ignore)
    before = (tmp_path / "state.pt").read_bytes()

    def fail(everything: object, file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(InputError, match=r"No space left.*Make room for \d+ MB"):
        learn(run, ignore)
    assert (tmp_path / "state.pt").read_bytes() == before
    assert not (tmp_path / "state.pt.part").exists()


def ruin_at(run: Run, step: int) -> Run:
    """Return a run whose loss is no number from a step on."""
    learner, plain, calls = run.learner, run.learner.loss, [0]

    def loss(*tensors: torch.Tensor) -> torch.Tensor:
        training = learner.network.training
        calls[0] += training
        return plain(*tensors) * (float("nan") if training and calls[0] >= step else 1.0)

    learner.loss = loss  # type: ignore[assignment,method-assign]
    return run


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_best(
    blank: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path, blank, 20)
    run = ruin_at(replace(run, settings=replace(run.settings, check_every=5)), 7)
    with pytest.raises(EngineError, match=r"by step 10.*0\.005 is too high.*weights.*step 5"):
        learn(run, ignore)
    state = learn(run, ignore)
    assert (state.diverged, state.best_step, state.step) == (True, 5, 10)
    assert run.learner.held_out_loss(run.held_out) == pytest.approx(-state.best)


@pytest.mark.parametrize(("step", "steps"), [(4, 20), (2, 3)])
def test_a_ruined_run_stops_before_a_check_and_at_its_end(
    blank: Path, tmp_path: Path, step: int, steps: int
) -> None:
    run = make_run(tmp_path, blank, steps)
    run = ruin_at(replace(run, settings=replace(run.settings, check_every=5)), step)
    with pytest.raises(EngineError, match=rf"by step {min(5, steps)}:"):
        learn(run, ignore)


def test_a_long_log_is_thinned_and_keeps_every_check(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "_LINES", 4)
    monkeypatch.setattr(trainer, "_LOGGED", 1)
    run = make_run(tmp_path, blank, 16)
    log = learn(replace(run, settings=replace(run.settings, check_every=4)), ignore).log
    assert [line["step"] for line in log if "loss" not in line] == [0, 4, 8, 12, 16]
    assert [line["step"] for line in log if "loss" in line] == [4, 8, 12, 16]


def test_shared_tables_are_kept_once_and_come_back_whole(blank: Path, tmp_path: Path) -> None:
    learner = make_run(tmp_path, blank, 1).learner
    weights = learner.weights()
    assert sum(name.endswith(("shared.weight", "embed_tokens.weight")) for name in weights) == 1
    head = learner.network.lm_head.weight.detach().clone()
    with torch.no_grad():
        learner.network.get_input_embeddings().weight.zero_()
    learner.load(weights)
    assert torch.equal(learner.network.lm_head.weight, head)


def test_a_text_in_a_language_without_a_token_is_refused(blank: Path, tmp_path: Path) -> None:
    learner = make_run(tmp_path, blank, 1).learner
    with pytest.raises(UsageError, match="ja-de"):
        learner.encode([Pair("寒い。", "Es ist kalt.", ("ja", "de"))])


def test_what_a_vocabulary_cannot_spell_is_not_learnt_as_unknown(
    blank: Path, tmp_path: Path
) -> None:
    learner = make_run(tmp_path, blank, 1).learner
    pairs = [Pair("寒かった。", "It was cold. 鑑", ("ja", "en"))]
    (source, target), unknown = learner.encode(pairs)[0], learner._unk
    assert unknown in target
    with torch.no_grad():
        learner.network.final_logits_bias[0, unknown] = -1e9
        loss = learner.loss(*(torch.tensor([row]) for row in (source, target)))
    assert loss < 20


def test_held_out_pairs_over_the_limit_are_left_out(blank: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path, blank, 1)
    long = Pair("寒かった。", "It was cold. " * 100, ("ja", "en"))
    learn(replace(run, held_out=[*run.held_out, long], with_chrf=True), ignore)
    with pytest.raises(UsageError, match="No held-out pair fits"):
        learn(replace(run, held_out=[long]), ignore)


def test_the_best_weights_are_kept_not_the_last(trained: Model, tmp_path: Path) -> None:
    assert trained.path
    run = make_run(tmp_path, trained.path, 6)
    wild = replace(run.settings, rate=Rate(0.5, 1, 0.0), check_every=3)
    state = learn(replace(run, settings=wild), ignore)
    assert (state.best_step, state.step) == (0, 6)
    assert run.learner.held_out_loss(run.held_out) == pytest.approx(-state.best)


def test_patience_ends_a_run_that_gets_no_better(trained: Model, tmp_path: Path) -> None:
    assert trained.path
    run = make_run(tmp_path, trained.path, 100)
    idle = replace(run.settings, rate=Rate(0.5, 1, 0.0), check_every=2, patience=2)
    assert learn(replace(run, settings=idle), ignore).step == 4


def test_a_pair_over_the_limit_is_left_out_and_no_pair_is_an_error(
    blank: Path, tmp_path: Path
) -> None:
    run = make_run(tmp_path, blank, 2)
    long = [Pair("寒かった。" * 100, "It was cold.", ("ja", "en"))]
    with pytest.raises(UsageError, match="No pair of text fits"):
        learn(replace(run, texts=[Text("long", ("ja", "en"), long, 1.0)]), ignore)


def test_only_marian_checkpoints_learn(tiny: object) -> None:
    with pytest.raises(ModelError, match="only Marian"):
        Learner(tiny("bart"), dropout=0.1)  # type: ignore[operator]
