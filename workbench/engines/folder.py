"""What a checkpoint's folder tells of itself, and whether it is safe and whole enough to load.

To add a kind of checkpoint, add its model_type to `_FAMILIES` and its reading to `_READERS`.
"""

import json
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import ModelError
from workbench.languages import LANGUAGES

_FAMILIES = {
    "marian": "marian",
    "m2m_100": "m2m100",
    "mbart": "mbart50",
    "t5": "t5",
    "mt5": "t5",
    "bart": "bart",
    "pegasus": "bart",
}
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.h5", "*.msgpack")
# Lengths that tokenizers write when they know of no limit (1e30) are no limits.
_NO_LIMIT = 1_000_000


@dataclass(frozen=True)
class Facts:
    """What a folder tells; the fields mean what they mean in catalogue.Model."""

    family: str
    target: str
    codes: str
    pairs: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    max_source: int
    size_mb: int
    tags: dict[str, str] = field(default_factory=dict)


def inspect(path: Path) -> Facts:
    """Return the facts of a local checkpoint.

    Raises ModelError: no config.json, only pickles, code of its own, damaged weights, or a kind
    of model that cannot be run; the message names the file and what is supported.
    """
    config = check(path)
    family = _family(path, config)
    target, codes, languages, pairs = _READERS[family](path)
    size = sum(f.stat().st_size for f in path.glob("*.safetensors"))
    limit = _max_source(path, config, family)
    return Facts(family, target, codes, pairs, languages, limit, round(size / 1e6))


def check(path: Path) -> dict[str, Any]:
    """Return config.json after checking that the folder may be loaded.

    Weights are compared with the lengths they declare; changed bits are for hashes to find.
    Raises ModelError: see `inspect`.
    """
    if not path.is_dir():
        raise ModelError(f"There is no model folder {path}.")
    config = _read_json(path / "config.json")
    if not config:
        raise ModelError(f"{path} is no model folder: it has no config.json.")
    for name in ("config.json", "tokenizer_config.json"):
        if "auto_map" in _read_json(path / name):
            raise ModelError(
                f"{path / name} asks to run code that comes with the model (auto_map). "
                "The workbench never runs such code; choose another model."
            )
    if config.get("model_type") not in _FAMILIES:
        kind, known = config.get("model_type"), ", ".join(sorted(_FAMILIES))
        raise ModelError(f"{path}: models of type {kind!r} cannot be run. Supported: {known}.")
    _check_weights(path)
    return config


def _check_weights(path: Path) -> None:
    files = sorted(path.glob("*.safetensors"))
    pickles = [f.name for pattern in _PICKLES for f in path.glob(pattern) if f.stat().st_size > 99]
    if not files and pickles:
        raise ModelError(
            f"{path} holds its weights as {pickles[0]}, a pickle, which can run code when opened. "
            "The workbench loads only safetensors: look for a revision of the model that has them."
        )
    index = _read_json(path / "model.safetensors.index.json")
    needed = set(index.get("weight_map", {}).values()) or {"model.safetensors"}
    missing = sorted(needed - {f.name for f in files})
    if missing:
        raise ModelError(f"{path}: the weights {', '.join(missing)} are missing. Fetch them again.")
    for file in files:
        _check_whole(file)


