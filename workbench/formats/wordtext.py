"""A paragraph of an Office document as a text with codes, and another text in its place."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Literal

from workbench.formats import Code, Rendering
from workbench.formats.inline import events
from workbench.formats.wordml import (
    PROPERTIES,
    Element,
    Look,
    Node,
    child,
    content_of,
    name,
    nodes_of,
    shown,
    text_of,
)
from workbench.languages import LANGUAGES

Kind = Literal["pair", "point", "literal"]
_SCRIPTS_OF_EAST_ASIA = ("Jpan", "Kore", "Hang", "Hans", "Hant")
# Formatting that is seen on white space too.
_VISIBLE = frozenset(["u", "strike", "dstrike", "shd", "highlight", "bdr", "em"])
_LOOKS = {
    "b": "bold",
    "i": "italic",
    "u": "underlined",
    "strike": "struck out",
    "color": "colour",
    "highlight": "highlighted",
    "rStyle": "style",
}
_ELEMENTS = {"\t": "tab", "\n": "br", "\u00ad": "softHyphen", "\u2011": "noBreakHyphen"}
_SPECIAL = re.compile("([\t\n\u00ad\u2011])")
# Everything but the Char production of XML 1.0.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# What stands behind the language in the properties of a run (17.3.2.28).
_AFTER_LANGUAGE = ("eastAsianLayout", "specVanish", "oMath", "rPrChange")


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """What a code stands for: nodes kept as they are, or the container or formatting of a pair.

    style is the run whose formatting the text of a pair has. first and last are what stands in a
    container before its words and behind them; nodes and tail are around a field.
    """

    nodes: tuple[Node, ...] = ()
    tail: tuple[Node, ...] = ()
    element: Element = None
    style: Element = None
    first: tuple[Node, ...] = ()
    last: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Paragraph:
    """The text of a paragraph with its codes, and where it stands.

    It stands in parent, between the nodes before and after; style is the run whose formatting
    most of it has. lead and trail are the white space around the text. pieces[i] belongs to
    codes[i].
    """

    text: str
    codes: tuple[Code, ...]
    parent: Element
    before: tuple[Node, ...]
    after: tuple[Node, ...]
    style: Element
    pieces: tuple[_Piece, ...]
    lead: str
    trail: str
    places: tuple[tuple[int, int], ...]  # of the codes, in lead + text + trail

    @property
    def shape(self) -> tuple[str, tuple[Code, ...]]:
        """What two paragraphs have in common of which one stands for the other."""
        return self.text, self.codes


def paragraph_of(element: Element) -> tuple[Paragraph | None, tuple[Node, ...]]:
    """Return the text of a paragraph, None if it holds no letter and no digit, and all its nodes.

    Its edges stay outside: what is no text, and containers that hold all of it.
    """
    every = nodes = nodes_of(element)
    parent = element
    before: tuple[Node, ...] = ()
    after: tuple[Node, ...] = ()
    while True:
        lead, nodes, trail = _trimmed(nodes)
        before, after = (*before, *lead), (*trail, *after)
        if len(nodes) != 1 or nodes[0].kind != "pair":
            break
        only = nodes[0]
        nodes = only.nodes
        if only.element is None:
            before, after = (*before, *only.head), (*only.tail, *after)
        else:
            parent, before, after = content_of(only.element), (), ()
    if not any(c.isalnum() for c in text_of(nodes)):
        return None, every
    return _Composer().paragraph(nodes, parent, before, after), every


def _trimmed(
    nodes: tuple[Node, ...],
) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """Return what stands before the words of nodes, the nodes with words, and what is behind.

    A number that Word counts belongs to the words unless a tab stands between.
    """
    worded = [n for n, node in enumerate(nodes) if text_of((node,)).strip()]
    if not worded:
        return (), nodes, ()
    first = _outermost(nodes, range(worded[0] - 1, -1, -1), worded[0])
    last = _outermost(nodes, range(worded[-1] + 1, len(nodes)), worded[-1])
    return nodes[:first], nodes[first : last + 1], nodes[last + 1 :]


def _without_points(
    nodes: tuple[Node, ...],
) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """Return what stands before the first word or space of nodes, the nodes, and what is behind."""
    places = [n for n, node in enumerate(nodes) if shown((node,))]
    return nodes[: places[0]], nodes[places[0] : places[-1] + 1], nodes[places[-1] + 1 :]


def _outermost(nodes: Sequence[Node], way: range, edge: int) -> int:
    for n in way:
        if nodes[n].text in ("\t", "\n"):
            break
        if nodes[n].kind == "literal":
            edge = n
    return edge


class _Composer:
    """Codes and text of nodes, written down one after the other."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._codes: list[Code] = []
        self._pieces: list[_Piece] = []

    def paragraph(
        self,
        nodes: tuple[Node, ...],
        parent: Element,
        before: tuple[Node, ...],
        after: tuple[Node, ...],
    ) -> Paragraph:
        style = self._level(nodes)
        whole = "".join(self._parts)
        text = whole.strip()
        lead = len(whole) - len(whole.lstrip())
        codes = tuple(
            replace(c, start=_within(c.start - lead, text), end=_within(c.end - lead, text))
            for c in self._codes
        )
        places = tuple((code.start, code.end) for code in self._codes)
        ends = whole[:lead], whole[lead + len(text) :]
        pieces = tuple(self._pieces)
        return Paragraph(text, codes, parent, before, after, style, pieces, *ends, places)

    def _level(self, nodes: Sequence[Node]) -> Element:
        """Add nodes of one container and return the run whose formatting most of them have."""
        base, style = _majority(nodes)
        for look, group in _groups(nodes):
            if look is None or look == base:
                for node in group:
                    self._add(node)
            else:
                run = next(node.run for node in group if node.kind == "text")
                number = self._open(_differences(look, base), _Piece(style=run))
                for node in group:
                    self._add(node)
                self._close(number)
        return style

    def _add(self, node: Node) -> None:
        if node.kind == "text":
            self._write(node.text)
        elif node.kind == "pair":
            number = self._open(node.words, _Piece())
            first, nodes, last = _without_points(node.nodes)
            style = self._level(nodes)
            self._pieces[number] = _Piece(
                node.head, node.tail, node.element, style, first=first, last=last
            )
            self._close(number)
        else:
            start = self._length
            if node.kind == "literal":
                self._write(node.text)
            kind: Kind = "literal" if node.kind == "literal" else "point"
            self._codes.append(Code(start, self._length, kind, node.words))
            self._pieces.append(_Piece((node,)))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _open(self, words: str, piece: _Piece) -> int:
        self._codes.append(Code(self._length, self._length, "pair", words))
        self._pieces.append(piece)
        return len(self._codes) - 1

    def _close(self, number: int) -> None:
        self._codes[number] = replace(self._codes[number], end=self._length)


