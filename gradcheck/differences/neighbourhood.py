"""A few values of f very near to x: the noise of every output, and the slope along one line.

References
----------
J. J. Moré and S. M. Wild (2011), Estimating computational noise, SIAM Journal on Scientific
Computing 33(3), 1292-1314, algorithm ECNoise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Sampler
from gradcheck.differences.window import SMALLEST, UNIT_ROUNDOFF

Array = npt.NDArray[Any]

_PLACES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_JITTER = np.array([13.0, -23.0, 27.0, -9.0, 19.0, -31.0])
"""What breaks the regular spacing, in last places of x: the rounding of multiples of x is regular,
too, and would pass for a slope."""
_LAST_PLACE = 2.0**-52
_EXPONENT = -28
_TRIES = 4
_BOUND = 2.0
"""From the standard deviation of a value to a bound for its error."""
_LATTICE = 0.3
"""The standard deviation of rounding to the points of a lattice, in units of their distance."""
_COARSE = range(-24, -1, 2)
_ALIKE = 4.0
_GOLDEN = 0.6180339887498949
_FLAT = 4.0
_ROUNDED = 8.0
"""A sum of many terms is known to so many roundoffs; where it is less exact, that shows."""
_TAME = 0.01
_KINKED = 2
"""Noise bends everywhere; a kink or a jump bends the line at no more than two of five places."""
_SMOOTH = 2.0**-40
"""A function that varies by more, relatively, without a plateau is not sampled finely enough."""


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """What seven values on a line through x say."""

    noise: Array
    """The noise of a value of f, for each output: a bound for its size, shape (outputs,)."""
    direction: Array
    """The line's direction v, shape (inputs,), of the size of the scale of each input."""
    slope: Array
    """The derivative along v, shape (outputs,); NaN where values are missing."""
    slope_bar: Array
    """The part of its error that comes from noise."""


def look_around(
    probe: Sampler, x: Array, center: Array, scale: Array, *, varies: npt.NDArray[np.bool_]
) -> Neighbourhood:
    """Measure noise and slope on a line that moves every input.

    Parameters
    ----------
    probe : Sampler
        f; 6 calls a try.
    x : array of shape (inputs,)
        The point.
    center : array of shape (outputs,)
        f(x).
    scale : array of shape (inputs,)
        The size of each input, powers of two.
    varies : array of bool, shape (outputs,)
        Which outputs are known to vary at larger steps; the others may stay constant here.
    """
    signs = np.where(np.arange(len(x)) * _GOLDEN % 1 < 0.5, 1.0, -1.0)
    lengths = 1 + np.arange(len(x)) % 3 % 2  # so that equal inputs do not all move alike
    direction = signs * lengths * scale
    level = np.full(len(center), np.nan)
    constant = np.ones(len(center), dtype=bool)
    slope = slope_bar = np.full(len(center), np.nan)
    pending = np.ones(len(center), dtype=bool)
    enlarged, reduced = np.zeros((2, len(center)), dtype=bool)
    coarser = center[None]
    exponent = _EXPONENT
    spacing = _spacing(exponent)
    for attempt in range(_TRIES):
        moves = _PLACES * spacing + _jitter(spacing)
        outer = probe.rows(x + moves[:, None] * direction)
        values = np.concatenate([outer[:3], center[None], outer[3:]])
        found, factor = noise_levels(values, tuple(np.insert(moves / spacing, 3, 0.0).tolist()))
        constant &= (values == center).all(axis=0)
        if attempt == 0 or np.isnan(slope).all():
            slope = (outer[5] - outer[0]) / (moves[5] - moves[0])
            slope_bar = np.full(len(center), 1 / (3 * spacing))
        decimal = _decimal_quantum(values)
        found = np.where(decimal > 0, np.clip(found, _LATTICE * decimal, decimal), found)
        if enlarged.any():
            found = np.where(enlarged, np.maximum(found, _LATTICE * _quantum(values)), found)
        stuck = reduced & (factor > 1)  # it varied at a larger distance, by steps then
        if stuck.any():
            found = np.where(stuck, _LATTICE * _quantum(coarser), found)
        level[pending] = found[pending]
        pending &= (factor != 1) & (varies | ~constant) & ~(enlarged & (factor < 1)) & ~stuck
        enlarged |= factor > 1
        reduced |= factor < 1
        coarser = values
        if not pending.any():
            break
        wanted = factor[pending]
        exponent += 7 if (wanted > 1).any() and exponent >= _EXPONENT else -7
        spacing = _spacing(exponent)
    still = np.diff(values, axis=0) == 0
    level[pending & (still[:3].all(axis=0) != still[3:].all(axis=0))] = 0.0  # a kink, at last
    largest = np.abs(center)
    noise = np.maximum(np.where(np.isnan(level), 0.0, _BOUND * level), UNIT_ROUNDOFF * largest)
    noise = np.maximum(noise, SMALLEST)
    return Neighbourhood(
        noise=noise,
        direction=direction,
        slope=slope,
        slope_bar=slope_bar * noise,
    )


