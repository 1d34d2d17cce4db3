import os
import socket
import time
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest

from workbench.batch.inputs import find, outputs_for
from workbench.batch.values import Source, Spec
from workbench.errors import UsageError
from workbench.formats import FORMATS, Block, Reading
from workbench.formats.process import Reader
from workbench.naming import fitted, portable, same
from workbench.pipeline import Options

HOSTILE = [
    "two\nlines.txt",
    "tab\there.txt",
    "\x1b[31mred\x1b[0m.txt",
    "invoice\u202etxt.exe.txt",
    "\u2066isolated\u2069.txt",
    "-rf.txt",
    "--help.txt",
    "..txt.txt"[1:],
    "a..b....txt",
    "dots....txt",
    "blank .txt",
    "CON.txt",
    "nul.en.txt",
    "$(touch nasty_pwned).txt",
    ";touch nasty_pwned;'\"`.txt",
    "<img src=x onerror=alert(1)>.txt",
    "長" * 83 + "x.txt",
    os.fsdecode(b"\xff\xfe\x80.txt"),
    "👩‍👧‍👦🇰🇷.txt",
    "が.txt",
    unicodedata.normalize("NFD", "が.txt"),
    "Twin.txt",
    "twin.txt",
    "back\\slash|pipe?.txt",
    "nasty_pwned\x7f.txt",
]
# Hidden: it begins with a dot.
HIDDEN = HOSTILE[7]


def spec(folder: Path, **options: object) -> Spec:
    return Spec((str(folder),), str(folder / "out"), ("en", "ko"), **options)  # type: ignore[arg-type]


def put(folder: Path, *names: str, text: str = "寒かった。") -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def names(*inputs: Path, glob: str = "", out: Path | None = None) -> list[str]:
    return [source.name for source in find(inputs, glob, out)]


def reasons(folder: Path) -> dict[str, str]:
    return {source.name: source.reason for source in find([folder]) if not source.format}


def sources(*names: str) -> list[Source]:
    return [Source(f"/in/{n}", n, n.rpartition(".")[2].lower(), 1) for n in names]


def outputs(*names: str, spec_of: Spec | None = None) -> Mapping[tuple[str, str, str], str]:
    return outputs_for(sources(*names), ("en", "ko"), spec_of or spec(Path("/in")))


def test_folders_are_walked_in_the_order_of_names(tmp_path: Path) -> None:
    put(tmp_path, "b.txt", "a/z.docx", "a/b/c.MD", "a.srt")
    found = find([tmp_path])
    assert [(s.name, s.format) for s in found] == [
        ("a.srt", "srt"),
        ("a/b/c.MD", "md"),
        ("a/z.docx", "docx"),
        ("b.txt", "txt"),
    ]
    assert found[0].path == str(tmp_path / "a.srt") and found[0].size == 15


def test_hidden_files_and_what_was_written_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", ".b.txt", ".git/c.txt", "~$d.docx", "out/a.en.txt", "in/out/e.txt")
    assert names(tmp_path, out=tmp_path / "out") == ["a.txt", "in/out/e.txt"]
    with pytest.raises(UsageError, match="also the folder to write to"):
        find([tmp_path / "out"], out=tmp_path / "in" / ".." / "out")


def test_a_file_given_by_name_is_refused_where_a_folder_would_pass_it_over(tmp_path: Path) -> None:
    put(tmp_path, "a.exe", "b")
    for one in (*find([tmp_path]), *find([tmp_path / "a.exe", tmp_path / "b"])):
        assert one.format == "" and "no format of documents" in one.reason
    assert [s.skipped for s in find([tmp_path])] == [True, True]
    assert [s.skipped for s in find([tmp_path / "a.exe"])] == [False]


def test_a_name_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path / "a\0b.txt", tmp_path / ("x" * 300 + ".txt")):
        (one,) = find([path])
        assert not one.format and not one.skipped and one.reason.startswith("it cannot be read (")


@pytest.mark.parametrize(
    ("glob", "chosen"),
    [
        ("*.docx", ["a.docx", "x/b.docx", "x/y/c.docx"]),
        ("**/*.docx", ["a.docx", "x/b.docx", "x/y/c.docx"]),
        ("x/*.docx", ["x/b.docx"]),
        ("x/**", ["x/b.docx", "x/d.txt", "x/y/c.docx"]),
        ("**/y/**/*", ["x/y/c.docx"]),
        ("[ab].*", ["a.docx", "x/b.docx"]),
        ("**/**/**/**/**/**/**/**/**/**/**/**/**/**/none", []),
        ("*.pdf", []),
    ],
)
def test_a_glob_chooses_among_the_files_of_folders(
    glob: str, chosen: list[str], tmp_path: Path
) -> None:
    put(tmp_path, "a.docx", "x/b.docx", "x/d.txt", "x/y/c.docx")
    assert names(tmp_path, glob=glob) == chosen
    assert names(tmp_path / "x/d.txt", glob=glob) == ["d.txt"]


