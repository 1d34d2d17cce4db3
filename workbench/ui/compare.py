"""The Compare tab: one text, several systems beside each other, judged, voted on, taken away."""

import functools
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from workbench.catalogue import default_model, get_model, load_catalogue
from workbench.compare.running import MEMORY, Workers, split_names
from workbench.engines.chat_client import destination
from workbench.errors import WorkbenchError
from workbench.evaluation.systems import split_system
from workbench.identification import identify
from workbench.languages import LANGUAGES
from workbench.licences import permit
from workbench.pipeline import Workbench
from workbench.ui import offers, runs
from workbench.ui.compare_desk import ACTIONS, CompareDesk
from workbench.ui.compare_run import Request, compare
from workbench.ui.desks import Desks
from workbench.ui.samples import shelf, take
from workbench.ui.status import failure
from workbench.ui.words import browser_view, reader, spoken, words

# Ready-made translations by their names: files, or the text itself.
Given = Mapping[str, Path | str]
# Comparisons at a time. Their systems take turns; those that wait can be seen and stopped.
RUNS = 4
_FILES = [".txt", ".tmx", ".json", ".tsv"]
_TARGET = "en"


@dataclass(frozen=True)
class Controls:
    """The components of the tab that its events connect.

    given holds ready-made translations by their names, for as long as the tab is open.
    """

    text: gr.Textbox
    source: gr.Dropdown
    target: gr.Dropdown
    systems: gr.Dropdown
    given: gr.State
    reference: gr.State
    round_trip: gr.Checkbox
    commercial: gr.Checkbox
    about: gr.HTML
    view: gr.HTML


def add(bench: Workbench, say: gr.I18n) -> None:
    """Put the tab's components and events into the page that is being built."""
    with gr.Row(elem_id="wb-compare-choices"):
        source = gr.Dropdown(
            offers.sources("en"), value="", label=say("source_language"), scale=2, min_width=150
        )
        target = gr.Dropdown(
            offers.languages(LANGUAGES),
            value=_TARGET,
            label=say("compare_target"),
            scale=2,
            min_width=150,
        )
        systems = gr.Dropdown(
            _systems("en", {}),
            value=[default_model()],
            multiselect=True,
            allow_custom_value=True,
            label=say("compare_systems"),
            info=say("compare_systems_info"),
            elem_id="wb-systems",
            scale=6,
            min_width=300,
        )
    about = spoken('<p data-say="" role="status"></p>', "wb-compare-about")
    text = gr.Textbox(
        label=say("text"),
        placeholder=say("compare_placeholder"),
        lines=6,
        max_lines=6,
        elem_id="wb-compare-source",
    )
    given, reference = gr.State({}), gr.State({})
    with gr.Accordion(say("compare_given"), open=False, elem_id="wb-compare-given"):
        _add_given(say, systems, given)
        _add_reference(say, reference)
    with gr.Row(elem_id="wb-compare-actions"):
        start = gr.Button(
            say("compare_start"), variant="primary", elem_id="wb-compare-start", min_width=150
        )
        stop = gr.Button(say("stop"), elem_id="wb-compare-stop", interactive=False, min_width=90)
        round_trip = gr.Checkbox(label=say("compare_round_trip"), container=False, min_width=300)
        commercial = gr.Checkbox(label=say("commercial"), container=False, min_width=190)
    for name, sample in shelf("wb-compare-samples").items():
        sample.click(functools.partial(take, name), None, [text, source], **runs.AT_ONCE)
    desks: Desks[CompareDesk] = Desks(ACTIONS)
    view = browser_view(desks.act, "CompareView", "wb-compare-view", "compare_empty")
    controls = Controls(
        text, source, target, systems, given, reference, round_trip, commercial, about, view
    )
    gr.on(None, _localise, given, [source, systems], api_visibility="private")
    for component in (text, source):
        component.change(
            _another, [text, source, target], target, js=runs.BEGINNING, **runs.AT_ONCE
        )
    told = [text, source, target, systems, commercial, given]
    for component in (systems, source, target, commercial):
        component.change(_about, told, about, js=runs.BEGINNING, **runs.AT_ONCE)
    _connect_run(bench, controls, desks, (start, stop))


