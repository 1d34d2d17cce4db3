"""The picture of a training: the losses on the left, what the held-out text says on the right."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Log = Sequence[Mapping[str, Any]]


def draw(log: Log, path: Path, title: str, chosen: int) -> None:
    """Write a PNG of the log's curves over the steps; a line marks the step that was kept."""
    # Not pyplot: it keeps every figure it makes, and asks for a display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    _lines(left, log, ["loss", *_names(log, "held-out loss")])
    left.set(xlabel="step", ylabel="cross-entropy per token (nats)", title="loss")
    _lines(right, log, [*_names(log, "held-out chrF2++"), *_names(log, "generic chrF2++")])
    right.set(xlabel="step", ylabel="chrF2++ (0 to 100)", title="held-out text, greedy search")
    for axes in (left, right):
        axes.axvline(chosen, color="0.5", linestyle=":", label=f"kept: step {chosen}")
        axes.legend(fontsize="small")
        axes.grid(alpha=0.3)
    figure.savefig(path)


def _names(log: Log, start: str) -> list[str]:
    return list(dict.fromkeys(name for line in log for name in line if name.startswith(start)))


def _lines(axes: Any, log: Log, names: Iterable[str]) -> None:
    for name in names:
        # Mixtures are tried at one step: they are no part of a line.
        points = [(x["step"], x[name]) for x in log if name in x and "share" not in x]
        if points:
            mark = "" if name == "loss" else "o"
            style = "--" if name.startswith("generic") else "-"
            steps, values = zip(*points, strict=True)
            axes.plot(steps, values, style, marker=mark, markersize=3, label=_label(name))


def _label(name: str) -> str:
    direction = name.rsplit(" ", 1)[-1]
    if name == "loss":
        return "training"
    return f"generic text, {direction}" if name.startswith("generic") else f"held out, {direction}"