def unseen(center: Array, values: Array) -> Neighbourhood:
    """Assume the noise of rounding, for want of values next to x.

    Parameters
    ----------
    center : array of shape (outputs,)
        f(x).
    values : array of shape (..., outputs)
        Other values of f, whose size counts as well.
    """
    size = np.abs(values).reshape(-1, len(center)).max(axis=0, initial=0.0)
    nothing = np.full(len(center), np.nan)
    return Neighbourhood(
        noise=np.maximum(_ROUNDED * UNIT_ROUNDOFF * np.fmax(np.abs(center), size), SMALLEST),
        direction=np.empty(0),
        slope=nothing,
        slope_bar=nothing,
    )


def roughness(
    sample: Callable[[Array], Array],
    center: Array,
    *,
    varied: float = 0.1,
    within: Array | float = np.inf,
) -> Array:
    """Look for noise that shows at larger distances only, as that of an iteration stopped early.

    Such a function is smooth as long as the number of iterations stays the same, with a slope of
    its own. Noise is told from structure by its size, which does not change with the distance.

    Parameters
    ----------
    sample : callable
        Returns the values, of shape (count, outputs), at displacements of shape (count,) in units
        of the scale of x.
    center : array of shape (outputs,)
        f(x).
    varied : float
        As for `noise_levels`.
    within : array of shape (outputs,)
        The displacement up to which the function is known to be smooth but for its noise.

    Returns
    -------
    array of shape (outputs,)
        The bound for the noise of a value; 0 where none shows.
    """
    found = np.zeros(len(center))
    before = np.zeros(len(center))
    for exponent in _COARSE:
        moves = _PLACES * _spacing(exponent)
        outer = sample(moves)
        values = np.concatenate([outer[:3], center[None], outer[3:]])
        level, factor = noise_levels(values, varied=varied)
        level = np.where((factor == 1) & np.isfinite(level), level, 0.0)
        level = np.where(moves[-1] <= within, level, 0.0)
        alike = (level > 0) & (level <= _ALIKE * before) & (before <= _ALIKE * level)
        found = np.where(alike, np.maximum(found, np.maximum(level, before)), found)
        before = level
    return _BOUND * found


@lru_cache(maxsize=64)
def _basis(nodes: tuple[float, ...]) -> Array:
    """Return the polynomials of degree 0 to 6 that are orthonormal on the nodes, one a row."""
    polynomials: Array = np.linalg.qr(np.vander(np.array(nodes) / 3, increasing=True))[0].T
    return polynomials


def _decimal_quantum(values: Array) -> Array:
    """Return 10⁻ᵈ for outputs all of whose values have at most d decimals, d <= 12, else 0."""
    quantum = np.zeros(values.shape[1])
    size = np.abs(values).max(axis=0)
    varied = (np.ptp(values, axis=0) > 0) & (np.round(values) != values).any(axis=0)
    for decimals in range(12, 1, -1):
        coarse = varied & (np.round(values, decimals) == values).all(axis=0)
        if not coarse.any():
            break
        quantum[coarse & (10.0**-decimals > 16 * UNIT_ROUNDOFF * size)] = 10.0**-decimals
    return quantum


