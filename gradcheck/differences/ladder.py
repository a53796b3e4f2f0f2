"""Many steps in one direction: widen, narrow, and choose the window that can be trusted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.window import UNIT_ROUNDOFF, Window, central_window

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

FIRST = (5, 6, 7)
"""The levels that are taken for every input: h = scale / 2^level, times a number in [1, 1.4)."""
LAST = 52
_DOWN = 2
_WIDEST = 1100
_PASSES = 3
_HINDSIGHT = 1.5
_SPAN = 2.0**14
"""The steps of a window may differ by this factor, unless there is no other window."""
IMPROVABLE = 2.0**-6
_SURPRISES = (4.0, 16.0, 64.0)
"""By so much the noise may be larger than a few values showed."""

Rungs = tuple[Array, Array, Array, Array]
"""Displacements to either side, shape (count, 1 or outputs), and the values there, shape
(count, outputs)."""


def step(level: int) -> float:
    """Return the relative step of a level: about 2^-level, in 20 bits.

    The factors are spread over [1, 1.4), so that no period of f divides all the steps.
    """
    mantissa = 1 + 0.4 * (0.6180339887498949 * (level % 64) % 1.0)
    return float(np.ldexp(np.round(np.ldexp(mantissa, 20)), -20 - level))


def is_wide(value: Array, bar: Array, reach: Array, improvable: Bools, target: float) -> Bools:
    """Tell which bars are wider than the target, relative to the size of the derivative.

    A derivative that is small beside the quotients of one side passes for zero, unless f itself is
    so small at x that its noise allows more.
    """
    wide = bar > target * np.maximum(np.abs(value), reach)
    fine = improvable & (np.abs(value) > 2 * bar) & (bar > target * np.abs(value))
    return np.asarray(wide | fine)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a ladder says, for each output."""

    value: Array
    bar: Array
    rounding: Array
    """The part of the bar that comes from the noise of f."""
    span: Array
    """The window's largest step."""
    reach: Array
    """The size of the one-sided quotients at the window's smallest step."""
    improvable: Bools
    """Whether noise next to x is so low that smaller steps could be more precise."""
    first: npt.NDArray[np.intp]
    """The position of the window's largest step in the ladder."""
    found: Bools
    """Whether there is a window that can be trusted."""

    def replaced(self, where: Bools, other: "Choice") -> "Choice":
        """Return this choice with the other one in some places."""
        names = [field.name for field in fields(self)]
        return Choice(
            **{name: np.where(where, getattr(other, name), getattr(self, name)) for name in names}
        )

    def is_wide(self, target: float) -> Bools:
        """Tell which bars are wider than the target, relative to the size of the derivative."""
        return self.found & is_wide(self.value, self.bar, self.reach, self.improvable, target)

    def is_noisy(self, target: float) -> Bools:
        """Tell which bars are too wide because of noise."""
        return self.is_wide(target) & (self.bar < 4 * self.rounding)


