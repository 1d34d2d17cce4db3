"""The text of an adaptation: a memory's pairs, cleaned and held out, beside generic text.

It is held in memory: about 1.2 GB for a million pairs of sentences in one direction, which are
read and cleaned in a minute or two. What is learnt is then mapped from disk.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workbench.catalogue import Model, find_route
from workbench.errors import InputError, UsageError
from workbench.training import cleaning, corpus
from workbench.training.corpus import Pair
from workbench.training.heldout import by_direction
from workbench.training.splitting import BLOCK, split

LEAST = 50
_CHUNK = 2000
_OTHER = "in languages that were not asked for"
_UNKNOWN = "in languages that the model does not translate"
# Of generic text, held out: what comes with the workbench is short, and a check needs sentences.
GENERIC_SHARE = 0.4
Direction = tuple[str, str]
Fitting = Callable[[Sequence[Pair]], list[Pair]]


@dataclass(frozen=True)
class Request:
    """What text to take. directions: empty for all that model and memory share.

    held_out: share (0 to 1) of the memory that is never trained on.
    """

    memories: tuple[Path, ...]
    directions: tuple[Direction, ...] = ()
    generic: tuple[Path, ...] = ()
    held_out: float = 0.05
    seed: int = 1


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


def gather(model: Model, request: Request, fitting: Fitting) -> Material:
    """Read, clean and hold out; fitting returns those of some pairs that the model can take.

    Half of what is held out chooses the weights, and the other half scores them.
    Raises UsageError: no file, or a direction that the model has not. InputError: a file cannot
    be read, there are fewer than 50 usable pairs (the message says why the others are not), or
    none can be held out.
    """
    _require_usable(model, request)
    lost: Counter[str] = Counter()
    pairs = _read(request.memories, request.directions, lost)
    cleaner = cleaning.clean(_oriented(pairs, model, request.directions, lost))
    long = f"longer than the model's {model.max_source} tokens"
    kept = list(_chosen(cleaner, fitting, lost, long))
    reasons = {cleaning.RULES[name].reason: n for name, n in cleaner.tally.refused.items()}
    refused = Counter(reasons) + lost
    _require_enough(kept, refused, request.memories)
    wanted = tuple(sorted({pair.languages for pair in kept}))
    common = _oriented(_read(request.generic, (), Counter()), model, wanted)
    # What stands in the memory is no measure of what else a model knows.
    generic = _apart(_chosen(cleaning.clean(common), fitting), kept)
    training, choosing, scoring = _parted(kept, request.held_out, request.seed)
    if not (training and choosing and scoring):
        raise InputError(
            f"{_names(request.memories)}: its sentences repeat one another so often that none can "
            "be held out to measure by. Take the repetitions out, or add other text."
        )
    return Material(
        training,
        choosing,
        scoring,
        *_parted(generic, GENERIC_SHARE, request.seed),
        read=len(kept) + refused.total(),
        kept=len(kept),
        refused=dict(refused),
    )


def _require_usable(model: Model, request: Request) -> None:
    if not request.memories:
        raise UsageError("No translation memory: add --tmx FILE or --tsv FILE.")
    for source, target in request.directions:
        _, *pivot, _ = find_route(model, source, target)
        if pivot:
            raise UsageError(
                f"Model {model.name!r} translates {source}→{target} by way of {pivot[0]}: adapt it "
                f"to {source}→{pivot[0]} or {pivot[0]}→{target}."
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
            lost[_OTHER if directions else _UNKNOWN] += 1
        yield from found


def _chosen(
    pairs: Iterable[Pair], fitting: Fitting, lost: Counter[str] | None = None, reason: str = ""
) -> Iterator[Pair]:
    """Yield the pairs that fit the model, and count the others."""
    stream = iter(pairs)
    while chunk := list(islice(stream, _CHUNK)):
        found = fitting(chunk)
        if lost is not None and len(found) < len(chunk):
            lost[reason] += len(chunk) - len(found)
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
    reasons = "; ".join(f"{count:,} {reason}" for reason, count in refused.items())
    raise InputError(
        f"{_names(files)}: {most} usable pairs in one direction, and {LEAST} are needed: with "
        "fewer a model learns them by heart and gets worse elsewhere. "
        f"Not usable: {reasons or 'none'}."
    )


def _names(files: Iterable[Path]) -> str:
    return ", ".join(path.name for path in files)


def _parted(
    pairs: Sequence[Pair], share: float, seed: int
) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Return (training, choosing, scoring): no text of one part stands in another."""
    training: list[Pair] = []
    held: tuple[list[Pair], list[Pair]] = ([], [])
    for group in by_direction(pairs).values():
        parts = split(group, share, seed)
        training += parts.training
        for side, half in zip(held, _halved(parts.held_out), strict=True):
            side.extend(half)
    choosing, scoring = _apart(held[0], held[1]), held[1]
    return _apart(training, choosing, scoring), choosing, scoring


def _halved(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Return two sides of about the same size: whole documents, or blocks of neighbours."""
    groups: dict[str | int, list[Pair]] = {}
    for number, pair in enumerate(pairs):
        groups.setdefault(pair.document or number // BLOCK, []).append(pair)
    if len(groups) == 1:
        return list(pairs[: len(pairs) // 2]), list(pairs[len(pairs) // 2 :])
    sides: tuple[list[Pair], list[Pair]] = ([], [])
    for group in sorted(groups.values(), key=len, reverse=True):
        # On a tie the second side, which scores.
        min(reversed(sides), key=len).extend(group)
    return sides


def _apart(pairs: Iterable[Pair], *others: Iterable[Pair]) -> list[Pair]:
    """Return the pairs of which no text stands in others.

    What one direction holds out may be the other side of a pair in another direction.
    """
    secret = {text for part in others for p in part for text in (p.source, p.target)}
    return [p for p in pairs if p.source not in secret and p.target not in secret]
