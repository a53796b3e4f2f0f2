"""How many digits df has: its own noise, measured at neighbouring floats."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.neighbourhood import noise_levels, roughness
from gradcheck.differences.probe import Sampler

Array = npt.NDArray[Any]

_FIRST = -50
_STEP = 7
_LAST = -8
_FACTOR = 4.0
_PLACES = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0)
"""Without x itself: a value of its own there is no noise, but a mistake or a special case."""


def derivative_noise(
    probe: Sampler, x: Array, center: Array, scale: Array, *, within: Array
) -> Array:
    """Measure the noise of every entry of df, from values at neighbouring floats.

    The distance grows from the last bit of x on while too many values coincide, as those of
    ``f (1 - f)`` do where f is nearly 1. Noise that shows at larger distances only, because what
    is subtracted hardly changes next to x, is looked for as well.

    Parameters
    ----------
    probe : Sampler
        df.
    x : array of shape (inputs,)
        The point.
    center : array of shape (entries,)
        df(x).
    scale : array of shape (inputs,)
        The size of each input.
    within : array of shape (entries,)
        How far from x, in units of the scale, the derivative is known to be smooth.

    Returns
    -------
    array of shape (entries,)
        0 where no noise shows.
    """
    signs = np.where(np.arange(len(x)) % 2, -1.0, 1.0)
    places = np.array(_PLACES)
    noise = np.zeros(len(center))
    pending = np.isfinite(center)
    for exponent in range(_FIRST, _LAST + 1, _STEP):
        moves = places[:, None] * np.ldexp(signs * scale, exponent)
        level, factor = noise_levels(probe.rows(x + moves), _PLACES, varied=np.inf)
        usable = pending & np.isfinite(level) & (factor == 1)
        noise[usable] = _FACTOR * level[usable]
        pending &= factor > 1
        if not pending.any():
            break
    coarse = roughness(
        lambda t: probe.rows(x + t[:, None] * signs * scale), center, varied=np.inf, within=within
    )
    return np.maximum(noise, coarse)
