"""Documents that are zip files (docx, xlsx): opened within limits, and written again.

Nothing is unpacked to disk. What a member says of its size is held against what comes out of it.
"""

import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import copy
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from workbench.closing import Closing
from workbench.errors import InputError

LARGEST = 500_000_000  # bytes of all members unpacked
_MOST_MEMBERS = 10_000
# Repetitive spreadsheets reach 100 to 1; only what is made to fill a memory goes far beyond.
_HIGHEST_RATIO = 200
_FREE = 20_000_000  # bytes up to which the ratio is no matter
_PIECE = 1_000_000
_MEMBER = re.compile(rb"PK\x01\x02")
_END = b"PK\x05\x06"
_ANY = 0xFFFF
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
)
HOW = "Get a new copy of it, or open it and save it again in the program that it is from."


class Archive(Closing):
    """An open zip file of which every member may be read. Close it, or use it in a `with`."""

    def __init__(self, path: Path, file: zipfile.ZipFile) -> None:
        self._path, self._file = path, file
        self._members = {info.filename: info for info in file.infolist()}

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, in the order of the file."""
        return tuple(self._members)

    def read(self, name: str) -> bytes:
        """Return the bytes of a member.

        Raises InputError: there is no such member, it is damaged, or it unpacks to more or fewer
        bytes than it says.
        """
        if name not in self._members:
            raise InputError(f"{self._path.name}: there is no {name} in it. {HOW}")
        return b"".join(self._pieces(self._members[name]))

    def rewrite(self, out: BinaryIO, changed: Mapping[str, bytes]) -> None:
        """Write the zip file with new bytes for some members; see `rewrite`."""
        with zipfile.ZipFile(out, "w") as new:
            new.comment = self._file.comment
            for info in self._file.infolist():
                data = changed.get(info.filename)
                size = info.file_size if data is None else len(data)
                with new.open(_heading(info, size), "w") as member:
                    for piece in self._pieces(info) if data is None else (data,):
                        member.write(piece)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield a member piece by piece, and never more than the byte that gives a lie away."""
        asked = copy(info)
        # zipfile stops at the size that the member claims, and so would not see that it is a lie.
        asked.file_size = info.file_size + _PIECE
        left = info.file_size + 1
        try:
            with self._file.open(asked) as member:
                while left and (piece := member.read(min(left, _PIECE))):
                    left -= len(piece)
                    if left:
                        yield piece
        except _DAMAGED as error:
            raise self._damaged(info.filename, "is damaged") from error
        if left != 1:
            raise self._damaged(info.filename, "is not as long as it says")

    def _damaged(self, name: str, how: str) -> InputError:
        return InputError(f"{self._path.name}: damaged file: {name} in it {how}. {HOW}")


def open_archive(path: Path) -> Archive:
    """Open a zip file of which nothing has been unpacked yet.

    Raises InputError: the file is no zip file, cut short, encrypted, unpacks to more than LARGEST
    bytes or to 200 times its size, or has members twice, outside of it, or too many.
    """
    try:
        count = _look(path)
        file = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise InputError(f"{path.name}: damaged file: it cannot be unpacked. {HOW}") from error
    try:
        _inspect(path.name, file.infolist(), count)
    except InputError:
        file.close()
        raise
    return Archive(path, file)


def rewrite(path: Path, out: BinaryIO, changed: Mapping[str, bytes]) -> None:
    """Write a zip file again, with new bytes for the members that are in `changed`.

    Order, dates, ways of packing and the bytes of all other members stay as they are.

    Raises InputError: as open_archive, or a member is damaged.
    """
    with open_archive(path) as archive:
        archive.rewrite(out, changed)


def _look(path: Path) -> int:
    """Return how many members the file says that it has, before the list of them is read.

    _ANY where there are too many for the old form of the field.
    Raises InputError: the bytes are not those of a zip file, or of one with too many members.
    """
    data = path.read_bytes()
    if data.startswith(_OLE):
        raise InputError(f"{path.name}: {_older(data)}")
    if not data.startswith(b"PK"):
        raise InputError(f"{path.name}: not a file of this format: it is no zip file. {HOW}")
    # Documents that are embedded are zip files of their own and are counted too.
    if sum(1 for _ in islice(_MEMBER.finditer(data), 2 * _MOST_MEMBERS + 1)) > 2 * _MOST_MEMBERS:
        raise _too_many(path.name)
    end = data.rfind(_END)
    return int.from_bytes(data[end + 10 : end + 12], "little") if end >= 0 else _ANY


def _older(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "it is protected by a password. Save it without one and try again."
    return "it is of an older format (.doc, .xls). Save it as .docx or .xlsx and try again."


def _too_many(name: str) -> InputError:
    return InputError(f"{name}: more than {_MOST_MEMBERS:,} parts in one file are refused. {HOW}")


def _inspect(name: str, members: list[zipfile.ZipInfo], count: int) -> None:
    if len(members) > _MOST_MEMBERS:
        raise _too_many(name)
    # A wrong length in the list of members makes one of them swallow the next.
    if count not in (len(members), _ANY):
        raise InputError(f"{name}: damaged file: {len(members)} of {count} parts are left. {HOW}")
    for info in members:
        _inspect_member(name, info)
    # Names of parts are the same in any case (ECMA-376, part 2, 7.3.1).
    most = Counter(info.filename.casefold() for info in members).most_common(1)
    if most and most[0][1] > 1:
        raise InputError(f"{name}: damaged file: {most[0][0]} is in it twice. {HOW}")
    size, packed = (sum(sizes) for sizes in _sizes(members))
    if size > LARGEST:
        limit = f"{LARGEST // 1_000_000:,} MB"
        raise InputError(
            f"{name}: too large when unpacked ({size // 1_000_000:,} MB > {limit}). {HOW}"
        )
    if size > max(_FREE, _HIGHEST_RATIO * packed):
        raise InputError(
            f"{name}: too large when unpacked: {packed:,} bytes would be {size:,}, "
            f"more than {_HIGHEST_RATIO} times as many. {HOW}"
        )


def _sizes(members: list[zipfile.ZipInfo]) -> tuple[list[int], list[int]]:
    return [info.file_size for info in members], [info.compress_size for info in members]


def _inspect_member(name: str, info: zipfile.ZipInfo) -> None:
    inner = info.filename
    if info.flag_bits & 0x1:
        raise InputError(f"{name}: {inner} in it is encrypted. Save it without a password.")
    outside = inner.startswith("/") or ":" in inner[:2] or ".." in re.split(r"[/\\]", inner)
    if outside or not inner or inner != info.orig_filename:
        raise InputError(f"{name}: damaged file: {inner!r} in it is no name of a part. {HOW}")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{name}: damaged file: {inner} in it is packed in an unknown way. {HOW}")


def _heading(info: zipfile.ZipInfo, size: int) -> zipfile.ZipInfo:
    """Return the heading of a member that is as long as `size`, otherwise like `info`."""
    new = zipfile.ZipInfo(info.filename, info.date_time)
    for field in ("compress_type", "comment", "create_system", "external_attr", "internal_attr"):
        setattr(new, field, getattr(info, field))
    new.file_size = size
    return new
