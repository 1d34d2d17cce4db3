"""XML comes with its places, stays as it is but for what is replaced, and reads nothing outside."""

import io
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from workbench.errors import InputError
from workbench.formats.xml import Element, XmlFile, escape, namespaces, with_attributes

PROFILE = settings(max_examples=200, deadline=None, derandomize=True, database=None)
UNITS = frozenset({"unit"})
DOCUMENT = """<?xml version="1.0" encoding="{}"?>\r
<!DOCTYPE list SYSTEM "list.dtd" [<!ENTITY who "兵士">]>\r
<!-- <unit> -->\r
<list xmlns:q='u>v' lang = "ja">\r
  <q:note a='1>2'/>\r
  <unit q:k="&who;">a&who;<b/>x<![CDATA[<c>]]><!-- no --> &amp; <b i="2">y</b></unit>\r
</list><?end?>\r
"""
FAULTS = {
    "nothing": ("", "line 1 (no element found)"),
    "an end that is missing": ("<a>\n\n<b>", "line 3 (no element found)"),
    "a tag that is cut": ("<a>\n<b x='", "line 2 (unclosed token)"),
    "crossing elements": ("<a>\n<b></a></b>", "line 2 (mismatched tag)"),
    "a prefix of nothing": ("<a><q:b/></a>", "line 1 (unbound prefix)"),
    "a zip file": ("PK\3\4", "line 1"),
    "an encoding nobody knows": ('<?xml version="1.0" encoding="klingon"?><a/>', "--encoding"),
    "elements in an entity": ('<!DOCTYPE a [<!ENTITY x "<b/>">]><a>&x;</a>', "line 1"),
}
OUTSIDE = {
    "a file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><unit>&x;</unit></a>',
    "an address": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>b&x;</a>',
    "an attribute": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a b="&x;"/>',
    "a parameter": '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><a/>',
    "a DTD": '<!DOCTYPE a SYSTEM "a.dtd"><a>&x;</a>',
    "nowhere": "<a>&x;</a>",
}
LAUGHS = '<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
)
BOMBS = {
    "in steps": LAUGHS,
    "at once": f'<!ENTITY l9 "{"a" * 100_000}">',
    "in a circle": '<!ENTITY l9 "&l8;"><!ENTITY l8 "&l9;">',
}
DEEP = {
    "outside of units": "<g>" * 50_000 + "</g>" * 50_000,
    "within a unit": "<unit>" + "<g>" * 50_000 + "x" + "</g>" * 50_000 + "</unit>",
    "a long tag": f'<g x="{"y" * 5_000_000}"/>',
    "a long comment": f"<g><!--{'y' * 5_000_000}--></g>",
}


def made(folder: Path, text: str | bytes) -> Path:
    path = folder / "list.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def units(path: Path) -> list[Element]:
    return [element for kind, element in XmlFile(path, UNITS).events() if kind == "unit"]


