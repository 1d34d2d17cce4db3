"""Read sentence pairs as a stream from TMX, TSV and JSON lines.

To add a format, write a generator of pairs and refusals and its line in _READERS.
"""

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, BinaryIO

from workbench.errors import InputError
from workbench.languages import LANGUAGES, get_language

LONGEST_LINE = 16_000_000
_NAMED_PAIR = re.compile(r"\.([A-Za-z]{2,3})-([A-Za-z]{2,3})\.tsv(?:\.gz)?$")
_PARTS = frozenset({"title", "sentences", "bullets"})
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence in two languages (BCP 47 codes, source first).

    document is the name of the text it stands in, "" where that is unknown; origin is the file.
    """

    source: str
    target: str
    languages: tuple[str, str]
    document: str = ""
    origin: str = ""

    def turned(self) -> "Pair":
        """Return the pair the other way round."""
        languages = (self.languages[1], self.languages[0])
        return Pair(self.target, self.source, languages, self.document, self.origin)


@dataclass(frozen=True, slots=True)
class Refused:
    """A pair that could not be read, why, and its line or unit in the file (from 1)."""

    reason: str
    place: int


@dataclass(frozen=True)
class Report:
    """What was read of a file so far: read == pairs + sum(refused.values()).

    A line that can be parsed counts once for every pair of languages asked of it, any other line
    once. first names the place (line or unit, from 1) of the first refusal for each reason.
    """

    read: int
    pairs: int
    refused: Mapping[str, int]
    first: Mapping[str, int]


Row = Pair | Refused
Languages = tuple[str, str]


class Reader(Iterator[Pair]):
    """The pairs of a file, in order; `report` says at any time how far it has come."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._pairs = 0
        self._refused: Counter[str] = Counter()
        self._first: dict[str, int] = {}

    def __next__(self) -> Pair:
        for row in self._rows:
            if isinstance(row, Pair):
                self._pairs += 1
                return row
            self._refused[row.reason] += 1
            self._first.setdefault(row.reason, row.place)
        raise StopIteration

    @property
    def report(self) -> Report:
        """Return the count of what has been read so far."""
        read = self._pairs + self._refused.total()
        return Report(read, self._pairs, dict(self._refused), dict(self._first))


def read_pairs(path: Path, pair: Languages | None = None) -> Reader:
    """Return the sentence pairs of a file as a stream, with a report of what was refused.

    .tmx: see workbench.formats.tmx. .tsv and .tsv.gz: columns named by a first line of language
    codes, by the file's name (news.ja-en.tsv), or by `pair`. .jsonl and .jsonl.gz: a line is a
    sentence {"ja": …, "en": …} or a document {"id", "title", "sentences", "bullets"} of such.
    Text is UTF-8, kept as it stands. With a pair only that pair is read, turned round where the
    file has it the other way; without one, every two languages that a line has, in its order.
    Raises InputError: no such file, a suffix that is none of these, columns without languages,
    or, while reading, bytes that are not UTF-8, with line and byte. UnknownNameError: `pair`
    names a language the workbench does not know.
    """
    path = Path(path)
    wanted = (get_language(pair[0]).code, get_language(pair[1]).code) if pair else None
    if not path.is_file():
        raise InputError(f"{path}: no such file.")
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix not in _READERS or path.name.lower().endswith(".tmx.gz"):
        raise InputError(f"{path}: not a .tmx, .tsv, .tsv.gz, .jsonl or .jsonl.gz file.")
    return Reader(_READERS[suffix](path, wanted))


def holds(path: Path, pair: Languages) -> bool:
    """Tell whether a file may have pairs in two languages, either way round.

    The columns of a TSV file say so for certain; other files are only known once they are read.
    Raises InputError: see read_pairs.
    """
    if Path(path.name.lower().removesuffix(".gz")).suffix != ".tsv":
        return True
    _, first = next(_lines(path), (1, ""))
    return set(pair) <= set(_columns(path, _header(first.split("\t")), None))


def _read_tmx(path: Path, wanted: Languages | None) -> Iterator[Row]:
    from workbench.formats.tmx import read_units

    for unit in read_units(path):
        yield from _rows(unit.texts, wanted, path.name, unit.document, unit.number)


def _read_tsv(path: Path, wanted: Languages | None) -> Iterator[Row]:
    columns: Sequence[str] = ()
    for number, line in _lines(path):
        cells = line.split("\t")
        if number == 1:
            header = _header(cells)
            columns = _columns(path, header, wanted)
            if header:
                continue
        if len(cells) != len(columns):
            yield Refused("not as many columns as languages", number)
        else:
            yield from _rows(dict(zip(columns, cells, strict=True)), wanted, path.name, "", number)


