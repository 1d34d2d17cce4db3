"""What a reader does to the comparison on the screen: vote, pick, edit, undo, take away.

To add an action, write a function of a CompareDesk and a Wish, and its line in ACTIONS.
"""

import secrets
import threading
from collections import deque
from typing import Any

from workbench.compare import choices as choosing
from workbench.compare import report, rows, view, voting
from workbench.compare.judging import texts_of
from workbench.compare.values import Choices, Comparison, Outcome
from workbench.errors import InputError, UsageError
from workbench.memory import Memory
from workbench.render import FORMATS, suffix
from workbench.ui.desks import Action, Asked, Wish

STEPS = 200
OUTCOMES: tuple[Outcome, ...] = ("better", "equal", "worse")
VOTES = "votes"
# Of the translation put together; the reports of the comparison have their own.
BEST_FORMATS = ("tmx", "txt", "tsv", "md")
View = dict[str, Any]


class CompareDesk:
    """One comparison in the hands of one reader, with the way back.

    frame is what the run ended with and no comparison has: its name and status.
    """

    def __init__(self, comparison: Comparison, frame: View, memory: Memory) -> None:
        self.comparison = comparison
        self.memory = memory
        self.choices, self._warnings = _restored(comparison, memory)
        self.lock = threading.Lock()
        # The seed by which names are hidden, None while they are shown.
        self.blind: int | None = None
        self._former: deque[Choices] = deque(maxlen=STEPS)
        self._frame = frame

    def change(self, choices: Choices) -> None:
        """Take and keep new choices; the former ones can be had again."""
        if choices != self.choices:
            former = self.choices
            self._take(choices)
            self._former.append(former)

    def back(self) -> None:
        """Return to the choices before the last step, if there was one."""
        if self._former:
            self._take(self._former[-1])
            self._former.pop()

    def _take(self, choices: Choices) -> None:
        choosing.store(self.comparison, choices, self.memory, former=self.choices)
        self.choices = choices

    def named(self, number: int) -> str:
        """Return the name of the system at a place of the view, from 0 on."""
        outputs = self.comparison.outputs
        if not 0 <= number < len(outputs):
            raise UsageError(f"There is no system {number + 1}.")
        return outputs[voting.shown_order(len(outputs), self.blind)[number]].name

    def voted(self, asked: Asked, which: str) -> str:
        """Return the name of a system that has a text in the row that is voted on.

        Raises UsageError: it has none; said without the name, which may be hidden.
        """
        number = asked.number(which)
        name, segment = self.named(number), self.segment(asked)
        output = next(o for o in self.comparison.outputs if o.name == name)
        if not texts_of(output)[[row.id for row in rows(output.result.document)].index(segment)]:
            shown = number + 1 if self.blind is None else voting.letter(number)
            raise UsageError(f"System {shown} has no text in this row: vote for another one.")
        return name

    def require_names(self) -> None:
        """Raise UsageError while names are hidden: what is asked for would show them."""
        if self.blind is not None:
            raise UsageError("Names are hidden. End the blind test first.")

    def segment(self, asked: Asked) -> str:
        """Return the row that is asked for."""
        wanted = asked.text("segment")
        if wanted not in {segment.id for segment in rows(self.comparison.document)}:
            raise UsageError(f"There is no row {wanted!r}.")
        return wanted

    def view(self) -> View:
        """Return the view of the comparison as it is now."""
        value = view.payload(self.comparison, self.choices, blind=self.blind)
        formats = [*report.REPORTS, VOTES, *BEST_FORMATS] if self.blind is None else []
        value["warnings"] = [*self._warnings, *value["warnings"]]
        held = {"desk": True, "undo": len(self._former), "formats": formats}
        return {**value, **self._frame, **held}


def _restored(comparison: Comparison, memory: Memory) -> tuple[Choices, list[str]]:
    """Return what was chosen before; a damaged memory must not cost the comparison."""
    try:
        return choosing.restore(comparison, memory), []
    except InputError as error:
        return Choices(), [str(error)]


def shown(desk: CompareDesk, wish: Wish) -> View:
    """Answer with the view as it is now."""
    return {"view": desk.view()}


def _vote(desk: CompareDesk, wish: Wish) -> View:
    asked = Asked(wish)
    segment, best = desk.segment(asked), desk.voted(asked, "system")
    blind = desk.blind is not None
    desk.change(choosing.vote(desk.comparison, desk.choices, segment, best, blind=blind))
    return shown(desk, wish)


def _compare(desk: CompareDesk, wish: Wish) -> View:
    asked = Asked(wish)
    pair = desk.voted(asked, "system"), desk.voted(asked, "other")
    if len(set(pair)) == 1:
        raise UsageError("A vote is on two systems, not on one twice.")
    outcome = next((known for known in OUTCOMES if known == asked.text("outcome")), None)
    if outcome is None:
        raise UsageError("A vote says better, equal or worse.")
    segment, blind = desk.segment(asked), desk.blind is not None
    after = choosing.compare(desk.comparison, desk.choices, segment, *pair, outcome, blind=blind)
    desk.change(after)
    return shown(desk, wish)


def _pick(desk: CompareDesk, wish: Wish) -> View:
    desk.require_names()
    asked = Asked(wish)
    segment = desk.segment(asked)
    if wish.get("system") is None:
        desk.change(choosing.unpick(desk.comparison, desk.choices, segment))
    else:
        name = desk.named(asked.number("system"))
        desk.change(choosing.pick(desk.comparison, desk.choices, segment, name))
    return shown(desk, wish)


def _edit(desk: CompareDesk, wish: Wish) -> View:
    desk.require_names()
    asked = Asked(wish)
    place = desk.segment(asked), desk.named(asked.number("system"))
    desk.change(choosing.edit(desk.comparison, desk.choices, *place, asked.text("text")))
    return shown(desk, wish)


def _undo(desk: CompareDesk, wish: Wish) -> View:
    desk.back()
    return shown(desk, wish)


def _blind(desk: CompareDesk, wish: Wish) -> View:
    desk.blind = secrets.randbelow(2**31) if wish.get("on") is True else None
    return shown(desk, wish)


def _assemble(desk: CompareDesk, wish: Wish) -> View:
    desk.require_names()
    desk.change(choosing.fill(desk.comparison, desk.choices))
    return shown(desk, wish)


def _keep(desk: CompareDesk, wish: Wish) -> View:
    desk.require_names()
    kept = choosing.keep(choosing.best_of(desk.comparison, desk.choices), desk.memory)
    return shown(desk, wish) | {"said": {"key": "compare_kept", "values": {"count": kept}}}


def _export(desk: CompareDesk, wish: Wish) -> View:
    desk.require_names()
    form = Asked(wish).text("format")
    if form in report.REPORTS:
        text = report.REPORTS[form](desk.comparison, desk.choices)
        return {"name": f"comparison.{form}", "text": text}
    if form == VOTES:
        return {"name": "votes.csv", "text": voting.to_csv(desk.choices.votes)}
    if form in BEST_FORMATS:
        best = choosing.best_of(desk.comparison, desk.choices)
        return {"name": f"best-of{suffix(form)}", "text": FORMATS[form](best)}
    raise UsageError(f"There is no format {form!r}.")


ACTIONS: dict[str, Action[CompareDesk]] = {
    "show": shown,
    "vote": _vote,
    "compare": _compare,
    "pick": _pick,
    "edit": _edit,
    "undo": _undo,
    "blind": _blind,
    "assemble": _assemble,
    "keep": _keep,
    "export": _export,
}
