"""Markdown: only texts change, every other character stays.

The blocks are those that CommonMark finds, with tables and struck out text; code, addresses,
HTML, definitions and what stands before the text (YAML, TOML) stay. What is written is read again
before it is kept: marks that would not hold there are escaped, or become tags.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, BinaryIO, Literal

from markdown_it.token import Token

from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.borders import has_words, trim
from workbench.formats.flow import Item, Place, Raw, compose, mates_of, patch, put
from workbench.formats.mdtext import (
    NAMED,
    TAGS,
    NotFollowed,
    children_of,
    follow,
    joined,
    parser,
    plain,
    with_addresses,
)
from workbench.reading import Text, open_text
from workbench.types import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|$)")
_FRONT = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*(?:\r\n|\n|\r)")
_HASHES = re.compile(r"#{1,6}")
_PIPE = re.compile(r"\\\||\|")
_QUOTED = r"(?<=[ \t])(?:\"((?:[^\"\\\r\n]|\\.)+)\"|'((?:[^'\\\r\n]|\\.)+)')(?=[ \t]*\)$)"
_TITLE = re.compile(_QUOTED)
_MARKUP = re.compile(r"([\\`*_\[\]<>&~|#!{}])")
_SIGNS = re.compile(r"([\\`*_\[\]<>&|\"'()])")
_OPENER = re.compile(r"^(\s*)(\d{0,9})([-+=:]|(?<=\d)[.)])")
_LETTER = re.compile(r"[^\W\d_]")
_HARD = re.compile(r"(?:\\|[ \t]{2,})(?:\r\n|\n|\r)[ \t>]*")
_SOFT = re.compile(r"(?<!\\)(?:\r\n|\n|\r)[ \t>]*")
_LEFT = "line {}: it could not be taken apart (nested too deep?) and was left as it is."
# How a text is read again where it stood.
_AROUND = {"paragraph": "{}", "heading": "# {}", "line": "{}\n===", "cell": "|{}|\n|-|"}
_PART = 2_000  # lines that are parsed at once
_TAGS = {name: tag for tag, name in TAGS.items()}
_Env = dict[str, Any]
_Shown = tuple[str, list[str], Counter[str]]


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield the texts of a document: paragraphs, headings, cells, descriptions and titles.

    Raises InputError: it cannot be read, or its bytes are not of its encoding.
    """
    text = open_text(path, reading.encoding, reading.source)
    if text.guessed:
        yield Remark(f"Read as {text.name}: guessed from its bytes; --encoding says otherwise.")
    for found in _Document("".join(text.pieces())).places():
        yield found if isinstance(found, Remark) else found.block


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the document with its texts replaced, in UTF-8.

    A paragraph that changes comes out on one line. Raises InputError: as `read` does.
    """
    source: Text = open_text(path, reading.encoding, reading.source)
    document = _Document("".join(source.pieces()))
    places = (place for place in document.places() if isinstance(place, Place))
    out.write(codecs.BOM_UTF8 if source.bom else b"")
    for piece in patch(document.text, places, renderings, document.render):
        out.write(piece.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A token with running text: where it stands, and as what."""

    token: Token
    shape: str
    line: int
    column: int = 0
    cells: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return what a person calls it."""
        return "heading" if self.shape == "line" else self.shape


@dataclass(frozen=True, slots=True)
class _Part:
    """Some whole blocks: their first line and how many, their tokens, what links they define."""

    start: int
    tokens: list[Token]
    env: _Env
    lines: int


class _Document:
    """A document of Markdown: where its texts are, and how new ones are written there."""

    def __init__(self, text: str) -> None:
        self.text = text
        lines = [match for match in _LINE.finditer(text) if match[0]]
        self._lines = [match[0] for match in lines]
        self._starts = [match.start() for match in lines]
        self._env: _Env = {}
        self._leaves: dict[int, Span] = {}  # start of a place: where its token starts and ends

    def places(self) -> Iterator[Place | Remark]:
        """Yield the places of the document in order, and what is to be said of it."""
        first = self._front()
        for part in self._parts(first):
            found = part.env.get("references", {})
            self._env["references"] = found | self._env.get("references", {})
        told = False
        for part in self._parts(first):
            for leaf in _leaves(part.tokens):
                yield from self._leaf(leaf, part.start + leaf.line)
            missed = self._missed(part)
            if missed and not told:
                told = True
                yield Remark(_LEFT.format(missed[0] + 1), lost=True)

    def _parts(self, at: int) -> Iterator[_Part]:
        """Yield the document in parts of whole blocks.

        A part ends where a block begins that could go on behind it; of a document as a whole the
        tokens would fill the memory.
        """
        size = _PART
        while at < len(self._lines):
            env: _Env = {}
            tokens = parser().parse("".join(self._lines[at : at + size]), env)
            tops = [n for n, t in enumerate(tokens) if t.map and not t.level and t.nesting >= 0]
            more = at + size < len(self._lines)
            cut = tops[-1] if more and tops else len(tokens)
            lines = _line(tokens[cut]) if cut < len(tokens) else size
            if more and tops and not lines:
                size *= 2
                continue
            yield _Part(at, tokens[:cut], env, lines)
            at, size = at + lines, _PART

    def _leaf(self, leaf: _Leaf, line: int) -> Iterator[Place | Remark]:
        at = self._at(leaf, line) if leaf.token.content else None
        children = children_of(leaf.token, self._env)
        try:
            items = _items(leaf.token, children, at)
        except NotFollowed:
            if _LETTER.search(leaf.token.content):
                yield Remark(_LEFT.format(line + 1), lost=True)
            return
        if at is None:
            return
        yield from _within(leaf.token.content, children, at, line)
        kind: Literal["text", "heading"] = "text" if leaf.name != "heading" else "heading"
        place = compose(self.text, items, Block(f"line {line + 1}, {leaf.name}", "", (), kind))
        if place is not None:
            self._leaves[place.start] = items[0].start, items[-1].end
            yield replace(place, shape=leaf.shape)

    def _at(self, leaf: _Leaf, line: int) -> list[int] | None:
        """Return where each character of a token's text is in the document, and its end."""
        content = leaf.token.content
        if leaf.shape in ("paragraph", "line"):
            return self._at_lines(content, line)
        text = self._lines[line].rstrip("\r\n")
        if leaf.shape == "heading":
            hashes = _HASHES.search(text)
            column = text.find(content, hashes.end()) if hashes else -1
            if column < 0:
                return None
            start = self._starts[line] + column
            return list(range(start, start + len(content) + 1))
        found = _cell(text, leaf)
        return [self._starts[line] + column for column in found] if found else None

    def _at_lines(self, content: str, line: int) -> list[int] | None:
        at: list[int] = []
        for number, part in enumerate(content.split("\n"), line):
            if number >= len(self._lines):
                return None
            body, words = self._lines[number].rstrip(), part.strip()
            if not body.endswith(words):
                return None
            lead = len(part) - len(part.lstrip())
            start = self._starts[number] + len(body) - len(words) - lead
            at += [max(self._starts[number], start + n) for n in range(len(part) + 1)]
        return at

    def _front(self) -> int:
        """Return how many lines stand before the text: YAML between ---, or TOML between +++."""
        match = _FRONT.match(self.text)
        if match:
            for number, line in enumerate(self._lines[1:], 2):
                if line.rstrip() == match[1] or (match[1] == "---" and line.rstrip() == "..."):
                    return number
        return 0

    def _missed(self, part: _Part) -> list[int]:
        """Return the lines with letters that no token holds: they are nested too deep."""
        leaves = ("inline", "fence", "code_block", "html_block")
        maps = [token.map for token in part.tokens if token.type in leaves and token.map]
        defined = [*part.env.get("references", {}).values(), *part.env.get("duplicate_refs", [])]
        maps += [reference["map"] for reference in defined]
        held = {n for a, b in maps for n in range(a, b)}
        lines = enumerate(self._lines[part.start : part.start + part.lines])
        return [part.start + n for n, line in lines if n not in held and _LETTER.search(line)]

    def render(self, place: Place, rendering: Rendering, raw: Raw) -> str:
        """Return a rendering as it is written in its place, so that it is read as it is meant."""
        if place.shape not in _AROUND:
            return _SIGNS.sub(r"\\\1", " ".join(rendering.text.split()))
        start, end = self._leaves.pop(place.start, (place.start, place.end))
        before, behind = raw(start, place.start), raw(place.end, end)
        source = self._shown(raw(start, end), place.shape)
        raw = _naming(place, raw, self.text)
        wanted = _wanted(place, rendering, source or ("", [], Counter()))
        tagged = _tagging(place, raw)
        for marks, way in ((raw, _as_it_is), (raw, _escaped), (tagged, _as_it_is)):
            written = _put(place, rendering, marks, way)
            if self._shown(before + written + behind, place.shape) == wanted:
                return written
        return _put(place, rendering, tagged, _escaped)

    def _shown(self, text: str, shape: str) -> _Shown | None:
        """Return what is read where the text stands in such a place, or None for another one."""
        text = _SOFT.sub(" ", _HARD.sub("\\\\\n", text))
        env: _Env = {"references": self._env.get("references", {})}
        leaves = list(_leaves(parser().parse(_AROUND[shape].format(text), env)))
        if [leaf.shape for leaf in leaves] != [shape]:
            return None
        token = leaves[0].token
        try:
            return _read_out(joined(list(follow(token.content, children_of(token, env)))))
        except NotFollowed:
            return None


