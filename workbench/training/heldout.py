"""What a model makes of text that it is not trained on: the check during a run, and scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.engines import Engine
from workbench.errors import UsageError
from workbench.evaluation.metrics import score
from workbench.training.corpus import Pair
from workbench.training.learner import Learner
from workbench.training.trainer import Check
from workbench.types import Decoding

# Greedy search: a check runs many times, and ranks the same model against itself.
_QUICK = Decoding(beam=1, max_length=200)
_SENTENCES = 100

Direction = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scored:
    """BLEU and chrF2++ (0 to 100) of one direction over so many pairs, and their signatures."""

    pairs: int
    bleu: float
    chrf: float
    signatures: tuple[str, str]


def by_direction(pairs: Sequence[Pair]) -> dict[Direction, list[Pair]]:
    """Return the pairs of each direction, in order."""
    groups: dict[Direction, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.languages, []).append(pair)
    return groups


def scores(engine: Engine, pairs: Sequence[Pair], decoding: Decoding) -> dict[Direction, Scored]:
    """Translate pairs and return the scores of each direction.

    A source over the engine's limit is left out, and a direction that has no other.
    """
    fitting = {
        direction: _fitting(engine, group, direction)
        for direction, group in by_direction(pairs).items()
    }
    return {
        direction: _scored(engine, group, direction, decoding)
        for direction, group in fitting.items()
        if group
    }


def _fitting(engine: Engine, pairs: Sequence[Pair], direction: Direction) -> list[Pair]:
    lengths = engine.lengths([pair.source for pair in pairs], *direction)
    return [p for p, length in zip(pairs, lengths, strict=True) if length <= engine.limit]


def _scored(
    engine: Engine, pairs: Sequence[Pair], direction: Direction, decoding: Decoding
) -> Scored:
    found = engine.translate([pair.source for pair in pairs], *direction, decoding)
    texts = [hypothesis.text for hypothesis in found]
    result = score(texts, [[pair.target for pair in pairs]], direction[1], ("bleu", "chrf"))
    bleu, chrf = result["bleu"], result["chrf"]
    return Scored(len(pairs), bleu.value, chrf.value, (bleu.signature, chrf.signature))


class HeldOut:
    """A check for the trainer: chrF2++ by direction, and the loss, over held-out pairs.

    with_chrf False measures the loss alone, which is all that tells early weights apart. generic:
    pairs whose chrF2++ counts as much as that of `pairs`, so that what is forgotten weighs as
    much as what is learnt. Pairs over the learner's limit are left out.
    Raises UsageError: no pair fits the learner.
    """

    def __init__(
        self,
        learner: Learner,
        pairs: Sequence[Pair],
        generic: Sequence[Pair] = (),
        *,
        with_chrf: bool,
    ) -> None:
        self._learner, self._with_chrf = learner, with_chrf
        self._groups = _groups(learner.fitting(pairs))
        self._generic = _groups(learner.fitting(generic))
        if not self._groups:
            raise UsageError(f"No held-out pair fits the model's {learner.limit} tokens.")

    def __call__(self) -> Check:
        """Measure the learner as it is; the score is the mean chrF, or else minus the loss."""
        losses = {d: self._learner.held_out_loss(group) for d, group in self._groups.items()}
        values = _named("held-out loss", losses)
        if not self._with_chrf:
            return Check(-_mean(losses), values, -_mean(losses))
        chrf = self._chrf(self._groups)
        values |= _named("held-out chrF2++", chrf)
        if not self._generic:
            return Check(_mean(chrf), values, _mean(chrf))
        generic = self._chrf(self._generic)
        values |= _named("generic chrF2++", generic)
        return Check((_mean(chrf) + _mean(generic)) / 2, values, _mean(chrf))

    def _chrf(self, groups: Mapping[Direction, list[Pair]]) -> dict[Direction, float]:
        pairs = [pair for group in groups.values() for pair in group]
        found = scores(self._learner, pairs, _QUICK)
        return {direction: scored.chrf for direction, scored in found.items()}


def _groups(pairs: Sequence[Pair]) -> dict[Direction, list[Pair]]:
    return {direction: _spread(group) for direction, group in by_direction(pairs).items()}


def _spread(pairs: Sequence[Pair]) -> list[Pair]:
    """Return at most so many pairs that a check stays short, from all over the text."""
    step = max(1, -(-len(pairs) // _SENTENCES))
    return list(pairs[::step])


def _named(what: str, values: Mapping[Direction, float]) -> dict[str, float]:
    return {f"{what} {source}-{target}": value for (source, target), value in values.items()}


def _mean(values: Mapping[Direction, float]) -> float:
    return sum(values.values()) / len(values)
