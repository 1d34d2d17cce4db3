"""Comparisons for tests, written as lines: a row per source, a system per name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.checks import review
from workbench.compare import scoring
from workbench.compare.judging import judge
from workbench.compare.values import Comparison, Output, Reference
from workbench.evaluation.systems import Cost, Failure
from workbench.types import Column, Document, Finding, Result, Segment, Summary, Translation

LINES = ["記者:", "2017年は寒かった。", "逃げた。"]
SYSTEMS = {
    "opus@beam=6": ["Reporter:", "It was cold in 2017.", ""],
    "nllb": ["Reporter:", "It was very cold in 2018.", "We fled."],
}
MADE = {
    "date": "2026-01-02T03:04:05+00:00",
    "workbench": "0.1.0",
    "sacrebleu": "2.6.0",
    "python": "3.11.2",
    "platform": "Linux",
    "machine": "x86_64",
    "cores": "2",
}


def document(lines: Sequence[str], language: str = "ja") -> Document:
    """Return a document of a sentence per line; "記者:" and the like are labels, "- " markers."""
    segments = []
    for number, line in enumerate(lines, 1):
        kind = "label" if line.endswith(":") else "marker" if line == "-" else "sentence"
        gap = "" if kind != "sentence" else "\n"
        segments.append(Segment(f"s{number}", line, gap, kind, 0, number))
    return Document(language, tuple(segments), "interview")


def output(name: str, source: Document, lines: Sequence[str], target: str = "en") -> Output:
    """Return a ready-made output of a line per segment; "" is a line that failed."""
    made = [
        Translation(s.id, target, text, "mt" if text else "failed", note="" if text else "crashed")
        for s, text in zip(source.segments, lines, strict=True)
    ]
    seen = review(source, made, target)
    column = Column(target, tuple(made), f"output:{name}")
    summary = Summary((), "none", refusal="No summary was asked for.")
    result = Result(source, (column,), summary, seen.findings, {"licence": "MIT"}, seen.ledger)
    return Output(name, "output", result)


def comparison(lines: Sequence[str], target: str = "en", **systems: Sequence[str]) -> Comparison:
    """Return a comparison of a Japanese text that is judged without a reference."""
    source = document(lines)
    outputs = tuple(output(name, source, texts, target) for name, texts in systems.items())
    plain = Comparison(source, target, outputs, made=MADE)
    return replace(plain, judgement=judge(plain))


def with_findings(whole: Comparison, name: str, findings: Sequence[Finding]) -> Comparison:
    """Return the comparison with other doubts about one system."""
    outputs = tuple(
        replace(o, result=replace(o.result, findings=tuple(findings))) if o.name == name else o
        for o in whole.outputs
    )
    changed = replace(whole, outputs=outputs)
    return replace(changed, judgement=judge(changed))


def whole(
    lines: list[str] = LINES, systems: Mapping[str, list[str]] = SYSTEMS, resamples: int = 20
) -> Comparison:
    """Return a comparison with a reference of the first row, costs, a way back and a failure."""
    plain = comparison(lines, **systems)
    first = ["It was cold in 2017.", *[""] * 5]
    texts = tuple(first[: len(judge(plain).disagreement)])
    outputs = tuple(replace(o, cost=Cost(0.5, 2.25, 1.0, 321.5)) for o in plain.outputs)
    found = replace(
        plain,
        outputs=outputs,
        references=(Reference("news.en", texts, "ab" * 32),),
        failures=(Failure("madlad", "no memory <b>", 4),),
        judgement=judge(plain, {outputs[-1].name: ["寒かった。"] * len(texts)}),
    )
    judged = scoring.judge(found, baseline=outputs[0].name, resamples=resamples, seed=7)
    return replace(found, judged=judged)
