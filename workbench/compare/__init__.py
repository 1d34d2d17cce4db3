"""Several systems, routes and people on one text, with or without a reference.

values.py has what travels; running.py makes the outputs, judging.py and scoring.py judge them,
choices.py is what a person does with them, report.py what leaves the house.
"""

from collections.abc import Mapping

from workbench.compare.values import Comparison, Output
from workbench.types import Document, Segment


def rows(document: Document) -> tuple[Segment, ...]:
    """Return the segments that are compared: sentences and headings, in order."""
    return tuple(s for s in document.segments if s.kind in ("sentence", "heading"))


def hypotheses(output: Output) -> tuple[str, ...]:
    """Return one text per row of the document, "" where the system has none."""
    texts = {t.segment_id: t.text for t in output.result.columns[0].translations}
    return tuple(texts[segment.id] for segment in rows(output.result.document))


def all_hypotheses(comparison: Comparison) -> Mapping[str, tuple[str, ...]]:
    """Return the texts of every system by its name, in the order of the systems."""
    return {output.name: hypotheses(output) for output in comparison.outputs}
