"""The command line: thin commands over the pipeline. To add one, write a function under @app.

Exit codes: 0 done, 2 usage, 3 partly done (a list follows), 4 input refused, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench import batches, jobs, remembering
from workbench.arguments import (
    Baseline,
    Best,
    Comet,
    Encoding,
    EngineName,
    From,
    GenericText,
    Length,
    Lines,
    Measures,
    MemoryCap,
    Minutes,
    Model,
    Models,
    Output,
    Outputs,
    Pick,
    Preset,
    Purpose,
    Quiet,
    References,
    Reports,
    Resamples,
    RoundTrip,
    Seed,
    SelfTest,
    Source,
    Summarizer,
    System,
    Systems,
    Tables,
)
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.job import Job

_ASCII = ("ascii", "us-ascii", "ansi_x3.4-1968", "646")
app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Translate and summarise a text side by side, sentence against sentence, offline.\n\n"
    "Exit codes: 0 done · 2 usage · 3 partly done, with a list · 4 input refused · "
    "130 interrupted.",
)
models = typer.Typer(help="List, download and remove models.", invoke_without_command=True)
app.add_typer(models, name="models")
app.add_typer(remembering.app, name="memory")
app.add_typer(jobs.app, name="jobs")
app.command()(batches.batch)


@app.command()
def translate(
    file: Source,
    to: Annotated[str, typer.Option("--to", "-t", help="Target languages, by commas.")] = "en,ko",
    source: From = "",
    model: Model = "",
    engine: EngineName = "auto",
    beam: Annotated[int, typer.Option(min=0, max=16, help="0: the model's own.")] = 0,
    pivot: Annotated[str, typer.Option(help="Go by way of this language, e.g. en.")] = "",
    summary: Annotated[
        str, typer.Option(metavar="auto|none|N", help="How many bullets head the columns.")
    ] = "auto",
    preset: Preset = "auto",
    length: Length = 0.5,
    summarizer: Summarizer = "",
    purpose: Purpose = "any",
    self_test: SelfTest = True,
    formats: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="html, md, tsv, tmx, json, txt, ledger, manifest; several by commas.",
        ),
    ] = "",
    output: Output = "",
    show: Annotated[bool, typer.Option(help="Print the columns side by side as well.")] = False,
    encoding: Encoding = "",
    quiet: Quiet = False,
) -> None:
    """Translate a text into one or more languages, side by side.

    [bold]workbench translate talk.txt --to en,ko -o talk.html[/bold]   one self-contained page
    [bold]workbench translate talk.txt --to en > talk.en.txt[/bold]     plain text
    [bold]workbench translate talk.txt -f html,tsv -o out/talk[/bold]   out/talk.html, out/talk.tsv
    """
    settings = (
        (model, engine, pivot, beam),
        (summary, preset, summarizer, length),
        purpose,
        self_test,
    )
    job = _job(to, source, settings, quiet)
    raise typer.Exit(job.translate(file, encoding, formats, output, show=show))


@app.command()
def summarize(
    file: Source,
    bullets: Annotated[str, typer.Option("--bullets", "-n", metavar="auto|N")] = "auto",
    to: Annotated[str, typer.Option("--to", "-t", help="Show the bullets in these too.")] = "",
    source: From = "",
    model: Model = "",
    engine: EngineName = "auto",
    preset: Preset = "auto",
    length: Length = 0.5,
    summarizer: Summarizer = "",
    purpose: Purpose = "any",
    self_test: SelfTest = True,
    formats: Annotated[str, typer.Option("--format", "-f", help="txt, md or json.")] = "txt",
    output: Output = "",
    encoding: Encoding = "",
    quiet: Quiet = False,
) -> None:
    """Choose the sentences that sum a text up; with --to, translate just those.

    [bold]workbench summarize talk.txt --bullets 5[/bold]
    [bold]workbench summarize talk.txt --to en,ko --format md[/bold]
    """
    settings = (model, engine, "", 0), (bullets, preset, summarizer, length), purpose, self_test
    job = _job(to, source, settings, quiet)
    raise typer.Exit(job.summarize(file, encoding, formats, output))


@app.command()
def rerun(
    manifest: Annotated[
        Path,
        typer.Argument(metavar="MANIFEST.json", help="Written beside a result, or a .json result."),
    ],
    text: Annotated[
        Path | None,
        typer.Option("--text", metavar="FILE", help="The source.", show_default="beside it"),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the files of the new run here.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Make a result again from its manifest, and say whether every byte is the same.

    [bold]workbench translate talk.txt -o talk.html && workbench rerun talk.manifest.json[/bold]

    Exit code 0: the same. 3: not the same; what differs is listed.
    """
    from workbench.rerun import run

    raise typer.Exit(run(manifest, text, keep, quiet=quiet))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 7860,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
) -> None:
    """Open the web page. It listens here only, and sends text to nobody but a chat model."""
    from workbench.ui import launch

    launch(host=host, port=port, browser=browser)


