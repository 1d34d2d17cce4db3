"""Files that are damaged or made to do harm, built when they are needed; sound ones to begin from.

`make(path, order)` builds one: an order is the name of a function below and its arguments.
"""

import io
import json
import os
import random
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

WORDS = "寒かった。"
SECRET = "secret words of another file"
_TYPE = "application/vnd.openxmlformats-officedocument"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MAIN = {"docx": "word/document.xml", "xlsx": "xl/worksheets/sheet1.xml"}


def make(path: Path, order: str) -> None:
    """Build a file at path: "bomb docx", "deep html 50000"."""
    name, *arguments = order.split(" ")
    made = _MAKERS[name](*arguments)
    if isinstance(made, bytes):
        path.write_bytes(made)
    else:
        made(path)


def sound(format: str) -> bytes:
    """Return a small sound file of a format, whose text is WORDS."""
    return _wrapped(format, _body(format, WORDS))


def _body(format: str, text: str, prolog: str = "") -> str:
    """Return the part of a file that has the text; prolog stands before its first element."""
    bodies = {
        "txt": f"{text}\n",
        "md": f"# {text}\n\n**{text}** `x` [{text}](http://example.com)\n\n| {text} |\n|---|\n",
        "html": f"{prolog}<html><head><title>{text}</title></head>"
        f"<body><p>{text}<b>{text}</b></p></body></html>",
        "docx": f"{_HEAD}{prolog}<w:document {_W}><w:body><w:p><w:r><w:rPr><w:b/></w:rPr>"
        f"<w:t>{text}</w:t></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
        "xlsx": f"{_HEAD}{prolog}<worksheet {_S}><dimension ref='A1:B1'/><sheetData><row r='1'>"
        f"<c r='A1' t='inlineStr'><is><t>{text}</t></is></c><c r='B1'><v>1</v></c></row>"
        "</sheetData></worksheet>",
        "srt": f"1\n00:00:01,000 --> 00:00:02,000\n<i>{text}</i>\n\n"
        f"2\n00:00:03,000 --> 00:00:04,000\n{text}\n",
        "vtt": f"WEBVTT\n\nNOTE n\n\n00:01.000 --> 00:02.000 align:start\n<v A>{text}\n",
        "csv": f'id,text\n1,"{text}, ""x"""\n2,{text}\n',
        "tsv": f"id\ttext\n1\t{text}\n",
        "jsonl": json.dumps({"id": 1, "text": text}, ensure_ascii=False) + "\n",
        "xliff": f"{_HEAD}{prolog}<xliff version='1.2' "
        "xmlns='urn:oasis:names:tc:xliff:document:1.2'>"
        "<file original='a' source-language='ja' target-language='en' datatype='plaintext'><body>"
        f"<trans-unit id='1'><source>{text}<g id='1'>{text}</g></source></trans-unit></body></file>"
        "</xliff>",
        "tmx": f"{_HEAD}{prolog}<tmx version='1.4'><header creationtool='x' creationtoolversion='1'"
        " segtype='sentence' o-tmf='x' adminlang='en' srclang='ja' datatype='plaintext'/><body>"
        f"<tu><tuv xml:lang='ja'><seg>{text}<ph x='1'/></seg></tuv></tu></body></tmx>",
        "po": 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: en\\n"\n\nmsgid "{text} %s"\nmsgstr ""\n',
        "pdf": text,
    }
    return bodies[format]


def _wrapped(format: str, body: str) -> bytes:
    if format == "pdf":
        return _pdf(_page_text("It was cold. He ran away."))
    if format in MAIN:
        return zipped(_parts(format) | {MAIN[format]: body.encode()})
    return body.encode()


