"""The order of accuracy that the data show, with its own error bar, or none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.window import UNIT_ROUNDOFF

Array = npt.NDArray[Any]

_ACCEPTED = 0.2
"""An observed order counts only if its error bar is at most this, …"""
_ACCEPTED_SHARE = 0.05
"""… or this share of it."""
_SHRINKING = 0.6
"""Differences of slopes halve with each step for the next term of a series in h."""
_IN_PLAY = 1e-3
"""Rounding can end a branch once its bound is this share of the truncation error."""
_LEAST_SLOPE = 0.2
_SAME_BRANCH = 0.25


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Where each curve follows a power of h, and which; NaN and -1 where it does not."""

    order: Array
    """The slope of log error against log h in the cleanest place of the last power law."""
    order_error: Array
    """What rounding and the next terms of the Taylor series may add to it."""
    start: Array
    """Index of the largest step of the truncation branch."""
    stop: Array
    """Index of its smallest step."""
    constant: Array
    """A of the fitted A hᵖ."""


@dataclass(frozen=True, kw_only=True)
class Floors:
    """The best place of each curve and the rounding branch below it."""

    best: Array
    """Index of the step where the error, taken with its neighbours, is least."""
    bound: Array
    """B: below the best step the error stays under B / h."""
    typical: Array
    """The median of error times h below the best step; NaN where no such branch shows."""


def floors(h: Array, error: Array, rounding: Array) -> Floors:
    """Find the best step and the rounding branch of each curve, matrices (curves, steps).

    The best step is that of the least *running maximum over three steps*: a single error can be
    small by accident. The bound is that of the errors below it, but at least `rounding`, of shape
    (curves,): what the noise of f does to a quotient with h = 1, where it is known. Several errors
    can be small by accident, too, where quotients are numbers on the lattice of floats.
    """
    lines = np.arange(len(error))
    level = running_maximum(error, 3)
    best = np.argmin(np.where(np.isnan(level), np.inf, level), axis=1)
    below = np.arange(error.shape[1]) >= best[:, None]
    product = np.where(below, error * h, np.nan)
    product[np.isnan(error)] = np.nan
    shows = (below & ~np.isnan(error)).sum(axis=1) > 2
    bound = np.where(shows, np.fmax.reduce(product, axis=1, initial=-1.0), 0.0)
    typical = medians(product)
    typical[~shows | (typical <= 0)] = np.nan
    best = np.where(np.isnan(error[lines, best]), -1, best)
    return Floors(best=best, bound=np.fmax(bound, rounding), typical=typical)


