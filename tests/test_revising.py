"""A person's decisions and words: kept, undone, and never at the cost of another's."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import FakeEngine, bench
from rates import texts
from workbench import revising
from workbench.checks import CHECKS, Review, review, work_list
from workbench.errors import UnknownNameError, UsageError
from workbench.memory import Memory
from workbench.revising import decide, decided, finding_key, open_first, revise, undo
from workbench.segmentation import split
from workbench.types import (
    Column,
    Document,
    Finding,
    Result,
    Segment,
    Summary,
    Translation,
)

WORDS = {"兵士は25歳だった。": "He was 52.", "寒かった。": "It was cold.", "逃げた。": "He fled."}


def made(text: str = "兵士は25歳だった。\n寒かった。\n逃げた。\n") -> Result:
    engine = FakeEngine(lambda texts: [WORDS.get(t, t) for t in texts])
    result = bench(engine).process(split(text, "ja"), ["en", "ko"])
    # The engine leads each text with the language, which is no part of these.
    columns = [
        replace(c, translations=tuple(replace(t, text=t.text[3:]) for t in c.translations))
        for c in result.columns
    ]
    result = replace(result, columns=tuple(columns), findings=())
    doubts = [Finding("numbers", "major", "s1", c, "25 is missing.", (7, 9)) for c in ("en", "ko")]
    return replace(result, findings=tuple(doubts))


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "m.sqlite")


def number_doubts(result: Result, language: str = "en") -> list[str]:
    here = [f for f in result.findings if f.segment_id == "s1" and f.language == language]
    return [f.decision for f in here if f.check == "numbers"]


def test_a_dismissed_doubt_stays_dismissed_in_another_run(memory: Memory) -> None:
    decide(made(), 0, "dismissed", memory)
    assert number_doubts(decided(made(), memory)) == ["dismissed"]


def test_a_dismissed_doubt_stays_dismissed_in_another_document(memory: Memory) -> None:
    decide(made(), 0, "dismissed", memory)
    assert number_doubts(decided(made("兵士は25歳だった。"), memory)) == ["dismissed"]


def test_a_dismissed_doubt_in_one_language_stays_open_in_the_other(memory: Memory) -> None:
    decide(made(), 0, "dismissed", memory)
    assert number_doubts(decided(made(), memory), "ko") == [""]


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [("a", "b", "m"), ("A", "b", "n"), ("A", "B", "m"), ("Ab", "", "m"), ("A", "b\ud800", "m")],
)
def test_a_doubt_has_another_key_when_a_text_changes(
    source: str, target: str, message: str
) -> None:
    doubt = Finding("numbers", "major", "s1", "en", "m")
    other = finding_key(replace(doubt, message=message), source, target)
    assert other != finding_key(doubt, "A", "b")


def test_a_key_does_not_know_the_document() -> None:
    doubt = Finding("numbers", "major", "s1", "en", "m")
    elsewhere = replace(doubt, segment_id="s9", decision="accepted", confidence=0.9)
    assert finding_key(doubt, "A", "b") == finding_key(elsewhere, "A", "b")


def test_equal_doubts_about_equal_pairs_are_decided_together(memory: Memory) -> None:
    result = made("兵士は25歳だった。\n兵士は25歳だった。\n")
    twice = (result.findings[0], replace(result.findings[0], segment_id="s2"))
    after = decide(replace(result, findings=twice), 0, "accepted", memory)
    assert [f.decision for f in after.findings] == ["accepted", "accepted"]


def test_a_decision_can_be_undone_in_the_memory_too(memory: Memory) -> None:
    before = made()
    after = decide(before, 0, "dismissed", memory)
    assert undo(after, before, memory) == before
    assert number_doubts(decided(made(), memory)) == [""]


def test_an_unknown_decision_or_place_is_refused(memory: Memory) -> None:
    with pytest.raises(UnknownNameError, match="dismissed"):
        decide(made(), 0, "dismiss", memory)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no finding 7"):
        decide(made(), 7, "accepted", memory)


def test_words_of_a_person_stand_in_their_cell_alone(memory: Memory) -> None:
    before = made()
    after = revise(before, "en", "s1", "He was 25.", memory)
    assert after.columns[0].translations[0].origin == "human"
    assert after.columns[0].translations[1:] == before.columns[0].translations[1:]
    assert after.columns[1] == before.columns[1]
    assert after.columns[0].translations[0].alternatives[0].text == "He was 52."


def test_a_doubt_that_an_edit_ends_is_fixed_on_record(memory: Memory) -> None:
    after = revise(made(), "en", "s1", "The soldier was 25.", memory)
    assert number_doubts(after) == ["fixed"]
    assert memory.tally() == {"numbers": {"fixed": 1}}


def test_a_doubt_that_an_edit_leaves_is_open(memory: Memory) -> None:
    assert "" in number_doubts(revise(made(), "en", "s1", "He was 53 then.", memory))


def test_an_error_that_the_machine_makes_again_is_open_again(memory: Memory) -> None:
    revise(made(), "en", "s1", "The soldier was 25.", memory)
    assert number_doubts(decided(made(), memory)) == [""]


def test_undoing_an_edit_brings_back_words_doubts_and_memory(memory: Memory) -> None:
    before = made()
    after = revise(before, "en", "s1", "The soldier was 25.", memory)
    assert undo(after, before, memory) == before
    assert memory.tally() == {}


def test_an_edit_keeps_the_decisions_about_everything_else(memory: Memory) -> None:
    before = decide(made(), 1, "accepted", memory)
    after = revise(before, "en", "s2", "It was freezing.", memory)
    assert number_doubts(after, "ko") == ["accepted"]


def test_typing_the_old_words_again_brings_their_dismissal_back(memory: Memory) -> None:
    checked = revise(made(), "en", "s1", "He was 53.", memory)
    place = next(
        i for i, f in enumerate(checked.findings) if (f.language, f.decision) == ("en", "")
    )
    dismissed = decide(checked, place, "dismissed", memory)
    changed = revise(dismissed, "en", "s1", "He was 54.", memory)
    again = revise(changed, "en", "s1", "He was 53.", memory)
    assert "dismissed" in {f.decision for f in again.findings if f.language == "en"}


def test_the_manifest_names_what_a_person_wrote(memory: Memory) -> None:
    before = made()
    after = revise(before, "ko", "s3", "도망쳤다.", memory)
    assert after.manifest["edited"] == {"ko": ["s3"]}
    assert after.manifest["target_sha256"] != before.manifest["target_sha256"]


def test_the_same_words_change_nothing(memory: Memory) -> None:
    before = made()
    assert revise(before, "en", "s1", "He was 52.", memory) is before


@pytest.mark.parametrize("place", [("en", "s99"), ("th", "s1")])
def test_a_cell_that_is_not_there_is_refused(memory: Memory, place: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="no segment"):
        revise(made(), *place, "x", memory)


def test_open_doubts_come_first_and_the_worst_of_them() -> None:
    doubts = [
        Finding("a", "critical", "s1", "en", "", decision="dismissed"),
        Finding("b", "minor", "s1", "en", ""),
        Finding("c", "major", "s1", "en", "", confidence=0.4),
        Finding("d", "major", "s1", "en", "", confidence=0.9),
        Finding("e", "major", "s1", "en", "", decision="accepted"),
    ]
    assert [f.check for f in open_first(doubts)] == ["d", "c", "b", "e", "a"]


LABELS = [
    {"ja": "記者：", "en": "Reporter:", "ko": "기자:"},
    {"ja": "大島：", "en": "Oshima:", "ko": "오시마:"},
]


def reviewed(number: int) -> Result:
    """Return right translations of a document, with labels put in, as a run makes them."""
    rows = [
        row
        for n, row in enumerate(texts()[number][:16])
        for row in (LABELS[n // 2 % 2], row)[n % 2 :]
    ]
    kinds = ["label" if row in LABELS else "sentence" for row in rows]
    segments = [
        Segment(f"s{n}", row["ja"], "\n", kind, 0, n)
        for n, (row, kind) in enumerate(zip(rows, kinds, strict=True))
    ]
    document = Document("ja", tuple(segments))
    columns = [_column(rows, code) for code in ("en", "ko")]
    seen = [review(document, column.translations, column.language) for column in columns]
    findings = work_list(finding for each in seen for finding in each.findings)
    ledger = tuple(entry for each in seen for entry in each.ledger)
    return Result(document, tuple(columns), Summary((), "news"), findings, {}, ledger)


def _column(rows: list[dict[str, str]], code: str) -> Column:
    lines = (Translation(f"s{n}", code, row[code], "mt") for n, row in enumerate(rows))
    return Column(code, tuple(lines), "")


def _edited(text: str, others: list[str], chance: random.Random) -> str:
    """Return what a person may put for a text: another one, a part, a loss, an addition."""
    other = chance.choice(others)
    cut = chance.randrange(len(text) + 1)
    return chance.choice(("", other, text[:cut], text[:cut] + " 7 " + text[cut:], f"“{text}”"))


def _step(result: Result, chance: random.Random, memory: Memory) -> Result:
    """Return the result after one edit and one decision, drawn by chance."""
    # A doubt that is gone and opened again is a person's, not a review's.
    standing = sorted((f for f in result.findings if f.decision != "fixed"), key=repr)
    if standing:
        place = result.findings.index(chance.choice(standing))
        decision = chance.choice(("accepted", "fixed", "dismissed", ""))
        result = decide(result, place, decision, memory)
    column = chance.choice(result.columns)
    old = chance.choice(column.translations)
    text = _edited(old.text, [t.text for t in column.translations], chance)
    return revise(result, column.language, old.segment_id, text, memory)


def _review_in_full(
    document: Document,
    former: object,
    translations: tuple[Translation, ...],
    language: str,
    *_: object,
) -> Review:
    return review(document, translations, language)


def _in_order(result: Result) -> Result:
    """Return the result with doubts that are equally grave in one order: which is first is open."""
    return replace(result, findings=tuple(sorted(result.findings, key=repr)))


@pytest.mark.parametrize("number", range(6))
def test_an_edit_says_the_same_as_a_review_of_everything(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = full = reviewed(number)
    for step in range(12):
        quick = _step(quick, random.Random(step), Memory(tmp_path / "quick.sqlite"))
        with monkeypatch.context() as patched:
            patched.setattr(revising, "review_again", _review_in_full)
            full = _step(full, random.Random(step), Memory(tmp_path / "full.sqlite"))
        assert _in_order(quick) == _in_order(full)
        assert work_list(quick.findings) == quick.findings


def test_a_fixed_doubt_that_is_opened_again_stays_until_its_segment_changes(
    memory: Memory,
) -> None:
    fixed = revise(made(), "en", "s1", "The soldier was 25.", memory)
    place = next(n for n, f in enumerate(fixed.findings) if f.decision == "fixed")
    opened = revise(decide(fixed, place, "accepted", memory), "en", "s2", "Cold it was.", memory)
    assert number_doubts(opened) == ["accepted"]
    assert "accepted" not in number_doubts(revise(opened, "en", "s1", "He was 25.", memory))


def test_a_doubt_that_was_called_fixed_and_is_gone_has_no_place_in_the_new_words(
    memory: Memory,
) -> None:
    after = revise(decide(made(), 0, "fixed", memory), "en", "s1", "25.", memory)
    assert [f.span for f in after.findings if f.decision == "fixed"] == [None]


def test_an_edit_reads_only_its_own_pair_and_the_next_one(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, read = reviewed(1), []
    monkeypatch.setitem(CHECKS, "numbers", lambda pair: iter(read.append(pair.segment.id) or ()))
    sentences = [s.id for s in before.document.segments if s.kind == "sentence"]
    revise(before, "en", sentences[3], "Other words.", memory)
    assert read == sentences[3:5]
