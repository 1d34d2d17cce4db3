"""Files as they are opened for reading: regular ones, of a size that is read, and no others."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PosixPath, WindowsPath

from workbench.errors import InputError
from workbench.naming import shown

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a FIFO (a named pipe)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_DESCRIPTORS = Path("/proc/self/fd")
if sys.platform == "win32":
    _Base = WindowsPath
else:
    _Base = PosixPath


class OpenedPath(_Base):
    """The path of an open file: it leads to that file whatever has taken its name since.

    Its name is the one that the file was opened by, as messages may show it.
    """

    called = ""

    @property
    def name(self) -> str:
        """The name that the file was opened by."""
        return self.called or super().name


def kind_of(mode: int) -> str:
    """Return what something is that is no regular file, "" for one; mode is its st_mode."""
    if stat.S_ISREG(mode):
        return ""
    return next((words for test, words in _KINDS if test(mode)), "not a regular file")


def too_large(size: int, largest: int) -> str:
    """Return why a file of so many bytes is not read, "" where it is."""
    if size <= largest:
        return ""
    return (
        f"it has {size // 1_000_000:,} MB; at most {largest // 1_000_000:,} MB are read in this "
        "format. Split it into smaller files."
    )


def open_regular(path: Path) -> int:
    """Return a descriptor to read a regular file; nothing is waited for and no link is followed.

    Raises InputError: it is something else, or cannot be read.
    """
    # What Windows does not have is nothing to ask for there.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    name = shown(path.name)
    try:
        # To open a device can be to do something with it: that it is none is seen before and after.
        _hold_regular(name, path.lstat())
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such name"
        raise InputError(f"{name}: cannot be read ({why}).") from error
    try:
        _hold_regular(name, os.fstat(descriptor))
    except InputError:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def opened(path: Path, largest: int) -> Iterator[Path]:
    """Yield a path that leads to the file that has this name now, and the file's errors by name.

    Raises InputError: it is no regular file, has more than `largest` bytes, or cannot be read.
    """
    descriptor = open_regular(path)
    try:
        if reason := too_large(os.fstat(descriptor).st_size, largest):
            raise InputError(f"{shown(path.name)}: {reason}")
        yield _named(descriptor, path)
    finally:
        os.close(descriptor)


def _hold_regular(name: str, found: os.stat_result) -> None:
    if kind := kind_of(found.st_mode):
        raise InputError(f"{name}: {kind}, and only regular files are read.")


def _named(descriptor: int, path: Path) -> Path:
    place = _DESCRIPTORS / str(descriptor)
    held = OpenedPath(place if place.exists() else path)
    held.called = shown(path.name)
    return held
