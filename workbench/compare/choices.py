"""What a person does with a comparison: vote, pick, write other words, put a translation together.

Every function returns new choices; the former ones are the way back. To let a person do something
else that lasts, give it an act in workbench.memory and its lines in `_marks` and `restore`.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from workbench.checks import review, work_list
from workbench.compare import rows
from workbench.compare.judging import NO_PICK, texts_of
from workbench.compare.values import Choices, Comparison, Outcome, Output, Vote
from workbench.errors import UnknownNameError, UsageError
from workbench.manifest import Fingerprints, Manifest, describe_program, now, text_hash
from workbench.memory import Cell, Chosen, Memory, Unit, source_hash
from workbench.revising import by_hand, finding_keys
from workbench.types import (
    Column,
    Finding,
    Hypothesis,
    Result,
    Segment,
    Summary,
    Translation,
)

Fill = Literal["consensus", "nothing"]
NO_CHOICES = Choices()
_UNTRANSLATED = ("failed", "copy")
_NO_SUMMARY = Summary((), "none", refusal="No summary was asked for.")


def vote(
    comparison: Comparison, choices: Choices, segment: str, best: str, *, blind: bool = False
) -> Choices:
    """Return the choices with one system as the best of a row: better than every other one.

    Whatever was said of the row before is gone. Equal texts are equal, whoever is the best.
    Raises UsageError: no such row or system, or it has no text there.
    """
    own = _text(comparison, segment, best)
    if not own:
        raise UsageError(f"{best} has no translation in row {segment}: vote for another one.")
    others = [output.name for output in comparison.outputs if output.name != best]
    time = now()
    votes = tuple(
        Vote(segment, best, other, _honest(comparison, segment, (best, other)), blind, time)
        for other in others
    )
    kept = tuple(v for v in choices.votes if v.segment_id != segment)
    return replace(choices, votes=kept + votes)


def compare(
    comparison: Comparison,
    choices: Choices,
    segment: str,
    system: str,
    other: str,
    outcome: Outcome,
    *,
    blind: bool = False,
) -> Choices:
    """Return the choices with a vote on two systems: `system` is better, equal or worse.

    It takes the place of the former vote on the two in this row. Equal texts are equal.
    Raises UsageError: no such row or system, or one system twice.
    """
    if system == other:
        raise UsageError(f"A vote is on two systems; {system} was given twice.")
    said = _honest(comparison, segment, (system, other), outcome)
    new = Vote(segment, system, other, said, blind, now())
    kept = tuple(v for v in choices.votes if _about(v) != _about(new))
    return replace(choices, votes=(*kept, new))


def pick(comparison: Comparison, choices: Choices, segment: str, system: str) -> Choices:
    """Return the choices with a system's words taken for a row.

    Raises UsageError: no such row or system, or it has no text there.
    """
    if not (_text(comparison, segment, system) or (segment, system) in choices.edits):
        raise UsageError(f"{system} has no translation in row {segment}: take another one.")
    return replace(choices, picks={**choices.picks, segment: system})


def unpick(comparison: Comparison, choices: Choices, segment: str) -> Choices:
    """Return the choices without a pick in a row.

    Raises UsageError: no such row.
    """
    _known_row(comparison, segment)
    return replace(choices, picks={k: v for k, v in choices.picks.items() if k != segment})


def edit(comparison: Comparison, choices: Choices, segment: str, system: str, text: str) -> Choices:
    """Return the choices with a person's words in the place of a system's, and these picked.

    Its own words, or none, take the edit back and leave the pick.
    Raises UsageError: no such row or system.
    """
    own = _text(comparison, segment, system)
    edits = {k: v for k, v in choices.edits.items() if k != (segment, system)}
    if not text.strip() or text == own:
        return replace(choices, edits=edits)
    edits[segment, system] = text
    return pick(comparison, replace(choices, edits=edits), segment, system)


def fill(comparison: Comparison, choices: Choices) -> Choices:
    """Return the choices with the consensus picked in every row that has no pick.

    A row in which no system has a text stays without.
    """
    found = {segment: taken.output.name for segment, taken in _taken(comparison, choices).items()}
    return replace(choices, picks={**choices.picks, **found})


def best_of(comparison: Comparison, choices: Choices, fill: Fill = "consensus") -> Result:
    """Return the translation put together: each row of the system that was picked there.

    Rows without a pick have the consensus, or nothing if fill is "nothing". Every translation
    keeps its origin and says in its note whose it is; edited ones are a person's ("human"), and
    what the other systems said are the alternatives. Labels and markers come with the row after
    them. Doubts are those of the checks, with the decisions that the comparison has; the manifest
    names all systems, their signatures and their rows.
    Raises UsageError: no system gave anything.
    """
    if not comparison.outputs:
        raise UsageError("There is nothing to choose from: no system gave a translation.")
    taken = _taken(comparison, choices, fill)
    translations = tuple(_assembled(comparison, choices, taken))
    seen = review(comparison.document, translations, comparison.target)
    manifest = _manifest(comparison, taken, translations)
    column = Column(comparison.target, translations, _signature(manifest))
    result = Result(
        comparison.document, (column,), _NO_SUMMARY, seen.findings, manifest, seen.ledger
    )
    return replace(result, findings=work_list(_decided(comparison, result)))


def keep(result: Result, memory: Memory) -> int:
    """Put the rows of a result into the translation memory and return how many units are new.

    Each unit has the origin of its row, and the system and signature that a best-of names for it.
    What failed, is empty or was only copied is no translation.
    Raises InputError: the memory cannot be written to.
    """
    document = result.document
    made = {
        segment: (system["name"], system["signature"])
        for system in result.manifest.get("systems", ())
        for segment in system["rows"].split()
    }
    units = []
    for column in result.columns:
        done = {t.segment_id: t for t in column.translations}
        run = (str(result.manifest.get("model", "")), column.signature)
        pair = (document.language, column.language)
        for row, t in ((row, done[row.id]) for row in rows(document) if row.id in done):
            if t.text.strip() and t.origin not in _UNTRANSLATED:
                units.append(Unit(*pair, row.text, t.text, t.origin, *made.get(row.id, run)))
    return memory.keep(units)


def store(
    comparison: Comparison, choices: Choices, memory: Memory, former: Choices = NO_CHOICES
) -> None:
    """Keep in the memory what the choices have otherwise than the former ones.

    Texts are hashed but for edits, which a person wrote to have them kept.
    Raises InputError: the memory cannot be written to.
    """
    new = tuple(_marks(comparison, _without(choices, former)))
    memory.choose(new, tuple(_marks(comparison, _without(former, choices))))


def restore(comparison: Comparison, memory: Memory) -> Choices:
    """Return what was chosen before about the same source and the same words of two systems.

    Of systems with the same words, the one of the same name is meant, else the one of the same
    signature, else the first.
    Raises InputError: the memory cannot be read.
    """
    segments = {key: segment for segment, key in row_keys(comparison).items()}
    cells = _cells(comparison)
    picks: dict[str, str] = {}
    edits: dict[tuple[str, str], str] = {}
    votes: dict[tuple[str, frozenset[str]], Vote] = {}
    for mark in memory.chosen(segments):
        segment = segments[mark.row]
        system, other = (_meant(cells[segment], cell) for cell in (mark.cell, mark.other))
        if mark.act == "pick" and system:
            picks[segment] = system
        elif mark.act == "edit" and system:
            edits[segment, system] = mark.value
        elif system and other and system != other:
            found = Vote(segment, system, other, cast(Outcome, mark.value), mark.blind, mark.time)
            votes.pop(_about(found), None)
            votes[_about(found)] = found
    return Choices(picks, edits, tuple(votes.values()))


def row_keys(comparison: Comparison) -> dict[str, str]:
    """Return by the id of each row the hash that names it in any document.

    It is of the languages, the source, and how often the same source stood before in the text.
    """
    languages = (comparison.document.language, comparison.target)
    seen: Counter[str] = Counter()
    keys = {}
    for row in rows(comparison.document):
        source = source_hash(row.text)
        keys[row.id] = text_hash(json.dumps([*languages, source, seen[source]]))
        seen[source] += 1
    return keys


@dataclass(frozen=True, slots=True)
class _Taken:
    """Whose words a row has, and how they came to be there."""

    output: Output
    how: Literal["picked", "consensus"]


def _taken(comparison: Comparison, choices: Choices, fill: Fill = "consensus") -> dict[str, _Taken]:
    """Return whose words each row has, by the id of the row; a row may have none."""
    texts = {output.name: _texts(output) for output in comparison.outputs}
    by_name = {output.name: output for output in comparison.outputs}
    found = {}
    for place, row in enumerate(rows(comparison.document)):
        name = choices.picks.get(row.id, "")
        # An edit that was taken back may have left a pick without words.
        said = choices.edits.get((row.id, name)) or texts.get(name, {}).get(row.id)
        agreed = _consensus(comparison, place) if fill == "consensus" else None
        if said and name in by_name:
            found[row.id] = _Taken(by_name[name], "picked")
        elif agreed:
            found[row.id] = _Taken(agreed, "consensus")
    return found


def _consensus(comparison: Comparison, place: int) -> Output | None:
    """Return the system whose words most others share; unjudged, the first one with a text."""
    if comparison.judgement:
        best = comparison.judgement.consensus[place]
        return None if best == NO_PICK else comparison.outputs[best]
    return next((o for o in comparison.outputs if texts_of(o)[place]), None)


def _assembled(
    comparison: Comparison, choices: Choices, taken: Mapping[str, _Taken]
) -> Iterator[Translation]:
    """Yield a translation per segment of the document, in order."""
    made = {
        output.name: {t.segment_id: t for t in output.result.columns[0].translations}
        for output in comparison.outputs
    }
    whole = {row.id for row in rows(comparison.document)}
    for segment, name in _owners(comparison, taken, whole):
        own = made[name].get(segment.id) if name else None
        if segment.id not in whole:
            copied = Translation(segment.id, comparison.target, segment.text, "copy")
            yield own or copied
        elif own is None:
            note = "nothing was picked"
            yield Translation(segment.id, comparison.target, "", "failed", note=note)
        else:
            said = [made[o.name][segment.id].text for o in comparison.outputs]
            text = choices.edits.get((segment.id, name))
            yield _credited(own, text, f"{taken[segment.id].how}: {name}", said)


def _owners(
    comparison: Comparison, taken: Mapping[str, _Taken], whole: Collection[str]
) -> Iterator[tuple[Segment, str]]:
    """Yield each segment with whose words it has, "" for none.

    Labels and markers have those of the row after them, so that its speaker is called one name.
    """
    first = comparison.outputs[0].name
    after, owners = first, []
    for segment in reversed(comparison.document.segments):
        own = taken.get(segment.id)
        if segment.id in whole:
            after = own.output.name if own else first
        owners.append((segment, "" if segment.id in whole and not own else after))
    yield from reversed(owners)


def _credited(own: Translation, text: str | None, credit: str, said: Sequence[str]) -> Translation:
    """Return a system's translation, or the words of a person in its place, and whose it is."""
    done = own if text is None else by_hand(own, text)
    parts = [credit, *(["edited"] if text is not None else []), *([own.note] if own.note else [])]
    there = [hypothesis.text for hypothesis in done.alternatives]
    others = dict.fromkeys(t for t in said if t.strip() and t not in (done.text, *there))
    alternatives = (*done.alternatives, *(Hypothesis(other) for other in others))
    return replace(done, note="; ".join(parts), alternatives=alternatives)


