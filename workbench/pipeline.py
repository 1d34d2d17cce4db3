"""The one path that page, script, comparison and library take: Document -> Translations -> Result.

    bench = Workbench()
    result = bench.process(split(text, "ja"), ["en", "ko"])

`translate` is a generator: close it and the work stops within one batch.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from workbench import batching, routing, summing
from workbench.catalogue import Model, default_model, get_model
from workbench.checks import review, work_list
from workbench.closing import Closing
from workbench.engines import Engine, load_engine
from workbench.engines.conversion import fingerprint
from workbench.errors import EngineError
from workbench.labels import translate_label, translate_marker
from workbench.languages import get_language
from workbench.licences import permit
from workbench.manifest import Fingerprints, Manifest, describe_run, now, signature
from workbench.memory import Memory
from workbench.revising import known
from workbench.selftest import ensure_fit
from workbench.summaries import summarize
from workbench.types import (
    Column,
    Decoding,
    Document,
    Entry,
    Finding,
    Result,
    Segment,
    Summary,
    Translation,
)

if TYPE_CHECKING:
    from workbench.summaries.writers import Writer


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may choose. decoding None is the model's own; summary None fits the length, 0 is
    none.

    pivot forces every route over that language ("en": ja→en→ko); "" takes the direct route
    wherever the model has one. purpose "commercial" stops models whose licence does not allow it.
    self_test tries a model on known sentences before its first use. summarizer is the model that
    writes the bullets, "" to choose sentences; length (0 to 1) is whether short or long ones.
    """

    model: str = ""
    engine: str = "auto"
    decoding: Decoding | None = None
    summary: int | None = None
    preset: str = "auto"
    pivot: str = ""
    purpose: str = "any"
    self_test: bool = True
    summarizer: str = ""
    length: float = 0.5


