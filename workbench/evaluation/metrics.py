"""Scores of translations against references: BLEU, chrF2++ and TER, each with its signature.

sacreBLEU computes them (Post 2018, "A Call for Clarity in Reporting BLEU Scores"). To add a metric,
add it to TITLES and to `_metric`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.metrics.ter import TER

from workbench.errors import InputError, UnknownNameError, UsageError
from workbench.languages import get_language

# Names as sacreBLEU prints them; its results are looked up by them.
TITLES = {"bleu": "BLEU", "chrf": "chrF2++", "ter": "TER"}
METRICS = tuple(TITLES)
LOWER_IS_BETTER = frozenset({"ter"})
SEED = 12345
# A resample holds about 100 bytes a line: 2 GB in all.
MOST_DRAWN = 20_000_000
_SEED_VARIABLE = "SACREBLEU_SEED"
_TOKENIZERS = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}
_ASIAN = ("ja", "ko", "zh")


@dataclass(frozen=True, slots=True)
class Score:
    """One metric over a whole test set, as sacreBLEU's command line would print it.

    value is 0 to 100 for BLEU and chrF2++ (higher is better), 0 and up for TER (lower is better).
    mean ± interval covers 95 % of the bootstrap resamples; the two p are those of the difference
    from the baseline. All four are None where they were not asked for.
    """

    value: float
    signature: str
    mean: float | None = None
    interval: float | None = None
    p_bootstrap: float | None = None
    p_randomisation: float | None = None


Scores = dict[str, Score]


def score(
    hypotheses: Sequence[str],
    references: Sequence[Sequence[str]],
    target: str,
    metrics: Sequence[str] = METRICS,
) -> Scores:
    """Return the score of each metric ("bleu", "chrf", "ter") over all lines.

    references: one or more complete translations, each a line per hypothesis.

    >>> round(score(["It was cold."], [["It was very cold."]], "en", ("chrf",))["chrf"].value, 1)
    49.0

    Raises InputError: no lines, or not the same number. UnknownNameError: no such metric or
    language.
    """
    _check_lines({"The hypotheses": hypotheses}, references)
    made = {name: _metric(name, target, references) for name in metrics}
    return {
        name: Score(metric.corpus_score(hypotheses, None).score, _signature(metric))
        for name, metric in made.items()
    }


def segment_chrf(hypotheses: Sequence[str], references: Sequence[Sequence[str]]) -> list[float]:
    """Return chrF2++ (0 to 100) of each line, in order.

    Raises InputError: no lines, or not the same number.
    """
    _check_lines({"The hypotheses": hypotheses}, references)
    metric = CHRF(word_order=2)
    lines = zip(hypotheses, *references, strict=True)
    return [metric.sentence_score(line, others).score for line, *others in lines]


def compare(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[Sequence[str]],
    target: str,
    *,
    baseline: str = "",
    resamples: int = 1000,
    seed: int = SEED,
) -> dict[str, Scores]:
    """Return the scores of every system, with 95 % intervals and, given a baseline, two tests.

    Paired bootstrap: Koehn 2004, "Statistical Significance Tests for Machine Translation
    Evaluation". Approximate randomisation: Riezler & Maxwell 2005. Without resamples (0) there are
    scores alone. Not for two threads at once: sacreBLEU takes its seed from the environment.
    Raises InputError: no lines, or not the same number. UnknownNameError: no such baseline or
    language. UsageError: more resamples than memory would hold.
    """
    _check_lines(systems, references)
    if baseline and baseline not in systems:
        raise UnknownNameError("baseline", baseline, systems)
    check_resamples(resamples, len(references[0]))
    if not resamples:
        return {name: score(lines, references, target) for name, lines in systems.items()}
    test = _Test(references, target, resamples, seed)
    if not baseline:
        return {name: test.run({name: lines})[name] for name, lines in systems.items()}
    found = test.run({baseline: systems[baseline], **systems})
    return {name: found[name] for name in systems}


def check_resamples(resamples: int, lines: int) -> None:
    """Raise UsageError unless so many resamples of so many lines can be drawn."""
    if resamples < 0:
        raise UsageError(f"{resamples} resamples: give 0 for no tests, or a number like 1000.")
    if resamples * lines > MOST_DRAWN:
        most = MOST_DRAWN // lines
        raise UsageError(
            f"{resamples} resamples of {lines} lines do not fit in memory: take {most} at most."
        )


def tokenizer(target: str) -> str:
    """Return the name of sacreBLEU's tokenizer for BLEU in a language.

    >>> tokenizer("en")
    '13a'

    Raises UnknownNameError: no such language.
    """
    language = get_language(target)
    return _TOKENIZERS.get(language.code, "13a" if language.spaced else "char")


@dataclass(frozen=True, slots=True)
class _Test:
    references: Sequence[Sequence[str]]
    target: str
    resamples: int
    seed: int

    def run(self, systems: Mapping[str, Sequence[str]]) -> dict[str, Scores]:
        """Return the scores with intervals, and with both p against the first system."""
        metrics = {name: _metric(name, self.target, self.references) for name in METRICS}
        signatures = {name: _signature(metric) for name, metric in metrics.items()}
        bootstrap = self._draw("bs", systems, metrics)
        scores = {
            system: {
                name: Score(result.score, signatures[name], float(result.mean), float(result.ci))
                for name, result in results.items()
            }
            for system, results in bootstrap.items()
        }
        base, *others = systems
        shuffled = self._draw("ar", systems, metrics) if others else {}
        for system in others:
            changed = sum(a != b for a, b in zip(systems[base], systems[system], strict=True))
            for name in METRICS:
                p = (bootstrap[system][name].p_value, shuffled[system][name].p_value)
                tested = _tested(scores[system][name], p, changed, scores[base][name].value)
                scores[system][name] = tested
        return scores

    def _draw(
        self, kind: str, systems: Mapping[str, Sequence[str]], metrics: Mapping[str, Metric]
    ) -> dict[str, dict[str, Any]]:
        """Return sacreBLEU's result of a test ("bs" or "ar") per system and metric."""
        from sacrebleu.significance import PairedTest

        titled = {TITLES[name]: metric for name, metric in metrics.items()}
        with _seeded(self.seed):
            _, found = PairedTest(list(systems.items()), titled, None, kind, self.resamples)()
        return {
            system: {name: found[TITLES[name]][i] for name in metrics}
            for i, system in enumerate(systems)
        }


