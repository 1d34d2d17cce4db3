"""Bullets are chosen once on the source; tests build documents by hand, one line a paragraph."""

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UnknownNameError, UsageError
from workbench.segmentation import split
from workbench.summaries import BLOCK, bullet_lines, ranking, structure, summarize
from workbench.summaries.boilerplate import is_boilerplate
from workbench.types import Bullet, Document, Segment, Summary

TABLES = json.loads((Path(__file__).parent / "cases" / "summaries.json").read_text("utf-8"))


def build(language: str, lines: Sequence[str | Sequence[str]]) -> Document:
    segments: list[Segment] = []
    start = paragraph = 0
    for number, line in enumerate(lines, 1):
        kind, text = ("sentence", line) if isinstance(line, str) else line
        gap = " " if kind in ("label", "marker") else "\n"
        segments.append(Segment(f"s{number}", text, gap, kind, start, paragraph))
        start, paragraph = start + len(text) + 1, paragraph + (gap == "\n")
    return Document(language, tuple(segments))


def sample(name: str) -> Document:
    return build(**TABLES["texts"][name])


def table(name: str) -> Any:
    rows = []
    for row in TABLES[name]:
        failing = [pytest.mark.xfail(strict=True)] if row.get("expect") == "fail" else []
        rows.append(pytest.param(row, id=row["label"], marks=failing))
    return pytest.mark.parametrize("case", rows)


def ids(summary: Summary) -> list[list[str]]:
    return [list(bullet.segment_ids) for bullet in summary.bullets]


def numbered(total: int) -> Document:
    subjects = ("harbour", "teacher", "railway", "orchard", "minister", "weather", "museum")
    things = ("opened", "lost", "painted", "measured", "forgot", "sold", "repaired", "sang about")
    lines = [
        f"The {subjects[n % 7]} {things[n % 8]} item {n * 7919 % 99991} on day {n * 31 % 997}."
        for n in range(total)
    ]
    return build("en", lines)


@table("bullets")
def test_bullets_are_the_expected_segments_in_document_order(case: dict[str, Any]) -> None:
    summary = summarize(sample(case["input"]), count=case.get("count"))
    assert (ids(summary), summary.preset) == (case["expected"], case["preset"])


@table("refusals")
def test_a_text_too_short_is_refused_with_the_reason(case: dict[str, Any]) -> None:
    summary = summarize(build(case["language"], case["lines"]))
    assert (summary.bullets, summary.refusal) == ((), case["expected"])


@table("boilerplate")
def test_bylines_captions_and_tables_are_told_from_sentences(case: dict[str, Any]) -> None:
    assert is_boilerplate(case["input"]) is case["expected"]


@table("questions")
def test_questions_are_told_from_statements(case: dict[str, Any]) -> None:
    assert structure.is_question(case["input"], case["language"]) is case["expected"]


@table("quotes")
def test_a_quotation_is_a_sentence_quoted_from_end_to_end(case: dict[str, Any]) -> None:
    assert structure.is_quote(case["input"]) is case["expected"]


@table("titles")
def test_the_title_is_found_where_there_is_one(case: dict[str, Any]) -> None:
    assert structure.find_title(build(case["language"], case["lines"])) == case["expected"]


@table("scores")
def test_the_news_score_is_frozen(case: dict[str, Any]) -> None:
    bullets = summarize(sample(case["input"]), count=9).bullets
    found = {bullet.segment_ids[0]: bullet.score for bullet in bullets}
    assert found == pytest.approx(case["expected"], abs=1e-6)


def test_the_news_score_is_the_published_sum_on_a_case_worked_by_hand() -> None:
    texts = ["abcd", "abxy", "zzqw"]
    result = ranking.rank(texts, "zz", [1.0, 0.25, 0.0], by_words=False, news=True)
    # TextRank 1, 1, 0; PacSum 1, 0, 0; title 0, 0, 1 before its weights 1, 2 and 0.5.
    raw = [1 + 2 + 0 + 1.0, 1 + 0 + 0 + 0.25, 0 + 0 + 0.5 + 0.0]
    assert result.scores == pytest.approx([1.0, (raw[1] - 0.5) / 3.5, 0.0])


def test_cosines_are_those_of_smoothed_tf_idf() -> None:
    result = ranking.rank(["ab", "abc"], "", [1.0, 0.0], by_words=False, news=True)
    # ab has df 2 and idf 1; bc and abc have df 1 and idf ln(3/2) + 1.
    rare = math.log(1.5) + 1
    assert result.kept == (1,)
    cosine = ranking.rank(["abq", "abc"], "", [1, 0], by_words=False, news=True).similarity[0, 1]
    assert cosine == pytest.approx(1 / (1 + 2 * rare**2))


