"""A sparse Jacobian compressed to a few directions, and its estimate from two small steps."""

from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.grouping import Pattern, groups_of
from gradcheck.differences.ladder import step
from gradcheck.differences.probe import Sampler
from gradcheck.differences.slopes import TARGET, Slopes
from gradcheck.differences.window import UNIT_ROUNDOFF

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_LEVELS = (14, 16)
"""Steps at which hardly any truncation is left, and rounding does not yet matter."""
_ROUNDED = 4.0
"""An output is known to so many roundoffs of what it is made of."""
_SHOWN = 2.0
"""The noise is at most so many times what the second differences show, over all groups."""
_LEFT_OVER = 2.0**-8
"""Of the change between the two steps; extrapolation leaves less, by the square of the step."""
_AMPLIFIED = 1.2
"""By so much extrapolation from two steps raises the noise of the smaller one."""


@final
class Compressed:
    """A pattern whose columns are moved in groups: arrays of shape (groups, outputs)."""

    def __init__(self, pattern: Pattern, scale: Array) -> None:
        self.pattern, self.scale = pattern, scale
        self._group = groups_of(pattern)
        self.groups = int(self._group.max(initial=-1)) + 1
        self.shape = (self.groups, pattern.shape[0])
        self._slots = self._group[pattern.columns] * pattern.shape[0] + pattern.rows
        self._unit = scale.take(pattern.columns)

    def direction(self, group: int) -> Array:
        """Return the direction that moves the columns of one group by their scale."""
        return np.where(self._group == group, self.scale, 0.0)

    def compressed(self, entries: Array) -> Array:
        """Return derivatives by inputs as derivatives along the groups, 0 outside the entries."""
        array = np.zeros(self.groups * self.shape[1])
        array[self._slots] = entries * self._unit
        return array.reshape(self.shape)

    def entries(self, compressed: Array) -> Array:
        """Return the entries of an array over the groups, in the order of the pattern."""
        if not any(compressed.strides):  # one value, repeated
            return np.broadcast_to(compressed[0, 0], len(self._slots))
        return compressed.reshape(-1).take(self._slots)

    def by_input(self, compressed: Array) -> Array:
        """Return derivatives along the groups as derivatives by inputs."""
        return self.entries(compressed) / self._unit

    def along(self, compressed: Array, direction: Array) -> Array:
        """Return the derivative of each output along a direction, as the entries have it."""
        weights = (direction / self.scale)[self.pattern.columns]
        return np.bincount(
            self.pattern.rows, self.entries(compressed) * weights, self.pattern.shape[0]
        )

    def empty(self) -> Bools:
        """Tell which places belong to no entry."""
        places = np.ones(self.groups * self.shape[1], dtype=bool)
        places[self._slots] = False
        return places.reshape(self.shape)


def at_a_glance(f: Sampler, x: Array, center: Array, grouped: Compressed) -> tuple[Slopes, Bools]:
    """Estimate from two small steps a group, with the noise that the second differences show.

    Parameters
    ----------
    f : Sampler
        The function; four calls a group.
    x, center : array
        The point, of shape (inputs,), and f there, of shape (outputs,).
    grouped : Compressed
        The groups.

    Returns
    -------
    slopes : Slopes
        Along the groups.
    wide : array of bool, shape (outputs,)
        Which outputs do not behave like those of a smooth function: their bars are too wide.
    """
    large, small = (step(level) for level in _LEVELS)
    share = (small / large) ** 2
    value, gap = np.empty((2, *grouped.shape))
    noise = np.zeros(len(center))
    for group in range(grouped.groups):
        move = grouped.direction(group)
        far, near = pair(f, x, large * move), pair(f, x, small * move)
        slope = (near[0] - near[1]) / (2 * small)
        change = (far[0] - far[1]) / (2 * large) - slope
        value[group], gap[group] = slope - change * (share / (1 - share)), np.abs(change)
        bend = (near[0] + near[1]) - (far[0] + far[1]) * share - 2 * (1 - share) * center
        np.maximum(noise, np.abs(bend), out=noise)
    size = np.abs(value)
    terms = np.abs(center) + size.sum(axis=0)
    noise = np.maximum(_SHOWN * noise, _ROUNDED * UNIT_ROUNDOFF * terms)
    bar = gap * _LEFT_OVER + _AMPLIFIED * noise / small
    nothing = np.broadcast_to(np.nan, grouped.shape)
    never = np.broadcast_to(np.False_, grouped.shape)
    slopes = Slopes(
        value=value,
        bar=bar,
        span=np.broadcast_to(large, grouped.shape),
        reach=size,
        left=nothing,
        right=nothing,
        blocked=never,
        steep=never,
    )
    return slopes, ~(bar.max(axis=0, initial=0.0) <= TARGET * terms)


def slope_across(
    f: Sampler, x: Array, center: Array, direction: Array, slopes: Slopes
) -> tuple[Array, Array]:
    """Return the derivative along a direction from one pair of values, and its error bar.

    Parameters
    ----------
    f : Sampler
        The function; two calls.
    x, center : array
        The point, of shape (inputs,), and f there, of shape (outputs,).
    direction : array of shape (inputs,)
        Which way.
    slopes : Slopes
        Along the groups, from `at_a_glance`: their bars tell how exact values are.
    """
    _, small = (step(level) for level in _LEVELS)
    up, down = pair(f, x, small * direction)
    bar = slopes.bar.sum(axis=0) / _LEFT_OVER + 0 * center
    return (up - down) / (2 * small), bar


def pair(f: Sampler, x: Array, move: Array) -> Array:
    """Return the values on either side, of shape (2, outputs)."""
    return f.rows([x + move, x - move])
