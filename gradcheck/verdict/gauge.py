"""Readings of the mistakes in a gradient: what df claims along a direction, less what f shows."""

from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate, tracks
from gradcheck.differences.ladder import FIRST, step
from gradcheck.differences.neighbourhood import look_around, unseen
from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import Tracks
from gradcheck.differences.window import Window, central_window
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.judging import MATERIAL
from gradcheck.verdict.search import Exhausted, Reading

Array = npt.NDArray[Any]

_LARGEST, _SMALLEST = 2.0**-6, 2.0**-40
"""Bounds for the relative steps of readings."""
_BALANCE = 8.0
"""By so much the truncation error of a reading is smaller than its rounding error, if the third
derivatives are as large as along the first direction."""
_LIKELY = 8.0
"""The third derivative along a direction is seldom smaller than the gradient over this number."""
_AGREES = 0.05
"""A mistake is confirmed by a single value of f up to this share of it."""


@final
class Gauge:
    """Compares a gradient with f along parts of a direction, two values of f at a time.

    The outputs of a vector-valued f are combined with random weights, so that there is one
    gradient.

    Parameters
    ----------
    f : Probe
        The function.
    x, center : array
        The point, of shape (inputs,), and f there, of shape (outputs,).
    claims : array of shape (outputs, inputs)
        df(x); what is not finite counts as 0.
    directions : Directions
        One for each round of the search.
    limit : int
        How often f may be called.
    """

    def __init__(
        self, f: Probe, x: Array, center: Array, claims: Array, directions: Directions, limit: int
    ) -> None:
        self._f, self._x, self._limit = f, x, limit
        self._directions = directions
        generator = np.random.Generator(np.random.PCG64(directions.seed))
        several = len(center) > 1
        self._mix = generator.uniform(0.5, 1, len(center)) if several else np.ones(1)
        self.gradient = np.nan_to_num(self._mix @ claims, nan=0.0, posinf=0.0, neginf=0.0)
        self._values_at_x = center
        self._center = float(self._mix @ center)
        self.known: dict[int, Reading] = {}
        """The mistakes found: claimed less true derivative, by input."""
        self._weights = directions[0]
        lines = tracks.along(f, x, [self._weights])
        self._noise, window = self._first_look(lines, center)
        spread = self._rounding(self.gradient * self._weights)
        curve = float(np.abs(window.slope[0])) / step(lines.levels[0]) ** 2
        curve = max(curve, float(np.linalg.norm(self.gradient * self._weights)) / _LIKELY)
        self._h = float(np.clip(np.cbrt(self._noise / (_BALANCE * curve)), _SMALLEST, _LARGEST))
        self._root = self._whole(lines, center, window, spread)

    def first(self) -> Reading:
        """Return the reading of everything along the first direction."""
        return self._root

    def again(self, number: int) -> Reading:
        """Take another direction; return the reading of what is not known yet."""
        self._weights = self._directions[number]
        return self.read(0, len(self._x), None)

    def remaining(self) -> float:
        """Return how many readings are left."""
        return (self._limit - self._f.calls) / 2

    def read(self, start: int, stop: int, code: Array | None) -> Reading:
        """Read a range of inputs, their weights multiplied by a code.

        Raises
        ------
        Exhausted
            If f may not be called any more, or has no values nearby.
        """
        part = slice(start, stop)
        weights = self._weights[part] if code is None else self._weights[part] * code
        h = min(self._h * (len(self._x) / (stop - start)) ** (1 / 6), _LARGEST)
        up, down = self._x.copy(), self._x.copy()
        up[part] += h * weights
        down[part] -= h * weights
        moves = (up[part] - down[part]) / (2 * h)
        above, below = self._values([up, down])
        sums = self.gradient[part] * moves
        found = sum(e.value * moves[i - start] for i, e in self.known.items() if start <= i < stop)
        value = float(sums.sum()) - (above - below) / (2 * h) - found
        return Reading(value, 2 * self._noise / h + self._rounding(sums))

    def confirm(self, index: int, reading: Reading) -> Reading:
        """Look at a single input; remember its mistake, and return what it leaves unexplained."""
        weight, size = float(self._weights[index]), abs(float(self._weights[index]))
        expected = Reading(reading.value / weight, reading.bar / size)
        if self._explains(index, expected):
            self._remember(index, expected)
            return Reading(0.0, reading.bar)
        value, bar = self.slope(index)
        mistake = Reading(float(self.gradient[index]) - value, bar)
        material = MATERIAL * abs(float(self.gradient[index]))
        if index in self.known:
            mistake = mistake.without(self.known[index])
        if not abs(mistake.value) > 2 * mistake.bar + material:
            return reading
        self._remember(index, mistake)
        return reading.without(Reading(mistake.value * weight, mistake.bar * size))

    def slope(self, index: int) -> tuple[float, float]:
        """Return the derivative by one input, and its error bar, from six values."""
        values, bars = self.column(index)
        return float(self._mix @ values), float(self._mix @ bars)

    def column(self, index: int) -> tuple[Array, Array]:
        """Return the derivatives of all outputs by one input, and their error bars."""
        self._require(2 * len(FIRST))
        scale = self._directions.scale[index]
        moves = np.array([step(level) for level in FIRST]) * scale
        up, down = self._x[index] + moves, self._x[index] - moves
        rows = self._f.moved(self._x, np.full(2 * len(moves), index), np.concatenate([up, down]))
        above, below = rows[: len(moves)], rows[len(moves) :]
        center = self._values_at_x
        noise = unseen(center, rows).noise
        h = ((up - down) / 2)[:, None]
        window = central_window(
            h, above - center, below - center, np.broadcast_to(noise, above.shape)
        )
        return window.value, np.where(window.valid, window.bar, np.inf)

    def _remember(self, index: int, mistake: Reading) -> None:
        before = self.known.get(index, Reading(0.0, 0.0))
        self.known[index] = Reading(before.value + mistake.value, before.bar + mistake.bar)

    def _explains(self, index: int, expected: Reading) -> bool:
        """Tell whether one value of f agrees with a mistake at an input."""
        scale = float(self._directions.scale[index])
        claimed = float(self.gradient[index])
        if index in self.known:
            claimed -= self.known[index].value
        size = scale * max(abs(claimed), abs(claimed - expected.value))
        h = float(np.clip(np.sqrt(self._noise / size), _SMALLEST, _LARGEST)) if size else _LARGEST
        moved = self._x.copy()
        moved[index] += h * scale
        shift = float(moved[index] - self._x[index])
        (value,) = self._values([moved])
        bar = 2 * self._noise / shift + 4 * size * h / scale
        if bar > abs(expected.value) / 4:
            return False
        mistake = claimed - (value - self._center) / shift
        tolerance = _AGREES * abs(expected.value) + expected.bar + bar
        return abs(mistake - expected.value) <= tolerance

    def _first_look(self, lines: Tracks, center: Array) -> tuple[float, Window]:
        """Return the noise of f, and what the first steps show."""
        noise = unseen(center, np.stack(lines.first[2:])).noise
        window = self._window(lines, center, noise)
        if not window.valid.all():
            varies = np.ones(len(center), dtype=bool)
            scale = self._directions.scale
            noise = look_around(self._f, self._x, center, scale, varies=varies).noise
            window = self._window(lines, center, noise)
        return float(self._mix @ noise), window

    def _window(self, lines: Tracks, center: Array, noise: Array) -> Window:
        right, left, above, below = lines.first
        rise, fall = ((side - center) @ self._mix for side in (above, below))
        h = ((right + left) / 2)[..., 0]
        return central_window(h, rise, fall, np.full(h.shape, self._mix @ noise))

    def _whole(self, lines: Tracks, center: Array, window: Window, spread: float) -> Reading:
        claimed = float(self.gradient @ self._weights)
        if window.valid.all():
            return Reading(claimed - float(window.value[0]), float(window.bar[0]) + spread)
        scale = self._directions.scale
        found = estimate.with_noise(lines, self._f, self._x, center, scale).slopes
        value, bar = found.value[0] @ self._mix, found.bar[0] @ self._mix
        if not np.isfinite(value):
            raise Exhausted
        return Reading(claimed - float(value), float(bar) + spread)

    def _values(self, points: list[Array]) -> list[float]:
        self._require(len(points))
        values = self._f.rows(points) @ self._mix
        if not np.isfinite(values).all():
            raise Exhausted
        return [float(value) for value in values]

    def _require(self, calls: int) -> None:
        if self._f.calls + calls > self._limit:
            raise Exhausted

    @staticmethod
    def _rounding(sums: Array) -> float:
        """Return what rounding inside df amounts to in a sum."""
        return MATERIAL / 2 * float(np.linalg.norm(sums))