def _add_given(say: gr.I18n, systems: gr.Dropdown, given: gr.State) -> None:
    """Put the fields for ready-made translations in, each of which becomes a system."""
    spoken('<p data-say="compare_given_info"></p>', "wb-compare-given-info")
    with gr.Row():
        name = gr.Textbox(label=say("compare_name"), max_lines=1, scale=1, min_width=150)
        pasted = gr.Textbox(label=say("compare_pasted"), lines=3, max_lines=3, scale=4)
    with gr.Row():
        button = gr.Button(say("compare_add"), size="sm", elem_id="wb-compare-add", min_width=90)
        files = gr.UploadButton(
            say("compare_files"), file_count="multiple", file_types=_FILES, size="sm"
        )
    hint = spoken('<p data-say="" role="status"></p>', "wb-compare-given-hint")
    fields, changed = [name, pasted, given, systems], [name, pasted, given, systems, hint]
    button.click(_add_pasted, fields, changed, **runs.AT_ONCE)
    files.upload(_add_files, [files, given, systems], [given, systems, hint], **runs.AT_ONCE)


def _add_reference(say: gr.I18n, reference: gr.State) -> None:
    """Put the fields for a reference translation in."""
    spoken('<p data-say="compare_reference_info"></p>', "wb-compare-reference-info")
    pasted = gr.Textbox(
        label=say("compare_reference"), lines=3, max_lines=3, elem_id="wb-compare-reference"
    )
    with gr.Row():
        file = gr.UploadButton(say("compare_reference_file"), file_types=_FILES, size="sm")
        none = gr.Button(say("compare_reference_none"), size="sm", min_width=90)
    hint = spoken('<p data-say="" role="status"></p>', "wb-compare-reference-hint")
    pasted.change(_paste_reference, pasted, [reference, hint], **runs.AT_ONCE)
    file.upload(_take_reference, file, [reference, pasted, hint], **runs.AT_ONCE)
    none.click(lambda: ({}, "", None), None, [reference, pasted, hint], **runs.AT_ONCE)


def _connect_run(
    bench: Workbench,
    controls: Controls,
    desks: Desks[CompareDesk],
    buttons: tuple[gr.Button, gr.Button],
) -> None:
    workers = Workers()
    fields = [controls.text, controls.source, controls.target, controls.systems]
    fields += [controls.given, controls.reference, controls.round_trip, controls.commercial]

    def work(
        values: Sequence[Any], stop: threading.Event, put: Callable[[str, CompareDesk], None]
    ) -> Iterator[dict[str, str]]:
        text, source, target, asked, given, references, *choices = values
        systems = _names(asked, given)
        chosen = {name: given[name] for name in systems if name in given}
        text = offers.sound(text or "")
        request = Request(text, source, target, systems, chosen, references, *choices)
        return compare(workers, bench.memory, request, stop, put)

    runs.connect(desks, buttons, fields, controls.view, work, ("compare", RUNS))


def _add_pasted(
    name: str, pasted: str, given: Given, chosen: Sequence[str], request: gr.Request
) -> tuple[str, str, Given, dict[str, Any], dict[str, Any] | None]:
    """Return the fields emptied, and the pasted translation among the systems."""
    text = offers.sound(pasted)
    if not text.strip():
        return name, pasted, given, gr.update(), failure("compare_nothing_pasted")
    if len(text) > runs.LIMIT:
        return name, pasted, given, gr.update(), failure("too_long", limit=runs.LIMIT)
    title = _free(name.strip() or "pasted", given)
    return "", "", *_joined({title: text}, given, chosen, _language(request))


