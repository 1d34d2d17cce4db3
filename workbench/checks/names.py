"""Links every name of the source to its rendering, and lists names rendered in several ways."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from workbench.checks.gazetteer import is_place
from workbench.checks.linking import LinkedName, link
from workbench.checks.mentions import readable
from workbench.checks.registry import Pair, document_check, ledger
from workbench.types import Entry, Finding, Severity

_MOST = 20  # names of one segment; more of them say nothing new
_LONGEST = 5_000  # characters; no sentence is that long
_WIDEST = 40  # characters of a name by whose ends it is found
# What the readers of a language take for granted: 国内, 우리나라.
_HOMES = {
    "ja": frozenset({"Japan"}),
    "ko": frozenset({"South Korea"}),
}
_ADJECTIVES = frozenset({"Japanese", "Chinese", "English"})
_CHANGED, _CUT, _EXTRA, _SEVERAL = 0.8, 0.5, 0.3, 0.5  # how often such a doubt is right
_MISSING = {"major": 0.6, "minor": 0.4}
_BETWEEN = re.compile(r"[\s・·=＝-]+")
_POSSESSIVE = re.compile(r"['’]s?$")


@ledger("names")
@lru_cache(maxsize=64)
def name_entries(pair: Pair) -> tuple[Entry, ...]:
    """Return every name of the source with its rendering, then the names only the target has.

    () where a language has no reader of names, or a text is over 5,000 characters.
    """
    languages = (pair.source_language, pair.language)
    if not all(map(readable, languages)) or max(len(pair.source), len(pair.target)) > _LONGEST:
        return ()
    linked = link(pair.source, languages[0], pair.target, languages[1])
    return tuple(_entry(pair, name) for name in linked)


def _entry(pair: Pair, name: LinkedName) -> Entry:
    return Entry(
        "names",
        name.kind,
        pair.segment.id,
        pair.language,
        name.match,
        pair.source[slice(*name.source)] if name.source else "",
        name.source,
        pair.target[slice(*name.target)] if name.target else "",
        name.target,
        name.value,
    )


@document_check("names")
def check_names(pairs: Sequence[Pair], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield names that became another (critical for a person), are gone (major) or new (minor).

    No doubt, though the ledger has it: a home country that is only not named again (国内,
    우리나라), a person whom one side calls she or the doctor, and a name that the target
    gives again, where another segment has the name on both sides.
    """
    known = _known(entries)
    by_id = _by_segment(entry for entry in entries if entry.ledger == "names")
    for pair in pairs:
        named = by_id.get(pair.segment.id, ())
        open_ = [entry for entry in named if entry.match != "matched"]
        for entry in [e for e in open_ if not _is_told(e, known, pair)][:_MOST]:
            yield _doubt(pair, entry)


def _by_segment(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.segment_id, []).append(entry)
    return found


def _known(entries: Iterable[Entry]) -> frozenset[str]:
    """Return the words of the names that some segment has on both sides."""
    found: set[str] = set()
    for entry in entries:
        if entry.ledger == "names" and entry.match == "matched":
            for name in (entry.source, _plain(entry.target)):
                found |= {name, entry.value, *(word for word in _words(name) if len(word) > 1)}
    return frozenset(found)


def _is_told(entry: Entry, known: frozenset[str], pair: Pair) -> bool:
    """Tell a name that is only told otherwise, or told again."""
    if entry.match == "changed" or (entry.source and entry.target):
        return False
    if _ADJECTIVES & {entry.source, entry.target}:
        return True  # Japanese paper is 和紙
    if entry.value in _homes(pair, entry):
        return True
    if entry.match == "missing" and is_place(entry.value):
        return False
    words = _plain(entry.source or entry.target)
    return words in known or any(word in known for word in _words(words) if len(word) > 1)


def _doubt(pair: Pair, entry: Entry) -> Finding:
    named = _name(entry)
    if entry.match == "changed":
        return _changed(pair, entry)
    if entry.match == "extra":
        message = f"The name {named} of the target is not in the source: check where it is from."
        return pair.doubt("names", "minor", message, entry.target_span, _EXTRA)
    if entry.target:
        message = f"Of the name {named} only {entry.target} is in the target: check it."
        return pair.doubt("names", "minor", message, entry.target_span, _CUT)
    message = f"The name {named} of the source is not in the target: check who is meant."
    severity: Severity = "minor" if is_place(entry.value) else "major"
    return pair.doubt("names", severity, message, None, _MISSING[severity])


def _homes(pair: Pair, entry: Entry) -> frozenset[str]:
    """Return the countries that go without saying for the readers of the side that has no name.

    English has no home of its own: there the other language's counts.
    """
    ours, theirs = (code.split("-")[0] for code in (pair.source_language, pair.language))
    silent, other = (theirs, ours) if entry.match == "missing" else (ours, theirs)
    return _HOMES.get(other if silent == "en" else silent, frozenset())


def _changed(pair: Pair, entry: Entry) -> Finding:
    message = (
        f"The name {_name(entry)} of the source is {entry.target} in the target, which sounds "
        "otherwise: check that both are one name."
    )
    severity: Severity = "critical" if entry.kind == "person" else "major"
    return pair.doubt("names", severity, message, entry.target_span, _CHANGED)


