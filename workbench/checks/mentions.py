"""Finds the names of a text, and the stretches of it that may sound like a name of another text.

The readers of the languages are in mentions_ja, mentions_ko and mentions_en; a reader returns the
names (mentions) and, asked for them, the windows in which a rendering is looked for. To add one,
add it to _READERS.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_READERS = {
    "ja": "workbench.checks.mentions_ja",
    "ko": "workbench.checks.mentions_ko",
    "en": "workbench.checks.mentions_en",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text and the ways it may sound (see sounds), the likeliest first.

    rough says that it does not look like a name: only a very close sound makes it one.
    """

    start: int
    end: int
    sounds: tuple[str, ...]
    rough: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name without its title: 呉 of 呉氏, Kim Jong Un of Mr. Kim Jong Un.

    parts are its words in order (family and given name); place is its number in the gazetteer,
    or None. sure: nothing but a name stands there so; an unsure mention raises no doubt alone.
    kind is "person", "place", "organisation" or "name" where the text does not tell.
    """

    kind: str
    parts: tuple[Part, ...]
    sure: bool
    place: int | None = None

    @property
    def start(self) -> int:
        """Return the place of the first character."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """Return the place behind the last character."""
        return self.parts[-1].end


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a text: its mentions in order.

    words are those that are written as no name: what sounds like one of them is a loan word.
    """

    mentions: tuple[Mention, ...]
    words: tuple[Part, ...] = ()


def listed(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())


def readable(language: str) -> bool:
    """Tell whether there is a reader of names for a language."""
    return language.split("-")[0] in _READERS


@lru_cache(maxsize=256)
def read_names(text: str, language: str) -> Reading:
    """Return the mentions of a text; none without a reader.

    >>> [text[m.start : m.end] for text in ["呉氏は友人と田中美咲さんに会った。"]
    ...  for m in read_names(text, "ja").mentions]
    ['呉', '田中美咲']
    """
    name = _READERS.get(language.split("-")[0])
    if name is None or not text.strip():
        return Reading(())
    reading: Reading = importlib.import_module(name).read(text)
    return reading


@lru_cache(maxsize=256)
def read_windows(text: str, language: str) -> tuple[Part, ...]:
    """Return the stretches of a text where names may stand; none without a reader."""
    name = _READERS.get(language.split("-")[0])
    if name is None or not text.strip():
        return ()
    windows: tuple[Part, ...] = tuple(importlib.import_module(name).windows(text))
    return windows


def joined(parts: Sequence[Part], most: int = 8) -> tuple[str, ...]:
    """Return the ways a sequence of parts may sound as one, at most so many."""
    ways = [""]
    for part in parts:
        ways = [way + sound for sound in part.sounds[:4] for way in ways][:most]
    return tuple(dict.fromkeys(way for way in ways if way))
