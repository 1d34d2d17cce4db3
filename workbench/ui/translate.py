"""The Translate tab: paste, choose, watch the columns fill, look at the doubts, take it away."""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from workbench.catalogue import (
    default_model,
    get_model,
)
from workbench.errors import WorkbenchError
from workbench.identification import identify
from workbench.languages import LANGUAGES
from workbench.pipeline import Options, Workbench
from workbench.segmentation import split
from workbench.summaries import PRESETS
from workbench.types import Result, Summary
from workbench.ui import offers, runs
from workbench.ui.desk import ACTIONS, Desk
from workbench.ui.desks import Desks
from workbench.ui.samples import shelf, take
from workbench.ui.status import failure, trouble
from workbench.ui.streaming import stream
from workbench.ui.words import browser_view, packed, reader, spoken, words

# Runs at a time. Their batches take turns at the engine: a long text does not hold up a short one.
RUNS = 4
_AUTO = "auto"
_COUNTS = ("3", "5", "7")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Controls:
    """The components of the tab that its events connect."""

    text: gr.Textbox
    source: gr.Dropdown
    targets: gr.Dropdown
    model: gr.Dropdown
    count: gr.Dropdown
    preset: gr.Dropdown
    summarizer: gr.Dropdown
    commercial: gr.Checkbox
    hint: gr.HTML
    about: gr.HTML
    view: gr.HTML


def add(bench: Workbench, say: gr.I18n) -> None:
    """Put the tab's components and events into the page that is being built."""
    with gr.Row(elem_id="wb-choices"):
        source = gr.Dropdown(
            offers.sources("en"), value="", label=say("source_language"), scale=2, min_width=150
        )
        targets = gr.Dropdown(
            offers.languages(offers.targets_of(get_model(default_model()))),
            value=["en", "ko"],
            multiselect=True,
            label=say("target_languages"),
            elem_id="wb-targets",
            scale=3,
            min_width=230,
        )
        model = gr.Dropdown(
            offers.models("en"), value=default_model(), label=say("model"), scale=3, min_width=250
        )
    with gr.Row(elem_id="wb-summary"):
        count = gr.Dropdown(
            _counts("en"), value=_AUTO, label=say("bullets"), scale=2, min_width=150
        )
        preset = gr.Dropdown(
            _presets("en"), value=_AUTO, label=say("preset"), scale=2, min_width=150
        )
        summarizer = gr.Dropdown(
            offers.summarizers("en"), value="", label=say("summarizer"), scale=3, min_width=250
        )
        commercial = gr.Checkbox(
            label=say("commercial"),
            elem_id="wb-commercial",
            elem_classes="wb-tick",
            scale=2,
            min_width=190,
        )
    about = spoken('<p data-say="" role="status"></p>', "wb-about")
    text = gr.Textbox(
        label=say("text"),
        placeholder=say("text_placeholder"),
        # Equal, or the field measures itself anew at every change: seconds for a long text.
        lines=8,
        max_lines=8,
        elem_id="wb-source",
        autofocus=True,
    )
    hint = spoken('<p data-say="" role="status"></p>', "wb-hint")
    with gr.Row(elem_id="wb-actions"):
        start = gr.Button(say("translate"), variant="primary", elem_id="wb-start", min_width=150)
        stop = gr.Button(say("stop"), elem_id="wb-stop", interactive=False, min_width=90)
        clear = gr.Button(say("clear"), elem_id="wb-clear", min_width=90)
        undo = gr.Button(say("undo"), elem_id="wb-undo", interactive=False, min_width=90)
    samples = shelf("wb-samples")
    # Gradio translates labels, not choices; and models may have come since the start.
    localised = [source, model, count, preset, summarizer]
    gr.on(None, _localise, None, localised, api_visibility="private")
    desks = Desks(ACTIONS)
    view = browser_view(desks.act)
    controls = Controls(
        text, source, targets, model, count, preset, summarizer, commercial, hint, about, view
    )
    _connect_text(controls, clear, undo, samples)
    _connect_run(bench, controls, desks, (start, stop))


def _connect_text(
    controls: Controls, clear: gr.Button, undo: gr.Button, samples: dict[str, gr.Button]
) -> None:
    text, source, hint = controls.text, controls.source, controls.hint
    kept, dropped = gr.State(""), gr.State([])
    for changed in (text.change, source.change, controls.model.change):
        changed(
            _detect,
            [text, source, controls.model, controls.targets, dropped],
            [hint, controls.targets, dropped],
            js=runs.BEGINNING,
            **runs.AT_ONCE,
        )
    chosen = [controls.model, controls.summarizer, controls.commercial]
    for component in chosen:
        component.change(offers.about, chosen, controls.about, **runs.AT_ONCE)
    clear.click(
        lambda old: ("", old, gr.Button(interactive=bool(old))),
        text,
        [text, kept, undo],
        **runs.AT_ONCE,
    )
    undo.click(lambda old: (old, gr.Button(interactive=False)), kept, [text, undo], **runs.AT_ONCE)
    for name, button in samples.items():
        button.click(partial(take, name), None, [text, source], **runs.AT_ONCE)