def _tested(score: Score, p: tuple[float, float], changed: int, baseline: float) -> Score:
    """Return a score with its p by bootstrap and by randomisation; equal scores tie.

    sacreBLEU counts draws that are beyond the difference seen, not those that equal it: two equal
    systems, or two that differ in one line, would come out as different as can be. So a difference
    of zero has p = 1, and with n lines changed p is at least 2 / 2^n, the share of the draws that
    swap all of them or none (Phipson & Smyth 2010, "Permutation P-values Should Never Be Zero").
    """
    if score.value == baseline:
        return replace(score, p_bootstrap=1.0, p_randomisation=1.0)
    least = 2.0 ** (1 - changed)
    return replace(score, p_bootstrap=p[0], p_randomisation=max(p[1], least))


def _metric(name: str, target: str, references: Sequence[Sequence[str]]) -> Metric:
    code = get_language(target).code
    if name == "bleu":
        return BLEU(tokenize=tokenizer(code), references=references)
    if name == "chrf":
        return CHRF(word_order=2, references=references)
    if name == "ter":
        asian = code in _ASIAN
        return TER(normalized=asian, asian_support=asian, references=references)
    raise UnknownNameError("metric", name, METRICS)


def _signature(metric: Metric) -> str:
    return str(metric.get_signature().format())


def _check_lines(systems: Mapping[str, Sequence[str]], references: Sequence[Sequence[str]]) -> None:
    if not references or not references[0]:
        raise InputError("There is no reference to score against.")
    lines = len(references[0])
    named = {f"Reference {i}": texts for i, texts in enumerate(references, 1)}
    for name, texts in (named | dict(systems)).items():
        if len(texts) != lines:
            raise InputError(f"{name}: {len(texts)} lines for a reference of {lines}.")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let sacreBLEU draw from a seed, which it reads from the environment only."""
    before = os.environ.get(_SEED_VARIABLE)
    os.environ[_SEED_VARIABLE] = str(seed)
    try:
        yield
    finally:
        del os.environ[_SEED_VARIABLE]
        if before is not None:
            os.environ[_SEED_VARIABLE] = before
