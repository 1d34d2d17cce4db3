"""What can be chosen on the page, in the reader's language, and what must be said of a choice."""

from collections.abc import Callable, Sequence
from typing import Any

from workbench.catalogue import (
    Model,
    find_route,
    get_model,
    is_installed,
    load_catalogue,
    table_rows,
)
from workbench.engines.chat_client import destination
from workbench.errors import UsageError, WorkbenchError
from workbench.languages import LANGUAGES
from workbench.licences import permit
from workbench.selftest import known_verdicts
from workbench.ui.status import failure
from workbench.ui.words import words


def sources(code: str) -> list[tuple[str, str]]:
    """Return (name, code) of what a text may be written in, "" to be detected."""
    return [(words()[code]["detect"], ""), *languages(LANGUAGES)]


def languages(codes: Sequence[str] | dict[str, Any]) -> list[tuple[str, str]]:
    """Return (name in its own language, code) of each language."""
    return [(LANGUAGES[code].native, code) for code in codes]


def targets_of(model: Model) -> list[str]:
    """Return the codes that a model can translate into, in the order of the table."""
    codes = {target for _, target in model.pairs} or set(model.languages or LANGUAGES)
    return [code for code in LANGUAGES if code in codes]


def reaches(model: Model, source: str, target: str) -> bool:
    """Return whether a model has a route from one language to another."""
    try:
        return source != target and bool(find_route(model, source, target))
    except UsageError:
        return False


def models(code: str) -> list[tuple[str, str]]:
    """Return (name, licence and what it forbids; name) of every model that can be run now."""
    return _offered(code, lambda model: model.task == "translation")


def summarizers(code: str) -> list[tuple[str, str]]:
    """Return the ways to summarise: sentences of the text, then models that write."""
    chosen = [(words()[code]["summarizer_none"], "")]
    return chosen + _offered(code, lambda m: m.task == "summarization" or m.engine == "chat")


def _offered(code: str, fits: Callable[[Model], bool]) -> list[tuple[str, str]]:
    able = {
        model.name: f"{model.name} · {model.licence}"
        for model in load_catalogue().values()
        if is_installed(model) and fits(model) and not model.known_bad
    }
    uses = {row.name: row.use for row in table_rows(load_catalogue())}
    marks = {"": "", "non-commercial": "non_commercial", "check licence": "licence_check"}
    said = {"": ""} | words()[code]
    return [(f"{label} {said[marks[uses[name]]]}".strip(), name) for name, label in able.items()]


def about(model: str, summarizer: str, commercial: bool) -> dict[str, Any] | None:
    """Return what a reader must know of the chosen models.

    A licence that stops them first, then where texts would go, then what the self-test said.
    """
    try:
        chosen = [get_model(name) for name in (model, summarizer) if name]
        for one in chosen:
            permit(one, "commercial" if commercial else "any")
        addresses = [destination(one.name) for one in chosen if one.engine == "chat"]
    except WorkbenchError as error:
        return failure("failure", message=str(error)) | {"level": "warning"}
    if addresses:
        values = {"address": addresses[0]}
        return {"key": "sent_to", "values": values, "level": "warning"}
    return _tried(chosen[0])


def _tried(model: Model) -> dict[str, Any] | None:
    """Return what the self-test said of a model's directions, if it ran."""
    verdicts = known_verdicts(model)
    weak = [v.direction.replace("-", "→") for v in verdicts if v.grade in ("weak", "broken")]
    if weak:
        return {"key": "tried_weak", "values": {"routes": ", ".join(weak)}, "level": "warning"}
    good = ", ".join(v.direction.replace("-", "→") for v in verdicts if v.grade == "ok")
    return {"key": "tried_ok", "values": {"routes": good}} if good else None


def sound(text: str) -> str:
    """Return text that can be encoded: half of a character, as some programs paste, becomes �."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
