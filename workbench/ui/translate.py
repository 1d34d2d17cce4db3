"""The Translate tab: paste, choose, watch the columns fill, look at the doubts, take it away."""

import logging
import shutil
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr

from workbench.catalogue import Model, default_model, get_model, is_installed, load_catalogue
from workbench.errors import WorkbenchError
from workbench.identification import identify
from workbench.languages import LANGUAGES
from workbench.pipeline import Options, Workbench
from workbench.render import FORMATS, partial_payload, payload
from workbench.segmentation import split
from workbench.summaries import PRESETS
from workbench.types import Document, Result, Translation
from workbench.ui.words import aligned_view, spoken

LIMIT = 200_000
# Seconds between two drawings while a translation streams in.
PACE = 0.35
_KEPT = 20
_AUTO = "auto"
_DETECT = "Auto · 自動 · 자동"
_COUNTS = (_AUTO, "3", "5", "7")
_FILES = tuple(name for name in FORMATS if name != "txt")
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
    hint: gr.HTML
    view: gr.HTML
    downloads: list[gr.DownloadButton]


def add(bench: Workbench, say: gr.I18n) -> None:
    """Put the tab's components and events into the page that is being built."""
    with gr.Row(elem_id="wb-choices"):
        choices = [(_DETECT, ""), *_languages(LANGUAGES)]
        source = gr.Dropdown(
            choices, value="", label=say("source_language"), scale=2, min_width=150
        )
        targets = gr.Dropdown(
            _languages(_targets(get_model(default_model()))),
            value=["en", "ko"],
            multiselect=True,
            label=say("target_languages"),
            elem_id="wb-targets",
            scale=3,
            min_width=230,
        )
        model = gr.Dropdown(
            _models(), value=default_model(), label=say("model"), scale=3, min_width=250
        )
        count = gr.Dropdown(list(_COUNTS), value=_AUTO, label=say("bullets"), scale=1, min_width=90)
        preset = gr.Dropdown(
            [_AUTO, *PRESETS], value=_AUTO, label=say("preset"), scale=1, min_width=110
        )
    text = gr.Textbox(
        label=say("text"),
        placeholder=say("text_placeholder"),
        lines=6,
        max_lines=9,
        elem_id="wb-source",
        autofocus=True,
    )
    hint = spoken('<p data-say="" role="status"></p>', "wb-hint")
    with gr.Row(elem_id="wb-actions"):
        start = gr.Button(say("translate"), variant="primary", elem_id="wb-start", min_width=150)
        stop = gr.Button(say("stop"), elem_id="wb-stop", interactive=False, min_width=90)
        clear = gr.Button(say("clear"), elem_id="wb-clear", min_width=90)
        undo = gr.Button(say("undo"), elem_id="wb-undo", interactive=False, min_width=90)
    samples = _samples()
    with gr.Row(elem_id="wb-downloads"):
        downloads = [
            gr.DownloadButton(say(f"format_{name}"), size="sm", visible=False, min_width=90)
            for name in _FILES
        ]
    view = aligned_view()
    controls = Controls(text, source, targets, model, count, preset, hint, view, downloads)
    _connect_text(controls, clear, undo, samples)
    _connect_run(bench, controls, start, stop)


def _connect_text(
    controls: Controls, clear: gr.Button, undo: gr.Button, samples: dict[str, gr.Button]
) -> None:
    quiet: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    text, source, hint = controls.text, controls.source, controls.hint
    kept = gr.State("")
    # The start of a text tells its language: a large one need not travel at every change.
    for changed in (text.change, source.change):
        changed(
            _detect, [text, source], hint, js="(t, s) => [(t || '').slice(0, 4000), s]", **quiet
        )
    clear.click(
        lambda old: ("", old, gr.Button(interactive=bool(old))), text, [text, kept, undo], **quiet
    )
    undo.click(lambda old: (old, gr.Button(interactive=False)), kept, [text, undo], **quiet)
    for name, button in samples.items():
        button.click(partial(_read_sample, name), None, [text, source], **quiet)
    controls.model.change(_offer_targets, controls.model, controls.targets, **quiet)


def _connect_run(bench: Workbench, controls: Controls, start: gr.Button, stop: gr.Button) -> None:
    shelf = _Shelf()
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    buttons = [start, stop]
    begun = start.click(lambda: _switch(True), None, buttons, queue=False, **quiet)
    run = begun.then(
        partial(_run, bench, shelf),
        [
            controls.text,
            controls.source,
            controls.targets,
            controls.model,
            controls.count,
            controls.preset,
        ],
        [controls.view, *controls.downloads],
        concurrency_limit=1,
        concurrency_id="model",
        **quiet,
    )
    run.then(lambda: _switch(False), None, buttons, queue=False, **quiet)
    stop.click(_stopped, controls.view, controls.view, cancels=[run], queue=False, **quiet).then(
        lambda: _switch(False), None, buttons, queue=False, **quiet
    )


def _switch(running: bool) -> tuple[gr.Button, gr.Button]:
    return gr.Button(interactive=not running), gr.Button(interactive=running)


@dataclass(frozen=True)
class Request:
    """What was asked for, as the components hold it: source "" is to be detected."""

    text: str
    source: str
    targets: Sequence[str]
    model: str
    count: str
    preset: str

    def options(self) -> Options:
        """Return the options of the run."""
        count = None if self.count == _AUTO else int(self.count)
        return Options(self.model, summary=count, preset=self.preset)


