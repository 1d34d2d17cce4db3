"""The files of a batch job: found, told from what is none, and the names of what is made of them.

Nothing is opened here: what a name leads to is looked at, and its size held against what is read.
"""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from itertools import count
from pathlib import Path, PurePosixPath

from workbench.batch.values import Source, Spec
from workbench.errors import UsageError
from workbench.formats import FORMATS, SUFFIXES
from workbench.formats.opening import kind_of, too_large
from workbench.naming import fitted, portable, same, shown
from workbench.render import suffix

TRANSLATION, SUMMARY = "translation", "summary"
# What the job writes itself: no output takes these names.
_REPORTS = ("report.html", "report.json")
# Hidden files, and those that Word puts beside an open document.
_PASSED_OVER = (".", "~$")


def find(inputs: Sequence[Path], glob: str = "", out: Path | None = None) -> tuple[Source, ...]:
    """Return the files of a job in the order of their names, and what cannot be read, with why.

    Folders are walked; hidden files and the folder `out` are left out. glob chooses among the
    files of folders: "*.docx" by name at any depth, "news/**/*.docx" by path. Links are followed
    to files within their folder only. What is no document is skipped in a folder and refused by
    name; what is not readable or too large is refused.

    Raises UsageError: a folder is also the one to write to.
    """
    root = os.path.realpath(out) if out else ""
    met = [list(_input(path, glob, root)) for path in inputs]
    return tuple(sorted(_named(_once(met), inputs), key=lambda source: source.name))


def outputs_for(
    sources: Iterable[Source], targets: Sequence[str], spec: Spec
) -> Mapping[tuple[str, str, str], str]:
    """Return the path below the job's folder of all that is written, by (name, language, kind).

    "talks/report.docx" becomes "talks/report.en.docx". Exports hold every language, and theirs is
    "": "talks/report.docx.html"; those of files that are read for one target at a time have one
    each. No two paths are one in any file system; names are cut and made safe for that.
    """
    kinds = {name: suffix(name) for name in spec.beside}
    if spec.options.summary != 0:
        kinds[SUMMARY] = ".summary.md"
    plans = {s.name: _Plan(s, targets, kinds, spec) for s in sources if s.format}
    taken = {same(path) for path in _REPORTS}
    # A file cannot have the name of a folder.
    taken |= {same(str(p)) for plan in plans.values() for p in (plan.folder, *plan.folder.parents)}
    made: dict[tuple[str, str, str], str] = {}
    for name, plan in plans.items():
        paths = next(p for p in map(plan.paths, count(1)) if _are_free(p.values(), taken))
        taken |= {same(path) for path in paths.values()}
        made |= {(name, *which): path for which, path in paths.items()}
    return made


class _Plan:
    """What is made of one file."""

    def __init__(
        self, source: Source, targets: Sequence[str], kinds: Mapping[str, str], spec: Spec
    ) -> None:
        path = PurePosixPath(source.name)
        self.folder = PurePosixPath(*(fitted(portable(part), "") for part in path.parent.parts))
        self._stem = portable(path.stem)
        format = FORMATS[source.format]
        # What cannot be written as it is has the ending of what is written instead.
        written = f".{spec.reading.output or format.outputs[0]}" if format.outputs else path.suffix
        self._tails = {(target, TRANSLATION): f".{target}{written}" for target in targets}
        for kind, end in kinds.items():
            if format.bilingual and len(targets) > 1:
                ends = {target: f"{path.suffix}.{target}{end}" for target in targets}
            else:
                ends = {"": path.suffix + end}
            self._tails |= {(language, kind): tail for language, tail in ends.items()}

    def paths(self, attempt: int) -> dict[tuple[str, str], str]:
        """Return the paths by (language, kind), with a number where it is not the first attempt."""
        number = f"~{attempt}" if attempt > 1 else ""
        return {
            which: str(self.folder / fitted(self._stem, number + tail))
            for which, tail in self._tails.items()
        }


def _are_free(paths: Iterable[str], taken: set[str]) -> bool:
    asked = [same(path) for path in paths]
    return taken.isdisjoint(asked) and len(set(asked)) == len(asked)


def _once(met: list[list[Source]]) -> list[list[Source]]:
    """Leave out what an input before had already; links give a file several names in one."""
    owner: dict[str, int] = {}
    return [
        [source for source in found if owner.setdefault(source.path, index) == index]
        for index, found in enumerate(met)
    ]


def _named(met: list[list[Source]], inputs: Sequence[Path]) -> Iterator[Source]:
    """Yield the sources with names of their own: those of inputs that share some say whose."""
    counts = Counter(source.name for found in met for source in found)
    taken: set[str] = set()
    labels: Counter[str] = Counter()
    for path, found in zip(inputs, met, strict=True):
        label = ""
        if any(counts[source.name] > 1 for source in found):
            label = _label(path)
            labels[label] += 1
            label += f"~{labels[label]}/" if labels[label] > 1 else "/"
        for source in found:
            name = next(n for n in _tries(label + source.name) if n not in taken)
            taken.add(name)
            yield replace(source, name=name)


