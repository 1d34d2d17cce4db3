"""A paragraph of WordprocessingML or DrawingML as nodes: words, formatting around them, the rest.

Source of the format: ECMA-376, part 1, 17.3 (paragraphs and runs), 17.13 (changes), 17.16 (fields).
An element that may stand around runs is added to _CONTAINERS, one that stands for a character to
_CHARACTERS; anything else is kept as it is, at its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

# "{namespace}" of Word and of drawings, each transitional and strict.
_NAMESPACES = frozenset(
    [
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "{http://purl.oclc.org/ooxml/wordprocessingml/main",
        "{http://schemas.openxmlformats.org/drawingml/2006/main",
        "{http://purl.oclc.org/ooxml/drawingml/main",
    ]
)
# Text deleted or moved away in a tracked change is not text of the document any more.
DELETIONS = ("del", "moveFrom")
_CONTAINERS = {
    "hyperlink": "link",
    "ins": "insertion",
    "moveTo": "moved text",
    "sdt": "content control",
    "fldSimple": "field",
    "smartTag": "tag",
    "customXml": "tag",
    "bdo": "direction",
    "dir": "direction",
}
PROPERTIES = ("pPr", "rPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "fldData")
# Marks of the spelling checker and of the last layout: no longer true of another text.
_NOISE = ("proofErr", "lastRenderedPageBreak")
_CHARACTERS = {"cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_POINTS = {
    "br": "break",
    "drawing": "picture",
    "pict": "picture",
    "object": "object",
    "footnoteReference": "footnote",
    "endnoteReference": "endnote",
    "commentReference": "comment",
    "sym": "symbol",
    "del": "deleted text",
    "moveFrom": "deleted text",
    "bookmarkStart": "bookmark",
    "bookmarkEnd": "bookmark",
}
_FIELD_MARKS: dict[str, Literal["begin", "separate", "end"]] = {
    "begin": "begin",
    "separate": "separate",
    "end": "end",
}
# Fields whose result Word counts or looks up (17.16.5): it is no text to be translated.
_COMPUTED = frozenset(
    [
        "PAGE",
        "NUMPAGES",
        "SECTION",
        "SECTIONPAGES",
        "PAGEREF",
        "SEQ",
        "LISTNUM",
        "AUTONUM",
        "AUTONUMLGL",
        "AUTONUMOUT",
        "NOTEREF",
        "FILENAME",
        "FILESIZE",
        "NUMCHARS",
        "NUMWORDS",
        "EDITTIME",
        "REVNUM",
        "MERGEFIELD",
        "MERGEREC",
        "MERGESEQ",
        "AUTHOR",
        "LASTSAVEDBY",
        "USERNAME",
        "USERINITIALS",
        "BARCODE",
        "DISPLAYBARCODE",
    ]
)
_DEEPEST = 50  # fields in fields; Word itself writes two or three
# Of the formatting of a run, what is not seen: the language, the font by script, doubled settings
# for complex scripts, and what the formatting was before a tracked change.
_UNSEEN = frozenset(
    ["lang", "noProof", "bCs", "iCs", "szCs", "rPrChange", "ins", "del", "moveFrom", "moveTo"]
)
_UNSEEN_ATTRIBUTES = frozenset(["lang", "altLang", "dirty", "err", "smtClean", "noProof"])

Element = Any  # lxml has no types
Look = tuple[tuple[str, ...], ...]  # the formatting of a run, as far as it is seen


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A piece of a paragraph.

    kind: "text" has words that are translated; "literal" words that stay; "point" none; "pair" has
    nodes within. "begin", "separate", "end" and "instruction" are the parts of a field until those
    of one paragraph are put together. run is the run that content, its elements, stand in; without
    it they stand in the paragraph. element is that of a pair, where it is one; head and tail are
    the nodes before and behind the nodes of a field.
    """

    kind: Literal["text", "literal", "point", "pair", "begin", "separate", "end", "instruction"]
    text: str = ""
    words: str = ""
    run: Element = None
    look: Look = ()
    content: tuple[Element, ...] = ()
    element: Element = None
    nodes: tuple["Node", ...] = ()
    head: tuple["Node", ...] = ()
    tail: tuple["Node", ...] = ()


def name(element: Element) -> str:
    """Return the name of an element of Word or of a drawing; of another, with its namespace."""
    return _local(element.tag) if isinstance(element.tag, str) else ""


@lru_cache(maxsize=4_096)
def _local(tag: str) -> str:
    namespace, _, local = tag.partition("}")
    return local if namespace in _NAMESPACES else tag


def child(element: Element, wanted: str) -> Element:
    """Return the first child of a name, or None."""
    return next((inner for inner in element if name(inner) == wanted), None)


def value(element: Element, wanted: str = "val") -> str:
    """Return an attribute of Word's, "" if the element is None or does not have it."""
    if element is None:
        return ""
    found = (text for key, text in element.attrib.items() if _local(key) == wanted)
    return str(next(found, ""))


def content_of(element: Element) -> Element:
    """Return what holds the runs of a container: itself, or the content of a content control."""
    return child(element, "sdtContent") if name(element) == "sdt" else element


def nodes_of(parent: Element) -> tuple[Node, ...]:
    """Return the nodes of a paragraph or container, in order; every element is in one of them."""
    found: list[Node] = []
    for element in parent:
        kind = name(element)
        if kind == "r":
            found += _run_nodes(element)
        elif kind in _CONTAINERS and content_of(element) is not None:
            found.append(_container(element, kind))
        elif kind not in PROPERTIES and kind not in _NOISE:
            found.append(Node("point", words=_POINTS.get(kind, "mark"), content=(element,)))
    return tuple(_folded(found))


