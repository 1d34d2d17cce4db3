"""The licence gate: a model whose licence forbids the purpose is stopped before it is loaded."""

from collections.abc import Iterable, Sequence

from workbench.catalogue import CHAT_LICENCE, Model, find_route, is_installed, load_catalogue
from workbench.errors import LicenceError, UnknownNameError, UsageError

PURPOSES = ("any", "commercial")
# A licence with one of these in its name forbids commercial use; others are only not clear.
_FORBIDS = ("NC", "non-commercial", "research")


def permit(model: Model, purpose: str, languages: Sequence[tuple[str, str]] = ()) -> None:
    """Hold that a model may be used for a purpose; languages are the (source, target) pairs.

    "any" is every use that nobody pays for or that was cleared elsewhere: it stops nothing.
    Raises UnknownNameError: no such purpose. LicenceError: the licence forbids the purpose, or
    does not clearly allow it; the message names models that may be used.
    """
    if purpose not in PURPOSES:
        raise UnknownNameError("purpose", purpose, PURPOSES)
    if purpose == "commercial" and not model.commercial:
        forbids = any(word in model.licence for word in _FORBIDS)
        reason = "forbids commercial use" if forbids else "does not clearly allow commercial use"
        raise LicenceError(
            f"Model {model.name!r} is stopped: its licence ({model.licence}) {reason}. "
            f"{_stating(model)}{_instead(alternatives(model, languages))}"
        )


def alternatives(model: Model, languages: Sequence[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Return up to 3 models for the same task and languages whose licence allows commercial use.

    Installed ones come first, then the smaller ones; none that sends texts elsewhere.
    """
    able = [
        other
        for other in load_catalogue().values()
        if other.commercial
        and not other.known_bad
        and other.task == model.task
        and other.engine not in ("pseudo", "chat")
        and other.name != model.name
        and _serves(other, model, languages)
    ]
    able.sort(key=lambda other: (not is_installed(other), other.size_mb or 10**6))
    return tuple(other.name for other in able[:3])


def _serves(other: Model, model: Model, languages: Iterable[tuple[str, str]]) -> bool:
    if model.task != "translation":
        return bool(set(other.languages) & set(model.languages))
    try:
        return all(find_route(other, *pair) for pair in languages)
    except UsageError:
        return False


def _stating(model: Model) -> str:
    if model.engine != "chat":
        return ""
    wish = f"{CHAT_LICENCE}='commercial: …', with its name"
    return f"If your terms with the endpoint's operator allow it, say so by {wish}. "


def _instead(names: Sequence[str]) -> str:
    if not names:
        return "The catalogue has no other for this; see `workbench models`."
    return f"Models that may be used: {', '.join(names)}."