def _manifest(
    comparison: Comparison, taken: Mapping[str, _Taken], translations: Sequence[Translation]
) -> Manifest:
    document = comparison.document
    prints = Fingerprints()
    prints.add(document.segments, translations)
    edited = [t.segment_id for t in translations if t.origin == "human"]
    return {
        **describe_program(),
        "time": now(),
        "source": {"name": document.name, "language": document.language},
        "systems": [_contribution(output, taken) for output in comparison.outputs],
        "edited": {comparison.target: edited} if edited else {},
        "warnings": [],
        **prints.value(),
    }


def _contribution(output: Output, taken: Mapping[str, _Taken]) -> Manifest:
    """Return what a manifest says of one system: what it is, and the rows that are its own."""
    own = [segment for segment, whose in taken.items() if whose.output.name == output.name]
    made = output.result.manifest
    return {
        "name": output.name,
        "kind": output.kind,
        "signature": output.result.columns[0].signature,
        "files": made.get("files", ""),
        "licence": made.get("licence", ""),
        "segments": len(own),
        "rows": " ".join(own),
    }


def _signature(manifest: Mapping[str, Any]) -> str:
    """Return the line that names a best-of: the program, the systems, and the hash of the text."""
    shares = ",".join(f"{s['name']}={s['segments']}" for s in manifest["systems"] if s["segments"])
    target = "".join(manifest["target_sha256"].values())[:12]
    return f"workbench:{manifest['workbench']}|best-of:{shares}|target:{target}"


