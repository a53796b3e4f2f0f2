"""The error table: analytic derivatives against difference quotients over varying step size h."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import (
    Shape,
    Status,
    contains,
    derivative_output,
    evaluate,
    evaluate_derivative,
)
from gradcheck.differences.sampling import offsets_of, sample
from gradcheck.differences.steps import default_steps, listed_steps
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    Stencil,
)
from gradcheck.errors import CaseError, StencilError
from gradcheck.model.case import Case
from gradcheck.model.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

DEFAULT_STENCILS = (FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, COMPLEX_STEP)

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "case": "name of the case (category)",
        "point": "number of the point, counted along Case.all_points (int32)",
        "x": "the coordinate that is moved; NaN for a direction (float64)",
        "output": "index into the flattened f(x) (int32)",
        "input": "index into the flattened x, or number of the direction (int32)",
        "stencil": "name of the difference formula (category)",
        "h": "step size, as listed (float64)",
        "numeric": "difference quotient; NaN where it has no value (float64)",
        "analytic": "what df says (float64)",
        "abs_error": "|numeric - analytic| (float64)",
        "rel_error": "abs_error / max(|numeric|, |analytic|), 0 where both are 0 (float64)",
        "status": "ok | not-finite | raised | outside-domain | step-lost (category)",
    }
)
"""The columns of the error table, in order."""


class SweptCases(tuple[str, ...]):
    """The names of a table's cases, with the cases themselves at hand; kept in `DataFrame.attrs`.

    pandas copies `attrs` deeply at every turn and writes it out as JSON; cases are immutable, and
    for JSON the names must do.
    """

    cases: Mapping[str, Case]

    @classmethod
    def of(cls, cases: Iterable[Case]) -> "SweptCases":
        """Collect the cases of a table."""
        named = {case.name: case for case in cases}
        swept = cls(named)
        swept.cases = MappingProxyType(named)
        return swept

    def __deepcopy__(self, memo: object) -> "SweptCases":
        return self

    def __reduce__(self) -> tuple[type[tuple[str, ...]], tuple[tuple[str, ...]]]:
        return (tuple, (tuple(self),))


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
        One row a number, sorted by case, point, output, input, stencil, step; see `COLUMNS`.

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
    plans = [
        plan
        for number, case in enumerate(swept)
        for plan in _plans(case, number, literal, (directions, seed))
    ]
    columns = _allocate(sum(plan.rows(len(formulas)) for plan in plans), len(swept), len(formulas))
    start = 0
    for plan in plans:
        stop = start + plan.rows(len(formulas))
        plan.fill({name: column[start:stop] for name, column in columns.items()}, formulas)
        start = stop
    return _frame(columns, swept, formulas)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Points of one case that have one shape and are swept together."""

    case: Case
    number: int
    first_point: int
    points: Array
    """Shape (points, *input)."""
    output: Shape
    analytic: Array
    """Shape (points, outputs, moves)."""
    moves: Array
    """Shape (moves, *input): unit vectors, or directions."""
    coordinate: Array
    """Shape (points, moves): the coordinate that is moved."""
    h: Array
    """Shape (points, moves, steps)."""

    def rows(self, stencils: int) -> int:
        return self.analytic.size * stencils * self.h.shape[-1]

    def fill(self, columns: Mapping[str, Array], formulas: tuple[Stencil, ...]) -> None:
        """Write the rows of these points into their slices of the table's columns."""
        count, outputs, moves = self.analytic.shape
        shape = (count, outputs, moves, len(formulas), self.h.shape[-1])
        cells = {name: column.reshape(shape) for name, column in columns.items()}
        points = np.arange(self.first_point, self.first_point + count)
        cells["case"][...] = self.number
        cells["point"][...] = points.reshape(-1, 1, 1, 1, 1)
        cells["x"][...] = self.coordinate[:, None, :, None, None]
        cells["output"][...] = np.arange(outputs).reshape(-1, 1, 1, 1)
        cells["input"][...] = np.arange(moves).reshape(-1, 1, 1)
        cells["stencil"][...] = np.arange(len(formulas)).reshape(-1, 1)
        cells["h"][...] = self.h[:, None, :, None, :]
        cells["analytic"][...] = self.analytic[..., None, None]
        for move in range(moves):
            samples = sample(
                self.case,
                self.points,
                direction=self.moves[move],
                h=self.h[:, move],
                offsets=offsets_of(formulas),
                output=self.output,
            )
            for k, formula in enumerate(formulas):
                samples.quotient(
                    formula,
                    numeric=cells["numeric"][:, :, move, k],
                    status=cells["status"][:, :, move, k],
                )
        _fill_errors(cells, np.abs(self.analytic)[..., None, None])


