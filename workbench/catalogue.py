"""models/catalogue.toml as values: which models there are, where they lie, what they can translate.

To add a model, add a table to models/catalogue.toml; nothing here changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.types import Decoding


@dataclass(frozen=True)
class Model:
    """One model of the catalogue, or one local folder.

    path: folder of the checkpoint when it is installed. family: "marian" | "nllb" | "m2m100" |
    "mbart50" | "t5" | "bart" | "pseudo". target, how the target language is told: "none" | "tag"
    (>>kor<< before the text) | "forced_bos" | "prefix" ("<2ko> "). codes: the column of
    languages.Language that holds the model's codes: "opus" | "flores" | "m2m" | "mbart" | "code".
    pairs: direct (source, target) pairs; empty means every pair of `languages`, and both empty
    means every pair there is. max_source: tokens. engine: "auto" | "hf" | "ct2" | "pseudo".
    tags: language code -> tag where it differs from the column. task: "translation" |
    "summarization". commercial: the licence is known to allow commercial use. size_mb: what a
    download takes, in MB. known_bad: why the model must not be used by name, else "".
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
