"""Links the names of two texts by what they name, by identity, by sound, and by elimination."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.checks.gazetteer import english, kind
from workbench.checks.mandarin import mandarin
from workbench.checks.mentions import Mention, Part, joined, read_names, read_windows
from workbench.checks.placing import find_place, is_ruled, stands_for
from workbench.checks.sounds import distance, folded, hangul, hanja, weight
from workbench.types import Match, Span

# Sounds up to a weight are one up to a distance.
_CLOSE = ((1.6, 0.15), (2.6, 0.16), (4.0, 0.19), (math.inf, 0.23))
_SPELT = 0.18  # whole names of several parts are one up to this distance
_ROUGH = 0.4  # share of that limit where the window does not look like a name
_STRICT = 0.7  # the same where no link is expected
_SLIGHT = 2.6  # weight up to which a sound that looks like no name is chance
_WORD = 2.0  # weight from which a sound is a word of its own
_LISTED = 0.1  # the same for a place whose names in both languages are known
_NEAR = 4  # characters between the parts of one name
_ANCHORS = 3  # parts of a name beside which the others are sought
_PERHAPS = 1.25  # the same where both names are left over: a reading may be unknown
_FAMILY = 0.35  # how far a family name of one sign may be from what stands before a given name
_OTHER = 0.28  # from which the parts of two names that are not linked are other names
_ALIKE = 0.55  # share of like phonemes below which no distance is computed
_TRIED = 16  # windows whose distance is computed, the likest first
_WAYS = 14  # ways in which a part may sound that are tried

_HAN = re.compile("[一-鿿]{2,}")
_LETTERS = {"C": "ch", "X": "th"}


@dataclass(frozen=True, slots=True)
class LinkedName:
    """A name of the source and its rendering; None where a side has none. value is in Latin.

    A missing name with a target is there in part: the given name or the family name.
    """

    kind: str
    match: Match
    source: Span | None
    target: Span | None
    value: str


@dataclass(frozen=True, slots=True)
class _Side:
    """A text as one side of a link: its language, its names, and how its other words sound."""

    text: str
    language: str
    mentions: tuple[Mention, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Windows:
    """Where names may stand in a text: one row per sound, with its folded form and its window."""

    sounds: tuple[str, ...]
    folds: tuple[str, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Link:
    """A mention and where each of its parts is in the other text."""

    mention: Mention
    spans: tuple[Span | None, ...]

    @property
    def found(self) -> tuple[Span, ...]:
        return tuple(span for span in self.spans if span)


def link(source: str, source_language: str, target: str, language: str) -> tuple[LinkedName, ...]:
    """Return the names of the source in order with their renderings, then those only of the target.

    Names that either text does not surely use as names are left out where they have no link.
    """
    ours, theirs = _side(source, source_language), _side(target, language)
    links = [_find(mention, ours, theirs) for mention in ours.mentions]
    taken = [span for one in links for span in one.found]
    back = [_find_back(mention, theirs, ours, taken) for mention in theirs.mentions]
    linked, lost = [], []
    capitals = "en" in (ours.language, theirs.language)
    seen = [(one.mention.start, one.mention.end) for one in links if one.found]
    for one in links:
        heard = next((b for b in back if _meets(one.mention, b.found)), None)
        if one.found:
            linked.append(_linked(one, back, ours, theirs))
        elif heard and not _meets(heard.mention, taken):
            same = one.mention.place is None or one.mention.place == heard.mention.place
            same = (
                same
                or heard.mention.place is None
                or stands_for(one.mention, heard.mention, capitals)
            )
            match: Match = "matched" if all(heard.spans) and same else "changed"
            span = (heard.mention.start, heard.mention.end)
            linked.append(_name(one.mention, match, span, ours, theirs))
            seen.append((one.mention.start, one.mention.end))
        elif not _is_word(one.mention, theirs):
            lost.append(one.mention)
    loose = [one.mention for one in back if not one.found]
    linked.extend(_left(lost, loose, ours, theirs))
    linked.extend(_reversed(back, seen, taken, ours, theirs))
    return tuple(sorted(linked, key=lambda name: (name.source is None, name.source or name.target)))


# Two thousand sentences: several systems on one text are read one after another.
@lru_cache(maxsize=2048)
def _side(text: str, language: str) -> _Side:
    reading = read_names(text, language)
    words = tuple(sound for word in reading.words for sound in word.sounds)
    return _Side(text, language.split("-")[0], reading.mentions, words)


@lru_cache(maxsize=256)
def _windows(text: str, language: str) -> _Windows:
    pairs = [(sound, part) for part in read_windows(text, language) for sound in part.sounds]
    sounds = tuple(sound for sound, _ in pairs)
    return _Windows(sounds, tuple(map(folded, sounds)), tuple(part for _, part in pairs))


def _find(mention: Mention, own: _Side, other: _Side, factor: float = 1.0) -> _Link:
    """Return where the parts of a mention are in the other text.

    factor makes the limit of what sounds alike stricter. Parts that are far apart in the other
    text are not one name: the weightier stays.
    """
    count = len(mention.parts)
    span = find_place(mention, other.text, other.language) or _same(mention, own, other)
    if span:
        return _Link(mention, (span,) * count)
    if mention.place is not None:
        whole = _heard(joined(mention.parts)[:1], other, min(factor, _LISTED))
        named = whole is not None and any(_meets(m, (whole,)) for m in _places(other))
        return _Link(mention, (None if named else whole,) * count)
    heard = [_heard(part.sounds[:_WAYS], other, factor) for part in mention.parts]
    spans = _with_family(mention, _together(mention, heard, other), other)
    if not any(spans) and count > 1:
        whole = _heard(joined(mention.parts), other, min(factor, _STRICT))
        spans = (whole,) * count
    return _Link(mention, spans)


def _places(side: _Side) -> Iterator[Mention]:
    """Yield the places of the gazetteer that a text names; no other place may sound like them."""
    return (mention for mention in side.mentions if mention.place is not None)


def _together(
    mention: Mention, spans: Sequence[Span | None], other: _Side
) -> tuple[Span | None, ...]:
    """Return the spans near the one of the weightiest part; what is elsewhere is sought there."""
    sizes = [weight(part.sounds[0]) if part.sounds else 0.0 for part in mention.parts]
    ranked = sorted((place for place, span in enumerate(spans) if span), key=lambda p: -sizes[p])
    tried = [_near(mention, spans, anchor, other) for anchor in ranked[:_ANCHORS]]
    return max(tried, key=lambda found: sum(map(bool, found)), default=tuple(spans))


def _near(
    mention: Mention, spans: Sequence[Span | None], anchor: int, other: _Side
) -> tuple[Span | None, ...]:
    """Return the spans of the parts near one of them; a part that is elsewhere may be there too."""
    start, end = spans[anchor] or (0, 0)
    area = (start - _NEAR, end + _NEAR)
    found: list[Span | None] = []
    for part, span in zip(mention.parts, spans, strict=True):
        here = span is not None and span[0] < area[1] and area[0] < span[1]
        again = span is not None and not here
        found.append(_heard(part.sounds, other, area=area) if again else span)
    return tuple(found)


def _with_family(
    mention: Mention, spans: tuple[Span | None, ...], other: _Side
) -> tuple[Span | None, ...]:
    """Return the spans with a one-sign family name before the given name: 한미옥, 全スクヒ."""
    if len(spans) < 2 or spans[0] or not spans[1] or not spans[1][0]:
        return spans
    start = spans[1][0]
    char = other.text[start - 1]
    sound = hangul(char) or hangul(hanja(char))
    if not sound or not any(distance(way, sound) <= _FAMILY for way in mention.parts[0].sounds):
        return spans
    return ((start - 1, start), *spans[1:])


def _same(mention: Mention, own: _Side, other: _Side) -> Span | None:
    """Return where the very letters are: acronyms, names in Latin or kanji."""
    name = own.text[mention.start : mention.end]
    place = other.text.find(name) if len(name) > 1 else -1
    return (place, place + len(name)) if place >= 0 else None


def _heard(
    ways: Sequence[str], other: _Side, factor: float = 1.0, area: Span | None = None
) -> Span | None:
    """Return the window that sounds most like one of the ways, if one is close enough.

    Of an area only the windows that touch it are looked at.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    windows = _windows(other.text, other.language)
    best: tuple[float, int] = (1.0, 0)
    for way in ways:
        near = process.extract(
            folded(way), windows.folds, scorer=Levenshtein.normalized_similarity,
            score_cutoff=_ALIKE, limit=_TRIED,
        )  # fmt: skip
        for _, _, index in near:
            far = distance(way, windows.sounds[index])
            if area and not _touches(windows.parts[index], area):
                continue
            rough = _ROUGH if windows.parts[index].rough else 1.0
            if rough < 1.0 and weight(way) <= _SLIGHT:
                continue
            if far <= _limit(way) * min(factor, rough) and (far, index) < best:
                best = (far, index)
    if best[0] == 1.0:
        return None
    window = windows.parts[best[1]]
    return window.start, window.end


