"""The pipeline: everything in comes out once, in order, whatever the engine does."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import FakeEngine, LoopingEngine, bench, crash_on, lose_one, marks
from workbench.errors import AccountingError, UnknownNameError, UsageError
from workbench.manifest import signature
from workbench.memory import FILE
from workbench.pipeline import Options, Workbench
from workbench.revising import decide
from workbench.segmentation import split
from workbench.types import Decoding

TEXT = "見出しの行\n\n寒かった。逃げた。\n記者　なぜですか。\n――はい。\n\n寒かった。"
PSEUDO = Options(model="pseudo")


def test_both_targets_get_every_segment_in_order() -> None:
    document = split(TEXT, "ja")
    done = list(bench(FakeEngine()).translate(document, ["en", "ko"]))
    ids = [segment.id for segment in document.segments]
    for language in ("en", "ko"):
        assert [t.segment_id for t in done if t.language == language] == ids


def test_the_first_sentence_arrives_after_one_small_call() -> None:
    engine = FakeEngine()
    text = "".join(f"{n}番目の文です。" for n in range(200))
    next(bench(engine).translate(split(text, "ja"), ["en"]))
    assert [len(call) for call in engine.calls] == [1]


def test_targets_take_turns_batch_by_batch() -> None:
    text = "".join(f"{n}番目の文です。" for n in range(100))
    languages = [t.language for t in bench(FakeEngine()).translate(split(text, "ja"), ["en", "ko"])]
    assert languages[:2] == ["en", "ko"]


def test_closing_the_generator_stops_the_work() -> None:
    engine = FakeEngine()
    text = "".join(f"{n}番目の文です。" for n in range(500))
    run = bench(engine).translate(split(text, "ja"), ["en"])
    next(run)
    run.close()
    assert len(engine.calls) == 1


def test_equal_sentences_reach_the_engine_once() -> None:
    engine = FakeEngine()
    list(bench(engine).translate(split("寒かった。" * 50, "ja"), ["en"]))
    assert sum(len(call) for call in engine.calls) == 1


def test_a_marker_is_copied_and_a_known_label_looked_up() -> None:
    document = split(TEXT, "ja")
    done = {t.segment_id: t for t in bench(FakeEngine()).translate(document, ["en"])}
    kinds = {s.kind: done[s.id] for s in document.segments}
    assert (kinds["marker"].text, kinds["marker"].origin) == ("—", "copy")
    assert (kinds["label"].text, kinds["label"].origin) == ("Reporter:", "label")


@pytest.mark.parametrize("text", ["123", "12.5%", "-3", "2026-11-23", "１２：３０", "1,000 / 2"])
def test_digits_alone_are_copied(text: str) -> None:
    engine = FakeEngine()
    (done,) = bench(engine).translate(split(text, "ja"), ["en"])
    assert (done.text, done.origin, engine.calls) == (text, "copy", [])


def test_a_crash_on_one_sentence_leaves_the_others_whole() -> None:
    text = "".join(f"{n}番目の文です。" for n in range(40))
    done = list(bench(FakeEngine(crash_on("17番"))).translate(split(text, "ja"), ["en"]))
    failed = [t for t in done if t.origin == "failed"]
    assert [t.segment_id for t in failed] == ["s18"]
    assert "17番" in failed[0].note and len(done) == 40


def test_an_engine_that_loses_a_line_never_shifts_the_others() -> None:
    text = "".join(f"{n}番目の文です。" for n in range(40))
    document = split(text, "ja")
    done = list(bench(FakeEngine(lose_one)).translate(document, ["en"]))
    assert [t.text for t in done] == [f"en:{s.text}" for s in document.segments]


def test_every_mark_of_a_long_document_comes_back_once_in_order() -> None:
    text = "".join(f"[[{n}]] 番目の文です。" + "\n" * (n % 3) for n in range(3000))
    done = list(bench(FakeEngine(marks)).translate(split(text, "ja"), ["en"]))
    assert [t.text for t in done] == [f"en:[[{n}]]" for n in range(3000)]


def test_a_sentence_over_the_limit_is_split_rejoined_and_says_so() -> None:
    engine = FakeEngine(marks, limit=60)
    text = "、".join(f"[[{n}]]それから" for n in range(40)) + "。"
    (done,) = bench(engine).translate(split(text, "ja"), ["en"])
    assert done.text.replace("en:", "").split() == [f"[[{n}]]" for n in range(40)]
    assert "parts" in done.note


def test_a_loop_is_translated_again_without_repeats() -> None:
    document = split("寒かった。逃げた。", "ja")
    done = list(bench(LoopingEngine("寒かった。")).translate(document, ["en"]))
    assert [t.text for t in done] == ["en:寒かった。", "en:逃げた。"]
    assert ["repeated itself" in t.note for t in done] == [True, False]


def test_a_pivot_is_taken_named_and_kept() -> None:
    engine = FakeEngine()
    options = Options(pivot="en")
    (done,) = bench(engine).translate(split("寒かった。", "ja"), ["ko"], options)
    assert engine.pairs == [("ja", "en"), ("en", "ko")]
    assert (done.text, done.pivot) == ("ko:en:寒かった。", "en:寒かった。")


def test_the_route_is_in_the_signature() -> None:
    result = bench(FakeEngine()).process(split("寒かった。", "ja"), ["ko"], Options(pivot="en"))
    assert "|route:ja-en-ko|" in result.columns[0].signature


def test_the_signature_changes_with_the_decoding() -> None:
    document, workbench = split("寒かった。", "ja"), bench(FakeEngine())
    one, two = (
        workbench.process(document, ["ko"], Options(decoding=Decoding(beam=n))) for n in (1, 2)
    )
    assert one.columns[0].signature != two.columns[0].signature
    assert signature(dict(one.manifest), ("ja", "ko")) == one.columns[0].signature


def test_the_signature_names_the_hash_of_the_files_that_translated() -> None:
    result = bench(FakeEngine()).process(split("寒かった。", "ja"), ["ko"])
    assert len(str(result.manifest["files"])) == 64
    assert f"|files:{str(result.manifest['files'])[:12]}|" in result.columns[0].signature


def test_an_unknown_target_is_refused_before_anything_is_loaded() -> None:
    with pytest.raises(UnknownNameError, match="language"):
        next(
            Workbench(lambda model, name: pytest.fail("loaded")).translate(
                split("寒い。", "ja"), ["xx"]
            )
        )


def test_the_source_as_target_is_refused() -> None:
    with pytest.raises(UsageError, match="already Japanese"):
        bench(FakeEngine()).process(split("寒い。", "ja"), ["ja"])


def test_a_missing_translation_is_an_error_not_a_hole() -> None:
    document, workbench = split(TEXT, "ja"), bench(FakeEngine())
    done = list(workbench.translate(document, ["en"]))
    with pytest.raises(AccountingError):
        workbench.assemble(document, ["en"], done[:-1])


def test_translations_in_another_order_are_an_error() -> None:
    document, workbench = split(TEXT, "ja"), bench(FakeEngine())
    done = list(workbench.translate(document, ["en"]))
    with pytest.raises(AccountingError):
        workbench.assemble(document, ["en"], [done[1], done[0], *done[2:]])


def test_many_threads_load_an_engine_once() -> None:
    loads: list[str] = []

    def load(model: object, name: str) -> FakeEngine:
        loads.append(name)
        return FakeEngine()

    workbench = Workbench(load)
    threads = [threading.Thread(target=workbench.engine) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["auto"]


def test_blank_text_needs_no_engine_call() -> None:
    engine = FakeEngine()
    result = bench(engine).process(split(" \n\u2028\n", "ja"), ["en"])
    assert engine.calls == []
    assert [t.text for t in result.columns[0].translations] == [""]


def test_a_failed_segment_is_a_critical_finding() -> None:
    result = bench(FakeEngine(crash_on("寒"))).process(split(TEXT, "ja"), ["en"])
    assert [f.severity for f in result.findings][:1] == ["critical"]


def test_the_manifest_names_what_made_the_result() -> None:
    result = Workbench().process(split("Good morning. It is 7.30.", "en"), ["ko"], PSEUDO)
    named = {"workbench", "model", "files", "licence", "engine", "decoding", "routes", "segmenter"}
    assert named <= set(result.manifest)


def test_a_summary_that_was_not_asked_for_is_not_made() -> None:
    options = replace(PSEUDO, summary=0)
    result = Workbench().process(split("Good morning. " * 40, "en"), ["ko"], options)
    assert result.summary.bullets == ()


def test_a_damaged_memory_of_decisions_costs_no_result(home: Path) -> None:
    (home / "data" / FILE).write_bytes(b"no database" * 100)
    result = bench(FakeEngine()).process(split("寒かった。", "ja"), ["ko"])
    assert FILE in result.manifest["warnings"][0] and result.columns


def test_what_was_dismissed_stays_dismissed_in_the_next_run() -> None:
    document, workbench = split("2017年に逃げた。", "ja"), bench(FakeEngine(lambda texts: ["x"]))
    first = workbench.process(document, ["en"])
    decide(first, 0, "dismissed", workbench.memory)
    again = workbench.process(document, ["en"])
    assert again.findings[0].decision == "dismissed"
