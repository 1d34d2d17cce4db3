"""Downloads from the model hub: every byte checked against the hub's own hashes, or nothing.

A download happens in a hidden folder beside its place and is renamed at the end, so a model is
either installed whole or not at all. `manifest.json` keeps the hashes for `verify`.
"""

import functools
import hashlib
import json
import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.catalogue import Model, downloads_dir
from workbench.errors import DownloadError, ModelError, UnknownNameError, UsageError

Report = Callable[[str, int, int], None]

MANIFEST = "manifest.json"
WANTED = ("*.safetensors", "*.json", "*.model", "*.spm", "*.txt")
# A dead network must be told within five seconds; what is left covers the start of the program.
PATIENCE = 3.5


@dataclass(frozen=True, slots=True)
class _File:
    """One file as the hub states it: size in bytes, and one of the two hashes ("" for none)."""

    name: str
    size: int
    sha256: str
    blob_sha1: str


def pull(model: Model, report: Report, endpoint: str | None = None) -> Path:
    """Download a model, check it and return its folder; an intact one is returned as it is.

    report receives (file name, bytes so far, bytes in all) of one file after the other. A broken
    connection or an interruption keeps what came, and the next call goes on from there.
    endpoint: the address of the hub; None is the public one, or $HF_ENDPOINT.
    Raises UsageError: there is nothing to download, or a download of it is under way. Raises
    DownloadError: the hub cannot be reached, does not have the model, or sent wrong bytes.
    Raises ModelError: the model has no safetensors weights, or there is no room for it.
    """
    _refuse_undownloadable(model)
    folder = downloads_dir() / model.name
    _make(folder.parent)
    with _locked(folder):
        if _is_intact(folder):
            return folder
        commit, files = _look_up(model, endpoint)
        _check_space(folder.parent, files)
        partial = folder.with_name(f".{model.name}.{commit[:12]}.partial")
        partial.mkdir(exist_ok=True)
        _fetch_all(model, commit, files, partial, report, endpoint)
        write_manifest(partial, model.hub, commit)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        _drop_partials(folder)
    return folder


