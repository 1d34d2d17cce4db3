"""Gettext files (po, pot): entries without a translation get one, marked fuzzy; all else stays.

Fuzzy says that nobody has read a translation: msgfmt leaves it out until somebody takes the mark
away. Entries that were fuzzy are translated anew. Lines are read by workbench.formats.potext.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import c2py
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering, bitext
from workbench.formats.coded import compose, marked
from workbench.formats.potext import FUZZY, Entry, entries, written
from workbench.reading import Text, open_text

_HEAD = 65_536  # bytes that the encoding is looked for in
_CHARSET = re.compile(rb"charset=([\w.:-]+)")
# The value of a field of the header as it stands, over several lines perhaps.
_VALUE = r"((?:[^\"\\\r\n]|\\[^n]|\"[ \t]*(?:\r\n|\r|\n)[ \t]*\")*+)"
_PLURALS = re.compile(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+)")
_MOST = 10  # forms
_NO_HEADER = Remark(
    "It has no header, so it does not say its language and plural forms; add one with msginit."
)


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield the texts of a gettext file; of an entry with plural forms, singular and plural.

    Raises InputError: it is damaged, of another language than is asked for, or of an unknown
    encoding.
    """
    text = _open(path, reading)
    if text.guessed:
        yield Remark(f"Read as {text.name}: guessed from its bytes; --encoding says otherwise.")
    yield from bitext.blocks(_Walker(text, reading).walk())


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the file with translations in UTF-8; see workbench.formats.

    The header says the language, its plural forms and the encoding. Raises InputError as `read`.
    """
    text = _open(path, reading)
    out.write(codecs.BOM_UTF8 if text.bom else b"")

    def put(words: str) -> None:
        out.write(words.encode("utf-8", "replace"))

    bitext.fill(_Walker(text, reading, put).walk(), renderings)


@dataclass(frozen=True, slots=True)
class _Plurals:
    """How many forms a language has, and which of them is that of one thing."""

    count: int
    one: int
    told: str


class _Walker:
    """Finds the places of a file, and writes what stands for them."""

    def __init__(
        self, text: Text, reading: Reading, put: Callable[[str], None] = lambda words: None
    ) -> None:
        self._text, self._reading, self._put = text, reading, put
        self._name = text.path.name
        self._source = self._told = ""  # languages that the header says
        self._plurals = _plurals_of(reading.target)
        self._tally = bitext.Tally()

    def walk(self) -> Iterator[bitext.Place | Remark]:
        """Yield the texts of the file, and what is to be said of it."""
        header = False
        for entry in entries(self._text.pieces(), self._name):
            if entry.is_header and not header:
                header = True
                self._begin(entry)
            elif entry.fields:
                yield from self._entry(entry)
            self._put("".join(entry.lines))
        yield from self._tally.remarks()
        if not header:
            yield _NO_HEADER

    def _begin(self, header: Entry) -> None:
        """Read the header, and bring it in line."""
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", header.text("msgstr"), re.MULTILINE))
        source, told = fields.get("X-Source-Language", "").strip(), fields.get("Language", "")
        bitext.check_source(self._name, source, self._reading)
        self._source, self._told = bitext.match_language(source), told.strip()
        target = self._reading.target or self._told
        another = bool(self._told) and not bitext.same(self._told, target)
        if another or (target and not self._told):
            _set(header, "Language", target)
        plurals = _read_plurals(fields.get("Plural-Forms", ""))
        if plurals and not another:
            self._plurals = plurals
        elif target:
            self._plurals = _plurals_of(target)
            _set(header, "Plural-Forms", self._plurals.told)
        if _codec(fields.get("Content-Type", "").rpartition("charset=")[2].strip()) != "utf-8":
            _set(header, "Content-Type", "text/plain; charset=UTF-8")

    def _entry(self, entry: Entry) -> Iterator[bitext.Place]:
        """Yield the texts of an entry, and put their translations into its lines."""
        forms = self._forms(entry)
        kept = {key: each.text for key, each in entry.targets.items() if each.text.strip()}
        if FUZZY in entry.flags:
            kept = {}
        if kept:
            bitext.check_target(self._name, self._told, self._reading)
        if len(kept) == len(entry.targets):
            # What a person translated has the forms that the person wanted.
            forms = {key: forms.get(key, "msgid_plural") for key in kept}
        made: dict[str, str] = {}
        answers: list[Rendering] = []
        for source in dict.fromkeys(forms.values()):
            keys = [key for key, of in forms.items() if of == source]
            there = [kept[key] for key in keys if key in kept]
            made |= dict.fromkeys(keys, entry.text(source))
            said = there[0] if len(there) == len(keys) else ""
            pieces = list(marked(entry.text(source), str))
            if not said:
                self._tally.look(pieces)
            coded = compose(pieces, str)
            if coded:
                place = bitext.Place(coded.block(_place(entry, source), self._source, said))
                yield place
                if place.answer:
                    answers.append(place.answer)
                    made |= dict.fromkeys(keys, coded.render(place.answer, str))
        if answers and not any(answer.failed for answer in answers):
            _translate(entry, {key: kept.get(key) or made[key] for key in forms})

    def _forms(self, entry: Entry) -> dict[str, str]:
        """Return the source of each translation, both as keywords."""
        if "msgid_plural" not in entry.fields:
            return {"msgstr": "msgid"}
        count, one = self._plurals.count, self._plurals.one
        return {
            f"msgstr[{n}]": "msgid" if count > 1 and n == one else "msgid_plural"
            for n in range(count)
        }


def _place(entry: Entry, source: str) -> str:
    context = f", context {entry.text('msgctxt')!r}" if "msgctxt" in entry.fields else ""
    return f"line {entry.line}{context}{', plural' if source == 'msgid_plural' else ''}"


def _translate(entry: Entry, texts: dict[str, str]) -> None:
    """Put translations into the lines of an entry, and mark it fuzzy."""
    lines: list[str | None] = [*entry.lines]
    first = min(each.first for each in entry.targets.values())
    for each in entry.targets.values():
        lines[each.first : each.last + 1] = [None] * (each.last + 1 - each.first)
    for at, line in enumerate(entry.lines):
        if line.lstrip().startswith("#|"):
            lines[at] = None  # It is the msgid of the translation that there was.
    new = [line for key, text in texts.items() for line in written(key, text, entry.end)]
    lines[first] = "".join(new)
    if FUZZY not in entry.flags:
        at = entry.flag_line if entry.flag_line >= 0 else _first(entry)
        flagged = f"#, {FUZZY}{entry.end}"
        if entry.flag_line >= 0:
            flagged = entry.lines[at].replace("#,", f"#, {FUZZY},", 1)
            lines[at] = flagged
        else:
            lines[at] = flagged + (lines[at] or "")
    entry.lines = [line for line in lines if line is not None]


def _first(entry: Entry) -> int:
    """Return the line of the first string of an entry."""
    return min(each.first for each in entry.fields.values())


def _set(header: Entry, name: str, value: str) -> None:
    """Set a field of the header where it stands, or behind the others."""
    there = header.targets["msgstr"]
    raw = "".join(header.lines[there.first : there.last + 1])
    found = re.search(rf"(\"|\\n){name}:[ \t]*{_VALUE}", raw)
    if found:
        raw = f"{raw[: found.start()]}{found[1]}{name}: {value}{raw[found.end() :]}"
    else:
        before = "" if not there.text or there.text.endswith("\n") else "\\n"
        raw += f'"{before}{name}: {value}\\n"{header.end}'
    header.lines[there.first : there.last + 1] = [raw]
    there.last = there.first


def _plurals_of(code: str) -> _Plurals:
    """Return the forms of a language as gettext has them; source: babel.messages.plurals."""
    from babel.messages.plurals import get_plural  # Its data take a while.

    told = get_plural(bitext.match_language(code) or "en").plural_forms
    return _read_plurals(told) or _Plurals(1, 0, told)


def _read_plurals(told: str) -> _Plurals | None:
    """Return what the header says of plural forms; None where it says nothing that can be read."""
    found = _PLURALS.search(told)
    try:
        one = c2py(found[2])(1) if found else -1
    except (ValueError, ArithmeticError):
        return None
    if not found or not 0 <= one < int(found[1]) <= _MOST:
        return None
    return _Plurals(int(found[1]), one, told)


def _open(path: Path, reading: Reading) -> Text:
    """Return a file in the encoding that is asked for or that its header says."""
    if reading.encoding:
        return open_text(path, reading.encoding)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from error
    found = _CHARSET.search(head)
    codec = _codec(found[1].decode("ascii")) if found else ""
    # ASCII is what tools write that have not seen another character yet.
    return open_text(path, "" if codec == "ascii" else codec, reading.source)


def _codec(name: str) -> str:
    """Return the name of an encoding as Python has it, "" where it knows none."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""
