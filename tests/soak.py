"""How hard the tests try that kill and damage: a little in `make test`, much in `make soak`.

WORKBENCH_SOAK=1 asks for the long form.
"""

import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from workbench.errors import WorkbenchError

LONG = bool(os.environ.get("WORKBENCH_SOAK"))


def soak(short: int, long: int) -> int:
    """Return how often to try: `short` times, or `long` times when asked for the long form."""
    return long if LONG else short


def start(work: Callable[[], None]) -> int:
    """Do work in a child process and return its number.

    The child ends with 0, with the exit code of a WorkbenchError that it ends in, or with 99.
    """
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        work()
        code = 0
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        code = error.exit_code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a child and return its exit code, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill(child: int, seconds: float = 0.0) -> int:
    """Kill a child after a time, as the power button does, and return how it ended."""
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return ended(child)


def flip(path: Path, dice: random.Random) -> None:
    """Change 1 to 50 bytes of a file."""
    content = bytearray(path.read_bytes())
    for _ in range(dice.randint(1, 50)):
        content[dice.randrange(len(content))] ^= dice.randint(1, 255)
    path.write_bytes(content)


class Told:
    """What child processes have said so far, though they may be killed at any time."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115

    def say(self, word: object) -> None:
        """Say a word, in a child."""
        self._file.write(f"{word}\n".encode())

    def words(self) -> list[str]:
        """Return all that was said, in the parent."""
        return os.pread(self._file.fileno(), 1 << 24, 0).decode().split()

    def wait(self, count: int, seconds: float = 30.0) -> list[str]:
        """Wait until so many words were said."""
        end = time.monotonic() + seconds
        while len(self.words()) < count and time.monotonic() < end:
            time.sleep(0.002)
        return self.words()

    def close(self) -> None:
        """Forget what was said."""
        self._file.close()
