"""The picture of a training: the losses, and beside them the chrF of text that is not learnt."""

import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Fonts that come with Linux, Windows and macOS.
_EAST_ASIAN = re.compile("CJK|Nanum|IPA.*Gothic|Meiryo|Malgun|Yu Gothic|Hiragino|Apple SD")

Log = Sequence[Mapping[str, Any]]
CURVE = "curve.png"


def draw(log: Log, path: Path, title: str, chosen: int) -> None:
    """Write a PNG of the log's curves over the steps; a line marks the step that was kept."""
    with warnings.catch_warnings():
        # A name in a script for which this machine has no font is no reason to warn.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure(log, title, chosen).savefig(path, format="png")


def figure(log: Log, title: str, chosen: int) -> "Figure":
    """Return the picture that `draw` writes: one panel, or two where chrF was measured."""
    # Not pyplot: it keeps every figure it makes, and asks for a display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    chrf = [*_names(log, "held-out chrF2++"), *_names(log, "generic chrF2++")]
    page = Figure(figsize=(10 if chrf else 6, 4), dpi=110, layout="constrained")
    FigureCanvasAgg(page)
    page.suptitle(title, family=["DejaVu Sans", *_east_asian()])
    left, *right = page.subplots(1, 2 if chrf else 1, squeeze=False)[0]
    _lines(left, log, ["loss", *_names(log, "held-out loss")])
    left.set(ylabel="cross-entropy per token (nats)", title="loss")
    for axes in right:
        _lines(axes, log, chrf)
        axes.set(ylabel="chrF2++ (0 to 100)", title="text that is not learnt, greedy search")
    for axes in (left, *right):
        axes.set(xlabel="step")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.axvline(chosen, color="0.5", linestyle=":", label=f"kept: step {chosen}")
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    return page


def _east_asian() -> list[str]:
    """Return the families of this machine that have Japanese and Korean."""
    from matplotlib.font_manager import fontManager

    return sorted({font.name for font in fontManager.ttflist if _EAST_ASIAN.search(font.name)})


def _names(log: Log, start: str) -> list[str]:
    return list(dict.fromkeys(name for line in log for name in line if name.startswith(start)))


def _lines(axes: Any, log: Log, names: Iterable[str]) -> None:
    for name in names:
        # Mixtures are tried at one step: they are no part of a line.
        points = [(x["step"], x[name]) for x in log if name in x and "share" not in x]
        if points:
            # A line of one point is only seen by its mark.
            mark = "" if name == "loss" and len(points) > 1 else "o"
            style = "--" if name.startswith("generic") else "-"
            steps, values = zip(*points, strict=True)
            drawn = axes.plot(steps, values, style, marker=mark, markersize=3, label=_label(name))
            _mixtures(axes, log, name, drawn[0].get_color())
    if any("share" in line for line in log):
        axes.plot([], [], "x", color="0.4", label="mixtures with the first weights")


def _mixtures(axes: Any, log: Log, name: str, colour: str) -> None:
    for line in log:
        if "share" in line and name in line:
            axes.plot(line["step"], line[name], "x", color=colour, markersize=5)


def _label(name: str) -> str:
    direction = name.rsplit(" ", 1)[-1]
    if name == "loss":
        # Higher than the others for the same weights: that of held-out text has neither.
        return "training, with dropout and smoothing"
    return f"generic text, {direction}" if name.startswith("generic") else f"held out, {direction}"
