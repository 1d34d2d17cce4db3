"""The files of a job whose texts are all translated: checked, written, accounted for."""

import pickle
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from workbench.batch.passages import Passage, passages, rendering
from workbench.batch.planning import (
    Reads,
    fragments,
    open_file,
    reading_of,
    routes_of,
    tasks,
    wanted,
)
from workbench.batch.pool import text_key
from workbench.batch.store import Store
from workbench.batch.values import Account, FileRow, FileState, Output, Spec
from workbench.catalogue import Model
from workbench.errors import AccountingError, InputError, UsageError
from workbench.evaluation.process import Translated
from workbench.formats import FORMATS as FILES
from workbench.formats import Block, Reading, Remark, Rendering
from workbench.manifest import file_hash
from workbench.pipeline import Workbench, translate_segments
from workbench.render import FORMATS, summary_text
from workbench.routing import Route, Run, has_words
from workbench.types import Decoding, Document, Hypothesis, Result, Segment, Translation
from workbench.writing import whole

# Characters of a file that is checked and exported as one; a larger one is checked in parts.
WHOLE = 1_000_000
SUMMARY = "summary"
# Failures and remarks of a file that are kept by their words.
_LISTED = 100
_IN_MEMORY = 8_000_000
_AT_ONCE = 4096
Names = Mapping[tuple[str, str, str], str]


class ReadsAndWrites(Reads, Protocol):
    """What reads and writes documents: workbench.formats.process.Reader."""

    def write(
        self,
        path: Path,
        format: str,
        out: Path,
        renderings: Iterable[Rendering],
        reading: Reading,
    ) -> None:
        """Write a file with renderings in place of its blocks; raises InputError."""

    def inspect(self, path: Path, format: str, reading: Reading) -> Iterator[Block | Remark]:
        """Yield what is to be said of a written file; raises InputError."""


@dataclass
class _Sheet:
    """What is found out about a file while it is finished."""

    account: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    doubts: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: dict[str, None] = field(default_factory=dict)
    outputs: list[Output] = field(default_factory=list)
    manifest: dict[str, Any] = field(default_factory=dict)
    lost: bool = False
    # Whether an output is being written: what fails then is no fault of the file.
    writing: bool = False

    def remark(self, remark: Remark) -> None:
        self.lost = self.lost or remark.lost
        if len(self.remarks) < _LISTED:
            self.remarks[remark.message] = None


