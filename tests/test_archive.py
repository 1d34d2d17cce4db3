"""Zip files that are made to hurt are refused by one line; others come out as they went in."""

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from workbench.errors import InputError
from workbench.formats.archive import open_archive, rewrite

PART = "word/document.xml"


def packed(path: Path, *members: tuple[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", way) as file:
        for name, data in members:
            file.writestr(zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)), data, way)
    return path


def damaged(path: Path, old: bytes, new: bytes, *, count: int = -1) -> Path:
    path.write_bytes(path.read_bytes().replace(old, new, count))
    return path


def claiming(path: Path, size: int, claimed: int) -> Path:
    """A file whose only member says that it unpacks to another size."""
    return damaged(path, struct.pack("<I", size), struct.pack("<I", claimed))


def read_all(path: Path) -> dict[str, bytes]:
    with open_archive(path) as archive:
        return {name: archive.read(name) for name in archive.names}


def test_members_come_out_as_they_went_in(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", ("b.xml", b"<b/>"), ("a.xml", b"<a/>" * 1000), ("c", b""))
    assert list(read_all(path).items()) == [
        ("b.xml", b"<b/>"),
        ("a.xml", b"<a/>" * 1000),
        ("c", b""),
    ]


def test_a_member_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        open_archive(packed(tmp_path / "a.docx", ("a", b"1"))) as archive,
        pytest.raises(InputError, match=f"no {PART} in it"),
    ):
        archive.read(PART)


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open(PART, "w") as member:
        for _ in range(megabytes):
            member.write(b"\0" * 1_000_000)
    return path


def test_a_bomb_is_refused_without_unpacking_it(tmp_path: Path) -> None:
    path = claiming(bomb(tmp_path / "bomb.docx", 9), 9_000_000, 900_000_000)
    started = time.process_time()
    with pytest.raises(InputError, match=r"bomb\.docx: too large when unpacked \(900 MB > 500 MB"):
        open_archive(path)
    assert time.process_time() - started < 1


def test_a_small_bomb_is_refused_for_its_ratio(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 200 times"):
        open_archive(bomb(tmp_path / "bomb.docx", 30))


def test_a_bomb_that_says_it_is_small_is_unpacked_no_further_than_that(tmp_path: Path) -> None:
    path = claiming(bomb(tmp_path / "bomb.docx", 60), 60_000_000, 1_000)
    started = time.process_time()
    with pytest.raises(InputError, match="not as long as it says"):
        read_all(path)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize("claimed", [2_999, 3_001, 1, 2_000_000])
@pytest.mark.parametrize("way", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_lie_about_a_size_is_found(tmp_path: Path, claimed: int, way: int) -> None:
    path = packed(tmp_path / "a.docx", (PART, b"x" * 3_000), way=way)
    with zipfile.ZipFile(path) as file:
        place = file.start_dir
    data = path.read_bytes()
    head, directory = data[:place], bytearray(data[place:])
    directory[24:28] = struct.pack("<I", claimed)
    path.write_bytes(head + directory)
    with pytest.raises(InputError, match=f"damaged file: {PART}"):
        read_all(path)


def test_a_lie_about_a_size_is_found_while_copying_too(tmp_path: Path) -> None:
    path = claiming(packed(tmp_path / "a.docx", (PART, b"x" * 3_000)), 3_000, 2_000)
    with pytest.raises(InputError, match="damaged file"):
        rewrite(path, io.BytesIO(), {})


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("other", [PART, PART.upper()])
def test_a_member_twice_is_refused(tmp_path: Path, other: str) -> None:
    path = packed(tmp_path / "a.docx", (PART, b"<a/>"), (other, b"<b/>"))
    with pytest.raises(
        InputError, match=r"a\.docx: damaged file: word/document.xml is in it twice"
    ):
        open_archive(path)


@pytest.mark.parametrize("name", ["../a.xml", "a/../../b", "/etc/passwd", "..\\a", "C:\\a", "a/.."])
def test_a_member_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no name of a part"):
        open_archive(packed(tmp_path / "a.docx", (name, b"1")))


def test_a_name_with_a_nul_in_it_is_refused(tmp_path: Path) -> None:
    path = damaged(packed(tmp_path / "a.docx", ("a_b.xml", b"1")), b"a_b.xml", b"a\0b.xml")
    with pytest.raises(InputError, match="no name of a part"):
        open_archive(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", (PART, b"1"))
    data = path.read_bytes()
    place = data.index(b"PK\1\2") + 8
    path.write_bytes(data[:place] + b"\1" + data[place + 1 :])
    with pytest.raises(InputError, match=f"{PART} in it is encrypted"):
        open_archive(path)


def test_an_unknown_way_of_packing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown way"):
        open_archive(packed(tmp_path / "a.docx", (PART, b"1" * 99), way=zipfile.ZIP_LZMA))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = packed(tmp_path / "a.docx", *((f"{i}.xml", bytes(range(256))) for i in range(20)))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(InputError, match=r"a\.docx: .*Get a new copy of it"):
        open_archive(path)


def test_any_flipped_byte_gives_the_same_members_or_one_line(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", ("a.xml", b"<a>text</a>" * 9), ("b.xml", b"<b/>"))
    whole, names = path.read_bytes(), read_all(path)
    for place in range(0, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xA5]) + whole[place + 1 :])
        try:
            assert list(read_all(path).values()) == list(names.values()), place
        except InputError as error:
            assert str(error).startswith("a.docx: ") and "\n" not in str(error)


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", *((str(i), b"") for i in range(10_001)))
    with pytest.raises(InputError, match="more than 10,000 parts"):
        open_archive(path)


def test_millions_of_members_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\3\4" + b"PK\1\2".ljust(46, b"\0") * 1_000_000)
    started = time.process_time()
    with pytest.raises(InputError, match="more than 10,000 parts"):
        open_archive(path)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no zip file"),
        (b"plain text", "no zip file"),
        (b"PK\3\4", "cannot be unpacked"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 999, r"older format \(.doc, .xls\)"),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
    ],
)
def test_what_is_no_zip_file_is_said_to_be_what_it_is(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(data)
    with pytest.raises(InputError, match=rf"a\.docx: .*{said}"):
        open_archive(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.docx"):
        open_archive(tmp_path / "none.docx")


def test_writing_again_changes_only_what_it_is_told(tmp_path: Path) -> None:
    members = ("[Content_Types].xml", b"<t/>"), (PART, b"<a/>" * 500), ("media/1.png", b"\x89PNG")
    path, copy = packed(tmp_path / "a.docx", *members), tmp_path / "b.docx"
    with copy.open("wb") as out:
        rewrite(path, out, {PART: b"<b/>"})
    assert list(read_all(copy).items()) == [members[0], (PART, b"<b/>"), members[2]]


def test_writing_again_keeps_order_dates_comments_and_ways_of_packing(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.docx", ("b", b"1" * 99), ("a", b"2" * 99))
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b"kept"
        file.writestr("c", b"3", zipfile.ZIP_STORED)
    out = io.BytesIO()
    rewrite(path, out, {"a": b"new"})
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out) as new:
        kept = [(i.filename, i.date_time, i.compress_type, i.external_attr) for i in old.infolist()]
        assert kept == [
            (i.filename, i.date_time, i.compress_type, i.external_attr) for i in new.infolist()
        ]
        assert new.comment == b"kept" and new.testzip() is None
