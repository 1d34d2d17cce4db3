"""A dry run: what is in the files of a job, and what time, memory and disk it will take."""

import shutil
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from workbench.batch.passages import passages
from workbench.batch.planning import (
    Reads,
    only_blocks,
    open_file,
    routes_of,
    tasks,
    unit_size,
    wanted,
)
from workbench.batch.pool import LocalPool, Unit, text_key
from workbench.batch.values import FileRow, Source, Spec
from workbench.catalogue import default_model, get_model
from workbench.errors import InputError, UsageError
from workbench.evaluation.process import expected_bytes
from workbench.evaluation.systems import System
from workbench.naming import shown
from workbench.routing import Route

# Texts that are translated to measure the speed, taken evenly from those of the files.
_PROBE = 64
# Up to so many texts are told apart exactly; of more, a share is.
_EXACT = 200_000
# Bytes on the disk for a translation in the store, and of an output for a byte of the source.
_PER_TEXT, _PER_BYTE = 400, 1.5


@dataclass(frozen=True, slots=True)
class FileEstimate:
    """What a file holds. new counts its texts that no file before it has; reason: it is refused.

    Of more than 200,000 distinct texts in all, new is an estimate, good to a percent or so.
    """

    name: str
    format: str
    language: str = ""
    characters: int = 0
    segments: int = 0
    kept: int = 0
    new: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a job will take: texts to translate (times targets), seconds, bytes.

    rate is texts a second, measured on `probed` texts of the files; 0 where there were none.
    """

    files: tuple[FileEstimate, ...]
    texts: int
    rate: float
    probed: int
    seconds: float
    memory: int
    disk: int
    free: int


class _Counted:
    """Counts distinct texts in bounded memory, and draws some of them for the probe.

    Once there are many, only keys that end in so many zero bits are kept, and each stands for
    as many as are not. Source: Flajolet (1990), "On adaptive sampling"; Vitter (1985) for the
    probe, "Random sampling with a reservoir".
    """

    def __init__(self) -> None:
        self.probe: dict[Route, list[str]] = {}
        self.texts = 0
        self._seen: set[int] = set()
        self._every = 1
        self._drawn = 0
        self._random = Random(1)

    def add(self, text: str, routes: Sequence[Route]) -> int:
        """Return how many new texts this one stands for: 0 where it was there before."""
        key = int.from_bytes(text_key(routes[0][0], text)[-8:], "big")
        if key % self._every or key in self._seen:
            return 0
        self._seen.add(key)
        stands_for = self._every
        self.texts += stands_for * len(routes)
        self._draw(text, routes)
        while len(self._seen) > _EXACT:
            self._every *= 2
            self._seen = {key for key in self._seen if key % self._every == 0}
        return stands_for

    def _draw(self, text: str, routes: Sequence[Route]) -> None:
        self._drawn += 1
        place = self._random.randrange(self._drawn)
        for route in routes:
            probe = self.probe.setdefault(route, [])
            if len(probe) < _PROBE:
                probe.append(text)
            elif place < _PROBE:
                probe[place] = text


def estimate(reader: Reads, spec: Spec, sources: Sequence[Source], engines: int = 1) -> Estimate:
    """Read every file of a job, translate a few of its texts, and return what it will take.

    Nothing is written. Raises ModelError, EngineError: the model cannot be run.
    """
    counted = _Counted()
    files = tuple(_file(reader, spec, source, counted) for source in sources if not source.skipped)
    rate, probed = _measured(spec, counted)
    model = System(spec.options.model or default_model(), spec.options)
    size = sum(source.size for source in sources if source.format)
    return Estimate(
        files,
        counted.texts,
        rate,
        probed,
        counted.texts / rate / engines if rate else 0.0,
        int(expected_bytes(model)) * engines,
        int(counted.texts * _PER_TEXT + size * _PER_BYTE * len(spec.targets)),
        _free(Path(spec.out)),
    )


def _file(reader: Reads, spec: Spec, source: Source, counted: _Counted) -> FileEstimate:
    found = FileEstimate(source.name, source.format, reason=source.reason)
    if not source.format:
        return found
    try:
        for targets in tasks(source.format, spec.targets):
            found = _task(reader, spec, replace(found), (source, targets[0]), counted)
    except (InputError, UsageError) as error:
        return replace(found, reason=str(error))
    return found


def _task(
    reader: Reads, spec: Spec, found: FileEstimate, what: tuple[Source, str], counted: _Counted
) -> FileEstimate:
    """Return the estimate of a file with what one reading of it adds."""
    source, target = what
    opened = open_file(reader, FileRow(0, source), spec, target)
    routes = routes_of(spec, opened.language)
    characters = segments = kept = new = 0
    for passage in passages(only_blocks(opened.blocks), opened.language, source.name):
        characters += sum(len(block.text) for block in passage.blocks)
        segments += len(passage.document.segments)
        kept += sum(bool(block.kept) for block in passage.blocks)
        for text in wanted(passage, routes) if routes else ():
            new += counted.add(text, routes)
    return replace(
        found,
        language=opened.language,
        characters=max(found.characters, characters),
        segments=max(found.segments, segments),
        kept=max(found.kept, kept),
        new=found.new + new,
    )


def _measured(spec: Spec, counted: _Counted) -> tuple[float, int]:
    """Return texts a second, and on how many that was measured."""
    if not counted.probe:
        return 0.0, 0
    route, texts = next(iter(counted.probe.items()))
    texts = texts[: max(8, unit_size(get_model(spec.options.model or default_model())))]
    with closing(LocalPool(spec.options, spec.load)) as pool:
        pool.facts(route)
        started = time.monotonic()
        list(pool.translate([Unit(0, route, tuple(texts))]))
        seconds = time.monotonic() - started
    return len(texts) / max(seconds, 1e-6), len(texts)


def _free(folder: Path) -> int:
    near = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(near).free


def show(found: Estimate, console: Console) -> None:
    """Print an estimate as a table and a sentence."""
    table = Table("file", "format", "language", header_style="bold cyan")
    for name in ("characters", "segments", "kept", "new"):
        table.add_column(name, justify="right")
    for file in found.files:
        if file.reason:
            table.add_row(shown(file.name), file.format or "–", "refused", "", "", "", "")
            continue
        numbers = (file.characters, file.segments, file.kept, file.new)
        table.add_row(
            shown(file.name), file.format, file.language, *(f"{number:,}" for number in numbers)
        )
    console.print(table)
    for file in found.files:
        if file.reason:
            reason = file.reason.removeprefix(f"{shown(file.name)}: ")
            console.print(f"{shown(file.name)}: {shown(reason)}", markup=False)
    console.print(_told(found), highlight=False)


def _told(found: Estimate) -> str:
    if not found.texts:
        return "Nothing is left to translate."
    memory, disk, free = found.memory / 1e9, found.disk / 1e6, found.free / 1e6
    return (
        f"{found.texts:,} texts to translate, all targets together; about {_time(found.seconds)} "
        f"at {found.rate:,.0f} a second (measured on {found.probed} of them). Engines: about "
        f"{memory:.1f} GB of memory. Disk: about {disk:,.0f} MB of {free:,.0f} MB free."
    )


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
