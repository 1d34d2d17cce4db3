"""A comparison as the value of its view: JSON-safe, the same for the page and the report.

Systems that failed stand behind those that gave something: they have a place in every list of
systems, with None in it. `agreement` alone is a square of the systems that gave something.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from workbench.checks import work_list
from workbench.compare import charts, rows, voting
from workbench.compare.judging import NO_PICK, standing, texts_of
from workbench.compare.values import (
    Buckets,
    Choices,
    Comparison,
    Judgement,
    Output,
    Reference,
    Vote,
)
from workbench.evaluation.metrics import Score
from workbench.evaluation.report import interval, score_notes
from workbench.evaluation.systems import Failure
from workbench.languages import get_language
from workbench.types import Document, Finding, Result, Segment, Summary, Translation
from workbench.view import run_warnings

View = dict[str, Any]
_NO_SUMMARY = Summary((), "none")
NO_CHOICES = Choices()


def payload(
    comparison: Comparison, choices: Choices = NO_CHOICES, *, blind: int | None = None
) -> View:
    """Return the value of the view.

    blind is the seed by which the systems are shuffled (`voting.shuffled`): they are called A, B …
    then, and nothing that could give one away is in the value: no figures and costs, no edits and
    picks of a person, no votes but blind ones. Rows keep their disagreement.
    """
    if blind is None:
        more = {"charts": charts.drawn(comparison), "ranking": _ranking(comparison, choices)}
        return _payload(comparison, choices) | more
    value = _payload(*_hidden(comparison, choices, blind))
    for place, row in enumerate(value["rows"]):
        row |= _disagreement(comparison.judgement, place)
    return value | {"blind": True}


def partial(
    document: Document,
    target: str,
    names: Sequence[str],
    arrived: Mapping[str, Sequence[Translation]],
    *,
    outputs: Sequence[Output] = (),
    failures: Sequence[Failure] = (),
    references: Sequence[Reference] = (),
    running: str = "",
) -> View:
    """Return the value of the view while systems run, in the order of `names`.

    arrived has the translations there are by system, outputs and failures what is done; running
    names the system that is at work. Nothing is judged yet.
    """
    done = {output.name: output for output in outputs}
    failed = {failure.name: failure for failure in failures}
    columns = [
        _of_output(done[name]) if name in done else _Shown(_by_id(arrived.get(name, ())))
        for name in names
    ]
    total = len(rows(document))
    value = _frame(document, target, columns, references)
    value["systems"] = [
        _done_system(done[name])
        if name in done
        else _failed_system(failed[name], total)
        if name in failed
        else _system(name, total=total, state="running" if name == running else "waiting")
        for name in names
    ]
    for place, system in enumerate(value["systems"]):
        system["done"] = sum(row["cells"][place] is not None for row in value["rows"])
    reached = sum(system["done"] for system in value["systems"])
    return value | {"progress": {"done": reached, "total": total * len(names)}}


def looks_first(comparison: Comparison) -> list[int]:
    """Return the places of all rows, in the order in which they deserve a look.

    First where the systems part most; of equals, where more doubts stand.
    """
    judgement = comparison.judgement
    doubts = [0] * len(rows(comparison.document))
    for output in comparison.outputs:
        found = _of_output(output).findings
        for place, segment in enumerate(rows(comparison.document)):
            doubts[place] += len(found.get(segment.id, ()))
    apart = judgement.disagreement if judgement else [0.0] * len(doubts)
    return sorted(range(len(doubts)), key=lambda place: (-apart[place], -doubts[place]))


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of a system: translations, doubts and edits, all by the id of the row."""

    translations: Mapping[str, Translation]
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    edits: Mapping[str, str] = field(default_factory=dict)


def _payload(comparison: Comparison, choices: Choices) -> View:
    shown = [_of_output(output, choices) for output in comparison.outputs]
    shown += [
        _Shown(_by_id(comparison.stopped.get(failure.name, ()))) for failure in comparison.failures
    ]
    names = [output.name for output in comparison.outputs]
    value = _frame(comparison.document, comparison.target, shown, comparison.references)
    votes: dict[str, list[View]] = {}
    for vote in choices.votes:
        if vote.system in names and vote.other in names:
            votes.setdefault(vote.segment_id, []).append(_vote(vote, names))
    for place, row in enumerate(value["rows"]):
        row |= _judged_row(comparison, place, len(shown))
        pick = choices.picks.get(row["id"])
        row["pick"] = names.index(pick) if pick in names else None
        row["votes"] = votes.get(row["id"], [])
    judged, judgement = comparison.judged, comparison.judgement
    return value | {
        "systems": _systems(comparison),
        "agreement": [list(row) for row in judgement.agreement] if judgement else None,
        "buckets": [_buckets(b, len(shown)) for b in judged.buckets] if judged else [],
        "scores_note": "\n".join(scores_notes(comparison)),
        "neural_note": judged.neural_note if judged else "",
        "warnings": list(_warnings(comparison)),
        "made": dict(comparison.made),
        "complete": True,
    }


