"""What all figures share: colours that everybody can tell apart, axes, ticks, legends."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gradcheck.output.entry import printable
from gradcheck.output.svg import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALETTE = ("#E69F00", "#56B4E9", "#0072B2", "#009E73", "#CC79A7", "#D55E00", "#8C7A00", "#6B6B6B")
"""The colours of Okabe and Ito without black, their yellow darkened for a white page, and grey."""
MARKERS = ("o", "^", "s", "D", "p", "v", "h", "P")

_STYLE: dict[str, Any] = {
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "figure.facecolor": PAPER,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "text.color": INK,
}


@contextmanager
def canvas(ax: "Axes | None") -> Iterator["Axes"]:
    """Give the axes to draw into: the caller's in the caller's style, or new ones in ours."""
    if ax is not None:
        yield ax
        return
    import matplotlib.style
    from matplotlib.figure import Figure

    with matplotlib.style.context(["default", _STYLE]):
        axes = Figure(figsize=(7.4, 4.2)).add_axes((0.105, 0.125, 0.865, 0.79))
        axes.tick_params(colors=INK, labelsize=9, width=0.7, length=3.5)
        yield axes


def draw_grid(axes: "Axes") -> None:
    """Draw all grid lines as one faint line with gaps, which is cheaper than a line a tick."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    columns = [at for at in axes.get_xticks() if left <= at <= right]
    rows = [at for at in axes.get_yticks() if bottom <= at <= top]
    gap = math.nan
    x = [value for at in columns for value in (at, at, gap)] + [left, right, gap] * len(rows)
    y = [bottom, top, gap] * len(columns) + [value for at in rows for value in (at, at, gap)]
    axes.plot(x, y, color=INK, alpha=0.12, linewidth=0.6, zorder=0.5)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)


def fix_places(axes: "Axes") -> None:
    """Put the labels and the title where they fit, so that drawing need not measure the ticks."""
    axes.xaxis.set_label_coords(0.5, -0.085)
    axes.yaxis.set_label_coords(-0.115, 0.5)
    axes.set_title(axes.get_title(loc="left"), loc="left", y=1.0, parse_math=False)


def set_words(axes: "Axes", *, title: str, x: str, y: str) -> None:
    """Write the title and the labels as they are, without reading dollar signs as mathematics."""
    for text in (axes.set_title(title), axes.set_xlabel(x), axes.set_ylabel(y)):
        text.set_text(printable(text.get_text()))
        text.set_parse_math(False)


def legend_beside(
    axes: "Axes", handles: Sequence[Any], labels: Sequence[str], *, notes: Sequence[str] = ()
) -> None:
    """Put a legend to the right of the axes, which become narrower unless a layout engine does it.

    Notes are lines of text below it; beside an axis on the right there is room for both.
    """
    figure = axes.get_figure()
    assert figure is not None
    box = axes.get_position()
    twins = [each for each in figure.axes if each.get_position().bounds == box.bounds]
    if figure.get_layout_engine() is None and axes.get_legend() is None:
        for each in twins:
            each.set_position((box.x0, box.y0, box.width * 0.67, box.height))
    left = 1.03 if len(twins) == 1 else 1.16
    legend = axes.legend(
        handles,
        ["\n".join(map(printable, label.split("\n"))).lstrip("_") or "-" for label in labels],
        loc="upper left",
        bbox_to_anchor=(left, 1.01),
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=2.0,
        labelspacing=0.45,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    if notes:
        axes.text(
            left,
            -0.01,
            "\n".join(map(printable, notes)),
            transform=axes.transAxes,
            fontsize=legend.get_texts()[0].get_fontsize(),
            verticalalignment="bottom",
            linespacing=1.45,
            parse_math=False,
        )


def power_of_ten(value: float, _position: int | None = None) -> str:
    """Write a power of ten as plain text: "10⁻³".

    Examples
    --------
    >>> power_of_ten(1e-3), power_of_ten(1.0), power_of_ten(10.0)
    ('10⁻³', '1', '10')
    """
    if not value > 0:
        return ""
    exponent = round(math.log10(value))
    return ("1", "10")[exponent] if exponent in (0, 1) else f"10{superscript(exponent)}"


def superscript(number: int) -> str:
    """Write an integer in superscript digits."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def decades(low: float, high: float, *, most: int) -> list[float]:
    """List powers of ten between two numbers, evenly spaced in the exponent, at most `most`."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    stride = next(
        n for n in (1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 400) if (last - first) < n * most
    )
    return [10.0**k for k in range(-(-first // stride) * stride, last + 1, stride)]
