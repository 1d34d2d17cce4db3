"""PDF files for tests, written by hand: text at places, pictures, pages without anything."""

from pathlib import Path

Text = tuple[float, float, float, str]  # left, baseline, size, words

_LATIN = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
_JAPANESE = (
    "<</Type/Font/Subtype/Type0/BaseFont/HeiseiMin-W3/Encoding/UniJIS-UTF16-H/DescendantFonts"
    "[<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiMin-W3/CIDSystemInfo"
    "<</Registry(Adobe)/Ordering(Japan1)/Supplement 5>>/DW 1000>>]>>"
)
_PICTURE = (
    "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
    "/Length 1>>stream\n0\nendstream"
)


def paper(path: Path, pages: list[list[Text]], picture: bool = False) -> Path:
    """Write a PDF with these texts; picture puts a picture on pages without any."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", _LATIN, _JAPANESE, _PICTURE]
    kids = []
    for texts in pages:
        content = "".join(map(_shown, texts)) or (
            "q 500 0 0 700 50 50 cm /I Do Q" if picture else ""
        )
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {len(objects)} 0 R/Resources"
            "<</Font<</F 3 0 R/J 4 0 R>>/XObject<</I 5 0 R>>>>>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    path.write_bytes(_file(objects))
    return path


def _shown(text: Text) -> str:
    left, baseline, size, words = text
    if words.isascii():
        said = "(" + words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"
        font = "F"
    else:
        said, font = f"<{words.encode('utf-16-be').hex()}>", "J"
    return f"BT /{font} {size} Tf {left} {baseline} Td {said} Tj ET\n"


def _file(objects: list[str]) -> bytes:
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + (head + end).encode("latin-1")
