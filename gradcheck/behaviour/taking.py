"""Take the values that the error table is made of: those of many small cases side by side.

The abscissae of functions of one number are laid out for many cases at once, and their values stand
in one array, so that a small case costs little more than the calls of its f and df.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.large import Large
from gradcheck.behaviour.rows import Group, Piece, Together
from gradcheck.differences.evaluate import (
    Status,
    contains,
    derivative_output,
    derivatives_of_numbers,
    evaluate,
    evaluate_derivative,
    evaluate_numbers,
)
from gradcheck.differences.sampling import Abscissae, Offsets, Samples, sample
from gradcheck.differences.steps import COUNT, default_steps
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]

_POINTS = 2**7
"""So many points of several cases are laid out at once, so that they stay in the cache."""
_LARGE = 2**13
"""More abscissae times inputs than these are not laid out beside those of other cases."""
_ONE = np.ones(1)


@dataclass(frozen=True, kw_only=True)
class Manner:
    """Along what, with which steps and at which offsets f is evaluated."""

    steps: Array | None
    """The steps of all points; None: the default ones of each."""
    directions: int | None
    """How many random directions; None: along each input."""
    seed: int
    offsets: Offsets

    @property
    def count(self) -> int:
        """How many steps each point has."""
        return COUNT if self.steps is None else self.steps.size

    def parts(self, cases: Sequence[Case]) -> Iterator[Together | Large]:
        """Evaluate f and df of the cases, in their order; of large ones, f at the points only.

        Raises
        ------
        CaseError
            If a case cannot be evaluated.
        """
        pieces = (piece for number, case in enumerate(cases) for piece in _pieces(case, number))
        for is_large, run in groupby(pieces, key=self._is_large):
            if is_large:
                yield from map(self._large, run)
            else:
                yield from (Together(list(self._groups(bundle))) for bundle in _bundles(run))

    def _is_large(self, piece: Piece) -> bool:
        """Tell whether a case has so many values that it pays to take them by themselves."""
        inputs = piece.points[0].size
        moves = inputs if self.directions is None else self.directions
        lines = len(piece.points) * moves
        return lines * inputs * len(self.offsets.listed) * self.count > _LARGE

    def _large(self, piece: Piece) -> Large:
        """Evaluate f and df at the points of a large case."""
        points = np.array([point[()] for point in piece.points])
        center = evaluate(piece.case, points)
        output = center.output
        if output is None:
            output = derivative_output(piece.case, points[0])
            nothing = np.full((len(points), math.prod(output)), np.nan)
            center = replace(center, output=output, values=nothing)
        jacobian = evaluate_derivative(piece.case, points, output)
        moves, coordinate, h = self._laid_out(piece.case, points)
        return Large(
            piece=piece,
            points=points,
            center=center,
            analytic=self._along(moves, jacobian),
            moves=moves,
            coordinate=coordinate,
            h=h,
        )

    def _groups(self, bundle: Sequence[Piece]) -> Iterator[Group]:
        """Evaluate f and df of small cases, in their order."""
        side_by_side = _Numbers([piece for piece in bundle if self._is_number(piece)], self)
        for are_numbers, run in groupby(bundle, key=self._is_number):
            if are_numbers:
                yield from side_by_side.groups(len(list(run)))
            else:
                yield from map(self.along_moves, run)

    def _is_number(self, piece: Piece) -> bool:
        return not piece.points[0].ndim and self.directions is None

    def along_moves(self, piece: Piece) -> Group:
        """Evaluate f and df of points by themselves, along inputs or directions."""
        points = np.array([point[()] for point in piece.points])
        moves, coordinate, h = self._laid_out(piece.case, points)
        samples = sample(piece.case, points, directions=moves, h=h, offsets=self.offsets)
        jacobian = evaluate_derivative(piece.case, points, samples.output)
        return Group(
            pieces=(piece,),
            samples=samples,
            analytic=self._along(moves, jacobian),
            coordinate=coordinate,
            h=h,
        )

    def _laid_out(self, case: Case, points: Array) -> tuple[Array, Array, Array]:
        """Return the moves (moves, *input), the coordinates that they move, and the steps."""
        flat = points.reshape(len(points), -1)
        moves = self._moves(flat.shape[1])
        if self.directions is None:
            coordinate, h = flat, self.h(flat, case.domain.distance(points))
        else:
            coordinate = np.full((len(points), len(moves)), np.nan)
            h = self.h(_largest(flat, len(moves)), np.inf)
        return moves.reshape(-1, *points.shape[1:]), coordinate, h

    def _along(self, moves: Array, jacobian: Array) -> Array:
        """Return the derivative along the moves."""
        return jacobian if self.directions is None else jacobian @ moves.reshape(len(moves), -1).T

    def h(self, scale: Array, room: npt.ArrayLike) -> Array:
        """Return the steps, of shape (points, moves, steps)."""
        if self.steps is None:
            return default_steps(scale, distance=room)
        return np.broadcast_to(self.steps, (*scale.shape, self.steps.size))

    def _moves(self, inputs: int) -> Array:
        """Return the unit vectors along which x moves, of shape (moves, inputs)."""
        if self.directions is None:
            return np.eye(inputs)
        drawn = np.random.default_rng(self.seed).standard_normal((self.directions, inputs))
        drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
        return drawn


class _Numbers:
    """Pieces whose points are numbers, side by side."""

    def __init__(self, pieces: Sequence[Piece], manner: Manner) -> None:
        self._pieces = pieces
        self._manner = manner
        self._places = self._near.away([len(piece.points) for piece in pieces]) if pieces else []
        """Where f is called by itself, among the abscissae of each piece."""
        self._done = 0
        """How many pieces have become groups."""
        self._start = 0
        """How many points have."""

    @cached_property
    def _points(self) -> Array:
        return np.array([point[()] for piece in self._pieces for point in piece.points])

    @cached_property
    def _h(self) -> Array:
        if self._manner.steps is not None:
            return self._manner.h(self._points[:, None], np.inf)
        rooms = [
            np.full((len(piece.points), 1), np.inf)
            if piece.case.domain.is_everywhere
            else piece.case.domain.distance(np.array(piece.points))
            for piece in self._pieces
        ]
        return self._manner.h(self._points[:, None], np.concatenate(rooms))

    @cached_property
    def _near(self) -> Abscissae:
        return Abscissae.of(self._points, _ONE, self._h, self._manner.offsets.real, own=1)

    @cached_property
    def _aside(self) -> Abscissae:
        return Abscissae.of(self._points, _ONE, self._h, self._manner.offsets.complex, own=0)

    def groups(self, count: int) -> Iterator[Group]:
        """Evaluate the next pieces: those that act elementwise become one group."""
        values = np.empty(self._near.numbers.shape)
        beside = np.empty(self._aside.numbers.shape, dtype=complex)
        codes = self._aside.lost.copy()
        slopes = np.empty(len(self._points))
        together: list[Piece] = []
        first = self._start
        chosen = slice(self._done, self._done + count)
        for piece, place in zip(self._pieces[chosen], self._places[chosen], strict=True):
            part = slice(self._start, self._start + len(piece.points))
            found = self._evaluated(piece, part, place, values[part], beside[part], codes[part])
            if found is not None:
                slopes[part] = found
                together.append(piece)
            else:
                if together:
                    yield self._group(
                        together, slice(first, part.start), values, beside, codes, slopes
                    )
                yield self._manner.along_moves(piece)
                together, first = [], part.stop
            self._start = part.stop
        self._done += count
        if together:
            yield self._group(together, slice(first, self._start), values, beside, codes, slopes)

    def _evaluated(
        self,
        piece: Piece,
        part: slice,
        place: int | None,
        values: Array,
        beside: Array,
        codes: Array,
    ) -> Array | None:
        """Write the values of one piece, and return those of df; None if it is not elementwise."""
        case = piece.case
        near = self._near.numbers[part].reshape(-1)
        if not evaluate_numbers(case, near, out=values.reshape(-1), alone=place):
            return None
        if codes.size:
            taken = evaluate(case, self._aside.numbers[part].reshape(-1), output=())
            beside[...] = taken.values.reshape(beside.shape)
            np.maximum(codes, taken.status.reshape(codes.shape), out=codes)
        slopes = derivatives_of_numbers(case, self._points[part])
        if slopes is None:
            slopes = evaluate_derivative(case, self._points[part], ()).reshape(-1)
        return slopes

    def _group(
        self,
        pieces: list[Piece],
        part: slice,
        values: Array,
        beside: Array,
        codes: Array,
        slopes: Array,
    ) -> Group:
        status = np.logical_not(np.isfinite(values[part])).view(np.int8) * np.int8(
            Status.NOT_FINITE
        )
        np.maximum(status, self._near.lost[part], out=status)
        aside = codes.size > 0
        return Group(
            pieces=pieces,
            samples=Samples(
                output=(),
                center=values[part, :1],
                center_status=status[:, 0],
                real=self._near.by_offset(values[part])[:, None],
                real_status=self._near.by_offset(status),
                complex=self._aside.by_offset(beside[part])[:, None] if aside else None,
                complex_status=self._aside.by_offset(codes[part]) if aside else None,
                failures=(),
            ),
            analytic=slopes[part, None, None],
            coordinate=self._points[part, None],
            h=self._h[part],
        )


def _pieces(case: Case, number: int) -> Iterator[Piece]:
    """Cut the points of a case into those of one shape, in order."""
    points = case.all_points
    if not points:
        raise CaseError(f"{case.name}: no points to compare at; give points=[...]")
    first = 0
    for _, group in groupby(points, key=_shape):
        piece = Piece(case, number, first, tuple(group))
        if not case.domain.is_everywhere:
            _require_inside(case, np.array(piece.points))
        yield piece
        first += len(piece.points)


def _shape(point: Array) -> tuple[int, ...]:
    return point.shape


def _bundles(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Put pieces together until they have enough points."""
    bundle: list[Piece] = []
    count = 0
    for piece in pieces:
        if bundle and count + len(piece.points) > _POINTS:
            yield bundle
            bundle, count = [], 0
        bundle.append(piece)
        count += len(piece.points)
    yield bundle


def _largest(points: Array, moves: int) -> Array:
    """Return the largest coordinate of each point, of shape (points, moves)."""
    return np.broadcast_to(np.abs(points).max(axis=1)[:, None], (len(points), moves))


def _require_inside(case: Case, points: Array) -> None:
    inside = contains(case.domain, points, name=case.name)
    if not inside.all():
        point = points[~inside][0]
        raise CaseError(
            f"{case.name}: the point {point.tolist()} lies outside the domain {case.domain}; "
            "move the point or widen the domain"
        )