def _within(place: int, text: str) -> int:
    return min(max(place, 0), len(text))


def _looks(nodes: Sequence[Node]) -> Iterator[tuple[Look, Node]]:
    """Yield the looks of text nodes; white space has that of the words before it."""
    last: Look | None = None
    for node in nodes:
        if node.kind == "text":
            seen = node.text.strip() or any(item[0] in _VISIBLE for item in node.look)
            last = node.look if seen or last is None else last
            yield last, node


def _majority(nodes: Sequence[Node]) -> tuple[Look, Element]:
    """Return the look that needs no code, and the first run that has it.

    It is that of most characters, or a plainer one that half as many have: what stands out keeps
    its place by its words, and words that nobody finds again are plain.
    """
    counts: Counter[Look] = Counter()
    runs: dict[Look, Element] = {}
    for look, node in _looks(nodes):
        counts[look] += len(node.text.strip())
        if node.look == look:
            runs.setdefault(look, node.run)
    if not counts:
        return (), None
    most = max(counts.values())
    often = [look for look, count in counts.items() if 2 * count >= most]
    look = min(often, key=lambda item: (len(item), -counts[item]))
    return look, runs[look]


def _groups(nodes: Sequence[Node]) -> Iterator[tuple[Look | None, list[Node]]]:
    """Yield nodes that stand together: text of one look with the points in it, or others."""
    looks = {node: look for look, node in _looks(nodes)}
    group: list[Node] = []
    waiting: list[Node] = []
    current: Look | None = None
    for node in nodes:
        look = looks.get(node)
        if look is not None and look == current:
            group += [*waiting, node]
            waiting = []
        elif look is not None or node.kind == "pair":
            yield from ((current, group), (None, waiting))
            current, group, waiting = (look, [node], []) if look is not None else (None, [node], [])
        else:
            waiting.append(node)
    yield from ((current, group), (None, waiting))