def _leaves(tokens: Sequence[Token]) -> Iterator[_Leaf]:
    """Yield the tokens with text, those of a table row when all of its cells are known."""
    row: list[Token] = []
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            cells = tuple(cell.content for cell in row)
            yield from (_Leaf(t, "cell", _line(t), n, cells) for n, t in enumerate(row))
        elif token.type == "inline" and before.type in ("th_open", "td_open"):
            row.append(token)
        elif token.type == "inline":
            yield _Leaf(token, _shape(before), _line(token))


def _shape(token: Token) -> str:
    if token.type == "heading_open":
        return "heading" if token.markup.startswith("#") else "line"
    return "paragraph"


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _cell(line: str, leaf: _Leaf) -> list[int] | None:
    """Return the columns of the characters of a cell's text in its line, and of its end."""
    pipes = [match.start() for match in _PIPE.finditer(line) if match[0] == "|"]
    bounds = list(pairwise([-1, *pipes, len(line)]))
    for skipped in (1, 0):
        found = [_unescaped(line, a + 1, b) for a, b in bounds[skipped:]]
        texts = ["".join(line[at] for at in columns[:-1]) for columns in found]
        texts += [""] * (len(leaf.cells) - len(texts))
        whole = texts[: len(leaf.cells)]
        # The first cell of a line may have the signs of lists and quotations before it.
        if tuple(whole[1:]) == leaf.cells[1:] and whole[0].endswith(leaf.cells[0]):
            return found[leaf.column][-1 - len(leaf.cells[leaf.column]) :]
    return None


