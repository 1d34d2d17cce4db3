"""XLIFF: units without a translation get one with its state, and nothing else changes."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from translate.storage import xliff, xliff2

from bitexts import WORDS, blocks, expected, pseudo, remarks, written
from documents import MANY
from workbench.errors import InputError
from workbench.formats import Code, Reading

ONE = "urn:oasis:names:tc:xliff:document:1.2"
TWO = "urn:oasis:names:tc:xliff:document:2.0"
STATE_1 = xliff.xliffunit.STATE[xliff.xliffunit.S_NEEDS_REVIEW]
NEEDS_REVIEW = ' state="needs-review-translation" state-qualifier="mt-suggestion"'
BY_MACHINE = ' state="translated" subState="workbench:machine"'
MRK = '<mrk mtype="seg" mid="{}">{}</mrk>'
# Source -> text, and what its codes are: kind and words.
TEXTS = {
    "a": ("a", []),
    " <g id='1'>all</g> ": ("all", []),
    "<x id='1'/>a <g id='2'>b</g>": ("a b", [("pair", "b")]),
    "a<x id='1' equiv-text='&lt;br/>'/>b": ("ab", [("point", "")]),
    "<x id='1' equiv-text='%s'/> files": ("%s files", [("literal", "%s")]),
    "<ph id='1'>{0}</ph> or %d": ("{0} or %d", [("literal", "{0}"), ("literal", "%d")]),
    "<bpt id='1'>[</bpt>a<ept id='1'>]</ept> b": ("a b", [("pair", "a")]),
    "<bx id='1' rid='7'/>a<ex id='2' rid='7'/> b": ("a b", [("pair", "a")]),
    "a <g id='1'>b<bpt id='2'/></g>c<ept id='2'/>d": (
        "a bcd",
        [("pair", "b"), ("point", "")],
    ),
    "a <mrk mtype='protected'>b</mrk>": ("a b", [("literal", "b")]),
    "a <mrk mtype='term'>b</mrk>": ("a b", [("pair", "b")]),
    "<x id='1' equiv-text='&lt;i>'/>a<x id='2' equiv-text='&lt;/i>'/> b": ("a b", [("pair", "a")]),
    "a &lt;b&gt;c&lt;/b&gt;": ("a c", [("pair", "c")]),
    "<![CDATA[a <b>c</b>]]>": ("a c", [("pair", "c")]),
    "a\n      b": ("a b", []),
    "東京に\n   行く": ("東京に行く", []),
    "a\nb": ("a\nb", []),
    "a<!-- c -->b": ("ab", []),
}
INLINE = st.recursive(
    WORDS.map(lambda words: words.replace("\t", "")),
    lambda inner: st.one_of(
        st.builds("<g id='1'>{}</g>{}".format, inner, inner),
        st.builds('<x id="2"/>{}'.format, inner),
        st.builds("{}<ph id='3'>&lt;img/></ph>".format, inner),
        st.builds("<bpt id='4'>&lt;b></bpt>{}<ept id='4'>&lt;/b></ept>{}".format, inner, inner),
        st.builds("{}<mrk mtype='protected'>{}</mrk>".format, inner, inner),
        st.builds("<q:own a='1'>{}</q:own>".format, inner),
        st.builds("{} {}".format, inner, inner),
    ),
    max_leaves=6,
)
TARGETS = st.sampled_from(
    ("", "<target/>", "<target state='new'>x</target>", "<target>Ja <g id='1'>x</g></target>")
)
UNITS = st.one_of(
    st.builds("<source>{}</source>\n  {}<note>n</note>".format, INLINE, TARGETS),
    st.builds(
        "<source>s</source><seg-source>{}</seg-source>".format,
        INLINE.map(lambda i: MRK.format(1, i) + " " + MRK.format(2, "bad")),
    ),
    st.builds("<source>{}</source><q:x/><alt-trans><target>t</target></alt-trans>".format, INLINE),
)
INLINE2 = st.recursive(
    WORDS.map(lambda words: words.replace("\t", "")),
    lambda inner: st.one_of(
        st.builds("<pc id='1'>{}</pc>{}".format, inner, inner),
        st.builds("<ph id='2' dataRef='d1'/>{}".format, inner),
        st.builds("{}<ph id='3' equiv='[x]'/><cp hex='0001'/>".format, inner),
        st.builds("<sc id='4'/>{}<ec startRef='4'/>{}".format, inner, inner),
        st.builds("<sm id='5' translate='no'/>{}<em startRef='5'/>{}".format, inner, inner),
        st.builds("{}<mrk id='6' translate='no'>{}</mrk>".format, inner, inner),
    ),
    max_leaves=6,
)
SEGMENTS = st.builds(
    "<segment{}>\n<source>{}</source>{}</segment><ignorable><source> </source></ignorable>".format,
    st.sampled_from(("", " id='s'", " state='initial' subState='q:r'")),
    INLINE2,
    st.sampled_from(("", "<target/>", "<target order='1'>x</target>")),
)


def one(body: str, head: str = 'source-language="ja"', space: str = ' xml:space="preserve"') -> str:
    units = body if "<trans-unit" in body else f'<trans-unit id="1">{body}</trans-unit>'
    return (
        f'<?xml version="1.0"?>\n<xliff version="1.2" xmlns="{ONE}" xmlns:q="u:q">'
        f'<file original="a" {head}{space}><body>{units}</body></file></xliff>\n'
    )


def two(body: str, head: str = 'srcLang="ja"') -> str:
    unit = body if "<unit" in body else f'<unit id="1">{body}</unit>'
    return (
        f'<xliff version="2.0" {head} xmlns="{TWO}" xmlns:q="u:q">\n<file id="f" '
        f'xml:space="preserve">{unit}</file></xliff>'
    )


def made(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.xlf"
    path.write_bytes(text.encode(encoding))
    return path


def unit(path: Path, change=pseudo, **more) -> str:
    """Return what stands in the first unit when the file was written."""
    return re.search(
        r"(?s)<(?:trans-)?unit[^>]*>(.*?)</(?:trans-)?unit>", written(path, change, **more)
    )[1]


def without_targets(text: str) -> bytes:
    """Return what no translation may change."""
    root = etree.fromstring(text.encode())
    for target in root.xpath(
        "//*[local-name()='target'][not(ancestor::*[local-name()='alt-trans'])]"
    ):
        target.getparent().remove(target)
    for element in root.iter("{*}file", "{*}segment", "{*}xliff"):
        for name in ("target-language", "trgLang", "state", "subState"):
            element.attrib.pop(name, None)
    return re.sub(rb">\s+<", b"><", etree.tostring(root, method="c14n"))


@pytest.mark.parametrize("source", TEXTS)
def test_codes_come_out_of_the_text(tmp_path: Path, source: str) -> None:
    text, codes = TEXTS[source]
    (block,) = blocks(made(tmp_path, one(f"<source>{source}</source>", space="")))
    assert block.text == text
    assert [(code.kind, text[code.start : code.end]) for code in block.codes] == codes


def test_white_space_that_counts_is_text(tmp_path: Path) -> None:
    path = made(tmp_path, one("<source> a\n   b </source>"))
    assert blocks(path)[0].text == "a\n   b"
    assert "<target" + NEEDS_REVIEW + "> n\n   o </target>" in written(path, pseudo)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", "{}{}"),
        ("\n {}\n ", "\n {}\n {}\n "),
        ("{}<target/>", "{}{}"),
        ("{}<target>\n</target>", "{}{}"),
        (
            "{}<alt-trans><target>x</target></alt-trans>",
            "{}{}<alt-trans><target>x</target></alt-trans>",
        ),
        ("{}<target state='final'>x</target>", ""),
        ("{}<target>x</target>", ""),
        ("{}<target state='needs-review-l10n'>x</target>", ""),
        ("<source>…</source>", ""),
        ("<q:source>a</q:source>", ""),
    ],
)
def test_a_unit_without_a_translation_gets_one(tmp_path: Path, before, after) -> None:
    source, target = "<source>a</source>", f"<target{NEEDS_REVIEW}>n</target>"
    text = before.format(source)
    expected = after.format(source, target) if after else text
    assert unit(made(tmp_path, one(text))) == expected


def test_a_target_that_is_to_be_made_anew_is(tmp_path: Path) -> None:
    target = "<target state='new' xml:lang='ja'>x</target>"
    path = made(tmp_path, one(f"<source>a</source>{target}"))
    changed = "state='needs-review-translation' xml:lang='ko' state-qualifier=\"mt-suggestion\""
    assert unit(path) == f"<source>a</source><target {changed}>n</target>"


def test_a_failed_sentence_leaves_the_unit_to_be_translated(tmp_path: Path) -> None:
    path = made(tmp_path, one("<source>a</source>"))
    target = '<target state="needs-translation">n</target>'
    assert unit(path, failed=True) == f"<source>a</source>{target}"


def test_what_is_not_to_be_translated_is_no_text(tmp_path: Path) -> None:
    body = (
        '<group translate="no"><trans-unit id="1"><source>a</source></trans-unit>'
        '<trans-unit id="2" translate="yes"><source>b</source></trans-unit></group>'
        '<trans-unit id="3" translate="no"><source>c</source></trans-unit>'
    )
    assert [block.text for block in blocks(made(tmp_path, one(body)))] == ["b"]


def test_an_approved_unit_stays_and_is_counted_where_it_is_empty(tmp_path: Path) -> None:
    body = (
        '<trans-unit id="1" approved="yes"><source>a</source><target state="new">x</target>'
        '</trans-unit><trans-unit id="2" approved="yes"><source>b</source></trans-unit>'
    )
    path = made(tmp_path, one(body))
    assert [block.kept for block in blocks(path)] == ["x"] and body in written(path, pseudo)
    assert remarks(path)[0].lost and remarks(path)[0].message.endswith("as they are: 1.")


def test_segments_are_translated_by_themselves(tmp_path: Path) -> None:
    segments = MRK.format(1, "a.") + " " + f'<g id="5">{MRK.format(2, "b.")}</g>'
    path = made(tmp_path, one(f"<source>a. b.</source><seg-source>{segments}</seg-source>"))
    assert [block.place for block in blocks(path)][1] == "line 2, unit 1, segment 2"
    new = segments.replace("a.", "n.").replace("b.", "o.")
    assert f"</seg-source><target{NEEDS_REVIEW}>{new}</target>" in unit(path)


def test_a_segment_that_is_translated_is_kept_beside_a_new_one(tmp_path: Path) -> None:
    segments = MRK.format(1, "a.") + " " + MRK.format(2, "b.")
    target = MRK.format(2, "<g id='9'>Ja</g>.")
    seg = f"<source>a. b.</source><seg-source>{segments}</seg-source>"
    path = made(tmp_path, one(f"{seg}<target>{target}</target>"))
    assert [block.kept for block in blocks(path)] == ["", "Ja."]
    assert unit(path) == f"{seg}<target{NEEDS_REVIEW}>{MRK.format(1, 'n.')} {target}</target>"


def test_a_target_without_marks_is_the_whole(tmp_path: Path) -> None:
    seg = f"<source>a. b.</source><seg-source>{MRK.format(1, 'a. b.')}</seg-source>"
    path = made(tmp_path, one(f"{seg}<target>x</target>"))
    assert [(block.text, block.kept) for block in blocks(path)] == [("a. b.", "x")]


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("", ' target-language="ko"'),
        (' target-language="ko-KR"', ' target-language="ko-KR"'),
        (' target-language="fr"', ' target-language="ko"'),
    ],
)
def test_the_file_says_its_new_language(tmp_path: Path, head: str, after: str) -> None:
    path = made(tmp_path, one("<source>a</source>", f'source-language="ja"{head}'))
    assert f'source-language="ja"{after}' in written(path).replace(' xml:space="preserve"', "")


def test_translations_into_another_language_are_not_mixed(tmp_path: Path) -> None:
    body = "<source>a</source><target>x</target>"
    path = made(tmp_path, one(body, 'source-language="ja" target-language="fr"'))
    with pytest.raises(InputError, match=r"a\.xlf: it has translations into French .* --to fr"):
        blocks(path)
    assert blocks(path, Reading(target="fr"))[0].kept == "x"


@pytest.mark.parametrize(
    "text", [one("<source>a</source>"), two("<segment><source>a</source></segment>")]
)
def test_the_source_language_is_that_of_the_file(tmp_path: Path, text: str) -> None:
    path = made(tmp_path, text)
    assert blocks(path, Reading("ja", "ko"))[0].language == "ja"
    with pytest.raises(InputError, match=r"source language is Japanese \(ja\), not English"):
        blocks(path, Reading("en", "ko"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<tmx/>", "not an XLIFF file: it begins with <tmx>"),
        ("<xliff version='3.0'/>", "XLIFF 3.0 is not known"),
        ("", "not well-formed XML at line 1"),
        (one("<source>a</source>")[:-12], "not well-formed XML at line 2"),
    ],
)
def test_what_is_no_xliff_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError, match=rf"a\.xlf: {message}"):
        blocks(made(tmp_path, text))


def test_texts_within_codes_and_messages_are_told_of(tmp_path: Path) -> None:
    source = (
        "<source>a <ph id='1'>[<sub>alt</sub>]</ph> {n, plural, one {# b} other {# c}}</source>"
    )
    assert [r.message[:9] for r in remarks(made(tmp_path, one(source)))] == [
        "Plural or",
        "Texts wit",
    ]


@pytest.mark.parametrize("target, told", [("", ["Plural or"]), ("<target>x</target>", [])])
@pytest.mark.parametrize("version", [one, lambda unit: two(f"<segment>{unit}</segment>")])
def test_a_text_that_is_a_message_is_told_of_unless_it_is_translated(
    tmp_path: Path, version, target: str, told: list[str]
) -> None:
    source = "<source>{n, plural, one {# b} other {# c}}</source>"
    path = made(tmp_path, version(source + target))
    assert [r.message[:9] for r in remarks(path)] == told


def test_fifty_thousand_codes_within_each_other_are_read(tmp_path: Path) -> None:
    deep = "<g id='1'>" * 50_000 + "a" + "</g>" * 50_000
    path = made(tmp_path, one(f"<source>{deep}</source>"))
    assert f"<target{NEEDS_REVIEW}>{deep.replace('>a<', '>n<')}</target>" in written(path, pseudo)


def test_codes_without_words_stay_in_order(tmp_path: Path) -> None:
    empty = "<g><x/><g></g><g><x/><x/></g></g>"
    path = made(tmp_path, one(f"<source>a {empty * 2}<g>b{empty}</g>{empty}c</source>"))
    assert f"<target{NEEDS_REVIEW}>n {empty * 2}<g>o{empty}</g>{empty}p</target>" in unit(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<segment>{}{}</segment>", "<segment{}>{}{}</segment>"),
        ("<segment>\n {}\n{}</segment>", "<segment{}>\n {}\n {}\n</segment>"),
        (
            "<segment>{}<target order='2'/></segment>",
            "<segment{}>{}<target order='2'>n</target></segment>",
        ),
        ("<segment>{}<target>x</target></segment>", ""),
        ("<segment state='final'>{}<target>x</target></segment>", ""),
        ("<ignorable>{}</ignorable>", ""),
    ],
)
def test_a_segment_of_xliff_2_without_a_translation_gets_one(tmp_path, before, after) -> None:
    source, target = "<source>a</source>", "<target>n</target>"
    text = before.format(source, "")
    expected = after.format(BY_MACHINE, source, target) if after else text
    assert unit(made(tmp_path, two(text))) == expected


def test_a_segment_of_xliff_2_in_its_initial_state_is_made_anew(tmp_path: Path) -> None:
    path = made(
        tmp_path, two("<segment state='initial'><source>a</source><target>x</target></segment>")
    )
    assert "state='translated' subState=\"workbench:machine\"" in unit(path)
    assert "state='initial' subState=\"workbench:machine\"" in unit(path, failed=True)


def test_codes_of_xliff_2_are_read_with_their_data(tmp_path: Path) -> None:
    data = "<originalData><data id='d'>%s</data><data id='e'>&lt;hr></data></originalData>"
    inline = "a <ph id='1' dataRef='d'/><ph id='2' dataRef='e'/> <mrk id='3' translate='no'>b</mrk>"
    (block,) = blocks(made(tmp_path, two(f"{data}<segment><source>{inline}</source></segment>")))
    kinds = [Code(2, 4, "literal", "placeholder"), Code(4, 4, "point", "code")]
    assert (block.text, block.codes[:2]) == ("a %s b", tuple(kinds))
    assert block.codes[2] == Code(5, 6, "literal", "placeholder")


def test_units_of_xliff_2_that_are_not_to_be_translated_stay(tmp_path: Path) -> None:
    text = two('<unit id="1" translate="no"><segment><source>a</source></segment></unit>')
    assert written(made(tmp_path, text), pseudo) == text.replace(' xmlns="', ' xmlns="', 1).replace(
        '.0" xmlns:q="u:q"', '.0" xmlns:q="u:q" trgLang="ko"'
    )


def check(path: Path, text: str) -> None:
    """Hold a file that was written against the one it was made of, and read it again."""
    before = blocks(path)
    for change in (str, pseudo):
        after = written(path, change)
        assert without_targets(after) == without_targets(text)
        again = made(path.parent, after)
        assert [b.kept for b in blocks(again)] == [expected(b, change).strip() for b in before]
        assert written(again, pseudo) == after
        path.write_text(text, encoding="utf-8")


@MANY
@given(units=st.lists(UNITS, max_size=3))
def test_any_xliff_1_keeps_all_but_its_targets(tmp_path: Path, units: list[str]) -> None:
    body = "\n".join(f'<trans-unit id="{n}">\n  {u}\n</trans-unit>' for n, u in enumerate(units))
    text = one(body or "<source/>")
    check(made(tmp_path, text), text)


@MANY
@given(segments=st.lists(SEGMENTS, max_size=3))
def test_any_xliff_2_keeps_all_but_its_targets(tmp_path: Path, segments: list[str]) -> None:
    data = "<originalData><data id='d1'>%d</data></originalData>\n"
    text = two(f"<unit id='1'>{data}{''.join(segments)}</unit>")
    check(made(tmp_path, text), text)


@MANY
@given(source=INLINE)
def test_an_echo_is_the_source_with_all_its_codes(tmp_path: Path, source: str) -> None:
    path = made(tmp_path, one(f"<source>{source}</source>"))
    target = re.search(r"(?s)<target[^>]*>(.*)</target>", written(path))
    same = {
        etree.tostring(etree.fromstring(f"<a xmlns:q='u:q'>{x}</a>"), method="c14n")
        for x in ([source, target[1]] if target else [source])
    }
    assert len(same) == 1


def test_another_reader_finds_the_same_units_targets_and_states(tmp_path: Path) -> None:
    units = "".join(
        f'<trans-unit id="{n}"><source>{s}</source>{t}</trans-unit>'
        for n, (s, t) in enumerate([("a &amp; b", ""), ("c", "<target state='final'>x</target>")])
    )
    store = xliff.xlifffile(written(made(tmp_path, one(units)), pseudo).encode())
    assert [(u.source, u.target) for u in store.units] == [("a & b", "n & o"), ("c", "x")]
    states = [u.get_state_n() for u in store.units]
    assert [STATE_1[0] <= state < STATE_1[1] for state in states] == [True, False]
    assert store.gettargetlanguage() == "ko"


def test_another_reader_finds_the_same_units_of_xliff_2(tmp_path: Path) -> None:
    text = two("<segment><source>a &amp; b</source></segment>")
    store = xliff2.Xliff2File.parsestring(written(made(tmp_path, text), pseudo).encode())
    assert [(u.source, u.target) for u in store.units] == [("a & b", "n & o")]


def test_the_declaration_says_the_encoding_that_is_written(tmp_path: Path) -> None:
    text = one("<source>寒い</source>").replace("?>", ' encoding="Shift_JIS"?>')
    after = written(made(tmp_path, text, "cp932"))
    assert after.startswith('<?xml version="1.0" encoding="UTF-8"?>') and ">寒い</target>" in after
