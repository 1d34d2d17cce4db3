import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from huggingface_hub import constants

from workbench import hub
from workbench.catalogue import Model, downloads_dir, get_model, load_catalogue
from workbench.errors import DownloadError, ModelError, UnknownNameError, UsageError

COMMIT = "c0ffee" + "0" * 34
WEIGHTS = bytes(range(256)) * 4000
FILES = {
    "config.json": b'{"model_type": "marian"}',
    "model.safetensors": WEIGHTS,
    "source.spm": b"pieces",
    "empty.txt": b"",
    "pytorch_model.bin": b"pickle",
    "README.md": b"# card",
    "onnx/config.json": b"{}",
    "../evil.json": b"{}",
}


@dataclass
class FakeHub:
    """The routes of a model hub on 127.0.0.1. `stated` is what it promises, `sent` what it gives.

    cut: the first answer for that file breaks off after so many bytes.
    """

    stated: dict[str, bytes]
    sent: dict[str, bytes]
    cut: dict[str, int] = field(default_factory=dict)
    refusal: tuple[int, str] | None = None
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def info(self) -> dict[str, Any]:
        return {"id": "x/y", "sha": COMMIT, "siblings": [_sibling(*f) for f in self.stated.items()]}


def _sibling(name: str, data: bytes) -> dict[str, Any]:
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    entry: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": blob}
    if name.endswith(".safetensors"):
        sha256 = hashlib.sha256(data).hexdigest()
        entry["lfs"] = {"sha256": sha256, "size": len(data), "pointerSize": 135}
    return entry


class Handler(BaseHTTPRequestHandler):
    fake: ClassVar[FakeHub]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.fake.requests.append((path, self.headers.get("Range", "")))
        if self.fake.refusal:
            self._send(self.fake.refusal[0], b"{}", {"X-Error-Code": self.fake.refusal[1]})
        elif path.startswith("/api/models/"):
            self._send(200, json.dumps(self.fake.info()).encode(), {})
        else:
            self._send_file(path.rpartition("/")[2])

    def _send_file(self, name: str) -> None:
        data, headers, status = self.fake.sent[name], {}, 200
        if wanted := self.headers.get("Range"):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            data, status = data[start:], 206
        self._send(status, data, headers, self.fake.cut.pop(name, None))

    def _send(
        self, status: int, data: bytes, headers: dict[str, str], cut: int | None = None
    ) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data[:cut])

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    fake = FakeHub(dict(FILES), dict(FILES))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"fake": fake}))
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
    for variable in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "home"


@pytest.fixture
def model() -> Model:
    return replace(get_model("fugumt-ja-en"), hub="someone/some-model")


def quiet(_name: str, _done: int, _total: int) -> None: ...


def left_over() -> list[str]:
    return sorted(path.name for path in downloads_dir().iterdir() if path.suffix != ".lock")


def test_a_download_installs_the_wanted_files_and_no_others(fake: FakeHub, model: Model) -> None:
    folder = hub.pull(model, quiet, fake.url)
    names = {path.name for path in folder.iterdir()}
    assert names == {"config.json", "model.safetensors", "source.spm", "empty.txt", "manifest.json"}
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert left_over() == [model.name] and get_model("fugumt-ja-en").path == folder


def test_the_manifest_names_the_commit_and_every_hash(fake: FakeHub, model: Model) -> None:
    manifest = json.loads((hub.pull(model, quiet, fake.url) / "manifest.json").read_text())
    assert (manifest["hub"], manifest["commit"]) == ("someone/some-model", COMMIT)
    sha256 = hashlib.sha256(WEIGHTS).hexdigest()
    assert manifest["files"]["model.safetensors"] == {"size": len(WEIGHTS), "sha256": sha256}


def test_files_are_asked_for_at_the_commit_that_was_looked_up(fake: FakeHub, model: Model) -> None:
    hub.pull(model, quiet, fake.url)
    paths = [path for path, _ in fake.requests]
    assert paths[0] == "/api/models/someone/some-model/revision/main"
    assert all(f"/resolve/{COMMIT}/" in path for path in paths[1:])


@pytest.mark.usefixtures("small_chunks")
def test_progress_grows_in_bytes_to_the_whole_of_each_file(fake: FakeHub, model: Model) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    hub.pull(model, lambda name, *so_far: told.setdefault(name, []).append(so_far), fake.url)
    assert all(steps == sorted(steps) for steps in told.values())
    assert {name: steps[-1] for name, steps in told.items()} == {
        name: (len(FILES[name]),) * 2
        for name in ("config.json", "model.safetensors", "source.spm", "empty.txt")
    }
    assert len(told["model.safetensors"]) > 10