def _label(path: Path) -> str:
    real = Path(_real(path))
    return (real if real.is_dir() else real.parent).name or "root"


def _real(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:
        # A NUL: no file has such a name.
        return str(path)


def _tries(name: str) -> Iterator[str]:
    yield name
    path = PurePosixPath(name)
    yield from (str(path.with_name(f"{path.stem}~{n}{path.suffix}")) for n in count(2))


def _input(path: Path, glob: str, out: str) -> Iterator[Source]:
    """Yield what one of the inputs stands for; out is the real path of the folder to write to."""
    real = _real(path)
    name = Path(real).name if path.name in ("", "..") else path.name
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        yield _refused(real, name, error)
        return
    if not stat.S_ISDIR(found.st_mode):
        yield _judged(real, name, found, skip=False)
    elif real == out:
        raise UsageError(
            f"{shown(str(path))} is also the folder to write to: what is written would be read. "
            "Give another folder with -o."
        )
    else:
        yield from _folder(real, glob, out)


def _folder(root: str, glob: str, out: str) -> Iterator[Source]:
    """Yield what stands in a folder, its folders included; names are below it."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        place = str(Path(root, below))
        try:
            with os.scandir(place) as scanned:
                entries = [e for e in scanned if not e.name.startswith(_PASSED_OVER)]
        except OSError as error:
            yield _refused(place, below.rstrip("/") or Path(root).name, error)
            continue
        for entry in entries:
            name = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                if str(Path(root, name)) != out:
                    waiting.append(name + "/")
            elif _matches(name, glob):
                yield _entry(root, name, entry, out)


def _entry(root: str, name: str, entry: "os.DirEntry[str]", out: str) -> Source:
    place = str(Path(root, name))
    try:
        if entry.is_symlink():
            return _link(root, name, place, out)
        return _judged(place, name, entry.stat(follow_symlinks=False), skip=True)
    except OSError as error:
        return _refused(place, name, error)


def _link(root: str, name: str, place: str, out: str) -> Source:
    """Return a link as the file that it leads to, if it stands in the same folder."""
    skipped = partial(Source, place, name, "", skipped=True)
    try:
        real = os.path.realpath(place, strict=True)
    except OSError as error:
        return skipped(reason=f"a link that leads nowhere ({error.strerror}).")
    if not _is_within(real, root):
        return skipped(reason="a link out of the folder: only what stands in it is read.")
    if out and _is_within(real, out):
        return skipped(reason="a link into the folder to write to.")
    if Path(real).is_dir():
        return skipped(reason="a link to a folder: that is read where it stands.")
    return _judged(real, name, os.lstat(real), skip=True)


def _is_within(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)


def _judged(path: str, name: str, found: os.stat_result, *, skip: bool) -> Source:
    """Return a source, or why it is none; skip says that what is no document is passed over."""
    kind = kind_of(found.st_mode)
    ending = PurePosixPath(name).suffix.lower()
    none = partial(Source, path, name, "", found.st_size)
    if kind:
        return none(f"{kind}: only regular files are read.", skip)
    if ending not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        what = f"files that end in {shown(ending)!r}" if ending else "names without an ending"
        return none(f"no format of documents has {what}. Known: {known}.", skip)
    format = FORMATS[SUFFIXES[ending]]
    if reason := too_large(found.st_size, format.largest):
        return none(reason)
    if not os.access(path, os.R_OK):
        return none("it cannot be read (Permission denied).")
    return Source(path, name, format.name, found.st_size)


def _refused(path: str, name: str, error: OSError | ValueError) -> Source:
    why = getattr(error, "strerror", None) or "no such name"
    return Source(path, name, "", reason=f"it cannot be read ({why}).")


def _matches(name: str, glob: str) -> bool:
    """Say whether a glob chooses a path with "/"; "**" stands for any folders."""
    if "/" not in glob:
        return not glob or fnmatchcase(PurePosixPath(name).name, glob)
    patterns = glob.split("/")
    # Where in the patterns one can be: no path makes this slow.
    states = _ahead({0}, patterns)
    for part in name.split("/"):
        states = _ahead({n for i in states for n in _step(part, patterns, i)}, patterns)
    return len(patterns) in states


def _step(part: str, patterns: Sequence[str], index: int) -> Iterator[int]:
    if index < len(patterns):
        if patterns[index] == "**":
            yield index
        elif fnmatchcase(part, patterns[index]):
            yield index + 1


def _ahead(states: set[int], patterns: Sequence[str]) -> set[int]:
    """Add where one gets by letting "**" stand for nothing."""
    for index, pattern in enumerate(patterns):
        if index in states and pattern == "**":
            states = states | {index + 1}
    return states
