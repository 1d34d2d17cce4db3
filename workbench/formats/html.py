"""HTML: pages and parts of pages; only texts change, every other character stays.

What is block, inline, literal or left alone stands in the tables; to treat an element in another
way, move its name. Nothing is parsed into a tree, so that damaged pages lose nothing.
"""

import codecs
import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.borders import has_words, trim
from workbench.formats.flow import Fix, Item, Kind, Place, Raw, compose, patch, put
from workbench.formats.markup import Attribute, Token, tokens
from workbench.languages import LANGUAGES
from workbench.reading import Text, open_text

_names = re.compile(r"\S+").findall
_INLINE = frozenset(
    _names(
        "a abbr acronym b bdi bdo big blink cite data del dfn em font i ins label mark meter nobr"
        " output progress q s slot small span strike strong sub sup time u"
    )
)
_POINTS = frozenset(_names("img input wbr area source track param embed link meta base col"))
_LITERAL = frozenset(_names("code kbd samp var tt"))
# Whatever is in them stays: programs, pictures, and what is only shown without scripts.
_OPAQUE = frozenset(
    _names(
        "script style noscript template svg math iframe object audio video canvas textarea xmp"
        " noembed noframes"
    )
)
_ALONE = frozenset(("svg", "math"))  # may end with a slash in HTML too
_RUBY = frozenset(_names("ruby rb rtc"))
_READINGS = frozenset(_names("rt rp"))
_HEADINGS = frozenset(_names("h1 h2 h3 h4 h5 h6"))
_READ_BY_PEOPLE = frozenset(
    _names("alt title placeholder aria-label aria-description aria-roledescription")
)
_BUTTONS = frozenset(_names("button submit reset"))
_META = frozenset(
    _names(
        "description keywords og:title og:description og:image:alt og:site_name twitter:title"
        " twitter:description twitter:image:alt"
    )
)
_CHARSET = re.compile(r"(charset\s*=\s*[\"']?\s*)([\w.:-]+)", re.IGNORECASE)
_XML_ENCODING = re.compile(r"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_SPACES = re.compile(r"\s+")
_SNIFFED = 4096  # bytes in which a page says its encoding; the standard asks for 1,024
# Pages say the old name of what they are written in.
_REAL = {"shift_jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "ks_c_5601-1987": "cp949"}
_REAL |= {"euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252"}


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield the texts of a page: of elements and of attributes that people read.

    Raises InputError: it cannot be read, or its bytes are not of its encoding.
    """
    text, said = _open(path, reading)
    yield from said
    for found in _Walker("".join(text.pieces()), reading).walk():
        if isinstance(found, Remark):
            yield found
        elif isinstance(found, Place):
            yield found.block


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the page with its texts replaced, in UTF-8; it says its language and encoding so.

    Raises InputError: as `read` does.
    """
    source, _ = _open(path, reading)
    text = "".join(source.pieces())
    places = (p for p in _Walker(text, reading).walk() if not isinstance(p, Remark))
    out.write(codecs.BOM_UTF8 if source.bom else b"")
    for piece in patch(text, places, renderings, _render):
        out.write(piece.encode("utf-8", "replace"))


def _render(place: Place, rendering: Rendering, raw: Raw) -> str:
    if place.shape == "text":
        return put(place, rendering, raw, lambda text: html.escape(text, quote=False))
    value = html.escape(rendering.text, quote=False)
    if place.shape == "bare":
        return '"' + value.replace('"', "&quot;") + '"'
    return value.replace(place.shape, "&quot;" if place.shape == '"' else "&#39;")


def _open(path: Path, reading: Reading) -> tuple[Text, list[Remark]]:
    """Return the text of a page, read in the encoding that its bytes or it itself say."""
    declared = "" if reading.encoding else _declared(path)
    if declared:
        # A page in UTF-8 often kept the declaration of what it was converted from.
        text = open_text(path, "utf-8" if _is_utf8(path) else declared, reading.source)
        if codecs.lookup(text.encoding).name == codecs.lookup(declared).name:
            return text, []
        return text, [Remark(f"Read as UTF-8, as its bytes are; the page says {declared}.")]
    text = open_text(path, reading.encoding, reading.source)
    guess = f"Read as {text.name}: guessed from its bytes; --encoding says otherwise."
    return text, [Remark(guess)] if text.guessed else []


def _declared(path: Path) -> str:
    """Return the encoding that a page without a byte order mark names, as Python calls it."""
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFFED)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from error
    if head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ""
    start = head.decode("latin-1")
    match = _XML_ENCODING.search(start)
    name = match[1] if match else ""
    meta = start.lower().find("<meta")
    if not name and meta >= 0:
        found = _CHARSET.search(start, meta)
        name = found[2] if found else ""
    name = _REAL.get(name.lower(), name)
    try:
        # What could be read up to here is no UTF-16, whatever it says.
        return "utf-8" if name.lower().startswith("utf-16") else codecs.lookup(name).name
    except LookupError:
        return ""


def _is_utf8(path: Path) -> bool:
    """Return whether the bytes are UTF-8 and not only ASCII, which ISO-2022-JP looks like."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    ascii_only = True
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                decoder.decode(block)
                ascii_only = ascii_only and block.isascii()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not ascii_only


@dataclass(frozen=True, slots=True)
class _Held:
    """An element whose words stay: where it began, and what becomes of it in running text."""

    name: str
    start: int
    how: Literal["literal", "drop", "point", "block"]

    def is_cut(self, token: Token) -> bool:
        """Return whether a tag ends the element before its own end does."""
        if self.how in ("point", "block") or token.kind not in ("open", "close"):
            return False
        if token.kind == "close" and token.name == self.name:
            return False
        other = self.how == "drop" and token.name in _READINGS | _RUBY
        return other or _is_block(token.name)


class _Walker:
    """A page on its way from tokens to places."""

    def __init__(self, text: str, reading: Reading) -> None:
        self._text, self._reading = text, reading
        self._xml = text.startswith("<?xml")
        self._lines = [match.start() for match in re.finditer("\n", text)]
        self._items: list[Item] = []
        self._block = self._language = ""
        self._held: _Held | None = None
        self._depth = 0
        self._words: list[str] = []

    def walk(self) -> Iterator[Place | Fix | Remark]:
        """Yield the places, what is to be brought in line, and what is to be said, in order."""
        match = _XML_ENCODING.search(self._text)
        if match and match[1].lower() != "utf-8":
            yield Fix(*match.span(1), "UTF-8")
        for token in tokens(self._text):
            if self._held and self._is_kept(self._held, token):
                continue
            if token.kind == "text":
                self._add("text", token, self._said(token))
            elif token.kind == "open":
                yield from self._opened(token)
            elif token.kind == "close":
                yield from self._closed(token)
            elif token.name == "title":
                yield from self._title(token)
            else:
                self._add("point", token)
        if self._held:
            yield from self._unended(self._held)
        yield from self._flush()

    def _said(self, token: Token) -> str:
        return html.unescape(self._text[token.start : token.end])

    def _add(self, kind: Kind, token: Token, text: str = "") -> None:
        self._items.append(Item(kind, token.start, token.end, text, token.name))

    def _place(self, at: int, name: str) -> str:
        return f"line {bisect_left(self._lines, at) + 1}, {name}"

    def _flush(self) -> Iterator[Place]:
        items, self._items = self._items, []
        if not items:
            return
        name = self._block or "text"
        kind: Literal["text", "heading"] = "heading" if name in _HEADINGS else "text"
        block = Block(self._place(items[0].start, name), "", (), kind, self._language)
        place = compose(self._text, items, block)
        if place is not None:
            yield replace(place, shape="text")

    def _hold(self, token: Token, how: Literal["literal", "drop", "point", "block"]) -> None:
        self._held, self._depth, self._words = _Held(token.name, token.start, how), 1, []

    def _is_kept(self, held: _Held, token: Token) -> bool:
        """Return whether a token is in the element that stays; let go of that where it ends."""
        if held.is_cut(token):
            self._release(held, token.start)
            return False
        if token.kind == "text":
            self._words.append(self._said(token))
        elif token.name == held.name and token.kind in ("open", "close") and not token.alone:
            self._depth += 1 if token.kind == "open" else -1
        if self._depth == 0:
            self._release(held, token.end)
        return True

    def _release(self, held: _Held, end: int) -> None:
        words = _SPACES.sub(" ", "".join(self._words)).strip()
        self._held = None
        if held.how == "literal" and words:
            self._items.append(Item("literal", held.start, end, words, held.name))
        elif held.how != "block":
            kind: Kind = "drop" if held.how == "drop" else "point"
            self._items.append(Item(kind, held.start, end, "", held.name))

    def _unended(self, held: _Held) -> Iterator[Remark]:
        if held.how in ("point", "block") and has_words("".join(self._words)):
            where = self._place(held.start, f"<{held.name}>")
            yield Remark(f"{where}: it never ends; all behind it was left as it is.", lost=True)
        self._release(held, len(self._text))

    def _opened(self, token: Token) -> Iterator[Place | Fix]:
        if token.name == "html":
            yield from self._root(token)
        kept = token.get("translate").lower() == "no" or "notranslate" in token.get("class").split()
        if not kept:
            yield from self._attributes(token)
        empty = token.alone and (self._xml or token.name in _ALONE)
        if _is_block(token.name):
            yield from self._flush()
            self._block = token.name
            if (kept or token.name == "pre") and not empty and token.name != "hr":
                self._hold(token, "block")
        else:
            self._opened_within(token, kept, empty)

    def _opened_within(self, token: Token, kept: bool, empty: bool) -> None:
        if token.name == "br":
            self._add("break", token, "\n")
        elif token.name in _RUBY:
            self._add("drop", token)
        elif empty or token.name in _POINTS:
            self._add("point", token)
        elif token.name in _OPAQUE:
            self._hold(token, "point")
        elif token.name in _READINGS:
            self._hold(token, "drop")
        elif kept or token.name in _LITERAL:
            self._hold(token, "literal")
        else:
            self._add("open", token)

    def _closed(self, token: Token) -> Iterator[Place]:
        if _is_block(token.name):
            yield from self._flush()
            self._block = ""
        elif token.name in _RUBY | _READINGS:
            self._add("drop", token)
        elif token.name in _INLINE:
            self._add("close", token)
        else:
            self._add("point", token)

    def _title(self, token: Token) -> Iterator[Place]:
        yield from self._flush()
        self._add("text", token, self._said(token))
        self._block = "title"
        yield from self._flush()

    def _attributes(self, token: Token) -> Iterator[Place | Fix]:
        for attribute in token.attributes:
            if _is_read(token, attribute):
                place = self._attribute(token, attribute)
                if place is not None:
                    yield place
            elif token.name == "meta":
                yield from _encoding(token, attribute)

    def _attribute(self, token: Token, attribute: Attribute) -> Place | None:
        start, end = trim(self._text, attribute.start, attribute.end)
        text = _SPACES.sub(" ", html.unescape(self._text[start:end]))
        if not has_words(text):
            return None
        where = self._place(token.start, f"{attribute.name} of <{token.name}>")
        block = Block(where, text, language=self._language)
        return Place(start, end, block, (), attribute.quote or "bare")

    def _root(self, token: Token) -> Iterator[Fix]:
        """Bring the language and the direction of the page in line with the target."""
        target = LANGUAGES.get(self._reading.target.split("-")[0].lower())
        if target and target.rtl and not any(a.name == "dir" for a in token.attributes):
            at = token.start + len("<html")
            yield Fix(at, at, ' dir="rtl"')
        for attribute in token.attributes:
            if attribute.name in ("lang", "xml:lang"):
                base = attribute.value.strip().split("-")[0].lower()
                self._language = base if base in LANGUAGES else ""
                if target and base != target.code and attribute.value:
                    yield Fix(attribute.start, attribute.end, self._reading.target)
            elif attribute.name == "dir" and target and attribute.value:
                yield Fix(attribute.start, attribute.end, "rtl" if target.rtl else "ltr")


def _is_block(name: str) -> bool:
    """Return whether an element ends the line of text before it; unknown ones do."""
    known = name in _INLINE or name in _POINTS or name in _LITERAL or name in _OPAQUE
    return not (known or name in _RUBY or name in _READINGS or name in ("br", ""))


def _is_read(token: Token, attribute: Attribute) -> bool:
    """Return whether people read the value of an attribute."""
    if attribute.name == "value":
        return token.name == "input" and token.get("type").lower() in _BUTTONS
    if attribute.name == "content":
        return bool({token.get("name").lower(), token.get("property").lower()} & _META)
    if attribute.name == "label":
        return token.name in ("option", "optgroup", "track")
    return attribute.name in _READ_BY_PEOPLE


def _encoding(token: Token, attribute: Attribute) -> Iterator[Fix]:
    start, name = attribute.start, attribute.value
    if attribute.name == "content" and token.get("http-equiv").lower() == "content-type":
        match = _CHARSET.search(attribute.value)
        start, name = (start + match.start(2), match[2]) if match else (start, "utf-8")
    elif attribute.name != "charset":
        return
    if name.strip().lower() not in ("utf-8", "utf8", ""):
        yield Fix(start, start + len(name), "utf-8")
