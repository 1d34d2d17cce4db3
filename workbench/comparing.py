"""What `workbench compare` does: run systems on one text, judge them, say how, write reports."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table
from rich.text import Text

from workbench.compare import assessing, comet, ready, rows, running, tables
from workbench.compare import choices as choosing
from workbench.compare.report import REPORTS
from workbench.compare.values import Choices, Comparison, Output, Profile, Reference
from workbench.errors import (
    EngineError,
    InputError,
    UnknownNameError,
    UsageError,
)
from workbench.evaluating import named_outputs, progress_bar
from workbench.evaluation.metrics import SEED, check_resamples
from workbench.evaluation.systems import Failure, require_distinct, split_system
from workbench.evaluation.testset import read_lines
from workbench.job import detected, outputs, write
from workbench.languages import get_language
from workbench.memory import Memory
from workbench.pipeline import Options
from workbench.reading import read_pieces
from workbench.render import FORMATS
from workbench.types import Document

Pick = Literal["consensus", "mine"]
_NONE = "–"
_LEGEND = (
    "picks: rows where it is the consensus. agree: mean chrF with the others. doubts: for 1,000 "
    "words. numbers, names: kept. length: characters for one of the source. back: chrF2++ of the "
    "round trip. s: seconds of translating. MB: most memory of its process, in 10^6 bytes."
)


@dataclass(frozen=True, slots=True)
class CompareCommand:
    """What the user asked for.

    systems: "NAME[@setting=value,…]", "name=FILE" or "memory"; outputs: "name=FILE"; both in the
    order to be shown. reports: files to write, their suffix says what. lines: a segment per line;
    None decides by the files. best: a file for the best-of translation; pick: "consensus", or
    "mine" for what the user picked and edited before, where there is something. memory_cap: in
    10^9 bytes, 0 for half of the machine's memory. comet: a model, "" for none.
    """

    file: str
    systems: tuple[str, ...]
    target: str
    source: str = ""
    outputs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    baseline: str = ""
    resamples: int = 1000
    seed: int = SEED
    comet: str = ""
    round_trip: bool = False
    lines: bool | None = None
    best: str = ""
    pick: str = "consensus"
    memory_cap: float = 0.0
    options: Options = running.BASE
    encoding: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """The names of all systems in order, and which of them are files."""

    names: tuple[str, ...]
    files: Mapping[str, Path]


@dataclass
class _Collected(running.Collected):
    """What came of the systems so far, and whether the user had enough."""

    interrupted: bool = False


def run(command: CompareCommand) -> int:
    """Do what the command says and return the exit code.

    0: done. 3: some systems gave nothing, or left a row untranslated; the list is on stderr. 130:
    interrupted; what was done is reported. When no system is left, the code of the first failure.
    Raises UsageError, InputError: nothing was run; or a file could not be written, after
    everything else was done. KeyboardInterrupt: before any system was done.
    """
    plan = _checked(command)
    console = Console(stderr=True, quiet=command.quiet)
    memory = Memory()
    document, references = _texts(command, plan, console)
    cap = int(command.memory_cap * 1e9)
    with running.Workers(cap) as workers:
        done = _collect(command, document, (plan, memory), workers, console)
        if not done.outputs:
            _say(done.failures)
            if done.interrupted:
                raise KeyboardInterrupt
            return done.failures[0].exit_code
        target = get_language(command.target).code
        comparison = done.comparison(document, target, references)
        backs = _back(command, comparison, done, workers, console)
    with console.status(f"Judging {len(done.outputs)} systems"):
        comparison = _judged(comparison, backs, command)
    _publish(comparison, command, memory, console)
    return _exit_code(done)


def _checked(command: CompareCommand) -> _Plan:
    """Return what is to run; refuse what cannot work before anything runs."""
    get_language(command.target)
    plan = _planned(command.systems, command.outputs)
    for name in plan.names:
        if name not in plan.files:
            split_system(name)
    if command.baseline and command.baseline not in plan.names:
        raise UnknownNameError("system to be the baseline", command.baseline, plan.names)
    if command.pick not in get_args(Pick):
        raise UnknownNameError("pick", command.pick, get_args(Pick))
    for path in command.reports:
        if Path(path).suffix.lower()[1:] not in REPORTS:
            kinds = ", ".join(f".{kind}" for kind in REPORTS)
            raise UsageError(f"{path}: the report is told by its suffix, one of {kinds}.")
    _check_places(command, plan)
    comet.permit(command.comet, command.options.purpose)
    if command.comet:
        comet.find_command()
    if not command.references and (command.comet or command.baseline):
        raise UsageError("Scores and their tests need a reference translation: add --ref FILE.")
    return plan


def _planned(systems: Sequence[str], given: Sequence[str]) -> _Plan:
    names: list[str] = []
    files: dict[str, Path] = {}
    told = [(text, _names_file(text)) for text in systems] + [(text, True) for text in given]
    for text, finished in told:
        name = text
        if finished:
            [(name, path)] = named_outputs([text]).items()
            files[name] = Path(path)
        names.append(name)
    require_distinct(names)
    if not names:
        raise UsageError("Nothing to compare: name systems with --systems a,b or --output n=FILE.")
    return _Plan(tuple(names), files)


def _names_file(text: str) -> bool:
    """Tell "name=FILE" from a model, which has no "=" before its "@" unless it is a folder."""
    head, equals, _ = text.partition("=")
    return bool(equals) and "@" not in head and not Path(text).is_dir()


def _check_places(command: CompareCommand, plan: _Plan) -> None:
    """Refuse to write over what is read, or two things into one file."""
    read = {Path(path).resolve() for path in (*command.references, command.file)}
    read |= {Path(path).resolve() for path in plan.files.values()}
    places = [Path(path).resolve() for path in (*command.reports, command.best) if path]
    for place in places:
        if place in read or places.count(place) > 1:
            raise UsageError(f"{place} would be overwritten: choose another file to write to.")


def _texts(
    command: CompareCommand, plan: _Plan, console: Console
) -> tuple[Document, tuple[Reference, ...]]:
    """Return the text in rows, and the references beside it.

    Raises InputError: a file cannot be read, or does not fit the text.
    """
    text = "".join(read_pieces(command.file, command.encoding))
    name = "standard input" if command.file == "-" else Path(command.file).name
    if not text.strip():
        raise InputError(f"{name}: there is no text in it.")
    language = get_language(command.source or detected(text, console)).code
    if language == get_language(command.target).code:
        raise UsageError(f"The text is {get_language(language).name} already: choose another --to.")
    others = [Path(path) for path in command.references]
    others += [path for path in plan.files.values() if _is_text(path)]
    document = ready.document_for(text, language, others, command.lines, name)
    check_resamples(command.resamples, max(1, len(rows(document))))
    references = tuple(
        ready.read_reference(Path(path), document, command.target) for path in command.references
    )
    return document, references


def _is_text(path: Path) -> bool:
    """Return whether a file can be read; one that cannot fails as a system, later and alone."""
    try:
        read_lines(str(path))
    except InputError:
        return False
    return True


def _collect(
    command: CompareCommand,
    document: Document,
    means: tuple[_Plan, Memory],
    workers: running.Workers,
    console: Console,
) -> _Collected:
    """Run every system. After an interrupt, those that were not done have failed."""
    plan, memory = means
    made = running.made_ready(plan.files, document, command.target, memory)
    names, base = plan.names, command.options
    events = running.run(document, command.target, names, workers, base=base, ready=made)
    done = _Collected()
    with closing(events), progress_bar(console) as bar:
        total = len(document.segments)
        tasks = {name: bar.add_task(name, total=total) for name in names} if bar else {}
        try:
            for event in events:
                done.take(event)
                _show_progress(event, bar, tasks)
        except KeyboardInterrupt:
            done.interrupted = True
    told = {output.name for output in done.outputs} | {failure.name for failure in done.failures}
    left = [name for name in names if name not in told]
    done.failures += [Failure(name, "interrupted.", running.STOPPED) for name in left]
    return done


def _show_progress(event: running.Event, bar: Progress | None, tasks: Mapping[str, TaskID]) -> None:
    if bar and isinstance(event, running.Translated):
        bar.advance(tasks[event.name], len(event.translations))
    elif bar and isinstance(event, running.Failed):
        bar.stop_task(tasks[event.failure.name])


def _back(
    command: CompareCommand,
    comparison: Comparison,
    done: _Collected,
    workers: running.Workers,
    console: Console,
) -> dict[str, tuple[str, ...]]:
    """Return the hypotheses of each system that has a way back, translated back."""
    backs: dict[str, tuple[str, ...]] = {}
    if not command.round_trip or done.interrupted:
        return backs
    try:
        with console.status("Translating back"):
            backs.update(assessing.round_trips(comparison, workers, base=command.options))
    except KeyboardInterrupt:
        done.interrupted = True
    return backs


def _judged(
    comparison: Comparison, backs: Mapping[str, Sequence[str]], command: CompareCommand
) -> Comparison:
    seed, comet = command.seed, command.comet
    measures = assessing.Measures(command.baseline, command.resamples, seed, comet)
    try:
        return assessing.assess(comparison, measures, backs)
    except EngineError as error:
        # Only COMET fails so, after hours perhaps; what else there is must not be lost.
        print(f"workbench: not done: COMET: {error}", file=sys.stderr)
        return assessing.assess(comparison, replace(measures, comet=""), backs)


def _publish(
    comparison: Comparison, command: CompareCommand, memory: Memory, console: Console
) -> None:
    """Write every file that can be written, print the tables, and list what failed."""
    choices = choosing.restore(comparison, memory) if command.pick == "mine" else Choices()
    troubles = []
    # First, for the reader of the tables may leave early (| head).
    for path, text in _files(comparison, choices, command):
        try:
            write(path, text)
            console.print(f"Wrote {path}", highlight=False)
        except InputError as error:
            troubles.append(str(error))
    show(comparison, Console())
    _say(comparison.failures)
    if troubles:
        raise InputError(" ".join(troubles))


def _files(
    comparison: Comparison, choices: Choices, command: CompareCommand
) -> Iterator[tuple[str, str | bytes]]:
    """Yield each file to write with its text."""
    for path in command.reports:
        yield path, REPORTS[Path(path).suffix.lower()[1:]](comparison, choices)
    if command.best:
        [(form, path)] = outputs("", command.best, command.file, terminal=False)
        yield path, FORMATS[form](choosing.best_of(comparison, choices))


def show(comparison: Comparison, console: Console) -> None:
    """Print what the systems are worth: by references if there are any, and without."""
    scores = tables.scores(comparison)
    for table in (scores, profiles(comparison)):
        if table:
            console.print(_printable(table))
            console.print(Text(table.note, style="dim"), end="\n" if table.note else "")
    for note in tables.notes(comparison):
        # A signature is copied in one piece: the terminal may wrap it, rich must not.
        console.print(Text(note, style="dim"), soft_wrap="|" in note)


def profiles(comparison: Comparison) -> tables.Table:
    """Return what is known of each system without a reference, narrow enough for a terminal."""
    judgement = comparison.judgement
    assert judgement, "a comparison is judged before it is shown"
    back = any(profile.round_trip is not None for profile in judgement.profiles)
    head = ["system", "picks", "agree", "doubts", "numbers", "names", "length"]
    head += [*(["back"] if back else []), "s", "MB"]
    lines = [
        [*_own_figures(output.name, profile, back=back), *_cost(output)]
        for output, profile in zip(comparison.outputs, judgement.profiles, strict=True)
    ]
    return tables.Table("Without a reference", head, lines, _LEGEND)


def _own_figures(name: str, profile: Profile, *, back: bool) -> list[str]:
    trip = _NONE if profile.round_trip is None else f"{profile.round_trip:.1f}"
    return [
        name,
        str(profile.consensus),
        f"{profile.agreement:.1f}",
        f"{profile.per_1000_words:.1f}",
        _share(profile.numbers),
        _share(profile.names),
        f"{profile.length_ratio:.2f}",
        *([trip] if back else []),
    ]


def _share(kept: tuple[int, int]) -> str:
    return f"{100 * kept[0] / kept[1]:.0f} %" if kept[1] else _NONE


def _cost(output: Output) -> list[str]:
    if not output.cost:
        return [_NONE, _NONE]
    return [f"{output.cost.seconds:.1f}", f"{output.cost.peak_mb:.0f}"]


def _printable(table: tables.Table) -> Table:
    shown = Table(header_style="bold cyan", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column(table.head[0], overflow="fold", min_width=12)
    for title in table.head[1:]:
        shown.add_column(title, justify="right", no_wrap=True)
    for row in table.rows:
        shown.add_row(*map(Text, row))
    return shown


def _say(failures: Sequence[Failure]) -> None:
    for failure in failures:
        print(f"workbench: not done: {failure.name}: {failure.reason}", file=sys.stderr)


def _exit_code(done: _Collected) -> int:
    if done.interrupted:
        return running.STOPPED
    untranslated = any(
        translation.origin == "failed"
        for output in done.outputs
        if output.kind == "model"
        for translation in output.result.columns[0].translations
    )
    return 3 if done.failures or untranslated else 0
