"""XML documents in a stream: every element with its place, and the file written again by place.

What is not replaced keeps its bytes (in UTF-8), so that indentation, declarations, prefixes and
the elements of other tools stay as they were. Nothing outside of the file is ever read. To read a
format, name the elements that are wanted whole, and walk over `XmlFile.events`.
"""

import codecs
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, NoReturn
from xml.parsers import expat

from workbench.errors import InputError
from workbench.reading import Text, open_text

# What is said of entities, whoever parses.
UNFOLDS = "its entities unfold to far more text than the file holds, so it was refused."
OUTSIDE = (
    "line {} uses an entity that the file does not declare itself; files and addresses outside it "
    "are never read."
)
HOW = "Export the file again in the program that it is from."
XML = "http://www.w3.org/XML/1998/namespace"
_SLICE = 1 << 16  # bytes that are parsed at once
_SNIFFED = 1024
_DECLARED = re.compile(r"(<\?xml[^>]*?\sencoding\s*=\s*[\"'])([\w.:-]+)(?=[\"'])")
_TAG_END = re.compile(rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_NAMESPACES = re.compile(r"\sxmlns(?::[^\s=]+)?\s*=\s*(?:\"[^\"]*\"|'[^']*')")
# Error numbers of expat: entities that are not in the file, and those that grow too much.
_FOREIGN = frozenset({11, 16})
_UNFOLDING = frozenset({12, 43})
# Everything but the Char production of XML 1.0.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_ESCAPED = re.compile("[&<>\r]")


@dataclass(slots=True, eq=False)
class Element:
    """An element: its bytes start to end, those between its tags inner to close.

    name is without a prefix; attributes of a namespace are named "{namespace}name". parts are its
    elements and the text between them, comments left out; there are none outside of a unit.
    """

    name: str
    namespace: str
    attributes: dict[str, str]
    line: int
    start: int
    inner: int
    close: int = 0
    end: int = 0
    parts: list["Element | str"] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the value of an attribute, or ""."""
        return self.attributes.get(name, "")

    @property
    def lang(self) -> str:
        """The value of xml:lang, or ""."""
        return self.get(f"{{{XML}}}lang")

    def children(self, name: str) -> Iterator["Element"]:
        """Yield the child elements of a name, of the namespace of this element."""
        for part in self.parts:
            if not isinstance(part, str) and (part.name, part.namespace) == (name, self.namespace):
                yield part

    def child(self, name: str) -> "Element | None":
        """Return the first child element of a name, or None."""
        return next(self.children(name), None)

    def walk(self) -> Iterator["Element | str"]:
        """Yield everything within the element, in document order, however deep it is nested."""
        stack = [iter(self.parts)]
        while stack:
            for part in stack[-1]:
                yield part
                if not isinstance(part, str):
                    stack.append(iter(part.parts))
                    break
            else:
                stack.pop()

    @property
    def text(self) -> str:
        """All text within the element."""
        return "".join(part for part in self.walk() if isinstance(part, str))


Event = tuple[Literal["open", "close", "unit"], Element]


class XmlFile:
    """An XML file that is read, and written with changes where there is a place to write to.

    units are the names of elements that come whole; of all others come their tags. Memory holds
    one unit and about _SLICE bytes.
    """

    def __init__(
        self, path: Path, units: frozenset[str], encoding: str = "", out: BinaryIO | None = None
    ) -> None:
        self.name = path.name
        self._source = _open(path, encoding)
        self._units, self._out = units, out
        self._held, self._base = bytearray(), 0
        self._edits: list[tuple[int, int, bytes]] = []
        self._stack: list[Element] = []
        self._depth = 0  # of the unit that is open, counted from it
        self._events: deque[Event] = deque()
        self._newline = "\n"

    def events(self) -> Iterator[Event]:
        """Yield ("unit", element) when it has ended, and the opening and end of all others.

        Raises InputError: the file is not well-formed (the message has the line), refers to what
        is outside of it, or unfolds without end.
        """
        if self._out and self._source.bom:
            self._out.write(codecs.BOM_UTF8)
        self._parser = self._make_parser()
        waiting = b""
        for piece in _utf8(self._source):
            if b"\r\n" in piece[:_SNIFFED]:
                self._newline = "\r\n"
            waiting += piece
            # Expat reads an unfinished tag again from its start whenever there is more of it.
            if len(waiting) < self._base + len(self._held) - self._at:
                continue
            self._feed(waiting)
            waiting = b""
            while self._events:
                yield self._events.popleft()
            self._release(self._stack[-self._depth].start if self._depth else self._at)
        self._feed(waiting, last=True)
        while self._events:
            yield self._events.popleft()
        self._release(self._base + len(self._held))

    def raw(self, start: int, end: int) -> str:
        """Return what stands at a place of the event that was yielded last."""
        return self._held[start - self._base : end - self._base].decode("utf-8")

    def put(self, start: int, end: int, text: str) -> None:
        """Write text in place of bytes of the event that was yielded last; in order."""
        data = text.replace("\r\n", "\n").replace("\n", self._newline)
        self._edits.append((start, end, data.encode("utf-8")))

    def set(self, element: Element, values: Mapping[str, str]) -> None:
        """Set attributes of an element of the event that was yielded last; see with_attributes."""
        tag = self.raw(element.start, element.inner)
        self.put(element.start, element.inner, with_attributes(tag, values))

    def fill(self, element: Element, content: str, values: Mapping[str, str]) -> None:
        """Write the content of an element anew, and set attributes of it."""
        tag = self.raw(element.start, element.inner)
        name = tag[1:].rstrip("/>").split(maxsplit=1)[0]
        start = with_attributes(tag.removesuffix(">").removesuffix("/") + ">", values)
        self.put(element.start, element.end, f"{start}{content}</{name}>")

    def refuse(self, line: int, why: str) -> InputError:
        """Return the error for what a format cannot read."""
        return InputError(f"{self.name}: line {line} {why}")

    @property
    def _at(self) -> int:
        return int(self._parser.CurrentByteIndex)

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("UTF-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        # Without these, expat leaves out what comes from outside, and says nothing.
        parser.ExternalEntityRefHandler = self._outside
        parser.SkippedEntityHandler = self._outside
        parser.EntityDeclHandler = self._declared
        return parser

    def _feed(self, data: bytes, *, last: bool = False) -> None:
        self._held += data
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            raise self._explained(error) from error

    def _explained(self, error: expat.ExpatError) -> InputError:
        if error.code in _UNFOLDING:
            return InputError(f"{self.name}: {UNFOLDS} {HOW}")
        if error.code in _FOREIGN:
            return InputError(f"{self.name}: {OUTSIDE.format(error.lineno)} {HOW}")
        what = expat.ErrorString(error.code)
        return InputError(
            f"{self.name}: not well-formed XML at line {error.lineno} ({what}). {HOW}"
        )

    def _outside(self, *_: object) -> NoReturn:
        line = self._parser.CurrentLineNumber
        raise InputError(f"{self.name}: {OUTSIDE.format(line)} {HOW}")

    def _declared(self, name: str, parameter: bool, value: str | None, *_: object) -> None:
        if parameter and value is None:
            self._outside()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        start, line = self._at, self._parser.CurrentLineNumber
        end = _TAG_END.match(self._held, start - self._base)
        if self._held[start - self._base] != ord("<") or end is None:
            raise self.refuse(line, f"uses an entity that holds elements. {HOW}")
        named = {_expanded(key): value for key, value in attributes.items()}
        namespace, _, local = name.rpartition(" ")
        inner = self._base + end.end()
        element = Element(local, namespace, named, line, start, inner)
        if self._held[end.end() - 2] == ord("/"):
            element.close = element.end = inner
        if self._depth:
            self._stack[-1].parts.append(element)
        self._stack.append(element)
        if self._depth or local in self._units:
            self._depth += 1
        else:
            self._events.append(("open", element))

    def _end(self, name: str) -> None:
        element = self._stack.pop()
        if not element.end:
            element.close = self._at
            element.end = self._held.index(b">", element.close - self._base) + self._base + 1
        if self._depth:
            self._depth -= 1
        if not self._depth:
            kind: Literal["close", "unit"] = "unit" if element.name in self._units else "close"
            self._events.append((kind, element))

    def _text(self, text: str) -> None:
        if self._depth:
            self._stack[-1].parts.append(text)

    def _release(self, bound: int) -> None:
        """Write what is done, and forget it."""
        while self._edits and self._edits[0][1] <= bound:
            start, end, data = self._edits.pop(0)
            self._write(start)
            self._base += end - start
            del self._held[: end - start]
            if self._out:
                self._out.write(data)
        self._write(min(bound, self._edits[0][0]) if self._edits else bound)

    def _write(self, bound: int) -> None:
        if self._out:
            self._out.write(self._held[: bound - self._base])
        del self._held[: bound - self._base]
        self._base = bound


def escape(text: str) -> str:
    """Return text as it stands in an element; what XML cannot hold becomes U+FFFD."""
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], legal(text))


def legal(text: str) -> str:
    """Return text with U+FFFD for the characters that XML cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)


