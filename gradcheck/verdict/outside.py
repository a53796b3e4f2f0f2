"""Find the derivatives that a sparsity pattern leaves out."""

from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.compression import pair
from gradcheck.differences.grouping import Pattern
from gradcheck.differences.ladder import step
from gradcheck.differences.probe import Sampler
from gradcheck.verdict.search import Exhausted, Part, Reading, Search

Array = npt.NDArray[Any]

_LEVEL = 15
"""That of the step, at which hardly any truncation is left."""
_TRUNCATION = 1e-7
"""The share of a reading that truncation may be."""
_LIMIT = 100
"""Readings that the search in one row may take."""


@final
class Strangers:
    """The inputs outside the pattern on which one output depends.

    Parameters
    ----------
    f : Sampler
        The function.
    x, scale : array of shape (inputs,)
        The point, and the size of each input.
    pattern : Pattern
        Where derivatives may differ from zero.
    row : int
        The output.
    noise : float
        That of its values.
    """

    def __init__(
        self, f: Sampler, x: Array, scale: Array, pattern: Pattern, *, row: int, noise: float
    ) -> None:
        self._f, self._x, self._scale, self._row, self._noise = f, x, scale, row, noise
        inside = pattern.columns[pattern.starts[row] : pattern.starts[row + 1]]
        self._columns = np.setdiff1d(np.arange(len(x)), inside)
        generator = np.random.Generator(np.random.PCG64(row))
        signs = generator.choice([-1.0, 1.0], len(self._columns))
        sizes = generator.uniform(0.5, 1, len(self._columns))
        self._weights = signs * sizes * scale[self._columns]
        self._known: dict[int, Reading] = {}
        self._left = _LIMIT

    def found(self) -> list[int]:
        """Return the inputs that were found, as they seem from few values: not all, maybe."""
        if not len(self._columns):
            return []
        root = Part(0, len(self._columns), self._read(0, len(self._columns), None))
        if not root.reading.shows:
            return []
        search = Search(self._read, self._confirm, lambda: self._left)
        search.run(root)
        if not self._known:
            self._left = _LIMIT
            self._descend(root)
        return [int(self._columns[place]) for place in self._known]

    def _descend(self, part: Part) -> None:
        """Follow the half that shows most, down to a single input: one of very many."""
        while part.size > 1:
            middle = (part.start + part.stop) // 2
            first = self._read(part.start, middle, None)
            second = part.reading.without(first)
            if abs(first.value) > abs(second.value):
                part = Part(part.start, middle, first)
            else:
                part = Part(middle, part.stop, second)
        self._confirm(part.start, part.reading)

    def _read(self, start: int, stop: int, code: Array | None) -> Reading:
        weights = self._weights[start:stop] if code is None else self._weights[start:stop] * code
        reading = self._change(self._columns[start:stop], weights)
        for place, derivative in self._known.items():
            if start <= place < stop:
                reading = reading.without(_times(derivative, float(weights[place - start])))
        return reading

    def _confirm(self, place: int, reading: Reading) -> Reading:
        column = self._columns[place : place + 1]
        alone = self._change(column, self._scale[column])
        if not alone.shows:
            return reading
        self._known[place] = _times(alone, 1 / float(self._scale[column[0]]))
        return reading.without(_times(self._known[place], float(self._weights[place])))

    def _change(self, columns: Array, moves: Array) -> Reading:
        """Return the derivative along a direction that moves some of the columns."""
        if not self._left:
            raise Exhausted
        self._left -= 1
        h = step(_LEVEL)
        move = np.zeros(len(self._x))
        move[columns] = h * moves
        up, down = pair(self._f, self._x, move)[:, self._row].tolist()
        value = (up - down) / (2 * h)
        return Reading(value, self._noise / h + _TRUNCATION * abs(value))


def _times(reading: Reading, factor: float) -> Reading:
    return Reading(reading.value * factor, reading.bar * abs(factor))
