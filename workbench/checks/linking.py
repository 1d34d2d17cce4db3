"""Links the names of two texts by what they name, by identity, by sound, and by elimination."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.checks.gazetteer import english, forms
from workbench.checks.mentions import Mention, Part, Reading, joined, read_names
from workbench.checks.sounds import distance, weight
from workbench.types import Match, Span

_CLOSE = ((1.6, 0.16), (2.6, 0.2), (99.0, 0.28))  # sounds up to a weight are one up to a distance
_SPELT = 0.18  # whole names of several parts are one up to this distance
_PERHAPS = 0.42  # two names left over are one up to this distance: a reading may be unknown
_ALIKE = 0.4  # share of equal phonemes below which no distance is computed
_TRIED = 6  # windows whose distance is computed, the likest first
_WAYS = 8  # ways in which a part may sound that are tried

_LETTERS = {"C": "ch", "X": "th"}


@dataclass(frozen=True, slots=True)
class LinkedName:
    """A name of the source and its rendering; None where a side has none. value is in Latin."""

    kind: str
    match: Match
    source: Span | None
    target: Span | None
    value: str


@dataclass(frozen=True, slots=True)
class _Side:
    """A text as one side of a link: its language, and its windows by their sounds."""

    text: str
    language: str
    mentions: tuple[Mention, ...]
    sounds: tuple[str, ...]
    windows: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A mention and where each of its parts is in the other text."""

    mention: Mention
    spans: tuple[Span | None, ...]

    @property
    def found(self) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if span)


def link(
    source: str, source_language: str, target: str, language: str
) -> tuple[LinkedName, ...]:
    """Return the names of the source in order with their renderings, then those only of the target.

    Names that either text does not surely use as names are left out where they have no link.
    """
    ours, theirs = _side(source, source_language), _side(target, language)
    links = [_find(mention, ours, theirs) for mention in ours.mentions]
    taken = [span for one in links for span in one.found]
    back = [_find_back(mention, theirs, ours, taken) for mention in theirs.mentions]
    linked, lost = [], []
    for one in links:
        if one.found:
            linked.append(_linked(one, back, ours, theirs))
        else:
            lost.append(one.mention)
    loose = [one.mention for one in back if not one.found]
    linked.extend(_left(lost, loose, ours, theirs))
    linked.extend(_reversed(back, links, taken, ours, theirs))
    return tuple(sorted(linked, key=lambda name: (name.source is None, name.source or name.target)))


@lru_cache(maxsize=256)
def _side(text: str, language: str) -> _Side:
    reading = read_names(text, language)
    pairs = [(sound, window) for window in reading.windows for sound in window.sounds]
    return _Side(
        text,
        language.split("-")[0],
        reading.mentions,
        tuple(sound for sound, _ in pairs),
        tuple(window for _, window in pairs),
    )


def _find(mention: Mention, own: _Side, other: _Side) -> _Link:
    """Return where the parts of a mention are in the other text."""
    count = len(mention.parts)
    span = _placed(mention, other) or _same(mention, own, other)
    if span:
        return _Link(mention, (span,) * count)
    spans = tuple(_heard(part.sounds, other) for part in mention.parts)
    if not all(spans) and count > 1:
        whole = _heard(joined(mention.parts), other)
        spans = (whole,) * count if whole and not any(spans) else spans
    return _Link(mention, spans)


def _placed(mention: Mention, other: _Side) -> Span | None:
    if mention.place is None:
        return None
    for form in forms(mention.place, other.language):
        edge = r"(?<![A-Za-z])" if other.language == "en" else ""
        after = r"(?![A-Za-z])" if other.language == "en" and len(form) < 6 else ""
        match = re.search(edge + re.escape(form) + after, other.text)
        if match:
            return match.span()
    return None


def _same(mention: Mention, own: _Side, other: _Side) -> Span | None:
    """Return where the very letters are: acronyms, names in Latin or kanji."""
    name = own.text[mention.start : mention.end]
    place = other.text.find(name) if len(name) > 1 else -1
    return (place, place + len(name)) if place >= 0 else None


