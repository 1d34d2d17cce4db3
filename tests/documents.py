"""What the tests of formats share: files made, read, and written with other words in them."""

import io
from collections.abc import Callable, Iterable
from pathlib import Path

from hypothesis import HealthCheck, settings

from workbench.formats import Block, Reading, Remark, Rendering, format_of
from workbench.formats.inline import project
from workbench.types import Segment

# The same documents in every run, as many as a format must keep.
MANY = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
AS_IT_IS = Reading()


def put(folder: Path, text: str, name: str, encoding: str = "utf-8") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding, "surrogatepass"))
    return path


def everything(path: Path, reading: Reading = AS_IT_IS) -> list[Block | Remark]:
    return list(format_of(path).read(path, reading))


def blocks(path: Path, reading: Reading = AS_IT_IS) -> list[Block]:
    return [found for found in everything(path, reading) if isinstance(found, Block)]


def remarks(path: Path, reading: Reading = AS_IT_IS) -> list[Remark]:
    return [found for found in everything(path, reading) if isinstance(found, Remark)]


def filled(path: Path, made: Iterable[Rendering], reading: Reading = AS_IT_IS) -> bytes:
    """Return the file with renderings in place of its blocks."""
    out = io.BytesIO()
    format_of(path).write(path, out, iter(made), reading)
    return out.getvalue()


def rendered(block: Block, text: str) -> Rendering:
    """Return a text for a block, with the codes where they belong."""
    if text == block.text:
        return Rendering(text, block.codes)
    whole = Segment("s1", block.text, "", "sentence", 0, 0)
    placed = project(block, [whole], [(text, "")])
    return Rendering(placed.text, placed.codes)


def written(path: Path, change: Callable[[str], str], reading: Reading = AS_IT_IS) -> str:
    """Return the file with the texts of its blocks changed."""
    made = [rendered(block, change(block.text)) for block in blocks(path, reading)]
    return filled(path, made, reading).decode("utf-8")


def same(text: str) -> str:
    return text


# Takes the marks of the pseudo translation away again.
UNMARKED = {ord(mark): None for mark in "⟦⟧"}


def pseudo(text: str) -> str:
    return f"⟦{text}⟧"
