"""The error table: analytic derivatives against difference quotients over varying step size h."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.table import allocate, frame
from gradcheck.differences.evaluate import (
    Status,
    Values,
    contains,
    derivative_output,
    evaluate,
    evaluate_derivative,
    text_of,
)
from gradcheck.differences.sampling import offsets_of, sample
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    Stencil,
)
from gradcheck.differences.steps import default_steps, listed_steps
from gradcheck.errors import CaseError, StencilError, StepError
from gradcheck.model.case import Case
from gradcheck.model.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

_TINIEST = 5e-324

DEFAULT_STENCILS = (FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, COMPLEX_STEP)


def sweep(
    cases: Case | Iterable[Case] | Mapping[str, Case],
    *,
    stencils: Iterable[Stencil] = DEFAULT_STENCILS,
    steps: npt.ArrayLike | None = None,
    directions: int | None = None,
    seed: int = 0,
) -> "pd.DataFrame":
    """Compare df with difference quotients for every case, point, entry, stencil and step.

    Parameters
    ----------
    cases : Case, iterable of Case, or Registry
        What is compared, at all points of each case.
    stencils : iterable of Stencil
        First-derivative formulas.
    steps : array_like, optional
        Step sizes, used literally and in this order. By default 65 powers of two, from twice the
        scale of x down (`gradcheck.differences.steps.default_steps`).
    directions : int, optional
        Instead of moving every input by itself, move all of them along this many random unit
        directions v; `input` then counts directions and `analytic` is df(x) · v.
    seed : int
        Seed of the directions.

    Returns
    -------
    pandas.DataFrame
        One row a number, sorted by case, point, output, input, stencil, step; see
        `gradcheck.behaviour.table.COLUMNS`.

    Raises
    ------
    CaseError
        If a case has no points, f has no value anywhere near a point, f or df returns something
        that is not a number, or df has the wrong shape.
    StepError, StencilError
        If steps or stencils cannot be used.

    Examples
    --------
    >>> square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[1.0])
    >>> table = sweep(square, stencils=[FORWARD], steps=[1.0, 0.5])
    >>> table[["h", "numeric", "analytic", "abs_error"]]
         h  numeric  analytic  abs_error
    0  1.0      3.0       2.0        1.0
    1  0.5      2.5       2.0        0.5
    """
    swept = _listed_cases(cases)
    formulas = _listed_stencils(stencils)
    literal = None if steps is None else listed_steps(steps)
    _require_count(directions)
    plans = [
        plan
        for number, case in enumerate(swept)
        for plan in _plans(case, number, literal, (directions, seed))
    ]
    rows = sum(plan.rows(len(formulas)) for plan in plans)
    columns = allocate(rows, cases=len(swept), stencils=len(formulas))
    start = 0
    for plan in plans:
        stop = start + plan.rows(len(formulas))
        plan.fill({name: column[start:stop] for name, column in columns.items()}, formulas)
        start = stop
    return frame(columns, cases=swept, stencils=formulas)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Points of one case that have one shape and are swept together."""

    case: Case
    number: int
    first_point: int
    points: Array
    """Shape (points, *input)."""
    center: Values
    """The values of f at the points, and the shape of f(x)."""
    analytic: Array
    """Shape (points, outputs, moves)."""
    moves: Array
    """Shape (moves, *input): unit vectors, or directions."""
    coordinate: Array
    """Shape (points, moves): the coordinate that is moved."""
    h: Array
    """Shape (points, moves, steps)."""

    def rows(self, stencils: int) -> int:
        return int(self.analytic.size) * stencils * int(self.h.shape[-1])

    def fill(self, columns: Mapping[str, Array], formulas: tuple[Stencil, ...]) -> None:
        """Write the rows of these points into their slices of the table's columns."""
        self._fill_keys(columns, len(formulas))
        count, outputs, moves = self.analytic.shape
        shape = (count, outputs, moves, len(formulas), self.h.shape[-1])
        cells = {name: column.reshape(shape) for name, column in columns.items()}
        failures: list[str] = []
        for move in range(moves):
            samples = sample(
                self.case,
                self.points,
                direction=self.moves[move],
                h=self.h[:, move],
                offsets=offsets_of(formulas),
                center=self.center,
            )
            failures += samples.failures
            for k, formula in enumerate(formulas):
                samples.quotient(
                    formula,
                    numeric=cells["numeric"][:, :, move, k],
                    status=cells["status"][:, :, move, k],
                )
        self._require_values(cells["numeric"], cells["status"], failures)
        _fill_errors(cells, self.analytic[..., None, None])

    def _fill_keys(self, columns: Mapping[str, Array], stencils: int) -> None:
        """Write what does not depend on f; few long runs of memory instead of many short ones."""
        count, outputs, moves = self.analytic.shape
        steps = self.h.shape[-1]
        lines = {
            name: column.reshape(count, outputs, moves, stencils * steps)
            for name, column in columns.items()
        }
        lines["case"][...] = self.number
        lines["point"][...] = np.arange(
            self.first_point, self.first_point + count, dtype=np.int32
        ).reshape(-1, 1, 1, 1)
        lines["x"][...] = self.coordinate[:, None, :, None]
        lines["output"][...] = np.arange(outputs, dtype=np.int32).reshape(-1, 1, 1)
        lines["input"][...] = np.arange(moves, dtype=np.int32).reshape(-1, 1)
        lines["stencil"][...] = np.repeat(np.arange(stencils), steps)
        wide = columns["h"].reshape(count, outputs, moves, stencils, steps)
        wide[...] = self.h[:, None, :, None, :]
        lines["analytic"][...] = self.analytic[..., None]

    def _require_values(self, numeric: Array, status: Array, failures: list[str]) -> None:
        """Refuse a function without a single value that a quotient could be made of."""
        if np.isfinite(numeric[..., 0]).any() or np.isfinite(numeric).any():
            return
        if not np.isin(status, (Status.RAISED, Status.NOT_FINITE)).any():
            return
        first = failures[0] if failures else "every value is nan or inf"
        raise CaseError(
            f"{self.case.name}: f must have finite values near its points, but no quotient could "
            f"be made around x = {text_of(self.points[0])}: {first}; move the points, declare the "
            "domain, or mend f"
        )


