"""Subtitles (srt, vtt): cues with their places in the text, as blocks and written again.

A format gives a Syntax: how its cues are found, which tags stand in them, how signs are escaped.
Every cue is a block by itself, or one for each turn of a dialogue: a sentence that goes on in the
next cue is not joined, so that no cue can end up empty or with words of another moment.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.borders import trim
from workbench.formats.flow import Fix, Item, Place, Raw, compose, patch, put
from workbench.formats.wrapping import faults, wrapped
from workbench.reading import Text, open_text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_STAMP = re.compile(r"(?:(\d{1,6})[:：])?(\d{1,2})[:：](\d{1,2})[.,:．，。：]?(\d{1,6})?$")
# A dash or chevrons at the start of a line, behind tags: another person speaks.
_TURN = re.compile(
    r"(?:<[^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}|\s)*+((?:[-\u2010-\u2015\u2212\uff0d]|>>+|(?:&gt;){2,})"
    r"[ \u3000\xa0]?)(?=[^\s\d-]|\d+[^\s\d])"
)
_MOST = 50  # remarks of one sort about the cues of a file; the rest is counted


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its characters start to end, the line end behind them not among them."""

    number: int
    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        """Whether nothing is seen of it."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue: its name for messages, both times as they are written, and the lines of its text."""

    name: str
    begins: str
    ends: str
    lines: tuple[Line, ...]

    @property
    def seconds(self) -> tuple[float, float] | None:
        """When it is shown and when no longer, None where that cannot be read."""
        begins, ends = _seconds(self.begins), _seconds(self.ends)
        return None if begins is None or ends is None else (begins, ends)


