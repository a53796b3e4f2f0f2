"""What stands beside a V plot: its legend, and its description in words."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcheck.differences.stencil import NAMED
from gradcheck.lessons.instruments.errors.rows import Reading, Readings
from gradcheck.lessons.instruments.errors.tables import stencil_words
from gradcheck.lessons.markup import short
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import MARKERS, PALETTE
from gradcheck.output.svg import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Entry = tuple[dict[str, Any], str]
"""How a line of the legend looks, and what it says."""


def look(name: str) -> tuple[str, str]:
    """Return the colour and the marker of a formula."""
    place = list(NAMED).index(name) if name in NAMED else len(NAMED)
    return PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)]


def has_prediction(reading: Reading) -> bool:
    """Whether theory knows a best step, neither 0 nor endless."""
    h, error = (float(reading.facts[f"predicted_{name}"]) for name in ("h", "error"))
    return math.isfinite(reading.order) and 0 < h < math.inf and 0 < error < math.inf


def legends(
    readings: Sequence[Reading], guides: dict[float, str], words: Words
) -> tuple[list[Entry], list[Entry]]:
    """Return the entries of both columns of the legend: the formulas, and what the signs mean."""
    left: list[Entry] = []
    for reading in readings:
        colour, marker = look(reading.stencil.name)
        text = stencil_words(words, reading)
        if math.isfinite(reading.order):
            text = words("errors.legend-order", name=text, order=f"{reading.order:.2f}")
        left.append(({"color": colour, "marker": marker, "linestyle": "-"}, text))
    right: list[Entry] = [
        (
            {"color": INK, "linestyle": "--" if slope > 0 else ":"},
            words("errors.legend-guide", power=power),
        )
        for slope, power in guides.items()
    ]
    if any(each.optimum and math.isfinite(each.order) for each in readings):
        sign = {"color": INK, "marker": "o", "markerfacecolor": "none", "linestyle": "none"}
        right.append(({**sign, "markersize": 9}, words("errors.legend-best")))
    if any(has_prediction(each) for each in readings):
        sign = {"color": INK, "marker": "+", "linestyle": "none"}
        right.append(({**sign, "markersize": 9}, words("errors.legend-predicted")))
    if any(row.regime for each in readings for row in each.curve):
        sign = {"color": INK, "marker": "o", "linestyle": "none"}
        left.append(({**sign, "markersize": 4}, words("errors.legend-filled")))
        left.append(
            ({**sign, "markersize": 4, "markerfacecolor": PAPER}, words("errors.legend-open"))
        )
    return left, right


def write_legend(axes: "Axes", entries: Sequence[Entry], x: float) -> None:
    """Write one column of the legend below the axes."""
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D

    if not entries:
        return
    legend = Legend(
        axes,
        [Line2D([], [], linewidth=1.2, **{"markersize": 4.2, **look}) for look, _ in entries],
        [text for _, text in entries],
        loc="upper left",
        bbox_to_anchor=(x, -0.165),
        borderaxespad=0.0,
        borderpad=0.0,
        labelspacing=0.45,
        handlelength=2.2,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    axes.add_artist(legend)


def told(found: Readings, words: Words) -> str:
    """Describe the figure for those who cannot see it."""
    lines = [words("errors.figure-label", x=short(found.x, 6))]
    for reading in found.by_stencil.values():
        name, best = stencil_words(words, reading), reading.optimum
        if best is not None and math.isfinite(reading.order):
            lines.append(
                words(
                    "errors.figure-best",
                    name=name,
                    order=f"{reading.order:.2f}",
                    h=short(best.h, 2),
                    error=short(best.abs_error, 2),
                )
            )
        else:
            behaviour = words(f"errors.behaviour-{reading.facts['behaviour']}")
            lines.append(words("errors.figure-behaviour", name=name, behaviour=behaviour))
    return " ".join(lines)
