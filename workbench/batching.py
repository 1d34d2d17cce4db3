"""Cut work into batches by tokens, and over-long texts into pieces that a model can take."""

import re
from collections.abc import Iterator, Sequence

from workbench.engines import Engine
from workbench.types import Segment

TOKENS = 2048
SEGMENTS = 64
# Where a long text is best cut: after an ender, else after a clause mark, else at a space.
_CUTS = (
    re.compile(r"[。．！？!?…]+[」』”’)）]*\s*"),
    re.compile(r"[、，,;；:：—–]\s*"),
    re.compile(r"\s+"),
)


def batches(
    segments: Sequence[Segment], engine: Engine, source: str, target: str
) -> Iterator[tuple[Segment, ...]]:
    """Yield the segments in order, in batches of at most TOKENS source tokens.

    The first batch is a single sentence and the next ones double, so that the first sentence is
    on the screen before the last is read; a sentence over TOKENS is a batch of its own.
    """
    batch: list[Segment] = []
    size, room = 0, 1
    for start in range(0, len(segments), SEGMENTS):
        window = segments[start : start + SEGMENTS]
        lengths = engine.lengths([segment.text for segment in window], source, target)
        for segment, length in zip(window, lengths, strict=True):
            texts = sum(s.kind in ("sentence", "heading") for s in batch)
            if batch and (texts >= room or size + length > TOKENS):
                yield tuple(batch)
                batch, size, room = [], 0, min(room * 2, SEGMENTS)
            batch.append(segment)
            size += length
    if batch:
        yield tuple(batch)


def pieces(texts: Sequence[str], engine: Engine, source: str, target: str) -> list[list[str]]:
    """Return each text in pieces of at most the engine's limit of tokens, in order.

    Cuts fall at the end of a sentence, else of a clause, else at a space, nearest the middle.
    """
    lengths = engine.lengths(texts, source, target)
    return [
        [text] if length <= engine.limit else _halves(text, engine, source, target)
        for text, length in zip(texts, lengths, strict=True)
    ]


def _halves(text: str, engine: Engine, source: str, target: str) -> list[str]:
    if len(text) < 2:
        return [text]
    cut = _nearest_cut(text)
    both = pieces([text[:cut], text[cut:]], engine, source, target)
    return [piece for half in both for piece in half]


def _nearest_cut(text: str) -> int:
    middle = len(text) // 2
    for pattern in _CUTS:
        ends = [m.end() for m in pattern.finditer(text) if 0 < m.end() < len(text)]
        near = min(ends, key=lambda end: abs(end - middle), default=-len(text))
        if abs(near - middle) <= len(text) * 0.4:
            return near
    return middle
