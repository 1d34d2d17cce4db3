"""XLIFF 2.0 to 2.2. Source of the format: "XLIFF Version 2.1", OASIS Standard, 2018.

A segment that gets a translation has state "translated", which says that nobody has reviewed it,
and subState "workbench:machine"; one in which a sentence failed has state "initial".
"""

from collections.abc import Iterator, Mapping

from workbench.formats import Remark, bitext, xliffs
from workbench.formats.coded import PLACEHOLDER, Piece, Verdict, compose, native, pieces_of, plain
from workbench.formats.xliffs import Scope, add_target, place_of
from workbench.formats.xml import Element, escape

UNIT = "unit"
_OPEN = frozenset({"sc", "sm"})
_CLOSE = frozenset({"ec", "em"})
_DONE = {"state": "translated", "subState": "workbench:machine"}
# A target in this state, said and not only meant, is made anew.
_TO_DO = "initial"
_FAILED = {"state": _TO_DO, "subState": "workbench:machine"}


class Walker(xliffs.Walker):
    """Finds the places of a file, and writes what stands for them."""

    head = "xliff"
    target = "trgLang"

    def unit(self, unit: Element) -> Iterator[bitext.Place | Remark]:
        """Yield the segments of a unit, and write what stands for them."""
        scope = self._scopes[-1].within(unit)
        if not scope.translate:
            return
        codes = _natives(unit)
        for segment in unit.children("segment"):
            source = segment.child("source")
            if source is not None:
                yield from self._segment(unit, segment, source, scope, codes)

    def _segment(
        self,
        unit: Element,
        segment: Element,
        source: Element,
        scope: Scope,
        codes: Mapping[str, str],
    ) -> Iterator[bitext.Place]:
        target = segment.child("target")
        within = scope.within(source)
        pieces = self._pieces(source, within, codes)
        said = plain(self._pieces(target, within, codes)).strip() if target else ""
        kept = "" if segment.get("state") == _TO_DO else said
        if kept:
            bitext.check_target(self._file.name, scope.target, self._reading)
        else:
            self.tally.look(pieces)
        coded = compose(pieces, escape)
        if coded is None:
            return
        where = place_of(unit, segment.get("id"))
        place = bitext.Place(coded.block(where, bitext.match_language(scope.source), kept))
        yield place
        if place.answer:
            words = coded.render(place.answer, escape)
            self._file.set(segment, _FAILED if place.answer.failed else _DONE)
            if target is None:
                add_target(self._file, segment, source.end, words, {})
            else:
                self._file.fill(target, words, {})

    def _pieces(self, element: Element, scope: Scope, codes: Mapping[str, str]) -> list[Piece]:
        held: set[str] = set()

        def judge(inner: Element) -> Verdict:
            kind, said = _judge(inner, codes)
            if inner.name == "sm" and inner.get("translate") == "no":
                held.add(said)
            return kind, said

        raw, wrapped = self._file.raw, not scope.preserve
        pieces = list(pieces_of(element, raw, judge, escape, wrapped=wrapped))
        for said in held:
            pieces = _held(pieces, said)
        return pieces


def _held(pieces: list[Piece], said: str) -> list[Piece]:
    """Return the pieces with all from an open one to its close as one literal."""
    ends = [n for n, piece in enumerate(pieces) if piece.name.endswith(f" {said}")]
    if len(ends) != 2:
        return pieces
    first, last = ends[0], ends[1] + 1
    inner = pieces[first:last]
    raw = "".join(piece.raw for piece in inner)
    return [*pieces[:first], Piece("literal", plain(inner), raw, words=PLACEHOLDER), *pieces[last:]]


def _natives(unit: Element) -> dict[str, str]:
    """Return the native code of the inline codes of a unit by the id of the data."""
    data = unit.child("originalData")
    return {each.get("id"): each.text for each in (data.children("data") if data else ())}


def _judge(element: Element, codes: Mapping[str, str]) -> Verdict:
    """Say what an inline element is; see workbench.formats.coded."""
    name = element.name
    if name == "mrk" and element.get("translate") == "no":
        return "literal", element.text
    if name in ("pc", "mrk"):
        return "pair", ""
    if name in _OPEN:
        return "open", f"{name[1:]} {element.get('id')}"
    if name in _CLOSE:
        return "close", f"{name[1:]} {element.get('startRef') or element.get('id')}"
    if name == "ph":
        return native(codes.get(element.get("dataRef")) or element.get("equiv"))
    return "point", ""