def test_an_unknown_preset_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'interview'"):
        summarize(sample("news-ja"), preset="intervew")


def test_the_preset_can_be_set_by_hand() -> None:
    assert summarize(sample("news-ja"), preset="interview").preset == "interview"
    assert summarize(sample("interview-ja"), preset="news").preset == "news"


@pytest.mark.parametrize("name", sorted(TABLES["texts"]))
@pytest.mark.parametrize("preset", ["news", "interview"])
@pytest.mark.parametrize("count", [1, 3, 7, 1000])
def test_no_bullet_is_a_question_a_title_or_boilerplate(name: str, preset: str, count: int) -> None:
    document = sample(name)
    texts = {segment.id: segment.text for segment in document.segments}
    summary = summarize(document, preset=preset, count=count)
    said = [[texts[i] for i in bullet.segment_ids] for bullet in summary.bullets]
    assert 1 <= len(said) <= count
    assert not any(structure.is_question(b[0], document.language) for b in said if len(b) == 1)
    assert not any(is_boilerplate(text) for bullet in said for text in bullet)
    assert summary.title_id not in [i for bullet in summary.bullets for i in bullet.segment_ids]


@pytest.mark.parametrize("name", sorted(TABLES["texts"]))
def test_bullets_are_at_most_sixty_percent_of_the_text(name: str) -> None:
    document = sample(name)
    body = structure.read_body(document, structure.find_title(document))
    lengths = {sentence.id: len(sentence.text) for sentence in body}
    chosen = sum(lengths[i] for ids_ in ids(summarize(document, count=99)) for i in ids_)
    assert chosen <= 0.6 * sum(lengths.values())


@pytest.mark.parametrize(("total", "expected"), [(20, 3), (60, 5), (120, 7)])
def test_longer_texts_get_more_bullets(total: int, expected: int) -> None:
    assert len(summarize(numbered(total)).bullets) == expected


def test_near_duplicates_appear_once() -> None:
    lines = TABLES["texts"]["news-en"]["lines"]
    again = [line.replace("1945", "1946") for line in lines[1:4]]
    found = ids(summarize(build("en", [*lines, *again]), count=9))
    assert not {"s12", "s13", "s14"} & {i for bullet in found for i in bullet}


def test_of_two_sentences_the_one_contained_in_the_other_goes() -> None:
    texts = ["the harbour was closed", "the harbour was closed on monday by the mayor", "it rained"]
    result = ranking.rank(texts, "", [1.0, 0.5, 0.0], by_words=True, news=True)
    assert result.kept == (1, 2)


def test_a_hanging_opener_waits_for_its_predecessor() -> None:
    scores = [0.5, 0.6, 0.55]
    kept = ranking.Ranking((0, 1, 2), ranking.np.array(scores), ranking.np.zeros((3, 3)))
    assert ranking.pick(kept, 3, [0, 0, 0], {}) == [1, 2, 0]
    assert ranking.pick(kept, 3, [0, 0, 0], {1: 0}) == [2, 0, 1]
    assert ranking.pick(kept, 2, [0, 0, 0], {1: 2}) == [2, 1]


def test_a_long_sentence_is_less_wanted_but_not_excluded() -> None:
    kept = ranking.Ranking((0, 1), ranking.np.array([1.0, 0.9]), ranking.np.zeros((2, 2)))
    assert ranking.pick(kept, 2, [0.0, 0.0], {}) == [0, 1]
    assert ranking.pick(kept, 2, [1.0, 0.0], {}) == [1, 0]


def test_a_short_answer_brings_its_question() -> None:
    document = sample("interview-ja")
    body = structure.read_body(document, "s1")
    answer = next(i for i, s in enumerate(body) if s.text == "「いいえ、一度もありません」")
    assert structure.companions(body, answer, "ja") == (answer - 1,)
    assert structure.companions(body, answer - 2, "ja") == ()


def test_a_quotation_without_a_reporting_neighbour_stands_alone() -> None:
    body = structure.read_body(build("ja", ["雨が降った。", "「寒かった」", "川が凍った。"]), "")
    assert structure.companions(body, 1, "ja") == ()


@pytest.mark.parametrize("label", ["記者", "Q:", "기자", "Interviewer:"])
def test_what_an_interviewer_says_is_a_question_until_the_paragraph_ends(label: str) -> None:
    lines = [("label", label), "Tell us about it.", "It was cold."]
    assert [s.question for s in structure.read_body(build("en", lines), "")] == [True, False]


def test_a_dash_marker_makes_a_japanese_line_a_question() -> None:
    lines = [("marker", "――"), "つらい時期でしたね。", "寒かった。"]
    assert [s.question for s in structure.read_body(build("ja", lines), "")] == [True, False]