def text_of(nodes: Sequence[Node]) -> str:
    """Return the words of nodes that are to be translated, those within them included."""
    return "".join(
        node.text if node.kind == "text" else text_of(node.nodes)
        for node in nodes
        if node.kind in ("text", "pair")
    )


def shown(nodes: Sequence[Node]) -> str:
    """Return all words of nodes, those that stay as they are included."""
    return "".join(
        shown(node.nodes) if node.kind == "pair" else node.text
        for node in nodes
        if node.kind in ("text", "literal", "pair")
    )


def elements_read(nodes: Sequence[Node]) -> Iterator[Element]:
    """Yield the elements whose words have been read, as text or as words that stay."""
    for node in nodes:
        if node.kind in ("text", "literal"):
            for element in node.content:
                yield from element.iter()
        yield from elements_read((*node.head, *node.nodes))


def look_of(properties: Element) -> Look:
    """Return what is seen of the formatting of a run; () is that of the paragraph."""
    if properties is None:
        return ()
    found = [
        (name(inner), *_attributes(inner), *(f"<{name(part)}>" for part in inner))
        for inner in properties
    ]
    found.append(("", *_attributes(properties)))
    kept = (item for item in found if item[0] not in _UNSEEN)
    return tuple(sorted(item for item in kept if len(item) > 1 or item[0] not in ("", "rFonts")))


def _attributes(element: Element) -> Iterator[str]:
    for key, text in sorted(element.attrib.items()):
        local = _local(key)
        # The hint only tells which font of several is for characters that both scripts have.
        if local not in _UNSEEN_ATTRIBUTES and not (local == "hint" and name(element) == "rFonts"):
            yield f"{local}={text}"


def _run_nodes(run: Element) -> Iterator[Node]:
    properties = child(run, "rPr")
    look = look_of(properties)
    rest = tuple(element for element in run if element is not properties)
    if rest and _is_hidden(properties):
        yield Node("point", words="hidden text", run=run, content=rest)
        return
    for element in rest:
        if name(element) == "ruby":
            yield from _ruby_nodes(element)
        elif name(element) not in _NOISE:
            yield replace(_run_node(element), run=run, look=look, content=(element,))


def _is_hidden(properties: Element) -> bool:
    hidden = None if properties is None else child(properties, "vanish")
    return hidden is not None and value(hidden) not in ("0", "false", "off")


def _run_node(element: Element) -> Node:
    kind = name(element)
    if kind == "t":
        # In XML a line end within a text is white space like any other.
        return Node("text", "".join(" " if c in "\t\n\r" else c for c in element.text or ""))
    if kind in _CHARACTERS:
        return Node("text", _CHARACTERS[kind])
    if kind == "br" and not element.attrib:
        return Node("text", "\n")
    if kind == "tab":
        return Node("literal", "\t", "tab")
    if kind == "fldChar" and value(element, "fldCharType") in _FIELD_MARKS:
        return Node(_FIELD_MARKS[value(element, "fldCharType")], words="field")
    if kind == "instrText":
        return Node("instruction", element.text or "", "field")
    return Node("point", words=_POINTS.get(kind, "mark"))


def _ruby_nodes(ruby: Element) -> Iterator[Node]:
    """Yield the words under a reading; the reading itself says nothing about a translation."""
    base = child(ruby, "rubyBase")
    for run in base if base is not None else ():
        if name(run) == "r":
            yield from (node for node in _run_nodes(run) if node.kind == "text")


def _container(element: Element, kind: str) -> Node:
    nodes = nodes_of(content_of(element))
    if kind == "fldSimple" and _is_computed(value(element, "instr")):
        return Node("literal", shown(nodes), "field", content=(element,))
    if not shown(nodes):
        return Node("point", words=_CONTAINERS[kind], content=(element,))
    return Node("pair", words=_CONTAINERS[kind], element=element, nodes=nodes)


def _folded(nodes: Sequence[Node]) -> list[Node]:
    """Return nodes with every field that begins and ends among them as one node."""
    found: list[Node] = []
    outer: list[list[Node]] = []
    for node in nodes:
        if node.kind == "begin" and len(outer) < _DEEPEST:
            outer.append(found)
            found = [node]
        elif node.kind == "end" and outer:
            field = _field((*found, node))
            found = outer.pop()
            found.append(field)
        else:
            found.append(node)
    return [*chain.from_iterable(outer), *found]


def _field(nodes: tuple[Node, ...]) -> Node:
    kinds = [node.kind for node in nodes]
    middle = kinds.index("separate") + 1 if "separate" in kinds else len(nodes) - 1
    head, result, tail = nodes[:middle], nodes[middle:-1], nodes[-1:]
    instruction = "".join(node.text for node in head if node.kind == "instruction")
    if not shown(result):
        return Node("point", words="field", nodes=nodes)
    if _is_computed(instruction):
        return Node("literal", shown(result), "field", nodes=nodes)
    words = "link" if instruction.split()[:1] == ["HYPERLINK"] else "field"
    return Node("pair", words=words, nodes=result, head=head, tail=tail)


def _is_computed(instruction: str) -> bool:
    first = instruction.split()[:1]
    return bool(first) and (first[0].upper() in _COMPUTED or first[0].startswith("="))
