"""Errors that leave the package: each tells what happened, where, and what to do next.

    WorkbenchError
    ├── UsageError              a name, option or combination that cannot work    (exit 2)
    │   ├── UnknownNameError    no such model, language, format …, with "did you mean"
    │   └── LicenceError        the model's licence does not allow the purpose
    ├── InputError              the text or file was refused                      (exit 4)
    ├── ModelError              a model folder is missing, unsafe or damaged      (exit 4)
    │   └── DownloadError       the hub could not be reached or sent wrong bytes
    ├── EngineError             a model failed while translating                  (exit 3)
    └── AccountingError         segments in and out do not match: a defect of ours

A doubt about a text is a Finding (workbench.types), never an exception.
"""

import difflib
from collections.abc import Iterable


class WorkbenchError(Exception):
    """Be shown to the user as it stands; `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(WorkbenchError):
    """A name, option or combination of them cannot work."""

    exit_code = 2


class UnknownNameError(UsageError):
    """Nothing has the name asked for; the message offers the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"No {kind} named {name!r}.{guess} Known: {', '.join(known)}.")


class LicenceError(UsageError):
    """The licence of a model does not allow what it is to be used for."""


class InputError(WorkbenchError):
    """The text or file was refused; nothing was written."""

    exit_code = 4


class ModelError(WorkbenchError):
    """A model folder is missing, unsafe, damaged or not of a kind that can be run."""

    exit_code = 4


class DownloadError(ModelError):
    """The hub could not be reached, or what it sent does not match its hash."""


class EngineError(WorkbenchError):
    """A model failed while translating; the message names the model and the text."""

    exit_code = 3


class AccountingError(WorkbenchError):
    """Segments read and segments delivered do not match; nothing was written."""
