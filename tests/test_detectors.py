"""Engines that lie are found out, engines that do not are left alone, and nothing is shifted."""

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import examples
import rates
from fakes import FakeEngine, MiscountingEngine, bench, marks
from workbench.catalogue import Model
from workbench.checks import CHECKS, DOCUMENT_CHECKS, Pair, run_checks
from workbench.pipeline import Options
from workbench.segmentation import split
from workbench.types import Decoding, Document, Segment, Translation

DOCUMENTS = rates.texts()
SECTIONS = examples.sections()
ANY = st.text(st.characters(), max_size=60)


def test_every_cut_output_is_flagged_and_no_other() -> None:
    lied, flagged = rates.cut_outputs(400, DOCUMENTS)
    assert len(lied) == 40
    assert flagged == lied


@pytest.mark.parametrize("name", rates.FAULTS)
def test_planted_faults_are_seen(name: str) -> None:
    share, missed = rates.caught(name, 180, DOCUMENTS)
    assert share >= 0.98, missed[:3]


def test_two_whole_sentences_are_not_said_to_be_one() -> None:
    assert rates.joined_alarms(300, DOCUMENTS) <= 0.02


def test_untouched_text_is_left_alone() -> None:
    found = rates.alarms(DOCUMENTS[:4])
    assert max(found.values()) <= 0.01, found


def test_engines_that_miscount_shift_no_line() -> None:
    engine = MiscountingEngine()
    text = "".join(f"{n}番目の文です。" for n in range(3000))
    document = split(text, "ja")
    done = list(bench(engine).translate(document, ["en"], Options(model="pseudo")))
    assert engine.lied >= 4
    assert [t.text for t in done] == [f"en:{s.text}" for s in document.segments]


@pytest.mark.parametrize("seed", range(60))
def test_blank_lines_stay_and_reach_no_engine(seed: int) -> None:
    chance = random.Random(seed)
    lines = [chance.choice(("", " ", "\u3000", *["雨だ。"] * 7)) for _ in range(40)]
    document = split("\n".join(lines), "ja")
    done = list(bench(FakeEngine()).translate(document, ["en"], Options(model="pseudo")))
    gaps = [segment.gap for segment in document.segments]
    whole = "".join(t.text.removeprefix("en:") + g for t, g in zip(done, gaps, strict=True))
    assert whole.split("\n") == lines


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("あ雨。.a \n\r\x0b\x0c\x1c\x85\u2028\u2029\u3000"), max_size=60))
def test_a_line_in_is_a_line_out(text: str) -> None:
    document = split(text, "ja")
    done = list(bench(FakeEngine()).translate(document, ["en"], Options(model="pseudo")))
    parts = (t.text + s.gap for t, s in zip(done, document.segments, strict=True))
    assert _separators("".join(parts)) == _separators(text)


def _separators(text: str) -> list[str]:
    return [sign for sign in text if sign in "\n\r\x0b\x0c\x1c\x85\u2028\u2029"]