def _differences(look: Look, base: Look) -> str:
    names = [item[0] for item in look if item not in base] + [i[0] for i in base if i not in look]
    words = dict.fromkeys(_LOOKS[name] for name in names if name in _LOOKS)
    return ", ".join(words) or "formatting"


def put(paragraph: Paragraph, rendering: Rendering, language: str) -> None:
    """Put a rendering in place of the text of a paragraph, in the document itself.

    language is that of the rendering, "" to leave the marks of language as they are. A text that
    stays the same is not touched.
    """
    codes = tuple(
        replace(c, words=k.words) for c, k in zip(rendering.codes, paragraph.codes, strict=True)
    )
    if (rendering.text, codes) == paragraph.shape:
        return
    _Writer(paragraph, language).write(rendering)


class _Writer:
    """The runs of a paragraph, written anew."""

    def __init__(self, paragraph: Paragraph, language: str) -> None:
        self._paragraph, self._language = paragraph, language
        self._namespace = paragraph.parent.tag.partition("}")[0] + "}"
        # Where text goes, and the run whose formatting it has.
        self._open: list[tuple[Element, Element]] = [(paragraph.parent, paragraph.style)]

    def write(self, rendering: Rendering) -> None:
        known = self._paragraph
        text = legal(known.lead + rendering.text + known.trail)
        codes = _shifted(known, rendering)
        _empty(known.parent)
        for element in chain.from_iterable(map(self._elements, known.before)):
            known.parent.append(element)
        for kind, what in events(text, codes):
            self._put(kind, what)
        for element in chain.from_iterable(map(self._elements, known.after)):
            known.parent.append(element)

    def _put(self, kind: str, what: str | int) -> None:
        parent, style = self._open[-1]
        if isinstance(what, str):
            parent.append(self._run(what, style))
            return
        piece = self._paragraph.pieces[what]
        if kind == "close":
            self._open.pop()
            self._append(parent, piece.last)
            parent, _ = self._open[-1]
            self._append(parent, piece.tail)
            return
        self._append(parent, piece.nodes)
        if kind == "open":
            if piece.element is not None:
                inner = content_of(piece.element)
                _empty(inner)
                parent.append(piece.element)
                parent = inner
            self._append(parent, piece.first)
            self._open.append((parent, style if piece.style is None else piece.style))

    def _append(self, parent: Element, nodes: Sequence[Node]) -> None:
        for node in nodes:
            for element in self._elements(node):
                parent.append(element)

    def _elements(self, node: Node) -> Iterator[Element]:
        """Yield a node as it stood in the source."""
        if node.kind == "text":
            yield self._run(node.text, node.run, same=True)
        elif node.run is not None:
            yield _run_with(node)
        elif node.element is not None:
            yield node.element
        elif node.content:
            yield from node.content
        else:
            for part in (*node.head, *node.nodes, *node.tail):
                yield from self._elements(part)

    def _run(self, text: str, style: Element, *, same: bool = False) -> Element:
        """Return a run with a text; same leaves its language as it is."""
        run = self._paragraph.parent.makeelement(f"{self._namespace}r")
        properties = None if style is None else deepcopy(child(style, "rPr"))
        if properties is None:
            properties = run.makeelement(f"{self._namespace}rPr")
        if self._language and not same:
            _mark_language(properties, self._language)
        if len(properties) or properties.attrib:
            properties.tail = None
            run.append(properties)
        drawing = "drawingml" in self._namespace
        for part in [text] if drawing else _SPECIAL.split(text):
            if part in _ELEMENTS and not drawing:
                run.append(run.makeelement(f"{self._namespace}{_ELEMENTS[part]}"))
            elif part:
                run.append(_words(run.makeelement(f"{self._namespace}t"), part, drawing=drawing))
        return run


