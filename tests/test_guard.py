"""The page answers itself and nobody else."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from workbench.ui.guard import Message, OwnPageOnly, Receive, Scope, Send

CASES = json.loads((Path(__file__).parent / "cases" / "requests.json").read_text("utf-8"))
OWN = {"127.0.0.1", "localhost", "::1"}


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def answer(method: str, headers: dict[str, str], hosts: set[str] = OWN) -> Message:
    """Return the start of the answer to a request with these headers."""
    sent: list[Message] = []
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {"type": "http", "method": method, "headers": raw}

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        sent.append(message)

    # In a thread of its own: the browser tests keep an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(OwnPageOnly(inner, hosts)(scope, receive, send))).result()
    return sent[0]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_only_our_own_page_is_answered(case: dict[str, Any]) -> None:
    assert answer(case["method"], case["headers"])["status"] == case["expected"]


def test_a_network_may_be_served_under_any_name_but_not_to_foreign_pages() -> None:
    host = {"host": "office.lan:7860"}
    assert answer("GET", host, {"0.0.0.0"})["status"] == 200
    foreign = host | {"origin": "https://evil.example"}
    assert answer("POST", foreign, {"0.0.0.0"})["status"] == 403


def test_every_answer_forbids_the_browser_to_reach_other_machines() -> None:
    for host in ("127.0.0.1", "evil.example"):
        headers = dict(answer("GET", {"host": host})["headers"])
        assert b"default-src 'self'" in headers[b"content-security-policy"]
        assert b"http:" not in headers[b"content-security-policy"]
