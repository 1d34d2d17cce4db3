"""The XML parts of a document that is a zip file, parsed where nothing can be made to happen."""

from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from workbench.errors import InputError
from workbench.formats.archive import HOW, Archive


def parse_part(archive: Archive, member: str, file: str) -> Any:
    """Return the root of a part as an lxml element; file is the name of the document.

    Raises InputError: there is no such part, it is damaged, nested too deeply, or has a document
    type, which parts must not have (ECMA-376, part 2, 6.2.5).
    """
    where = f"{file}: {member} in it"
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(archive.read(member), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{where} is damaged or too deeply nested: {error.msg}. {HOW}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InputError(f"{where} declares entities or a document type. {HOW}")
    return root


def part_bytes(root: Any) -> bytes:
    """Return a part as the bytes of its member."""
    made: bytes = etree.tostring(
        root.getroottree(), encoding="UTF-8", standalone=True, xml_declaration=True
    )
    return made
