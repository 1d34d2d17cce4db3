"""The values of a batch job: what is asked for, which files there are, what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.formats import Reading
from workbench.pipeline import Options

JobState = Literal["waiting", "running", "done", "partly", "interrupted", "cancelled", "failed"]
# partly: some sentences or rows of it are not translated. refused: the file, by its reader.
FileState = Literal["waiting", "working", "done", "partly", "refused", "failed", "skipped"]
LOADER = "workbench.engines:load_engine"
_NO_SUMMARY = Options(summary=0)
_AS_IT_IS = Reading()


@dataclass(frozen=True, slots=True)
class Spec:
    """What a job is asked to do. The same spec, files and models give the same bytes.

    inputs and out are absolute paths. beside names exports (render.FORMATS) that are written
    beside each translation. checks False leaves out doubts and ledgers. load is the function
    that opens an engine, as "module:name".
    """

    inputs: tuple[str, ...]
    out: str
    targets: tuple[str, ...]
    source: str = ""
    options: Options = _NO_SUMMARY
    reading: Reading = _AS_IT_IS
    glob: str = ""
    beside: tuple[str, ...] = ()
    checks: bool = True
    load: str = LOADER


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be translated, or one that cannot be.

    name is its path below the inputs, with "/", unique within a job, and what reports call it.
    format is "" and reason says why where it cannot be read (a link out of the folder, a FIFO, a
    file of no known format); skipped then tells a file that was passed over from one refused.
    """

    path: str
    name: str
    format: str
    size: int = 0
    reason: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """Where the segments of a file went, all targets together: read is the sum of the others.

    read counts segments (blank ones too); copied have no letters, or are list markers; repeated
    stood in the job before; kept were translated in the file already. characters are those of
    the source.
    """

    blocks: int = 0
    characters: int = 0
    read: int = 0
    blank: int = 0
    copied: int = 0
    translated: int = 0
    repeated: int = 0
    kept: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """A file that was written: its path below the job's folder with "/", its SHA-256, its bytes.

    kind is "translation", or the name of the export; language is "" for one of all languages.
    """

    path: str
    kind: str
    language: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """What became of a file of a job.

    number counts from 1 in the order of work. language is that of its text. remarks are the
    reader's; failures are (segment id, language, why), at most 100 of them; findings counts the
    doubts by severity; doubts has the first 100 of them: (severity, check, segment id, language,
    message). share (0 to 1) of its texts is translated while it is "working", -1 where nobody
    knows as it is still being read. seconds is what finishing it took. manifest is as in
    workbench.manifest.
    """

    number: int
    source: Source
    sha256: str = ""
    state: FileState = "waiting"
    reason: str = ""
    language: str = ""
    account: Account = Account()
    remarks: tuple[str, ...] = ()
    failures: tuple[tuple[str, str, str], ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    doubts: tuple[tuple[str, str, str, str, str], ...] = ()
    outputs: tuple[Output, ...] = ()
    seconds: float = 0.0
    share: float = 0.0
    manifest: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job. id is short enough to be typed; times are ISO 8601, UTC, "" where there was none yet.

    pid and host are those of the process that runs it, 0 and "" when none does. signature names
    what makes its translations, by pair ("ja-en"), once it is known. done counts texts that were
    translated and total those planned so far; files by state. rate is texts a second of the last
    run.
    """

    id: str
    spec: Spec
    state: JobState
    created: str
    changed: str
    pid: int = 0
    host: str = ""
    signature: Mapping[str, str] = field(default_factory=dict)
    done: int = 0
    total: int = 0
    files: Mapping[FileState, int] = field(default_factory=dict)
    rate: float = 0.0
    reason: str = ""
