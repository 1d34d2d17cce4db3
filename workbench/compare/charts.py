"""The pictures of a comparison, as SVG that stands in a page and needs nothing else.

Words and lines take the colour of the text around them; a system has a shape besides its colour
(palette of Okabe & Ito 2008, "Color Universal Design"), and figures stand beside every mark, so
that dark mode, print and colour-blind readers lose nothing. To add a chart, write a function of a
comparison that returns "" where there is nothing to show, and its line in CHARTS.
"""

import html
import math
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from workbench.compare import rows
from workbench.compare.judging import texts_of
from workbench.compare.values import Comparison
from workbench.evaluation.metrics import TITLES
from workbench.evaluation.report import interval

MOST_POINTS = 1000
WIDTH = 600
_COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#56b4e9",
    "#e69f00",
    "#cc79a7",
    "currentColor",
    "#f0e442",
)
# Outlines around (0, 0) that fit into a circle of radius 5.
_SHAPES = (
    "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z",
    "M-4.2-4.2H4.2V4.2H-4.2Z",
    "M0-5.4L5 4H-5Z",
    "M0-5.8L5.8 0L0 5.8L-5.8 0Z",
    "M0 5.4L5-4H-5Z",
    "M-1.6-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5V-1.6H-1.6Z",
    "M-5-2L-2-5L0-3L2-5L5-2L3 0L5 2L2 5L0 3L-2 5L-5 2L-3 0Z",
)
_LINE = 24
_NAME = 25  # columns of a name; East Asian signs take two
_LEFT = 185


