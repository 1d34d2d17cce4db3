"""The command line: thin commands over the pipeline. To add one, write a function under @app.

Exit codes: 0 done, 2 usage, 3 partly done (a list follows), 4 input refused, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.job import Job

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

Source = Annotated[str, typer.Argument(metavar="FILE", help="A text file, or - for stdin.")]
From = Annotated[
    str, typer.Option("--from", metavar="LANG", help="Source language [default: detected].")
]
Model = Annotated[
    str, typer.Option("--model", "-m", help="A name of `workbench models`, or a model folder.")
]
EngineName = Annotated[
    str, typer.Option("--engine", help="auto, ct2 (fast on CPU), hf (reference) or pseudo.")
]
Preset = Annotated[str, typer.Option(help="How bullets are chosen: auto, news or interview.")]
Encoding = Annotated[
    str, typer.Option(help="Of the file, if it is not UTF-8: shift_jis, euc-kr, cp949 …")
]
Output = Annotated[
    str, typer.Option("--output", "-o", metavar="FILE", help="Where to write [default: stdout].")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]


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
    formats: Annotated[
        str, typer.Option("--format", "-f", help="html, md, tsv, json, txt; several by commas.")
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
    job = _job(to, source, (model, engine, pivot, beam), (summary, preset), quiet)
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
    formats: Annotated[str, typer.Option("--format", "-f", help="txt, md or json.")] = "txt",
    output: Output = "",
    encoding: Encoding = "",
    quiet: Quiet = False,
) -> None:
    """Choose the sentences that sum a text up; with --to, translate just those.

    [bold]workbench summarize talk.txt --bullets 5[/bold]
    [bold]workbench summarize talk.txt --to en,ko --format md[/bold]
    """
    job = _job(to, source, (model, engine, "", 0), (bullets, preset), quiet)
    raise typer.Exit(job.summarize(file, encoding, formats, output))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any free one.")] = 7860,
    browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page.")] = True,
) -> None:
    """Open the web page. It listens on this computer only, and sends nothing anywhere."""
    from workbench.ui import launch

    launch(host=host, port=port, browser=browser)


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
def remove(name: str) -> None:
    """Delete a downloaded model."""
    from workbench import hub

    print(f"Removed {hub.remove(name)}.")


def _job(
    to: str,
    source: str,
    run: tuple[str, str, str, int],
    summary: tuple[str, str],
    quiet: bool,
) -> "Job":
    from workbench.job import Job, make_options

    targets = [code.strip() for code in to.split(",") if code.strip()]
    return Job(targets, source, make_options(*run, *summary), quiet=quiet)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code; errors are one message on stderr."""
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