def _decided(comparison: Comparison, result: Result) -> tuple[Finding, ...]:
    """Return the findings with what was decided about the same doubts in the comparison."""
    known = {
        key: finding.decision
        for output in comparison.outputs
        for key, finding in zip(finding_keys(output.result), output.result.findings, strict=True)
        if finding.decision in ("accepted", "dismissed")
    }
    return tuple(
        replace(finding, decision=known.get(key, ""))
        for key, finding in zip(finding_keys(result), result.findings, strict=True)
    )


def _text(comparison: Comparison, segment: str, system: str) -> str:
    """Return what a system made of a row.

    Raises UsageError: no such row or system.
    """
    place = _known_row(comparison, segment)
    by_name = {output.name: output for output in comparison.outputs}
    if system not in by_name:
        raise UnknownNameError("system", system, by_name)
    return texts_of(by_name[system])[place]


def _known_row(comparison: Comparison, segment: str) -> int:
    ids = [row.id for row in rows(comparison.document)]
    if segment not in ids:
        raise UsageError(f"There is no row {segment!r} in {comparison.document.name}.")
    return ids.index(segment)


def _honest(
    comparison: Comparison, segment: str, pair: tuple[str, str], outcome: Outcome = "better"
) -> Outcome:
    """Return the outcome, which is "equal" for two systems that say the same."""
    one, other = (_text(comparison, segment, name) for name in pair)
    return "equal" if one == other else outcome


