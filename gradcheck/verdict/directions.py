"""Random directions: many inputs at once, at a cost that does not grow with their number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError
from gradcheck.verdict.blocks import Block

Array = npt.NDArray[Any]

LARGE = 2000
"""A call on more inputs checks directions, if the caller does not ask for something else."""
DEFAULT = 1
"""So many directions a block: one sees nearly everything, and costs 8 evaluations."""
_MEAN_COMPONENT = 0.7638
"""The root mean square of a number that is uniform between 1/2 and 1."""
_BITS = 16
"""Of a component beside its scale, so that x + t v is exact at the steps that matter."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Directions(Sequence[Array]):
    """Directions that move every input of one block by about its own size.

    Each block of x has directions of its own, so that none is drowned by the others; within a
    block no component is small beside its input. They are drawn when they are asked for: many
    directions of a million inputs would not fit into memory at once.
    """

    blocks: tuple[Block, ...]
    each: int
    """How many for each block."""
    scale: Array
    """The size of each input."""
    seed: int

    def __len__(self) -> int:
        return self.each * len(self.blocks)

    def __getitem__(self, number: Any) -> Any:
        """Return a direction as an array of shape (inputs,)."""
        block = self.block(number)
        part = slice(block.start, block.stop)
        direction = np.zeros(len(self.scale))
        generator = np.random.Generator(np.random.PCG64([self.seed, number]))
        size = generator.integers(2 ** (_BITS - 1), 2**_BITS, block.size, endpoint=True)
        signs = generator.integers(0, 2, block.size) * 2 - 1
        direction[part] = np.ldexp((size * signs).astype(np.float64), -_BITS) * self.scale[part]
        return direction

    def __iter__(self) -> Iterator[Array]:
        return (self[number] for number in range(len(self)))

    @property
    def inputs(self) -> int:
        """How many inputs there are."""
        return len(self.scale)

    def block(self, number: int) -> Block:
        """Return the block that a direction moves."""
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self.blocks[number // self.each]


@dataclass(frozen=True, kw_only=True)
class Power:
    """The smallest mistakes that a check along directions sees."""

    single: float
    """In one entry of average size, relative to it: a larger mistake shows for certain."""
    spread: float
    """Norm of the mistakes in many entries, relative to that of the gradient: larger ones show with
    a probability of 99 %."""


def power(threshold: Array, sizes: Array, directions: Directions) -> Power:
    """Return what directions can see.

    A component of a direction is at least half the scale of its input, so that a mistake e in one
    entry shows if |e| scale / 2 exceeds the threshold. Mistakes in many entries add up to a number
    that is about normal, with the root of the sum of their squares, each times its component, as
    its standard deviation: all directions miss them if all such numbers fall below.

    Parameters
    ----------
    threshold : array of shape (directions, outputs)
        The sum of mistakes that would fail.
    sizes : array of shape (directions, outputs)
        The norm of the gradient, each entry times its component, as `along` returns it.
    directions : Directions
        The directions.
    """
    counts = np.array([[directions.block(k).size] for k in range(len(directions))])
    average = sizes / np.sqrt(counts) / _MEAN_COMPONENT
    quantile = NormalDist().inv_cdf((1 + 0.01 ** (1 / directions.each)) / 2)
    with np.errstate(all="ignore"):
        single, spread = 2 * threshold / average, threshold / (quantile * sizes)
    known = sizes > 0
    return Power(
        single=float(single[known].max(initial=0.0)), spread=float(spread[known].max(initial=0.0))
    )


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


def along(jacobian: Array, directions: Sequence[Array]) -> tuple[Array, Array]:
    """Return the derivatives along the directions, and the size of what they are sums of.

    Parameters
    ----------
    jacobian : array of shape (outputs, inputs)
        What df claims.
    directions : sequence of arrays of shape (inputs,)
        The directions.

    Returns
    -------
    values, sizes : array of shape (count, outputs)
        The sizes are root sums of squares: what rounding in the entries amounts to.
    """
    values, sizes = np.empty((2, len(directions), len(jacobian)))
    squares = jacobian**2
    for number, direction in enumerate(directions):
        values[number] = jacobian @ direction
        sizes[number] = np.sqrt(squares @ direction**2)
    return values, sizes