def _hidden(comparison: Comparison, choices: Choices, seed: int) -> tuple[Comparison, Choices]:
    """Return what may be seen of a comparison without knowing whose work is whose."""
    outputs = comparison.outputs
    order = voting.shown_order(len(outputs), seed)
    letters = voting.shuffled([output.name for output in outputs], seed)
    votes = tuple(
        Vote(v.segment_id, letters[v.system], letters[v.other], v.outcome)
        for v in choices.votes
        if v.blind and v.system in letters and v.other in letters
    )
    unnamed = tuple(_unnamed(outputs[place], voting.letter(i)) for i, place in enumerate(order))
    plain = Comparison(
        comparison.document, comparison.target, unnamed, references=comparison.references
    )
    return plain, Choices(votes=votes)


def _unnamed(output: Output, name: str) -> Output:
    result = output.result
    translations = tuple(
        Translation(t.segment_id, t.language, t.text, "failed" if t.origin == "failed" else "mt")
        for t in result.columns[0].translations
    )
    column = replace(result.columns[0], translations=translations, signature="")
    # Why a line failed tells what was to make it; that it failed is seen.
    findings = tuple(f for f in result.findings if f.check != "accounting")
    return Output(name, "output", Result(result.document, (column,), _NO_SUMMARY, findings))


def _frame(
    document: Document, target: str, shown: Sequence[_Shown], references: Sequence[Reference]
) -> View:
    """Return the value without what judges and people say."""
    return {
        "kind": "comparison",
        "name": document.name,
        "source": _language(document.language),
        "target": _language(target),
        "systems": [],
        "rows": [
            _row(prefix, segment, shown)
            | {"reference": [r.texts[i] for r in references if r.texts[i]]}
            for i, (prefix, segment) in enumerate(_prefixed(document))
        ],
        "agreement": None,
        "buckets": [],
        "ranking": None,
        "charts": [],
        "scores_note": "",
        "neural_note": "",
        "blind": False,
        "warnings": [],
        "complete": False,
        "formats": [],
        "undo": 0,
        "made": {},
        "footer": "",
    }


def _language(code: str) -> dict[str, str]:
    language = get_language(code)
    return {
        "language": language.code,
        "native": language.native,
        "dir": "rtl" if language.rtl else "ltr",
    }


def _prefixed(document: Document) -> Iterator[tuple[str, Segment]]:
    """Yield each row with the label and marker before it."""
    compared = {segment.id for segment in rows(document)}
    prefix: list[str] = []
    for segment in document.segments:
        if segment.id in compared:
            yield " ".join(prefix), segment
            prefix = []
        elif segment.kind != "blank":
            prefix.append(segment.text)


def _row(prefix: str, segment: Segment, shown: Sequence[_Shown]) -> View:
    made = [system.translations.get(segment.id) for system in shown]
    edits = [system.edits.get(segment.id) for system in shown]
    return {
        "id": segment.id,
        "kind": segment.kind,
        "prefix": prefix,
        "source": segment.text,
        "length": len(segment.text),
        "cells": [_cell(t, edit) for t, edit in zip(made, edits, strict=True)],
        "edited": [edit is not None for edit in edits],
        "origins": [_origin(t, edit) for t, edit in zip(made, edits, strict=True)],
        "findings": [
            # A doubt is about the system's own words.
            [] if edit is not None else [_finding(f) for f in system.findings.get(segment.id, ())]
            for system, edit in zip(shown, edits, strict=True)
        ],
        "disagreement": None,
        "consensus": None,
        "supporters": [],
        "utility": None,
        "scores": None,
        "pick": None,
        "votes": [],
    }


def _cell(translation: Translation | None, edit: str | None) -> str | None:
    return translation.text if edit is None and translation else edit


def _origin(translation: Translation | None, edit: str | None) -> str:
    if edit is not None:
        return "human"
    return translation.origin if translation else ""


def _finding(finding: Finding) -> View:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "message": finding.message,
        "span": finding.span,
    }


def _by_id(translations: Iterable[Translation]) -> dict[str, Translation]:
    return {translation.segment_id: translation for translation in translations}


def _of_output(output: Output, choices: Choices = NO_CHOICES) -> _Shown:
    result = output.result
    findings: dict[str, list[Finding]] = {}
    for finding in work_list(filter(standing, result.findings)):
        findings.setdefault(finding.segment_id, []).append(finding)
    edits = {
        segment: text for (segment, name), text in choices.edits.items() if name == output.name
    }
    return _Shown(_by_id(result.columns[0].translations), findings, edits)


