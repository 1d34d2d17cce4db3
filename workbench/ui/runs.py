"""The start and the stop of a tab's work, and whose it is."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.context import Context

from workbench.ui.desks import Desks, Thing
from workbench.ui.streaming import Stops

# Characters of one text.
LIMIT = 200_000
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# What need not wait for its turn behind a run.
AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
# More than the limit is refused, so more need not travel. A character is one or two code units.
_CUT = f"(text, ...rest) => [(text || '').slice(0, {2 * LIMIT + 2}), ...rest]"
# The start of a text tells its language: a large one need not travel at every change.
BEGINNING = "(text, ...rest) => [(text || '').slice(0, 4000), ...rest]"

# What a run is told: the fields' values, its switch, and where to put what it has made.
Work = Callable[
    [Sequence[Any], threading.Event, Callable[[str, Thing], None]], Iterator[dict[str, str]]
]


def connect(
    desks: Desks[Thing],
    buttons: tuple[gr.Button, gr.Button],
    fields: Sequence[Component],
    view: gr.HTML,
    work: Work[Thing],
    lane: tuple[str, int],
) -> None:
    """Let the first button run `work` into the view and the second one stop it.

    The first field is the text. lane is the name of a queue and how many of its runs go at a
    time. What a session has put on a desk goes with its next run, or with its tab.
    """
    stops = Stops()
    start, stop = buttons

    def begin(request: gr.Request) -> tuple[gr.Button, gr.Button]:
        stops.begin(str(request.session_hash))
        return _switch(True)

    def run(request: gr.Request, *values: Any) -> Iterator[dict[str, str]]:
        session = str(request.session_hash)
        desks.drop(session)
        try:
            yield from work(values, stops.switch(session), partial(desks.put, session))
        finally:
            stops.end(session)

    def halt(request: gr.Request) -> gr.Button:
        stops.switch(str(request.session_hash)).set()
        return gr.Button(interactive=False)

    def leave(request: gr.Request) -> None:
        desks.drop(str(request.session_hash))

    if Context.root_block is not None:
        # A text is held no longer than the tab is open.
        Context.root_block.unload(leave)
    stop.click(halt, None, stop, **AT_ONCE)
    start.click(begin, None, list(buttons), **AT_ONCE).then(
        run,
        list(fields),
        view,
        js=_CUT,
        concurrency_limit=lane[1],
        concurrency_id=lane[0],
        **QUIET,
    ).then(lambda: _switch(False), None, list(buttons), **AT_ONCE)


def _switch(running: bool) -> tuple[gr.Button, gr.Button]:
    return gr.Button(interactive=not running), gr.Button(interactive=running)
