"""Comparisons for tests, written as lines: a row per source, a system per name."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.checks import review
from workbench.compare.judging import judge
from workbench.compare.values import Comparison, Output
from workbench.types import Column, Document, Finding, Result, Segment, Summary, Translation

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
