"""What a command of the command line does: read, run, write; small files whole, large in pieces."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from workbench.catalogue import default_model, get_model
from workbench.engines import ENGINES
from workbench.errors import InputError, UnknownNameError, UsageError
from workbench.identification import identify
from workbench.languages import LANGUAGES, get_language
from workbench.manifest import Fingerprints, now, seal
from workbench.naming import shown
from workbench.pipeline import Options, Workbench
from workbench.reading import read_pieces
from workbench.render import FORMATS, suffix, summary_text, to_text, to_tsv
from workbench.segmentation import split, stream
from workbench.summaries import PRESETS
from workbench.types import Document, Result, Translation

# Above this a text goes through in pieces, in the formats that can be written in pieces.
WHOLE = 1_000_000
STREAMED = ("tsv", "txt")
# Documents that are no text, which batch jobs read.
_DOCUMENTS = (".docx", ".xlsx", ".pdf")


def make_options(
    run: tuple[str, str, str, int],
    summary: tuple[str, str, str, float],
    purpose: str,
    *,
    self_test: bool,
) -> Options:
    """Return the options of a run from what the command line says.

    run is (model, engine, pivot, beam), summary is (number of bullets, preset, summariser,
    length of their sentences).

    Raises UsageError: an unknown model, engine or preset, or a count of bullets that is none.
    """
    model, engine, pivot, beam = run
    count, preset, summarizer, length = summary
    for kind, name, known in (("engine", engine, ENGINES), ("preset", preset, PRESETS)):
        if name != "auto" and name not in known:
            raise UnknownNameError(kind, name, ("auto", *known))
    chosen = get_model(model or default_model())
    decoding = replace(chosen.decoding, beam=beam) if beam else None
    return Options(
        model,
        engine,
        decoding,
        _count(count),
        preset,
        pivot,
        purpose,
        self_test,
        summarizer,
        length,
    )


def _count(summary: str) -> int | None:
    if summary == "auto":
        return None
    if summary == "none":
        return 0
    if not summary.isdecimal() or not 1 <= int(summary) <= 50:
        raise UsageError(f"{summary!r} bullets: give auto, none or a number from 1 to 50.")
    return int(summary)


class Job:
    """One command: what to make of a file, and how to speak of it on stderr."""

    def __init__(
        self,
        targets: Sequence[str],
        source: str,
        options: Options,
        *,
        quiet: bool = False,
        clock: Callable[[], str] = now,
    ) -> None:
        self.targets = [get_language(code).code for code in targets]
        self.source = get_language(source).code if source else ""
        self.options = options
        self.bench = Workbench(clock=clock)
        self.errors = Console(stderr=True, quiet=quiet)
        # Whether it says what it wrote where.
        self.announces = True
        self._said: set[str] = set()

    def translate(self, file: str, encoding: str, formats: str, output: str, *, show: bool) -> int:
        """Translate a file, write every format asked for, and return the exit code.

        Raises UsageError, InputError, ModelError: nothing was written.
        """
        if not self.targets:
            raise UsageError("No target language: add --to en,ko.")
        _hold_text(file)
        pieces = read_pieces(file, encoding)
        text = _head(pieces)
        writing = outputs(formats, output, file, terminal=sys.stdout.isatty())
        if len(text) > WHOLE:
            return self._translate_in_pieces(chain((text,), pieces), file, encoding, writing)
        document = self._document(text, file)
        result = self._run(document)
        for name, path in writing:
            write(path, FORMATS[name](result))
        self._seal(writing, result.manifest, encoding)
        if show or not writing:
            from workbench.terminal import show as show_result

            show_result(result, Console())
        self._say_written(writing)
        return self._say_failed(result)

    def summarize(self, file: str, encoding: str, formats: str, output: str) -> int:
        """Write the bullets of a file, in its own language and in the targets; return 0.

        Raises UsageError, InputError, ModelError: nothing was written.
        """
        if formats not in ("txt", "md", "json"):
            raise UnknownNameError("summary format", formats, ("txt", "md", "json"))
        _hold_text(file)
        text = _whole(read_pieces(file, encoding))
        document = self._document(text, file)
        summary, warning = self.bench.summarize(document, self.targets, self.options)
        if warning:
            print(f"workbench: {warning}", file=sys.stderr)
        chosen = {i for bullet in summary.bullets for i in bullet.segment_ids}
        part = replace(document, segments=tuple(s for s in document.segments if s.id in chosen))
        texts = {document.language: {s.id: s.text for s in part.segments}}
        if self.targets and part.segments:
            for translation in self._progress(part):
                column = texts.setdefault(translation.language, {})
                column[translation.segment_id] = translation.text
        write(output, summary_text(summary, texts, formats, document))
        return 0

    def _document(self, text: str, file: str) -> Document:
        if not text.strip():
            raise InputError(f"{_name(file)}: there is no text in it.")
        return split(text, self._language(text), _name(file))

    def _language(self, text: str) -> str:
        if self.source:
            return self.source
        self.source = detected(text, self.errors)
        return self.source

    def _run(self, document: Document) -> Result:
        started = time.monotonic()
        translations = list(self._progress(document))
        result = self.bench.assemble(document, self.targets, translations, self.options)
        seconds = time.monotonic() - started
        self.errors.print(
            f"{len(translations)} segments in {seconds:.1f} s "
            f"({len(translations) / seconds:.0f} a second), {len(result.findings)} doubts."
        )
        for warning in result.manifest["warnings"]:
            if warning not in self._said:
                print(f"workbench: {warning}", file=sys.stderr)
        self._said.update(result.manifest["warnings"])
        return result

    def _progress(self, document: Document) -> Iterator[Translation]:
        total = len(document.segments) * len(self.targets)
        with self._bar() as bar:
            task = bar.add_task("Translating", total=total) if bar else None
            for translation in self.bench.translate(document, self.targets, self.options):
                if bar and task is not None:
                    bar.advance(task)
                yield translation

    def _bar(self) -> AbstractContextManager[Progress | None]:
        if self.errors.quiet or not self.errors.is_terminal:
            return nullcontext()
        parts = (BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
        return Progress(TextColumn("Translating"), *parts, console=self.errors, transient=True)

    def _translate_in_pieces(
        self, texts: Iterator[str], file: str, encoding: str, writing: Sequence[tuple[str, str]]
    ) -> int:
        """Translate a text that need not fit in memory; only formats of rows or lines can."""
        if not writing or any(name not in STREAMED for name, _ in writing):
            raise UsageError(
                f"{_name(file)} has over {WHOLE:,} characters: ask for --format tsv or txt with "
                "--output; the other formats hold the whole text."
            )
        if len(self.targets) > 1 and any(name == "txt" for name, _ in writing):
            raise UsageError("A large text goes to --format txt in one target language at a time.")
        first = next(texts)
        documents = stream(chain((first,), texts), self._language(first), _name(file))
        self.options = replace(self.options, summary=0)
        failed, prints = 0, Fingerprints()
        manifest: dict[str, Any] = {}
        with _Files([path for _, path in writing]) as files:
            for number, document in enumerate(documents):
                result = self._run(document)
                for (name, _), target in zip(writing, files, strict=True):
                    target.write(_encoded(_piece(name, result, first=number == 0)))
                prints.add(document.segments, chain(*(c.translations for c in result.columns)))
                manifest = manifest or dict(result.manifest)
                failed = max(failed, self._say_failed(result))
        self._seal(writing, manifest | prints.value(), encoding)
        self._say_written(writing)
        return failed

    def _seal(
        self, writing: Sequence[tuple[str, str]], manifest: Mapping[str, Any], encoding: str
    ) -> None:
        """Write the manifest beside the files: with it, `workbench rerun` makes them again."""
        source = {**manifest["source"], "encoding": encoding}
        files = {name: Path(path) for name, path in writing if path != "-" and name != "manifest"}
        if files:
            name, first = next(iter(files.items()))
            place = first.with_name(first.name.removesuffix(suffix(name)) + suffix("manifest"))
            seal(place, files, {**manifest, "source": source})
            if self.announces:
                self.errors.print(f"Wrote {place}", highlight=False)

    def _say_written(self, writing: Sequence[tuple[str, str]]) -> None:
        for _, path in writing:
            if path != "-" and self.announces:
                self.errors.print(f"Wrote {path}", highlight=False)

    def _say_failed(self, result: Result) -> int:
        failed = [t for column in result.columns for t in column.translations]
        failed = [t for t in failed if t.origin == "failed"]
        for translation in failed:
            line = f"{translation.segment_id} ({translation.language}): {translation.note}"
            print(f"workbench: not translated: {line}", file=sys.stderr)
        return 3 if failed else 0


def detected(text: str, errors: Console) -> str:
    """Return the language of a text, and say which it is.

    Raises UsageError: it is not clear.
    """
    guess = identify(text, tuple(LANGUAGES))
    if not guess.sure:
        raise UsageError(f"The language is not clear ({guess.reason}): say it with --from.")
    errors.print(f"Language: {get_language(guess.language).name} (--from to change it)")
    return guess.language


def outputs(formats: str, output: str, file: str, *, terminal: bool) -> list[tuple[str, str]]:
    """Return (format, path) for each file to write; "-" is standard output.

    Without a format the suffix of the output decides, else txt; several formats take the output
    as a stem. Nothing is written when a person looks on (terminal) and asked for no output.
    Raises UsageError: an unknown format, several formats without an output, or an output that is
    the input.
    """
    known = [name for name in FORMATS if output.lower().endswith(suffix(name))]
    # "talk.ledger.tsv" also ends in ".tsv".
    own = max(known, key=lambda name: len(suffix(name)), default="")
    names = [name.strip().lower() for name in formats.split(",") if name.strip()]
    for name in names:
        if name not in FORMATS:
            raise UnknownNameError("format", name, FORMATS)
    if not names and not output and terminal:
        return []
    names = names or [own or "txt"]
    if len(names) > 1 and not output:
        raise UsageError("Several formats need a name to write to: add --output NAME.")
    stem = output[: -len(suffix(own))] if own else output
    paths = [(name, f"{stem}{suffix(name)}") for name in names]
    if len(names) == 1:
        paths = [(names[0], output or "-")]
    if any(path != "-" and Path(path).resolve() == Path(file).resolve() for _, path in paths):
        raise UsageError(f"{file} would be overwritten: choose another --output.")
    return paths


def write(path: str, text: str | bytes) -> None:
    """Write bytes, or a text as UTF-8, whole or not at all; "" and "-" are standard output.

    Raises InputError: the place cannot be written to.
    """
    if path in ("", "-"):
        sys.stdout.buffer.write(_encoded(text))
        sys.stdout.buffer.flush()
        return
    with _Files([path]) as (file,):
        file.write(_encoded(text))


def _encoded(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")


class _Files:
    """Files that appear under their names only when all of them are complete."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = [Path(path) for path in paths]
        self._open: list[BinaryIO] = []

    def __enter__(self) -> list[BinaryIO]:
        try:
            for path in self._paths:
                path.parent.mkdir(parents=True, exist_ok=True)
                part = path.with_name(f".{path.name}.{os.getpid()}.part")
                self._open.append(part.open("wb"))
        except OSError as error:
            self.__exit__(OSError, error, None)
            raise InputError(f"{path}: cannot be written ({error.strerror}).") from error
        return self._open

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file, path in zip(self._open, self._paths, strict=False):
            file.close()
            if kind is None:
                Path(file.name).replace(path)
            else:
                Path(file.name).unlink()


def _piece(name: str, result: Result, *, first: bool) -> str:
    text = (to_tsv if name == "tsv" else to_text)(result)
    return text if first or name != "tsv" else text.split("\n", 1)[1]


def _hold_text(file: str) -> None:
    """Raises UsageError: the file is a document, which another command translates."""
    if Path(file).suffix.lower() in _DOCUMENTS:
        name = shown(Path(file).name)
        raise UsageError(
            f"{name} is a document and no plain text: workbench batch {name} --to en,ko -o out"
        )


def _head(pieces: Iterator[str]) -> str:
    """Return enough of the text to know whether it is large."""
    parts: list[str] = []
    size = 0
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size > WHOLE:
            break
    return "".join(parts)


def _whole(pieces: Iterator[str]) -> str:
    text = _head(pieces)
    if len(text) > WHOLE:
        raise InputError(f"The text has over {WHOLE:,} characters: summarise it in parts.")
    return text


def _name(file: str) -> str:
    return "standard input" if file == "-" else Path(file).name
