"""Texts of units with codes in them (xliff, tmx, po): made into a block, and written again.

A format yields the pieces of a text, `compose` makes the block of them, and `Coded.render` writes
a rendering with the codes as they stood. To know one more sort of placeholder within words, add
its pattern to _PLACEHOLDERS.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.formats import Block, Code, Rendering
from workbench.formats.borders import has_words, script
from workbench.formats.flow import Item, mates_of
from workbench.formats.inline import events
from workbench.formats.xml import Element

Kind = Literal["text", "open", "close", "point", "literal"]
Escape = Callable[[str], str]
Raw = Callable[[int, int], str]
# What a format says of an element: it is around words ("pair"), it begins or ends what is ("open",
# "close", with the name that both have), it has no words, or its words are said ("literal").
Verdict = tuple[Literal["pair", "open", "close", "point", "literal"], str]
Judge = Callable[[Element], Verdict]
MESSAGE, PLACEHOLDER, FORMATTING = "plural or select message", "placeholder", "formatting"
_PLACEHOLDERS = (
    r"\$\{[\w.]{1,60}\}|%\{[\w.]{1,60}\}|\{\{[^{}\n]{1,100}\}\}",  # shells, Ruby, templates
    r"\{[\w.\[\]]{0,60}(?:![rsa])?(?::[^{}\n]{0,30})?\}",  # Python, C#, Java, ICU
    r"%\(\w{1,60}\)[-+ #0]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]",  # Python
    r"(?<![\w%])%[A-Za-z_][\w.-]{1,40}%",  # PHP, Windows
    # C, Objective-C, Java, PHP; "100 %d" is a percentage.
    r"(?<![\d%])(?<!\d[ \u00a0])%(?:\d{1,2}\$)?[-+#0]*(?:\d{1,3}|\*)?(?:\.(?:\d{1,3}|\*))?"
    r"(?:hh?|ll?|[qjzt])?[diouxXeEfFgGcCsSp@]",
    r"(?<![\d%])%(?:L?[1-9]\d?|n)(?![\w%.])",  # Qt
    r"%%|&[A-Za-z]{2,8};|&#\d{1,7};",
)
_TAG = r"</?[A-Za-z][\w:-]{0,40}(?:\s[^<>]{0,2000})?/?>"
_CODES = re.compile(rf"(?P<tag>{_TAG})|{'|'.join(_PLACEHOLDERS)}")
_ALONE = frozenset({"br", "hr", "img", "input", "wbr"})
_MESSAGE = re.compile(r"\{\s*\w{1,60}\s*,\s*(?:plural|select|selectordinal)\s*,")
_BRACE = re.compile(r"[{}]")
_INDENTED = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t]+(?:(?:\r\n|\r|\n)[ \t]*)*")
_CLOSE_SET = ("han", "hiragana", "katakana")  # scripts that are wrapped without a space
_WHITE = " \t\r\n"
_LONGEST = 10_000  # characters of markup that is made one


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: what it says, and how it is written.

    Only text and literal say something. open and close belong together by their name, and are
    points where the other one is missing. words are those of a Code.
    """

    kind: Kind
    text: str
    raw: str
    name: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Coded:
    """A text without its codes, and how they are written: marks before and behind each.

    head and tail are what stands before and behind the words: white space and codes.
    """

    text: str
    codes: tuple[Code, ...]
    marks: tuple[tuple[str, str], ...]
    head: str
    tail: str

    def block(self, place: str, language: str, kept: str = "") -> Block:
        """Return the text as a block."""
        return Block(place, self.text, self.codes, language=language, kept=kept)

    def render(self, rendering: Rendering, escape: Escape) -> str:
        """Return what a rendering is written as, the codes as they were."""
        parts = [self.head]
        for kind, what in events(rendering.text, rendering.codes):
            if isinstance(what, str):
                parts.append(escape(what))
            else:
                parts.append(self.marks[what][kind == "close"])
        return "".join([*parts, self.tail])


