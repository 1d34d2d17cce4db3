"""Who is quoted is read from the text, and every column says it or that it is unclear."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from test_summaries import build, table
from workbench.render import summary_text
from workbench.segmentation import split
from workbench.summaries import bullet_lines, speakers, structure, summarize
from workbench.types import Bullet, Document, Summary

TABLES = json.loads((Path(__file__).parent / "cases" / "summaries.json").read_text("utf-8"))
ANSWER = ["「船は直しながら使うものだ」", "港は静かだった。"]
NAMED = [("label", "呉："), "船は直しながら使うものだ。", "港は静かだった。"]


def found(language: str, lines: Sequence[str | Sequence[str]], place: int) -> speakers.Speaker:
    return speakers.find_speaker(structure.read_body(build(language, lines), ""), place, language)


def line(document: Document, bullet: Bullet, texts: dict[str, str], language: str) -> str:
    return bullet_lines(Summary((bullet,), "news"), texts, document=document, language=language)[0][
        1
    ]


@table("subjects")
def test_the_subject_of_a_saying_is_read_or_nobody_is_named(case: dict[str, Any]) -> None:
    assert speakers.say_subject(case["input"], case["language"]) == case["expected"]


def test_a_label_says_who_speaks() -> None:
    assert found("ja", NAMED, 0) == speakers.Speaker("呉", "s1")


def test_a_label_holds_until_its_paragraph_ends() -> None:
    assert found("ja", NAMED, 1) == speakers.Speaker()


def test_a_quotation_is_given_to_the_neighbour_that_reports_it() -> None:
    lines = ["「寒かった、帰りたかった」", "元灯台守の佐藤さん（71）は目を潤ませて語った。"]
    assert found("ja", lines, 0) == speakers.Speaker("佐藤さん", "s2")


def test_a_quotation_that_nobody_reports_has_an_unknown_speaker() -> None:
    assert found("ja", ANSWER, 0) == speakers.Speaker("?")


def test_a_pronoun_is_no_speaker() -> None:
    assert found("en", ["It rained.", "“I will never go there again,” he said."], 1).name == "?"


@pytest.mark.parametrize(
    "text", ["町は静かだった。", "「光」と題した展示が開かれた。", "「港」だ。"]
)
def test_words_in_quotation_marks_are_not_always_a_saying(text: str) -> None:
    assert found("ja", [text], 0) == speakers.Speaker()


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ja", "［発言者不明］…"),
        ("ko", "[발언자 불명] …"),
        ("en", "[speaker unclear] …"),
        ("fr", "[speaker unclear] …"),
    ],
)
def test_an_unclear_speaker_is_told_in_the_language_of_the_column(
    language: str, expected: str
) -> None:
    bullet = Bullet("b1", ("s1",), speaker="?")
    assert line(build("ja", ANSWER), bullet, {"s1": "…"}, language) == expected


def test_a_label_is_shown_by_its_translation() -> None:
    bullet = Bullet("b1", ("s2",), speaker="呉")
    texts = {"s1": "Oh:", "s2": "Ships are mended while they are used."}
    assert line(build("ja", NAMED), bullet, texts, "en") == f"Oh: {texts['s2']}"


def test_a_name_without_a_translation_stays_as_the_source_has_it() -> None:
    bullet = Bullet("b1", ("s2",), speaker="呉")
    assert line(build("ja", NAMED), bullet, {"s2": "Ships."}, "en") == "呉: Ships."
    assert line(build("ja", NAMED), bullet, {"s2": "船だ。"}, "ja") == "呉：船だ。"


def test_a_column_takes_the_name_from_its_own_sentence() -> None:
    lines = ["「寒かった、帰りたかった」", "元灯台守の佐藤さん（71）は目を潤ませて語った。"]
    texts = {"s1": "“I was cold.”", "s2": "Mr. Sato, 71, a former keeper, said with tears."}
    bullet = Bullet("b1", ("s1",), speaker="佐藤さん")
    assert line(build("ja", lines), bullet, texts, "en") == "Mr. Sato: “I was cold.”"


def test_a_sentence_that_says_who_speaks_is_shown_as_it_is() -> None:
    lines = ["「寒かった、帰りたかった」", "元灯台守の佐藤さん（71）は目を潤ませて語った。"]
    texts = {"s1": lines[0], "s2": lines[1]}
    bullet = Bullet("b1", ("s1", "s2"), speaker="佐藤さん")
    assert line(build("ja", lines), bullet, texts, "ja") == "".join(lines)


def test_a_persons_own_words_get_no_label() -> None:
    bullet = Bullet("b1", ("s1",), texts={"en": "It was cold."}, method="edited", speaker="?")
    assert line(build("ja", ANSWER), bullet, {"s1": "…"}, "en") == "It was cold."
    assert line(build("ja", ANSWER), bullet, {"s1": "…"}, "ko") == "[발언자 불명] …"


def test_every_quotation_bullet_of_a_pasted_interview_has_a_speaker_or_says_it_is_unclear() -> None:
    summary = summarize(split("\n".join(TABLES["texts"]["interview-ja"]["lines"]), "ja"))
    assert [bullet.speaker for bullet in summary.bullets] == ["?"] * len(summary.bullets)


def test_labelled_answers_keep_their_speaker() -> None:
    summary = summarize(build(**TABLES["texts"]["qa-en"]))
    assert [bullet.speaker for bullet in summary.bullets] == ["A", "A"]


@pytest.mark.parametrize("text", ["「" * 3000, "は" * 5000, "「あ」と" * 900, "\ud800「あ」と", ""])
def test_odd_sentences_name_nobody(text: str) -> None:
    assert speakers.say_subject(text, "ja") == speakers.say_subject(text, "ko") == ""


def test_the_written_summary_names_the_speakers() -> None:
    document = build("ja", NAMED)
    summary = Summary((Bullet("b1", ("s2",), speaker="呉"),), "interview")
    texts = {"ja": {"s2": "船だ。"}, "en": {"s2": "Ships."}}
    written = summary_text(summary, texts, "txt", document)
    assert written == "• 呉：船だ。 (s2)\n\n• 呉: Ships. (s2)\n"
