"""The web page. To add a tab, write a module with `add(bench, say)` and its line in TABS."""

import os
import threading
from collections.abc import Callable
from importlib.resources import files

# Before gradio is imported: it reads these once, and would call home otherwise.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr
from starlette.middleware import Middleware

from workbench.compare import report
from workbench.errors import UsageError, WorkbenchError
from workbench.pipeline import Workbench
from workbench.render import VIEW_SCRIPTS, VIEW_STYLES
from workbench.segmentation import split
from workbench.ui import batch, compare, translate
from workbench.ui.batch_jobs import pack
from workbench.ui.guard import LARGEST_UPLOAD, OwnPageOnly
from workbench.ui.takeaway import Takeaway
from workbench.ui.words import spoken, words

TABS: dict[str, Callable[[Workbench, gr.I18n], None]] = {
    "tab_translate": translate.add,
    "tab_compare": compare.add,
    "tab_batch": batch.add,
}
FONTS = ["system-ui", "Noto Sans", "Noto Sans CJK JP", "Noto Sans CJK KR", "sans-serif"]
_HEAD = """
<a class="wb-skip" href="#wb-result" data-say="skip"></a>
<h1 data-say="page_title"></h1><p data-say="page_private"></p>
"""
_HOUR = 3600


def build(bench: Workbench) -> gr.Blocks:
    """Return the page over a workbench, without starting a server."""
    say = gr.I18n(**words())
    with gr.Blocks(
        title=words()["en"]["page_title"],
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(_HOUR, 24 * _HOUR),
    ) as page:
        spoken(_HEAD, "wb-head")
        if len(TABS) == 1:
            next(iter(TABS.values()))(bench, say)
        else:
            with gr.Tabs():
                for name, add in TABS.items():
                    with gr.Tab(say(name)):
                        add(bench, say)
    return page


def launch(
    host: str = "127.0.0.1", port: int = 7860, *, browser: bool = True, block: bool = True
) -> gr.Blocks:
    """Serve the page until it is interrupted, or in the background with block=False.

    port 0 takes the first free one from 7860 on.
    Raises UsageError: the port is taken.
    """
    bench = Workbench()
    page = build(bench)
    page.queue(max_size=20, api_open=False)
    threading.Thread(target=_warm, args=(bench,), daemon=True).start()
    static = files("workbench.ui") / "static"
    # Both views share files; the order within each is kept.
    used = dict.fromkeys((*VIEW_SCRIPTS, *report.VIEW_SCRIPTS, "batch.js", "page.js"))
    worn = dict.fromkeys((*VIEW_STYLES, *report.VIEW_STYLES, "batch.css", "page.css"))
    scripts = [(static / name).read_text("utf-8") for name in used]
    styles = [(static / name).read_text("utf-8") for name in worn]
    try:
        page.launch(
            server_name=host,
            server_port=port or None,
            inbrowser=browser,
            prevent_thread_lock=True,
            share=False,
            quiet=True,
            show_error=False,
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
            footer_links=[],
            max_file_size=LARGEST_UPLOAD,
            state_session_capacity=50,
            app_kwargs={
                "middleware": [
                    Middleware(OwnPageOnly, hosts=_names(host)),
                    Middleware(Takeaway, pack=pack),
                ]
            },
            i18n=gr.I18n(**words()),
            theme=gr.themes.Default(primary_hue="cyan", neutral_hue="slate", font=FONTS),
            # Not css=: Gradio rewrites that, and loses @container and light-dark().
            head="".join(
                [
                    *(f"<style>{style}</style>" for style in styles),
                    *(f"<script>{script}</script>" for script in scripts),
                ]
            ),
        )
    except OSError as error:
        message = f"Port {port} cannot be used ({error}). Choose another: workbench serve --port 0"
        raise UsageError(message) from error
    if block:
        print(f"Open {page.local_url} in a browser. Ctrl+C ends it.", flush=True)
        page.block_thread()
    return page


def _names(host: str) -> set[str]:
    return {"127.0.0.1", "localhost", "::1", host}


def _warm(bench: Workbench) -> None:
    """Load the default model and run it once, so that the first click is not the slow one."""
    try:
        list(bench.translate(split("お待ちください。", "ja"), ["en"]))
    except WorkbenchError as error:
        # A person who asks for the model will be told on the page.
        print(f"The default model is not ready: {error}")
