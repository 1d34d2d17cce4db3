"""XLIFF 1.x and 2.x: units without a translation get one, with its state; all else stays.

What differs between the versions is in workbench.formats.xliff1 and workbench.formats.xliff2.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering, bitext, xliff1, xliff2
from workbench.formats.xliffs import Walker
from workbench.formats.xml import Element, XmlFile

_UNITS = frozenset({xliff1.UNIT, xliff2.UNIT})


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield the sources of an XLIFF file, segment by segment; see the modules of the versions.

    A segment with a translation is kept. Raises InputError: the file is damaged, hostile or no
    XLIFF, or its languages are not those asked for.
    """
    yield from bitext.blocks(_walk(XmlFile(path, _UNITS, reading.encoding), reading))


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the file with targets in the segments that have none; see workbench.formats.

    All other bytes stay, in UTF-8. Raises InputError as `read` does.
    """
    bitext.fill(_walk(XmlFile(path, _UNITS, reading.encoding, out), reading), renderings)


def _walk(file: XmlFile, reading: Reading) -> Iterator[bitext.Place | Remark]:
    walker: Walker | None = None
    for kind, element in file.events():
        walker = walker or _walker(file, element, reading)
        if kind == "open":
            walker.open(element)
        elif kind == "close":
            walker.close(element)
        else:
            yield from walker.unit(element)
    if walker:
        yield from walker.tally.remarks()


def _walker(file: XmlFile, root: Element, reading: Reading) -> Walker:
    if root.name != "xliff":
        raise InputError(
            f"{file.name}: not an XLIFF file: it begins with <{root.name}>. Export it as XLIFF."
        )
    version = root.get("version") or root.namespace.rpartition(":")[2] or "1.2"
    if version.startswith("1."):
        return xliff1.Walker(file, reading)
    if version.startswith("2."):
        return xliff2.Walker(file, reading)
    raise InputError(f"{file.name}: XLIFF {version} is not known. Export it as XLIFF 1.2 or 2.0.")
