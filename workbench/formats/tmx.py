"""Translation memories as TMX 1.1 to 1.4b, read and written as a stream.

Source of the format: "TMX 1.4b Specification", LISA OSCAR, 2005. To know the document of a unit
from one more tool, add the type of its <prop> to _DOCUMENT_PROPS. How a memory is translated is
in workbench.formats.tmx_document.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree  # type: ignore[import-untyped]

from workbench.errors import InputError
from workbench.formats import tmx_document
from workbench.formats.bitext import match_language
from workbench.formats.xml import OUTSIDE, UNFOLDS, legal
from workbench.revising import open_first, standing
from workbench.types import Result

_DOCUMENT_PROPS = frozenset(
    ["document", "filename", "file", "file-name", "sourcefile", "source-file", "original"]
)
# A memory as a document that is translated.
read, write = tmx_document.read, tmx_document.write
# Native code of a file format: not text. <hi> marks text and is kept.
_CODE_TAGS = frozenset({"bpt", "ept", "ph", "it", "ut", "sub"})
_TAGS = _CODE_TAGS | {"hi"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Error numbers of libxml2: an entity that is not in the file, and entities that grow too much.
_UNDECLARED = frozenset({26, 27, 28})
_BOMB = frozenset({89, 114})
_WHOLE_KINDS = ("sentence", "heading")
_UNTRANSLATED = ("failed", "copy")

# Among the properties of a row: lines that become notes.
_NOTE = "note"

Row = tuple[str, str, Mapping[str, str]]  # language, text, properties


@dataclass(frozen=True, slots=True)
class Unit:
    """One translation unit: a text per language, in the order of the file.

    number counts from 1; document is "" where the file does not say; tags counts the inline tags
    of all its texts, which are no longer in them; origins has the property x-origin by language.
    """

    number: int
    document: str
    texts: Mapping[str, str] = field(default_factory=dict)
    tags: int = 0
    origins: Mapping[str, str] = field(default_factory=dict)


def read_units(path: Path) -> Iterator[Unit]:
    """Yield the units of a TMX file in order; memory does not grow with the file.

    Inline codes (bpt, ept, ph, it, ut, and sub inside them) are taken out, the text around them
    and inside hi is kept, white space as it stands. Of two texts in one language (en-GB, en-US)
    the first counts. The byte order mark or the declaration decides the encoding. Entities that
    the file declares itself are read; a DOCTYPE is not followed.
    Raises InputError: no such file, not TMX, not well-formed (the message has the line), an
    entity from outside, or entities that unfold to more than they should.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            yield from _units(stream, path)
    except OSError as exc:
        raise InputError(f"{path}: cannot be read ({exc.strerror}).") from exc
    except etree.XMLSyntaxError as exc:
        raise InputError(f"{path}: {_explain(exc)}") from exc


