"""Messages of programs (GNU gettext): what is not translated yet is, marked as not read by anyone.

Only msgstr lines, the fuzzy mark and the header's language change; all else keeps its bytes.
Source of the format: GNU gettext manual, "The Format of PO Files". polib tells whether a file is
one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from workbench.errors import InputError
from workbench.formats import Block, Code, Reading, Remark, Rendering
from workbench.formats.cells import inner
from workbench.formats.inline import events
from workbench.formats.placeholders import find_codes
from workbench.languages import get_language
from workbench.reading import Text, open_text

_KEYWORD = re.compile(r"[ \t]*(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)[ \t]*(?=\")")
_STRING = re.compile(r'[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(?:\r?\n|\r|$)')
# Other signs that Python takes for line ends stand inside of strings.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_PIECE = re.compile(r"[^\n]*\n|[^\n]+")
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CHARSET = re.compile(r"(Content-Type:[^\n]*charset=)([\w.:-]+)", re.IGNORECASE)


@dataclass
class _Part:
    """A keyword with its strings: which lines it has, and what they say."""

    keyword: str
    first: int
    last: int
    text: str


@dataclass
class _Entry:
    """A message: its first line, the line of its flags, and its parts."""

    first: int
    flags: int = -1
    fuzzy: bool = False
    parts: list[_Part] = field(default_factory=list)

    def part(self, keyword: str) -> str:
        return next((part.text for part in self.parts if part.keyword == keyword), "")

    @property
    def forms(self) -> list[_Part]:
        return [part for part in self.parts if part.keyword.startswith("msgstr")]

    @property
    def plural(self) -> bool:
        return any(part.keyword == "msgid_plural" for part in self.parts)


def read(path: Path, reading: Reading) -> Iterator[Block | Remark]:
    """Yield a block per message, or two where it has a plural that the target has, too."""
    text, _, entries = _open(path, reading)
    if text.guessed:
        yield Remark(f"Read as {text.name}: guessed from its bytes; --encoding says otherwise.")
    header = _header(entries)
    other = _other_language(header, reading)
    if other:
        yield Remark(f"Its translations are in {other} and were not taken over.")
    language = _field(header, "X-Source-Language").split("_")[0].split("-")[0].lower()
    for entry in entries:
        kept = _kept(entry, other)
        for words in _wanted(entry, reading):
            start, end = inner(words)
            yield Block(
                f"line {entry.parts[0].first + 1}",
                words[start:end],
                find_codes(words[start:end]),
                language=language,
                kept=kept,
            )


def write(path: Path, out: BinaryIO, renderings: Iterator[Rendering], reading: Reading) -> None:
    """Write the messages in UTF-8 with their translations, which are marked fuzzy."""
    text, lines, entries = _open(path, reading)
    other = _other_language(_header(entries), reading)
    changes: dict[int, str | None] = {}
    for entry in entries:
        wanted = _wanted(entry, reading)
        made = [next(renderings) for _ in wanted]
        if not wanted or _kept(entry, other):
            continue
        failed = any(one.failed for one in made)
        said = [_spoken(words, one) for words, one in zip(wanted, made, strict=True)]
        _put(entry, [] if failed else said, lines, changes, reading)
    _put_header(entries, lines, changes, reading)
    kept = (changes.get(number, line) for number, line in enumerate(lines))
    content = "".join(line for line in kept if line is not None)
    out.write(("\ufeff" if text.bom else "").encode() + content.encode("utf-8", "replace"))


def _open(path: Path, reading: Reading) -> tuple[Text, list[str], list[_Entry]]:
    """Return a file, its lines with their ends, and its messages.

    Raises InputError: it is no PO file; the message has the line.
    """
    import polib

    text = open_text(path, reading.encoding, reading.source)
    content = "".join(text.pieces())
    try:
        polib.pofile(content, check_for_duplicates=False)
    except (OSError, ValueError, IndexError, KeyError) as error:
        reason = str(error).replace("Syntax error in po file None", "it is not PO")
        raise InputError(f"{path.name}: {reason or 'it is not PO'}. Mend that place.") from error
    lines = _LINE.findall(content)
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        keyword = _KEYWORD.match(line)
        if bare and bare[0] != "#" and not _STRING.match(line, keyword.end() if keyword else 0):
            raise InputError(f"{path.name}: line {number} is not PO. Mend that place.")
    return text, lines, list(_entries(lines))


def _entries(lines: Sequence[str]) -> Iterator[_Entry]:
    """Yield the messages; obsolete ones are comments, and stay."""
    entry = _Entry(0)
    for number, line in enumerate(lines):
        bare = line.strip()
        keyword = _KEYWORD.match(line)
        opens = bare.startswith("#") or (keyword and keyword.group(1) in ("msgctxt", "msgid"))
        if opens and entry.forms:
            yield entry
            entry = _Entry(number)
        if bare.startswith("#,"):
            entry.flags = number
            entry.fuzzy = entry.fuzzy or "fuzzy" in re.split(r"[,\s]+", bare[2:])
        elif keyword:
            entry.parts.append(_Part(keyword.group(1), number, number, _said(line, keyword.end())))
        elif bare.startswith('"') and entry.parts:
            entry.parts[-1].text += _said(line, 0)
            entry.parts[-1].last = number
    if entry.forms:
        yield entry


def _said(line: str, at: int) -> str:
    found = _STRING.match(line, at)
    return _ESCAPE.sub(_unescape, found.group(1)) if found else ""


def _unescape(found: "re.Match[str]") -> str:
    sign = found.group(1)
    if sign[0] == "x" and len(sign) > 1:
        return chr(int(sign[1:], 16))
    if sign[0] in "01234567":
        return chr(int(sign, 8))
    return _ESCAPES.get(sign, sign)


def _escaped(text: str) -> str:
    escapes = {value: f"\\{key}" for key, value in _ESCAPES.items()} | {'"': '\\"', "\\": "\\\\"}
    return "".join(escapes.get(c, c) for c in text)


def _header(entries: Sequence[_Entry]) -> str:
    return next((e.forms[0].text for e in entries if not e.part("msgid") and e.forms), "")


def _field(header: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}:[ \t]*(.*)$", header, re.MULTILINE | re.IGNORECASE)
    return found.group(1).strip() if found else ""


def _other_language(header: str, reading: Reading) -> str:
    """Return the language of the file's translations if it is not the target, else ""."""
    told = _field(header, "Language")
    base = re.split(r"[_-]", told)[0].lower()
    return told if base and reading.target and base != reading.target.split("-")[0] else ""


