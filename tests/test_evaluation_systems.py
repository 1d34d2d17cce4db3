"""A system is a model with its settings, as a user writes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.catalogue import get_model
from workbench.errors import UsageError
from workbench.evaluation.systems import document_of, parse_system, split_system
from workbench.pipeline import Options

CASES = json.loads((Path(__file__).parent / "cases" / "evaluation.json").read_text("utf-8"))
PSEUDO = parse_system("pseudo")
LINES = ["寒かった。", "", "逃げ\u2028た。", " \u3000", "「あ\x0bい\x85う」"]


@pytest.mark.parametrize("case", CASES["settings"], ids=lambda case: case["label"])
def test_settings_are_read_or_refused(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(UsageError) as caught:
            split_system(case["input"])
        assert case["error"] in str(caught.value)
    else:
        assert list(split_system(case["input"])) == case["expected"]


def test_a_folder_with_an_at_sign_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run@120k"
    folder.mkdir()
    assert split_system(str(folder)) == (str(folder), {})


def test_the_settings_of_a_system_win_over_those_of_the_command() -> None:
    base = Options(engine="pseudo", pivot="ko", purpose="commercial")
    system = parse_system("pseudo@beam=6,length_penalty=0.8,pivot=en", beam=2, base=base)
    decoding = system.options.decoding
    assert decoding is not None and (decoding.beam, decoding.length_penalty) == (6, 0.8)
    options = system.options
    assert (options.pivot, options.engine, options.purpose) == ("en", "pseudo", "commercial")


def test_without_settings_a_model_decodes_as_it_does_elsewhere() -> None:
    assert parse_system("pseudo").options.decoding is None
    beamed = parse_system("trilingual-small", beam=2).options.decoding
    assert beamed is not None and beamed.beam == 2
    assert beamed.max_length == get_model("trilingual-small").decoding.max_length


def test_every_line_is_one_segment_and_the_text_is_whole() -> None:
    document = document_of(LINES, "ja")
    text = "".join(segment.text + segment.gap for segment in document.segments)
    assert text == "".join(line + "\n" for line in LINES)
    assert [s.kind for s in document.segments] == ["sentence", "blank"] * 2 + ["sentence"]
    assert all(text[s.start :].startswith(s.text) for s in document.segments)