@pytest.mark.parametrize("seed", range(25))
def test_the_order_is_that_of_the_text_whatever_the_lengths(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(f"[[{n}]]{'雨' * chance.randrange(1, 60)}。" for n in range(60))
    done = bench(FakeEngine(marks)).translate(split(text, "ja"), ["en"], Options(model="pseudo"))
    assert [t.text for t in done] == [f"en:[[{n}]]" for n in range(60)]


def test_text_after_an_emoji_is_kept() -> None:
    text = "".join(f"[[{n}]]雨だ🎉そして[[{n}]]風だ👩‍👩‍👧。" for n in range(200))
    done = bench(FakeEngine(marks)).translate(split(text, "ja"), ["en"], Options(model="pseudo"))
    found = re.findall(r"\d+", " ".join(t.text for t in done))
    assert found == [str(n) for n in range(200) for _ in range(2)]


def test_a_hypothesis_hardly_depends_on_its_neighbours_in_the_batch(trained: Model) -> None:
    from workbench.engines.ct2 import CT2Engine

    engine = CT2Engine(trained, compute_type="float32")
    texts = [f"{row['ja'][:40]}" for rows in DOCUMENTS for row in rows][:256]
    runs = [_in_batches(engine.translate, texts, size) for size in (1, 8, 32, 32)]
    differing = sum(len(set(outputs)) > 1 for outputs in zip(*runs, strict=True))
    assert runs[2] == runs[3]
    assert differing <= 0.005 * len(texts)


def _in_batches(translate: Callable[..., list], texts: list[str], size: int) -> list[str]:
    search = Decoding(beam=2, max_length=24)
    cuts = [texts[i : i + size] for i in range(0, len(texts), size)]
    return [h.text for cut in cuts for h in translate(cut, "ja", "en", search)]


TEXTS = [
    "兵士は橋を渡った。",
    "医師は夜を待ち続けていた。",
    "漁師は港の外れで、破れた網を一日じゅう繕っていた。",
]
RIGHT = [
    "The soldier crossed the bridge.",
    "The doctor kept waiting for night.",
    "At the far end of the harbour the fishermen spent the whole day mending torn nets.",
]


@pytest.mark.parametrize(
    ("place", "text", "doubted"),
    [
        (1, RIGHT[0], "s1"),
        (1, RIGHT[2], "s1"),
        (0, RIGHT[2], "s0"),
        (1, TEXTS[0], "s1"),
        (0, TEXTS[1], "s0"),
    ],
)
def test_a_neighbours_text_in_either_language_is_flagged(
    place: int, text: str, doubted: str
) -> None:
    made = [text if i == place else right for i, right in enumerate(RIGHT)]
    found = [f.segment_id for f in _doubts(TEXTS, made) if f.check == "neighbour"]
    assert found == [doubted]


def test_the_same_answer_to_the_same_question_is_no_neighbour() -> None:
    assert not _doubts([TEXTS[0]] * 3, [RIGHT[0]] * 3)


def test_a_lost_reply_is_a_dropped_sentence() -> None:
    found = _doubts(["「もう帰るのか」「母が待っています」"], ["“벌써 가니?”"], "ko")
    assert ("dropped", "major") in {(f.check, f.severity) for f in found}


def test_the_flag_of_a_region_hides_nothing() -> None:
    flag = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert not _doubts([f"試合は{flag}が勝った。"], [f"{flag} won the match."])


@settings(max_examples=300, deadline=None)
@given(ANY, ANY, st.sampled_from(rates.DIRECTIONS))
def test_no_text_makes_a_detector_fail(source: str, target: str, pair: tuple[str, str]) -> None:
    segment, made = Segment("s0", source, "", "sentence", 0, 0), _made(target, pair[1])
    for name in rates.OWN & set(CHECKS):
        assert len(list(CHECKS[name](Pair(segment, made, *pair)))) <= 1


HOSTILE = ("<a ", "<b>", "{a", "{{", "`", "[a](", "%1$", "&a", "|", "@a.", "www.", "a@", "ignore ")
HOSTILE += ("指示", "이전 ", "🎉", "」「", "1 ", "!?")


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_text_of_100_kb_takes_two_seconds_at_most(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    pair = Pair(Segment("s0", text, "", "sentence", 0, 0), _made(text[9:]), "ja", "en")
    start = time.process_time()
    for name in rates.OWN & set(CHECKS) - {"repetition", "doubled-word", "copy"}:
        list(CHECKS[name](pair))
    assert time.process_time() - start < 2


def _doubts(sources: list[str], targets: list[str], language: str = "en") -> list:
    segments = [Segment(f"s{i}", t, "", "sentence", 0, i) for i, t in enumerate(sources)]
    made = [Translation(f"s{i}", language, t, "mt") for i, t in enumerate(targets)]
    return list(run_checks(Document("ja", tuple(segments)), made, language))


def _made(text: str, language: str = "en") -> Translation:
    return Translation("s0", language, text, "mt")


def test_every_check_has_its_section() -> None:
    _doubts(["一。"], ["One."])
    assert {*CHECKS, *DOCUMENT_CHECKS, "accounting"} <= set(SECTIONS)


@pytest.mark.parametrize("name", SECTIONS)
def test_the_examples_of_the_document_are_true(name: str) -> None:
    found = examples.examples(SECTIONS[name])
    assert found
    for pair, lines in found:
        assert examples.renewed(name, pair, lines) == lines
        assert lines[-1].startswith("says: ")
