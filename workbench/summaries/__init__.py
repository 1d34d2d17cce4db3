"""Summaries in bullets: sentences chosen once on the source, shown in every column by their ids.

The choice is made in three steps: structure.py says what may be a bullet, ranking.py scores it,
and this module decides how many and what must stand beside them. A new preset is a name in
PRESETS, a case in `_read` and its score in ranking.rank.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.errors import UnknownNameError
from workbench.summaries import structure
from workbench.summaries.structure import Sentence
from workbench.types import Bullet, Document, Summary

PRESETS = ("news", "interview")

# A longer text is ranked in blocks of this many sentences, so that cost grows with its length.
BLOCK = 400
SENTENCES = 3
SHARE = 0.6
# Over this many characters a sentence is long for a bullet; it is not cut, only less wanted.
_CAPS = {"ja": 90, "zh": 90, "ko": 100}
_CAP = 180
# Of four letters and more, and in every English text.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """about after also been before being could does each even every from have here into just
        like made make many more most much only other over said same says should some such than
        that their them then there these they this those through under very want well were what
        when where which while will with would your""",
    )
)
_WORD = re.compile(r"[^\W_]+")
_TERM = re.compile(r"[^\W_\u3040-\u309f]+")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A document as the choice needs it.

    usable are places in body; lead, for each of them, runs from 1 down to 0; size is the number
    of characters of the body.
    """

    body: tuple[Sentence, ...]
    usable: tuple[int, ...]
    title: str
    title_id: str
    language: str
    preset: str
    lead: Mapping[int, float]
    size: int


def summarize(document: Document, *, count: int | None = None, preset: str = "auto") -> Summary:
    """Choose the sentences that say what a text is about, in document order.

    count None is 3 bullets below 1,500 characters, 5 below 4,000 and 7 above; a given count is
    brought into the range from 1 to the number of usable sentences. There are fewer bullets when
    the text repeats itself or they would be more than 60 % of it. A bullet is a segment, with
    the question that a short answer needs or the sentence that says who is quoted.
    preset "auto" takes "interview" if 20 % of the lines are questions or carry a speaker's label,
    else "news". Up to 400 usable sentences the scores are exact; a longer text is cut into blocks
    of at most 400, the best of each are ranked again, and time and memory grow with its length.
    A text under 3 sentences, or under 200 characters (300 in a language counted by words), is
    refused: no bullets, and `refusal` says why.
    Raises UnknownNameError: no preset or language has the name.
    """
    if preset not in ("auto", *PRESETS):
        raise UnknownNameError("preset", preset, ("auto", *PRESETS))
    reading = _read(document, preset)
    refusal = _refusal(reading)
    bullets = () if refusal else _bullets(reading, _count(reading, count))
    if not bullets:
        refusal = refusal or "Too short to summarise: one sentence is over 60 % of the text."
    coverage = _coverage(reading, bullets) if bullets else 0.0
    return Summary(bullets, reading.preset, reading.title_id, refusal, coverage)


def bullet_lines(summary: Summary, texts: Mapping[str, str]) -> tuple[tuple[Bullet, str], ...]:
    """Return every bullet with its text in one column; texts are the column's, by segment id.

    Quotations stay as they are. A segment without a text is left out; the bullet stays, so that
    columns have the same bullets.

    >>> summary = Summary((Bullet("b1", ("s1", "s2")),), "news")
    >>> bullet_lines(summary, {"s1": "「寒かった」", "s2": "と語った。"})[0][1]
    '「寒かった」と語った。'
    """
    return tuple((bullet, _joined(bullet, texts)) for bullet in summary.bullets)


def _joined(bullet: Bullet, texts: Mapping[str, str]) -> str:
    line = ""
    for text in (texts.get(segment_id, "").strip() for segment_id in bullet.segment_ids):
        # Japanese and Chinese put nothing between two sentences.
        wide = line and ("\u3000" <= line[-1] <= "\u9fff" or "\uff00" <= line[-1] <= "\uffef")
        line += text if wide or not line or not text else f" {text}"
    return line


def _read(document: Document, preset: str) -> _Reading:
    title_id = structure.find_title(document)
    body = structure.read_body(document, title_id)
    if preset == "auto":
        preset = "interview" if structure.is_interview(body) else "news"
    usable = _usable(body, document.language)
    # 1 / (1 + place), scaled over the document: the published lead prior.
    last = 1 / max(1, len(usable))
    lead = {p: (1 / (1 + i) - last) / (1 - last or 1) for i, p in enumerate(usable)}
    titles = {s.id: s.text.strip() for s in document.segments if s.id == title_id}
    title = titles.get(title_id, "")
    size = sum(len(sentence.text) for sentence in body)
    return _Reading(tuple(body), usable, title, title_id, document.language, preset, lead, size)


def _usable(body: Sequence[Sentence], language: str) -> tuple[int, ...]:
    """Return the places of what can be a bullet: no question, and more than a "Yes, I do."."""
    statements = [place for place, sentence in enumerate(body) if not sentence.question]
    least = 8 if structure.by_characters(language) else 15
    telling = [place for place in statements if structure.letters(body[place].text) >= least]
    return tuple(telling or statements)


