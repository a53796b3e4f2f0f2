"""The error of difference quotients at one point, step by step, each part where it is certified."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.convergence import convergence
from gradcheck.behaviour.split import split
from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.evaluate import evaluate
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import NotCertifiable
from gradcheck.model.case import Case

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

_DECADES = 16
"""Below the scale of x a curve has so many decades: at its end, no float64 moves any more."""
_MOST = 97
"""So many steps a curve has at most; up to 24 decades that is four a decade."""
_SMALLEST = -300
"""Below this power of ten, floats lose digits."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One step of one formula; NaN where a number is not known."""

    h: float
    numeric: float
    """The difference quotient."""
    error: float
    """numeric - derivative, signed."""
    truncation: float
    rounding: float
    scaled: float
    """error / h^p, p the order of the formula."""
    regime: str
    """What dominates: a word of `gradcheck.behaviour.regime.REGIMES`, or that in a language."""
    status: str
    """What became of the quotient, as in the error table."""
    true: float
    difference: float
    """What is divided by h: f(x + h) - f(x), f(x + h) - f(x - h), ..."""
    arrived: float
    """(x + h) - x: the step that the floats really take."""

    @property
    def abs_error(self) -> float:
        """The size of the error."""
        return abs(self.error)

    @property
    def rel_error(self) -> float:
        """The size of the error in units of the derivative."""
        if self.error == 0:
            return 0.0
        return abs(self.error / self.true) if self.true else math.nan

    @property
    def digits(self) -> float:
        """How many decimal digits are right, at most the 16 that a float64 has."""
        relative = self.rel_error
        if not math.isfinite(relative):
            return math.nan
        return max(0.0, -math.log10(max(relative, 2.0**-53)))

    @property
    def mended(self) -> float:
        """The quotient of a two-point formula divided by the step that the floats really take."""
        return self.numeric * self.h / self.arrived if self.arrived else math.nan


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was measured of one formula."""

    stencil: Stencil
    rows: tuple[Row, ...]
    """The steps that the lesson lists."""
    curve: tuple[Row, ...]
    """Steps in equal ratios, for the curve of the error."""
    facts: Mapping[str, Any]
    """The row of `gradcheck.convergence` for the curve."""

    @property
    def order(self) -> float:
        """The observed order, NaN where there is none."""
        return float(self.facts["observed_order"])

    @property
    def optimum(self) -> Row | None:
        """The row of the curve where the error, taken with its neighbours, is least."""
        best = float(self.facts["optimal_h"])
        return next((row for row in self.curve if row.h == best), None)


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What was measured at one point."""

    case: Case
    """With that one point."""
    input: int
    output: int
    true: float
    """The derivative: certified where that is possible, else what df says."""
    analytic: float
    """What df says."""
    is_certified: bool
    """Whether the derivative is certified; then both parts of the error are, too."""
    by_stencil: Mapping[str, Reading]

    @property
    def x(self) -> float:
        """The coordinate that is moved."""
        return float(self.case.all_points[0].reshape(-1)[self.input])


def read_errors(
    case: Case,
    *,
    stencils: Sequence[Stencil],
    steps: Sequence[float],
    curve: Sequence[float] | None = None,
    entry: tuple[int, int] = (0, 0),
) -> Readings:
    """Measure the errors of a case with one point.

    Parameters
    ----------
    case : Case
        With that point alone.
    stencils : sequence of Stencil
        The formulas.
    steps : sequence of float
        The steps of the table, taken literally.
    curve : sequence of float, optional
        The steps of the curve; by default from the largest step, or the scale of x, down 16
        decades or more.
    entry : tuple of int
        Which output and which input.

    Raises
    ------
    CaseError, StepError
        As `gradcheck.sweep` raises them.
    """
    x = case.all_points[0].reshape(-1)[entry[1]]
    dense = tuple(curve or _dense(steps, float(x)))
    together = tuple(dict.fromkeys((*steps, *dense)))
    table = _measured(case, stencils, together)
    table = table[(table["output"] == entry[0]) & (table["input"] == entry[1])]
    behaviour = convergence(table[table["h"].isin(dense)]).set_index("stencil")
    rows = {
        (str(name), h): row
        for name, part in table.groupby("stencil", observed=True)
        for h, row in _rows(case, part, entry)
    }
    first = table.iloc[0]
    certain = math.isfinite(first["derivative"])
    return Readings(
        case=case,
        output=entry[0],
        input=entry[1],
        true=float(first["derivative"] if certain else first["analytic"]),
        analytic=float(first["analytic"]),
        is_certified=certain,
        by_stencil={
            formula.name: Reading(
                stencil=formula,
                rows=tuple(rows[formula.name, h] for h in steps),
                curve=tuple(rows[formula.name, h] for h in sorted(dense, reverse=True)),
                facts=dict(behaviour.loc[formula.name]),
            )
            for formula in stencils
        },
    )


