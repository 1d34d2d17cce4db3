"""A translation memory as a document: units without the target language get a variant in it.

Source of the format: "TMX 1.4b Specification", LISA OSCAR, 2005. A variant that is written has the
property x-origin "mt"; a unit of which a sentence failed gets none, for memories are believed.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering, bitext
from workbench.formats.coded import Coded, Piece, Verdict, compose, native, pieces_of, plain
from workbench.formats.xml import Element, XmlFile, escape

_UNITS = frozenset({"tu"})
_ALL = "*all*"
_OTHERS = Remark("Units without a text in the source language, left as they are: {}.")


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield the source texts of a memory in a stream; those that have the target are kept.

    Raises InputError: the file is damaged, hostile or no TMX, or does not say its source language.
    """
    yield from bitext.blocks(_Walker(XmlFile(path, _UNITS, reading.encoding), reading).walk())


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the memory with new variants; see workbench.formats. All other bytes stay, in UTF-8.

    Raises InputError as `read` does.
    """
    walker = _Walker(XmlFile(path, _UNITS, reading.encoding, out), reading)
    bitext.fill(walker.walk(), renderings)


class _Walker:
    """Finds the places of a memory, and writes what stands for them."""

    def __init__(self, file: XmlFile, reading: Reading) -> None:
        self._file, self._reading = file, reading
        self._source = reading.source
        self._tally = bitext.Tally()

    def walk(self) -> Iterator[bitext.Place | Remark]:
        """Yield the units that have a text in the source language, and what is to be said."""
        if not self._reading.target:
            raise InputError(f"{self._file.name}: say the language of the new texts with --to.")
        root = None
        for kind, element in self._file.events():
            root = root or element
            if root.name != "tmx":
                raise InputError(
                    f"{self._file.name}: not a TMX file: it begins with <{root.name}>. Export it "
                    "as TMX 1.4."
                )
            if element.name == "header" and not self._reading.source:
                self._source = element.get("srclang")
            if kind == "unit":
                yield from self._unit(element)
        yield from self._tally.remarks()

    def _unit(self, unit: Element) -> Iterator[bitext.Place]:
        language = self._reading.source or unit.get("srclang") or self._source
        if not language or language == _ALL:
            raise self._file.refuse(
                unit.line, "does not say which of its languages is the source: say it with --from."
            )
        variants = list(unit.children("tuv"))
        source = _segment(variants, language)
        if source is None:
            self._tally.add(_OTHERS)
            return
        pieces = self._pieces(source)
        target = _segment(variants, self._reading.target)
        kept = plain(self._pieces(target)).strip() if target else ""
        if not kept:
            self._tally.look(pieces)
            bitext.count_subflows(self._tally, source)
        coded = compose(pieces, escape)
        if coded is None:
            return
        number = f", unit {unit.get('tuid')}" if unit.get("tuid") else ""
        code = bitext.match_language(language)
        place = bitext.Place(coded.block(f"line {unit.line}{number}", code, kept))
        yield place
        if place.answer and not place.answer.failed:
            self._write(unit, coded, place.answer, target)

    def _pieces(self, segment: Element) -> list[Piece]:
        return list(pieces_of(segment, self._file.raw, _judge, escape))

    def _write(
        self, unit: Element, coded: Coded, answer: Rendering, target: Element | None
    ) -> None:
        words = coded.render(answer, escape)
        if target:
            self._file.fill(target, words, {})
            return
        last = list(unit.children("tuv"))[-1]
        before = self._file.raw(unit.inner, last.start)
        white = before[len(before.rstrip()) :]
        tag = self._file.raw(last.start, last.inner)
        prefix = tag[1:].split("tuv", 1)[0]
        lang = "xml:lang" if last.lang else "lang"
        self._file.put(
            last.end,
            last.end,
            f'{white}<{prefix}tuv {lang}="{self._reading.target}"><{prefix}prop type="x-origin">mt'
            f"</{prefix}prop><{prefix}seg>{words}</{prefix}seg></{prefix}tuv>",
        )


def _segment(variants: Sequence[Element], language: str) -> Element | None:
    """Return the segment of the first variant in a language, or None."""
    for variant in variants:
        told = variant.lang or variant.get("lang")
        segment = variant.child("seg")
        if told and bitext.same(told, language) and segment is not None:
            return segment
    return None


def _judge(element: Element) -> Verdict:
    """Say what an inline element is; see workbench.formats.coded."""
    if element.name == "hi":
        return "pair", ""
    if element.name in ("bpt", "ept"):
        return "open" if element.name == "bpt" else "close", element.get("i")
    return native(element.text)
