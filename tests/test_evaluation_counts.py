"""Lines are counted once and the same however many processes count them."""

import pytest

import checkpoints
from workbench.evaluation import counts
from workbench.evaluation.counts import Counts, count

EN, JA = ([triple[i] for triple in checkpoints.TRIPLES] for i in (1, 0))
SYSTEMS = {"a": [line[2:] for line in JA], "b": JA[::-1]}


def listed(made: Counts) -> object:
    return {name: {s: r.tolist() for s, r in rows.items()} for name, rows in made.rows.items()}


@pytest.fixture
def alone() -> object:
    """Return what this process counts by itself."""
    return listed(count(SYSTEMS, [JA, EN], "ja"))


@pytest.fixture
def three_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_processes", lambda part: 3)


def test_several_processes_count_as_one_does(alone: object, three_processes: None) -> None:
    assert listed(count(SYSTEMS, [JA, EN], "ja")) == alone


@pytest.mark.parametrize("python", ["/bin/false", "/nonesuch"])
def test_where_no_process_can_start_the_lines_are_counted_here(
    python: str, alone: object, three_processes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", python)
    assert listed(count(SYSTEMS, [JA, EN], "ja")) == alone


def test_short_texts_are_counted_without_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", lambda *args, **options: pytest.fail("a process"))
    assert count(SYSTEMS, [JA], "ja", ("chrf",)).rows["chrf"]["a"].shape == (len(JA), 24)


@pytest.mark.parametrize("target", ["en", "ja", "ko", "zh", "th"])
def test_no_text_is_too_odd_to_be_counted(target: str) -> None:
    odd = ["", " ", "\ud83d", "\0", "a" * 20_000, "\u2028\u3000", "🙂" * 50, "\x1b[0m"]
    made = count({"a": odd, "b": odd[::-1]}, [odd], target)
    assert all(len(rows["a"]) == len(odd) for rows in made.rows.values())
