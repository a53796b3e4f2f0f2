"""How many digits formulas keep over a wide range: as curves with walls, and as a heat strip."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE
from gradcheck.output.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

_LINEAR = 10.0
"""Up to here the axis is linear, beyond logarithmic."""
_TICKS = (0, 10, 100, 1000)
_ROOM = 1.6
_INSIDE, _OUTSIDE = 41, 110
_FLOOR = 1e-17
_UNIT = float(np.finfo(float).eps) / 2
"""Errors below the rounding unit are drawn there."""
_COLOURS = (PALETTE[5], PALETTE[2], PALETTE[3], PALETTE[4])
_STYLES = ("-", "--", ":", "-.")
_WIDTHS = (1.5, 1.5, 2.6, 1.5)

_BANDS = (
    (0, "0", "#7A1F00", "#FFFFFF"),
    (1, "1–4", "#E07B39", "#000000"),
    (5, "5–8", "#F0B429", "#000000"),
    (9, "9–12", "#7CC4EE", "#000000"),
    (13, "13+", "#005C99", "#FFFFFF"),
)
"""From so many digits on: their label, colour, and the colour of the label on it."""


@dataclass(frozen=True)
class Curves:
    """The relative errors of formulas, and of a central difference, at many numbers."""

    x: Array
    errors: Array
    """Shape (formulas, numbers); NaN where a formula has no value."""
    numeric: Array


def abscissae(reach: float) -> Array:
    """Return numbers from -reach to reach, spaced as the axis is."""
    right = np.concatenate(
        [np.linspace(0.0, _LINEAR, _INSIDE // 2 + 1), np.geomspace(_LINEAR, reach, _OUTSIDE)[1:]]
    )
    return np.concatenate([-right[:0:-1], right])


def lines(
    curves: Curves,
    words: Words,
    variable: str,
    labels: Sequence[str],
    walls: Sequence[tuple[int, int]],
) -> Markup:
    """Draw the relative errors, with a mark where a formula begins to say 0 or nothing."""
    with sheet(height=2.9, labels=len(labels)) as axes:
        axes.set_yscale("log")
        handles = []
        for row, errors in enumerate(curves.errors):
            handles += axes.plot(
                curves.x,
                np.maximum(errors, _UNIT),
                color=_COLOURS[row % len(_COLOURS)],
                linestyle=_STYLES[row % len(_STYLES)],
                linewidth=_WIDTHS[row % len(_WIDTHS)],
            )
        axes.set_ylim(_UNIT / 10, 3e3)
        axes.set_yticks([10.0**k for k in range(-15, 1, 3)])
        for row, at in walls:
            colour = _COLOURS[row % len(_COLOURS)]
            axes.plot([at, at], [_UNIT / 10, 8.0], color=colour, linewidth=0.8, alpha=0.7)
        _mark(axes, {at for _, at in walls})
        _set_across(axes, curves)
        inscribe(axes, title=words("formulas.title"), x=variable, y=words("formulas.relative"))
        label(axes, handles, labels)
    return shown(axes, name=words("formulas.label"), caption=words("formulas.caption"))


def _mark(axes: "Axes", walls: set[int]) -> None:
    """Write the number of each wall above it, those that stand close one above the other."""
    for side in (1, -1):
        near = sorted((at for at in walls if at * side > 0), key=abs)
        for row, at in enumerate(near):
            axes.text(
                at,
                20.0 if row % 2 == 0 else 300.0,
                f"{at}".replace("-", "−"),
                fontsize=8.5,
                horizontalalignment="center",
                color=INK,
            )


def _set_across(axes: "Axes", curves: Curves) -> None:
    from matplotlib.ticker import FixedLocator, NullLocator

    reach = float(curves.x[-1])
    ticks = [at for at in _TICKS if at <= reach]
    places = [-at for at in ticks[:0:-1]] + ticks
    axes.set_xscale("symlog", linthresh=_LINEAR)
    axes.set_xlim(-_ROOM * reach, _ROOM * reach)
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{at}".replace("-", "−") for at in places])


def strip(curves: Curves, words: Words, variable: str, labels: Sequence[str]) -> Markup:
    """Draw a strip for each formula and one for the difference: the digits that are right."""
    rows = [*zip(labels, curves.errors, strict=True)]
    rows.append((words("formulas.central"), curves.numeric))
    with sheet(height=0.52 * len(rows) + 0.1, labels=len(_BANDS)) as axes:
        _set_across(axes, curves)
        axes.set_ylim(-0.1, len(rows))
        axes.set_yticks([])
        for row, (name, errors) in enumerate(reversed(rows)):
            for left, right, band in _runs(curves.x, errors):
                axes.broken_barh(
                    [(left, right - left)], (row, 0.5), facecolor=_BANDS[band][2], linewidth=0
                )
                _write(axes, left, right, row + 0.25, band)
            axes.text(
                -curves.x[-1],
                row + 0.58,
                name,
                fontsize=9,
                color=INK,
                verticalalignment="bottom",
                parse_math=False,
            )
        axes.spines["left"].set_visible(False)
        inscribe(axes, title=words("formulas.strip"), x=variable, y="")
        _explain(axes, words)
    return shown(axes, name=words("formulas.strip-label"), caption=words("formulas.strip-caption"))


def _runs(x: Array, errors: Array) -> Iterator[tuple[float, float, int]]:
    """Yield left end, right end and band of neighbours that keep equally many digits."""
    edges = np.concatenate([x[:1], (x[1:] + x[:-1]) / 2, x[-1:]])
    with np.errstate(all="ignore"):
        digits = np.floor(-np.log10(np.fmax(errors, _FLOOR)))
    digits = np.where(np.isfinite(errors), np.clip(digits, 0, 16), 0)
    bands = np.searchsorted([first for first, *_ in _BANDS], digits, side="right") - 1
    starts = np.flatnonzero(np.diff(bands, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(bands)], strict=True):
        yield float(edges[start]), float(edges[stop]), int(bands[start])


def _write(axes: "Axes", left: float, right: float, height: float, band: int) -> None:
    """Write how many digits are right, where there is room."""
    ends = axes.transData.transform([(left, 0.0), (right, 0.0)])[:, 0]
    if ends[1] - ends[0] < 24:
        return
    middle = axes.transData.inverted().transform((ends.mean(), 0.0))[0]
    axes.text(
        float(middle),
        height,
        _BANDS[band][1],
        fontsize=8,
        color=_BANDS[band][3],
        horizontalalignment="center",
        verticalalignment="center",
    )


def _explain(axes: "Axes", words: Words) -> None:
    from matplotlib.patches import Patch

    label(
        axes,
        [Patch(facecolor=colour, edgecolor=INK, linewidth=0.4) for _, _, colour, _ in _BANDS],
        [words("formulas.digits", digits=text) for _, text, *_ in _BANDS],
    )
