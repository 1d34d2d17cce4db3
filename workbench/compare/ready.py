"""Translations that are ready-made: files, pasted text, what people kept; and the text they are of.

A `Path` is a file and a `str` is the text itself: what somebody pastes is never opened. To read one
more format, write a function that gives its units and its line in _READERS.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, cast, get_args

from workbench.checks import review, work_list
from workbench.compare import rows
from workbench.compare.aligning import align
from workbench.compare.values import Output, Reference, SystemKind
from workbench.errors import InputError
from workbench.evaluation.systems import document_of
from workbench.evaluation.testset import read_lines
from workbench.labels import translate_marker
from workbench.languages import get_language
from workbench.manifest import Fingerprints, describe_program, file_hash, now, text_hash
from workbench.memory import Memory, Unit, source_hash
from workbench.revising import known
from workbench.segmentation import split
from workbench.types import Column, Document, Origin, Result, Segment, Summary, Translation

PASTED = "pasted text"
# Of lines that are segments, hardly one in five has a second sentence.
_SENTENCES_PER_LINE = 1.2
_SHOWN = 10
_NOTHING = "the translation has nothing for this row"


class _Unit(NamedTuple):
    """A source text, its translation, and where that came from."""

    source: str
    target: str
    origin: Origin = "output"


@dataclass(frozen=True, slots=True)
class _Given:
    """A translation in the rows of a document.

    texts and labels are by the id of their segments; origins of what is not "output". remarks are
    what is to be said of single rows.
    """

    name: str
    sha256: str
    texts: Mapping[str, str]
    origins: Mapping[str, Origin] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def document_for(
    text: Path | str,
    language: str,
    others: Collection[Path | str] = (),
    lines: bool | None = None,
    name: str = "",
) -> Document:
    """Return the document that is compared: a segment per line, or sentences of running text.

    lines None decides: a segment per line where all the others (references and ready-made
    translations; those of other formats than text do not count) have as many lines as the text,
    and hardly a line has two sentences.
    Raises InputError: a file cannot be read as text, or there is no text.
    """
    source = _plain(text)
    given = [_plain(other) for other in others if isinstance(other, str) or _is_plain(other)]
    running = split(source.text, get_language(language).code)
    if lines is None:
        filled = sum(bool(line.strip()) for line in source.lines)
        single = len(rows(running)) <= _SENTENCES_PER_LINE * filled
        same = all(len(other.lines) == len(source.lines) for other in given)
        lines = bool(given) and same and single and filled > 1
    document = document_of(source.lines, running.language) if lines else running
    return replace(document, name=name or source.name)


def read_output(
    name: str, source: Path | str, document: Document, target: str, memory: Memory
) -> Output:
    """Return a ready-made translation of the document as the output of a system.

    Files: .txt (a line per row, or running text), .tmx, and this program's own .json and .tsv; a
    str is text that was pasted. The rows are checked as those of a model are. Their origin is
    what the file says, or else "output": nobody said who wrote them.
    Raises InputError: the file cannot be read, or has no translation of any row; the message
    names the file, the line where there is one, and what to do.
    """
    given = _read(source, document, target)
    return _output(name, "output", given, document, memory, target)


def from_memory(document: Document, target: str, memory: Memory, name: str = "memory") -> Output:
    """Return what people kept of exactly the sentences of the document as the output of a system.

    Raises InputError: the memory cannot be read, or has none of them.
    """
    code = get_language(target).code
    own = rows(document)
    found = memory.find(document.language, code, (row.text for row in own))
    if not found:
        pair = f"{document.language}-{code}"
        raise InputError(
            f"The translation memory ({memory.path}) has no translation {pair} of any sentence "
            "here. Keep some first, or leave it out of the comparison."
        )
    kept = {row.id: found[row.text] for row in own if row.text in found}
    digest = text_hash(json.dumps([unit.target for unit in kept.values()]))
    given = _Given(
        name,
        digest,
        {id_: unit.target for id_, unit in kept.items()},
        dict.fromkeys(kept, "memory"),
        {id_: _credit(unit) for id_, unit in kept.items()},
        _missing(own, kept, "The memory"),
    )
    return _output(name, "memory", given, document, memory, code)


def _credit(unit: Unit) -> str:
    return f"kept {unit.time}, {unit.origin}: {unit.system}".removesuffix(": ")


def read_reference(
    source: Path | str, document: Document, target: str, name: str = ""
) -> Reference:
    """Return a translation of the document to measure against, from the files of read_output.

    Rows that it does not have are "".
    Raises InputError: as read_output.
    """
    given = _read(source, document, target)
    texts = tuple(given.texts.get(row.id, "") for row in rows(document))
    return Reference(name or given.name, texts, given.sha256, given.notes)


class _Plain(NamedTuple):
    """Text: as it stands, and its lines without their ends."""

    name: str
    text: str
    lines: tuple[str, ...]
    sha256: str


def _plain(source: Path | str) -> _Plain:
    """Return the lines of a text file or of pasted text.

    Raises InputError: the file cannot be read as UTF-8, or there is no text.
    """
    if isinstance(source, Path):
        read = read_lines(str(source))
        return _Plain(read.name, _whole(read.texts), read.texts, read.sha256)
    if not source.strip():
        raise InputError(f"{PASTED}: there is no text in it. Paste a translation, or give a file.")
    lines = source.replace("\r\n", "\n").removesuffix("\n").split("\n")
    return _Plain(PASTED, source, tuple(lines), text_hash(source))


def _whole(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _is_plain(path: Path) -> bool:
    return path.suffix.lower() not in _READERS


def _read(source: Path | str, document: Document, target: str) -> _Given:
    """Return a translation in the rows of the document, from whatever it is in."""
    target = get_language(target).code
    if not rows(document):
        raise InputError(f"{document.name}: there is no sentence to be translated.")
    if isinstance(source, str) or _is_plain(source):
        return _aligned(_plain(source), document, target)
    read = _READERS[source.suffix.lower()]
    return _matched(source, list(read(source, document.language, target)), document, target)


def _aligned(plain: _Plain, document: Document, target: str) -> _Given:
    """Return running text, or lines, in the rows of the document."""
    own = rows(document)
    found = align(document, plain.text, target)
    texts = {row.id: text for row, text in zip(own, found.texts, strict=True)}
    remarks = dict.fromkeys(found.by_length, "aligned by length")
    notes: tuple[str, ...] = ()
    if found.by_length:
        first = f", first of all {_some(found.uneven)}" if found.uneven else ""
        notes = (
            f"{len(found.by_length)} of {len(own)} rows were aligned by the length of the "
            f"sentences and must be looked at{first}.",
        )
    notes += _missing(own, [id_ for id_, text in texts.items() if text], plain.name)
    return _Given(plain.name, plain.sha256, texts | dict(found.labels), {}, remarks, notes)


def _matched(path: Path, units: Sequence[_Unit], document: Document, target: str) -> _Given:
    """Return units in the rows with the same source: the second such row has the second such unit.

    Where a text has fewer units than rows, the last one serves again.
    """
    pair = f"{document.language}-{target}"
    by_source: dict[str, list[_Unit]] = defaultdict(list)
    for unit in units:
        by_source[_squeezed(unit.source)].append(unit)
    seen: Counter[str] = Counter()
    found: dict[str, _Unit] = {}
    for segment in document.segments:
        key = _squeezed(segment.text)
        if segment.text and (same := by_source.get(key)):
            found[segment.id] = same[min(seen[key], len(same) - 1)]
            seen[key] += 1
    own = rows(document)
    if not any(row.id in found for row in own):
        raise InputError(
            f"{path}: none of its {len(units)} units {pair} has a sentence of {document.name} as "
            "its source. Give a translation of this very text, or plain text to be aligned."
        )
    return _Given(
        path.name,
        file_hash(path),
        {id_: unit.target for id_, unit in found.items()},
        {id_: unit.origin for id_, unit in found.items()},
        notes=_missing(own, found, path.name),
    )


def _missing(own: Sequence[Segment], found: Collection[str], name: str) -> tuple[str, ...]:
    missing = [row.id for row in own if row.id not in found]
    if not missing:
        return ()
    return (f"{name} has no translation of {len(missing)} of {len(own)} rows: {_some(missing)}.",)


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (" …" if len(ids) > _SHOWN else "")


def _squeezed(text: str) -> str:
    """Return what of a source must be the same: not the kind and number of blanks."""
    return source_hash(" ".join(text.split()))


def _tmx_units(path: Path, source: str, target: str) -> Iterator[_Unit]:
    from workbench.formats.tmx import read_units  # lxml, which no other format needs

    for unit in read_units(path):
        if unit.texts.get(source, "").strip() and unit.texts.get(target, "").strip():
            origin = _origin(unit.origins.get(target))
            yield _Unit(unit.texts[source], unit.texts[target], origin)


def _json_units(path: Path, source: str, target: str) -> Iterator[_Unit]:
    """Yield the units of a result as `render.to_json` writes it."""
    try:
        value = json.loads(_plain(path).text)
        segments = {segment["id"]: segment["text"] for segment in value["document"]["segments"]}
        language = value["document"]["language"]
        columns = {column["language"]: column["translations"] for column in value["columns"]}
        made = [
            _Unit(segments[t["segment_id"]], t["text"], _origin(t["origin"]))
            for t in columns.get(target, ())
        ]
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: line {error.lineno} is not JSON ({error.msg}).") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: it is JSON, but not a result of this program. Give what "
            "`workbench translate -o NAME.json` writes."
        ) from error
    _require_pair(path, (source, target), {language, *columns})
    yield from (unit for unit in made if unit.origin != "failed")


def _tsv_units(path: Path, source: str, target: str) -> Iterator[_Unit]:
    """Yield the units of a table as `render.to_tsv` writes it."""
    head, *lines = (line.split("\t") for line in _plain(path).lines)
    _require_pair(path, (source, target), head)
    one, other = head.index(source), head.index(target)
    for number, cells in enumerate(lines, 2):
        if len(cells) != len(head):
            raise InputError(
                f"{path}: line {number} has {len(cells)} cells and the first line {len(head)}. "
                "Export the table again, or save it with tabs between the cells."
            )
        if cells[other].strip():
            yield _Unit(_uncelled(cells[one]), _uncelled(cells[other]))


def _require_pair(path: Path, pair: tuple[str, str], there: Collection[str]) -> None:
    missing = [code for code in pair if code not in there]
    if missing:
        raise InputError(
            f"{path}: there is no column {' and '.join(missing)} in it, only "
            f"{', '.join(sorted(there))}. Give a table or result of {'-'.join(pair)}."
        )


def _uncelled(cell: str) -> str:
    """Return a text without the apostrophe that `render.cell` sets before what looks a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


