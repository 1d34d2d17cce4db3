"""Ask an OpenAI-compatible endpoint: llama.cpp server, vLLM, Ollama, or a hosted service.

Where it is comes from the environment (`read_endpoint`). Nothing is contacted before the first
question, nothing follows a redirect or a proxy of the environment, and the key is in no message.
"""

import email.utils
import json
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import responses
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx
import tenacity

from workbench.errors import EngineError, UsageError

URL = "WORKBENCH_CHAT_URL"
KEY = "WORKBENCH_CHAT_KEY"
MODEL = "WORKBENCH_CHAT_MODEL"
PRICE = "WORKBENCH_CHAT_PRICE"
_PRICE = re.compile(r"([\d.]+)\s*,\s*([\d.]+)(?:[\s,]+([A-Za-z]{3}))?")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})*\.?|[0-9a-f]*:[0-9a-f:.]+", re.ASCII)
# Answers that another attempt may mend; 529 is said by hosted services under load.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_FATAL = {
    401: f"does not accept the key: set {KEY} to one that it knows",
    402: "asks to be paid first",
    404: f"has no such model or path: check {MODEL} and {URL}, which often ends in /v1",
}
# What some endpoints do not know, by the words with which they refuse it.
_OPTIONAL = {
    "response_format": ("response_format", "json_schema", "grammar", "guided"),
    "seed": ("seed",),
    "temperature": ("temperature",),
    "max_tokens": ("max_tokens",),
    "frequency_penalty": ("frequency_penalty",),
}
_LARGEST = 8_000_000  # bytes of one answer
_SHOWN = 200  # characters of what the endpoint says in an error


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where questions go. url is the base (http://127.0.0.1:8080/v1).

    model "" is the first that the endpoint lists. price is per million prompt tokens and per
    million completion tokens in `currency`, or None.
    """

    url: str
    key: str = field(default="", repr=False)
    model: str = ""
    price: tuple[float, float] | None = None
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an endpoint is waited for, in seconds.

    A question is asked up to `attempts` times; waits grow from `first` and double, with jitter, up
    to `longest`. read is the longest silence, whole the longest answer. An endpoint that twice
    used up this patience is left alone for `rest`.
    """

    attempts: int = 5
    first: float = 1.0
    longest: float = 60.0
    connect: float = 10.0
    read: float = 300.0
    whole: float = 900.0
    rest: float = 30.0


PATIENT = Patience()


class Unreachable(EngineError):
    """The endpoint cannot be asked now; asking for less would not help."""


class _Passing(EngineError):
    """A fault that another attempt may mend. after: seconds that the endpoint asks to wait."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


def read_endpoint(name: str = "chat", environment: Mapping[str, str] | None = None) -> Endpoint:
    """Return the endpoint that the environment names; name is "chat" or "chat:MODEL_ID".

    Raises UsageError: there is no address, or it, the key or the price cannot be used.
    """
    given = os.environ if environment is None else environment
    url = _checked_url(given.get(URL, "").strip())
    key = given.get(KEY, "").strip()
    if not all("!" <= sign <= "~" for sign in key):
        raise UsageError(f"{KEY} holds signs that no key has (a space, a line break?).")
    model = name.partition(":")[2] or given.get(MODEL, "").strip()
    if not model.isprintable():
        raise UsageError(f"{MODEL} holds signs that no name of a model has.")
    price, currency = _price(given.get(PRICE, "").strip())
    return Endpoint(url, key, model, price, currency)


def destination(name: str = "chat") -> str:
    """Return where texts would go: "http://127.0.0.1:8080, model qwen3". Nothing is contacted.

    Raises UsageError: see `read_endpoint`.
    """
    endpoint = read_endpoint(name)
    model = f"model {endpoint.model}" if endpoint.model else "the first model that it lists"
    place = host(endpoint)
    open_to_all = place.startswith("http:") and not _is_here(urlsplit(endpoint.url))
    return f"{place}, {model}" + (" (not encrypted)" if open_to_all else "")


def host(endpoint: Endpoint) -> str:
    """Return scheme, host and port of an endpoint: nothing in it is secret."""
    parts = urlsplit(endpoint.url)
    return f"{parts.scheme}://{parts.netloc}"


def estimate(text: str) -> int:
    """Return about how many tokens a text has: its bytes in UTF-8 divided by 3, rounded up.

    No tokenizer is known. A kanji or Hangul syllable counts 1 and an English word about 2: more
    than common vocabularies need (about 0.7 to 1, and 1.3).
    """
    return -(-len(text.encode("utf-8", "surrogatepass")) // 3)


def _checked_url(url: str) -> str:
    """Return the base address without a slash at its end; what is wrong never shows a password."""
    if not url:
        raise UsageError(f"No endpoint is set: {URL}=http://127.0.0.1:8080/v1, for example.")
    try:
        parts = urlsplit(url)
        place = httpx.URL(url).host and _HOST.fullmatch(parts.hostname or "")
        named = parts.scheme in ("http", "https") and bool(place) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        named = False
    if not named or not all("!" <= sign <= "~" for sign in url):
        raise UsageError(f"{URL} is no address like http://127.0.0.1:8080/v1.")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(f"{URL} must have no user name, password, ? or #: put the key into {KEY}.")
    return url.rstrip("/").removesuffix("/chat/completions")


def _price(text: str) -> tuple[tuple[float, float] | None, str]:
    if not text:
        return None, "USD"
    match = _PRICE.fullmatch(text)
    try:
        price = (float(match[1]), float(match[2])) if match else None
    except ValueError:
        price = None
    if match is None or price is None:
        raise UsageError(f"{PRICE}={text!r}: write prices per million tokens, like 0.15,0.60 USD.")
    return price, (match[3] or "USD").upper()


def _is_here(parts: SplitResult) -> bool:
    name = parts.hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class Client:
    """Questions to one endpoint, and what they cost. Holds no connection between two of them."""

    def __init__(self, endpoint: Endpoint, patience: Patience = PATIENT) -> None:
        self._endpoint, self._patience = endpoint, patience
        self._model = endpoint.model
        self._counts = {"requests": 0, "retries": 0, "prompt_tokens": 0, "completion_tokens": 0}
        self._uncounted = 0
        self._unknown: set[str] = set()
        self._misses, self._rested, self._reason, self._worked = 0, 0.0, "", False
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {},
            timeout=httpx.Timeout(patience.read, connect=patience.connect),
            # A connection that is kept is one that an idle engine leaves open.
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    @property
    def endpoint(self) -> Endpoint:
        """Return where the questions go."""
        return self._endpoint

    @property
    def model(self) -> str:
        """Return the id of the model, "" as long as the endpoint was not asked for its first."""
        return self._model

    @property
    def unknown(self) -> frozenset[str]:
        """Return the settings that the endpoint refused, and that it chooses itself."""
        return frozenset(self._unknown)

    @property
    def usage(self) -> dict[str, object]:
        """Return requests, retries and tokens since the client was made, and their cost.

        cost is there where a price is set; uncounted is the number of answers for which the
        endpoint gave no tokens, and which are in neither tokens nor cost.
        """
        usage: dict[str, object] = dict(self._counts)
        if self._uncounted:
            usage["uncounted"] = self._uncounted
        if self._endpoint.price:
            tokens = (self._counts["prompt_tokens"], self._counts["completion_tokens"])
            costs = (n * price for n, price in zip(tokens, self._endpoint.price, strict=True))
            usage |= {"cost": round(sum(costs) / 1e6, 6), "currency": self._endpoint.currency}
        return usage

    def ask(
        self, system: str, user: str, schema: Mapping[str, Any], *, room: int, penalty: float = 0.0
    ) -> str:
        """Return the answer to one question, at temperature 0; schema is what it must look like.

        room is the most tokens that the answer may have; penalty (0 to 2) is for repeated words.
        Raises UsageError: the first question found key, model or address refused. Unreachable: the
        endpoint fails again and again. EngineError: it refused this question.
        """
        form = {"name": "reply", "strict": True, "schema": dict(schema)}
        body: dict[str, Any] = {
            "model": self._model or self._first_model(),
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": user},
            ],
            "temperature": 0,
            "seed": 0,
            "max_tokens": room,
            "response_format": {"type": "json_schema", "json_schema": form},
        }
        if penalty:
            body["frequency_penalty"] = penalty
        answer = self._patiently(lambda: self._answer(body))
        self._worked = True
        return answer

    def _first_model(self) -> str:
        def ask() -> str:
            listed = self._exchange("GET", "/models").get("data")
            names = [m.get("id") for m in listed or [] if isinstance(m, dict)]
            if not names or not isinstance(names[0], str) or not names[0].isprintable():
                raise EngineError(self._said(f"lists no model: set {MODEL}."))
            return names[0]

        self._model = self._patiently(ask)
        return self._model

    def _patiently(self, ask: Callable[[], str]) -> str:
        """Ask until it works or patience ends; after two ends in a row the endpoint has rest."""
        if self._misses > 1 and time.monotonic() < self._rested:
            raise Unreachable(f"{self._reason} It is left alone for a while.")
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Passing),
            stop=tenacity.stop_after_attempt(self._patience.attempts),
            wait=self._wait,
            before_sleep=self._count_retry,
            reraise=True,
        )
        try:
            answer = attempts(ask)
        except _Passing as exc:
            self._miss(self._misses + 1, self._patience.rest, str(exc))
            raise Unreachable(str(exc)) from exc
        self._misses = 0
        return answer

    def _miss(self, misses: int, rest: float, reason: str) -> None:
        self._misses, self._rested, self._reason = misses, time.monotonic() + rest, reason

    def _count_retry(self, state: tenacity.RetryCallState) -> None:
        self._counts["retries"] += 1

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Return exponential back-off with full jitter, or what the endpoint asks for if longer."""
        patience = self._patience
        jitter = tenacity.wait_random_exponential(patience.first, patience.longest)(state)
        fault = state.outcome.exception() if state.outcome else None
        return max(jitter, fault.after if isinstance(fault, _Passing) else 0.0)

    def _answer(self, body: Mapping[str, Any]) -> str:
        sent = {name: value for name, value in body.items() if name not in self._unknown}
        return self._content(self._exchange("POST", "/chat/completions", sent))

    def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send one request and return the JSON object of its answer."""
        self._counts["requests"] += 1
        try:
            with self._http.stream(method, self._endpoint.url + path, json=body) as response:
                text = self._read(response)
        except httpx.HTTPError as exc:
            # Their own words may hold the whole address.
            raise _Passing(
                self._said(f"cannot be reached or broke off ({type(exc).__name__}).")
            ) from None
        if not response.is_success:
            self._refuse(response, text, body or {})
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as exc:
            raise _Passing(self._said("sent what is no JSON, or only a part of it.")) from exc
        if not isinstance(value, dict) or value.get("error"):
            raise _Passing(self._said(f"reports an error: {self._shown(text)}"))
        return value

    def _read(self, response: httpx.Response) -> str:
        whole, deadline = bytearray(), time.monotonic() + self._patience.whole
        for part in response.iter_bytes():
            whole += part
            if len(whole) > _LARGEST:
                raise EngineError(self._said("sent an answer of more than 8 MB."))
            if time.monotonic() > deadline:
                raise _Passing(self._said("took too long for one answer."))
        return whole.decode("utf-8", "replace")

    def _refuse(self, response: httpx.Response, text: str, body: Mapping[str, Any]) -> None:
        """Raise what an answer that is no success means."""
        status = response.status_code
        if response.is_redirect:
            raise EngineError(self._said(f"points elsewhere ({status}); set {URL} to that place."))
        if status in _FATAL:
            reason = self._said(f"{_FATAL[status]} ({status}).")
            self._miss(2, self._patience.rest, reason)
            raise Unreachable(reason) if self._worked else UsageError(reason)
        if status in (400, 422):
            self._forgo(text, body)
        words = self._said(f"answered {status} {responses.get(status, '')}: {self._shown(text)}")
        after = _seconds(response.headers.get("retry-after", ""))
        if after > self._patience.longest:
            self._miss(2, after, self._said(f"asks to wait {after:.0f} seconds ({status})."))
            raise Unreachable(self._reason)
        raise _Passing(words, after) if status in _PASSING else EngineError(words)

    def _forgo(self, text: str, body: Mapping[str, Any]) -> None:
        """Ask again without the setting that the endpoint names as not known to it."""
        for name, words in _OPTIONAL.items():
            if name in body and any(word in text.lower() for word in words):
                self._unknown.add(name)
                raise _Passing(self._said(f"does not know {name}."))

    def _content(self, value: Mapping[str, Any]) -> str:
        self._count(value.get("usage"))
        choices = value.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        message = choice.get("message") if isinstance(choice, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, str) or not content.strip():
            reason = choice.get("finish_reason") if isinstance(choice, dict) else ""
            raise EngineError(self._said(f"gave no text (it ended with {str(reason)[:40]!r})."))
        return content

    def _count(self, usage: object) -> None:
        given = usage if isinstance(usage, dict) else {}
        found = {name: given.get(name) for name in ("prompt_tokens", "completion_tokens")}
        numbers = {name: n for name, n in found.items() if isinstance(n, int) and n >= 0}
        self._uncounted += len(numbers) < len(found)
        for name, number in numbers.items():
            self._counts[name] += number

    def _said(self, what: str) -> str:
        return f"The endpoint {host(self._endpoint)} {what}"

    def _shown(self, text: str) -> str:
        """Return the beginning of what the endpoint said on one line, without the key."""
        clean = text.replace(self._endpoint.key, "…") if self._endpoint.key else text
        return " ".join(clean.split())[:_SHOWN]


def describe(client: Client) -> dict[str, str]:
    """Return what belongs in a signature: endpoint without credentials, model, how it is asked."""
    asked = {"temperature": "0", "seed": "0", "response_format": "json_schema"}
    return {
        "endpoint": host(client.endpoint),
        "chat_model": client.model or "the first that the endpoint lists",
        **asked,
        **dict.fromkeys(client.unknown, "the endpoint's own"),
    }


def _seconds(after: str) -> float:
    """Return the seconds that a Retry-After header asks for: a number or a date; 0 without one."""
    try:
        return max(0.0, float(after))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
