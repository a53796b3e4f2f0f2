"""Find the derivatives that a sparsity pattern leaves out."""

from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.compression import pair
from gradcheck.differences.grouping import Pattern
from gradcheck.differences.ladder import step
from gradcheck.differences.probe import Probe
from gradcheck.differences.window import UNIT_ROUNDOFF
from gradcheck.verdict.search import Part, Reading, Search

Array = npt.NDArray[Any]

_LEVEL = 15
_ROUNDED = 16.0
_LIMIT = 200
"""Calls of f that the search in one row may take."""
_TRUNCATION = 1e-7


@final
class Strangers:
    """The derivatives of one output by inputs outside the pattern.

    Parameters
    ----------
    f : Probe
        The function.
    x, scale : array of shape (inputs,)
        The point, and the size of each input.
    pattern : Pattern
        Where derivatives may differ from zero.
    row : int
        The output.
    """

    def __init__(self, f: Probe, x: Array, scale: Array, pattern: Pattern, row: int) -> None:
        self._f, self._x, self._scale, self._row = f, x, scale, row
        inside = pattern.columns[pattern.starts[row] : pattern.starts[row + 1]]
        self._columns = np.setdiff1d(np.arange(len(x)), inside)
        generator = np.random.Generator(np.random.PCG64(row))
        signs = generator.choice([-1.0, 1.0], len(self._columns))
        sizes = generator.uniform(0.5, 1, len(self._columns))
        self._weights = signs * sizes * scale[self._columns]
        self._known: dict[int, Reading] = {}
        self._last = f.calls + _LIMIT

    def found(self) -> dict[int, tuple[float, float]]:
        """Return the derivative by each input that was found, and its error bar."""
        if not len(self._columns):
            return {}
        search = Search(self._read, self._confirm, lambda: (self._last - self._f.calls) / 2)
        root = self._read(0, len(self._columns), None)
        if root.shows:
            search.run(Part(0, len(self._columns), root))
        return {
            int(self._columns[place]): (each.value, each.bar) for place, each in self._known.items()
        }

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
        h = step(_LEVEL)
        move = np.zeros(len(self._x))
        move[columns] = h * moves
        up, down = pair(self._f, self._x, move)[:, self._row].tolist()
        value = (up - down) / (2 * h)
        noise = _ROUNDED * UNIT_ROUNDOFF * (max(abs(up), abs(down)) + abs(value))
        return Reading(value, noise / h + _TRUNCATION * abs(value))


def _times(reading: Reading, factor: float) -> Reading:
    return Reading(reading.value * factor, reading.bar * abs(factor))
