"""What can be said of systems without a reference: by each other, by the checks, by the way back.

The consensus is minimum Bayes risk decoding over the systems' outputs (Eikema & Aziz 2020, "Is MAP
Decoding All You Need?") with chrF as its utility: the hypothesis that the others say most of.
chrF is that of Popović 2015 by characters alone (order 6, no words, beta 2), so that a language
without spaces is measured as others are.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.checks.morphemes import parse
from workbench.compare import rows
from workbench.compare.values import Comparison, Judgement, Output, Profile
from workbench.evaluation.metrics import score
from workbench.languages import get_language
from workbench.types import Finding, LedgerName, Severity

ORDER = 6
BETA = 2
NO_PICK = -1
# A system supports the pick from this chrF between them. On 200 lines of FLORES dev with seven
# systems ja-en and six en-ko, the number of supporters tells most of the pick's own chrF against
# the reference here (r = 0.47 and 0.34); from 60 to 70 it hardly changes.
SUPPORT = 65.0
SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")

# Of each order, the n-grams of a text; the second "an" of a text is another one than its first.
Grams = tuple[frozenset[str], ...]


def judge(comparison: Comparison, round_trips: Mapping[str, Sequence[str]] = {}) -> Judgement:
    """Return what the outputs say of each other; the cost is linear in the rows.

    round_trips has, by the name of a system, its hypotheses translated back, one per row. A system
    without a text in a row agrees with none there and is never its pick; a row that has no text at
    all has the pick NO_PICK and no supporters.
    """
    outputs = comparison.outputs
    texts = [texts_of(output) for output in outputs]
    places = range(len(rows(comparison.document)))
    lines = [_judge_row([column[place] for column in texts]) for place in places]
    agreement = _mean(lines, len(outputs))
    return Judgement(
        agreement=agreement,
        utility=tuple(line.utility for line in lines),
        consensus=tuple(line.pick for line in lines),
        supporters=tuple(line.supporters for line in lines),
        disagreement=tuple(line.disagreement for line in lines),
        profiles=tuple(
            replace(
                _profile(output, texts[place], round_trips.get(output.name, ())),
                consensus=sum(place in line.best for line in lines),
                agreement=_of_others(agreement[place], place),
            )
            for place, output in enumerate(outputs)
        ),
    )


def texts_of(output: Output) -> tuple[str, ...]:
    """Return the text of each row, "" where the system failed or gave nothing but white space."""
    made = {t.segment_id: t for t in output.result.columns[0].translations}
    found = [made[segment.id] for segment in rows(output.result.document)]
    return tuple(t.text if t.origin != "failed" and t.text.strip() else "" for t in found)


def chrf(hypothesis: Grams, reference: Grams) -> float:
    """Return the chrF (0 to 100) of two texts' n-grams, as sacreBLEU's sentence_score gives it."""
    return _f_score(hypothesis, reference, _shared(hypothesis, reference))


def grams(text: str) -> Grams:
    """Return the character n-grams of a text, of orders 1 to 6, white space left out.

    >>> sorted(grams("a na")[0] | grams("a na")[1])
    ['a', 'a2', 'an', 'n', 'na']
    """
    plain = "".join(text.split())
    return tuple(frozenset(_numbered(plain, order)) for order in range(1, ORDER + 1))


def _numbered(text: str, order: int) -> Iterator[str]:
    """Yield the n-grams of one order, each again with its number: then sets count as bags do."""
    for gram, count in Counter(text[i : i + order] for i in range(len(text) - order + 1)).items():
        yield gram
        for number in range(2, count + 1):
            yield f"{gram}{number}"


def _shared(one: Grams, other: Grams) -> tuple[int, ...]:
    return tuple(len(a & b) for a, b in zip(one, other, strict=True))


def _f_score(hypothesis: Grams, reference: Grams, shared: Sequence[int]) -> float:
    """Return chrF: F of the means of precision and recall over the orders that both texts have."""
    found = [
        (n / len(a), n / len(b))
        for a, b, n in zip(hypothesis, reference, shared, strict=True)
        if a and b
    ]
    if not found or not any(shared):
        return 0.0
    # Added one by one, as sacreBLEU does, so that the last digit is the same.
    precision = recall = 0.0
    for p, r in found:
        precision += p
        recall += r
    precision, recall = precision / len(found), recall / len(found)
    above = (1 + BETA**2) * precision * recall
    return 100 * (above / (BETA**2 * precision + recall))


@dataclass(frozen=True, slots=True)
class _Line:
    """One row judged. square[i][j] is the chrF of i against j, both ways averaged; best are the
    systems that share the highest utility, of which pick is the first."""

    square: tuple[tuple[float, ...], ...]
    utility: tuple[float, ...]
    best: tuple[int, ...]
    supporters: tuple[int, ...]
    disagreement: float

    @property
    def pick(self) -> int:
        return self.best[0] if self.best else NO_PICK


def _judge_row(texts: Sequence[str]) -> _Line:
    directed = _directed(texts)
    count = range(len(texts))
    square = tuple(tuple((directed[i][j] + directed[j][i]) / 2 for j in count) for i in count)
    utility = tuple(_of_others(directed[i], i) if texts[i] else 0.0 for i in count)
    most = max((utility[i] for i in count if texts[i]), default=0.0)
    best = tuple(i for i in count if texts[i] and utility[i] == most)
    agree = tuple(j for j in count if best and (j == best[0] or square[best[0]][j] >= SUPPORT))
    between = [square[i][j] for i in count for j in range(i)]
    # fsum: the sum does not depend on the order of the systems.
    mean = math.fsum(between) / len(between) if between else 100.0
    return _Line(square, utility, best, agree, 100.0 - mean)


def _directed(texts: Sequence[str]) -> list[list[float]]:
    """Return chrF of each text against each; what is equal is counted once."""
    own = list(dict.fromkeys(texts))
    bags = [grams(text) for text in own]
    scores = [[100.0 if text else 0.0 for text in own] for _ in own]
    for i, one in enumerate(bags):
        for j in range(i):
            shared = _shared(one, bags[j])
            scores[i][j] = _f_score(one, bags[j], shared)
            scores[j][i] = _f_score(bags[j], one, shared)
    places = {text: place for place, text in enumerate(own)}
    order = [places[text] for text in texts]
    return [[scores[i][j] for j in order] for i in order]


def _of_others(scores: Sequence[float], own: int) -> float:
    """Return the mean of a row of a square but for its own place; alone, a system agrees."""
    others = [value for place, value in enumerate(scores) if place != own]
    return math.fsum(others) / len(others) if others else 100.0


def _mean(lines: Sequence[_Line], count: int) -> tuple[tuple[float, ...], ...]:
    def mean(i: int, j: int) -> float:
        if i == j or not lines:
            return 100.0
        return math.fsum(line.square[i][j] for line in lines) / len(lines)

    return tuple(tuple(mean(i, j) for j in range(count)) for i in range(count))


def standing(finding: Finding) -> bool:
    """Return whether a doubt counts: it is open, or a person found it right and left it there."""
    return finding.decision in ("", "accepted")


def _profile(output: Output, texts: Sequence[str], back: Sequence[str]) -> Profile:
    """Return what can be said of a system by itself; what the others say of it is 0."""
    result = output.result
    counts = Counter(f.severity for f in result.findings if standing(f))
    words = _words(texts, result.columns[0].language)
    source = sum(len(segment.text) for segment in rows(result.document))
    return Profile(
        findings={severity: counts[severity] for severity in SEVERITIES},
        words=words,
        per_1000_words=1000 * counts.total() / words if words else 0.0,
        length_ratio=sum(map(len, texts)) / source if source else 0.0,
        numbers=_kept(output, "numbers"),
        names=_kept(output, "names"),
        consensus=0,
        agreement=0.0,
        round_trip=_round_trip(output, back),
    )


def _words(texts: Sequence[str], language: str) -> int:
    """Return the number of words: morphemes in Japanese, what blanks divide elsewhere.

    Languages without blanks for which there are no morphemes are counted by character.
    """
    known = get_language(language)
    if known.code == "ja":
        return sum(1 for text in texts for _ in parse(text, "ja"))
    if known.spaced:
        return sum(len(text.split()) for text in texts)
    return sum(len("".join(text.split())) for text in texts)


def _kept(output: Output, ledger: LedgerName) -> tuple[int, int]:
    """Return how many of the source's numbers or names the system kept, and how many there are."""
    lines = [e for e in output.result.ledger if e.ledger == ledger and e.source]
    return sum(e.match == "matched" for e in lines), len(lines)


def _round_trip(output: Output, back: Sequence[str]) -> float | None:
    """Return the chrF2++ of what came back against the source."""
    if not back:
        return None
    source = [segment.text for segment in rows(output.result.document)]
    return score(back, [source], output.result.document.language, ("chrf",))["chrf"].value