class Finisher:
    """Makes the outputs of files from the translations in the store.

    facts are what the engine said of itself; names has the relative path of each output by file,
    language and kind; time stands in the manifests, so that they are the same after a resume.
    """

    def __init__(
        self,
        store: Store,
        job: str,
        spec: Spec,
        reader: ReadsAndWrites,
        facts: Translated,
        names: Names,
        time: str,
    ) -> None:
        self._store, self._job, self._spec, self._reader = store, job, spec, reader
        self._names = names
        self._bench = Workbench(lambda model, engine: _Recorded(facts, model), clock=lambda: time)

    def finish(self, row: FileRow, fresh: int) -> FileRow:
        """Return the row of a file with its outputs written; fresh counts its own texts.

        A file that cannot be written as a whole has state "failed" and nothing of it appears.
        """
        started = time.monotonic()
        sheet = _Sheet()
        try:
            self._finish(row, sheet)
        except (InputError, UsageError, AccountingError) as error:
            ours = sheet.writing or isinstance(error, AccountingError)
            state: FileState = "failed" if ours else "refused"
            return replace(row, state=state, reason=str(error), remarks=tuple(sheet.remarks))
        partly = bool(sheet.account["failed"]) or sheet.lost
        return replace(
            row,
            state="partly" if partly else "done",
            reason="",
            account=_account(sheet.account, fresh * len(self._spec.targets)),
            remarks=tuple(sheet.remarks),
            failures=tuple(sheet.failures),
            findings=dict(sheet.findings),
            doubts=tuple(sheet.doubts),
            outputs=tuple(sheet.outputs),
            seconds=time.monotonic() - started,
            share=1.0,
            manifest=sheet.manifest,
        )

    def _finish(self, row: FileRow, sheet: _Sheet) -> None:
        if file_hash(Path(row.source.path)) != row.sha256:
            raise InputError(f"{row.source.name}: was changed while the job ran; run it again.")
        for targets in tasks(row.source.format, self._spec.targets):
            routes = [r for r in routes_of(self._spec, row.language) if r[-1] in targets]
            if routes:
                self._task(row, routes, sheet)
            for target in set(targets) - {route[-1] for route in routes}:
                sheet.remark(Remark(f"Its language is {target}: not written in that again."))

    def _task(self, row: FileRow, routes: Sequence[Route], sheet: _Sheet) -> None:
        """Check and write what one reading of a file serves."""
        targets = [route[-1] for route in routes]
        opened = open_file(self._reader, row, self._spec, targets[0])
        held: list[_Filled] | None = []
        blocks = size = 0
        with _Spools(targets) as spools:
            for passage in passages(_heard(opened.blocks, sheet), row.language, row.source.name):
                filled = self._fill(passage, routes)
                _count(filled, sheet)
                for target in targets:
                    spools.put(target, self._renderings(filled, target, sheet))
                blocks += len(passage.blocks)
                size += sum(len(block.text) for block in passage.blocks)
                if held is not None:
                    held.append(filled)
                if held is None or size > WHOLE:
                    self._in_parts(held or [filled], targets, sheet)
                    held = None
            if held is not None:
                self._as_one(row, held, targets, sheet)
            elif self._spec.beside or self._spec.options.summary != 0:
                message = f"Over {WHOLE:,} characters: too large for a summary or for exports."
                sheet.remark(Remark(message))
            # A file that is read once for each target has its texts once.
            sheet.account["blocks"] = max(sheet.account["blocks"], blocks)
            sheet.account["characters"] = max(sheet.account["characters"], size)
            for target in targets:
                self._write(row, target, spools.take(target), sheet)

    def _fill(self, passage: Passage, routes: Sequence[Route]) -> "_Filled":
        texts = [*wanted(passage, routes), *fragments(passage)]
        keys = {text_key(passage.document.language, text): text for text in texts}
        runs = {route[-1]: _Stored(route, self._known(route[-1], keys)) for route in routes}
        columns = {target: _column(passage, run) for target, run in runs.items()}
        return _Filled(passage, columns, runs)

    def _known(self, target: str, keys: Mapping[bytes, str]) -> dict[str, Translation]:
        every = list(keys)
        known: dict[str, Translation] = {}
        for at in range(0, len(every), _AT_ONCE):
            found = self._store.look_up(self._job, target, every[at : at + _AT_ONCE])
            known |= {keys[key]: translation for key, translation in found.items()}
        return known

    def _renderings(self, filled: "_Filled", target: str, sheet: _Sheet) -> list[Rendering]:
        by_id = {t.segment_id: t for t in filled.columns[target]}
        made = []
        for block, part in zip(filled.passage.blocks, filled.passage.parts, strict=True):
            if block.kept:
                made.append(Rendering(block.kept))
                continue
            one, notes = rendering(block, part, by_id, target, filled.runs[target].find)
            made.append(one)
            for note in notes:
                sheet.remark(Remark(f"{target}: {note}"))
        return made

    def _as_one(
        self, row: FileRow, held: "list[_Filled]", targets: Sequence[str], sheet: _Sheet
    ) -> None:
        """Check a file as a whole, and write what goes beside its translations."""
        document, columns = _joined(held, row, targets)
        if not self._spec.checks and not self._spec.beside and self._spec.options.summary == 0:
            self._seal(document, columns, targets, sheet)
            return
        result = self._assemble(document, columns, targets, sheet)
        for name in self._spec.beside:
            self._export(row, (targets, name), FORMATS[name](result), sheet)
        if self._spec.options.summary != 0:
            texts = {row.language: {s.id: s.text for s in document.segments}}
            texts |= {t: {one.segment_id: one.text for one in columns[t]} for t in targets}
            text = summary_text(result.summary, texts, "md", document)
            self._export(row, (targets, SUMMARY), text, sheet)

    def _in_parts(self, filled: "Sequence[_Filled]", targets: Sequence[str], sheet: _Sheet) -> None:
        for one in filled:
            document = one.passage.document
            if self._spec.checks:
                self._assemble(document, one.columns, targets, sheet)
            else:
                self._seal(document, one.columns, targets, sheet)

    def _assemble(
        self,
        document: Document,
        columns: Mapping[str, Sequence[Translation]],
        targets: Sequence[str],
        sheet: _Sheet,
    ) -> Result:
        translations = [t for target in targets for t in columns[target]]
        result = self._bench.assemble(document, targets, translations, self._spec.options)
        sheet.manifest = sheet.manifest or dict(result.manifest)
        for doubt in result.findings:
            sheet.findings[doubt.severity] += 1
            if len(sheet.doubts) < _LISTED:
                where = (doubt.segment_id, doubt.language)
                sheet.doubts.append((doubt.severity, doubt.check, *where, doubt.message))
        return result

    def _seal(
        self,
        document: Document,
        columns: Mapping[str, Sequence[Translation]],
        targets: Sequence[str],
        sheet: _Sheet,
    ) -> None:
        if not sheet.manifest:
            routes = [r for r in routes_of(self._spec, document.language) if r[-1] in targets]
            translations = [t for target in targets for t in columns[target]]
            options = self._spec.options
            sheet.manifest = self._bench.manifest(document, translations, routes, options)

    def _export(
        self,
        row: FileRow,
        what: tuple[Sequence[str], str],
        made: str | bytes,
        sheet: _Sheet,
    ) -> None:
        """Write an export; those of a file that is read per target are one per target."""
        targets, kind = what
        language = targets[0] if len(targets) < len(self._spec.targets) else ""
        name = self._names.get((row.source.name, language, kind))
        name = name or self._names[(row.source.name, "", kind)]
        with self._output(name, kind, language, sheet) as place:
            place.write_bytes(made if isinstance(made, bytes) else made.encode("utf-8", "replace"))

    def _write(
        self, row: FileRow, target: str, renderings: Iterator[Rendering], sheet: _Sheet
    ) -> None:
        name = self._names[(row.source.name, target, "translation")]
        reading = replace(reading_of(self._spec, target), source=row.language)
        path, format = Path(row.source.path), row.source.format
        with self._output(name, "translation", target, sheet) as place:
            self._reader.write(path, format, place, renderings, reading)
        if FILES[format].inspected:
            for remark in self._reader.inspect(Path(self._spec.out, name), format, reading):
                if isinstance(remark, Remark):
                    sheet.remark(replace(remark, message=f"{target}: {remark.message}"))

    @contextmanager
    def _output(self, name: str, kind: str, language: str, sheet: _Sheet) -> Iterator[Path]:
        path = Path(self._spec.out, name)
        sheet.writing = True
        with whole(path) as place:
            yield place
        sheet.writing = False
        size = path.stat().st_size
        sheet.outputs.append(Output(name, kind, language, file_hash(path), size))