def _touches(window: Part, area: Span) -> bool:
    return window.start < area[1] and area[0] < window.end


def _is_word(mention: Mention, other: _Side) -> bool:
    """Tell a loan word: クラス is class, in small letters."""
    return all(_is_among(part.sounds[:2], other.words) for part in mention.parts)


def _is_among(ways: Sequence[str], words: Sequence[str]) -> bool:
    heavy = [way for way in ways if weight(way) > _SLIGHT]
    return any(distance(way, word) <= _limit(way) * _STRICT for way in heavy for word in words)


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
    if any(spans):
        return _Link(mention, tuple(spans))
    return _find(mention, own, other, _STRICT)


def _linked(one: _Link, back: Sequence[_Link], ours: _Side, theirs: _Side) -> LinkedName:
    """Return a mention that was found; a part that became another makes it changed."""
    span = min(s[0] for s in one.found), max(s[1] for s in one.found)
    if max(span[1] - span[0], 0) > 60:
        span = one.found[0]
    match: Match = "matched"
    if not all(one.spans):
        other = next((b for b in back if _meets(b.mention, one.found) and not all(b.spans)), None)
        beside = next((b for b in back if not b.found and _is_beside(b, span, theirs)), None)
        chinese = _family(one.mention, ours) or mandarin(theirs.text[span[0]])
        if chinese and other is None and beside is None:
            return _name(one.mention, "matched", span, ours, theirs)
        if other and _are_others(one, other):
            match, span = "changed", (other.mention.start, other.mention.end)
        elif beside and one.mention.place is None:
            ends = beside.mention.start, beside.mention.end
            match, span = "changed", (min(span[0], ends[0]), max(span[1], ends[1]))
        elif other is None and _is_cut(one):
            match = "missing"
    elif one.mention.place is None and (longer := _longer(one, back, ours)):
        match, span = "changed", (longer.start, longer.end)
    return _name(one.mention, match, span, ours, theirs)


