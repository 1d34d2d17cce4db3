"""models/catalogue.toml as values: which models there are, where they lie, what they translate.

To add a model, add a table to models/catalogue.toml; nothing here changes. Then
`python -m workbench.catalogue` renews the table in models/README.md. Folders of the user's own
join by workbench.registry.
"""

import functools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import platformdirs

from workbench.description import EVERY, parse_table, read_toml
from workbench.errors import ModelError, UnknownNameError, UsageError
from workbench.languages import LANGUAGES, get_language
from workbench.types import Decoding

PACKAGE = Path(__file__).resolve().parent
# Engines whose models have no folder.
_FILELESS = ("pseudo", "chat")
# The terms that a user has with the operator of the chat endpoint: nobody else can know them.
CHAT_LICENCE = "WORKBENCH_CHAT_LICENCE"
TABLE_START = "<!-- models: written by python -m workbench.catalogue -->"
TABLE_END = "<!-- /models -->"


@dataclass(frozen=True)
class Model:
    """One model of the catalogue, or one local folder.

    path: folder of the checkpoint when it is installed. family: "marian" | "nllb" | "m2m100" |
    "mbart50" | "t5" | "bart" | "pseudo" | "chat". target, how the target language is told: "none" |
    "tag" (>>kor<< before the text) | "forced_bos" | "prefix" ("<2ko> "). codes: the column of
    languages.Language that holds the model's codes: "opus" | "flores" | "m2m" | "mbart" | "code".
    pairs: direct (source, target) pairs; empty means every pair of `languages`, and both empty
    means every pair there is. max_source: tokens. engine: "auto" | "hf" | "ct2" | "pseudo" |
    "chat" (behind an endpoint, without a folder).
    tags: language code -> tag where it differs from the column. task: "translation" |
    "summarization". punctuation: "moses" if its training text went through the Moses punctuation
    rules, else "". commercial: the licence is known to allow commercial use. size_mb: what its
    weights take, in MB, 0 if unknown. hub: "" for a model that is no download. registered: the
    user's own folder that has this name, else "". known_bad: why the model must not be used by
    name, else "".
    """

    name: str
    title: str
    licence: str
    commercial: bool
    path: Path | None
    family: str
    target: str
    codes: str
    pairs: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    max_source: int
    engine: str
    decoding: Decoding
    tags: Mapping[str, str] = field(default_factory=dict)
    hub: str = ""
    revision: str = ""
    size_mb: int = 0
    note: str = ""
    known_bad: str = ""
    task: str = "translation"
    punctuation: str = ""
    registered: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of models, ready to print.

    use: "" when commercial use is allowed, else the badge "non-commercial" or "check licence".
    registered: the user's own folder that has this name, else "".
    """

    name: str
    title: str
    installed: bool
    size: str
    licence: str
    use: str
    languages: str
    task: str
    hub: str
    note: str
    registered: str


def models_dir() -> Path:
    """Return the folder of the models that come with the code: in a wheel, or a source tree."""
    shipped = PACKAGE / "models"
    return shipped if shipped.is_dir() else PACKAGE.parent / "models"


def data_dir() -> Path:
    """Return the folder of downloaded models and other data: $WORKBENCH_HOME/data if it is set."""
    home = os.environ.get("WORKBENCH_HOME")
    return Path(home) / "data" if home else Path(platformdirs.user_data_dir("workbench"))


def downloads_dir() -> Path:
    """Return the folder that holds one folder per downloaded model."""
    return data_dir() / "models"


def default_model() -> str:
    """Return the name of the model that comes with the code."""
    return "trilingual-small"


def catalogue_file() -> Path:
    """Return the catalogue that comes with the code."""
    return models_dir() / "catalogue.toml"


def load_catalogue(path: Path | None = None) -> dict[str, Model]:
    """Return every model by name, in the order of the file, each with where it is installed.

    Without a path: those of the catalogue that comes with the code, then the registered folders;
    a chat endpoint has the licence that WORKBENCH_CHAT_LICENCE states.
    Raises ModelError: a file is missing, is not TOML or has a table that is no model. A registered
    folder that cannot be used is no error: its known_bad says why.
    """
    if path is not None:
        return _load(path)
    # Imported here because the registry builds on the catalogue.
    from workbench.registry import registered_models

    own = _own()
    return own | {name: each for name, each in registered_models().items() if name not in own}


def family_defaults(family: str) -> dict[str, Any]:
    """Return what the catalogue's models of a family have where they state nothing else."""
    return dict(_tables(catalogue_file()).get("families", {}).get(family, {}))