def running_maximum(values: Array, width: int) -> Array:
    """Return the largest of `width` neighbouring steps around each, NaN where there is no value."""
    largest = values.copy()
    for k in range(1, width // 2 + 1):
        np.fmax(largest[:, k:], values[:, :-k], out=largest[:, k:])
        np.fmax(largest[:, :-k], values[:, k:], out=largest[:, :-k])
    largest[np.isnan(values)] = np.nan
    return largest


def medians(values: Array) -> Array:
    """Return the median of each line without its NaNs; NaN where there is nothing else."""
    ordered = np.sort(values, axis=1)  # NaNs last
    count = (~np.isnan(values)).sum(axis=1)
    lines = np.arange(len(values))
    lower, upper = ordered[lines, np.maximum(count - 1, 0) // 2], ordered[lines, count // 2]
    return np.asarray((lower + upper) / 2)


def observed_orders(h: Array, numeric: Array, error: Array, bound: Array) -> Orders:
    """Find the order of each curve, matrices (curves, steps).

    The slope between neighbouring steps counts as an order where successive slopes agree and
    rounding (at most `bound` / h, shape (curves,)) cannot have moved them: the sum of both is its
    error bar. Of the stretches with an acceptable error bar the one with the smallest steps is
    taken, since an order is a statement about the limit; very short ones, if there are longer
    ones, are taken for accidents.
    """
    with np.errstate(all="ignore"):
        width = np.log(h[:, :-1] / h[:, 1:])
        slopes = np.log(error[:, :-1] / error[:, 1:]) / width
        share = (bound[:, None] / h + 4 * UNIT_ROUNDOFF * np.abs(numeric)) / error
        rounding = (share[:, :-1] + share[:, 1:]) / width
    slopes[~np.isfinite(slopes)] = np.nan
    bar = rounding + _spread(slopes)
    bar[~np.isfinite(bar)] = np.inf
    with np.errstate(invalid="ignore"):
        accepted = (bar <= np.maximum(_ACCEPTED, _ACCEPTED_SHARE * slopes)) & (
            slopes > _LEAST_SLOPE
        )
    found = _last_power_law(h, error, slopes, np.where(accepted, bar, np.inf))
    rounding = bound[:, None] / h + 8 * UNIT_ROUNDOFF * np.abs(numeric)
    return _without(found, _contradicted(found, h, rounding))


def _spread(slopes: Array) -> Array:
    """Return how far each slope may still be from the limit of the slopes.

    That is how far it differs from the two before it, or from one if there is but one; where the
    differences shrink, as the next terms of a Taylor series make them, the last one is enough.
    """
    one, two = np.full_like(slopes, np.nan), np.full_like(slopes, np.nan)
    one[:, 1:], two[:, 2:] = slopes[:, :-1], slopes[:, :-2]
    last, last_but_one = np.abs(slopes - one), np.abs(one - two)
    spread = np.fmax(np.fmax(slopes, one), two) - np.fmin(np.fmin(slopes, one), two)
    with np.errstate(invalid="ignore"):
        spread = np.where(last <= _SHRINKING * last_but_one, last, spread)
    few = (~np.isnan(slopes)).sum(axis=1) <= 2
    missing = np.isnan(slopes) | np.isnan(one) | (np.isnan(two) & ~few[:, None])
    return np.where(missing, np.inf, spread)


def _last_power_law(h: Array, error: Array, slopes: Array, bar: Array) -> Orders:
    lines = np.arange(len(slopes))
    accepted = np.isfinite(bar)
    found = accepted.any(axis=1)
    long_enough = _of_long_runs(accepted)
    last = slopes.shape[1] - 1 - np.argmax(long_enough[:, ::-1], axis=1)
    run = np.where(_reach(accepted, last), bar, np.inf)
    best = np.argmin(run, axis=1)
    order = np.where(found, slopes[lines, best], np.nan)
    with np.errstate(invalid="ignore"):
        near = np.abs(slopes - order[:, None]) <= _SAME_BRANCH
    branch = _reach(near, best)
    columns = np.arange(slopes.shape[1])
    start = np.where(branch, columns, slopes.shape[1]).min(axis=1)
    stop = np.where(branch, columns + 1, 0).max(axis=1)
    with np.errstate(all="ignore"):
        constant = error[lines, best] / h[lines, best] ** order
    return Orders(
        order=order,
        order_error=np.where(found, bar[lines, best], np.nan),
        start=np.where(found, start, -1),
        stop=np.where(found, stop, -1),
        constant=np.where(found, constant, np.nan),
    )


def _of_long_runs(accepted: Array) -> Array:
    """Keep the runs of True that are at least 4 long, or half as long as the longest."""
    length = run_lengths(accepted)
    needed = np.minimum(4, (length.max(axis=1) + 1) // 2)
    return np.asarray(accepted & (length >= needed[:, None]))


def run_lengths(mask: Array) -> Array:
    """Return how many neighbours in a row are True up to each place, along the lines."""
    columns = np.arange(mask.shape[1])
    return np.asarray(columns - np.maximum.accumulate(np.where(mask, -1, columns), axis=1))


def _contradicted(found: Orders, h: Array, rounding: Array) -> Array:
    """Tell where the branch ends although rounding is still far below A hᵖ.

    Then it was an episode (of an oscillation, say) and not the way to the limit.
    """
    lines = np.arange(len(h))
    after = np.minimum(found.stop + 1, h.shape[1] - 1)
    with np.errstate(all="ignore"):
        fitted = found.constant * h[lines, after] ** found.order
        return np.asarray((after > found.stop) & (rounding[lines, after] < _IN_PLAY * fitted))


def _without(found: Orders, dropped: Array) -> Orders:
    return Orders(
        order=np.where(dropped, np.nan, found.order),
        order_error=np.where(dropped, np.nan, found.order_error),
        start=np.where(dropped, -1, found.start),
        stop=np.where(dropped, -1, found.stop),
        constant=np.where(dropped, np.nan, found.constant),
    )


def _reach(mask: Array, seed: Array) -> Array:
    """Return the connected stretch of `mask` that holds column `seed` of each line."""
    columns = np.arange(mask.shape[1])
    hole = ~mask
    left = np.where(hole & (columns < seed[:, None]), columns, -1).max(axis=1)
    right = np.where(hole & (columns > seed[:, None]), columns, mask.shape[1]).min(axis=1)
    stretch = (columns > left[:, None]) & (columns < right[:, None])
    return np.asarray(stretch & mask)
