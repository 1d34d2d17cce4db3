"""A batch job with a file of every fate, for tests of its report."""

from dataclasses import replace
from typing import Any

from workbench.batch.values import Account, FileRow, JobRow, Output, Source, Spec

SPEC = Spec(("/in/talks",), "/out", ("en", "ko"), glob="*.docx", beside=("docx", "html"))
JOB = JobRow(
    "k3m9x2ab",
    SPEC,
    "partly",
    "2026-01-02T03:04:05+00:00",
    "2026-01-02T03:09:10+00:00",
    signature={"ja-en": "workbench:0.1.0|model:small|beam:4|lp:1.4"},
    done=1234,
    total=1300,
    rate=41.5,
)
MANIFEST: dict[str, Any] = {
    "model": "trilingual-small-of-tests",
    "source": {"name": "a", "language": "ja"},
    "source_sha256": "9" * 64,
}


def file(number: int, **more: Any) -> FileRow:
    """Return a file that is done, but for what is said otherwise."""
    name = f"talks/{number}.txt"
    row = FileRow(
        number,
        Source(f"/in/{name}", name, "txt", 4321),
        f"{number:064x}",
        "done",
        language="ja",
        account=Account(2, 2345, 21, 1, 2, 11, 3, 4, 0),
        outputs=(
            Output(f"{name}.en.txt", "translation", "en", f"{number:063x}a", 5432),
            Output(f"{name}.ko.txt", "translation", "ko", f"{number:063x}b", 6543),
        ),
        seconds=number / 7,
        manifest=MANIFEST,
    )
    return replace(row, **more)


def _unread(number: int, name: str, state: Any, reason: str) -> FileRow:
    source = Source(f"/in/{name}", name, "", 17, reason, skipped=state == "skipped")
    return FileRow(number, source, state=state, reason=reason)


FILES = (
    file(
        1,
        findings={"critical": 12, "minor": 3},
        doubts=(("critical", "numbers", "s4", "en", "2010 of the source is not in the target."),),
    ),
    _unread(2, "broken.docx", "refused", "broken.docx: it is no zip file."),
    _unread(3, "会議/満杯.srt", "failed", "The disk is full."),
    file(
        4,
        state="partly",
        account=Account(5, 1234, 77, 0, 0, 75, 0, 0, 2),
        failures=(("s3", "ko", "The engine gave nothing."), ("s9", "en", "It was too long.")),
        remarks=("Read as CP932: guessed from its bytes.", "Row 7 is broken."),
    ),
    _unread(5, "pipe.fifo", "skipped", "a FIFO: only regular files are read."),
    file(6),
)


def many(count: int) -> list[FileRow]:
    """Return so many files with doubts, remarks and failures."""
    doubts = (("critical", "names", "s2", "en", "The name 呉青成 (Ochonson) is not there."),) * 30
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {"findings": {"critical": 60}, "doubts": doubts},
        {"remarks": ("Its language is en: not written in that again.",)},
        {"state": "refused", "reason": "There is no text in it.", "outputs": ()},
    )
    return [file(number, **kinds[number % 4]) for number in range(1, count + 1)]