def _measured(case: Case, stencils: Sequence[Stencil], steps: Sequence[float]) -> "pd.DataFrame":
    """Return the table of `split`, or that of `sweep` with the same columns, the parts unknown."""
    try:
        return split(case, stencils=stencils, steps=steps)
    except NotCertifiable:
        table = sweep(case, stencils=stencils, steps=steps)
    attrs = table.attrs
    unknown = dict.fromkeys(("derivative", "truncation_error", "rounding_error"), math.nan)
    table = table.assign(**unknown, total_error=math.nan, regime="")
    table.attrs = attrs
    return table


def _rows(case: Case, part: "pd.DataFrame", entry: tuple[int, int]) -> list[tuple[float, Row]]:
    """Return the rows of one formula, by step."""
    formula = part.attrs["cases"].stencils[str(part["stencil"].iloc[0])]
    derivative, analytic = (float(part[name].iloc[0]) for name in ("derivative", "analytic"))
    true = derivative if math.isfinite(derivative) else analytic
    h, numeric = part["h"].to_numpy(), part["numeric"].to_numpy()
    total = part["total_error"].to_numpy()
    error = np.where(np.isfinite(total), total, numeric - analytic)
    with np.errstate(all="ignore"):
        scaled = error / h**formula.order
    x = case.all_points[0].reshape(-1)[entry[1]]
    columns = {
        "h": h,
        "numeric": numeric,
        "error": error,
        "truncation": part["truncation_error"].to_numpy(),
        "rounding": part["rounding_error"].to_numpy(),
        "scaled": scaled,
        "difference": _differences(case, formula, h, entry),
        "arrived": (x + h) - x,
    }
    words = zip(part["regime"].astype(str), part["status"].astype(str), strict=True)
    numbers = np.stack(list(columns.values()), axis=1).tolist()
    return [
        (
            row[0],
            Row(**dict(zip(columns, row, strict=True)), regime=regime, status=status, true=true),
        )
        for row, (regime, status) in zip(numbers, words, strict=True)
    ]


def _differences(case: Case, formula: Stencil, h: Array, entry: tuple[int, int]) -> Array:
    """Return what a formula divides by h, times the common denominator of its weights."""
    point = case.all_points[0]
    unit = np.zeros(point.shape)
    unit.reshape(-1)[entry[1]] = 1.0
    total = np.zeros(h.shape)
    steps = h.reshape(-1, *(1,) * point.ndim)
    for factor, left, right in formula.differences:
        ends = [
            _values(case, point + offset * steps * unit, entry[0])
            for offset in ((left, right) if right is not None else (left,))
        ]
        with np.errstate(all="ignore"):  # f may overflow far off the real line
            change = ends[0] - ends[1] if len(ends) > 1 else ends[0]
            total = total + np.real(factor * change)
    return total


def _values(case: Case, abscissae: Array, output: int) -> Array:
    return np.asarray(evaluate(case, abscissae).values)[:, output]


def _dense(steps: Sequence[float], x: float) -> list[float]:
    """Return steps for a curve: four a decade, at decades exactly."""
    scale = max(1.0, abs(x))
    top = math.ceil(math.log10(max(*steps, scale)) - 1e-9)
    bottom = math.floor(math.log10(min(*steps, scale * 10.0**-_DECADES)) + 1e-9)
    bottom = max(bottom, _SMALLEST)
    decades = top - bottom
    between = 1 / min(4, (_MOST - 1) // decades) if decades < _MOST else -(-decades // (_MOST - 1))
    return [10.0 ** (top - k * between) for k in range(int(decades / between) + 1)]
