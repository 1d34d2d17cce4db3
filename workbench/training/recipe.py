"""How a model is made from nothing, as data: a TOML file of network, vocabulary, text, schedule.

`[profiles.NAME]` tables change values for another machine or another trial. To add a setting, add
a field below; the file's keys are the fields' names.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from workbench.errors import UnknownNameError, UsageError

_STRICT = ConfigDict(extra="forbid")
Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]
Amount = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True, config=_STRICT)
class Network:
    """The size of a Marian network; width and feed_forward are numbers of units."""

    width: Size = 256
    feed_forward: Size = 1024
    encoder_layers: Size = 4
    decoder_layers: Size = 2
    heads: Size = 4


@dataclass(frozen=True, config=_STRICT)
class Vocabulary:
    """One SentencePiece vocabulary for all languages (Kudo and Richardson 2018).

    size: pieces. sentences: how many are read to find them. coverage: share of all characters
    that are pieces of their own; the rest is spelt in bytes.
    """

    size: Size = 10_000
    sentences: Size = 900_000
    coverage: Annotated[float, Field(gt=0, le=1)] = 0.9998


@dataclass(frozen=True, config=_STRICT)
class Schedule:
    """How long and how fast to train; see schedule.Budget and trainer.Settings.

    longest: tokens a side; a longer pair is left out. aligned_start: begin from embeddings of
    aligned text. mixing: exponent of a direction's size in its share (0: all alike).
    """

    minutes: Amount = 0.0
    epochs: Amount = 0.0
    steps: Count = 0
    batch_tokens: Size = 3072
    rate: Amount = 1.4e-3
    warmup: Size = 600
    cooldown: Share = 0.3
    dropout: Share = 0.1
    smoothing: Share = 0.1
    average: Share = 0.02
    check_every: Size = 500
    longest: Size = 120
    aligned_start: bool = True
    mixing: Amount = 0.5
    loaders: Count = 0
    precision: Literal["auto", "bf16", "float32"] = "auto"
    seed: Count = 1


@dataclass(frozen=True, config=_STRICT)
class Source:
    """One source of text. files: patterns below the data folder; the first source that names a
    file has it.

    weight: how much more often than others a pair is drawn. limit: pairs per language pair that
    are taken, 0 for all. prose: leave out lines that look like code. held_out: share (0 to 1) of
    its documents that is kept for checks. vocabulary: how often it is read to find the pieces.
    """

    name: str
    files: tuple[str, ...]
    weight: Amount = 1.0
    limit: Count = 0
    prose: bool = False
    held_out: Share = 0.0
    vocabulary: Count = 1


@dataclass(frozen=True, config=_STRICT)
class Recipe:
    """Everything that makes a model but the text itself.

    directions: "ja-en" -> how much of it is drawn (any positive scale). tags: language -> the
    token that asks for it as target. max_source: tokens.
    """

    name: str
    title: str
    licence: str
    directions: Mapping[str, float]
    tags: Mapping[str, str]
    source: tuple[Source, ...]
    commercial: bool = False
    max_source: Size = 120
    note: str = ""
    network: Network = Network()
    vocabulary: Vocabulary = Vocabulary()
    schedule: Schedule = Schedule()


def load(path: Path, profile: str = "") -> Recipe:
    """Return the recipe of a TOML file, changed by one of its profiles.

    Raises UsageError: the file cannot be read or has a key or value that is not right; the
    message names both. UnknownNameError: no such profile.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise UsageError(f"The recipe {path} cannot be read: {exc}") from exc
    profiles = table.pop("profiles", {})
    if profile and profile not in profiles:
        raise UnknownNameError("profile", profile, profiles)
    try:
        recipe = TypeAdapter(Recipe).validate_python(_merged(table, profiles.get(profile, {})))
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {place}: {first['msg']} (found {first['input']!r}).") from exc
    _check(recipe, path)
    return recipe


def _check(recipe: Recipe, path: Path) -> None:
    for direction in recipe.directions:
        source, dash, target = direction.partition("-")
        if not (source and dash and target in recipe.tags):
            raise UsageError(f"{path}: directions.{direction} has no target with a tag in [tags].")
    if recipe.network.width % recipe.network.heads:
        raise UsageError(f"{path}: network.width is no multiple of network.heads.")
    schedule = recipe.schedule
    if not (schedule.minutes or schedule.epochs or schedule.steps):
        raise UsageError(f"{path}: [schedule] needs minutes, epochs or steps.")


def _merged(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with changes put in, tables within tables merged."""
    merged = dict(table)
    for name, value in changes.items():
        old = merged.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[name] = _merged(old, value) if both else value  # type: ignore[arg-type]
    return merged
