"""What a reader does to the key points on the screen; the lines of ACTIONS are added to the desk's.

Summaries are imported when they are first needed: they bring numpy along.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.summaries import bullet_lines
from workbench.types import Result, Summary
from workbench.view import bullet_texts

if TYPE_CHECKING:
    from workbench.ui.desk import Desk
    from workbench.ui.desks import Asked

# Bullets that the sliders offer at most.
MOST = 15


def resummarise(desk: "Desk", asked: "Asked") -> None:
    """Choose the bullets anew: `count` of them, or what fits into `length` percent of the text.

    `sentences` (0 to 100) prefers short or long ones. The manifest then asks for the same.
    """
    said = desk.result.manifest.get("asked", {})
    count, length = said.get("summary"), asked_length(desk.result)
    if "length" in asked.wish:
        count = _fitting(desk, asked.number("length") / 100)
    elif "sentences" in asked.wish:
        length = max(0, min(asked.number("sentences"), 100)) / 100
    else:
        wanted = asked.wish.get("count")
        count = None if wanted is None else max(1, min(asked.number("count"), MOST))
    summary, warning = desk.again(desk.result, count, length)
    _take(desk, summary, warning, {**said, "summary": count, "length": length})


def asked_length(result: Result) -> float:
    """Return what the manifest asks of the bullets' sentences, from 0 (short) to 1 (long)."""
    return float(result.manifest.get("asked", {}).get("length", 0.5))


def edit(desk: "Desk", asked: "Asked") -> None:
    """Move, remove, put into other words, replace or add a bullet.

    Raises UsageError: no such bullet, place, column, segment or way.
    """
    from workbench.summaries import editing

    result, bullet, how = desk.result, asked.text("bullet"), asked.text("how")
    summary, document = result.summary, result.document
    if how == "move":
        summary = editing.move(summary, bullet, asked.number("place"))
    elif how == "remove":
        summary = editing.remove(summary, bullet, document)
    elif how == "reword":
        language = _language(result, asked.number("column"))
        texts = _column_texts(result, language)
        summary = editing.reword(summary, bullet, language, asked.text("text"), texts, document)
    elif how == "replace":
        summary = editing.replace_bullet(summary, document, bullet, asked.text("segment"))
    elif how == "add":
        summary = editing.add(summary, document, asked.text("segment"))
    else:
        raise UsageError(f"There is no way to edit a bullet named {how!r}.")
    _take(desk, summary)


def alternatives(desk: "Desk", asked: "Asked") -> dict[str, Any]:
    """Return sentences that could stand in place of a bullet, the best first."""
    from workbench.summaries import editing

    result = desk.result
    ids = editing.alternatives(result.document, result.summary, asked.text("bullet"), n=5)
    texts = {segment.id: segment.text for segment in result.document.segments}
    return {"alternatives": [{"segment": name, "text": texts[name]} for name in ids]}


def compare(desk: "Desk", language: str) -> None:
    """Summarise a column by itself and lay it beside the shared summary."""
    from workbench.summaries.comparison import compare_column

    found = compare_column(desk.result, language)
    shared = {i for bullet in desk.result.summary.bullets for i in bullet.segment_ids}
    lines = bullet_lines(found.summary, _column_texts(desk.result, language))
    value = {
        "common": len(found.common),
        "total": len(desk.result.summary.bullets),
        "refusal": found.summary.refusal,
        "bullets": [
            {
                "segments": list(bullet.segment_ids),
                "text": text,
                "common": not shared.isdisjoint(bullet.segment_ids),
            }
            for bullet, text in lines
        ],
    }
    desk.compared = {**desk.compared, language: value}


def _column_texts(result: Result, language: str) -> dict[str, str]:
    if language == result.document.language:
        return {segment.id: segment.text for segment in result.document.segments}
    columns = [c for c in result.columns if c.language == language]
    return {t.segment_id: t.text for column in columns for t in column.translations}


def _take(
    desk: "Desk", summary: Summary, warning: str = "", asked: dict[str, Any] | None = None
) -> None:
    before = desk.result.manifest
    if summary == desk.result.summary and asked in (None, before.get("asked")):
        return
    manifest = {**before, "asked": asked} if asked else dict(before)
    if warning:
        manifest["warnings"] = [*before.get("warnings", ()), warning]
    desk.compared = {}
    desk.change(replace(desk.result, summary=summary, manifest=manifest))


def _language(result: Result, column: int) -> str:
    """Return the language of a column of the view, 0 for the source."""
    codes = [result.document.language, *(c.language for c in result.columns)]
    if not 0 <= column < len(codes):
        raise UsageError(f"There is no column {column}.")
    return codes[column]


def _fitting(desk: "Desk", share: float) -> int:
    """Return how many bullets are at most `share` (0 to 1) of the text, one at least.

    For a writer, which is not asked to find out, as many as would fit by their mean length.
    """
    result, length = desk.result, asked_length(desk.result)
    room = share * sum(len(segment.text) for segment in result.document.segments)
    if result.summary.writer:
        mean = _size(result) / max(1, len(result.summary.bullets))
        return max(1, min(round(room / max(1.0, mean)), MOST))
    low, high = 1, MOST
    while low < high:
        middle = (low + high + 1) // 2
        summary, _ = desk.again(result, middle, length)
        fits = _size(replace(result, summary=summary)) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def _size(result: Result) -> int:
    """Return the characters of all bullets in the language of the source."""
    return sum(len(texts[0]) for texts in bullet_texts(result))
