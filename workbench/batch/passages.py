"""Blocks of a file as documents that the pipeline takes, and their translations as renderings."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from workbench.formats import Block, Rendering
from workbench.formats.inline import project
from workbench.formats.placing import Find
from workbench.render import gap_behind
from workbench.segmentation import split
from workbench.types import Document, Kind, Segment, Translation

# What stands between two blocks in the running text of a file.
_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class Passage:
    """Some blocks of a file, one after the other.

    parts[i] has the segments of blocks[i]: `"".join(text + gap)` is the block's text. document is
    all of them as running text, with an empty line behind each block; ids, starts and paragraphs
    count on over the whole file.
    """

    document: Document
    blocks: tuple[Block, ...]
    parts: tuple[Document, ...]


def passages(
    blocks: Iterable[Block], language: str, name: str, size: int = 65_536
) -> Iterator[Passage]:
    """Yield whole blocks in passages of at least `size` characters, but for the last.

    Memory holds one passage. A block that is kept, or is a heading, is one segment.
    """
    counter = _Counter(language, name)
    held: list[Block] = []
    parts: list[Document] = []
    length = 0
    for block in blocks:
        held.append(block)
        parts.append(counter.part(block))
        length += len(block.text)
        if length >= size:
            yield _passage(held, parts)
            held, parts, length = [], [], 0
    if held:
        yield _passage(held, parts)


def rendering(
    block: Block,
    part: Document,
    translations: Mapping[str, Translation],
    language: str,
    find: Find,
) -> tuple[Rendering, tuple[str, ...]]:
    """Return what stands for a block, and what is to be said of it.

    translations are by the id of their segment. A sentence without one stands as it is in the
    source, so that nothing is lost.
    """
    last = len(part.segments) - 1
    targets = []
    failed = False
    for index, segment in enumerate(part.segments):
        text = translations[segment.id].text
        if segment.text.strip() and not text.strip():
            failed, text = True, segment.text
        targets.append((text, gap_behind(segment, text, language, last=index == last)))
    placed = project(block, part.segments, targets, find)
    notes = []
    if placed.guessed:
        words = sorted({block.codes[n].words or block.codes[n].kind for n in placed.guessed})
        notes.append(f"{block.place}: where {', '.join(words)} belongs was guessed; look at it")
    return Rendering(placed.text, placed.codes, failed), tuple(notes)


class _Counter:
    """Cuts blocks into segments whose ids, starts and paragraphs count on."""

    def __init__(self, language: str, name: str) -> None:
        self._language, self._name = language, name
        self._segments = self._characters = self._paragraphs = 0

    def part(self, block: Block) -> Document:
        cut = _one(block) if block.kept or block.kind == "heading" else None
        segments = cut or split(block.text, self._language).segments
        counted = tuple(
            replace(
                segment,
                id=f"s{self._segments + index}",
                start=self._characters + segment.start,
                paragraph=self._paragraphs + segment.paragraph,
            )
            for index, segment in enumerate(segments, 1)
        )
        self._segments += len(segments)
        self._characters += len(block.text) + len(_BETWEEN)
        self._paragraphs += 1 + max((segment.paragraph for segment in segments), default=0)
        return Document(self._language, counted, self._name)


def _one(block: Block) -> tuple[Segment, ...] | None:
    """Return a block as a single segment; None where white space around it is in the way."""
    if block.text != block.text.strip() or "\n" in block.text:
        return None
    kind: Kind = "heading" if block.kind == "heading" else "sentence"
    return (Segment("", block.text, "", kind, 0, 0),)


def _passage(blocks: list[Block], parts: list[Document]) -> Passage:
    segments: list[Segment] = []
    for part in parts:
        segments += part.segments
        if part.segments:
            segments[-1] = replace(segments[-1], gap=segments[-1].gap + _BETWEEN)
    document = Document(parts[0].language, tuple(segments), parts[0].name)
    return Passage(document, tuple(blocks), tuple(parts))