def test_an_intact_model_is_not_asked_for_again(fake: FakeHub, model: Model) -> None:
    hub.pull(model, quiet, fake.url)
    fake.requests.clear()
    hub.pull(model, quiet, fake.url)
    assert fake.requests == []


def test_a_damaged_model_is_downloaded_again(fake: FakeHub, model: Model) -> None:
    folder = hub.pull(model, quiet, fake.url)
    (folder / "source.spm").write_bytes(b"piecez")
    hub.pull(model, quiet, fake.url)
    assert (folder / "source.spm").read_bytes() == b"pieces"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("model.safetensors", b"\1" + WEIGHTS[1:], "expected sha256"),
        ("source.spm", b"piecez", "expected git blob sha1"),
        ("model.safetensors", WEIGHTS[:-1], "did not arrive whole"),
        ("config.json", FILES["config.json"] + b" ", "did not arrive whole"),
    ],
    ids=["bit flip", "small file", "too short", "too long"],
)
def test_wrong_bytes_are_named_and_nothing_is_left(
    fake: FakeHub, model: Model, name: str, data: bytes, kind: str
) -> None:
    fake.sent[name] = data
    with pytest.raises(DownloadError, match=f"{name}.*{kind}"):
        hub.pull(model, quiet, fake.url)
    assert left_over() == [] and get_model("fugumt-ja-en").path is None


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    # The hub's client writes ten megabytes at a time, more than the whole test model.
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)


@pytest.mark.usefixtures("small_chunks")
def test_a_broken_connection_goes_on_where_it_stopped(fake: FakeHub, model: Model) -> None:
    fake.cut["model.safetensors"] = 500_000
    folder = hub.pull(model, quiet, fake.url)
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert [r for p, r in fake.requests if p.endswith(".safetensors")] == ["", "bytes=500000-"]


@pytest.mark.usefixtures("small_chunks")
def test_an_interrupted_download_goes_on_in_the_next_call(fake: FakeHub, model: Model) -> None:
    def interrupt(name: str, done: int, _total: int) -> None:
        if done > 350_000 and name == "model.safetensors":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hub.pull(model, interrupt, fake.url)
    assert get_model("fugumt-ja-en").path is None
    assert (hub.pull(model, quiet, fake.url) / "model.safetensors").read_bytes() == WEIGHTS
    assert [r for p, r in fake.requests if p.endswith(".safetensors")] == ["", "bytes=300000-"]


def test_pickled_weights_are_refused(fake: FakeHub, model: Model) -> None:
    del fake.stated["model.safetensors"]
    with pytest.raises(ModelError, match=r"no \.safetensors weights, only pytorch_model\.bin"):
        hub.pull(model, quiet, fake.url)
    assert left_over() == [] and len(fake.requests) == 1


def test_a_repository_without_a_model_is_refused(fake: FakeHub, model: Model) -> None:
    del fake.stated["config.json"]
    with pytest.raises(ModelError, match=r"no config\.json"):
        hub.pull(model, quiet, fake.url)


def test_a_model_too_big_for_the_disk_is_refused_before_it_is_loaded(
    fake: FakeHub, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub.shutil, "disk_usage", lambda _path: SimpleNamespace(free=5))
    with pytest.raises(ModelError, match="WORKBENCH_HOME"):
        hub.pull(model, quiet, fake.url)


def test_a_place_that_cannot_be_written_to_is_told(
    fake: FakeHub, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError, match=r"cannot be made.*Set WORKBENCH_HOME"):
        hub.pull(model, quiet, fake.url)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        ((404, "RepoNotFound"), "The hub has no someone/some-model at revision 'main'"),
        ((404, "RevisionNotFound"), "The hub has no someone/some-model at revision 'main'"),
        ((403, "GatedRepo"), "accept its terms at .* then run `hf auth login`"),
        ((503, ""), "could not be reached for 'fugumt-ja-en'.*503"),
    ],
)
def test_what_the_hub_refuses_is_told_with_the_next_step(
    fake: FakeHub, model: Model, refusal: tuple[int, str], expected: str
) -> None:
    fake.refusal = refusal
    with pytest.raises(DownloadError, match=f"(?s){expected}"):
        hub.pull(model, quiet, fake.url)