@app.command()
def evaluate(
    references: References,
    source: Annotated[str, typer.Option("--from", metavar="LANG", help="Source language.")],
    target: Annotated[str, typer.Option("--to", "-t", metavar="LANG", help="Target language.")],
    names: Models = None,
    outputs: Outputs = None,
    src: Annotated[str, typer.Option(metavar="FILE", help="The source, for models.")] = "",
    baseline: Baseline = "",
    resamples: Resamples = 1000,
    seed: Seed = 12345,
    beam: Annotated[int, typer.Option(min=0, max=16, help="0: the model's own.")] = 0,
    engine: EngineName = "auto",
    as_json: Annotated[str, typer.Option("--json", metavar="FILE", help="Write it as JSON.")] = "",
    markdown: Annotated[str, typer.Option(metavar="FILE", help="Write it as Markdown.")] = "",
    save: Annotated[str, typer.Option(metavar="DIR", help="Keep the translations here.")] = "",
    quiet: Quiet = False,
) -> None:
    """Score models and finished translations against a reference: BLEU, chrF2++, TER, speed.

    [bold]workbench evaluate -m trilingual-small --src a.ja --ref a.en --from ja --to en[/bold]
    [bold]workbench evaluate --output old=a.txt --output new=b.txt --baseline old --ref r.en
    --from ja --to en[/bold]
    """
    from workbench.evaluating import EvaluateCommand, run

    command = EvaluateCommand(
        tuple(names or ()),
        tuple(outputs or ()),
        tuple(map(str, references)),
        source,
        target,
        src=src,
        baseline=baseline,
        resamples=resamples,
        seed=seed,
        beam=beam,
        engine=engine,
        json=as_json,
        markdown=markdown,
        save=save,
        quiet=quiet,
    )
    raise typer.Exit(run(command))


@app.command()
def compare(
    file: Source,
    target: Annotated[str, typer.Option("--to", "-t", metavar="LANG", help="Target language.")],
    systems: Systems = None,
    system: System = None,
    outputs: Outputs = None,
    references: Measures = None,
    source: From = "",
    reports: Reports = None,
    best: Best = "",
    pick: Pick = "consensus",
    baseline: Baseline = "",
    resamples: Resamples = 1000,
    seed: Seed = 12345,
    comet: Comet = "",
    round_trip: RoundTrip = False,
    lines: Lines = None,
    memory_cap: MemoryCap = 0,
    purpose: Purpose = "any",
    self_test: SelfTest = True,
    encoding: Encoding = "",
    quiet: Quiet = False,
) -> None:
    """Translate a text with several systems and judge them, with or without a reference.

    [bold]workbench compare talk.txt --systems opus-mt-ja-en,nllb-600m --to en -o talk.html[/bold]
    [bold]workbench compare talk.txt --systems a@beam=1,a@beam=6,engine=hf,memory --to en[/bold]
    [bold]workbench compare a.ja --system nllb-600m --output deepl=a.deepl.en --ref a.en --to en
    --baseline deepl -o a.html -o a.json --best a.tmx[/bold]

    A system is a model's name or folder, with settings after an @; the word memory: what you have
    kept; or name=FILE: a finished translation (.txt, .tmx, or .json and .tsv of this program).
    Commas part systems; name=value after an @ is a setting of the system before it. Models run
    one after another, each in a process of its own; one that fails leaves the others.
    Interrupted? What is done by then is judged and written.
    """
    from workbench.compare.running import BASE, split_names
    from workbench.comparing import CompareCommand, run

    command = CompareCommand(
        file,
        (*(name for text in systems or () for name in split_names(text)), *(system or ())),
        target,
        source,
        outputs=tuple(outputs or ()),
        references=tuple(map(str, references or ())),
        reports=tuple(reports or ()),
        baseline=baseline,
        resamples=resamples,
        seed=seed,
        comet=comet,
        round_trip=round_trip,
        lines=lines,
        best=best,
        pick=pick,
        memory_cap=memory_cap,
        options=replace(BASE, purpose=purpose, self_test=self_test),
        encoding=encoding,
        quiet=quiet,
    )
    raise typer.Exit(run(command))


