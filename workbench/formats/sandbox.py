"""What a process may do that reads files of strangers: limits that hold for it and for each file.

Limits of memory, processor and files are the system's and hold for C code too. Where Linux allows
it the process has no network; everywhere Python code in it can open no connection, start no
program, and write to no file but the one that it is to write. That last is no wall against code
that takes over the interpreter itself.
"""

import math
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# What somebody can do whose file is refused for what became of its reader.
HELP = (
    "The file is damaged, too large, or made to do harm. Open it and save it again in the program "
    "that it is from, or leave it out."
)
_MB = 1_000_000
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = (
    "socket.",
    "subprocess.",
    "shutil.",
    "urllib.",
    "http.",
    "ftplib.",
    "webbrowser.",
    "pty.",
    *(f"os.{verb}" for verb in ("exec", "fork", "posix_spawn", "spawn", "startfile", "system")),
    *(f"os.{verb}" for verb in ("chmod", "chown", "kill", "link", "mkdir", "remove", "rename")),
    *(f"os.{verb}" for verb in ("rmdir", "symlink", "truncate")),
)
# The one file that may be written.
_writable: set[str] = set()
# Limits that this process was started with: they are never raised.
_inherited: dict[int, int] = {}


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading or writing one file may take.

    memory_mb is on top of what the process holds when it begins; cpu_s are seconds of the
    processor, cpu_s_per_mb for each MB of the file besides; silent_s are seconds in which nothing
    is heard; written_mb are those of the file that is written, on top of twenty times its source.
    """

    memory_mb: int = 1024
    cpu_s: float = 20.0
    cpu_s_per_mb: float = 2.0
    silent_s: float = 120.0
    written_mb: int = 100

    def cpu(self, size: int) -> float:
        """Return the seconds of the processor for a file of so many bytes."""
        return self.cpu_s + self.cpu_s_per_mb * size / _MB

    def silence(self, size: int) -> float:
        """Return the seconds in which something must be heard of such a file."""
        return self.silent_s + 3 * self.cpu_s_per_mb * size / _MB


def seal() -> None:
    """Give up the network, programs and files for good; only where there is no thread yet."""
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        _leave_network()
    sys.addaudithook(_refuse)


def restrict(limits: Limits, size: int) -> None:
    """Limit what is taken from now on to what one file of so many bytes may take."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, math.ceil(usage.ru_utime + usage.ru_stime + limits.cpu(size)))
    if base := held():
        _limit(resource.RLIMIT_AS, base + limits.memory_mb * _MB)
    _limit(resource.RLIMIT_FSIZE, limits.written_mb * _MB + 20 * size)


def allow_writing(path: str) -> None:
    """Let one file be written, and no other any more; "" is none."""
    _writable.clear()
    _writable.add(path)


def held(pages: int = 0) -> int:
    """Return the bytes of address space that the process has; of its memory for pages=1."""
    try:
        sizes = Path("/proc/self/statm").read_text("ascii").split()
    except OSError:
        return 0
    return int(sizes[pages]) * os.sysconf("SC_PAGE_SIZE")


def _limit(which: int, value: int) -> None:
    import resource

    soft, hard = resource.getrlimit(which)
    ceiling = _inherited.setdefault(which, soft)
    if ceiling != resource.RLIM_INFINITY:
        value = min(value, ceiling)
    # Some systems have the name of a limit and not the limit.
    with suppress(ValueError, OSError):
        resource.setrlimit(which, (value, hard))


def _leave_network() -> None:
    """Move to a network that has nothing in it, where this process may."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    with suppress(AttributeError):
        # A new user may not be needed, and would lose root's right to read files of others.
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        # A number is a file that is open already.
        writes = isinstance(flags, int) and flags & _WRITES
        if writes and not isinstance(path, int) and path not in _writable:
            raise PermissionError("A reader writes to no file but its own.")
    elif event.startswith(_REFUSED):
        raise PermissionError(f"A reader may not do this: {event}.")