def get_model(name_or_folder: str) -> Model:
    """Return the model of a name, of a hub id in the catalogue, or of a local folder.

    Names are those of the catalogue and of registered folders. A name wins over a folder of the
    same name: write "./name" for the folder. "chat:ID" is the model ID of the chat endpoint.
    Raises UnknownNameError: neither a name nor a folder. Raises ModelError: the model is known to
    be unusable (the message names another), or the folder holds no model that can be run.
    """
    own = _own()
    if name_or_folder.startswith("chat:") and name_or_folder != "chat:":
        return replace(own["chat"], name=name_or_folder)
    # A damaged list of registered folders must not stop what comes with the code.
    catalogue = own if name_or_folder in own else load_catalogue()
    if name_or_folder in catalogue:
        return _usable(catalogue[name_or_folder])
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir() and (_has_separator(name_or_folder) or _is_checkpoint(folder)):
        # Imported here because the registry builds on the catalogue.
        from workbench.registry import open_folder

        return open_folder(folder)
    by_hub = {model.hub.lower(): model for model in own.values() if model.hub}
    if name_or_folder.lower() in by_hub:
        return _usable(by_hub[name_or_folder.lower()])
    _refuse_unsupported(name_or_folder)
    if _has_separator(name_or_folder):
        raise ModelError(
            f"There is no folder {name_or_folder!r}, and the catalogue has no such hub id. "
            "Check the path, or see `workbench models` for the names."
        )
    raise UnknownNameError("model", name_or_folder, catalogue)


def find_route(model: Model, source: str, target: str) -> tuple[str, ...]:
    """Return the languages a text passes through: direct, or over one pivot, English first.

    >>> find_route(get_model("trilingual-small"), "ja", "ko")
    ('ja', 'ko')

    Raises UnknownNameError: no such language. Raises UsageError: the model has no such route.
    """
    source, target = get_language(source).code, get_language(target).code
    if model.task == "translation":
        if _connects(model, source, target):
            return (source, target)
        # A way back to the same language (ja→en→ja) is no translation.
        pivots = sorted(LANGUAGES, key=lambda code: code != "en") if source != target else []
        for pivot in pivots:
            if _connects(model, source, pivot) and _connects(model, pivot, target):
                return (source, pivot, target)
    raise UsageError(_no_route(model, source, target))


def table_rows(catalogue: Mapping[str, Model]) -> list[Row]:
    """Return one row per model, in order; a note says what is known to be bad or not pinned."""
    return [
        Row(
            name=model.name,
            title=model.title,
            installed=is_installed(model),
            size=_size(model),
            licence=model.licence,
            use=_use(model),
            languages=_abilities(model),
            task=model.task,
            hub=model.hub,
            note=_note(model),
            registered=model.registered,
        )
        for model in catalogue.values()
    ]


def is_installed(model: Model) -> bool:
    """Return whether the model can be run now: its files are here, or its endpoint is set."""
    endpoint = model.engine == "chat" and bool(os.environ.get("WORKBENCH_CHAT_URL"))
    return model.path is not None or model.engine == "pseudo" or endpoint


def with_table(text: str, catalogue: Mapping[str, Model]) -> str:
    """Return a Markdown text with the table between its two marks renewed from the catalogue.

    Raises UsageError: the text lacks the marks.
    """
    head, start, rest = text.partition(TABLE_START)
    _, end, tail = rest.partition(TABLE_END)
    if not (start and end):
        raise UsageError(f"The text has no place for the table: {TABLE_START} … {TABLE_END}")
    return f"{head}{start}\n{_markdown(table_rows(catalogue))}\n{end}{tail}"


def main() -> None:
    """Renew the table in models/README.md."""
    readme = models_dir() / "README.md"
    readme.write_text(with_table(readme.read_text("utf-8"), _load(catalogue_file())), "utf-8")


@functools.cache
def _tables(path: Path) -> dict[str, Any]:
    """Read the file once per process. Callers build new values from it and never write into it."""
    return read_toml(path)


def _load(path: Path) -> dict[str, Model]:
    tables = _tables(path)
    families = tables.get("families", {})
    return {
        name: _model(name, families.get(table.get("family"), {}) | table, path)
        for name, table in tables.get("models", {}).items()
    }


def _own() -> dict[str, Model]:
    """Return the models that come with the code, the chat endpoint as the user describes it."""
    return {name: _as_stated(model) for name, model in _load(catalogue_file()).items()}


