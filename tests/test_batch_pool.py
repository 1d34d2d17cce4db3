"""Units of text through engines in processes of their own."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import batch_fakes
from workbench.batch.pool import Done, LocalPool, Unit
from workbench.errors import EngineError, UsageError
from workbench.pipeline import Options
from workbench.types import Translation

ROUTE = ("ja", "en")
OPTIONS = Options("pseudo", self_test=False)


@pytest.fixture(autouse=True)
def reachable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    batch_fakes.reach(monkeypatch, tmp_path / "log")
    return tmp_path / "log"


def units(count: int, size: int = 8) -> list[Unit]:
    return [Unit(0, ROUTE, tuple(f"文{n}の{i}。" for i in range(size))) for n in range(count)]


def through(load: str, given: list[Unit], size: int = 1) -> dict[str, Translation]:
    pool = LocalPool(OPTIONS, f"batch_fakes:{load}", size)
    with closing(pool):
        return {t: one for unit, done in pool.translate(given) for t, one in pair(unit, done)}


def pair(unit: Unit, done: tuple[Translation, ...]) -> Iterator[tuple[str, Translation]]:
    return zip(unit.texts, done, strict=True)


@pytest.mark.parametrize("size", [1, 3])
def test_every_text_comes_back_with_its_own_translation(size: int) -> None:
    given = units(12)
    made = through("echo", given, size)
    assert {text: one.text for text, one in made.items()} == {
        text: f"en:{text}" for unit in given for text in unit.texts
    }


def test_a_text_that_an_engine_refuses_fails_alone() -> None:
    poisoned = Unit(0, ROUTE, ("雪。", f"毒{batch_fakes.POISON}。", "雨。"))
    made = through("crash", [poisoned, *units(1)])
    assert [t for t, one in made.items() if one.origin == "failed"] == [poisoned.texts[1]]


def test_a_text_that_ends_its_process_fails_alone_and_says_how() -> None:
    texts = tuple(f"文{n}。" for n in range(9))
    poisoned = Unit(0, ROUTE, (*texts[:5], f"毒{batch_fakes.POISON}。", *texts[5:]))
    made = through("die", [poisoned])
    assert [t for t, one in made.items() if one.origin == "failed"] == [poisoned.texts[5]]
    assert "killed" in made[poisoned.texts[5]].note


def test_a_process_that_dies_by_chance_loses_nothing() -> None:
    poisoned = Unit(0, ROUTE, ("雪。", f"毒{batch_fakes.POISON}。", "雨。"))
    assert not any(one.origin == "failed" for one in through("once", [poisoned]).values())


def test_an_engine_that_always_dies_ends_the_job_and_not_every_text() -> None:
    with pytest.raises(EngineError, match="killed"):
        through("dead", units(2, 64))


def test_units_are_taken_as_they_are_needed() -> None:
    taken = []

    def give() -> Iterator[Unit]:
        for unit in units(50):
            taken.append(unit)
            yield unit

    pool = LocalPool(OPTIONS, "batch_fakes:echo")
    with closing(pool), closing(pool.translate(give())) as done:  # type: ignore[type-var]
        next(done)
        assert len(taken) < 10


def test_what_goes_wrong_while_units_are_made_is_heard_of() -> None:
    def give() -> Iterator[Unit]:
        yield from units(1)
        raise UsageError("no such route")

    pool = LocalPool(OPTIONS, "batch_fakes:echo")
    done: list[Done] = []
    with closing(pool), pytest.raises(UsageError, match="no such route"):
        done.extend(pool.translate(give()))


def test_the_engine_says_what_it_is() -> None:
    pool = LocalPool(OPTIONS, "batch_fakes:echo")
    with closing(pool):
        assert pool.facts(ROUTE).settings == {"engine": "fake"}
