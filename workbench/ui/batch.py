"""The Batch tab: drop files, choose, start; watch each file, stop, come back, take a zip away."""

import logging
from collections.abc import Sequence
from typing import Any

import gradio as gr

from workbench.catalogue import default_model
from workbench.errors import UsageError
from workbench.formats import FORMATS, SUFFIXES
from workbench.languages import LANGUAGES
from workbench.pipeline import Workbench
from workbench.ui import offers, runs
from workbench.ui.batch_jobs import Choices, Jobs
from workbench.ui.status import trouble
from workbench.ui.words import browser_view, packed, reader, spoken

BESIDE = ("html", "docx", "tmx", "tsv", "json")
_log = logging.getLogger(__name__)
_TARGETS = ["en", "ko"]
_ENCODINGS = ["", "utf-8", "cp932", "euc-jp", "iso-2022-jp", "cp949", "utf-16"]


def add(bench: Workbench, say: gr.I18n) -> None:
    """Put the tab's components and events into the page that is being built."""
    jobs = Jobs()
    files = gr.File(
        label=say("batch_files"),
        file_count="multiple",
        file_types=sorted(SUFFIXES),
        height=170,
        elem_id="wb-batch-files",
    )
    with gr.Row(elem_id="wb-batch-choices"):
        source = gr.Dropdown(
            offers.sources("en"), value="", label=say("source_language"), scale=2, min_width=150
        )
        targets = gr.Dropdown(
            offers.languages(LANGUAGES),
            value=_TARGETS,
            multiselect=True,
            label=say("target_languages"),
            scale=3,
            min_width=200,
            elem_id="wb-batch-targets",
        )
        model = gr.Dropdown(
            offers.models("en"), value=default_model(), label=say("model"), scale=4, min_width=220
        )
    about = spoken('<p data-say="" role="status"></p>', "wb-batch-about")
    with gr.Row(elem_id="wb-batch-more"):
        beside = gr.CheckboxGroup(
            [(say(f"format_{name}"), name) for name in BESIDE],
            value=["html"],
            label=say("batch_beside"),
            scale=4,
            min_width=320,
        )
        summary = gr.Checkbox(label=say("batch_summary"), container=False, min_width=220)
        commercial = gr.Checkbox(label=say("commercial"), container=False, min_width=190)
    with gr.Accordion(say("batch_special"), open=False, elem_id="wb-batch-special"):
        special = _special(say)
    with gr.Row(elem_id="wb-batch-actions"):
        start = gr.Button(
            say("batch_start"), variant="primary", elem_id="wb-batch-start", min_width=150
        )
    view = browser_view(jobs.act, "BatchView", "wb-batch-view", "batch_empty")
    gr.on(None, _localise, None, [source, model], api_visibility="private")
    for component in (model, commercial):
        component.change(_about, [model, commercial], about, **runs.AT_ONCE)

    def begin(given: Sequence[str] | None, *chosen: Any) -> tuple[dict[str, str], Any]:
        """Begin a job; the field of the files is emptied, so that none is begun twice."""
        try:
            if not given:
                raise UsageError("Choose files first: drop them on the field above.")
            empty_as_text: list[Any] = [value or "" for value in chosen]
            job = jobs.begin(given, Choices(*empty_as_text))
        except Exception as error:
            return packed({"status": trouble(error, _log, "A batch job")}), gr.update()
        return packed({"job": job}), None

    fields = [files, source, targets, model, summary, beside, commercial, *special]
    start.click(begin, fields, [view, files], **runs.QUIET)


def _special(say: gr.I18n) -> list[Any]:
    """Put in what only some formats need."""
    with gr.Row():
        columns = gr.Textbox(label=say("batch_columns"), info=say("batch_columns_info"))
        fields = gr.Textbox(label=say("batch_fields"), info=say("batch_fields_info"))
    with gr.Row():
        encoding = gr.Dropdown(
            _ENCODINGS,
            value="",
            allow_custom_value=True,
            label=say("batch_encoding"),
            info=say("batch_encoding_info"),
        )
        pdf = gr.Dropdown(
            list(FORMATS["pdf"].outputs),
            value="docx",
            label=say("batch_pdf"),
            info=say("batch_pdf_info"),
        )
    return [columns, fields, encoding, pdf]


def _localise(request: gr.Request) -> list[dict[str, Any]]:
    """Return the choices in the reader's language."""
    code = reader(request.headers.get("accept-language", ""))
    return [gr.update(choices=choices) for choices in (offers.sources(code), offers.models(code))]


def _about(model: str, commercial: bool) -> dict[str, Any] | None:
    """Return what a reader must know of the model."""
    return offers.about(model, "", commercial)
