"""What sacreBLEU counts in each line: every score is one of sums of these counts.

Lines are counted once, by several processes where there are many; scores, intervals, tests and the
scores of parts are made of the same counts. To add a metric, add it to TITLES and `make_metric`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from workbench.catalogue import PACKAGE
from workbench.errors import UnknownNameError
from workbench.evaluation.edits import QuickTER
from workbench.languages import get_language

# Names as sacreBLEU prints them.
TITLES = {"bleu": "BLEU", "chrf": "chrF2++", "ter": "TER"}
METRICS = tuple(TITLES)
_TOKENIZERS = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}
_ASIAN = ("ja", "ko", "zh")
# sacreBLEU keeps the n-grams of all references it is given: 100 kB a line.
_AT_ONCE = 64
# Characters that take as long to count as a process takes to start.
_PAYS = 150_000
# Each holds about 70 MB.
_MOST_PROCESSES = 4

Array = NDArray[np.float64]
Texts = Sequence[str]
# One or more translations; None where one has no such line.
References = Sequence[Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts of every line: rows[metric][system] has the shape (lines, counts of the metric).

    systems are the hypotheses; metrics make scores of counts and know their signature.
    """

    systems: Mapping[str, Texts]
    metrics: Mapping[str, Metric]
    rows: Mapping[str, Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class _Part:
    systems: Mapping[str, Texts]
    references: References
    target: str
    metrics: Sequence[str]


# Metric -> system -> the counts of each line.
_Rows = dict[str, dict[str, list[list[float]]]]


def count(
    systems: Mapping[str, Texts],
    references: References,
    target: str,
    metrics: Sequence[str] = METRICS,
) -> Counts:
    """Return the counts of each line of each system; all have a line for each of the references'.

    Raises UnknownNameError: no such metric or language.
    """
    made = {name: make_metric(name, target) for name in metrics}
    for metric in made.values():
        metric.num_refs = _number(references)
    part = _Part(
        {name: [_encodable(text) for text in texts] for name, texts in systems.items()},
        [[text if text is None else _encodable(text) for text in texts] for texts in references],
        get_language(target).code,
        tuple(metrics),
    )
    parts = _divided(part, _processes(part))
    with ThreadPoolExecutor(len(parts)) as pool:
        others = [pool.submit(_counted_elsewhere, other) for other in parts[1:]]
        found = [_counted(parts[0]), *(other.result() for other in others)]
    return Counts(systems, made, {name: _woven(name, systems, found) for name in metrics})


def make_metric(name: str, target: str, *, sentence: bool = False) -> Metric:
    """Return sacreBLEU's metric for a language; for single sentences BLEU has effective order.

    Raises UnknownNameError: no such metric or language.
    """
    code = get_language(target).code
    if name == "bleu":
        return BLEU(tokenize=tokenizer(code), effective_order=sentence)
    if name == "chrf":
        return CHRF(word_order=2)
    if name == "ter":
        asian = code in _ASIAN
        return QuickTER(normalized=asian, asian_support=asian)
    raise UnknownNameError("metric", name, METRICS)


def tokenizer(target: str) -> str:
    """Return the name of sacreBLEU's tokenizer for BLEU in a language.

    >>> tokenizer("en")
    '13a'

    Raises UnknownNameError: no such language.
    """
    language = get_language(target)
    return _TOKENIZERS.get(language.code, "13a" if language.spaced else "char")


def score_of(metric: Metric, rows: Array) -> float:
    """Return the score over these lines (at least one) as sacreBLEU's command line has it."""
    return float(metric._aggregate_and_compute(rows.tolist()).score)


def words_of(text: str, counts: Counts) -> list[str]:
    """Return the words of a text as BLEU counts them; counts must have BLEU."""
    return str(counts.metrics["bleu"]._preprocess_segment(_encodable(text))).split()


def _number(references: References) -> int:
    """Return how many references every line has, -1 where that differs, as sacreBLEU writes it."""
    found = {sum(text is not None for text in texts) for texts in zip(*references, strict=True)}
    return found.pop() if len(found) == 1 else -1


def _encodable(text: str) -> str:
    """Return a text that MeCab takes: it refuses half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _processes(part: _Part) -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    characters = sum(len(text) for texts in part.systems.values() for text in texts)
    return max(1, min(usable or 1, _MOST_PROCESSES, characters // _PAYS))


def _divided(part: _Part, number: int) -> list[_Part]:
    """Return parts of every number-th line: long and short lines are where they are by chance."""
    return [
        _Part(
            {name: texts[i::number] for name, texts in part.systems.items()},
            [texts[i::number] for texts in part.references],
            part.target,
            part.metrics,
        )
        for i in range(number)
    ]


def _woven(metric: str, systems: Mapping[str, Texts], found: Sequence[_Rows]) -> dict[str, Array]:
    """Return the counts of each system in the order of the lines before they were divided."""
    woven = {}
    for name, texts in systems.items():
        width = len(found[0][metric][name][0])
        woven[name] = np.empty((len(texts), width))
        for i, rows in enumerate(found):
            woven[name][i :: len(found)] = rows[metric][name]
    return woven


def _counted(part: _Part) -> _Rows:
    made = {name: make_metric(name, part.target) for name in part.metrics}
    rows: _Rows = {name: {system: [] for system in part.systems} for name in made}
    for start in range(0, len(part.references[0]), _AT_ONCE):
        here = slice(start, start + _AT_ONCE)
        references: Any = [texts[here] for texts in part.references]
        for name, metric in made.items():
            metric._ref_cache = metric._cache_references(references)
            for system, texts in part.systems.items():
                rows[name][system] += metric._extract_corpus_statistics(texts[here], None)
    return rows


def _counted_elsewhere(part: _Part) -> _Rows:
    """Return what `_counted` does, from a new process; where that fails, do it here.

    Not a pool of multiprocessing: a fork would copy the locks of other threads, and a spawned
    process would run the user's own script again.
    """
    # -P: the folder the user is in must not stand in for modules of the same name.
    command = [sys.executable, "-P", "-m", "workbench.evaluation.counts"]
    found = os.pathsep.join(filter(None, (str(PACKAGE.parent), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": found}
    task = json.dumps(asdict(part)).encode("ascii")
    try:
        done = subprocess.run(
            command, input=task, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )
    except OSError:
        return _counted(part)
    return json.loads(done.stdout) if done.returncode == 0 else _counted(part)


def _main() -> None:
    """Count the part on stdin and write the counts to stdout, both as JSON."""
    part = _Part(**json.load(sys.stdin.buffer))
    sys.stdout.write(json.dumps(_counted(part)))


if __name__ == "__main__":
    _main()