def named_pair(path: Path) -> Languages | None:
    """Return the languages that a file's name tells (news.ja-en.tsv.gz), or None."""
    match = _NAMED_PAIR.search(path.name)
    codes = _header(match.groups()) if match else []
    return (codes[0], codes[1]) if codes else None


def _header(cells: Sequence[str]) -> list[str]:
    """Return the languages that a first line names, or nothing where it holds text."""
    codes = [cell.strip().replace("_", "-").split("-")[0].lower() for cell in cells]
    named = len(codes) > 1 and len(set(codes)) == len(codes) and set(codes) <= LANGUAGES.keys()
    return codes if named else []


def _columns(path: Path, header: Sequence[str], wanted: Languages | None) -> Sequence[str]:
    columns = header or named_pair(path) or wanted
    if not columns:
        raise InputError(
            f"{path}: the languages of its columns are unknown. Name the file like news.ja-en.tsv, "
            "begin it with a line of language codes, or say the pair."
        )
    if wanted and not set(wanted) <= set(columns):
        raise InputError(f"{path}: holds {', '.join(columns)}, not {' and '.join(wanted)}.")
    return columns


def _read_jsonl(path: Path, wanted: Languages | None) -> Iterator[Row]:
    for number, line in _lines(path):
        try:
            item = json.loads(line)
        except (ValueError, RecursionError):
            yield Refused("not JSON", number)
            continue
        document, rows = _sentences(item)
        if not rows:
            yield Refused("no sentences", number)
        for row in rows:
            texts = _named(row) if isinstance(row, dict) and not wanted else row
            yield from _rows(texts, wanted, path.name, document, number)


def _sentences(item: Any) -> tuple[str, list[Any]]:
    """Return the document's name and what stands for a sentence: its parts, or the line itself."""
    if not isinstance(item, dict):
        return "", []
    if not _PARTS & item.keys():
        return "", [item]
    rows = [item["title"]] if "title" in item else []
    for part in ("sentences", "bullets"):
        rows += item[part] if isinstance(item.get(part), list) else []
    return str(item.get("id", "")), rows


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts of a sentence; its "id" is an identifier, not Indonesian."""
    return {code: text for code, text in row.items() if code in LANGUAGES and code != "id"}


def _rows(
    texts: Any, wanted: Languages | None, origin: str, document: str, place: int
) -> Iterator[Row]:
    """Yield a pair or a refusal for every two languages asked of a sentence."""
    if not isinstance(texts, Mapping):
        yield Refused("a sentence that is not named by language", place)
        return
    asked = [wanted] if wanted else list(combinations(texts, 2))
    if not asked:
        yield Refused("a sentence in fewer than two languages", place)
    for pair in asked:
        source, target = (texts.get(code) for code in pair)
        if isinstance(source, str) and isinstance(target, str):
            yield Pair(source, target, pair, document, origin)
        else:
            yield Refused(f"no text in {' and '.join(pair)}", place)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (number, line) without line ends; only a line feed ends a line."""
    opener: Callable[..., Any] = gzip.open if path.suffix.lower() == ".gz" else open
    offset = 0
    try:
        with opener(path, "rb") as stream:
            for number, raw in enumerate(_raw_lines(stream, path), 1):
                yield number, _decode(raw, path, number, offset).rstrip("\r\n")
                offset += len(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
        raise InputError(f"{path}: not a whole gzip file ({exc}). Make it again.") from exc
    except OSError as exc:
        raise InputError(f"{path}: cannot be read ({exc.strerror}).") from exc


def _raw_lines(stream: BinaryIO, path: Path) -> Iterator[bytes]:
    number = 0
    while raw := stream.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE:
            raise InputError(f"{path}: line {number} has over {LONGEST_LINE:,} bytes.")
        yield raw


def _decode(raw: bytes, path: Path, number: int, offset: int) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as exc:
        utf16 = number == 1 and raw.startswith(_UTF16)
        kind = "looks like UTF-16" if utf16 else "is not UTF-8"
        raise InputError(
            f"{path}: line {number} {kind} at byte {offset + exc.start + 1} of the text. "
            "Save it as UTF-8."
        ) from exc


_READERS: dict[str, Callable[[Path, Languages | None], Iterator[Row]]] = {
    ".tmx": _read_tmx,
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
}
