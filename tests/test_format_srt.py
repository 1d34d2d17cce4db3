"""SubRip: no cue is lost, nothing but words changes, and lines are of a length that can be read."""

import re
from pathlib import Path

import pytest
import srt
from hypothesis import given
from hypothesis import strategies as st

import documents
from documents import MANY
from workbench.errors import InputError
from workbench.formats import FORMATS, Block, Code, Reading, Remark, Rendering
from workbench.formats.srt import inspect
from workbench.formats.wrapping import wrapped

SRT = FORMATS["srt"]
TIME = "00:00:01,000 --> 00:00:04,000"
WORDS = st.sampled_from(
    (
        "word",
        "寒い夜だった",
        "가나 다",
        "3.5%",
        "A & B",
        "a < b",
        "<i>so</i>",
        "{\\an8}up",
        "♪",
        "...",
    )
)
TEXT = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=3)
STAMPS = st.builds(
    "{:02}:{:02}:{:02},{:03}".format, *map(st.integers, (0, 0, 0, 0), (99, 59, 59, 999))
)
CUES = st.tuples(STAMPS, STAMPS, st.sampled_from(["", " X1:0 X2:9 Y1:1 Y2:2"]), TEXT)
TAGS = re.compile(r"</?i>|\{\\an8\}")
ENDS = st.sampled_from(["\n", "\r\n"])


def read(path: Path, text: str | bytes) -> list[Block | Remark]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(SRT.read(path, Reading(source="ja", target="en")))


def blocks(path: Path, text: str) -> list[Block]:
    return [event for event in read(path, text) if isinstance(event, Block)]


def written(path: Path, text: str, change, target: str = "en") -> str:
    path.write_bytes(text.encode())
    return documents.written(path, change, Reading(source="ja", target=target))


def file_of(cues: list[tuple[str, str, str, list[str]]], end: str) -> str:
    parts = [
        end.join([str(n), f"{a} --> {b}{more}", *lines, "", ""])
        for n, (a, b, more, lines) in enumerate(cues, 1)
    ]
    return "".join(parts)


@MANY
@given(cues=st.lists(CUES, min_size=1, max_size=8), end=ENDS)
def test_what_is_said_again_is_the_same_bytes(tmp_path: Path, cues, end: str) -> None:
    text = file_of(cues, end)
    assert written(tmp_path / "a.srt", text, str) == text


@MANY
@given(cues=st.lists(CUES, min_size=1, max_size=8), end=ENDS)
def test_only_words_change_and_the_library_sees_every_cue(tmp_path: Path, cues, end: str) -> None:
    text = file_of(cues, end)
    made = written(tmp_path / "a.srt", text, lambda words: f"[{words.upper()} and more of it]")
    before, behind = list(srt.parse(text)), list(srt.parse(made))
    assert [(c.index, c.start, c.end, c.proprietary) for c in before] == [
        (c.index, c.start, c.end, c.proprietary) for c in behind
    ]
    assert re.findall(r".*-->.*", text) == re.findall(r".*-->.*", made)
    for old, new in zip(before, behind, strict=True):
        said = " ".join(TAGS.sub("", new.content).split())
        assert said.count("and more of it") == any(map(str.isalnum, TAGS.sub("", old.content)))
        assert sorted(TAGS.findall(old.content)) == sorted(TAGS.findall(new.content))


@MANY
@given(text=st.text(st.sampled_from("0123:,.-> \n\r\ufeff寒あaＡ<i>/{}\\[]"), max_size=120))
def test_odd_files_are_read_or_refused_and_come_back_the_same(tmp_path: Path, text: str) -> None:
    text = f"1\n{TIME}\n{text}"
    assert written(tmp_path / "a.srt", text, str) == text.removeprefix("\ufeff")
    seen = [cue for cue in srt.parse(text, ignore_errors=True) if re.search(r"\w", cue.content)]
    assert len(blocks(tmp_path / "a.srt", text)) >= min(1, len(seen))


