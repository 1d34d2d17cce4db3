"""One page, served on this machine, and one headless Chromium for all browser tests."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from compare_pages import Open, View, made, value
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Serves the page from a folder while the context is open.
Serve = Callable[[Path], AbstractContextManager[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        reason = "!!! CHROMIUM IS MISSING: browser tests did not run (apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what the page that most tests share keeps."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="session")
def address(serve: Serve, kept: Path) -> Iterator[str]:
    """Return the address of the page that most tests share."""
    with serve(kept) as address:
        yield address


@pytest.fixture(scope="session")
def serve(chromium: Browser) -> Serve:
    """Return what serves the page from a folder of its own; without a browser none is needed."""
    return _serving


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    """Serve the page in a process of its own, as a user does, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    written = home / f"log-{port}"
    log = written.open("w")
    environment = {**os.environ, "WORKBENCH_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-m", "workbench", "serve", "--no-open", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait(port, server, written)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()
    said = written.read_text("utf-8")
    assert "板門店" not in said, "the text of a user stands in the log"


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    pytest.fail(f"The page did not start: {log.read_text('utf-8')}")


class Watch:
    """What a page did that it must not do."""

    def __init__(self, page: Page) -> None:
        self.outside: list[str] = []
        self.problems: list[str] = []
        self._cut = False
        page.on("request", self._request)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("dialog", self._dialog)

    def _request(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "file:")):
            self.outside.append(url)

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") == "error" and not self._is_stream_cut(message):
            self.problems.append(f"console: {getattr(message, 'text', '')}")

    def _dialog(self, dialog: object) -> None:
        self.problems.append(f"dialog: {getattr(dialog, 'message', '')}")
        getattr(dialog, "dismiss", lambda: None)()

    def _is_stream_cut(self, message: object) -> bool:
        """Return whether Gradio's own script says that leaving the page ended its open streams.

        It says so in one line or in two: the second only follows the first.
        """
        place = str((getattr(message, "location", None) or {}).get("url", ""))
        text = str(getattr(message, "text", ""))
        known = ("AbortError: signal is aborted",)
        if self._cut:
            known += ("Unexpected error Connection errored out",)
        self._cut = "/assets/" in place and text.startswith(known)
        return self._cut


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    made = chromium.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    made.set_default_timeout(60_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """Open the page; at the end it must have asked nothing of other machines, and made no error."""
    with watched(context, address) as made:
        yield made


@contextmanager
def watched(context: BrowserContext, address: str) -> Iterator[Page]:
    made = context.new_page()
    watch = Watch(made)
    made.goto(address)
    made.wait_for_selector("#wb-start")
    made.wait_for_selector(".wb-status")
    yield made
    assert watch.outside == []
    assert watch.problems == []


@pytest.fixture(scope="module")
def shared(chromium: Browser, address: str) -> Iterator[Page]:
    """Open one page, watched as `page` is, for all tests of a module that leave it as it was."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    with watched(context, address) as made:
        yield made
    context.close()


@pytest.fixture
def opened(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a view from disk; at the end nothing may have gone wrong."""
    context = chromium.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    context.set_default_timeout(15_000)
    troubles: list[str] = []

    def show(view: View | None = None, **how: Any) -> Page:
        (tmp_path / "view.html").write_text(made(view or value(), **how), "utf-8")
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        page.goto((tmp_path / "view.html").as_uri())
        return page

    yield show
    context.close()
    assert troubles == []
