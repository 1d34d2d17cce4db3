"""Charts are SVG that any page can hold, and there is none where nothing is to be seen."""

import re
from dataclasses import replace

import pytest
from lxml import etree

from comparisons import MADE, comparison, document
from workbench.compare import charts
from workbench.compare.values import Comparison, Judged
from workbench.evaluation.metrics import Score
from workbench.evaluation.systems import Cost

LINES = ["寒い。", "逃げた。"]
LONG = "opus-mt-japanese-to-english-big@beam=6"
ODD = '<b>&"日本語\x00\ud800'
WHOLE = comparison(
    LINES, **{LONG: ["Cold.", "We fled."], ODD: ["It was cold.", ""], "c": ["Cold!", "Fled."]}
)


def costly(whole: Comparison, *seconds: float) -> Comparison:
    outputs = [
        replace(o, cost=Cost(0.1, s, 1, 100)) if s else o
        for o, s in zip(whole.outputs, seconds, strict=True)
    ]
    return replace(whole, outputs=tuple(outputs))


def scored(whole: Comparison, low: float | None) -> Comparison:
    values = zip((o.name for o in whole.outputs), (20.25, 90.0, 3.5), strict=True)
    scores = {name: {"chrf": Score(v, "", v, low), "bleu": Score(v, "")} for name, v in values}
    return replace(whole, judged=Judged(scores, {}, (), 2))


def words(svg: str) -> list[str]:
    root = etree.fromstring(svg)
    return ["".join(t.xpath("text()")) for t in root.iter("{http://www.w3.org/2000/svg}text")]


FULL = scored(costly(WHOLE, 1.5, 220.0, 0.04), 1.0)


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_chart_is_xml_with_a_title_a_description_and_a_role(name: str) -> None:
    root = etree.fromstring(charts.CHARTS[name](FULL))
    assert root.get("role") == "img"
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
    assert all(child.text for child in root[:2])


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_chart_loads_nothing_and_runs_nothing(name: str) -> None:
    svg = charts.CHARTS[name](FULL).replace("http://www.w3.org/2000/svg", "")
    assert not re.search("href|url\\(|http|script|style|<b>", svg)


@pytest.mark.parametrize("name", charts.CHARTS)
def test_a_long_name_is_cut_in_the_middle_and_whole_in_its_title(name: str) -> None:
    svg = charts.CHARTS[name](FULL)
    assert f"<title>{LONG}</title>" in svg
    assert any("opus-mt-japa…" in word and "beam=6" in word for word in words(svg))


@pytest.mark.parametrize("name", ["scores", "agreement", "times"])
def test_marks_have_their_figures_beside_them(name: str) -> None:
    text = " ".join(words(charts.CHARTS[name](FULL)))
    figures = [f"{x:.1f}" for x in WHOLE.judgement.agreement[0][1:]]  # type: ignore[union-attr]
    assert all(f in text for f in (figures if name == "agreement" else ["20.2", "90.0", "3.5"]))


def test_systems_have_a_shape_besides_their_colour() -> None:
    paths = re.findall('d="([^"]+)" transform', charts.scores(scored(WHOLE, None)))
    assert len(set(paths)) == 3


def test_the_best_stands_first() -> None:
    found = [word for word in words(charts.scores(FULL)) if word.startswith(("c", "opus"))]
    assert found[:3] == ["chrF2++", "opus-mt-japa…h-big@beam=6", "c"]


def test_intervals_are_drawn_where_there_are_any() -> None:
    assert "bootstrap" in charts.scores(FULL)
    assert "bootstrap" not in charts.scores(scored(WHOLE, None))


def test_without_a_reference_systems_are_shown_by_their_agreement() -> None:
    assert words(charts.scores(WHOLE))[0] == "Agreement with the others (chrF)"


def test_a_long_text_is_drawn_in_part_and_the_chart_says_so() -> None:
    lines = [f"寒い{'い' * (i % 50)}。" for i in range(1500)]
    whole = comparison(lines, a=["Cold."] * 1500, b=["It is cold."] * 1500)
    svg = charts.lengths(replace(whole, judgement=None))
    assert "500 of 1500 rows, taken evenly" in svg
    assert svg.count("h0") <= charts.MOST_POINTS


def test_a_short_text_is_drawn_whole() -> None:
    assert "(every row)" in charts.lengths(WHOLE)


def test_time_is_drawn_from_two_systems_on() -> None:
    assert charts.times(costly(WHOLE, 1.5, 0, 0)) == ""
    assert "220 s" in charts.times(costly(WHOLE, 1.5, 220.0, 0))


def test_one_system_has_nothing_to_be_compared_with() -> None:
    alone = comparison(LINES, a=["Cold.", "Fled."])
    assert [chart["name"] for chart in charts.drawn(alone)] == ["lengths"]


def test_an_empty_comparison_has_no_charts() -> None:
    assert charts.drawn(Comparison(document([]), "en", (), made=MADE)) == []
    assert charts.drawn(Comparison(document(LINES), "en", (), made=MADE)) == []


def test_equal_figures_have_an_axis() -> None:
    same = comparison(LINES, a=["Cold.", "Fled."], b=["Cold.", "Fled."])
    assert all(chart["svg"] for chart in charts.drawn(costly(same, 2.0, 2.0)))


def test_empty_hypotheses_have_a_length() -> None:
    nothing = comparison(LINES, a=["", ""], b=["", ""])
    assert len(charts.drawn(nothing)) == 3
