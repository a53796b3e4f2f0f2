"""A sparse Jacobian compressed to a few directions, and its estimate from two small steps."""

from dataclasses import dataclass
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
_USUAL = 4.0
"""An output has at least so many times the noise that others show, relative to what they are made
of: they are computed alike, and few values may show none by chance."""
_SAMPLE = 1000
"""So many outputs tell what is usual."""
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

    def group_of(self, column: int) -> int:
        """Return the group of a column."""
        return int(self._group[column])

    def placed(self, entries: Array) -> Array:
        """Put a number of each entry where its row and its group meet; 0 elsewhere."""
        array = np.zeros(self.groups * self.shape[1])
        array[self._slots] = entries
        return array.reshape(self.shape)

    def compressed(self, entries: Array) -> Array:
        """Return derivatives by inputs as derivatives along the groups."""
        return self.placed(entries * self._unit)

    def unit(self) -> Array:
        """Return what a derivative of 1 by an input is along its group."""
        return self.placed(self._unit)

    def entries(self, compressed: Array) -> Array:
        """Return the entries of an array over the groups, in the order of the pattern."""
        if not any(compressed.strides):  # one value, repeated
            return np.broadcast_to(compressed[0, 0], len(self._slots))
        return compressed.reshape(-1).take(self._slots)

    def by_input(self, compressed: Array) -> Array:
        """Return derivatives along the groups as derivatives by inputs."""
        return self.entries(compressed) / self._unit

    def weights(self, direction: Array) -> Array:
        """Return by what derivatives along the groups count in that along a direction."""
        return self.placed((direction / self.scale).take(self.pattern.columns))

    def empty(self) -> Bools:
        """Tell which places belong to no entry."""
        places = np.ones(self.groups * self.shape[1], dtype=bool)
        places[self._slots] = False
        return places.reshape(self.shape)


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What two small steps a group show; arrays over the outputs but for the slopes."""

    slopes: Slopes
    """Along the groups."""
    noise: Array
    """That of a value, as the second differences show it, which hold kinks as well."""
    usual: Array
    """What noise is expected, from that of all outputs."""
    wide: Bools
    """Where f does not behave like a smooth function: the bars are too wide."""


def at_a_glance(f: Sampler, x: Array, center: Array, grouped: Compressed) -> Glance:
    """Estimate from two small steps a group, with the noise that the second differences show.

    Parameters
    ----------
    f : Sampler
        The function; four calls a group.
    x, center : array
        The point, of shape (inputs,), and f there, of shape (outputs,).
    grouped : Compressed
        The groups.
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
    usual = max(_ROUNDED * UNIT_ROUNDOFF, _USUAL * _median_share(noise, terms)) * terms
    noise = np.maximum(_SHOWN * noise, usual)
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
    wide = ~(bar.max(axis=0, initial=0.0) <= TARGET * terms)
    return Glance(slopes=slopes, noise=noise, usual=usual, wide=wide)


def _median_share(noise: Array, terms: Array) -> float:
    """Return the median of noise / terms, from some outputs if there are many."""
    some = slice(None, None, max(1, len(terms) // _SAMPLE))
    with np.errstate(all="ignore"):
        share = noise[some] / terms[some]
    known = share[np.isfinite(share)]
    return float(np.median(known)) if len(known) else 0.0


def slope_across(f: Sampler, x: Array, direction: Array) -> Array:
    """Return the derivative of each output along a direction, roughly: from one pair of values."""
    small = step(_LEVELS[-1])
    up, down = pair(f, x, small * direction)
    return np.asarray((up - down) / (2 * small))


def roughly(slopes: Slopes) -> Array:
    """Return the bar of such a derivative, of shape (outputs,), from those along the groups."""
    return np.asarray(slopes.bar.sum(axis=0) / _LEFT_OVER)


def pair(f: Sampler, x: Array, move: Array) -> Array:
    """Return the values on either side, of shape (2, outputs)."""
    return f.rows([x + move, x - move])
