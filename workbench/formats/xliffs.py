"""What the versions of XLIFF share: what elements say of the texts in them, and new targets."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from workbench.formats import Reading, Remark, bitext
from workbench.formats.xml import XML, Element, XmlFile, namespaces, with_attributes

_SPACE = f"{{{XML}}}space"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the elements around a text say of it: its languages, and how it is to be treated."""

    source: str = ""
    target: str = ""
    translate: bool = True
    preserve: bool = False

    def within(self, element: Element) -> "Scope":
        """Return what holds within an element."""
        space, translate = element.get(_SPACE), element.get("translate")
        return Scope(
            element.get("source-language") or element.get("srcLang") or self.source,
            element.get("target-language") or element.get("trgLang") or self.target,
            translate != "no" if translate else self.translate,
            space == "preserve" if space else self.preserve,
        )


class Walker(ABC):
    """Finds the places of a file, and writes what stands for them.

    head is the element that says the languages of a file, target the attribute with its target.
    """

    head: ClassVar[str]
    target: ClassVar[str]

    def __init__(self, file: XmlFile, reading: Reading) -> None:
        self._file, self._reading = file, reading
        self._scopes = [Scope()]
        self.tally = bitext.Tally()

    def open(self, element: Element) -> None:
        """Take note of what a file or group says, and bring the language of its target in line."""
        told = self._scopes[-1].within(element)
        self._scopes.append(told)
        if element.name == self.head:
            bitext.check_source(self._file.name, told.source, self._reading)
            target = self._reading.target
            if target and (not told.target or not bitext.same(told.target, target)):
                self._file.set(element, {self.target: target})

    def close(self, element: Element) -> None:
        """Forget what a file or group says."""
        self._scopes.pop()

    @abstractmethod
    def unit(self, unit: Element) -> Iterator[bitext.Place | Remark]:
        """Yield the segments of a unit, and write what stands for them."""


def place_of(unit: Element, segment: str = "") -> str:
    """Return where a unit stands, and which of its segments is meant, for messages."""
    names = [f"line {unit.line}"]
    names += [f"unit {unit.get('id')}"] if unit.get("id") else []
    return ", ".join([*names, f"segment {segment}"] if segment else names)


def add_target(
    file: XmlFile, parent: Element, behind: int, words: str, values: Mapping[str, str]
) -> None:
    """Write a target behind the source of a unit or segment, and indented like that."""
    source = parent.child("source") or parent
    tag = file.raw(source.start, source.inner)
    name = tag[1:].split("source", 1)[0] + "target"
    preserve = {"xml:space": "preserve"} if source.get(_SPACE) == "preserve" else {}
    start = with_attributes(f"<{name}{namespaces(tag)}>", {**preserve, **values})
    before = file.raw(parent.inner, source.start)
    white = before[len(before.rstrip()) :]
    file.put(behind, behind, f"{white}{start}{words}</{name}>")
