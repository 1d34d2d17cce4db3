"""SubRip subtitles: the words of cues are translated; numbers, times and tags stay as they are.

A cue begins at its times, however badly they are written, and lasts until the next one, so that
none is lost.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering, cues
from workbench.formats.borders import has_words
from workbench.formats.cues import Cue, Line, Syntax, lines_of

_STAMP = r"-?\d{1,9}(?:[ ]?[:.,;：，．。][ ]?\d{0,9}){2,4}"
_DASHES = r"(?=\s*[-\u2010-\u2015=])[-\u2010-\u2015=\s]*+>+\s*+"
_TIMES = re.compile(rf"[\s\ufeff]*+({_STAMP}){_DASHES}({_STAMP})")
_BROKEN = re.compile(r"(?=.{0,80}\d[:.,]\d)(.{0,60}?)-->(.{0,60})")
_CLOCK = re.compile(r"\d[:.,]\d")
_NUMBER = re.compile(r"[\s\ufeff]*-?\d{1,9}(?:\.\d{0,9})?\s*")
_TAG = re.compile(
    r"<(/?)(i|b|u|s|em|strong|font|span|ruby|rb|rt|rp|c|v|lang|br)(?:[ .][^<>\r\n]{0,500})?/?>"
    r"|\{\\[^{}\r\n]{0,500}\}",
    re.IGNORECASE,
)


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block for each cue, or for each turn of a dialogue; see workbench.formats."""
    yield from cues.read(path, reading, SYNTAX)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the cues with their texts replaced and wrapped; see workbench.formats."""
    cues.write(path, out, renderings, reading, SYNTAX)


def inspect(path: Path, reading: Reading) -> Iterator[Remark]:
    """Yield the cues of a written file that are too long or too fast to be read."""
    yield from cues.inspect(path, reading, SYNTAX)


def _safe(words: str) -> str:
    """Return words that cannot be taken for the times of a cue."""
    return "\n".join(
        line.replace("-->", "->") if _CLOCK.search(line) else line for line in words.split("\n")
    )


def _cues(text: str, reading: Reading, name: str) -> Iterator[Cue | Remark]:
    lines = list(lines_of(text))
    heads = [n for n in range(len(lines)) if _times(lines, n)]
    starts = [n - 1 if _is_number(lines, n - 1) else n for n in heads]
    outside = lines[: starts[0]] if heads else lines
    if any(has_words(line.text) for line in outside):
        if not heads:
            raise InputError(f"{name}: holds no times of cues (00:00:01,000 --> 00:00:02,000).")
        yield Remark(f"line 1-{len(outside)}: it belongs to no cue and was left as is.", lost=True)
    for count, head in enumerate(heads):
        times = _times(lines, head)
        assert times
        number = lines[head - 1].text.strip() if starts[count] < head else str(count + 1)
        behind = starts[count + 1] if count + 1 < len(heads) else len(lines)
        called = f"cue {number.strip(chr(0xFEFF))} (line {lines[head].number})"
        yield Cue(called, times[1], times[2], tuple(lines[head + 1 : behind]))


def _times(lines: Sequence[Line], n: int) -> re.Match[str] | None:
    """Return the times of a cue, if a line is that: also damaged ones, where they must be."""
    if "-" not in lines[n].text and ">" not in lines[n].text:
        return None
    found = _TIMES.match(lines[n].text)
    if found is None and (n == 0 or lines[n - 1].blank or _NUMBER.fullmatch(lines[n - 1].text)):
        found = _BROKEN.match(lines[n].text)
    return found


def _is_number(lines: Sequence[Line], n: int) -> bool:
    return n >= 0 and bool(_NUMBER.fullmatch(lines[n].text))


SYNTAX = Syntax(_cues, _TAG, escape=_safe, unescape=str)
