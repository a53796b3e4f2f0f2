"""Recognise how an error curve behaves: one word of a closed list for each curve."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.curve import Curves
from gradcheck.behaviour.order import Floors, Orders, medians, run_lengths, running_maximum
from gradcheck.behaviour.prediction import Predictions

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

BEHAVIOURS: Mapping[str, str] = MappingProxyType(
    {
        "convergent": "the error falls with the order of the stencil, until rounding takes over",
        "exact": "the stencil has no truncation error here: rounding is all there is",
        "superconvergent": "the error falls faster than the order of the stencil, because the "
        "leading term of the truncation error vanishes at this point",
        "reduced-order": "the error falls, but slower than the order of the stencil: f is not "
        "smooth enough at this point",
        "stalled": "the error meets a floor that is neither truncation nor rounding: df and the "
        "limit of the quotients are two different numbers, because df is wrong or has lost digits",
        "kink": "the quotients from the left and from the right have different limits: there is "
        "no derivative at this point",
        "jump": "the quotient grows like 1/h: f is discontinuous at this point",
        "vertical-tangent": "the quotient grows like a fractional power of 1/h: f has no finite "
        "slope at this point",
        "oscillation": "at many steps the quotient swings without getting closer: the steps are "
        "longer than the waves of f",
        "noise": "the values of f carry more noise than rounding to float64 explains, or so much "
        "that no convergence shows",
        "underflow": "f(x + h) and f(x) are the same float for most steps, though x + h and x "
        "are not: the change of f is too small to be seen",
        "domain": "too few steps have a value to say anything: the others leave the domain, or f "
        "has no finite value there",
    }
)
"""What `behaviour` may say, with its meaning."""

_NO_TRUNCATION = 1e-11
"""A relative error that no truncation error at the three largest steps leaves."""
_FLAT = 64.0
"""Rounding errors times h differ by less than this factor between large and small steps."""
_ABRUPT = 2.0**20
"""No stencil's truncation error falls by this factor when h is halved."""
_CLEAR = 10.0
_CONSTANT = 0.05
_RUN = 5
_SAME_RISE = 1e-3
_NOISY = 1e3
"""Noise beyond this many rounding errors of f is a property of f, not of float64."""
_FADED = 1e-6
_PRE_ASYMPTOTIC = 8
"""So many octaves without approach, with the quotient changing sign, are an oscillation."""


def recognise(
    curves: Curves,
    orders: Orders,
    floor: Floors,
    *,
    expected: Array,
    known: Predictions,
) -> Array:
    """Name the behaviour of each curve.

    Parameters
    ----------
    curves, orders, floor : Curves, Orders, Floors
        The curves and what was found on them.
    expected : array of shape (curves,)
        The order of each curve's stencil; NaN where unknown.
    known : Predictions
        What is known of the noise of f and of its higher derivatives; NaN where unknown.

    Returns
    -------
    array of str, shape (curves,)
    """
    tolerance = np.maximum(0.3, 0.08 * expected)
    has_order = ~np.isnan(orders.order)
    no_truncation = np.isposinf(known.h)
    noise = np.nan_to_num(known.noise)
    with np.errstate(invalid="ignore"):
        excess = np.where(np.isnan(expected), 0.0, orders.order - expected)
        noisy = known.noise_ratio > _NOISY
        rules = {
            "jump": _at_whole_site(curves, _is_jump(curves)),
            "vertical-tangent": _at_whole_site(curves, _is_vertical(curves)),
            "kink": _at_whole_site(curves, _is_kink(curves, noise)),
            "domain": (curves.count < 3) | np.isnan(curves.error).all(axis=1),
            "underflow": _is_underflow(curves, noise),
            "stalled": _is_stalled(curves, floor, known),
            "noise": noisy,
            "exact": no_truncation
            | (~has_order & (_is_exact(curves) | _drops_to_rounding(curves, floor))),
            "oscillation": _starts_late(curves, orders),
            "superconvergent": has_order & (excess > tolerance),
            "reduced-order": has_order & (excess < -tolerance),
            "convergent": has_order,
        }
    names = np.select([*rules.values()], [*rules], default="noise")
    unnamed = ~np.any([*rules.values()], axis=0)
    return np.where(unnamed & ~_grows_downwards(curves), "oscillation", names)


def _at_whole_site(curves: Curves, mask: Mask) -> Mask:
    """Extend what is true of f at a point, seen by one real stencil, to all stencils there.

    The complex step is no witness: it sees another function where f is not analytic in code.
    """
    seen = np.bincount(curves.site, weights=mask & ~curves.is_complex_step)
    return np.asarray(seen[curves.site] > 0)


