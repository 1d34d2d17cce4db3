"""Codes of a source text find their places in a translation, whatever the two look like."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.formats import Block, Code
from workbench.formats.borders import borders
from workbench.formats.inline import events, project
from workbench.segmentation import split
from workbench.types import Segment

TABLE = json.loads((Path(__file__).parent / "cases" / "inline.json").read_text(encoding="utf-8"))
MARK = re.compile(r"\[(/?)(\w+)\]|`([^`]*)`|(\|)")
PROFILE = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SIGNS = st.text(
    st.sampled_from("ab1 .,。、のは漢字カナ가나를3%-'\n\u200d\u0301\ud800日"), max_size=24
)
KINDS = st.sampled_from(("pair", "point", "literal"))
WILD = st.builds(Code, st.integers(-3, 30), st.integers(-3, 30), KINDS)


def marked(text: str) -> tuple[str, tuple[Code, ...]]:
    """Read [b]words[/b], `literal` and | (a point) out of a text."""
    plain, codes, open_codes, at = "", [], [], 0
    for match in MARK.finditer(text):
        plain, at = plain + text[at : match.start()], match.end()
        closes, name, literal, _ = match.groups()
        if closes:
            number = open_codes.pop()
            codes[number] = Code(codes[number].start, len(plain), "pair", name)
        elif name:
            open_codes.append(len(codes))
            codes.append(Code(len(plain), len(plain), "pair", name))
        else:
            kind = "point" if literal is None else "literal"
            codes.append(Code(len(plain), len(plain) + len(literal or ""), kind))
            plain += literal or ""
    return plain + text[at:], tuple(codes)


def shown(text: str, codes: tuple[Code, ...]) -> str:
    """Write marks into a text, the reverse of `marked`."""
    signs = {
        "text": lambda words: words,
        "open": lambda n: f"[{codes[n].words}]",
        "close": lambda n: f"[/{codes[n].words}]",
        "point": lambda n: "|",
        "literal": lambda n: f"`{text[codes[n].start : codes[n].end]}`",
    }
    return "".join(signs[kind](what) for kind, what in events(text, codes))


def rows() -> list:
    fails = pytest.mark.xfail(strict=True, reason="known failure")
    return [pytest.param(r, id=r["label"], marks=fails if "expect" in r else ()) for r in TABLE]


def whole(text: str, language: str = "") -> list[Segment]:
    return [Segment("1", text, "", "sentence", 0, 0)]


@pytest.mark.parametrize("row", rows())
def test_the_table_of_cases_is_met(row):
    text, codes = marked(row["input"])
    segments = split(text, row["language"]).segments
    targets = [(t.rstrip(" \n"), t[len(t.rstrip(" \n")) :]) for t in row["targets"]]
    found = project(Block("", text, codes), segments, targets, row.get("find", {}).get)
    assert shown(found.text, found.codes) == row["expected"]


def nesting(text: str, codes) -> list[str]:
    """Return what is not well nested in what a writer reads out, and codes that come twice."""
    stack, seen, wrong = [], [], []
    for kind, what in events(text, codes):
        if kind == "close":
            wrong += [] if stack.pop() == what else [f"{what} closes another"]
        elif kind != "text":
            seen.append(what)
            stack += [what] if kind == "open" else []
    return wrong + stack + ([] if sorted(seen) == list(range(len(codes))) else ["count"])


def crossing(codes) -> list[tuple[Code, Code]]:
    held = [c for c in codes if c.start < c.end]
    return [(a, b) for a in held for b in held if a.start < b.start < a.end < b.end]


@given(SIGNS, st.lists(WILD, max_size=8))
@PROFILE
def test_events_bring_out_every_code_and_all_text_that_is_not_literal(text, codes):
    assert nesting(text, codes) == []
    plain = [c for c in codes if c.kind != "literal"]
    assert "".join(w for k, w in events(text, plain) if k == "text") == text


@given(SIGNS, st.lists(st.text("ab漢の가 .1", max_size=12), max_size=4), st.lists(WILD, max_size=8))
@PROFILE
def test_any_codes_of_any_text_find_places_that_are_well_nested(text, targets, codes):
    segments = split(text, "ja").segments
    pairs = [(targets[i % len(targets)] if targets else "", " ") for i in range(len(segments))]
    found = project(Block("", text, tuple(codes)), segments, pairs, lambda words: words[::-1])
    assert nesting(found.text, found.codes) == []
    assert crossing(found.codes) == []
    assert found == project(Block("", text, tuple(codes)), segments, pairs, lambda w: w[::-1])


@given(SIGNS, SIGNS, st.lists(WILD, max_size=8))
@PROFILE
def test_literal_words_stand_in_the_target(text, target, codes):
    source, kept = marked("`%s` and `x_y`. [b]`%s` no[/b]")
    found = project(Block("", source, kept), whole(source), [(target, "")])
    words = [source[c.start : c.end] for c in kept if c.kind == "literal"]
    assert [found.text[c.start : c.end] for c in found.codes if c.kind == "literal"] == words


@given(SIGNS, st.lists(st.tuples(st.integers(0, 24), st.integers(0, 24)), max_size=4))
@PROFILE
def test_the_codes_of_a_text_that_stays_the_same_stay_where_they_are(text, spans):
    codes = tuple(Code(min(*s, len(text)), min(max(s), len(text))) for s in sorted(spans)[:1])
    segments = split(text, "en").segments
    found = project(Block("", text, codes), segments, [(s.text, s.gap) for s in segments])
    assert (found.text, found.codes, found.guessed) == (text, codes, ())


@given(st.text("ab1 漢の가.,3%", min_size=1, max_size=20), st.integers(0, 12), st.integers(1, 8))
@PROFILE
def test_a_pair_begins_and_ends_between_words(target, start, length):
    source = "xyzzy plugh foobar quux"
    codes = (Code(start, start + length),)
    found = project(Block("", source, codes), whole(source), [(target, "")])
    assert {found.codes[0].start, found.codes[0].end} <= set(borders(target))


@pytest.mark.parametrize("count", [10_000])
def test_many_codes_cost_little(count):
    source, codes = marked("[b]one[/b] `%s`| " * count)
    target = "하나 둘 " * count
    began = time.perf_counter()
    found = project(Block("", source, codes), whole(source), [(target, "")])
    assert len(found.codes) == 3 * count
    assert time.perf_counter() - began < 10
