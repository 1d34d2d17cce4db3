"""The text of a recipe: found, cleaned, held out and laid down once, one file per source and pair.

What is laid down is read again for the vocabulary, for the start of the embeddings and for every
direction; the text is never in memory as a whole, only what a source holds out.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UsageError
from workbench.training import cleaning, corpus, splitting
from workbench.training.corpus import Pair
from workbench.training.recipe import Recipe, Source

Direction = tuple[str, str]
HELD_OUT = 400


@dataclass(frozen=True)
class Laid:
    """The text of one source in one pair of languages, as TSV; the tally says what was refused."""

    source: Source
    languages: Direction
    path: Path
    pairs: int
    tally: cleaning.Tally

    def read(self, direction: Direction) -> Iterator[Pair]:
        """Return its pairs in one direction."""
        return corpus.read_pairs(self.path, direction)


def files_of(recipe: Recipe, data: Path) -> dict[str, list[Path]]:
    """Return the files of each source; a file belongs to the first source that names it.

    Raises UsageError: a pattern finds nothing.
    """
    taken: set[Path] = set()
    found: dict[str, list[Path]] = {}
    for source in recipe.source:
        mine = []
        for pattern in source.files:
            matches = sorted(data.glob(pattern))
            if not matches:
                raise UsageError(f"{data / pattern}: no such file, for source {source.name!r}.")
            mine += [path for path in matches if path not in taken]
            taken.update(matches)
        found[source.name] = mine
    return found


def lay_down(
    recipe: Recipe, files: Mapping[str, list[Path]], folder: Path
) -> tuple[list[Laid], list[Pair]]:
    """Write the training text of every source into a folder; return it and the held-out pairs.

    No sentence that is held out in one pair of languages is trained in another.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pairs = _language_pairs(recipe)
    held = [
        pair
        for source in recipe.source
        if source.held_out
        for languages in pairs
        for pair in _held_out(recipe, source, languages, files[source.name])
    ]
    secret = {text for pair in held for text in (pair.source, pair.target)}
    laid = [
        _lay(source, languages, files[source.name], folder, secret)
        for source in recipe.source
        for languages in pairs
    ]
    return [text for text in laid if text.pairs], _in_directions(recipe, held)


def directions(recipe: Recipe) -> dict[Direction, float]:
    """Return the weight of each (source, target) of a recipe."""
    return {_direction(name): weight for name, weight in recipe.directions.items()}


def _direction(name: str) -> Direction:
    source, target = name.split("-")
    return source, target


def _language_pairs(recipe: Recipe) -> list[Direction]:
    """Return the pairs that the directions need, each once, whichever way round."""
    seen: dict[frozenset[str], Direction] = {}
    for direction in directions(recipe):
        seen.setdefault(frozenset(direction), direction)
    return list(seen.values())


def _held_out(
    recipe: Recipe, source: Source, languages: Direction, files: list[Path]
) -> list[Pair]:
    pairs = _clean(source, languages, files)
    parts = splitting.split(pairs, source.held_out, recipe.schedule.seed, most=HELD_OUT)
    return parts.held_out


def _in_directions(recipe: Recipe, held: Iterable[Pair]) -> list[Pair]:
    """Return held-out pairs in every direction that the recipe trains."""
    wanted = directions(recipe)
    both = [(pair, pair.turned()) for pair in held]
    return [pair for pairs in both for pair in pairs if pair.languages in wanted]


def _lay(
    source: Source, languages: Direction, files: list[Path], folder: Path, secret: set[str]
) -> Laid:
    """Write a source's text in one pair of languages and count it."""
    path = folder / f"{source.name}.{'-'.join(languages)}.tsv"
    cleaner = _clean(source, languages, files)
    open_pairs = (p for p in cleaner if p.source not in secret and p.target not in secret)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for pair in _limited(open_pairs, source.limit):
            file.write(f"{pair.source}\t{pair.target}\n")
            count += 1
    return Laid(source, languages, path, count, cleaner.tally)


def _limited(pairs: Iterable[Pair], limit: int) -> Iterable[Pair]:
    """Return all pairs, or a uniform sample of `limit` of them, the same at every call.

    Reservoir sampling (Vitter 1985, algorithm R).
    """
    if not limit:
        return pairs
    chance = random.Random(limit)
    sample: list[Pair] = []
    for number, pair in enumerate(pairs):
        if len(sample) < limit:
            sample.append(pair)
        elif (place := chance.randrange(number + 1)) < limit:
            sample[place] = pair
    return sample


def _clean(source: Source, languages: Direction, files: list[Path]) -> cleaning.Cleaner:
    rules = cleaning.RULES if source.prose else cleaning.USUAL
    return cleaning.clean(_read(files, languages), rules)


def _read(files: list[Path], languages: Direction) -> Iterator[Pair]:
    for path in files:
        named = corpus.named_pair(path)
        if not named or set(named) == set(languages):
            yield from corpus.read_pairs(path, languages)
