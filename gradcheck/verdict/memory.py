"""What a df that depends on earlier calls remembers: experiments that give it a name."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.verdict.result import Finding

Array = npt.NDArray[Any]

_SAME = 2.0**-48
"""Values that differ by less, relatively, are the same: sums in another order may do that."""
_CLOSE = 1e-6
"""The same but for what an iteration leaves over, when it begins where it ended before."""


def difference(left: Array | None, right: Array | None) -> Array:
    """Return left - right; infinity if one is missing or they have different shapes."""
    if left is None or right is None or left.shape != right.shape:
        return np.array([np.inf])
    return left - right


def same(left: Array | None, right: Array | None, within: float = _SAME) -> bool:
    """Tell whether two values are the same but for rounding, entry by entry."""
    if left is None or right is None:
        return left is right
    if np.array_equal(left, right):
        return True
    close = np.abs(left - right) <= within * np.maximum(np.abs(left), np.abs(right))
    return bool((close | (left == right) | (np.isnan(left) & np.isnan(right))).all())


def alike(left: Array | None, right: Array | None) -> bool:
    """Tell whether two values differ by little beside the largest entry."""
    if left is None or right is None or left.shape != right.shape:
        return left is right
    known = np.isfinite(left) & np.isfinite(right)
    if not (known | same_kind(left, right)).all():
        return False
    size = max(np.abs(left[known]).max(initial=0.0), np.abs(right[known]).max(initial=0.0))
    return bool((np.abs(left - right)[known] <= _CLOSE * size).all())


def same_kind(left: Array, right: Array) -> npt.NDArray[np.bool_]:
    """Tell where both are NaN, or the same infinity."""
    return np.asarray((left == right) | (np.isnan(left) & np.isnan(right)), dtype=np.bool_)


def after_repetition(
    df: Probe, point: Array, elsewhere: Array, values: tuple[Array | None, ...]
) -> tuple[Finding, ...]:
    """Name what makes df change when it is called at the same point again.

    Parameters
    ----------
    df : Probe
        The derivative.
    point, elsewhere : array of shape `input`
        The point, and another one.
    values : tuple of array
        What df gave at the point, in four calls one after the other.
    """
    first, second, third, fourth = values
    steps = [difference(second, first), difference(third, second), difference(fourth, third)]
    grows = all(np.isfinite(step).all() and step.any() for step in steps)
    if grows and alike(steps[0], steps[1]) and alike(steps[1], steps[2]):
        from_nothing = alike(steps[0], first)
        return (
            Finding(
                "accumulates",
                "each call of df adds to the last: reset the gradient to 0 before it is computed"
                if from_nothing
                else "each call of df adds the same again: reset the gradient to 0 before it is "
                "computed, and count nothing from call to call",
                "A" if from_nothing else "B",
            ),
        )
    if not same(second, third):
        return ()
    calls = [df.at(x) for x in (elsewhere, elsewhere, point, point)]
    one_behind = alike(calls[0], second) and alike(calls[2], calls[1]) and alike(calls[3], second)
    if one_behind and not alike(calls[1], second):
        return (
            Finding(
                "stale",
                "df gives the derivative at the x of the call before: compute what it needs from "
                "x first, and only then the derivative",
                "A",
            ),
        )
    return (
        Finding(
            "stale",
            "the first call of df at a point differs from the next ones: something is kept from "
            "an earlier call, or set up too late",
            "B",
        ),
    )


def after_moving(
    f: Probe, df: Probe, point: Array, elsewhere: Array, claimed: Array, there: Array | None
) -> tuple[Finding, ...]:
    """Name what makes df change at a point after f and df were called elsewhere.

    Parameters
    ----------
    f, df : Probe
        The pair; f was called at the point last.
    point, elsewhere : array of shape `input`
        The point, and where they were called.
    claimed : array
        What df gave at the point at first.
    there : array, optional
        What it gave elsewhere.
    """
    back = df.at(point)
    if not alike(back, claimed):
        if not alike(back, there) and not _follows(df, point, elsewhere):
            return ()
        return (
            Finding(
                "stale",
                "df gives the derivative of the point before, not that of its own x: clear what "
                "it keeps, or let the key of its cache be all of x",
                "A",
            ),
        )
    f.at(elsewhere)
    if not alike(df.at(point), there):
        return ()
    return (
        Finding(
            "stale",
            "df gives the derivative where f was called last, not at its own x: it uses what f "
            "stored; compute that from x in df itself",
            "A",
        ),
    )


def _follows(df: Probe, point: Array, elsewhere: Array) -> bool:
    """Tell whether what df gives depends on the point of the call before alone.

    It was called at the point last. Then two other points get the same value after it, while it
    gets two values itself after these.
    """
    beyond = 2 * elsewhere - point
    first, after_one, second, after_other = (df.at(x) for x in (elsewhere, point, beyond, point))
    return alike(first, second) and not alike(after_one, after_other)
