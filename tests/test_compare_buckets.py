"""Rows and words are divided as compare-mt divides them."""

from dataclasses import replace

import pytest

from comparisons import comparison
from workbench.compare.buckets import FREQUENCIES, LENGTHS, labels
from workbench.compare.scoring import judge
from workbench.compare.values import Buckets, Reference
from workbench.evaluation.metrics import score

JA = ["彼は3人と2時に会った。", "寒かった。", "2024年に5人が来た。", "雨だった。"]
EN = ["He met 3 people at 2 o'clock in the cold rain.", "It was cold.", "5 came in 2024.", "Rain."]
MADE = ["He met 3 men at 2 o'clock in the rain rain.", "It was hot.", "5 came in 2024.", "rain"]


def parts(target: str = "en", made: list[str] = MADE, to: list[str] = EN) -> dict[str, Buckets]:
    whole = comparison(JA, target, a=made, b=to)
    judged = judge(replace(whole, references=(Reference("r", tuple(to)),)), resamples=0)
    return {f"{part.by} {part.measure}": part for part in judged.buckets}


def test_every_division_has_every_row() -> None:
    found = parts()
    assert list(found) == [
        *(f"{by} {m}" for by in ("length", "numbers", "names") for m in ("BLEU", "chrF2++")),
        "frequency F1",
    ]
    rows = [sum(b.count for b in p.buckets) for name, p in found.items() if "F1" not in name]
    assert rows == [len(JA)] * 6


def test_rows_are_divided_by_the_words_of_the_reference() -> None:
    buckets = parts()["length chrF2++"].buckets
    assert [(b.label, b.count) for b in buckets][:3] == [("0–9", 3), ("10–19", 1), ("20–29", 0)]
    assert buckets[1].scores[0] == score(MADE[:1], [EN[:1]], "en")["chrf"].value
    assert buckets[2].scores == (None, None)


def test_rows_are_divided_by_the_numbers_of_the_source() -> None:
    buckets = parts()["numbers BLEU"].buckets
    assert [(b.label, b.count) for b in buckets] == [("0", 2), ("1", 0), ("2+", 2)]
    lines = (MADE[::2], [EN[::2]])
    assert buckets[2].scores[0] == score(*lines, "en")["bleu"].value


def test_the_reference_itself_has_every_word_of_every_bucket() -> None:
    buckets = parts()["frequency F1"].buckets
    assert [b.scores[1] for b in buckets if b.count] == pytest.approx([100] * 3)
    assert {b.scores for b in buckets if not b.count} == {(None, None)}


def test_f1_counts_a_word_as_often_as_its_line_has_it() -> None:
    found = parts(made=["a a b x", "", "", ""], to=["a b b c", "", "", "x"])["frequency F1"]
    by_label = {b.label: (b.count, b.scores[0]) for b in found.buckets}
    # Once: a, c and x (elsewhere): one of 3 wanted, 3 made. Twice: b: one of 2 wanted, 1 made.
    assert by_label["1"] == (3, pytest.approx(200 * 1 / (3 + 3)))
    assert by_label["2"] == (2, pytest.approx(200 * 1 / (2 + 1)))
    assert by_label["100+"] == (0, None)


def test_words_are_morphemes_where_no_blanks_divide_them() -> None:
    korean = ["세 사람을 만났다.", "추웠다.", "다섯 명이 왔다.", "비가 왔다."]
    found = parts("ko", korean, korean)
    assert found["length BLEU"].buckets[0].count == 4
    assert sum(b.count for b in found["frequency F1"].buckets) > sum(len(k.split()) for k in korean)


def test_labels_name_every_bucket() -> None:
    assert labels(LENGTHS)[0] == "0–9" and labels(LENGTHS)[-1] == "60+"
    assert labels(FREQUENCIES) == ("1", "2", "3–4", "5–9", "10–99", "100+")
