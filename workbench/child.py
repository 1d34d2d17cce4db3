"""A module of this package in a process of its own, spoken to over its stdin and stdout.

    child = Child("workbench.formats.worker", json_line)    # the parent's side
    with to_parent() as parent: listen(json_line, orders.put)    # the child's side

What a message looks like is up to the two: `load` reads one from a stream.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, Generic, TypeVar

_FOLDER = Path(__file__).resolve().parent.parent
_TICK = 0.1
Message = TypeVar("Message")


class Child(Generic[Message]):
    """A process that runs a module; what it says is read by a thread, so that waits can end.

    load reads the next message of a stream and raises EOFError where there is none. room is how
    many messages wait unread before the process has to, 0 for any number. quiet: nothing that it
    prints is shown. alone: it is in a session of its own, which a terminal does not interrupt.
    """

    def __init__(
        self,
        module: str,
        load: Callable[[IO[bytes]], Message],
        *,
        room: int = 0,
        environment: Mapping[str, str] | None = None,
        quiet: bool = False,
        alone: bool = False,
    ) -> None:
        # -P: the folder the user is in must not stand in for modules of the same name.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            env=os.environ | _found() | dict(environment or {}),
            start_new_session=alone,
        )
        assert self._process.stdin and self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._inbox: queue.Queue[Message | None] = queue.Queue(room)
        self._over = threading.Event()
        arguments = (self._stdout, load, self._inbox, self._over)
        self._reader = threading.Thread(target=_read, args=arguments, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Return whether the process runs."""
        return self._process.poll() is None

    @property
    def resident(self) -> int:
        """Return the bytes of memory that it holds now; 0 where Linux does not tell."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text("ascii", "replace")
        except OSError:
            return 0
        # A process that has ended, but was not waited for, has no such line.
        found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(found[0]) * 1024 if found else 0

    def send(self, data: bytes) -> None:
        """Send bytes; that nobody reads them any more is seen where the process is listened to."""
        with suppress(OSError, ValueError):
            self._stdin.write(data)
            self._stdin.flush()

    def get(self, timeout: float) -> Message | None:
        """Return the next message, None when the process has died.

        Raises queue.Empty: nothing came for that many seconds.
        """
        return self._inbox.get(timeout=timeout)

    def wait(self) -> int:
        """Wait until the process has ended and return its exit code, negative for a signal."""
        return self._process.wait()

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self._process.kill()
        self._over.set()
        with suppress(OSError):
            # What a dead process did not read.
            self._stdin.close()
        self._process.wait()
        self._reader.join()
        self._stdout.close()
        # For whoever still waits for a message.
        with suppress(queue.Full):
            self._inbox.put_nowait(None)


def death(exit_code: int) -> str:
    """Return what an exit code says of the end of a process, as the second half of a sentence."""
    if exit_code == -9:  # SIGKILL, a name that not every system has
        return "its process was killed, which mostly means that the memory ran out."
    if exit_code < 0:
        return f"its process died of {signal.Signals(-exit_code).name}."
    return f"its process ended with code {exit_code} before it was done; it may have said why."


@contextmanager
def to_parent() -> Iterator[BinaryIO]:
    """Yield what the parent hears; whatever a library prints goes to stderr from now on."""
    # A terminal interrupts parent and child alike; the parent ends the child.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as parent:
        os.dup2(2, 1)
        yield parent


def listen(load: Callable[[IO[bytes]], Message], take: Callable[[Message], None]) -> None:
    """Hand on what the parent says, in a thread; without a parent the process ends."""
    threading.Thread(target=_listen, args=(load, take), daemon=True).start()


def _listen(load: Callable[[IO[bytes]], Message], take: Callable[[Message], None]) -> None:
    # A copy: at its end the interpreter would wait for whoever holds its own.
    with os.fdopen(os.dup(0), "rb") as stdin, suppress(EOFError):
        while True:
            take(load(stdin))
    os._exit(0)


def _found() -> dict[str, str]:
    """Return where the package is found, as a variable of the environment."""
    folders = filter(None, (str(_FOLDER), os.environ.get("PYTHONPATH")))
    return {"PYTHONPATH": os.pathsep.join(folders)}


def _read(
    stream: IO[bytes],
    load: Callable[[IO[bytes]], Message],
    inbox: "queue.Queue[Message | None]",
    over: threading.Event,
) -> None:
    """Put every message of a process into the inbox, and None at its end."""
    with suppress(EOFError):
        while _put(inbox, load(stream), over):
            pass
    _put(inbox, None, over)


def _put(
    inbox: "queue.Queue[Message | None]", message: Message | None, over: threading.Event
) -> bool:
    """Wait until there is room, and return whether there was before it was over."""
    while not over.is_set():
        with suppress(queue.Full):
            inbox.put(message, timeout=_TICK)
            return True
    return False
