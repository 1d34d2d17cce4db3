"""What a person does to a summary: each edit returns a new one, so that an old one can be had back.

Bullets keep their ids. Where an edit is told the document, coverage is measured again; without it
`coverage.measured` has to be called. To add an edit, add a function of a Summary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.checks.quotes import read_quotations
from workbench.errors import UnknownNameError, UsageError
from workbench.languages import get_language
from workbench.summaries import structure
from workbench.summaries.choosing import Wish, group_of, make_bullet, next_best, read_document
from workbench.summaries.coverage import foreign, measured
from workbench.types import Bullet, Document, Summary

_EMPTIED = "All bullets were removed."


def move(summary: Summary, bullet_id: str, place: int) -> Summary:
    """Return the summary with a bullet at another place, counted from 0.

    Raises UnknownNameError: no bullet has the id. UsageError: there is no such place.
    """
    bullet = _find(summary, bullet_id)
    if not 0 <= place < len(summary.bullets):
        last = len(summary.bullets) - 1
        raise UsageError(f"There is no place {place}: give a number from 0 to {last}.")
    others = [other for other in summary.bullets if other.id != bullet_id]
    return replace(summary, bullets=(*others[:place], bullet, *others[place:]))


def remove(summary: Summary, bullet_id: str, document: Document | None = None) -> Summary:
    """Return the summary without a bullet; without the last one, its refusal says so.

    Raises UnknownNameError: no bullet has the id.
    """
    _find(summary, bullet_id)
    left = tuple(bullet for bullet in summary.bullets if bullet.id != bullet_id)
    return _again(replace(summary, bullets=left, refusal="" if left else _EMPTIED), document)


def reword(
    summary: Summary,
    bullet_id: str,
    language: str,
    text: str,
    texts: Mapping[str, str] | None = None,
    document: Document | None = None,
) -> Summary:
    """Return the summary with a person's words for a bullet in one column.

    texts are the column's by segment id. Numbers, names and quotations of the words that the linked
    segments have not there are told among the bullet's doubts, after the name of the language; with
    no texts nothing is compared. The other columns keep theirs.
    Raises UnknownNameError: no bullet or language has the name. UsageError: the text is empty.
    """
    bullet, row = _find(summary, bullet_id), get_language(language)
    if not text.strip():
        raise UsageError(f"Bullet {bullet_id} would be empty: remove it instead.")
    told = _doubts(bullet, text.strip(), language, texts)
    named = f"{row.name}: "
    # What a model wrote is gone, and with it what was said of that.
    gone = language in bullet.texts
    kept = [d for d in bullet.doubts if not d.startswith(named) and not (gone and not _is_named(d))]
    new = replace(
        bullet,
        texts={**bullet.texts, language: text.strip()},
        method="edited",
        doubts=(*kept, *(named + message for message in told)),
    )
    return _again(_with(summary, new), document)


def replace_bullet(
    summary: Summary, document: Document, bullet_id: str, segment_id: str
) -> Summary:
    """Return the summary with a sentence of the text in place of a bullet; id and place stay.

    The sentence brings the neighbour that it needs, as when it is chosen.
    Raises UnknownNameError: no bullet has the id. UsageError: no segment has it, the segment is no
    sentence of the body, or stands in another bullet.
    """
    _find(summary, bullet_id)
    others = [bullet for bullet in summary.bullets if bullet.id != bullet_id]
    return measured(
        _with(summary, _sentence(summary, others, document, bullet_id, segment_id)), document
    )


def add(summary: Summary, document: Document, segment_id: str) -> Summary:
    """Return the summary with one more bullet, a sentence of the text, where it comes in the text.

    Raises UsageError: no segment has the id, it is no sentence of the body, or stands in a bullet.
    """
    used = [int(b.id[1:]) for b in summary.bullets if b.id[1:].isdecimal()]
    name = f"b{max(used, default=0) + 1}"
    bullet = _sentence(summary, summary.bullets, document, name, segment_id)
    start = {segment.id: segment.start for segment in document.segments}
    here = start[bullet.segment_ids[0]]
    later = (i for i, b in enumerate(summary.bullets) if _start(b, start) > here)
    place = next(later, len(summary.bullets))
    bullets = (*summary.bullets[:place], bullet, *summary.bullets[place:])
    return measured(replace(summary, bullets=bullets, refusal=""), document)


def alternatives(
    document: Document, summary: Summary, bullet_id: str, n: int = 5
) -> tuple[str, ...]:
    """Return the ids of the next best sentences for the place of a bullet, best first, at most n.

    "" asks for those that may become one more bullet. They are ranked as the bullets were, with
    the other bullets taken as chosen: what says the same as one of those, or stands in one, is not
    offered.
    Raises UnknownNameError: no bullet has the id.
    """
    replaced = _find(summary, bullet_id).segment_ids if bullet_id else ()
    reading = read_document(document, summary.preset)
    place_of = {sentence.id: place for place, sentence in enumerate(reading.body)}
    others = [b for b in summary.bullets if b.id != bullet_id]
    taken = [place_of[i] for b in others for i in b.segment_ids if i in place_of]
    own = {place_of[i] for i in replaced if i in place_of}
    chosen = [place for place in taken if place in reading.lead]
    found = next_best(reading, chosen, n + len(own) + len(taken), Wish())
    return tuple(reading.body[p].id for p in found if p not in own and p not in taken)[:n]


def _find(summary: Summary, bullet_id: str) -> Bullet:
    for bullet in summary.bullets:
        if bullet.id == bullet_id:
            return bullet
    raise UnknownNameError("bullet", bullet_id, [bullet.id for bullet in summary.bullets])


def _with(summary: Summary, new: Bullet) -> Summary:
    bullets = tuple(new if bullet.id == new.id else bullet for bullet in summary.bullets)
    return replace(summary, bullets=bullets)


def _again(summary: Summary, document: Document | None) -> Summary:
    return measured(summary, document) if document else summary


def _start(bullet: Bullet, start: Mapping[str, int]) -> int:
    return min((start[i] for i in bullet.segment_ids if i in start), default=0)


def _sentence(
    summary: Summary, others: Sequence[Bullet], document: Document, name: str, segment_id: str
) -> Bullet:
    """Return a bullet of a sentence that stands in none of the others."""
    reading = read_document(document, summary.preset)
    place_of = {sentence.id: place for place, sentence in enumerate(reading.body)}
    if segment_id not in {segment.id for segment in document.segments}:
        raise UsageError(f"There is no segment {segment_id!r} in this text.")
    if segment_id not in place_of:
        raise UsageError(
            f"Segment {segment_id} is a title, label or caption: choose a sentence of the text."
        )
    taken = {i: bullet.id for bullet in others for i in bullet.segment_ids}
    if segment_id in taken:
        raise UsageError(f"Segment {segment_id} stands in bullet {taken[segment_id]} already.")
    place = place_of[segment_id]
    group = group_of(reading, place, {place_of[i] for i in taken if i in place_of})
    return make_bullet(reading, name, group, place, 0.0)


def _is_named(doubt: str) -> bool:
    """Tell whether a doubt is about a person's words: it begins with the name of a language."""
    name, colon, _ = doubt.partition(": ")
    return bool(colon) and name.istitle() and " " not in name


def _doubts(
    bullet: Bullet, text: str, language: str, texts: Mapping[str, str] | None
) -> tuple[str, ...]:
    if texts is None:
        return ()
    sources = [texts.get(segment_id, "") for segment_id in bullet.segment_ids]
    said = structure.fold("\n".join(sources))
    quoted = [
        f"The text does not have the quotation {quotation.content[:60]!r}."
        for quotation in read_quotations(text)
        if structure.fold(quotation.content).rstrip(" .,。、") not in said
    ]
    return (*foreign(text, [*sources, bullet.speaker], language), *quoted)
