"""What an engine gets when: files in order, each text once a job, in windows sorted by length.

A window depends on nothing but the files and the spec, not on what was translated before or how
fast: batches are then the same after an interruption, and so are their translations.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Protocol

from workbench.batch.passages import Passage, passages
from workbench.batch.pool import Unit, text_key
from workbench.batch.store import Store
from workbench.batch.values import FileRow, Spec
from workbench.catalogue import Model, default_model, get_model
from workbench.errors import InputError, UsageError
from workbench.formats import FORMATS, Block, Reading, Remark
from workbench.identification import identify
from workbench.languages import LANGUAGES, get_language
from workbench.pipeline import find_routes, translate_segments
from workbench.routing import Route, Run, has_words
from workbench.types import Segment, Translation

# Distinct texts of a window. With fewer than LEAST it waits for the next file.
WINDOW, LEAST = 2048, 64
_ASKED_AT_ONCE = 512
# Characters that the language of a file is found from.
_HEAD = 4000
# Texts of a unit, by the MB of the model's weights: about what takes seconds, not minutes.
_UNITS = ((300, 512), (1500, 128))
_LARGE, _CHAT = 32, 8
# Characters of words in formatting that are translated by themselves, too.
_FRAGMENT = 200


class Reads(Protocol):
    """What reads documents: workbench.formats.process.Reader."""

    def read(self, path: Path, format: str, reading: Reading) -> Iterator[Block | Remark]:
        """Yield what stands in a file; raises InputError."""


@dataclass(frozen=True, slots=True)
class Window:
    """Texts that are planned together. units leave out what is translated already.

    texts counts translations, the ones there are already among them: texts times targets. read is
    about how many bytes of the file in work were read by then.
    """

    number: int
    units: tuple[Unit, ...]
    texts: int
    read: int = 0


@dataclass(frozen=True, slots=True)
class Begun:
    """A file that is being read; its texts are in windows from `window` on."""

    number: int
    language: str
    window: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A file whose texts are all in windows up to `window`, -1 for none.

    fresh counts the distinct texts that no file before it has.
    """

    number: int
    language: str
    window: int
    fresh: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that cannot be translated, and why; skipped where there is nothing to be done."""

    number: int
    reason: str
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is being read: its language, and what stands in it."""

    language: str
    blocks: Iterator[Block | Remark]


Event = Window | Begun | Planned | Refused


class Planner:
    """Reads the files of a job in order and says what is to be translated when."""

    def __init__(self, store: Store, job: str, spec: Spec, reader: Reads) -> None:
        self._store, self._job, self._spec, self._reader = store, job, spec, reader
        self._size = unit_size(get_model(spec.options.model or default_model()))
        self._number = 0
        self._read = 0
        self._language = ""
        self._routes: tuple[Route, ...] = ()
        self._texts: dict[bytes, str] = {}
        self._asked: dict[bytes, str] = {}

    def events(self, rows: Sequence[FileRow]) -> Iterator[Event]:
        """Yield windows as they fill and files as they end, in the order of their texts."""
        for row in rows:
            try:
                yield from self._file(row)
            except (InputError, UsageError) as error:
                yield Refused(row.number, str(error))
            if self._number == 0 or len(self._texts) >= LEAST:
                yield from self._close()
        yield from self._close()

    def _file(self, row: FileRow) -> Iterator[Event]:
        fresh = 0
        for targets in tasks(row.source.format, self._spec.targets):
            opened = open_file(self._reader, row, self._spec, targets[0])
            language, routes = opened.language, routes_of(self._spec, opened.language)
            if not routes:
                reason = f"its text is {get_language(language).name} already"
                yield Refused(row.number, reason, skipped=True)
                return
            if language != self._language:
                yield from self._close()
            self._language, self._routes = language, routes
            yield Begun(row.number, language, self._number)
            self._read = 0
            for passage in passages(only_blocks(opened.blocks), language, row.source.name):
                text = "".join(block.text for block in passage.blocks)
                self._read += len(text.encode("utf-8", "replace"))
                for text in (*wanted(passage, routes), *fragments(passage)):
                    self._asked.setdefault(text_key(language, text), text)
                    if len(self._asked) >= _ASKED_AT_ONCE:
                        fresh += self._ask()
                        if len(self._texts) >= WINDOW:
                            yield from self._close()
            fresh += self._ask()
        self._read = 0
        yield Planned(row.number, language, self._number - (not self._texts), fresh)

    def _ask(self) -> int:
        """Take into the window what no window before it has, and return how many texts that is."""
        asked = {key: text for key, text in self._asked.items() if key not in self._texts}
        self._asked = {}
        mine = self._store.plan(self._job, self._number, list(asked))
        new = {key: asked[key] for key, its in zip(asked, mine, strict=True) if its}
        self._texts |= new
        return len(new)

    def _close(self) -> Iterator[Window]:
        """Yield the window as it is and begin the next."""
        texts, self._texts = self._texts, {}
        if texts:
            units = tuple(u for route in self._routes for u in self._units(texts, route))
            yield Window(self._number, units, len(texts) * len(self._routes), self._read)
            self._number += 1

    def _units(self, texts: dict[bytes, str], route: Route) -> Iterator[Unit]:
        # Stable: texts of one length stay in the order of the files. The longest first, so that
        # no engine is left alone with one at the end.
        keys = sorted(texts, key=lambda key: -len(texts[key]))
        for at in range(0, len(keys), self._size):
            some = keys[at : at + self._size]
            known = self._store.known(self._job, route[-1], some)
            missing = tuple(texts[key] for key in some if key not in known)
            if missing:
                yield Unit(self._number, route, missing)