def _add_files(
    paths: Sequence[str], given: Given, chosen: Sequence[str], request: gr.Request
) -> tuple[Given, dict[str, Any], dict[str, Any] | None]:
    """Return the files among the systems, each by its name."""
    new: dict[str, Path | str] = {}
    for path in map(Path, paths):
        new[_free(path.stem, {**given, **new})] = path
    return _joined(new, given, chosen, _language(request))


def _joined(
    new: Given, given: Given, chosen: Sequence[str], code: str
) -> tuple[Given, dict[str, Any], dict[str, Any] | None]:
    both = {**given, **new}
    systems = gr.update(choices=_systems(code, both), value=[*chosen, *new])
    return both, systems, {"key": "compare_added", "values": {"names": ", ".join(new)}}


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name that no system has: name, name-2, name-3 …"""
    # A comma or an @ would read as the start of something else.
    plain = re.sub(r"[,@=\s]+", "-", name) or "pasted"
    used = {*taken, MEMORY, *load_catalogue()}
    tries = (plain, *(f"{plain}-{number}" for number in range(2, len(used) + 3)))
    return next(found for found in tries if found not in used)


def _paste_reference(text: str) -> tuple[Given, dict[str, Any] | None]:
    if len(text) > runs.LIMIT:
        return {}, failure("too_long", limit=runs.LIMIT)
    given: Given = {"reference": offers.sound(text)} if text.strip() else {}
    return given, None


def _take_reference(path: str) -> tuple[Given, str, dict[str, Any] | None]:
    name = Path(path).name
    return {name: Path(path)}, "", {"key": "compare_reference_is", "values": {"name": name}}


def _systems(code: str, given: Given) -> list[tuple[str, str]]:
    """Return what can be compared: models, each over another language too, files, what is kept."""
    said = words()[code]
    models = offers.models(code)
    routes = [
        (f"{name}@pivot=en", f"{name}@pivot=en")
        for _, name in models
        if len(get_model(name).pairs) > 2 or get_model(name).languages
    ]
    ready = [(f"{name} · {said['compare_ready']}", name) for name in given]
    return [*ready, *models, *routes, (said["compare_memory"], MEMORY)]


def _language(request: gr.Request) -> str:
    return reader(request.headers.get("accept-language", ""))


def _localise(request: gr.Request, given: Given) -> list[dict[str, Any]]:
    """Return the choices in the reader's language."""
    code = _language(request)
    listed = (offers.sources(code), _systems(code, given))
    return [gr.update(choices=choices) for choices in listed]


def _names(chosen: Sequence[str], given: Given) -> list[str]:
    """Return the systems that were chosen; what was typed at once may be several."""
    parts = ([part] if part in given else split_names(part) for part in chosen)
    return [name for names in parts for name in names]


def _another(text: str, source: str, target: str) -> str:
    """Return the target, or another one where the text is already in that language."""
    guess = identify(offers.sound(text), tuple(LANGUAGES))
    language = source or (guess.language if guess.sure else "")
    wanted = (target, _TARGET, *offers.targets_of(get_model(default_model())))
    return next(code for code in wanted if code != language)


def _about(
    text: str, source: str, target: str, systems: Sequence[str], commercial: bool, given: Given
) -> dict[str, Any] | None:
    """Return what must be known before the start: what cannot run, and where texts would go."""
    language = source or identify(offers.sound(text), tuple(LANGUAGES)).language
    addresses = []
    for name in _names(systems, given):
        if name in given or name == MEMORY:
            continue
        try:
            model = get_model(split_system(name)[0] or default_model())
            permit(model, "commercial" if commercial else "any", [(language, target)])
            addresses += [destination(model.name)] if model.engine == "chat" else []
        except WorkbenchError as error:
            return failure("failure", message=str(error)) | {"level": "warning"}
    if addresses:
        where = {"address": ", ".join(dict.fromkeys(addresses))}
        return {"key": "sent_to", "values": where, "level": "warning"}
    return None
