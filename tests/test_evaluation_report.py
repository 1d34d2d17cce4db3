"""A report marks what is best and what is sure, and says how every number was made."""

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from workbench.evaluation.metrics import Score
from workbench.evaluation.report import Report, Row, environment, show, to_json, to_markdown
from workbench.evaluation.systems import Cost, Failure, Run
from workbench.evaluation.testset import Lines

REFERENCE = Lines("news.en", ("It was cold.",) * 3, "ab" * 32)
COST = Cost(cold_start=0.61, seconds=2.0, segments_per_second=50.04, peak_mb=211.4)


def row(name: str, bleu: float, ter: float, p: tuple[float, float] | None = None) -> Row:
    found = dict(zip(("p_bootstrap", "p_randomisation"), p or (), strict=False))
    return Row(
        Run(name, ("Cold.",) * 3),
        {
            "bleu": Score(bleu, "nrefs:1|tok:13a", bleu, 0.5, **found),
            "ter": Score(ter, "nrefs:1|tok:tercom", ter, 0.5, **found),
        },
    )


def report(*rows: Row, **changes: object) -> Report:
    made = {**environment(), "date": "2026-01-02T03:04:05+00:00"}
    plain = Report(rows, (), "ja", "en", (REFERENCE,), None, "base", 1000, 7, made)
    return replace(plain, **changes)  # type: ignore[arg-type]


def line(text: str, start: str) -> list[str]:
    found = next(line for line in text.splitlines() if line.startswith(f"| {start} "))
    return [cell.strip() for cell in found.split("|")[1:-1]]


def shown(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    show(report, console)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("p", "marks"),
    [((0.01, 0.01), "▲▲"), ((0.01, 0.2), "△△"), ((0.2, 0.01), "△△"), ((0.2, 0.2), "≈≈")],
)
def test_a_better_system_is_marked_by_how_many_tests_agree(
    p: tuple[float, float], marks: str
) -> None:
    text = to_markdown(report(row("base", 20, 60), row("new", 25.04, 55.5, p)))
    assert line(text, "new") == ["new", f"**25.0 {marks[0]}**", f"**55.5 {marks[1]}**"]
    assert line(text, "base") == ["base", "20.0", "60.0"]


def test_a_worse_system_is_marked_downwards_also_where_low_is_good() -> None:
    text = to_markdown(report(row("base", 20, 60), row("new", 15, 65, (0.01, 0.01))))
    assert line(text, "new") == ["new", "15.0 ▼", "65.0 ▼"]


def test_what_looks_equal_is_best_together() -> None:
    text = to_markdown(report(row("a", 20.01, 60), row("b", 20.04, 61), baseline=""))
    assert line(text, "a") == ["a", "**20.0**", "**60.0**"]
    assert line(text, "b") == ["b", "**20.0**", "61.0"]


def test_a_single_system_is_no_winner() -> None:
    assert line(to_markdown(report(row("a", 20, 60))), "a") == ["a", "20.0", "60.0"]


def test_costs_have_columns_where_a_model_ran() -> None:
    first = row("model", 20, 60)
    model = replace(first, run=replace(first.run, cost=COST, signature="model:x|beam:4"))
    text = to_markdown(report(model, row("output", 10, 70)))
    assert line(text, "model")[3:] == ["50.0", "211", "0.6"]
    assert line(text, "output")[3:] == ["–", "–", "–"]
    assert "- model: model:x|beam:4" in text


def test_every_number_says_how_it_was_made() -> None:
    for text in (to_markdown(report(row("base", 20, 60))), shown(report(row("base", 20, 60)), 500)):
        assert "news.en (3 lines, sha256 abababababababab…)" in text
        assert "nrefs:1|tok:13a" in text and "nrefs:1|tok:tercom" in text
        assert "1000 draws, seed 7" in text
        assert "2026-01-02T03:04:05+00:00" in text and "sacreBLEU" in text and "cores" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"baseline": ""}, "no baseline was named"),
        ({"baseline": "gone"}, "the baseline was not done"),
        ({"resamples": 0}, "resamples were set to 0"),
    ],
)
def test_a_report_without_tests_says_why(changes: dict[str, object], said: str) -> None:
    assert said in to_markdown(report(row("a", 20, 60), **changes))


def test_json_has_full_figures_and_whole_hashes() -> None:
    value = json.loads(to_json(report(row("base", 20.123456789, 60))))
    assert value["systems"][0]["scores"]["bleu"]["value"] == 20.123456789
    assert value["test_set"]["references"] == [{"name": "news.en", "sha256": "ab" * 32, "lines": 3}]
    assert (value["seed"], value["resamples"], value["baseline"]) == (7, 1000, "base")
    assert value["made"]["cores"] >= 1


def test_names_and_reasons_cannot_break_the_markdown() -> None:
    bad = Failure("x", "<script>\nended|", 3)
    text = to_markdown(report(row("a|b<i>\nc", 20, 60), failures=(bad,)))
    assert "| a\\|b&lt;i> c | 20.0 | 60.0 |" in text
    assert "- not done: x: &lt;script> ended|" in text


def test_the_table_fits_a_terminal_and_signatures_stay_whole() -> None:
    first = row("[b]trilingual-small@beam=6[/b]", 20, 60)
    signature = "model:" + "x" * 100 + "|beam:4"
    model = replace(first, run=replace(first.run, cost=COST, signature=signature))
    text = shown(report(model, row("output", 10, 70)))
    assert "[b]trilingual-small@beam=6[/b]" in text and signature in text
    assert all(title in text for title in ("BLEU ↑", "TER ↓", "seg/s", "MB", "start s"))


def test_a_report_without_a_system_still_says_what_was_asked() -> None:
    text = to_markdown(report(failures=(Failure("x", "not installed", 4),)))
    assert "not done: x: not installed" in text and "news.en" in text
    assert "news.en" in shown(report())
