"""Convert a Hugging Face checkpoint for CTranslate2, once, into the user's cache.

The folder of a conversion is named after the hashes of the checkpoint's files, so that a changed
checkpoint is converted anew. To support an architecture that needs help, add it to `_PATCHES`.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock

from workbench.catalogue import Model
from workbench.engines import conventions, folder
from workbench.errors import EngineError

# Part of every key: raise it when a conversion writes other files than before.
_FORMAT = 1
_CARD = "workbench.json"
_READ = ("*.safetensors", "*.json", "*.spm", "*.model", "*.txt")
# What fairseq fixed in code and CTranslate2 reads from config.json (its issue 888); checkpoints
# that transformers wrote do not have it.
_PATCHES: dict[str, dict[str, bool]] = {
    "bart": {"normalize_before": False, "normalize_embedding": True},
    "mbart": {"normalize_before": True, "normalize_embedding": True},
    "pegasus": {"normalize_before": True, "normalize_embedding": False},
}


def cache_folder() -> Path:
    """Return where conversions are kept: $WORKBENCH_HOME/cache, else the user's cache folder."""
    home = os.environ.get("WORKBENCH_HOME")
    if home:
        return Path(home) / "cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("workbench"))


def fingerprint(path: Path) -> str:
    """Return one SHA-256 over the names and contents of a checkpoint's files."""
    files = {file for pattern in _READ for file in path.glob(pattern)}
    named = "\n".join(f"{name} {digest}" for name, digest in sorted(_hashes(files).items()))
    return hashlib.sha256(named.encode()).hexdigest()


def _hashes(files: Iterable[Path]) -> dict[str, str]:
    """Return file name -> SHA-256.

    A hash is remembered by path, size and time, so that the next start need not read the file.
    """
    memory = cache_folder() / "hashes.json"
    known = _read(memory)
    keys = {file: _state(file) for file in files}
    fresh = {key: _sha256(file) for file, key in keys.items() if key not in known}
    if fresh:
        _write(memory, known | fresh)
    return {file.name: (known | fresh)[key] for file, key in keys.items()}


def _state(file: Path) -> str:
    state = file.stat()
    return f"{file.resolve()}|{state.st_size}|{state.st_mtime_ns}"


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def converted(model: Model, compute_type: str) -> Path:
    """Return the folder of a model's conversion, making it when it is missing or damaged.

    Two processes that ask at once make it once.
    Raises ModelError: the checkpoint is unsafe or damaged. EngineError: CTranslate2 cannot serve
    this kind of checkpoint.
    """
    assert model.path is not None
    library = importlib.metadata.version("ctranslate2")
    key = f"{fingerprint(model.path)}|{library}|{compute_type}|{model.family}|{_FORMAT}"
    name = hashlib.sha256(key.encode()).hexdigest()[:32]
    target = cache_folder() / "ct2" / name
    if _whole(target):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(target.with_suffix(".lock")):
        # Another process may have made it while this one waited.
        if not _whole(target):
            _make(model, compute_type, target)
    return target


def frame(path: Path) -> conventions.Frame:
    """Return the frame that a conversion was written with."""
    stored = _read(path / _CARD)["frame"]
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items()}
    return conventions.Frame(**fields)


def vocabulary(path: Path) -> frozenset[str]:
    """Return the tokens that a conversion knows as source tokens."""
    names = ("shared_vocabulary.json", "source_vocabulary.json")
    file = next(path / name for name in names if (path / name).is_file())
    return frozenset(json.loads(file.read_text(encoding="utf-8")))


def _whole(path: Path) -> bool:
    """Say whether every file of a conversion is as it was written; the card is written last."""
    hashes = _read(path / _CARD).get("hashes")
    files = [path / name for name in hashes or ()]
    return bool(hashes) and all(f.is_file() for f in files) and _hashes(files) == hashes


