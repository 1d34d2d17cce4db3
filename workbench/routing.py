"""Routes between languages, and texts sent along them: nothing lost, nothing shifted."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from workbench.batching import pieces
from workbench.catalogue import Model, find_route
from workbench.checks.integrity import find_loop
from workbench.engines import Engine
from workbench.errors import EngineError, UsageError
from workbench.languages import get_language
from workbench.types import Decoding, Hypothesis, Translation

Route = tuple[str, ...]
MEMO = 4096
# (no_repeat_ngram, repetition_penalty) of each attempt to get rid of a loop.
_STRICTER = ((3, 1.2), (2, 1.3))


class Run(Protocol):
    """Something that has a translation for any text of one language in another."""

    source: str
    target: str

    def translate(self, texts: Sequence[str]) -> dict[str, Translation]:
        """Return a translation per text, with an empty segment_id."""


def find(model: Model, source: str, target: str, pivot: str = "") -> Route:
    """Return the languages passed through: ("ja", "ko") direct, ("ja", "en", "ko") over a pivot.

    Raises UsageError: source and target are the same, or the model has no such route.
    """
    if source == target:
        name = get_language(source).name
        raise UsageError(f"The text is already {name}: choose another target than {source!r}.")
    if pivot in ("", source, target):
        return find_route(model, source, target)
    return find_route(model, source, pivot) + find_route(model, pivot, target)[1:]


class RouteRun:
    """One document's way along one route. Remembers the last MEMO texts that it translated."""

    def __init__(
        self, engine: Engine, route: Route, decoding: Decoding, lock: threading.RLock
    ) -> None:
        self.source, self.target = route[0], route[-1]
        self._engine, self._route, self._decoding, self._lock = engine, route, decoding, lock
        self._memo: OrderedDict[str, Translation] = OrderedDict()

    def translate(self, texts: Sequence[str]) -> dict[str, Translation]:
        """Return a translation per text, with an empty segment_id.

        Texts without a letter or digit are copied; a text whose engine fails has origin "failed"
        and the reason as its note.
        """
        known = {text: self._memo[text] for text in texts if text in self._memo}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        speech = [text for text in new if has_words(text)]
        known |= {text: Translation("", self.target, text, "copy") for text in new}
        if speech:
            known |= dict(zip(speech, self._along_route(speech), strict=True))
        self._remember(known)
        return known

    def _remember(self, known: dict[str, Translation]) -> None:
        self._memo.update(known)
        while len(self._memo) > MEMO:
            self._memo.popitem(last=False)

    def _along_route(self, texts: Sequence[str]) -> list[Translation]:
        outcomes = [Translation("", self.source, text, "mt") for text in texts]
        for source, target in pairwise(self._route):
            alive = [o for o in outcomes if o.origin != "failed"]
            fresh = iter(self._leg([o.text for o in alive], source, target))
            outcomes = [
                o if o.origin == "failed" else _follow(o, next(fresh), self.source)
                for o in outcomes
            ]
        return [replace(o, language=self.target) for o in outcomes]

    def _leg(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        with self._lock:
            parts = pieces(texts, self._engine, source, target)
            flat = iter(self._outcomes([p for ps in parts for p in ps], source, target))
        joint = " " if get_language(target).spaced else ""
        return [_joined([next(flat) for _ in ps], joint) for ps in parts]

    def _outcomes(self, texts: Sequence[str], source: str, target: str) -> list[Translation]:
        """Translate a batch; when it fails or comes back with another count, one by one."""
        try:
            hypotheses = self._engine.translate(texts, source, target, self._decoding)
            if len(hypotheses) == len(texts):
                outcomes = [_accepted(h, target) for h in hypotheses]
                return self._without_loops(texts, outcomes, source, target)
            reason = f"the engine returned {len(hypotheses)} texts for {len(texts)}"
        except EngineError as error:
            reason = str(error)
        if len(texts) == 1:
            return [Translation("", target, "", "failed", note=reason)]
        return [o for text in texts for o in self._outcomes([text], source, target)]

    def _without_loops(
        self, texts: Sequence[str], outcomes: list[Translation], source: str, target: str
    ) -> list[Translation]:
        """Translate what came back as a loop again, with repeats forbidden ever more strictly."""
        if self._decoding.no_repeat_ngram:
            return outcomes
        for ngram, penalty in _STRICTER:
            looped = [i for i, text in enumerate(texts) if _loops(text, outcomes[i].text)]
            if not looped:
                break
            strict = replace(self._decoding, no_repeat_ngram=ngram, repetition_penalty=penalty)
            again = self._engine.translate([texts[i] for i in looped], source, target, strict)
            for i, hypothesis in zip(looped, again, strict=True):
                if not _loops(texts[i], hypothesis.text):
                    note = "the first output repeated itself; translated again without repeats"
                    outcomes[i] = replace(_accepted(hypothesis, target), note=note)
        return outcomes


def has_words(text: str) -> bool:
    """Return whether there is something to translate: a letter.

    Digits alone mean the same in every language, and an engine could only change them.
    """
    return any(c.isalpha() for c in text)


def _loops(source: str, target: str) -> bool:
    return find_loop(target) is not None and find_loop(source) is None


def _accepted(hypothesis: Hypothesis, language: str) -> Translation:
    return Translation(
        "",
        language,
        hypothesis.text,
        "mt",
        score=hypothesis.score,
        truncated=hypothesis.truncated,
        alternatives=hypothesis.alternatives,
    )


def _follow(before: Translation, after: Translation, source: str) -> Translation:
    """Return the outcome of a leg, carrying what the leg before it knew."""
    pivot = before.text if before.language != source else ""
    notes = "; ".join(dict.fromkeys(note for note in (before.note, after.note) if note))
    truncated = before.truncated or after.truncated
    return replace(after, pivot=pivot, note=notes, truncated=truncated)


def _joined(parts: Sequence[Translation], joint: str) -> Translation:
    """Return the pieces of one text as one translation that says it was split."""
    if len(parts) == 1:
        return parts[0]
    failed = [part for part in parts if part.origin == "failed"]
    if failed:
        return failed[0]
    note = f"split into {len(parts)} parts: longer than the model takes"
    scores = [part.score for part in parts if part.score is not None]
    return replace(
        parts[0],
        text=joint.join(part.text for part in parts),
        score=sum(scores) / len(scores) if scores else None,
        truncated=any(part.truncated for part in parts),
        note=note,
        alternatives=(),
    )
