"""The trial of the checks: what is read, what is counted, and how it is told."""

import json

import pytest

from workbench.checks.trial import Rate, read_sentences, run_trial
from workbench.errors import InputError, UsageError
from workbench.trying import TrialCommand, run, to_json, to_misses

ROWS = [
    {
        "ja": f"兵士{n + 300}人が3月{n}日に「寒くない」と語った。",
        "en": f"On March {n}, {n + 300} soldiers said, “It is not cold.”",
        "ko": f"병사 {n + 300}명이 3월 {n}일에 “춥지 않다”고 말했다.",
    }
    for n in range(12, 24)
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "right.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def documents(tmp_path):
    path = tmp_path / "documents.jsonl"
    item = {"id": "a", "title": ROWS[0], "sentences": ROWS, "bullets": ROWS[:2]}
    path.write_text(json.dumps(item) + "\n", encoding="utf-8")
    return path


def test_sentences_are_read_in_every_direction(file):
    samples = read_sentences([file])
    assert len(samples) == 6 * len(ROWS)
    assert {sample.document for sample in samples} == {""}


def test_of_documents_only_the_sentences_are_read_in_their_order(documents):
    samples = read_sentences([documents], [("ja", "en")])
    assert [sample.source for sample in samples] == [row["ja"] for row in ROWS]
    assert len({sample.document for sample in samples}) == 1


def test_tables_of_sentences_are_read(tmp_path):
    path = tmp_path / "right.ja-en.tsv"
    path.write_text("寒い。\tIt is cold.\n", encoding="utf-8")
    (sample,) = read_sentences([path], [("en", "ja")])
    assert (sample.source, sample.target) == ("It is cold.", "寒い。")


@pytest.mark.parametrize("line", ["{", "[]", '"text"'])
def test_a_line_that_is_no_sentence_is_refused_by_number(tmp_path, line):
    path = tmp_path / "broken.jsonl"
    path.write_text(json.dumps(ROWS[0]) + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        read_sentences([path])


def test_planted_numbers_are_caught_and_untouched_ones_are_not_doubted(file):
    trial = run_trial(read_sentences([file], [("ja", "en")]), count=40)
    assert trial.caught("number").share == 1.0
    assert trial.alarmed(["numbers"]) == Rate(0, len(ROWS))


def test_errors_are_planted_evenly_over_directions(file):
    trial = run_trial(read_sentences([file], [("ja", "en"), ("en", "ko")]), count=20)
    counts = {d: trial.caught("number", d).whole for d in trial.untouched}
    assert counts == {("ja", "en"): 2, ("en", "ko"): 2}


def test_one_seed_plants_the_same_errors(documents):
    samples = read_sentences([documents], [("ja", "ko")])
    assert run_trial(samples, 10, seed=4).planted == run_trial(samples, 10, seed=4).planted


def test_without_pairs_there_is_nothing_to_try():
    with pytest.raises(InputError, match="no sentence pairs"):
        run_trial([])


def test_the_interval_of_a_rate_holds_its_share():
    low, high = Rate(99, 100).interval
    assert (round(low, 3), round(high, 3)) == (0.946, 0.998)
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_misses_name_every_error_that_was_not_caught(file):
    trial = run_trial(read_sentences([file], [("ja", "en")]), count=25)
    missed = [error for error in trial.planted if not error.caught]
    lines = to_misses(trial).splitlines()[1:]
    assert len([line for line in lines if line.startswith("missed\t")]) == len(missed)


def test_figures_have_counts_and_intervals(file):
    figures = to_json(run_trial(read_sentences([file], [("ja", "en")]), count=5))
    assert figures["planted"]["number"]["ja-en"]["of"] == 1
    assert figures["alarms"]["all"]["all"]["of"] == len(ROWS)


def test_the_command_prints_shares_and_writes_its_files(file, tmp_path, capsys):
    command = TrialCommand((str(file),), 10, source="ja", json=str(tmp_path / "out.json"))
    assert run(command) == 0
    assert "by any check" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["seed"] == 1


def test_a_direction_without_a_planter_is_refused(file):
    with pytest.raises(UsageError, match="ja, ko, en"):
        run(TrialCommand((str(file),), source="de"))