def _tail(curves: Curves, matrix: Array, length: int) -> Array:
    """Return the values at the smallest steps, shape (curves, length); NaN where too few."""
    columns = curves.count[:, None] - np.arange(length, 0, -1)
    taken = np.take_along_axis(matrix, np.maximum(columns, 0), axis=1)
    return np.where(columns >= 0, taken, np.nan)


def _is_constant(values: Array, tolerance: float) -> Mask:
    """Tell which lines hold one number other than 0, up to a relative tolerance."""
    size = np.fmax.reduce(np.abs(values), axis=1, initial=0.0)
    largest = np.fmax.reduce(values, axis=1, initial=-np.inf)
    spread = largest - np.fmin.reduce(values, axis=1, initial=np.inf)
    return np.asarray((size > 0) & (spread <= tolerance * size))


def _is_jump(curves: Curves) -> Mask:
    rise = _tail(curves, curves.numeric * curves.h, 8)
    few = np.arange(8) < 8 - np.clip(curves.count // 2, 3, 8)[:, None]
    rise[few] = np.nan
    return np.asarray((curves.count >= 3) & _is_constant(rise, _SAME_RISE))


def _is_vertical(curves: Curves) -> Mask:
    size, h = _tail(curves, np.abs(curves.numeric), 12), _tail(curves, curves.h, 12)
    with np.errstate(all="ignore"):
        slopes = np.diff(np.log(size), axis=1) / np.diff(np.log(h), axis=1)
        known = np.isfinite(slopes).sum(axis=1)
        inside = ((slopes > -0.95) & (slopes < -0.05)).sum(axis=1)
    clean = (known >= 3) & (inside == known) & (known >= np.minimum(curves.count, 12) - 1)
    return np.asarray(clean & _is_constant(np.where(np.isfinite(slopes), slopes, np.nan), 0.05))


def _is_kink(curves: Curves, noise: Array) -> Mask:
    """Tell where two real stencils at one point settle on different numbers."""
    first = np.unique(curves.site, return_index=True)[1][curves.site]
    other = curves.on_grid[first]
    with np.errstate(invalid="ignore"):
        gap = np.where(curves.grid == curves.grid[first], curves.on_grid - other, np.nan)
        size = np.fmax(np.abs(curves.on_grid), np.abs(other))
        gap[curves.is_complex_step] = np.nan
        gap[size == 0] = np.nan  # steps too small for f to change at all
        gap[np.abs(gap) <= 1e-6 * size] = 0.0
    order = np.argsort(np.isnan(gap), axis=1, kind="stable")
    packed = np.take_along_axis(gap, order, axis=1)
    return np.asarray(_has_floor(packed, np.take_along_axis(curves.grid, order, axis=1), noise))


def _is_stalled(curves: Curves, floor: Floors, known: Predictions) -> Mask:
    """Tell where the error settles on a constant that rounding cannot explain.

    Not even the rounding of f over the whole scale of x: at a stationary point df is a sum of terms
    that cancel, and has an error of that size itself.
    """
    difference = curves.numeric - curves.analytic[:, None]
    difference[~np.isfinite(difference)] = np.nan
    lines = np.arange(len(curves.site))
    least = curves.error[lines, floor.best]
    size = np.fmax(np.abs(curves.analytic), np.abs(curves.numeric[lines, floor.best]))
    with np.errstate(invalid="ignore"):
        own = np.nan_to_num(_CLEAR * known.noise / curves.h[:, 0])
        visible = least > np.fmax(_NO_TRUNCATION * size, own)
    return np.asarray(_has_floor(difference, curves.h, np.nan_to_num(known.rounding)) & visible)


def _has_floor(values: Array, h: Array, rounding: Array) -> Mask:
    """Tell which lines settle on one number other than 0 and never come much closer to 0.

    The largest steps may come closer, by chance: there the truncation error changes its sign.
    """
    count = (~np.isnan(values)).sum(axis=1)
    with np.errstate(all="ignore"):
        octaves = np.maximum(1.0, np.log2(h[:, :-1] / h[:, 1:]))
        larger = np.fmax(np.abs(values[:, :-1]), np.abs(values[:, 1:]))
        steady = np.abs(np.diff(values, axis=1)) <= _CONSTANT * octaves * larger
        steady &= larger > 0
    needed = np.clip((count - 1) // 2, 2, _RUN)
    level = _lowest_plateau(values, h, rounding, np.where(steady, needed[:, None], 0))
    size = np.abs(values)
    running = running_maximum(size, 5)
    by_chance = np.arange(size.shape[1]) < (count // 4)[:, None]
    running[by_chance] = np.nan
    with np.errstate(invalid="ignore"):
        return np.asarray((count >= 3) & (np.fmin.reduce(running, axis=1) >= 0.5 * level))


def _lowest_plateau(values: Array, h: Array, rounding: Array, needed: Array) -> Array:
    """Return the lowest |value| that stays for long enough, clear of rounding; NaN if none does.

    Rounding is judged by what the noise of f does to a quotient with h = 1, of shape (curves,),
    and by the steps below: their values times h bound what it can do at larger h. Without that,
    values on the lattice of floats pass for a plateau. `needed`, of shape (curves, steps - 1), is
    the length that a plateau must have, 0 between two values that differ.
    """
    product = np.nan_to_num(np.abs(values) * h, nan=0.0, posinf=0.0)
    largest = np.maximum.accumulate(product[:, ::-1], axis=1)[:, ::-1]
    below = np.broadcast_to(rounding[:, None], needed.shape).copy()
    np.maximum(below[:, :-1], largest[:, 2:], out=below[:, :-1])
    length = run_lengths(needed > 0)
    start = np.take_along_axis(h, np.arange(1, h.shape[1]) - length, axis=1)
    here = np.abs(values[:, 1:])
    with np.errstate(all="ignore"):
        clear = here >= _CLEAR * below / start
    enough = (length > 0) & (length >= needed)
    return np.asarray(np.fmin.reduce(np.where(enough & clear, here, np.nan), axis=1))


def _is_exact(curves: Curves) -> Mask:
    """Tell where no truncation error shows: all errors are tiny, or grow like 1/h throughout."""
    with np.errstate(all="ignore"):
        relative = curves.error / np.fmax(np.abs(curves.numeric), np.abs(curves.analytic)[:, None])
        relative[curves.error == 0] = 0.0
        tiny = np.fmax.reduce(relative[:, :3], axis=1) <= _NO_TRUNCATION
        product = curves.error * curves.h
        large = np.fmax.reduce(product[:, :5], axis=1)
        rest = np.fmax.reduce(product[:, 5:], axis=1, initial=0.0)
        flat = large <= _FLAT * rest
    return np.asarray(tiny | flat)


def _drops_to_rounding(curves: Curves, floor: Floors) -> Mask:
    """Tell where the error falls to rounding at once, as it does inside a kink's distance."""
    with np.errstate(all="ignore"):
        octaves = np.maximum(1.0, np.log2(curves.h[:, :-1] / curves.h[:, 1:]))
        tiny = curves.error <= _FLAT * floor.bound[:, None] / curves.h
        falls = curves.error[:, :-1] > curves.error[:, 1:] * _ABRUPT**octaves
    stays = np.logical_and.accumulate((tiny | np.isnan(curves.error))[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((falls & stays[:, 1:] & (curves.error[:, :-1] > 0)).any(axis=1))


def _starts_late(curves: Curves, orders: Orders) -> Mask:
    """Tell where many octaves pass before the power law begins, with the quotient swinging."""
    before = np.arange(curves.h.shape[1]) < np.maximum(orders.start, 0)[:, None]
    with np.errstate(all="ignore"):
        far = before & (curves.error > 0.1 * np.abs(curves.analytic)[:, None])
        turns = (np.diff(np.sign(curves.numeric), axis=1) != 0) & far[:, 1:]
    first = curves.h[:, 0]
    begin = curves.h[np.arange(len(first)), np.maximum(orders.start, 0)]
    long_way = np.log2(first / begin) >= _PRE_ASYMPTOTIC
    return np.asarray((orders.start >= 0) & long_way & (turns.sum(axis=1) >= 2))


def _is_underflow(curves: Curves, noise: Array) -> Mask:
    """Tell where f does not change for most steps although the slope is not 0.

    Either the quotient fades away to 0 (it does not jump there) for half of the steps, or it is 0
    throughout and what df claims would drown in the noise of f at most steps.
    """
    size = np.abs(curves.numeric)
    lines = np.arange(len(size))
    zeros = (size == 0).sum(axis=1)
    last = size.shape[1] - 1 - np.argmax((size > 0)[:, ::-1], axis=1)
    faded = size[lines, last] < _FADED * np.fmax.reduce(size, axis=1)
    claim = np.abs(curves.analytic)
    with np.errstate(invalid="ignore"):
        drowned = (claim > 0) & (claim <= _CLEAR * noise / curves.h[lines, curves.count // 2])
    constant = (zeros == curves.count) & (curves.count > 0)
    return np.asarray(((2 * zeros >= curves.count) & faded) | (constant & drowned))


def _grows_downwards(curves: Curves) -> Mask:
    """Tell where the smallest steps have larger errors than the largest, as noise makes it."""
    third = np.maximum(curves.count // 3, 1)
    columns = np.arange(curves.h.shape[1])
    large = np.where(columns < third[:, None], curves.error, np.nan)
    within = (columns >= (curves.count - third)[:, None]) & (columns < curves.count[:, None])
    small = np.where(within, curves.error, np.nan)
    return np.asarray(_or_zero(medians(small)) > _or_zero(medians(large)))


def _or_zero(values: Array) -> Array:
    return np.where(np.isnan(values), 0.0, values)
