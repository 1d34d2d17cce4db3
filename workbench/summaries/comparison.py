"""A column summarised by itself, to be laid beside the bullets that all columns share.

The segments of a column have the ids of the source's, so that the two choices are compared by ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workbench.errors import UnknownNameError
from workbench.languages import get_language
from workbench.summaries import summarize
from workbench.types import Document, Result, Segment, Summary


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """What the text of one column would have been summarised to, and what both choices share.

    common are the ids of the shared summary's bullets of which a segment was chosen here too;
    overlap is their share of all its bullets, 0 to 1. sentence says it for the reader.
    """

    language: str
    summary: Summary
    common: tuple[str, ...]
    overlap: float
    sentence: str


def compare_column(result: Result, language: str, *, count: int | None = None) -> ColumnSummary:
    """Summarise the text of a column by itself and compare the choice with the shared summary.

    The preset is that of the shared summary, and so is the number of bullets without a count.
    Raises UnknownNameError: the result has no such column.
    """
    shared = result.summary
    document = column_document(result, language)
    wanted = count or len(shared.bullets) or None
    summary = summarize(document, count=wanted, preset=shared.preset)
    chosen = {i for bullet in summary.bullets for i in bullet.segment_ids}
    common = tuple(b.id for b in shared.bullets if chosen.intersection(b.segment_ids))
    overlap = round(len(common) / len(shared.bullets), 4) if shared.bullets else 0.0
    name = get_language(language).name
    if summary.refusal:
        sentence = f"{name} cannot be summarised by itself. {summary.refusal}"
    else:
        sentence = (
            f"{name} summarised by itself: "
            f"{len(common)} of {len(shared.bullets)} bullets in common."
        )
    return ColumnSummary(language, summary, common, overlap, sentence)


def column_document(result: Result, language: str) -> Document:
    """Return the text of a column as a document, with the segments' ids, kinds and paragraphs.

    A segment that has no translation is blank.
    Raises UnknownNameError: the result has no such column.
    """
    if language == result.document.language:
        return result.document
    columns = {column.language: column for column in result.columns}
    if language not in columns:
        raise UnknownNameError("column", language, [result.document.language, *columns])
    texts = {t.segment_id: t.text for t in columns[language].translations}
    return Document(language, tuple(_segments(result.document, texts)), result.document.name)


def _segments(document: Document, texts: Mapping[str, str]) -> list[Segment]:
    found: list[Segment] = []
    start = 0
    for segment in document.segments:
        text = texts.get(segment.id, "")
        kind = segment.kind if text else "blank"
        # Where the source puts nothing between two sentences, the column may need a space.
        gap = segment.gap or " "
        found.append(replace(segment, text=text, gap=gap, kind=kind, start=start))
        start += len(text) + len(gap)
    return found
