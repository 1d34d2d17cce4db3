"""What a reader does to the result on the screen: decide, edit, undo, take away.

The page holds no result, only the name of its run. To add an action, write a function of a Desk
and a Wish, and its line in ACTIONS.
"""

import threading
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from typing import Any

from workbench.errors import UsageError
from workbench.memory import Memory
from workbench.render import FORMATS, suffix
from workbench.revising import decide, revise, undo
from workbench.types import Column, Decision, Result, Summary
from workbench.ui import points
from workbench.ui.desks import Action, Asked, Wish
from workbench.view import finding_ids, payload

STEPS = 100

View = dict[str, Any]
# From a result, a number of bullets and a length of sentences to a summary, and a warning or "".
Summarizer = Callable[[Result, int | None, float], tuple[Summary, str]]


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
        held = {
            "desk": True,
            "length": points.asked_length(self.result),
            "formats": [name for name in FORMATS if name != "txt"],
        }
        return {**shown, **kept, **steps, **held, "rows": rows}


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
    exported = FORMATS[form](desk.result)
    name = f"translation{suffix(form)}"
    if isinstance(exported, bytes):
        return {"name": name, "base64": b64encode(exported).decode("ascii")}
    return {"name": name, "text": exported}


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


ACTIONS: dict[str, Action[Desk]] = {
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
