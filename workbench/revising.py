"""What a person does to a result: decide about doubts, and put other words into a cell.

Every function returns a new Result; the former one is the way back. A decision belongs to a doubt
and the two texts it is about: in any document with the same pair it holds again, and when one of
the texts changes the doubt is open again.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from workbench.checks import Review, review_again, work_list
from workbench.errors import InputError, UnknownNameError, UsageError
from workbench.manifest import Fingerprints, Manifest, text_hash
from workbench.memory import Memory, Verdict
from workbench.types import Column, Decision, Finding, Hypothesis, Result, Translation

# A machine that makes the same error again has not fixed it: "fixed" is kept, but not applied.
_LASTING = ("accepted", "dismissed")
_ORDER: tuple[Decision, ...] = ("", "accepted", "fixed", "dismissed")


def finding_key(finding: Finding, source: str, target: str) -> str:
    """Return the hash that names a doubt about a pair of texts, in whatever document."""
    parts = [finding.check, finding.language, source, target, finding.message, finding.span]
    # ASCII, so that half of a surrogate pair is no error.
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def finding_keys(result: Result) -> tuple[str, ...]:
    """Return the key of every finding of a result, in order. Equal doubts have equal keys."""
    texts = _Texts(result)
    return tuple(finding_key(finding, *texts.of(finding)) for finding in result.findings)


def open_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as they are to be looked at: open ones, then accepted, fixed, dismissed.

    Within each the worst come first, then the surest.
    """
    return tuple(sorted(work_list(findings), key=lambda f: _ORDER.index(f.decision)))


def standing(finding: Finding) -> str:
    """Return the severity of a doubt and what was decided about it, in words."""
    return f"{finding.severity}, {finding.decision}" if finding.decision else finding.severity


def decide(result: Result, place: int, decision: Decision, memory: Memory) -> Result:
    """Return the result with a decision about findings[place], kept in the memory.

    The same doubt about the same pair elsewhere in the document is decided with it. "" opens it
    again. The findings stay in their places.
    Raises UnknownNameError: no such decision. UsageError: no such finding. InputError: the memory
    cannot be written to.
    """
    if decision not in get_args(Decision):
        raise UnknownNameError("decision", decision, _ORDER[1:])
    if not 0 <= place < len(result.findings):
        raise UsageError(f"There is no finding {place}: the result has {len(result.findings)}.")
    keys = finding_keys(result)
    findings = tuple(
        replace(finding, decision=decision) if key == keys[place] else finding
        for finding, key in zip(result.findings, keys, strict=True)
    )
    after = replace(result, findings=findings)
    _remember(result, after, memory)
    return after


def decided(result: Result, memory: Memory) -> Result:
    """Return the result with what was decided before about the same doubts and texts.

    Raises InputError: the memory cannot be read.
    """
    keys = finding_keys(result)
    known = memory.decisions(keys)
    findings = tuple(
        replace(finding, decision=known[key])
        if not finding.decision and known.get(key) in _LASTING
        else finding
        for finding, key in zip(result.findings, keys, strict=True)
    )
    return replace(result, findings=findings)


def known(result: Result, memory: Memory) -> Result:
    """Return the result as `decided` does; a memory that cannot be read becomes a warning."""
    try:
        return decided(result, memory)
    except InputError as error:
        warnings = [*result.manifest.get("warnings", ()), str(error)]
        return replace(result, manifest={**result.manifest, "warnings": warnings})


def revise(result: Result, language: str, segment_id: str, text: str, memory: Memory) -> Result:
    """Return the result with a person's words for one segment, and that column checked again.

    The translation's origin becomes "human", the machine's words the first of its alternatives,
    and the manifest names the segment under "edited". Doubts about the segment that are gone stay
    on record as "fixed"; other decisions stay. The same words as before change nothing. Only what
    changed is checked again: findings and ledger of the result must be those of its columns. A
    fixed doubt that a person opens again stays until its segment changes.
    Raises UsageError: no such column or segment. InputError: the memory cannot be used.
    """
    column = next((c for c in result.columns if c.language == language), None)
    translations = column.translations if column else ()
    old = next((t for t in translations if t.segment_id == segment_id), None)
    if column is None or old is None:
        raise UsageError(f"There is no segment {segment_id!r} in a column {language!r}.")
    if text == old.text:
        return result
    new = by_hand(old, text)
    changed = replace(column, translations=tuple(new if t is old else t for t in translations))
    after = decided(_with_column(result, changed, segment_id), memory)
    _remember(result, after, memory)
    return after


def undo(current: Result, former: Result, memory: Memory) -> Result:
    """Return the former result, with the memory as it was then.

    Raises InputError: the memory cannot be written to.
    """
    _remember(current, former, memory)
    return former


class _Texts:
    """The texts that findings are about: a pair, or the whole document and column."""

    def __init__(self, result: Result) -> None:
        document = result.document
        self._source = {segment.id: segment.text for segment in document.segments}
        self._source[""] = text_hash("".join(s.text + s.gap for s in document.segments))
        self._target = {c.language: _target_texts(c) for c in result.columns}

    def of(self, finding: Finding) -> tuple[str, str]:
        """Return the source and target text of a finding, "" where there is none."""
        target = self._target.get(finding.language, {})
        return self._source.get(finding.segment_id, ""), target.get(finding.segment_id, "")


