"""Tries a model on known sentences before it is trusted: language, loops, numbers, names, meaning.

The sentences stand in selftest.toml. To look at something else, add a line to _JUDGES.
"""

import datetime
import hashlib
import json
import logging
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from workbench.catalogue import Model, data_dir, load_catalogue
from workbench.checks import CHECKS, DOCUMENT_CHECKS, Pair, Review, review
from workbench.checks.integrity import find_loop, plain, size
from workbench.checks.scripts import check_language, letters_of
from workbench.engines import Engine
from workbench.engines.conversion import fingerprint
from workbench.errors import ModelError
from workbench.languages import get_language
from workbench.types import Decoding, Document, Segment, Translation

Grade = Literal["ok", "weak", "broken", "not tested"]
Evidence = tuple[str, str, str]

_LOG = logging.getLogger(__name__)
_VERSION = 1  # raise it when the same outputs would be judged otherwise
_KNOWN = ("ja", "en", "ko")
# What runs weights of its own; others answer over a network, or are no translators.
_ENGINES = ("ct2", "hf")
_SOUND = ("language", "repetition", "copy", "empty", "same", "length")
_BROKEN = 0.6  # of the sentences are sound, at least, or the model is broken
_MEANING = 3.0  # chrF points above chance
_ENOUGH = {"sound": 0.95, "script": 0.9, "numbers": 0.75, "names": 0.6, "quotations": 0.6}
_ENOUGH |= {"negation": 0.6, "question": 0.5}
_GOOD = 25.0
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a model made of the sentences in one direction ("ja-ko").

    scores: what was looked at -> (sentences that pass, sentences looked at). meaning: how much
    nearer the outputs are to their own references than to others', in chrF points (0 to 100), None
    without references. evidence: (source, output, what is wrong) of each failure, worst first.
    seconds: what it took; date: ISO 8601.
    """

    direction: str
    grade: Grade
    scores: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    meaning: float | None = None
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0
    date: str = ""
    engine: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the test: its texts by language, what it is judged by, its names."""

    texts: Mapping[str, str]
    judges: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return the sentences of selftest.toml, in order."""
    table = tomllib.loads(_file().decode())
    return tuple(
        Sentence(
            {code: row[code] for code in _KNOWN},
            tuple(row["judges"]),
            {code: tuple(names) for code, names in row.get("names", {}).items()},
        )
        for row in table["sentence"]
    )


def ensure_fit(
    engine: Engine, model: Model, route: Sequence[str], decoding: Decoding
) -> tuple[str, ...]:
    """Return a warning per leg of a route on which the model is weak; stop a broken one.

    Engines that run no weights of their own are not tried.
    Raises ModelError: a leg is broken; the message has the evidence and what to do.
    """
    warnings = []
    for source, target in pairwise(route):
        found = verdict(engine, model, source, target, decoding)
        if found.grade == "broken":
            raise ModelError(_refusal(found, model, source, target))
        if found.grade == "weak":
            warnings.append(_warning(found, model, source, target))
    return tuple(warnings)


def verdict(engine: Engine, model: Model, source: str, target: str, decoding: Decoding) -> Verdict:
    """Return what is known of these weights in this direction, trying them if nothing is.

    Kept by the hash of the weights, in data_dir()/selftests; a damaged file is measured anew.
    """
    direction = f"{source}-{target}"
    name = engine.settings.get("engine", "")
    if name.split(" ")[0] not in _ENGINES or source not in _KNOWN or model.path is None:
        return Verdict(direction, "not tested", engine=name)
    key = _key(engine, direction, decoding)
    place = _place(model.path)
    stored = _read(place).get(key)
    if stored is not None:
        return stored
    fresh = run_selftest(engine, model, source, target, decoding)
    _keep(place, key, fresh)
    return fresh


def known_verdicts(model: Model) -> tuple[Verdict, ...]:
    """Return the verdicts on the weights of a model as they are now, the latest of a direction.

    Verdicts of another version of the test are left out.
    """
    # The hash of large weights takes seconds: not where nothing can be known.
    if model.path is None or not any((data_dir() / "selftests").glob("*.json")):
        return ()
    stored = _read(_place(model.path))
    latest = {each.direction: each for key, each in stored.items() if _version() in key.split("|")}
    return tuple(latest.values())


def run_selftest(
    engine: Engine, model: Model, source: str, target: str, decoding: Decoding
) -> Verdict:
    """Translate the sentences at once and judge what comes back by the workbench's own checks.

    Sentences over the model's limit are left out. Raises EngineError: the model failed.
    """
    start = time.perf_counter()
    rows = sentences()
    lengths = engine.lengths([row.texts[source] for row in rows], source, target)
    rows = tuple(row for row, n in zip(rows, lengths, strict=True) if n <= engine.limit)
    texts = [row.texts[source] for row in rows]
    outputs = [
        hypothesis.text
        for hypothesis in engine.translate(texts, source, target, replace(decoding, n_best=1))
    ]
    found = judge(rows, outputs, source, target)
    return replace(
        found,
        seconds=round(time.perf_counter() - start, 2),
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        engine=engine.settings["engine"],
    )


def judge(rows: Sequence[Sentence], outputs: Sequence[str], source: str, target: str) -> Verdict:
    """Return the verdict on the outputs of a model, one per sentence."""
    checked = _review(rows, outputs, source, target)
    whole = _whole(rows, outputs, source, target)
    troubles = [
        whole | dict(_troubles(i, rows, outputs, (source, target), checked))
        for i in range(len(rows))
    ]
    scores = dict(_scores(rows, troubles, target))
    meaning = _meaning(rows, outputs, target) if target in _KNOWN else None
    evidence = [
        (row.texts[source], text, next(iter(trouble.values())))
        for row, text, trouble in zip(rows, outputs, troubles, strict=True)
        if trouble
    ]
    sound = [
        row.texts[source] for row, t in zip(rows, troubles, strict=True) if not set(t) & {*_SOUND}
    ]
    evidence.sort(key=lambda each: each[0] in sound)
    return Verdict(f"{source}-{target}", _grade(scores, meaning), scores, meaning, tuple(evidence))


def _whole(
    rows: Sequence[Sentence], outputs: Sequence[str], source: str, target: str
) -> dict[str, str]:
    """Return the doubt about the language of all outputs together; one may be too short to tell."""
    texts = " ".join(row.texts[source] for row in rows), " ".join(outputs)
    segment = Segment("", texts[0], "", "sentence", 0, 0)
    pair = Pair(segment, Translation("", target, texts[1], "mt"), source, target)
    return {found.check: found.message for found in check_language(pair)}


def _troubles(
    place: int,
    rows: Sequence[Sentence],
    outputs: Sequence[str],
    direction: tuple[str, str],
    checked: Review,
) -> Iterator[tuple[str, str]]:
    """Yield (what, in words) of all that is wrong with one output, the worst first."""
    row, text = rows[place], outputs[place]
    for name, wrong in _JUDGES:
        if message := wrong(row.texts[direction[0]], text, *direction):
            yield name, message
    mine = plain(text)
    if mine and sum(plain(other) == mine for other in outputs) > 1:
        yield "same", "another sentence has the same output"
    for finding in checked.findings:
        judged = finding.check in row.judges or finding.check == "script"
        if finding.segment_id == f"s{place}" and judged and finding.severity != "minor":
            yield finding.check, finding.message
    if "numbers" in row.judges and direction[1] not in _KNOWN and _lost_figures(row, text):
        yield "numbers", "figures of the source are missing"
    wanted = row.names.get(direction[1], ())
    lost = [each for each in wanted if not _has_name(text, each)]
    if lost:
        yield "names", f"{lost[0].split('|')[0]} is missing"


def _is_empty(source: str, text: str, language: str, target: str) -> str:
    return "" if any(sign.isalnum() for sign in text) else "the output is empty"


def _is_loop(source: str, text: str, language: str, target: str) -> str:
    return "it repeats itself" if find_loop(text) and not find_loop(source) else ""


def _is_copy(source: str, text: str, language: str, target: str) -> str:
    return "it is the source again" if plain(source) == plain(text) else ""


def _is_foreign(source: str, text: str, language: str, target: str) -> str:
    own, letters = letters_of(text, target)
    return f"it is not {get_language(target).name}" if 2 * own < letters else ""


def _is_misfit(source: str, text: str, language: str, target: str) -> str:
    share = (size(text) + 10) / (size(source) + 10)
    return "" if 0.25 < share < 4 else f"it has {share:.0%} of the usual length"


_JUDGES: tuple[tuple[str, Callable[[str, str, str, str], str]], ...] = (
    ("empty", _is_empty),
    ("copy", _is_copy),
    ("language", _is_foreign),
    ("repetition", _is_loop),
    ("length", _is_misfit),
)


def _review(rows: Sequence[Sentence], outputs: Sequence[str], source: str, target: str) -> Review:
    """Return what the checks say of the outputs, as of a document."""
    segments = tuple(
        Segment(f"s{i}", row.texts[source], "\n", "sentence", 0, i) for i, row in enumerate(rows)
    )
    made = [Translation(f"s{i}", target, text, "mt") for i, text in enumerate(outputs)]
    return review(Document(source, segments, "self-test"), made, target)


def _scores(
    rows: Sequence[Sentence], troubles: Sequence[Mapping[str, str]], target: str
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield (what was looked at, (passed, looked at)); what is not sound passes nothing."""
    unsound = [bool(set(trouble) & {*_SOUND}) for trouble in troubles]
    yield "sound", (len(rows) - sum(unsound), len(rows))
    known = {*CHECKS, *DOCUMENT_CHECKS} if target in _KNOWN else {"numbers"}
    for name in ("numbers", "names", "quotations", "negation", "question"):
        judged = [i for i, row in enumerate(rows) if name in row.judges]
        if judged and name in known | ({"names"} if target in _KNOWN else set()):
            kept = [i for i in judged if not unsound[i] and name not in troubles[i]]
            yield name, (len(kept), len(judged))
    if target in _KNOWN:
        yield "script", (sum("script" not in trouble for trouble in troubles), len(rows))


