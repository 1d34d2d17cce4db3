"""Values of a job as JSON and back: what an older version left out gets its default."""

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Mapping
from operator import attrgetter
from typing import Any, TypeVar

from workbench.database import checksum
from workbench.errors import InputError
from workbench.types import Translation

# Of a translation, in the order of its fields: the rest is of the place it stands in, or can be
# done without.
_KEPT = attrgetter("text", "origin", "score", "truncated", "note", "pivot")
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_Value = TypeVar("_Value")


def pack(value: Any) -> bytes:
    """Return a frozen dataclass, or anything that JSON knows, as JSON.

    Half of a surrogate pair, as names of files may have, is kept.
    """
    typed = dataclasses.is_dataclass(value) and not isinstance(value, type)
    plain = dataclasses.asdict(value) if typed else value
    return _dump(plain)


def unpack(kind: type[_Value], packed: bytes) -> _Value:
    """Return the value of that kind that was packed; fields it lacks have their defaults.

    Raises InputError: it has fields that this version does not know; ValueError, TypeError: it is
    not what was packed.
    """
    made: _Value = _build(kind, _load(packed))
    return made


def seal(value: Any) -> tuple[bytes, int]:
    """Return a value packed, and the checksum by which damage to it is seen."""
    packed = pack(value)
    return packed, checksum(packed)


def unseal(kind: type[_Value], packed: bytes, total: int) -> _Value:
    """Return the value that was sealed.

    Raises InputError: see unpack; ValueError, TypeError: it is damaged.
    """
    _compare(checksum(packed), total)
    return unpack(kind, packed)


def seal_text(language: str, key: bytes, made: Translation) -> tuple[bool, bytes, int]:
    """Return whether a translation failed, the translation packed, and a checksum of all three."""
    packed = _dump(_KEPT(made))
    return made.origin == "failed", packed, checksum(language.encode(), key, packed)


def unseal_text(language: str, key: bytes, packed: bytes, total: int) -> Translation:
    """Return the translation that was sealed. Raises ValueError, TypeError: it is damaged."""
    _compare(checksum(language.encode(), key, packed), total)
    return Translation("", language, *_load(packed))


def _dump(plain: Any) -> bytes:
    return _ENCODER.encode(plain).encode("utf-8", "surrogatepass")


def _load(packed: bytes) -> Any:
    return json.loads(packed.decode("utf-8", "surrogatepass"))


def _compare(found: int, kept: int) -> None:
    if found != kept:
        raise ValueError("the checksum of a row is wrong")


def _build(kind: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(kind):
        return _build_fields(kind, value)
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        other = next(arg for arg in args if arg is not type(None))
        return None if value is None else _build(other, value)
    if origin is tuple:
        kinds = [args[0]] * len(value) if args[1:] == (...,) else args
        return tuple(_build(each, part) for each, part in zip(kinds, value, strict=True))
    if origin is typing.Literal and value not in args:
        raise ValueError(f"{value!r} is none of {', '.join(map(str, args))}")
    return value


def _build_fields(kind: Any, value: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    unknown = sorted(set(value) - set(hints))
    if unknown:
        raise InputError(
            f"It was written by a newer workbench: this one does not know its {', '.join(unknown)}."
            " Update this one to use it."
        )
    return kind(**{name: _build(hints[name], part) for name, part in value.items()})


# Reading the hints of a class takes as long as twenty values.
_hints = functools.cache(typing.get_type_hints)
