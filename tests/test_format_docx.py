"""Word documents: every word is read once and replaced once, and nothing else changes."""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from documents import AS_IT_IS, MANY, blocks, everything, filled, remarks
from workbench.errors import InputError
from workbench.formats import Block, Code, Reading, Rendering

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
# Letters of the text, and what the pseudo translation makes of them; all others stay.
SOURCE = "abcdefghijklmABCDEFGHIJKLM01234あいうえお가나다"
TARGET = "nopqrstuvwxyzNOPQRSTUVWXYZ56789かきくけこ라마바"
PSEUDO = str.maketrans(SOURCE, TARGET)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."


STYLES = (
    '<w:style w:type="paragraph" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Own"><w:basedOn w:val="berschrift1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
    '<w:style w:styleId="Level"><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
)


@cache
def template() -> dict[str, bytes]:
    """The members of an empty document that has footnotes, a header and comments."""
    document = docx.Document()
    document.sections[0].header.is_linked_to_previous = False
    file = io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as members:
        parts = {name: members.read(name) for name in members.namelist()}
    types = parts["[Content_Types].xml"].decode()
    for name in ("footnotes", "comments"):
        override = f'<Override PartName="/word/{name}.xml" ContentType="{WORD}{name}+xml"/>'
        types = types.replace("</Types>", f"{override}</Types>")
        parts[f"word/{name}.xml"] = wrapped(name, "")
    parts["[Content_Types].xml"] = types.encode()
    parts["word/styles.xml"] = wrapped("styles", STYLES)
    return parts


def wrapped(root: str, inner: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{head}<w:{root} {NAMESPACES}>{inner}</w:{root}>".encode()


def made(path: Path, body: str, **parts: str) -> Path:
    """Write a document whose body, and other parts, are given as XML."""
    members = {**template(), "word/document.xml": wrapped("document", f"<w:body>{body}</w:body>")}
    for name, inner in parts.items():
        root = {"header1": "hdr"}.get(name, name)
        members[f"word/{name}.xml"] = wrapped(root, inner)
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def p(*inner: str) -> str:
    return f"<w:p>{''.join(inner)}</w:p>"


def run(text: str, look: str = "") -> str:
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:r>{properties}<w:t xml:space="preserve">{escaped}</w:t></w:r>'


def field(instruction: str, *result: str) -> str:
    marks = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate"))
    begin, separate = marks
    told = f"<w:r><w:instrText> {instruction} </w:instrText></w:r>"
    return f'{begin}{told}{separate}{"".join(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def pseudo(block: Block) -> Rendering:
    return Rendering(block.text.translate(PSEUDO), block.codes)


def echo(block: Block) -> Rendering:
    return Rendering(block.text, block.codes)


def rendered(path: Path, renderings: list[Rendering], reading: Reading = AS_IT_IS) -> Path:
    out = path.with_name(f"out-{path.name}")
    out.write_bytes(filled(path, renderings, reading))
    return out


def member(path: Path, name: str = "word/document.xml") -> bytes:
    with zipfile.ZipFile(path) as file:
        return file.read(name)


def plain(path: Path, name: str = "word/document.xml") -> str:
    """All words of a part, as they come."""
    return "".join(etree.fromstring(member(path, name)).itertext(f"{{{W}}}t"))


def flat(element: Any, look: tuple[str, ...] = ()) -> Iterator[object]:
    """Yield what a part shows: every character with its formatting, and every other element.

    Where a run begins is not shown; the formatting of white space is not seen.
    """
    kind = etree.QName(element).localname
    if kind in ("proofErr", "rPr"):
        return
    if kind == "r":
        properties = element.find(f"{{{W}}}rPr")
        unseen = ("lang", "rFonts")
        look = tuple(
            f"{inner.tag} {sorted(inner.attrib.items())}"
            for inner in (properties if properties is not None else ())
            if etree.QName(inner).localname not in unseen
        )
    elif kind == "t":
        yield from ((c, look if c.strip() else ()) for c in element.text or "")
        return
    else:
        yield kind, sorted(element.attrib.items()), element.text
    for inner in element:
        yield from flat(inner, look)
    if kind != "r":
        yield f"end of {kind}"


def mapped(shown: Iterator[object]) -> list[object]:
    return [
        (item[0].translate(PSEUDO), item[1]) if isinstance(item, tuple) and len(item) == 2 else item
        for item in shown
    ]


# Documents of every sort of thing that may stand in a paragraph. Words that must stay as they are
# have letters that the pseudo translation does not know.
LOOKS = ["", "", "", "<w:b/>", "<w:i/>", '<w:color w:val="FF0000"/>', '<w:lang w:val="ja-JP"/>']
NOISE = ['<w:proofErr w:type="spellStart"/>', '<w:bookmarkStart w:id="1" w:name="n"/>']
texts = st.text(SOURCE[:8] + "あ가4 .&<", min_size=0, max_size=8)
runs = st.builds(run, texts, st.sampled_from(LOOKS))
points = st.sampled_from(
    [
        "<w:r><w:tab/></w:r>",
        '<w:r><w:t>ab</w:t><w:br/><w:t xml:space="preserve"> cd</w:t></w:r>',
        '<w:r><w:br w:type="page"/></w:r>',
        '<w:r><w:rPr><w:b/></w:rPr><w:footnoteReference w:id="2"/></w:r>',
        "<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>",
        '<w:del w:id="3" w:author="x"><w:r><w:delText>zz</w:delText></w:r></w:del>',
        "<m:oMath><m:r><m:t>zz</m:t></m:r></m:oMath>",
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>zz</w:t></w:r>",
        field("SEQ Figure", run("789")),
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>9</w:t></w:r></w:fldSimple>',
        *NOISE,
    ]
)


def around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        several.map('<w:hyperlink r:id="rId1">{}</w:hyperlink>'.format),
        several.map('<w:ins w:id="4" w:author="x">{}</w:ins>'.format),
        several.map(
            "<w:sdt><w:sdtPr><w:tag/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>".format
        ),
        several.map(lambda text: field('HYPERLINK "http://a"', text)),
        several.map('<w:smartTag w:element="e">{}</w:smartTag>'.format),
        several.map('<w:fldSimple w:instr=" REF a ">{}</w:fldSimple>'.format),
    )


