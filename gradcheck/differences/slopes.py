"""Derivatives along many tracks, with bounds for their errors: three steps, or a ladder."""

from dataclasses import dataclass
from functools import partial
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.jumps import slope_of_jumps
from gradcheck.differences.ladder import IMPROVABLE, Choice, Ladder, is_wide, step
from gradcheck.differences.neighbourhood import Neighbourhood, roughness
from gradcheck.differences.tracks import Tracks
from gradcheck.differences.window import (
    UNIT_ROUNDOFF,
    Slope,
    Window,
    central_window,
    one_sided_window,
)

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

TARGET = 3e-9
"""A larger relative error bar is worth more evaluations."""
_ENOUGH = 1e-7
"""A smaller relative error bar along a direction is not worth more evaluations: sums over many
inputs are that inexact."""
_SHARE = 1e-3
"""Of the largest derivative of an output, a smaller one need not be resolved better than this."""
_WIDE = 1e-3
"""Beyond this relative bar, the two sides are looked at one by one."""
_SIDE = 5
"""Steps in a one-sided window."""
_GROWTH = 1.2
_DOUBTS = range(10, 37, 2)
"""The levels that are taken before an estimate is allowed to refute a derivative."""
_CLOSE = 0.03
"""A relative difference that is larger is not put down to jumps nearby."""
_JUMPS = 2.0
"""By so much jumps nearby may change a slope, in units of the jump over its distance."""
_JUMPING = 4
"""So many outputs are searched for jumps."""
_COARSE = range(6)
"""The levels at which a rough f is read."""
_TOLD = 1e-2
"""A reading of a rough f counts if its relative bar is below."""
_SMALL = 24
"""The level of a step at which noise is already large, but hardly anything else matters."""


@dataclass(frozen=True, kw_only=True)
class Slopes:
    """Derivatives of every output along every track; arrays of shape (tracks, outputs)."""

    value: Array
    """NaN where no step gave an estimate."""
    bar: Array
    """Infinite there."""
    span: Array
    """The largest step of the window that was chosen: over it, f is smooth but for its noise."""
    reach: Array
    """The size of one-sided quotients at the steps taken: what is small beside it is 0."""
    left: Array
    """The one-sided derivatives where they differ (a kink), else NaN."""
    right: Array
    """As `left`, to the other side."""
    blocked: Bools
    """Where there is no estimate because f lacks values on one side of x at least."""
    steep: Bools
    """Where there is none because the quotients grow without bound (a jump, a vertical tangent)."""


