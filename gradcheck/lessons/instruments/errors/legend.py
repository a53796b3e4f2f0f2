"""What stands beside a V plot: its legend, and its description in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradcheck.differences.stencil import NAMED
from gradcheck.lessons.instruments.errors.rows import Reading, Readings
from gradcheck.lessons.instruments.errors.tables import place, stencil_words
from gradcheck.lessons.markup import short
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import MARKERS, PALETTE
from gradcheck.output.svg import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Entry = tuple[dict[str, Any], str]
"""How a line of the legend looks, and what it says."""


@dataclass(frozen=True)
class Signs:
    """What was drawn besides the curves, so that the legend tells of nothing else."""

    guides: Mapping[float, str]
    """The names of the guide lines, by their slopes."""
    has_ring: bool
    """Whether a smallest error is ringed."""
    has_cross: bool
    """Whether a cross stands where theory expects it."""


def look(name: str) -> tuple[str, str]:
    """Return the colour and the marker of a formula."""
    place = list(NAMED).index(name) if name in NAMED else len(NAMED)
    return PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)]


def guide_style(slope: float) -> Any:
    """Return the dashes of the guide line of a slope: each slope has its own."""
    return _DASHES.get(slope, (0, (7, 2, 1, 2, 1, 2)))


_DASHES: dict[float, Any] = {-1: ":", 1: "--", 2: "-.", 4: (0, (9, 3))}


def has_ring(reading: Reading) -> bool:
    """Whether the curve has a smallest error, at the bottom of a valley, that can be ringed."""
    best = reading.optimum
    return best is not None and best.abs_error > 0 and math.isfinite(reading.order)


def predicted(reading: Reading) -> tuple[float, float]:
    """Return the best step by theory and the error there; NaN, 0 or endless where it has none."""
    return float(reading.facts["predicted_h"]), float(reading.facts["predicted_error"])


def legends(
    readings: Sequence[Reading], signs: Signs, words: Words
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
            {"color": INK, "linestyle": guide_style(slope)},
            words("errors.legend-guide", power=power),
        )
        for slope, power in signs.guides.items()
    ]
    if signs.has_ring:
        sign = {"color": INK, "marker": "o", "markerfacecolor": "none", "linestyle": "none"}
        right.append(({**sign, "markersize": 9}, words("errors.legend-best")))
    if signs.has_cross:
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
        handlelength=2.8,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    axes.add_artist(legend)


def told(found: Readings, words: Words, *, variable: str = "x") -> str:
    """Describe the figure for those who cannot see it."""
    lines = [words("errors.figure-label", place=place(found, variable))]
    for reading in found.by_stencil.values():
        name, best = stencil_words(words, reading), reading.optimum
        if best is not None and math.isfinite(reading.order):
            key = "figure-stays" if reading.stencil.is_complex else "figure-best"
            lines.append(
                words(
                    f"errors.{key}",
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


def caption(found: Readings, words: Words, *, variable: str = "x") -> str:
    """Say what the figure shows, and which arms its curves have."""
    where = place(found, variable)
    readings = tuple(found.by_stencil.values())
    arms = {
        name: any(_has(each, name) for each in readings if not each.stencil.is_complex)
        for name in ("truncation", "rounding")
    }
    if not all(arms.values()):
        return words("errors.caption-plain", place=where)
    complex_too = any(each.stencil.is_complex for each in readings)
    return words("errors.caption-complex" if complex_too else "errors.caption", place=where)


def _has(reading: Reading, regime: str) -> bool:
    return any(row.regime == regime for row in reading.curve)
