"""Documents read and written in a process of its own, within limits: its death is its own.

    with Reader() as reader:
        for thing in reader.read(path, "docx", reading): ...

A file may be damaged or made to do harm. Whatever becomes of the process, there is one InputError
that names the file, and the next file has a process that is whole. worker.py is what runs there.
"""

import queue
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from workbench.child import Child
from workbench.closing import Closing
from workbench.errors import AccountingError, InputError, UnknownNameError, UsageError
from workbench.formats import Block, Reading, Remark, Rendering, wire
from workbench.formats.sandbox import HELP, Limits
from workbench.naming import shown

_ERRORS = {
    error.__name__: error for error in (AccountingError, InputError, UnknownNameError, UsageError)
}
# Messages that wait unread; those after them wait in the pipe, and then the reader waits.
_ROOM = 8
# Seconds that a reader has to end in order what nobody wants any more, or to die when it is dying.
_GRACE = 1.0
# Characters of a message from its beginning and its end: what stands in files gets into some.
_HEAD, _TAIL = 300, 200
_DEFAULT = Limits()
# Threads of number libraries reserve memory that would count as the file's.
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
_Process: TypeAlias = Child[list[Any]]


@dataclass(frozen=True, slots=True)
class _Task:
    """A file in work: its name as it may be shown, its size, the process that has it."""

    name: str
    size: int
    child: _Process