def _as_stated(model: Model) -> Model:
    """Return a chat model with the licence that the user states; others as they are.

    Only the word "commercial:" before the terms says that they allow commercial use.
    """
    stated = " ".join(os.environ.get(CHAT_LICENCE, "").split())
    if model.engine != "chat" or not stated:
        return model
    word, _, terms = stated.partition(":")
    commercial = word.strip().lower() == "commercial"
    shown = (terms.strip() or "commercial use allowed") if commercial else stated
    return replace(model, licence=f"{shown} (as stated by the user)", commercial=commercial)


def _model(name: str, table: Mapping[str, Any], path: Path) -> Model:
    where = f"{path}: the table of model {name!r} is not right"
    values: dict[str, Any] = {"pairs": (), "languages": (), "engine": "auto"}
    values |= {"decoding": Decoding()} | parse_table(table, where)
    if values.get("hub"):
        values.setdefault("revision", "main")
    try:
        place = None if values["engine"] in _FILELESS else _installed(name)
        languages = _languages(values["languages"], values["codes"])
        return Model(**values | {"name": name, "path": place, "languages": languages})
    except (TypeError, KeyError) as exc:
        raise ModelError(f"{where}: {exc}") from exc


def _languages(codes: tuple[str, ...], column: str) -> tuple[str, ...]:
    if codes != EVERY:
        return codes
    return tuple(row.code for row in LANGUAGES.values() if getattr(row, column))


def _installed(name: str) -> Path | None:
    folders = (models_dir() / name, downloads_dir() / name)
    return next((folder for folder in folders if _is_checkpoint(folder)), None)


def _is_checkpoint(folder: Path) -> bool:
    return (folder / "config.json").is_file()


def _has_separator(name: str) -> bool:
    return "/" in name or "\\" in name or name in (".", "..", "~")


def _usable(model: Model) -> Model:
    if model.known_bad:
        anyway = "To look at it all the same, give the path of a folder that holds it."
        raise ModelError(
            f"Model {model.name!r} is refused: {model.known_bad}. "
            f"{'' if model.registered else anyway}".strip()
        )
    return model


def _refuse_unsupported(name: str) -> None:
    reasons = _tables(catalogue_file()).get("unsupported", {})
    for hub, reason in reasons.items():
        if name.lower() in (hub.lower(), hub.lower().split("/")[1]):
            raise ModelError(f"{hub} cannot be run: {reason}. See `workbench models` for others.")


def _connects(model: Model, source: str, target: str) -> bool:
    if not model.pairs and not model.languages:
        return True
    if model.pairs:
        return (source, target) in model.pairs
    return source != target and {source, target} <= set(model.languages)


def _no_route(model: Model, source: str, target: str) -> str:
    what = f"Model {model.name!r} cannot translate {source}→{target}. It offers: "
    able = [
        other.name
        for other in load_catalogue().values()
        if other.task == "translation"
        and other.engine not in _FILELESS
        and not other.known_bad
        and _connects(other, source, target)
    ]
    instead = f" Models that can: {', '.join(able[:4])}." if able else ""
    return f"{what}{_abilities(model)}.{instead}"


def _abilities(model: Model) -> str:
    if not model.family:
        return "not known"
    if model.task == "summarization":
        return f"summaries of {', '.join(model.languages)}"
    if model.pairs:
        return ", ".join(f"{source}→{target}" for source, target in model.pairs)
    if len(model.languages) > 8:
        return f"every pair of {len(model.languages)} languages"
    if model.languages:
        return f"every pair of {', '.join(model.languages)}"
    return "any pair"


def _size(model: Model) -> str:
    if model.engine == "chat":
        return "elsewhere"
    if not (model.hub or model.registered):
        return "built in"
    return f"{model.size_mb} MB" if model.size_mb else "?"


def _use(model: Model) -> str:
    if model.commercial:
        return ""
    return "non-commercial" if "NC" in model.licence else "check licence"


def _note(model: Model) -> str:
    if model.known_bad:
        return f"Refused: {model.known_bad}."
    return f"{model.note} Not pinned.".strip() if model.revision == "main" else model.note


def _markdown(rows: Iterable[Row]) -> str:
    head = ["| name | what | languages | size | licence | note |", "|" + " --- |" * 6]
    return "\n".join(head + [_markdown_row(row) for row in rows])


def _markdown_row(row: Row) -> str:
    what = f"[{row.title}](https://huggingface.co/{row.hub})" if row.hub else row.title
    licence = f"{row.licence} **{row.use}**" if row.use else row.licence
    cells = (f"`{row.name}`", what, row.languages, row.size, licence, row.note)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    main()
