"""Whose result is whose: the desks of all readers, and what the page may ask of one.

A tab has its own kind of desk and its own actions; see ui/desk.py and ui/compare_desk.py.
"""

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from workbench.errors import UsageError
from workbench.ui.status import trouble

# Results that are held at a time, as many as sessions; the one that waited longest goes first.
HELD = 50
# Characters of one cell or bullet, far above any sentence.
LONGEST = 20_000
_log = logging.getLogger(__name__)

Wish = dict[str, Any]


class Held(Protocol):
    """What lies on a desk: anything that one action at a time may change."""

    lock: threading.Lock


Thing = TypeVar("Thing", bound=Held)
Action = Callable[[Thing, Wish], dict[str, Any]]


class Desks(Generic[Thing]):
    """The desks of all readers, by the name of the run, which no other reader can guess.

    actions are what the page may ask of a desk, by name.
    """

    def __init__(self, actions: Mapping[str, Action[Thing]]) -> None:
        self._actions = actions
        self._desks: OrderedDict[str, tuple[str, Thing]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, session: str, run: str, desk: Thing) -> None:
        """Hold a result; what the session had before goes."""
        with self._lock:
            self._drop(session)
            self._desks[run] = (session, desk)
            while len(self._desks) > HELD:
                self._desks.popitem(last=False)

    def drop(self, session: str) -> None:
        """Forget the result of a session."""
        with self._lock:
            self._drop(session)

    def _drop(self, session: str) -> None:
        for run in [run for run, (owner, _) in self._desks.items() if owner == session]:
            del self._desks[run]

    def act(self, wish: str) -> str:
        """Do what the page asks, as JSON in and out: {"run", "do", …} -> {"view": …}.

        What a desk no longer held is asked for is {"stale": true}; what cannot be done is
        {"error": {"key", "values"}}, in words of the page.
        """
        try:
            asked = json.loads(wish[: 4 * LONGEST])
            with self._lock:
                _, desk = self._desks[asked["run"]]
                self._desks.move_to_end(asked["run"])
            action = self._actions[asked["do"]]
        except (ValueError, KeyError, TypeError):
            return json.dumps({"stale": True})
        with desk.lock:
            return json.dumps(_answer(action, desk, asked), ensure_ascii=False)


def _answer(action: Action[Thing], desk: Thing, wish: Wish) -> dict[str, Any]:
    try:
        return action(desk, wish)
    except Exception as error:
        return {"error": trouble(error, _log, "An action")}


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish's values, read as what they must be."""

    wish: Wish

    def text(self, name: str) -> str:
        value = self.wish.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST:
            raise UsageError(f"{name} must be a text of at most {LONGEST:,} characters.")
        # As on the way in: half of a character becomes a mark, and a cell is one line.
        sound = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return " ".join(sound.split("\n")).strip()

    def number(self, name: str) -> int:
        value = self.wish.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UsageError(f"{name} must be a whole number.")
        return value
