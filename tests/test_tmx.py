"""Translation memories come in as they are meant and go out so that they come in again."""

import io
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes import FakeEngine, bench, crash_on
from workbench.errors import InputError
from workbench.formats.bitext import match_language
from workbench.formats.tmx import (
    Unit,
    read_units,
    result_tmx,
    tmx_text,
    write_units,
)
from workbench.segmentation import split

LEGAL = st.text(
    st.one_of(
        st.characters(
            exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", min_codepoint=32
        ),
        st.sampled_from("\t\n\r\x85\u2028\u200f😀<>&\"' "),
    )
)
# A process of its own, for tracemalloc does not see what libxml2 allocates. Prints: units, bytes.
PEAK = """
import re, sys, tracemalloc
from pathlib import Path
from workbench.formats.tmx import read_units
peak = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
tracemalloc.start()
print(sum(1 for _ in read_units(Path(sys.argv[1]))))
print(max(peak() - before, tracemalloc.get_traced_memory()[1]))
"""
SAVED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def tmx(body: str, head: str = "") -> bytes:
    return f'{head}<tmx version="1.4"><header/><body>{body}</body></tmx>'.encode()


def tu(ja: str, en: str = "x", more: str = "") -> str:
    variants = f'<tuv xml:lang="ja"><seg>{ja}</seg></tuv><tuv xml:lang="en"><seg>{en}</seg></tuv>'
    return f"<tu>{more}{variants}</tu>"


def read(tmp_path: Path, data: bytes) -> list[Unit]:
    file = tmp_path / "memory.tmx"
    file.write_bytes(data)
    return list(read_units(file))


@SAVED
@given(texts=st.lists(st.tuples(LEGAL, LEGAL), min_size=1, max_size=4), document=LEGAL)
def test_every_text_comes_back_as_it_was(tmp_path, texts, document) -> None:
    units = [Unit(n, document.strip(), {"ja": a, "en": b}) for n, (a, b) in enumerate(texts, 1)]
    assert write_units(units, tmp_path / "memory.tmx", "ja") == len(units)
    assert list(read_units(tmp_path / "memory.tmx")) == units


@pytest.mark.parametrize(
    "text", ["  寒い", "]]>", "&amp;", "<b>x</b>", "👩‍👩‍👧", "שלום", "a\r\nb\r", ""]
)
def test_awkward_texts_come_back(tmp_path: Path, text: str) -> None:
    written = tmx_text([Unit(1, "", {"ja": text, "ar": text})], "ja")
    assert read(tmp_path, written.encode())[0].texts == {"ja": text, "ar": text}


@SAVED
@given(text=st.text(st.characters(categories=["Cc", "Cs", "Cn", "Lo"])))
def test_what_xml_cannot_hold_becomes_a_replacement_sign(text) -> None:
    written = tmx_text([Unit(1, text, {"ja": text})], "ja")
    seg = ElementTree.fromstring(written.encode()).find(".//seg").text or ""
    changed = [(a, b) for a, b in zip(text, seg, strict=True) if a != b]
    assert {b for _, b in changed} <= {"\ufffd"} and not [a for a, _ in changed if a.isprintable()]


@pytest.mark.parametrize("code", ["ja", "JA", "ja-JP", "ja_JP", "jpn", "JPN-JP", " ja "])
def test_codes_of_one_language_are_one(code: str) -> None:
    assert match_language(code) == "ja"


def test_a_language_the_workbench_does_not_know_keeps_its_code() -> None:
    assert [match_language(code) for code in ("sv-SE", "zho", "fre", "cmn")] == [
        "sv",
        "zh",
        "fr",
        "zh",
    ]


def test_old_files_name_the_language_without_a_namespace(tmp_path: Path) -> None:
    old = b'<tmx version="1.1"><body><tu><tuv lang="EN-US"><seg>a</seg></tuv></tu></body></tmx>'
    assert read(tmp_path, old)[0].texts == {"en": "a"}


def test_inline_codes_go_and_the_text_around_them_stays(tmp_path: Path) -> None:
    seg = (
        'A<bpt i="1">{\\b <sub>note</sub></bpt>B<hi>C<ph>x</ph></hi><ept i="1">}</ept><!-- c --> D'
    )
    (unit,) = read(tmp_path, tmx(tu(seg, "<it pos='begin'>1</it>E<ut>u</ut>")))
    assert unit.texts == {"ja": "ABC D", "en": "E"}
    assert unit.tags == 7


