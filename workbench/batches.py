"""The command `workbench batch`: its arguments, and nothing else; see workbench.batch.command."""

from pathlib import Path
from typing import Annotated

import typer

from workbench.arguments import (
    Encoding,
    EngineName,
    From,
    Length,
    Model,
    Preset,
    Purpose,
    Quiet,
    SelfTest,
)

_Inputs = Annotated[
    list[Path],
    typer.Argument(metavar="IN…", help="Files, and folders with all that is in them."),
]
_Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", help="Where the translations go.")
]
_Glob = Annotated[
    str, typer.Option(metavar="PATTERN", help="Of folders, only these: '*.docx', 'talks/**'.")
]
_Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, max=64, help="Engines at work, each a process.")
]
_Summary = Annotated[
    bool, typer.Option("--summary", help="Write a summary in every language beside each file.")
]
_With = Annotated[
    str,
    typer.Option(
        "--with",
        metavar="html,docx,tmx…",
        help="Write bilingual exports beside each translation, too: "
        "html, docx (columns side by side), md, tsv, tmx, json, ledger.",
    ),
]
_Column = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="Of csv, tsv and xlsx, translate this only: name, letter or number."
    ),
]
_Field = Annotated[
    list[str] | None,
    typer.Option(metavar="PATH", help="Of jsonl, translate this only: text, messages.*.content."),
]


def batch(
    inputs: _Inputs,
    out: _Out,
    to: Annotated[str, typer.Option("--to", "-t", help="Target languages, by commas.")] = "en,ko",
    source: From = "",
    glob: _Glob = "",
    jobs: _Jobs = 1,
    summary: _Summary = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the job of this folder.")
    ] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="With --resume: take in what changed of the files.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="With --resume: try again what failed.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget the job of this folder and begin anew.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Count, and say what time and memory it will take."),
    ] = False,
    beside: _With = "",
    model: Model = "",
    engine: EngineName = "auto",
    beam: Annotated[int, typer.Option(min=0, max=16, help="0: the model's own.")] = 0,
    pivot: Annotated[str, typer.Option(help="Go by way of this language, e.g. en.")] = "",
    preset: Preset = "auto",
    length: Length = 0.5,
    purpose: Purpose = "any",
    self_test: SelfTest = True,
    checks: Annotated[
        bool, typer.Option("--checks/--no-checks", help="Look for doubts in every translation.")
    ] = True,
    column: _Column = None,
    field: _Field = None,
    pdf: Annotated[
        str, typer.Option(metavar="docx|html|md", help="What PDFs are written as.")
    ] = "docx",
    encoding: Encoding = "",
    ray: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Translate on a Ray cluster; auto finds it.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With --dry-run: as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Translate files and folders of documents; the same documents come out.

    [bold]workbench batch talks/ --to en,ko -o out[/bold]                 every document in it
    [bold]workbench batch talks/ --to en -o out --dry-run[/bold]          what that would take
    [bold]workbench batch a.docx b.srt --to ko -o out --with html,tmx[/bold]
    [bold]workbench batch prices.xlsx --column B --to en -o out[/bold]

    Reads txt, md, html, docx, pdf, srt, vtt, csv, tsv, xlsx, jsonl, xliff, tmx and po. Sentences
    that come again are translated once. Interrupted, by whatever? --resume goes on where it was;
    what comes out is the same, byte for byte. report.html in the folder says what became of each
    file; workbench jobs lists all jobs.
    """
    from workbench.batch.command import BatchCommand, run
    from workbench.formats import Reading
    from workbench.job import make_options

    bullets = "auto" if summary else "none"
    options = make_options(
        (model, engine, pivot, beam), (bullets, preset, "", length), purpose, self_test=self_test
    )
    command = BatchCommand(
        tuple(map(str, inputs)),
        str(out),
        tuple(_names(to)),
        source,
        glob,
        options,
        Reading(
            encoding=encoding, columns=tuple(column or ()), fields=tuple(field or ()), output=pdf
        ),
        tuple(_names(beside)),
        checks,
        jobs,
        resume,
        fresh,
        changed,
        retry,
        dry_run,
        as_json,
        ray,
        quiet,
    )
    raise typer.Exit(run(command))


def _names(text: str) -> list[str]:
    return [name.strip().lower() for name in text.split(",") if name.strip()]
