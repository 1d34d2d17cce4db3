"""The words of the page, and small pieces of HTML that show them in the reader's language."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import gradio as gr

Words = dict[str, dict[str, str]]


@cache
def words() -> Words:
    """Return {language: {key: text}}; the page and the aligned view share them."""
    table: Words = json.loads((files("workbench.ui") / "strings.json").read_text("utf-8"))
    return table


def reader(accepted: str) -> str:
    """Return the language of the page for an Accept-Language header.

    >>> reader("fr-CH, ko-KR;q=0.9, en;q=0.8")
    'ko'
    """
    wanted = [tag.split(";")[0].split("-")[0].strip().lower() for tag in accepted.split(",")]
    return next((code for code in wanted if code in words()), "en")


def spoken(template: str, elem_id: str) -> gr.HTML:
    """Return fixed HTML whose elements with data-say="key" show that word.

    Its value may be {"key", "values", "level"}: then the element with data-say="" says that. The
    template is ours; what comes in a value is only ever text.
    """
    script = f"""
    const speaker = WorkbenchView.speaker({json.dumps(words(), ensure_ascii=False)});
    const show = () => {{
      for (const node of element.querySelectorAll('[data-say]')) {{
        const said = node.dataset.say ? {{ key: node.dataset.say }} : props.value;
        node.textContent = said?.key ? speaker.say(said.key, said.values || {{}}) : '';
        node.dataset.level = said?.level || '';
      }}
    }};
    watch('value', show);
    show();
    """
    return gr.HTML(None, html_template=template, js_on_load=script, elem_id=elem_id, padding=False)


def packed(view: dict[str, Any]) -> dict[str, str]:
    """Return a view's value as the page takes it.

    One string, because Gradio makes every part of a structure observable: many seconds for the
    view of a long text.
    """
    return {"json": json.dumps(view, ensure_ascii=False)}


def browser_view(
    act: Callable[[str], str],
    kind: str = "WorkbenchView",
    elem_id: str = "wb-view",
    empty: str = "empty",
) -> gr.HTML:
    """Return a view that a script of ui/static draws; its value is packed.

    kind is the script's object with mount(host, view, strings, ask) and update(host, view); empty
    the word that stands there before the first run. act answers what a reader asks of the result
    on the screen, as JSON in and out.
    """
    script = f"""
    const strings = {json.dumps(words(), ensure_ascii=False)};
    const empty = {{ status: {{ key: {json.dumps(empty)}, level: 'idle' }} }};
    const read = () => props.value?.json ? JSON.parse(props.value.json) : empty;
    const ask = async (wish) => JSON.parse(await server.act(JSON.stringify(wish)));
    const host = element.querySelector('.wb-host');
    host.ask = ask;
    {kind}.mount(host, read(), strings, ask);
    watch('value', () => {kind}.update(host, read()));
    """

    def answer(wish: str) -> str:
        return act(wish)

    # The page calls it by this name.
    answer.__name__ = "act"
    return gr.HTML(
        None,
        html_template='<div class="wb-host"></div>',
        js_on_load=script,
        elem_id=elem_id,
        elem_classes="wb-page-view",
        padding=False,
        apply_default_css=False,
        server_functions=[answer],
    )