class Reader(Closing):
    """A process that reads and writes documents, one at a time; it is started again when it dies.

    For use in one thread at a time; only `close` may come from another one.
    """

    def __init__(self, limits: Limits = _DEFAULT) -> None:
        self._limits = limits
        self._child: _Process | None = None
        # Whether the process has a file in work.
        self._busy = False
        self._closed = False

    def close(self) -> None:
        """End the process; what is being read or written ends with an InputError."""
        self._closed = True
        self._drop()

    def read(self, path: Path, format: str, reading: Reading) -> Iterator[Block | Remark]:
        """Yield what stands in a file, as the process comes upon it; see workbench.formats.

        The process is at most some batches ahead. Close the generator to give the file up; to
        begin another one gives it up, too.
        Raises InputError: the file is damaged, hostile, not of the format, or takes more than the
        limits allow. UsageError: it cannot be read as asked.
        """
        yield from self._told("read", path, format, reading)

    def inspect(self, path: Path, format: str, reading: Reading) -> Iterator[Block | Remark]:
        """Yield what is to be said of a file that was written; raises what `read` raises."""
        yield from self._told("inspect", path, format, reading)

    def _told(self, do: str, path: Path, format: str, reading: Reading) -> Iterator[Block | Remark]:
        task = self._begin(do, path, format, reading)
        ended = False
        try:
            while (message := self._next(task))[0] == "things":
                yield from self._unpacked(task, message)
            ended = True
            self._finish(task, message)
        finally:
            if not ended:
                self._halt(task)

    def write(
        self,
        path: Path,
        format: str,
        out: Path,
        renderings: Iterable[Rendering],
        reading: Reading,
    ) -> None:
        """Write a file to `out` with renderings in place of its blocks; it is on the disk then.

        Raises what `read` raises; InputError also where it cannot be written. AccountingError:
        there are more or fewer renderings than blocks.
        """
        task = self._begin("write", path, format, reading, out)
        waiting = iter(renderings)
        ended = False
        try:
            while (message := self._next(task))[0] == "more":
                task.child.send(wire.dump("renderings", wire.pack_renderings(waiting)))
            ended = True
            self._finish(task, message)
        finally:
            if not ended:
                self._drop_of(task)

    def _begin(
        self, do: str, path: Path, format: str, reading: Reading, out: Path | str = ""
    ) -> _Task:
        name = shown(path.name)
        if self._closed:
            raise InputError(f"{name}: not read, as the program is ending.")
        if self._child and (self._busy or not self._child.alive):
            self._drop()
        if not self._child:
            self._child = Child(
                "workbench.formats.worker",
                wire.load,
                room=_ROOM,
                environment=_ALONE,
                quiet=True,
                alone=True,
            )
        self._busy = True
        size = 0
        with suppress(OSError, ValueError):
            size = path.lstat().st_size
        order = (str(path), format, wire.pack_reading(reading), asdict(self._limits), str(out))
        self._child.send(wire.dump(do, *order))
        return _Task(name, size, self._child)

    def _next(self, task: _Task) -> list[Any]:
        """Return what the process says next.

        Raises InputError: it says nothing any more.
        """
        try:
            message = task.child.get(self._limits.silence(task.size))
        except queue.Empty:
            self._drop_of(task)
            limit = self._limits.silence(task.size)
            raise self._refusal(task, f"nothing came of it in {limit:.0f} seconds") from None
        if message is None:
            why = self._death(task)
            self._drop_of(task)
            raise self._refusal(task, why)
        return message

    def _unpacked(self, task: _Task, message: list[Any]) -> Iterator[Block | Remark]:
        try:
            yield from [wire.unpack(value) for value in message[1]]
        except (wire.GarbledError, LookupError, TypeError) as error:
            raise self._refusal(task, "its reader said what no reader says") from error

    def _finish(self, task: _Task, message: list[Any]) -> None:
        """Take what a process says at the end of a file.

        Raises InputError, UsageError, AccountingError: what it says.
        """
        match message:
            case ["done", bool() as spent]:
                self._release(task, spent)
            case ["error", str() as kind, str() as said, bool() as spent]:
                self._release(task, spent)
                error = _ERRORS.get(kind, InputError)
                # Not every class takes its message as its argument.
                raise error.__new__(error, _line(said))
            case _:
                self._drop_of(task)
                raise self._refusal(task, "its reader said what no reader says")

    def _halt(self, task: _Task) -> None:
        """Let a process end a file early, or end it where it does not."""
        task.child.send(wire.dump("halt"))
        until = time.monotonic() + _GRACE
        message: list[Any] | None = ["things"]
        with suppress(queue.Empty):
            while message and message[0] == "things":
                message = task.child.get(max(0.0, until - time.monotonic()))
        match message:
            case ["done" | "error", *_, bool() as spent]:
                self._release(task, spent)
            case _:
                self._drop_of(task)

    def _death(self, task: _Task) -> str:
        """Return why a process says nothing any more."""
        until = time.monotonic() + _GRACE
        while task.child.alive:
            if time.monotonic() > until:
                return "its reader said what no reader says"
            time.sleep(0.01)
        code = task.child.wait()
        if self._closed:
            return "it was given up, as the program is ending"
        if code == -getattr(signal, "SIGXCPU", 0):
            return f"it took more than {self._limits.cpu(task.size):.0f} seconds of the processor"
        if code == -9:  # SIGKILL, a name that not every system has
            return (
                "its reader was killed, which mostly means that the memory of the machine ran out"
            )
        return f"its reader crashed ({signal.Signals(-code).name if code < 0 else f'code {code}'})"

    def _refusal(self, task: _Task, why: str) -> InputError:
        return InputError(f"{task.name}: {why}. {HELP}")

    def _release(self, task: _Task, spent: bool) -> None:
        """Keep a process for the next file, if it is to be kept."""
        if spent:
            self._drop_of(task)
        elif task.child is self._child:
            self._busy = False

    def _drop_of(self, task: _Task) -> None:
        task.child.end()
        if task.child is self._child:
            self._drop()

    def _drop(self) -> None:
        child, self._child, self._busy = self._child, None, False
        if child:
            child.end()


def _line(said: str) -> str:
    """Return what a process said as one line that is short enough to be read."""
    said = shown(said)
    return said if len(said) <= _HEAD + _TAIL else f"{said[:_HEAD]} … {said[-_TAIL:]}"
