"""A memory as a document: units get the variants they lack, and nothing else changes."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from translate.storage import tmx as oracle

from bitexts import KOREAN, WORDS, blocks, expected, pseudo, remarks, written
from documents import MANY
from workbench.errors import InputError
from workbench.formats import Reading
from workbench.formats.tmx import Unit, read_units, write_units

NEW = '<tuv xml:lang="ko"><prop type="x-origin">mt</prop><seg>{}</seg></tuv>'
MESSAGE = "{n, plural, one {# b} other {# c}}"
# Source -> text, and what its codes are: kind and words.
TEXTS = {
    "a": ("a", []),
    " a\n  b ": ("a\n  b", []),
    "<hi>a</hi> b": ("a b", [("pair", "a")]),
    "<bpt i='1'>{\\b </bpt>a<ept i='1'>}</ept> b": ("a b", [("pair", "a")]),
    "a<bpt i='1'/>b<bpt i='2'/>c<ept i='1'/>d": ("abcd", [("pair", "bc"), ("point", "")]),
    "a <ph>%s</ph><ph>[img]</ph>": ("a %s", [("literal", "%s")]),
    "a<it pos='begin'>b</it> c <ut>d</ut>e": ("a c e", [("point", ""), ("point", "")]),
    "a <ph>&lt;i></ph>b<ph>&lt;/i></ph> c": ("a b c", [("pair", "b")]),
    "a {0}": ("a {0}", [("literal", "{0}")]),
}
INLINE = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.builds("<hi type='q'>{}</hi>{}".format, inner, inner),
        st.builds("<bpt i='1'>[<sub>no</sub></bpt>{}<ept i='1'>]</ept>{}".format, inner, inner),
        st.builds("{}<ph x='2'>&lt;img/></ph>".format, inner),
        st.builds("<ut>1</ut>{}<it pos='end'>x</it>{}".format, inner, inner),
    ),
    max_leaves=6,
)
VARIANTS = st.builds(
    "<tuv xml:lang='ja'><note>n</note><seg>{}</seg></tuv>{}".format,
    INLINE,
    st.sampled_from(
        (
            "",
            '\n  <tuv xml:lang="en"><seg>a</seg></tuv>',
            '<tuv xml:lang="ko-KR"><prop type="x">p</prop><seg> Ja <hi>x</hi></seg></tuv>',
            '<tuv xml:lang="ko"><seg/></tuv>',
        )
    ),
)
# Prints: blocks, bytes that memory grew by.
PEAK = """
import re, sys
from pathlib import Path
from workbench.formats import FORMATS, Block, Reading, Rendering
peak = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
path, out, tmx, korean = Path(sys.argv[1]), Path(sys.argv[2]), FORMATS["tmx"], Reading(target="ko")
next(tmx.read(path, korean))
before = peak()
made = (Rendering(block.text) for block in tmx.read(path, korean))
with out.open("wb") as stream:
    tmx.write(path, stream, made, korean)
