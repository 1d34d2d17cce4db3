"""The picture of a training: what is drawn, and that it can be read."""

from pathlib import Path

import pytest
from matplotlib.image import imread

from workbench.training.curves import draw, figure

DIRECTION = "ja-en"


def check(step: int, loss: float, held: float, generic: float) -> dict[str, float]:
    """Return a line of the log as a check writes it."""
    names = ("held-out loss", "held-out chrF2++", "generic chrF2++")
    values = zip(names, (loss, held, generic), strict=True)
    return {"step": step} | {f"{name} {DIRECTION}": value for name, value in values}


LOG = [
    check(0, 3.0, 20.0, 30.0),
    {"step": 10, "loss": 2.5},
    {"step": 20, "loss": float("nan")},
    check(20, 2.0, 25.0, 29.0),
    check(20, 2.0, 1.0, 1.0) | {"share": 0.5},
]


def test_the_picture_is_a_png_on_a_light_ground(tmp_path: Path) -> None:
    draw(LOG, tmp_path / "curve.png", "toy", 20)
    pixels = imread(tmp_path / "curve.png")
    assert pixels.shape[1] >= 1000 and pixels[0, 0].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert 0.005 < (pixels[..., :3].min(axis=2) < 0.5).mean() < 0.2


def test_both_panels_name_their_axes_and_curves() -> None:
    loss, chrf = figure(LOG, "toy", 20).axes
    assert (loss.get_xlabel(), chrf.get_xlabel()) == ("step", "step")
    assert "nats" in loss.get_ylabel() and "chrF2++" in chrf.get_ylabel()
    named = [[t.get_text() for t in axes.get_legend().get_texts()] for axes in (loss, chrf)]
    ends = ["mixtures with the first weights", "kept: step 20"]
    assert named[0][1:] == ["held out, ja-en", *ends] and "training" in named[0][0]
    assert named[1] == ["held out, ja-en", "generic text, ja-en", *ends]


def test_a_mixture_is_no_part_of_a_curve() -> None:
    held = figure(LOG, "toy", 20).axes[1].get_lines()[0]
    assert list(held.get_ydata()) == [20.0, 25.0]


def test_a_mixture_is_a_cross_in_the_colour_of_its_curve() -> None:
    curve, mixture, *_ = figure(LOG, "toy", 20).axes[1].get_lines()
    assert (mixture.get_marker(), mixture.get_color()) == ("x", curve.get_color())
    assert list(mixture.get_xdata()) == [20]


def test_without_chrf_there_is_one_panel() -> None:
    log = [{k: v for k, v in line.items() if "chrF" not in k} for line in LOG]
    (loss,) = figure(log, "toy", 0).axes
    assert loss.get_title() == "loss"


@pytest.mark.parametrize("log", [LOG[:1], LOG[1:3]])
def test_a_run_that_ended_at_once_is_drawn_too(log: list[dict[str, float]], tmp_path: Path) -> None:
    draw(log, tmp_path / "curve.png", "港.tmx", 0)
    assert (tmp_path / "curve.png").stat().st_size > 5000