@pytest.mark.parametrize("kind", ["x-document", "x-filename", "file", "x-Document:SingleString"])
def test_the_document_is_read_from_the_properties_of_tools(tmp_path: Path, kind: str) -> None:
    prop = f'<prop type="x-score">9</prop><prop type="{kind}"> news.docx </prop>'
    assert [unit.document for unit in read(tmp_path, tmx(tu("a", "b", prop) + tu("c")))] == [
        "news.docx",
        "",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_byte_order_mark_decides_the_encoding(tmp_path: Path, encoding: str) -> None:
    data = tmx(tu("寒い")).decode().encode(encoding)
    assert read(tmp_path, data)[0].texts["ja"] == "寒い"


def test_a_declared_utf_16_is_read(tmp_path: Path) -> None:
    data = tmx(tu("寒い"), '<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16")
    assert read(tmp_path, data)[0].texts["ja"] == "寒い"


def test_an_ordinary_doctype_is_no_reason_to_refuse(tmp_path: Path) -> None:
    head = '<!DOCTYPE tmx SYSTEM "http://127.0.0.1:9/tmx14.dtd">'
    assert read(tmp_path, tmx(tu("寒い"), head))[0].texts["ja"] == "寒い"


def test_an_entity_declared_in_the_file_is_read(tmp_path: Path) -> None:
    head = '<!DOCTYPE tmx SYSTEM "tmx14.dtd" [<!ENTITY who "兵士">]>'
    assert read(tmp_path, tmx(tu("&who;は"), head))[0].texts["ja"] == "兵士は"


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE tmx [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        '<!DOCTYPE tmx SYSTEM "tmx14.dtd">',
        '<!DOCTYPE tmx [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>',
    ],
)
def test_an_entity_from_outside_is_refused_not_emptied(tmp_path: Path, head: str) -> None:
    with pytest.raises(InputError, match=r"memory\.tmx: line 1 uses an entity .* Export"):
        read(tmp_path, tmx(tu("a&x;b"), head))


def test_entities_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for bomb in (f'<!ENTITY l0 "ha">{laughs}', f'<!ENTITY l9 "{"a" * 100_000}">'):
        with pytest.raises(InputError, match=r"memory\.tmx: its entities unfold .* Export"):
            read(tmp_path, tmx(tu("&l9;" * 50_000), f"<!DOCTYPE tmx [{bomb}]>"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not well-formed"),
        (b"<html><body>hi</body></html>", "not a TMX file"),
        (b"<list><tu/></list>", "not a TMX file"),
        (tmx("\n\n" + tu("a") + "<tu>"), "at line 3"),
        (tmx(tu("a")) + b"<tmx/>", "not well-formed"),
        (tmx(tu("\xe9")).decode().encode("latin-1"), "not well-formed"),
        (tmx(tu("&#1;")), "not well-formed"),
        (b"PK\x03\x04", "not well-formed"),
    ],
)
def test_a_file_that_is_no_memory_is_refused_in_words(tmp_path, data, message) -> None:
    with pytest.raises(InputError, match=f"memory.tmx: .*{message}"):
        read(tmp_path, data)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.tmx: cannot be read"):
        list(read_units(tmp_path / "nothing.tmx"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the peak")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "large.tmx"
    block = (tu("寒かった。" * 60, "It was cold. " * 60) + "\n").encode() * 100
    file.write_bytes(tmx("").replace(b"</body>", block * (30_000_000 // len(block)) + b"</body>"))
    done = subprocess.run([sys.executable, "-c", PEAK, file], capture_output=True, check=True)
    count, grown = map(int, done.stdout.split())
    assert count > 15_000 and grown < 5_000_000


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "memory.tmx"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        write_units((Unit(1 // 0, "") for _ in "x"), file, "ja")
    assert file.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [file]


def test_a_result_becomes_a_unit_per_translated_sentence(tmp_path: Path) -> None:
    document = split("見出し\n\n・寒かった。逃げた。\n記者　なぜですか。\n", "ja")
    result = bench(FakeEngine(crash_on("逃げた"))).process(document, ["en", "ko"])
    units = read(tmp_path, result_tmx(result).encode())
    assert [unit.texts["ja"] for unit in units] == ["見出し", "寒かった。", "なぜですか。"]
    assert units[1].texts == {"ja": "寒かった。", "en": "en:寒かった。", "ko": "ko:寒かった。"}
    assert {unit.document for unit in units} == {document.name}


def test_a_result_says_where_each_target_comes_from() -> None:
    result = bench(FakeEngine()).process(split("寒かった。", "ja"), ["en"])
    root = ElementTree.parse(io.BytesIO(result_tmx(result).encode())).getroot()
    props = {prop.get("type"): prop.text for prop in root.iterfind(".//tuv/prop")}
    assert props == {"x-origin": "mt", "x-signature": result.columns[0].signature}
    assert (root.get("version"), root.find("header").get("segtype")) == ("1.4", "sentence")