@dataclass(frozen=True, slots=True)
class _Filled:
    """A passage with its translations by target, and the runs that have them."""

    passage: Passage
    columns: Mapping[str, tuple[Translation, ...]]
    runs: "Mapping[str, _Stored]"


class _Stored(Run):
    """A run over what is translated already."""

    def __init__(self, route: Route, known: Mapping[str, Translation]) -> None:
        self.source, self.target = route[0], route[-1]
        self._known = known

    def translate(self, texts: Sequence[str]) -> dict[str, Translation]:
        """Return a translation per text.

        Raises AccountingError: one is not there.
        """
        missing = next((t for t in texts if has_words(t) and t not in self._known), None)
        if missing is not None:
            raise AccountingError(
                f"{missing[:40]!r} has no translation into {self.target}, though all were made. "
                "Please report this with the file; run the job again to try anew."
            )
        copied = {text: Translation("", self.target, text, "copy") for text in texts}
        return copied | {text: self._known[text] for text in texts if text in self._known}

    def find(self, words: str) -> str | None:
        """Return the translation of words by themselves, if they have one."""
        found = self._known.get(words)
        return found.text if found and found.origin != "failed" else None


class _Recorded:
    """Stands for the engine that made the translations: it says what that said of itself."""

    def __init__(self, facts: Translated, model: Model) -> None:
        self._facts = facts
        self._model = model

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of the engine that translated."""
        return dict(self._facts.settings)

    @property
    def limit(self) -> int:
        """Return the model's limit in tokens."""
        return self._model.max_source

    def lengths(self, texts: Sequence[str], source: str, target: str) -> list[int]:
        """Raises AccountingError: everything was translated before."""
        raise AccountingError("A file asked for a translation after all were made.")

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        """Raises AccountingError: everything was translated before."""
        raise AccountingError("A file asked for a translation after all were made.")