def _quantum(values: Array) -> Array:
    """Return the smallest difference between values on a lattice, for each output, or 0.

    Differences of differences are multiples of the lattice's distance as well, and small ones.
    """
    size = np.abs(values).max(axis=0)
    smallest = np.full(values.shape[1], np.inf)
    differences = values
    for _ in range(3):
        differences = np.diff(differences, axis=0)
        clear = np.abs(differences) > 8 * UNIT_ROUNDOFF * size
        smallest = np.fmin(smallest, np.where(clear, np.abs(differences), np.inf).min(axis=0))
    smooth = np.ptp(values, axis=0) <= size / 8
    return np.where(np.isfinite(smallest) & smooth, smallest, 0.0)


def _spacing(exponent: int) -> float:
    """Return about 2^exponent, with low bits, so that the rounding inside f differs, too.

    It is a multiple of 2^-52, the last place of x, so that x + k v is exact.
    """
    return float((np.floor(np.ldexp(4 / 3, exponent + 51)) * 2 + 1) * _LAST_PLACE)


def _jitter(spacing: float) -> Array:
    """Return small displacements, much smaller than the spacing."""
    share = min(1.0, spacing / (128 * _LAST_PLACE))
    jitter: Array = np.round(_JITTER * share) * _LAST_PLACE
    return jitter


def noise_levels(
    values: Array,
    nodes: tuple[float, ...] = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
    *,
    varied: float = 0.1,
) -> tuple[Array, Array]:
    """Estimate the noise from seven values, shape (7, outputs).

    In place of the differences of ECNoise, which need equal distances, stand the coefficients of
    the polynomials that are orthogonal on the nodes: those of noise are all of its size, those of
    a smooth function fall with the degree.

    Parameters
    ----------
    values : array of shape (7, outputs)
        The values.
    nodes : tuple of float
        Where they were taken, in units of the spacing; nearly -3, ..., 3.
    varied : float
        Of a function that varies by more than this share of its size, and not smoothly, no noise
        can be told.

    Returns
    -------
    level : array of shape (outputs,)
        The standard deviation of a value; an upper bound where no plateau shows.
    factor : array of shape (outputs,)
        By what to multiply the spacing for another try, 1 where none is needed.
    """
    size = np.abs(values).max(axis=0)
    scaled = values / np.where(size > 0, size, 1.0)
    spread = np.ptp(scaled, axis=0)
    squares = (_basis(nodes) @ scaled) ** 2
    levels = np.stack([np.sqrt(squares[k:].mean(axis=0)) for k in range(2, 6)])
    flat = levels <= _FLAT * levels[-1]
    first = flat.argmax(axis=0)
    plateau = first < len(levels) - 1
    level = levels[first, np.arange(levels.shape[1])]
    bends = np.abs(np.diff(scaled, n=2, axis=0))
    few = np.count_nonzero(bends > 0.05 * bends.max(axis=0), axis=0) <= _KINKED
    wild = (spread > varied) & (level > _TAME * spread)
    level = np.where(wild, 0.0, level)
    still = np.diff(values, axis=0) == 0
    halves = still[:3], still[3:]
    one_side = (halves[0].all(axis=0) & ~halves[1].any(axis=0)) | (
        halves[1].all(axis=0) & ~halves[0].any(axis=0)
    )  # constant up to a kink
    level = np.where(one_side & few, 0.0, level)
    equal = (np.count_nonzero(still, axis=0) >= len(still) // 2) & ~one_side
    granular = spread <= 8 * UNIT_ROUNDOFF
    factor = np.ones(values.shape[1])
    rough = (~plateau & (level > _SMOOTH)) | wild | (few & (level > _SMOOTH))
    factor[rough | ~np.isfinite(spread)] = 1 / 128
    factor[(equal & ~granular) | (spread == 0)] = 128.0
    return level * size, factor
