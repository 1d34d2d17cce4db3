"""An endpoint for tests: real HTTP on 127.0.0.1, faithful or misbehaving as a test tells it to."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import fastapi
import uvicorn

from workbench.engines.chat_client import KEY, MODEL, PRICE, URL

Items = list[dict[str, Any]]
Behaviour = Callable[["Question"], fastapi.Response]


class Question:
    """What came in: headers, the body as JSON, and the items of the user's message."""

    def __init__(self, headers: dict[str, str], body: dict[str, Any]) -> None:
        self.headers, self.body = headers, body
        self.system, self.user = (message["content"] for message in body["messages"])

    @property
    def data(self) -> dict[str, Any]:
        return json.loads(self.user)

    @property
    def items(self) -> Items:
        return self.data["items"]


class ChatServer:
    """Answer with the next behaviour of `script`, then for ever with `behave`."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.listed = 0
        self.script: list[Behaviour] = []
        self.behave: Behaviour = echo
        self.url = ""

    def answer(self, question: Question) -> fastapi.Response:
        self.questions.append(question)
        return (self.script.pop(0) if self.script else self.behave)(question)

    def app(self) -> fastapi.FastAPI:
        app = fastapi.FastAPI()

        @app.get("/v1/models")
        def models() -> dict[str, Any]:
            self.listed += 1
            return {"object": "list", "data": [{"id": "tiny-chat"}, {"id": "other"}]}

        @app.post("/v1/chat/completions")
        async def complete(request: fastapi.Request) -> fastapi.Response:
            question = Question(dict(request.headers), await request.json())
            return await fastapi.concurrency.run_in_threadpool(self.answer, question)

        return app


@contextmanager
def running() -> Iterator[ChatServer]:
    """Serve in a thread of this process for as long as the block runs."""
    chat = ChatServer()
    listener = socket.create_server(("127.0.0.1", 0))
    chat.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    server = uvicorn.Server(uvicorn.Config(chat.app(), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield chat
    server.should_exit = True
    thread.join()
    listener.close()


def environment(chat: ChatServer, **more: str) -> dict[str, str]:
    """Return the variables that name the server; the others of this kind are empty."""
    return {URL: chat.url, KEY: "", MODEL: "", PRICE: "", **more}


def reply(content: str | None, finish: str = "stop", **message: object) -> fastapi.Response:
    """Return an answer as endpoints give it: 100 tokens read, 10 written."""
    choice = {"message": {"content": content, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return fastapi.responses.JSONResponse({"choices": [choice], "usage": usage})


def echo(question: Question) -> fastapi.Response:
    """Return every item as it came: the most faithful of models."""
    return reply(json.dumps(question.data, ensure_ascii=False))


def with_items(change: Callable[[Items], Items]) -> Behaviour:
    """Return a model that marks every text with "T:" and then changes the items."""

    def behave(question: Question) -> fastapi.Response:
        items = [item | {"text": f"T:{item['text']}"} for item in question.items]
        return reply(json.dumps({"items": change(items)}, ensure_ascii=False))

    return behave


def when_many(change: Callable[[Items], Items]) -> Behaviour:
    """Return a model that misbehaves only where a question has more than one item."""
    return with_items(lambda items: change(items) if len(items) > 1 else items)


def saying(text: str) -> Behaviour:
    """Return a model that says the same whatever it is asked."""
    return lambda question: reply(text)


def status(code: int, text: str = "", **headers: str) -> Behaviour:
    """Return an endpoint that refuses with a status."""
    return lambda question: fastapi.Response(text, code, headers=headers)


def cut(question: Question) -> fastapi.Response:
    """Promise a longer body than is sent, and hang up."""
    whole = echo(question).body
    return fastapi.Response(whole[:40], headers={"Content-Length": str(len(whole))})


def half(question: Question) -> fastapi.Response:
    """End in the middle of the JSON as if that were all."""
    whole = echo(question).body
    return fastapi.Response(whole[: len(whole) // 2], media_type="application/json")


def slow(seconds: float) -> Behaviour:
    """Return an endpoint that is silent for a while before it answers."""

    def behave(question: Question) -> fastapi.Response:
        time.sleep(seconds)
        return echo(question)

    return behave
