"""Bullets that a model writes: refused early, linked, translated, and never worth a translation."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from fakes import FakeEngine, bench, crash_on
from workbench import summing
from workbench.errors import EngineError, LicenceError, UnknownNameError, UsageError
from workbench.pipeline import Options, Workbench
from workbench.render import FORMATS
from workbench.segmentation import split

TEXT = """The ferry between Port Adel and the island stopped running on 3 May.
The company said that the engine had failed and that parts would take 12 days to arrive.
About 400 people live on the island, and most of them work in the town.
“We were told nothing until the morning,” said Mara Lind, who runs the bakery.
The council has hired two fishing boats to bring food and medicine across the water.
Nobody knows yet who will pay for the boats.
"""
OPTIONS = Options(summarizer="bart-large-cnn")


class EchoWriter:
    """Write the first sentence of a passage over again, in two words less."""

    settings: Mapping[str, str] = {"model": "echo", "engine": "none"}
    usage: Mapping[str, object] = {}
    limit = 60

    def __init__(self, reply: str = "") -> None:
        self.reply = reply

    def count(self, text: str) -> int:
        return len(text.split())

    def write(self, text: str, language: str, target_length: int) -> str:
        if self.reply == "fail":
            raise EngineError("out of memory")
        return self.reply or text.split(".")[0].rsplit(" ", 2)[0] + "."


@pytest.fixture(params=[""])
def writer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[EchoWriter]:
    echo = EchoWriter(request.param)
    monkeypatch.setattr(summing, "load", lambda name: echo)
    yield echo


@pytest.mark.usefixtures("writer")
def test_written_bullets_have_words_and_sources_in_every_column() -> None:
    result = bench(FakeEngine()).process(split(TEXT, "en"), ["ko"], OPTIONS)
    bullet = next(b for b in result.summary.bullets if b.method == "abstracted")
    assert bullet.texts["ko"] == f"ko:{bullet.texts['en']}"
    assert bullet.segment_ids and bullet.support > 0.25


@pytest.mark.usefixtures("writer")
def test_doubts_about_a_translated_bullet_stand_with_it() -> None:
    echo = FakeEngine(lambda texts: ["잃어버린 문장입니다." for _ in texts])
    summary, _ = bench(echo).summarize(split(TEXT, "en"), ["ko"], OPTIONS)
    assert any("Korean: " in doubt for bullet in summary.bullets for doubt in bullet.doubts)


@pytest.mark.usefixtures("writer")
def test_the_written_words_reach_every_export() -> None:
    result = bench(FakeEngine()).process(split(TEXT, "en"), ["ko"], OPTIONS)
    words = next(b.texts["ko"] for b in result.summary.bullets if b.method == "abstracted")
    for name in ("html", "md", "json"):
        assert words[:30] in FORMATS[name](result), name


@pytest.mark.usefixtures("writer")
def test_the_manifest_names_the_summariser() -> None:
    result = bench(FakeEngine()).process(split(TEXT, "en"), ["ko"], OPTIONS)
    assert result.manifest["summarizer"] == {"model": "echo", "engine": "none", "licence": "MIT"}


@pytest.mark.parametrize("writer", ["fail"], indirect=True)
@pytest.mark.usefixtures("writer")
def test_a_summariser_that_fails_costs_no_translation() -> None:
    result = bench(FakeEngine()).process(split(TEXT, "en"), ["ko"], OPTIONS)
    assert "sentences were chosen" in result.manifest["warnings"][0]
    assert result.columns and {b.method for b in result.summary.bullets} == {"extracted"}


@pytest.mark.usefixtures("writer")
def test_a_bullet_that_could_not_be_translated_shows_its_sentences() -> None:
    engine = FakeEngine(crash_on("The ferry between Port Adel and the island stopped running on."))
    summary, _ = bench(engine).summarize(split(TEXT, "en"), ["ko"], OPTIONS)
    assert any(b.method == "abstracted" and "ko" not in b.texts for b in summary.bullets)


@pytest.mark.parametrize(
    ("name", "language", "purpose", "error", "words"),
    [
        ("trilingual-small", "en", "any", UsageError, "writes no summaries"),
        ("bart-large-cnn", "ja", "any", UsageError, "in en; the text is Japanese"),
        ("mt5-xlsum", "en", "commercial", LicenceError, "forbids commercial use"),
        ("bart-larg-cnn", "en", "any", UnknownNameError, "Did you mean"),
    ],
)
def test_a_summariser_that_cannot_serve_is_refused_before_anything_is_loaded(
    name: str, language: str, purpose: str, error: type[Exception], words: str
) -> None:
    workbench = Workbench(lambda model, engine: pytest.fail("loaded"))
    options = Options(summarizer=name, purpose=purpose)
    with pytest.raises(error, match=words):
        workbench.translate(split(TEXT, language), ["ko" if language != "ko" else "en"], options)


def test_summarize_of_the_command_line_takes_the_same_way(
    writer: EchoWriter, tmp_path: Path
) -> None:
    from workbench.job import Job

    (tmp_path / "t.txt").write_text(TEXT, encoding="utf-8")
    job = Job([], "en", OPTIONS, quiet=True)
    assert job.summarize(str(tmp_path / "t.txt"), "", "json", str(tmp_path / "s.json")) == 0
    value = json.loads((tmp_path / "s.json").read_text("utf-8"))
    assert value["writer"] == writer.settings["model"]