def legal(text: str) -> str:
    """Return a text that XML can hold: other characters become U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def _words(element: Element, text: str, *, drawing: bool) -> Element:
    element.text = text
    if not drawing and (text != text.strip() or "  " in text):
        element.set(_SPACE, "preserve")
    return element


def _shifted(known: Paragraph, rendering: Rendering) -> list[Code]:
    """Return the codes with the white space around the text; at its edges they reach into it."""
    lead, size = len(known.lead), len(rendering.text)
    shifted = []
    for code, (start, end) in zip(rendering.codes, known.places, strict=True):
        first = start if start < lead and code.start == 0 else code.start + lead
        over = end - lead - len(known.text)
        last = end if end < lead and code.end == 0 else code.end + lead
        if over > 0 and code.end == size:
            last += over
        shifted.append(replace(code, start=first, end=max(first, last)))
    return shifted


def _empty(parent: Element) -> None:
    for inner in list(parent):
        if name(inner) not in PROPERTIES:
            parent.remove(inner)


def _run_with(node: Node) -> Element:
    """Return a run with what is in the node: that of the source, if it has nothing else."""
    run = node.run
    properties = child(run, "rPr")
    rest = [element for element in run if element is not properties]
    if len(rest) == len(node.content):
        return run
    new = run.makeelement(run.tag, dict(run.attrib))
    if properties is not None:
        new.append(deepcopy(properties))
    new.extend(node.content)
    return new


def _mark_language(properties: Element, language: str) -> None:
    """Say of which language the text of a run is, so that a font is taken that has its letters."""
    namespace = properties.tag.partition("}")[0] + "}"
    if "drawingml" in namespace:
        properties.set("lang", regional(language))
        properties.attrib.pop("altLang", None)
        return
    eastern = language in LANGUAGES and LANGUAGES[language].script in _SCRIPTS_OF_EAST_ASIA
    fonts, former = child(properties, "rFonts"), child(properties, "lang")
    if former is not None:
        properties.remove(former)
    lang = properties.makeelement(f"{namespace}lang")
    lang.set(f"{namespace}{'eastAsia' if eastern else 'val'}", regional(language))
    after = (n for n, inner in enumerate(properties) if name(inner) in _AFTER_LANGUAGE)
    properties.insert(next(after, len(properties)), lang)
    if eastern:
        if fonts is None:
            fonts = properties.makeelement(f"{namespace}rFonts")
            properties.insert(0 if child(properties, "rStyle") is None else 1, fonts)
        fonts.set(f"{namespace}hint", "eastAsia")
    elif fonts is not None:
        fonts.attrib.pop(f"{namespace}hint", None)
        if not fonts.attrib:
            properties.remove(fonts)


@lru_cache(maxsize=64)
def regional(language: str) -> str:
    """Return a language with the country that it is most spoken in, as Word writes it.

    >>> regional("ko")
    'ko-KR'
    """
    from babel.core import get_global

    likely = str(get_global("likely_subtags").get(language, ""))
    country = likely.rpartition("_")[2]
    return f"{language}-{country}" if country else language
