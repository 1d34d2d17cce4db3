import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

import odd_format
from workbench.errors import AccountingError, InputError, UnknownNameError, WorkbenchError
from workbench.formats import Block, Code, Reading, Remark, Rendering
from workbench.formats.process import Reader
from workbench.formats.sandbox import Limits

AS_IT_IS = Reading()
TIGHT = Limits(memory_mb=200, cpu_s=1.0, silent_s=8.0, written_mb=1)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    odd_format.reach(monkeypatch, folder)


@pytest.fixture
def reader(site: None) -> Iterator[Reader]:
    with Reader(TIGHT) as one:
        yield one


def odd(folder: Path, text: str, name: str = "a.odd") -> Path:
    path = folder / name
    path.write_text(text, "utf-8", "surrogatepass")
    return path


def read(reader: Reader, path: Path, reading: Reading = AS_IT_IS) -> list[Block | Remark]:
    return list(reader.read(path, "odd", reading))


def texts(reader: Reader, path: Path) -> list[str]:
    return [thing.text for thing in read(reader, path) if isinstance(thing, Block)]


def refusal(reader: Reader, path: Path) -> str:
    """Return why a file is not read, and hold that it is one line that names it."""
    with pytest.raises(InputError) as caught:
        read(reader, path)
    message = str(caught.value)
    assert message.isprintable() and "Traceback" not in message
    return message


def peak_mb() -> float:
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000


def test_what_stands_in_a_file_arrives_as_it_was_read(tmp_path: Path, reader: Reader) -> None:
    path = odd(tmp_path, "寒かった。\nremark Column B is not read.\nodd")
    assert read(reader, path) == [
        Block("line 1", "寒かった。", language="ja", kept="kept"),
        Remark("Column B is not read.", lost=True),
        Block("odd", "a\ud800\udc00b\n\x00\u2028", (Code(0, 1, "pair", "bold"),)),
    ]


def test_how_to_read_it_reaches_the_reader(tmp_path: Path, reader: Reader) -> None:
    reading = Reading("ja", "en", "cp932", ("A", "B"), ("a.b",), "docx")
    (thing,) = read(reader, odd(tmp_path, "reading"), reading)
    assert isinstance(thing, Block) and thing.text == repr(reading)


def test_a_file_is_written_with_its_renderings(tmp_path: Path, reader: Reader) -> None:
    path, out = odd(tmp_path, "a\nremark b\nc"), tmp_path / "out"
    renderings = [Rendering("A\udcff", (Code(0, 1),)), Rendering("C")]
    reader.write(path, "odd", out, renderings, AS_IT_IS)
    assert out.read_bytes() == "A\udcff[0:1]\nC\n".encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("count", [2, 4])
def test_renderings_that_do_not_match_the_blocks_are_our_defect(
    count: int, tmp_path: Path, reader: Reader
) -> None:
    path = odd(tmp_path, "a\nb\nc")
    with pytest.raises(AccountingError, match=r"a\.odd: (only 2|4) texts"):
        reader.write(path, "odd", tmp_path / "out", [Rendering("x")] * count, AS_IT_IS)
    assert texts(reader, path) == ["a", "b", "c"]


def test_many_renderings_are_taken_as_they_are_needed(tmp_path: Path, reader: Reader) -> None:
    path, out = odd(tmp_path, "repeat 20000"), tmp_path / "out"
    reader.write(path, "odd", out, (Rendering(f"{i}") for i in range(20_000)), AS_IT_IS)
    assert out.read_text("utf-8").split() == [str(i) for i in range(20_000)]


