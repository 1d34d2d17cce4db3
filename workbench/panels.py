"""The ledgers of a result as a reader looks at them: a line per thing, its renderings beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.checks.names import full_names
from workbench.types import Entry, Result

# What a line is: same thing at the same place, whichever column keeps it.
_Key = tuple[str, str, str, object]


def ledger_panel(result: Result, rows: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Return {ledger: lines}, in the order of the text.

    rows has the row that shows each segment. A line of numbers or quotations is {kind, source,
    value, segments, cells, doubtful}, with a cell {match, count, total, texts} per target column
    or None: the worst match, how many of all have it, and texts as [words, how often]. Names have
    a line per name, the parts of a full name in its line (呉 in that of 呉青成), and voices one per
    speaker, with all their segments; their cells count every rendering or Korean level.
    """
    order = {segment.id: place for place, segment in enumerate(result.document.segments)}
    codes = [column.language for column in result.columns]
    entries = sorted(result.ledger, key=lambda e: (order.get(e.segment_id, 0), _start(e)))
    full = full_names(e.source for e in entries if e.ledger == "names" and _is_whose(e))
    panel: dict[str, list[dict[str, Any]]] = {}
    for ledger in ("numbers", "names", "quotations", "speech"):
        lines: dict[_Key, list[Entry]] = {}
        for entry in entries:
            # A sentence whose ending tells no level says nothing of its speaker.
            if entry.ledger == ledger and (entry.value or ledger != "speech"):
                lines.setdefault(_key(entry, full), []).append(entry)
        panel[ledger] = [_line(line, codes, rows) for line in lines.values()]
    # Whether a voice slips is only seen in the whole of it: a check of the column says so.
    slips = {rows.get(f.segment_id, "") for f in result.findings if f.check == "speech-level"}
    for voice in panel["speech"]:
        voice["doubtful"] = not slips.isdisjoint(voice["segments"])
    return panel


def _start(entry: Entry) -> int:
    span = entry.source_span or entry.target_span
    return span[0] if span else 0


def _is_whose(entry: Entry) -> bool:
    """Tell a name that has shorter forms; 京都 is no short form of 東京都."""
    return bool(entry.source) and entry.kind in {"person", "name"}


def _key(entry: Entry, full: Mapping[str, str]) -> _Key:
    if entry.ledger == "names" and entry.source:
        name = full.get(entry.source, entry.source) if _is_whose(entry) else entry.source
        return name, "", "", None
    if entry.ledger == "speech":
        return entry.source, "", "", None
    if entry.source:
        return entry.segment_id, "", entry.source, entry.source_span
    # Only the target has it: the same in two columns is one line.
    return entry.segment_id, entry.kind, entry.value or entry.target, None


def _line(
    entries: Sequence[Entry], codes: Sequence[str], rows: Mapping[str, str]
) -> dict[str, Any]:
    # A name stands in its fullest form, whichever comes first in the text.
    first = max(entries, key=lambda e: len(e.source)) if _is_whose(entries[0]) else entries[0]
    cells = [_cell([e for e in entries if e.language == code]) for code in codes]
    segments = dict.fromkeys(rows.get(entry.segment_id, "") for entry in entries)
    return {
        "kind": first.kind,
        "source": first.source,
        "value": "" if first.ledger == "speech" else first.value,
        "segments": [segment for segment in segments if segment],
        "cells": cells,
        "doubtful": any(cell and cell["match"] != "matched" for cell in cells),
    }


def _cell(entries: Sequence[Entry]) -> dict[str, Any] | None:
    """Return how a column renders a line: the worst match, and its words with their counts."""
    if not entries:
        return None
    texts = Counter(entry.value if entry.ledger == "speech" else entry.target for entry in entries)
    texts.pop("", None)
    worst = _worst(entries)
    return {
        "match": worst,
        "count": sum(entry.match == worst for entry in entries),
        "total": len(entries),
        "texts": [[text, n] for text, n in texts.most_common()],
    }


def _worst(entries: Iterable[Entry]) -> str:
    found = {entry.match for entry in entries}
    return next((m for m in ("missing", "changed", "extra") if m in found), "matched")