@final
class Survey:
    """The derivatives along all tracks, and the means to look closer at some of them.

    Three steps decide about most; the others get as many as they need. A line that moves every
    input by very little must then show the slope that follows from the estimates.

    Parameters
    ----------
    tracks : Tracks
        The lines, with the values at the first steps.
    center : array of shape (outputs,)
        f(x), finite.
    around : Neighbourhood
        Noise and slope next to x.
    """

    def __init__(self, tracks: Tracks, center: Array, around: Neighbourhood) -> None:
        self._tracks = tracks
        self._center = center
        self._around = around
        self._ladders: dict[int, Ladder] = {}
        self.slopes = first_slopes(tracks, center, around.noise)
        self._climb_where(_need_more(tracks, around.noise, self.slopes))
        if tracks.total is not None:
            self._climb_where(_astray(tracks, around, self.slopes))

    def doubt(self, track: int, outputs: Bools, claims: Array) -> None:
        """Take many more steps along a track; correct the outputs whose estimates they refute.

        Parameters
        ----------
        track : int
            Which one.
        outputs : array of bool, shape (outputs,)
            Which outputs are in doubt.
        claims : array of shape (outputs,)
            The derivatives that contradict the estimates. They spare the search for jumps, which
            can explain small differences only.
        """
        ladder = self._ladder(track)
        ladder.add(_DOUBTS)
        choice = ladder.choose()
        found = self.slopes
        with np.errstate(invalid="ignore"):
            gap = np.abs(choice.value - found.value[track])
            refuted = outputs & ~(gap <= 2 * (choice.bar + found.bar[track]))
        if refuted.any():
            self._write(track, refuted, ladder.settle(refuted, TARGET))
        self._reckon_with_roughness(track, outputs)
        gap = np.abs(claims - found.value[track])
        close = gap <= _CLOSE * np.fmax(np.abs(claims), np.abs(found.value[track]))
        self._reckon_with_jumps(track, outputs & (close | (found.value[track] == 0)))

    def _reckon_with_jumps(self, track: int, outputs: Bools) -> None:
        """Widen the bars where jumps nearby show that values are less exact than they look."""
        sample = partial(self._tracks.sample, track)
        right, left, _, _ = self._tracks.first
        for output in np.flatnonzero(outputs)[:_JUMPING].tolist():
            noise = float(self._around.noise[output])
            change = slope_of_jumps(sample, output, float(self._center[output]), noise)
            unit = (right[0, track] + left[0, track]) / 2 / step(self._tracks.levels[0])
            change *= _JUMPS / float(unit[0 if len(unit) == 1 else output])
            value = self.slopes.value[track, output]
            if 0 < change <= _TOLD * np.abs(value) or (change > 0 and value == 0):  # a staircase
                self.slopes.bar[track, output] += change

    def _reckon_with_roughness(self, track: int, outputs: Bools) -> None:
        """Read f at large steps where it is rough there: its slope at small ones is its own."""
        noise = roughness(partial(self._tracks.sample, track), self._center)
        rough = outputs & (noise > 8 * self._around.noise)
        if not rough.any():
            return
        ladder = self._ladder(track)
        ladder.add(_COARSE)
        choice = ladder.choose(noise)
        rough &= choice.found & (choice.bar <= _TOLD * np.abs(choice.value))
        self._write(track, rough, choice)

    def _climb_where(self, wanted: Bools) -> None:
        """Give the wanted outputs of each track as many steps as they need."""
        for track in np.flatnonzero(wanted.any(axis=1)).tolist():
            choice = self._ladder(track).settle(wanted[track], TARGET)
            self._write(track, wanted[track], choice)

    def _ladder(self, track: int) -> Ladder:
        if track not in self._ladders:
            ladder = Ladder(
                partial(self._tracks.take, track), center=self._center, noise=self._around.noise
            )
            right, left, above, below = self._tracks.first
            ladder.add(
                self._tracks.levels,
                (right[:, track], left[:, track], above[:, track], below[:, track]),
            )
            self._ladders[track] = ladder
        return self._ladders[track]

    def _write(self, track: int, wanted: Bools, choice: Choice) -> None:
        found = self.slopes
        for output in np.flatnonzero(wanted).tolist():
            place = track, output
            found.value[place] = choice.value[output] if choice.found[output] else np.nan
            found.bar[place] = choice.bar[output]
            found.span[place] = choice.span[output]
            found.reach[place] = choice.reach[output]
            size = max(abs(choice.value[output]), choice.reach[output])
            if not choice.bar[output] <= _WIDE * size:
                _take_sides(self._ladder(track), output, place, found)


def is_decided(found: Slopes) -> bool:
    """Tell whether derivatives along directions are known well enough."""
    return bool((found.bar <= _ENOUGH * _reference(found)).all())


def first_slopes(tracks: Tracks, center: Array, noise: Array) -> Slopes:
    """Read the derivatives off the first steps."""
    window = _first_windows(tracks, center, noise)
    shape = window.value.shape
    return Slopes(
        value=np.where(window.valid, window.value, np.nan),
        bar=np.where(window.valid, window.bar, np.inf),
        span=np.broadcast_to((tracks.first[0][0] + tracks.first[1][0]) / 2, shape).copy(),
        reach=window.reach,
        left=np.full(shape, np.nan),
        right=np.full(shape, np.nan),
        blocked=np.zeros(shape, dtype=bool),
        steep=np.zeros(shape, dtype=bool),
    )


def _need_more(tracks: Tracks, noise: Array, found: Slopes) -> Bools:
    """Tell which derivatives are worth more steps."""
    smallest = (tracks.first[0][2] + tracks.first[1][2]) / 2
    improvable = noise / smallest < IMPROVABLE * found.bar
    value = np.nan_to_num(found.value)
    return is_wide(value, found.bar, _reference(found), improvable, TARGET)