inline = st.recursive(st.one_of(runs, runs, runs, points), around, max_leaves=6)
paragraphs = st.lists(inline, max_size=6).map(lambda inner: p("<w:pPr/>", *inner))
boxes = (
    st.lists(paragraphs, max_size=2)
    .map("".join)
    .map(
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{0}</w:txbxContent>"
        "</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{0}</w:txbxContent>"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>".format
    )
)
tables = paragraphs.map(
    "<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>".format
)
# A field over several paragraphs, as a table of contents is.
FIELD = field("TOC", "|").split("|")
contents = st.builds("".join, st.tuples(runs, runs)).map(
    lambda text: p(FIELD[0], text) + p(text, field("PAGEREF a", run("9"))) + p(FIELD[1])
)
bodies = st.lists(st.one_of(paragraphs, paragraphs, boxes, tables, contents), max_size=4).map(
    "".join
)
notes = paragraphs.map('<w:footnote w:id="2">{}</w:footnote>'.format)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("docx")


PARTS = ("word/document.xml", "word/footnotes.xml", "word/header1.xml")


def well_formed(block: Block) -> bool:
    starts = [code.start for code in block.codes]
    inside = all(0 <= code.start <= code.end <= len(block.text) for code in block.codes)
    words = any(c.isalnum() for c in block.text) and block.text == block.text.strip()
    return words and inside and starts == sorted(starts)


@MANY
@given(bodies, notes, paragraphs)
def test_generated_documents_change_where_their_words_do_and_nowhere_else(
    folder: Path, body: str, note: str, header: str
) -> None:
    path = made(folder / "a.docx", body, footnotes=note, header1=header)
    read = blocks(path)
    assert all(map(well_formed, read))
    out = rendered(path, [pseudo(block) for block in read])
    for part in PARTS:
        before, after = (etree.fromstring(member(file, part)) for file in (path, out))
        assert mapped(flat(before)) == list(flat(after)), part
    same = rendered(path, [echo(block) for block in read])
    for part in template():
        before, after = member(path, part), member(same, part)
        if part in PARTS:
            before, after = (etree.canonicalize(data.decode()).encode() for data in (before, after))
        assert before == after, part


def shapes(path: Path) -> list[tuple[int, int, int]]:
    """What python-docx finds of each paragraph: runs, bold runs, links."""
    document = docx.Document(str(path))
    cells = [c for t in document.tables for row in t.rows for c in row.cells]
    every = [*document.paragraphs, *(q for cell in cells for q in cell.paragraphs)]
    return [(len(q.runs), sum(bool(r.bold) for r in q.runs), len(q.hyperlinks)) for q in every]


