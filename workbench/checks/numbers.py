"""Keeps the ledger of numbers and raises doubts from it: 2,500万 is 25 million, 8割 80 percent."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from workbench.checks.numbers_links import Link, link
from workbench.checks.numbers_values import entry_kind, group_links, is_unit_change, neutral_value
from workbench.checks.quantities import Quantity
from workbench.checks.reading import READERS, read_numbers
from workbench.checks.registry import Pair, check, ledger
from workbench.checks.units import unit_end
from workbench.types import Entry, Finding, Severity, Span

_MOST = 20  # numbers of one segment that are named; more of them say nothing new
_LONGEST = 5_000  # characters; no sentence is that long
_MOST_COMPARED = 200  # numbers of one side; what has more is a table
_DIGITS = re.compile(r"(?<![0-9.])[0-9]{5,}")
_UNSAID = re.compile(r"^-+0*")
_SEVERITIES: dict[str, Severity] = {"missing": "major", "changed": "critical", "extra": "minor"}
_CONFIDENCE = {"missing": 0.8, "changed": 0.9, "extra": 0.6}


@ledger("numbers")
@lru_cache(maxsize=64)
def number_entries(pair: Pair) -> tuple[Entry, ...]:
    """Return the numbers of the source with their renderings, then those only the target has.

    A number that a translation may leave out (一つ, "the two") is listed where it has a rendering.
    Nothing is listed for a language without a reader, and for over 5,000 characters or 200 numbers.
    """
    if not _is_read(pair) or _is_too_long(pair):
        return ()
    found = group_links(link(*_numbers(pair)), pair.source)
    return tuple(_entry(pair, links) for links in found)


@check("numbers")
def check_numbers(pair: Pair) -> Iterator[Finding]:
    """Yield numbers that are missing (major), changed (critical) or without a source (minor)."""
    if not _is_read(pair):
        return
    if _is_too_long(pair):
        message = (
            f"The segment is over {_LONGEST:,} characters or {_MOST_COMPARED} numbers: "
            "its numbers were not compared; compare them by hand or cut the segment."
        )
        yield pair.doubt("numbers", "minor", message, confidence=0.1)
        return
    doubtful = [entry for entry in number_entries(pair) if entry.match != "matched"]
    for entry in doubtful[:_MOST]:
        confidence = _CONFIDENCE[entry.match]
        severity = _SEVERITIES[entry.match]
        yield pair.doubt("numbers", severity, _message(entry), entry.target_span, confidence)


def _is_read(pair: Pair) -> bool:
    return _code(pair.source_language) in READERS and _code(pair.language) in READERS


def _code(language: str) -> str:
    return language.split("-")[0]


def _is_too_long(pair: Pair) -> bool:
    if max(len(pair.source), len(pair.target)) > _LONGEST:
        return True
    return max(map(len, _numbers(pair))) > _MOST_COMPARED


@lru_cache(maxsize=64)
def _numbers(pair: Pair) -> tuple[tuple[Quantity, ...], tuple[Quantity, ...]]:
    """Return the numbers of the source and of the target."""
    source = read_numbers(pair.source, pair.source_language)
    return source, read_numbers(pair.target, pair.language)


def _entry(pair: Pair, links: Sequence[Link]) -> Entry:
    """Return the line of one number, or of the parts of one date, clock time or range."""
    source = _hull([part.source for part in links if part.source])
    target = _hull([part.target for part in links if part.target])
    if source and target and is_unit_change(links):
        source = source[0], unit_end(pair.source, source[1], _code(pair.source_language))
        target = target[0], unit_end(pair.target, target[1], _code(pair.language))
    return Entry(
        "numbers",
        entry_kind(links),
        pair.segment.id,
        pair.language,
        next((part.match for part in links if part.match != "matched"), "matched"),
        pair.source[slice(*source)] if source else "",
        source,
        pair.target[slice(*target)] if target else "",
        target,
        neutral_value(links),
    )


def _hull(parts: Sequence[Quantity]) -> Span | None:
    """Return the stretch of text from the first part to the last."""
    return (min(q.start for q in parts), max(q.end for q in parts)) if parts else None


def _message(entry: Entry) -> str:
    """Return what a reader should look at."""
    if entry.match == "extra":
        return f"{_name(entry.value, entry.target)} of the target has no counterpart in the source."
    named = _name(entry.value, entry.source)
    if entry.match == "missing":
        return f"{named} of the source is not in the target."
    return f"{named} of the source is not in the target, which has {entry.target} instead."


def _name(value: str, words: str) -> str:
    """Return a number as a reader knows it: 13 (十三), 2,500,000 JPY (250万), 80 % (80)."""
    plain = _DIGITS.sub(lambda match: f"{int(match[0]):,}", _UNSAID.sub("", value))
    return words if plain.replace(",", "") == words.replace(",", "") else f"{plain} ({words})"
