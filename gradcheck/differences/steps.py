"""The step sizes of a sweep: powers of two by default, or what the caller lists, literally."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import StepError

Array = npt.NDArray[np.float64]

COUNT = 65
"""How many steps the default sweep has: from twice the scale of x down by 2⁶⁴."""

_NEAR = 2.0**-24
"""An edge of the domain nearer than this share of the scale of x sets the scale itself."""


def default_steps(x: npt.ArrayLike, *, distance: npt.ArrayLike = np.inf) -> Array:
    """Return the default steps for each number x, largest first, of shape (*x.shape, 65).

    The steps are 2ˢ, 2ˢ⁻¹, …, 2ˢ⁻⁶⁴ with 2ˢ⁻¹ the power of two at or below the scale, which is
    max(1, |x|), but the distance to the edge of the domain where that is so small that steps
    of the scale of x would hardly ever stay inside. A power of two is exactly representable, so
    that x + h - x = h wherever x + h needs no more bits than a float has.

    Parameters
    ----------
    x : array_like
        The coordinates that are moved.
    distance : array_like
        How far f is defined around each x; broadcasts to the shape of x.

    Examples
    --------
    >>> default_steps(0.7)[:3], default_steps(1e8)[0]
    (array([2. , 1. , 0.5]), np.float64(134217728.0))
    """
    scale = np.maximum(1.0, np.abs(np.asarray(x, dtype=np.float64)))
    near = np.broadcast_to(np.asarray(distance, dtype=np.float64), scale.shape)
    exponent = np.frexp(np.where(near < _NEAR * scale, near, scale))[1]
    exponent = np.minimum(exponent, 1023)  # the largest power of two that is a float
    return np.ldexp(1.0, exponent[..., None] - np.arange(COUNT))


def listed_steps(steps: npt.ArrayLike) -> Array:
    """Return the caller's steps as they are, in their order.

    Raises
    ------
    StepError
        If there are none, or one is zero, negative, not finite, or not a number.
    """
    expected = "steps must be positive finite numbers, such as [1e-1, 1e-2]"
    try:
        given: npt.NDArray[Any] = np.asarray(steps)
        array = np.atleast_1d(given).astype(np.float64, casting="safe")
    except (TypeError, ValueError):
        raise StepError(f"{expected}, got {steps!r}") from None
    if array.ndim != 1 or array.size == 0:
        raise StepError(f"{expected}, got {steps!r}")
    wrong = array[~(np.isfinite(array) & (array > 0))]
    if wrong.size:
        raise StepError(f"{expected}, got {wrong[0]!s} among them; leave it out")
    return array
