"""Pseudo-translation disguises letters and leaves alone what a program reads."""

import pytest

from workbench.catalogue import Model
from workbench.engines.pseudo import PseudoEngine
from workbench.types import Decoding


@pytest.fixture
def engine():
    fields = ("pseudo", "Pseudo", "CC0-1.0", True, None, "pseudo", "none", "code", (), (), 500)
    return PseudoEngine(Model(*fields, engine="pseudo", decoding=Decoding()))


def disguise(engine, text):
    return engine.translate([text], "ja", "ko", Decoding())[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("寒かった。", "⟦寒かった。⟧"),
        ("추웠다.", "⟦추웠다.⟧"),
        ("Total", "⟦Ťóťáĺ~~⟧"),
        ("{name} %s <b>12</b> &amp;", "⟦{name} %s <b>12</b> &amp;⟧"),
        ("https://example.org/a 3.5%", "⟦https://example.org/a 3.5%⟧"),
        (" ", ""),
    ],
)
def test_letters_are_disguised_and_placeholders_kept(text, expected, engine):
    assert disguise(engine, text) == expected


def test_latin_text_grows_by_about_a_third(engine):
    text = "The reporter asked a question about the border"
    assert 1.2 < len(disguise(engine, text)) / len(text) < 1.4


def test_the_same_text_gives_the_same_answer_in_order(engine):
    found = engine.translate(["a", "b", "a"], "en", "ja", Decoding())
    assert found[0] == found[2] != found[1]
    assert engine.lengths(["a", "bc"], "en", "ja") == [1, 2]
