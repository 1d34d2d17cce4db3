"""What an engine gets when depends on files and settings alone: each text once, sorted, bounded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.batch import planning
from workbench.batch.planning import (
    Begun,
    Event,
    Planned,
    Planner,
    Refused,
    Window,
    routes_of,
    unit_size,
)
from workbench.batch.pool import text_key
from workbench.batch.store import Store
from workbench.batch.values import FileRow, Source, Spec
from workbench.catalogue import get_model
from workbench.errors import InputError
from workbench.formats import Block, Code, Reading, Remark
from workbench.pipeline import Options
from workbench.types import Translation

FAKE = Options("pseudo", summary=0, self_test=False)
SPEC = Spec(("/in",), "/out", ("en", "ko"), "ja", FAKE)


@dataclass
class Folder:
    """Files of blocks: what a reader would say. A file without any cannot be read."""

    files: Mapping[str, list[Block]]

    def read(self, path: Path, format: str, reading: Reading) -> Iterator[Block | Remark]:
        if not self.files[path.name]:
            raise InputError(f"{path.name}: damaged.")
        yield from self.files[path.name]


def lines(*texts: str) -> list[Block]:
    return [Block(f"line {n}", text) for n, text in enumerate(texts, 1)]


def planned(files: Mapping[str, list[Block]], spec: Spec = SPEC, known: int = 0) -> list[Event]:
    """Return the events of a job; so many of its texts are translated before."""
    rows = [FileRow(n, Source(f"/in/{name}", name, "txt")) for n, name in enumerate(files, 1)]
    with Store() as store:
        id = store.create(spec, [row.source for row in rows])
        store.claim(id)
        texts = [block.text for blocks in files.values() for block in blocks][:known]
        done = {text_key("ja", text): Translation("", "en", "x", "mt") for text in texts}
        store.acknowledge(id, "en", list(done.items()))
        return list(Planner(store, id, spec, Folder(files)).events(rows))


def windows(events: list[Event]) -> list[Window]:
    return [event for event in events if isinstance(event, Window)]


def asked(events: list[Event], language: str = "en") -> list[str]:
    units = [unit for window in windows(events) for unit in window.units]
    return [text for unit in units if unit.route[-1] == language for text in unit.texts]


def sentences(count: int, name: str = "門") -> list[str]:
    return [f"{'長' * (n * 7 % 40)}第{n}の{name}。" for n in range(count)]


def test_a_text_is_asked_for_once_however_often_it_stands() -> None:
    texts = sentences(30)
    events = planned({"a": lines(*texts, *texts), "b": lines(*texts)})
    assert sorted(asked(events)) == sorted(texts) == sorted(asked(events, "ko"))


def test_the_longest_text_of_a_window_comes_first() -> None:
    events = planned({"a": lines(*sentences(300))})
    lengths = [len(text) for text in asked(events)]
    assert lengths == sorted(lengths, reverse=True)


def test_a_window_closes_when_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "WINDOW", 600)
    found = windows(planned({"a": lines(*sentences(2000))}))
    # Texts are looked up in steps: a window may be one step larger than it should.
    assert all(600 <= window.texts / 2 < 600 + 512 for window in found[:-1])
    assert [window.number for window in found] == list(range(len(found)))
    assert sum(window.texts for window in found) == 2 * 2000


def test_small_files_share_a_window_but_for_the_first() -> None:
    files = {f"{n}": lines(*sentences(8, f"門{n}")) for n in range(20)}
    found = windows(planned(files))
    assert [window.texts // 2 for window in found] == [8, 64, 64, 24]


def test_a_file_ends_in_the_window_that_has_its_last_text() -> None:
    events = planned({"a": lines(*sentences(5)), "b": lines(*sentences(5)), "c": lines("雪だ。")})
    rows = [(e.number, e.window, e.fresh) for e in events if isinstance(e, Planned)]
    assert rows == [(1, 0, 5), (2, 0, 0), (3, 1, 1)]


def test_every_file_is_begun_before_its_texts_are_planned() -> None:
    events = planned({f"{n}": lines(*sentences(40, f"門{n}")) for n in range(5)})
    order = [type(event) for event in events if isinstance(event, Begun | Planned)]
    assert order == [Begun, Planned] * 5


def test_what_is_translated_already_is_in_no_unit_and_changes_no_window() -> None:
    files = {"a": lines(*sentences(200))}
    fresh, again = planned(files), planned(files, known=150)
    assert [w.texts for w in windows(fresh)] == [w.texts for w in windows(again)]
    assert (len(asked(again)), len(asked(again, "ko"))) == (50, 200)


def test_units_hold_what_the_model_takes_in_seconds() -> None:
    model = get_model("pseudo")
    units = windows(planned({"a": lines(*sentences(1300))}))[0].units
    assert max(len(unit.texts) for unit in units) == unit_size(model) == 512


def test_a_change_of_language_closes_the_window() -> None:
    japanese = [Block("1", "兵士は雪の降る夜に深い川を渡って南へ逃げた。", language="ja")]
    english = [Block("1", "The soldier crossed the river at night.", language="en")]
    spec = Spec(("/in",), "/out", ("ko",), "", FAKE)
    events = planned({"a": japanese, "b": english, "c": japanese}, spec)
    routes = [{unit.route for unit in window.units} for window in windows(events)]
    assert routes == [{("ja", "ko")}, {("en", "ko")}]


def test_a_file_that_cannot_be_read_is_refused_and_the_next_one_is_planned() -> None:
    events = planned({"a": [], "b": lines("雪だ。")})
    assert isinstance(events[0], Refused) and "damaged" in events[0].reason
    assert asked(events) == ["雪だ。"]


def test_a_file_in_the_only_target_is_skipped() -> None:
    (event,) = planned({"a": lines("雪だ。")}, Spec(("/in",), "/out", ("ja",), "ja", FAKE))
    assert isinstance(event, Refused) and event.skipped and "Japanese already" in event.reason


def test_what_is_kept_is_asked_of_nobody() -> None:
    blocks = [Block("1", "雪だ。", kept="Snow."), Block("2", "雨だ。")]
    assert asked(planned({"a": blocks})) == ["雨だ。"]


def test_words_in_formatting_are_asked_for_too() -> None:
    blocks = [Block("1", "深い川を渡った。", (Code(0, 3, "pair", "bold"),))]
    assert set(asked(planned({"a": blocks}))) == {"深い川を渡った。", "深い川"}


def test_no_route_leads_to_the_language_of_the_text() -> None:
    assert routes_of(SPEC, "ko") == (("ko", "en"),)


FILES = st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=90), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(FILES, st.integers(0, 100))
def test_units_are_those_of_an_uninterrupted_job_less_what_is_done(numbers, known) -> None:
    files = {str(n): lines(*(f"第{each}の門。" for each in row)) for n, row in enumerate(numbers)}
    whole, rest = asked(planned(files)), asked(planned(files, known=known))
    before = {f"第{each}の門。" for each in [n for row in numbers for n in row][:known]}
    assert rest == [text for text in whole if text not in before]
    assert len(whole) == len(set(whole)) == len({n for row in numbers for n in row})