CASES = {
    "lines are joined": (f"1\n{TIME}\none\ntwo\n", ["one two"]),
    "Japanese lines without a space": (f"1\n{TIME}\n寒い夜に\n逃げた\n", ["寒い夜に逃げた"]),
    "two who speak": (f"1\n{TIME}\n- Hello.\n- Bye now.\n", ["Hello.", "Bye now."]),
    "in italics": (f"1\n{TIME}\n<i>- Hello.\n- Bye.</i>\n", ["Hello.", "Bye."]),
    "chevrons": (f"1\n{TIME}\n>> Hello.\n>> Bye.\n", ["Hello.", "Bye."]),
    "a number below zero is no dash": (f"1\n{TIME}\nIt was\n-5 there\n", ["It was -5 there"]),
    "tags": (f'1\n{TIME}\n<font color="red">Run</font>, {{\\i1}}he\n', ["Run, he"]),
    "smaller than": (f"1\n{TIME}\n2 < 3 and <laughs>\n", ["2 < 3 and <laughs>"]),
    "no numbers": (f"{TIME}\none\n\n{TIME}\ntwo\n", ["one", "two"]),
    "no empty lines": (f"1\n{TIME}\none\n2\n{TIME}\ntwo\n", ["one", "two"]),
    "an empty line in a cue": (f"1\n{TIME}\none\n\ntwo\n\n2\n{TIME}\nx\n", ["one", "two", "x"]),
    "a cue without words": (f"1\n{TIME}\n♪♪\n\n2\n{TIME}\n\n3\n{TIME}\nx", ["x"]),
    "points in times": ("1\n00:00:01.000 -> 00:00:02.000\nx\n", ["x"]),
    "damaged times": ("1\n00:00:0x,000 --> 00:00:04,000\nx\n", ["x"]),
    "an arrow in a text": (f"1\n{TIME}\nA --> B\n", ["A --> B"]),
    "old line ends": (f"1\r{TIME}\rone\rtwo\r", ["one two"]),
}


@pytest.mark.parametrize("label", CASES)
def test_the_texts_of_a_file(tmp_path: Path, label: str) -> None:
    text, expected = CASES[label]
    assert [block.text for block in blocks(tmp_path / "a.srt", text)] == expected
    assert written(tmp_path / "a.srt", text, str) == text


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ("00:00:0x,000 --> 00:00:04,000", "cannot be read"),
        ("00:61:00,000 --> 00:62:00,000", "cannot be read"),
        ("00:00:05,000 --> 00:00:04,000", "ends before it begins"),
    ],
)
def test_bad_times_are_reported_and_the_cue_is_translated(
    tmp_path: Path, times: str, message: str
) -> None:
    remark, block = read(tmp_path / "a.srt", f"7\n{times}\nx\n")
    assert isinstance(remark, Remark) and message in remark.message and "cue 7" in remark.message
    assert isinstance(block, Block) and not remark.lost


def test_cues_out_of_order_are_reported(tmp_path: Path) -> None:
    early = "00:00:00,500 --> 00:00:00,900"
    events = read(tmp_path / "a.srt", f"1\n{TIME}\na\n\n2\n{early}\nb\n")
    assert [e.message for e in events if isinstance(e, Remark)] == [
        f"cue 2 (line 6): it begins before the cue in front of it ({early}); the order was kept."
    ]


def test_text_before_the_first_cue_is_not_lost_in_silence(tmp_path: Path) -> None:
    remark, _ = read(tmp_path / "a.srt", f"Made by me\n\n1\n{TIME}\nx\n")
    assert isinstance(remark, Remark) and remark.lost and "line 1-2" in remark.message


def test_a_text_without_cues_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.srt: holds no times"):
        read(tmp_path / "a.srt", "Only a text.\n")


def test_a_korean_file_of_windows_comes_out_as_utf_8(tmp_path: Path) -> None:
    text = f"1\n{TIME}\n밤은 추웠다. 아무도 오지 않았다.\n"
    (tmp_path / "a.srt").write_bytes(text.encode("cp949"))
    events = list(SRT.read(tmp_path / "a.srt", Reading()))
    assert isinstance(events[0], Remark) and "EUC-KR" in events[0].message


