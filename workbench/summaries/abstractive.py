"""Summaries in a model's own words: every bullet is tied to the sentences that say it, or not used.

The whole body is read passage by passage; each passage is summed up from the source itself, never
from another summary. What a model wrote is then judged: `_judged` is the place for a new rule.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from workbench.errors import EngineError
from workbench.identification import identify
from workbench.languages import LANGUAGES, get_language
from workbench.segmentation import split
from workbench.summaries import BLOCK, SHARE, structure, summarize
from workbench.summaries.coverage import foreign, measured
from workbench.summaries.passages import Passage, passages
from workbench.summaries.speakers import find_speaker
from workbench.summaries.structure import Sentence
from workbench.summaries.writers import Writer
from workbench.types import Bullet, Document, Summary

# Under this support a chosen sentence takes a written one's place. Of 1,465 summary lines that
# people wrote in each language about texts they knew, 80 % (ja), 78 % (ko) and 70 % (en) reach it;
# with the sentences that say it taken out of the text, 1.9, 1.8 and 2.6 % do.
SUPPORT = 0.25
# A second sentence is linked if it has so much of the line that the first has not: it is then one
# of those that the author named in 93 % (ja, ko) of cases.
SECOND = 0.2
# The share of a passage's tokens that its summary should have.
_SHORT = 0.3
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"「([^「」]+)」|『([^『』]+)』|“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»")


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence for a bullet. places are those of the source sentences that say it, best first.

    refusal says why a written one is not used; a chosen one has the reason why it stands there.
    """

    text: str
    passage: int
    places: tuple[int, ...]
    support: float
    written: bool = True
    refusal: str = ""
    score: float = 0.0
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """What lines are judged by: the body, its language and what each sentence is made of."""

    body: tuple[Sentence, ...]
    language: str
    title: str
    units: tuple[frozenset[object], ...]


def write_summary(
    document: Document, writer: Writer, count: int | None = None, preset: str = "auto"
) -> Summary:
    """Return a summary in the writer's words, in the language of the document.

    count and preset mean what they mean for `summarize`, and the same texts are refused. Every
    bullet is linked to the one or two sentences that have most of it. A written sentence is not
    used if its support is under SUPPORT, if it is in another language, is longer than what it is
    linked to, or quotes what the text does not say; the best sentence of that passage stands in
    its place (method "extracted"), with the reason among its doubts. Fewer bullets than asked for
    are filled up with chosen sentences. Together they are at most 60 % of the text.
    `sections` is the number of passages, `sections_read` how many the writer read whole and
    answered.
    Raises UnknownNameError: no preset or language has the name. UsageError: the writer does not
    know the language. EngineError: the writer failed at every passage.
    """
    chosen = summarize(document, count=count, preset=preset)
    if chosen.refusal:
        return chosen
    source = _source(document, chosen.title_id)
    wanted = count or len(chosen.bullets)
    parts = passages(document, source.body, writer, wanted)
    written, failed = _written(parts, writer, source.language)
    lines = [
        line
        for number, part in enumerate(parts)
        for line in _lines(source, number, part, written.get(number, ""), failed.get(number, ""))
    ]
    used = list(_filled(_picked(source, lines, wanted), chosen, source, wanted))
    summary = replace(
        chosen,
        bullets=tuple(_bullets(source, used)) or chosen.bullets,
        sections=len(parts),
        sections_read=len(written),
        writer=writer.settings["model"],
    )
    return measured(summary, document)


def written_lines(summary: Summary) -> dict[str, str]:
    """Return the written text of every bullet that has one, by bullet id, to be translated."""
    return {
        bullet.id: next(iter(bullet.texts.values()))
        for bullet in summary.bullets
        if bullet.method == "abstracted" and bullet.texts
    }


def _source(document: Document, title_id: str) -> _Source:
    body = tuple(structure.read_body(document, title_id))
    title = next((s.text for s in document.segments if title_id and s.id == title_id), "")
    units = tuple(_units(sentence.text, document.language) for sentence in body)
    return _Source(body, document.language, title, units)


