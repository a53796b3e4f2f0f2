"""The function itself: with its derivative, and with secants that approach the tangent."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import (
    Shape,
    contains,
    derivative_output,
    evaluate,
    evaluate_derivative,
)
from gradcheck.differences.steps import listed_steps
from gradcheck.errors import CaseError, SelectionError
from gradcheck.model.case import Case
from gradcheck.output.drawing import PALETTE, canvas, draw_grid, legend_beside, set_words
from gradcheck.output.entry import printable
from gradcheck.output.svg import INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[Any]

_SAMPLES = 401
_ORANGE, _SKY, _BLUE, _GREEN, _PINK, _RED, *_ = PALETTE


def function(
    case: Case,
    ax: "Axes | None" = None,
    *,
    point: int | None = None,
    input: int = 0,  # noqa: A002  (the name of the column)
    output: int = 0,
) -> "Axes":
    """Draw f and what df says, over an interval that fits the points and the domain.

    Parameters
    ----------
    case : Case
        With several inputs, one is moved and the others stay as at the point.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default into a figure of its own, `ax.figure`.
    point : int, optional
        Draw around this point only; by default around all points in general position (one input),
        or around the first (several inputs).
    input, output : int
        Which input is moved, and which output is drawn, counted as in the error table.

    Returns
    -------
    matplotlib.axes.Axes
        If f and df differ much in size, df has an axis of its own on the right.

    Raises
    ------
    SelectionError
        If the case has no such point, input or output.

    Examples
    --------
    >>> import gradcheck as gc
    >>> square = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[1.0, 3.0])
    >>> function(square).get_title(loc="left")
    'square'
    """
    line = _line(case, point, input, output)
    general = range(len(case.points) or len(case.all_points))
    alone = point is not None or line.point.size > 1
    shown = [line.number] if alone else list(general)
    curve = line.curve([float(case.all_points[k].reshape(-1)[input]) for k in shown])
    with canvas(ax) as axes:
        right = _draw_both(axes, curve)
        handles = [axes.get_lines()[0], right.get_lines()[-1]]
        labels = ["f", "df" if right is axes else "df (right axis)"]
        if ax is None:
            draw_grid(axes)
        where = line.place if alone else ""
        both = "f, df" if right is axes else "f"
        set_words(axes, title=f"{case.name}{where}", x=line.variable, y=both)
        for number, reason in _marked(case, line, alone=alone):
            x = float(case.all_points[number].reshape(-1)[input])
            if not curve.left <= x <= curve.right:
                continue
            mark = _mark(axes, x, line.values(np.array([x]))[0], reason)
            label = _folded(reason or "points")
            if label not in labels:
                handles.append(mark)
                labels.append(label)
        legend_beside(axes, handles, labels)
    return axes


def secants(
    case: Case,
    ax: "Axes | None" = None,
    *,
    point: int = 0,
    input: int = 0,  # noqa: A002  (the name of the column)
    output: int = 0,
    steps: Sequence[float] | None = None,
) -> "Axes":
    """Draw f near a point with secants from x to x + h, and the tangent with the slope df(x).

    Parameters
    ----------
    case : Case
        With several inputs, one is moved and the others stay as at the point.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default into a figure of its own, `ax.figure`.
    point, input, output : int
        Which point, which input is moved and which output is drawn, as in the error table.
    steps : sequence of float, optional
        The steps h; by default four, each half of the one before.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    SelectionError
        If the case has no such point, input or output.
    StepError
        If a step is zero, negative, or not finite.

    Examples
    --------
    >>> import gradcheck as gc
    >>> square = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[1.0])
    >>> labels = secants(square, steps=[1.0, 0.5]).get_legend().get_texts()
    >>> [text.get_text() for text in labels]
    ['f', 'h = 1: slope 3', 'h = 0.5: slope 2.5', 'tangent: slope 2']
    """
    line = _line(case, point, input, output)
    x = line.x
    if steps is None:
        near = line.curve([x], turns=3)
        h = 2.0 ** (math.floor(math.log2(max(near.right - x, x - near.left))) - np.arange(4.0))
    else:
        h = listed_steps(steps)
    to = _reachable(line, h)
    curve = line.sampled(
        min(to.min(), x) - 0.3 * float(h.max()), max(to.max(), x) + 0.3 * float(h.max())
    )
    ends = line.values(to)
    y, slope = line.values(np.array([x]))[0], line.slopes(np.array([x]))[0]
    with canvas(ax) as axes, np.errstate(all="ignore"):
        handles = axes.plot(curve.x, _unbroken(curve), color=INK, linewidth=1.8, zorder=2)
        labels = ["f"]
        span = np.array([curve.left, curve.right])
        for k, end in enumerate(to):
            quotient = (ends[k] - y) / (end - x)
            colour = (_SKY, _BLUE, _GREEN, _PINK)[k % 4]
            handles += axes.plot(span, y + quotient * (span - x), color=colour, linewidth=1.2)
            axes.plot(end, ends[k], "o", color=colour, markersize=5, zorder=4)
            labels.append(f"h = {end - x:.4g}: slope {quotient:.4g}".replace("-", "−"))
        handles += axes.plot(span, y + slope * (span - x), "--", color=_RED, linewidth=1.8)
        labels.append(f"tangent: slope {slope:.4g}".replace("-", "−"))
        _mark(axes, x, y, "")
        axes.set_xlim(curve.left, curve.right)
        axes.set_ylim(*_bounds(np.concatenate([curve.f, ends, [y]])))
        if ax is None:
            draw_grid(axes)
        set_words(axes, title=f"{case.name}{line.place}", x=line.variable, y="f")
        legend_beside(axes, handles, labels)
    return axes


@dataclass(frozen=True, kw_only=True)
class _Curve:
    """Samples of f and df on an interval; NaN where they have no value."""

    x: Array
    f: Array
    df: Array

    @property
    def left(self) -> float:
        return float(self.x[0])

    @property
    def right(self) -> float:
        return float(self.x[-1])


@dataclass(frozen=True, kw_only=True)
class _Line:
    """The line through a point along which one input moves, and one output of f on it."""

    case: Case
    number: int
    point: Array
    input: int
    output: int
    shape: Shape
    """The shape of f(x)."""

    @property
    def x(self) -> float:
        return float(self.point.reshape(-1)[self.input])

    @property
    def variable(self) -> str:
        subscript = str(self.input).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
        return "x" if self.point.size == 1 else f"x{subscript}"

    @property
    def place(self) -> str:
        entry = f", output {self.output}" if int(np.prod(self.shape)) > 1 else ""
        return f" at point {self.number} ({self.variable} = {self.x:.6g}){entry}"

    def points(self, x: Array) -> Array:
        moved = np.repeat(self.point.reshape(1, -1), len(x), axis=0)
        moved[:, self.input] = x
        return moved.reshape(len(x), *self.point.shape)

    def values(self, x: Array) -> Array:
        """Return f, NaN outside the domain and where f raises."""
        values = evaluate(self.case, self.points(x), output=self.shape).values
        values = np.asarray(values[:, self.output], dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan)

    def slopes(self, x: Array) -> Array:
        """Return what df says, NaN outside the domain and where df raises."""
        points = self.points(x)
        slopes = np.full(len(x), np.nan)
        inside = np.flatnonzero(contains(self.case.domain, points, name=self.case.name))
        try:
            slopes[inside] = self._jacobian(points[inside])
        except CaseError:
            for k in inside.tolist():
                try:
                    slopes[k] = self._jacobian(points[k : k + 1])[0]
                except CaseError:
                    slopes[k] = np.nan
        return np.where(np.isfinite(slopes), slopes, np.nan)

    def _jacobian(self, points: Array) -> Array:
        if not len(points):
            return np.empty(0)
        jacobian = evaluate_derivative(self.case, points, self.shape)
        return np.asarray(jacobian[:, self.output, self.input])

    def curve(self, around: Sequence[float], *, turns: int = 24) -> _Curve:
        """Sample f and df around the given numbers; closer, if f turns more often than `turns`."""
        low, high = min(around), max(around)
        pad = max(0.35 * (high - low), 1.0)
        widest = self.sampled(low - pad, high + pad)
        curve = widest
        for _ in range(12):
            if _turns(curve.f) <= turns:
                return curve
            pad /= 4
            curve = self.sampled(self.x - pad, self.x + pad)
        return widest

    def sampled(self, low: float, high: float) -> _Curve:
        """Sample f and df between two numbers, as far as they lie in the domain."""
        x = np.linspace(*self._inside(low, high), _SAMPLES)
        return _Curve(x=x, f=self.values(x), df=self.slopes(x))

    def _inside(self, low: float, high: float) -> tuple[float, float]:
        intervals = self.case.domain.intervals
        if not intervals:
            return low, high
        interval = intervals[self.input if len(intervals) > 1 else 0]
        nudge = 1e-3 * (high - low)
        left, right = interval.lower, interval.upper
        left += nudge if interval.left == "open" else 0.0
        right -= nudge if interval.right == "open" else 0.0
        clipped = max(low, left), min(high, right)
        return clipped if clipped[0] < clipped[1] else (low, high)


def _line(case: Case, point: int | None, moved: int, output: int) -> _Line:
    """Find the line, and the shape of f(x) on it."""
    if not case.all_points:
        raise SelectionError(f"{case.name}: no points to draw around; give points=[...]")
    number = 0 if point is None else point
    chosen = case.all_points[_checked(case, "point", number, len(case.all_points))]
    shape = evaluate(case, chosen[None]).output
    if shape is None:
        shape = derivative_output(case, chosen)
    return _Line(
        case=case,
        number=number,
        point=chosen,
        input=_checked(case, "input", moved, chosen.size),
        output=_checked(case, "output", output, int(np.prod(shape))),
        shape=shape,
    )


def _checked(case: Case, what: str, number: int, count: int) -> int:
    if not 0 <= number < count:
        there = f"0 to {count - 1}" if count > 1 else "only 0"
        raise SelectionError(f"{case.name}: there is no {what} {number}; it has {there}")
    return number


def _turns(f: Array) -> int:
    """Count how often the samples change between rising and falling."""
    steps = np.diff(f[np.isfinite(f)])
    directions = np.sign(steps[steps != 0])
    return int((directions[1:] != directions[:-1]).sum())


def _unbroken(curve: _Curve) -> Array:
    """Return f with NaN between samples where it jumps: far more than df allows."""
    f = curve.f.copy()
    low, high = _bounds(f)
    step = np.diff(curve.x)
    slope = np.fmax(np.abs(curve.df[1:]), np.abs(curve.df[:-1]))
    size = np.abs(np.diff(f))
    jumps = size > 10 * np.nan_to_num(slope, nan=np.inf) * step + 0.05 * (high - low)
    f[1:][jumps | (size > high - low)] = np.nan
    return f


def _bounds(values: Array, *, flat: float = 0.0) -> tuple[float, float]:
    """Return limits that show the values, without the far ends of a pole.

    A relative variation of at most `flat` is none.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    near = np.percentile(finite, [5, 95])
    spread = float(near[1] - near[0])
    if spread > 0:
        low, high = max(low, near[0] - 2 * spread), min(high, near[1] + 2 * spread)
    pad = 0.07 * (high - low)
    if high - low <= flat * max(abs(low), abs(high)) or high == low:
        pad = 0.1 * abs(high) or 0.1
    return low - pad, high + pad