def _name(entry: Entry) -> str:
    """Return the words with their Latin form: 田中 (Tanaka)."""
    words = entry.source or entry.target
    return words if words == entry.value else f"{words} ({entry.value})"


@document_check("name-consistency")
def check_consistency(pairs: Sequence[Pair], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Yield one finding (minor) per name of the source that the target renders in several ways.

    Particles, titles, spacing, order and one part of a full name are no other rendering.
    """
    language = pairs[0].language if pairs else ""
    spans = {(e.segment_id, _plain(e.target)): e.target_span for e in reversed(entries) if e.target}
    for name, ways in renderings(entries).items():
        if len(ways) < 2:
            continue
        usual = max(ways, key=lambda way: len(ways[way]))
        other = next(way for way in ways if way != usual)
        told = "; ".join(f"{way} ({', '.join(ids[:_MOST])})" for way, ids in ways.items())
        message = f"The name {name} is rendered in {len(ways)} ways: {told}. Choose one of them."
        segment = ways[other][0]
        span = spans.get((segment, other))
        yield Finding("name-consistency", "minor", segment, language, message, span, _SEVERAL)


def renderings(entries: Iterable[Entry]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return how each name of the source is rendered: name, rendering, ids of the segments.

    Names that are part of a full name of the document stand under it (呉 under 呉青成), renderings
    under the fullest that has their words; both in the order of the document. Places of the
    gazetteer are left out: 米国, American and U.S. are all right.
    """
    told = [e for e in entries if e.ledger == "names" and e.source and e.target]
    told = [e for e in told if e.match in {"matched", "changed"} and not is_place(e.value)]
    names = full_names(e.source for e in told)
    found: dict[str, dict[str, list[str]]] = {}
    for entry in told:
        ways = found.setdefault(names[entry.source], {})
        ids = ways.setdefault(_plain(entry.target), [])
        if entry.segment_id not in ids:
            ids.append(entry.segment_id)
    return {name: _gathered(ways) for name, ways in found.items()}


def full_names(names: Iterable[str]) -> dict[str, str]:
    """Return for each name the full name that it is a part of: 呉 of 呉青成.

    A part of several full names is nobody's in particular, and stands for itself.
    """
    full: dict[str, str] = {}
    known = _Wholes()
    for name in sorted(dict.fromkeys(names), key=len, reverse=True):
        wholes = known.of(name)
        full[name] = wholes[0] if len(wholes) == 1 else name
        if full[name] == name:
            known.add(name)
    return full


class _Wholes:
    """Full names, found by their parts without a look at all of them, in the order of adding."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._order: dict[str, int] = {}

    def add(self, whole: str) -> None:
        """Take a name of which others may be parts."""
        self._order.setdefault(whole, len(self._order))
        words = _words(whole)
        joined = "".join(words)
        ends = range(1, min(len(joined), _WIDEST) + 1)
        keys = [("word", word) for word in words] + [("letters", "".join(sorted(joined)))]
        keys += [("start", joined[:end]) for end in ends] + [("end", joined[-end:]) for end in ends]
        for key in keys:
            self._found[key][whole] = None

    def of(self, name: str) -> list[str]:
        """Return the full names that a name is a part of."""
        words, plain = _words(name), name.casefold()
        keys = [("word", words[0]), ("letters", "".join(sorted("".join(words))))]
        keys += [("start", plain), ("start", words[0]), ("end", plain)]
        near = {whole for key in keys for whole in self._found.get(key, ())}
        return sorted((w for w in near if _is_part(name, w)), key=self._order.__getitem__)


def _gathered(ways: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the renderings with those that are a part of another under the fuller one."""
    full = _fullest(list(ways))
    found: dict[str, tuple[str, ...]] = {}
    for way, ids in ways.items():
        found[full[way]] = (*found.get(full[way], ()), *ids)
    return found


def _fullest(names: Sequence[str]) -> dict[str, str]:
    """Return for each name the longest of them with the same words, letters or sound."""
    full: dict[str, str] = {}
    known = _Wholes()
    for name in sorted(dict.fromkeys(names), key=len, reverse=True):
        full[name] = next(iter(known.of(name)), name)
        if full[name] == name:
            known.add(name)
    return full


def _is_part(name: str, whole: str) -> bool:
    """Tell whether a name is one of the words of another, whatever their order and spacing."""
    ours, theirs = _words(name), _words(whole)
    joined = "".join(theirs)
    spaced = set(ours) <= set(theirs) or "".join(sorted(ours)) == "".join(sorted(theirs))
    if name.isascii():
        return spaced or (len(name) > 2 and len(ours) == 1 and joined.startswith(ours[0]))
    return spaced or joined.startswith(name) or joined.endswith(name)


def _words(name: str) -> list[str]:
    return _BETWEEN.split(name.casefold())


def _plain(rendering: str) -> str:
    """Return a rendering without what is no part of a name: the possessive, and space."""
    return _POSSESSIVE.sub("", " ".join(rendering.split()))
