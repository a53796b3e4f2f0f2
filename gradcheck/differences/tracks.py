"""The lines along which f is sampled: one input at a time, all at once, or given directions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.ladder import FIRST, Rungs, step
from gradcheck.differences.probe import Probe, Sampler

Array = npt.NDArray[Any]

_ALONG = (8, 9, 10)
"""The levels of the first steps where many inputs move: the terms of the error are random sums of
which some vanish by chance, so that they had better be small altogether."""


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """Lines x + t v through one point, with the values at the first steps."""

    count: int
    levels: tuple[int, ...]
    """Those of the first steps."""
    first: Rungs
    """Displacements of shape (steps, tracks, 1 or outputs), values of shape (..., outputs)."""
    take: Callable[[int, Sequence[int]], Rungs]
    """Take the values of one track at more levels."""
    sample: Callable[[int, Array], Array]
    """Return the values of one track at displacements t, in units of the scale."""
    total: Callable[[Array, Array], Array] | None
    """Combine derivatives of shape (tracks, outputs) to the one along a direction of all inputs."""


def scale_of(x: Array) -> Array:
    """Return the size of each input as a power of two.

    An input that is small beside the others by chance, or zero, takes part of their size; one
    that is smaller by orders of magnitude is taken as it is.
    """
    size = np.abs(x)
    known = size[size > 0]
    typical = float(np.median(known)) if len(known) else 1.0
    size = np.where(size == 0, typical, size)
    near = (size < typical / 4) & (size > typical / 1024)
    scale: Array = np.ldexp(1.0, np.frexp(np.where(near, typical / 4, size))[1] - 1)
    return scale


def by_input(probe: Probe, x: Array, scale: Array) -> Tracks:
    """Move one input at a time."""

    def take(inputs: Array, levels: Sequence[int]) -> Rungs:
        with np.errstate(over="ignore"):
            moves = np.array([step(level) for level in levels])[:, None] * scale[inputs]
            up, down = x[inputs] + moves, x[inputs] - moves
        targets = np.stack([up, down]).transpose(2, 0, 1)  # one input after the other
        moved = probe.moved(x, np.repeat(inputs, 2 * len(levels)), targets.reshape(-1))
        above, below = moved.reshape(len(inputs), 2, len(levels), -1).transpose(1, 2, 0, 3)
        return (up - x[inputs])[..., None], (x[inputs] - down)[..., None], above, below

    def take_one(track: int, levels: Sequence[int]) -> Rungs:
        right, left, above, below = take(np.array([track]), levels)
        return right[:, 0], left[:, 0], above[:, 0], below[:, 0]

    return Tracks(
        count=len(x),
        levels=FIRST,
        first=take(np.arange(len(x)), FIRST),
        take=take_one,
        sample=lambda track, t: probe.moved(x, np.full(len(t), track), x[track] + t * scale[track]),
        total=lambda slopes, direction: direction @ slopes,
    )


def elementwise(probe: Probe, x: Array, scale: Array) -> Tracks:
    """Move all inputs together: each output sees its own input alone."""

    def take(_: int, levels: Sequence[int]) -> Rungs:
        moves = np.array([step(level) for level in levels])[:, None] * scale
        up, down = x + moves, x - moves
        values = probe.rows(np.concatenate([up, down]))
        return up - x, x - down, values[: len(levels)], values[len(levels) :]

    right, left, above, below = take(0, FIRST)
    return Tracks(
        count=1,
        levels=FIRST,
        first=(right[:, None], left[:, None], above[:, None], below[:, None]),
        take=take,
        sample=lambda _, t: probe.rows(x + t[:, None] * scale),
        total=lambda slopes, direction: direction * slopes[0],
    )


def along(
    probe: Sampler,
    x: Array,
    directions: Sequence[Array],
    *,
    levels: tuple[int, ...] = _ALONG,
    total: Callable[[Array, Array], Array] | None = None,
) -> Tracks:
    """Move along the directions, each of shape (inputs,)."""

    def take(track: int, levels: Sequence[int]) -> Rungs:
        t = np.array([step(level) for level in levels])
        moves = t[:, None] * directions[track]
        values = probe.rows(np.concatenate([x + moves, x - moves]))
        return t[:, None], t[:, None], values[: len(t)], values[len(t) :]

    taken = [take(track, levels) for track in range(len(directions))]
    right, left, above, below = (np.stack(parts, axis=1) for parts in zip(*taken, strict=True))
    return Tracks(
        count=len(directions),
        levels=levels,
        first=(right, left, above, below),
        take=take,
        sample=lambda track, t: probe.rows(x + t[:, None] * directions[track]),
        total=total,
    )