def test_another_reader_finds_the_same_paragraphs_runs_and_links(tmp_path: Path) -> None:
    document = docx.Document()
    for number in range(3):
        document.add_heading(f"Head {number}", number)
        added = document.add_paragraph("a plain ")
        added.add_run("bold").bold = True
        added.add_run(" and ").add_text("more")
        document.add_table(2, 2).cell(1, 1).text = f"cell {number}"
    document.save(str(tmp_path / "a.docx"))
    read = blocks(tmp_path / "a.docx")
    out = rendered(tmp_path / "a.docx", [pseudo(block) for block in read])
    assert shapes(out) == shapes(tmp_path / "a.docx") and len(read) == 9
    assert [b.kind for b in read].count("heading") == 3


def one(tmp_path: Path, *inner: str) -> Block:
    (block,) = blocks(made(tmp_path / "a.docx", p(*inner)))
    return block


def coded(block: Block) -> list[tuple[str, str, str]]:
    return [(c.kind, block.text[c.start : c.end], c.words) for c in block.codes]


def test_runs_that_look_the_same_are_one_text(tmp_path: Path) -> None:
    hint = '<w:rFonts w:hint="eastAsia"/><w:lang w:eastAsia="ja-JP"/>'
    spell = '<w:proofErr w:type="spellStart"/>'
    block = one(tmp_path, run("東"), spell, run("京", hint), run("にて", "<w:noProof/>"))
    assert (block.text, block.codes) == ("東京にて", ())


def test_most_of_a_paragraph_is_its_formatting_and_the_rest_are_codes(tmp_path: Path) -> None:
    block = one(tmp_path, run("All of this is bold, ", "<w:b/>"), run("this"), run(".", "<w:b/>"))
    assert coded(block) == [("pair", "this", "bold")]


def test_what_stands_out_is_a_code_though_it_is_longer_than_the_rest(tmp_path: Path) -> None:
    bold = run("May 2024", "<w:b/>"), run("won", "<w:b/>")
    block = one(tmp_path, run("It was "), bold[0], run(" we "), bold[1])
    assert coded(block) == [("pair", "May 2024", "bold"), ("pair", "won", "bold")]


def test_a_link_is_one_code_with_its_own_formatting(tmp_path: Path) -> None:
    style = '<w:rStyle w:val="Hyperlink"/>'
    link = f'<w:hyperlink r:id="rId1">{run("here", style)}</w:hyperlink>'
    assert coded(one(tmp_path, run("See "), link, run("."))) == [("pair", "here", "link")]


def test_a_link_field_is_a_link_and_a_counted_number_stays(tmp_path: Path) -> None:
    link = field('HYPERLINK "http://a"', run("here"))
    block = one(tmp_path, run("Figure "), field("SEQ F", run("1")), run(": see "), link, run("."))
    assert block.text == "Figure 1: see here."
    assert coded(block) == [("literal", "1", "field"), ("pair", "here", "link")]


def test_an_entry_of_a_table_of_contents_is_its_words_alone(tmp_path: Path) -> None:
    entry = run("Chapter one") + "<w:r><w:tab/></w:r>" + field("PAGEREF a", run("1"))
    block = one(tmp_path, *field("TOC", f"<w:hyperlink>{entry}</w:hyperlink>").split("|"))
    assert (block.text, block.codes) == ("Chapter one", ())


def test_what_stands_at_the_edges_stays_there_without_a_code(tmp_path: Path) -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    path = made(tmp_path / "a.docx", p('<w:bookmarkStart w:id="1"/>', run("  One. "), mark))
    (block,) = blocks(path)
    assert (block.text, block.codes) == ("One.", ())
    after = member(rendered(path, [Rendering("Uno.")])).decode()
    assert 0 < after.index("bookmark") < after.index(">  Uno. <") < after.index("footnoteR")


def test_a_line_break_is_a_character(tmp_path: Path) -> None:
    path = made(tmp_path / "a.docx", p("<w:r><w:t>One</w:t><w:br/><w:t>two</w:t></w:r>"))
    assert [block.text for block in blocks(path)] == ["One\ntwo"]
    after = member(rendered(path, [Rendering("Uno\ndos\ntres")])).decode()
    assert "<w:t>Uno</w:t><w:br/><w:t>dos</w:t><w:br/><w:t>tres</w:t>" in after


