"""Answer our own page only: foreign origins, foreign hosts and huge requests are turned away."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Characters are at most four bytes; the rest is room for the view's value when work is stopped.
LARGEST = 8_000_000
_HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class OwnPageOnly:
    """ASGI middleware. A page elsewhere can send requests to a local server; none is answered.

    hosts are the names by which this server may be called, without a port.
    """

    def __init__(self, app: App, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403 (foreign) or 413 (too large)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        if not self._is_own(headers):
            await _refuse(send, 403, b"This server answers its own page only.")
        elif int(headers.get("content-length", "0") or 0) > LARGEST:
            await _refuse(send, 413, f"A request may have {LARGEST} bytes.".encode())
        else:
            await self._app(scope, receive, _with_headers(send))

    def _is_own(self, headers: dict[str, str]) -> bool:
        host = urlsplit(f"//{headers.get('host', '')}").hostname
        origin = headers.get("origin")
        return host in self._hosts and (origin is None or urlsplit(origin).hostname in self._hosts)


def _with_headers(send: Send) -> Send:
    async def forward(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
        await send(message)

    return forward


async def _refuse(send: Send, status: int, reason: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason})