def _check_whole(file: Path) -> None:
    """Compare a safetensors file's length with its header (8 bytes of length, JSON, tensors).

    Raises ModelError: they differ.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        header = stream.read(length) if length < size else b""
    try:
        tensors = json.loads(header)
        ends = [t["data_offsets"][1] for name, t in tensors.items() if name != "__metadata__"]
        expected = 8 + length + max(ends, default=0)
    except (ValueError, AttributeError, KeyError, TypeError) as exc:
        raise ModelError(f"{file} is damaged: its header cannot be read. Fetch it again.") from exc
    if size != expected:
        raise ModelError(
            f"{file} is damaged: {size} bytes, but its header says {expected}. Fetch it again."
        )


def _read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object, or {} without the file.

    Raises ModelError: it cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as exc:
        raise ModelError(f"{path} is damaged: it is not JSON. Fetch it again.") from exc
    return value if isinstance(value, dict) else {}


def _family(path: Path, config: dict[str, Any]) -> str:
    family = _FAMILIES[config["model_type"]]
    if family == "m2m100" and not (path / "vocab.json").is_file():
        # NLLB checkpoints are M2M100 models with a tokenizer of their own.
        return "nllb"
    return family


def _max_source(path: Path, config: dict[str, Any], family: str) -> int:
    limits = [
        config.get("max_position_embeddings"),
        config.get("n_positions"),
        _read_json(path / "tokenizer_config.json").get("model_max_length"),
    ]
    known = [int(limit) for limit in limits if limit and limit < _NO_LIMIT]
    return min([*known, 512] if family in ("nllb", "t5") or not known else known)


_Told = tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...]]


def _marian(path: Path) -> _Told:
    vocabulary = _read_json(path / "vocab.json")
    tagged = _knowing("opus", vocabulary, ">>{}<<")
    if tagged:
        return "tag", "opus", tagged, ()
    settings = _read_json(path / "tokenizer_config.json")
    ends = [_code(str(settings.get(key, ""))) for key in ("source_lang", "target_lang")]
    if not all(ends):
        return "none", "opus", (), ()
    return "none", "opus", tuple(ends), ((ends[0], ends[1]),)


def _nllb(path: Path) -> _Told:
    return "forced_bos", "flores", _knowing("flores", _tokens(path), "{}"), ()


def _m2m100(path: Path) -> _Told:
    # Its language tokens are numbered by the tokenizer's own list, in no file of the folder.
    return "forced_bos", "m2m", tuple(c for c, row in LANGUAGES.items() if row.m2m), ()


def _mbart50(path: Path) -> _Told:
    return "forced_bos", "mbart", tuple(c for c, row in LANGUAGES.items() if row.mbart), ()


def _t5(path: Path) -> _Told:
    languages = _knowing("code", _tokens(path), "<2{}>")
    return ("prefix" if languages else "none"), "code", languages, ()


def _bart(path: Path) -> _Told:
    return "none", "code", (), ()


_READERS: dict[str, Callable[[Path], _Told]] = {
    "marian": _marian,
    "nllb": _nllb,
    "m2m100": _m2m100,
    "mbart50": _mbart50,
    "t5": _t5,
    "bart": _bart,
}


def _knowing(column: str, tokens: Collection[str], shape: str) -> tuple[str, ...]:
    """Return the languages whose token is among the tokens."""
    values = {code: str(getattr(row, column)) for code, row in LANGUAGES.items()}
    return tuple(code for code, value in values.items() if value and shape.format(value) in tokens)


def _code(name: str) -> str:
    """Return the BCP 47 code of a name that tokenizers give a language ("jpn", "ja"), or ""."""
    known = (code for code, row in LANGUAGES.items() if name in (code, row.opus, row.m2m))
    return next(known, "") if name else ""


def _tokens(path: Path) -> set[str]:
    """Return the tokens that a folder's tokenizer files name."""
    spec = _read_json(path / "tokenizer.json")
    tokens = {token["content"] for token in spec.get("added_tokens", [])}
    vocabulary = spec.get("model", {}).get("vocab", [])
    tokens |= {entry if isinstance(entry, str) else entry[0] for entry in vocabulary}
    settings = _read_json(path / "tokenizer_config.json")
    for key in ("additional_special_tokens", "extra_special_tokens"):
        tokens |= {t if isinstance(t, str) else t["content"] for t in settings.get(key) or []}
    if not spec and (path / "spiece.model").is_file():
        import sentencepiece

        model = sentencepiece.SentencePieceProcessor(model_file=str(path / "spiece.model"))
        tokens |= {model.id_to_piece(i) for i in range(model.get_piece_size())}
    return tokens
