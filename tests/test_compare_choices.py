"""Votes, picks and edits lose no row, survive a restart and end as one translation."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comparisons import comparison
from workbench.compare import choices as choosing
from workbench.compare import rows
from workbench.compare.judging import judge
from workbench.compare.values import Choices, Comparison
from workbench.errors import UnknownNameError, UsageError
from workbench.memory import Memory
from workbench.render import FORMATS
from workbench.types import Result

SOURCE = ("記者:", "駅で会った。", "三時に出た。", "雨だった。")
FIRST = comparison(
    SOURCE,
    one=("Reporter:", "We met at the station.", "It left at three.", "It rained."),
    two=("Journalist:", "We met at the station.", "It left at 3.", "It was rain."),
    three=("Press:", "We saw the station.", "It left at three.", ""),
)
NONE = Choices()
IDS = [row.id for row in rows(FIRST.document)]
NAMES = [output.name for output in FIRST.outputs]
steps = st.lists(
    st.tuples(
        st.sampled_from(["pick", "edit", "vote", "compare", "unpick"]),
        st.sampled_from(IDS),
        st.permutations(NAMES),
        st.sampled_from(["better", "equal", "worse"]),
    ),
    max_size=12,
)


def texts(result: Result) -> dict[str, str]:
    return {t.segment_id: t.text for t in result.columns[0].translations}


def walk(whole: Comparison, done: list) -> Choices:
    """Return the choices after some steps; a vote for an empty cell is no step."""
    made = NONE
    for act, segment, (name, other, _), outcome in done:
        if act in ("pick", "vote") and (segment, name) == ("s4", "three"):
            continue
        if act == "pick":
            made = choosing.pick(whole, made, segment, name)
        elif act == "unpick":
            made = choosing.unpick(whole, made, segment)
        elif act == "edit":
            made = choosing.edit(whole, made, segment, name, f"{outcome} words")
        elif act == "compare":
            made = choosing.compare(whole, made, segment, name, other, outcome)
        else:
            made = choosing.vote(whole, made, segment, name)
    return made


def permuted(whole: Comparison, order: list[int]) -> Comparison:
    changed = replace(whole, outputs=tuple(whole.outputs[place] for place in order))
    return replace(changed, judgement=judge(changed))


def test_the_best_of_a_row_is_better_than_every_other_one() -> None:
    votes = choosing.vote(FIRST, NONE, "s4", "one").votes
    assert [(v.system, v.other, v.outcome) for v in votes] == [
        ("one", "two", "better"),
        ("one", "three", "better"),
    ]


def test_equal_texts_are_equal_whoever_is_voted_for() -> None:
    votes = choosing.vote(FIRST, NONE, "s2", "one").votes
    assert {v.other: v.outcome for v in votes} == {"two": "equal", "three": "better"}
    [vote] = choosing.compare(FIRST, NONE, "s2", "two", "one", "better").votes
    assert vote.outcome == "equal"


def test_a_row_has_one_best() -> None:
    first = choosing.vote(FIRST, NONE, "s4", "one")
    second = choosing.vote(FIRST, first, "s4", "two")
    assert {v.system for v in second.votes} == {"two"}


def test_a_second_vote_on_two_systems_takes_the_place_of_the_first() -> None:
    first = choosing.compare(FIRST, NONE, "s3", "one", "two", "better")
    second = choosing.compare(FIRST, first, "s3", "two", "one", "better", blind=True)
    assert [(v.system, v.outcome, v.blind) for v in second.votes] == [("two", "better", True)]


def test_an_empty_cell_cannot_be_the_best() -> None:
    with pytest.raises(UsageError, match="no translation in row s4"):
        choosing.vote(FIRST, NONE, "s4", "three")


def test_an_empty_cell_is_picked_only_once_it_is_written() -> None:
    with pytest.raises(UsageError, match="no translation in row s4"):
        choosing.pick(FIRST, NONE, "s4", "three")
    made = choosing.edit(FIRST, NONE, "s4", "three", "Rain fell.")
    assert texts(choosing.best_of(FIRST, made))["s4"] == "Rain fell."
    taken_back = choosing.edit(FIRST, made, "s4", "three", "")
    assert texts(choosing.best_of(FIRST, taken_back))["s4"] == "It was rain."


def test_names_that_are_not_there_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'three'"):
        choosing.pick(FIRST, NONE, "s2", "thre")
    with pytest.raises(UsageError, match="no row 's1'"):
        choosing.unpick(FIRST, NONE, "s1")
    with pytest.raises(UsageError, match="given twice"):
        choosing.compare(FIRST, NONE, "s2", "one", "one", "equal")


def test_an_edit_is_picked_and_its_own_words_take_it_back() -> None:
    edited = choosing.edit(FIRST, NONE, "s3", "two", "It left at 3:00.")
    assert (edited.picks, edited.edits) == ({"s3": "two"}, {("s3", "two"): "It left at 3:00."})
    assert choosing.edit(FIRST, edited, "s3", "two", "It left at 3.").edits == {}


def test_the_best_of_says_whose_every_row_is() -> None:
    made = choosing.pick(FIRST, NONE, "s2", "three")
    made = choosing.edit(FIRST, made, "s3", "two", "It left at 3:00.")
    done = choosing.best_of(FIRST, made).columns[0].translations
    assert [(t.origin, t.note) for t in done] == [
        ("mt", ""),
        ("mt", "picked: three"),
        ("human", "picked: two; edited"),
        ("mt", "consensus: two"),
    ]


def test_a_label_is_that_of_the_row_after_it() -> None:
    result = choosing.best_of(FIRST, choosing.pick(FIRST, NONE, "s2", "three"))
    assert texts(result)["s1"] == "Press:"


def test_other_systems_words_are_the_alternatives() -> None:
    made = choosing.edit(FIRST, NONE, "s3", "two", "It left at 3:00.")
    done = choosing.best_of(FIRST, made).columns[0].translations[2]
    assert [h.text for h in done.alternatives] == ["It left at 3.", "It left at three."]


def test_rows_without_a_pick_can_stay_empty_and_are_doubted() -> None:
    result = choosing.best_of(FIRST, choosing.pick(FIRST, NONE, "s2", "one"), fill="nothing")
    assert [t.origin for t in result.columns[0].translations] == ["mt", "mt", "failed", "failed"]
    assert {f.segment_id for f in result.findings if f.severity == "critical"} == {"s3", "s4"}


def test_the_manifest_names_every_system_with_its_rows() -> None:
    systems = choosing.best_of(FIRST, choosing.pick(FIRST, NONE, "s2", "three")).manifest["systems"]
    assert [(s["name"], s["segments"], s["rows"]) for s in systems][2] == ("three", 1, "s2")
    assert sum(s["segments"] for s in systems) == len(IDS)
    assert all(s["signature"] for s in systems)


def test_doubts_are_those_of_the_words_that_were_taken() -> None:
    made = choosing.edit(FIRST, NONE, "s3", "two", "It left at 4.")
    doubts = choosing.best_of(FIRST, made).findings
    assert ("numbers", "s3") in {(f.check, f.segment_id) for f in doubts}


def test_what_was_decided_about_a_doubt_holds_in_the_best_of() -> None:
    wrong = comparison(["三時に出た。"], one=["It left at 4."])
    output = wrong.outputs[0]
    said = tuple(replace(f, decision="dismissed") for f in output.result.findings)
    seen = replace(output, result=replace(output.result, findings=said))
    best = choosing.best_of(replace(wrong, outputs=(seen,)), NONE)
    assert best.findings and {f.decision for f in best.findings} == {"dismissed"}


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"docx"}))
def test_a_best_of_can_be_exported(name: str) -> None:
    made = choosing.edit(FIRST, NONE, "s3", "two", "It left at 3:00.")
    result = choosing.best_of(FIRST, made)
    wanted = {"ledger": "numbers", "manifest": "best", "tmx": "x-origin"}.get(name, "3:00")
    text = FORMATS[name](result)
    assert (wanted if name != "manifest" else '"two"') in text


def test_nothing_can_be_put_together_from_no_system() -> None:
    with pytest.raises(UsageError, match="no system gave"):
        choosing.best_of(replace(FIRST, outputs=(), judgement=None), NONE)


def test_filling_picks_the_consensus_where_nothing_is_picked() -> None:
    made = choosing.fill(FIRST, choosing.pick(FIRST, NONE, "s2", "three"))
    assert set(made.picks) == set(IDS)
    assert made.picks["s2"] == "three"


def test_kept_rows_are_units_with_their_origin_and_system(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite", clock=lambda: "then")
    made = choosing.edit(FIRST, NONE, "s3", "two", "It left at 3:00.")
    result = choosing.best_of(FIRST, made)
    assert (choosing.keep(result, memory), choosing.keep(result, memory)) == (3, 0)
    unit = memory.find("ja", "en", ["三時に出た。"])["三時に出た。"]
    assert (unit.target, unit.origin, unit.system) == ("It left at 3:00.", "human", "two")


@settings(deadline=None)
@given(steps, st.permutations([0, 1, 2]))
def test_the_order_of_the_systems_changes_no_choice(done: list, order: list[int]) -> None:
    there, here = walk(permuted(FIRST, order), done), walk(FIRST, done)
    assert (there.picks, there.edits) == (here.picks, here.edits)

    def said(made: Choices) -> set:
        return {(v.segment_id, v.system, v.other, v.outcome) for v in made.votes}

    assert said(there) == said(here)


@settings(max_examples=25, deadline=None)
@given(steps, st.permutations([0, 1, 2]))
def test_the_order_of_the_systems_changes_no_picked_row(done: list, order: list[int]) -> None:
    made = choosing.fill(FIRST, walk(FIRST, done))
    other = choosing.best_of(permuted(FIRST, order), made)
    assert texts(other) == texts(choosing.best_of(FIRST, made))


@settings(max_examples=25, deadline=None)
@given(steps)
def test_no_row_is_ever_lost(done: list) -> None:
    result = choosing.best_of(FIRST, walk(FIRST, done))
    assert list(texts(result)) == [segment.id for segment in FIRST.document.segments]
    assert all(texts(result).values())


@settings(max_examples=50, deadline=None)
@given(steps, steps)
def test_choices_survive_a_restart(tmp_path_factory, before: list, after: list) -> None:
    path = tmp_path_factory.mktemp("memory") / "m.sqlite"
    first, last = walk(FIRST, before), walk(FIRST, after)
    choosing.store(FIRST, first, Memory(path))
    choosing.store(FIRST, last, Memory(path), former=first)
    back = choosing.restore(FIRST, Memory(path))
    assert (back.picks, back.edits) == (last.picks, last.edits)
    assert set(back.votes) == set(last.votes)


def test_a_vote_holds_for_the_same_words_under_another_name(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    choosing.store(FIRST, choosing.vote(FIRST, NONE, "s4", "one"), memory)
    renamed = replace(FIRST.outputs[0], name="other")
    again = replace(FIRST, outputs=(*FIRST.outputs[1:], renamed))
    assert {v.system for v in choosing.restore(again, memory).votes} == {"other"}


def test_a_vote_ends_when_the_words_change(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    choosing.store(FIRST, choosing.vote(FIRST, NONE, "s4", "one"), memory)
    lines = ("Reporter:", "We met.", "It left.", "There was rain.")
    again = replace(FIRST, outputs=comparison(SOURCE, one=lines).outputs + FIRST.outputs[1:])
    assert choosing.restore(again, memory).votes == ()


def test_of_a_sentence_said_twice_each_has_its_own_pick(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "m.sqlite")
    twice = comparison(["はい。", "はい。"], one=["Yes.", "Yes."], two=["Yeah.", "Sure."])
    made = choosing.pick(twice, choosing.pick(twice, NONE, "s1", "one"), "s2", "two")
    choosing.store(twice, made, memory)
    assert choosing.restore(twice, memory).picks == {"s1": "one", "s2": "two"}


def test_votes_keep_no_word_of_a_text(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    choosing.store(FIRST, choosing.vote(FIRST, NONE, "s4", "one"), Memory(path))
    found = path.read_bytes()
    assert b"It rained" not in found and "雨だった".encode() not in found