class Workbench(Closing):
    """Hold the loaded engines and run documents through them, one call to an engine at a time.

    Safe to share between threads: an engine is used under a lock. `load` makes an engine of a
    model and an engine's name ("auto" is the best that can serve); `clock` says when a run was;
    `memory` is what people decided before, by default that of the user.
    """

    def __init__(
        self,
        load: Callable[[Model, str], Engine] = load_engine,
        clock: Callable[[], str] = now,
        memory: Memory | None = None,
    ) -> None:
        self.memory = memory or Memory()
        self._load = load
        self._clock = clock
        # By model as it is told, hash of its files, and engine: a folder may change while it runs.
        self._engines: dict[tuple[str, str, str], Engine] = {}
        # What the self-test said, by engine, route and decoding.
        self._fitness: dict[tuple[int, routing.Route, Decoding], tuple[str, ...]] = {}
        self._writers: dict[str, Writer] = {}
        self._lock = threading.RLock()

    def close(self) -> None:
        """Forget the loaded engines; their memory is freed."""
        with self._lock:
            self._engines.clear()
            self._fitness.clear()
            self._writers.clear()

    def engine(self, options: Options = Options()) -> Engine:
        """Return the engine of a run, loading it once however many threads ask.

        Raises UsageError: no such model or engine. ModelError: it is missing or damaged.
        """
        model = get_model(options.model or default_model())
        files = fingerprint(model.path) if model.path else ""
        key = (repr(model), files, options.engine)
        with self._lock:
            if key not in self._engines:
                self._engines[key] = self._load(model, options.engine)
            return self._engines[key]

    def translate(
        self, document: Document, targets: Sequence[str], options: Options = Options()
    ) -> Iterator[Translation]:
        """Yield a translation per segment and target as they finish, in order within a target.

        Raises UsageError: an unknown model or language, a pair the model does not have, or a
        licence that does not allow the purpose, before anything is loaded. ModelError, at the
        first step: the self-test found the model broken. A segment that fails comes back with
        origin "failed".
        """
        model = get_model(options.model or default_model())
        routes = find_routes(model, document.language, targets, options.pivot)
        permit(model, options.purpose, [(route[0], route[-1]) for route in routes])
        if options.summarizer and options.summary != 0:
            summing.require(options.summarizer, document.language, options.purpose)
            self._writer(options.summarizer)
        return self._translate(document, routes, options)

    def _translate(
        self,
        document: Document,
        routes: Sequence[routing.Route],
        options: Options,
    ) -> Iterator[Translation]:
        engine = self.engine(options)
        runs = self.runs(routes, options)
        for batch in batching.batches(document.segments, engine, document.language, routes[0][-1]):
            for run in runs:
                yield from translate_segments(batch, run)

    def runs(
        self, routes: Sequence[routing.Route], options: Options = Options()
    ) -> tuple[routing.RouteRun, ...]:
        """Return a run along each route, with the model tried where nobody has.

        Raises UsageError, ModelError: there is no such model, or it is missing or broken.
        """
        model = get_model(options.model or default_model())
        with self._lock:
            engine = self.engine(options)
            self._fit(engine, model, routes, options)
        decoding = options.decoding or model.decoding
        return tuple(routing.RouteRun(engine, route, decoding, self._lock) for route in routes)

    def warnings(self, routes: Sequence[routing.Route], options: Options) -> tuple[str, ...]:
        """Return what is to be said of the model on these routes; see `runs` for the errors."""
        model = get_model(options.model or default_model())
        with self._lock:
            return tuple(self._fit(self.engine(options), model, routes, options))

    def _fit(
        self,
        engine: Engine,
        model: Model,
        routes: Sequence[routing.Route],
        options: Options,
    ) -> list[str]:
        """Return what is to be said of the model on these routes, trying it where nobody has.

        Raises ModelError: it is broken, with the evidence.
        """
        if not options.self_test:
            return []
        decoding = options.decoding or model.decoding
        warnings: list[str] = []
        for route in routes:
            key = (id(engine), route, decoding)
            if key not in self._fitness:
                self._fitness[key] = ensure_fit(engine, model, route, decoding)
            warnings += self._fitness[key]
        return list(dict.fromkeys(warnings))

    def assemble(
        self,
        document: Document,
        targets: Sequence[str],
        translations: Sequence[Translation],
        options: Options = Options(),
    ) -> Result:
        """Return the result: accounted for, checked, summarised and signed.

        Raises AccountingError: a segment has no translation in a target, or more than one.
        """
        model = get_model(options.model or default_model())
        routes = find_routes(model, document.language, targets, options.pivot)
        by_language: dict[str, list[Translation]] = {route[-1]: [] for route in routes}
        for translation in translations:
            by_language[translation.language].append(translation)
        manifest = self.manifest(document, translations, routes, options)
        columns: list[Column] = []
        findings: list[Finding] = []
        entries: list[Entry] = []
        for route in routes:
            column = tuple(by_language[route[-1]])
            seen = review(document, column, route[-1])
            findings.extend(seen.findings)
            entries.extend(seen.ledger)
            columns.append(Column(route[-1], column, signature(manifest, route)))
        summary, warning = self.summarize(document, targets, options)
        if warning:
            manifest["warnings"] = [*manifest["warnings"], warning]
        ledger, found = tuple(entries), work_list(findings)
        result = Result(document, tuple(columns), summary, found, manifest, ledger)
        # A damaged memory must not cost a result.
        return known(result, self.memory)

    def _summarizer(self, options: Options) -> dict[str, str]:
        """Return what a manifest says of the model that writes the bullets, {} without one."""
        if not options.summarizer or options.summary == 0:
            return {}
        licence = get_model(options.summarizer).licence
        return {**self._writer(options.summarizer).settings, "licence": licence}

    def _usage(self, engine: Engine, options: Options) -> dict[str, object]:
        """Return requests, tokens and cost since engine and summariser were loaded."""
        usage: dict[str, object] = dict(getattr(engine, "usage", {}))
        if options.summarizer and options.summary != 0:
            written = dict(self._writer(options.summarizer).usage)
            usage |= {"summarizer": written} if written else {}
        return usage

    def summarize(
        self, document: Document, targets: Sequence[str] = (), options: Options = Options()
    ) -> tuple[Summary, str]:
        """Return the bullets of a document, and a warning if the summariser failed, else "".

        Bullets that a model wrote are translated into the targets by the run's own model; where
        it fails, sentences are chosen.
        Raises UsageError, ModelError: the summariser cannot be used for this text.
        """
        if options.summary == 0:
            return Summary((), "none", refusal="No summary was asked for."), ""
        chosen = partial(
            summarize,
            document,
            count=options.summary,
            preset=options.preset,
            length=options.length,
        )
        if not options.summarizer:
            return chosen(), ""
        summing.require(options.summarizer, document.language, options.purpose)
        try:
            with self._lock:
                writer = self._writer(options.summarizer)
                summary = summing.write(document, writer, options.summary, options.preset)
        except EngineError as error:
            return chosen(), f"{options.summarizer} failed, sentences were chosen: {error}"
        return summing.in_columns(summary, document, targets, partial(self._lines, options)), ""

    def _writer(self, name: str) -> "Writer":
        with self._lock:
            if name not in self._writers:
                self._writers[name] = summing.load(name)
            return self._writers[name]

    def _lines(self, options: Options, part: Document, target: str) -> list[Translation]:
        return list(self.translate(part, [target], replace(options, summary=0)))

    def process(
        self,
        document: Document,
        targets: Sequence[str],
        options: Options = Options(),
        report: Callable[[Translation], None] = lambda translation: None,
    ) -> Result:
        """Translate and assemble in one call; `report` hears of every translation.

        Raises what `translate` and `assemble` raise.
        """
        translations = []
        for translation in self.translate(document, targets, options):
            report(translation)
            translations.append(translation)
        return self.assemble(document, targets, translations, options)

    def manifest(
        self,
        document: Document,
        translations: Sequence[Translation],
        routes: Sequence[routing.Route],
        options: Options,
    ) -> Manifest:
        """Return everything that made a run; see workbench.manifest."""
        model = get_model(options.model or default_model())
        engine = self.engine(options)
        decoding = options.decoding or model.decoding
        prints = Fingerprints()
        prints.add(document.segments, translations)
        return {
            **describe_run(model, engine.settings, decoding, routes),
            "time": self._clock(),
            "source": {"name": document.name, "language": document.language},
            "asked": asdict(options),
            "summarizer": self._summarizer(options),
            "warnings": list(self.warnings(routes, options)),
            "usage": self._usage(engine, options),
            **prints.value(),
        }


def find_routes(
    model: Model, source: str, targets: Sequence[str], pivot: str = ""
) -> tuple[routing.Route, ...]:
    """Return the route to each target, once each.

    Raises UsageError: an unknown language, the source itself, or no such route.
    """
    codes = dict.fromkeys(get_language(target).code for target in targets)
    return tuple(routing.find(model, get_language(source).code, code, pivot) for code in codes)


def translate_segments(batch: Sequence[Segment], run: routing.Run) -> Iterator[Translation]:
    """Yield one translation per segment, in order; labels and markers have their own rules."""
    texts = [segment.text for segment in batch if segment.kind in ("sentence", "heading")]
    done = run.translate(list(dict.fromkeys(texts)))
    for segment in batch:
        if segment.kind in ("sentence", "heading"):
            yield replace(done[segment.text], segment_id=segment.id)
        elif segment.kind == "label":
            yield translate_label(segment, run)
        else:
            yield translate_marker(segment, run.source, run.target)
