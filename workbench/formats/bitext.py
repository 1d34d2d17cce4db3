"""What files of two languages share (xliff, tmx, po): places, languages, what is said of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering
from workbench.formats.coded import MESSAGE, Piece
from workbench.formats.xml import Element
from workbench.languages import LANGUAGES

# Three-letter codes of ISO 639-2 that are neither a FLORES nor an OPUS code.
_OTHER_CODES = {"chi": "zh", "fre": "fr", "ger": "de", "dut": "nl"}
_CODES = _OTHER_CODES | {
    tag.split("_")[0]: row.code for row in LANGUAGES.values() for tag in (row.flores, row.opus)
}


@dataclass(slots=True)
class Place:
    """A block of a file, and what is to stand for it once that is known.

    A walker yields the place, and goes on to write the rendering if there is one by then.
    """

    block: Block
    rendering: Rendering | None = None

    @property
    def answer(self) -> Rendering | None:
        """The rendering, where the file has no translation that stays."""
        return None if self.block.kept else self.rendering


Walk = Iterable[Place | Remark]


def blocks(walk: Walk) -> Iterator[Block | Remark]:
    """Yield what a walker finds."""
    for found in walk:
        yield found.block if isinstance(found, Place) else found


def fill(walk: Walk, renderings: Iterator[Rendering]) -> None:
    """Let a walker write a rendering in every place."""
    for found in walk:
        if isinstance(found, Place):
            found.rendering = next(renderings)


def match_language(code: str) -> str:
    """Return the code that the workbench uses, or the code in lower case where it knows none.

    >>> [match_language(code) for code in ("ja-JP", "JA", "ja_JP", "jpn", "sv-SE")]
    ['ja', 'ja', 'ja', 'ja', 'sv']
    """
    base = code.strip().replace("_", "-").split("-")[0].lower()
    return _CODES.get(base, base)


def same(code: str, other: str) -> bool:
    """Return whether two codes are of one language, whatever their regions."""
    return match_language(code) == match_language(other)


def called(code: str) -> str:
    """Return the name of a language as messages have it."""
    row = LANGUAGES.get(match_language(code))
    return row.name if row else code


def check_source(name: str, told: str, reading: Reading) -> None:
    """Raise InputError: the file says that its source language is another than is asked for."""
    if told and reading.source and not same(told, reading.source):
        raise InputError(
            f"{name}: its source language is {called(told)} ({told}), not "
            f"{called(reading.source)}. Leave out --from, or say --from {match_language(told)}."
        )


def check_target(name: str, told: str, reading: Reading) -> None:
    """Raise InputError: the file has translations into another language than is asked for."""
    if told and reading.target and not same(told, reading.target):
        raise InputError(
            f"{name}: it has translations into {called(told)} ({told}) already. Translate it "
            f"with --to {match_language(told)}, or take a file without translations."
        )


@dataclass(slots=True)
class Tally:
    """Counts what is left as it is, so that it can be said at the end of the file."""

    counts: dict[Remark, int] = field(default_factory=dict)

    def add(self, what: Remark, count: int = 1) -> None:
        """Count what the message of a remark says; "{}" in it becomes the number."""
        if count:
            self.counts[what] = self.counts.get(what, 0) + count

    def look(self, pieces: Iterable[Piece]) -> None:
        """Count the messages among the pieces of a text that is to be translated."""
        self.add(MESSAGES, sum(piece.words == MESSAGE for piece in pieces))

    def remarks(self) -> Iterator[Remark]:
        """Yield what is to be said, with the numbers in."""
        for what, count in self.counts.items():
            yield Remark(what.message.format(count), what.lost)


def count_subflows(tally: Tally, source: Element) -> None:
    """Count the texts within the codes of a text that is to be translated."""
    for part in source.walk():
        if not isinstance(part, str) and part.name == "sub" and part.text.strip():
            tally.add(SUBFLOWS)


MESSAGES = Remark(
    "Plural or select messages ({{n, plural, …}}) left as they are: {}. Translate their forms by "
    "hand.",
    lost=True,
)
SUBFLOWS = Remark("Texts within codes (sub) left as they are: {}.", lost=True)