def test_a_dashed_list_in_english_asks_nothing() -> None:
    lines = [("marker", "—"), "Bring warm clothes.", ("marker", "—"), "Bring water."]
    assert not any(s.question for s in structure.read_body(build("en", lines), ""))


def test_one_question_in_a_report_does_not_make_an_interview() -> None:
    lines = [*TABLES["texts"]["news-en"]["lines"], "Who will pay?"]
    assert summarize(build("en", lines)).preset == "news"


def test_coverage_grows_with_the_bullets_and_stays_a_share() -> None:
    document = sample("news-ko")
    found = [summarize(document, count=count).coverage for count in (1, 2, 3, 4)]
    assert found == sorted(found)
    assert 0 < found[0] < found[-1] <= 1


def test_bullets_are_the_same_when_asked_twice() -> None:
    assert summarize(numbered(300)) == summarize(numbered(300))


def test_a_long_text_is_never_ranked_in_one_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    likeness = ranking._likeness
    monkeypatch.setattr(ranking, "_likeness", lambda r: sizes.append(len(r)) or likeness(r))
    assert len(summarize(numbered(2 * BLOCK + 50)).bullets) == 7
    assert len(sizes) == 4 * 3
    assert max(sizes) <= BLOCK


def test_shorter_sentences_are_chosen_where_they_are_wanted() -> None:
    means = [_mean_length(wanted) for wanted in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert means == sorted(means)
    assert means[0] < means[2] < means[4]


def _mean_length(wanted: float) -> float:
    tails = ("", " after rain", " in the cold and windy spring of that year, as was said later")
    short = [segment.text[:-1] for segment in numbered(60).segments]
    lines = {f"s{n + 1}": f"{line}{tails[n % 3]}." for n, line in enumerate(short)}
    chosen = ids(summarize(build("en", list(lines.values())), length=wanted))
    return sum(len(lines[i]) for bullet in chosen for i in bullet) / len(chosen)


def test_no_length_is_the_length_of_today() -> None:
    assert summarize(sample("news-en"), length=0.5) == summarize(sample("news-en"))


@pytest.mark.parametrize(
    ("option", "value"), [("length", -0.1), ("length", 1.1), ("similar", 0.0), ("similar", 1.5)]
)
def test_options_out_of_range_are_refused(option: str, value: float) -> None:
    with pytest.raises(UsageError, match=f"is {value}: give a number"):
        summarize(sample("news-en"), **{option: value})


def test_a_stricter_likeness_leaves_fewer_sentences() -> None:
    lines = TABLES["texts"]["news-en"]["lines"]
    near = [lines[1].replace("1945", "1946").replace("small harbour", "big mountain")]
    document = build("en", [*lines, *near, *(f"{line} Indeed so." for line in lines[6:8])])
    counts = [len(summarize(document, count=15, similar=s).bullets) for s in (0.05, 0.3, 1.0)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_many_bullets_of_a_long_text_come_from_every_part() -> None:
    summary = summarize(numbered(2 * BLOCK + 50), count=BLOCK)
    places = [int(bullet.segment_ids[0][1:]) for bullet in summary.bullets]
    assert places == sorted(places)
    assert min(places) < 50
    assert max(places) > 2 * BLOCK * 0.9


def test_columns_show_the_translations_of_the_same_segments() -> None:
    summary = Summary((Bullet("b1", ("s1", "s2")), Bullet("b2", ("s4",))), "news")
    texts = {"s1": " “It was cold.” ", "s2": "he said.", "s3": "No."}
    assert [line for _, line in bullet_lines(summary, texts)] == ["“It was cold.” he said.", ""]


def test_a_pasted_interview_is_summarised_by_its_answers() -> None:
    lines = TABLES["texts"]["interview-ja"]["lines"]
    document = split("\n".join(lines), "ja")
    texts = {segment.id: segment.text for segment in document.segments}
    summary = summarize(document)
    assert (summary.preset, texts[summary.title_id]) == ("interview", lines[0])
    assert all(line in lines for _, line in bullet_lines(summary, texts))


@given(
    st.lists(st.text('ab 。.?「」か‘“"―', max_size=40), max_size=12), st.sampled_from(["ja", "en"])
)
@settings(max_examples=60, deadline=None)
def test_any_text_gives_bullets_or_a_reason(lines: list[str], language: str) -> None:
    summary = summarize(
        build(language, [*lines, *(f"{line}{i}" * 9 for i, line in enumerate(lines))])
    )
    assert bool(summary.bullets) != bool(summary.refusal)
    assert 0 <= summary.coverage <= 1


def test_importing_summaries_does_not_load_numpy() -> None:
    code = "import sys, workbench.summaries; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
