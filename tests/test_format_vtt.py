"""WebVTT: no cue is lost, and times, settings, names, notes and styles stay as they are."""

import re
from pathlib import Path

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

import documents
from documents import MANY
from workbench.errors import InputError
from workbench.formats import FORMATS, Block, Reading, Remark
from workbench.formats.vtt import inspect

VTT = FORMATS["vtt"]
TIME = "00:01.000 --> 00:00:04.000"
TAGS = re.compile(r"<[^<>]*>")
WORDS = st.sampled_from(
    (
        "word",
        "寒い夜",
        "가나",
        "A &amp; B",
        "1 &lt; 2",
        "<i>so</i>",
        "<c.red>x</c>",
        "<00:00:02.000>",
    )
)
TEXT = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=3)
STAMPS = st.builds(
    "{:02}:{:02}:{:02}.{:03}".format, *map(st.integers, (0, 0, 0, 0), (99, 59, 59, 999))
)
CUES = st.tuples(
    st.sampled_from(["", "intro", "7"]),
    st.builds("{} --> {}".format, STAMPS, STAMPS),
    st.sampled_from(["", " line:0 position:20% size:60% align:start", " region:fred"]),
    TEXT,
)
KEPT = st.sampled_from(
    [
        "NOTE words of 注",
        "NOTE\ntwo\nlines",
        "STYLE\n::cue { color: red }",
        "REGION\nid:fred\nlines:3",
    ]
)
BLOCKS = st.lists(st.one_of(CUES, CUES, KEPT), min_size=1, max_size=8)
HEADS = st.sampled_from(["WEBVTT", "WEBVTT - A title", "WEBVTT\nKind: captions"])


def read(path: Path, text: str) -> list[Block | Remark]:
    path.write_bytes(text.encode())
    return list(VTT.read(path, Reading(source="ja", target="en")))


def texts(path: Path, text: str) -> list[str]:
    return [event.text for event in read(path, text) if isinstance(event, Block)]


def written(path: Path, text: str, change, target: str = "en") -> str:
    path.write_bytes(text.encode())
    return documents.written(path, change, Reading(source="ja", target=target))


def file_of(head: str, parts: list, end: str) -> str:
    made = [head]
    for part in parts:
        if isinstance(part, str):
            made.append(part)
        else:
            name, times, more, lines = part
            made.append("\n".join([*([name] if name else []), times + more, *lines]))
    return "\n\n".join(made).replace("\n", end) + end


def seen(text: str) -> list[tuple[object, ...]]:
    found = webvtt.from_string(text.replace("\r\n", "\n"))
    return [(cue.identifier, cue.start, cue.end, cue.settings) for cue in found]


@MANY
@given(head=HEADS, parts=BLOCKS, end=st.sampled_from(["\n", "\r\n", "\r"]), mark=st.booleans())
def test_what_is_said_again_is_the_same_bytes(
    tmp_path: Path, head: str, parts: list, end: str, mark: bool
) -> None:
    text = "\ufeff" * mark + file_of(head, parts, end)
    assert written(tmp_path / "a.vtt", text, str) == text


@MANY
@given(head=HEADS, parts=BLOCKS, end=st.sampled_from(["\n", "\r\n"]))
def test_only_words_change_and_the_library_sees_every_cue(
    tmp_path: Path, head: str, parts: list, end: str
) -> None:
    text = file_of(head, parts, end)
    made = written(tmp_path / "a.vtt", text, lambda words: f"[{words.upper()} & a <b> of it]")
    assert seen(made) == seen(text)
    cues = [part[3] for part in parts if not isinstance(part, str)]
    worded = [any(map(str.isalnum, TAGS.sub("", "".join(lines)))) for lines in cues]
    assert " ".join(TAGS.sub("", made).split()).count("&amp; a &lt;b&gt; of it]") == sum(worded)
    assert sorted(TAGS.findall(text)) == sorted(TAGS.findall(made))
    assert all(part.replace("\n", end) in made for part in parts if isinstance(part, str))


