"""What the laboratory measures at one point: the errors of every formula in both precisions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.regime import regime
from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.evaluate import Status
from gradcheck.differences.reference import ExactQuotients, exact_quotients
from gradcheck.differences.stencil import CENTRAL, COMPLEX_STEP, FORWARD, Stencil
from gradcheck.errors import NotCertifiable
from gradcheck.lessons.instruments.lab.single_precision import in_single_precision, is_lost
from gradcheck.model.case import Case
from gradcheck.output.explanation import digits

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

FORMULAS: tuple[Stencil, ...] = (FORWARD, CENTRAL, COMPLEX_STEP)
PRECISIONS = ("float64", "float32")
NEAREST = "nearest"
"""Not exact, but no float64 lies closer to the derivative."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One difference quotient with its error."""

    h: float
    numeric: float
    error: float
    """|numeric - derivative|."""
    truncation: float
    """exact quotient - derivative, signed; NaN where nothing is certain."""
    rounding: float
    """numeric - exact quotient, signed; NaN where nothing is certain."""
    digits: float
    """How many decimal digits are right; NaN where the derivative is 0."""
    regime: str
    """What dominates: as `gradcheck.behaviour.regime.regime` says, or `NEAREST`."""

    @property
    def is_number(self) -> bool:
        """Whether the quotient approximates anything: its abscissae differ and have values."""
        return self.regime not in _NO_NUMBER


_NO_NUMBER = frozenset(status.label for status in Status if status is not Status.OK)


@dataclass(frozen=True, kw_only=True)
class Errors:
    """The errors at one point."""

    derivative: float
    """Certified and rounded to the nearest float64, or what df says."""
    is_certified: bool
    """Whether truncation and rounding are told apart."""
    rows: Mapping[tuple[str, str], tuple[Row, ...]]
    """By the name of the formula and the precision, in the order of the steps."""


def errors_at(case: Case, number: int, steps: Sequence[float]) -> Errors:
    """Measure all difference quotients at one point of a case.

    Parameters
    ----------
    case : Case
        A function of one number.
    number : int
        Which of its points.
    steps : sequence of float
        The steps h, used literally.
    """
    h = np.asarray(steps, dtype=np.float64)
    x = float(case.all_points[number])
    exact = _certified(case, x, h)
    swept = {name: sweep(_in(name, case), stencils=FORMULAS, steps=h) for name in PRECISIONS}
    analytic = float(swept[PRECISIONS[0]].query("point == @number")["analytic"].iloc[0])
    parts = _Parts(exact, analytic)
    rows = {}
    for precision, table in swept.items():
        here = table[table["point"] == number]
        for formula in FORMULAS:
            taken = here[here["stencil"] == formula.name]
            status = _status(taken, x, formula, precision)
            rows[formula.name, precision] = parts.rows(formula, taken, status)
    return Errors(derivative=parts.derivative, is_certified=exact is not None, rows=rows)


def _in(precision: str, case: Case) -> Case:
    return case if precision == "float64" else in_single_precision(case)


def _certified(case: Case, x: float, h: Array) -> ExactQuotients | None:
    """Enclose derivative and quotients; None where the derivative is not certain."""
    try:
        exact = exact_quotients(case, x, 1.0, formulas=FORMULAS, h=h)
    except NotCertifiable:
        return None
    return None if exact.derivatives.get(1) is None else exact


def _status(rows: "pd.DataFrame", x: float, formula: Stencil, precision: str) -> Array:
    status = rows["status"].to_numpy(dtype=str)
    if precision == "float64":
        return status
    lost = is_lost(x, formula, rows["h"].to_numpy()) & (status == Status.OK.label)
    return np.where(lost, Status.STEP_LOST.label, status)


@dataclass(frozen=True)
class _Parts:
    """What is certain about the derivative and the quotients at one point."""

    exact: ExactQuotients | None
    analytic: float

    @property
    def derivative(self) -> float:
        if self.exact is None:
            return self.analytic
        from gradcheck.differences.line import float_enclosures, working_precision

        with working_precision(self.exact.precision):
            return float(float_enclosures([self._target])[0][0])

    @property
    def _target(self) -> Any:
        assert self.exact is not None
        derivatives = self.exact.derivatives[1]
        assert derivatives is not None
        return derivatives[0]

    def rows(self, formula: Stencil, taken: "pd.DataFrame", status: Array) -> tuple[Row, ...]:
        numeric = taken["numeric"].to_numpy()
        total, truncation, rounding = self._errors(formula, numeric)
        names = regime(truncation=truncation, rounding=rounding, total=total, status=status)
        target = self.derivative
        return tuple(
            Row(
                h=h,
                numeric=value,
                error=abs(error),
                truncation=first,
                rounding=second,
                digits=digits(abs(error), target),
                regime=_named(str(name), value, target),
            )
            for h, value, error, first, second, name in zip(
                taken["h"].tolist(),
                numeric.tolist(),
                total.tolist(),
                truncation.tolist(),
                rounding.tolist(),
                names,
                strict=True,
            )
        )

    def _errors(self, formula: Stencil, numeric: Array) -> tuple[Array, Array, Array]:
        """Return total error, truncation error and rounding error, signed."""
        if self.exact is None:
            unknown = np.full(numeric.shape, math.nan)
            return numeric - self.analytic, unknown, unknown
        from gradcheck.differences.line import float_enclosures, working_precision

        target = self._target
        exact = [None if row is None else row[0] for row in self.exact.quotients[formula.name]]
        computed = [value if math.isfinite(value) else None for value in numeric.tolist()]
        with working_precision(self.exact.precision):
            total = [None if value is None else value - target for value in computed]
            first = [None if quotient is None else quotient - target for quotient in exact]
            second = [
                None if value is None or quotient is None else value - quotient
                for value, quotient in zip(computed, exact, strict=True)
            ]
            found = [float_enclosures(balls)[0] for balls in (total, first, second)]
        return found[0], found[1], found[2]


def _named(name: str, numeric: float, derivative: float) -> str:
    """Name what dominates; of a number that could not be closer, that it is the nearest."""
    is_number = name not in _NO_NUMBER
    return NEAREST if is_number and name != "exact" and numeric == derivative else name