def _connect_run(
    bench: Workbench, controls: Controls, desks: Desks[Desk], buttons: tuple[gr.Button, gr.Button]
) -> None:
    fields = [controls.text, controls.source, controls.targets]
    fields += [controls.model, controls.count, controls.preset]
    fields += [controls.summarizer, controls.commercial]

    def work(
        values: Sequence[Any], stop: threading.Event, put: Callable[[str, Desk], None]
    ) -> Iterator[dict[str, str]]:
        text, *choices = values
        return _run(bench, Request(offers.sound(text), *choices), stop, put)

    runs.connect(desks, buttons, fields, controls.view, work, ("model", RUNS))


@dataclass(frozen=True)
class Request:
    """What was asked for, as the components hold it: source "" is to be detected."""

    text: str
    source: str
    targets: Sequence[str]
    model: str
    count: str
    preset: str
    summarizer: str = ""
    commercial: bool = False

    @property
    def purpose(self) -> str:
        """Return what the result is for, as Options names it."""
        return "commercial" if self.commercial else "any"

    def options(self) -> Options:
        """Return the options of the run."""
        count = None if self.count == _AUTO else int(self.count)
        return Options(
            self.model,
            summary=count,
            preset=self.preset,
            purpose=self.purpose,
            summarizer=self.summarizer,
        )


def _run(
    bench: Workbench, request: Request, stop: threading.Event, put: Callable[[str, Desk], None]
) -> Iterator[dict[str, str]]:
    """Yield the view's value while a text is translated; the result is put on a desk."""
    view: dict[str, Any] = {"run": uuid.uuid4().hex}
    try:
        question = _question(request)
        if question:
            yield packed(view | {"status": question})
            return
        language = request.source or identify(request.text, tuple(LANGUAGES)).language
        document = split(request.text, language)
        wanted = [code for code in request.targets if code != language]
        for view, result in stream(bench, document, wanted, request.options(), stop):
            if result:
                desk = Desk(result, view, bench.memory, partial(_again, bench, request.options()))
                put(view["run"], desk)
                view = desk.view()
            yield packed(view)
    except Exception as error:
        # The one place that stops everything.
        yield packed(view | {"status": trouble(error, _log, "Translation")})


def _again(
    bench: Workbench, options: Options, result: Result, count: int | None, length: float
) -> tuple[Summary, str]:
    """Return the summary with another number of bullets or length, and a warning or ""."""
    targets = [column.language for column in result.columns]
    wanted = replace(options, summary=count, length=length)
    return bench.summarize(result.document, targets, wanted)


def _question(request: Request) -> dict[str, Any] | None:
    """Return what has to be settled before a run, as a status, or None."""
    if not (request.text or "").strip():
        return failure("no_text")
    if len(request.text) > runs.LIMIT:
        return failure("too_long", limit=runs.LIMIT)
    guess = identify(request.text, tuple(LANGUAGES))
    if not request.source and not guess.sure:
        return failure("ask_language")
    language = request.source or guess.language
    if not [code for code in request.targets or () if code != language]:
        return failure("no_target_chosen")
    return None


def _detect(
    text: str, source: str, model: str, chosen: Sequence[str], dropped: Sequence[str]
) -> tuple[dict[str, Any] | None, dict[str, Any], list[str]]:
    """Return what to say of the language, the targets it leaves, and those it takes away.

    dropped are the targets taken away before: they come back with a source that allows them.
    """
    guess = identify(offers.sound(text), tuple(LANGUAGES), source) if text.strip() else None
    language = source or (guess.language if guess and guess.sure else "")
    try:
        able = get_model(model)
    except WorkbenchError as error:
        # The folder of a registered model may go while it is chosen.
        return failure("failure", message=str(error)), gr.update(), list(dropped)
    offered = [
        c for c in offers.targets_of(able) if not language or offers.reaches(able, language, c)
    ]
    wanted = dict.fromkeys((*chosen, *dropped))
    first = [code for code in ("en", "ko") if code in wanted]
    ordered = [*first, *(code for code in wanted if code not in first)]
    left = [code for code in ordered if code in offered]
    hint: dict[str, Any] | None = None
    if language and not offered:
        hint = {"key": "no_target", "values": {"language": language}, "level": "warning"}
    elif guess and guess.sure and guess.language != language:
        hint = {"key": "looks_like", "values": {"language": guess.language}, "level": "warning"}
    elif guess and guess.sure and not source:
        hint = {"key": "detected", "values": {"language": language}}
    elif guess and not source:
        hint = {"key": "ask_language", "level": "warning"}
    targets = gr.update(choices=offers.languages(offered), value=left)
    return hint, targets, [code for code in ordered if code not in offered]


def _localise(request: gr.Request) -> list[dict[str, Any]]:
    """Return the choices in the reader's language."""
    code = reader(request.headers.get("accept-language", ""))
    listed = (
        offers.sources(code),
        offers.models(code),
        _counts(code),
        _presets(code),
        offers.summarizers(code),
    )
    return [gr.update(choices=choices) for choices in listed]


def _counts(code: str) -> list[tuple[str, str]]:
    return [(words()[code]["bullets_auto"], _AUTO), *((count, count) for count in _COUNTS)]


def _presets(code: str) -> list[tuple[str, str]]:
    return [(words()[code][f"preset_{name}"], name) for name in (_AUTO, *PRESETS)]
