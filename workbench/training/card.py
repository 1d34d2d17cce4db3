"""What a trained model says of itself: its README.md, and the lines that a person sees."""

import datetime
import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engines.conversion import fingerprint
from workbench.training.gathering import Laid
from workbench.training.heldout import Scored, by_direction
from workbench.training.material import Direction, Material
from workbench.training.run import digest
from workbench.training.state import State

if TYPE_CHECKING:
    from workbench.catalogue import Model
    from workbench.training.adapt import Outcome, Plan
    from workbench.training.scratch import Outcome as Trained

Scores = Mapping[Direction, Scored]


def account(material: Material) -> list[str]:
    """Return what became of every pair that was read, a line each."""
    lines = [f"{material.kept:,} of {material.read:,} pairs are usable."]
    lines += [f"  {count:,} not: {reason}" for reason, count in material.refused.items()]
    for direction, group in by_direction(material.training).items():
        held = [
            len(by_direction(part).get(direction, ()))
            for part in (material.choosing, material.scoring)
        ]
        lines.append(
            f"  {_arrow(direction)}: {len(group):,} to learn from, {held[0]} to choose the "
            f"weights by, {held[1]} to score them by"
        )
    return lines


def as_line(what: str, scores: Scores) -> str:
    """Return scores in one line."""
    found = (f"{_arrow(d)} chrF2++ {s.chrf:.1f}, BLEU {s.bleu:.1f}" for d, s in scores.items())
    return f"{what}: {'; '.join(found)}"


def write_adapted(plan: "Plan", base: "Model", outcome: "Outcome") -> None:
    """Write the card of an adapted model into its folder."""
    text = "\n".join(_adapted(plan, base, outcome))
    (plan.out / "README.md").write_text(f"{text}\n", "utf-8")


def _adapted(plan: "Plan", base: "Model", outcome: "Outcome") -> Iterator[str]:
    model, material = outcome.model, outcome.material
    languages = sorted({code for pair in material.directions for code in pair})
    yield from _front(model, languages, base.hub or base.name)
    yield f"# {model.title}"
    yield ""
    yield (
        f"A fine-tuned copy of `{base.name}`, made by `workbench adapt` on {_today()} with "
        f"workbench {_workbench()}. Licence, inherited: {base.licence}."
    )
    yield from _scores_section(outcome)
    yield "![loss and chrF over the steps](curve.png)"
    yield ""
    yield "## Text"
    yield from _files("memory", plan.memories)
    yield from _files("generic text", plan.generic if material.generic else ())
    yield ""
    first, *others = account(material)
    yield first
    yield ""
    yield from (f"- {line.strip()}" for line in others)
    yield ""
    yield from _training(outcome, plan)
    yield f"| base | `{base.name}`, files {fingerprint_of(base)} |"


def _scores_section(outcome: "Outcome") -> Iterator[str]:
    yield ""
    yield "## Scores"
    yield from comparison(
        ("held-out pairs of the memory", outcome.before, outcome.after),
        ("generic text that was not trained on", outcome.generic_before, outcome.generic_after),
    )
    yield ""
    yield (
        "The pairs that score were kept from training, as whole documents where the memory names "
        "them; others, kept apart too, chose the weights. Few pairs make a rough score: a "
        "difference of a point or two can be chance."
    )
    yield ""
    yield from _signatures(outcome.after)
    yield ""


def inventory(laid: Iterable[Laid]) -> list[str]:
    """Return what text a model is made from, a line per source and pair of languages."""
    return [
        f"  {text.source.name} {'-'.join(text.languages)}: {text.pairs:,} pairs, "
        f"{sum(text.tally.refused.values()):,} refused"
        for text in laid
    ]


def write_new(out: Path, outcome: "Trained") -> None:
    """Write the card of a model that was trained from nothing into its folder."""
    (out / "README.md").write_text("\n".join(_new(outcome)) + "\n", "utf-8")