def pieces_of(
    element: Element, raw: Raw, judge: Judge, escape: Escape, *, wrapped: bool = False
) -> Iterator[Piece]:
    """Yield the pieces of the text in an element, however deep it is nested.

    wrapped: line breaks with indentation are how the file is laid out, and no part of the text.
    """
    stack: list[tuple[Iterator[Element | str], Piece | None, int]] = []
    stack.append((iter(element.parts), None, element.start))
    while stack:
        parts, close, parent = stack[-1]
        part = next(parts, None)
        if part is None:
            stack.pop()
            if close:
                yield close
        elif isinstance(part, str):
            yield from marked(_unwrapped(part) if wrapped else part, escape, str(parent))
        else:
            kind, said = judge(part)
            if kind == "pair" and part.parts:
                name, words = f"<{part.start}", FORMATTING
                yield Piece("open", "", raw(part.start, part.inner), name, words)
                closing = Piece("close", "", raw(part.close, part.end), name, words)
                stack.append((iter(part.parts), closing, part.start))
            else:
                yield _single(part, raw(part.start, part.end), kind, said, parent)


def _single(part: Element, raw: str, kind: str, said: str, parent: int) -> Piece:
    if kind == "literal" and said.strip():
        return Piece("literal", said, raw, words=PLACEHOLDER)
    if kind in ("open", "close"):
        # Only beside each other: a pair that an element cuts could not be written again.
        name = f"{parent} {said}"
        return Piece("open" if kind == "open" else "close", "", raw, name, FORMATTING)
    return Piece("point", "", raw, words="code")


def marked(text: str, escape: Escape, parent: str = "") -> Iterator[Piece]:
    """Yield the pieces of a text in which tags, placeholders and messages stand as characters."""
    at = 0
    for start, end in _messages(text):
        yield from _marked(text[at:start], escape, parent)
        yield Piece("literal", text[start:end], escape(text[start:end]), words=MESSAGE)
        at = end
    yield from _marked(text[at:], escape, parent)


def _marked(text: str, escape: Escape, parent: str) -> Iterator[Piece]:
    at = 0
    for match in _CODES.finditer(text):
        if at < match.start():
            yield _words(text[at : match.start()], escape)
        yield _code(match, escape(match[0]), parent)
        at = match.end()
    if at < len(text):
        yield _words(text[at:], escape)


def _words(text: str, escape: Escape) -> Piece:
    return Piece("text", text, escape(text))


def _code(match: re.Match[str], raw: str, parent: str) -> Piece:
    if not match["tag"]:
        return Piece("literal", match[0], raw, words=PLACEHOLDER)
    tag = match[0]
    called = re.split(r"[\s/>]", tag.lstrip("</"), maxsplit=1)[0].lower()
    if tag.endswith("/>") or called in _ALONE:
        return Piece("point", "", raw, words=f"<{called}>")
    kind: Kind = "close" if tag.startswith("</") else "open"
    return Piece(kind, "", raw, f"{parent} tag {called}", f"<{called}>")


def _messages(text: str) -> Iterator[tuple[int, int]]:
    """Yield where ICU messages with forms are; source: "ICU MessageFormat", unicode-org."""
    starts = {match.start() for match in _MESSAGE.finditer(text)}
    found: list[tuple[int, int]] = []
    stack: list[int] = []
    for brace in _BRACE.finditer(text) if starts else ():
        if brace[0] == "{":
            stack.append(brace.start())
        elif stack and (start := stack.pop()) in starts:
            # Those within it have ended before it.
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, brace.end()))
    yield from found


def compose(pieces: Sequence[Piece], escape: Escape) -> Coded | None:
    """Return the text of the pieces, or None where nothing in them is to be translated."""
    if not has_words("".join(piece.text for piece in pieces if piece.kind == "text")):
        return None
    pieces = _melted(pieces, _mates(pieces))
    mates = _mates(pieces)
    first, last = _inner(pieces, mates)
    head, tail = list(pieces[:first]), list(pieces[last:])
    inner = _trimmed(pieces[first:last], head, tail, escape)
    inner_mates = {opened - first: closed - first for opened, closed in mates.items()}
    text, codes, marks = _coded(inner, inner_mates)
    return Coded(text, codes, marks, _raw(head), _raw(tail))


def _mates(pieces: Sequence[Piece]) -> dict[int, int]:
    return mates_of([Item(piece.kind, 0, 0, name=piece.name) for piece in pieces])


def _melted(pieces: Sequence[Piece], mates: dict[int, int]) -> list[Piece]:
    """Return the pieces with what has no words before the end of a pair made part of that end."""
    closing = {closed: opened for opened, closed in mates.items()}
    melted: list[Piece] = []
    for n, piece in enumerate(pieces):
        if n in closing:
            while melted[-1].kind == "point" and len(piece.raw) < _LONGEST:
                piece = replace(piece, raw=melted.pop().raw + piece.raw)
            if melted[-1].name == piece.name and len(piece.raw) < _LONGEST:
                piece = replace(piece, kind="point", raw=melted.pop().raw + piece.raw)
        elif n not in mates and piece.kind in ("open", "close"):
            piece = replace(piece, kind="point")
        melted.append(piece)
    return melted