def write_units(units: Iterable[Unit], path: Path, source: str) -> int:
    """Write units as TMX 1.4b in UTF-8 and return how many; `source` is the source language.

    The file appears under its name when it is complete. Characters that XML cannot hold (control
    characters, lone surrogates, U+FFFE and U+FFFF) become U+FFFD. Units are numbered anew.
    Raises InputError: the place cannot be written to.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            count = _write(stream, source, (_row(unit) for unit in units))
        part.replace(path)
    except OSError as exc:
        raise InputError(f"{path}: cannot be written ({exc.strerror}).") from exc
    finally:
        part.unlink(missing_ok=True)
    return count


def tmx_text(units: Iterable[Unit], source: str) -> str:
    """Return units as the text of a TMX 1.4b file; see write_units."""
    stream = BytesIO()
    _write(stream, source, (_row(unit) for unit in units))
    return stream.getvalue().decode("utf-8")


def result_tmx(result: Result) -> str:
    """Return a result as TMX: a unit per translated sentence or heading, with every target.

    Labels, list markers, texts that were only copied and segments without a translation are left
    out. Each target carries its origin and signature as properties x-origin and x-signature, and
    a note per doubt with what was decided about it. The header carries the manifest as x-manifest.
    """
    stream = BytesIO()
    manifest = json.dumps(result.manifest, ensure_ascii=False)
    _write(stream, result.document.language, _result_rows(result), manifest)
    return stream.getvalue().decode("utf-8")


def _result_rows(result: Result) -> Iterator[tuple[str, Sequence[Row]]]:
    notes: dict[tuple[str, str], list[str]] = {}
    for doubt in open_first(result.findings):
        line = f"{doubt.check} ({standing(doubt)}): {doubt.message}"
        notes.setdefault((doubt.segment_id, doubt.language), []).append(line)
    for index, segment in enumerate(result.document.segments):
        if segment.kind not in _WHOLE_KINDS:
            continue
        rows: list[Row] = [(result.document.language, segment.text, {})]
        for column in result.columns:
            done = column.translations[index]
            if done.text.strip() and done.origin not in _UNTRANSLATED:
                props = {"x-origin": done.origin, "x-signature": column.signature}
                doubts = notes.get((segment.id, column.language), [])
                rows.append((column.language, done.text, props | {_NOTE: "\n".join(doubts)}))
        if len(rows) > 1:
            yield result.document.name, rows


def _row(unit: Unit) -> tuple[str, Sequence[Row]]:
    return unit.document, [(code, text, {}) for code, text in unit.texts.items()]


def _write(
    stream: BinaryIO, source: str, units: Iterable[tuple[str, Sequence[Row]]], manifest: str = ""
) -> int:
    """Write (document, rows) as TMX and return how many units there were."""
    count = 0
    with (
        etree.xmlfile(stream, encoding="utf-8") as file,
        _declared(file).element("tmx", version="1.4"),
    ):
        file.write("\n", _header(source, manifest), "\n")
        with file.element("body"):
            file.write("\n")
            for count, (document, rows) in enumerate(units, 1):
                file.write(_tu(count, document, rows), "\n")
        file.write("\n")
    return count


def _declared(file: Any) -> Any:
    file.write_declaration()
    return file


def _header(source: str, manifest: str) -> Any:
    # 70 ms that a reader of memories need not wait for.
    from importlib.metadata import version

    header = etree.Element(
        "header",
        {
            "creationtool": "workbench",
            "creationtoolversion": version("translation-workbench"),
            "segtype": "sentence",
            "o-tmf": "workbench",
            "adminlang": "en",
            "srclang": source,
            "datatype": "plaintext",
        },
    )
    if manifest:
        etree.SubElement(header, "prop", type="x-manifest").text = legal(manifest)
    return header


def _tu(number: int, document: str, rows: Sequence[Row]) -> Any:
    unit = etree.Element("tu", tuid=str(number))
    if document:
        etree.SubElement(unit, "prop", type="x-document").text = legal(document)
    for language, text, props in rows:
        variant = etree.SubElement(unit, "tuv", {_XML_LANG: language})
        for line in props.get(_NOTE, "").splitlines():
            etree.SubElement(variant, "note").text = legal(line)
        for name, value in props.items():
            if name != _NOTE:
                etree.SubElement(variant, "prop", type=name).text = legal(value)
        etree.SubElement(variant, "seg").text = legal(text)
    return unit


def _units(stream: BinaryIO, path: Path) -> Iterator[Unit]:
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=("{*}tmx", "{*}header", "{*}tu"),
        resolve_entities="internal",
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    number, seen = 0, False
    for event, element in events:
        seen = seen or _name(element) == "tmx"
        if not seen:
            break
        if event == "end" and _name(element) == "tu":
            number += 1
            yield _unit(element, number)
        if event == "end":
            _forget(element)
    if not seen:
        raise InputError(f"{path}: not a TMX file: it has no <tmx> element. Export it as TMX 1.4.")


def _forget(element: Any) -> None:
    """Free an element that was read and everything before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _unit(element: Any, number: int) -> Unit:
    texts: dict[str, str] = {}
    origins: dict[str, str] = {}
    tags = 0
    for variant in element.iterchildren("{*}tuv"):
        language = match_language(variant.get(_XML_LANG) or variant.get("lang") or "")
        seg = variant.find("{*}seg")
        if language and seg is not None and language not in texts:
            texts[language] = "".join(_texts(seg))
            tags += sum(_name(child) in _TAGS for child in seg.iterdescendants())
            made = variant.find("{*}prop[@type='x-origin']")
            origins |= {language: str(made.text)} if made is not None and made.text else {}
    return Unit(number, _document(element), texts, tags, origins)


def _texts(element: Any) -> Iterator[str]:
    """Yield the parts of an element's text that are not native code."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and _name(child) not in _CODE_TAGS:
            yield from _texts(child)
        yield child.tail or ""


def _document(element: Any) -> str:
    """Return the document that a property of the unit, or else of a variant, names."""
    for prop in element.iterdescendants("{*}prop"):
        kind = (prop.get("type") or "").lower().split(":")[0].removeprefix("x-")
        if kind in _DOCUMENT_PROPS and (prop.text or "").strip():
            return str(prop.text.strip())
    return ""


def _name(element: Any) -> str:
    """Return the name of an element without its namespace; "" for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _explain(error: Any) -> str:
    line = error.position[0]
    if error.code in _BOMB:
        return f"{UNFOLDS} Export the memory again, without a DOCTYPE of its own."
    if error.code in _UNDECLARED:
        return f"{OUTSIDE.format(line)} Export the memory again with plain characters."
    return f"not well-formed XML at line {line} ({error.msg}). Export the memory again as TMX 1.4."
