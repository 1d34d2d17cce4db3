"""Documents of Markdown: their texts come out and go back, and nothing else changes."""

import io
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import AS_IT_IS, MANY, blocks, pseudo, rendered, same, written
from workbench.formats import Block, Code, Remark, Rendering, format_of, md

TEXTS = {
    "a heading": ("# Head #\n", ["Head"]),
    "a heading underlined": ("Head\n====\n", ["Head"]),
    "lines of a paragraph are joined": ("one\ntwo\n", ["one two"]),
    "Japanese lines without a space": ("東京に\n行く\n", ["東京に行く"]),
    "lists": ("- one\n- two\n  1. three\n", ["one", "two", "three"]),
    "tasks": ("- [ ] buy milk\n- [x] done\n", ["buy milk", "done"]),
    "quotations": ("> one\n> two\nthree\n", ["one two three"]),
    "tables": ("| a | b \\| c |\n|---|:-:|\n| `x\\|y` | **z** |\n", ["a", "b | c", "z"]),
    "a table without outer bars": ("a | b\n--|--\nc | d\n", ["a", "b", "c", "d"]),
    "a table in a quotation": ("> | a | b |\n> |--|--|\n> | c | d |\n", ["a", "b", "c", "d"]),
    "blocks of code": ("```py\nx = 1\n```\n\n    y = 2\n\ntext\n", ["text"]),
    "code in a sentence": ("Run `make  it` now.\n", ["Run make it now."]),
    "links": ("See [the *docs*](http://x/y_z 'Tip').\n", ["Tip", "See the docs."]),
    "pictures": ('![A *cat*](c.png "My cat")\n', ["A cat", "My cat"]),
    "a picture in a link": ("[![Build](b.svg)](http://x) ok\n", ["Build", "ok"]),
    "definitions": ("[a][b] and [b]\n\n[b]: http://x 'T'\n", ["a and b"]),
    "footnotes": ("Word[^1] here.\n\n[^1]: Note\n", ["Word here.", "Note"]),
    "addresses stand as they are": ("See https://x.y/a_b?c=1.\n", ["See https://x.y/a_b?c=1."]),
    "variables stand as they are": ("Hello {{ user.name }}!\n", ["Hello {{ user.name }}!"]),
    "signs that are escaped": ("1 \\* 2 &amp; 3\n", ["1 * 2 & 3"]),
    "hard line breaks": ("one  \ntwo\\\nthree\n", ["one\ntwo\nthree"]),
    "what stands before the text": ("---\ntitle: No\n---\n\nYes\n", ["Yes"]),
    "TOML before the text": ("+++\ntitle = 'No'\n+++\nYes\n", ["Yes"]),
    "HTML": ("<div>\nno\n</div>\n\n<!-- no -->\n\na <b>c</b> d\n", ["a c d"]),
    "Windows line ends": ("# A\r\n\r\none\r\ntwo\r\n", ["A", "one two"]),
    "a bold paragraph": ("**All of it**\n", ["All of it"]),
    "tabs": ("-\tone\n\n\ttwo\n", ["one", "two"]),
}
WORDS = st.sampled_from(
    ("word", "東京", "가나 다", "1. x", "# x", "a_b", "2 < 3", "A & B", "「引用」", "x.")
)
BITS = st.recursive(
    WORDS.filter(lambda word: word[0] not in "1#"),
    lambda inner: st.one_of(
        st.builds("**{}**".format, inner),
        st.builds("*{}* {}".format, inner, inner),
        st.builds("[{}](http://x.y/a_b(c) 'Tip')".format, inner),
        st.builds("{} `f(a, *b)` {}".format, inner, inner),
        st.builds("{} ![pic](i.png) {}".format, inner, inner),
        st.builds("{}[^1] &amp; \\*{}".format, inner, inner),
        st.builds("{} ~~{}~~ {}".format, inner, inner, inner),
    ),
    max_leaves=5,
)


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


BLOCKS = st.recursive(
    st.builds("{}\n".format, BITS),
    lambda inner: st.one_of(
        st.builds("{}\n{}".format, inner, inner),
        st.builds(quoted, inner),
        st.builds("## {}\n\n{}".format, BITS, inner),
        st.builds("- {}\n- {}\n\n{}".format, BITS, BITS, inner),
        st.builds("| {} | x |\n|---|---|\n| {} | `a` |\n\n{}".format, BITS, BITS, inner),
        st.builds("```\ncode *x*\n```\n\n{}".format, inner),
        st.builds("{}  \n{}\n\n{}".format, BITS, BITS, inner),
    ),
    max_leaves=5,
)
SIGNS = st.lists(
    st.sampled_from(
        re.findall(
            r"\\n|\S+|\s",
            "* ** _ ` ``` [ ] ( ) ![ < > <b> </b> # 1. - + | |-| \\ & &amp; a 漢 。 ~~ \t [^1] \n",
        )
    ),
    max_size=25,
).map("".join)
HOSTILE = st.text("ab 漢。「」*_`[]()<>&#|~\\!1.-+={}:", min_size=1, max_size=14)


def document(folder: Path, text: str) -> Path:
    path = folder / "text.md"
    path.write_bytes(text.encode())
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("documents")


@pytest.mark.parametrize("source, expected", TEXTS.values(), ids=TEXTS)
def test_texts_are_found_and_stay_where_they_are(source, expected, tmp_path):
    path = document(tmp_path, source)
    assert [block.text for block in blocks(path)] == expected
    assert written(path, same) == source