_ORIGINS: tuple[str, ...] = get_args(Origin)
_READERS: dict[str, Callable[[Path, str, str], Iterator[_Unit]]] = {
    ".tmx": _tmx_units,
    ".json": _json_units,
    ".tsv": _tsv_units,
}


def _origin(said: Any) -> Origin:
    """Return the origin that a file names, "output" where it names none."""
    return cast(Origin, said) if said in _ORIGINS else "output"


def _output(
    name: str, kind: SystemKind, given: _Given, document: Document, memory: Memory, target: str
) -> Output:
    """Return the output with its checked result."""
    code = get_language(target).code
    translations = tuple(
        _translation(segment, given, document.language, code) for segment in document.segments
    )
    prints = Fingerprints()
    prints.add(document.segments, translations)
    program = describe_program()
    manifest = {
        **program,
        "time": now(),
        "source": {"name": document.name, "language": document.language},
        "output": {"name": name, "kind": kind, "file": given.name},
        "files": given.sha256,
        "warnings": [],
        **prints.value(),
    }
    made_by = f"workbench:{program['workbench']}|{kind}:{given.name}|files:{given.sha256[:12]}"
    seen = review(document, translations, code)
    summary = Summary((), "none", refusal="No summary was asked for.")
    column = Column(code, translations, made_by)
    findings = work_list(seen.findings)
    result = Result(document, (column,), summary, findings, manifest, seen.ledger)
    return Output(name, kind, known(result, memory), notes=given.notes)


def _translation(segment: Segment, given: _Given, source: str, target: str) -> Translation:
    text = given.texts.get(segment.id, "")
    note = given.remarks.get(segment.id, "")
    if segment.kind in ("sentence", "heading") and not text.strip():
        return Translation(segment.id, target, "", "failed", note=_NOTHING)
    if segment.id not in given.texts:
        label = Translation(segment.id, target, "", "copy")
        return label if segment.kind == "label" else translate_marker(segment, source, target)
    return Translation(segment.id, target, text, given.origins.get(segment.id, "output"), note=note)
