"""Korean speech levels, who speaks, mixes within a voice, and labels."""

import json
import time
from pathlib import Path

import pytest

from workbench.checks import review
from workbench.checks.endings import endings, level_of
from workbench.checks.speech import speakers
from workbench.segmentation import split
from workbench.types import Document, Segment, Translation

CASES = json.loads((Path(__file__).parent / "cases" / "speech.json").read_text("utf-8"))


def read(sources, targets, languages="en-ko", kinds=None):
    here, there = languages.split("-")
    kinds = kinds or ["sentence"] * len(sources)
    rows = enumerate(zip(sources, kinds, strict=True))
    segments = tuple(Segment(f"s{i}", text, "", kind, 0, i) for i, (text, kind) in rows)
    made = [Translation(f"s{i}", there, text, "mt") for i, text in enumerate(targets)]
    return review(Document(here, segments), made, there)


def levels(targets, languages="en-ko", source="“I was afraid of it all that night.”"):
    found = read([source] * len(targets), targets, languages).findings
    return [(f.segment_id, f.severity) for f in found if f.check == "speech-level"]


def speech(targets, **settings):
    entries = read(["He spoke."] * len(targets), targets, **settings).ledger
    return [(e.kind, e.source, e.value) for e in entries if e.ledger == "speech"]


def rows():
    for case in CASES:
        marks = [pytest.mark.xfail(strict=True)] if case.get("expect") == "fail" else []
        yield pytest.param(case, id=case["label"], marks=marks)


@pytest.mark.parametrize("case", list(rows()))
def test_the_ending_tells_the_level(case):
    assert level_of(case["input"]) == case["expected"]


def test_a_quotation_has_a_level_of_its_own_and_its_ending_a_place():
    text = "그는 “무서웠어요”라고 말했다. 비가 왔다."
    found = [(text[slice(*e.span)], e.level, e.quotation is not None) for e in endings(text)]
    assert found == [
        ("무서웠어요", "해요체", True),
        ("말했다", "한다체", False),
        ("왔다", "한다체", False),
    ]


@pytest.mark.parametrize(
    ("target", "speaker"),
    [
        ("“무서웠어요”라고 한 씨는 말했다.", "한 씨"),
        ("한미옥 씨(54)는 “무서웠어요”라고 회상했다.", "한미옥 씨"),
        ("어머니는 조용히 “무서웠어요”라고 덧붙였다.", "어머니"),
        ("“무서웠어요.”", "?"),
    ],
)
def test_the_speaker_of_a_quotation_is_who_is_named_beside_a_saying_verb(target, speaker):
    assert ("quotation", speaker, "해요체") in speech([target])


def test_labels_dashes_and_narration_are_voices_of_their_own():
    text = "記者　寒かったですか。\n金さん　寒かったです。\n"
    document = split("見出し\n\n" + text, "ja")
    targets = {"sentence": "추웠어요.", "label": "기자:", "heading": "제목"}
    made = [
        Translation(s.id, "ko", targets[s.kind], "mt")
        for s in document.segments
        if s.kind != "blank"
    ]
    found = [e for e in review(document, made, "ko").ledger if e.ledger == "speech" and e.value]
    assert speakers(found) == {"記者": {"해요체": 1}, "金さん": {"해요체": 1}}


def test_a_line_with_a_dash_is_the_questioners():
    assert speech(["―언제 건넜나?", "비가 왔다."]) == [
        ("turn", "――", "한다체"),
        ("narration", "narration", "한다체"),
    ]


def test_a_polite_speaker_who_turns_plain_is_doubted_there():
    told = ["“무서웠어요.”", "“밤이었어요.”", "“울었어요.”", "“배가 고팠어.”"]
    assert levels(told) == [("s3", "minor")]


def test_the_message_names_the_speaker_and_both_levels():
    targets = ["“무서웠어요”라고 한 씨는 말했다."] * 3 + ["“무서웠어”라고 한 씨는 말했다."]
    (doubt,) = [f for f in read(["He spoke."] * 4, targets).findings if f.check == "speech-level"]
    assert doubt.message.startswith("한 씨 usually speaks in 해요체 and here in 해체")
    assert targets[3][slice(*doubt.span)] == "무서웠어"