@final
class Ladder:
    """The values of f at x ± h v for more and more steps h."""

    def __init__(
        self,
        take: Callable[[Sequence[int]], Rungs],
        *,
        center: Array,
        noise: Array,
    ) -> None:
        self._take = take
        self._center = center
        self._noise = noise
        self.levels: list[int] = []
        self._rungs: dict[int, Rungs] = {}
        self._first: Sequence[int] = ()

    def add(self, levels: Sequence[int], rungs: Rungs | None = None) -> None:
        """Take values at these levels, or take over those that are there already."""
        new = [level for level in levels if level not in self._rungs]
        if not new:
            return
        right, left, above, below = self._take(new) if rungs is None else rungs
        self._first = self._first or new
        for k, level in enumerate(new):
            self._rungs[level] = (right[k], left[k], above[k], below[k])
        self.levels = sorted(self._rungs)

    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """Return h, f(x + h) - f(x), f(x - h) - f(x), and the noise, one row per level."""
        rungs = [self._rungs[level] for level in self.levels]
        h = np.array([(rung[0] + rung[1]) / 2 for rung in rungs])
        above = np.array([rung[2] for rung in rungs])
        below = np.array([rung[3] for rung in rungs])
        size = np.maximum(np.abs(above), np.abs(below))
        size = np.where(np.isfinite(size), size, 0.0)
        growth = np.fmax(size / self._size_nearby(), 1.0)  # noise is relative to the values
        noise = np.maximum(self._noise * growth, UNIT_ROUNDOFF * size)
        return h, above - self._center, below - self._center, noise

    def _size_nearby(self) -> Array:
        """Return the largest |f| at x and the first steps."""
        values = [self._rungs[level][side] for level in self._first for side in (2, 3)]
        largest: Array = np.fmax.reduce([np.abs(value) for value in (*values, self._center)])
        return largest

    def choose(self, noise: Array | None = None, *, factor: float = 1.0) -> Choice:
        """Pick, for each output, the window with the smallest bar among those to be trusted.

        A window is trusted if it is valid and no quotient at a smaller step contradicts it:
        agreement at large steps proves nothing (aliases, plateaus), while the error of a quotient
        at a small step is bounded by the noise. Beyond the first steps, a window must show more
        of f than noise: a bounded f with small values would pass for a constant.

        Parameters
        ----------
        noise : array of shape (outputs,), optional
            A larger noise of f to reckon with.
        factor : float
            By how much noise may be larger than it was measured.
        """
        h, forward, backward, errors = self.arrays()
        errors = factor * errors
        if noise is not None:
            errors = np.maximum(errors, noise)
        window = _windows(h, forward, backward, errors)
        trusted = window.valid & ~self._contradicted(window, h, forward, backward, errors)
        natural = np.maximum(self._rungs[self._first[0]][0], 1.0)
        trusted &= window.seen | (h[:-2] <= natural)
        trusted &= (h[:-2] <= _SPAN * h[2:]) | ~trusted.any(axis=0)
        bars = np.where(trusted, _with_hindsight(window, trusted), np.inf)
        bars = np.where(np.isnan(bars), np.inf, bars)
        index = bars.argmin(axis=0)
        columns = np.arange(bars.shape[1])
        return Choice(
            value=window.value[index, columns],
            bar=bars[index, columns],
            rounding=window.rounding[index, columns],
            span=h[index, 0 if h.shape[1] == 1 else columns],
            reach=window.reach[index, columns],
            improvable=self._noise / h[2:][index, 0 if h.shape[1] == 1 else columns]
            < IMPROVABLE * bars[index, columns],
            first=index,
            found=np.asarray(np.isfinite(bars).any(axis=0)),
        )

    def settle(self, wanted: Bools, target: float) -> Choice:
        """Take more values until every wanted output has a window with a bar below the target.

        Parameters
        ----------
        wanted : array of bool, shape (outputs,)
            Which outputs count.
        target : float
            The relative error bar to reach; where noise forbids it, the best is taken.
        """
        choice = self.choose()
        for _ in range(_PASSES):
            count = len(self.levels)
            choice = self._narrow(choice, wanted, target)
            choice = self._widen(choice, wanted, target)
            choice = self._densify(choice, wanted, target)
            choice = self._confirm(choice, wanted)
            if len(self.levels) == count:
                break
        return self._reconsider(choice, wanted, target)

    def _reconsider(self, choice: Choice, wanted: Bools, target: float) -> Choice:
        """Reckon with more noise where that of few values cannot explain the quotients."""
        for factor in _SURPRISES:
            if not (wanted & (choice.is_wide(target) | ~choice.found)).any():
                break
            other = self.choose(factor=factor)
            better = other.found & (other.bar < choice.bar / 4)
            choice = choice.replaced(better, other)
        return choice

    def _narrow(self, choice: Choice, wanted: Bools, target: float) -> Choice:
        """Take smaller steps while the noise there would still leave something to win."""
        while self.levels[-1] < LAST:
            h, forward, backward, noise = self.arrays()
            floor = np.where(choice.improvable, self._noise, noise[-1]) / h[-1] * 2.0**_DOWN
            rise = (np.fmax(np.abs(forward), np.abs(backward)) / h)[-3:].max(axis=0)
            helps = np.where(
                choice.found,
                choice.is_wide(target) & (choice.bar > 4 * floor),
                ~(floor > 10 * rise),
            )
            if not (wanted & helps).any() or not (h[-1] > 0).all():
                break
            self.add([self.levels[-1] + _DOWN])
            choice = self.choose()
        return choice

    def _widen(self, choice: Choice, wanted: Bools, target: float) -> Choice:
        """Take larger steps while noise alone limits the bars of the largest ones."""
        gap = _DOWN
        while self.levels[0] > -_WIDEST:
            if not (wanted & choice.is_noisy(target) & (choice.first == 0)).any():
                break
            if self._rungs[self.levels[0]][0].max() >= 1 and not self._varies(wanted):
                break
            widest = self.levels[0] - gap
            usual = self.levels[0] - self._below_one()
            if widest < usual < self.levels[0]:  # do not jump over steps of the usual size
                widest, gap = usual, _DOWN
            self.add([widest] if gap <= 4 else [widest, widest + 2, widest + 4])
            gap *= 2
            choice = self.choose()
        return self._fill(choice, wanted, target)

    def _below_one(self) -> int:
        """Return how many levels the widest steps are below 2^-5, where most functions are told."""
        widest = float(self._rungs[self.levels[0]][0].max())
        return -5 - int(np.frexp(widest)[1]) if 0 < widest < 1 else 0

    def _fill(self, choice: Choice, wanted: Bools, target: float) -> Choice:
        """Take steps between those too large and those too noisy."""
        while True:
            open_ = wanted & choice.is_noisy(target) & (choice.first > 0)
            places = {int(k) for k in choice.first[open_]}
            wide = [k for k in places if self.levels[k] - self.levels[k - 1] > _DOWN]
            if not wide:
                return choice
            self.add([level for k in wide for level in self._between(k)])
            choice = self.choose()

    def _between(self, position: int) -> list[int]:
        """Return levels in the middle of the gap before a position, enough for a window."""
        lower, upper = self.levels[position - 1], self.levels[position]
        middle = (lower + upper) // 2
        return [level for level in (middle, middle + 2, middle + 4) if level < upper]

    def _densify(self, choice: Choice, wanted: Bools, target: float) -> Choice:
        """Take the steps around the best window, so that its smallest is not much smaller."""
        noisy = wanted & choice.is_noisy(target)
        best = {self.levels[int(k)] for k in choice.first[noisy]}
        near = sorted({level + k for level in best for k in (-1, 1, 2)} - set(self.levels))
        if not near:
            return choice
        self.add(near)
        return self.choose()

    def _confirm(self, choice: Choice, wanted: Bools) -> Choice:
        """Make sure that quotients far below the chosen window do not contradict it."""
        kept = wanted & choice.found
        if not kept.any():
            return choice
        deepest = self.levels[int(choice.first[kept].max()) + 2]
        deeper = (deepest + 6, deepest + 14)
        missing = [k for k in deeper if k <= LAST and not any(abs(k - j) < 3 for j in self.levels)]
        if not missing:
            return choice
        self.add(missing)
        return self.choose()

    def _varies(self, wanted: Bools) -> bool:
        rungs = self._rungs.values()
        return any((rung[2] != self._center)[wanted].any() for rung in rungs)

    @staticmethod
    def _contradicted(
        window: Window, h: Array, forward: Array, backward: Array, noise: Array
    ) -> npt.NDArray[np.bool_]:
        quotient = (forward - backward) / (2 * h)
        error = 2 * noise / h
        verdict = np.zeros(window.value.shape, dtype=bool)
        for i in range(len(verdict)):
            later = slice(i + 3, None)
            if i + 3 >= len(h):
                break
            allowed = 2 * window.bar[i] + error[later]
            allowed = allowed + 3 * np.abs(window.slope[i]) * (h[later] / h[i]) ** 2
            verdict[i] = (np.abs(quotient[later] - window.value[i]) > allowed).any(axis=0)
        return verdict


def _with_hindsight(window: Window, trusted: Bools) -> Array:
    """Return the bars, the truncation bounded by what the next trusted window says, if less.

    That window's own truncation is smaller by orders of magnitude.
    """
    step = np.abs(np.diff(window.value, axis=0)) + _HINDSIGHT * window.rounding[1:]
    bound = np.where(trusted[1:] & ~np.isnan(step), step, np.inf)
    bars = window.bar.copy()
    bars[:-1] -= np.maximum(window.truncation[:-1] - bound, 0.0)
    return bars


def _windows(h: Array, forward: Array, backward: Array, noise: Array) -> Window:
    """Make the windows of all consecutive steps, shape (windows, outputs)."""

    def triples(values: Array) -> Array:
        return np.stack([values[:-2], values[1:-1], values[2:]])

    return central_window(triples(h), triples(forward), triples(backward), triples(noise))
