"""Answer our own page only: foreign pages, foreign hosts and huge requests are turned away."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Bytes. A text at the page's limit takes a tenth of it; the rest is room for files.
LARGEST = 8_000_000
# Bytes of the documents of one batch, which are sent together.
LARGEST_UPLOAD = 200_000_000
_UPLOAD = "/gradio_api/upload"
# The browser itself refuses what the page would load from, or send to, another machine.
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class OwnPageOnly:
    """ASGI middleware. A page elsewhere can send requests to a local server; none is answered.

    hosts are the names by which this server may be called, without a port. A wildcard address
    (0.0.0.0 or ::) serves a network whose names for this machine are not known: any host then.
    """

    def __init__(self, app: App, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._any_host = not self._hosts.isdisjoint({"0.0.0.0", "::"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 400 (no request), 403 (foreign) or 413 (too large)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        size = headers.get("content-length") or "0"
        if not self._is_own(scope.get("method", "GET"), headers):
            await _refuse(send, 403, "This server answers its own page only.")
        elif not size.isdecimal() or "transfer-encoding" in headers:
            await _refuse(send, 400, "A request must say its length.")
        elif int(size) > (limit := _limit(scope)):
            await _refuse(send, 413, f"A request may have {limit} bytes.")
        else:
            await self._app(scope, receive, _with_headers(send))

    def _is_own(self, method: str, headers: dict[str, str]) -> bool:
        host = headers.get("host", "")
        if not self._any_host and _name(host) not in self._hosts:
            return False
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return False
        # A link elsewhere may open the page; nothing else may come from a foreign page.
        from_here = headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        opened = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        return from_here or opened


def _limit(scope: Scope) -> int:
    return LARGEST_UPLOAD if scope.get("path") == _UPLOAD else LARGEST


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _with_headers(send: Send) -> Send:
    async def forward(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
        await send(message)

    return forward


async def _refuse(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": reason.encode()})
