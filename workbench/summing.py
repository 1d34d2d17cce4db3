"""Bullets in a model's own words: who may write them, and their words in every column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.catalogue import get_model
from workbench.checks import run_checks
from workbench.errors import UsageError
from workbench.languages import get_language
from workbench.licences import permit
from workbench.types import Bullet, Document, Finding, Segment, Summary, Translation

if TYPE_CHECKING:
    from workbench.summaries.writers import Writer

Translate = Callable[[Document, str], Sequence[Translation]]


def require(name: str, language: str, purpose: str) -> None:
    """Hold that a model may write bullets of a text in a language, before anything is translated.

    Raises UnknownNameError: no such model. UsageError: it writes no summaries, not in this
    language, or not for this purpose. ModelError: it is not to be used.
    """
    model = get_model(name)
    if model.family != "chat" and model.task != "summarization":
        raise UsageError(
            f"Model {name!r} writes no summaries. See `workbench models` for those that do, or "
            "leave it out: sentences are then chosen."
        )
    permit(model, purpose)
    if model.languages and language not in model.languages:
        raise UsageError(
            f"Model {name!r} writes summaries in {', '.join(model.languages)}; the text is "
            f"{get_language(language).name}."
        )


def load(name: str) -> "Writer":
    """Return the writer of a name; see workbench.summaries.writers."""
    from workbench.summaries.writers import load_writer  # torch, which takes seconds

    return load_writer(name)


def write(document: Document, writer: "Writer", count: int | None, preset: str) -> Summary:
    """Return a summary in the writer's words; see workbench.summaries.abstractive."""
    from workbench.summaries.abstractive import write_summary

    return write_summary(document, writer, count, preset)


def in_columns(
    summary: Summary, document: Document, targets: Sequence[str], translate: Translate
) -> Summary:
    """Return the summary with its written bullets in the targets, and the doubts about those.

    translate takes a document of the written lines and a target. A line that fails has no words of
    its own there: the column then shows the translations of its sentences.
    """
    from workbench.summaries.abstractive import written_lines

    written = written_lines(summary)
    if not written:
        return summary
    segments = [Segment(i, text, "\n", "sentence", 0, 0) for i, text in written.items()]
    part = Document(document.language, tuple(segments))
    for target in targets:
        lines = translate(part, target)
        findings = run_checks(part, lines, target)
        texts = {t.segment_id: t.text for t in lines if t.origin != "failed"}
        bullets = tuple(_with_words(b, target, texts, findings) for b in summary.bullets)
        summary = replace(summary, bullets=bullets)
    return summary


def _with_words(
    bullet: Bullet, target: str, texts: Mapping[str, str], findings: Sequence[Finding]
) -> Bullet:
    if bullet.id not in texts:
        return bullet
    name = get_language(target).name
    doubts = [f"{name}: {f.message}" for f in findings if f.segment_id == bullet.id]
    return replace(
        bullet,
        texts={**bullet.texts, target: texts[bullet.id]},
        doubts=(*bullet.doubts, *doubts),
    )
