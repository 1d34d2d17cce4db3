"""What bullets contain of a text: its key terms and numbers, and what of theirs it does not say.

All of it is found by the letters: a coverage of 80 % says that the words are there, not that what
they mean is. To teach it a language, give it readers in workbench.checks.reading and .mentions.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from workbench.summaries import structure
from workbench.types import Bullet, Document, Summary

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
# Characters read at once for names: the dictionaries give up on a line of a hundred thousand.
_LONGEST = 5_000
# Characters of a name; what is longer is none.
_NAME = 100
_DATES = ("year", "month", "day", "weekday")
_DIGITS = re.compile(r"\d[\d.,]*")


def foreign(text: str, sources: Sequence[str], language: str) -> tuple[str, ...]:
    """Return a message for every number, date and name of a text that none of the sources has.

    All are in one language. A number is sought by its value (2,500万 is 25000000), a name by its
    letters, part by part; a place may also stand there in another of its forms (英国, イギリス).
    A number that counts something else there (3人 and 3月) is another number; those that are hardly
    numbers (一つ, "the two") are left out. In a language without a reader, numbers are compared by
    their digits, and names not at all.

    >>> foreign("呉氏は25歳で、李氏は30歳だ。", ["呉氏（25）は兵士だった。"], "ja")
    ('The text does not have the number 30.', 'The text does not have the name 李.')
    """
    known = tuple(sources)
    numbers = _unread(text, known, language)
    names = _unknown(text, known, language)
    return tuple(
        dict.fromkeys(
            [
                *(f"The text does not have the {counted}." for counted in numbers),
                *(f"The text does not have the name {name}." for name in names),
            ]
        )
    )


def measured(summary: Summary, document: Document) -> Summary:
    """Return the summary with its shares of the text's key terms and numbers, as they are now.

    Both are counted on the source: on what stands there of a bullet, a person's or a model's words
    where it has them in that language, else the segments that it is linked to. Key terms are those
    of at least two sentences, those of the title that the text takes up, and numbers in digits.
    Numbers count once for each value, without those that are hardly ones (both, 一つ); a text that
    has none is wholly covered. Both shares are 0 without bullets.
    """
    if not summary.bullets:
        return replace(summary, coverage=0.0, number_coverage=0.0)
    texts = {segment.id: segment.text for segment in document.segments}
    body = [s.text for s in structure.read_body(document, summary.title_id)]
    said = [_words(bullet, texts, document.language) for bullet in summary.bullets]
    terms = _key_terms(body, texts.get(summary.title_id, ""), document.language)
    numbers = _all_values(body, document.language)
    covered = {term for line in said for term in _terms(line, document.language)}
    return replace(
        summary,
        coverage=_share(terms, covered, 0.0),
        number_coverage=_share(numbers, _all_values(said, document.language), 1.0),
    )


def spread(summary: Summary, document: Document) -> tuple[float, ...]:
    """Return where every bullet begins in the text, 0 (its start) to 1, in the order of bullets."""
    last = document.segments[-1] if document.segments else None
    size = max(1, last.start + len(last.text)) if last else 1
    start = {segment.id: segment.start for segment in document.segments}
    return tuple(
        round(min((start[i] for i in bullet.segment_ids if i in start), default=0) / size, 4)
        for bullet in summary.bullets
    )


def _words(bullet: Bullet, texts: Mapping[str, str], language: str) -> str:
    own = "\n".join(texts.get(segment_id, "") for segment_id in bullet.segment_ids)
    return bullet.texts.get(language, own)


def _share(whole: Set[object], part: Set[object], empty: float) -> float:
    return round(len(whole & part) / len(whole), 4) if whole else empty


def _key_terms(body: Sequence[str], title: str, language: str) -> set[object]:
    frequency = Counter(term for text in body for term in _terms(text, language))
    named = _terms(title, language)
    return {t for t, df in frequency.items() if df > 1 or t in named or t[0].isdigit()}


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


def _all_values(texts: Sequence[str], language: str) -> set[object]:
    return {value for text in texts for value in _hard_values(text, language)}


@lru_cache(maxsize=32_768)
def _hard_values(text: str, language: str) -> frozenset[object]:
    """Return the values of the numbers of a text, strings of digits without a reader."""
    # The readers take a while to load, which `--help` must not wait for.
    from workbench.checks.reading import READERS, read_numbers

    if language.split("-")[0] not in READERS:
        return frozenset(_digits(text))
    return frozenset(q.value for q in read_numbers(text, language) if not q.soft)


def _digits(text: str) -> list[str]:
    return [found.rstrip(".,") for found in _DIGITS.findall(structure.fold(text))]


def _unread(text: str, sources: tuple[str, ...], language: str) -> Iterator[str]:
    from workbench.checks.reading import READERS, read_numbers

    if language.split("-")[0] not in READERS:
        said = {digits for source in sources for digits in _digits(source)}
        yield from (f"number {digits}" for digits in _digits(text) if digits not in said)
        return
    known = _counted(sources, language)
    for quantity in read_numbers(text, language):
        if not quantity.soft and not any(
            _fits(quantity.units, known[value]) for value in quantity.values & known.keys()
        ):
            sort = "date" if quantity.kind in _DATES else "number"
            yield f"{sort} {quantity.text.strip()}"


def _fits(units: frozenset[str], known: Sequence[frozenset[str]]) -> bool:
    """Tell whether a number may count what one of the same value counts: 3 of 3人, not of 3月."""
    return not units or any(not other or units & other for other in known)


@lru_cache(maxsize=64)
def _counted(
    sources: tuple[str, ...], language: str
) -> Mapping[Fraction, Sequence[frozenset[str]]]:
    """Return what is counted by every number of the sources, by its values."""
    from workbench.checks.reading import read_numbers

    known: dict[Fraction, list[frozenset[str]]] = {}
    for source in sources:
        for quantity in read_numbers(source, language):
            for value in quantity.values:
                known.setdefault(value, []).append(quantity.units)
    return known


def _unknown(text: str, sources: tuple[str, ...], language: str) -> Iterator[str]:
    said = structure.fold("\n".join(sources))
    for place, parts in _names(text, language):
        elsewhere = place is not None and place in _places(sources, language)
        if not elsewhere and not all(_stands(part, said) for part in parts):
            yield _whole(parts, text)


def _names(text: str, language: str) -> Iterator[tuple[int | None, tuple[str, ...]]]:
    """Yield the names of a text: the number of a place in the gazetteer, and the name's parts."""
    from workbench.checks.mentions import read_names

    for line in text.splitlines():
        for start in range(0, len(line), _LONGEST):
            piece = line[start : start + _LONGEST]
            for mention in read_names(piece, language).mentions:
                if mention.end - mention.start <= _NAME:
                    parts = tuple(piece[part.start : part.end] for part in mention.parts)
                    yield mention.place, parts


def _whole(parts: Sequence[str], text: str) -> str:
    """Return a name as it stands in the text, with what is between its parts."""
    found = re.search(r"\W{0,3}".join(map(re.escape, parts)), text)
    return found[0] if found else " ".join(parts)


@lru_cache(maxsize=64)
def _places(sources: tuple[str, ...], language: str) -> frozenset[int]:
    found = (place for source in sources for place, _ in _names(source, language))
    return frozenset(place for place in found if place is not None)


def _stands(part: str, said: str) -> bool:
    folded = structure.fold(part)
    if not folded[:1].isascii():
        return folded in said
    # Latin letters: a whole word, so that Ann does not stand in Anniversary.
    return bool(re.search(rf"(?<![^\W\d_]){re.escape(folded)}(?![^\W\d_])", said))
