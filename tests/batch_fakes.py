"""Engines for the worker processes of batch jobs, by name: load="batch_fakes:echo"."""

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes import FakeEngine
from workbench.catalogue import Model
from workbench.engines import Engine
from workbench.errors import EngineError
from workbench.types import Decoding, Hypothesis

POISON = "☠"
LOG = "WORKBENCH_TEST_LOG"


def reach(monkeypatch: pytest.MonkeyPatch, log: Path | None = None) -> None:
    """Let worker processes find this module, and log there what they translate."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    if log:
        monkeypatch.setenv(LOG, str(log))


def logged(log: Path) -> list[str]:
    """Return every text that a worker was asked for, in no order."""
    return log.read_text("utf-8").splitlines() if log.exists() else []


class LoggingEngine(FakeEngine):
    """Say the text again with its language before it, and log it."""

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        if log := os.environ.get(LOG):
            with Path(log).open("a", encoding="utf-8") as file:
                file.write("".join(f"{target}:{text}\n" for text in texts))
        made = super().translate(texts, source, target, decoding)
        # A job may be long.
        self.calls.clear()
        return made


def echo(model: Model, engine: str) -> Engine:
    return LoggingEngine()


def slow(model: Model, engine: str) -> Engine:
    return LoggingEngine(behave=_slowly)


def crash(model: Model, engine: str) -> Engine:
    """Raise on poison, as an engine should."""
    return LoggingEngine(behave=_refuse)


def die(model: Model, engine: str) -> Engine:
    """End the process on poison."""
    return LoggingEngine(behave=_die)


def once(model: Model, engine: str) -> Engine:
    """End the process on poison, but only the first of all processes."""
    return LoggingEngine(behave=_die_once)


def dead(model: Model, engine: str) -> Engine:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _slowly(texts: Sequence[str]) -> list[str]:
    time.sleep(0.02 * len(texts))
    return list(texts)


def _refuse(texts: Sequence[str]) -> list[str]:
    if any(POISON in text for text in texts):
        raise EngineError("the fake crashed")
    return list(texts)


def _die(texts: Sequence[str]) -> list[str]:
    if any(POISON in text for text in texts):
        os.kill(os.getpid(), signal.SIGKILL)
    return list(texts)


def _die_once(texts: Sequence[str]) -> list[str]:
    mark = Path(os.environ[LOG] + ".died")
    if any(POISON in text for text in texts) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return list(texts)