def _heard(ways: Sequence[str], other: _Side) -> Span | None:
    """Return the window that sounds most like one of the ways, if one is close enough."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    best: tuple[float, int] = (1.0, 0)
    for way in ways[:_WAYS]:
        near = process.extract(
            way, other.sounds, scorer=Levenshtein.normalized_similarity,
            score_cutoff=_ALIKE, limit=_TRIED,
        )  # fmt: skip
        for sound, _, index in near:
            far = distance(way, sound)
            if far <= _limit(way) and (far, index) < best:
                best = (far, index)
    if best[0] == 1.0:
        return None
    window = other.windows[best[1]]
    return window.start, window.end


def _limit(sound: str) -> float:
    size = weight(sound)
    return next(limit for most, limit in _CLOSE if size <= most)


def _find_back(mention: Mention, own: _Side, other: _Side, taken: Sequence[Span]) -> _Link:
    """Return where a mention of the target is in the source; parts that links took are found."""
    spans = [
        next((s for s in taken if s[0] < part.end and part.start < s[1]), None)
        for part in mention.parts
    ]
    if all(spans):
        return _Link(mention, tuple(spans))
    again = _find(mention, own, other)
    return _Link(mention, tuple(a or b for a, b in zip(spans, again.spans, strict=True)))


def _linked(one: _Link, back: Sequence[_Link], ours: _Side, theirs: _Side) -> LinkedName:
    """Return a mention that was found; a part that became another makes it changed."""
    span = min(s[0] for s in one.found), max(s[1] for s in one.found)
    if max(span[1] - span[0], 0) > 60:
        span = one.found[0]
    match: Match = "matched"
    if not all(one.spans):
        other = next((b for b in back if _meets(b.mention, one.found) and not all(b.spans)), None)
        if other and _apart(one.mention, other.mention) > _SPELT:
            match, span = "changed", (other.mention.start, other.mention.end)
    return _name(one.mention, match, span, ours, theirs)


def _meets(mention: Mention, spans: Sequence[Span]) -> bool:
    return any(start < mention.end and mention.start < end for start, end in spans)


def _left(
    lost: Sequence[Mention], loose: list[Mention], ours: _Side, theirs: _Side
) -> Iterator[LinkedName]:
    """Yield the names without a link: each with the likeliest name left over, or missing."""
    rest = list(loose)
    for mention in sorted(lost, key=lambda m: not m.sure):
        place = mention.start / len(ours.text)
        fit = [m for m in rest if _fits(mention, m)]
        other = min(fit, key=lambda m: abs(m.start / len(theirs.text) - place), default=None)
        if other:
            rest.remove(other)
            match: Match = "matched" if _apart(mention, other) <= _PERHAPS else "changed"
            yield _name(mention, match, (other.start, other.end), ours, theirs)
        elif mention.sure:
            yield _name(mention, "missing", None, ours, theirs)
    for mention in rest:
        if mention.sure:
            yield _name(mention, "extra", (mention.start, mention.end), ours, theirs)


def _fits(ours: Mention, theirs: Mention) -> bool:
    kinds = {ours.kind, theirs.kind}
    if "organisation" in kinds or not (ours.sure and theirs.sure):
        return _apart(ours, theirs) <= _PERHAPS or _is_person(ours, theirs)
    return (ours.sure or theirs.sure) and (len(kinds) == 1 or "name" in kinds)


def _is_person(ours: Mention, theirs: Mention) -> bool:
    """Tell two names of which one surely is a person and the other may well be."""
    kinds = {m.kind: m.sure for m in (ours, theirs)}
    return bool(kinds.get("person")) and set(kinds) <= {"person", "name"}


def _apart(ours: Mention, theirs: Mention) -> float:
    pairs = ((a, b) for a in joined(ours.parts) for b in joined(theirs.parts))
    return min((distance(a, b) for a, b in pairs), default=1.0)


def _reversed(
    back: Sequence[_Link], links: Sequence[_Link], taken: Sequence[Span], ours: _Side, theirs: _Side
) -> Iterator[LinkedName]:
    """Yield the names that only the reader of the target saw, where the source has them too."""
    seen = [(m.mention.start, m.mention.end) for m in links if m.found]
    for one in back:
        mention = one.mention
        if one.found and not _meets(mention, taken) and not _meets_any(one.found, seen):
            span = one.found[0]
            value = _value(mention, theirs)
            yield LinkedName(mention.kind, "matched", span, (mention.start, mention.end), value)


def _meets_any(spans: Sequence[Span], seen: Sequence[Span]) -> bool:
    return any(a < d and c < b for a, b in spans for c, d in seen)


def _name(
    mention: Mention, match: Match, span: Span | None, ours: _Side, theirs: _Side
) -> LinkedName:
    own = None if match == "extra" else (mention.start, mention.end)
    side = theirs if match == "extra" else ours
    value = _value(mention, side)
    if match == "matched" and span and theirs.language == "en" and mention.place is None:
        value = theirs.text[slice(*span)]
    return LinkedName(mention.kind, match, own, span, value)


def _value(mention: Mention, side: _Side) -> str:
    """Return a name in Latin letters: as written, as the gazetteer has it, or as it sounds."""
    if mention.place is not None:
        return english(mention.place)
    if side.language == "en":
        return side.text[mention.start : mention.end]
    return " ".join(spelled(part.sounds[0]) for part in mention.parts if part.sounds)


def spelled(sound: str) -> str:
    """Return a sound in plain letters: TaNaKa is Tanaka."""
    return "".join(_LETTERS.get(phoneme, phoneme.lower()) for phoneme in sound).capitalize()