def _plans(
    case: Case, number: int, steps: Array | None, directions: tuple[int | None, int]
) -> Iterator[_Plan]:
    """Group the points of a case by shape, and find out the shape of f(x) and what df says."""
    if not case.all_points:
        raise CaseError(f"{case.name}: no points to compare at; give points=[...]")
    first = 0
    for shape, group in groupby(case.all_points, key=np.shape):
        points = np.stack(list(group))
        _require_inside(case, points)
        output = evaluate(case, points).output
        if output is None:
            output = derivative_output(case, points[0])
        jacobian = evaluate_derivative(case, points, output)
        moves, analytic, coordinate = _moves(points, jacobian, *directions)
        scale = coordinate if directions[0] is None else _largest(points, moves)
        h = (
            default_steps(scale)
            if steps is None
            else np.broadcast_to(steps, (*scale.shape, steps.size))
        )
        yield _Plan(
            case=case,
            number=number,
            first_point=first,
            points=points,
            output=output,
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
    with np.errstate(all="ignore"):
        np.subtract(numeric, cells["analytic"], out=absolute)
        np.abs(absolute, out=absolute)
        np.abs(numeric, out=relative)
        np.maximum(relative, analytic, out=relative)
        np.divide(absolute, relative, out=relative, where=relative != 0)
    status = cells["status"]
    status[(status == Status.OK) & ~np.isfinite(absolute)] = Status.NOT_FINITE


def _allocate(rows: int, cases: int, stencils: int) -> dict[str, Array]:
    code = {"case": np.min_scalar_type(-max(cases, 1)), "stencil": np.min_scalar_type(-stencils)}
    kinds: dict[str, npt.DTypeLike] = {
        "point": np.int32, "output": np.int32, "input": np.int32, "status": np.int8, **code
    }  # fmt: skip
    return {name: np.empty(rows, dtype=kinds.get(name, np.float64)) for name in COLUMNS}


def _frame(
    columns: dict[str, Array], cases: tuple[Case, ...], formulas: tuple[Stencil, ...]
) -> "pd.DataFrame":
    import pandas as pd

    words = {
        "case": [case.name for case in cases],
        "stencil": [formula.name for formula in formulas],
        "status": [status.label for status in Status],
    }
    data = {
        name: pd.Categorical.from_codes(column, categories=words[name], validate=False)
        if name in words
        else column
        for name, column in columns.items()
    }
    table = pd.DataFrame(data, copy=False)
    table.attrs["cases"] = SweptCases.of(cases)
    return table


def _listed_cases(cases: Case | Iterable[Case] | Mapping[str, Case]) -> tuple[Case, ...]:
    if isinstance(cases, Case):
        return (cases,)
    listed = tuple(cases.values() if isinstance(cases, Mapping) else cases)
    for case in listed:
        if not isinstance(case, Case):
            raise CaseError(f"a sweep needs cases, got {case!r}; make one with gradcheck.Case(...)")
    if not listed:
        raise CaseError("a sweep needs at least one case, got none")
    return tuple(Registry(listed).values())


def _listed_stencils(stencils: Iterable[Stencil]) -> tuple[Stencil, ...]:
    listed = (stencils,) if isinstance(stencils, Stencil) else tuple(stencils)
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


def _require_inside(case: Case, points: Array) -> None:
    inside = contains(case.domain, points, name=case.name)
    if not inside.all():
        point = points[~inside][0]
        raise CaseError(
            f"{case.name}: the point {point.tolist()} lies outside the domain {case.domain}; "
            "move the point or widen the domain"
        )