def _run(bench: Workbench, shelf: "_Shelf", *fields: Any) -> Iterator[list[Any]]:
    """Yield the view's value and the download buttons while a text is translated."""
    closed = [gr.DownloadButton(visible=False) for _ in _FILES]
    request = Request(*fields)
    try:
        question = _question(request)
        if question:
            yield [{"status": question, "run": uuid.uuid4().hex}, *closed]
            return
        language = request.source or identify(request.text, tuple(LANGUAGES)).language
        document = split(request.text, language)
        wanted = [code for code in request.targets if code != language]
        for value, result in _stream(bench, document, wanted, request.options()):
            ready = shelf.put(result) if result else closed
            yield [value, *ready]
    except WorkbenchError as error:
        yield [{"status": _failure("failure", message=str(error))}, *closed]
    except Exception as error:
        # The one place that stops everything: a reader must see a sentence, never a dead page.
        _log.exception("Translation stopped: %s", type(error).__name__)
        yield [{"status": _failure("unexpected", name=type(error).__name__)}, *closed]


def _stream(
    bench: Workbench, document: Document, targets: Sequence[str], options: Options
) -> Iterator[tuple[dict[str, Any], Result | None]]:
    """Yield (view, None) a few times a second, and at the end (view, result)."""
    run = {"run": uuid.uuid4().hex}
    started = drawn = time.monotonic()
    done: list[Translation] = []
    pace = PACE + len(document.segments) / 4000
    for translation in bench.translate(document, targets, options):
        done.append(translation)
        now = time.monotonic()
        if len(done) == 1 or now - drawn > pace:
            drawn = now
            yield partial_payload(document, targets, done, now - started) | run, None
    result = bench.assemble(document, targets, done, options)
    seconds = max(time.monotonic() - started, 0.001)
    values = {"total": len(done), "seconds": seconds, "rate": len(done) / seconds}
    status = {"status": {"key": "finished_in", "values": values, "level": "done"}}
    yield payload(result) | run | status, result


def _stopped(value: dict[str, Any] | None) -> dict[str, Any]:
    """Return the view as it stands, saying that it was stopped."""
    status = {"key": "stopped", "values": {}, "level": "warning"}
    return (value or {}) | {"status": status}


def _question(request: Request) -> dict[str, Any] | None:
    """Return what has to be settled before a run, as a status, or None."""
    if not (request.text or "").strip():
        return _failure("no_text")
    if len(request.text) > LIMIT:
        return _failure("too_long", limit=LIMIT)
    guess = identify(request.text, tuple(LANGUAGES))
    if not request.source and not guess.sure:
        return _failure("ask_language")
    language = request.source or guess.language
    if not [code for code in request.targets or () if code != language]:
        return _failure("no_target_chosen")
    return None


def _failure(key: str, **values: object) -> dict[str, Any]:
    return {"key": key, "values": values, "level": "error"}


def _detect(text: str, source: str) -> dict[str, Any] | None:
    if source or not text.strip():
        return None
    guess = identify(text, tuple(LANGUAGES))
    if not guess.sure:
        return {"key": "ask_language", "level": "warning"}
    return {"key": "detected", "values": {"language": guess.language}}


def _offer_targets(name: str) -> gr.Dropdown:
    offered = _targets(get_model(name))
    chosen = [code for code in ("en", "ko") if code in offered] or offered[:1]
    return gr.Dropdown(choices=_languages(offered), value=chosen)


def _targets(model: Model) -> list[str]:
    codes = {target for _, target in model.pairs} or set(model.languages or LANGUAGES)
    return [code for code in LANGUAGES if code in codes]


def _languages(codes: Sequence[str] | dict[str, Any]) -> list[tuple[str, str]]:
    return [(LANGUAGES[code].native, code) for code in codes]


def _models() -> list[tuple[str, str]]:
    """Return (name with its licence, name) of every model that can be run now."""
    able = [m for m in load_catalogue().values() if is_installed(m) and m.task == "translation"]
    able = [m for m in able if not m.known_bad]
    marks = {True: "", False: " ⚠ NC / ?"}
    return [(f"{m.name} · {m.licence}{marks[m.commercial]}", m.name) for m in able]


def _samples() -> dict[str, gr.Button]:
    """Return a button per file of workbench/samples, the interview first."""
    names = sorted(p.name for p in files("workbench").joinpath("samples").iterdir())
    names = [name for name in names if name.endswith(".txt")]
    names.sort(key=lambda name: not name.startswith("interview"))
    with gr.Row(elem_id="wb-samples"):
        spoken('<p data-say="samples"></p>', "wb-samples-title")
        return {name: gr.Button(_sample_title(name), size="sm", min_width=140) for name in names}


def _sample_title(name: str) -> str:
    title = _read_sample(name)[0].split("\n", 1)[0]
    return title if len(title) <= 40 else title[:39] + "…"


def _read_sample(name: str) -> tuple[str, str]:
    """Return a sample's text and its language, told by its name (interview.ja.txt)."""
    file = files("workbench") / "samples" / name
    return file.read_text("utf-8"), name.split(".")[-2]


class _Shelf:
    """The files of the last runs, in a folder that goes when the program ends."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-")
        self._runs: deque[Path] = deque()

    def put(self, result: Result) -> list[gr.DownloadButton]:
        """Write a result in every format; the oldest of more than 20 runs is deleted."""
        folder = Path(self._folder.name) / uuid.uuid4().hex
        folder.mkdir()
        self._runs.append(folder)
        if len(self._runs) > _KEPT:
            shutil.rmtree(self._runs.popleft())
        buttons = []
        for name in _FILES:
            path = folder / f"translation.{name}"
            path.write_text(FORMATS[name](result), encoding="utf-8")
            buttons.append(gr.DownloadButton(value=str(path), visible=True))
        return buttons