def verify(folder: Path) -> None:
    """Return if every file of the folder's manifest is there, byte for byte.

    Raises ModelError: no manifest, or a file is missing or differs; the message names the file,
    the hash expected and the hash found.
    """
    try:
        stated = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        expected = {str(name): str(entry["sha256"]) for name, entry in stated.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ModelError(
            f"{folder / MANIFEST} is missing or damaged: the model cannot be checked."
        ) from exc
    for name, sha256 in expected.items():
        found = _sha256(folder / name) if (folder / name).is_file() else "no such file"
        if found != sha256:
            raise ModelError(
                f"{folder / name} is damaged. Expected sha256 {sha256}, found {found}. "
                f"Download the model again: workbench models pull {folder.name}"
            )


def write_manifest(folder: Path, hub: str, commit: str) -> Path:
    """Write manifest.json: hub id, commit, and size and sha256 of every file of the folder."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != MANIFEST
    }
    manifest = {"hub": hub, "commit": commit, "files": files}
    target = folder / MANIFEST
    target.write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return target


def remove(name: str) -> Path:
    """Delete a downloaded model, finished or not, and return the folder that it had.

    Raises UnknownNameError: no model of that name was downloaded. Raises UsageError: a download
    of it is under way.
    """
    parent = downloads_dir()
    known = [folder.name for folder in parent.iterdir()] if parent.is_dir() else []
    names = {entry for entry in known if not entry.startswith(".")}
    names |= {entry[1:].rsplit(".", 2)[0] for entry in known if entry.endswith(".partial")}
    if name not in names:
        raise UnknownNameError("downloaded model", name, names)
    with _locked(parent / name):
        shutil.rmtree(parent / name, ignore_errors=True)
        _drop_partials(parent / name)
    return parent / name


def _refuse_undownloadable(model: Model) -> None:
    if model.known_bad:
        raise UsageError(f"Model {model.name!r} is refused: {model.known_bad}.")
    if not model.hub:
        raise UsageError(f"Model {model.name!r} is not from the hub: nothing to download.")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        with FileLock(folder.with_name(f".{folder.name}.lock"), timeout=0):
            yield
    except Timeout as exc:
        raise UsageError(f"Another process is downloading {folder.name!r}: wait for it.") from exc


def _is_intact(folder: Path) -> bool:
    try:
        verify(folder)
    except ModelError:
        return False
    return True


def _look_up(model: Model, endpoint: str | None) -> tuple[str, list[_File]]:
    """Return the commit and the wanted files of a model, or fail within PATIENCE seconds."""
    _refuse_offline(model)
    hub = _hub()

    def ask() -> Any:
        api = hub.HfApi(endpoint=endpoint)
        return api.model_info(
            model.hub, revision=model.revision, files_metadata=True, timeout=PATIENCE
        )

    info = _within(PATIENCE, ask, model)
    try:
        files = [_file(sibling) for sibling in info.siblings if _wanted(sibling.rfilename)]
        commit = str(info.sha)
    except (AttributeError, TypeError) as exc:
        raise _unreachable(model, "the answer is not that of a model hub") from exc
    _refuse_pickles(model, [sibling.rfilename for sibling in info.siblings])
    return commit, files


def _within(seconds: float, ask: Callable[[], Any], model: Model) -> Any:
    # Timeouts of a socket do not cover the look-up of names, and count anew for every address
    # of a host: only a clock outside keeps the promise. The thread is left to end by itself.
    answers: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=lambda: answers.put(_outcome(ask)), daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty as exc:
        raise _unreachable(model, f"no answer within {seconds:g} seconds") from exc
    if isinstance(answer, Exception):
        raise _explained(answer, model) from answer
    return answer


def _outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except (OSError, ValueError, KeyError, TypeError, _http().HTTPError) as exc:
        return exc


def _fetch_all(
    model: Model,
    commit: str,
    files: list[_File],
    partial: Path,
    report: Report,
    endpoint: str | None,
) -> None:
    for file in files:
        url = _hub().hf_hub_url(model.hub, file.name, revision=commit, endpoint=endpoint)
        advance = functools.partial(_advance, report, file)
        with _cleared_when_wrong(model, file, partial):
            _fetch(url, partial / file.name, file, advance)
            _check(partial / file.name, file)


def _advance(report: Report, file: _File, done: int) -> None:
    report(file.name, done, file.size)


@contextmanager
def _cleared_when_wrong(model: Model, file: _File, partial: Path) -> Iterator[None]:
    """Keep a download that only stopped, to go on from there; drop one that is wrong."""
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except (HfHubHTTPError, _http().TransportError) as exc:
        raise _explained(exc, model) from exc
    except DownloadError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    except OSError as exc:
        shutil.rmtree(partial, ignore_errors=True)
        raise DownloadError(f"{model.hub}: {file.name} did not arrive whole: {exc}") from exc


def _fetch(url: str, part: Path, file: _File, advance: Callable[[int], None]) -> None:
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    if part.exists() and part.stat().st_size > file.size:
        part.unlink()
    done = part.stat().st_size if part.exists() else 0
    with part.open("ab") as stream:
        http_get(
            url,
            stream,
            resume_size=done,
            # Compressed answers cannot be resumed at a byte.
            headers={**build_hf_headers(), "Accept-Encoding": "identity"},
            expected_size=file.size,
            displayed_filename=file.name,
            tqdm_class=_progress(done, advance),
        )
    advance(file.size)


def _progress(done: int, advance: Callable[[int], None]) -> Any:
    """Return a class that the hub's downloader takes for a progress bar."""

    class Progress:
        count = done

        def __init__(self, **_options: object) -> None:
            advance(self.count)

        def __enter__(self) -> "Progress":
            return self

        def __exit__(self, *_exc: object) -> None: ...

        def update(self, size: int) -> None:
            self.count += size
            advance(self.count)

    return Progress


def _check(part: Path, file: _File) -> None:
    if file.sha256:
        kind, expected, found = "sha256", file.sha256, _sha256(part)
    else:
        kind, expected, found = "git blob sha1", file.blob_sha1, _blob_sha1(part)
    if found != expected:
        raise DownloadError(
            f"{file.name} arrived damaged: expected {kind} {expected}, found {found}. "
            "Nothing was installed; try again."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _blob_sha1(path: Path) -> str:
    # How git, and so the hub, names a small file. https://git-scm.com/book/en/v2/Git-Internals
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _wanted(name: str) -> bool:
    # Only the top of the repository: no path can lead outside the model's folder.
    plain = "/" not in name and "\\" not in name and not name.startswith(".")
    return plain and name != MANIFEST and any(fnmatch(name, pattern) for pattern in WANTED)


def _file(sibling: Any) -> _File:
    sha256 = sibling.lfs.sha256 if sibling.lfs else ""
    blob_sha1 = "" if sibling.lfs else str(sibling.blob_id or "")
    if not sha256 and not blob_sha1:
        raise DownloadError(f"The hub states no hash for {sibling.rfilename}: nothing was loaded.")
    return _File(sibling.rfilename, int(sibling.size), sha256, blob_sha1)


def _refuse_pickles(model: Model, names: Iterable[str]) -> None:
    names = list(names)
    if "config.json" not in names:
        raise ModelError(f"{model.hub} has no config.json: it is not a model that can be run.")
    if not any(_wanted(name) and name.endswith(".safetensors") for name in names):
        pickles = [name for name in names if name.endswith((".bin", ".pt", ".ckpt", ".h5"))]
        raise ModelError(
            f"{model.hub} has no .safetensors weights, only {', '.join(pickles) or 'none'}. "
            "Pickled weights can run code when opened, so nothing was downloaded. Choose another "
            "model (workbench models), or convert it on a machine you trust "
            "(AutoModelForSeq2SeqLM.from_pretrained(…).save_pretrained('folder'), the tokenizer "
            "too) and use --model ./folder."
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ModelError(
            f"The folder for models cannot be made: {exc}. "
            "Set WORKBENCH_HOME to a folder that you may write to."
        ) from exc


def _check_space(folder: Path, files: Iterable[_File]) -> None:
    needed, free = sum(file.size for file in files), shutil.disk_usage(folder).free
    if needed > free:
        raise ModelError(
            f"The model takes {needed / 1e6:.0f} MB, and {folder} has {free / 1e6:.0f} MB left. "
            "Free some space, or set WORKBENCH_HOME to a folder on another disk."
        )


def _refuse_offline(model: Model) -> None:
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(variable, "").upper() in ("1", "ON", "YES", "TRUE"):
            raise DownloadError(
                f"{variable} is set, so {model.name!r} was not downloaded. "
                f"Unset it, or {_by_hand(model)}"
            )


def _explained(error: Exception, model: Model) -> DownloadError:
    from huggingface_hub import errors

    page = f"https://huggingface.co/{model.hub}"
    if isinstance(error, errors.GatedRepoError):
        return DownloadError(
            f"{model.hub} asks for consent: accept its terms at {page}, then run `hf auth login`."
        )
    if isinstance(error, errors.RepositoryNotFoundError | errors.RevisionNotFoundError):
        return DownloadError(
            f"The hub has no {model.hub} at revision {model.revision!r}. See {page}"
        )
    return _unreachable(model, f"{type(error).__name__}: {error}".strip(": "))


def _unreachable(model: Model, reason: str) -> DownloadError:
    return DownloadError(
        f"The model hub could not be reached for {model.name!r} ({reason}). "
        f"Check the connection and try again, or {_by_hand(model)}"
    )


def _by_hand(model: Model) -> str:
    return (
        f"copy the model's folder from another machine to {downloads_dir() / model.name}, "
        "or use --model ./folder."
    )


def _drop_partials(folder: Path) -> None:
    for partial in folder.parent.glob(f".{folder.name}.*.partial"):
        shutil.rmtree(partial, ignore_errors=True)


def _hub() -> Any:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub

    return huggingface_hub


def _http() -> Any:
    import httpx2

    return httpx2
