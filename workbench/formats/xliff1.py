"""XLIFF 1.0 to 1.2. Source of the format: "XLIFF Version 1.2", OASIS Standard, 2008.

A translation that is written has state "needs-review-translation" and state-qualifier
"mt-suggestion"; one in which a sentence failed has state "needs-translation".
"""

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.formats import Remark, bitext, xliffs
from workbench.formats.coded import Coded, Piece, Verdict, compose, native, pieces_of, plain
from workbench.formats.xliffs import Scope, add_target, place_of
from workbench.formats.xml import Element, escape

UNIT = "trans-unit"
_PAIRS = frozenset({"g", "mrk"})
_OPEN = frozenset({"bpt", "bx"})
_CLOSE = frozenset({"ept", "ex"})
# A target in one of these states is made anew.
_TO_DO = frozenset({"new", "needs-translation"})
_DONE = {"state": "needs-review-translation", "state-qualifier": "mt-suggestion"}
_FAILED = {"state": "needs-translation", "state-qualifier": ""}
_APPROVED = Remark("Approved units without a translation, left as they are: {}.", lost=True)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A source text, what is said of it, and the element that has its translation, if any."""

    source: Element
    coded: Coded
    target: Element | None
    kept: str


class Walker(xliffs.Walker):
    """Finds the places of a file, and writes what stands for them."""

    head = "file"
    target = "target-language"

    def unit(self, unit: Element) -> Iterator[bitext.Place | Remark]:
        """Yield the segments of a unit, and write what stands for them."""
        scope = self._scopes[-1].within(unit)
        source = unit.child("source")
        if source is None or not scope.translate:
            return
        self._check(unit, scope)
        target = unit.child("target")
        approved = unit.get("approved") == "yes"
        redo = target is not None and target.get("state") in _TO_DO and not approved
        if approved and (target is None or not target.text.strip()):
            self.tally.add(_APPROVED)
            return
        # Marks of segments in the target say how far it is translated; without them it is whole.
        whole = target is not None and target.text.strip() and not _marks(target)
        shell = source if whole else unit.child("seg-source") or source
        segments = list(self._segments(shell, target, redo, scope.within(source)))
        language = bitext.match_language(scope.source)
        places = [
            bitext.Place(row.coded.block(place_of(unit, row.source.get("mid")), language, row.kept))
            for row in segments
        ]
        yield from places
        if any(p.answer for p in places):
            self._write(unit, shell, target, list(zip(segments, places, strict=True)))

    def _check(self, unit: Element, scope: Scope) -> None:
        target = unit.child("target")
        if target is not None and target.text.strip() and target.get("state") not in _TO_DO:
            told = target.lang or scope.target
            bitext.check_target(self._file.name, told, self._reading)

    def _segments(
        self, shell: Element, target: Element | None, redo: bool, scope: Scope
    ) -> Iterator[_Segment]:
        marks = _marks(shell)
        there = {mark.get("mid"): mark for mark in _marks(target)} if target and marks else {}
        for source in marks or [shell]:
            pieces = self._pieces(source, scope)
            into = there.get(source.get("mid")) if marks else target
            said = plain(self._pieces(into, scope)).strip() if into else ""
            if not said or redo:
                self.tally.look(pieces)
                bitext.count_subflows(self.tally, source)
            coded = compose(pieces, escape)
            if coded is None:
                continue
            yield _Segment(source, coded, into, "" if redo else said)

    def _pieces(self, element: Element, scope: Scope) -> list[Piece]:
        raw, wrapped = self._file.raw, not scope.preserve
        return list(pieces_of(element, raw, _judge, escape, wrapped=wrapped))

    def _write(
        self,
        unit: Element,
        shell: Element,
        target: Element | None,
        rows: list[tuple[_Segment, bitext.Place]],
    ) -> None:
        """Write the target of a unit in which a segment has none yet."""
        failed = any(p.answer.failed for _, p in rows if p.answer)
        words = self._inner(shell, rows)
        values = _FAILED if failed else _DONE
        if target is None:
            behind = (unit.child("seg-source") or unit.child("source") or shell).end
            add_target(self._file, unit, behind, words, values)
            return
        if target.lang and not bitext.same(target.lang, self._reading.target):
            values = {**values, "xml:lang": self._reading.target}
        self._file.fill(target, words, values)

    def _inner(self, shell: Element, rows: list[tuple[_Segment, bitext.Place]]) -> str:
        """Return the content of a target: that of its source with every segment put in."""
        raw, at = self._file.raw, shell.inner
        parts = []
        for segment, place in rows:
            if place.answer:
                words = segment.coded.render(place.answer, escape)
            elif segment.target:
                words = raw(segment.target.inner, segment.target.close)
            else:
                continue
            parts += [raw(at, segment.source.inner), words]
            at = segment.source.close
        return "".join([*parts, raw(at, shell.close)])


def _marks(element: Element | None) -> list[Element]:
    """Return the marks of the segments of an element."""
    return [
        part
        for part in (element.walk() if element else ())
        if not isinstance(part, str) and part.name == "mrk" and part.get("mtype") == "seg"
    ]


def _judge(element: Element) -> Verdict:
    """Say what an inline element is; see workbench.formats.coded."""
    name = element.name
    if name == "mrk" and element.get("mtype") == "protected":
        return "literal", element.text
    if name in _PAIRS:
        return "pair", ""
    if name in _OPEN | _CLOSE:
        return "open" if name in _OPEN else "close", element.get("rid") or element.get("id")
    return native(element.get("equiv-text") or element.text)
