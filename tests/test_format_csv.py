"""Tables of delimited text as document formats."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import documents
from documents import AS_IT_IS, MANY, UNMARKED, blocks, filled, pseudo
from workbench.errors import UsageError
from workbench.formats import FORMATS, Block, Reading, Remark, Rendering
from workbench.formats.cells import worded

CELL = st.one_of(
    st.text(st.sampled_from('ab赤 ,;\t"\n\r|=-'), max_size=12),
    st.sampled_from(["Red wine", "赤い家だ。", "12", "2021-05-01", "A-17", "=1+1", "- item", ""]),
)
TABLE = st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=8)


def table(rows: list[list[str]], sign: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=sign, lineterminator=end).writerows(rows)
    return out.getvalue()


def put(tmp_path: Path, content: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode("utf-8"))
    return path


def written(path: Path, texts: list[str], reading: Reading = AS_IT_IS) -> str:
    return filled(path, map(Rendering, texts), reading).decode("utf-8")


@MANY
@given(rows=TABLE, sign=st.sampled_from([",", ";", "\t"]), end=st.sampled_from(["\n", "\r\n"]))
def test_a_table_that_is_said_again_is_the_same_bytes(
    tmp_path: Path, rows: list[list[str]], sign: str, end: str
) -> None:
    path = put(tmp_path, table(rows, sign, end))
    assert written(path, [b.text for b in blocks(path)]).encode() == path.read_bytes()


@MANY
@given(rows=TABLE, sign=st.sampled_from([",", ";", "\t"]))
def test_only_cells_with_words_change_and_each_once(
    tmp_path: Path, rows: list[list[str]], sign: str
) -> None:
    path = put(tmp_path, table([["Names of things", "b c"], *rows], sign))
    made = documents.written(path, pseudo)
    before, after = cells(path.read_bytes().decode(), sign), cells(made, sign)
    assert [cell.translate(UNMARKED) for cell in after] == before
    changed = [old.strip() for old, new in zip(before, after, strict=True) if new != old]
    assert changed == [cell.strip() for cell in before if worded(cell)]
    assert made.count("⟦") == len(blocks(path)) == len(changed)


def cells(text: str, sign: str) -> list[str]:
    """Return every cell as another reader finds it."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    return [cell for row in rows for cell in row]


@MANY
@given(rows=TABLE)
def test_a_tab_separated_table_changes_in_its_words_alone(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    text = "\n".join("\t".join(" ".join(re.split(r"[\t\n\r]", c)) for c in row) for row in rows)
    path = put(tmp_path, text, "a.tsv")
    made = documents.written(path, pseudo)
    assert documents.written(path, documents.same) == made.translate(UNMARKED) == text
    assert made.count("⟦") == len(blocks(path))


def test_columns_are_chosen_by_name_letter_or_number(tmp_path: Path) -> None:
    path = put(tmp_path, "id,title,note\n1,Red wine,sweet one\n2,White wine,dry one\n")
    for column in ("title", "B", "2"):
        texts = [b.text for b in blocks(path, Reading(columns=(column,)))]
        assert [t for t in texts if t != "title"] == ["Red wine", "White wine"]
    with pytest.raises(UsageError, match=r"no column 'price list'.*id, title, note"):
        blocks(path, Reading(columns=("price list",)))


def test_names_for_programs_stay_and_names_for_people_are_translated(tmp_path: Path) -> None:
    machine = put(tmp_path, "id,title\n1,Red wine\n")
    people = put(tmp_path, "番号,品名\n1,赤い酒\n", "b.csv")
    assert [b.text for b in blocks(machine)] == ["Red wine"]
    assert [b.text for b in blocks(people)] == ["番号", "品名", "赤い酒"]


def test_a_translation_that_would_run_as_a_formula_is_defused(tmp_path: Path) -> None:
    path = put(tmp_path, "Sum of it,- of a list\n")
    made = written(path, ['=HYPERLINK("http://a")', "-of a list"])
    assert made == '"\'=HYPERLINK(""http://a"")",-of a list\n'


def test_an_open_quotation_mark_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = put(tmp_path, 'one thing,two\n"never closed,three\nfour things,five\n')
    events = list(FORMATS["csv"].read(path, Reading()))
    lost = [e for e in events if isinstance(e, Remark) and e.lost]
    assert len(lost) == 1 and "Line 2" in lost[0].message
    texts = [e.text for e in events if isinstance(e, Block)]
    assert texts == ["one thing", "two", "four things", "five"]
    assert '"never closed,three\n' in written(path, texts)


def test_every_line_is_done_or_said_to_be_bad(tmp_path: Path) -> None:
    lines = [
        f'word {n},"an open one\n' if n % 7 == 3 else f'word {n},"a ""b"" {n}"\n'
        for n in range(700)
    ]
    events = list(FORMATS["csv"].read(put(tmp_path, "".join(lines)), Reading()))
    bad = sum(isinstance(e, Remark) for e in events)
    done = sum(isinstance(e, Block) and e.place.endswith("A") for e in events)
    assert (bad, done + bad) == (100, 700)


def test_a_large_table_needs_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    path = put(tmp_path, "赤い家の話だ,12\n" * 20_000)
    tracemalloc.start()
    assert sum(1 for _ in FORMATS["csv"].read(path, Reading())) == 20_000
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


def test_a_formula_is_no_text(tmp_path: Path) -> None:
    path = put(tmp_path, 'Red wine,=SUM(A1:B2),"=IF(C1>3,""good"",""bad"")",=B2&C2,= a sum of it\n')
    assert [block.text for block in blocks(path)] == ["Red wine", "= a sum of it"]