def _parts(format: str) -> dict[str, bytes]:
    """Return the members of an office file besides its main one."""
    if format == "docx":
        kinds = {"/word/document.xml": f"{_TYPE}.wordprocessingml.document.main+xml"}
        target, more = "word/document.xml", {}
    else:
        kinds = {
            "/xl/workbook.xml": f"{_TYPE}.spreadsheetml.sheet.main+xml",
            "/xl/worksheets/sheet1.xml": f"{_TYPE}.spreadsheetml.worksheet+xml",
        }
        target = "xl/workbook.xml"
        book = f"<workbook {_S} {_R}><sheets><sheet name='a' sheetId='1' r:id='r1'/></sheets>"
        rels = f"<Relationship Id='r1' Type='{_REL}/worksheet' Target='worksheets/sheet1.xml'/>"
        more = {
            "xl/workbook.xml": f"{_HEAD}{book}</workbook>",
            "xl/_rels/workbook.xml.rels": (
                f"{_HEAD}<Relationships xmlns='{_RELS}'>{rels}</Relationships>"
            ),
        }
    overrides = "".join(f"<Override PartName='{n}' ContentType='{t}'/>" for n, t in kinds.items())
    types = (
        f"{_HEAD}<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
        "<Default Extension='rels' ContentType="
        "'application/vnd.openxmlformats-package.relationships+xml'/>"
        f"<Default Extension='xml' ContentType='application/xml'/>{overrides}</Types>"
    )
    root = f"<Relationship Id='r1' Type='{_REL}/officeDocument' Target='{target}'/>"
    rels = f"{_HEAD}<Relationships xmlns='{_RELS}'>{root}</Relationships>"
    texts = {"[Content_Types].xml": types, "_rels/.rels": rels} | more
    return {name: text.encode() for name, text in texts.items()}


