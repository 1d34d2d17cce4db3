"""Batch jobs on a Ray cluster of two workers on this machine, each a process of its own."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.batch import running
from workbench.batch.inputs import find
from workbench.batch.store import Store
from workbench.batch.values import LOADER, Spec
from workbench.errors import UsageError
from workbench.pipeline import Options

TESTS = Path(__file__).parent
BIN = Path(sys.executable).parent
PORT = 6399


def start(*options: str) -> None:
    command = [BIN / "ray", "start", *options, "--num-cpus=1", "--disable-usage-stats"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Start a head and a second worker, each with one processor; return the head's address.

    Nobody is let in who does not know the word of this run.
    """
    memory = "--object-store-memory=100000000"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (TESTS, TESTS.parent))))
        start("--head", f"--port={PORT}", "--include-dashboard=false", memory)
        try:
            start(f"--address=127.0.0.1:{PORT}", memory)
            yield f"127.0.0.1:{PORT}"
        finally:
            subprocess.run([BIN / "ray", "stop", "--force"], capture_output=True, check=True)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Return a folder with enough sentences for several units."""
    folder = tmp_path / "in"
    folder.mkdir()
    for part in "ab":
        lines = [f"{part}{n}人の兵士が川を渡った。" for n in range(300)]
        (folder / f"{part}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def begun(store: Store, folder: Path, out: Path, model: str, load: str) -> str:
    options = Options(model, summary=0, self_test=False)
    spec = Spec((str(folder),), str(out), ("en",), "ja", options, checks=False, load=load)
    return store.create(spec, find([folder]))


def on_cluster(id: str, address: str) -> "subprocess.Popen[bytes]":
    command = [BIN / "workbench", "jobs", "resume", id, "--quiet", "--ray", address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def outputs(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*.en.txt")}


def test_a_cluster_makes_the_bytes_that_one_machine_makes(
    cluster: str, talks: Path, tmp_path: Path
) -> None:
    with Store() as store:
        running.run(store, begun(store, talks, tmp_path / "here", "trilingual-small", LOADER))
        id = begun(store, talks, tmp_path / "there", "trilingual-small", LOADER)
        process = on_cluster(id, cluster)
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said.decode()[-2000:]
    assert outputs(tmp_path / "there") == outputs(tmp_path / "here")


def test_a_worker_that_is_killed_loses_nothing(cluster: str, talks: Path, tmp_path: Path) -> None:
    with Store() as store:
        id = begun(store, talks, tmp_path / "there", "pseudo", "batch_fakes:slow")
        process = on_cluster(id, cluster)
        limit = time.monotonic() + 90
        while store.job(id).done == 0 and time.monotonic() < limit:
            time.sleep(0.2)
        found = subprocess.run(["pgrep", "-f", "ray::.*MapWorker"], capture_output=True, text=True)
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said.decode()[-2000:]
    lines = outputs(tmp_path / "there")["a.en.txt"].decode().splitlines()
    assert lines == [f"en:a{n}人の兵士が川を渡った。" for n in range(300)]


def test_no_cluster_is_one_clear_message() -> None:
    from workbench.batch.cluster import RayPool

    with pytest.raises(UsageError, match="ray start --head"):
        RayPool(Options(), "batch_fakes:echo", "127.0.0.1:1")
