"""The plots of a report, as SVG that stands in a page: text stays text, colours suit any ground."""

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from freshet.domain.evaluation.report import Bin, Figure, Ranker, Segment

#: Seen on white and on black.
_INK = "#7d8590"
_MODEL = "#2f81f7"
_BASELINE = "#8b949e"

_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "freshet",
    # A label is never a formula.
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def bars(rankers: Sequence[Ranker], segments: Sequence[Segment], metric: str) -> str:
    """A metric of each ranker with its interval, one panel a segment."""
    with mpl.rc_context(_STYLE):
        height = 0.9 + 0.3 * len(rankers)
        canvas = Canvas(figsize=(1.6 + 2.5 * len(segments), height), layout="constrained")
        panels = canvas.subplots(1, len(segments), sharey=True, sharex=True, squeeze=False)[0]
        for axes, segment in zip(panels, segments, strict=True):
            for place, one in enumerate(rankers):
                found = one.metrics[segment.name][metric]
                colour = _BASELINE if one.baseline else _MODEL
                _point(axes, found.mean, place, found, colour, across=True)
            axes.set_title(segment.name, fontsize=11)
            axes.grid(axis="x", color=_INK, alpha=0.25)
            axes.tick_params(axis="y", length=0)
        panels[0].set_yticks(range(len(rankers)), [one.name for one in rankers])
        panels[0].invert_yaxis()
        canvas.supxlabel(metric, fontsize=11)
        return _svg(canvas, metric)


def reliability(bins: Sequence[Bin]) -> str:
    """Chances that a model gave beside what was clicked; on the line they agree."""
    with mpl.rc_context(_STYLE):
        canvas = Canvas(figsize=(4.2, 3.8), layout="constrained")
        axes = canvas.subplots()
        for one in bins:
            _point(axes, one.predicted, one.observed.mean, one.observed, _MODEL, across=False)
        most = 1.05 * max(max(one.predicted, one.observed.high or 0.0) for one in bins)
        axes.plot([0, most], [0, most], color=_INK, linewidth=1, linestyle=(0, (4, 4)))
        axes.set(xlim=(0, most), ylim=(0, most))
        axes.set(xlabel="chance of a click that the model gave", ylabel="share that was clicked")
        axes.grid(color=_INK, alpha=0.25)
        return _svg(canvas, "reliability")


def _point(axes: Axes, x: float, y: float, found: Figure, colour: str, *, across: bool) -> None:
    if found.low is not None and found.high is not None:
        ends, where = [found.low, found.high], [y if across else x] * 2
        axes.plot(*((ends, where) if across else (where, ends)), color=colour, linewidth=2.5)
    axes.plot([x], [y], "o", color=colour, markersize=6)


def _svg(canvas: Canvas, title: str) -> str:
    written = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    canvas.savefig(written, format="svg", transparent=True, metadata=nothing)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    # Two plots of a page must not share ids.
    name = re.sub(r"\W", "", title) + f"{np.frombuffer(svg.encode(), np.uint8).sum():x}"
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