def _reference(found: Slopes) -> Array:
    """Return the size that an error bar is compared with."""
    size = np.where(np.isfinite(found.value), np.abs(found.value), 0.0)
    reach = np.where(np.isfinite(found.reach), found.reach, 0.0)
    reference: Array = np.maximum(np.maximum(size, reach), _SHARE * size.max(axis=0, initial=0.0))
    return reference


def _first_windows(tracks: Tracks, center: Array, noise: Array) -> Window:
    right, left, above, below = tracks.first
    size = np.maximum(np.abs(above), np.abs(below))
    bound = np.maximum(noise, UNIT_ROUNDOFF * np.where(np.isfinite(size), size, 0.0))
    return central_window((right + left) / 2, above - center, below - center, bound)


def _take_sides(ladder: Ladder, output: int, place: tuple[int, int], found: Slopes) -> None:
    """Look at the two sides one by one, at a kink or where one side has no values."""
    h, forward, backward, noise = (_column(a, output) for a in ladder.arrays())
    lacking = ~(np.isfinite(forward) & np.isfinite(backward))
    found.blocked[place] = np.count_nonzero(lacking) > len(h) // 2
    found.steep[place] = _grows(h, forward, noise) or _grows(h, backward, noise)
    right, left = _side(h, forward, noise), _side(-h, backward, noise)
    if right is None and left is None:
        return
    if right is None or left is None:
        only = right or left
        other = backward if left is None else forward
        if only is not None and not np.isfinite(other).any() and only.bar < found.bar[place]:
            found.value[place], found.bar[place] = only.value, only.bar
        return
    gap = abs(right.value - left.value)
    bars = right.bar + left.bar
    if gap > 3 * bars and found.bar[place] > 0.1 * gap:
        found.value[place] = (right.value + left.value) / 2
        found.bar[place] = gap / 2 + bars
        found.left[place], found.right[place] = left.value, right.value


def _grows(h: Array, rise: Array, noise: Array) -> bool:
    """Tell whether the last quotients that stand out of the noise grow as h falls."""
    clear = np.isfinite(rise) & (np.abs(rise) > 8 * noise)
    quotient = np.abs(rise[clear] / h[clear])[-_SIDE:]
    return len(quotient) == _SIDE and bool((quotient[1:] > _GROWTH * quotient[:-1]).all())


def _column(values: Array, output: int) -> Array:
    """Return one output's column of an array whose last axis may stand for all outputs."""
    return values[:, output if values.shape[1] > 1 else 0]


def _side(h: Array, rise: Array, noise: Array) -> Slope | None:
    """Return the best one-sided derivative, if the values of that side show any."""
    best: Slope | None = None
    for start in range(len(h) - _SIDE + 1):
        part = slice(start, start + _SIDE)
        slope = one_sided_window(h[part], rise[part], noise[part])
        if slope.valid and (best is None or slope.bar < best.bar):
            best = slope
    return best


def _astray(tracks: Tracks, around: Neighbourhood, found: Slopes) -> Bools:
    """Tell which estimates the slope next to x contradicts."""
    assert tracks.total is not None
    smooth = np.isnan(found.left)
    total = tracks.total(np.where(smooth, found.value, np.nan), around.direction)
    bars = tracks.total(np.where(smooth, found.bar, np.inf), np.abs(around.direction))
    with np.errstate(invalid="ignore"):
        wrong = np.abs(total - around.slope) > 2 * (bars + around.slope_bar)
    astray = np.zeros(found.value.shape, dtype=bool)
    if not wrong.any():
        return astray
    for track in range(tracks.count):
        right, left, above, below = tracks.take(track, [_SMALL])
        h = (right[0] + left[0]) / 2
        quotient = (above[0] - below[0]) / (2 * h)
        allowed = 2 * (found.bar[track] + around.noise / h)
        astray[track] = wrong & (np.abs(quotient - found.value[track]) > allowed)
    return astray
