"""What `workbench train` and `adapt` do on a terminal: a bar, the scores, what comes next."""

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from workbench.catalogue import Model
from workbench.errors import UsageError
from workbench.training import card
from workbench.training.run import WORK
from workbench.training.schedule import Budget
from workbench.training.state import STATE
from workbench.training.trainer import Check
from workbench.training.trainer import Progress as Report

# Of the budget: less says little about the rest.
_KNOWN = 0.02


def adapt(arguments: dict[str, object], *, quiet: bool) -> int:
    """Fine-tune after the fields of training.adapt.Plan; return the exit code.

    Raises what training.adapt.adapt raises.
    """
    from workbench.training.adapt import Plan
    from workbench.training.adapt import adapt as fine_tune

    plan = Plan(**arguments)  # type: ignore[arg-type]
    console = _console(quiet=quiet)
    with _resumable(plan.out), _bar(console) as report:
        outcome = fine_tune(plan, report, console.print)
    print(card.as_line("Before", outcome.before))
    print(card.as_line("After ", outcome.after))
    if outcome.generic_after:
        print(card.as_line("Generic text, before", outcome.generic_before))
        print(card.as_line("Generic text, after ", outcome.generic_after))
    _say_next(outcome.model, outcome.state.best_step)
    return 0


def train(recipe: Path, data: Path | None, out: Path, profile: str, budget: Budget | None) -> int:
    """Train a model from nothing; return the exit code. Raises what training.scratch.train does."""
    from workbench.training.scratch import Plan
    from workbench.training.scratch import train as learn

    plan = Plan(recipe, data or recipe.parent, out, profile, budget)
    console = _console()
    with _resumable(out), _bar(console) as report:
        outcome = learn(plan, report, console.print)
    print(card.as_line("Held-out text", outcome.scores))
    _say_next(outcome.model, outcome.state.best_step)
    return 0


def parse_share(text: str) -> float:
    """Return a share (0 to 1) written as 0.05 or 5%.

    >>> parse_share("5%"), parse_share("0.1")
    (0.05, 0.1)

    Raises UsageError: it is neither, or not between 0 and 0.5.
    """
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 0.5:
        raise UsageError(f"{text!r} is no share: give 0% to 50%, or 0 to 0.5.")
    return value


def _say_next(model: Model, best_step: int) -> None:
    if not best_step:
        print("No step did better than the model it began with: the folder holds that one.")
    folder = shlex.quote(str(model.path))
    print(f"Wrote {model.path}: README.md has the scores, curve.png the curves.")
    print(f"Use it:   workbench translate FILE --model {folder}")
    print(f"Keep it:  workbench models add {folder}")


@contextmanager
def _resumable(out: Path) -> Iterator[None]:
    """On Ctrl-C, say how to go on, and leave with exit code 130."""
    try:
        yield
    except KeyboardInterrupt:
        if (out / WORK / STATE).is_file():
            what = f"{out} holds what was learnt: run the same command to go on, or delete it."
        else:
            what = "nothing was learnt yet."
        print(f"workbench: interrupted; {what}", file=sys.stderr)
        sys.exit(130)


def _console(*, quiet: bool = False) -> Console:
    # No markup: square brackets in the names of files are no commands.
    return Console(stderr=True, quiet=quiet, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[Report], None]]:
    """Yield a listener that draws a bar, or prints a line per check where there is no terminal."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    times = (TimeElapsedColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, *times, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Learning", total=1.0, left="")
        clock = _Clock()

        def report(progress: Report) -> None:
            """Draw how far the run is, and print what a check found."""
            left = clock.left(progress.used)
            bar.update(task, completed=progress.used, left=left)
            if progress.checked is None:
                bar.update(task, description=f"Learning, loss {progress.loss:.2f}")
            else:
                console.print(_line(progress, _checked(progress.checked), left))

        yield report


class _Clock:
    """Tells how long is left, by how far a run has come since the first time it was asked."""

    def __init__(self) -> None:
        self._begun: tuple[float, float] | None = None

    def left(self, used: float) -> str:
        """Return the time left at a used share (0 to 1) of the budget, or "" before one can know.

        Checks count: it is the time on a clock, at most, for a run may stop before its budget.
        """
        now = time.monotonic()
        self._begun = self._begun or (now, used)
        begun, first = self._begun
        if used >= 1 or used - first < _KNOWN:
            return ""
        minutes = (now - begun) * (1 - used) / (used - first) / 60
        if minutes < 1:
            return "under a minute left"
        return (
            f"about {minutes:.0f} min left" if minutes < 90 else f"about {minutes / 60:.1f} h left"
        )


def _line(progress: Report, found: str, left: str) -> str:
    """Return what is said of a check."""
    learnt = "" if progress.share == 1 else f", mixed, {progress.share:.0%} of it learnt"
    return f"  step {progress.step}{learnt}: {found}" + (f" · {left}" if left else "")


def _checked(check: Check) -> str:
    """Return what a check found, in a few words: chrF2++ by direction, or the losses."""
    parts = []
    for what in ("held-out chrF2++", "generic chrF2++"):
        found = [f"{n.rsplit(' ', 1)[1]} {v:.1f}" for n, v in check.values.items() if what in n]
        parts += [f"{what} {', '.join(found)}"] if found else []
    if parts:
        return " · ".join(parts)
    return ", ".join(f"{name} {value:.2f}" for name, value in check.values.items())
