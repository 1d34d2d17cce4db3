"""Word documents (docx): every paragraph, wherever it stands, with its formatting as codes.

Source of the format: ECMA-376 (Office Open XML), parts 1 and 2. To read one more kind of part, add
the end of its content type to _PARTS; how a paragraph is read is in workbench.formats.wordml.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.archive import Archive, open_archive
from workbench.formats.parts import parse_part, part_bytes
from workbench.formats.wordml import DELETIONS, Element, child, elements_read, name, value
from workbench.formats.wordtext import Paragraph, paragraph_of, put

_MAIN = "wordprocessingml.document.main+xml"
_STYLES = "wordprocessingml.styles+xml"
_COMMENTS = "wordprocessingml.comments+xml"
_DRAWN_DIAGRAM = "drawingml.diagramDrawing+xml"
# The ends of content types of the parts with text, in the order of reading, and their names.
_PARTS = {
    _MAIN: "",
    "wordprocessingml.footnotes+xml": "footnotes",
    "wordprocessingml.endnotes+xml": "endnotes",
    "wordprocessingml.header+xml": "header",
    "wordprocessingml.footer+xml": "footer",
    "drawingml.chart+xml": "chart",
    "drawingml.diagramData+xml": "diagram",
    _DRAWN_DIAGRAM: "drawn diagram",
}
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_LONGEST_CHAIN = 50  # styles made from each other; a circle of them ends too
_SIGNED = "_xmlsignatures/"
_NOT_WORD = "not a Word document (docx). Save it as .docx in the program that it is from."


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A block and the paragraphs that hold it: the first, and copies of it for older programs."""

    block: Block
    paragraphs: list[Paragraph]


@dataclass(slots=True)
class _Part:
    """A part of the document: what it is called, its tree and what was found in it."""

    member: str
    title: str
    root: Element
    places: list[_Place] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield the paragraphs of a Word document: body, notes, headers, footers, charts, diagrams.

    Text boxes and tables come where they stand. Raises InputError: the file is damaged, protected
    by a password, hostile, or no Word document.
    """
    with open_archive(path) as archive:
        package = _Package(archive, path.name)
        found: dict[str, int] = defaultdict(int)
        for part in package.parts():
            yield from (place.block for place in part.places)
            yield from _unread(part)
            _count(part, found)
        found["comments"] = package.comments()
        found["signatures"] = sum(n.startswith(_SIGNED) for n in archive.names)
    for what, count in found.items():
        if count:
            yield Remark(_REMARKS[what].format(count), lost=what in _LOST)


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the document with a rendering in place of each paragraph; see workbench.formats.

    Other parts keep their bytes. Raises InputError as read does.
    """
    with open_archive(path) as archive:
        # All parts first: a later one may hold copies of the paragraphs of one before it.
        parts = list(_Package(archive, path.name).parts())
        for part in parts:
            for place in part.places:
                rendering = next(renderings)
                for paragraph in place.paragraphs:
                    put(paragraph, rendering, reading.target)
        archive.rewrite(out, {part.member: part_bytes(part.root) for part in parts})


class _Package:
    """The parts of a document that hold text."""

    def __init__(self, archive: Archive, file: str) -> None:
        self._archive, self._file = archive, file
        self._members = {name.casefold(): name for name in archive.names}
        self._types = self._content_types()
        if not any(kind.endswith(_MAIN) for kind in self._types.values()):
            raise InputError(f"{file}: {_NOT_WORD}")

    def parts(self) -> Iterator[_Part]:
        """Yield the parts with text, in the order of _PARTS."""
        headings = self._headings()
        drawn = _Twins()
        for ending, title in _PARTS.items():
            members = self._of(ending)
            for number, member in enumerate(members, 1):
                several = f"{title} {number}" if len(members) > 1 else title
                part = _Part(member, several, self._parse(member))
                copied = ending == _DRAWN_DIAGRAM
                _find_places(part, headings, drawn if copied else _Twins())
                if title == "diagram":
                    drawn.add_all(part.places)
                yield part

    def comments(self) -> int:
        """Return how many comments there are."""
        roots = [self._parse(member) for member in self._of(_COMMENTS)]
        return sum(name(inner) == "comment" for root in roots for inner in root)

    def _of(self, ending: str) -> list[str]:
        found = [member for member, kind in self._types.items() if kind.endswith(ending)]
        return sorted(found, key=_natural)

    def _content_types(self) -> dict[str, str]:
        member = self._members.get("[content_types].xml", "")
        if not member:
            raise InputError(f"{self._file}: {_NOT_WORD}")
        types = {}
        for element in self._parse(member):
            part = str(element.get("PartName", "")).lstrip("/").casefold()
            if part in self._members:
                types[self._members[part]] = str(element.get("ContentType", ""))
        return types

    def _headings(self) -> frozenset[str]:
        """Return the ids of the styles of headings and titles, and of those made from them."""
        styles = {
            value(style, "styleId"): style
            for member in self._of(_STYLES)
            for style in self._parse(member)
            if name(style) == "style"
        }
        return frozenset(key for key in styles if _is_heading(key, styles))

    def _parse(self, member: str) -> Element:
        root: Element = parse_part(self._archive, member, self._file)
        return root