class _Spools:
    """Renderings by target, in memory while they are few and on the disk when they are many."""

    def __init__(self, targets: Iterable[str]) -> None:
        self._files = {
            target: tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
            for target in targets
        }

    def __enter__(self) -> "_Spools":
        return self

    def __exit__(self, *exc: object) -> None:
        for file in self._files.values():
            file.close()

    def put(self, target: str, renderings: list[Rendering]) -> None:
        """Add renderings to those of a target."""
        pickle.dump(renderings, self._files[target])

    def take(self, target: str) -> Iterator[Rendering]:
        """Yield the renderings of a target in order."""
        file = self._files[target]
        end = file.tell()
        file.seek(0)
        while file.tell() < end:
            yield from pickle.load(file)


def _heard(events: Iterable[Block | Remark], sheet: _Sheet) -> Iterator[Block]:
    """Yield the blocks, and keep what else is said of the file."""
    for event in events:
        if isinstance(event, Block):
            yield event
        else:
            sheet.remark(event)


def _column(passage: Passage, run: _Stored) -> tuple[Translation, ...]:
    """Return a translation per segment of a passage, in order."""
    made: list[Translation] = []
    for block, part in zip(passage.blocks, passage.parts, strict=True):
        if block.kept:
            made += _kept(block, part.segments, run.target)
        else:
            made += translate_segments(part.segments, run)
    return tuple(made)


def _kept(block: Block, segments: Sequence[Segment], target: str) -> Iterator[Translation]:
    """Yield what stands for the segments of a block that was translated before."""
    for index, segment in enumerate(segments):
        text = block.kept if index == 0 else ""
        yield Translation(segment.id, target, text, "output", note="it was in the file already")


def _joined(
    held: Sequence[_Filled], row: FileRow, targets: Sequence[str]
) -> tuple[Document, dict[str, tuple[Translation, ...]]]:
    segments = tuple(s for one in held for s in one.passage.document.segments)
    columns = {target: tuple(t for one in held for t in one.columns[target]) for target in targets}
    return Document(row.language, segments, row.source.name), columns


def _count(filled: _Filled, sheet: _Sheet) -> None:
    """Add a passage to the account, counting every target."""
    account = sheet.account
    kinds = {s.id: s.kind for s in filled.passage.document.segments}
    for target, column in filled.columns.items():
        account["read"] += len(column)
        for translation in column:
            account[_sort(translation, kinds[translation.segment_id])] += 1
            if translation.origin == "failed" and len(sheet.failures) < _LISTED:
                sheet.failures.append((translation.segment_id, target, translation.note))


def _sort(translation: Translation, kind: str) -> str:
    if kind == "blank":
        return "blank"
    sorts = {"failed": "failed", "output": "kept", "copy": "copied", "label": "copied"}
    return sorts.get(translation.origin, "translated")


def _account(counted: Counter[str], fresh: int) -> Account:
    """Return the account; of what was translated, all but `fresh` texts had stood there before."""
    account = Account(**counted)
    new = min(account.translated, fresh)
    return replace(account, translated=new, repeated=account.translated - new)