def _longer(one: _Link, back: Sequence[_Link], ours: _Side) -> Mention | None:
    """Return the full name of a person that the other text makes of a name, if it is no such name.

    西田フミ is Fumi Nishida though the reader saw only フミ; Fumi Buenos is somebody else.
    """
    for link in back:
        mention = link.mention
        if mention.kind == "person" and _meets(mention, one.found) and _is_new(link, ours):
            return mention
    return None


def _is_new(link: _Link, ours: _Side) -> bool:
    """Tell whether a word of a name that is found in part sounds like nothing of the source."""
    parts = zip(link.mention.parts, link.spans, strict=True)
    new = [part for part, span in parts if not span and part.sounds]
    heavy = [part for part in new if weight(part.sounds[0]) >= _WORD]
    return link.mention.sure and any(not _heard(part.sounds, ours, _PERHAPS) for part in heavy)


def _is_beside(link: _Link, span: Span, side: _Side) -> bool:
    """Tell whether a name stands next to a span as a part of one name would."""
    start, end = link.mention.start, link.mention.end
    gap = side.text[span[1] : start] if start >= span[1] else side.text[end : span[0]]
    return link.mention.sure and len(gap) < 2 and not gap.strip(" ・-")


def _are_others(ours: _Link, theirs: _Link) -> bool:
    """Tell whether what is not linked of two names that share a part is no other spelling of it."""
    lost, new = (
        [p for p, span in zip(one.mention.parts, one.spans, strict=True) if not span]
        for one in (ours, theirs)
    )
    pairs = [(a, b) for a in joined(lost, 4) for b in joined(new, 4)]
    near = min((distance(a, b) for a, b in pairs), default=1.0)
    return near > _OTHER and _apart(ours.mention, theirs.mention) > _SPELT / 2


