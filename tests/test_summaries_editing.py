"""A person changes a summary: ids stay, former summaries stay, and what is shown stays true."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from test_summaries import build, sample
from workbench.errors import UsageError
from workbench.summaries import editing, summarize
from workbench.summaries.comparison import column_document, compare_column
from workbench.summaries.coverage import measured
from workbench.types import Bullet, Column, Result, Summary, Translation

TABLES = json.loads((Path(__file__).parent / "cases" / "summaries.json").read_text("utf-8"))
DOCUMENT = sample("news-ja")
SUMMARY = summarize(DOCUMENT)
KOREAN = [segment.text for segment in sample("news-ko").segments]
TEXTS = {segment.id: segment.text for segment in DOCUMENT.segments}


def names(summary: Summary) -> list[str]:
    return [bullet.id for bullet in summary.bullets]


def translated(lines: list[str]) -> Result:
    """Return the first lines of the Japanese sample with these lines as their Korean column."""
    document = replace(DOCUMENT, segments=DOCUMENT.segments[: len(lines)])
    pairs = zip(document.segments, lines, strict=True)
    rows = tuple(Translation(s.id, "ko", line, "mt") for s, line in pairs)
    return Result(document, (Column("ko", rows, ""),), summarize(document), ())


@pytest.mark.parametrize(
    ("bullet", "place", "expected"),
    [("b1", 2, "b2 b3 b1"), ("b3", 0, "b3 b1 b2"), ("b2", 1, "b1 b2 b3")],
)
def test_a_bullet_moves_to_its_place(bullet: str, place: int, expected: str) -> None:
    assert names(editing.move(SUMMARY, bullet, place)) == expected.split()


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_outside_the_list_is_refused(place: int) -> None:
    with pytest.raises(UsageError, match="give a number from 0 to 2"):
        editing.move(SUMMARY, "b1", place)


def test_what_was_edited_is_still_there() -> None:
    before = names(SUMMARY)
    editing.remove(editing.move(SUMMARY, "b1", 2), "b2", DOCUMENT)
    assert names(SUMMARY) == before == ["b1", "b2", "b3"]


def test_a_removed_bullet_covers_nothing() -> None:
    left = editing.remove(SUMMARY, "b2", DOCUMENT)
    assert names(left) == ["b1", "b3"]
    assert left.coverage < SUMMARY.coverage
    assert left.number_coverage < SUMMARY.number_coverage


def test_without_any_bullet_the_summary_says_why() -> None:
    left = SUMMARY
    for name in names(SUMMARY):
        left = editing.remove(left, name, DOCUMENT)
    assert (left.bullets, left.coverage) == ((), 0.0)
    assert left.refusal == "All bullets were removed."


def test_a_bullet_added_after_all_were_removed_is_a_summary_again() -> None:
    empty = replace(SUMMARY, bullets=(), refusal="All bullets were removed.")
    again = editing.add(empty, DOCUMENT, "s7")
    assert (names(again), again.refusal) == (["b1"], "")
    assert again.coverage > 0


def test_words_of_a_person_stand_in_their_column_only() -> None:
    edited = editing.reword(SUMMARY, "b2", "en", " Forty residents mended it. ")
    bullet = edited.bullets[1]
    assert (bullet.texts, bullet.method) == ({"en": "Forty residents mended it."}, "edited")
    assert bullet.segment_ids == SUMMARY.bullets[1].segment_ids


def test_what_the_linked_segments_lack_becomes_a_doubt() -> None:
    text = "有志五十人と田中さんが「三年で直した」。"
    doubts = editing.reword(SUMMARY, "b2", "ja", text, TEXTS).bullets[1].doubts
    lacking = ("the number 五十", "the name 田中", "the quotation '三年で直した'")
    assert doubts == tuple(f"Japanese: The text does not have {lack}." for lack in lacking)


def test_words_that_the_linked_segments_have_raise_no_doubt() -> None:
    text = "町の有志40人が三年かけて灯台を修理した。"
    assert editing.reword(SUMMARY, "b2", "ja", text, TEXTS).bullets[1].doubts == ()


def test_other_words_take_the_doubts_of_the_former_ones_away() -> None:
    twice = editing.reword(SUMMARY, "b2", "ja", "有志50人が修理した。", TEXTS)
    twice = editing.reword(twice, "b2", "en", "Ninety residents.", {"s3": "Forty residents."})
    last = editing.reword(twice, "b2", "ja", "有志40人が修理した。", TEXTS)
    assert last.bullets[1].doubts == ("English: The text does not have the number Ninety.",)


def test_a_doubt_about_a_models_words_goes_with_them() -> None:
    written = replace(SUMMARY.bullets[0], texts={"ja": "何か"}, doubts=("About that.",))
    summary = replace(SUMMARY, bullets=(written, *SUMMARY.bullets[1:]))
    assert editing.reword(summary, "b1", "en", "It.").bullets[0].doubts == ("About that.",)
    assert editing.reword(summary, "b1", "ja", "灯台。").bullets[0].doubts == ()


def test_coverage_is_that_of_the_new_words() -> None:
    edited = editing.reword(SUMMARY, "b2", "ja", "灯台が直った。", TEXTS, DOCUMENT)
    assert edited.coverage < SUMMARY.coverage
    assert edited.number_coverage < SUMMARY.number_coverage
    foreign = editing.reword(SUMMARY, "b2", "en", "It was mended.", TEXTS, DOCUMENT)
    assert foreign.coverage == SUMMARY.coverage


def test_no_words_are_no_bullet() -> None:
    with pytest.raises(UsageError, match="remove it instead"):
        editing.reword(SUMMARY, "b2", "ja", " \n")


def test_another_sentence_takes_the_place_and_the_id() -> None:
    edited = editing.replace_bullet(SUMMARY, DOCUMENT, "b1", "s8")
    assert names(edited) == ["b1", "b2", "b3"]
    assert edited.bullets[0].segment_ids == ("s8",)
    assert edited == measured(edited, DOCUMENT) != SUMMARY


def test_a_quotation_put_in_brings_its_speaker() -> None:
    edited = editing.replace_bullet(SUMMARY, DOCUMENT, "b3", "s5")
    bullet = edited.bullets[2]
    assert (bullet.segment_ids, bullet.speaker) == (("s5", "s6"), "佐藤さん")


def test_an_added_sentence_stands_where_it_comes_in_the_text() -> None:
    wider = editing.add(editing.add(SUMMARY, DOCUMENT, "s9"), DOCUMENT, "s7")
    assert names(wider) == ["b1", "b2", "b3", "b5", "b4"]
    assert wider.coverage > SUMMARY.coverage


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        ("s99", "There is no segment 's99'"),
        ("s1", "s1 is a title, label or caption"),
        ("s12", "s12 is a title, label or caption"),
        ("s3", "s3 stands in bullet b2 already"),
    ],
)
def test_what_cannot_be_a_bullet_is_refused_with_the_reason(segment: str, message: str) -> None:
    for attempt in (
        lambda: editing.add(SUMMARY, DOCUMENT, segment),
        lambda: editing.replace_bullet(SUMMARY, DOCUMENT, "b1", segment),
    ):
        with pytest.raises(UsageError, match=message):
            attempt()


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: editing.move(SUMMARY, "b9", 0),
        lambda: editing.remove(SUMMARY, "b9"),
        lambda: editing.reword(SUMMARY, "b9", "ja", "…"),
        lambda: editing.replace_bullet(SUMMARY, DOCUMENT, "b9", "s8"),
        lambda: editing.alternatives(DOCUMENT, SUMMARY, "b9"),
    ],
)
def test_an_unknown_bullet_is_named_with_the_known_ones(attempt) -> None:
    with pytest.raises(UsageError, match=r"No bullet named 'b9'.*Known: b1, b2, b3"):
        attempt()


def test_alternatives_are_the_next_best_sentences() -> None:
    found = editing.alternatives(DOCUMENT, SUMMARY, "b3", n=2)
    more = summarize(DOCUMENT, count=4)
    assert found[0] in {i for bullet in more.bullets for i in bullet.segment_ids}
    used = {i for bullet in SUMMARY.bullets for i in bullet.segment_ids}
    assert len(found) == 2 and not used & set(found)


def test_what_may_become_one_more_bullet_is_none_of_those_there() -> None:
    offered = editing.alternatives(DOCUMENT, SUMMARY, "", n=20)
    there = {i for bullet in SUMMARY.bullets for i in bullet.segment_ids}
    assert offered and there.isdisjoint(offered)
    for segment in offered:
        assert len(editing.add(SUMMARY, DOCUMENT, segment).bullets) == len(SUMMARY.bullets) + 1


def test_alternatives_do_not_say_again_what_another_bullet_says() -> None:
    lines = TABLES["texts"]["news-en"]["lines"]
    document = build("en", [*lines, lines[2].replace("Forty", "Fifty")])
    chosen = replace(SUMMARY, bullets=(Bullet("b1", ("s2",)), Bullet("b2", ("s3",))))
    assert "s12" in editing.alternatives(document, chosen, "b2", n=20)
    assert "s12" not in editing.alternatives(document, chosen, "b1", n=20)


def test_every_alternative_can_take_the_place() -> None:
    for segment in editing.alternatives(DOCUMENT, SUMMARY, "b1", n=20):
        assert (
            segment
            in editing.replace_bullet(SUMMARY, DOCUMENT, "b1", segment).bullets[0].segment_ids
        )


def test_a_column_with_the_same_words_has_every_bullet_in_common() -> None:
    result = translated(KOREAN)
    found = compare_column(replace(result, summary=compare_column(result, "ko").summary), "ko")
    assert (found.overlap, found.common) == (1.0, ("b1", "b2", "b3"))


def test_a_column_of_other_words_is_chosen_by_itself() -> None:
    found = compare_column(translated([*KOREAN[:1], *KOREAN[:0:-1]]), "ko")
    assert found.overlap == round(len(found.common) / 3, 4) < 1
    assert (
        found.sentence
        == f"Korean summarised by itself: {len(found.common)} of 3 bullets in common."
    )


def test_a_column_that_says_nothing_cannot_be_summarised() -> None:
    found = compare_column(translated([""] * len(KOREAN)), "ko")
    assert (found.overlap, found.common) == (0.0, ())
    assert found.sentence.startswith("Korean cannot be summarised by itself. Too short")


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="No column named 'fr'"):
        compare_column(translated([""] * len(KOREAN)), "fr")


def test_a_column_is_a_document_with_the_same_ids() -> None:
    document = column_document(translated(KOREAN), "ko")
    text = "".join(segment.text + segment.gap for segment in document.segments)
    assert [s.id for s in document.segments] == [f"s{i}" for i in range(1, len(KOREAN) + 1)]
    assert all(text[s.start : s.start + len(s.text)] == s.text for s in document.segments)


def test_a_bullet_without_a_segment_of_the_text_covers_nothing() -> None:
    assert measured(Summary((Bullet("b1", ("s99",)),), "news"), DOCUMENT).coverage == 0.0