def _units(text: str, language: str) -> frozenset[object]:
    """Return what support is counted in: bigrams, of characters or of words.

    Characters, letters and digits only, in Japanese, Chinese and Korean; elsewhere words and pairs
    of words, those of up to three letters left out and longer ones cut to five. On the judgements
    of QAGS (Wang, Cho & Lewis 2020, CNN/DM) the containment of bigrams in the best single sentence
    tells supported sentences from others with an AUC of 0.85.
    """
    words = _WORD.findall(structure.fold(text))
    if structure.by_characters(language):
        signs = "".join(words)
        return frozenset(signs[i : i + 2] for i in range(max(1, len(signs) - 1)))
    long = [word[:5] for word in words if len(word) > 3 or word.isdigit()] or words
    return frozenset([*long, *pairwise(long)])


def _written(
    parts: Sequence[Passage], writer: Writer, language: str
) -> tuple[dict[int, str], dict[int, str]]:
    """Return what was written of each passage, and why it was not, by the number of the passage.

    Raises EngineError: the writer failed at every one.
    """
    written: dict[int, str] = {}
    failed: dict[int, str] = {}
    for number, part in enumerate(parts):
        try:
            written[number] = writer.write(part.text, language, max(16, round(_SHORT * part.size)))
        except EngineError as exc:
            failed[number] = f"the model failed here: {exc}"
            if len(failed) == len(parts):
                raise
    return written, failed


def _lines(source: _Source, number: int, part: Passage, text: str, failure: str) -> list[_Line]:
    """Return the written sentences of a passage that may be used, else its best own sentence."""
    sentences = _cut(text, source.language)
    if sum(map(len, sentences)) >= len(part.text):
        failure, sentences = "the model wrote more than it read.", []
    judged = [_judged(source, number, part, sentence) for sentence in sentences]
    good = [line for line in judged if not line.refusal]
    if good:
        return good
    reason = failure or (judged[0].refusal if judged else "the model wrote nothing.")
    return [_chosen(source, _best(source, part.places), number, reason)]


def _cut(text: str, language: str) -> list[str]:
    segments = split(text, language).segments if text.strip() else ()
    return [s.text for s in segments if s.kind in ("sentence", "heading")]


def _judged(source: _Source, number: int, part: Passage, text: str) -> _Line:
    """Return a written sentence with the places that say it, or with why it is not used."""
    units = _units(text, source.language)
    places, support = _linked(units, source, part.places)
    line = _Line(text, number, places, support)
    if _strays(text, source.language):
        language = get_language(source.language).name
        return replace(line, refusal=f"the model's sentence was not in {language}.")
    if support < SUPPORT:
        return replace(
            line,
            refusal=f"the text has too little of what the model wrote (support {support:.2f}).",
        )
    if quoted := _invented(text, part.text):
        return replace(line, refusal=f"the model quoted what nobody said: {quoted[:60]!r}.")
    if len(text) > sum(len(source.body[place].text) for place in places):
        return replace(line, refusal="the model's sentence was longer than its source.")
    if _QUOTED.search(text):
        return replace(line, speaker=find_speaker(source.body, places[0], source.language).name)
    return line


def _linked(
    units: frozenset[object], source: _Source, places: Sequence[int]
) -> tuple[tuple[int, ...], float]:
    """Return the place that has most of the units, a second if it adds enough, and the support."""
    size = max(1, len(units))
    best = max(places, key=lambda place: (len(units & source.units[place]), -place))
    left = units - source.units[best]
    second = max(places, key=lambda place: (len(left & source.units[place]), -place))
    also = (second,) if len(left & source.units[second]) >= SECOND * size else ()
    return (best, *also), round(len(units & source.units[best]) / size, 4)


def _strays(text: str, language: str) -> bool:
    """Return whether a sentence is in another language: surely, or in another script."""
    guess = identify(text, list(LANGUAGES), language)
    other = get_language(guess.language)
    return other.code != language and (guess.sure or other.script != get_language(language).script)


