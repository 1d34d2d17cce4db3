"""What the page says when something does not work: one sentence, in the reader's language."""

import logging
import traceback
from typing import Any

from workbench.errors import WorkbenchError


def failure(key: str, **values: object) -> dict[str, Any]:
    """Return a status that says a word of the page, with its values."""
    return {"key": key, "values": values, "level": "error"}


def trouble(error: Exception, log: logging.Logger, what: str) -> dict[str, Any]:
    """Return the status of an error that ended `what`.

    A reader must see a sentence, never a dead page. Of a defect of ours only names and places are
    logged: a message may hold the text that was translated.
    """
    if isinstance(error, WorkbenchError):
        return failure("failure", message=str(error))
    place = traceback.extract_tb(error.__traceback__)[-1]
    name = type(error).__name__
    log.error("%s stopped: %s in %s:%s", what, name, place.filename, place.lineno)
    return failure("unexpected", name=name)
