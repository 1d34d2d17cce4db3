"""Which sentences of a text become bullets: how many, and what must stand beside them.

structure.py says what a sentence is to a summary, ranking.py scores it; a new preset is a case in
`read_document` and its score in ranking.rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workbench.summaries import speakers, structure
from workbench.summaries.structure import Sentence
from workbench.types import Bullet, Document

# A longer text is ranked in blocks of this many sentences, so that cost grows with its length.
BLOCK = 400
SENTENCES = 3
SHARE = 0.6
# Over this many characters a sentence is long for a bullet; it is not cut, only less wanted.
_CAPS = {"ja": 90, "zh": 90, "ko": 100}
_CAP = 180
# At length 0 and 1 a sentence of one and a half caps loses or gains so many soft penalties of 0.15.
_WEIGHT = 15.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a summary should be like; see `summarize` for count, length and similar."""

    count: int | None = None
    length: float = 0.5
    similar: float = 0.6


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as the choice needs it.

    usable are places in body; lead, for each of them, runs from 1 down to 0; size is the number
    of characters of the body.
    """

    document: Document
    body: tuple[Sentence, ...]
    usable: tuple[int, ...]
    title: str
    title_id: str
    preset: str
    lead: Mapping[int, float]
    size: int

    @property
    def language(self) -> str:
        """Return the language of the document."""
        return self.document.language


def read_document(document: Document, preset: str) -> Reading:
    """Return a document read for the preset "news" or "interview", or what "auto" takes it for."""
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
    return Reading(document, tuple(body), usable, title, title_id, preset, lead, size)


def find_refusal(reading: Reading) -> str:
    """Return why a text cannot be summarised, "" if it can."""
    number, size = len(reading.body), reading.size
    if number < SENTENCES:
        found = "1 sentence" if number == 1 else f"{number} sentences"
        return f"Too short to summarise: {found}; at least {SENTENCES} are needed."
    least = 200 if structure.by_characters(reading.language) else 300
    if size < least:
        return f"Too short to summarise: {size} characters; at least {least} are needed."
    return "" if reading.usable else "Nothing to summarise: every sentence is a question."


def choose_bullets(reading: Reading, wish: Wish) -> tuple[Bullet, ...]:
    """Return at most the bullets wanted that are at most 60 % of the text, in document order."""
    room = SHARE * reading.size
    places = [p for p in reading.usable if len(reading.body[p].text) <= room]
    scores = _choose(reading, places, _count(reading, wish.count), wish) if places else {}
    groups = _groups(reading, list(scores))
    size, fitting = 0, 0
    for group in groups:
        size += sum(len(reading.body[place].text) for place in group)
        fitting += size <= room
    best = sorted(zip(groups[:fitting], scores.items(), strict=False))
    return tuple(
        make_bullet(reading, f"b{number}", group, place, score)
        for number, (group, (place, score)) in enumerate(best, 1)
    )


def make_bullet(
    reading: Reading, name: str, group: Sequence[int], place: int, score: float
) -> Bullet:
    """Return the bullet of the sentence at a place, with those of its group beside it."""
    ids = tuple(reading.body[p].id for p in group)
    speaker = speakers.find_speaker(reading.body, place, reading.language)
    return Bullet(name, ids, score, speaker=speaker.name)


def group_of(reading: Reading, place: int, taken: set[int]) -> tuple[int, ...]:
    """Return a place with the neighbour that it needs, unless that is taken."""
    near = structure.companions(reading.body, place, reading.language)
    return tuple(sorted({place, *(p for p in near if p not in taken)}))


def next_best(reading: Reading, chosen: Sequence[int], count: int, wish: Wish) -> dict[int, float]:
    """Return up to `count` more places with their scores, best first, after those chosen.

    What is a near duplicate of one chosen is left out.
    """
    places = sorted({*_finalists(reading, reading.usable, wish), *chosen})
    return _best(reading, places, count, wish, chosen)


def count_sections(reading: Reading) -> int:
    """Return in how many sections a text is read: those under its headings, else the blocks.

    What stands before the first heading is a section too. Every one is read whole.
    """
    ids = {sentence.id for sentence in reading.body}
    marks = [
        segment.kind == "heading"
        for segment in reading.document.segments
        if segment.id in ids or (segment.kind == "heading" and segment.id != reading.title_id)
    ]
    # A section begins at a sentence that is the first or stands right under a heading.
    headed = sum(not here and before for before, here in pairwise([True, *marks]))
    return headed if headed > 1 else len(_edges(len(reading.usable))) - 1


def _usable(body: Sequence[Sentence], language: str) -> tuple[int, ...]:
    """Return the places of what can be a bullet: no question, and more than a "Yes, I do."."""
    statements = [place for place, sentence in enumerate(body) if not sentence.question]
    least = 8 if structure.by_characters(language) else 15
    telling = [place for place in statements if structure.letters(body[place].text) >= least]
    return tuple(telling or statements)


def _count(reading: Reading, count: int | None) -> int:
    if count is None:
        count = 3 if reading.size < 1500 else 5 if reading.size < 4000 else 7
    return max(1, min(count, len(reading.usable)))


def _groups(reading: Reading, places: Sequence[int]) -> list[tuple[int, ...]]:
    """Return each place with the neighbour it needs, unless that stands in another bullet."""
    taken = set(places)
    groups = []
    for place in places:
        group = group_of(reading, place, taken)
        taken.update(group)
        groups.append(group)
    return groups


def _choose(reading: Reading, places: Sequence[int], count: int, wish: Wish) -> dict[int, float]:
    """Return up to `count` places with their scores, best first."""
    if len(places) <= BLOCK:
        return _best(reading, places, count, wish)
    if count <= BLOCK // 2:
        return _choose(reading, _finalists(reading, places, wish), count, wish)
    # So many bullets are an abridgement: every block gives its share of them.
    edges = _edges(len(places))
    shares = [count * b // len(places) - count * a // len(places) for a, b in pairwise(edges)]
    parts = [
        _best(reading, places[a:b], share, wish)
        for (a, b), share in zip(pairwise(edges), shares, strict=True)
    ]
    found = [item for part in parts for item in part.items()]
    return dict(sorted(found, key=lambda item: (-item[1], item[0])))


def _finalists(reading: Reading, places: Sequence[int], wish: Wish) -> list[int]:
    """Return at most BLOCK places: the best of every block of a longer list."""
    if len(places) <= BLOCK:
        return list(places)
    edges = _edges(len(places))
    keep = max(1, BLOCK // (len(edges) - 1))
    blocks = [places[a:b] for a, b in pairwise(edges)]
    best = sorted(place for block in blocks for place in _best(reading, block, keep, wish))
    return _finalists(reading, best, wish)


def _edges(total: int) -> list[int]:
    number = max(1, -(-total // BLOCK))
    return [total * i // number for i in range(number + 1)]


def _best(
    reading: Reading, places: Sequence[int], count: int, wish: Wish, chosen: Sequence[int] = ()
) -> dict[int, float]:
    # numpy takes a tenth of a second to load, which `--help` must not wait for.
    from workbench.summaries import ranking

    ranked = ranking.rank(
        [structure.fold(reading.body[place].text) for place in places],
        structure.fold(reading.title),
        [reading.lead[place] for place in places],
        by_words=not structure.by_characters(reading.language),
        news=reading.preset == "news",
        similar=wish.similar,
    )
    kept = [places[i] for i in ranked.kept]
    at = {place: i for i, place in enumerate(kept)}
    openers = {
        i: at.get(place - 1, -1) for i, place in enumerate(kept) if reading.body[place].opener
    }
    length = [_overlength(reading.body[p].text, reading.language, wish.length) for p in kept]
    # What was chosen and is a near duplicate of another is stood for by that one.
    stands = {places[i]: places[j] for i, j in ranked.gone.items()}
    before = list(dict.fromkeys(at[p] for p in (_final(p, stands) for p in chosen) if p in at))
    picked = ranking.pick(ranked, count, length, openers, before)
    return {kept[i]: float(ranked.scores[i]) for i in picked}


def _final(place: int, stands: Mapping[int, int]) -> int:
    while place in stands:
        place = stands[place]
    return place


def _overlength(text: str, language: str, wanted: float) -> float:
    """Return how unwelcome the length of a sentence is, in soft penalties.

    At 0.5 it is 0 up to the cap of the language, then rises to 1 at twice the cap. Towards 0 every
    character counts against a sentence; towards 1 it counts for it.
    """
    cap = _CAPS.get(language.split("-")[0], _CAP)
    over = min(1.0, max(0.0, len(text) / cap - 1))
    lean = 1 - 2 * wanted
    return over * min(1.0, 1 + lean) + _WEIGHT * lean * min(1.0, len(text) / (1.5 * cap))
