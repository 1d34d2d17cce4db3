"""What `workbench evaluate` does: run models, score them beside ready-made outputs, say how."""

import re
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from workbench.engines import ENGINES
from workbench.errors import UnknownNameError, UsageError, WorkbenchError
from workbench.evaluation import metrics
from workbench.evaluation.process import run_system
from workbench.evaluation.report import Report, Row, environment, show, to_json, to_markdown
from workbench.evaluation.systems import (
    MEASURED,
    Failure,
    Run,
    parse_system,
    require_distinct,
    split_system,
)
from workbench.evaluation.testset import Lines, read_lines, require_same_count
from workbench.job import write
from workbench.languages import get_language

# What some file system refuses in a name, and the sign of the escapes themselves.
_NOT_IN_NAMES = re.compile(r'[%/\\:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class EvaluateCommand:
    """What the user asked for. models: "NAME[@setting=value,…]"; outputs: "name=FILE".

    references: one or more files; src: the source file, needed for models only. baseline: the name
    of a system, "" for no tests. resamples: draws of each test, 0 for none. beam 0: the model's
    own. json, markdown: files to write ("-": standard output, in place of the table); save: a
    folder for the hypotheses of the models, one file each.
    """

    models: tuple[str, ...]
    outputs: tuple[str, ...]
    references: tuple[str, ...]
    source: str
    target: str
    src: str = ""
    baseline: str = ""
    resamples: int = 1000
    seed: int = metrics.SEED
    beam: int = 0
    engine: str = "auto"
    json: str = ""
    markdown: str = ""
    save: str = ""
    quiet: bool = False


def run(command: EvaluateCommand) -> int:
    """Do what the command says and return the exit code.

    0: done. 3: some systems could not be run or scored, or a line was not translated; the list is
    in the table and on stderr. When no system is left, the code of the first failure.
    Raises UsageError, InputError: nothing was run.
    """
    outputs = _checked(command)
    references, texts = _files(command)
    console = Console(stderr=True, quiet=command.quiet)
    done = [
        *(_model(text, command, texts, console) for text in command.models),
        *(_output(name, path, references[0]) for name, path in outputs.items()),
    ]
    runs = [outcome for outcome in done if isinstance(outcome, Run)]
    failures = [outcome for outcome in done if isinstance(outcome, Failure)]
    with console.status(f"Scoring {len(runs)} systems"):
        rows = _scored(runs, references, command)
    report = Report(
        rows=tuple(rows),
        failures=tuple(failures),
        source=command.source,
        target=command.target,
        references=references,
        texts=texts,
        baseline=command.baseline,
        resamples=command.resamples,
        seed=command.seed,
        made=environment(),
    )
    _publish(report, command)
    return _exit_code(runs, failures)


def _checked(command: EvaluateCommand) -> dict[str, str]:
    """Return the ready-made outputs, name -> file; refuse what cannot work before anything runs."""
    get_language(command.source), get_language(command.target)
    if command.engine not in (*ENGINES, "auto"):
        raise UnknownNameError("engine", command.engine, [*ENGINES, "auto"])
    for text in command.models:
        split_system(text)
    outputs = named_outputs(command.outputs)
    names = [*command.models, *outputs]
    if not names:
        raise UsageError("Nothing to evaluate: add --model NAME or --output name=FILE.")
    require_distinct(names)
    if command.baseline and command.baseline not in names:
        raise UnknownNameError("system to be the baseline", command.baseline, names)
    if command.models and not command.src:
        raise UsageError("A model needs the text to translate: add --src FILE.")
    if not command.references:
        raise UsageError("Scores need a reference translation: add --ref FILE.")
    _check_places(command, outputs)
    return outputs


def named_outputs(outputs: Sequence[str]) -> dict[str, str]:
    """Return the file of each name in "name=FILE", in order.

    Raises UsageError: another form, or two of one name.
    """
    named = []
    for text in outputs:
        name, equals, path = text.partition("=")
        if not (name and equals and path):
            raise UsageError(f"--output {text}: write name=FILE, for example other=other.en.txt.")
        named.append((name, path))
    require_distinct([name for name, _ in named])
    return dict(named)


def _check_places(command: EvaluateCommand, outputs: dict[str, str]) -> None:
    """Refuse to write over what is read."""
    read = {Path(path).resolve() for path in (*command.references, *outputs.values(), command.src)}
    for place in (command.json, command.markdown):
        if place not in ("", "-") and Path(place).resolve() in read:
            raise UsageError(f"{place} would be overwritten: choose another file to write to.")
    if command.json == command.markdown == "-":
        raise UsageError("JSON and Markdown cannot both go to standard output.")


def _files(command: EvaluateCommand) -> tuple[tuple[Lines, ...], Lines | None]:
    """Return the references and the source (None without a model), of one length."""
    references = tuple(read_lines(path) for path in command.references)
    texts = read_lines(command.src) if command.models else None
    require_same_count([*references, *([texts] if texts else [])])
    metrics.check_resamples(command.resamples, len(references[0].texts))
    return references, texts


def _model(
    text: str, command: EvaluateCommand, texts: Lines | None, console: Console
) -> Run | Failure:
    assert texts is not None, "_checked asks for the source"
    with progress_bar(console) as bar:
        task = bar.add_task(text, total=len(texts.texts)) if bar else None

        def report(done: int, total: int) -> None:
            if bar and task is not None:
                bar.update(task, completed=done, total=total)

        try:
            base = replace(MEASURED, engine=command.engine)
            system = parse_system(text, beam=command.beam, base=base)
            return run_system(system, texts.texts, command.source, command.target, report)
        except WorkbenchError as error:
            return Failure(text, str(error).removeprefix(f"{text}: "), error.exit_code)


def progress_bar(console: Console) -> AbstractContextManager[Progress | None]:
    """Return a bar per task on a terminal, None elsewhere."""
    if console.quiet or not console.is_terminal:
        return nullcontext()
    parts = (BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
    name = TextColumn("{task.description}", markup=False)
    return Progress(name, *parts, console=console, transient=True)


def _output(name: str, path: str, reference: Lines) -> Run | Failure:
    try:
        lines = read_lines(path)
        require_same_count([reference, lines])
    except WorkbenchError as error:
        return Failure(name, str(error), error.exit_code)
    return Run(name, lines.texts)


def _scored(
    runs: Sequence[Run], references: Sequence[Lines], command: EvaluateCommand
) -> list[Row]:
    hypotheses = {run.name: run.hypotheses for run in runs}
    scores = metrics.compare(
        hypotheses,
        [lines.texts for lines in references],
        command.target,
        # A baseline that failed leaves the others their scores.
        baseline=command.baseline if command.baseline in hypotheses else "",
        resamples=command.resamples,
        seed=command.seed,
    )
    return [Row(run, scores[run.name]) for run in runs]


def _publish(report: Report, command: EvaluateCommand) -> None:
    for row in report.rows:
        if command.save and row.run.cost:
            name = f"{file_name(row.run.name)}.{command.target}.txt"
            write(str(Path(command.save) / name), "\n".join(row.run.hypotheses) + "\n")
    for path, form in ((command.json, to_json), (command.markdown, to_markdown)):
        if path:
            write(path, form(report))
    if "-" not in (command.json, command.markdown):
        show(report, Console())
    for failure in report.failures:
        print(f"workbench: not done: {failure.name}: {failure.reason}", file=sys.stderr)


def file_name(system: str) -> str:
    """Return a file name for a system, another one for every system.

    >>> file_name("./models/mine@beam=6")
    '.%2Fmodels%2Fmine@beam=6'
    """
    return _NOT_IN_NAMES.sub(lambda match: f"%{ord(match[0]):02X}", system)


def _exit_code(runs: Sequence[Run], failures: Sequence[Failure]) -> int:
    if not runs:
        return failures[0].exit_code
    return 3 if failures or any(run.failed for run in runs) else 0
