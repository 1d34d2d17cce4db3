"""The one training loop, for a new model and for an adapted one.

It knows a learner, a sampler and a check; what is being learnt, and why, is its caller's matter.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from workbench.errors import EngineError
from workbench.training import state as states
from workbench.training.learner import Learner
from workbench.training.sampling import Batch, Place, Sampler
from workbench.training.schedule import Budget, Rate
from workbench.training.state import State

# Steps between two lines of the log, and between two blends of the running mean.
_LOGGED, _BLENDED = 10, 10
# Losses that a log keeps, so that it stays small over a million steps.
_LINES = 4000
# Of the time, at most, that goes into writing the state of a large model.
_WRITING = 0.05


@dataclass(frozen=True)
class Settings:
    """How a run learns.

    check_every: steps between two checks. patience: checks after which it stops when what is
    learnt gets no better, 0 for never. save_every: seconds between two states on disk, more for
    a model that takes long to write; 0 writes after every step. average: how much of the new
    weights enters the running mean at each blend during the cool-down, 0 for no mean. mixtures:
    shares (0 to 1) of the last weights that are tried at the end in a mixture with the first
    ones, which forgets less (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
    loaders: processes that prepare batches; with more than 0 a run cannot be repeated exactly.
    """

    budget: Budget
    rate: Rate
    smoothing: float = 0.1
    clip: float = 1.0
    check_every: int = 100
    patience: int = 0
    save_every: float = 60.0
    average: float = 0.0
    mixtures: tuple[float, ...] = ()
    loaders: int = 0


@dataclass(frozen=True)
class Check:
    """What a check found: the score by which weights are chosen, and more.

    learnt: the score of what is being learnt alone; a run stops when it rises no more. For both,
    higher is better.
    """

    score: float
    values: dict[str, float]
    learnt: float


@dataclass(frozen=True)
class Progress:
    """One report: used is the share (0 to 1) of the budget; loss per target token.

    share: how much of the weights that were checked is learnt, the rest is as it began.
    """

    used: float
    step: int
    tokens: int
    seconds: float
    loss: float
    checked: Check | None = None
    share: float = 1.0


class Trainer:
    """Train a learner; `key` names the run, so that only its own state is taken up again."""

    def __init__(
        self,
        learner: Learner,
        sampler: Sampler,
        settings: Settings,
        folder: Path,
        check: Callable[[], Check],
        report: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._learner, self._sampler, self._settings = learner, sampler, settings
        self._folder, self._check, self._report = folder, check, report
        parameters = [p for p in learner.network.parameters() if p.requires_grad]
        self._parameters = parameters
        self._optimizer = torch.optim.Adam(
            parameters, lr=settings.rate.peak, betas=(0.9, 0.98), eps=1e-9, fused=True
        )
        self._losses: list[tuple[torch.Tensor, int]] = []
        self._first = learner.weights() if settings.mixtures else {}
        self._due = 0.0

    def run(self, key: str, seed: int) -> State:
        """Train until the budget is spent or nothing gets better; return where that was.

        The learner then holds the best weights that a check has seen. A state of the same key in
        the folder is taken up again.
        Raises InputError: the folder holds another run, or cannot be written to. EngineError: the
        loss became infinite or no number; the next run of the same key then ends at once, with
        the best weights from before.
        """
        torch.manual_seed(seed)
        network = self._learner.network
        state = states.read(self._folder, key, network, self._optimizer)
        if state is None:
            state = State(Place(), key)
            self._measure(state)
            self._save(state)
        network.train()
        self._learn(state)
        self._finish(state)
        return state

    def _learn(self, state: State) -> None:
        mark = time.monotonic()
        for batch in self._batches(state.place):
            if self._is_over(state):
                return
            self._step(state, batch)
            state.seconds += time.monotonic() - mark
            if state.step % self._settings.check_every == 0:
                self._require_numbers(state)
                self._measure(state)
            if time.monotonic() > self._due:
                self._save(state)
            mark = time.monotonic()

    def _batches(self, place: Place) -> Iterator[Batch]:
        if not self._settings.loaders:
            return self._sampler.batches(place)
        loader = torch.utils.data.DataLoader(
            _Pools(self._sampler, place, self._settings.loaders),
            batch_size=None,
            num_workers=self._settings.loaders,
            prefetch_factor=8,
        )
        return iter(loader)

    def _step(self, state: State, batch: Batch) -> None:
        state.step += 1
        rate = self._settings.rate.at(state.step, self._used(state))
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        sources, targets = self._learner.tensors(batch.sources, batch.targets)
        loss = self._learner.loss(sources, targets, self._settings.smoothing)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, self._settings.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._learner.settle()
        tokens = int((batch.targets != self._learner.pad).sum())
        self._losses.append((loss.detach(), tokens))
        state.tokens += tokens
        state.place = batch.after
        self._blend(state)
        if state.step % _LOGGED == 0:
            self._log(state, rate)

    def _used(self, state: State) -> float:
        epochs = self._sampler.epochs(state.place)
        return self._settings.budget.used(state.seconds, epochs, state.step)

    def _is_over(self, state: State) -> bool:
        exhausted = 0 < self._settings.patience <= state.stale
        return state.diverged or exhausted or self._used(state) >= 1

    def _blend(self, state: State) -> None:
        """Keep a running mean of the weights over the second half of the cool-down."""
        share, rate = self._settings.average, self._settings.rate
        if not share or state.step % _BLENDED or self._used(state) < 1 - rate.cooldown * 0.6:
            return
        weights = self._learner.weights()
        if not state.average:
            state.average = weights
            return
        for name, value in state.average.items():
            if value.is_floating_point():
                value.lerp_(weights[name].to(value.device), share)

    def _log(self, state: State, rate: float) -> None:
        self._require_numbers(state)
        loss = self._mean_loss()
        state.log.append({"step": state.step, "tokens": state.tokens, "loss": loss, "rate": rate})
        if sum("loss" in line for line in state.log) > _LINES:
            state.log = _thinned(state.log)
        self._tell(state, loss)

    def _mean_loss(self) -> float:
        tokens = sum(count for _, count in self._losses)
        total = sum(float(loss) * count for loss, count in self._losses)
        self._losses = []
        return total / tokens

    def _require_numbers(self, state: State) -> None:
        """Stop the run if a loss since the last line of the log was none; else go on."""
        if not all(math.isfinite(float(loss)) for loss, _ in self._losses):
            self._stop(state)

    def _stop(self, state: State) -> None:
        """End a run whose weights are ruined, with the best ones on disk."""
        state.diverged, state.average, state.checked_step = True, {}, state.step
        self._learner.load(state.best_weights)
        self._save(state)
        raise EngineError(
            f"The loss was no longer a number by step {state.step}: a learning rate of "
            f"{self._settings.rate.peak:g} is too high here. Start anew with a third of it and "
            "another --out (adapt: --rate; a recipe: rate under [schedule]). To get the best "
            f"weights from before, of step {state.best_step}, run the same command again."
        )

    def _tell(
        self, state: State, loss: float, checked: Check | None = None, share: float = 1.0
    ) -> None:
        used = min(1.0, self._used(state))
        self._report(Progress(used, state.step, state.tokens, state.seconds, loss, checked, share))

    def _measure(self, state: State, share: float = 1.0) -> None:
        """Check the weights, of which `share` was learnt, and keep them if they are the best."""
        check = self._check()
        line = {"step": state.step, "tokens": state.tokens, **check.values}
        state.log.append(line if share == 1 else line | {"share": share})
        state.stale, state.checked_step = state.stale + 1, state.step
        if check.score > state.best:
            state.best, state.best_step, state.best_share = check.score, state.step, share
            state.best_weights = self._learner.weights()
        if check.learnt > state.learnt:
            state.learnt, state.stale = check.learnt, 0
        self._tell(state, float("nan"), check, share)

    def _save(self, state: State) -> None:
        start = time.monotonic()
        states.write(self._folder, state, self._learner.network.state_dict(), self._optimizer)
        end = time.monotonic()
        pause = self._settings.save_every
        self._due = end + (max(pause, (end - start) / _WRITING) if pause else 0.0)

    def _finish(self, state: State) -> None:
        """Give the last weights, their mean and mixtures a chance too, then take the best.

        Nothing is saved after the last step: a run that is killed then finishes anew.
        """
        if state.diverged:
            self._learner.load(state.best_weights)
            self._learner.network.eval()
            return
        self._require_numbers(state)
        self._save(state)
        if state.checked_step != state.step:
            self._measure(state)
        last = self._learner.weights()
        if state.average:
            self._take(state.average)
            self._measure(state)
        for share in self._settings.mixtures:
            self._take(_mixed(self._first, last, share))
            self._measure(state, share)
        self._learner.load(state.best_weights)
        self._learner.network.eval()

    def _take(self, weights: Mapping[str, torch.Tensor]) -> None:
        self._learner.load(weights)
        self._learner.settle()


def _thinned(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a log with its checks and at most _LINES losses, evenly spaced."""
    spacing = _LOGGED
    while log[-1]["step"] > spacing * _LINES:
        spacing *= 2
    return [line for line in log if "loss" not in line or line["step"] % spacing == 0]


def _mixed(
    first: Mapping[str, torch.Tensor], last: Mapping[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Return weights that lie between two, `share` of the way from the first to the last."""
    return {
        name: torch.lerp(value, last[name], share) if value.is_floating_point() else value
        for name, value in first.items()
    }


class _Pools(torch.utils.data.IterableDataset[Batch]):  # type: ignore[misc]
    """Batches made by several processes: each takes every n-th pool."""

    def __init__(self, sampler: Sampler, place: Place, loaders: int) -> None:
        self._sampler, self._place, self._loaders = sampler, place, loaders

    def __iter__(self) -> Iterator[Batch]:
        info = torch.utils.data.get_worker_info()
        assert info is not None
        place = Place(self._place.pool + info.id)
        yield from self._sampler.batches(place, self._loaders)
