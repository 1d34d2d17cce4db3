"""Written bullets: read from all of the text, tied to its sentences, replaced where they lie."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import chat_server as server
import checkpoints
from workbench import registry
from workbench.engines.chat_client import Patience
from workbench.errors import EngineError, ModelError, UnknownNameError, UsageError
from workbench.segmentation import split
from workbench.summaries import SHARE, bullet_lines, structure, summarize
from workbench.summaries.abstractive import SUPPORT, write_summary, written_lines
from workbench.summaries.passages import passages
from workbench.summaries.writers import ChatWriter, CheckpointWriter, Writer, load_writer
from workbench.types import Document, Summary

TABLES = json.loads((Path(__file__).parent / "cases" / "summaries.json").read_text("utf-8"))
CASES = json.loads((Path(__file__).parent / "cases" / "abstractive.json").read_text("utf-8"))
SAMPLES = {
    name: split("\n".join(line if isinstance(line, str) else line[1] for line in t["lines"]),
                t["language"])
    for name, t in TABLES["texts"].items()
}  # fmt: skip
SUBJECTS = ("harbour", "bridge", "school", "market", "railway",
            "river", "tower", "street", "garden", "airport")  # fmt: skip
NEWS = SAMPLES["news-en"]


def first_sentence(text: str) -> str:
    """Sum up like a lead sentence: the first of the passage."""
    return split(text, "en").segments[0].text


@dataclass
class FakeWriter:
    """Write what `behave` says of a passage; remember what was read. A character is a token."""

    behave: Callable[[str], str] = first_sentence
    limit: int = 500
    read: list[str] = field(default_factory=list)
    usage: Mapping[str, object] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        return {"model": "fake"}

    def count(self, text: str) -> int:
        return len(text)

    def write(self, text: str, language: str, target_length: int) -> str:
        assert self.count(text) <= self.limit, "a passage over the limit reached the writer"
        self.read.append(text)
        return self.behave(text)


def fails_on(word: str) -> Callable[[str], str]:
    def behave(text: str) -> str:
        if word in text:
            raise EngineError("out of memory")
        return first_sentence(text)

    return behave


def methods(summary: Summary) -> set[str]:
    return {bullet.method for bullet in summary.bullets}


def sections(number: int) -> Document:
    """Return a text of ten sections of its own words, each marked."""
    lines = [
        f"Section mark{number}x{i} opens. The {word} of town {i * 7 + number} was measured again "
        f"by {20 + i} people. Nobody had expected that the {word} would cost {i + 3} million."
        for i, word in enumerate(SUBJECTS)
    ]
    return split("\n\n".join(lines), "en")


def test_written_bullets_carry_the_ids_of_the_sentences_that_say_them() -> None:
    summary = write_summary(NEWS, FakeWriter(), 3)
    texts = {segment.id: segment.text for segment in NEWS.segments}
    assert methods(summary) == {"abstracted"} and summary.writer == "fake"
    assert all(b.texts["en"] == texts[b.segment_ids[0]] and b.support == 1 for b in summary.bullets)


def test_bullets_are_numbered_in_the_order_of_the_text() -> None:
    summary = write_summary(SAMPLES["news-ja"], FakeWriter(lambda t: t.splitlines()[-1]), 4)
    order = {segment.id: n for n, segment in enumerate(SAMPLES["news-ja"].segments)}
    places = [order[bullet.segment_ids[0]] for bullet in summary.bullets]
    assert places == sorted(places) and [b.id for b in summary.bullets] == ["b1", "b2", "b3", "b4"]


@pytest.mark.parametrize("case", [pytest.param(c, id=c["label"]) for c in CASES["refused"]])
def test_what_cannot_be_defended_gives_way_to_a_sentence_of_the_text(case: dict[str, str]) -> None:
    document = SAMPLES[case["text"]]
    summary = write_summary(document, FakeWriter(lambda text: case["written"]), 3)
    assert methods(summary) == {"extracted"} and written_lines(summary) == {}
    assert any(case["expected"] in doubt for b in summary.bullets for doubt in b.doubts)
    assert all(bullet.segment_ids and not bullet.texts for bullet in summary.bullets)


@pytest.mark.parametrize("case", [pytest.param(c, id=c["label"]) for c in CASES["linked"]])
def test_a_paraphrase_is_linked_to_what_it_says(case: dict[str, object]) -> None:
    document = split("\n".join(case["lines"]), str(case["language"]))  # type: ignore[arg-type]
    summary = write_summary(document, FakeWriter(lambda text: str(case["written"]), limit=9999), 1)
    texts = {segment.id: segment.text for segment in document.segments}
    (bullet,) = [b for b in summary.bullets if b.method == "abstracted"]
    assert [texts[i] for i in bullet.segment_ids] == [case["lines"][n] for n in case["expected"]]  # type: ignore[index, attr-defined]
    assert SUPPORT <= bullet.support <= 1


def test_the_coverage_line_is_true_for_a_hundred_texts_of_ten_sections() -> None:
    for number in range(100):
        writer = FakeWriter(limit=300)
        summary = write_summary(sections(number), writer)
        assert all(f"mark{number}x{i} " in "".join(writer.read) for i in range(10))
        assert summary.sections == summary.sections_read == len(writer.read) >= 5


def test_a_passage_that_the_writer_failed_at_is_not_counted_as_read() -> None:
    summary = write_summary(sections(1), FakeWriter(fails_on("mark1x4"), limit=300), 10)
    assert (summary.sections - summary.sections_read, methods(summary)) == (
        1,
        {"abstracted", "extracted"},
    )
    assert any(
        "the model failed here: out of memory" in d for b in summary.bullets for d in b.doubts
    )


def test_a_writer_that_fails_everywhere_is_an_error() -> None:
    with pytest.raises(EngineError, match="out of memory"):
        write_summary(NEWS, FakeWriter(fails_on(""), limit=300))


@pytest.mark.parametrize("text", ["", "One. Two.", "Short. Very short. Yes."])
def test_a_short_text_is_refused_and_the_writer_never_asked(text: str) -> None:
    writer = FakeWriter()
    summary = write_summary(split(text, "en"), writer)
    assert summary.refusal.startswith("Too short") and writer.read == [] == list(summary.bullets)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_the_count_is_kept_and_a_summary_is_at_most_sixty_percent_of_the_text(count: int) -> None:
    document = sections(0)
    summary = write_summary(document, FakeWriter(lambda text: text[:-1]), count)
    lines = bullet_lines(summary, {s.id: s.text for s in document.segments})
    written = sum(len(written_lines(summary).get(b.id, line)) for b, line in lines)
    assert len(lines) == count and written <= SHARE * sum(len(s.text) for s in document.segments)


def test_the_same_thing_said_of_every_passage_is_said_once() -> None:
    once = first_sentence("Forty residents spent three years repairing the lighthouse.")
    summary = write_summary(NEWS, FakeWriter(lambda text: once), 3)
    assert list(written_lines(summary).values()) in ([], [once]) and len(summary.bullets) == 3


def test_too_few_written_bullets_are_filled_up_with_the_sentences_that_were_chosen() -> None:
    document, once = SAMPLES["interview-ja"], "木の船の注文が途絶えた二十年間です。"
    summary = write_summary(document, FakeWriter(lambda text: once, limit=9999), 3)
    chosen = [b.segment_ids for b in summarize(document, count=3).bullets]
    filled = [b.segment_ids for b in summary.bullets if b.method == "extracted"]
    assert len(summary.bullets) == 3 and filled and all(ids in chosen for ids in filled)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(
    "behave", [first_sentence, str.upper, lambda text: "。", lambda text: text]
)
def test_no_sample_gives_an_exception_or_an_empty_summary(
    name: str, behave: Callable[[str], str]
) -> None:
    plain = summarize(SAMPLES[name])
    summary = write_summary(SAMPLES[name], FakeWriter(behave, limit=90))
    assert bool(summary.bullets) == bool(plain.bullets) and summary.refusal == plain.refusal
    assert all(bullet.segment_ids for bullet in summary.bullets)


def test_numbers_that_the_text_has_not_are_doubted() -> None:
    written = "Forty-six residents spent 17 years repairing the lighthouse with Olga Brandt."
    summary = write_summary(NEWS, FakeWriter(lambda text: written, limit=9999), 1)
    (bullet,) = summary.bullets
    told = " ".join(bullet.doubts)
    assert bullet.method == "abstracted" and "17" in told and "Brandt" in told


def test_coverage_is_that_of_what_was_written() -> None:
    whole = write_summary(NEWS, FakeWriter(), 3)
    part = write_summary(NEWS, FakeWriter(lambda text: first_sentence(text)[:60] + "."), 3)
    assert methods(part) == {"abstracted"} and 0 < part.coverage < whole.coverage <= 1


def test_a_written_bullet_that_quotes_keeps_the_speaker() -> None:
    said = "Mayor Ann Reed said: “The harbour will be open to every ship in spring.”"
    document = split(f"{said}\n" + "\n".join(s.text for s in NEWS.segments[1:]), "en")
    short = "Reed said: “The harbour will be open to every ship in spring.”"
    summary = write_summary(document, FakeWriter(lambda text: short, limit=9999), 1)
    assert [(b.method, b.speaker) for b in summary.bullets] == [("abstracted", "Mayor Ann Reed")]


@given(
    st.lists(st.sampled_from(["It rained.", "Why?", "\n", "「寒い」。", "x" * 90, " ", "추웠다."])),
    st.integers(20, 80),
    st.integers(1, 9),
)
@settings(max_examples=100, deadline=None)
def test_passages_hold_all_of_the_body_and_are_never_too_long(
    parts: list[str], limit: int, wanted: int
) -> None:
    document = split("".join(parts), "en")
    body = structure.read_body(document, "")
    found = passages(document, body, FakeWriter(limit=limit), wanted)
    assert squeezed("".join(p.text for p in found)) == squeezed("".join(s.text for s in body))
    assert all(0 < len(passage.text) <= limit for passage in found)


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_question_stays_with_its_answer_and_the_speaker_with_both() -> None:
    document = split("\n".join(f"Q: Why {n}?\nA: Because of {n}, he said." for n in range(9)), "en")
    body = structure.read_body(document, "")
    found = [p.text for p in passages(document, body, FakeWriter(limit=90), 9)]
    assert all(text.startswith("Q: ") and text.count("?") == text.count("A: ") for text in found)


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> CheckpointWriter:
    folder = checkpoints.summariser(tmp_path_factory.mktemp("t5"), "t5", prompt="summarize: ")
    return written_by(folder)


@pytest.fixture(scope="module")
def bart(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> CheckpointWriter:
    return written_by(checkpoints.summariser(tmp_path_factory.mktemp("bart"), "bart"))


def written_by(folder: Path) -> CheckpointWriter:
    writer = load_writer(str(folder))
    assert isinstance(writer, CheckpointWriter)
    return writer


@pytest.mark.parametrize("kind", ["t5", "bart"])
@pytest.mark.parametrize("language", ["ja", "ko"])
def test_a_trained_summariser_says_the_gist_of_every_paragraph(
    kind: str, language: str, request: pytest.FixtureRequest
) -> None:
    writer: Writer = request.getfixturevalue(kind)
    summary = write_summary(split(checkpoints.article(language), language), writer, 4)
    said = list(written_lines(summary).values())
    assert sum(a == b for a, b in zip(said, checkpoints.gist(language), strict=True)) >= 3
    assert [b.segment_ids for b in summary.bullets] == [("s3",), ("s9",), ("s15",), ("s21",)]


def test_a_t5_checkpoint_is_told_its_prompt(t5: CheckpointWriter) -> None:
    assert t5.settings["prompt"] == "summarize: "
    own = t5._checkpoint.lengths(["寒かった。"], "ja", "ja")[0]
    assert t5.count("寒かった。") > own > 2


def test_an_mt5_checkpoint_with_a_description_is_a_summariser(tmp_path: Path) -> None:
    folder = checkpoints.summariser(tmp_path / "mt5", "mt5", steps=1)
    (folder / "model.toml").write_text('task = "summarization"\nlanguages = ["ja"]\n', "utf-8")
    writer = load_writer(str(folder))
    assert writer.count("寒かった。") > 2 and writer.settings["search"].startswith("beam 4")
    with pytest.raises(UsageError, match=r"writes summaries in Japanese only.*Korean"):
        writer.write("추웠다.", "ko", 20)


def test_a_folder_with_a_name_of_its_own_is_a_summariser(bart: CheckpointWriter) -> None:
    registry.add(Path(str(bart._model.path)), "mine")
    writer = load_writer("mine")
    assert (writer.settings["model"], len(writer.settings["files"])) == ("mine", 64)


def test_a_passage_over_the_limit_never_reaches_the_network(bart: CheckpointWriter) -> None:
    with pytest.raises(EngineError, match="takes 128 tokens"):
        bart.write(checkpoints.article("ja"), "ja", 20)


def test_what_a_checkpoint_writes_is_shorter_than_what_it_read(bart: CheckpointWriter) -> None:
    passage = checkpoints.article("ko").splitlines()[0]
    written = bart.write(passage, "ko", 10_000)
    assert 0 < bart.count(written) < bart.count(passage)


def test_a_sentence_that_the_room_cuts_off_is_left_out(bart: CheckpointWriter) -> None:
    passage = checkpoints.article("ko").splitlines()[0]
    assert bart.write(passage, "ko", 2) == ""


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("trilingual-small", UsageError, "does not write summaries.*mt5-xlsum.*chat"),
        ("pseudo", UsageError, "does not write summaries"),
        ("bart-large-cnnn", UnknownNameError, "Did you mean 'bart-large-cnn'"),
        ("bart-large-cnn", ModelError, "workbench models pull bart-large-cnn"),
        ("t5-base-japanese", ModelError, "only pre-trained"),
    ],
)
def test_what_is_no_writer_says_so_and_what_else(
    name: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        load_writer(name)


HASTY = Patience(attempts=2, first=0.01, longest=0.1, connect=1, read=1, whole=5, rest=60)


@pytest.fixture(scope="module")
def served() -> Iterator[server.ChatServer]:
    with server.running() as chat:
        yield chat


@pytest.fixture
def chat(served: server.ChatServer, monkeypatch: pytest.MonkeyPatch) -> server.ChatServer:
    served.questions, served.script, served.behave = [], [], lead
    for name, value in server.environment(served, WORKBENCH_CHAT_MODEL="tiny").items():
        monkeypatch.setenv(name, value)
    return served


def lead(asked: server.Question) -> server.fastapi.Response:
    said = [first_sentence(asked.data["text"])]
    return server.reply(json.dumps({"sentences": said}, ensure_ascii=False))


def chat_writer() -> ChatWriter:
    from workbench.catalogue import get_model

    return ChatWriter(get_model("chat"), patience=HASTY)


def test_a_chat_model_writes_in_the_language_of_the_text(chat: server.ChatServer) -> None:
    writer = chat_writer()
    summary = write_summary(SAMPLES["news-ko"], writer, 3)
    assert methods(summary) == {"abstracted"} and writer.usage["requests"] == summary.sections
    assert "in Korean" in chat.questions[0].system and chat.questions[0].body["model"] == "tiny"
    assert (writer.settings["chat_model"], summary.writer) == ("tiny", "chat")


@pytest.mark.parametrize(
    "behaviour",
    [
        server.saying("I'm sorry, but I can't help with that."),
        server.saying('{"sentences": ["PWNED"]}'),
        server.saying('{"sentences": []}'),
        server.saying('{"summary": "A lighthouse was lit."}'),
    ],
    ids=["refusal", "obeyed", "none", "another form"],
)
def test_a_chat_model_that_goes_astray_costs_only_its_own_words(
    chat: server.ChatServer, behaviour: server.Behaviour
) -> None:
    chat.script, chat.behave = [lead], behaviour
    summary = write_summary(NEWS, chat_writer(), 3)
    assert [b.method for b in summary.bullets].count("extracted") == 2 == len(summary.bullets) - 1


def test_an_endpoint_that_is_down_is_an_error_and_not_a_summary(chat: server.ChatServer) -> None:
    chat.behave = server.status(500)
    with pytest.raises(EngineError, match="500"):
        write_summary(NEWS, chat_writer(), 3)
    assert len(chat.questions) == 2 * HASTY.attempts


def test_a_passage_too_long_for_a_chat_model_is_not_sent(chat: server.ChatServer) -> None:
    with pytest.raises(EngineError, match="over 2000 tokens"):
        chat_writer().write("長" * 3000, "ja", 100)
    assert chat.questions == []


def test_loading_the_module_loads_neither_torch_nor_a_client() -> None:
    probe = "import sys, workbench.summaries.abstractive\n"
    probe += "print(*{'torch', 'transformers', 'httpx', 'pydantic', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
