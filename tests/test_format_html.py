"""Pages of HTML: their texts come out and go back, and nothing else changes."""

import re
import time
from pathlib import Path

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import AS_IT_IS, MANY, blocks, pseudo, same, written
from workbench.formats import Reading, Remark, format_of
from workbench.formats.markup import tokens

TEXTS = {
    "entities are text": ("<p>A &amp; B &lt;x&gt;</p>", ["A & B <x>"]),
    "a title and a heading": ("<title>T1</title><h1>H1</h1>", ["T1", "H1"]),
    "lists that are not closed": ("<ul><li>one<li>two</ul>", ["one", "two"]),
    "white space is layout": ("<p>\n  one\n  two\n</p>", ["one two"]),
    "Japanese is wrapped without a space": ("<p>東京に\n行く</p>", ["東京に行く"]),
    "Korean is wrapped with one": ("<p>서울에\n간다</p>", ["서울에 간다"]),
    "a line break": ("<p>One.<br>\n Two.</p>", ["One.\nTwo."]),
    "attributes that people read": ('<img alt="A cat"><a title=Tip>x</a>', ["A cat", "Tip", "x"]),
    "buttons, but no values": ("<input type=submit value=Go><input value=No>", ["Go"]),
    "descriptions": ('<meta name="description" content="About us">', ["About us"]),
    "code stays in the sentence": ("<p>Type <code>a &lt; b</code> now</p>", ["Type a < b now"]),
    "only code is no text": ("<p><code>x = 1</code></p>", []),
    "programs are no text": ("<script>a<b</script><style>b{}</style><pre>c</pre>x", ["x"]),
    "not to be translated": ('<p translate="no">a</p><p class="x notranslate">b</p>c', ["c"]),
    "readings above words": ("<p><ruby>本<rp>(</rp><rt>ほん</rt></ruby>だ</p>", ["本だ"]),
    "comments": ("<!-- a --><p>b<!-- c -->d</p><!--[if IE]><p>e</p><![endif]-->", ["bd"]),
    "no letters": ("<p>…</p><td> — </td>", []),
    "a sign that is no tag": ("<p>1 < 2 and <3</p>", ["1 < 2 and <3"]),
    "a tag that never ends": ("a <b x='y", ["a <b x='y"]),
    "crossing tags": ("<p>x<b>y<i>z</b>w</i></p>", ["xyzw"]),
    "unknown elements": ("<x-card>one</x-card><x-card>two</x-card>", ["one", "two"]),
}
WORDS = st.sampled_from(
    ("word", "A &amp; B", "東京", "가나 다", "1 < 2", "x&nbsp;y", " two words ")
)
BITS = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.builds("<b>{}</b>".format, inner),
        st.builds('<a href="u?a=1&b=2" title="Say &quot;hi&quot;">{}</a>'.format, inner),
        st.builds("{} <br>\n{}".format, inner, inner),
        st.builds("{}<img src=x alt='pic'>{}".format, inner, inner),
        st.builds("{} <code>f(a, b)</code> {}".format, inner, inner),
        st.builds("{}<!-- note -->{}<i></i>".format, inner, inner),
    ),
    max_leaves=5,
)
BLOCKS = st.recursive(
    st.builds("<p class=x>{}</p>\n".format, BITS),
    lambda inner: st.one_of(
        st.builds("<div>\n{}{}</div>".format, inner, inner),
        st.builds("<ul><li>{}</li>\n<li>{}</ul>".format, BITS, inner),
        st.builds("<table><tr><td>{}<td>{}</table>".format, BITS, BITS),
        st.builds("<script>if (a<b) x()</script>{}<pre> keep </pre>".format, inner),
        st.builds("<h2>{}</h2>\r\n{}".format, BITS, inner),
    ),
    max_leaves=5,
)
PAGES = st.builds("<!DOCTYPE html>\n<html lang=ja><body>{}</body></html>".format, BLOCKS)
SIGNS = st.lists(
    st.sampled_from(
        re.findall(
            r"\S+|\s",
            "<b> </b> < > \" ' & &amp; = <p> </p> <a <!-- --> <code> </code> <ruby> <rt> <pre>\n"
            "</pre> <svg> </svg> <script> </script> <br> <img alt= / a 漢 <a\thref=",
        )
    ),
    max_size=25,
).map("".join)


