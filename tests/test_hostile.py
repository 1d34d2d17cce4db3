import json
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hostile
from soak import soak
from workbench.errors import AccountingError, InputError
from workbench.formats import FORMATS, Block, Reading, Remark, Rendering, format_of
from workbench.formats.process import Reader

CASES = json.loads((Path(__file__).parent / "cases" / "hostile.json").read_text("utf-8"))
AS_IT_IS = Reading("ja", "en")
# What a message has that says what to do.
ADVICE = re.compile(
    r"\b(Save|Export|recognised|Get|Open|Split|Give|Say|Simplify|Leave|Remove|Mend|Check|Use|only)\b|--"
)
# Seconds for a file, on a busy machine.
PATIENCE = 30
MUTATIONS = soak(36, 2000)


def params(rows: Iterable[dict[str, str]]) -> list[Any]:
    """Return the cases as parameters; those that are known to fail must fail."""
    fails = pytest.mark.xfail(strict=True)
    return [
        pytest.param(row, id=row["label"], marks=[fails] if row.get("expect") == "fail" else [])
        for row in rows
    ]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as one:
        yield one


def outcome(reader: Reader, path: Path) -> list[Block | Remark] | str:
    """Return what stands in a file, or why it is refused."""
    try:
        return list(reader.read(path, format_of(path).name, AS_IT_IS))
    except InputError as error:
        return str(error)


def refuses_well(message: str, name: str) -> bool:
    """Say whether a message names the file, says what to do, and is one line for people."""
    one = message.isprintable() and len(message) < 600 and "Traceback" not in message
    # What a reader did not expect is a defect of the reader.
    one = one and "not known yet" not in message and "crashed" not in message
    return one and message.startswith(f"{name}: ") and bool(ADVICE.search(message))


def words(things: Iterable[Block | Remark]) -> str:
    return " ".join(thing.text for thing in things if isinstance(thing, Block))


def surroundings(folder: Path) -> None:
    for name in ("secret.txt", "secret.dtd"):
        (folder / name).write_text(hostile.SECRET, "utf-8")
    (folder / "next.txt").write_bytes(hostile.sound("txt"))


@pytest.mark.parametrize("case", params(CASES))
def test_a_hostile_file_is_one_clear_line_or_read_and_never_more(
    case: dict[str, str], tmp_path: Path, reader: Reader
) -> None:
    surroundings(tmp_path)
    path = tmp_path / case["file"]
    hostile.make(path, case["make"])
    began = time.monotonic()
    found = outcome(reader, path)
    assert time.monotonic() - began < PATIENCE
    if isinstance(found, str):
        assert case["expected"] != "read" and refuses_well(found, path.name), found
        assert case["expected"] == "either" or re.search(case["expected"], found), found
    else:
        assert case["expected"] in ("read", "either") and hostile.SECRET not in words(found)
        assert case["expected"] == "either" or hostile.WORDS in words(found)
    assert words(outcome(reader, tmp_path / "next.txt")) == hostile.WORDS  # type: ignore[arg-type]
    assert not list(Path("/tmp").glob("nasty_pwned*")) + list(tmp_path.rglob("nasty_pwned"))


@pytest.mark.parametrize("format", FORMATS)
def test_a_sound_file_is_read(format: str, tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / f"a{FORMATS[format].suffixes[0]}"
    path.write_bytes(hostile.sound(format))
    found = outcome(reader, path)
    assert not isinstance(found, str), found
    assert ("It was cold" if format == "pdf" else hostile.WORDS) in words(found)


@pytest.mark.parametrize("format", FORMATS)
def test_no_change_of_a_file_is_more_than_an_error(
    format: str, tmp_path: Path, reader: Reader
) -> None:
    trouble, longest = [], 0.0
    for seed in range(MUTATIONS):
        path = tmp_path / f"{seed}{FORMATS[format].suffixes[0]}"
        path.write_bytes(hostile.mutated(format, seed))
        began = time.monotonic()
        trouble += [f"{seed}: {line}" for line in _read_and_written(reader, path, format)]
        longest = max(longest, time.monotonic() - began)
    assert not trouble, "\n".join(trouble)
    assert longest < PATIENCE


def _read_and_written(reader: Reader, path: Path, format: str) -> Iterator[str]:
    """Yield what is wrong with reading a file, and with writing it as it was read."""
    found = outcome(reader, path)
    if isinstance(found, str):
        if not refuses_well(found, path.name):
            yield found
        return
    blocks = [thing for thing in found if isinstance(thing, Block)]
    echo = [Rendering(block.text, block.codes) for block in blocks]
    try:
        reader.write(path, format, path.with_suffix(".out"), echo, AS_IT_IS)
    except AccountingError as error:
        yield f"is not written as it was read: {error}"
    except InputError as error:
        # Parts that have no text may be damaged, too.
        if not refuses_well(str(error), path.name):
            yield str(error)
