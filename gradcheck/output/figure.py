"""Figures: the error against h, the function with its derivative, secants approaching the tangent.

This module is `gradcheck.plot`. Each function draws into the axes it is given, or into a figure of
its own, and returns the axes. Nothing here touches pyplot or changes a setting for good.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.stencil import NAMED
from gradcheck.output.curve import function, secants
from gradcheck.output.drawing import (
    MARKERS,
    PALETTE,
    canvas,
    decades,
    draw_grid,
    fix_places,
    legend_beside,
    power_of_ten,
    set_words,
    superscript,
)
from gradcheck.output.entry import Entry, find_entry, printable, records
from gradcheck.output.svg import INK, PAPER, TITLE, to_svg

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["errors", "function", "secants", "to_svg"]

Array = npt.NDArray[Any]

_ROUNDING_GUIDE = "ε/h"


def errors(
    table: "pd.DataFrame",
    ax: "Axes | None" = None,
    *,
    point: int | None = None,
    output: int | None = None,
    input: int | None = None,  # noqa: A002  (the name of the column)
    convergence: "pd.DataFrame | None" = None,
) -> "Axes":
    """Draw the error against h on logarithmic axes, a line a stencil.

    The truncation branch has filled marks, the rounding branch open ones. Errors of exactly zero,
    which a logarithm cannot show, stand in a strip of their own at the bottom; steps without a
    value are ticked at the top. Dashed guides follow h^p and, dotted, ε_f/h.

    Parameters
    ----------
    table : pandas.DataFrame
        The error table of one case, from `gradcheck.sweep`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default into a figure of its own, `ax.figure`.
    point, output, input : int, optional
        Which entry to show. If several fit, the worst is shown and the title says so.
    convergence : pandas.DataFrame, optional
        What `gradcheck.convergence` says about the table, if it is at hand already.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    SelectionError
        If the table has no rows, several cases, or no such entry.

    Examples
    --------
    >>> import numpy as np, gradcheck as gc
    >>> sine = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
    >>> errors(gc.sweep(sine)).get_title(loc="left")
    'sine at point 0 (x = 0.7)'
    """
    entry = find_entry(table, point=point, output=output, input=input)
    series = _series(entry, _facts(entry, convergence))
    with canvas(ax) as axes:
        frame = _Frame.around(series)
        axes.set_xscale("log")
        axes.set_yscale("log")
        for each in series:
            _draw(axes, each, frame)
        _draw_lost(axes, series, frame)
        _draw_optima(axes, series, frame)
        drawn = _draw_guides(axes, series, frame)
        _set_frame(axes, frame)
        set_words(axes, title=entry.title, x="step size h", y="|numeric − analytic|")
        if ax is None:
            draw_grid(axes)
            fix_places(axes)
        legend_beside(axes, *_legend(series), notes=_notes(series, drawn, frame))
    return axes


@dataclass(frozen=True, kw_only=True)
class _Series:
    """One stencil's errors, largest step first, and what is known about them."""

    name: str
    colour: str
    marker: str
    h: Array
    error: Array
    status: Array
    facts: Mapping[str, Any]

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Rows whose error counts."""
        return np.asarray((self.status == "ok") & np.isfinite(self.error))

    @property
    def lost(self) -> npt.NDArray[np.bool_]:
        """Rows whose step did not move x."""
        return np.asarray((self.status == "step-lost") & np.isfinite(self.error))

    @property
    def truncation(self) -> npt.NDArray[np.bool_]:
        """Rows on the truncation branch."""
        return np.asarray(
            self.usable & (self.h <= self.fact("h_from")) & (self.h >= self.fact("h_to"))
        )

    @property
    def rounding(self) -> npt.NDArray[np.bool_]:
        """Rows on the rounding branch."""
        return np.asarray(self.usable & ~self.truncation & (self.h <= self.fact("breakdown_h")))

    @property
    def order(self) -> float:
        """The order p that the formula promises; where the name says nothing, the observed one."""
        named = NAMED.get(self.name)
        return named.order if named else float(np.round(self.fact("observed_order")))

    @property
    def has_order(self) -> bool:
        """Whether the error goes down with a power of h."""
        return str(self.facts.get("behaviour", "")) in (
            "", "convergent", "superconvergent", "reduced-order"
        )  # fmt: skip

    @property
    def label(self) -> str:
        """Name the stencil with its observed order, or with its behaviour if it has no order."""
        order = self.fact("observed_order")
        behaviour = str(self.facts.get("behaviour", ""))
        if np.isfinite(order) and behaviour in ("", "convergent"):
            return f"{self.name}, order {order:.2f}"
        if np.isfinite(order):
            return f"{self.name}, {behaviour} {order:.2f}"
        return f"{self.name}, {behaviour}" if behaviour else self.name

    def fact(self, column: str) -> float:
        """Return a number of the convergence table, NaN where there is none."""
        return float(self.facts.get(column, math.nan))


def _facts(entry: Entry, convergence: "pd.DataFrame | None") -> dict[str, Mapping[str, Any]]:
    """Return the row of the convergence table for each stencil of the entry."""
    if convergence is None:
        from gradcheck.behaviour.convergence import convergence as measured

        convergence = measured(entry.rows)
    here = (convergence["case"] == entry.case).to_numpy()
    for column in ("point", "output", "input"):
        here = here & (convergence[column] == getattr(entry, column)).to_numpy()
    return {str(row["stencil"]): row for row in records(convergence[here])}


def _series(entry: Entry, facts: Mapping[str, Mapping[str, Any]]) -> list[_Series]:
    rows = entry.rows
    names = rows["stencil"].astype(str).to_numpy()
    columns = {name: rows[name].to_numpy() for name in ("h", "abs_error")}
    status = rows["status"].astype(str).to_numpy()
    series = []
    for k, name in enumerate(dict.fromkeys(names.tolist())):
        own = np.flatnonzero(names == name)
        own = own[np.argsort(-columns["h"][own], kind="stable")]
        place = list(NAMED).index(name) if name in NAMED else len(NAMED) + k
        series.append(
            _Series(
                name=name,
                colour=PALETTE[place % len(PALETTE)],
                marker=MARKERS[place % len(MARKERS)],
                h=columns["h"][own],
                error=columns["abs_error"][own],
                status=status[own],
                facts=facts.get(name, {}),
            )
        )
    return series


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """The part of the plane that is shown."""

    left: float
    right: float
    bottom: float
    top: float
    floor: float
    """The smallest error that has a place on the logarithmic scale; below is the strip of zeros."""
    has_zeros: bool

    def height(self, error: Any) -> Any:
        """Return where errors are drawn: those of exactly zero in the middle of their strip."""
        return np.where(np.asarray(error) == 0, math.sqrt(self.floor * self.bottom), error)

    def shows(self, h: float, error: float) -> bool:
        """Tell whether a place lies inside the frame."""
        at_zero = error == 0 and self.has_zeros
        return self.left <= h <= self.right and (at_zero or self.floor <= error <= self.top)

    @classmethod
    def around(cls, series: Iterable[_Series]) -> "_Frame":
        """Fit the frame to the errors, with whole decades above and below."""
        series = list(series)
        h = np.concatenate([each.h for each in series])
        error = np.concatenate([each.error[each.usable] for each in series])
        lost = np.concatenate([each.error[each.lost] for each in series])
        shown = np.concatenate([error, lost])
        shown = shown[(shown > 0) & np.isfinite(shown)]
        low, high = (shown.min(), shown.max()) if shown.size else (1e-16, 1.0)
        low, high = max(low, 1e-300), min(high, 1e300)
        has_zeros = bool((error == 0).any() or (lost == 0).any())
        floor = 10.0 ** (math.floor(math.log10(low)) - 0.3)
        top = 10.0 ** (math.ceil(math.log10(high)) + 0.9)
        strip = (top / floor) ** (0.09 if has_zeros else 0.0)
        margin = (h.max() / h.min()) ** 0.025 if h.max() > h.min() else 2.0
        return cls(
            left=h.min() / margin,
            right=h.max() * margin,
            bottom=floor / strip,
            top=top,
            floor=floor,
            has_zeros=has_zeros,
        )


def _draw(axes: "Axes", series: _Series, frame: _Frame) -> None:
    """Draw one stencil: its line, its marks by branch, its optimum, and the rows without one."""
    usable = series.usable
    height = frame.height(series.error)
    joined = np.where(usable & (series.error > 0), series.error, np.nan)
    line: dict[str, Any] = {"color": series.colour, "zorder": 3}
    axes.plot(series.h, joined, "-", linewidth=1.1, alpha=0.75, **line)
    fill = {"truncation": series.colour, "rounding": PAPER}
    neither = usable & ~series.truncation & ~series.rounding
    for branch, rows, size in (
        ("truncation", series.truncation, 4.2),
        ("rounding", series.rounding, 4.0),
        ("neither", neither, 2.4),
    ):
        if rows.any():
            axes.plot(
                series.h[rows],
                height[rows],
                linestyle="none",
                marker=series.marker,
                markersize=size,
                markeredgewidth=0.8,
                markerfacecolor=fill.get(branch, series.colour),
                gid=f"{TITLE}{printable(series.label)}, {_BRANCH_TITLES[branch]}",
                **line,
            )
    missing = ~usable & ~series.lost
    if missing.any():
        at = np.full(int(missing.sum()), 0.985)
        axes.plot(
            series.h[missing],
            at,
            "|",
            markersize=6,
            transform=axes.get_xaxis_transform(),
            gid=f"{TITLE}{printable(series.name)}, no value",
            **line,
        )


_BRANCH_TITLES = {
    "truncation": "truncation branch",
    "rounding": "rounding branch",
    "neither": "on neither branch",
}


def _draw_lost(axes: "Axes", series: Sequence[_Series], frame: _Frame) -> None:
    """Mark the steps that did not move x, where the quotient is 0 and the error |analytic|."""
    h = np.concatenate([each.h[each.lost] for each in series])
    error = np.concatenate([each.error[each.lost] for each in series])
    if h.size:
        places = np.unique(np.stack([h, frame.height(error)]), axis=1)
        axes.plot(*places, "x", color=INK, alpha=0.6, markersize=3.6, markeredgewidth=0.8, zorder=3)


def _draw_optima(axes: "Axes", series: Iterable[_Series], frame: _Frame) -> None:
    """Ring the smallest error of each stencil, and put a cross where theory expects it."""
    series = list(series)
    for h, error, size, marker in (
        ("optimal_h", "best_error", 10, "o"),
        ("predicted_h", "predicted_error", 12, "+"),
    ):
        shown = [each for each in series if frame.shows(each.fact(h), each.fact(error))]
        if shown:
            colours = [each.colour for each in shown]
            axes.scatter(
                [each.fact(h) for each in shown],
                [float(frame.height(each.fact(error))) for each in shown],
                s=size**2,
                marker=marker,
                linewidths=1.5,
                zorder=5,
                **({"c": colours} if marker == "+" else {"ec": colours, "fc": "none"}),
            )


def _draw_guides(axes: "Axes", series: Iterable[_Series], frame: _Frame) -> list[str]:
    """Draw h^p through one truncation branch of each order, and ε_f/h; tell which were drawn."""
    ends = np.array([frame.left, frame.right])
    drawn: dict[float, str] = {}
    for each in series:
        rows = each.truncation & (each.error > 0)
        order = each.order
        if order in drawn or not rows.any() or not order > 0 or not each.has_order:
            continue
        height = float(np.median(np.log(each.error[rows]) - order * np.log(each.h[rows])))
        axes.plot(ends, np.exp(height + order * np.log(ends)), **_guide("--"))
        drawn[order] = "h" if order == 1 else f"h{superscript(int(order))}"
        _label_guide(axes, drawn[order], (height, order, len(drawn)), frame)
    noise = _rounding_height(series)
    if noise is not None:
        axes.plot(ends, np.exp(noise - np.log(ends)), **_guide(":"))
        drawn[-1.0] = _ROUNDING_GUIDE
        _label_guide(axes, _ROUNDING_GUIDE, (noise, -1.0, 1), frame)
    return list(drawn.values())


def _guide(style: str) -> dict[str, Any]:
    return {"color": INK, "linestyle": style, "linewidth": 0.9, "alpha": 0.5, "zorder": 2}


def _rounding_height(series: Iterable[_Series]) -> float | None:
    """Return log ε of the guide ε/h: from the noise of f, else from the rounding branches."""
    for each in series:
        if each.fact("noise") > 0 and each.rounding.any() and np.isfinite(each.fact("noise")):
            return math.log(each.fact("noise"))
    products = [
        (each.error * each.h)[each.rounding & (each.error > 0)]
        for each in series
        if each.name != "complex-step"
    ]
    joined = np.concatenate(products) if products else np.empty(0)
    return float(np.log(joined).mean()) if joined.size else None


_GAP = "\N{NO-BREAK SPACE}" * 2
"""Ordinary spaces at the end of a text vanish in SVG."""


def _label_guide(axes: "Axes", text: str, line: tuple[float, float, int], frame: _Frame) -> None:
    """Write the name of a guide (height, slope, rank) near its lower end inside the frame."""
    height, slope, rank = line
    span = math.log(frame.top / frame.floor)
    y = math.log(frame.floor) + (0.055 * rank - 0.01) * span
    x = (y - height) / slope
    inset = 0.03 * math.log(frame.right / frame.left)
    x = min(max(x, math.log(frame.left) + inset), math.log(frame.right) - inset)
    y = height + slope * x
    if math.log(frame.floor) < y < math.log(frame.top):
        axes.text(
            math.exp(x),
            math.exp(y),
            f"{_GAP}{text}" if slope > 0 else f"{text}{_GAP}",
            ha="left" if slope > 0 else "right",
            va="center",
            fontsize="small",
            alpha=0.8,
            zorder=6,
        )


def _set_frame(axes: "Axes", frame: _Frame) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    axes.set_xlim(frame.left, frame.right)
    axes.set_ylim(frame.bottom, frame.top)
    axes.xaxis.set_major_locator(FixedLocator(decades(frame.left, frame.right, most=7)))
    axes.yaxis.set_major_locator(FixedLocator(decades(frame.floor, frame.top, most=7)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(power_of_ten))
    if frame.has_zeros:
        axes.axhspan(frame.bottom, frame.floor, color=INK, alpha=0.06, linewidth=0, zorder=0)
        axes.annotate(
            "0",
            (0.0, float(frame.height(0.0))),
            xycoords=axes.get_yaxis_transform(),
            xytext=(-5, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=axes.yaxis.get_ticklabels()[0].get_fontsize(),
        )


def _legend(series: Iterable[_Series]) -> tuple[list[Any], list[str]]:
    """Return a handle and a label for each stencil."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=each.colour, marker=each.marker, markersize=4.2, linewidth=1.1)
        for each in series
    ]
    return handles, [each.label for each in series]


def _notes(series: Sequence[_Series], guides: Sequence[str], frame: _Frame) -> list[str]:
    """Say what the marks mean, as far as they occur."""
    statuses = np.unique(np.concatenate([each.status for each in series])).tolist()
    missing = [status for status in statuses if status not in ("ok", "step-lost")]
    powers = [guide for guide in guides if guide != _ROUNDING_GUIDE]
    notes = {
        "● filled: truncation branch": any(each.truncation.any() for each in series),
        "○ open: rounding branch": any(each.rounding.any() for each in series),
        "◯ ring: observed optimum": any(each.fact("best_error") >= 0 for each in series),
        "+ cross: predicted optimum": any(
            frame.shows(each.fact("predicted_h"), each.fact("predicted_error")) for each in series
        ),
        "× step lost: x + h = x": any(each.lost.any() for each in series),
        f"|  {', '.join(missing)}": bool(missing),
        f"- - - guides {', '.join(powers)}": bool(powers),
        f"····· {_ROUNDING_GUIDE}, ε noise of f": _ROUNDING_GUIDE in guides,
    }
    return [note for note, occurs in notes.items() if occurs]