def _new(outcome: "Trained") -> Iterator[str]:
    model, made, state = outcome.model, outcome.recipe, outcome.state
    languages = sorted({code for pair in model.pairs for code in pair})
    yield from _front(model, languages, "")
    yield f"# {model.title}"
    yield ""
    yield f"Trained by `workbench train` on {_today()} with workbench {_workbench()}."
    yield ""
    yield "| | |"
    yield "|---|---|"
    size = made.network
    yield (
        f"| network | Marian, {size.encoder_layers} encoder and {size.decoder_layers} decoder "
        f"layers, width {size.width}, feed-forward {size.feed_forward}, {size.heads} heads |"
    )
    yield f"| vocabulary | {made.vocabulary.size:,} SentencePiece pieces |"
    yield from _effort(state)
    yield f"| schedule | `{made.schedule}` |"
    yield f"| longest source | {model.max_source} tokens |"
    yield f"| licence | {model.licence} |"
    yield ""
    yield "## Scores on held-out text"
    yield "| direction | pairs | chrF2++ | BLEU |"
    yield "|---|---|---|---|"
    for direction, found in outcome.scores.items():
        yield f"| {_arrow(direction)} | {found.pairs} | {found.chrf:.1f} | {found.bleu:.1f} |"
    yield ""
    yield from _signatures(outcome.scores)
    yield ""
    yield "![loss over the steps](curve.png)"
    yield ""
    yield "## Text"
    yield "| source | languages | pairs | refused | weight |"
    yield "|---|---|---|---|---|"
    for text in outcome.laid:
        refused = sum(text.tally.refused.values())
        yield (
            f"| {text.source.name} | {'-'.join(text.languages)} | {text.pairs:,} | {refused:,} "
            f"| {text.source.weight:g} |"
        )


def comparison(*rows: tuple[str, Scores, Scores]) -> Iterator[str]:
    """Yield a Markdown table of (what, scores before, scores after)."""
    yield "| text | direction | pairs | chrF2++ before | after | BLEU before | after |"
    yield "|---|---|---|---|---|---|---|"
    for what, before, after in rows:
        for direction, new in after.items():
            old = before[direction]
            yield (
                f"| {what} | {_arrow(direction)} | {new.pairs} | {old.chrf:.1f} | {new.chrf:.1f} "
                f"| {old.bleu:.1f} | {new.bleu:.1f} |"
            )


def _signatures(scores: Scores) -> Iterator[str]:
    yield "sacreBLEU signatures:"
    for direction, scored in scores.items():
        for signature in scored.signatures:
            yield f"- {_arrow(direction)} `{signature}`"


def _front(model: "Model", languages: Sequence[str], base: str) -> Iterator[str]:
    """Yield the front matter that model hubs read."""
    yield "---"
    yield f"license: {model.licence.lower()}"
    yield f"language: [{', '.join(languages)}]"
    if base:
        yield f"base_model: {base}"
    yield "pipeline_tag: translation"
    yield "---"


def _files(what: str, paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        yield f"- {what} `{path.name}`, sha256 `{digest(path)}`"


def _training(outcome: "Outcome", plan: "Plan") -> Iterator[str]:
    generic = outcome.material.generic
    yield "## Training"
    yield "| | |"
    yield "|---|---|"
    yield from _effort(outcome.state)
    share = f"{plan.generic_share:.0%}, from {len(generic):,} pairs" if generic else "none"
    yield f"| generic text mixed in | {share} |"
    if outcome.state.diverged:
        yield "| stopped early | the loss was no number: the learning rate was too high |"
    yield f"| dropout, seed | {plan.dropout}, {plan.seed} |"


def _effort(state: State) -> Iterator[str]:
    yield f"| steps | {state.step:,}, of which the weights of step {state.best_step:,} were kept |"
    if state.best_share < 1:
        kept = f"{state.best_share:.0%} of what was learnt, the rest as it was before"
        yield f"| mixture | {kept} (Wortsman et al. 2022) |"
    yield f"| time | {state.seconds / 60:.1f} minutes on {_machine()} |"
    yield f"| target tokens | {state.tokens:,} |"


def fingerprint_of(model: "Model") -> str:
    """Return the first twelve digits of the hash over a model's files."""
    assert model.path is not None
    return fingerprint(model.path)[:12]


def _arrow(direction: Direction) -> str:
    return "→".join(direction)


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _machine() -> str:
    import torch

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    return f"{device} ({platform.system()} {platform.machine()}, {os.cpu_count()} cores)"


def _workbench() -> str:
    return version("translation-workbench")