def _plans(
    case: Case, number: int, steps: Array | None, directions: tuple[int | None, int]
) -> Iterator[_Plan]:
    """Group the points of a case by shape, and find out the shape of f(x) and what df says."""
    if not case.all_points:
        raise CaseError(f"{case.name}: no points to compare at; give points=[...]")
    first = 0
    for shape, group in groupby(case.all_points, key=lambda point: point.shape):
        points = np.array([point[()] for point in group])
        _require_inside(case, points)
        center = evaluate(case, points)
        output = center.output
        if output is None:
            output = derivative_output(case, points[0])
            nothing = np.full((len(points), int(np.prod(output))), np.nan)
            center = replace(center, output=output, values=nothing)
        jacobian = evaluate_derivative(case, points, output)
        moves, analytic, coordinate = _moves(points, jacobian, *directions)
        along_axes = directions[0] is None
        scale = coordinate if along_axes else _largest(points, moves)
        room = case.domain.distance(points) if along_axes else np.inf
        h = (
            default_steps(scale, distance=room)
            if steps is None
            else np.broadcast_to(steps, (*scale.shape, steps.size))
        )
        yield _Plan(
            case=case,
            number=number,
            first_point=first,
            points=points,
            center=center,
            analytic=analytic,
            moves=moves.reshape(-1, *shape),
            coordinate=coordinate,
            h=h,
        )
        first += len(points)


def _moves(
    points: Array, jacobian: Array, directions: int | None, seed: int
) -> tuple[Array, Array, Array]:
    """Return the directions (moves, inputs), df along them, and the coordinates they move."""
    count, inputs = len(points), jacobian.shape[2]
    if directions is None:
        return np.eye(inputs), jacobian, points.reshape(count, inputs)
    drawn = np.random.default_rng(seed).standard_normal((directions, inputs))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn, jacobian @ drawn.T, np.full((count, directions), np.nan)


def _largest(points: Array, moves: Array) -> Array:
    """Return the largest coordinate of each point, of shape (points, moves)."""
    largest = np.abs(points.reshape(len(points), -1)).max(axis=1)
    return np.broadcast_to(largest[:, None], (len(points), len(moves)))


def _fill_errors(cells: Mapping[str, Array], analytic: Array) -> None:
    numeric, absolute, relative = cells["numeric"], cells["abs_error"], cells["rel_error"]
    least = np.maximum(np.abs(analytic), _TINIEST)  # 0 / tiny = 0 where both sides vanish
    with np.errstate(all="ignore"):
        np.subtract(numeric, analytic, out=absolute)
        np.abs(absolute, out=absolute)
        np.abs(numeric, out=relative)
        np.maximum(relative, least, out=relative)
        np.divide(absolute, relative, out=relative)
    finite = np.isfinite(absolute)
    if not finite.all():
        status = cells["status"]
        status[~finite & (status == Status.OK)] = Status.NOT_FINITE


def _listed_cases(cases: Case | Iterable[Case] | Mapping[str, Case]) -> tuple[Case, ...]:
    if isinstance(cases, Case):
        return (cases,)
    if isinstance(cases, str) or not isinstance(cases, Iterable):
        cases = [cases]  # named below as what is no case
    listed = tuple(cases.values() if isinstance(cases, Mapping) else cases)
    for case in listed:
        if not isinstance(case, Case):
            raise CaseError(f"a sweep needs cases, got {case!r}; make one with gradcheck.Case(...)")
    if not listed:
        raise CaseError("a sweep needs at least one case, got none")
    return tuple(Registry(listed).values())


def _listed_stencils(stencils: Iterable[Stencil]) -> tuple[Stencil, ...]:
    single = isinstance(stencils, str) or not isinstance(stencils, Iterable)
    listed: tuple[Any, ...] = (stencils,) if single else tuple(stencils)
    if not listed:
        raise StencilError("a sweep needs at least one stencil, got none")
    for formula in listed:
        if not isinstance(formula, Stencil):
            raise StencilError(f"{formula!r} is no stencil; choose gradcheck.CENTRAL, or make one")
        if formula.derivative != 1:
            raise StencilError(
                f"{formula.name} approximates derivative {formula.derivative}, but df is the "
                "first one; use derivative=1"
            )
    if len({formula.name for formula in listed}) != len(listed):
        raise StencilError(f"two stencils share a name: {[formula.name for formula in listed]}")
    return listed


def _require_count(directions: int | None) -> None:
    if directions is None:
        return
    if isinstance(directions, bool) or not isinstance(directions, Integral) or directions < 1:
        raise StepError(f"directions must be an integer of at least 1, got {directions!r}")


def _require_inside(case: Case, points: Array) -> None:
    inside = contains(case.domain, points, name=case.name)
    if not inside.all():
        point = points[~inside][0]
        raise CaseError(
            f"{case.name}: the point {point.tolist()} lies outside the domain {case.domain}; "
            "move the point or widen the domain"
        )
