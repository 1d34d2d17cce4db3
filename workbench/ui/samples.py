"""Texts of our own to try the page with."""

from importlib.resources import files

import gradio as gr

from workbench.ui.words import spoken


def shelf(elem_id: str) -> dict[str, gr.Button]:
    """Return a button per file of workbench/samples, the interview first."""
    names = sorted(p.name for p in files("workbench").joinpath("samples").iterdir())
    names = [name for name in names if name.endswith(".txt")]
    names.sort(key=lambda name: not name.startswith("interview"))
    with gr.Row(elem_id=elem_id, elem_classes="wb-samples"):
        spoken('<p data-say="samples"></p>', f"{elem_id}-title")
        return {name: gr.Button(_title(name), size="sm", min_width=140) for name in names}


def _title(name: str) -> str:
    title = _read(name).split("\n", 1)[0]
    return title if len(title) <= 40 else title[:39] + "…"


def take(name: str) -> tuple[str, str]:
    """Return a sample's text, and a source that is detected: what is pasted next may be another."""
    return _read(name), ""


def _read(name: str) -> str:
    return (files("workbench") / "samples" / name).read_text("utf-8")