def _is_cut(one: _Link) -> bool:
    """Tell whether a whole word of a person's full name is gone."""
    gone = [p for p, span in zip(one.mention.parts, one.spans, strict=True) if not span]
    heavy = all(p.sounds and weight(p.sounds[0]) >= _WORD for p in gone)
    return one.mention.sure and one.mention.kind == "person" and heavy


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
            same = _may_be(mention, other) or _is_chinese(mention, ours, other, theirs)
            same = same or stands_for(mention, other, "en" in (ours.language, theirs.language))
            match: Match = "matched" if same else "changed"
            yield _name(mention, match, (other.start, other.end), ours, theirs)
        elif mention.sure:
            yield _name(mention, "missing", None, ours, theirs)
    for mention in rest:
        if mention.sure and not is_ruled(mention, ours.mentions):
            yield _name(mention, "extra", (mention.start, mention.end), ours, theirs)


def _fits(ours: Mention, theirs: Mention) -> bool:
    kinds = {ours.kind, theirs.kind}
    if kinds == {"place"}:
        return True
    if "organisation" in kinds or not (ours.sure and theirs.sure):
        return _may_be(ours, theirs) or _is_person(ours, theirs) or _is_put(ours, theirs)
    return (ours.sure or theirs.sure) and (len(kinds) == 1 or "name" in kinds)


def _may_be(ours: Mention, theirs: Mention) -> bool:
    """Tell whether two names left over may be one, though they do not sound quite alike."""
    known = ours.place is not None or theirs.place is not None
    far = _apart(ours, theirs)
    ways = joined(ours.parts) or ("",)
    return far <= _limit(ways[0]) * (_ROUGH if known else _PERHAPS)


def _is_put(ours: Mention, theirs: Mention) -> bool:
    """Tell a place that nothing of the source names beside a word that may well be a name."""
    heavy = bool(ours.parts[0].sounds) and weight(ours.parts[0].sounds[0]) > _SLIGHT
    return theirs.sure and theirs.place is not None and heavy and ours.kind != "organisation"


def _is_chinese(ours: Mention, own: _Side, theirs: Mention, other: _Side) -> bool:
    """Tell two forms of a Chinese name by the family name alone: 林柏宇 is Lin Po-yu, 린보위."""
    for written, side, heard in ((ours, own, theirs), (theirs, other, ours)):
        family = _family(written, side)
        if family and written.end - written.start < 5:
            heads = [sound for part in heard.parts for sound in part.sounds[:2]]
            size = len(family) + 1
            if any(
                distance(family, head[:n]) <= _FAMILY for head in heads for n in (size - 1, size)
            ):
                return True
    return False


def _family(mention: Mention, side: _Side) -> str:
    """Return the sound of a Chinese family name before a given name that no list has."""
    name = side.text[mention.start : mention.end]
    return mandarin(name[0]) if _HAN.fullmatch(name) and not mandarin(name) else ""


def _is_person(ours: Mention, theirs: Mention) -> bool:
    """Tell two names of which one surely is a person and the other may well be."""
    kinds = {m.kind: m.sure for m in (ours, theirs)}
    return bool(kinds.get("person")) and set(kinds) <= {"person", "name"}


def _apart(ours: Mention, theirs: Mention) -> float:
    pairs = ((a, b) for a in joined(ours.parts, 4) for b in joined(theirs.parts, 4))
    return min((distance(a, b) for a, b in pairs), default=1.0)


def _reversed(
    back: Sequence[_Link], seen: Sequence[Span], taken: Sequence[Span], ours: _Side, theirs: _Side
) -> Iterator[LinkedName]:
    """Yield the names that only the reader of the target saw, where the source has them too."""
    for one in back:
        mention = one.mention
        if one.found and not _meets(mention, taken) and not _meets_any(one.found, seen):
            span = one.found[0]
            # Of katakana and Hangul only a title tells a name from other words.
            named = theirs.language == "en" or mention.kind == "person"
            match: Match = "changed" if named and _is_new(one, ours) else "matched"
            ends = (mention.start, mention.end)
            yield LinkedName(mention.kind, match, span, ends, _value(mention, theirs))


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
    sort = mention.kind if mention.place is None else kind(mention.place)
    return LinkedName(sort, match, own, span, value)


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
