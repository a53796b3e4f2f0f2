"""Fill the rows of a large case by itself: values go into the table as soon as they are taken."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.rows import Piece, fill_errors, fill_quotients, no_values
from gradcheck.differences.evaluate import Status, Values
from gradcheck.differences.sampling import Offsets, Samples, sample_around
from gradcheck.differences.stencil import Stencil

Array = npt.NDArray[Any]

_AT_ONCE = 2**17
"""So many abscissae times inputs are laid out at once, or those of one point and direction."""


@dataclass(frozen=True, kw_only=True)
class Large:
    """Points of one case, with the values there; those around them are still to be taken."""

    piece: Piece
    points: Array
    """Shape (points, *input)."""
    center: Values
    """The values of f at the points; its output is known."""
    analytic: Array
    """Shape (points, outputs, moves)."""
    moves: Array
    """Shape (moves, *input): unit vectors, or directions."""
    coordinate: Array
    """Shape (points, moves): the coordinate that is moved."""
    h: Array
    """Shape (points, moves, steps)."""

    @property
    def lines(self) -> int:
        """How many points, outputs and moves there are, multiplied."""
        return self.analytic.size

    def fill(
        self, columns: Mapping[str, Array], formulas: Sequence[Stencil], offsets: Offsets
    ) -> None:
        """Write all rows into their slices of the columns of the table.

        Raises
        ------
        CaseError
            If f has no finite value at all.
        """
        shape = (*self.analytic.shape, len(formulas), self.h.shape[-1])
        cells = {name: column.reshape(shape) for name, column in columns.items()}
        self._fill_keys(cells)
        failures = [self.center.failure] if self.center.failure else []
        for part in self._parts(offsets):
            some = {name: cells[name][part] for name in _RESULTS}
            for move in range(self.analytic.shape[2]):
                samples = self._samples(part, slice(move, move + 1), offsets)
                fill_quotients(
                    {name: some[name][:, :, move] for name in ("numeric", "status")},
                    self.h[part, None, move],
                    formulas,
                    offsets.among(
                        samples.center,
                        samples.real[:, :, 0],
                        None if samples.complex is None else samples.complex[:, :, 0],
                    ),
                    offsets.among(
                        samples.center_status[:, None],
                        samples.real_status,
                        samples.complex_status,
                    ),
                )
                failures += samples.failures
            fill_errors(some, self.analytic[part, ..., None, None])
        self._require_values(cells["numeric"], cells["status"], failures)

    def _fill_keys(self, cells: Mapping[str, Array]) -> None:
        """Write what does not depend on f; few long runs of memory instead of many short ones."""
        count, outputs, moves, stencils, steps = cells["numeric"].shape
        lines = {
            name: column.reshape(count, outputs, moves, stencils * steps)
            for name, column in cells.items()
        }
        first = self.piece.first_point
        lines["case"][...] = self.piece.number
        lines["point"][...] = np.arange(first, first + count).reshape(-1, 1, 1, 1)
        lines["x"][...] = self.coordinate[:, None, :, None]
        lines["output"][...] = np.arange(outputs).reshape(-1, 1, 1)
        lines["input"][...] = np.arange(moves).reshape(-1, 1)
        lines["stencil"][...] = np.repeat(np.arange(stencils), steps)
        lines["analytic"][...] = self.analytic[..., None]
        cells["h"][...] = self.h[:, None, :, None]

    def _parts(self, offsets: Offsets) -> Iterator[slice]:
        """Cut the points into runs whose values stay in the cache."""
        one = len(offsets.listed) * self.h.shape[-1] * self.points[0].size
        parts = math.ceil(len(self.points) * one / _AT_ONCE)
        each = math.ceil(len(self.points) / parts)
        for start in range(0, len(self.points), each):
            yield slice(start, start + each)

    def _samples(self, part: slice, move: slice, offsets: Offsets) -> Samples:
        """Take the values around some of the points, along one move."""
        center = replace(
            self.center, values=self.center.values[part], status=self.center.status[part]
        )
        return sample_around(
            self.piece.case,
            self.points[part],
            directions=self.moves[move],
            h=self.h[part, move],
            offsets=offsets,
            center=center,
        )

    def _require_values(self, numeric: Array, status: Array, failures: Sequence[str]) -> None:
        """Refuse a function without a single value that a quotient could be made of."""
        if np.isfinite(numeric[..., 0]).any() or np.isfinite(numeric).any():
            return
        if np.isin(status, (Status.RAISED, Status.NOT_FINITE)).any():
            raise no_values(self.piece, failures)


_RESULTS = ("numeric", "abs_error", "rel_error", "status")
"""The columns that depend on f."""