def copied(path: Path, text: str = "") -> str:
    """Return the file as it is written with text put at the end of every unit."""
    out = io.BytesIO()
    file = XmlFile(path, UNITS, out=out)
    for kind, element in file.events():
        if kind == "unit" and text:
            file.put(element.close, element.close, text)
    return out.getvalue().decode("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "shift_jis", "euc-jp"])
def test_what_is_not_replaced_stays_as_it_is(tmp_path: Path, encoding: str) -> None:
    told = DOCUMENT.format(encoding.removesuffix("-sig"))
    mark = "\ufeff" if encoding in ("utf-8-sig", "utf-16") else ""
    kept = DOCUMENT.format("utf-8" if encoding.startswith("utf-8") else "UTF-8")
    path = made(tmp_path, told.encode(encoding))
    assert copied(path) == mark + kept
    assert copied(path, "<n/>\n") == mark + kept.replace("</unit>", "<n/>\r\n</unit>")


def test_every_element_of_a_unit_knows_its_place(tmp_path: Path) -> None:
    file = XmlFile(made(tmp_path, DOCUMENT.format("utf-8")), UNITS)
    (unit,) = (element for kind, element in file.events() if kind == "unit")
    assert (unit.line, unit.attributes, unit.text) == (6, {"{u>v}k": "兵士"}, "a兵士x<c> & y")
    assert [(e.start, e.end) for e in unit.children("b")][1][0] > unit.inner
    assert [e.get("i") for e in unit.children("b")] == ["", "2"]


def test_places_are_those_of_the_file(tmp_path: Path) -> None:
    file = XmlFile(made(tmp_path, DOCUMENT.format("utf-8")), UNITS)
    for kind, unit in file.events():
        if kind == "unit":
            raws = [file.raw(e.start, e.end) for e in unit.children("b")]
    assert raws == ["<b/>", '<b i="2">y</b>']


@pytest.mark.parametrize("label", FAULTS)
def test_a_damaged_file_is_refused_with_its_line(tmp_path: Path, label: str) -> None:
    text, message = FAULTS[label]
    with pytest.raises(InputError) as caught:
        units(made(tmp_path, text))
    assert str(caught.value).startswith("list.xml: ") and message in str(caught.value)


@pytest.mark.parametrize("label", OUTSIDE)
def test_what_is_outside_is_refused_and_not_emptied(tmp_path: Path, label: str) -> None:
    with pytest.raises(InputError, match=r"line 1 uses an entity that .* never read"):
        units(made(tmp_path, OUTSIDE[label]))


@pytest.mark.parametrize("head", ['SYSTEM "http://127.0.0.1:9/a.dtd"', '[<!ENTITY x "y">]', ""])
def test_an_ordinary_doctype_is_accepted(tmp_path: Path, head: str) -> None:
    assert units(made(tmp_path, f"<!DOCTYPE a {head}><a><unit>b</unit></a>"))[0].text == "b"


@pytest.mark.parametrize("label", BOMBS)
def test_entities_that_unfold_without_end_are_refused(tmp_path: Path, label: str) -> None:
    path = made(tmp_path, f"<!DOCTYPE a [{BOMBS[label]}]><a><unit>{'&l9;' * 50_000}</unit></a>")
    with pytest.raises(InputError, match=r"list\.xml: its entities unfold"):
        units(path)


@pytest.mark.parametrize("label", DEEP)
def test_endless_nesting_and_tags_take_no_time(tmp_path: Path, label: str) -> None:
    path = made(tmp_path, DEEP[label])
    start = time.perf_counter()
    assert copied(path) == DEEP[label]
    assert [unit.text for unit in units(path)] == ["x"] * ("unit" in DEEP[label])
    assert time.perf_counter() - start < 5


def test_a_file_that_is_of_another_encoding_is_refused_with_its_byte(tmp_path: Path) -> None:
    path = made(tmp_path, "<a>é</a>".encode("latin-1"))
    with pytest.raises(InputError, match=r"byte 3 \(line 1\) is not UTF-8"):
        units(path)


def test_the_encoding_that_is_asked_for_is_used(tmp_path: Path) -> None:
    path = made(tmp_path, "<unit>寒い</unit>".encode("cp932"))
    file = XmlFile(path, UNITS, encoding="shift_jis")
    assert [element.text for kind, element in file.events() if kind == "unit"] == ["寒い"]


@PROFILE
@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_is_written_so_that_it_comes_back(text: str) -> None:
    read = etree.fromstring(f"<a>{escape(text)}</a>".encode()).text or ""
    assert len(read) == len(text)
    assert all(a == b or b == "\ufffd" for a, b in zip(text, read, strict=True))


@PROFILE
@given(st.text(st.characters(codec="utf-8", categories=["L", "P", "S"]), min_size=1))
def test_any_attribute_is_written_so_that_it_comes_back(value: str) -> None:
    for tag in ("<a b='1' bc = \"2\"/>", "<a/>", "<a b=\"it's\" bc='2' />"):
        assert etree.fromstring(with_attributes(tag, {"b": value})).get("b") == value


def test_an_attribute_is_taken_away_and_others_stay() -> None:
    assert with_attributes("<a bc='1' b = \"2\" d='3'/>", {"b": ""}) == "<a bc='1' d='3'/>"
    assert namespaces("<a x='1' xmlns='u' xmlns:q = \"v\">") == " xmlns='u' xmlns:q = \"v\""
