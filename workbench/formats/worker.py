"""The process that reads and writes documents: orders on stdin, what stands in files on stdout.

`python -m workbench.formats.worker` is started by workbench.formats.process. It serves one file
after the other, each within limits, and ends with its stdin.
"""

import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from workbench.child import listen, to_parent
from workbench.errors import InputError, WorkbenchError
from workbench.formats import FORMATS, Rendering, wire
from workbench.formats.opening import opened
from workbench.formats.sandbox import HELP, Limits, allow_writing, held, restrict, seal
from workbench.naming import shown

# Bytes of memory that a process may keep from one file to the next.
_KEPT = 300_000_000
_PACKAGE = str(Path(__file__).resolve().parent.parent)


def main() -> None:
    """Serve the orders on stdin, one after the other."""
    with to_parent() as parent:
        seal()
        post = _Post()
        listen(wire.load, post.take)
        while True:
            order, halted = post.orders.get()
            outcome = _Task(order, halted, post, parent).outcome()
            allow_writing("")
            _say(parent, wire.dump(*outcome))


class _Post:
    """Sorts what the parent says: orders, each with the event that halts it, and renderings."""

    def __init__(self) -> None:
        self.orders: queue.SimpleQueue[tuple[list[Any], threading.Event]] = queue.SimpleQueue()
        self.renderings: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
        self._halted = threading.Event()

    def take(self, message: list[Any]) -> None:
        kind, *values = message
        if kind == "halt":
            self._halted.set()
        elif kind == "renderings":
            self.renderings.put(values[0])
        else:
            self._halted = threading.Event()
            self.orders.put((message, self._halted))


class _Task:
    """An order at work: [what to do, path, format, reading, limits, place to write to].

    To do: "read", "inspect" or "write".
    """

    def __init__(
        self, order: list[Any], halted: threading.Event, post: _Post, parent: BinaryIO
    ) -> None:
        self._do, path, format, reading, limits, self._out = order
        self._path, self._format = Path(path), FORMATS[format]
        self._reading, self._limits = wire.unpack_reading(reading), Limits(**limits)
        self._halted, self._post, self._parent = halted, post, parent

    def outcome(self) -> tuple[Any, ...]:
        """Do what is ordered and return what is said at its end.

        ("done", spent) or ("error", class, message, spent); spent: this process is to be replaced.
        """
        try:
            return self._served()
        except MemoryError:
            message = f"took more than {self._limits.memory_mb:,} MB of memory. Split the file."
        except RecursionError:
            message = "things stand too deep within each other in it. Simplify the file."
        return ("error", InputError.__name__, f"{shown(self._path.name)}: {message}", True)

    def _served(self) -> tuple[Any, ...]:
        try:
            with opened(self._path, self._format.largest) as path:
                restrict(self._limits, path.stat().st_size)
                (self._write if self._do == "write" else self._read)(path)
        except WorkbenchError as error:
            return ("error", type(error).__name__, str(error), _is_spent())
        except (MemoryError, RecursionError):
            raise
        except OSError as error:
            doing = "written" if self._do == "write" else "read"
            message = f"cannot be {doing} ({error.strerror or error})."
        except Exception as error:
            # Libraries raise whatever they please on damaged files.
            message = f"damaged, or of a kind that is not known yet ({_origin(error)}). {HELP}"
        else:
            return ("done", _is_spent())
        message = f"{shown(self._path.name)}: {message}"
        return ("error", InputError.__name__, message, _is_spent())

    def _read(self, path: Path) -> None:
        look = self._format.inspect if self._do == "inspect" else self._format.read
        for batch in wire.batches(look(path, self._reading)):
            _say(self._parent, wire.dump("things", batch))
            if self._halted.is_set():
                return

    def _write(self, path: Path) -> None:
        allow_writing(self._out)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(self._out, flags | getattr(os, "O_BINARY", 0), 0o666), "wb") as out:
            self._format.write(path, out, self._renderings(), self._reading)
            out.flush()
            os.fsync(out.fileno())

    def _renderings(self) -> Iterator[Rendering]:
        """Ask for some renderings whenever there are no more."""
        while True:
            _say(self._parent, wire.dump("more"))
            values = self._post.renderings.get()
            if not values:
                return
            yield from wire.unpack_renderings(values)


def _is_spent() -> bool:
    return held(pages=1) > _KEPT


def _origin(error: Exception) -> str:
    """Return the class of an error and the last place in this package, for whoever mends it."""
    place = ""
    trace = error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(_PACKAGE):
            place = f" in {Path(file).name}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return type(error).__name__ + place


def _say(parent: BinaryIO, message: bytes) -> None:
    try:
        parent.write(message)
        parent.flush()
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
