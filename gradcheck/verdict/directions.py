"""Random directions: many inputs at once, at a cost that does not grow with their number."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError

Array = npt.NDArray[Any]

LARGE = 2000
"""A call on more inputs checks directions, if the caller does not ask for something else."""
DEFAULT = 8


def random_directions(count: int, scale: Array, seed: int) -> Array:
    """Draw directions that move every input by about its own size.

    No component is small beside its input, so that none is drowned by the others; components are
    short binary fractions, so that x + t v is exact at the steps that matter.

    Parameters
    ----------
    count : int
        How many.
    scale : array of shape (inputs,)
        The size of each input.
    seed : int
        The same seed gives the same directions.

    Returns
    -------
    array of shape (count, inputs)
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    signs = generator.integers(0, 2, (count, len(scale))) * 2 - 1
    sizes = generator.integers(4, 9, (count, len(scale))) / 8
    directions: Array = signs * sizes * scale
    return directions


def require_directions(count: int | None) -> None:
    """Refuse what cannot be a number of directions.

    Raises
    ------
    CaseError
        If it is neither None nor a positive integer.
    """
    if count is None:
        return
    if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:
        raise CaseError(f"directions must be a positive number of directions, got {count!r}")


def along(jacobian: Array, directions: Array) -> tuple[Array, Array]:
    """Return the derivatives along the directions, and the size of what they are sums of.

    Parameters
    ----------
    jacobian : array of shape (outputs, inputs)
        What df claims.
    directions : array of shape (count, inputs)
        The directions.

    Returns
    -------
    values, sizes : array of shape (count, outputs)
        The sizes are root sums of squares: what rounding in the entries amounts to.
    """
    values = directions @ jacobian.T
    sizes = np.sqrt((directions**2) @ (jacobian**2).T)
    return values, sizes
