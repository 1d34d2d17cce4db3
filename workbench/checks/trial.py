"""Measures the checks: errors planted in right translations, and doubts about untouched ones.

    trial = run_trial(read_sentences(paths), count=1000, seed=1)

A new sort of errors is a planter (workbench.planting) and a line in FAMILIES.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice, permutations, product
from pathlib import Path
from random import Random
from typing import Any

from workbench.checks import run_checks
from workbench.errors import InputError
from workbench.planting import Sentence, plant, sorts
from workbench.types import Document, Finding, Segment, Translation

LANGUAGES = ("ja", "ko", "en")
DIRECTIONS = tuple(permutations(LANGUAGES, 2))
# Which checks are there to see a sort of planted errors.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "number": ("numbers",),
    "date": ("numbers",),
    "name": ("names", "name-consistency"),
    "quotation": ("quotations", "balance"),
    "negation": ("negation",),
}
_OTHERS = 40  # sentences of other texts that a planter may take names and quotations from

Direction = tuple[str, str]
Said = frozenset[tuple[str, str]]  # (check, segment) of every doubt


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence pair of a text; document is its name, "" for a sentence that stands alone."""

    source: str
    target: str
    direction: Direction
    document: str = ""
    place: int = 0


Text = tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted error; checks are those that spoke up and had been silent before."""

    sort: str
    sample: Sample
    text: str
    checks: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Say whether a check that is responsible for this sort has seen it."""
        return bool(set(self.checks) & set(FAMILIES[self.sort]))


@dataclass(frozen=True, slots=True)
class Alarm:
    """A doubt about a translation that was left as it is."""

    check: str
    sample: Sample
    message: str


@dataclass(frozen=True, slots=True)
class Rate:
    """A count of a whole, with the 95 % interval of Wilson (1927) for its share."""

    count: int
    whole: int

    @property
    def share(self) -> float:
        """Return the share (0 to 1), 0 of nothing."""
        return self.count / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return the ends (0 to 1) of the interval; of nothing, anything is possible.

        >>> [round(end, 3) for end in Rate(0, 100).interval]
        [0.0, 0.037]
        """
        if not self.whole:
            return 0.0, 1.0
        z, n, p = 1.96, self.whole, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial found; untouched counts the pairs read as they are, by direction."""

    planted: tuple[Planted, ...]
    alarms: tuple[Alarm, ...]
    untouched: Mapping[Direction, int]
    seed: int

    def caught(self, sort: str, direction: Direction | None = None) -> Rate:
        """Return how many of a sort were caught by the checks responsible for it."""
        mine = [
            p for p in self.planted if p.sort == sort and direction in (None, p.sample.direction)
        ]
        return Rate(sum(p.caught for p in mine), len(mine))

    def caught_at_all(self, sort: str) -> Rate:
        """Return how many of a sort were caught by any check silent before."""
        mine = [p for p in self.planted if p.sort == sort]
        return Rate(sum(bool(p.checks) for p in mine), len(mine))

    def alarmed(self, checks: Iterable[str], direction: Direction | None = None) -> Rate:
        """Return how many untouched pairs one of the checks raised a doubt about."""
        wanted = set(checks)
        pairs = {a.sample for a in self.alarms if a.check in wanted}
        if direction is None:
            return Rate(len(pairs), sum(self.untouched.values()))
        mine = sum(sample.direction == direction for sample in pairs)
        return Rate(mine, self.untouched.get(direction, 0))


