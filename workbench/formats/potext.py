"""The lines of gettext files (po, pot): entries with the place of each of their strings.

Source of the format: "GNU gettext utilities" 0.22, The Format of PO Files. Entries are read line
by line and never written from values, so that what is not translated keeps its wrapping.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from polib import escape, unescape

from workbench.errors import InputError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")
_LAST = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_PART = re.compile(r"[^\n]*\n|[^\n]+")
_END = re.compile(r"[\r\n]+$")
_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d{1,3}\])?)\s*(?=\")")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"")
FUZZY = "fuzzy"


@dataclass(slots=True)
class Field:
    """A string of an entry: its lines first to last, counted from that of the entry."""

    first: int
    last: int
    text: str


@dataclass(slots=True)
class Entry:
    """An entry with the comments and empty lines before it.

    lines have their ends; number is that of the first, from 1. fields are by keyword. An obsolete
    entry, and what stands behind the last one, is comments and has no fields.
    """

    number: int
    lines: list[str] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    flag_line: int = -1
    is_obsolete: bool = False

    def text(self, keyword: str) -> str:
        """Return a string of the entry, "" where there is none."""
        return self.fields[keyword].text if keyword in self.fields else ""

    @property
    def line(self) -> int:
        """Return the number of the line of its msgid."""
        return self.number + (self.fields["msgid"].first if "msgid" in self.fields else 0)

    @property
    def is_header(self) -> bool:
        """Whether it is what stands first and says how the file is to be read."""
        return "msgid" in self.fields and not self.text("msgid") and "msgctxt" not in self.fields

    @property
    def targets(self) -> dict[str, Field]:
        """The translations, by keyword."""
        return {key: each for key, each in self.fields.items() if key.startswith("msgstr")}

    @property
    def end(self) -> str:
        """How its lines end."""
        found = _END.search(self.lines[0]) if self.lines else None
        return found[0] if found else "\n"


def entries(pieces: Iterable[str], name: str) -> Iterator[Entry]:
    """Yield the entries of a file that comes in pieces; their lines together are the file.

    Raises InputError: a line is none of a gettext file, or an entry has no end; with the line.
    """
    entry = Entry(1)
    keyword = ""
    for number, line in enumerate(_lines(pieces), 1):
        said = line.strip()
        found = _KEYWORD.match(said)
        begins = said.startswith("#") or (found and found[1] in ("msgctxt", "msgid"))
        obsolete = said.startswith("#~")
        if begins and (entry.targets or (entry.is_obsolete and not obsolete)):
            yield entry
            entry, keyword = Entry(number), ""
        at = len(entry.lines)
        entry.lines.append(line)
        entry.is_obsolete = entry.is_obsolete or obsolete
        if found:
            keyword = found[1]
            if keyword in entry.fields:
                raise _fault(name, number, f"has a second {keyword} in one entry")
            entry.fields[keyword] = Field(at, at, _string(said[found.end() :], name, number))
        elif said.startswith('"') and keyword:
            entry.fields[keyword].text += _string(said, name, number)
            entry.fields[keyword].last = at
        elif said.startswith("#,"):
            entry.flags += [flag.strip() for flag in said[2:].split(",") if flag.strip()]
            entry.flag_line = at if entry.flag_line < 0 else entry.flag_line
        elif said and not said.startswith("#"):
            raise _fault(name, number, "is none of a gettext file")
    if entry.fields and not ("msgid" in entry.fields and entry.targets):
        raise _fault(name, entry.line, "begins an entry that has no msgid or no msgstr")
    yield entry


def _string(said: str, name: str, line: int) -> str:
    found = _STRING.fullmatch(said)
    if not found:
        raise _fault(name, line, "has a string without its end, or a quotation mark within one")
    text: str = unescape(found[1])
    return text


def _fault(name: str, line: int, what: str) -> InputError:
    return InputError(f"{name}: line {line} {what}. Mend it there: msgfmt -c shows such faults.")


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Yield lines with their ends: \\n, \\r\\n or \\r, and no other characters."""
    held = ""
    for piece in pieces:
        held += piece
        at = 0
        for match in _LINE.finditer(held):
            if match.end() == len(held) and held.endswith("\r"):
                break  # A \n may follow.
            yield match[0]
            at = match.end()
        held = held[at:]
    for match in _LAST.finditer(held):
        yield match[0]


def written(keyword: str, text: str, end: str) -> list[str]:
    """Return the lines of a string: one, or one for each line of the text."""
    parts = _PART.findall(text) if text.count("\n") > text.endswith("\n") else [text]
    lines = [f'"{escape(part)}"{end}' for part in parts]
    return [f'{keyword} ""{end}', *lines] if len(lines) > 1 else [f"{keyword} {lines[0]}"]
