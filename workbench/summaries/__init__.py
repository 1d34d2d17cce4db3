"""Summaries in bullets: sentences chosen once on the source, shown in every column by their ids.

choosing.py says which sentences, speakers.py who is quoted in them, coverage.py what they contain
of the text; editing.py changes what was chosen, comparison.py asks the other columns.
"""

from collections.abc import Mapping

from workbench.errors import UnknownNameError, UsageError
from workbench.summaries import speakers
from workbench.summaries.choosing import (
    BLOCK,
    SHARE,
    Wish,
    choose_bullets,
    count_sections,
    find_refusal,
    read_document,
)
from workbench.summaries.coverage import measured
from workbench.types import Bullet, Document, Summary

__all__ = ["BLOCK", "PRESETS", "SHARE", "bullet_lines", "summarize"]

PRESETS = ("news", "interview")


def summarize(
    document: Document,
    *,
    count: int | None = None,
    preset: str = "auto",
    length: float = 0.5,
    similar: float = 0.6,
) -> Summary:
    """Choose the sentences that say what a text is about, in document order.

    count None is 3 bullets below 1,500 characters, 5 below 4,000 and 7 above; a given count is
    brought into the range from 1 to the number of usable sentences. There are fewer bullets when
    the text repeats itself or they would be more than 60 % of it. A bullet is a segment, with
    the question that a short answer needs or the sentence that says who is quoted.
    preset "auto" takes "interview" if 20 % of the lines are questions or carry a speaker's label,
    else "news". length (0 to 1) prefers short sentences towards 0 and long ones towards 1; no
    sentence is cut. similar (above 0, up to 1) is the cosine over which two sentences say the same:
    lower is stricter. Up to 400 usable sentences the scores are exact; a longer text is cut into
    blocks of at most 400, the best of each are ranked again, and time and memory grow with its
    length; all of it is read.
    A text under 3 sentences, or under 200 characters (300 in a language counted by words), is
    refused: no bullets, and `refusal` says why.
    Raises UnknownNameError: no preset or language has the name. UsageError: length or similar is
    out of range.
    """
    if preset not in ("auto", *PRESETS):
        raise UnknownNameError("preset", preset, ("auto", *PRESETS))
    if not 0 <= length <= 1:
        raise UsageError(f"The length is {length}: give a number from 0 (short) to 1 (long).")
    if not 0 < similar <= 1:
        raise UsageError(f"The likeness is {similar}: give a number above 0, up to 1.")
    reading = read_document(document, preset)
    refusal = find_refusal(reading)
    bullets = () if refusal else choose_bullets(reading, Wish(count, length, similar))
    if not bullets:
        refusal = refusal or "Too short to summarise: one sentence is over 60 % of the text."
    number = count_sections(reading)
    summary = Summary(
        bullets,
        reading.preset,
        reading.title_id,
        refusal,
        sections=number,
        sections_read=number,
    )
    return measured(summary, document)


def bullet_lines(
    summary: Summary,
    texts: Mapping[str, str],
    *,
    document: Document | None = None,
    language: str = "",
) -> tuple[tuple[Bullet, str], ...]:
    """Return every bullet with its text in one column; texts are the column's, by segment id.

    A bullet that has words of its own in `language`, a person's or a model's, is shown by them.
    Quotations stay as they are. With the document, a quotation that does not itself say who speaks
    begins with the speaker in the words of the column, or with "[speaker unclear]" (see
    speakers.speaker_line). A segment without a text is left out; the bullet stays, so that columns
    have the same bullets.

    >>> summary = Summary((Bullet("b1", ("s1", "s2")),), "news")
    >>> bullet_lines(summary, {"s1": "「寒かった」", "s2": "と語った。"})[0][1]
    '「寒かった」と語った。'
    """
    lines = [(b, b.texts.get(language, _joined(b, texts))) for b in summary.bullets]
    if document is None:
        return tuple(lines)
    label = speakers.labeller(document, texts, language or document.language)
    return tuple((bullet, label(bullet, line)) for bullet, line in lines)


def _joined(bullet: Bullet, texts: Mapping[str, str]) -> str:
    line = ""
    for text in (texts.get(segment_id, "").strip() for segment_id in bullet.segment_ids):
        # Japanese and Chinese put nothing between two sentences.
        wide = line and ("\u3000" <= line[-1] <= "\u9fff" or "\uff00" <= line[-1] <= "\uffef")
        line += text if wide or not line or not text else f" {text}"
    return line