def _invented(text: str, passage: str) -> str:
    """Return the first quotation in a text that the passage does not have word for word, or ""."""
    said = structure.fold(passage)
    spans = ("".join(found) for found in _QUOTED.findall(text))
    return next((span for span in spans if structure.fold(span).rstrip(" .,。、") not in said), "")


def _chosen(source: _Source, place: int, number: int, reason: str) -> _Line:
    near = structure.companions(source.body, place, source.language)
    text = source.body[place].text
    speaker = find_speaker(source.body, place, source.language).name
    return _Line(text, number, (place, *near), 1.0, False, refusal=reason, speaker=speaker)


def _best(source: _Source, places: Sequence[int]) -> int:
    """Return the place of the passage's most central statement."""
    told = [place for place in places if not source.body[place].question] or list(places)
    scores = _scores([source.body[place].text for place in told], source)
    return told[max(scores, key=lambda i: (scores[i], -i))]


def _scores(texts: Sequence[str], source: _Source) -> dict[int, float]:
    """Return the score of every text that is no near duplicate of another, by its number."""
    # numpy takes a tenth of a second to load.
    from workbench.summaries import ranking

    found: dict[int, float] = {}
    for start in range(0, len(texts), BLOCK):
        block = [structure.fold(text) for text in texts[start : start + BLOCK]]
        by_words = not structure.by_characters(source.language)
        title = structure.fold(source.title)
        ranked = ranking.rank(block, title, [0.0] * len(block), by_words=by_words, news=False)
        scores = ranked.scores.tolist()
        found |= {start + i: score for i, score in zip(ranked.kept, scores, strict=True)}
    return found


def _picked(source: _Source, lines: Sequence[_Line], wanted: int) -> list[_Line]:
    """Return the lines to be used, best first: every passage's best before any one's second."""
    scores = _scores([line.text for line in lines], source)
    ranked = sorted(scores, key=lambda i: (-scores[i], i))
    turn: Counter[int] = Counter()
    order: list[tuple[int, int]] = []
    for i in ranked:
        order.append((turn[lines[i].passage], i))
        turn[lines[i].passage] += 1
    order.sort(key=lambda item: item[0])
    return [replace(lines[i], score=scores[i]) for _, i in order[:wanted]]


def _filled(
    picked: Sequence[_Line], chosen: Summary, source: _Source, wanted: int
) -> Iterator[_Line]:
    """Yield the lines, then chosen sentences that no line is linked to, up to SHARE of the text."""
    place_of = {sentence.id: place for place, sentence in enumerate(source.body)}
    taken = {place for line in picked for place in line.places}
    more = []
    for bullet in chosen.bullets:
        places = tuple(place_of[i] for i in bullet.segment_ids)
        text = "".join(source.body[place].text for place in places)
        line = _Line(text, -1, places, 1.0, False, score=bullet.score, speaker=bullet.speaker)
        more += [] if taken & {*places} else [line]
    room = SHARE * sum(len(sentence.text) for sentence in source.body)
    for line in [*picked, *more][:wanted]:
        if len(line.text) <= room:
            room -= len(line.text)
            yield line


def _bullets(source: _Source, lines: Sequence[_Line]) -> Iterator[Bullet]:
    ordered = sorted(lines, key=lambda line: (min(line.places), line.passage))
    for number, line in enumerate(ordered, 1):
        ids = tuple(source.body[place].id for place in sorted(line.places))
        if line.written:
            texts, doubts = {source.language: line.text}, _foreign(source, line.text)
            method: Literal["abstracted", "extracted"] = "abstracted"
        else:
            texts, method = {}, "extracted"
            doubts = (f"Chosen from the text: {line.refusal}",) if line.refusal else ()
        yield Bullet(
            f"b{number}",
            ids,
            line.score,
            texts,
            method=method,
            support=line.support,
            speaker=line.speaker,
            doubts=doubts,
        )


def _foreign(source: _Source, text: str) -> tuple[str, ...]:
    """Return messages about numbers and names of a written line that the text has not."""
    known = [source.title, *(sentence.text for sentence in source.body)]
    return foreign(text, known, source.language)
