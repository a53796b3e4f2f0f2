"""The values of f around points: every abscissa that some stencil needs, taken once."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Shape, Status, Values, derivative_output, evaluate
from gradcheck.differences.stencil import Offset, Stencil
from gradcheck.model.case import Case

Array = npt.NDArray[Any]
Codes = npt.NDArray[np.int8]

_GOLDEN = (math.sqrt(5) - 1) / 2
"""Its multiples, but for their integers, are spread evenly and without a pattern."""


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

    def among(self, center: Array, real: Array, complex_: Array | None) -> dict[Offset, Array]:
        """Return for each offset its part of arrays whose last axes are offsets and steps.

        Parameters
        ----------
        center : array
            What belongs to offset 0; it has neither of these axes.
        real, complex_ : array
            What belongs to the offsets on and off the real axis.
        """
        parts: dict[Offset, Array] = {0: center[..., None]}
        parts.update((o, real[..., k, :]) for k, o in enumerate(self.real.tolist()))
        if complex_ is not None:
            parts.update((o, complex_[..., k, :]) for k, o in enumerate(self.complex.tolist()))
        return parts


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

    points: Array
    """Shape (points, *input)."""
    numbers: Array
    """Shape (points, own + directions * offsets * steps, *input)."""
    lost: Codes
    """Shape (points, own + directions * offsets * steps): step-lost where x + o h v equals x."""
    own: int
    """1 if x itself stands first, 0 if not."""
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
        lost = np.multiply(same.view(np.int8), np.int8(Status.STEP_LOST))
        return cls(points, numbers, lost, own, (moves, len(offsets), steps))

    def by_offset(self, values: Array) -> Array:
        """Return what belongs to x + o h v in the shape (points, directions, offsets, steps)."""
        return values[:, self.own :].reshape(len(values), *self.shape, *values.shape[2:])

    def away(self, sizes: Sequence[int]) -> list[int | None]:
        """Return for each run of points a place where an abscissa differs from its point.

        Which point and which place is irregular, but the same each time; far ones are likelier
        than near ones, since a function that treats them otherwise than the points is found out.

        Parameters
        ----------
        sizes : sequence of int
            How many points each run has.

        Returns
        -------
        list of int or None
            Places among the abscissae of the run, counted from its first; None where x is no
            number, or there are none but the points, or all are off the real axis anyway.
        """
        if not self._has_away:
            return [None] * len(sizes)
        among = (np.arange(1, len(sizes) + 1) * _GOLDEN % 1 * sizes).astype(int)
        farthest = self._scores(np.cumsum(sizes) - sizes + among).argmax(axis=1)
        places: list[int | None] = (among * self._each + self.own + farthest).tolist()
        return places

    def all_away(self) -> Array:
        """Return all places around one of the points, the likeliest of `away` first."""
        if not self._has_away:
            return np.empty(0, dtype=int)
        point = int(_GOLDEN * len(self.points))
        order = np.argsort(-self._scores(np.array([point]))[0])
        return np.asarray(point * self._each + self.own + order)

    @property
    def _each(self) -> int:
        return int(self.numbers.shape[1])

    @property
    def _has_away(self) -> bool:
        is_real_number = self.points.ndim == 1 and self.numbers.dtype.kind != "c"
        return is_real_number and self._each > self.own

    def _scores(self, picked: Array) -> Array:
        """Return how far abscissae are from some of the points, times irregular factors below 1."""
        x = self.points[picked, None]
        factors = (997 * np.frexp(x)[0] + np.arange(self._each - self.own) * _GOLDEN) % 1
        return np.asarray(np.abs(self.numbers[picked, self.own :] - x) * factors)


def sample(case: Case, points: Array, *, directions: Array, h: Array, offsets: Offsets) -> Samples:
    """Evaluate f at points x, and at x + o h v.

    Parameters
    ----------
    case : Case
        Whose f is evaluated.
    points : array of shape (points, *input)
        The points x.
    directions : array of shape (directions, *input)
        The directions v.
    h : array of shape (points, directions, steps)
        The steps.
    offsets : Offsets
        The offsets o.
    """
    near = _Taken.of(case, Abscissae.of(points, directions, h, offsets.real, own=1), None)
    output = derivative_output(case, points[0]) if near.output is None else near.output
    aside = _aside(case, points, directions, h, offsets, output)
    center = near.values(math.prod(output))[:, 0]
    return _samples(output, center, near.status[:, 0], near, aside)


def sample_around(
    case: Case, points: Array, *, directions: Array, h: Array, offsets: Offsets, center: Values
) -> Samples:
    """Evaluate f at x + o h v, where its values at the points x are known already.

    Parameters
    ----------
    case, points, directions, h, offsets
        As for `sample`.
    center : Values
        The values at the points; its output is that of the samples.
    """
    output = () if center.output is None else center.output
    near = _Taken.of(case, Abscissae.of(points, directions, h, offsets.real, own=0), output)
    aside = _aside(case, points, directions, h, offsets, output)
    return _samples(output, center.values, center.status, near, aside)


@dataclass(frozen=True)
class _Taken:
    """What came of evaluating f at abscissae."""

    abscissae: Abscissae
    found: Values
    status: Codes
    """Shape (points, own + directions * offsets * steps)."""

    @classmethod
    def of(cls, case: Case, abscissae: Abscissae, output: Shape | None) -> Self:
        numbers = abscissae.numbers
        flat = numbers.reshape(-1, *numbers.shape[2:])
        found = evaluate(case, flat, output=output, candidates=abscissae.all_away())
        status = found.status.reshape(abscissae.lost.shape)
        return cls(abscissae, found, np.maximum(status, abscissae.lost, out=status))

    @property
    def output(self) -> Shape | None:
        return self.found.output

    def values(self, outputs: int) -> Array:
        """Return the values, of shape (points, own + directions * offsets * steps, outputs)."""
        values, shape = self.found.values, (*self.status.shape, outputs)
        if self.output is None:  # f never returned
            return np.full(shape, np.nan, dtype=values.dtype)
        return values.reshape(shape)

    def beside(self, outputs: int) -> tuple[Array, Codes]:
        """Return the values and the status of all but the points, as in `Samples`."""
        values = self.abscissae.by_offset(self.values(outputs))
        return np.moveaxis(values, -1, 1), self.abscissae.by_offset(self.status)


def _aside(
    case: Case, points: Array, directions: Array, h: Array, offsets: Offsets, output: Shape
) -> _Taken | None:
    """Evaluate f at the complex offsets, if there are any."""
    if not offsets.complex.size:
        return None
    return _Taken.of(case, Abscissae.of(points, directions, h, offsets.complex, own=0), output)


def _samples(
    output: Shape, center: Array, center_status: Codes, near: _Taken, aside: _Taken | None
) -> Samples:
    outputs = math.prod(output)
    real, real_status = near.beside(outputs)
    complex_, complex_status = (None, None) if aside is None else aside.beside(outputs)
    failures = (part.found.failure for part in (near, aside) if part is not None)
    return Samples(
        output=output,
        center=center,
        center_status=center_status,
        real=real,
        real_status=real_status,
        complex=complex_,
        complex_status=complex_status,
        failures=tuple(failure for failure in failures if failure),
    )