class _Twins:
    """Paragraphs that may stand in the document a second time, by their texts."""

    def __init__(self) -> None:
        self._places: dict[object, list[_Place]] = defaultdict(list)

    def add_all(self, places: Sequence[_Place]) -> None:
        for place in places:
            self._places[place.paragraphs[0].shape].append(place)

    def take(self, paragraph: Paragraph) -> _Place | None:
        """Return the first place that has the same text and is not taken yet."""
        waiting = self._places.get(paragraph.shape)
        return waiting.pop(0) if waiting else None


def _find_places(part: _Part, headings: frozenset[str], copies: _Twins) -> None:
    """Fill in the places of a part, and the words of it that no place holds."""
    twins: dict[Element, _Twins] = defaultdict(_Twins)
    words = [element for element in part.root.iter() if name(element) == "t" and element.text]
    seen: set[Element] = set()
    paragraphs = (element for element in part.root.iter() if name(element) == "p")
    for number, element in enumerate(paragraphs, 1):
        paragraph, nodes = paragraph_of(element)
        seen.update(elements_read(nodes))
        if paragraph is None or _is_deleted(element):
            continue
        alternatives = list(element.iterancestors(f"{_MC}AlternateContent"))
        copy_of = alternatives[0] if alternatives and _is_fallback(element) else None
        place = (copies if copy_of is None else twins[copy_of]).take(paragraph)
        if place is not None:
            place.paragraphs.append(paragraph)
            continue
        place = _Place(_block(part, number, element, paragraph, headings), [paragraph])
        part.places.append(place)
        for alternative in alternatives:
            twins[alternative].add_all([place])
    left = (element for element in words if element not in seen and not _is_told(element))
    part.unread += [element.text for element in left if any(c.isalnum() for c in element.text)]


def _is_deleted(element: Element) -> bool:
    return any(name(outer) in DELETIONS for outer in element.iterancestors())


def _is_told(element: Element) -> bool:
    """Say whether a text is one of those that `_count` counts: deleted, or a reading."""
    return any(name(outer) in (*DELETIONS, "rt") for outer in element.iterancestors())


def _is_fallback(element: Element) -> bool:
    """Say whether an element is in a form of something that has been given in another before."""
    for outer in element.iterancestors(f"{_MC}Choice", f"{_MC}Fallback"):
        if outer.getprevious() is not None:
            return True
    return False


def _block(
    part: _Part, number: int, element: Element, paragraph: Paragraph, headings: frozenset[str]
) -> Block:
    place = f"{part.title}, paragraph {number}" if part.title else f"paragraph {number}"
    properties = child(element, "pPr")
    heading = properties is not None and (
        value(child(properties, "pStyle")) in headings or _has_level(properties)
    )
    return Block(place, paragraph.text, paragraph.codes, "heading" if heading else "text")


def _has_level(properties: Element) -> bool:
    """Say whether a paragraph or style has a level of the outline; 9 is none (17.3.1.20)."""
    return value(child(properties, "outlineLvl")) in tuple("012345678")


def _is_heading(key: str, styles: Mapping[str, Element]) -> bool:
    for _ in range(_LONGEST_CHAIN):
        style = styles.get(key)
        if style is None:
            return False
        properties = child(style, "pPr")
        title = value(child(style, "name")).casefold()
        if title in ("title", "subtitle") or re.fullmatch(r"heading \d", title):
            return True
        if properties is not None and _has_level(properties):
            return True
        key = value(child(style, "basedOn"))
    return False


def _natural(member: str) -> tuple[object, ...]:
    """Return a key by which header2.xml comes before header10.xml."""
    return tuple(
        int(part) if part.isdigit() else part for part in re.split(r"(\d+)", member.casefold())
    )


_REMARKS = {
    "deletions": "{} deletions of tracked changes are left as they are, in the source language.",
    "readings": "{} readings over words (ruby) are left out where the words are translated.",
    "bound": "{} content controls take their text from data in the file: Word may show the text "
    "of the source there again.",
    "names": "{} names of categories and series in charts come from their tables and are left.",
    "objects": "{} embedded documents and objects are left as they are.",
    "comments": "{} comments are left as they are.",
    "signatures": "The digital signature does not hold for the translation.",
}
_LOST = ("names", "objects")


def _count(part: _Part, found: dict[str, int]) -> None:
    """Count what is to be remarked on."""
    for element in part.root.iter():
        kind = name(element)
        if kind in DELETIONS and any(name(inner) in ("delText", "t") for inner in element.iter()):
            found["deletions"] += 1
        elif kind == "rt":
            found["readings"] += 1
        elif kind == "dataBinding":
            found["bound"] += 1
        elif kind in ("object", "altChunk"):
            found["objects"] += 1
        elif kind == f"{_CHART}strCache":
            texts = (inner.text or "" for inner in element.iter(f"{_CHART}v"))
            found["names"] += sum(any(c.isalpha() for c in text) for text in texts)


def _unread(part: _Part) -> Iterator[Remark]:
    if part.unread:
        where = part.title or "the document"
        first = " ".join(part.unread[0].split())[:40]
        count = len(part.unread)
        yield Remark(
            f"{count} pieces of text in {where} are hidden or of an unknown kind and are left as "
            f"they are, the first: {first!r}.",
            lost=True,
        )
