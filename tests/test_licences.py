"""The licence gate: what may not be sold is stopped, and something else is offered."""

from dataclasses import replace

import pytest

from fakes import FakeEngine, bench
from workbench.catalogue import get_model, load_catalogue
from workbench.errors import LicenceError, UnknownNameError
from workbench.licences import alternatives, permit
from workbench.pipeline import Options, Workbench
from workbench.segmentation import split

JA_EN = [("ja", "en")]


def test_a_non_commercial_model_is_stopped_with_reason_and_alternative() -> None:
    with pytest.raises(LicenceError, match=r"CC-BY-NC-4.0.* forbids .*trilingual-small"):
        permit(get_model("nllb-600m"), "commercial", JA_EN)


def test_a_licence_that_is_not_stated_is_stopped_but_not_called_forbidden() -> None:
    with pytest.raises(LicenceError, match=r"not stated.* does not clearly allow"):
        permit(get_model("opus-mt-ko-en"), "commercial", [("ko", "en")])


def test_every_model_passes_for_any_purpose_and_commercial_ones_for_both() -> None:
    for model in load_catalogue().values():
        permit(model, "any", JA_EN)
        if model.commercial:
            permit(model, "commercial", JA_EN)


def test_an_unknown_purpose_is_named() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'commercial'"):
        permit(get_model("pseudo"), "comercial")


def test_alternatives_do_the_same_job_in_the_same_languages() -> None:
    names = alternatives(get_model("nllb-600m"), [("ja", "fr")])
    assert names and "trilingual-small" not in names
    assert all(get_model(name).commercial for name in names)


def test_a_chat_endpoint_is_stopped_until_its_terms_are_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(LicenceError, match="WORKBENCH_CHAT_LICENCE='commercial: …'"):
        permit(get_model("chat"), "commercial", JA_EN)
    monkeypatch.setenv("WORKBENCH_CHAT_LICENCE", "commercial: contract of May")
    permit(get_model("chat"), "commercial", JA_EN)
    permit(get_model("chat:qwen3"), "commercial", JA_EN)
    assert "chat" not in alternatives(get_model("nllb-600m"), [("ja", "th")])


@pytest.mark.parametrize(
    ("stated", "licence", "commercial"),
    [
        ("Commercial : Apache-2.0", "Apache-2.0 (as stated by the user)", True),
        ("commercial:", "commercial use allowed (as stated by the user)", True),
        ("house rules:\n no sale", "house rules: no sale (as stated by the user)", False),
        ("commercial", "commercial use allowed (as stated by the user)", True),
        ("non-commercial: research", "non-commercial: research (as stated by the user)", False),
        (" ", "as the endpoint's operator states", False),
    ],
)
def test_stated_terms_are_shown_as_the_users_own(
    monkeypatch: pytest.MonkeyPatch, stated: str, licence: str, commercial: bool
) -> None:
    monkeypatch.setenv("WORKBENCH_CHAT_LICENCE", stated)
    model = get_model("chat:any")
    assert (model.licence, model.commercial) == (licence, commercial)
    assert load_catalogue()["chat"].licence == licence
    assert get_model("nllb-600m").licence == "CC-BY-NC-4.0"


def test_a_summariser_is_replaced_by_a_summariser() -> None:
    assert "kobart-summarization" in alternatives(load_catalogue()["mt5-xlsum"])


def test_the_gate_stands_before_anything_is_loaded() -> None:
    workbench = Workbench(lambda model, name: pytest.fail("loaded"))
    options = Options("nllb-600m", purpose="commercial")
    with pytest.raises(LicenceError):
        workbench.translate(split("寒かった。", "ja"), ["en"], options)


def test_purpose_and_licence_are_recorded_in_the_manifest() -> None:
    options = Options(purpose="commercial")
    result = bench(FakeEngine()).process(split("寒かった。", "ja"), ["en"], options)
    assert result.manifest["asked"]["purpose"] == "commercial"
    assert (result.manifest["licence"], result.manifest["commercial"]) == ("CC-BY-SA-4.0", True)


def test_a_model_without_an_alternative_says_so() -> None:
    alone = replace(get_model("pseudo"), commercial=False, task="dictation", licence="none")
    with pytest.raises(LicenceError, match="has no other"):
        permit(alone, "commercial")
