"""A few values of f very near to x: the noise of every output, and the slope along one line.

References
----------
J. J. Moré and S. M. Wild (2011), Estimating computational noise, SIAM Journal on Scientific
Computing 33(3), 1292-1314, algorithm ECNoise.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.differences.window import UNIT_ROUNDOFF

Array = npt.NDArray[Any]

_PLACES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
_EXPONENT = -28
_TRIES = 4
_SEED = 0x6E6F6973
_VARIED = 0.1
"""Of a function that varies by more than this share of its size, no noise can be told."""
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
    spacing: float
    """The distance of the values, in units of v."""


def look_around(
    probe: Probe, x: Array, center: Array, scale: Array, *, varies: npt.NDArray[np.bool_]
) -> Neighbourhood:
    """Measure noise and slope on a line that moves every input.

    Parameters
    ----------
    probe : Probe
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
    signs = np.random.Generator(np.random.PCG64(_SEED)).integers(0, 2, len(x)) * 2 - 1
    lengths = 1 + np.arange(len(x)) * 5 % 8 / 8  # so that equal inputs do not move alike
    direction = signs * lengths * scale
    level = np.full(len(center), np.nan)
    constant = np.ones(len(center), dtype=bool)
    slope = slope_bar = np.full(len(center), np.nan)
    pending = np.ones(len(center), dtype=bool)
    enlarged = np.zeros(len(center), dtype=bool)
    exponent = _EXPONENT
    spacing = reach = _spacing(exponent)
    for attempt in range(_TRIES):
        outer = probe.rows(x + (_PLACES * spacing)[:, None] * direction)
        values = np.concatenate([outer[:3], center[None], outer[3:]])
        found, factor = noise_levels(values)
        constant &= (values == center).all(axis=0)
        if attempt == 0 or np.isnan(slope).all():
            slope = (values[6] - values[0]) / (6 * spacing)
            slope_bar = np.full(len(center), 1 / (3 * spacing))
            reach = spacing
        level[pending] = found[pending]
        pending &= (factor != 1) & (varies | ~constant) & ~(enlarged & (factor < 1))
        enlarged |= factor > 1
        if not pending.any():
            break
        wanted = factor[pending]
        exponent += 7 if (wanted > 1).any() and exponent >= _EXPONENT else -7
        spacing = _spacing(exponent)
    largest = np.abs(center)
    noise = np.maximum(np.where(np.isnan(level), 0.0, 2.5 * level), UNIT_ROUNDOFF * largest)
    return Neighbourhood(
        noise=noise,
        direction=direction,
        slope=slope,
        slope_bar=slope_bar * noise,
        spacing=reach,
    )


def _spacing(exponent: int) -> float:
    """Return about 2^exponent, with low bits, so that the rounding inside f differs, too.

    It is a multiple of 2^-49, so that x + k v is exact.
    """
    return float(np.ceil(np.ldexp(4 / 3, exponent + 49)) * 2.0**-49)


def noise_levels(values: Array) -> tuple[Array, Array]:
    """Estimate the noise from seven equally spaced values, shape (7, outputs).

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
    plateau = np.zeros(values.shape[1], dtype=bool)
    level = np.zeros(values.shape[1])
    differences = scaled
    levels, changes = [], []
    gamma = 1.0
    for k in range(1, len(values)):
        differences = np.diff(differences, axis=0)
        gamma *= 0.5 * k / (2 * k - 1)
        levels.append(np.sqrt(gamma * np.mean(differences**2, axis=0)))
        changes.append((differences.min(axis=0) < 0) & (differences.max(axis=0) > 0))
    for k in range(len(levels) - 2):
        window = np.stack(levels[k : k + 3])
        flat = (window.max(axis=0) <= 4 * window.min(axis=0)) & changes[k] & ~plateau
        level = np.where(flat, levels[k], level)
        plateau |= flat
    level = np.where(plateau, level, np.stack(levels[1:]).min(axis=0))
    bends = np.abs(np.diff(scaled, n=2, axis=0))
    few = np.count_nonzero(bends > 0.05 * bends.max(axis=0), axis=0) <= _KINKED
    level = np.where(spread > _VARIED, 0.0, level)
    still = np.diff(values, axis=0) == 0
    one_side = (still[:3].all(axis=0) & ~still[3:].any(axis=0)) | (
        still[3:].all(axis=0) & ~still[:3].any(axis=0)
    )
    equal = (np.count_nonzero(still, axis=0) >= len(still) // 2) & ~one_side
    granular = spread <= 8 * UNIT_ROUNDOFF
    factor = np.ones(values.shape[1])
    rough = (~plateau & (level > _SMOOTH)) | (spread > _VARIED) | (few & (level > _SMOOTH))
    factor[rough | ~np.isfinite(spread)] = 1 / 128
    factor[(equal & ~granular) | (spread == 0)] = 128.0
    return level * size, factor
