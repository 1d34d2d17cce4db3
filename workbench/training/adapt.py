"""Fine-tune a Marian checkpoint on a translation memory: clean, hold out, train, score, save.

The memory is mixed with generic text, so that the model does not forget ordinary language, and
the weights that did best on held-out pairs are kept.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.catalogue import Model, get_model
from workbench.description import describe as described
from workbench.description import write_description
from workbench.engines import load_engine
from workbench.engines.conversion import fingerprint
from workbench.errors import UsageError
from workbench.registry import open_folder
from workbench.training import card, run
from workbench.training.corpus import Pair
from workbench.training.curves import CURVE, draw
from workbench.training.heldout import Scored, scores
from workbench.training.learner import Learner
from workbench.training.material import Direction, Material, Request, gather
from workbench.training.run import WORK, Run, Text
from workbench.training.schedule import Budget, Rate
from workbench.training.state import State
from workbench.training.trainer import Progress, Settings

GENERIC = Path(__file__).with_name("generic.tsv")
# Of what was learnt; all of it is tried first.
MIXTURES = (0.85, 0.7, 0.5, 0.3)
USUAL = Budget(minutes=8)
# Padded tokens of one batch: at least 16 batches an epoch, as far as the bounds let it.
_SMALLEST, _LARGEST = 768, 4096
# Pairs that are looked at to find how long a memory is.
_SAMPLE = 2000


@dataclass(frozen=True)
class Plan:
    """What to adapt, to which text, for how long.

    memories: .tmx, .tsv or .jsonl files. directions: empty for all that model and memory share.
    held_out and generic_share: 0 to 1. rate: 0 fits the size of the model. name: of the new
    model, "" for the name of the folder.
    """

    model: str
    memories: tuple[Path, ...]
    out: Path
    directions: tuple[Direction, ...] = ()
    generic: tuple[Path, ...] = (GENERIC,)
    budget: Budget = USUAL
    held_out: float = 0.05
    generic_share: float = 0.2
    rate: float = 0.0
    dropout: float = 0.1
    patience: int = 6
    seed: int = 1
    name: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a plan. before and after: on the memory; the other two on generic text."""

    model: Model
    state: State
    material: Material
    before: dict[Direction, Scored]
    after: dict[Direction, Scored]
    generic_before: dict[Direction, Scored]
    generic_after: dict[Direction, Scored]


def adapt(
    plan: Plan,
    report: Callable[[Progress], None] = lambda progress: None,
    say: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Fine-tune and return what came of it; the new model stands in `plan.out`.

    A run that was killed goes on where it was when this is called again with the same plan.
    Raises UsageError: the plan cannot work. InputError: the memory cannot be read, or has fewer
    than 50 usable pairs. ModelError: the model cannot be trained.
    """
    run.require_free(plan.out)
    base = get_model(plan.model)
    say("Reading and cleaning the memory …")
    learner = Learner(base, dropout=plan.dropout)
    request = Request(plan.memories, plan.directions, plan.generic, plan.held_out, plan.seed)
    material = gather(base, request, learner.fitting)
    for line in card.account(material):
        say(line)
    with run.working(plan.out):
        before = _scored(base, material)
        say(card.as_line("Before", before[0]))
        state = run.learn(_run(plan, base, learner, material), report)
        say("Writing the model and scoring it …")
        model = _write(plan, base, learner, state)
        after = _scored(model, material)
        outcome = Outcome(model, state, material, before[0], after[0], before[1], after[1])
        card.write_adapted(plan, base, outcome)
    run.clear(plan.out)
    return outcome


def _scored(
    model: Model, material: Material
) -> tuple[dict[Direction, Scored], dict[Direction, Scored]]:
    """Return the scores of a model as it would be used: its own engine and decoding."""
    engine = load_engine(model)
    on_memory = scores(engine, material.scoring, model.decoding)
    return on_memory, scores(engine, material.generic_scoring, model.decoding)


def _run(plan: Plan, base: Model, learner: Learner, material: Material) -> Run:
    texts = _texts(plan, material)
    tokens = _tokens(learner, material.training)
    batch = max(_SMALLEST, min(_LARGEST, tokens // 16), learner.limit)
    epoch = max(1, tokens // batch)
    settings = Settings(
        budget=plan.budget,
        rate=Rate(plan.rate or _fitting_rate(learner), warmup=max(20, epoch), cooldown=0.3),
        check_every=min(250, max(25, epoch)),
        patience=plan.patience,
        mixtures=MIXTURES,
    )
    # Files count by what is in them, not by where they lie.
    unnamed = dict.fromkeys(("model", "memories", "generic", "out", "name"), "")
    facts = asdict(plan) | unnamed | {"base": fingerprint(learner.folder)}
    key = run.key(facts, (*plan.memories, *plan.generic))
    return Run(
        learner,
        texts,
        material.choosing,
        settings,
        batch,
        plan.out / WORK,
        key,
        plan.seed,
        material.generic_choosing,
    )


def _tokens(learner: Learner, pairs: Sequence[Pair]) -> int:
    """Return about how many tokens pairs have, the longer side of each."""
    sample = pairs[:: max(1, len(pairs) // _SAMPLE)]
    found = sum(max(map(len, row)) for row in learner.encode(sample))
    return found * len(pairs) // len(sample)


def _texts(plan: Plan, material: Material) -> list[Text]:
    """Return a text per direction of the memory, in proportion, then the generic ones."""
    parts = [("memory", material.training, 1 - plan.generic_share)]
    if material.generic and plan.generic_share:
        parts.append(("generic", material.generic, plan.generic_share))
    return [
        Text(name, direction, group, share * len(group) / len(pairs))
        for name, pairs, share in parts
        for direction in material.directions
        if (group := _of(pairs, direction))
    ]


def _of(pairs: Sequence[Pair], direction: Direction) -> list[Pair]:
    return [pair for pair in pairs if pair.languages == direction]


def _fitting_rate(learner: Learner) -> float:
    """Return a peak rate: 5e-4 for 8 million parameters, less for more, in proportion.

    Measured on the built-in model; for 75 million it is what fine-tuning usually takes.
    """
    return 5e-4 * min(1.0, 8e6 / learner.size)


def _write(plan: Plan, base: Model, learner: Learner, state: State) -> Model:
    name = plan.name or _name(plan.out)
    learner.save(plan.out)
    memories = _listed([path.name for path in plan.memories])
    changes = {
        "name": name,
        "title": f"{base.title}, adapted to {memories}",
        "note": f"Adapted from {base.name}; scores in its README.md.",
    }
    write_description(plan.out, described(base) | changes)
    draw(state.log, plan.out / CURVE, f"{name}, adapted from {base.name}", state.best_step)
    return open_folder(plan.out)


def _name(out: Path) -> str:
    """Return a name for a model from that of its folder, without signs that names lack."""
    return re.sub(r"[^\w.+-]+", "-", out.resolve().name)[:80].strip("-+.") or "adapted"


def _listed(names: Sequence[str]) -> str:
    """Return the first names of files, on one line; a control character would not be a title."""
    shown = [re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", name) for name in names[:3]]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(shown) + more


def parse_directions(source: str, targets: Sequence[str]) -> tuple[Direction, ...]:
    """Return the directions of --from and --to; both empty means all.

    Raises UsageError: one is given without the other. UnknownNameError: no such language.
    """
    from workbench.languages import get_language

    if bool(source) != bool(targets):
        raise UsageError("Give both --from and --to, or neither for every direction of the model.")
    return tuple((get_language(source).code, get_language(target).code) for target in targets)
