"""The table by which TOML describes a model: checked, read and written.

Every model of models/catalogue.toml has one, and a checkpoint folder may have its own: model.toml.
To add a key, add a field to catalogue.Model and its reading to `_READERS`.
"""

import difflib
import json
import math
import re
import tempfile
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ModelError, UsageError
from workbench.languages import Language, get_language
from workbench.types import Decoding

if TYPE_CHECKING:
    from workbench.catalogue import Model

FILE = "model.toml"
EVERY = ("*",)
_NAME = re.compile(r"\w[\w.+-]{0,79}")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# Where a download comes from, and why a name is refused, are matters of the catalogue.
_OWN = (
    "name", "title", "licence", "commercial", "family", "target", "codes", "tags", "pairs",
    "languages", "max_source", "engine", "decoding", "task", "punctuation", "note",
)  # fmt: skip


def read_description(folder: Path) -> dict[str, Any]:
    """Return what a folder's model.toml says, as values of catalogue.Model; {} without the file.

    Raises ModelError: it is no TOML, or a key is unknown or has a wrong value; the message names
    the file and the key.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    return parse_table(read_toml(path), str(path))


def write_description(folder: Path, table: Mapping[str, Any]) -> Path:
    """Write a folder's model.toml from a table with the keys of models/catalogue.toml and `name`.

    Values are text, whole numbers, floats, truth values, lists and flat tables of these.
    Raises ModelError: a key is unknown or has a wrong value, or the file cannot be written.
    """
    path = folder / FILE
    parse_table(table, str(path))
    return write_toml(path, table)


def describe(model: "Model") -> dict[str, Any]:
    """Return the table that describes a model, to be changed and written for one made from it.

    Where it was downloaded from is left out: that is not true of what is made from it.
    """
    table = {key: getattr(model, key) for key in _OWN} | {
        "pairs": [f"{source}-{target}" for source, target in model.pairs],
        "languages": list(model.languages),
        "decoding": asdict(model.decoding),
        "tags": dict(model.tags),
    }
    # Without punctuation a folder would have its family's: what is empty must be said.
    return {key: value for key, value in table.items() if value or key == "punctuation"}


def parse_table(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the values of catalogue.Model that a table states; `where` begins every message.

    languages = ["*"] stays ("*",): what it stands for depends on the model.
    Raises ModelError: an unknown key, or a value of a wrong kind.
    """
    values = {}
    for key, value in table.items():
        if key not in _READERS:
            near = difflib.get_close_matches(key, _READERS, n=1)
            guess = f" Did you mean {near[0]!r}?" if near else ""
            raise ModelError(f"{where}: there is no key {key!r}.{guess}")
        try:
            values[key] = _READERS[key](value)
        except (ValueError, UsageError) as exc:
            raise ModelError(f"{where}: {key} = {value!r} is not right: {exc}") from exc
    return values


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file, with or without a byte order mark.

    Raises ModelError: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as exc:
        raise ModelError(f"{path} cannot be read: {exc}") from exc


def write_toml(path: Path, table: Mapping[str, Any]) -> Path:
    """Write a TOML file, whole or not at all, and return its path.

    Raises ModelError: the file cannot be written, or TOML has no way to write a value.
    """
    try:
        text = "".join(f"{_key(key)} = {_written(value)}\n" for key, value in table.items())
        with tempfile.TemporaryDirectory(prefix=".toml-", dir=path.parent) as folder:
            fresh = Path(folder) / path.name
            fresh.write_text(text, "utf-8")
            fresh.replace(path)
    except (OSError, UnicodeEncodeError, TypeError) as exc:
        raise ModelError(f"{path} cannot be written: {exc}") from exc
    return path


def read_name(value: object) -> str:
    """Return a value that can be the name of a model.

    Raises ValueError: it is no text, or has white space or signs that a name must not have.
    """
    name = _text(value)
    if not _NAME.fullmatch(name):
        raise ValueError("a name has up to 80 letters, digits, . _ + -, and begins with no sign")
    return name


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _quoted(key)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        inner = (f"{_key(key)} = {_written(each)}" for key, each in value.items())
        return f"{{ {', '.join(inner)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_written(each) for each in value)}]"
    raise TypeError(f"TOML cannot hold {value!r}")


def _quoted(text: str) -> str:
    # A basic string of TOML is a string of JSON, but for one control character. https://toml.io
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(value: object) -> str:
    # Control characters could drive the terminal that prints them.
    if not isinstance(value, str) or any(unicodedata.category(sign) == "Cc" for sign in value):
        raise ValueError('it must be one line of text: "…"')
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it must be true or false")
    return value


def _count(value: object, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"it must be a whole number from {least} on")
    return value


def _real(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError("it must be a number")
    return float(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ValueError('it must be a list of texts: ["…", "…"]')
    return tuple(value)


def _one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in words:
            raise ValueError(f"it must be one of {', '.join(map(repr, words))}")
        return str(value)

    return read


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple(_pair(pair) for pair in _texts(value))


def _pair(pair: str) -> tuple[str, str]:
    source, dash, target = pair.partition("-")
    if not dash:
        raise ValueError(f'{pair!r} is no pair like "ja-en"')
    return get_language(source).code, get_language(target).code


def _languages(value: object) -> tuple[str, ...]:
    codes = _texts(value)
    return codes if codes == EVERY else tuple(get_language(code).code for code in codes)


def _tags(value: object) -> dict[str, str]:
    return {get_language(code).code: _text(tag) for code, tag in _items(value)}


def _decoding(value: object) -> Decoding:
    given = dict(_items(value))
    unknown = sorted(given.keys() - _STEPS.keys())
    if unknown:
        raise ValueError(f"there is no {', '.join(unknown)}; there is {', '.join(_STEPS)}")
    return Decoding(**{key: _STEPS[key](each) for key, each in given.items()})


def _items(value: object) -> Iterable[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        raise ValueError("it must be a table: { key = value }")
    return value.items()


def _positive(value: object) -> int:
    return _count(value, 1)


_STEPS: dict[str, Callable[[object], Any]] = {
    "beam": _positive,
    "n_best": _positive,
    "length_penalty": _real,
    "repetition_penalty": _real,
    "no_repeat_ngram": _count,
    "max_length": _positive,
}
_READERS: dict[str, Callable[[object], Any]] = {
    "name": read_name,
    "title": _text,
    "licence": _text,
    "commercial": _truth,
    "family": _text,
    "target": _one_of("none", "tag", "forced_bos", "prefix"),
    "codes": _one_of(*(field.name for field in fields(Language) if field.type is str)),
    "tags": _tags,
    "pairs": _pairs,
    "languages": _languages,
    "max_source": _positive,
    "engine": _one_of("auto", "hf", "ct2", "pseudo", "chat"),
    "decoding": _decoding,
    "task": _one_of("translation", "summarization"),
    "punctuation": _one_of("", "moses"),
    "hub": _text,
    "revision": _text,
    "size_mb": _count,
    "note": _text,
    "known_bad": _text,
}