print(peak() - before)
"""


def memory(body: str, header: str = "srclang='ja'") -> str:
    return (
        '<?xml version="1.0"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">'
        f"<header {header}><prop type='p'>a</prop></header>\n<body>{body}</body></tmx>\n"
    )


def tu(source: str, more: str = "") -> str:
    return f'<tu tuid="1"><tuv xml:lang="ja"><seg>{source}</seg></tuv>{more}</tu>'


def made(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.tmx"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("source", TEXTS)
def test_codes_come_out_of_the_text(tmp_path: Path, source: str) -> None:
    text, codes = TEXTS[source]
    (block,) = blocks(made(tmp_path, memory(tu(source))))
    assert (block.text, block.language, block.place) == (text, "ja", "line 4, unit 1")
    assert [(code.kind, text[code.start : code.end]) for code in block.codes] == codes


@pytest.mark.parametrize("source", TEXTS)
def test_an_echo_has_all_codes(tmp_path: Path, source: str) -> None:
    path = made(tmp_path, memory(tu(source)))
    assert written(path) == memory(tu(source, NEW.format(source)))


@pytest.mark.parametrize(
    ("body", "new"),
    [
        (tu("a", "{}"), NEW),
        (tu("…", "{}"), ""),
        (tu("a", '<tuv xml:lang="KO-kr"><seg>x</seg></tuv>{}'), ""),
        (tu("a", '<tuv xml:lang="ko"><seg>{}</seg></tuv>'), "{}"),
        ('<tu><tuv xml:lang="en"><seg>a</seg></tuv>{}</tu>', ""),
        ('<tu srclang="en"><tuv xml:lang="en"><seg>a</seg></tuv>{}</tu>', NEW),
        ('<tu><tuv lang="JA"><seg>a</seg></tuv>{}</tu>', NEW.replace("xml:", "")),
        (tu("a", "{}").replace("<tuv", "\r\n <tuv"), "\r\n " + NEW),
    ],
)
def test_a_unit_gets_the_variant_it_lacks(tmp_path: Path, body: str, new: str) -> None:
    path = made(tmp_path, memory(body.format("")))
    assert written(path, pseudo) == memory(body.format(new.format("n")))


def test_a_unit_of_which_a_sentence_failed_gets_none(tmp_path: Path) -> None:
    text = memory(tu("a"))
    assert written(made(tmp_path, text), pseudo, failed=True) == text


def test_the_source_may_be_any_language_of_the_memory(tmp_path: Path) -> None:
    path = made(
        tmp_path, memory(tu("a", '<tuv xml:lang="en"><seg>b</seg></tuv>'), "srclang='*all*'")
    )
    with pytest.raises(InputError, match=r"a\.tmx: line 4 does not say which .* --from"):
        blocks(path)
    assert [block.text for block in blocks(path, Reading("en", "ko"))] == ["b"]


def test_units_of_other_languages_and_texts_in_codes_are_told_of(tmp_path: Path) -> None:
    other = '<tu><tuv xml:lang="en"><seg>a</seg></tuv></tu>'
    path = made(tmp_path, memory(tu("a<ph>[<sub>b</sub>]</ph>") + other * 2 + tu(MESSAGE)))
    said = [(r.message[-2:], r.lost) for r in remarks(path)]
    assert said == [("1.", True), ("2.", False), ("d.", True)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<xliff/>", "not a TMX file: it begins with <xliff>"),
        (memory(tu("a"))[:-12], "not well-formed XML at line 4"),
        (memory(tu("&x;")), "line 4 uses an entity"),
    ],
)
def test_what_is_no_memory_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"a\.tmx: {message}"):
        blocks(made(tmp_path, text))


def test_a_memory_without_a_target_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--to"):
        blocks(made(tmp_path, memory(tu("a"))), Reading("ja"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932"])
def test_a_memory_is_written_in_utf_8(tmp_path: Path, encoding: str) -> None:
    text = memory(tu("寒い")).replace("?>", f' encoding="{encoding[:6]}"?>')
    after = written(made(tmp_path, text, encoding))
    assert after.startswith("\ufeff" * (encoding != "cp932") + '<?xml version="1.0" encoding="')
    assert NEW.format("寒い") in after


@MANY
@given(units=st.lists(VARIANTS, min_size=1, max_size=4))
def test_any_memory_keeps_all_but_the_new_variants(tmp_path: Path, units: list[str]) -> None:
    text = memory("\n".join(f"<tu>\n  {unit}\n</tu>" for unit in units))
    path = made(tmp_path, text)
    before = blocks(path)
    for change in (str, pseudo):
        after = written(made(tmp_path, text), change)
        assert re.sub(
            r'\s*<tuv xml:lang="ko"><prop type="x-or.*?</tuv>', "", emptied(after)
        ) == emptied(text)
        again = made(tmp_path, after)
        assert [b.kept for b in blocks(again)] == [expected(b, change).strip() for b in before]
        assert written(again, pseudo) == after
        etree.fromstring(after.encode())


def emptied(text: str) -> str:
    """Return a memory without new variants, and those that had no words without words again."""
    text = re.sub(r'\s*<tuv xml:lang="ko"><prop type="x-or.*?</tuv>', "", text, flags=re.DOTALL)
    return re.sub(r'(<tuv xml:lang="ko">)<seg(/>|>.*?</seg>)', r"\1<seg/>", text, flags=re.DOTALL)


def test_five_thousand_strings_of_any_characters_come_back(tmp_path: Path) -> None:
    choice = random.Random(0)
    texts = ["".join(chr(choice.randrange(0x110000)) for _ in range(20)) for _ in range(5000)]
    path = tmp_path / "a.tmx"
    write_units([Unit(n, "", {"ja": text, "en": "a"}) for n, text in enumerate(texts)], path, "ja")
    back = [unit.texts["ja"] for unit in read_units(path)]
    assert len(back) == 5000 and all(
        a == b or b == "\ufffd"
        for x, y in zip(texts, back, strict=True)
        for a, b in zip(x, y, strict=True)
    )
    path.write_text(written(path), encoding="utf-8", newline="")
    assert [(u.texts["ja"], u.texts.get("ko", u.texts["ja"])) for u in read_units(path)] == [
        (b, b) for b in back
    ]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the peak")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = made(tmp_path, memory((tu("寒かった。" * 60) + "\n") * 20_000))
    done = subprocess.run(
        [sys.executable, "-c", PEAK, path, tmp_path / "out"], capture_output=True, check=True
    )
    assert path.stat().st_size > 15_000_000 and int(done.stdout) < 8_000_000


def test_another_reader_finds_the_same_units(tmp_path: Path) -> None:
    body = tu("a &amp; b") + tu("c", '<tuv xml:lang="ko"><seg>x</seg></tuv>')
    after = written(made(tmp_path, memory(body)), pseudo)
    store = oracle.tmxfile.parsestring(after.encode())
    pairs = [(u.source, u.target) for u in store.units]
    assert pairs == [("a & b", "n & o"), ("c", "x")] and KOREAN.target in after