def test_codes_go_where_the_rendering_has_them(tmp_path: Path) -> None:
    path = made(tmp_path / "a.docx", p(run("A "), run("red", "<w:b/>"), run(" house")))
    out = rendered(path, [Rendering("Une maison rouge", (Code(11, 16),))])
    runs = [(r.text, r.bold) for r in docx.Document(str(out)).paragraphs[0].runs]
    assert runs == [("Une maison ", None), ("rouge", True)]


def test_text_with_markup_stays_text(tmp_path: Path) -> None:
    hostile = "<w:b/> &amp; ]]> <script>alert(1)</script> \x00\ud800"
    path = made(tmp_path / "a.docx", p(run("x")))
    out = rendered(path, [Rendering(hostile)])
    assert plain(out) == hostile.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("ko", '<w:rFonts w:hint="eastAsia"/><w:b/><w:lang w:eastAsia="ko-KR"/>'),
        ("en", '<w:b/><w:lang w:val="en-US"/>'),
    ],
)
def test_a_text_says_of_which_language_it_is(tmp_path: Path, target: str, wanted: str) -> None:
    look = '<w:rFonts w:hint="eastAsia"/><w:b/><w:lang w:val="ja-JP"/>'
    path = made(tmp_path / "a.docx", p(run("寒い", look)))
    out = rendered(path, [Rendering("추운")], Reading(target=target))
    assert f"<w:rPr>{wanted}</w:rPr>" in member(out).decode()


def test_insertions_are_text_and_deletions_stay_as_they_are(tmp_path: Path) -> None:
    added = f'<w:ins w:id="1" w:author="x">{run("new")}</w:ins>'
    gone = '<w:del w:id="2" w:author="x"><w:r><w:delText>old</w:delText></w:r></w:del>'
    moved = f'<w:moveFrom w:id="3" w:author="x">{run("moved")}</w:moveFrom>'
    path = made(tmp_path / "a.docx", p(run("The "), added, gone, moved, run(" house")))
    (block,) = blocks(path)
    assert block.text == "The new house"
    assert [c[::2] for c in coded(block)] == [
        ("pair", "insertion"),
        *[("point", "deleted text")] * 2,
    ]
    assert [r.message[:12] for r in remarks(path)] == ["2 deletions "]


def test_a_copy_for_older_programs_is_changed_but_not_counted(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p(run('Box'))}{p(run('Box'))}</w:txbxContent>"
    both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    body = p(f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>", run("Text"))
    path = made(tmp_path / "a.docx", body)
    assert [block.text for block in blocks(path)] == ["Text", "Box", "Box"]
    out = rendered(path, [Rendering(text) for text in ("T", "A", "B")])
    assert plain(out) == "ABABT"


@pytest.mark.parametrize("style", ["berschrift1", "Own", "Level", "Normal", "Loop", "none"])
def test_a_heading_is_known_by_its_style(tmp_path: Path, style: str) -> None:
    block = one(tmp_path, f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>', run("x"))
    assert block.kind == ("heading" if style in ("berschrift1", "Own", "Level") else "text")


def test_every_part_with_text_is_read_and_named(tmp_path: Path) -> None:
    note = f'<w:footnote w:id="2">{p(run("note"))}</w:footnote>'
    path = made(tmp_path / "a.docx", p() + p(run("b")), footnotes=note, header1=p(run("h")))
    wanted = [
        ("b", "paragraph 2"),
        ("note", "footnotes, paragraph 1"),
        ("h", "header, paragraph 1"),
    ]
    assert [(block.text, block.place) for block in blocks(path)] == wanted


A = "http://schemas.openxmlformats.org/drawingml/2006/main"
C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWN = {
    "charts/chart1.xml": "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "diagrams/data1.xml": "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
    "diagrams/drawing1.xml": "application/vnd.ms-office.drawingml.diagramDrawing+xml",
}


def drawn(path: Path, text: str, names: str) -> Path:
    """A document with a chart and a diagram that say `text`, and a chart's table with names."""
    made(path, p(run("x")))
    runs = f'<a:r><a:rPr lang="ja-JP" b="1"/><a:t>{text}</a:t></a:r><a:endParaRPr/>'
    cache = f"<c:strCache><c:pt><c:v>{names}</c:v></c:pt></c:strCache>"
    part = f'<c:x xmlns:c="{C}" xmlns:a="{A}"><a:p>{runs}</a:p>{{}}</c:x>'
    types = "".join(
        f'<Override PartName="/word/{k}" ContentType="{v}"/></Types>' for k, v in DRAWN.items()
    ).replace("</Types><", "<")
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"</Types>", types.encode()
    )
    with zipfile.ZipFile(path, "w") as new:
        for name, data in members.items():
            new.writestr(name, data)
        for name in DRAWN:
            new.writestr(f"word/{name}", part.format(cache if "chart" in name else ""))
    return path


def test_charts_and_diagrams_are_translated_and_a_drawn_copy_is_not_counted(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.docx", "寒い", "名前")
    read = blocks(path)
    assert [(b.text, b.place) for b in read[1:]] == [
        ("寒い", "chart, paragraph 1"),
        ("寒い", "diagram, paragraph 1"),
    ]
    wanted = '<a:r><a:rPr lang="ko-KR" b="1"/><a:t>추운</a:t></a:r><a:endParaRPr/>'
    out = rendered(path, [echo(read[0]), *[Rendering("추운")] * 2], Reading(target="ko"))
    assert all(wanted in member(out, f"word/{name}").decode() for name in DRAWN)
    assert [remark.lost for remark in remarks(path)] == [True]


def test_readings_over_words_go_and_are_remarked_on(tmp_path: Path) -> None:
    ruby = f"<w:rt>{run('とう')}</w:rt><w:rubyBase>{run('東')}</w:rubyBase>"
    path = made(tmp_path / "a.docx", p(f"<w:r><w:ruby>{ruby}</w:ruby></w:r>", run("へ")))
    assert [block.text for block in blocks(path)] == ["東へ"]
    assert plain(rendered(path, [Rendering("East")])) == "East"
    said = [(remark.message.partition(" (")[0], remark.lost) for remark in remarks(path)]
    assert said == [("1 readings over words", False)]


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ("<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>", "'secret'"),
        ("<w:r><w:object/></w:r>", "embedded documents"),
        ('<w:r><w:sym w:char="F0"/><w:foo><w:t>odd</w:t></w:foo></w:r>', "'odd'"),
    ],
)
def test_what_is_not_translated_is_said(tmp_path: Path, inner: str, said: str) -> None:
    path = made(tmp_path / "a.docx", p(run("x"), inner))
    assert [remark.lost for remark in remarks(path) if said in remark.message] == [True]


