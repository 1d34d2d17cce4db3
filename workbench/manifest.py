"""The run manifest: everything that made a result, and how two of them differ.

A manifest is a JSON-safe dict. What a person chose stands under "asked"; with the source text it
is enough to make the same result again (workbench.rerun).
"""

import datetime
import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines.conversion import fingerprint
from workbench.errors import InputError
from workbench.types import Decoding, Segment, Translation

if TYPE_CHECKING:
    from workbench.catalogue import Model
    from workbench.routing import Route

Manifest = dict[str, Any]

# What can change an output while the model and the settings stay the same.
_LIBRARIES = ("ctranslate2", "torch", "transformers", "tokenizers", "sentencepiece", "sacremoses")
# Named in a manifest, but free to differ between two runs of the same thing.
_FREE = ("time", "usage", "outputs", "edited", "warnings", "target_sha256")


def describe_run(
    model: "Model", engine: Mapping[str, str], decoding: Decoding, routes: Sequence["Route"]
) -> Manifest:
    """Return what a manifest says of the program, the machine, the model and its settings.

    engine is Engine.settings. termbase_sha256 is "" without a termbase.
    """
    return {
        **describe_program(),
        "libraries": dict(_versions()),
        "model": model.name,
        "revision": model.revision,
        "files": fingerprint(model.path) if model.path else "",
        "licence": model.licence,
        "commercial": model.commercial,
        "punctuation": model.punctuation,
        "engine": dict(engine),
        "decoding": asdict(decoding),
        "routes": ["-".join(route) for route in routes],
        "segmenter": f"sentencex-{version('sentencex')}+repair",
        "termbase_sha256": "",
    }


def describe_program() -> Manifest:
    """Return what every manifest says: which program made the result, and on what machine."""
    return {
        "workbench": version("translation-workbench"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }


def now() -> str:
    """Return the time as manifests have it: UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def signature(manifest: Mapping[str, Any], route: "Route") -> str:
    """Return the line that names what made a column, in the style of sacreBLEU signatures.

    Same signature and same source: same target. Source and time are therefore not in it.
    """
    decoding = manifest["decoding"]
    parts = [("workbench", manifest["workbench"]), ("model", manifest["model"])]
    parts += [("files", str(manifest["files"])[:12])] if manifest["files"] else []
    parts += [("punctuation", manifest["punctuation"])] if manifest["punctuation"] else []
    parts += sorted(manifest["engine"].items())
    parts += [("beam", decoding["beam"]), ("lp", decoding["length_penalty"])]
    parts += [("rp", decoding["repetition_penalty"]), ("ngram", decoding["no_repeat_ngram"])]
    parts += [("route", "-".join(route)), ("segmenter", manifest["segmenter"])]
    return "|".join(f"{name}:{value}" for name, value in parts)


class Fingerprints:
    """The SHA-256 of a source and of its columns, taken while a long text goes by."""

    def __init__(self) -> None:
        self._source = hashlib.sha256()
        self._targets: dict[str, Any] = {}

    def add(self, segments: Iterable[Segment], translations: Iterable[Translation]) -> None:
        """Take in the next segments and their translations, in order within a language."""
        for segment in segments:
            self._source.update(_bytes(segment.text + segment.gap))
        for translation in translations:
            column = self._targets.setdefault(translation.language, hashlib.sha256())
            column.update(_bytes(f"{translation.segment_id}\t{translation.text}\n"))

    def value(self) -> Manifest:
        """Return source_sha256, and target_sha256 by language, of all that was taken in."""
        targets = {code: column.hexdigest() for code, column in self._targets.items()}
        return {"source_sha256": self._source.hexdigest(), "target_sha256": targets}


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text as manifests have it."""
    return hashlib.sha256(_bytes(text)).hexdigest()


def to_json(manifest: Mapping[str, Any]) -> str:
    """Return a manifest as the text of a .manifest.json file."""
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


def seal(place: Path, files: Mapping[str, Path], manifest: Mapping[str, Any]) -> None:
    """Write a manifest that also names the SHA-256 of the finished files, by format.

    Raises InputError: the place cannot be written to.
    """
    outputs = {name: {"file": path.name, "sha256": file_hash(path)} for name, path in files.items()}
    try:
        place.write_text(to_json({**manifest, "outputs": outputs}), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{place}: cannot be written ({error.strerror}).") from error


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line per setting, version or file that two runs do not share.

    >>> differences({"model": "a", "engine": {"beam": 1}}, {"model": "b", "engine": {"beam": 1}})
    ("model: 'a' before, 'b' now",)
    """
    one, two = dict(_flat(before)), dict(_flat(after))
    names = [name for name in one | two if name.split(".")[0] not in _FREE]
    return tuple(
        f"{name}: {one.get(name, 'nothing')!r} before, {two.get(name, 'nothing')!r} now"
        for name in names
        if one.get(name) != two.get(name)
    )


def _flat(manifest: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in manifest.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", list(value) if isinstance(value, tuple) else value


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            continue


def file_hash(path: Path) -> str:
    """Return the SHA-256 of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
