"""`workbench rerun`: make a result again from its manifest, and say what differs, if anything."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from workbench.errors import InputError
from workbench.job import Job
from workbench.manifest import differences
from workbench.pipeline import Options
from workbench.render import suffix
from workbench.types import Decoding

_NEEDED = ("asked", "routes", "source", "source_sha256", "target_sha256", "time")


def run(manifest: Path, text: Path | None, keep: Path | None, *, quiet: bool = False) -> int:
    """Translate the text of a manifest again; return 0 if everything is the same, else 3.

    text is the source file; without it the one that the manifest names is looked for beside the
    manifest, then here. keep is a folder for the new files; without it they are deleted.
    Raises InputError: the manifest or the text cannot be used. Else what a translation raises.
    """
    before, document = _read(manifest)
    with _folder(keep) as place:
        source = text or _source(before, document, manifest, Path(place))
        job = _job(before, quiet=quiet)
        job.announces = keep is not None
        stem = manifest.name.removesuffix(suffix("manifest")).removesuffix(".json")
        after = _again(before, source, Path(place) / stem, job)
        lines = list(_compare(before, after))
    console = Console(quiet=quiet, highlight=False, soft_wrap=True)
    if not lines:
        console.print(f"The same: {_what(before)}.", markup=False)
        return 0
    print("Not the same:\n" + "\n".join(f"- {line}" for line in lines))
    return 3


def _folder(keep: Path | None) -> AbstractContextManager[str]:
    if keep is None:
        return tempfile.TemporaryDirectory(prefix="workbench-")
    keep.mkdir(parents=True, exist_ok=True)
    return nullcontext(str(keep))


def _read(path: Path) -> tuple[dict[str, Any], Mapping[str, Any] | None]:
    """Return a manifest, and the document if the file is a whole result."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as a manifest ({error}).") from error
    document = None
    if isinstance(value, dict) and isinstance(value.get("manifest"), dict):
        value, document = value["manifest"], value.get("document")
    missing = [name for name in _NEEDED if not isinstance(value, dict) or name not in value]
    if missing:
        raise InputError(
            f"{path} is not a manifest that a run can be made from: it lacks {', '.join(missing)}. "
            "Give the .manifest.json that `workbench translate -o` writes, or a .json result."
        )
    return value, document


def _source(
    before: Mapping[str, Any], document: Mapping[str, Any] | None, manifest: Path, folder: Path
) -> Path:
    """Return the file of the source text."""
    name = Path(str(before["source"].get("name", ""))).name
    if document:
        place = folder / (name if name and "." in name else "text.txt")
        text = "".join(segment["text"] + segment["gap"] for segment in document["segments"])
        place.write_text(text, encoding=before["source"].get("encoding") or "utf-8", newline="")
        return place
    near = [folder / name for folder in (manifest.parent, Path()) if (folder / name).is_file()]
    if not near:
        raise InputError(f"{name or 'The text'} is not beside {manifest}: name it with --text.")
    return near[0]


def _again(before: Mapping[str, Any], source: Path, stem: Path, job: Job) -> dict[str, Any]:
    """Return the manifest of the new run, whose files begin with the stem."""
    formats = list(before.get("outputs", ("json",)))
    output = f"{stem}{suffix(formats[0])}" if len(formats) == 1 else str(stem)
    encoding = before["source"].get("encoding", "")
    job.translate(str(source), encoding, ",".join(formats), output, show=False)
    value: dict[str, Any] = json.loads(Path(f"{stem}{suffix('manifest')}").read_text("utf-8"))
    return value


def _job(before: Mapping[str, Any], *, quiet: bool) -> Job:
    """Return the command that made the manifest, with its time, so that files can be the same."""
    targets = [route.split("-")[-1] for route in before["routes"]]
    language, time = before["source"]["language"], str(before["time"])
    return Job(targets, language, _options(before), quiet=quiet, clock=lambda: time)


def _options(before: Mapping[str, Any]) -> Options:
    asked = dict(before["asked"])
    decoding = asked.pop("decoding", None)
    try:
        return Options(**asked, decoding=Decoding(**decoding) if decoding else None)
    except TypeError as error:
        raise InputError(
            f"The manifest asks for what this version does not know: {error}"
        ) from error


def _compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line per difference: of the text, the settings, the columns, the files."""
    if before["source_sha256"] != after["source_sha256"]:
        yield "the source text is not the one that was translated"
    yield from (x for x in differences(before, after) if not x.startswith("source"))
    for language, digest in before["target_sha256"].items():
        if after["target_sha256"].get(language) != digest:
            edited = before.get("edited", {}).get(language, [])
            note = f" (a person edited {', '.join(edited)})" if edited else ""
            yield f"the sentences of column {language}{note}"
    for name, file in before.get("outputs", {}).items():
        if after["outputs"][name]["sha256"] != file["sha256"]:
            yield f"the bytes of {file['file']}"


def _what(before: Mapping[str, Any]) -> str:
    columns = [f"column {language}" for language in before["target_sha256"]]
    files = [file["file"] for file in before.get("outputs", {}).values()]
    return ", ".join([*columns, *files])
