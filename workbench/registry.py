"""Checkpoint folders of the user's own: opened as models, and registered under names.

A folder tells what it is by its files and its model.toml (workbench.description). What more a
model.toml must not claim is another check in `_refuse_lies`.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from workbench.catalogue import Model, catalogue_file, data_dir, family_defaults, load_catalogue
from workbench.description import EVERY, FILE, read_description, read_name, read_toml, write_toml
from workbench.engines import folder as checkpoint
from workbench.errors import ModelError, UnknownNameError, UsageError
from workbench.types import Decoding

# (name, size in bytes, time of the last change in ns) of each file.
_Stamp = tuple[tuple[str, int, int], ...]
_VOCABULARIES = ("vocab.json", "tokenizer.json", "tokenizer_config.json")


def open_folder(folder: Path) -> Model:
    """Return the model of a checkpoint folder: what its model.toml says over what its files tell.

    Without a name in model.toml it has the folder's.
    Raises ModelError: the folder holds no model that can be run, or its model.toml is damaged,
    or claims what the checkpoint cannot do; the message names the file and the key.
    """
    model = _opened(folder)
    return replace(model, note=f"Opened from {folder}. {model.note}".strip())


def registered_file() -> Path:
    """Return the file that holds name -> folder of every registered model."""
    return data_dir() / "registered.toml"


def registered() -> dict[str, Path]:
    """Return name -> folder of every registered model, in the order of registration.

    Raises ModelError: the file is damaged.
    """
    path = registered_file()
    if not path.is_file():
        return {}
    try:
        table = read_toml(path)
        return {read_name(name): Path(folder) for name, folder in table.items()}
    except (ModelError, ValueError, TypeError) as exc:
        raise ModelError(
            f"The list of registered folders {path} is damaged: {exc}. "
            "Mend it, or delete it and register the folders again."
        ) from exc


def registered_models() -> dict[str, Model]:
    """Return every registered model by name; known_bad says why one cannot be used.

    Raises ModelError: the list of them is damaged.
    """
    return {name: _registered(name, folder) for name, folder in registered().items()}


def add(folder: str | Path, name: str = "") -> Model:
    """Register a checkpoint folder under a name and return its model.

    Without a name it has that of its model.toml, or else the folder's own. Doing it again is no
    error. Raises ModelError: the folder holds no model that can be run. Raises UsageError: the
    name cannot be one, or is taken.
    """
    place = Path(folder).expanduser().resolve()
    described = _opened(place).name
    name = name or described
    _require_name(name)
    with _locked() as path:
        _refuse_taken(name, place)
        write_toml(path, {key: str(each) for key, each in (registered() | {name: place}).items()})
    return _named(name, place)


def forget(name: str) -> Path:
    """Take a name off the list and return the folder that had it; the folder stays as it is.

    Raises UnknownNameError: no folder is registered under the name.
    """
    with _locked() as path:
        known = registered()
        if name not in known:
            raise UnknownNameError("registered model", name, known)
        write_toml(path, {key: str(folder) for key, folder in known.items() if key != name})
    return known[name]


def _registered(name: str, folder: Path) -> Model:
    try:
        return _named(name, folder)
    except ModelError as exc:
        return _unusable(name, folder, str(exc))


def _named(name: str, folder: Path) -> Model:
    model = _opened(folder)
    note = f"Registered from {folder}. {model.note}".strip()
    return replace(model, name=name, registered=str(folder), note=note)


def _unusable(name: str, folder: Path, reason: str) -> Model:
    """Return what stands in the list for a folder that is gone or damaged."""
    return Model(
        name=name,
        title=f"Local folder {folder.name}",
        licence="not known",
        commercial=False,
        path=None,
        family="",
        target="none",
        codes="code",
        pairs=(),
        languages=(),
        max_source=0,
        engine="auto",
        decoding=Decoding(),
        registered=str(folder),
        known_bad=f"{reason.removesuffix('.')}. Mend the folder or put it back, "
        f"or forget the name: workbench models remove {name}",
    )


def _opened(folder: Path) -> Model:
    try:
        return _read(folder, _stamp(folder))
    except OSError as exc:
        raise ModelError(f"The folder {folder} cannot be read: {exc}") from exc


def _stamp(folder: Path) -> _Stamp:
    """Return what changes when a folder's files do."""
    if not folder.is_dir():
        raise ModelError(f"There is no model folder {folder}.")
    states = ((file.name, file.stat()) for file in sorted(folder.iterdir()) if file.is_file())
    return tuple((name, state.st_size, state.st_mtime_ns) for name, state in states)