@MANY
@given(BLOCKS)
def test_a_document_with_the_same_texts_is_the_same_to_the_byte(folder, source):
    path = document(folder, source)
    assert not [f for f in format_of(path).read(path, AS_IT_IS) if isinstance(f, Remark)]
    assert written(path, same) == source


def squeezed(texts) -> list[str]:
    return ["".join(text.split()) for text in texts]


@MANY
@given(BLOCKS)
def test_every_text_is_replaced_once_and_its_codes_survive(folder, source):
    path = document(folder, source)
    before = blocks(path)
    result = written(path, pseudo)
    after = blocks(document(folder, result))
    assert squeezed(b.text for b in after) == squeezed(pseudo(b.text) for b in before)
    assert [pairs(b) for b in after] == [pairs(b) for b in before]
    assert code_blocks(result) == code_blocks(source)
    assert sorted(re.findall(r"`f\(a, \*b\)`|http://\S+|\[\^1\]", result)) == sorted(
        re.findall(r"`f\(a, \*b\)`|http://\S+|\[\^1\]", source)
    )


def pairs(block: Block) -> list[str]:
    return sorted(c.words for c in block.codes if c.kind == "pair")


def code_blocks(text: str) -> int:
    return text.count("code *x*")


@MANY
@given(SIGNS)
def test_damage_neither_raises_nor_changes_what_stays(folder, source):
    path = document(folder, source)
    assert written(path, same) == source


@MANY
@given(st.sampled_from([source for source, _ in TEXTS.values()]), HOSTILE)
def test_any_target_is_read_as_it_was_meant(folder, source, target):
    path = document(folder, source)
    before = blocks(path)
    meant = [rendered(block, f"a {target} b").text for block in before]
    result = written(path, lambda text: f"a {target} b")
    assert squeezed(b.text for b in blocks(document(folder, result))) == squeezed(meant)


@MANY
@given(
    st.text("東京「駅」。、a ,.()!", min_size=3, max_size=9), st.integers(0, 8), st.integers(1, 8)
)
def test_bold_words_stay_bold_next_to_any_sign(folder, target, start, length):
    path = document(folder, "one **two** three\n")
    code = Code(start, min(start + length, len(target)), "pair", "bold")
    out = io.BytesIO()
    if target.strip() == target and start < len(target) and target[start : start + length].strip():
        format_of(path).write(path, out, iter([Rendering(target, (code,))]), AS_IT_IS)
        assert "**" in out.getvalue().decode() or "<strong>" in out.getvalue().decode()
        after = blocks(document(folder, out.getvalue().decode()))
        assert "*" not in "".join(b.text for b in after)


@pytest.mark.parametrize("sign", ["[", "*a ", "> ", "- ", "`a", "<b>", "![", "[a](", "\\"])
def test_deep_nesting_costs_what_its_characters_do(sign, tmp_path):
    path = document(tmp_path, sign * 8_000 + "deep text\n\nafter\n")
    began = time.process_time()
    found = list(format_of(path).read(path, AS_IT_IS))
    said = [f.text if isinstance(f, Block) else f.message for f in found]
    assert any("deep text" in text or "line 1:" in text for text in said)
    assert time.process_time() - began < 3


@pytest.mark.parametrize("start", ["1. ", "# ", "- ", "+ ", "> ", "| ", "* ", "<b>", "==="])
def test_a_line_that_begins_like_markup_is_escaped(start, tmp_path):
    path = document(tmp_path, "text\n\nmore\n")
    result = written(path, lambda text: f"{start}word")
    assert [b.text for b in blocks(document(tmp_path, result))] == [f"{start}word"] * 2


def test_what_needs_no_escape_gets_none(tmp_path):
    path = document(tmp_path, "東京に行く。\n")
    assert written(path, lambda text: "I (2 * 3) go_to [it].") == "I (2 * 3) go_to [it].\n"


@pytest.mark.parametrize(
    "target, start, end, expected",
    [
        ("하나 둘은 셋", 3, 4, "하나 **둘**은 셋"),
        ("하나 「둘」은 (셋)", 3, 6, "하나 <strong>「둘」</strong>은 (셋)"),
        ("一の二。は三*", 2, 4, "一の<strong>二。</strong>は三*"),
        ("一「二」三", 2, 3, "一「**二**」三"),
    ],
)
def test_bold_that_would_not_hold_becomes_a_tag(target, start, end, expected, tmp_path):
    path = document(tmp_path, "one **two** three\n")
    out = io.BytesIO()
    bold = Code(start, end, "pair", "bold")
    format_of(path).write(path, out, iter([Rendering(target, (bold,))]), AS_IT_IS)
    assert out.getvalue().decode() == expected + "\n"


def test_wrapped_lines_come_out_on_one_and_keep_their_quotation(tmp_path):
    path = document(tmp_path, "> one\n> two  \n> three\n")
    assert written(path, str.upper) == "> ONE TWO  \n> THREE\n"


@MANY
@given(st.lists(BLOCKS, max_size=4).map("".join), st.integers(1, 6))
def test_a_document_in_parts_is_the_document(source, size):
    with pytest.MonkeyPatch.context() as patch:
        whole = list(md._Document(source).places())
        patch.setattr(md, "_PART", size)
        assert list(md._Document(source).places()) == whole


def test_what_is_nested_too_deep_is_told(tmp_path):
    path = document(tmp_path, "> " * 200 + "word\n")
    remarks = [f for f in format_of(path).read(path, AS_IT_IS) if isinstance(f, Remark)]
    assert [(r.lost, r.message[:7]) for r in remarks] == [(True, "line 1:")]
