"""Lines of JSON as a document format."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from documents import AS_IT_IS, MANY, blocks, filled
from workbench.formats import FORMATS, Reading, Remark, Rendering

JSONL = FORMATS["jsonl"]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="⟦⟧"), max_size=20)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)
LINES = st.lists(st.tuples(VALUES, st.booleans(), st.sampled_from([None, 1])), max_size=8)


def put(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    return path


def lines_of(made: list[tuple[object, bool, None]]) -> str:
    return "".join(json.dumps(value, ensure_ascii=ascii) + "\n" for value, ascii, _ in made)


def written(path: Path, texts: list[str], reading: Reading = AS_IT_IS) -> str:
    return filled(path, map(Rendering, texts), reading).decode("utf-8")


@MANY
@given(made=LINES)
def test_lines_that_are_said_again_are_the_same_bytes(
    tmp_path: Path, made: list[tuple[object, bool, None]]
) -> None:
    path = put(tmp_path, lines_of(made))
    assert written(path, [b.text for b in blocks(path)]).encode() == path.read_bytes()


@MANY
@given(made=LINES)
def test_only_strings_change_and_every_line_stays_json(
    tmp_path: Path, made: list[tuple[object, bool, None]]
) -> None:
    path = put(tmp_path, lines_of(made))
    found = blocks(path)
    after = written(path, [f'⟦{b.text}"\n\\⟧' for b in found]).splitlines()
    words = "\n".join(json.dumps(json.loads(line), ensure_ascii=False) for line in after)
    assert words.count('\\"\\n\\\\⟧') == words.count("⟦") == len(found)
    bare = words.replace('\\"\\n\\\\⟧', "").replace("⟦", "")
    assert bare == "\n".join(json.dumps(value, ensure_ascii=False) for value, _, _ in made)


def test_fields_are_chosen_by_paths(tmp_path: Path) -> None:
    line = {"text": "Red wine", "messages": [{"content": "Hello there", "name": "Jo Ann"}]}
    path = put(tmp_path, json.dumps(line) + "\n")
    chosen = Reading(fields=("messages.*.content",))
    assert [b.text for b in blocks(path, chosen)] == ["Hello there"]
    assert [b.text for b in blocks(path)] == ["Red wine", "Hello there", "Jo Ann"]
    assert json.loads(written(path, ["안녕"], chosen))["messages"][0]["content"] == "안녕"


def test_values_for_programs_are_left_alone(tmp_path: Path) -> None:
    line = {"id": "abc", "lang": "en", "link": "https://a.b/c", "n": "A-17", "title": "Red wine"}
    assert [b.text for b in blocks(put(tmp_path, json.dumps(line)))] == ["Red wine"]


def test_broken_lines_are_copied_and_listed(tmp_path: Path) -> None:
    good = '{"text": "Red wine"}\n'
    bad = ['{"text": "Red wine\n', "[1, 2\n", "[" * 100_000 + "\n", "nonsense\n"]
    path = put(tmp_path, "".join(line for one in bad for line in (good, one)) + good)
    events = list(JSONL.read(path, Reading()))
    lost = [e.message for e in events if isinstance(e, Remark) and e.lost]
    assert len(lost) == 4 and lost[0].startswith("Line 2") and "deeply" in lost[2]
    assert written(path, ["赤"] * 5) == path.read_text("utf-8").replace(good, '{"text": "赤"}\n')


def test_half_a_character_and_escapes_survive(tmp_path: Path) -> None:
    path = put(tmp_path, '{"a": "half \\ud800 of it", "b": "\\u8d64 wine"}\n')
    assert written(path, [b.text for b in blocks(path)]) == path.read_text()
    assert "\\u8d64" in written(path, ["x y", "赤"])
