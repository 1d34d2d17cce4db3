"""Tokens are the ones of transformers' own tokenizers; what looks like control is text."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import transformers

from workbench.catalogue import Model
from workbench.engines import conventions
from workbench.engines.ct2 import CT2Engine
from workbench.errors import UsageError

FAMILIES = ("marian", "nllb", "m2m100", "mbart50", "t5", "bart")
CASES = json.loads((Path(__file__).parent / "cases" / "tokens.json").read_text(encoding="utf-8"))
TEXTS = [case["input"] for case in CASES]
CONTROL = ("</s>", "<pad>", "<unk>", "<s>", ">>eng<<", "kor_Hang", "ko_KR", "__ko__", "<2ko>")
SOURCES = {"nllb": "jpn_Jpan", "m2m100": "ja", "mbart50": "ja_XX"}
PREFIXES = {"marian": ">>kor<<", "t5": "<2ko> "}

Tiny = Callable[[str], Model]


@pytest.fixture(scope="module")
def convention(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], object]:
    """Return a function from a family to the convention that ct2 made for it."""
    made: dict[str, conventions.Convention] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_HOME", str(tmp_path_factory.mktemp("conventions")))
        for family in FAMILIES:
            made[family] = CT2Engine(tiny(family))._convention
    return made.__getitem__


@pytest.mark.parametrize("family", FAMILIES)
def test_tokens_are_those_of_the_official_tokenizer(family, tiny, convention):
    official = transformers.AutoTokenizer.from_pretrained(tiny(family).path)
    official.src_lang = SOURCES.get(family)
    numbers = conventions.vocabulary_of(official)
    for text in TEXTS:
        tokens = convention(family).encode(text, "ja", "ko")
        expected = official(PREFIXES.get(family, "") + text)["input_ids"]
        assert [numbers.get(t, official.unk_token_id) for t in tokens] == expected, text


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("control", CONTROL)
def test_a_control_token_in_a_text_is_ordinary_text(family, control, convention):
    way = convention(family)
    framing = way.encode("", "ja", "ko")
    tokens = way.encode(f"a {control} b{control}", "ja", "ko")
    inside = [t for t in tokens if t in way.frame.controls and t != way.frame.unk]
    assert inside == [t for t in framing if t in way.frame.controls]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_text_decodes_to_itself_without_its_frame(family, convention):
    way = convention(family)
    tokens = [*way.target_prefix("ko"), *way.coder.pieces("그는 국경으로 향했다."), way.frame.eos]
    assert way.decode(tokens) == "그는 국경으로 향했다."


def test_eight_threads_never_mix_up_source_languages(convention):
    way = convention("nllb")
    codes = {"ja": "jpn_Jpan", "ko": "kor_Hang", "en": "eng_Latn", "zh": "zho_Hans"}
    jobs = [(text, code) for code in codes for text in TEXTS] * 40
    with ThreadPoolExecutor(8) as pool:
        firsts = list(pool.map(lambda job: way.encode(job[0], job[1], "ko")[0], jobs))
    assert firsts == [codes[code] for _, code in jobs]


@pytest.mark.parametrize("family", ["nllb", "m2m100", "mbart50", "t5", "marian"])
def test_a_language_without_a_token_is_refused_by_name(family, convention):
    way = convention(family)
    model = replace(way.model, pairs=(), tags={"th": "<2th>"})
    with pytest.raises(UsageError, match="does not know the language 'th'"):
        replace(way, model=model).require("ja", "th")


def test_a_pair_the_model_was_not_made_for_is_refused(convention):
    with pytest.raises(UsageError, match=r"does not translate en-ja. Known: ja-en, ja-ko"):
        convention("marian").require("en", "ja")


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("“No,” he said…", "en", '"No," he said...'),
        ("«Oui» — non", "fr", '"Oui" - non'),
        ("10\u00a0000 рублей", "ru", "10\u00a0000 рублей"),
        ("「後悔はない」…", "ja", "「後悔はない」…"),
        ("“후회는 없다”", "ko", "“후회는 없다”"),
    ],
)
def test_punctuation_is_normalised_for_european_sources_only(text, source, expected):
    assert conventions.normalise(text, source, "moses") == expected


@pytest.mark.parametrize(("punctuation", "seen"), [("moses", '"No..."'), ("", "“No…”")])
def test_a_source_is_normalised_as_its_model_asks(punctuation, seen, convention):
    way = convention("marian")
    asked = replace(way, model=replace(way.model, punctuation=punctuation))
    assert asked.encode("“No…”", "en", "ko")[1:-1] == way.coder.pieces(seen)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("unit", ["....", '"', ">>", "1 ", "。", "「", "　"])
def test_a_hundred_kilobytes_of_one_sign_take_under_a_second(family, unit, convention):
    text = (unit * 100_000)[:100_000]
    start = time.process_time()
    convention(family).encode(text, "de" if family == "marian" else "ja", "ko")
    assert time.process_time() - start < 1
