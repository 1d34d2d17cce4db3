"""The text of an adaptation: a memory's pairs, cleaned and held out, beside generic text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.catalogue import Model, find_route
from workbench.errors import InputError, UsageError
from workbench.training import cleaning, corpus
from workbench.training.corpus import Pair
from workbench.training.heldout import by_direction
from workbench.training.splitting import split

LEAST = 50
# Of generic text, held out: what comes with the workbench is short, and a check needs sentences.
GENERIC_SHARE = 0.4
Direction = tuple[str, str]


@dataclass(frozen=True)
class Material:
    """What is learnt, what chooses the weights, and what scores them: three texts apart.

    read == kept + the sum of refused, in pairs; refused is by reason. The generic parts do the
    same for what must not be forgotten; they are empty without generic text.
    """

    training: list[Pair]
    choosing: list[Pair]
    scoring: list[Pair]
    generic: list[Pair]
    generic_choosing: list[Pair]
    generic_scoring: list[Pair]
    read: int
    kept: int
    refused: Mapping[str, int]

    @property
    def directions(self) -> list[Direction]:
        """Return the directions that are trained, the largest first."""
        counts = Counter(pair.languages for pair in self.training)
        return [direction for direction, _ in counts.most_common()]


def gather(
    model: Model,
    memories: Sequence[Path],
    directions: Sequence[Direction],
    generic: Sequence[Path],
    share: float,
    seed: int,
) -> Material:
    """Read, clean and hold out; directions empty means all that model and memory share.

    Half of what is held out (share, 0 to 1) chooses the weights, and the other half scores them.
    Raises UsageError: no file. InputError: a file cannot be read, or there are fewer than 50
    usable pairs; the message says why the others are not.
    """
    if not memories:
        raise UsageError("No translation memory: add --tmx FILE or --tsv FILE.")
    lost: Counter[str] = Counter()
    rows = _oriented(_read(memories, directions, lost), model, directions, lost)
    cleaner = cleaning.clean(rows)
    kept = list(cleaner)
    refused = lost + Counter(
        {cleaning.RULES[name].reason: n for name, n in cleaner.tally.refused.items()}
    )
    _require_enough(kept, refused, memories)
    wanted = sorted({pair.languages for pair in kept})
    common = list(cleaning.clean(_oriented(_read(generic, [], Counter()), model, wanted)))
    return Material(
        *_parted(kept, share, seed),
        *(_parted(common, GENERIC_SHARE, seed) if common else ([], [], [])),
        read=len(kept) + refused.total(),
        kept=len(kept),
        refused=dict(refused),
    )


def _read(
    files: Iterable[Path], directions: Sequence[Direction], lost: Counter[str]
) -> Iterator[Pair]:
    """Yield the pairs of files and count what cannot be read.

    Columns without a name are taken for the one direction asked for.
    """
    wanted = directions[0] if len(directions) == 1 else None
    for path in files:
        reader = corpus.read_pairs(path, wanted)
        yield from reader
        lost.update(reader.report.refused)


def _oriented(
    pairs: Iterable[Pair],
    model: Model,
    directions: Sequence[Direction],
    lost: Counter[str] | None = None,
) -> Iterator[Pair]:
    """Yield each pair in every direction that is wanted and that the model has directly."""
    for pair in pairs:
        found = [p for p in (pair, pair.turned()) if _is_wanted(model, p.languages, directions)]
        if not found and lost is not None:
            lost["the model does not translate these two languages"] += 1
        yield from found


def _is_wanted(model: Model, direction: Direction, directions: Sequence[Direction]) -> bool:
    if directions and direction not in directions:
        return False
    try:
        return len(find_route(model, *direction)) == 2
    except UsageError:
        return False


def _require_enough(
    kept: Sequence[Pair], refused: Mapping[str, int], files: Sequence[Path]
) -> None:
    most = max((len(group) for group in by_direction(kept).values()), default=0)
    if most >= LEAST:
        return
    names = ", ".join(path.name for path in files)
    reasons = "; ".join(f"{count:,} {reason}" for reason, count in refused.items())
    raise InputError(
        f"{names}: {most} usable pairs in one direction, and {LEAST} are needed: with fewer a "
        f"model learns them by heart and gets worse elsewhere. Not usable: {reasons or 'none'}."
    )


def _parted(
    pairs: Sequence[Pair], share: float, seed: int
) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Return (training, choosing, scoring): no text of one part stands in another."""
    training: list[Pair] = []
    held: tuple[list[Pair], list[Pair]] = ([], [])
    for group in by_direction(pairs).values():
        parts = split(group, share, seed)
        training += parts.training
        half = len(parts.held_out) // 2
        held[0].extend(parts.held_out[:half])
        held[1].extend(parts.held_out[half:])
    # What one direction holds out may be the other side of a pair in another direction.
    secret = {text for part in held for pair in part for text in (pair.source, pair.target)}
    training = [p for p in training if p.source not in secret and p.target not in secret]
    return training, held[0], held[1]
