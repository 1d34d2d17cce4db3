"""What became of a batch job and of each of its files: as a page, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from workbench.batch.values import FileRow, JobRow
from workbench.naming import shown


def to_json(job: JobRow, files: Sequence[FileRow]) -> str:
    """Return the job and its files by the field names of workbench.batch.values."""
    value = asdict(job) | {"files": [asdict(row) for row in files]}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_html(job: JobRow, files: Sequence[FileRow]) -> str:
    """Return a page that lists every file, with its state and what is to be said of it."""
    rows = "".join(
        f"<tr><td>{escape(shown(row.source.name))}<td>{row.state}<td>{escape(shown(row.reason))}"
        for row in files
    )
    return f"<!doctype html><meta charset=utf-8><title>{job.id}</title><table>{rows}</table>\n"