@dataclass(frozen=True, slots=True)
class _Point:
    """A figure of a system, the ends of its interval if there is one, and the system's place."""

    name: str
    place: int
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _Scale:
    """An axis: from the value `start` at pixel `left` to `end` at pixel `right`."""

    start: float
    end: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        share = (value - self.start) / (self.end - self.start)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Return 3 to 8 round values within the axis."""
        rough = (self.end - self.start) / 5
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.99)
        first = math.ceil(self.start / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.end / step + 1e-9) + 1)]


def drawn(comparison: Comparison) -> list[dict[str, str]]:
    """Return {name, svg} of every chart that has something to show."""
    made = [{"name": name, "svg": draw(comparison)} for name, draw in CHARTS.items()]
    return [chart for chart in made if chart["svg"]]


def scores(comparison: Comparison) -> str:
    """Draw chrF2++ and BLEU with their intervals; without a reference, the mean agreement."""
    panels = _panels(comparison)
    if not panels:
        return ""
    parts, top = [], 0.0
    for title, points in panels:
        ordered = sorted(points, key=lambda point: -point.value)
        parts.append(_intervals(title, ordered, top))
        top += _LINE * (len(points) + 2) + 18
    sure = any(point.low is not None for _, points in panels for point in points)
    described = "; ".join(f"{title}: {_listed(points)}" for title, points in panels)
    note = " Bars: 95 % of the bootstrap resamples." if sure else ""
    title = " and ".join(title for title, _ in panels) + " of every system"
    return _svg(title, f"{described}.{note}", top, parts)


def agreement(comparison: Comparison) -> str:
    """Draw how much each two systems agree: a square of figures on colour."""
    judgement, outputs = comparison.judgement, comparison.outputs
    if judgement is None or len(outputs) < 2:
        return ""
    names = [output.name for output in outputs]
    square = judgement.agreement
    seen = [x for i, row in enumerate(square) for j, x in enumerate(row) if i != j]
    heat = _Scale(min(seen), max(max(seen), min(seen) + 1), 0.06, 0.5)
    size = max(40, min(60, (WIDTH - _LEFT - 10) // len(names)))
    title = "Agreement of each two systems: chrF (0 to 100), the mean of all rows"
    parts = [_text(0, 12, title, anchor="start")]
    parts += [_text(_LEFT + size * (j + 0.5), 36, f"{j + 1}") for j in range(len(names))]
    for i, name in enumerate(names):
        top = 44 + 30 * i
        parts.append(_name(name, _LEFT - 8, top + 19, before=f"{i + 1} "))
        for j, value in enumerate(square[i]):
            x = _LEFT + size * j
            own = _text(x + size / 2, top + 19, "–")
            parts.append(own if i == j else _square(x, top, size, value, heat(value)))
    width = max(WIDTH, _LEFT + size * len(names) + 10)
    height = 50 + 30 * len(names)
    return _svg(title, "The stronger the colour, the more they agree.", height, parts, width)


def lengths(comparison: Comparison) -> str:
    """Draw the length of each hypothesis over that of its source, a panel per system.

    At most MOST_POINTS rows are drawn in all, taken evenly from the text; the chart says so.
    """
    sources = [len(segment.text) for segment in rows(comparison.document)]
    if not sources or not comparison.outputs:
        return ""
    count = min(len(sources), max(1, MOST_POINTS // len(comparison.outputs)))
    places = [i * len(sources) // count for i in range(count)]
    columns = [[len(text) for text in texts_of(output)] for output in comparison.outputs]
    title = "Length of the translations over length of the source, in characters"
    part = f"{count} of {len(sources)} rows, taken evenly" if count < len(sources) else "every row"
    note = f"A mark per row ({part}); the dashed line is the mean ratio."
    parts = [_text(0, 12, title, anchor="start"), _text(0, 30, note, anchor="start")]
    top = max(10, *(max(column) for column in columns))
    for place, (output, ys) in enumerate(zip(comparison.outputs, columns, strict=True)):
        left, down = place % 3 * (WIDTH / 3), place // 3 * 170 + 44
        x = _Scale(0, max(10, *sources), left + 38, left + WIDTH / 3 - 12)
        y = _Scale(0, top, down + 138, down + 26)
        points = [(sources[i], ys[i]) for i in places]
        parts.append(_scatter(output.name, x, y, points))
        parts.append(_ratio(sum(ys) / max(1, sum(sources)), x, y))
    return _svg(title, note, math.ceil(len(columns) / 3) * 170 + 50, parts)


def times(comparison: Comparison) -> str:
    """Draw the score (without a reference, the agreement) over the seconds of translating."""
    panels = _panels(comparison)
    if not panels:
        return ""
    title, points = panels[0]
    seconds = {o.name: o.cost.seconds for o in comparison.outputs if o.cost and o.cost.seconds > 0}
    timed = [point for point in points if point.name in seconds]
    if len(timed) < 2:
        return ""
    spent = [math.log10(seconds[point.name]) for point in timed]
    x = _spread(spent, 46, 330, least=0.3)
    y = _spread([point.value for point in timed], 210, 16, least=1.0)
    parts = [_grid_y(y, 46, 330), _grid_seconds(x, 210), _text(0, 10, title, anchor="start")]
    for line, (point, second) in enumerate(zip(timed, spent, strict=True)):
        parts.append(_mark(point.place, x(second), y(point.value)))
        parts.append(_mark(point.place, 352, 20 + 20 * line))
        figures = f"{_seconds(seconds[point.name])} s, {point.value:.1f}"
        parts.append(_name(point.name, 364, 24 + 20 * line, after=f"  {figures}", anchor="start"))
    parts.append(_text(188, 246, "seconds of translating, on a logarithmic scale"))
    height = max(254, 30 + 20 * len(timed))
    described = ", ".join(f"{p.name} {_seconds(seconds[p.name])} s {p.value:.1f}" for p in timed)
    return _svg(f"{title} over time", described, height, parts)


CHARTS: dict[str, Callable[[Comparison], str]] = {
    "scores": scores,
    "agreement": agreement,
    "lengths": lengths,
    "times": times,
}


def _panels(comparison: Comparison) -> list[tuple[str, list[_Point]]]:
    """Return what systems can be ranked by: title and a point per system, the surest first."""
    judgement = comparison.judgement
    scored = comparison.judged.scores if comparison.judged else {}
    names = [output.name for output in comparison.outputs]
    panels = []
    for metric in ("chrf", "bleu"):
        found = [
            _Point(name, place, score.value, *interval(score))
            for place, name in enumerate(names)
            if (score := scored.get(name, {}).get(metric))
        ]
        panels += [(TITLES[metric], found)] if found else []
    if not panels and judgement and len(names) > 1:
        figures = [profile.agreement for profile in judgement.profiles]
        points = [_Point(n, i, x) for i, (n, x) in enumerate(zip(names, figures, strict=True))]
        panels = [("Agreement with the others (chrF)", points)]
    return panels


def _intervals(title: str, points: Sequence[_Point], top: float) -> str:
    """Return a panel: a line per system with its mark, its interval and its figure."""
    ends = [end for p in points for end in (p.low, p.high, p.value) if end is not None]
    x = _spread(ends, _LEFT + 8, WIDTH - 62, least=2.0)
    bottom = top + _LINE * (len(points) + 1) + 4
    parts = [_text(0, top + 14, title, anchor="start", weight=600)]
    parts += [_upright(x(tick), top + _LINE, bottom, _plain(tick)) for tick in x.ticks()]
    for line, point in enumerate(points, 1):
        middle = top + _LINE * (line + 0.5) + 2
        parts.append(_name(point.name, _LEFT - 8, middle + 4))
        if point.low is not None and point.high is not None:
            parts.append(_bar(x(point.low), x(point.high), middle))
        parts.append(_mark(point.place, x(point.value), middle))
        parts.append(_text(WIDTH - 4, middle + 4, f"{point.value:.1f}", anchor="end"))
    return "".join(parts)


def _scatter(name: str, x: _Scale, y: _Scale, points: Iterable[tuple[int, int]]) -> str:
    """Return a panel of a system: its name, the axes and a dot per point."""
    parts = [_name(name, x.left - 34, y.right - 14, anchor="start")]
    parts += [_upright(x(tick), y.right, y.left, _plain(tick)) for tick in x.ticks()]
    parts.append(_grid_y(y, x.left, x.right))
    # One path for all: a round cap makes a dot of a line without a length.
    dots = "".join(f"M{x(a):.1f} {y(b):.1f}h0" for a, b in dict.fromkeys(points))
    parts.append(
        f'<path d="{dots}" stroke="currentColor" stroke-width="4" stroke-opacity="0.45" '
        'stroke-linecap="round"/>'
    )
    return "".join(parts)


def _ratio(ratio: float, x: _Scale, y: _Scale) -> str:
    """Return the line on which the translation is so many times as long as the source."""
    end = min(x.end, y.end / ratio) if ratio else x.end
    return (
        f'<path d="M{x(0):.1f} {y(0):.1f}L{x(end):.1f} {y(end * ratio):.1f}" '
        'stroke="currentColor" stroke-opacity="0.6" stroke-dasharray="4 3"/>'
    )


def _spread(values: Iterable[float], left: float, right: float, *, least: float) -> _Scale:
    """Return an axis on which the values have room, over a range of `least` or more."""
    found = list(values)
    low, high = min(found), max(found)
    room = max((high - low) * 0.08, (least - (high - low)) / 2)
    return _Scale(low - room, high + room, left, right)


def _grid_y(y: _Scale, left: float, right: float) -> str:
    return "".join(
        f'<path d="M{left:.1f} {y(tick):.1f}H{right:.1f}" {_FAINT}/>'
        + _text(left - 5, y(tick) + 4, _plain(tick), anchor="end")
        for tick in y.ticks()
    )


def _grid_seconds(x: _Scale, bottom: float) -> str:
    """Return upright lines at 1, 2 and 5 times the powers of ten."""
    powers = range(math.floor(x.start), math.ceil(x.end) + 1)
    ticks = [math.log10(n) + power for power in powers for n in (1, 2, 5)]
    within = [tick for tick in ticks if x.start <= tick <= x.end]
    if len(within) > 7:
        within = [tick for tick in within if tick == round(tick)]
    return "".join(_upright(x(tick), 16, bottom, _seconds(10**tick)) for tick in within)


def _upright(x: float, top: float, bottom: float, label: str) -> str:
    line = f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" {_FAINT}/>'
    return line + _text(x, bottom + 15, label)


def _bar(low: float, high: float, y: float) -> str:
    ends = f"M{low:.1f} {y - 4:.1f}v8M{high:.1f} {y - 4:.1f}v8"
    return f'<path d="M{low:.1f} {y:.1f}H{high:.1f}{ends}" stroke="currentColor"/>'


def _square(x: float, y: float, size: float, value: float, heat: float) -> str:
    return (
        f'<rect x="{x + 1:.1f}" y="{y + 1:.1f}" width="{size - 2:.1f}" height="28" rx="3" '
        f'fill="{_COLOURS[0]}" fill-opacity="{heat:.2f}"/>'
        + _text(x + size / 2, y + 19, f"{value:.1f}")
    )


def _mark(place: int, x: float, y: float) -> str:
    return (
        f'<path d="{_SHAPES[place % len(_SHAPES)]}" transform="translate({x:.1f} {y:.1f})" '
        f'fill="{_colour(place)}" stroke="currentColor" stroke-width="0.8"/>'
    )


def _colour(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]


_FAINT = 'stroke="currentColor" stroke-opacity="0.18"'


def _text(x: float, y: float, text: str, *, anchor: str = "middle", weight: int = 400) -> str:
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{bold}'
    return f"<text {place}>{_escape(text)}</text>"


def _name(
    name: str, x: float, y: float, *, before: str = "", after: str = "", anchor: str = "end"
) -> str:
    """Return the name of a system; if it is cut, the whole of it shows under the pointer."""
    shown = _cut(name)
    title = f"<title>{_escape(name)}</title>" if shown != name else ""
    words = _escape(before + shown + after)
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{title}{words}</text>'


def _cut(name: str) -> str:
    """Return a name of _NAME columns at most: its middle goes, as settings stand at the end."""
    if sum(map(_columns, name)) <= _NAME:
        return name
    head, tail = _first(name, _NAME // 2), _first(name[::-1], _NAME - _NAME // 2 - 1)[::-1]
    return f"{head}…{tail}"


def _first(text: str, columns: int) -> str:
    taken = 0
    for place, sign in enumerate(text):
        taken += _columns(sign)
        if taken > columns:
            return text[:place]
    return text


def _columns(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _plain(value: float) -> str:
    return f"{value:.10g}" if abs(value - round(value)) > 1e-9 else str(round(value))


def _seconds(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1g}" if value < 1 else f"{value:.1f}"


def _listed(points: Sequence[_Point]) -> str:
    return ", ".join(f"{point.name} {point.value:.1f}" for point in points)


def _escape(text: str) -> str:
    """Return text for XML, which has no control signs and no halves of surrogate pairs."""
    return html.escape("".join(c if c.isprintable() else "\ufffd" for c in text))


def _svg(
    title: str, described: str, height: float, parts: Iterable[str], width: int = WIDTH
) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="wb-chart" role="img" '
        f'width="{width}" height="{height:.0f}" viewBox="0 0 {width} {height:.0f}" '
        f'fill="none" font-size="12" aria-label="{_escape(title)}">'
        f"<title>{_escape(title)}</title><desc>{_escape(described)}</desc>"
        f'<g fill="currentColor">{"".join(parts)}</g></svg>'
    )
