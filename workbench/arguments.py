"""What commands take: arguments and options with their help, shared ones and long ones.

To add one, give it a name here and use that as the annotation of a parameter in cli.py.
"""

from pathlib import Path
from typing import Annotated

import typer

Source = Annotated[str, typer.Argument(metavar="FILE", help="A text file, or - for stdin.")]
From = Annotated[
    str, typer.Option("--from", metavar="LANG", help="Source language.", show_default="detected")
]
Model = Annotated[
    str, typer.Option("--model", "-m", help="A name of `workbench models`, or a model folder.")
]
EngineName = Annotated[
    str, typer.Option("--engine", help="auto, ct2 (fast on CPU), hf (reference), chat or pseudo.")
]
Preset = Annotated[str, typer.Option(help="How bullets are chosen: auto, news or interview.")]
Encoding = Annotated[
    str, typer.Option(help="Of the file, if it is not UTF-8: shift_jis, euc-kr, cp949 …")
]
Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Where to write.", show_default="standard output"
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]

Purpose = Annotated[
    str,
    typer.Option(help="any, or commercial: then models whose licence does not allow it stop."),
]
SelfTest = Annotated[
    bool,
    typer.Option(
        "--self-test/--no-self-test",
        help="Try the model on known sentences before its first use; a broken one stops.",
    ),
]
Summarizer = Annotated[
    str,
    typer.Option(
        metavar="MODEL",
        help="Write the bullets with this model, e.g. bart-large-cnn or chat.",
        show_default="sentences of the text are chosen",
    ),
]
Length = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="Of the bullets' sentences, from 0 (short) to 1 (long); none is cut."
    ),
]
References = Annotated[
    list[Path],
    typer.Option(
        "--ref",
        metavar="FILE",
        help="A translation by a person, a line per line of the source; may be given again.",
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME[@k=v,…]",
        help="A model to run, with settings "
        "if need be: trilingual-small@beam=1,pivot=en. May be given again.",
    ),
]
Systems = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME,NAME…", help="Systems, by commas: models, name=FILE, memory. May repeat."
    ),
]
System = Annotated[
    list[str] | None,
    typer.Option(
        "--system", metavar="NAME[@k=v,…]", help="One more, commas and all. May be given again."
    ),
]
Outputs = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        metavar="NAME=FILE",
        help="A system's finished translations. May be given again.",
    ),
]
Tables = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="Source TAB target lines, with a first line of language "
        "codes, a name like x.ja-en.tsv, or --from and --to; may repeat.",
    ),
]
GenericText = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="Your own general text to mix in against forgetting, as .tmx or .tsv.",
    ),
]
Minutes = Annotated[
    float,
    typer.Option(min=0, help="Of learning, at most; checks not counted.", show_default="8"),
]
Measures = Annotated[
    list[Path] | None,
    typer.Option("--ref", metavar="FILE", help="A translation to measure against; may repeat."),
]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        "-o",
        metavar="FILE",
        help="Write everything as .html, .json or .csv; may repeat.",
    ),
]
Best = Annotated[
    str,
    typer.Option(metavar="FILE", help="Write the best-of translation: .tmx, .txt, .tsv …"),
]
Pick = Annotated[
    str,
    typer.Option(
        metavar="consensus|mine",
        help="What the best-of takes: what most systems agree with, or your own picks and "
        "edits of the page first.",
    ),
]
Baseline = Annotated[str, typer.Option(help="The system that others are tested against.")]
Resamples = Annotated[int, typer.Option(min=0, help="Of each test; 0: no tests.")]
Seed = Annotated[int, typer.Option(help="Of the resampling.")]
Comet = Annotated[
    str, typer.Option(metavar="MODEL", help="Score with COMET too, where it is installed.")
]
RoundTrip = Annotated[
    bool, typer.Option("--round-trip", help="Translate back where a model can; weak evidence.")
]
Lines = Annotated[
    bool | None,
    typer.Option(
        "--lines/--sentences", help="A segment per line, or sentences.", show_default="by files"
    ),
]
MemoryCap = Annotated[
    float,
    typer.Option(
        metavar="GB", min=0, help="All models together.", show_default="half of the machine's"
    ),
]
