"""Readings of the mistakes in a gradient: what df claims along a direction, less what f shows."""

from dataclasses import replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences import tracks
from gradcheck.differences.ladder import FIRST, step
from gradcheck.differences.neighbourhood import Neighbourhood, look_around, unseen
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Survey
from gradcheck.differences.window import UNIT_ROUNDOFF, Window, central_window
from gradcheck.verdict.directions import Directions, power
from gradcheck.verdict.judging import MATERIAL
from gradcheck.verdict.search import Exhausted, Reading

Array = npt.NDArray[Any]

FEWEST = 8
"""Values of f that are taken in any case: at x, twice, and along the first direction."""
_LARGEST, _SMALLEST = 2.0**-6, 2.0**-36
"""Bounds for the relative steps of readings, which are powers of two: directions have so few bits
that x + h v is exact then."""
_BALANCE = 2.0
"""By so much the truncation error of a reading is smaller than half of its rounding error; their
sum is within a twentieth of the smallest, and parts that bend more than the whole do no harm."""
_LIKELY = 8.0
"""The third derivative along a direction is seldom smaller than the gradient over this number."""
_AGREES = 0.05
"""A mistake is confirmed by a single value of f up to this share of it."""
_SURE = 0.25
"""What a single value of f says counts if its bar is at most this share of the mistake."""
_BENT = 4.0
"""The second derivative is seldom larger than the first, in units of x, by this factor."""
_ROUNDED = 1.0
"""A value of f is known to so many roundoffs at best."""
_CLOSER = 24
"""Values of f that it takes at most to measure its noise."""
_SURVEY = 100
"""Values of f that it usually takes to follow it where it is not smooth."""
_LARGE = 2.0**-10
"""An output counts relative to its derivative, or to so much of its value, if that is more."""


