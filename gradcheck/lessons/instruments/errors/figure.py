"""The V plot of a lesson: the error against h, with the regime of every step."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from gradcheck.lessons.instruments.errors.legend import (
    Signs,
    guide_style,
    has_ring,
    legends,
    look,
    predicted,
    write_legend,
)
from gradcheck.lessons.instruments.errors.rows import Reading, Readings, Row
from gradcheck.lessons.parts.colours import BALANCE, ROUNDING, TRUNCATION
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import (
    canvas,
    decades,
    draw_grid,
    power_of_ten,
    superscript,
)
from gradcheck.output.svg import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "truncation": TRUNCATION,
    "rounding": ROUNDING,
    "step-lost": ROUNDING,
    "balance": BALANCE,
}
"""The colours of the regimes; they are also told in words."""

_WIDTH, _HEIGHT = 5.8, 3.5
_SHARE = 0.865
"""How much of the width the axes take."""
_SMALL = 8.0
"""The size of the letters in the strips of regimes, in points."""
_LINE = 0.19
"""The height of a line of the legend, in inches."""
_STRIP = 0.2
"""The height of the strip that shows the regimes of one formula, in inches."""


def error_figure(found: Readings, words: Words) -> "Figure":
    """Draw the error of each formula against h, with guides, optima and a strip of regimes."""
    readings = tuple(found.by_stencil.values())
    with canvas(None) as axes:
        figure = axes.figure
        assert figure is not None
        left, right = legends(readings, draw_errors(axes, readings), words)
        strips = [each for each in readings if any(row.regime for row in each.curve)]
        above, below = 0.1 + _STRIP * len(strips), 0.7 + _LINE * max(len(left), len(right))
        height = _HEIGHT + above + below
        figure.set_size_inches(_WIDTH, height)  # type: ignore[union-attr]
        axes.set_position((0.115, below / height, _SHARE, _HEIGHT / height))
        axes.set_xlabel(words("errors.axis-h"))
        axes.xaxis.set_label_coords(0.5, -0.085)
        axes.set_ylabel(words("errors.axis-error"))
        axes.yaxis.set_label_coords(-0.105, 0.5)
        draw_grid(axes)
        for place, reading in enumerate(reversed(strips)):
            _draw_strip(axes, reading, place, words)
        for x, entries in ((0.0, left), (0.5, right)):
            write_legend(axes, entries, x)
    return figure  # type: ignore[return-value]


def draw_errors(axes: "Axes", readings: Sequence[Reading]) -> Signs:
    """Draw the curves into logarithmic axes; tell what was drawn besides them."""
    frame = _Frame.around(row for each in readings for row in each.curve)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for reading in readings:
        _draw_curve(axes, reading, frame)
    guides = dict(_guides(readings))
    for slope, (height, _) in guides.items():
        ends = [frame.left, frame.right]
        values = [math.exp(height + slope * math.log(h)) for h in ends]
        dashes: dict[str, Any] = {"linestyle": guide_style(slope), "linewidth": 0.9}
        axes.plot(ends, values, color=INK, alpha=0.55, zorder=2, **dashes)
    ringed = [each for each in readings if has_ring(each)]
    crosses = [predicted(each) for each in ringed if frame.holds(*predicted(each))]
    for reading in ringed:
        _draw_optimum(axes, reading)
    for h, error in crosses:
        axes.plot(h, error, "+", color=INK, markersize=11, markeredgewidth=1.4, zorder=6)
    frame.set_limits(axes)
    names = {slope: text for slope, (_, text) in guides.items()}
    return Signs(names, bool(ringed), bool(crosses))


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """The part of the plane that is shown; errors of exactly 0 stand in a strip at the bottom."""

    left: float
    right: float
    floor: float
    top: float
    has_zeros: bool

    @classmethod
    def around(cls, rows: Iterable[Row]) -> "_Frame":
        rows = [row for row in rows if math.isfinite(row.error)]
        sizes = [row.abs_error for row in rows if row.error != 0] or [1e-16, 1.0]
        steps = [row.h for row in rows] or [1e-16, 1.0]
        margin = (max(steps) / min(steps)) ** 0.025 * 1.1
        return cls(
            left=min(steps) / margin,
            right=max(steps) * margin,
            floor=10.0 ** (math.floor(math.log10(min(sizes))) - 0.3),
            top=10.0 ** (math.ceil(math.log10(max(sizes))) + 0.5),
            has_zeros=any(row.error == 0 for row in rows),
        )

    @property
    def bottom(self) -> float:
        """Where the axes end, with the strip of zeros."""
        strip = (self.top / self.floor) ** (0.09 if self.has_zeros else 0.0)
        return self.floor / float(strip)

    def holds(self, h: float, error: float) -> bool:
        """Tell whether a point lies in it, above the strip of zeros."""
        return self.left <= h <= self.right and self.floor <= error <= self.top

    def height(self, row: Row) -> float:
        """Return where an error is drawn."""
        return row.abs_error if row.error else math.sqrt(self.floor * self.bottom)

    def set_limits(self, axes: "Axes") -> None:
        """Fit the axes, with powers of ten as ticks."""
        from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

        axes.set_xlim(self.left, self.right)
        axes.set_ylim(self.bottom, self.top)
        axes.xaxis.set_major_locator(FixedLocator(decades(self.left, self.right, most=7)))
        axes.yaxis.set_major_locator(FixedLocator(decades(self.floor, self.top, most=7)))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(FuncFormatter(power_of_ten))
        if self.has_zeros:
            axes.axhspan(self.bottom, self.floor, color=INK, alpha=0.07, linewidth=0, zorder=0)
            axes.annotate(
                "0", (0.0, math.sqrt(self.floor * self.bottom)),
                xycoords=axes.get_yaxis_transform(), xytext=(-5, 0), textcoords="offset points",
                ha="right", va="center", fontsize=9,
            )  # fmt: skip


def _draw_curve(axes: "Axes", reading: Reading, frame: _Frame) -> None:
    """Draw a line with filled marks where truncation dominates, open ones where rounding does.

    They are half filled where both are of a size, and filled where nothing is certain.
    """
    colour, marker = look(reading.stencil.name)
    rows = [row for row in reading.curve if math.isfinite(row.error)]
    line: dict[str, Any] = {"color": colour, "zorder": 3}
    sizes = [row.abs_error or math.nan for row in rows]
    axes.plot([row.h for row in rows], sizes, "-", linewidth=1.2, alpha=0.8, **line)
    for style in ("full", "left", "none"):
        group = [row for row in rows if _FILL.get(row.regime, "none") == style]
        if group:
            axes.plot(
                [row.h for row in group],
                [frame.height(row) for row in group],
                linestyle="none",
                marker=marker,
                markersize=4.0,
                markeredgewidth=0.9,
                markerfacecolor=PAPER if style == "none" else colour,
                markerfacecoloralt=PAPER,
                fillstyle="left" if style == "left" else "full",
                **line,
            )


_FILL = {"truncation": "full", "": "full", "balance": "left"}


def _draw_optimum(axes: "Axes", reading: Reading) -> None:
    """Ring the smallest error."""
    best = reading.optimum
    assert best is not None
    ring: dict[str, Any] = {"markersize": 11, "markerfacecolor": "none", "markeredgewidth": 1.3}
    axes.plot(best.h, best.abs_error, "o", markeredgecolor=INK, zorder=6, **ring)


def _guides(readings: Sequence[Reading]) -> Iterator[tuple[float, tuple[float, str]]]:
    """Yield slope, height (the logarithm at h = 1) and name of the guide lines."""
    drawn = set()
    for reading in readings:
        order = reading.stencil.order
        rows = _of_regime(reading, "truncation")
        if order not in drawn and len(rows) > 2 and math.isfinite(reading.order):
            drawn.add(order)
            yield order, (_height(rows, order), "h" if order == 1 else f"h{superscript(order)}")
    rounded = [
        row
        for reading in readings
        if not reading.stencil.is_complex
        for row in _of_regime(reading, "rounding")
    ]
    if len(rounded) > 2:
        yield -1, (_height(rounded, -1), "1/h")


def _of_regime(reading: Reading, regime: str) -> list[Row]:
    return [row for row in reading.curve if row.regime == regime and row.error]


def _height(rows: Sequence[Row], slope: float) -> float:
    """Return the logarithm at h = 1 of the guide through the middle of the rows."""
    found = sorted(math.log(row.abs_error) - slope * math.log(row.h) for row in rows)
    return found[len(found) // 2]


def _draw_strip(axes: "Axes", reading: Reading, place: int, words: Words) -> None:
    """Draw which regime every step belongs to, above the axes, with the words in it."""
    rows = [row for row in reading.curve if row.regime]
    colour, marker = look(reading.stencil.name)
    bottom, height = 1.03 + place * _STRIP / _HEIGHT, 0.8 * _STRIP / _HEIGHT
    edges = [math.sqrt(a.h * b.h) for a, b in pairwise(rows)]
    left, right = axes.get_xlim()
    edges = [right, *edges, left]
    where: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False}
    runs = []
    start = 0
    for regime, group in groupby(rows, lambda row: COLOURS.get(row.regime, "")):
        stop = start + len(list(group))
        runs.append((regime, rows[start].regime, edges[stop], edges[start]))
        start = stop
    for tint, _, low, high in runs:
        if tint:
            axes.fill_between(
                [low, high], bottom, bottom + height, color=tint, alpha=0.25, linewidth=0, **where
            )
    for regime in ("truncation", "rounding"):
        own = [run for run in runs if run[1] == regime]
        if own:
            _, _, low, high = max(own, key=lambda run: run[3] / run[2])
            width = math.log(high / low) / math.log(right / left) * _WIDTH * _SHARE
            names = [words(f"errors.strip-{regime}{form}") for form in ("", "-short")]
            text = next((name for name in names if _length(name) <= width), "")
            axes.text(
                math.sqrt(low * high), bottom + height / 2, text, ha="center",
                va="center_baseline", fontsize=_SMALL, **where,
            )  # fmt: skip
    axes.plot(
        [-0.02], [bottom + height / 2], marker=marker, color=colour, markersize=4.5,
        transform=axes.transAxes, clip_on=False,
    )  # fmt: skip


def _length(text: str) -> float:
    """Return about how long a text of the strip is, in inches, whatever the browser's font."""
    ems = sum(1.0 if unicodedata.east_asian_width(each) in "WF" else 0.58 for each in text)
    return (ems + 0.6) * _SMALL / 72