# The page asks for its models at every change of a field; large vocabularies take seconds to read.
@functools.lru_cache(maxsize=64)
def _read(folder: Path, stamp: _Stamp) -> Model:
    facts = checkpoint.inspect(folder)
    told = read_description(folder)
    name = folder.resolve().name
    given: dict[str, Any] = {
        "title": f"Local folder {told.get('name', name)}",
        "licence": "not stated",
        "commercial": False,
        "engine": "auto",
        "decoding": Decoding(),
        "punctuation": family_defaults(facts.family).get("punctuation", ""),
        "name": name,
    }
    model = Model(**given | asdict(facts) | _claims(told) | {"path": folder})
    _refuse_lies(model, facts, told, folder)
    return model


def _claims(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a model.toml says, but for what only a look at the folder can tell."""
    # A folder is never downloaded, and its size is seen.
    claims = {k: v for k, v in told.items() if k not in ("hub", "revision", "size_mb")}
    if claims.get("languages") == EVERY:
        del claims["languages"]
    if claims.get("languages") and "pairs" not in claims:
        # Every pair of them, then, and not the one that the tokenizer's settings name.
        claims["pairs"] = ()
    return claims


def _refuse_lies(model: Model, facts: checkpoint.Facts, told: dict[str, Any], folder: Path) -> None:
    """Check that a model.toml claims nothing that the checkpoint cannot do.

    Raises ModelError: it does; the message names the file and the key.
    """
    path = folder / FILE
    if model.family != facts.family:
        raise ModelError(f"{path}: family = {model.family!r}, but its files are {facts.family}.")
    if model.max_source > facts.max_source:
        raise ModelError(
            f"{path}: max_source = {model.max_source}, but its files allow {facts.max_source}."
        )
    ends = {target for _, target in model.pairs}
    if model.target == "none" and len(ends) > 1 and model.task == "translation":
        raise ModelError(
            f"{path}: pairs has {len(ends)} target languages, and target = 'none' says that the "
            "model is told none. Give each its tag (target, tags), or leave one."
        )
    if told.keys() & {"pairs", "languages", "tags", "codes", "target"}:
        _require_tokens(model, facts, folder)


def _require_tokens(model: Model, facts: checkpoint.Facts, folder: Path) -> None:
    """Check that every language the model claims has a token by which it can be told it."""
    # Imported here because conventions know the catalogue's models.
    from workbench.engines.conventions import told

    key = "pairs" if model.pairs else "languages"
    pairs = model.pairs or tuple((code, code) for code in model.languages)
    needed = {code: "" for pair in pairs for code in told(model, *pair)}
    for code in needed:
        if not _has_token(model, facts, folder, code):
            raise ModelError(
                f"{folder / FILE}: {key} has {code!r}, but the model's vocabulary has no token "
                f'for it. Take it out of {key}, or give the right one: tags = {{ {code} = "…" }}'
            )


def _has_token(model: Model, facts: checkpoint.Facts, folder: Path, code: str) -> bool:
    from workbench.engines.conventions import language_token

    usual = model.codes == facts.codes and code not in model.tags
    if usual and code in facts.languages:
        return True
    try:
        token = language_token(model, code)
    except UsageError:
        return False
    # A prompt in words ("translate English to German:") is text, not a token.
    return " " in token or any(f'"{token}"' in text for text in _texts(folder))


def _texts(folder: Path) -> Iterator[str]:
    files = (folder / name for name in _VOCABULARIES)
    return (file.read_text("utf-8") for file in files if file.is_file())


def _require_name(name: str) -> None:
    try:
        read_name(name)
    except ValueError as exc:
        raise UsageError(f"{name!r} cannot be a name ({exc}). Choose one: --name NAME") from exc


def _refuse_taken(name: str, folder: Path) -> None:
    own = {each.casefold() for each in load_catalogue(catalogue_file())}
    if name.casefold() in own:
        raise UsageError(f"{name!r} is a model of the catalogue. Choose another: --name NAME")
    for other, place in registered().items():
        if other == name and place == folder:
            continue
        if other.casefold() == name.casefold():
            raise UsageError(
                f"{other!r} is registered for {place}. Choose another: --name NAME, "
                f"or free it first: workbench models remove {other}"
            )


@contextmanager
def _locked() -> Iterator[Path]:
    """Hold the list of registered folders, making its folder, and return its path."""
    path = registered_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock")):
            yield path
    except OSError as exc:
        raise ModelError(
            f"{path} cannot be written: {exc}. "
            "Set WORKBENCH_HOME to a folder that you may write to."
        ) from exc
