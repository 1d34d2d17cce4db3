"""What bullets contain of a text: its key terms and numbers, and what of theirs it does not say.

All of it is found by the letters: a coverage of 80 % says that the words are there, not that what
they mean is. To teach it a language, give it readers in workbench.checks.reading and .mentions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from workbench.summaries import structure

# Characters read at once for names: the dictionaries give up on a line of a hundred thousand.
_LONGEST = 5_000
# Characters of a name; what is longer is none.
_NAME = 100
_DIGITS = re.compile(r"\d[\d.,]*")


def foreign(text: str, sources: Sequence[str], language: str) -> tuple[str, ...]:
    """Return a message for every number and name of a text that none of the sources has.

    All are in one language. A number is sought by its value (2,500万 is 25000000), a name by its
    letters, part by part; a place may also stand there in another of its forms (英国, イギリス).
    A number that counts something else there (3人 and 3月) is another number. Numbers that are hardly ones (一つ, "the two") are left out. Without a reader for the language
    numbers are compared by their digits, and names not at all.

    >>> foreign("呉氏は25歳で、李氏は30歳だ。", ["呉氏（25）は兵士だった。"], "ja")
    ('The text does not have the number 30.', 'The text does not have the name 李.')
    """
    known = tuple(sources)
    numbers = _unread(text, known, language)
    names = _unknown(text, known, language)
    return tuple(
        dict.fromkeys(
            [
                *(f"The text does not have the number {number}." for number in numbers),
                *(f"The text does not have the name {name}." for name in names),
            ]
        )
    )


def read_values(text: str, language: str, *, hard: bool = True) -> frozenset[object]:
    """Return the values of the numbers of a text; hard leaves out "both", 一つ and "the two".

    For a language without a reader they are the strings of digits.
    """
    # The readers take a while to load, which `--help` must not wait for.
    from workbench.checks.reading import READERS, read_numbers

    if language.split("-")[0] not in READERS:
        return frozenset(found.rstrip(".,") for found in _DIGITS.findall(structure.fold(text)))
    return frozenset(q.value for q in read_numbers(text, language) if not (hard and q.soft))


def _unread(text: str, sources: tuple[str, ...], language: str) -> Iterator[str]:
    from workbench.checks.reading import READERS, read_numbers

    if language.split("-")[0] not in READERS:
        said = {value for source in sources for value in read_values(source, language)}
        digits = (match[0].rstrip(".,") for match in _DIGITS.finditer(structure.fold(text)))
        yield from (number for number in digits if number not in said)
        return
    known = _counted(sources, language)
    for quantity in read_numbers(text, language):
        if not quantity.soft and not any(
            _fits(quantity.units, known[value]) for value in quantity.values & known.keys()
        ):
            yield quantity.text.strip()


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
