"""Fill the rows of the error table, those of many small cases at a time.

A line is what the rows of one point, output and input have in common; each has a row for every
stencil and step. Lines of all cases are alike, so that arithmetic goes over many cases at once.
"""

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Status, text_of
from gradcheck.differences.quotient import difference_quotient
from gradcheck.differences.sampling import Offsets, Samples, offsets_of
from gradcheck.differences.stencil import Offset, Stencil
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]
Codes = npt.NDArray[np.int8]

_TINIEST = 5e-324
_ROWS = 2**14
"""So many rows at a time, so that temporaries stay in the cache."""


@dataclass(frozen=True)
class Piece:
    """Points of one case that have one shape."""

    case: Case
    number: int
    """Which case."""
    first_point: int
    points: tuple[Array, ...]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Points of one shape, of one case or of several whose f has the same output, with values."""

    pieces: Sequence[Piece]
    samples: Samples
    analytic: Array
    """Shape (points, outputs, moves)."""
    coordinate: Array
    """Shape (points, moves): the coordinate that is moved."""
    h: Array
    """Shape (points, moves, steps)."""

    @functools.cached_property
    def lines(self) -> int:
        """How many lines the group has."""
        return self.analytic.size

    def require_values(self, known: Array, blamed: Array) -> None:
        """Refuse a function without a single value that a quotient could be made of."""
        stop = 0
        for piece in self.pieces:
            start, stop = stop, stop + len(piece.points) * self.lines // len(self.analytic)
            if blamed[start:stop].any() and not known[start:stop].any():
                raise no_values(piece, self.samples.failures)


def no_values(piece: Piece, failures: Sequence[str]) -> CaseError:
    """Return the error of a function without a value that a quotient could be made of."""
    first = failures[0] if failures else "every value is nan or inf"
    return CaseError(
        f"{piece.case.name}: f must have finite values near its points, but no quotient could be "
        f"made around x = {text_of(piece.points[0])}: {first}; move the points, declare the "
        "domain, or mend f"
    )


@dataclass(frozen=True)
class Together:
    """Groups whose rows are filled together."""

    groups: Sequence[Group]

    @property
    def lines(self) -> int:
        """How many lines all groups have."""
        return sum(group.lines for group in self.groups)

    def fill(
        self, columns: Mapping[str, Array], formulas: Sequence[Stencil], offsets: Offsets
    ) -> None:
        """Write all rows into their slices of the columns of the table.

        Raises
        ------
        CaseError
            If the f of a case has no finite value at all.
        """
        steps = self.groups[0].h.shape[-1]
        at_once = max(1, _ROWS // (len(formulas) * steps))
        start = 0
        for together in _bundles(self.groups, at_once):
            lines = _Lines.of(together)
            known = np.empty(len(lines), dtype=bool)
            blamed = np.zeros(len(lines), dtype=bool)
            for first in range(0, len(lines), at_once):
                part = slice(first, min(first + at_once, len(lines)))
                some = lines.part(part)
                cells = _cells(columns, start + first, some, (len(formulas), steps))
                _fill_keys(cells, some)
                fill_quotients(cells, some.h, formulas, *some.at(offsets))
                known[part] = np.isfinite(cells["numeric"][:, :, 0]).any(axis=1)
                if not known[part].all():
                    _look_closer(cells, known[part], blamed[part])
                fill_errors(cells, some.analytic[:, None, None])
            if not known.all():
                cut = np.cumsum([group.lines for group in together[:-1]], dtype=int)
                parts = zip(together, np.split(known, cut), np.split(blamed, cut), strict=True)
                for group, *of_group in parts:
                    group.require_values(*of_group)
            start += len(lines)


def _bundles(groups: Iterable[Group], at_once: int) -> Iterator[list[Group]]:
    """Put groups together until they have enough lines."""
    together: list[Group] = []
    lines = 0
    for group in groups:
        if together and lines + group.lines > at_once:
            yield together
            together, lines = [], 0
        together.append(group)
        lines += group.lines
    yield together


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """Lines side by side; the first axis of each array counts them."""

    case: Array
    point: Array
    output: Array
    move: Array
    x: Array
    analytic: Array
    h: Array
    """Shape (lines, steps)."""
    center: Array
    center_status: Codes
    real: Array
    """Shape (lines, offsets, steps)."""
    real_status: Codes
    complex: Array | None = None
    complex_status: Codes | None = None

    def __len__(self) -> int:
        return len(self.case)

    def part(self, part: slice) -> "_Lines":
        """Return some of the lines."""
        if part == slice(0, len(self)):
            return self
        arrays: dict[str, Any] = {
            name: None if array is None else array[part] for name, array in vars(self).items()
        }
        return _Lines(**arrays)

    @classmethod
    def of(cls, groups: Sequence[Group]) -> "_Lines":
        """Lay out the lines of groups in the order point, output, move."""
        counts, outputs, moves = np.array([g.analytic.shape for g in groups]).T
        lines = counts * outputs * moves
        which = np.repeat(np.arange(len(groups)), lines)
        number = np.arange(len(which)) - _starts(lines)[which]
        output, move = number // moves[which] % outputs[which], number % moves[which]
        point = number // (outputs * moves)[which]
        pair = _starts(counts * moves)[which] + point * moves[which] + move
        value = _starts(counts * outputs)[which] + point * outputs[which] + output
        place = _starts(counts)[which] + point
        pieces = [piece for group in groups for piece in group.pieces]
        sizes = np.array([len(piece.points) for piece in pieces])
        first = np.array([piece.first_point for piece in pieces]) - _starts(sizes)
        samples = [group.samples for group in groups]
        return cls(
            case=np.repeat([piece.number for piece in pieces], sizes)[place],
            point=(np.repeat(first, sizes) + np.arange(sizes.sum()))[place],
            output=output,
            move=move,
            x=_joined([g.coordinate.reshape(-1) for g in groups], pair),
            analytic=_joined([g.analytic.reshape(-1) for g in groups]),
            h=_joined([_flat(g.h, 1) for g in groups], pair),
            center=_joined([s.center.reshape(-1) for s in samples], value),
            center_status=_joined([s.center_status for s in samples], place),
            real=_joined([_flat(s.real, 2) for s in samples]),
            real_status=_joined([_flat(s.real_status, 2) for s in samples], pair),
            **_of_complex(samples, pair),
        )

    def at(self, offsets: Offsets) -> tuple[dict[Offset, Array], dict[Offset, Codes]]:
        """Return the values and their status for each offset."""
        return (
            offsets.among(self.center, self.real, self.complex),
            offsets.among(self.center_status, self.real_status, self.complex_status),
        )


def _of_complex(samples: Sequence[Samples], pair: Array) -> dict[str, Any]:
    """Join the values at complex offsets, if there are any."""
    values = [_flat(s.complex, 2) for s in samples if s.complex is not None]
    status = [_flat(s.complex_status, 2) for s in samples if s.complex_status is not None]
    if not values:
        return {}
    return {"complex": _joined(values), "complex_status": _joined(status, pair)}


def _starts(sizes: Array) -> Array:
    return np.cumsum(sizes) - sizes


def _flat(array: Array, kept: int) -> Array:
    """Make one axis of all but the last ones."""
    return array.reshape(math.prod(array.shape[:-kept]), *array.shape[-kept:])


def _joined(parts: list[Array], places: Array | None = None) -> Array:
    """Join arrays, and take the elements for each line."""
    whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return whole if places is None or len(places) == len(whole) else whole[places]


def _cells(
    columns: Mapping[str, Array], start: int, lines: _Lines, shape: tuple[int, int]
) -> dict[str, Array]:
    """Return the rows of the lines as arrays of shape (lines, stencils, steps)."""
    width = shape[0] * shape[1]
    rows = slice(start * width, (start + len(lines)) * width)
    return {name: column[rows].reshape(-1, *shape) for name, column in columns.items()}


def _fill_keys(cells: Mapping[str, Array], lines: _Lines) -> None:
    """Write what does not depend on f."""
    for name, values in (
        ("case", lines.case), ("point", lines.point), ("x", lines.x), ("output", lines.output),
        ("input", lines.move), ("analytic", lines.analytic),
    ):  # fmt: skip
        cells[name].reshape(len(lines), -1)[...] = values[:, None]
    cells["stencil"][...] = np.arange(cells["stencil"].shape[1])[:, None]
    cells["h"][...] = lines.h[:, None]


def fill_quotients(
    cells: Mapping[str, Array],
    h: Array,
    formulas: Sequence[Stencil],
    values: Mapping[Offset, Array],
    codes: Mapping[Offset, Codes],
) -> None:
    """Write quotients and their status into rows whose last axes are stencils and steps."""
    numeric, status = cells["numeric"], cells["status"]
    for k, formula in enumerate(formulas):
        difference_quotient(formula, values.__getitem__, h, out=numeric[..., k, :])
        worst = [codes[offset] for offset in offsets_of([formula])]
        status[..., k, :] = functools.reduce(np.maximum, worst)


def _look_closer(cells: Mapping[str, Array], known: Array, blamed: Array) -> None:
    """Find out which lines have a quotient at all, and of which f is to blame if they have none."""
    for line in np.flatnonzero(~known).tolist():
        known[line] = np.isfinite(cells["numeric"][line]).any()
        status = cells["status"][line]
        blamed[line] = ((status == Status.RAISED) | (status == Status.NOT_FINITE)).any()


def fill_errors(cells: Mapping[str, Array], analytic: Array) -> None:
    """Write the errors of quotients, and a status where there is none."""
    numeric, absolute, relative = cells["numeric"], cells["abs_error"], cells["rel_error"]
    least = np.maximum(np.abs(analytic), _TINIEST)  # 0 / tiny = 0 where both sides vanish
    np.subtract(numeric, analytic, out=absolute)
    np.abs(absolute, out=absolute)
    np.abs(numeric, out=relative)
    np.maximum(relative, least, out=relative)
    np.divide(absolute, relative, out=relative)
    finite = np.isfinite(absolute)
    if not finite.all():
        status = cells["status"]
        status[~finite & (status == Status.OK)] = Status.NOT_FINITE
