"""Files that appear under their names when they are complete, and survive a power cut then."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

from workbench.errors import InputError


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield the place to write to; what stands there takes the name when the block ends well.

    Else it is deleted, and what had the name before stays.
    Raises InputError: the place cannot be written to.
    """
    part = path.with_name(_part(path.name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        _sync(part)
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}).") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def prepare(folder: Path) -> None:
    """Make a folder, and make sure that files can be written in it.

    Raises InputError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = "it is a file" if folder.is_file() else error.strerror or error
        raise InputError(
            f"{folder}: cannot be written to ({why}). Choose another folder with -o, or make sure "
            "that you may write there."
        ) from error


def _part(name: str) -> str:
    """Return a name that no other process uses, within what file systems allow (255 bytes)."""
    tail = f".{os.getpid()}.part"
    head = name.encode("utf-8", "surrogateescape")[: 254 - len(tail)]
    return f".{head.decode('utf-8', 'ignore')}{tail}"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