def tasks(format: str, targets: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return the targets that one reading of a file serves: all, or each its own.

    What stands in a bilingual file depends on the language that is asked for.
    """
    if FORMATS[format].bilingual:
        return tuple((target,) for target in targets)
    return (tuple(targets),)


def reading_of(spec: Spec, target: str) -> Reading:
    """Return how a file of a job is read for a target."""
    return replace(spec.reading, source=spec.source, target=target)


def routes_of(spec: Spec, language: str) -> tuple[Route, ...]:
    """Return the routes from a language to every target of a job that is another.

    Raises UsageError: the model has no such route.
    """
    model = get_model(spec.options.model or default_model())
    others = [target for target in spec.targets if target != language]
    return find_routes(model, language, others, spec.options.pivot) if others else ()


def open_file(reader: Reads, row: FileRow, spec: Spec, target: str) -> Opened:
    """Return what stands in a file, read for a target, and its language.

    Raises InputError: it cannot be read, or its language is not clear.
    """
    events = reader.read(Path(row.source.path), row.source.format, reading_of(spec, target))
    head: list[Block | Remark] = []
    size = 0
    for event in events:
        head.append(event)
        size += len(event.text) if isinstance(event, Block) else 0
        if size > _HEAD:
            break
    language = spec.source or row.language or _language([e for e in head if isinstance(e, Block)])
    return Opened(language, chain(head, events))


def _language(blocks: Sequence[Block]) -> str:
    told = next((block.language for block in blocks if block.language), "")
    if told:
        return get_language(told).code
    text = "\n".join(block.text for block in blocks)
    if not text.strip():
        raise InputError("There is no text in it that could be translated.")
    guess = identify(text, tuple(LANGUAGES))
    if not guess.sure:
        raise InputError(f"Its language is not clear ({guess.reason}): say it with --from.")
    return guess.language


def only_blocks(events: Iterable[Block | Remark]) -> Iterator[Block]:
    """Yield the blocks among what a reader says."""
    return (event for event in events if isinstance(event, Block))


def wanted(passage: Passage, routes: Sequence[Route]) -> Iterator[str]:
    """Yield the texts that an engine is to translate for a passage; kept blocks have none."""
    for block, part in zip(passage.blocks, passage.parts, strict=True):
        if not block.kept:
            for segment in part.segments:
                yield from _asked_for(segment, routes)


def fragments(passage: Passage) -> Iterator[str]:
    """Yield words in formatting: their own translations say where it belongs in a target."""
    for block in passage.blocks:
        for code in block.codes if not block.kept else ():
            words = block.text[code.start : code.end].strip()
            if code.kind == "pair" and len(words) <= _FRAGMENT and has_words(words):
                yield words


def _asked_for(segment: Segment, routes: Sequence[Route]) -> Iterator[str]:
    if segment.kind in ("sentence", "heading"):
        if has_words(segment.text):
            yield segment.text
        return
    for route in routes:
        asking = Asking(route)
        list(translate_segments([segment], asking))
        yield from asking.texts


class Asking(Run):
    """A run that translates nothing, and remembers what it was asked for."""

    def __init__(self, route: Route) -> None:
        self.source, self.target = route[0], route[-1]
        self.texts: dict[str, None] = {}

    def translate(self, texts: Sequence[str]) -> dict[str, Translation]:
        """Return each text as its own translation."""
        self.texts |= dict.fromkeys(text for text in texts if has_words(text))
        return {text: Translation("", self.target, text, "copy") for text in texts}


def unit_size(model: Model) -> int:
    """Return how many texts an engine gets at once: what a large model takes minutes for is less.

    It depends on the model alone, as units must be the same whenever they are planned.
    """
    if model.engine == "chat":
        return _CHAT
    return next((texts for most, texts in _UNITS if model.size_mb <= most), _LARGE)
