"""Fixtures of every test: folders of its own, and tiny checkpoints that are built once."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.catalogue import Model


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for what self-tests found: weights are tried once, not once a test."""
    return tmp_path_factory.mktemp("selftests")


@pytest.fixture(autouse=True)
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, verdicts: Path
) -> Path:
    """Keep the user's caches, settings and memory out of reach; return the folder used instead."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "data").mkdir()
    (folder / "data" / "selftests").symlink_to(verdicts)
    for name in ("WORKBENCH_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(folder))
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the processes that were started, in order."""
    found: list[subprocess.Popen[bytes]] = []

    class Listed(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            found.append(self)

    monkeypatch.setattr(subprocess, "Popen", Listed)
    return found


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Let torch use one thread: with more, a tiny network waits for them most of the time."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Return a Marian model that knows the sentences of checkpoints.TRIPLES by heart."""
    import checkpoints

    folder = checkpoints.marian(tmp_path_factory.mktemp("trained"), steps=100)
    return checkpoints.model_of(folder, "marian", pairs=checkpoints.DIRECTIONS)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, trained: Model) -> Callable[[str], Model]:
    """Return a function from a family to its tiny model, built at the first call."""
    import checkpoints

    built = {"marian": trained}

    def get(family: str) -> Model:
        if family not in built:
            folder = getattr(checkpoints, family)(tmp_path_factory.mktemp(family))
            built[family] = checkpoints.model_of(folder, family)
        return built[family]

    return get