def _draw_both(axes: "Axes", curve: _Curve) -> "Axes":
    """Draw f and df, and return the axes of df: others than those of f if the sizes differ much."""
    f_bounds, df_bounds = _bounds(curve.f), _bounds(curve.df, flat=1e-6)
    sizes = [max(map(abs, bounds)) for bounds in (f_bounds, df_bounds)]
    is_zero = not np.nan_to_num(curve.df).any()
    right = axes if is_zero or max(sizes) <= 6 * min(sizes) else axes.twinx()
    axes.plot(curve.x, _unbroken(curve), color=_BLUE, linewidth=1.9, zorder=3)
    right.plot(curve.x, curve.df, "--", color=_RED, linewidth=1.5, zorder=3)
    axes.set_xlim(curve.left, curve.right)
    if right is axes:
        axes.set_ylim(min(f_bounds[0], df_bounds[0]), max(f_bounds[1], df_bounds[1]))
    else:
        axes.set_ylim(*f_bounds)
        right.set_ylim(*df_bounds)
        right.spines["right"].set_visible(True)
        right.tick_params(colors=_RED, labelsize=9, width=0.7, length=3.5)
    return right


def _marked(case: Case, line: _Line, *, alone: bool) -> list[tuple[int, str]]:
    """List the points to mark, as (number, reason); the reason is "" in general position."""
    special = [""] * len(case.points) + [str(reason) for reason in case.special_points]
    if alone:
        return [(line.number, special[line.number])]
    return [(k, reason) for k, reason in enumerate(special) if case.all_points[k].size == 1]


def _mark(axes: "Axes", x: float, y: float, reason: str) -> Any:
    marker, size = ("*", 12) if reason else ("o", 6.5)
    (mark,) = axes.plot(
        x,
        y,
        marker=marker,
        markersize=size,
        markerfacecolor=_ORANGE if reason else PAPER,
        markeredgecolor=INK,
        markeredgewidth=1.0,
        linestyle="none",
        zorder=6,
        clip_on=False,
    )
    return mark


def _folded(text: str) -> str:
    return textwrap.fill(textwrap.shorten(printable(text), 66, placeholder=" …"), 24)


def _reachable(line: _Line, h: Array) -> Array:
    """Return x + h, or x - h where x + h is outside the domain."""
    forward = line.x + h
    inside = contains(line.case.domain, line.points(forward), name=line.case.name)
    return np.where(inside, forward, line.x - h)
