"""What became of a batch job and of each of its files: as a page, and as JSON.

To show another figure of a file, add its line to COLUMNS and its cell to batch-report.html.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files as resources
from typing import Any
from urllib.parse import quote

import regex  # type: ignore[import-untyped]

from workbench.batch.values import Account, FileRow, JobRow, Output, Spec
from workbench.languages import LANGUAGES, get_language
from workbench.naming import shown
from workbench.render import page

View = dict[str, Any]

# The parts of Account.read in the order of the bar: colour (palette of Okabe & Ito 2008, "Color
# Universal Design"), colour of words on it, and what is meant.
PARTS = {
    "blank": ("#999999", "#000", "nothing is in it"),
    "copied": ("#56b4e9", "#000", "no letters, or a list marker: written as it is"),
    "translated": ("#0072b2", "#fff", "translated for this file"),
    "repeated": ("#009e73", "#000", "stood in this job before: translated once, used again"),
    "kept": ("#e69f00", "#000", "was translated in the file already, and is left so"),
    "failed": ("#d55e00", "#000", "not translated: stands in the output in its own language"),
}
# Columns of the table of files: key, title, and whether figures are sorted there.
COLUMNS = (
    ("number", "No.", True),
    ("name", "File", False),
    ("state", "State", False),
    ("language", "Language", False),
    ("read", "Read", True),
    *((part, part.capitalize(), True) for part in PARTS),
    ("doubts", "Doubts", True),
    ("seconds", "Seconds", True),
    ("outputs", "Written", True),
)
SEVERITIES = ("critical", "major", "minor")
# Lines (doubts, remarks, failures: of each so many) that a page of many files has room for.
MOST_LINES = 10_000
_FEWEST, _ALL = 2, 100
# Files that "Look here first" lists of each sort, and manifests that are shown.
MOST_FIRST = 20
MOST_MANIFESTS = 20
# What a manifest says of one file, and not of how it was made.
_OWN = ("source", "source_sha256", "target_sha256", "outputs", "usage")
_MARKS = {"waiting": "○", "working": "◔", "done": "●", "partly": "◐", "skipped": "–"}
_STOPPED = "⬣"
_TROUBLED = ("refused", "failed", "partly")
_JOB_WORDS = {
    "waiting": "not begun",
    "running": "still running",
    "partly": "done in part",
    "cancelled": "stopped",
}
# A part of a bar is never narrower than this share of it, and has its word in it from that one.
_SLIVER, _ROOM = 0.006, 0.22
# Words of documents that an English message quotes, by what Language.script calls them.
_QUOTED = regex.compile(
    r"(?P<Jpan>[\p{Han}々〆〇\p{Hiragana}\p{Katakana}ー・]++)"
    r"|(?P<Hang>\p{Hangul}++(?: \p{Hangul}++)*+)"
    r"|(?P<Cyrl>\p{Cyrillic}++)|(?P<Thai>\p{Thai}++)|(?P<Deva>\p{Devanagari}++)"
    r"|(?P<Arab>\p{Arabic}++(?: \p{Arabic}++)*+)"
)
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")


def to_json(job: JobRow, files: Sequence[FileRow]) -> str:
    """Return the job and its files by the field names of workbench.batch.values."""
    value = asdict(job) | {"files": [asdict(row) for row in files]}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_html(job: JobRow, files: Sequence[FileRow]) -> str:
    """Return one self-contained page: what is to be looked at, the accounts, every file.

    All of it is there without scripts; the script only sorts and filters. Of many files each has
    fewer doubts, remarks and failures on the page (MOST_LINES), the gravest first, and the page
    says so; report.json has all that is known. Nothing is loaded from elsewhere.
    """
    manifests = _Manifests(files)
    most = max(_FEWEST, min(_ALL, MOST_LINES // max(1, len(files))))
    total = _total(row.account for row in files)
    return page(
        "batch-report.html",
        {},
        ("batch-report.js",),
        ("report.css", "batch-report.css"),
        job=_job(job, files, total),
        account=_account(total),
        asked=list(_asked(job.spec)),
        settings=_pretty(
            {"options": asdict(job.spec.options), "reading": asdict(job.spec.reading)}
        ),
        first=_look_first(files),
        columns=COLUMNS,
        states=_states(files),
        files=(_file(row, most, manifests.place(row)) for row in files),
        manifests=manifests.shown(),
        more_manifests=manifests.left_out(),
    )


def _job(job: JobRow, files: Sequence[FileRow], total: Account) -> View:
    """Return the title, the notices and the figures of the job as a whole."""
    return {
        "id": shown(job.id),
        "state": job.state,
        "word": _JOB_WORDS.get(job.state, job.state),
        "reason": shown(job.reason),
        "notice": _notice(job),
        "when": [("begun", job.created), ("last changed", job.changed)],
        "figures": list(_figures(job, files, total)),
        "signature": [(shown(pair), shown(line)) for pair, line in job.signature.items()],
        "count": len(files),
    }


def _notice(job: JobRow) -> str:
    if job.state in ("interrupted", "cancelled"):
        return f"What is done is kept. To go on: workbench jobs resume {job.id}"
    if job.state in ("waiting", "running"):
        return "The job has not ended: the figures are those of its last change."
    return ""


def _figures(job: JobRow, files: Sequence[FileRow], total: Account) -> Iterator[tuple[str, ...]]:
    """Yield what the band at the top shows: title, figure, and what is to be said of it."""
    states = ", ".join(f"{state['count']:,} {state['word']}" for state in _states(files))
    yield "Files", f"{len(files):,}", states
    yield "Segments", f"{total.read:,}", f"{total.failed:,} of them not translated"
    yield "Characters", f"{total.characters:,}", f"in {total.blocks:,} blocks"
    done = f"{job.done:,} of {job.total:,} different texts translated"
    yield "Texts a second", f"{job.rate:,.1f}", f"in the last run; {done}"
    yield "Seconds", f"{sum(row.seconds for row in files):,.1f}", "for checking and writing files"
    found: Counter[str] = Counter()
    for row in files:
        found.update(row.findings)
    looked = ", ".join(f"{count:,} {name}" for name, count in _by_severity(found))
    doubts = looked or ("none found" if job.spec.checks else "not looked for")
    yield "Doubts", f"{sum(found.values()):,}", doubts
    outputs = [output for row in files for output in row.outputs]
    yield "Files written", f"{len(outputs):,}", f"{sum(o.size for o in outputs):,} bytes"


def _states(files: Sequence[FileRow]) -> list[View]:
    """Return the states that files have: state, word, how many, in the order of _MARKS."""
    counts = Counter(row.state for row in files)
    order = sorted(counts, key=[*_MARKS, "refused", "failed"].index)
    return [{"state": state, "word": _state(state), "count": counts[state]} for state in order]


def _state(state: str) -> str:
    return _words()[f"batch_file_{state}"]


def _total(accounts: Iterable[Account]) -> Account:
    sums: Counter[str] = Counter()
    for account in accounts:
        for name in Account.__slots__:
            sums[name] += getattr(account, name)
    return Account(**sums)


def _account(total: Account) -> View:
    """Return the bar and the lines of what became of all segments, and what they leave open."""
    lines = [
        {
            "part": part,
            "colour": colour,
            "count": getattr(total, part),
            "share": getattr(total, part) / total.read if total.read else 0.0,
            "means": means,
        }
        for part, (colour, _, means) in PARTS.items()
    ]
    return {
        "lines": lines,
        "read": total.read,
        "open": _open(total),
        "bar": _bar(total),
    }


def _open(account: Account) -> int:
    """Return how many segments are read and in no part: 0, or something is wrong."""
    return account.read - sum(int(getattr(account, part)) for part in PARTS)


def _bar(total: Account) -> str:
    """Draw the parts of what was read as one bar, as wide as where it stands."""
    counts = {part: getattr(total, part) for part in PARTS if getattr(total, part) > 0}
    if not counts:
        return ""
    # A part that is too small to be seen is drawn wider than it is: failures most of all.
    widths = {part: max(_SLIVER, n / sum(counts.values())) for part, n in counts.items()}
    scale = 100 / sum(widths.values())
    drawn, left = [], 0.0
    for part, width in widths.items():
        colour, ink, _ = PARTS[part]
        share = width * scale
        drawn.append(
            f'<rect x="{left:.2f}%" width="{share:.2f}%" height="34" fill="{colour}">'
            f"<title>{part}: {counts[part]:,}</title></rect>"
        )
        if width >= _ROOM:
            place = f'x="{left + share / 2:.2f}%" y="22" text-anchor="middle" fill="{ink}"'
            drawn.append(f"<text {place}>{part}</text>")
        left += share
    said = "Segments read: " + ", ".join(f"{n:,} {part}" for part, n in counts.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-bar" role="img" width="100%" '
        f'height="34" aria-label="{said}">{"".join(drawn)}</svg>'
    )


def _asked(spec: Spec) -> Iterator[tuple[str, list[str]]]:
    """Yield what a person asked for: its name, and one or more lines."""
    yield "Files and folders", [shown(path) for path in spec.inputs]
    yield "Written to", [shown(spec.out)]
    yield "From", [_language(spec.source) if spec.source else "the language found in each file"]
    yield "Into", [_language(code) for code in spec.targets]
    if spec.glob:
        yield "Only files named", [shown(spec.glob)]
    yield "Written beside", [shown(name) for name in spec.beside] or ["nothing"]
    yield "Doubts", ["looked for" if spec.checks else "left out"]
    yield "Engines opened by", [shown(spec.load)]


def _language(code: str) -> str:
    known = code in LANGUAGES
    return f"{get_language(code).name} ({code})" if known else shown(code)


def _look_first(files: Sequence[FileRow]) -> list[View]:
    """Return the files that a person should see first, by sort, and how many there are."""
    troubled = [row for row in files if row.state in _TROUBLED]
    critical = [row for row in files if row.findings.get("critical") and row.state not in _TROUBLED]
    critical.sort(key=lambda row: -row.findings["critical"])
    sorts = (
        ("Refused, failed or done in part", troubled),
        ("Critical doubts in files that are done", critical),
    )
    return [
        {"title": title, "rows": [_first(row) for row in rows[:MOST_FIRST]], "count": len(rows)}
        for title, rows in sorts
        if rows
    ]


def _first(row: FileRow) -> View:
    words = [_state(row.state)] if row.state != "done" else []
    if row.findings.get("critical"):
        words.append(f"{row.findings['critical']:,} critical")
    return {
        "number": row.number,
        "name": shown(row.source.name),
        "state": row.state,
        "mark": _MARKS.get(row.state, _STOPPED),
        "words": ", ".join(words),
        "why": _pieces(_why(row), row.language),
    }


def _why(row: FileRow) -> str:
    """Return the one line that says most of what is wrong with a file."""
    if row.reason or row.source.reason:
        return row.reason or row.source.reason
    if row.account.failed:
        return f"{row.account.failed:,} of {row.account.read:,} segments are not translated."
    grave = [message for severity, _, _, _, message in row.doubts if severity == "critical"]
    return next(iter([*row.remarks, *grave] if row.state == "partly" else grave), "")


def _file(row: FileRow, most: int, made: str) -> View:
    """Return what the page shows of a file: at most so many lines of each list."""
    doubts = sorted(row.doubts, key=lambda doubt: _rank(doubt[0]))
    account = row.account
    return {
        "number": row.number,
        "name": shown(row.source.name),
        "state": row.state,
        "word": _state(row.state),
        "share": _share(row),
        "mark": _MARKS.get(row.state, _STOPPED),
        "language": shown(row.language),
        "read": account.read,
        "parts": [(part, getattr(account, part)) for part in PARTS],
        "open": _open(account),
        "doubts": _by_severity(row.findings),
        "gravity": _gravity(row.findings),
        "seconds": row.seconds,
        "outputs": [_output(output) for output in row.outputs],
        "reason": _pieces(row.reason or row.source.reason, row.language),
        "told": _told(row),
        "failures": [_failure(row, *failure) for failure in row.failures[:most]],
        "more_failures": _rest("segments not translated", most, row.failures, account.failed),
        "found": [_doubt(row, *doubt) for doubt in doubts[:most]],
        "more_doubts": _rest("doubts", most, doubts, sum(row.findings.values())),
        "remarks": [_pieces(remark, row.language) for remark in row.remarks[:most]],
        "more_remarks": _rest("remarks", most, row.remarks, len(row.remarks)),
        "path": shown(row.source.path),
        "format": shown(row.source.format),
        "size": row.source.size,
        "sha256": shown(row.sha256),
        "blocks": account.blocks,
        "characters": account.characters,
        "made": made,
        "own": _pretty({k: v for k, v in row.manifest.items() if k in _OWN}) if made else "",
    }


def _share(row: FileRow) -> str:
    if row.state != "working":
        return ""
    return "being read" if row.share < 0 else f"{row.share:.0%}"


def _told(row: FileRow) -> str:
    """Return what the folded part of a file holds, in a few words."""
    counts = (
        (row.account.failed, "not translated"),
        (sum(row.findings.values()), "doubts"),
        (len(row.remarks), "remarks"),
    )
    told = [
        f"{count:,} {what.removesuffix('s') if count == 1 else what}"
        for count, what in counts
        if count
    ]
    return ", ".join(["Details", *told])


def _rest(what: str, most: int, listed: Sequence[object], count: int) -> str:
    """Return the line that says where the lines are that are not on the page; "" if none is."""
    on_page = min(most, len(listed))
    if count <= on_page:
        return ""
    where = "report.json has all" if count <= len(listed) else f"report.json has {len(listed):,}"
    return f"{on_page:,} of {count:,} {what}: {where}."


def _failure(row: FileRow, segment: str, language: str, why: str) -> View:
    where = f"{shown(segment)}, {shown(language)}"
    return {"where": where, "message": _pieces(why, row.language, language)}


def _doubt(
    row: FileRow, severity: str, check: str, segment: str, language: str, message: str
) -> View:
    return {
        "severity": severity if severity in SEVERITIES else "minor",
        "word": shown(severity),
        "check": _words().get(f"check_{check}", shown(check)),
        "where": f"{shown(segment)}, {shown(language)}" if language else shown(segment),
        "message": _pieces(message, row.language, language),
    }


def _output(output: Output) -> View:
    kind = "" if output.kind == "translation" else output.kind
    return {
        # "./" keeps a name with a colon from being taken for an address.
        "href": "./" + quote(output.path, safe="/", errors="replace"),
        "path": shown(output.path),
        "label": shown(" ".join(part for part in (kind, output.language) if part)),
        "kind": shown(output.kind),
        "language": shown(output.language),
        "size": output.size,
        "sha256": shown(output.sha256),
    }


def _by_severity(findings: Mapping[str, int]) -> list[tuple[str, int]]:
    order = sorted(findings, key=_rank)
    return [(shown(name), findings[name]) for name in order if findings[name]]


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _gravity(findings: Mapping[str, int]) -> int:
    """Return what files are sorted by: one grave doubt outweighs any number of lesser ones."""
    return sum(
        findings.get(name, 0) * 10 ** (5 * place) for place, name in enumerate(SEVERITIES[::-1])
    )


def _pieces(message: str, *languages: str) -> list[tuple[str, str]]:
    """Return a message cut into (text, language): "" is the message's own English.

    What is quoted from a document in another script has the language that is written so, which a
    screen reader speaks and which chooses the shapes of Chinese characters; "und" where it is none
    of the languages.
    """
    text, pieces, at = shown(message), [], 0
    if text.isascii():
        return [(text, "")] if text else []
    for match in _QUOTED.finditer(text):
        pieces += [(text[at : match.start()], ""), (match[0], _spoken(match, languages))]
        at = match.end()
    pieces.append((text[at:], ""))
    return [piece for piece in pieces if piece[0]]


def _spoken(match: Any, languages: Sequence[str]) -> str:
    scripts = [match.lastgroup or ""]
    if scripts == ["Jpan"] and not _KANA.search(match[0]):
        scripts.append("Hans")
    known = [code for code in languages if code in LANGUAGES]
    return next((code for code in known if LANGUAGES[code].script in scripts), "und")


class _Manifests:
    """How the files were made: what most of them share, once, and in the order of the files."""

    def __init__(self, files: Sequence[FileRow]) -> None:
        self._places: dict[str, int] = {}
        self._counts: Counter[int] = Counter()
        self._of: dict[int, int] = {}
        for row in files:
            if row.manifest:
                self._add(row)

    def _add(self, row: FileRow) -> None:
        text = json.dumps(_without_own(row.manifest), ensure_ascii=False, indent=1)
        place = self._places.setdefault(text, len(self._places) + 1)
        self._of[row.number] = place
        self._counts[place] += 1

    def place(self, row: FileRow) -> str:
        """Return the number of a file's manifest, "more" if it is not shown, "" without one."""
        place = self._of.get(row.number, 0)
        if not place:
            return ""
        return str(place) if place <= MOST_MANIFESTS else "more"

    def shown(self) -> list[tuple[int, int, str]]:
        """Return (number, how many files have it, the manifest) of the first ones."""
        first = list(self._places.items())[:MOST_MANIFESTS]
        return [(place, self._counts[place], _lines(text)) for text, place in first]

    def left_out(self) -> int:
        """Return how many manifests are not shown."""
        return max(0, len(self._places) - MOST_MANIFESTS)


def _without_own(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in manifest.items() if name not in _OWN}


def _pretty(value: Mapping[str, Any]) -> str:
    return _lines(json.dumps(value, ensure_ascii=False, indent=1))


def _lines(text: str) -> str:
    return "\n".join(shown(line) for line in text.split("\n"))


@cache
def _words() -> dict[str, str]:
    """Return the English words of the page, whose language the report has."""
    text = (resources("workbench") / "ui" / "strings.json").read_text("utf-8")
    words: dict[str, str] = json.loads(text)["en"]
    return words