def _refusal(reading: _Reading) -> str:
    number, size = len(reading.body), reading.size
    if number < SENTENCES:
        found = "1 sentence" if number == 1 else f"{number} sentences"
        return f"Too short to summarise: {found}; at least {SENTENCES} are needed."
    least = 200 if structure.by_characters(reading.language) else 300
    if size < least:
        return f"Too short to summarise: {size} characters; at least {least} are needed."
    return "" if reading.usable else "Nothing to summarise: every sentence is a question."


def _count(reading: _Reading, count: int | None) -> int:
    if count is None:
        count = 3 if reading.size < 1500 else 5 if reading.size < 4000 else 7
    return max(1, min(count, len(reading.usable)))


def _bullets(reading: _Reading, count: int) -> tuple[Bullet, ...]:
    """Return at most `count` bullets that are at most 60 % of the text, in document order."""
    room = SHARE * reading.size
    places = [p for p in reading.usable if len(reading.body[p].text) <= room]
    scores = _choose(reading, places, count) if places else {}
    groups = _groups(reading, list(scores))
    size, fitting = 0, 0
    for group in groups:
        size += sum(len(reading.body[place].text) for place in group)
        fitting += size <= room
    best = sorted(zip(groups[:fitting], list(scores.values())[:fitting], strict=True))
    return tuple(
        Bullet(f"b{number}", tuple(reading.body[place].id for place in group), score)
        for number, (group, score) in enumerate(best, 1)
    )


def _groups(reading: _Reading, places: Sequence[int]) -> list[tuple[int, ...]]:
    """Return each place with the neighbour it needs, unless that stands in another bullet."""
    taken = set(places)
    groups = []
    for place in places:
        near = structure.companions(reading.body, place, reading.language)
        group = tuple(sorted({place, *(p for p in near if p not in taken)}))
        taken.update(group)
        groups.append(group)
    return groups


def _choose(reading: _Reading, places: Sequence[int], count: int) -> dict[int, float]:
    """Return up to `count` places with their scores, best first."""
    if len(places) <= BLOCK:
        return _best(reading, places, count)
    number = -(-len(places) // BLOCK)
    edges = [len(places) * i // number for i in range(number + 1)]
    blocks = [places[a:b] for a, b in pairwise(edges)]
    if count > BLOCK // 2:
        # So many bullets are an abridgement: every block gives its share of them.
        shares = [count * b // len(places) - count * a // len(places) for a, b in pairwise(edges)]
        parts = [_best(reading, b, share) for b, share in zip(blocks, shares, strict=True)]
        found = [item for part in parts for item in part.items()]
        return dict(sorted(found, key=lambda item: (-item[1], item[0])))
    keep = max(1, BLOCK // number)
    finalists = sorted(place for block in blocks for place in _best(reading, block, keep))
    return _choose(reading, finalists, count)


def _best(reading: _Reading, places: Sequence[int], count: int) -> dict[int, float]:
    # numpy takes a tenth of a second to load, which `--help` must not wait for.
    from workbench.summaries import ranking

    ranked = ranking.rank(
        [structure.fold(reading.body[place].text) for place in places],
        structure.fold(reading.title),
        [reading.lead[place] for place in places],
        by_words=not structure.by_characters(reading.language),
        news=reading.preset == "news",
    )
    kept = [places[i] for i in ranked.kept]
    at = {place: i for i, place in enumerate(kept)}
    openers = {
        i: at.get(place - 1, -1) for i, place in enumerate(kept) if reading.body[place].opener
    }
    length = [_overlength(reading.body[place].text, reading.language) for place in kept]
    chosen = ranking.pick(ranked, count, length, openers)
    return {kept[i]: float(ranked.scores[i]) for i in chosen}


def _overlength(text: str, language: str) -> float:
    """Return 0 up to the cap of the language, then rising to 1 at twice the cap."""
    cap = _CAPS.get(language.split("-")[0], _CAP)
    return min(1.0, max(0.0, len(text) / cap - 1))


def _coverage(reading: _Reading, bullets: Sequence[Bullet]) -> float:
    """Return the share of the key terms that the bullets contain, 0 to 1.

    Key terms are those of at least two sentences, those of the title that the text takes up,
    and numbers.
    """
    sentences = {sentence.id: _terms(sentence.text, reading.language) for sentence in reading.body}
    frequency = Counter(term for terms in sentences.values() for term in terms)
    title = _terms(reading.title, reading.language)
    key = {t for t, df in frequency.items() if df > 1 or t in title or t[0].isdigit()}
    said = {term for bullet in bullets for i in bullet.segment_ids for term in sentences[i]}
    return round(len(key & said) / len(key), 4) if key else 0.0


def _terms(text: str, language: str) -> set[str]:
    """Return the terms of a text: numbers, and words or what stands for them.

    Korean words count by their first two syllables, because a particle follows the stem;
    without spaces, by pairs of characters other than hiragana; else from 4 letters on.
    """
    words = _WORD.findall(structure.fold(text))
    terms = {number for word in words for number in re.findall(r"\d+", word)}
    if language.startswith("ko"):
        return terms | {word[:2] for word in words if len(word) > 1 and not word[0].isdigit()}
    if structure.by_characters(language):
        runs = [run for word in words for run in _TERM.findall(re.sub(r"\d", " ", word))]
        return terms | {run[i : i + 2] for run in runs for i in range(len(run) - 1)}
    plain = {word for word in words if len(word) > 3 and not word[0].isdigit()}
    return terms | (plain - _COMMON)
