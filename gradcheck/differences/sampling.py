"""The values of f around points: every abscissa that some stencil needs, taken once."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Shape, Status, derivative_output, evaluate
from gradcheck.differences.stencil import Offset, Stencil
from gradcheck.model.case import Case

Array = npt.NDArray[Any]
Codes = npt.NDArray[np.int8]

_AT_ONCE = 2**17
"""So many abscissae times inputs are laid out at once, or those of one direction."""


@dataclass(frozen=True)
class Offsets:
    """The offsets at which formulas need f, each once."""

    listed: tuple[Offset, ...]

    @classmethod
    def of(cls, formulas: Iterable[Stencil]) -> "Offsets":
        """List the offsets of the formulas."""
        return cls(offsets_of(formulas))

    @cached_property
    def real(self) -> Array:
        """Those on the real axis, but for 0."""
        return np.array([o for o in self.listed if o != 0 and not isinstance(o, complex)], float)

    @cached_property
    def complex(self) -> Array:
        """Those off the real axis."""
        return np.array([o for o in self.listed if isinstance(o, complex)], dtype=complex)


def offsets_of(formulas: Iterable[Stencil]) -> tuple[Offset, ...]:
    """List the offsets at which the formulas need f, each once."""
    pairs = [pair for formula in formulas for _, *pair in formula.differences]
    return tuple(dict.fromkeys(o for pair in pairs for o in pair if o is not None))


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Values of f at points x, and at x + o h v for directions v, steps h and offsets o."""

    output: Shape
    """The shape of f(x); where f never returned, that which df tells."""
    center: Array
    """Shape (points, outputs)."""
    center_status: Codes
    """Shape (points,)."""
    real: Array
    """At the real offsets but 0, of shape (points, outputs, directions, offsets, steps)."""
    real_status: Codes
    """Shape (points, directions, offsets, steps); step-lost where x + o h v equals x."""
    complex: Array | None
    """As `real`, at the complex offsets; None if there are none."""
    complex_status: Codes | None
    failures: tuple[str, ...]
    """What f raised, the first of each group of evaluations."""


@dataclass(frozen=True)
class Abscissae:
    """Points x, and x + o h v after each of them, for directions v, offsets o and steps h."""

    numbers: Array
    """Shape (points, own + directions * offsets * steps, *input)."""
    lost: Codes
    """Shape (points, own + directions * offsets * steps): step-lost where x + o h v equals x."""
    shape: tuple[int, int, int]
    """Directions, offsets, steps."""

    @classmethod
    def of(cls, points: Array, directions: Array, h: Array, offsets: Array, *, own: int) -> Self:
        """Lay out the abscissae.

        Parameters
        ----------
        points : array of shape (points, *input)
            The points x.
        directions : array of shape (directions, *input)
            The directions v; a unit vector moves one input.
        h : array of shape (points, directions, steps)
            The steps.
        offsets : array
            The offsets o.
        own : int
            1 if x itself stands first, 0 if not.
        """
        count, moves, steps = h.shape
        shape = points.shape[1:]
        ones = (1,) * len(shape)
        numbers = np.empty((count, own + moves * len(offsets) * steps, *shape), offsets.dtype)
        numbers[:, :own] = points[:, None]
        near = numbers[:, own:].reshape(count, moves, len(offsets), steps, *shape)
        factors = offsets.reshape(-1, 1, *ones) * directions.reshape(moves, 1, 1, *shape)
        np.multiply(h.reshape(count, moves, 1, steps, *ones), factors, out=near)
        near += points.reshape(count, 1, 1, 1, *shape)
        same = numbers == points[:, None]
        if shape:
            same = same.all(axis=tuple(range(2, same.ndim)))
        same[:, :own] = False
        return cls(
            numbers, same.view(np.int8) * np.int8(Status.STEP_LOST), (moves, len(offsets), steps)
        )

    def by_offset(self, values: Array) -> Array:
        """Return values at x + o h v in the shape (points, directions, offsets, steps)."""
        return values.reshape(len(values), *self.shape)


def in_parts(
    points: Array, directions: Array, h: Array, offsets: Array, *, own: int
) -> Iterator[Abscissae]:
    """Lay out abscissae for some directions at a time; x itself stands in the first part only."""
    each = max(1, _AT_ONCE // max(1, h.shape[2] * len(offsets) * points.size))
    for start in range(0, len(directions), each):
        part = slice(start, start + each)
        yield Abscissae.of(points, directions[part], h[:, part], offsets, own=own)
        own = 0


def sample(
    case: Case, points: Array, *, near: Iterable[Abscissae], aside: Iterable[Abscissae]
) -> Samples:
    """Evaluate f at abscissae.

    Parameters
    ----------
    case : Case
        Whose f is evaluated.
    points : array of shape (points, *input)
        The points x.
    near : iterable of Abscissae
        The points themselves, and those at real offsets.
    aside : iterable of Abscissae
        Those at complex offsets; may be empty.
    """
    taken: list[_Taken] = []
    output = None
    for part in near:
        taken.append(_Taken.of(case, part, output))
        output = taken[-1].output if output is None else output
    if output is None:
        output = derivative_output(case, points[0])
    outputs = math.prod(output)
    beside = [_Taken.of(case, part, output) for part in aside]
    center = taken[0].values[:, 0] if taken[0].output is not None else None
    real, real_status = _along_directions(taken, outputs, 1)
    complex_, complex_status = _along_directions(beside, outputs, 0) if beside else (None, None)
    return Samples(
        output=output,
        center=np.full((len(points), outputs), np.nan) if center is None else center,
        center_status=taken[0].status[:, 0],
        real=real,
        real_status=real_status,
        complex=complex_,
        complex_status=complex_status,
        failures=tuple(part.failure for part in (*taken, *beside) if part.failure),
    )


@dataclass(frozen=True)
class _Taken:
    """The values at abscissae."""

    values: Array
    """Shape (points, own + directions * offsets * steps, outputs)."""
    status: Codes
    shape: tuple[int, int, int]
    output: Shape | None
    failure: str

    @classmethod
    def of(cls, case: Case, abscissae: Abscissae, output: Shape | None) -> Self:
        numbers = abscissae.numbers
        count, each = numbers.shape[:2]
        taken = evaluate(case, numbers.reshape(-1, *numbers.shape[2:]), output=output)
        status = taken.status.reshape(count, each)
        np.maximum(status, abscissae.lost, out=status)
        return cls(
            taken.values.reshape(count, each, -1), status, abscissae.shape, taken.output,
            taken.failure,
        )  # fmt: skip

    def shaped(self, outputs: int, own: int) -> tuple[Array, Codes]:
        """Return values of shape (points, outputs, directions, offsets, steps), and status."""
        values, status = self.values[:, own:], self.status[:, own:]
        count = len(values)
        if values.shape[2] != outputs:  # f never returned
            values = np.full((*values.shape[:2], outputs), np.nan, dtype=values.dtype)
        return (
            values.reshape(count, *self.shape, outputs).transpose(0, 4, 1, 2, 3),
            status.reshape(count, *self.shape),
        )


def _along_directions(taken: list[_Taken], outputs: int, own: int) -> tuple[Array, Codes]:
    """Join parts whose first has `own` abscissae of the points themselves."""
    if len(taken) == 1:
        return taken[0].shaped(outputs, own)
    parts = [part.shaped(outputs, own if part is taken[0] else 0) for part in taken]
    values, status = zip(*parts, strict=True)
    return np.concatenate(values, axis=2), np.concatenate(status, axis=1)