@MANY
@given(text=st.text(st.sampled_from("0123:.-> \n\r寒a<i>/&;c"), max_size=120))
def test_odd_files_come_back_the_same(tmp_path: Path, text: str) -> None:
    text = f"WEBVTT\n\n{TIME}\n{text}"
    assert written(tmp_path / "a.vtt", text, str) == text


CASES = {
    "lines are joined": (f"{TIME}\none\ntwo\n", ["one two"]),
    "a name and settings": (f"intro\n{TIME} line:0\none\n", ["one"]),
    "a voice": (f"{TIME}\n<v Fred Q>Hello there\n", ["Hello there"]),
    "two voices": (f"{TIME}\n<v A>- Hello\n<v B>- Bye\n", ["Hello", "Bye"]),
    "classes and times within": (
        f"{TIME}\none<00:00:02.000><c.x> two</c> three\n",
        ["one two three"],
    ),
    "readings of characters": (f"{TIME}\n<ruby>寒<rt>さむ</rt></ruby>い夜\n", ["寒い夜"]),
    "signs": (f"{TIME}\nA &amp; B &lt;i&gt;\n", ["A & B <i>"]),
    "chevrons": (f"{TIME}\n&gt;&gt; Hello\n&gt;&gt; Bye\n", ["Hello", "Bye"]),
    "a cue without an empty line": (f"{TIME}\none\n{TIME}\ntwo\n", ["one", "two"]),
    "notes and styles": (f"NOTE no\nno\n\nSTYLE\n::cue {{}}\n\n{TIME}\none\n", ["one"]),
    "damaged times": ("00:0x.000 --> what\none\n", ["one"]),
    "a cue without words": (f"{TIME}\n♪\n\n{TIME}\none\n", ["one"]),
}


@pytest.mark.parametrize("label", CASES)
def test_the_texts_of_a_file(tmp_path: Path, label: str) -> None:
    text, expected = CASES[label]
    assert texts(tmp_path / "a.vtt", "WEBVTT\n\n" + text) == expected
    assert written(tmp_path / "a.vtt", "WEBVTT\n\n" + text, str) == "WEBVTT\n\n" + text


def test_text_of_no_cue_is_not_lost_in_silence(tmp_path: Path) -> None:
    _, remark = read(tmp_path / "a.vtt", f"WEBVTT\n\n{TIME}\none\n\nmore of it\n")
    assert isinstance(remark, Remark) and remark.lost and "line 6-6" in remark.message


def test_times_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    remark, block = read(tmp_path / "a.vtt", "WEBVTT\n\n1 --> 2\none\n")
    assert isinstance(remark, Remark) and "cue 1 (line 3): its times" in remark.message
    assert isinstance(block, Block)


def test_a_file_without_its_first_word_is_read_and_reported(tmp_path: Path) -> None:
    remark, block = read(tmp_path / "a.vtt", f"{TIME}\none\n")
    assert isinstance(remark, Remark) and "WEBVTT" in remark.message and isinstance(block, Block)


def test_what_is_no_webvtt_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.vtt: does not begin with WEBVTT"):
        read(tmp_path / "a.vtt", "Only a text.\n")


def test_the_language_in_the_head_is_that_of_the_target(tmp_path: Path) -> None:
    text = f"WEBVTT\nKind: captions\nLanguage: ja\n\n{TIME}\none\n"
    assert written(tmp_path / "a.vtt", text, str) == text.replace(": ja", ": en")


def test_written_files_are_inspected(tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n\n{TIME}\n<i>{'x &amp; ' * 20}</i>\n", "utf-8")
    messages = [remark.message for remark in inspect(tmp_path / "a.vtt", Reading(target="en"))]
    assert len(messages) == 2 and "a line of 79 characters" in messages[0]


@pytest.mark.parametrize("piece", ["<", "<i>", "&", "&amp;", "-->", "寒", "a ", "<v x", "\n\n-"])
def test_cost_is_linear(tmp_path: Path, piece: str) -> None:
    text = f"WEBVTT\n\n{TIME}\n{piece * 30_000}\n"
    assert written(tmp_path / "a.vtt", text, lambda words: words + "!").startswith("WEBVTT")
