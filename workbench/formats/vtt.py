"""WebVTT subtitles: the words of cues are translated; times, settings, notes and styles stay.

Read as the standard says (W3C, "WebVTT: The Web Video Text Tracks Format", 6), but a cue whose
times are badly written is kept.
"""

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering, cues
from workbench.formats.borders import has_words
from workbench.formats.cues import Cue, Line, Syntax, lines_of
from workbench.formats.flow import Fix

_TIMES = re.compile(r"([^>]{0,60}?)\s*-->\s*([^\s]{0,60})")
_TAG = re.compile(r"<(/?)([A-Za-z]*)([^<>\r\n]{0,500})>")
_LANGUAGE = re.compile(r"Language:\s*+([\w-]+)\s*$", re.IGNORECASE)
_KEPT = ("NOTE", "STYLE", "REGION")


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block for each cue, or for each turn of a dialogue; see workbench.formats."""
    yield from cues.read(path, reading, SYNTAX)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the cues with their texts replaced and wrapped; see workbench.formats."""
    cues.write(path, out, renderings, reading, SYNTAX)


def inspect(path: Path, reading: Reading) -> Iterator[Remark]:
    """Yield the cues of a written file that are too long or too fast to be read."""
    yield from cues.inspect(path, reading, SYNTAX)


def _cues(text: str, reading: Reading, name: str) -> Iterator[Cue | Remark | Fix]:
    lines = list(lines_of(text))
    head = lines[0].text
    if head[:6] != "WEBVTT" or head[6:7] not in ("", " ", "\t"):
        if not any(_is_times(line) for line in lines):
            raise InputError(
                f"{name}: does not begin with WEBVTT and holds no cue. Save it as WebVTT again."
            )
        yield Remark("It does not begin with WEBVTT as it should; players may refuse it.")
    count = 0
    for block in _blocks(lines):
        if block[0].number == 1 and head[:6] == "WEBVTT":
            yield from _language(block, reading)
        heads = [n for n, line in enumerate(block) if _is_times(line)]
        yield from _outside(block[: heads[0]] if heads else block, named=bool(heads))
        for at, behind in zip(heads, [*heads, len(block)][1:], strict=True):
            count += 1
            times = _TIMES.search(block[at].text)
            begins, ends = times.groups() if times else ("", "")
            called = f"cue {count} (line {block[at].number})"
            yield Cue(called, begins, ends, tuple(block[at + 1 : behind]))


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the lines between empty ones. White space alone is no empty line."""
    held: list[Line] = []
    for line in lines:
        if line.text:
            held.append(line)
        elif held:
            yield held
            held = []
    if held:
        yield held


def _is_times(line: Line) -> bool:
    return "-->" in line.text


def _language(block: Sequence[Line], reading: Reading) -> Iterator[Fix]:
    """Bring the language that the head of the file names in line with the target."""
    for line in block:
        match = _LANGUAGE.match(line.text)
        if match and reading.target and reading.target != reading.source:
            yield Fix(line.start + match.start(1), line.start + match.end(1), reading.target)


def _outside(block: Sequence[Line], *, named: bool) -> Iterator[Remark]:
    """Tell of text that no player shows; the line before the times is the name of the cue."""
    first = block[0] if block else None
    if first is None or first.text.startswith((*_KEPT, "WEBVTT")):
        return
    rest = block[:-1] if named else block
    if any(has_words(line.text) for line in rest):
        said = "it belongs to no cue and was left as is."
        yield Remark(f"line {first.number}-{rest[-1].number}: {said}", lost=True)


def _escape(words: str) -> str:
    return html.escape(words, quote=False)


SYNTAX = Syntax(_cues, _TAG, escape=_escape, unescape=html.unescape)