def _grade(scores: Mapping[str, tuple[int, int]], meaning: float | None) -> Grade:
    shares = {name: passed / total if total else 1.0 for name, (passed, total) in scores.items()}
    if shares["sound"] < _BROKEN or (meaning is not None and meaning < _MEANING):
        return "broken"
    low = any(shares.get(name, 1.0) < enough for name, enough in _ENOUGH.items())
    return "weak" if low or (meaning is not None and meaning < _GOOD) else "ok"


def _meaning(rows: Sequence[Sentence], outputs: Sequence[str], target: str) -> float:
    """Return the mean chrF (Popović 2015) with one's own reference less that with the others'."""
    from sacrebleu.metrics.chrf import CHRF

    metric = CHRF()
    references = [row.texts[target] for row in rows]
    ours: list[float] = []
    others: list[float] = []
    for i, text in enumerate(outputs):
        for step in (0, 3, 7, 12):
            reference = references[(i + step) % len(references)]
            score = metric.sentence_score(text, [reference]).score
            (others if step else ours).append(score)
    return round(sum(ours) / len(ours) - sum(others) / len(others), 1)


def _has_name(text: str, wanted: str) -> bool:
    return any(each.casefold() in text.casefold() for each in wanted.split("|"))


def _lost_figures(row: Sentence, text: str) -> bool:
    """Tell whether most figures of the English sentence are not in a text of another language."""
    figures = [_digits(word) for word in row.texts["en"].split() if any(map(str.isdigit, word))]
    there = _digits(text)
    return sum(figure in there for figure in figures) * 2 < len(figures)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _file() -> bytes:
    return (files("workbench") / "selftest.toml").read_bytes()