def run_trial(
    samples: Sequence[Sample],
    count: int = 1000,
    seed: int = 1,
    report: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Trial:
    """Plant `count` errors, as many of each sort and direction, and read all pairs untouched.

    Sentences of one document are read together, in their order, as the checks of a whole text
    need them. An error is caught when a check says something that it did not say of the right
    translation. `report` is told what is being done, how many of how many are done.
    Raises InputError: there are no pairs.
    """
    if not samples:
        raise InputError("There are no sentence pairs in ja, ko and en to try the checks on.")
    alarms: list[Alarm] = []
    texts = _texts(samples)
    done = 0
    for text in texts:
        alarms += _alarms(text)
        done += len(text)
        report("untouched", done, len(samples))
    planted: list[Planted] = []
    for error in _plant_all(texts, count, Random(seed)):
        planted.append(error)
        report("planted", len(planted), count)
    untouched = Counter(sample.direction for sample in samples)
    return Trial(tuple(planted), tuple(alarms), untouched, seed)


def read_sentences(
    paths: Iterable[Path], directions: Sequence[Direction] = DIRECTIONS
) -> list[Sample]:
    """Return the pairs of files in all directions asked for, document after document.

    .jsonl holds sentences {"ja", "en", "ko"} or documents {"id", "sentences"} of them; titles and
    bullets are left out. For .tmx and .tsv see workbench.training.corpus.read_pairs.
    Raises InputError: a file cannot be read.
    """
    rows = [row for path in paths for row in _read(Path(path))]
    return [
        Sample(texts[source], texts[target], (source, target), document, place)
        for source, target in directions
        for document, place, texts in rows
        if texts.get(source, "").strip() and texts.get(target, "").strip()
    ]


def _read(path: Path) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    """Yield (document, place, texts by language) for every sentence of a file."""
    if path.suffix == ".jsonl" and path.is_file():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            item = _parse(path, number, line)
            name = f"{path.name}:{number}" if "sentences" in item else ""
            rows: list[Mapping[str, str]] = item.get("sentences", [item])
            for place, row in enumerate(rows):
                yield name, place, {code: row[code] for code in LANGUAGES if code in row}
    else:
        from workbench.training.corpus import read_pairs

        for place, pair in enumerate(read_pairs(path)):
            texts = dict(zip(pair.languages, (pair.source, pair.target), strict=True))
            yield pair.document, place, texts


def _parse(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as exc:
        raise InputError(f"{path}: line {number} is not JSON. Mend or remove it.") from exc
    if not isinstance(item, dict):
        raise InputError(f"{path}: line {number} is no sentence and no document.")
    return item


def _texts(samples: Sequence[Sample]) -> list[Text]:
    """Return documents as one text each, and sentences that stand alone as one text each."""
    texts: list[Text] = []
    for (_, document), group in groupby(samples, key=lambda s: (s.direction, s.document)):
        text = tuple(group)
        texts += [text] if document else [(sample,) for sample in text]
    return texts


def _review(text: Text, place: int = -1, target: str = "") -> tuple[Finding, ...]:
    """Return the doubts about sentences read as one text, the target at one place changed."""
    languages = text[0].direction
    segments = tuple(
        Segment(f"s{i}", sample.source, "", "sentence", 0, 0) for i, sample in enumerate(text)
    )
    targets = [target if i == place else sample.target for i, sample in enumerate(text)]
    translations = [
        Translation(f"s{i}", languages[1], target, "mt") for i, target in enumerate(targets)
    ]
    return run_checks(Document(languages[0], segments), translations, languages[1])


def _alarms(text: Text) -> Iterator[Alarm]:
    for finding in _review(text):
        place = int(finding.segment_id[1:] or 0)
        yield Alarm(finding.check, text[place], finding.message)


def _plant_all(texts: Sequence[Text], count: int, random: Random) -> Iterator[Planted]:
    """Yield planted errors; a cell (sort, direction) that has no more sentences yields fewer."""
    by_direction: dict[Direction, list[tuple[Text, int]]] = {}
    for text in texts:
        rows = by_direction.setdefault(text[0].direction, [])
        rows += [(text, place) for place in range(len(text))]
    cells = list(product(by_direction, sorts()))
    for number, (direction, sort) in enumerate(cells):
        wanted = count // len(cells) + (number < count % len(cells))
        yield from islice(_plant_cell(sort, by_direction[direction], random), wanted)


def _plant_cell(sort: str, rows: Sequence[tuple[Text, int]], random: Random) -> Iterator[Planted]:
    """Yield errors of one sort in sentences taken at random, each at most once."""
    for text, place in random.sample(rows, len(rows)):
        sample = text[place]
        near = random.choices(rows, k=_OTHERS)
        others = tuple(
            t[i].target for t, i in near if t[i].document != sample.document or not t[i].document
        )
        sentence = Sentence(sample.source, sample.target, *sample.direction, others)
        planted = plant(sort, sentence, random)
        if planted is not None:
            yield Planted(sort, sample, planted, _caught_by(text, place, sort, planted))


def _caught_by(text: Text, place: int, sort: str, planted: str) -> tuple[str, ...]:
    """Return the checks that speak up; the whole text is read where the sentence tells nothing."""
    alone = (text[place],)
    found = _said(_review(alone, 0, planted)) - _said(_review(alone))
    checks = {check for check, _ in found}
    if len(text) > 1 and not checks & set(FAMILIES[sort]):
        checks |= {check for check, _ in _said(_review(text, place, planted)) - _usual(text)}
    return tuple(sorted(checks))


@lru_cache(maxsize=512)
def _usual(text: Text) -> Said:
    return _said(_review(text))


def _said(findings: Iterable[Finding]) -> Said:
    return frozenset((finding.check, finding.segment_id) for finding in findings)