def _make(model: Model, compute_type: str, target: Path) -> None:
    """Convert beside the target and move the result there in one step."""
    assert model.path is not None
    config = folder.check(model.path)
    # The name is fixed: what a killed process left behind goes, under the caller's lock.
    work = target.with_suffix(".part")
    shutil.rmtree(work, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as copy:
        source = Path(copy)
        for file in {f for pattern in _READ for f in model.path.glob(pattern)}:
            (source / file.name).symlink_to(file.resolve())
        _convert(model, config, source, work, compute_type)
    hashes = _hashes(f for f in work.iterdir() if f.name != _CARD)
    _write(work / _CARD, _read(work / _CARD) | {"hashes": hashes})
    shutil.rmtree(target, ignore_errors=True)
    work.rename(target)


def _convert(
    model: Model, config: dict[str, Any], source: Path, work: Path, compute_type: str
) -> None:
    """Write the model, the tokenizer's files and the frame into the folder `work`.

    Raises EngineError: CTranslate2 has no way to run this checkpoint.
    """
    import ctranslate2
    import transformers

    transformers.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(source, local_files_only=True)
    _require_servable(model, config, tokenizer)
    _patch(source, config, tokenizer)
    converter = ctranslate2.converters.TransformersConverter(str(source))
    try:
        converter.convert(str(work), quantization=compute_type)
    except (ValueError, AttributeError, KeyError, TypeError, RuntimeError) as exc:
        raise EngineError(f"CTranslate2 cannot convert model {model.name!r}: {exc}") from exc
    _write_tokenizer(model, source, work, tokenizer, config)


def _require_servable(model: Model, config: dict[str, Any], tokenizer: Any) -> None:
    """Refuse what the converter would turn into a model that answers wrongly.

    Raises EngineError: a Marian checkpoint has two vocabularies, or <pad> is not its last token.
    """
    if model.family != "marian":
        return
    if config.get("share_encoder_decoder_embeddings", True) is False:
        raise EngineError(
            f"Model {model.name!r} has two vocabularies, which CTranslate2 cannot use."
        )
    if tokenizer.pad_token_id != len(tokenizer.get_vocab()) - 1:
        raise EngineError(f"CTranslate2 needs <pad> as the last token; {model.name!r} has another.")


def _patch(source: Path, config: dict[str, Any], tokenizer: Any) -> None:
    """Complete the configuration in a copy of the checkpoint; the user's folder stays as it is."""
    missing = {
        key: value
        for key, value in _PATCHES.get(config["model_type"], {}).items()
        if config.get(key) is None
    }
    if missing:
        _replace(source / "config.json", missing)
    settings: dict[str, Any] = {}
    if config["model_type"] == "mbart" and tokenizer.bos_token is None:
        # Without it CTranslate2 writes a null that it cannot read back.
        settings["bos_token"] = "<s>"
    languages: dict[str, int] = getattr(tokenizer, "lang_token_to_id", {})
    if any(token not in tokenizer.get_vocab() for token in languages):
        settings["additional_special_tokens"] = sorted(languages, key=languages.__getitem__)
    if settings:
        _replace(source / "tokenizer_config.json", settings)


def _replace(file: Path, changes: dict[str, Any]) -> None:
    """Put a changed copy in the place of a link."""
    value = _read(file) | changes
    file.unlink(missing_ok=True)
    _write(file, value)


def _write_tokenizer(
    model: Model, source: Path, work: Path, tokenizer: Any, config: dict[str, Any]
) -> None:
    stored = _read(source / "generation_config.json").get("forced_bos_token_id")
    forced = config.get("forced_bos_token_id") if stored is None else stored
    single = model.target != "forced_bos" and forced is not None
    name = tokenizer.convert_ids_to_tokens(forced) if single else ""
    made = conventions.frame_of(model, tokenizer, name)
    for file in set(made.spm):
        shutil.copy(source / file, work / file)
    if not made.spm:
        (work / "tokenizer.json").write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    _write(work / _CARD, {"frame": asdict(made)})


def _read(file: Path) -> dict[str, Any]:
    """Return a JSON object; {} when the file is missing or was cut by a crash."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(file: Path, value: dict[str, Any]) -> None:
    """Write JSON in one step: a reader sees the old file or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(value, stream, ensure_ascii=False)
    Path(name).replace(file)