def _key(engine: Engine, direction: str, decoding: Decoding) -> str:
    """Return what a verdict depends on beside the weights: all that can change an output."""
    settings = json.dumps(engine.settings, sort_keys=True)
    search = json.dumps(asdict(replace(decoding, n_best=1)), sort_keys=True)
    return "|".join((direction, _version(), settings, search))


def _version() -> str:
    return f"{_VERSION}-{hashlib.sha256(_file()).hexdigest()[:12]}"


def _place(weights: Path) -> Path:
    return data_dir() / "selftests" / f"{fingerprint(weights)}.json"


def _read(place: Path) -> dict[str, Verdict]:
    """Return the verdicts of a file by key; {} where it is missing or damaged."""
    try:
        stored = json.loads(place.read_text("utf-8"))
        return {key: _verdict(**value) for key, value in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _verdict(**value: Any) -> Verdict:
    found = Verdict(**value)
    scores = {name: (int(passed), int(total)) for name, (passed, total) in found.scores.items()}
    evidence = tuple((str(a), str(b), str(c)) for a, b, c in found.evidence)
    return replace(found, scores=scores, evidence=evidence)


def _keep(place: Path, key: str, found: Verdict) -> None:
    """Write a verdict beside the others in one step; without a place for it, it is not kept."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(place.with_suffix(".lock")):
            known = _read(place) | {key: found}
            draft = place.with_suffix(".tmp")
            value = {name: asdict(each) for name, each in known.items()}
            draft.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
            draft.replace(place)
    except OSError as exc:
        _LOG.warning("The self-test of this model is not kept: %s", exc)


def _refusal(found: Verdict, model: Model, source: str, target: str) -> str:
    passed, total = found.scores["sound"]
    shown = "".join(
        f"\n  sent: {sent}\n  came back: {came[:120]!r}\n  wrong: {wrong}"
        for sent, came, wrong in found.evidence[:_SHOWN]
    )
    others = ", ".join(_others(model, source, target))
    instead = f"Take another model: {others}." if others else "Take another model."
    return (
        f"Model {model.name!r} does not translate {_direction(source, target)}: of {total} "
        f"self-test sentences {passed} came back sound.{shown}\n{instead} "
        "To use it nevertheless: --no-self-test."
    )


def _warning(found: Verdict, model: Model, source: str, target: str) -> str:
    weak = [
        f"{name} {passed} of {total}"
        for name, (passed, total) in found.scores.items()
        if passed < _ENOUGH.get(name, 0.0) * total
    ]
    meaning = "" if found.meaning is None else f"; meaning {found.meaning:.0f} of 100"
    return (
        f"Model {model.name!r} is weak {_direction(source, target)} (self-test: "
        f"{', '.join(weak) or 'all signs kept'}{meaning}): read every sentence with care."
    )


def _direction(source: str, target: str) -> str:
    return f"from {get_language(source).name} into {get_language(target).name}"


def _others(model: Model, source: str, target: str) -> list[str]:
    """Return up to three other models of the catalogue that have the direction."""
    able = [
        other.name
        for other in load_catalogue().values()
        if other.name != model.name
        and other.task == "translation"
        and not other.known_bad
        and other.engine not in ("pseudo", "chat")
        and ((source, target) in other.pairs or {source, target} <= set(other.languages))
    ]
    return able[:_SHOWN]