def _about(vote: Vote) -> tuple[str, frozenset[str]]:
    return vote.segment_id, frozenset((vote.system, vote.other))


def _without(choices: Choices, other: Choices) -> Choices:
    """Return the choices that the other ones do not have."""
    return Choices(
        {k: v for k, v in choices.picks.items() if other.picks.get(k) != v},
        {k: v for k, v in choices.edits.items() if other.edits.get(k) != v},
        tuple(v for v in choices.votes if v not in set(other.votes)),
    )


def _marks(comparison: Comparison, choices: Choices) -> Iterator[Chosen]:
    """Yield the choices as the memory keeps them, each of a row and systems that are there."""
    if choices == NO_CHOICES:
        return
    keys = row_keys(comparison)
    made = {output.name: _texts(output) for output in comparison.outputs}
    signatures = {o.name: o.result.columns[0].signature for o in comparison.outputs}

    def cell(segment: str, name: str) -> Cell:
        return Cell(name, text_hash(made[name][segment]), signatures[name])

    for vote in choices.votes:
        if vote.segment_id in keys and {vote.system, vote.other} <= made.keys():
            one, other = (cell(vote.segment_id, name) for name in (vote.system, vote.other))
            said = (vote.outcome, vote.blind, vote.time)
            yield Chosen(keys[vote.segment_id], "vote", one, other, *said)
    for (segment, name), text in choices.edits.items():
        if segment in keys and name in made:
            yield Chosen(keys[segment], "edit", cell(segment, name), value=text)
    for segment, name in choices.picks.items():
        if segment in keys and name in made:
            yield Chosen(keys[segment], "pick", cell(segment, name))


def _texts(output: Output) -> dict[str, str]:
    ids = (row.id for row in rows(output.result.document))
    return dict(zip(ids, texts_of(output), strict=True))


def _cells(comparison: Comparison) -> dict[str, list[Cell]]:
    """Return what each system made of each row, by the id of the row."""
    cells: dict[str, list[Cell]] = {row.id: [] for row in rows(comparison.document)}
    for output in comparison.outputs:
        signature = output.result.columns[0].signature
        for segment, text in _texts(output).items():
            cells[segment].append(Cell(output.name, text_hash(text), signature))
    return cells


def _meant(cells: Sequence[Cell], kept: Cell) -> str:
    """Return the system that a kept cell is about, "" if none has the same words."""
    same = [cell for cell in cells if cell.sha256 == kept.sha256]
    named = [cell for cell in same if cell.system == kept.system]
    signed = [cell for cell in same if cell.signature == kept.signature]
    return next((cell.system for cell in (*named, *signed, *same)), "")