def _unescaped(line: str, start: int, end: int) -> list[int]:
    """Return the columns of a cell's characters, without the signs that escape a bar."""
    start, end = trim(line, start, end)
    kept = [at for at in range(start, end) if line[at : at + 2] != "\\|"]
    return [*kept, end]


def _items(token: Token, children: Sequence[Token], at: Sequence[int] | None) -> list[Item]:
    """Return the pieces of a token's text at their places in the document.

    Raises NotFollowed: they have none.
    """
    if at is None:
        if token.content:
            raise NotFollowed(token.content)
        return []
    text = token.content
    items = with_addresses(text, joined(list(follow(text, children))))
    moved = []
    for item in items:
        breaks = item.start < item.end and "\n" in text[item.start : item.end]
        end = at[item.end] if breaks and not text[item.end - 1 : item.end].strip() else 0
        end = end or (at[item.end - 1] + 1 if item.start < item.end else at[item.start])
        moved.append(replace(item, start=at[item.start], end=end))
    return moved


def _within(text: str, children: Sequence[Token], at: Sequence[int], line: int) -> list[Place]:
    """Return the places of the descriptions of pictures and of titles, in order."""
    places: list[Place] = []
    for child in children:
        if "span" not in child.meta:
            continue
        start, end = child.meta["span"]
        if child.type == "image":
            where = range(start + 2, start + 2 + len(child.content))
            places += _small(plain(child), where, at, (line, "alt"))
        title = _TITLE.search(text, start, end)
        if title:
            words = str(child.attrs.get("title", ""))
            places += _small(words, range(*title.span(1 if title[1] else 2)), at, (line, "title"))
    return sorted(places, key=lambda place: place.start)


