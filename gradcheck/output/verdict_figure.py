"""A verdict as a figure: the error of each entry in units of the largest that is allowed."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.output.drawing import canvas, legend_beside, power_of_ten, set_words
from gradcheck.output.svg import INK, TITLE
from gradcheck.output.verdict_name import entry_names, point_name
from gradcheck.output.verdict_story import story
from gradcheck.verdict.result import VERDICTS, Result, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[Any]

MOST = 40
"""So many of the worst entries are drawn."""

_MARKS = {Verdict.PASS: "o", Verdict.INCONCLUSIVE: "D", Verdict.FAIL: "X"}
_COLOURS = {Verdict.PASS: "#009E73", Verdict.INCONCLUSIVE: "#E69F00", Verdict.FAIL: "#D55E00"}
"""Of Okabe and Ito, as in the other figures."""

_LINE, _MARGIN = 0.21, 1.05
"""Inches for an entry, and for title and axis."""


def plot(result: Result, ax: "Axes | None" = None) -> "Axes":
    """Draw (analytic - numeric) / (error bar + materiality) of each entry, worst first.

    Inside the shaded band from -1 to 1 the difference is what rounding and the error bar allow;
    the axis is linear there, and logarithmic outside. At most 40 entries are drawn; those without
    a finite error stand at the edge.

    Parameters
    ----------
    result : Result
        What a check found.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default into a figure of its own, `ax.figure`.

    Returns
    -------
    matplotlib.axes.Axes
    """
    order = result.entries.worst_first()[:MOST]
    told = story(result)
    with canvas(ax) as axes:
        names = _names(result, order)
        if ax is None:
            _make_room(axes, names)
        error = _relative_error(result, order)
        limit = _limit(error)
        _set_frame(axes, names, limit)
        handles = _draw(
            axes, result, order, np.nan_to_num(error, nan=limit, posinf=limit, neginf=-limit)
        )
        set_words(
            axes, title=told.title, x="(analytic − numeric) / (error bar + materiality)", y=""
        )
        if handles:
            legend_beside(axes, [*handles.values()], [*handles], notes=_notes(result, error))
        else:
            axes.text(0, 0, "no entries were compared", ha="center", va="center")
        if ax is None:
            _title_to_the_left(axes)
    return axes


def _names(result: Result, order: npt.NDArray[np.intp]) -> list[str]:
    """Name the entries, with x where there are several points."""
    point = result.entries.point[order]
    names = entry_names(result, order.tolist())
    if len(np.unique(result.entries.point)) < 2:
        return names
    return [
        f"{name} at {point_name(result, k)}" for name, k in zip(names, point.tolist(), strict=True)
    ]


def _relative_error(result: Result, order: npt.NDArray[np.intp]) -> Array:
    """Return the errors in units of their bounds; 0 where there is neither error nor bound."""
    entries = result.entries
    with np.errstate(all="ignore"):
        difference = np.asarray(entries.analytic - entries.numeric, dtype=np.float64)[order]
        allowed = np.asarray(entries.error_bar + entries.materiality, dtype=np.float64)[order]
        return np.where(difference == 0, 0.0, difference / allowed)


def _limit(error: Array) -> float:
    """Return where the axis ends: a power of ten beyond every finite error, but not all too far."""
    finite = np.abs(error[np.isfinite(error)])
    largest = min(float(finite.max(initial=1.0)), 1e300)
    return 10.0 ** (math.floor(math.log10(max(largest, 1.0))) + 1)


def _make_room(axes: "Axes", names: list[str]) -> None:
    """Give each entry its line, and each name its width, in a figure of our own."""
    figure = axes.get_figure()
    assert figure is not None
    width, height = 7.4, _MARGIN + max(_LINE * len(names), 1.3)
    left = min(0.2 + 0.08 * max(map(len, names), default=0), 3.0) / width
    figure.set_size_inches(width, height)  # type: ignore[union-attr]
    axes.set_position((left, 0.62 / height, 0.97 - left, 1 - _MARGIN / height))


def _title_to_the_left(axes: "Axes") -> None:
    """Let the title begin where the names do: it is longer than the axes are wide."""
    box = axes.get_position()
    title = axes.get_title(loc="left")
    axes.set_title(title, loc="left", x=(0.02 - box.x0) / box.width, parse_math=False)


def _set_frame(axes: "Axes", names: list[str], limit: float) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    lines = max(len(names), 1)
    axes.set_xscale("symlog", linthresh=1.0, linscale=max(1.0, math.log10(limit) / 7))
    axes.set_xlim(-limit * 2, limit * 2)
    axes.set_ylim(lines - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(FixedLocator(_ticks(limit)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(_signed_power))
    axes.axvspan(-1, 1, color=_COLOURS[Verdict.PASS], alpha=0.13, linewidth=0, zorder=0)
    axes.axvline(0, color=INK, alpha=0.5, linewidth=0.7, zorder=1)


def _ticks(limit: float) -> list[float]:
    """List 0, 1 and at most three more powers of ten, and their negatives."""
    last = round(math.log10(limit))
    powers = [10.0**k for k in range(0, last + 1, -(-last // 3))]
    return [-power for power in reversed(powers)] + [0.0] + powers


def _signed_power(value: float, _position: int | None = None) -> str:
    return "0" if value == 0 else f"{'−' if value < 0 else ''}{power_of_ten(abs(value))}"


def _draw(
    axes: "Axes", result: Result, order: npt.NDArray[np.intp], error: Array
) -> dict[str, Any]:
    """Draw a mark for each entry, with a stem from zero; return what the legend shows."""
    verdicts, place = result.entries.verdict[order], np.arange(len(order))
    handles: dict[str, Any] = {}
    for code, verdict in reversed(list(enumerate(VERDICTS))):
        rows = verdicts == code
        if not rows.any():
            continue
        colour = _COLOURS[verdict]
        axes.hlines(place[rows], 0, error[rows], color=colour, alpha=0.45, linewidth=1.1, zorder=2)
        count = int((result.entries.verdict == code).sum())
        (handles[f"{verdict} ({count:,})"],) = axes.plot(
            error[rows],
            place[rows],
            linestyle="none",
            marker=_MARKS[verdict],
            markersize=6.5,
            markeredgecolor="white",
            markeredgewidth=0.5,
            color=colour,
            zorder=3,
            clip_on=False,
            gid=f"{TITLE}{verdict}",
        )
    return handles


def _notes(result: Result, error: Array) -> list[str]:
    left = len(result.entries) - len(error)
    notes = {
        "shaded: within the bounds": True,
        "at the edge: not finite": not np.isfinite(error).all(),
        f"… and {left:,} more entries": left > 0,
    }
    return [note for note, occurs in notes.items() if occurs]