@pytest.mark.parametrize(
    "targets",
    [
        ["그는 울었다.", "“무서웠어요.”", "비가 왔다.", "“밤이었어요.”"],
        ["“무서웠어요.”", "“밤이었어요.”", "한 씨는 “무서웠다”고 말했다.", "“울었어요.”"],
        ["“무서웠어요.”", "“울었습니다.”"],
    ],
)
def test_narration_reported_words_and_two_sentences_alone_are_no_mix(targets):
    assert levels(targets) == []


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (
            ["“추웠어요.”", "“울었습니다.”", "“밤이었어요.”", "“네.”"],
            ("s1", "해요체 twice", "합쇼체 once"),
        ),
        (
            ["“밤이었다.”", "“추웠어.”", "“울었어.”", "“나야.”"],
            ("s0", "해체 3 times", "한다체 once"),
        ),
        (
            ["“추웠어요.”", "“밤이었어.”", "“울었어요.”", "“왔어.”"],
            ("s1", "해요체 twice", "해체 twice"),
        ),
        (["“옵니다.”"] * 3 + ["“가요.”"] * 3, ("s3", "합쇼체 3 times", "해요체 3 times")),
    ],
)
def test_a_mix_of_levels_is_said_once_for_a_voice_where_the_rarer_one_begins(targets, said):
    found = read(["“I came.”"] * len(targets), targets).findings
    (doubt,) = [f for f in found if f.check == "speech-level"]
    segment, most, rarer = said
    assert (doubt.segment_id, doubt.severity, doubt.confidence) == (segment, "minor", 0.1)
    assert f"The quoted speaker speaks in {most} and in {rarer}, here first" in doubt.message


def test_each_voice_has_its_own_remark_about_a_mix():
    said = ["“추웠어요”라고 {} 말했다.", "“울었어요”라고 {} 말했다.", "“밤입니다”라고 {} 말했다."]
    targets = [line.format(name) for name in ("한 씨는", "어머니는") for line in said]
    assert levels(targets) == [("s2", "minor"), ("s5", "minor")]


def test_a_change_that_the_japanese_source_makes_too_is_no_slip():
    sources = ["「怖かったです」", "「夜でした」", "「泣きました」", "「寒いな、もう帰ろうよ」"]
    targets = ["“무서웠어요.”", "“밤이었어요.”", "“울었어요.”", "“춥네, 이제 돌아가자.”"]
    found = read(sources, targets, "ja-ko").findings
    assert [f for f in found if f.check == "speech-level"] == []


def test_a_slip_and_a_mix_of_the_same_voice_are_both_said():
    told = ["“무서웠어요.”", "“밤이었어요.”", "“울었습니다.”", "“배가 고팠어.”"]
    assert levels(told) == [("s3", "minor"), ("s2", "minor")]


def test_a_polite_japanese_sentence_made_plain_is_a_clear_slip():
    sources = ["「怖かったです」", "「泣きました」", "「夜でした」"]
    found = read(sources, ["“무서웠어요.”", "“울었어요.”", "“밤이었어.”"], "ja-ko").findings
    assert [(f.segment_id, f.severity) for f in found if f.check == "speech-level"] == [
        ("s2", "major")
    ]


def test_a_korean_source_is_followed_but_not_judged():
    entries = read(["추웠어요."], ["It was cold."], "ko-en").ledger
    (entry,) = [entry for entry in entries if entry.ledger == "speech"]
    assert (entry.value, entry.source_span, entry.target_span) == ("해요체", (0, 4), None)


def labelled(labels, texts=("He came.",) * 4):
    sources = ["記者", "来た。", "金", "来た。", "記者", "来た。", "金", "来た。"]
    targets = [part for label, text in zip(labels, texts, strict=True) for part in (label, text)]
    found = read(sources, targets, "ja-en", ["label", "sentence"] * 4).findings
    return [(f.segment_id, f.severity) for f in found if f.check == "speaker"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["Reporter:", "Kim:", "Reporter:", "Kim:"], []),
        (["Reporter:", "Kim:", "Kim:", "Kim:"], [("s5", "major")]),
        (["Reporter:", "", "Reporter:", ""], [("s3", "major")]),
        (["Reporter:", "Kim:", "Reporter:", "Gim:"], [("s7", "major")]),
        (["Kim:", "Kim:", "Kim:", "Kim:"], [("s3", "major")]),
    ],
)
def test_labels_that_are_lost_changed_or_shared_are_doubted(labels, expected):
    assert labelled(labels)[: len(expected) or None] == expected


def test_a_label_that_the_sentence_repeats_is_doubted():
    texts = ["Reporter: He came.", "He came.", "He came.", "He came."]
    labels = ["Reporter:", "Kim:", "Reporter:", "Kim:"]
    assert labelled(labels, texts) == [("s1", "minor")]


@pytest.mark.parametrize(
    "unit", ["“", "다", "요. ", "“가요.” ", "그는 ", "\ud800", "가 ", "가는 “가”고 "]
)
def test_a_hundred_kilobytes_of_speech_are_read_within_seconds(unit):
    begin = time.monotonic()
    text = unit * (100_000 // len(unit))
    endings(text)
    read(["x"], [text])
    assert time.monotonic() - begin < 20