def test_who_makes_renderings_may_fail(tmp_path: Path, reader: Reader) -> None:
    path = odd(tmp_path, "a")
    with pytest.raises(ZeroDivisionError):
        reader.write(path, "odd", tmp_path / "o", (Rendering(str(1 // i)) for i in [0]), AS_IT_IS)
    assert texts(reader, path) == ["a"]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path, reader: Reader) -> None:
    path = odd(tmp_path, "a")
    with pytest.raises(InputError, match=r"a\.odd: cannot be written \(No space left"):
        reader.write(path, "odd", Path("/dev/full"), [Rendering("x")], AS_IT_IS)
    with pytest.raises(InputError, match=r"a\.odd: cannot be written \(No such file"):
        reader.write(path, "odd", tmp_path / "none/out", [Rendering("x")], AS_IT_IS)


def test_a_file_that_grows_without_end_is_not_written(tmp_path: Path, reader: Reader) -> None:
    path, out = odd(tmp_path, "a"), tmp_path / "out"
    with pytest.raises(InputError, match=r"cannot be written \(File too large"):
        reader.write(path, "odd", out, [Rendering("x" * 2_000_000)], AS_IT_IS)
    assert out.stat().st_size <= 1_100_000


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("loop", "took more than 1 seconds of the processor"),
        ("sleep 60", "nothing came of it in 8 seconds"),
        ("memory", "took more than 200 MB of memory"),
        ("deep", "stand too deep within each other"),
        ("crash", "reader crashed (SIGSEGV)"),
        ("exit 0", "reader crashed (code 0)"),
        ("defect x", "(KeyError in "),
        ("garble nonsense$", "reader said what no reader says"),
        ('garble ["things",[["text",1,[],"text","",""]]]$', "reader said what no reader says"),
        ('garble ["things",[["p","text",[[3,9,"pair",""]],"text","",""]]]$', "no reader says"),
        ("connect", "cannot be read (A reader may not do this: socket."),
        ("run 1", "cannot be read (A reader may not do this: subprocess.Popen"),
        ("touch /tmp/taken.by.a.reader", "A reader writes to no file but its own"),
        ("unlink a.odd", "A reader may not do this: os.remove"),
    ],
)
def test_whatever_becomes_of_the_reader_is_one_line_and_the_next_file_is_read(
    order: str, told: str, tmp_path: Path, reader: Reader
) -> None:
    began = time.monotonic()
    message = refusal(reader, odd(tmp_path, order))
    assert message.startswith("a.odd: ") and told in message.replace("[Errno 13] ", "")
    assert texts(reader, odd(tmp_path, "next")) == ["next"] and time.monotonic() - began < 40
    assert not Path("/tmp/taken.by.a.reader").exists()


def test_a_long_message_keeps_its_beginning_and_its_end(tmp_path: Path, reader: Reader) -> None:
    message = refusal(reader, odd(tmp_path, f"refuse a.odd: {'x' * 100_000}. Leave it out."))
    assert message.startswith("a.odd: xxx") and message.endswith("Leave it out.")
    assert len(message) < 600


@pytest.mark.parametrize("kind", ["InputError", "SystemExit", "KeyboardInterrupt"])
def test_what_a_reader_says_can_be_no_more_than_a_line(
    kind: str, tmp_path: Path, reader: Reader
) -> None:
    said = f'garble ["error","{kind}","a.odd:\\u001b[31m\\nred",false]$'
    assert refusal(reader, odd(tmp_path, said)) == "a.odd:�[31m�red"


def test_what_stood_before_the_damage_is_read(tmp_path: Path, reader: Reader) -> None:
    things = reader.read(odd(tmp_path, "repeat 5000\nexit 1"), "odd", AS_IT_IS)
    assert len(list(islice(things, 4000))) == 4000
    with pytest.raises(InputError, match="crashed"):
        list(things)


def test_errors_of_the_reader_keep_their_class_and_words(tmp_path: Path, reader: Reader) -> None:
    assert refusal(reader, odd(tmp_path, "refuse a.odd: row 3 is cut.")) == "a.odd: row 3 is cut."
    with pytest.raises(UnknownNameError) as caught:
        read(reader, odd(tmp_path, "unknown B"))
    assert str(caught.value) == str(UnknownNameError("column", "B", ["A"]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such networks")
def test_the_reader_has_no_network_but_its_own(tmp_path: Path, reader: Reader) -> None:
    probe = ["unshare", "--user", "--net", "true"]
    if subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("this machine lets nobody make a network")
    assert refusal(reader, odd(tmp_path, "interfaces")) == "lo"


def test_what_a_reader_prints_is_not_shown(
    tmp_path: Path, reader: Reader, capfd: pytest.CaptureFixture[str]
) -> None:
    assert texts(reader, odd(tmp_path, "print loud\nb")) == ["b"]
    assert capfd.readouterr() == ("", "")


def test_one_process_serves_many_files(
    tmp_path: Path, reader: Reader, started: list[subprocess.Popen[bytes]]
) -> None:
    for index in range(20):
        assert texts(reader, odd(tmp_path, f"a{index}")) == [f"a{index}"]
    assert len(started) == 1


def test_each_file_has_its_own_time(
    tmp_path: Path, reader: Reader, started: list[subprocess.Popen[bytes]]
) -> None:
    for _ in range(4):
        assert len(texts(reader, odd(tmp_path, "repeat 60000"))) == 60_000
    assert len(started) == 1


def test_giving_a_file_up_keeps_the_process(
    tmp_path: Path, reader: Reader, started: list[subprocess.Popen[bytes]]
) -> None:
    things = reader.read(odd(tmp_path, "repeat 1000000000"), "odd", AS_IT_IS)
    assert len(list(islice(things, 3))) == 3
    things.close()  # type: ignore[attr-defined]
    assert texts(reader, odd(tmp_path, "b")) == ["b"] and len(started) == 1


def test_beginning_another_file_gives_the_first_up(tmp_path: Path, reader: Reader) -> None:
    first = reader.read(odd(tmp_path, "repeat 1000000000"), "odd", AS_IT_IS)
    next(first)
    assert texts(reader, odd(tmp_path, "b", "b.odd")) == ["b"]
    with pytest.raises(InputError, match=r"a\.odd"):
        list(first)


def test_a_process_that_hangs_is_ended_when_its_file_is_given_up(
    tmp_path: Path, reader: Reader, started: list[subprocess.Popen[bytes]]
) -> None:
    things = reader.read(odd(tmp_path, "repeat 328\nsleep 60"), "odd", AS_IT_IS)
    assert len(list(islice(things, 328))) == 328
    things.close()  # type: ignore[attr-defined]
    assert started[0].wait(20) == -signal.SIGKILL
    assert texts(reader, odd(tmp_path, "b")) == ["b"]


def test_a_reader_that_is_ahead_waits_for_the_parent(tmp_path: Path, reader: Reader) -> None:
    things = reader.read(odd(tmp_path, "repeat 1000000000"), "odd", AS_IT_IS)
    next(things)
    before = peak_mb()
    time.sleep(1.0)
    next(things)
    assert peak_mb() - before < 20


def test_closing_in_another_thread_ends_what_is_being_read(tmp_path: Path, reader: Reader) -> None:
    things = reader.read(odd(tmp_path, "repeat 10\nsleep 60"), "odd", AS_IT_IS)
    threading.Timer(0.3, reader.close).start()
    with pytest.raises(InputError, match="the program is ending"):
        list(things)
    with pytest.raises(InputError, match=r"a\.odd: not read, as the program is ending"):
        read(reader, tmp_path / "a.odd")


def test_only_what_was_opened_is_read(tmp_path: Path, reader: Reader) -> None:
    path = odd(tmp_path, "repeat 1000\nname\nrepeat 1000\na")
    things = reader.read(path, "odd", AS_IT_IS)
    next(things)
    odd(tmp_path, "b", "other.odd").replace(path)
    assert [t.text for t in things if isinstance(t, Block)][-1] == "a"


@pytest.mark.parametrize("kind", ["FIFO", "link", "folder", "device", "none"])
def test_what_is_no_regular_file_is_refused_at_once(
    kind: str, tmp_path: Path, reader: Reader
) -> None:
    place = tmp_path / "x.odd"
    make = {"FIFO": os.mkfifo, "folder": os.mkdir, "none": str}
    make.get(kind, lambda path: path.symlink_to(odd(tmp_path, "a")))(place)
    began = time.monotonic()
    place = Path("/dev/zero") if kind == "device" else place
    assert ("cannot be read" if kind == "none" else kind) in refusal(reader, place)
    assert time.monotonic() - began < 5.0


def test_a_name_is_shown_without_signs_that_steer(tmp_path: Path, reader: Reader) -> None:
    path = odd(tmp_path, "defect\nb", "a\x1b[31m\n\u202e\udcff.odd")
    assert refusal(reader, path).startswith("a�[31m���.odd: damaged")
    assert texts(reader, odd(tmp_path, "name", path.name)) == ["a�[31m���.odd"]


def test_a_process_starts_in_a_moment(site: None, tmp_path: Path) -> None:
    path, seconds = odd(tmp_path, "a"), []
    for _ in range(3):
        began = time.monotonic()
        with Reader() as reader:
            next(reader.read(path, "odd", AS_IT_IS))
            seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.6


PARENT = """
import os, signal, sys, time
from pathlib import Path
from workbench.formats import Reading
from workbench.formats.process import Reader
reader = Reader()
things = reader.read(Path(sys.argv[1]), "odd", Reading())
next(things)
print(reader._child.pid, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
os.killpg(os.getpgid(0), signal.SIGINT) if sys.argv[2] == "interrupted" else None
"""


@pytest.mark.parametrize("end", ["whole", "killed", "interrupted"])
def test_no_process_outlives_the_program(end: str, site: None, tmp_path: Path) -> None:
    path = odd(tmp_path, "repeat 1000000000")
    command = [sys.executable, "-c", PARENT, str(path), end]
    told = subprocess.run(command, capture_output=True, check=False, start_new_session=True)
    place, until = Path("/proc") / told.stdout.decode().strip(), time.monotonic() + 10
    while place.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert place.name.isdecimal() and not place.exists()


def test_an_interruption_of_the_terminal_leaves_the_reader_alone(
    tmp_path: Path, reader: Reader, started: list[subprocess.Popen[bytes]]
) -> None:
    things = reader.read(odd(tmp_path, "repeat 30000"), "odd", AS_IT_IS)
    next(things)
    assert os.getpgid(started[0].pid) != os.getpgid(0)
    started[0].send_signal(signal.SIGINT)
    assert len(list(things)) == 29_999


def test_every_error_of_a_reader_is_one_of_ours() -> None:
    assert issubclass(InputError, WorkbenchError) and InputError("x").exit_code == 4