def _disagreement(judgement: Judgement | None, place: int) -> View:
    return {"disagreement": judgement.disagreement[place]} if judgement else {}


def _judged_row(comparison: Comparison, place: int, count: int) -> View:
    judged, judgement = comparison.judged, comparison.judgement
    found = _disagreement(judgement, place)
    if judgement:
        pick = judgement.consensus[place]
        found["consensus"] = None if pick == NO_PICK else pick
        found["supporters"] = list(judgement.supporters[place])
        found["utility"] = _padded(judgement.utility[place], count)
    if judged:
        found["scores"] = {
            name: _padded([scores[place] for scores in systems], count)
            for name, systems in judged.rows.items()
        }
    return found


def _padded(values: Sequence[float | None], count: int) -> list[float | None]:
    return [*values, *[None] * (count - len(values))]


def _ranking(comparison: Comparison, choices: Choices) -> list[View] | None:
    names = [output.name for output in comparison.outputs]
    ranks = voting.ranking(choices.votes, tuple(names)) if choices.votes else ()
    if not any(rank.wins or rank.losses or rank.ties for rank in ranks):
        return None
    return [asdict(rank) | {"system": names.index(rank.system)} for rank in ranks]


def _vote(vote: Vote, names: Sequence[str]) -> View:
    return {
        "system": names.index(vote.system),
        "other": names.index(vote.other),
        "outcome": vote.outcome,
    }


def _systems(comparison: Comparison) -> list[View]:
    judged, judgement = comparison.judged, comparison.judgement
    systems = []
    for place, output in enumerate(comparison.outputs):
        system = _done_system(output)
        if judgement:
            system["profile"] = asdict(judgement.profiles[place]) | _cost(output)
        if judged and output.name in judged.scores:
            scores = judged.scores[output.name]
            system["scores"] = {name: _score(score) for name, score in scores.items()}
        if judged:
            system["neural"] = judged.neural.get(output.name)
        systems.append(system)
    total = len(rows(comparison.document))
    own = {segment.id for segment in rows(comparison.document)}
    for failure in comparison.failures:
        reached = comparison.stopped.get(failure.name, ())
        done = sum(translation.segment_id in own for translation in reached)
        systems.append(_failed_system(failure, total) | {"done": done})
    return systems


def _system(name: str, *, total: int, state: str, **more: Any) -> View:
    return {
        "name": name,
        "kind": "model",
        "signature": "",
        "licence": "",
        "notes": [],
        "findings": [],
        "done": 0,
        "total": total,
        "state": state,
        "reason": "",
        "profile": None,
        "scores": None,
        "neural": None,
    } | more


def _done_system(output: Output) -> View:
    result = output.result
    shown = {segment.id for segment in rows(result.document)}
    texts = texts_of(output)
    return _system(
        output.name,
        total=len(texts),
        state="done",
        kind=output.kind,
        signature=result.columns[0].signature,
        licence=str(result.manifest.get("licence", "")),
        notes=list(output.notes),
        # Doubts about the text as a whole, or about a speaker's label.
        findings=[
            _finding(finding)
            for finding in work_list(filter(standing, result.findings))
            if finding.segment_id not in shown
        ],
        done=sum(bool(text) for text in texts),
    )


def _failed_system(failure: Failure, total: int) -> View:
    return _system(failure.name, total=total, state="failed", reason=failure.reason)


def _cost(output: Output) -> View:
    cost = output.cost
    return {
        "seconds": cost.seconds if cost else None,
        "peak_mb": cost.peak_mb if cost else None,
        "segments_per_second": cost.segments_per_second if cost else None,
    }


def _score(score: Score) -> View:
    low, high = interval(score)
    return {
        "value": score.value,
        "low": low,
        "high": high,
        "p_bootstrap": score.p_bootstrap,
        "p_randomisation": score.p_randomisation,
        "signature": score.signature,
    }


def _buckets(buckets: Buckets, count: int) -> View:
    value = asdict(buckets)
    for bucket in value["buckets"]:
        bucket["scores"] = _padded(bucket["scores"], count)
    return value


def scores_notes(comparison: Comparison) -> list[str]:
    """Return how the scores against references were made, a line each; nothing without them."""
    judged = comparison.judged
    if judged is None:
        return []
    total = len(rows(comparison.document))
    part = f"{judged.scored_rows} of {total} rows have a reference: only they are scored."
    notes = score_notes(judged.scores, judged.baseline, judged.resamples, judged.seed)
    return notes + ([part] if judged.scored_rows < total else [])


def _warnings(comparison: Comparison) -> Iterator[str]:
    for output in comparison.outputs:
        yield from (f"{output.name}: {line}" for line in run_warnings(output.result))
    for reference in comparison.references:
        yield from (f"{reference.name}: {note}" for note in reference.notes)