def _wanted(entry: _Entry, reading: Reading) -> list[str]:
    """Return the texts of a message that have words, one per form of the target that differs."""
    if not entry.part("msgid"):
        return []
    both = [entry.part("msgid"), entry.part("msgid_plural")] if entry.plural else []
    texts = both[-1:] if entry.plural and _plurals(reading) == 1 else both
    texts = texts or [entry.part("msgid")]
    return texts if all(any(map(str.isalpha, text)) for text in texts) else []


def _plurals(reading: Reading) -> int:
    """Return how many forms the target has: 1 in ja and ko, 2 in en, up to 6."""
    from babel.messages.plurals import get_plural

    return int(get_plural(reading.target or "en").num_plurals)


def _kept(entry: _Entry, other: str) -> str:
    """Return the translation that stays: a whole one in the target language, not fuzzy."""
    said = [form.text for form in entry.forms]
    return said[0] if all(said) and not entry.fuzzy and not other else ""


def _spoken(words: str, made: Rendering) -> str:
    """Return what a message says in the target, with the white space around the source's words."""
    start, end = inner(words)
    codes = find_codes(words[start:end])
    parts = []
    for kind, what in events(made.text, made.codes):
        if kind == "text":
            parts.append(str(what))
        elif kind == "literal":
            parts.append(_original(words[start:end], codes[int(what)]))
    return words[:start] + "".join(parts) + words[end:]


def _original(text: str, code: Code) -> str:
    return text[code.start : code.end]


def _put(
    entry: _Entry,
    said: Sequence[str],
    lines: Sequence[str],
    changes: dict[int, str | None],
    reading: Reading,
) -> None:
    """Note which lines change for a message; nothing said is a message without a translation."""
    end = _line_end(lines[entry.first])
    forms = [""]
    if said:
        count = _plurals(reading) if entry.plural else 1
        forms = [said[min(form, len(said) - 1)] for form in range(count)]
    elif entry.plural:
        forms = [""] * _plurals(reading)
    keywords = [f"msgstr[{n}]" for n in range(len(forms))] if entry.plural else ["msgstr"]
    block = "".join(_lines(k, form, end) for k, form in zip(keywords, forms, strict=True))
    first, last = entry.forms[0].first, entry.forms[-1].last
    changes |= dict.fromkeys(range(first, last + 1))
    changes[first] = block if lines[last].endswith(("\n", "\r")) else block.rstrip("\r\n")
    if said and not entry.fuzzy:
        _mark(entry, lines, changes)


def _mark(entry: _Entry, lines: Sequence[str], changes: dict[int, str | None]) -> None:
    """Mark a message as fuzzy: a machine translated it, and nobody has read that."""
    if entry.flags >= 0:
        changes[entry.flags] = lines[entry.flags].replace("#,", "#, fuzzy,", 1)
        return
    first = entry.parts[0].first
    before = changes.get(first, lines[first])
    changes[first] = f"#, fuzzy{_line_end(lines[first])}{before}"


def _lines(keyword: str, text: str, end: str) -> str:
    """Return a message as lines, one per line of the text where it has several."""
    parts = _PIECE.findall(text) if "\n" in text.rstrip("\n") else [text]
    parts = ["", *parts] if len(parts) > 1 else parts
    return f"{keyword} " + end.join(f'"{_escaped(part)}"' for part in parts) + end


def _line_end(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :] or "\n"


def _put_header(
    entries: Sequence[_Entry],
    lines: Sequence[str],
    changes: dict[int, str | None],
    reading: Reading,
) -> None:
    """Bring language, plural forms and encoding of the header in line with the target."""
    from babel.messages.plurals import get_plural

    entry = next((e for e in entries if not e.part("msgid")), None)
    if entry is None or not reading.target:
        return
    form = entry.forms[0]
    header = form.text
    plural = get_plural(reading.target)
    told = f"nplurals={plural.num_plurals}; plural={plural.plural_expr};"
    made = _CHARSET.sub(r"\1UTF-8", header)
    if _other_language(header, reading) or not _field(header, "Language"):
        made = _with_field(made, "Language", get_language(reading.target).code)
        if any(one.plural for one in entries) or _field(header, "Plural-Forms"):
            made = _with_field(made, "Plural-Forms", told)
    if made != header:
        changes |= dict.fromkeys(range(form.first, form.last + 1))
        changes[form.first] = _lines("msgstr", made, _line_end(lines[form.first]))


def _with_field(header: str, name: str, value: str) -> str:
    pattern = re.compile(rf"^{re.escape(name)}:.*$", re.MULTILINE | re.IGNORECASE)
    line = f"{name}: {value}"
    if pattern.search(header):
        return pattern.sub(lambda found: line, header, count=1)
    return f"{header}{line}\n"
