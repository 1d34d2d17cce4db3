"""How fast a run learns at each step, and when its budget is spent."""

import math
from dataclasses import dataclass

from workbench.errors import UsageError


@dataclass(frozen=True)
class Budget:
    """What a run may use; 0 is no limit of that kind, and the first limit that is met ends it.

    epochs count readings of the first source; minutes are minutes of training, checks left out,
    over all parts of a run that was interrupted.
    """

    minutes: float = 0.0
    epochs: float = 0.0
    steps: int = 0

    def __post_init__(self) -> None:
        """Raise UsageError: a limit is negative, infinite or no number."""
        _require_amounts(minutes=self.minutes, epochs=self.epochs, steps=self.steps)

    def used(self, seconds: float, epochs: float, steps: int) -> float:
        """Return the share of the budget that is spent, from 0; 1 and more is all of it."""
        shares = [
            spent / limit
            for spent, limit in (
                (seconds, self.minutes * 60),
                (epochs, self.epochs),
                (steps, self.steps),
            )
            if limit
        ]
        return max(shares, default=0.0)


@dataclass(frozen=True)
class Rate:
    """A learning rate that rises over `warmup` steps, then falls with the root of the step.

    That is the schedule of Vaswani et al. 2017; over the last `cooldown` (0 to 1) of the budget
    the rate falls linearly to a fiftieth besides (Hägele et al. 2024).
    """

    peak: float
    warmup: int
    cooldown: float

    def __post_init__(self) -> None:
        """Raise UsageError: the rate is negative, infinite or no number."""
        _require_amounts(rate=self.peak)

    def at(self, step: int, used: float) -> float:
        """Return the rate of a step (from 1) at a used share of the budget.

        >>> rate = Rate(peak=1.0, warmup=4, cooldown=0.5)
        >>> [rate.at(1, 0.0), rate.at(4, 0.0), rate.at(16, 0.0), rate.at(4, 0.75)]
        [0.25, 1.0, 0.5, 0.5]
        """
        warm = max(1, self.warmup)
        rate = self.peak * min(step / warm, math.sqrt(warm / step))
        left = max(0.0, 1.0 - used)
        falling = left / self.cooldown if self.cooldown else 1.0
        return rate * min(1.0, max(0.02, falling))


def _require_amounts(**amounts: float) -> None:
    for name, amount in amounts.items():
        if not (math.isfinite(amount) and amount >= 0):
            raise UsageError(f"{name} {amount:g} cannot be: give a number from 0.")