def _target_texts(column: Column) -> dict[str, str]:
    texts = {translation.segment_id: translation.text for translation in column.translations}
    return texts | {"": text_hash("\n".join(texts.values()))}


def by_hand(old: Translation, text: str) -> Translation:
    """Return a person's words in the place of others, which become the first alternative."""
    machine = () if old.origin in ("human", "failed") else (Hypothesis(old.text, old.score),)
    kept = tuple(h for h in (*machine, *old.alternatives) if h.text != text)
    return Translation(old.segment_id, old.language, text, "human", alternatives=kept)


def _with_column(before: Result, column: Column, segment_id: str) -> Result:
    """Return the result with a column in which one segment is another, checked again."""
    language = column.language
    columns = tuple(column if c.language == language else c for c in before.columns)
    old = [finding for finding in before.findings if finding.language == language]
    seen = _checked(before, column, old)
    ledgers = {c.language: [e for e in before.ledger if e.language == c.language] for c in columns}
    ledgers[language] = list(seen.ledger)
    after = replace(
        before,
        columns=columns,
        findings=seen.findings,
        ledger=tuple(entry for entries in ledgers.values() for entry in entries),
        manifest=_manifest(before, columns),
    )
    known = dict(zip(finding_keys(before), before.findings, strict=True))
    kept = [
        replace(finding, decision=known[key].decision) if key in known else finding
        for finding, key in zip(seen.findings, finding_keys(after), strict=True)
    ]
    fixed = [*_still_fixed(old, kept), *_just_fixed(old, kept, segment_id)]
    others = [finding for finding in before.findings if finding.language != language]
    return replace(after, findings=work_list([*others, *kept, *fixed]))


def _checked(before: Result, column: Column, old: Sequence[Finding]) -> Review:
    """Return what is to be said of a column that was another before, with the old findings."""
    language = column.language
    former = next(c.translations for c in before.columns if c.language == language)
    # What is fixed and gone has lost its span; it is put back below, as is what never had one.
    said = tuple(replace(f, decision="") for f in old if f.decision != "fixed" or f.span)
    seen = Review(said, tuple(e for e in before.ledger if e.language == language))
    return review_again(before.document, former, column.translations, language, seen)


def _still_fixed(old: Sequence[Finding], new: Sequence[Finding]) -> Iterator[Finding]:
    """Yield what was fixed before and has not come back, without its place in words now gone."""
    back = {(f.segment_id, f.check, f.message) for f in new}
    fixed = (finding for finding in old if finding.decision == "fixed")
    gone = (f for f in fixed if (f.segment_id, f.check, f.message) not in back)
    yield from (replace(finding, span=None) for finding in gone)


def _just_fixed(
    old: Sequence[Finding], new: Sequence[Finding], segment_id: str
) -> Iterator[Finding]:
    """Yield the doubts about a segment that are gone; one that only says it otherwise is not."""
    there = [f for f in new if f.segment_id == segment_id]
    said = {(f.check, f.message) for f in there}
    open_before = [f for f in old if f.segment_id == segment_id and f.decision in ("", "accepted")]
    gone = Counter(f.check for f in open_before) - Counter(f.check for f in there)
    for finding in open_before:
        if (finding.check, finding.message) not in said and gone[finding.check] > 0:
            gone[finding.check] -= 1
            # Its span was one of the old words.
            yield replace(finding, decision="fixed", span=None)


def _manifest(before: Result, columns: Sequence[Column]) -> Manifest:
    """Return the manifest of the result with these columns: hashes, and what a person wrote."""
    prints = Fingerprints()
    edited: dict[str, list[str]] = {}
    for column in columns:
        prints.add((), column.translations)
        ids = [t.segment_id for t in column.translations if t.origin == "human"]
        edited |= {column.language: ids} if ids else {}
    targets = prints.value()["target_sha256"]
    return {**before.manifest, "target_sha256": targets, "edited": edited}


def _remember(before: Result, after: Result, memory: Memory) -> None:
    """Keep in the memory what `after` decides otherwise than `before`."""
    old = dict(zip(finding_keys(before), before.findings, strict=True))
    new = dict(zip(finding_keys(after), after.findings, strict=True))
    here = {
        key: finding
        for key, finding in new.items()
        if finding.decision != "fixed" and (key not in old or old[key].decision != finding.decision)
    }
    memory.record([*_verdicts(after, here), *_verdicts(before, _fixed(old, new))])


def _fixed(old: Mapping[str, Finding], new: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return the doubts, by the keys they had while open, that are fixed now."""
    now_fixed = {finding for finding in new.values() if finding.decision == "fixed"}
    then = {key: replace(f, decision="fixed", span=None) for key, f in old.items()}
    return {key: f for key, f in then.items() if f in now_fixed and old[key].decision != "fixed"}


def _verdicts(result: Result, findings: Mapping[str, Finding]) -> Iterator[Verdict]:
    texts = _Texts(result)
    for key, finding in findings.items():
        source, target = (text_hash(text) for text in texts.of(finding))
        yield Verdict(key, finding.check, finding.language, source, target, finding.decision)