def page(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "page.html"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def skeleton(text: str) -> list[str]:
    """Return everything that is not text, attributes that people read left out."""
    tags = [text[t.start : t.end] for t in tokens(text) if t.kind != "text" and t.name != "title"]
    return sorted(re.sub(r"(alt|title)=('[^']*'|\"[^\"]*\"|\w+)", "", tag) for tag in tags)


@pytest.mark.parametrize("source, expected", TEXTS.values(), ids=TEXTS)
def test_texts_are_found_and_stay_where_they_are(source, expected, tmp_path):
    path = page(tmp_path, source)
    assert [block.text for block in blocks(path)] == expected
    assert written(path, same) == source


@MANY
@given(PAGES)
def test_a_page_with_the_same_texts_is_the_same_to_the_byte(folder, source):
    assert written(page(folder, source), same) == source


@MANY
@given(PAGES)
def test_every_text_is_replaced_once_and_nothing_else(folder, source):
    path = page(folder, source)
    before = [block.text for block in blocks(path)]
    result = written(path, pseudo)
    assert skeleton(result) == skeleton(source)
    after = [block.text for block in blocks(page(folder, result))]
    assert sorted(after) == sorted(pseudo(text) for text in before)


@MANY
@given(PAGES)
def test_all_letters_of_a_page_are_in_its_blocks(folder, source):
    tree = lxml.html.document_fromstring(source)
    for kept in tree.xpath("//script | //pre | //comment()"):
        kept.drop_tree()
    seen = re.findall(r"\w", tree.text_content())
    said = [b for b in blocks(page(folder, source)) if " of <" not in b.place]
    alone = sum(len(re.findall(r"\w", c.text_content())) for c in tree.xpath("//code"))
    assert 0 <= len(seen) - len(re.findall(r"\w", "".join(b.text for b in said))) <= alone


@MANY
@given(SIGNS)
def test_damage_neither_raises_nor_loses_a_character(folder, source):
    path = page(folder, source)
    assert written(path, same) == source
    assert "".join(source[t.start : t.end] for t in tokens(source)) == source
    assert len(blocks(path)) <= len(written(path, pseudo))


@pytest.mark.parametrize("tag", ["b", "div", "ruby", "p", "a title='x"])
def test_deep_nesting_costs_what_its_characters_do(tag, tmp_path):
    path = page(tmp_path, f"<{tag}>" * 50_000 + "deep text" + f"</{tag}>" * 50_000)
    began = time.perf_counter()
    assert any("deep text" in block.text for block in blocks(path))
    assert time.perf_counter() - began < 5


def test_codes_come_out_where_they_belong(tmp_path):
    path = page(tmp_path, "<p>Use <b>OpenAI</b> and <i>Google</i>.</p>")
    assert written(path, lambda t: "Google や OpenAI <3") == (
        "<p><i>Google</i> や <b>OpenAI</b> &lt;3</p>"
    )


def test_an_attribute_keeps_its_quotes(tmp_path):
    path = page(tmp_path, """<img alt='a "b"'><img alt=bare><img alt="x">""")
    result = written(path, lambda t: """it's "so" & <so>""")
    assert result == (
        """<img alt='it&#39;s "so" &amp; &lt;so&gt;'>"""
        """<img alt="it's &quot;so&quot; &amp; &lt;so&gt;">"""
        """<img alt="it's &quot;so&quot; &amp; &lt;so&gt;">"""
    )


def test_a_page_says_its_new_language_and_encoding(tmp_path):
    source = '<html lang="ja"><meta charset="Shift_JIS"><p>東京</p>'
    path = page(tmp_path, source, "cp932")
    result = written(path, lambda t: "Cairo", Reading(target="ar"))
    assert result == '<html dir="rtl" lang="ar"><meta charset="utf-8"><p>Cairo</p>'
    assert blocks(path)[0].language == "ja"


def test_an_old_declaration_does_not_spoil_a_page_in_utf8(tmp_path):
    path = page(tmp_path, '<meta charset="Shift_JIS"><p>東京</p>')
    found = list(format_of(path).read(path, AS_IT_IS))
    assert [f.message[:13] for f in found if isinstance(f, Remark)] == ["Read as UTF-8"]
    assert found[-1].text == "東京"


def test_an_element_that_hides_all_that_follows_is_told(tmp_path):
    path = page(tmp_path, "<p>a</p>\n<pre>b <p>c</p>")
    remarks = [f for f in format_of(path).read(path, AS_IT_IS) if isinstance(f, Remark)]
    assert [(r.lost, r.message[:13]) for r in remarks] == [(True, "line 2, <pre>")]


def test_readings_go_when_the_text_changes(tmp_path):
    path = page(tmp_path, "<p><ruby>本<rt>ほん</rt></ruby>だ</p>")
    assert written(path, lambda t: "A book") == "<p>A book</p>"
