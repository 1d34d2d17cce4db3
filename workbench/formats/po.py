"""Gettext files (po, pot): entries without a translation get one, marked fuzzy; all else stays.

Fuzzy says that nobody has read a translation: msgfmt leaves it out until somebody takes the mark
away. Entries that were fuzzy are translated anew. How lines are read is in workbench.formats.potext.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Reading, Remark, Rendering, bitext
from workbench.formats.coded import Coded, compose, marked
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
        self._target = reading.target
        self._told = ""  # The language that the header says.
        self._source = reading.source
        self._plurals = _plurals_of(reading.target)
        self.tally = bitext.Tally()

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
        yield from self.tally.remarks()
        if not header:
            yield _NO_HEADER

    def _begin(self, header: Entry) -> None:
        """Read the header, and bring it in line."""
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*)$", header.text("msgstr"), re.MULTILINE))
        self._told = fields.get("Language", "").strip()
        source = fields.get("X-Source-Language", "").strip()
        bitext.check_source(self._name, source, self._reading)
        self._source = bitext.match_language(source)
        target = self._reading.target or self._told
        changed = not self._told or not bitext.same(self._told, target)
        if changed and target:
            _set(header, "Language", target)
        plurals = _read_plurals(fields.get("Plural-Forms", ""))
        if plurals and not (changed and self._told):
            self._plurals = plurals
        elif target:
            self._plurals = _plurals_of(target)
            _set(header, "Plural-Forms", self._plurals.told)
        if codecs.lookup(self._text.encoding).name not in ("utf-8", "ascii") or (
            "charset=CHARSET" in header.text("msgstr")
        ):
            _set(header, "Content-Type", "text/plain; charset=UTF-8")

    def _entry(self, entry: Entry) -> Iterator[bitext.Place]:
        """Yield the texts of an entry, and put their translations into its lines."""
        forms = self._forms(entry)
        kept = {key: each.text for key, each in entry.targets.items() if each.text.strip()}
        if FUZZY in entry.flags:
            kept = {}
        if kept:
            bitext.check_target(self._name, self._told, self._reading)
        made: dict[str, str] = {}
        failed = False
        # One place for the forms that are of one text.
        for source in ("msgid", "msgid_plural"):
            keys = [key for key, of in forms.items() if of == source]
            coded = self._coded(entry, source) if keys else None
            if coded is None:
                continue
            there = [kept[key] for key in keys if key in kept]
            whole = len(there) == len(keys) or bool(forms.keys() - kept.keys() - set(keys) == set())
            done = there[0] if there and len(there) == len(keys) else ""
            place = bitext.Place(coded.block(_place(entry, source), self._source, done))
            yield place
            if place.answer:
                failed = failed or place.answer.failed or not whole
                made |= {key: coded.render(place.answer, str) for key in keys}
        if made and not failed:
            _translate(entry, {key: kept.get(key) or made.get(key, "") for key in forms})

    def _forms(self, entry: Entry) -> dict[str, str]:
        """Return the source of each translation, by keywords."""
        if "msgid_plural" not in entry.fields:
            return {"msgstr": "msgid"}
        count, one = self._plurals.count, self._plurals.one
        return {
            f"msgstr[{n}]": "msgid" if count > 1 and n == one else "msgid_plural"
            for n in range(count)
        }

    def _coded(self, entry: Entry, source: str) -> Coded | None:
        pieces = list(marked(entry.text(source), str))
        coded = compose(pieces, str)
        if coded:
            self.tally.look(pieces)
        return coded