def zipped(members: Mapping[str, bytes], **more: bytes) -> bytes:
    """Return a zip file with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, 8)
    return out.getvalue()


def _bomb(format: str, megabytes: str = "600") -> bytes:
    """Return a zip whose main member is endless blanks; it is packed once and said many times."""
    count, piece = int(megabytes), b" " * 1_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    begin, end = _body(format, WORDS).encode().split(b"<", 1)[0], b"<x/>"
    once = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(begin + end) + packer.flush()
    check = 0
    for _ in range(count):
        check = zlib.crc32(piece, check)
    check = zlib.crc32(begin + end, check)
    size = count * len(piece) + len(begin + end)
    return _by_hand(_parts(format), MAIN[format], once * count + tail, check, size)


def _by_hand(parts: Mapping[str, bytes], name: str, packed: bytes, check: int, size: int) -> bytes:
    """Return a zip with one more member, of which everything is as it is said here."""
    data = zipped(parts)
    at = data.index(b"PK\x01\x02")
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, check, len(packed), size,
                        len(name), 0) + name.encode()  # fmt: skip
    central = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, check, len(packed),
                          size, len(name), 0, 0, 0, 0, 0, at) + name.encode()  # fmt: skip
    listed = data[at : data.rindex(b"PK\x05\x06")] + central
    count, start = len(parts) + 1, at + len(local) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listed), start, 0)
    return data[:at] + local + packed + listed + end


def _lying(format: str, claimed: str) -> bytes:
    """Return a zip whose main member unpacks to 2 MB and claims another size."""
    data = (_body(format, WORDS) + " " * 2_000_000).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    return _by_hand(_parts(format), MAIN[format], packed, zlib.crc32(data), int(claimed))


def _twice(format: str) -> bytes:
    body = _body(format, WORDS).encode()
    parts = _parts(format) | {MAIN[format]: body}
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(body) + packer.flush()
    return _by_hand(parts, MAIN[format], packed, zlib.crc32(body), len(body))


def _member(format: str, name: str) -> bytes:
    """Return a zip with a member of that name besides."""
    return zipped(_parts(format) | {MAIN[format]: _body(format, WORDS).encode(), name: b"x"})


def _members(format: str, count: str) -> bytes:
    return zipped(_parts(format) | {f"x/{index}.xml": b"" for index in range(int(count))})


def _overlapping(format: str, count: str) -> bytes:
    """Return a zip whose members are all the same bytes (Fifield, "A better zip bomb", 2019)."""
    data = sound(format)
    start, end = data.index(b"PK\x01\x02"), data.rindex(b"PK\x05\x06")
    one = data[start : data.index(b"PK\x01\x02", start + 4)]
    number = int(count)
    listed = one * number
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, len(listed), start, 0)
    assert end > start
    return data[:start] + listed + tail


def _sealed(format: str) -> bytes:
    """Return a zip whose members say that they are encrypted."""
    data = bytearray(sound(format))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _protected(format: str) -> bytes:
    """Return what Office makes of a file with a password, as far as anybody looks at it."""
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(1016)
    return head + "EncryptionInfo\0EncryptedPackage".encode("utf-16-le") + bytes(2000)


def _lost(format: str) -> bytes:
    return zipped(_parts(format))


def _laughs(format: str) -> bytes:
    """Return entities of entities that would be a thousand million words."""
    lines = ['<!ENTITY a0 "haha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return _declared(format, f"<!DOCTYPE x [{''.join(lines)}]>", "&a9;")


def _quadratic(format: str) -> bytes:
    """Return one long entity that is said very often."""
    return _declared(format, f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>', "&a;" * 50_000)


def _external(format: str, kind: str) -> bytes:
    """Return a file that would take in the words of another, by an entity."""
    place = "http://127.0.0.1:9/secret.txt" if kind == "http" else "secret.txt"
    if kind == "parameter":
        inner = '<!ENTITY % a SYSTEM "secret.dtd"> %a;'
        return _declared(format, f"<!DOCTYPE x [{inner}]>", WORDS)
    if kind == "doctype":
        return _declared(format, f'<!DOCTYPE x SYSTEM "{place}">', "&a;")
    return _declared(format, f'<!DOCTYPE x [<!ENTITY a SYSTEM "{place}">]>', "&a;")


def _declared(format: str, prolog: str, text: str) -> bytes:
    return _wrapped(format, _body(format, text, prolog))


def _doctype(format: str) -> bytes:
    """Return an ordinary file with an ordinary declaration."""
    prologs = {
        "tmx": '<!DOCTYPE tmx SYSTEM "tmx14.dtd">',
        "xliff": '<!DOCTYPE xliff PUBLIC "-//XLIFF//DTD XLIFF//EN" '
        '"http://www.oasis-open.org/committees/xliff/documents/xliff.dtd">',
        "html": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
    }
    return _declared(format, prologs[format], WORDS)


def _entities(format: str) -> bytes:
    """Return a file with entities of its own that are words."""
    return _declared(format, f'<!DOCTYPE x [<!ENTITY a "{WORDS}">]>', "&a;")


_NESTED: Mapping[str, tuple[str, str]] = {
    "html": ("<div>", "</div>"),
    "docx": ("</w:t><w:r><w:t>", "</w:t></w:r><w:t>"),
    "xlsx": ("<r>", "</r>"),
    "xliff": ("<g id='1'>", "</g>"),
    "tmx": ("<hi>", "</hi>"),
    "md": ("> ", ""),
}


def _deep(format: str, depth: str) -> bytes:
    """Return things within each other, so many deep."""
    count = int(depth)
    if format == "jsonl":
        return f'{{"id":1,"text":{"[" * count}"{WORDS}"{"]" * count}}}\n'.encode()
    before, after = _NESTED[format]
    return _wrapped(format, _body(format, before * count + WORDS + after * count))


def _open(format: str, what: str, count: str) -> bytes:
    """Return a beginning many times, without its end."""
    return _wrapped(format, _body(format, what.replace("_", " ") * int(count)))


def _cut(format: str, percent: str) -> bytes:
    data = sound(format)
    return data[: len(data) * int(percent) // 100]


def _cut_inside(format: str) -> bytes:
    """Return an office file whose main member ends in the middle."""
    body = _body(format, WORDS).encode()
    return zipped(_parts(format) | {MAIN[format]: body[: len(body) * 3 // 4]})


def _is(format: str) -> bytes:
    """Return a sound file of another format than its name says."""
    return sound(format)


def _empty() -> bytes:
    return b""


def _zeros(count: str) -> bytes:
    return bytes(int(count))


def _bytes(hexadecimal: str) -> bytes:
    return bytes.fromhex(hexadecimal)


def _noise(count: str) -> bytes:
    return random.Random(int(count)).randbytes(int(count))


def _with_nul(format: str) -> bytes:
    return _wrapped(format, _body(format, f"{WORDS}\0{WORDS}"))


def _dimension() -> bytes:
    """Return a sheet that says it is as large as sheets can be, with a cell at its end."""
    body = _body("xlsx", WORDS).replace("A1:B1", "A1:XFD1048576")
    far = f"<row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>{WORDS}</t></is></c></row>"
    body = body.replace("</sheetData>", f"{far}</sheetData>")
    return zipped(_parts("xlsx") | {MAIN["xlsx"]: body.encode()})


def _outside_the_sheet() -> bytes:
    body = _body("xlsx", WORDS).replace("r='A1'", "r='ZZZZ99999999'")
    return zipped(_parts("xlsx") | {MAIN["xlsx"]: body.encode()})


def _no_such_string() -> bytes:
    body = _body("xlsx", WORDS).replace("<c r='B1'>", "<c r='B1' t='s'>").replace(">1<", ">99<")
    return zipped(_parts("xlsx") | {MAIN["xlsx"]: body.encode()})


def _page_text(text: str) -> bytes:
    return f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()


def _pdf(content: bytes, **changed: str) -> bytes:
    """Return a PDF of one page; changed has objects by name that are other than usual."""
    usual = {
        "catalog": "<</Type/Catalog/Pages 2 0 R>>",
        "pages": "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "page": "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        "dictionary": f"<</Length {len(content)}>>",
        "font": "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "more": "null",
        "trailer": "/Root 1 0 R",
    } | changed
    stream = usual["dictionary"].encode() + b"\nstream\n" + content + b"\nendstream"
    texts = [usual[name].encode() for name in ("catalog", "pages", "page")]
    texts += [stream, usual["font"].encode(), usual["more"].encode()]
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(texts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + text + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(texts) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer\n<</Size {len(texts) + 1}{usual['trailer']}>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()


def _pdf_case(name: str) -> bytes:
    text = _page_text("It was cold.")
    loop = "<</Type/Pages/Kids[2 0 R 2 0 R 2 0 R]/Count 3>>"
    encrypt = (
        "/Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44"
        f"/O<{'aa' * 32}>/U<{'bb' * 32}>>>"
    )
    flate = zlib.compress(b" " * 300_000_000 + text, 9) if name == "bomb" else b""
    cases: dict[str, Callable[[], bytes]] = {
        "loop": lambda: _pdf(text, pages=loop),
        "count": lambda: _pdf(text, pages="<</Type/Pages/Kids[3 0 R]/Count 2000000000>>"),
        "encrypted": lambda: _pdf(text, trailer=encrypt),
        "scan": lambda: _pdf(b"0 0 100 100 re f"),
        "deep": lambda: _pdf(text, more="[" * 50_000 + "]" * 50_000),
        "parent": lambda: _pdf(text, page="<</Type/Page/Parent 3 0 R/Contents 3 0 R>>"),
        "self": lambda: _pdf(text, catalog="1 0 R"),
        "bomb": lambda: _pdf(flate, dictionary=f"<</Length {len(flate)}/Filter/FlateDecode>>"),
        "noroot": lambda: _pdf(text, trailer=""),
    }
    return cases[name]()


def _sparse(gigabytes: str) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(int(gigabytes) << 30)

    return build


def _fifo() -> Callable[[Path], None]:
    return os.mkfifo


def _folder() -> Callable[[Path], None]:
    return Path.mkdir


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _socket() -> Callable[[Path], None]:
    def build(path: Path) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))

    return build


_MAKERS: Mapping[str, Callable[..., bytes | Callable[[Path], None]]] = {
    name.removeprefix("_"): made
    for name, made in list(globals().items())
    if name.startswith("_") and callable(made) and not name.startswith("__")
}


def mutated(format: str, seed: int) -> bytes:
    """Return a sound file with one to four changes: bits, cuts, copies, bytes of another file."""
    source = random.Random(f"{format} {seed}")
    inside = format in MAIN and source.random() < 0.6
    data = _body(format, WORDS).encode() if inside else sound(format)
    for _ in range(source.randint(1, 4)):
        data = _changed(data, source)
    return zipped(_parts(format) | {MAIN[format]: data}) if inside else data


def _changed(data: bytes, source: random.Random) -> bytes:
    if not data:
        return data
    at, length = source.randrange(len(data)), source.randint(1, 40)
    match source.randrange(6):
        case 0:
            return data[:at] + bytes([data[at] ^ (1 << source.randrange(8))]) + data[at + 1 :]
        case 1:
            return data[:at]
        case 2:
            return data[:at] + data[at + length :]
        case 3:
            return data[:at] + data[at : at + length] * source.randint(2, 50) + data[at:]
        case 4:
            other = sound(source.choice(["html", "xliff", "po", "pdf", "docx", "jsonl", "vtt"]))
            start = source.randrange(len(other))
            return data[:at] + other[start : start + length] + data[at:]
        case _:
            return data[:at] + source.randbytes(length) + data[at + length :]
