"""Engines for tests: they echo, mark, crash or lie, and need no weights."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.catalogue import Model
from workbench.engines import Engine
from workbench.errors import EngineError
from workbench.pipeline import Workbench
from workbench.types import Decoding, Hypothesis

Behaviour = Callable[[Sequence[str]], list[str]]


@dataclass
class FakeEngine:
    """Return `behave(texts)`; remember every call. One character is one token."""

    behave: Behaviour = list
    limit: int = 500
    calls: list[list[str]] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return {"engine": "fake"}

    def lengths(self, texts: Sequence[str], source: str, target: str) -> list[int]:
        return [len(text) for text in texts]

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        self.calls.append(list(texts))
        self.pairs.append((source, target))
        assert all(text.strip() for text in texts), "a blank text reached the engine"
        assert all(len(text) <= self.limit for text in texts), "a text over the limit"
        return [Hypothesis(f"{target}:{text}", -0.5) for text in self.behave(texts)]


class LoopingEngine(FakeEngine):
    """Loop over one text as long as repeats are allowed."""

    def __init__(self, loops_on: str) -> None:
        super().__init__()
        self.loops_on = loops_on

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        whole = super().translate(texts, source, target, decoding)
        if decoding.no_repeat_ngram:
            return whole
        pairs = zip(texts, whole, strict=True)
        return [Hypothesis("no no no no " * 30) if t == self.loops_on else h for t, h in pairs]


class LiarEngine(FakeEngine):
    """Answer from a book of translations, but with the lies told for some of the texts."""

    def __init__(self, book: Mapping[str, str], lies: Mapping[str, Hypothesis]) -> None:
        super().__init__()
        self.book, self.lies = book, lies

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        super().translate(texts, source, target, decoding)
        return [self.lies.get(text) or Hypothesis(self.book[text]) for text in texts]


class MiscountingEngine(FakeEngine):
    """Return one text too few or too many at every tenth call of more than one text."""

    def __init__(self) -> None:
        super().__init__()
        self.large = self.lied = 0

    def translate(
        self, texts: Sequence[str], source: str, target: str, decoding: Decoding
    ) -> list[Hypothesis]:
        whole = super().translate(texts, source, target, decoding)
        self.large += len(texts) > 1
        if len(texts) == 1 or self.large % 10:
            return whole
        self.lied += 1
        return whole[:-1] if self.lied % 2 else [*whole, Hypothesis("one too many")]


def bench(engine: Engine) -> Workbench:
    """Return a workbench whose every model is this engine."""

    def load(model: Model, name: str) -> Engine:
        return engine

    return Workbench(load)


def crash_on(word: str) -> Behaviour:
    """Raise whenever a text has the word."""

    def behave(texts: Sequence[str]) -> list[str]:
        if any(word in text for text in texts):
            raise EngineError(f"out of memory at {word!r}")
        return list(texts)

    return behave


def lose_one(texts: Sequence[str]) -> list[str]:
    """Return one text too few whenever there is more than one."""
    return list(texts[1:]) if len(texts) > 1 else list(texts)


def marks(texts: Sequence[str]) -> list[str]:
    """Return the ids [[n]] that a text holds."""
    return [" ".join(re.findall(r"\[\[\d+\]\]", text)) for text in texts]