@final
class Gauge:
    """Compares a gradient with f along parts of a direction, two values of f at a time.

    The outputs of a vector-valued f are combined with random weights, so that there is one
    gradient. Inputs by which df is not finite anyway are left where they are.

    Parameters
    ----------
    f : Probe
        The function.
    x, center : array
        The point, of shape (inputs,), and f there, of shape (outputs,).
    claims : array of shape (outputs, inputs)
        df(x).
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
        self._finite = np.isfinite(claims).all(axis=0)
        claims = np.where(self._finite, claims, 0.0)
        self._mix = _mix(claims, center, directions)
        self.gradient: Array = self._mix @ claims
        self._values_at_x = center
        self._center = float(self._mix @ center)
        self._known: dict[int, Reading] = {}
        self._weights = directions[0] * self._finite
        self._lines = tracks.along(f, x, [self._weights])
        self._measured = False
        self._settle(unseen(center, np.stack(self._lines.first[2:])))

    def first(self) -> Reading:
        """Return the reading of everything along the first direction."""
        if not self._window.valid.all():
            self.look_closer()
        if self._window.valid.all():
            value, bar = float(self._window.value[0]), float(self._window.bar[0])
        else:
            self._require(_SURVEY)
            found = Survey(self._lines, self._values_at_x, self._around).slopes
            value, bar = float(self._mix @ found.value[0]), float(self._mix @ found.bar[0])
        if not np.isfinite(value):
            return self.read(0, len(self._x), None)
        sums = self.gradient * self._weights
        return Reading(float(sums.sum()) - value, bar + _rounding(sums))

    def again(self, number: int) -> Reading:
        """Take another direction; return the reading of what is not known yet."""
        self._weights = self._directions[number] * self._finite
        return self.read(0, len(self._x), None)

    def look_closer(self) -> float:
        """Measure the noise of f next to x; return by how much it is larger than was assumed."""
        if self._measured:
            return 1.0
        self._require(_CLOSER)
        above, below = self._lines.first[2:]
        varies = ~((above == self._values_at_x) & (below == self._values_at_x)).all(axis=(0, 1))
        scale, assumed = self._directions.scale, self._noise
        self._settle(look_around(self._f, self._x, self._values_at_x, scale, varies=varies))
        self._measured = True
        return max(1.0, self._noise / assumed)

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
        h = self._h
        up, down = self._x.copy(), self._x.copy()
        up[part] += h * weights
        down[part] -= h * weights
        moves = (up[part] - down[part]) / (2 * h)
        above, below = self._values([up, down])
        sums = self.gradient[part] * moves
        noise = max(self._noise, _ROUNDED * UNIT_ROUNDOFF * max(abs(above), abs(below)))
        value = float(sums.sum()) - (above - below) / (2 * h)
        bar = noise / h + self._curve * h**2 + _rounding(sums)
        inside = [(moves[i - start], e) for i, e in self._known.items() if start <= i < stop]
        value -= sum(move * mistake.value for move, mistake in inside)
        known = np.array([move * mistake.bar for move, mistake in inside])
        return Reading(value, bar + float(np.linalg.norm(known)))

    def confirm(self, index: int, reading: Reading) -> Reading:
        """Look at a single input; remember its mistake, and return what it leaves unexplained."""
        weight = float(self._weights[index])
        if weight == 0:
            return reading
        expected = Reading(reading.value / weight, reading.bar / abs(weight))
        seen = self._at_a_glance(index, expected)
        near = _AGREES * abs(expected.value) + expected.bar + seen.bar
        if abs(seen.value - expected.value) <= near:
            self._remember(index, expected)
            return Reading(0.0, reading.bar)
        if abs(seen.value) <= near:
            return reading
        values, bars = self.column(index)
        value, bar = float(self._mix @ values), float(self._mix @ bars)
        mistake = Reading(self._claimed(index) - value, bar)
        if not abs(mistake.value) > mistake.threshold + self._material(index):
            return reading
        self._remember(index, mistake)
        return reading.without(Reading(mistake.value * weight, mistake.bar * abs(weight)))

    def column(self, index: int) -> tuple[Array, Array]:
        """Return the derivatives of all outputs by one input, and their error bars.

        Raises
        ------
        Exhausted
            If f may not be called any more.
        """
        self._require(2 * len(FIRST))
        moves = np.array([step(level) for level in FIRST]) * self._directions.scale[index]
        up, down = self._x[index] + moves, self._x[index] - moves
        rows = self._f.moved(self._x, np.full(2 * len(moves), index), np.concatenate([up, down]))
        above, below = rows[: len(moves)], rows[len(moves) :]
        center = self._values_at_x
        noise = np.fmax(self._around.noise, unseen(center, rows).noise)
        h = ((up - down) / 2)[:, None]
        window = central_window(
            h, above - center, below - center, np.broadcast_to(noise, above.shape)
        )
        valid = window.valid & np.isfinite(window.bar)
        return np.where(valid, window.value, 0.0), np.where(valid, window.bar, np.inf)

    def mistakes(self) -> dict[int, Reading]:
        """Return the mistakes found: claimed less true derivative, by input."""
        return {
            index: mistake
            for index, mistake in self._known.items()
            if abs(mistake.value) > mistake.threshold + self._material(index)
        }

    def resolution(self, reading: Reading) -> float:
        """Return what shows in a reading for certain: a mistake in an entry of average size."""
        size = np.array([[np.linalg.norm(self.gradient * self._weights)]])
        threshold = np.array([[reading.threshold]])
        return power(threshold, size, replace(self._directions, each=1)).single

    def _claimed(self, index: int) -> float:
        """Return the claim by one input, without the mistake that is known."""
        known = self._known.get(index)
        return float(self.gradient[index]) - (0.0 if known is None else known.value)

    def _material(self, index: int) -> float:
        return MATERIAL * abs(float(self.gradient[index]))

    def _remember(self, index: int, mistake: Reading) -> None:
        before = self._known.get(index, Reading(0.0, 0.0))
        self._known[index] = Reading(before.value + mistake.value, before.bar + mistake.bar)

    def _at_a_glance(self, index: int, expected: Reading) -> Reading:
        """Return what one value of f says of a mistake at an input; NaN if that is too little."""
        scale = float(self._directions.scale[index])
        claimed = self._claimed(index)
        size = scale * max(abs(claimed), abs(claimed - expected.value))
        h = float(np.clip(np.sqrt(self._noise / size), _SMALLEST, _LARGEST)) if size else _LARGEST
        moved = self._x.copy()
        moved[index] += h * scale
        shift = float(moved[index] - self._x[index])
        (value,) = self._values([moved])
        bar = 2 * self._noise / shift + _BENT * size * h / scale
        if bar > _SURE * abs(expected.value):
            return Reading(np.nan, np.inf)
        return Reading(claimed - (value - self._center) / shift, bar)

    def _settle(self, around: Neighbourhood) -> None:
        """Choose the step of readings for the noise of f."""
        self._around = around
        self._noise = float(self._mix @ around.noise)
        right, left, above, below = self._lines.first
        rise, fall = ((side - self._values_at_x) @ self._mix for side in (above, below))
        h = ((right + left) / 2)[..., 0]
        far = self._mix @ np.fmax(
            around.noise, unseen(self._values_at_x, np.stack([above, below])).noise
        )
        window: Window = central_window(h, rise, fall, np.full(h.shape, far))
        self._window = window
        third = float(np.abs(window.slope[0])) / step(self._lines.levels[0]) ** 2
        least = float(np.linalg.norm(self.gradient * self._weights)) / _LIKELY
        self._curve = float(np.fmax(third, least))
        best = np.cbrt(self._noise / (_BALANCE * self._curve)) if self._curve else _LARGEST
        self._h = float(np.exp2(np.round(np.log2(np.clip(best, _SMALLEST, _LARGEST)))))

    def _values(self, points: list[Array]) -> list[float]:
        self._require(len(points))
        values = self._f.rows(points) @ self._mix
        if not np.isfinite(values).all():
            raise Exhausted
        return [float(value) for value in values]

    def _require(self, calls: int) -> None:
        if self._f.calls + calls > self._limit:
            raise Exhausted


def _mix(claims: Array, center: Array, directions: Directions) -> Array:
    """Return random weights of the outputs, relative to the sizes of their derivatives."""
    if len(center) == 1:
        return np.ones(1)
    generator = np.random.Generator(np.random.PCG64(directions.seed))
    size = np.linalg.norm(claims * directions.scale, axis=1)
    typical = float(np.median(size[size > 0])) if (size > 0).any() else 1.0
    size = np.maximum(np.where(size > 0, size, typical), _LARGE * np.abs(center))
    return np.asarray(generator.uniform(0.5, 1, len(center)) * typical / size)


def _rounding(sums: Array) -> float:
    """Return what rounding inside df amounts to in a sum."""
    return MATERIAL / 2 * float(np.linalg.norm(sums))
