"""What a reader and its parent say to each other: lines of JSON, a list with its kind in front.

A reader may have been taken over by what it read. Whatever it says is checked here, and can do no
more than be a text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import IO, Any

from workbench.formats import Block, Code, Reading, Remark, Rendering

# Bytes of one message: a block may be as large as the memory of a reader lets it be.
_LONGEST = 300_000_000
# Characters that are sent together, and things.
_ENOUGH, _MANY = 32_768, 500


class GarbledError(ValueError):
    """What was said is nothing that is ever said."""


def dump(kind: str, *values: Any) -> bytes:
    """Return a message; texts may hold lone surrogates."""
    text = json.dumps([kind, *values], ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


def load(stream: IO[bytes]) -> list[Any]:
    """Return the next message, the kind first.

    Raises EOFError: there is none, or what comes is no message.
    """
    line = stream.readline(_LONGEST)
    if not line.endswith(b"\n"):
        raise EOFError
    try:
        message = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise EOFError from error
    if not isinstance(message, list) or not message:
        raise EOFError
    return message


def batches(things: Iterable[Block | Remark]) -> Iterator[list[Any]]:
    """Yield what stands in a file as values of JSON, about 32,000 characters at a time."""
    batch: list[Any] = []
    size = 0
    for thing in things:
        batch.append(_pack(thing))
        size += len(thing.text) if isinstance(thing, Block) else len(thing.message)
        if size >= _ENOUGH or len(batch) >= _MANY:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def unpack(value: Any) -> Block | Remark:
    """Return what `batches` made a value of.

    Raises GarbledError: nothing can have been made so.
    """
    match value:
        case [
            str() as place,
            str() as text,
            list() as codes,
            ("text" | "heading") as kind,
            str() as language,
            str() as kept,
        ]:
            return Block(place, text, _codes(codes, len(text)), kind, language, kept)
        case [str() as message, bool() as lost]:
            return Remark(message, lost)
    raise GarbledError


def pack_renderings(renderings: Iterator[Rendering]) -> list[Any]:
    """Take some renderings and return them as values of JSON; none are left where it is empty."""
    batch: list[Any] = []
    size = 0
    while size < _ENOUGH and len(batch) < _MANY:
        rendering = next(renderings, None)
        if rendering is None:
            break
        batch.append([rendering.text, _pack_codes(rendering.codes), rendering.failed])
        size += len(rendering.text)
    return batch


def unpack_renderings(values: Iterable[Any]) -> Iterator[Rendering]:
    """Yield what `pack_renderings` made values of."""
    for text, codes, failed in values:
        yield Rendering(text, _codes(codes, len(text)), failed)


def pack_reading(reading: Reading) -> dict[str, Any]:
    """Return how a file is to be read as a value of JSON."""
    return asdict(reading)


def unpack_reading(value: dict[str, Any]) -> Reading:
    """Return what `pack_reading` made a value of."""
    lists = {name: tuple(value[name]) for name in ("columns", "fields")}
    return Reading(**(value | lists))


def _pack(thing: Block | Remark) -> list[Any]:
    if isinstance(thing, Remark):
        return [thing.message, thing.lost]
    codes = _pack_codes(thing.codes)
    return [thing.place, thing.text, codes, thing.kind, thing.language, thing.kept]


def _pack_codes(codes: Sequence[Code]) -> list[Any]:
    return [[code.start, code.end, code.kind, code.words] for code in codes]


def _codes(values: list[Any], length: int) -> tuple[Code, ...]:
    return tuple(_code(value, length) for value in values)


def _code(value: Any, length: int) -> Code:
    match value:
        case [
            int() as start,
            int() as end,
            ("pair" | "point" | "literal") as kind,
            str() as words,
        ] if 0 <= start <= end <= length:
            return Code(start, end, kind, words)
    raise GarbledError
