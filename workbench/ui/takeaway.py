"""What a batch job has made, as a download: /wb-batch/NUMBER.zip."""

import re
from collections.abc import Callable
from typing import IO, Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from workbench.errors import WorkbenchError
from workbench.ui.guard import App, Receive, Scope, Send

_PATH = re.compile(r"/wb-batch/([a-z0-9]{8})\.zip")
_BLOCK = 1 << 16


class Takeaway:
    """ASGI middleware that answers the addresses of downloads and passes on everything else.

    pack returns the zip of a job; it raises WorkbenchError: there is no such job.
    """

    def __init__(self, app: App, pack: Callable[[str], IO[bytes]]) -> None:
        self._app, self._pack = app, pack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a download with 200 or 404."""
        found = _PATH.fullmatch(str(scope.get("path", "")))
        if scope["type"] != "http" or not found:
            await self._app(scope, receive, send)
            return
        response = await run_in_threadpool(self._answer, found.group(1))
        await response(scope, receive, send)

    def _answer(self, id: str) -> Response:
        try:
            packed = self._pack(id)
        except WorkbenchError as error:
            return PlainTextResponse(str(error), 404)
        headers = {"content-disposition": f'attachment; filename="{id}.zip"'}
        blocks: Any = iter(lambda: packed.read(_BLOCK), b"")
        end = BackgroundTask(packed.close)
        return StreamingResponse(blocks, 200, headers, "application/zip", end)