@app.command()
def trial(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES", help="Right translations: .jsonl, .tsv or .tmx."),
    ],
    plant: Annotated[int, typer.Option(min=0, help="Errors to plant, spread evenly.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of what is planted where.")] = 1,
    source: Annotated[
        str, typer.Option("--from", metavar="LANG", help="Source language.", show_default="all")
    ] = "",
    to: Annotated[str, typer.Option("--to", "-t", metavar="LANG", help="Target language.")] = "",
    as_json: Annotated[str, typer.Option("--json", metavar="FILE", help="Write it as JSON.")] = "",
    misses: Annotated[
        str, typer.Option(metavar="FILE", help="Write what was missed or falsely doubted, as TSV.")
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Try the checks on your own translations: plant errors, and count those that are seen.

    Also counts the doubts about the untouched text: as it is right, they are false alarms.

    [bold]workbench trial memory.tmx --from ja --to en --misses misses.tsv[/bold]
    """
    from workbench.trying import TrialCommand, run

    names = tuple(map(str, files))
    command = TrialCommand(names, plant, seed, source, to, as_json, misses, quiet)
    raise typer.Exit(run(command))


@app.command()
def adapt(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the model.")],
    model: Model = "trilingual-small",
    tmx: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A translation memory; may repeat.")
    ] = None,
    tsv: Tables = None,
    source: Annotated[
        str, typer.Option("--from", metavar="LANG", help="With --to: one way only.")
    ] = "",
    to: Annotated[str, typer.Option("--to", "-t", help="Target languages, by commas.")] = "",
    minutes: Minutes = 0,
    epochs: Annotated[
        float, typer.Option(min=0, help="Readings of the memory, at most.", show_default=False)
    ] = 0,
    eval_split: Annotated[
        str, typer.Option(metavar="SHARE", help="Of the memory's documents, held out to measure.")
    ] = "5%",
    generic: GenericText = None,
    generic_share: Annotated[str, typer.Option(metavar="SHARE", help="Of what is learnt.")] = "20%",
    rate: Annotated[
        float, typer.Option(min=0, help="Learning rate.", show_default="fits the model")
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed, the same model (on a CPU).")] = 1,
    quiet: Quiet = False,
) -> None:
    """Fine-tune a Marian model on your translation memory; it is measured before and after.

    [bold]workbench adapt --tmx memory.tmx --out my-model[/bold]
    [bold]workbench adapt -m opus-mt-ja-en --tmx memory.tmx --minutes 60 --out my-model[/bold]

    At least 50 usable pairs are needed. Interrupted? The same command goes on.
    """
    from workbench import learning
    from workbench.training.adapt import GENERIC, USUAL, parse_directions
    from workbench.training.schedule import Budget

    limit = Budget(minutes, epochs) if minutes or epochs else USUAL
    plan = {
        "model": model,
        # A file that is given twice is read once.
        "memories": tuple(dict.fromkeys((*(tmx or ()), *(tsv or ())))),
        "out": out,
        "directions": parse_directions(source, _codes(to)),
        "budget": limit,
        "generic": tuple(generic or (GENERIC,)),
        "rate": rate,
        "seed": seed,
        "held_out": learning.parse_share(eval_split),
        "generic_share": learning.parse_share(generic_share),
    }
    raise typer.Exit(learning.adapt(plan, quiet=quiet))


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE.toml")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for the model.")],
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where its text lies.", show_default="beside it"),
    ] = None,
    profile: Annotated[str, typer.Option(help="A [profiles.NAME] of the recipe.")] = "",
    minutes: Annotated[
        float, typer.Option(min=0, help="Instead of the recipe's budget.", show_default=False)
    ] = 0,
) -> None:
    """Train a model from nothing: vocabulary, text, directions and size are a TOML file.

    [bold]workbench train models/trilingual-small/recipe.toml --data FOLDER --out my-model[/bold]

    Runs on CUDA where there is one. Interrupted? The same command goes on.
    """
    from workbench import learning
    from workbench.training.schedule import Budget

    budget = Budget(minutes) if minutes else None
    raise typer.Exit(learning.train(recipe, data, out, profile, budget))


@models.callback()
def list_models(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the models: installed or not, size, licence, languages."""
    if context.invoked_subcommand is None:
        from workbench.modeltable import show_models

        show_models(as_json=as_json)


@models.command()
def pull(name: str, quiet: Quiet = False) -> None:
    """Download a model from the hub; every file is checked against its hash."""
    from workbench.modeltable import pull_model

    pull_model(name, quiet=quiet)


@models.command()
def add(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A checkpoint's folder.")],
    name: Annotated[str, typer.Option(help="To use it by.", show_default="its own")] = "",
) -> None:
    """Give a folder of your own a name: `workbench adapt` makes such folders."""
    from workbench.modeltable import add_model

    add_model(str(folder), name)


@models.command()
def remove(name: str) -> None:
    """Delete a downloaded model, or take the name off a folder of your own."""
    from workbench.modeltable import remove_model

    remove_model(name)


def _job(
    to: str,
    source: str,
    settings: tuple[tuple[str, str, str, int], tuple[str, str, str, float], str, bool],
    quiet: bool,
) -> "Job":
    from workbench.job import Job, make_options

    run, summary, purpose, self_test = settings
    options = make_options(run, summary, purpose, self_test=self_test)
    return Job(_codes(to), source, options, quiet=quiet)


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.split(",") if code.strip()]


def _speak_utf8() -> None:
    """Write UTF-8 where the locale (LANG=C, POSIX) asks for ASCII, which has none of our words."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower() in _ASCII:
            stream.reconfigure(encoding="utf-8", errors=stream.errors)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; errors are one message on stderr."""
    _speak_utf8()
    try:
        app(args)
    except WorkbenchError as error:
        print(f"workbench: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("workbench: interrupted; nothing was written.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader (| head) has enough; the interpreter must not flush into the closed pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