def test_inputs_that_share_names_say_whose_they_are(tmp_path: Path) -> None:
    put(tmp_path, "a/x.txt", "b/x.txt", "c/b/x.txt", "d/y.txt")
    inputs = [tmp_path / "a", tmp_path / "b", tmp_path / "c/b", tmp_path / "d"]
    assert names(*inputs) == ["a/x.txt", "b/x.txt", "b~2/x.txt", "y.txt"]
    assert names(*(path / "x.txt" for path in inputs[:3])) == ["a/x.txt", "b/x.txt", "b~2/x.txt"]


def test_a_file_that_is_met_twice_is_one_file(tmp_path: Path) -> None:
    put(tmp_path, "a/x.txt", "a/b/y.txt")
    path = tmp_path / "a"
    assert names(path, path, path / "x.txt", path / "b", path / "b/../x.txt") == [
        "b/y.txt",
        "x.txt",
    ]


def test_what_is_no_regular_file_is_passed_over_with_its_reason(tmp_path: Path) -> None:
    folder, outside = tmp_path / "in", put(tmp_path, "secret.txt") / "secret.txt"
    put(folder, "a.txt", "b/c.txt", "dir.txt/d.txt")
    os.mkfifo(folder / "fifo.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket.txt"))
    for name, target in {
        "out.txt": outside,
        "up.txt": Path("../secret.txt"),
        "passwd.txt": Path("/etc/passwd"),
        "zero.txt": Path("/dev/zero"),
        "self.txt": Path("self.txt"),
        "none.txt": Path("none"),
        "b/up": Path(".."),
        "inner.txt": Path("b/c.txt"),
    }.items():
        (folder / name).symlink_to(target)
    began = time.monotonic()
    told = reasons(folder)
    assert names(folder) == sorted([*told, "a.txt", "b/c.txt", "dir.txt/d.txt", "inner.txt"])
    assert {name: " ".join(reason.split()[:5]) for name, reason in told.items()} == {
        "fifo.txt": "a FIFO (a named pipe):",
        "socket.txt": "a socket: only regular files",
        "out.txt": "a link out of the",
        "up.txt": "a link out of the",
        "passwd.txt": "a link out of the",
        "zero.txt": "a link out of the",
        "self.txt": "a link that leads nowhere",
        "none.txt": "a link that leads nowhere",
        "b/up": "a link to a folder:",
    }
    assert all(source.skipped for source in find([folder]) if not source.format)
    assert time.monotonic() - began < 2


def test_a_device_given_by_name_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "a.txt"
    link.symlink_to("/dev/zero")
    for path in (link, Path("/dev/zero")):
        (one,) = find([path])
        assert one.reason.startswith("a device") and not one.skipped


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", "b/c.txt")
    for path in (tmp_path / "a.txt", tmp_path / "b"):
        path.chmod(0)
    told = reasons(tmp_path)
    (tmp_path / "b").chmod(0o700)
    assert told == dict.fromkeys(("a.txt", "b"), "it cannot be read (Permission denied).")


def test_the_limit_of_a_size_is_told_before_anything_is_read(tmp_path: Path) -> None:
    for name, size in {"a.txt": 3 << 30, "b.docx": 100_000_001, "c.docx": 100_000_000}.items():
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)
    began = time.monotonic()
    found = {source.name: source for source in find([tmp_path])}
    assert "3,221 MB; at most 2,000 MB" in found["a.txt"].reason and found["c.docx"].format
    assert "100 MB are read in this format" in found["b.docx"].reason
    assert not found["a.txt"].skipped and time.monotonic() - began < 2


def test_every_hostile_name_comes_out_once_and_safe(tmp_path: Path) -> None:
    folder = tmp_path / "names"
    put(folder, *HOSTILE)
    found = find([folder])
    assert {s.name for s in found} == set(HOSTILE) - {HIDDEN} and len(found) >= 20
    made = outputs_for(found, ("en",), spec(folder))
    assert len({same(path) for path in made.values()}) == len(found)
    for path in made.values():
        assert len(path.encode()) <= 255 and path == portable(path) and path.endswith(".en.txt")
        put(tmp_path / "out", path)
    assert len(list((tmp_path / "out").iterdir())) == len(found)
    assert not list(tmp_path.rglob("nasty_pwned"))


