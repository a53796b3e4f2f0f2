"""Some outputs of a function, for a look at them that would be too costly for all."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences import tracks
from gradcheck.differences.ladder import FIRST
from gradcheck.differences.neighbourhood import look_around
from gradcheck.differences.probe import Sampler
from gradcheck.differences.slopes import Slopes, Survey, first_slopes
from gradcheck.differences.tracks import Tracks

Array = npt.NDArray[Any]


@final
class SomeOutputs:
    """A few of f's outputs next to a point, surveyed with all the care that a derivative gets.

    Parameters
    ----------
    f : Sampler
        The function.
    x, center, scale : array
        The point, of shape (inputs,), f there, of shape (outputs,), and the size of each input.
    usual : array of shape (outputs,)
        The noise of f, at the least.
    chosen : array of int
        The outputs.
    """

    def __init__(
        self, f: Sampler, x: Array, center: Array, scale: Array, usual: Array, chosen: Array
    ) -> None:
        self._f, self._x, self._scale, self._chosen = f, x, scale, chosen
        self._center, self._usual = center[chosen], usual[chosen]

    def rows(self, points: Sequence[Array] | Array) -> Array:
        """Return their values at points of shape (count, inputs)."""
        return self._f.rows(points)[:, self._chosen]

    def at_large_steps(self, directions: Sequence[Array], noise: Array) -> Slopes:
        """Estimate the derivatives along directions from three steps, if f has this noise."""
        lines = tracks.along(self, self._x, directions, levels=FIRST)
        return first_slopes(lines, self._center, noise[self._chosen])

    def by_one_input(
        self, directions: Sequence[Array], total: Callable[[Array, Array], Array]
    ) -> Survey:
        """Estimate the derivatives along directions in which each output depends on one input.

        Parameters
        ----------
        directions : sequence of arrays of shape (inputs,)
            The directions.
        total : callable
            Combines them to the derivative along any direction, as in `Tracks`.
        """
        return self._survey(tracks.along(self, self._x, directions, levels=FIRST, total=total))

    def along(self, direction: Array) -> Slopes:
        """Estimate the derivatives along any direction."""
        return self._survey(tracks.along(self, self._x, [direction])).slopes

    def _survey(self, lines: Tracks) -> Survey:
        _, _, above, below = lines.first
        varies = ~((above == self._center) & (below == self._center)).all(axis=(0, 1))
        around = look_around(self, self._x, self._center, self._scale, varies=varies)
        noise = np.fmax(around.noise, self._usual)
        slope_bar = around.slope_bar * (noise / around.noise)
        return Survey(lines, self._center, replace(around, noise=noise, slope_bar=slope_bar))