def test_long_texts_are_wrapped_with_the_line_ends_of_the_file(tmp_path: Path) -> None:
    long = "They ran as fast as they could, and nobody came after them that night."
    made = written(tmp_path / "a.srt", f"1\r\n{TIME}\r\n逃げた\r\n", lambda _: long)
    lines = made.split("\r\n")[2:-1]
    assert " ".join(lines) == long and len(lines) == 2 and max(map(len, lines)) <= 42


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "short", ["short"]),
        ("en", "x" * 60, ["x" * 60]),
        (
            "ja",
            "昨日の夜は寒かったので、誰も外に出なかった。",
            ["昨日の夜は寒かったので、", "誰も外に出なかった。"],
        ),
        (
            "ko",
            "어제는 추웠기 때문에 아무도 밖에 나가지 않았다.",
            ["어제는 추웠기 때문에", "아무도 밖에 나가지 않았다."],
        ),
    ],
)
def test_lines_are_few_and_end_between_words(language: str, text: str, expected: list[str]) -> None:
    assert wrapped(Rendering(text), language).text.split("\n") == expected


@MANY
@given(
    text=st.text(st.sampled_from("a b1,.寒い夜、「」가나 "), max_size=200),
    language=st.sampled_from(["en", "ja", "ko"]),
)
def test_to_wrap_changes_nothing_but_white_space(text: str, language: str) -> None:
    made = wrapped(Rendering(text), language).text
    assert re.sub(r"\s", "", made) == re.sub(r"\s", "", text) and "\n\n" not in made
    assert not re.search(r"\d\n\d|[a-z]\n[a-z]", made) or language != "ja"


def test_codes_stand_around_the_same_words_after_a_break() -> None:
    text = "昨日の夜は寒かったので、誰も外に出なかった。"
    made = wrapped(Rendering(text, (Code(0, 12), Code(12, 12, "point"), Code(12, 15))), "ja")
    words = [made.text[code.start : code.end] for code in made.codes]
    assert words == ["昨日の夜は寒かったので、", "", "誰も外"] and made.text[12] == "\n"


@pytest.mark.parametrize(
    ("language", "lines", "message"),
    [
        ("en", "x" * 43, "a line of 43 characters"),
        ("ja", "寒" * 17, "a line of 17 characters"),
        ("ja", "寒い夜だったので\nだれも外には出なかった\nのだ", "3 lines"),
        (
            "en",
            "It is far too long to read.\nNobody can read it in a second, or in two.",
            "23.0 char",
        ),
        ("ja", "寒い夜だったのでだれも\n外には出なかったのでした", "7.7 char"),
    ],
)
def test_cues_that_cannot_be_read_are_reported(
    tmp_path: Path, language: str, lines: str, message: str
) -> None:
    (tmp_path / "a.srt").write_text(f"1\n{TIME}\n<i>{lines}</i>\n", "utf-8")
    remarks = list(inspect(tmp_path / "a.srt", Reading(target=language)))
    assert any(message in remark.message for remark in remarks), remarks


def test_cues_that_can_be_read_are_not_reported(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(f"1\n{TIME}\nIt was cold.\nNobody came.\n", "utf-8")
    assert list(inspect(tmp_path / "a.srt", Reading(target="en"))) == []


def test_many_long_cues_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text(f"1\n{TIME}\n{'x' * 50}\n\n" * 80, "utf-8")
    remarks = list(inspect(tmp_path / "a.srt", Reading(target="en")))
    assert len(remarks) == 51 and remarks[-1].message.startswith("30 more")


@pytest.mark.parametrize("piece", ["-", "<i>", "{\\", "0:0:0", "寒", "a ", ">>", "\n\n-"])
def test_cost_is_linear(tmp_path: Path, piece: str) -> None:
    text = f"1\n{TIME}\n{piece * 30_000}\n"
    assert written(tmp_path / "a.srt", text, lambda words: words + "!").endswith("\n")