def _raw(pieces: Sequence[Piece]) -> str:
    return "".join(piece.raw for piece in pieces)


def _inner(pieces: Sequence[Piece], mates: dict[int, int]) -> tuple[int, int]:
    """Return the range of the pieces that the words are in; pairs around all are outside."""
    first, last = 0, len(pieces)
    closing = set(mates.values())
    while True:
        while _is_blank(pieces[first]) and first not in mates:
            first += 1
        while _is_blank(pieces[last - 1]) and last - 1 not in closing:
            last -= 1
        if mates.get(first) != last - 1:
            return first, last
        first, last = first + 1, last - 1


def _is_blank(piece: Piece) -> bool:
    return piece.kind != "literal" and not piece.text.strip(_WHITE)


def _trimmed(
    pieces: Sequence[Piece], head: list[Piece], tail: list[Piece], escape: Escape
) -> list[Piece]:
    """Return the pieces with the white space around the words made part of what is beside it."""
    made = [*pieces]
    for n in range(len(made)):
        text = made[n].text if made[n].kind == "text" else ""
        rest = text.lstrip(_WHITE)
        white = _words(text[: len(text) - len(rest)], escape)
        if text:
            made[n] = _words(rest, escape)
        if n:
            made[n - 1] = replace(made[n - 1], raw=made[n - 1].raw + white.raw)
        else:
            head.append(white)
        if not _is_blank(made[n]):
            break
    for n in range(len(made) - 1, -1, -1):
        text = made[n].text if made[n].kind == "text" else ""
        rest = text.rstrip(_WHITE)
        white = _words(text[len(rest) :], escape)
        if text:
            made[n] = _words(rest, escape)
        if n < len(made) - 1:
            made[n + 1] = replace(made[n + 1], raw=white.raw + made[n + 1].raw)
        else:
            tail.insert(0, white)
        if not _is_blank(made[n]):
            break
    return made


def _coded(
    pieces: Sequence[Piece], mates: dict[int, int]
) -> tuple[str, tuple[Code, ...], tuple[tuple[str, str], ...]]:
    codes: list[Code] = []
    marks: list[tuple[str, str]] = []
    numbers: dict[int, int] = {}  # of the codes, by the place where they end
    parts: list[str] = []
    at = 0
    for n, piece in enumerate(pieces):
        parts.append(piece.text)
        end = at + len(piece.text)
        if n in numbers:
            number = numbers[n]
            codes[number] = Code(codes[number].start, at, "pair", piece.words)
            marks[number] = marks[number][0], piece.raw
        elif piece.kind != "text":
            if n in mates:
                numbers[mates[n]] = len(codes)
            kind: Literal["point", "literal"] = "literal" if piece.kind == "literal" else "point"
            codes.append(Code(at, end, kind, piece.words))
            marks.append((piece.raw, ""))
        at = end
    return "".join(parts), tuple(codes), tuple(marks)


def native(code: str) -> Verdict:
    """Return what the code of another format is: words (%s, {0}), a tag, or no words.

    >>> [native(code) for code in ("%s", "<b>", "[hr]")]
    [('literal', '%s'), ('open', ' tag b'), ('point', '')]
    """
    pieces = list(marked(code, str))
    if pieces and all(piece.kind == "literal" for piece in pieces):
        return "literal", code
    if len(pieces) == 1 and pieces[0].kind == "open":
        return "open", pieces[0].name
    if len(pieces) == 1 and pieces[0].kind == "close":
        return "close", pieces[0].name
    return "point", ""


def plain(pieces: Sequence[Piece]) -> str:
    """Return what the pieces say."""
    return "".join(piece.text for piece in pieces)


def _unwrapped(text: str) -> str:
    return _INDENTED.sub(_joint, text)


def _joint(match: re.Match[str]) -> str:
    """Return what an indented line break stands for: a space, or nothing in Japanese, Chinese."""
    text, (start, end) = match.string, match.span()
    close_set = start > 0 and end < len(text) and {script(text[start - 1]), script(text[end])}
    return "" if close_set and close_set <= set(_CLOSE_SET) else " "
