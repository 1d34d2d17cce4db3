"""Train a model from nothing after a recipe: lay the text down, make a blank model, let it learn.

Vocabulary and blank model stay in the run's folder, and a run that was killed goes on from there;
its text is read and cleaned again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from workbench.catalogue import Model
from workbench.description import write_description
from workbench.engines import load_engine
from workbench.errors import UsageError
from workbench.registry import open_folder
from workbench.training import blank, card, gathering, recipe, run
from workbench.training.corpus import Pair
from workbench.training.curves import CURVE, draw
from workbench.training.gathering import Direction, Laid
from workbench.training.heldout import Scored, scores
from workbench.training.learner import Learner
from workbench.training.recipe import Recipe
from workbench.training.run import WORK, Run, Text
from workbench.training.schedule import Budget, Rate
from workbench.training.state import State
from workbench.training.trainer import Progress, Settings

# Aligned rows of each source and pair for the start of the embeddings.
_ALIGNED = 60_000


@dataclass(frozen=True)
class Plan:
    """A recipe, the folder its text lies in, and where the model shall stand.

    budget None is the recipe's own.
    """

    recipe: Path
    data: Path
    out: Path
    profile: str = ""
    budget: Budget | None = None


@dataclass(frozen=True)
class Outcome:
    """A trained model, how its run went, its text, and its scores on what was held out."""

    model: Model
    recipe: Recipe
    state: State
    laid: tuple[Laid, ...]
    scores: dict[Direction, Scored]


def train(
    plan: Plan,
    report: Callable[[Progress], None] = lambda progress: None,
    say: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Train and return what came of it; the model stands in `plan.out`.

    A run that was killed goes on where it was when this is called again with the same plan.
    Raises UsageError: the recipe is not right, or its text cannot be found. InputError: the text
    cannot be read.
    """
    run.require_free(plan.out)
    made = _budgeted(recipe.load(plan.recipe, plan.profile), plan.budget)
    files = gathering.files_of(made, plan.data)
    with run.working(plan.out):
        outcome = _train(made, files, plan.out, report, say)
        card.write_new(plan.out, outcome)
    run.clear(plan.out)
    return outcome


def _train(
    made: Recipe,
    files: Mapping[str, list[Path]],
    out: Path,
    report: Callable[[Progress], None],
    say: Callable[[str], None],
) -> Outcome:
    say("Reading and cleaning the text …")
    work = out / WORK
    laid, held_out = gathering.lay_down(made, files, work / "text")
    for line in card.inventory(laid):
        say(line)
    _require(held_out, laid)
    key = run.key({"recipe": made}, [text.path for text in laid])
    base = _blank(made, laid, work / f"blank-{key[:12]}", say)
    learner = Learner(base, dropout=made.schedule.dropout, precision=made.schedule.precision)
    state = run.learn(_run(made, learner, laid, held_out, work, key), report)
    say("Writing the model and scoring it …")
    return _finish(out, made, learner, state, laid, held_out)


def _budgeted(made: Recipe, budget: Budget | None) -> Recipe:
    """Return a recipe with another budget, or as it is."""
    if budget is None:
        return made
    schedule = replace(
        made.schedule, minutes=budget.minutes, epochs=budget.epochs, steps=budget.steps
    )
    return replace(made, schedule=schedule)


def _require(held_out: Iterable[Pair], laid: Iterable[Laid]) -> None:
    if not list(laid):
        raise UsageError("The recipe's files hold no usable pair in any of its directions.")
    if not list(held_out):
        raise UsageError("Nothing is held out: give a source held_out = 0.05, so that is measured.")


def _blank(made: Recipe, laid: list[Laid], folder: Path, say: Callable[[str], None]) -> Model:
    """Make the vocabulary and the blank model, or take those of a run that was killed."""
    # Written last, so that its presence says that the rest is whole.
    if not (folder / "model.toml").is_file():
        say(f"Finding {made.vocabulary.size:,} pieces for the vocabulary …")
        text = folder.with_suffix(".txt")
        with text.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in _vocabulary_lines(laid))
        blank.vocabulary(made.vocabulary, text, folder)
        text.unlink()
        say("Making the blank model …")
        aligned = _aligned_rows(laid) if made.schedule.aligned_start else None
        blank.checkpoint(made, folder, aligned)
        write_description(folder, _description(made))
    return open_folder(folder)


def _vocabulary_lines(laid: Iterable[Laid]) -> Iterator[str]:
    for text in laid:
        for _ in range(text.source.vocabulary):
            for pair in text.read(text.languages):
                yield pair.source
                yield pair.target


def _aligned_rows(laid: Iterable[Laid]) -> Iterator[tuple[str, str]]:
    for text in laid:
        for pair in islice(text.read(text.languages), _ALIGNED):
            yield pair.source, pair.target


def _description(made: Recipe) -> dict[str, object]:
    return {
        "name": made.name,
        "title": made.title,
        "family": "marian",
        "licence": made.licence,
        "commercial": made.commercial,
        "target": "tag",
        "codes": "opus",
        "tags": dict(made.tags),
        "pairs": list(made.directions),
        "max_source": made.max_source,
        "punctuation": "",
        "note": made.note,
    }


def _run(
    made: Recipe,
    learner: Learner,
    laid: list[Laid],
    held_out: list[Pair],
    work: Path,
    key: str,
) -> Run:
    schedule = made.schedule
    settings = Settings(
        budget=Budget(schedule.minutes, schedule.epochs, schedule.steps),
        rate=Rate(schedule.rate, schedule.warmup, schedule.cooldown),
        smoothing=schedule.smoothing,
        check_every=schedule.check_every,
        average=schedule.average,
        loaders=schedule.loaders,
    )
    texts = mixed(made, laid)
    return Run(
        learner,
        texts,
        held_out,
        settings,
        schedule.batch_tokens,
        work,
        key,
        schedule.seed,
        with_chrf=False,
        longest=schedule.longest,
    )


def mixed(made: Recipe, laid: Iterable[Laid]) -> list[Text]:
    """Return every source in every direction, with its share of what is drawn.

    A direction's share goes with its size to the power of schedule.mixing, times its weight; in
    it a source's share goes with its pairs times its weight.
    """
    laid = list(laid)
    texts = []
    for direction, weight in gathering.directions(made).items():
        mine = [text for text in laid if set(text.languages) == set(direction)]
        sizes = [text.pairs * text.source.weight for text in mine]
        total = sum(sizes)
        for text, size in zip(mine, sizes, strict=True):
            share = weight * total**made.schedule.mixing * size / total if size else 0.0
            texts.append(Text(text.source.name, direction, text.read(direction), share))
    return texts


def _finish(
    out: Path, made: Recipe, learner: Learner, state: State, laid: list[Laid], held_out: list[Pair]
) -> Outcome:
    learner.save(out)
    write_description(out, _description(made))
    draw(state.log, out / CURVE, made.name, state.best_step)
    model = open_folder(out)
    found = scores(load_engine(model), held_out, model.decoding)
    return Outcome(model, made, state, tuple(laid), found)
