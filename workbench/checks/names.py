"""Links every name of the source to its rendering, and lists names rendered in several ways."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from workbench.checks.linking import LinkedName, link
from workbench.checks.mentions import readable
from workbench.checks.registry import Pair, check, document_check, ledger
from workbench.types import Entry, Finding, Match

_MOST = 20  # names of one segment; more of them say nothing new
_LONGEST = 5_000  # characters; no sentence is that long


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