def assert_told_within_five_seconds(model: Model, endpoint: str) -> None:
    start = time.monotonic()
    with pytest.raises(DownloadError, match="could not be reached") as caught:
        hub.pull(model, quiet, endpoint)
    assert time.monotonic() - start < 5
    assert str(downloads_dir() / model.name) in str(caught.value)
    assert "--model ./folder" in str(caught.value) and left_over() == []


def test_a_closed_port_is_told_at_once(model: Model) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert_told_within_five_seconds(model, f"http://127.0.0.1:{port}")


def test_a_hub_that_never_answers_is_told_within_five_seconds(model: Model) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert_told_within_five_seconds(model, f"http://127.0.0.1:{server.getsockname()[1]}")


def test_a_name_that_hangs_is_told_within_five_seconds(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A look-up of names has no timeout of its own.
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: time.sleep(3))
    monkeypatch.setattr(hub, "PATIENCE", 0.5)
    assert_told_within_five_seconds(model, "http://hub.invalid")


def test_a_page_instead_of_a_hub_is_told(fake: FakeHub, model: Model) -> None:
    fake.stated = {"config.json": b"{}"}
    fake.info = dict  # type: ignore[method-assign, assignment]
    assert_told_within_five_seconds(model, fake.url)


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_mode_is_obeyed_without_a_connection(
    fake: FakeHub, model: Model, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(DownloadError, match=f"{variable} is set.*Unset it, or copy"):
        hub.pull(model, quiet, fake.url)
    assert fake.requests == []


@pytest.mark.parametrize("name", ["trilingual-small", "pseudo", "opus-mt-jap-en"])
def test_what_is_built_in_or_bad_is_not_downloaded(fake: FakeHub, name: str) -> None:
    with pytest.raises(UsageError, match=name):
        hub.pull(load_catalogue()[name], quiet, fake.url)
    assert fake.requests == []


def test_two_downloads_of_one_model_do_not_mix(fake: FakeHub, model: Model) -> None:
    def again(_name: str, _done: int, _total: int) -> None:
        hub.pull(model, quiet, fake.url)

    with pytest.raises(UsageError, match="Another process is downloading 'fugumt-ja-en'"):
        hub.pull(model, again, fake.url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("config.json", "model.safetensors", "source.spm"):
        (tmp_path / name).write_bytes(FILES[name])
    hub.write_manifest(tmp_path, "", "")
    return tmp_path


def test_an_untouched_folder_is_verified(folder: Path) -> None:
    hub.verify(folder)


@pytest.mark.parametrize("position", range(0, len(WEIGHTS), len(WEIGHTS) // 50))
def test_every_bit_flip_and_truncation_is_found(folder: Path, position: int) -> None:
    flipped = bytearray(WEIGHTS)
    flipped[position] ^= 1
    for data in (bytes(flipped), WEIGHTS[:position]):
        (folder / "model.safetensors").write_bytes(data)
        found = hashlib.sha256(data).hexdigest()
        with pytest.raises(ModelError, match=f"model.safetensors is damaged.*found {found}"):
            hub.verify(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "source.spm").unlink()
    with pytest.raises(ModelError, match=r"source\.spm is damaged.*no such file"):
        hub.verify(folder)


@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"files": {"a": "b"}}', '{"files": 1}'])
def test_a_folder_without_a_readable_manifest_is_not_verified(
    folder: Path, text: str | None
) -> None:
    (folder / "manifest.json").unlink()
    if text is not None:
        (folder / "manifest.json").write_text(text)
    with pytest.raises(ModelError, match="cannot be checked"):
        hub.verify(folder)


def test_removing_leaves_nothing_of_the_model(fake: FakeHub, model: Model) -> None:
    hub.pull(model, quiet, fake.url)
    (downloads_dir() / f".{model.name}.abc.partial").mkdir()
    assert hub.remove(model.name) == downloads_dir() / model.name
    assert left_over() == []


@pytest.mark.parametrize("name", ["trilingual-small", "..", ".", "", "fugumt-ja-en"])
def test_only_what_was_downloaded_can_be_removed(name: str, home: Path) -> None:
    (downloads_dir() / "nllb-600m").mkdir(parents=True)
    with pytest.raises(UnknownNameError, match=r"Known: nllb-600m\."):
        hub.remove(name)
    assert left_over() == ["nllb-600m"]