@dataclass(frozen=True, slots=True)
class Syntax:
    """What a format of subtitles is like.

    cues takes the text, how to read it and the name of the file. tag matches a tag; group 1 is "/"
    in closing ones, 2 the name. Tags in dropped have no place in a translation, those in hidden
    neither, with what is in them.
    """

    cues: Callable[[str, Reading, str], Iterator[Cue | Remark | Fix]]
    tag: re.Pattern[str]
    escape: Callable[[str], str]
    unescape: Callable[[str], str]
    dropped: tuple[str, ...] = ("ruby", "rb")
    hidden: tuple[str, ...] = ("rt", "rp")


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines of a text, numbered from 1."""
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = match[0].rstrip("\r\n")
        yield Line(number, match.start(), match.start() + len(line), line)


def read(path: Path, reading: Reading, syntax: Syntax) -> Iterator[Block | Remark]:
    """Yield the blocks of the cues, and what is wrong with the cues; see workbench.formats."""
    source = open_text(path, reading.encoding, reading.source)
    if source.guessed:
        yield Remark(f"Read as {source.name}: guessed from its bytes; --encoding says otherwise.")
    before = 0.0
    for found in _walk(source, reading, syntax):
        if isinstance(found, Remark):
            yield found
        elif isinstance(found, Place):
            yield found.block
        elif isinstance(found, Cue):
            said, before = _timing(found, before)
            yield from said


def write(
    path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading, syntax: Syntax
) -> None:
    """Write the file with renderings in lines of a length that is read at a glance."""
    source = open_text(path, reading.encoding, reading.source)

    def render(place: Place, rendering: Rendering, raw: Raw) -> str:
        made = wrapped(rendering, reading.target or reading.source)
        return put(place, made, raw, lambda words: syntax.escape(words).replace("\n", place.shape))

    text = "".join(source.pieces())
    found = _walk(source, reading, syntax, text)
    places = (place for place in found if isinstance(place, Place | Fix))
    out.write(codecs.BOM_UTF8 if source.bom else b"")
    for piece in patch(text, places, renderings, render):
        out.write(piece.encode("utf-8", "replace"))


def inspect(path: Path, reading: Reading, syntax: Syntax) -> Iterator[Remark]:
    """Yield what is to be said of the cues of a file that was written: too long, too fast."""
    source = open_text(path, "utf-8")
    text = "".join(source.pieces())
    count = 0
    for found in syntax.cues(text, reading, source.path.name):
        if not isinstance(found, Cue):
            continue
        shown = [syntax.unescape(syntax.tag.sub("", line.text)).strip() for line in found.lines]
        for fault in faults([line for line in shown if line], found.seconds, reading.target):
            count += 1
            if count <= _MOST:
                yield Remark(f"{found.name}: {fault}")
    if count > _MOST:
        yield Remark(f"{count - _MOST} more lines or cues are too long or too fast to be read.")


def _walk(
    source: Text, reading: Reading, syntax: Syntax, text: str | None = None
) -> Iterator[Cue | Remark | Place | Fix]:
    """Yield all there is in the order of the file; the places of a cue come behind it."""
    text = "".join(source.pieces()) if text is None else text
    for found in syntax.cues(text, reading, source.path.name):
        yield found
        if isinstance(found, Cue):
            yield from _places(text, found, syntax)


def _places(text: str, cue: Cue, syntax: Syntax) -> Iterator[Place]:
    for turn in _turns(cue):
        first = turn[0]
        items = _items(text, turn, syntax)
        place = compose(text, items, Block(f"{cue.name} (line {first.number})", ""))
        if place is not None:
            end = text[first.end : first.end + 2]
            # White space beside a tag is that of its old place.
            marks = tuple((trim(text, *opens), closes) for opens, closes in place.marks)
            yield Place(place.start, place.end, place.block, marks, _line_end(end))


def _line_end(found: str) -> str:
    return found if found == "\r\n" else found[:1] or "\n"


def _turns(cue: Cue) -> Iterator[list[Line]]:
    """Yield the lines that are read in one go: up to an empty line, or to another speaker."""
    held: list[Line] = []
    for line in cue.lines:
        if held and (line.blank or _TURN.match(line.text)):
            yield held
            held = []
        if not line.blank:
            held.append(line)
    if held:
        yield held


def _items(text: str, turn: list[Line], syntax: Syntax) -> list[Item]:
    start, end = turn[0].start, turn[-1].end
    dash = _TURN.match(turn[0].text)
    said = (start + dash.start(1), start + dash.end(1)) if dash else (start, start)
    items: list[Item] = []
    dropping = ""
    for tag in [*syntax.tag.finditer(text, start, end), None]:
        stop = tag.start() if tag else end
        words = "drop" if dropping else "text"
        items += _between(text, start, stop, said, words, syntax)
        if tag is None:
            break
        name, closes = (tag[2] or "").lower(), tag[1] == "/"
        items.append(_tag(tag, name, closes, syntax))
        if name in syntax.hidden:
            dropping = "" if closes else name
        start = tag.end()
    return items


def _tag(tag: re.Match[str], name: str, closes: bool, syntax: Syntax) -> Item:
    if name in (*syntax.dropped, *syntax.hidden):
        return Item("drop", tag.start(), tag.end(), "", name)
    if name in ("", "br"):
        return Item("point", tag.start(), tag.end(), "", name or "a sign of the player")
    return Item("close" if closes else "open", tag.start(), tag.end(), "", name)


def _between(
    text: str, start: int, end: int, dash: tuple[int, int], kind: str, syntax: Syntax
) -> Iterator[Item]:
    """Yield the words between tags; a dash that opens a turn is none of them."""
    if start <= dash[0] < dash[1] <= end:
        yield from _between(text, start, dash[0], (0, 0), kind, syntax)
        yield Item("point", *dash, "", "dash")
        start = dash[1]
    if start < end:
        words = syntax.unescape(text[start:end])
        yield Item("drop", start, end) if kind == "drop" else Item("text", start, end, words)


def _timing(cue: Cue, before: float) -> tuple[list[Remark], float]:
    """Return what is wrong with the times of a cue, and when it begins."""
    times = cue.seconds
    shown = f"{cue.begins} --> {cue.ends}"[:80]
    if times is None:
        said = f"its times ({shown}) cannot be read; it was translated all the same."
        return [Remark(f"{cue.name}: {said}")], before
    begins, ends = times
    if ends <= begins:
        said = f"it ends before it begins ({shown}); it was translated all the same."
        return [Remark(f"{cue.name}: {said}")], begins
    if begins < before:
        said = f"it begins before the cue in front of it ({shown}); the order was kept."
        return [Remark(f"{cue.name}: {said}")], begins
    return [], begins


def _seconds(stamp: str) -> float | None:
    match = _STAMP.fullmatch(stamp.strip())
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        return None
    whole = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    return whole + int(match[4] or 0) / 1000
