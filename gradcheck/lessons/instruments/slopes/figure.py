"""Curves with their tangents, and an arrow against the slope at every point."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gradcheck.lessons.instruments.slopes.slope import Slope
from gradcheck.lessons.markup import short
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE, canvas
from gradcheck.output.svg import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CURVE, _TANGENT, _ARROW = PALETTE[2], PALETTE[5], PALETTE[3]
_WIDTH, _HEIGHT = 6.4, 3.5
_LEGEND = 1.05
"""The height of what stands below the axes, in inches."""


def slopes_figure(found: Sequence[Slope], words: Words) -> "Figure":
    """Draw every function into axes of its own, all of them side by side."""
    names = list(dict.fromkeys(each.function.case.name for each in found))
    height = _HEIGHT + _LEGEND if len(names) == 1 else _HEIGHT * 0.75 + _LEGEND
    share, gap = 0.91 / len(names), 0.075 if len(names) > 1 else 0.0
    with canvas(None) as first:
        figure = first.figure
        assert figure is not None
        figure.set_size_inches(_WIDTH, height)  # type: ignore[union-attr]
        for number, name in enumerate(names):
            box = (
                0.06 + number * share,
                _LEGEND / height,
                share - gap,
                1 - (_LEGEND + 0.1) / height,
            )
            axes = first if number == 0 else figure.add_axes(box)
            axes.set_position(box)
            axes.tick_params(colors=INK, labelsize=9, width=0.7, length=3.5)
            axes.set_xlabel("x")
            axes.xaxis.set_label_coords(0.5, -0.3 / height / box[3])
            _draw(axes, [each for each in found if each.function.case.name == name])
        _legend(first, found, words, height)
    return figure  # type: ignore[return-value]


def _draw(axes: "Axes", found: Sequence[Slope]) -> None:
    from matplotlib.ticker import MaxNLocator

    places = np.array([each.x for each in found])
    reach = max(1.0, 0.55 * float(np.ptp(places)))
    left, right = float(places.min()) - reach, float(places.max()) + reach
    x = np.linspace(left, right, 201)
    y = found[0].function.values(x)
    axes.plot(x, y, color=_CURVE, linewidth=1.9, zorder=2)
    low, high = float(np.nanmin(y)), float(np.nanmax(y))
    span = high - low
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.set_xlim(left, right)
    below = 0.16 if all(each.has_tangent for each in found) else 0.4
    axes.set_ylim(low - below * span, high + 0.08 * span)
    half = 0.17 * (right - left)
    for each in found:
        if each.has_tangent:
            _tangent(axes, each, 0.0 if each.is_level else each.slope, (-half, half), span)
        else:
            backward, central, forward = each.sides[-1]
            _line(axes, each, backward, (-1.7 * half, 1.7 * half), "--")
            _line(axes, each, forward, (-1.7 * half, 1.7 * half), "--")
            _line(axes, each, central, (-1.7 * half, 1.7 * half), ":")
            for slope, side in ((backward, -1), (central, 0), (forward, 1)):
                label = (each.x + side * 1.15 * half, each.value - 0.075 * span)
                _write(axes, slope if abs(slope) > 1e-6 else 0.0, label)
        axes.plot(
            each.x, each.value, "o", markersize=6.5, markerfacecolor=PAPER,
            markeredgecolor=INK, markeredgewidth=1.2, zorder=5,
        )  # fmt: skip


def _tangent(
    axes: "Axes", each: Slope, slope: float, ends: tuple[float, float], span: float
) -> None:
    """Draw the tangent with its slope, and the arrow towards smaller values."""
    width = ends[1] / max(1.0, abs(slope) * ends[1] / (0.24 * span))
    _line(axes, each, slope, (-width, width), "-")
    _write(axes, slope, (each.x, each.value - 0.09 * span))
    if slope:
        length = 0.4 * ends[1] * min(abs(slope), 3.0) ** 0.5 * (1 if slope < 0 else -1)
        axes.annotate(
            "",
            (each.x + length, each.value),
            (each.x, each.value),
            arrowprops={"arrowstyle": "-|>", "color": _ARROW, "linewidth": 1.8, "shrinkA": 4},
            zorder=4,
        )


def _line(axes: "Axes", each: Slope, slope: float, ends: tuple[float, float], style: str) -> None:
    x = np.array(ends)
    axes.plot(each.x + x, each.value + slope * x, style, color=_TANGENT, linewidth=1.5, zorder=3)


def _write(axes: "Axes", slope: float, at: tuple[float, float]) -> None:
    text = short(round(slope, 6), 4).replace("-", "−")
    axes.text(
        *at,
        f"+{text}" if slope > 0 else text,
        ha="center",
        va="top",
        fontsize=10,
        fontweight="bold",
        zorder=6,
    )


def _legend(axes: "Axes", found: Sequence[Slope], words: Words, height: float) -> None:
    """Write what the lines mean, in two columns below the axes."""
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D

    corner = any(not each.has_tangent for each in found)
    curve = (Line2D([], [], color=_CURVE, linewidth=1.9), "slopes.legend-curve")
    dashed, dotted = (
        Line2D([], [], color=_TANGENT, linestyle=style, linewidth=1.5) for style in ("--", ":")
    )
    tangent = Line2D([], [], color=_TANGENT, linewidth=1.5)
    arrow = Line2D([], [], color=_ARROW, linewidth=1.8, marker=">", markersize=6)
    against = [] if all(each.is_level for each in found) else [(arrow, "slopes.legend-arrow")]
    columns = (
        ([curve, (dashed, "slopes.legend-sides")], [(dotted, "slopes.legend-central")])
        if corner
        else ([curve, (tangent, "slopes.legend-tangent")], against)
    )
    figure = axes.figure
    for x, entries in zip((0.06, 0.52), columns, strict=True):
        legend = Legend(
            axes,
            [line for line, _ in entries],
            [words(key) for _, key in entries],
            loc="upper left",
            bbox_to_anchor=(x, 0.5 / height),
            bbox_transform=figure.transFigure,
            borderaxespad=0.0,
            borderpad=0.0,
            labelspacing=0.45,
        )
        axes.add_artist(legend)