def namespaces(tag: str) -> str:
    """Return the declarations of namespaces of a start tag, as they stand, with a space before."""
    return "".join(_NAMESPACES.findall(tag))


def with_attributes(tag: str, values: Mapping[str, str]) -> str:
    """Return a start tag with attributes set; "" takes one away.

    >>> print(with_attributes("<target state='new'/>", {"state": "final", "xml:lang": "ko"}))
    <target state='final' xml:lang="ko"/>
    """
    for name, value in values.items():
        found = re.search(rf"(\s{re.escape(name)}\s*=\s*)(?:(\")[^\"]*\"|(')[^']*')", tag)
        said = escape(value).replace('"', "&quot;").replace("'", "&apos;")
        if found:
            quote = found[2] or found[3]
            new = f"{found[1]}{quote}{said}{quote}" if value else ""
            tag = tag[: found.start()] + new + tag[found.end() :]
        elif value:
            end = re.search(r"\s*/?>$", tag)
            at = end.start() if end else len(tag)
            tag = f'{tag[:at]} {name}="{said}"{tag[at:]}'
    return tag


def _expanded(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return f"{{{namespace}}}{local}" if namespace else local


def _open(path: Path, encoding: str) -> Text:
    """Return a file in the encoding given, marked, declared, or that XML has without one."""
    if not encoding:
        try:
            with path.open("rb") as file:
                head = file.read(_SNIFFED)
        except OSError as error:
            raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from error
        encoding = _encoding(head, path.name)
    return open_text(path, encoding)


def _encoding(head: bytes, name: str) -> str:
    wide = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(head[:2], "")
    found = _DECLARED.match(head.decode("latin-1").removeprefix("\xef\xbb\xbf"))
    declared = wide or (found[2] if found else "utf-8")
    if found and declared.lower().startswith(("utf-16", "utf16", "ucs-2")):
        return "utf-8"  # What could be read up to here is no UTF-16, whatever it says.
    try:
        codecs.lookup(declared)
    except LookupError as error:
        raise InputError(
            f"{name}: line 1 says an encoding that nobody knows, {declared!r}: say it with "
            "--encoding."
        ) from error
    return declared


def _utf8(source: Text) -> Iterator[bytes]:
    """Yield a file in UTF-8, as its declaration then says."""
    first = True
    for piece in source.pieces():
        if first and codecs.lookup(source.encoding).name != "utf-8":
            piece = _DECLARED.sub(r"\1UTF-8", piece, count=1)
        first = False
        data = piece.encode("utf-8")
        yield from (data[at : at + _SLICE] for at in range(0, len(data), _SLICE))
