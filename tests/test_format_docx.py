"""Word documents: every word is read once and replaced once, and nothing else changes."""

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from workbench.errors import InputError
from workbench.formats import FORMATS, Block, Code, Reading, Remark, Rendering

GENERATED = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
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
FORMAT = FORMATS["docx"]
PLAIN = Reading()


@cache
def template() -> dict[str, bytes]:
    """The members of an empty document that has footnotes, a header and comments."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "x"
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


def everything(path: Path) -> list[Block | Remark]:
    return list(FORMAT.read(path, PLAIN))


def blocks(path: Path) -> list[Block]:
    return [item for item in everything(path) if isinstance(item, Block)]


def remarks(path: Path) -> list[Remark]:
    return [item for item in everything(path) if isinstance(item, Remark)]


def pseudo(block: Block) -> Rendering:
    return Rendering(block.text.translate(PSEUDO), block.codes)


def echo(block: Block) -> Rendering:
    return Rendering(block.text, block.codes)


def rendered(path: Path, renderings: list[Rendering], reading: Reading = PLAIN) -> Path:
    out = path.with_name(f"out-{path.name}")
    with out.open("wb") as file:
        FORMAT.write(path, file, iter(renderings), reading)
    docx.Document(str(out))
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


@given(bodies, notes, paragraphs)
@GENERATED
def test_generated_documents_change_in_their_words_only(
    folder: Path, body: str, note: str, header: str
) -> None:
    path = made(folder / "a.docx", body, footnotes=note, header1=header)
    read = blocks(path)
    out = rendered(path, [pseudo(block) for block in read])
    for part in PARTS:
        before, after = (etree.fromstring(member(file, part)) for file in (path, out))
        assert mapped(flat(before)) == list(flat(after)), part
    same = rendered(path, [echo(block) for block in read])
    for part in template():
        before, after = member(path, part), member(same, part)
        if part in PARTS:
            before, after = (etree.canonicalize(data.decode()) for data in (before, after))
        assert before == after, part


@given(bodies)
@GENERATED
def test_generated_documents_are_read_in_full_and_well_formed(folder: Path, body: str) -> None:
    path = made(folder / "b.docx", body)
    read = blocks(path)
    for block in read:
        assert block.text == block.text.strip() and any(c.isalnum() for c in block.text)
        for code in block.codes:
            assert 0 <= code.start <= code.end <= len(block.text)
        assert [c.start for c in block.codes] == sorted(c.start for c in block.codes)
    assert not any("unknown kind" in r.message and "zz" not in r.message for r in remarks(path))