def _small(words: str, where: range, at: Sequence[int], place: tuple[int, str]) -> Iterator[Place]:
    text = " ".join(words.split())
    if has_words(text) and where:
        line, shape = place
        name = "picture" if shape == "alt" else "title"
        yield Place(
            at[where[0]], at[where[-1]] + 1, Block(f"line {line + 1}, {name}", text), (), shape
        )


def _read_out(items: Sequence[Item]) -> _Shown:
    """Return what a reader sees: the letters, those of each pair, and how many marks of a sort."""
    texts = [_bare(item.text) for item in items]
    starts = list(accumulate(map(len, texts), initial=0))
    whole = "".join(texts)
    mates = mates_of(items)
    pairs = sorted(whole[starts[a] : starts[b]] for a, b in mates.items())
    marks = Counter(f"{item.kind} {item.name}" for item in items if item.kind != "text")
    return whole, [words for words in pairs if words], marks


def _wanted(place: Place, rendering: Rendering, source: _Shown) -> _Shown:
    """Return what is to be read: the rendering, in the pairs that are around all of it."""
    pairs = [code for code in rendering.codes if code.kind == "pair"]
    text = _bare(rendering.text)
    words = [_bare(rendering.text[code.start : code.end]) for code in pairs]
    words += [text] * (len(source[1]) - sum(code.kind == "pair" for code in place.block.codes))
    return text, sorted(part for part in words if part), source[2]


def _bare(text: str) -> str:
    return "".join(text.split())


def _put(place: Place, rendering: Rendering, raw: Raw, way: Callable[[str, str], str]) -> str:
    written = put(place, rendering, raw, lambda text: way(text.replace("\n", " "), place.shape))
    return written.strip(" \t")


def _as_it_is(text: str, shape: str) -> str:
    return text.replace("|", "\\|") if shape == "cell" else text


def _escaped(text: str, shape: str) -> str:
    return _OPENER.sub(lambda m: f"{m[1]}{m[2]}\\{m[3]}", _MARKUP.sub(r"\\\1", text))


def _naming(place: Place, raw: Raw, text: str) -> Raw:
    """Return `raw` with links that are found by their words made links by their name."""
    named: dict[Span, str] = {}
    for code, (before, behind) in zip(place.block.codes, place.marks, strict=True):
        if code.kind == "pair" and text[slice(*behind)] in NAMED:
            name = " ".join(_SOFT.sub(" ", text[before[1] : behind[0]]).split())
            named[behind] = f"][{name}]"
    return lambda start, end: named.get((start, end)) or raw(start, end)


def _tagging(place: Place, raw: Raw) -> Raw:
    """Return `raw` with the marks of bold and the like as tags, which hold everywhere."""
    tags: dict[Span, str] = {}
    for code, (before, behind) in zip(place.block.codes, place.marks, strict=True):
        if code.words in _TAGS and not raw(*before).startswith("<"):
            tags[before], tags[behind] = f"<{_TAGS[code.words]}>", f"</{_TAGS[code.words]}>"
    return lambda start, end: tags.get((start, end)) or raw(start, end)
