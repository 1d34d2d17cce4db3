"""A format whose files say what their reader is to do: one order a line, such as "loop"."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from workbench.errors import InputError, UnknownNameError
from workbench.formats import FORMATS, Block, Code, Format, Reading, Remark, Rendering

NAME = "odd"
ODD = Format(NAME, (".odd",), 10_000_000_000)
_SITE = """
import sys
import odd_format
from workbench.formats import FORMATS
FORMATS["odd"] = odd_format.ODD
sys.modules["workbench.formats.odd"] = odd_format
"""


def reach(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let reader processes know this format."""
    (folder / "sitecustomize.py").write_text(_SITE, "utf-8")
    found = os.pathsep.join((str(folder), str(Path(__file__).parent)))
    monkeypatch.setenv("PYTHONPATH", found)
    monkeypatch.setitem(FORMATS, NAME, ODD)


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    for number, line in enumerate(_lines(path)):
        order, _, value = line.partition(" ")
        if order in _ORDERS:
            _ORDERS[order](value)
        elif order == "repeat":
            for index in range(int(value)):
                yield Block(f"line {index}", "寒かった。" * 20)
        elif order == "remark":
            yield Remark(value, lost=True)
        elif order == "reading":
            yield Block("reading", repr(reading))
        elif order == "name":
            yield Block("name", path.name)
        elif order == "odd":
            yield Block("odd", "a\ud800\udc00b\n\x00\u2028", (Code(0, 1, "pair", "bold"),))
        else:
            yield Block(f"line {number + 1}", line, language="ja", kept="kept")


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    for thing in read(path, reading):
        if isinstance(thing, Block):
            rendering = next(renderings)
            codes = "".join(f"[{code.start}:{code.end}]" for code in rendering.codes)
            out.write(f"{rendering.text}{codes}\n".encode("utf-8", "surrogatepass"))


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from (line.removesuffix("\n") for line in file)


def _loop(value: str) -> None:
    while True:
        pass


def _memory(value: str) -> None:
    held = [bytearray(10_000_000)]
    while True:
        held.append(bytearray(10_000_000))


def _deep(value: str) -> None:
    _deep(value)


def _refuse(value: str) -> None:
    raise InputError(value)


def _unknown(value: str) -> None:
    raise UnknownNameError("column", value, ["A"])


def _defect(value: str) -> None:
    raise KeyError(value)


def _connect(value: str) -> None:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", 9))


def _interfaces(value: str) -> None:
    """Refuse with the names of the interfaces of the network."""
    lines = Path("/proc/self/net/dev").read_text("ascii").splitlines()[2:]
    raise InputError(" ".join(sorted(line.split(":")[0].strip() for line in lines)))


def _garble(value: str) -> None:
    """Say through the pipe to the parent what no reader says."""
    os.write(_pipe(), value.encode().replace(b"$", b"\n"))


def _pipe() -> int:
    """Return the copy of the standard output that the parent hears."""
    pipes = [fd for fd in range(3, 20) if _leads_to_a_pipe(fd)]
    return next(fd for fd in pipes if _is_written(fd))


def _leads_to_a_pipe(fd: int) -> bool:
    link = Path(f"/proc/self/fd/{fd}")
    return link.is_symlink() and str(link.readlink()).startswith("pipe:")


def _is_written(fd: int) -> bool:
    flags = Path(f"/proc/self/fdinfo/{fd}").read_text("ascii").split("flags:")[1].split()[0]
    return int(flags, 8) & os.O_WRONLY != 0


_ORDERS: dict[str, Callable[[str], object]] = {
    "loop": _loop,
    "memory": _memory,
    "deep": _deep,
    "refuse": _refuse,
    "unknown": _unknown,
    "defect": _defect,
    "connect": _connect,
    "interfaces": _interfaces,
    "garble": _garble,
    "sleep": lambda value: time.sleep(float(value)),
    "exit": lambda value: os._exit(int(value)),
    "crash": lambda value: ctypes.string_at(0),
    "print": print,
    "run": lambda value: subprocess.run([sys.executable, "-c", value], check=True),
    "touch": lambda value: Path(value).write_text("taken", "utf-8"),
    "unlink": lambda value: Path(value).unlink(),
}
