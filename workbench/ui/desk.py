"""What a reader does to the result on the screen: decide, edit, undo, take away.

The page holds no result, only the name of its run. To add an action, write a function of a Desk
and a Wish, and its line in ACTIONS.
"""

import json
import logging
import threading
import traceback
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.errors import UsageError, WorkbenchError
from workbench.memory import Memory
from workbench.render import FORMATS, suffix
from workbench.revising import decide, revise, undo
from workbench.types import Column, Decision, Result, Summary
from workbench.ui import points
from workbench.view import finding_ids, payload

# Results that are held at a time, as many as sessions; the one that waited longest goes first.
HELD = 50
STEPS = 100
# Characters of one cell or bullet, far above any sentence.
LONGEST = 20_000
_log = logging.getLogger(__name__)

View = dict[str, Any]
Wish = dict[str, Any]
# From a result and a number of bullets to a summary, and a warning or "".
Summarizer = Callable[[Result, int | None], tuple[Summary, str]]


class Desk:
    """One result in the hands of one reader, with the way back.

    frame is the view that the run ended with: a stopped run shows more rows than its result has.
    """

    def __init__(self, result: Result, frame: View, memory: Memory, again: Summarizer) -> None:
        self.result = result
        self.memory = memory
        self.again = again
        self.lock = threading.Lock()
        self.former: deque[Result] = deque(maxlen=STEPS)
        # Comparisons of the summary with one of a column alone, by language.
        self.compared: dict[str, dict[str, Any]] = {}
        self._frame = frame

    def change(self, result: Result) -> None:
        """Take a new result; the former one can be had again."""
        if result is not self.result:
            self.former.append(self.result)
            self.result = result

    def view(self) -> View:
        """Return the view of the result as it is now."""
        shown = payload(self.result)
        rows = shown["rows"] + self._frame["rows"][len(shown["rows"]) :]
        kept = {key: self._frame[key] for key in ("status", "complete", "run", "progress")}
        steps = {"undo": len(self.former), "compared": dict(self.compared)}
        held = {"desk": True, "formats": [name for name in FORMATS if name != "txt"]}
        return {**shown, **kept, **steps, **held, "rows": rows}


class Desks:
    """The desks of all readers, by the name of the run, which no other reader can guess."""

    def __init__(self) -> None:
        self._desks: OrderedDict[str, tuple[str, Desk]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, session: str, run: str, desk: Desk) -> None:
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
            action = ACTIONS[asked["do"]]
        except (ValueError, KeyError, TypeError):
            return json.dumps({"stale": True})
        with desk.lock:
            return json.dumps(_answer(action, desk, asked), ensure_ascii=False)


def _answer(action: "Action", desk: Desk, wish: Wish) -> dict[str, Any]:
    try:
        return action(desk, wish)
    except WorkbenchError as error:
        return {"error": {"key": "failure", "values": {"message": str(error)}}}
    except Exception as error:
        # As for a run: a reader must see a sentence, and the log must not hold their text.
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = type(error).__name__
        _log.error("An action stopped: %s in %s:%s", name, place.filename, place.lineno)
        return {"error": {"key": "unexpected", "values": {"name": name}}}


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


def shown(desk: Desk, wish: Wish) -> dict[str, Any]:
    """Answer with the view as it is now."""
    return {"view": desk.view()}


def _decide(desk: Desk, wish: Wish) -> dict[str, Any]:
    asked = Asked(wish)
    ids = finding_ids(desk.result)
    finding = asked.text("finding")
    if finding in ids:
        decision: Decision = asked.text("decision")  # type: ignore[assignment]  # decide looks
        desk.change(decide(desk.result, ids.index(finding), decision, desk.memory))
    return shown(desk, wish)


def _revise(desk: Desk, wish: Wish) -> dict[str, Any]:
    asked = Asked(wish)
    column = column_at(desk.result, asked.number("column"))
    segment = asked.text("segment")
    after = revise(desk.result, column.language, segment, asked.text("text"), desk.memory)
    if after is not desk.result:
        desk.compared = {}
    desk.change(after)
    return shown(desk, wish)


def _undo(desk: Desk, wish: Wish) -> dict[str, Any]:
    if desk.former:
        former = undo(desk.result, desk.former[-1], desk.memory)
        desk.former.pop()
        desk.result = former
        desk.compared = {}
    return shown(desk, wish)


def _export(desk: Desk, wish: Wish) -> dict[str, Any]:
    form = Asked(wish).text("format")
    if form not in FORMATS:
        raise UsageError(f"There is no format {form!r}.")
    return {"name": f"translation{suffix(form)}", "text": FORMATS[form](desk.result)}


def column_at(result: Result, number: int) -> Column:
    """Return the target column that the view shows at a place, from 1 on."""
    if not 1 <= number <= len(result.columns):
        raise UsageError(f"There is no column {number}.")
    return result.columns[number - 1]


def _summarise(desk: Desk, wish: Wish) -> dict[str, Any]:
    points.resummarise(desk, Asked(wish))
    return shown(desk, wish)


def _bullet(desk: Desk, wish: Wish) -> dict[str, Any]:
    points.edit(desk, Asked(wish))
    return shown(desk, wish)


def _compare(desk: Desk, wish: Wish) -> dict[str, Any]:
    points.compare(desk, column_at(desk.result, Asked(wish).number("column")).language)
    return shown(desk, wish)


Action = Callable[[Desk, Wish], dict[str, Any]]
ACTIONS: dict[str, Action] = {
    "show": shown,
    "decide": _decide,
    "revise": _revise,
    "undo": _undo,
    "export": _export,
    "summarise": _summarise,
    "bullet": _bullet,
    "alternatives": lambda desk, wish: points.alternatives(desk, Asked(wish)),
    "compare": _compare,
}