def test_files_of_hostile_names_are_read(tmp_path: Path) -> None:
    put(tmp_path, *HOSTILE)
    with Reader() as reader:
        for source in find([tmp_path]):
            things = list(reader.read(Path(source.path), source.format, Reading()))
            assert [t.text for t in things if isinstance(t, Block)] == ["寒かった。"]


def test_an_output_is_called_after_its_source_and_language() -> None:
    assert outputs("talks/report.docx", "a.TXT") == {
        ("talks/report.docx", "en", "translation"): "talks/report.en.docx",
        ("talks/report.docx", "ko", "translation"): "talks/report.ko.docx",
        ("a.TXT", "en", "translation"): "a.en.TXT",
        ("a.TXT", "ko", "translation"): "a.ko.TXT",
    }


def test_exports_hold_all_languages_and_those_of_bilingual_files_one_each() -> None:
    asked = spec(Path("/in"), beside=("html", "ledger"), options=Options())
    made = outputs("a.docx", "b.po", spec_of=asked)
    assert [made["a.docx", "", kind] for kind in ("html", "ledger", "summary")] == [
        "a.docx.html",
        "a.docx.ledger.tsv",
        "a.docx.summary.md",
    ]
    assert made["b.po", "ko", "html"] == "b.po.ko.html" and ("b.po", "", "html") not in made
    one = outputs_for(sources("b.po"), ("en",), asked)
    assert one["b.po", "", "html"] == "b.po.html"


@pytest.mark.parametrize(("output", "ending"), [("", "docx"), ("md", "md"), ("html", "html")])
def test_what_cannot_be_written_as_it_is_has_the_ending_of_what_is(
    output: str, ending: str
) -> None:
    asked = spec(Path("/in"), reading=Reading(output=output))
    made = outputs("a.pdf", f"a.{ending}", "b.txt", spec_of=asked)
    assert made["a.pdf", "en", "translation"] == f"a.en.{ending}"
    assert made[f"a.{ending}", "en", "translation"] == f"a~2.en.{ending}"
    assert made["b.txt", "en", "translation"] == "b.en.txt"


def test_fifty_collisions_among_two_hundred_files_overwrite_nothing(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", *(f"{i}.md" for i in range(150)), "1.en.md/x.md")
    put(folder, *(f"{i}.pdf" for i in range(25)), *(f"A{i}.md" for i in range(12)))
    put(folder, *(f"a{i}.md" for i in range(12)), "report.html", "report.json.md")
    asked = spec(folder, reading=Reading(output="md"), beside=("html", "md"))
    made = outputs_for(find([folder]), ("en", "ko"), asked)
    written = {same(path) for path in made.values()}
    put(tmp_path / "out", *made.values())
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(made) == len(written) == len(files) == 4 * 202
    assert "~2" in made["a3.md", "en", "translation"] and "report.html" not in written


def test_names_do_not_depend_on_the_order_of_inputs(tmp_path: Path) -> None:
    put(tmp_path, "a/x.pdf", "a/x.docx", "b/y.txt")
    one, other = find([tmp_path / "a", tmp_path / "b"]), find([tmp_path / "b", tmp_path / "a"])
    assert one == other
    assert outputs_for(one, ("en",), spec(tmp_path)) == outputs_for(other, ("en",), spec(tmp_path))


def test_a_long_name_leaves_room_for_what_is_added() -> None:
    made = outputs("長" * 84 + ".txt", "長" * 84 + "x.txt", "深" * 90 + "/a.txt")
    assert all(len(part.encode()) <= 255 for path in made.values() for part in path.split("/"))
    assert len(set(made.values())) == 6


@pytest.mark.parametrize("name", ["\ud800", "\x00", "/", "", " ", "...", "~", "aux.", "COM¹"])
def test_every_name_can_be_made_portable(name: str) -> None:
    made = portable(name)
    assert made.encode() and made == portable(made) and "/" not in made
    assert made[0] not in "-.~ " and made[-1] not in ". "


def test_a_name_is_cut_between_its_signs() -> None:
    assert fitted("長" * 100, ".en.txt") == "長" * 82 + ".en.txt"


def test_every_format_of_documents_is_found(tmp_path: Path) -> None:
    put(tmp_path, *(f"a{suffix}" for f in FORMATS.values() for suffix in f.suffixes))
    assert {source.format for source in find([tmp_path])} == set(FORMATS)