def test_comments_are_left_and_counted(tmp_path: Path) -> None:
    path = made(tmp_path / "a.docx", p(run("x")), comments=f"<w:comment>{p(run('c'))}</w:comment>")
    assert [remark.message for remark in remarks(path)] == ["1 comments are left as they are."]


ENTITY = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e {}>]>'
    f"<w:document {NAMESPACES}><w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    "data",
    [
        ENTITY.format('SYSTEM "file:///etc/passwd"').encode(),
        ENTITY.format('"words"').encode("utf-16"),
        wrapped("document", "<w:body>" + "<w:sdt>" * 50_000 + "</w:sdt>" * 50_000 + "</w:body>"),
        wrapped("document", "<w:body>")[:-9],
        b"",
        b"\xff\xfe",
    ],
    ids=["file", "utf-16", "deep", "cut", "empty", "bytes"],
)
def test_a_hostile_or_damaged_document_is_refused_in_a_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as file:
        for name, was in template().items():
            file.writestr(name, data if name == "word/document.xml" else was)
    with pytest.raises(InputError, match=r"^a\.docx: word/document\.xml in it .*$") as caught:
        everything(path)
    assert len(str(caught.value)) < 250


BEGIN, END = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))


@pytest.mark.parametrize(
    "inner",
    [
        "<w:ins>" * 240 + run("ab") + "</w:ins>" * 240,
        run("a") + "<w:hyperlink>" * 240 + run("b") + "</w:hyperlink>" * 240,
        BEGIN * 20_000 + run("ab") + END * 20_000,
        run("ab") + BEGIN * 20_000,
    ],
    ids=["insertions", "links", "fields", "open fields"],
)
def test_deep_nesting_is_read_and_written(tmp_path: Path, inner: str) -> None:
    path = made(tmp_path / "a.docx", p(inner, run("ab")))
    read = blocks(path)
    assert "ab" in "".join(block.text for block in read)
    before, after = plain(path), plain(rendered(path, [pseudo(block) for block in read]))
    assert after.count("no") >= 1 and len(after) == len(before)


def test_a_zip_file_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as file:
        file.writestr("a.txt", "x")
    with pytest.raises(InputError, match="not a Word document"):
        everything(tmp_path / "a.docx")
