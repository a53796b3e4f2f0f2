"""The two parts of the error, each measured: truncation of the series, rounding of floats."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.regime import REGIMES, regime
from gradcheck.behaviour.sweep import DEFAULT_STENCILS, sweep
from gradcheck.differences.evaluate import Status
from gradcheck.differences.reference import ExactQuotients, exact_quotients
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, NotCertifiable
from gradcheck.model.case import Case

if TYPE_CHECKING:
    import pandas as pd

    from gradcheck.differences.ball import Value

Array = npt.NDArray[Any]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "derivative": "f′(x), certified and rounded to the nearest float64",
        "total_error": "numeric - derivative, signed",
        "truncation_error": "exact quotient - derivative: what the formula does in real arithmetic",
        "rounding_error": "numeric - exact quotient: what float64 arithmetic adds to it",
        "truncation_radius": "the true truncation error differs from the one given by at most this",
        "rounding_radius": "the true rounding error differs from the one given by at most this",
        "analytic_error": "analytic - derivative, signed",
        "scaled_error": "total_error / h^p, p the order of the stencil: level while it converges",
        "regime": "which part dominates, or the status of the row (category), see `regime`",
    }
)
"""The columns that `split` adds to the error table: float64, NaN where nothing is certain."""

_CERTIFIED = tuple(COLUMNS)[:-2]


def split(
    case: Case,
    *,
    stencils: Iterable[Stencil] = DEFAULT_STENCILS,
    steps: npt.ArrayLike | None = None,
    points: Iterable[int] | None = None,
) -> "pd.DataFrame":
    """Split the error of every difference quotient into truncation and rounding error.

    numeric - f′(x) = (exact quotient - f′(x)) + (numeric - exact quotient): the first part is the
    truncation error, which goes to zero with h, the second is the rounding error, which grows as h
    goes to zero. The exact quotient and f′(x) are certified by
    `gradcheck.differences.reference.exact_quotients`, from the user's own f, so that the parts are
    measured and not estimated.

    Parameters
    ----------
    case : Case
        What is compared, at all its points; f is written with ``np.*``, without ``float()``.
    stencils : iterable of Stencil
        First-derivative formulas.
    steps : array_like, optional
        Step sizes, as in `gradcheck.behaviour.sweep.sweep`.
    points : iterable of int, optional
        The numbers of the points to certify, counted along ``case.all_points``; the rows of the
        others stay in the table with NaN. By default all.

    Returns
    -------
    pandas.DataFrame
        The error table with the columns `COLUMNS` added. A row without a number keeps its
        truncation error if x + o h v lies in the domain; at a kink there is no derivative, but
        there is a rounding error. ``attrs["uncertified"]`` lists why entries are NaN. The regime
        is told by `gradcheck.behaviour.regime.regime`.

    Raises
    ------
    NotCertifiable
        If nothing at all can be certified; the message says why.
    CaseError, StepError, StencilError
        As `sweep` raises them.

    References
    ----------
    F. Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic,
    IEEE Transactions on Computers 66(8), 1281-1292.

    Examples
    --------
    >>> cube = Case("cube", f=lambda x: x * x * x, df=lambda x: 3 * x * x, points=[1.0])
    >>> from gradcheck.differences.stencil import CENTRAL
    >>> table = split(cube, stencils=[CENTRAL], steps=[0.5, 1e-9])
    >>> table[["h", "truncation_error", "rounding_error", "regime"]]
                  h  truncation_error  rounding_error      regime
    0  5.000000e-01      2.500000e-01    0.000000e+00  truncation
    1  1.000000e-09      1.000000e-18    8.168766e-08    rounding
    """
    formulas = (stencils,) if isinstance(stencils, Stencil) else tuple(stencils)
    wanted = _listed_points(case, points)
    table = sweep(case, stencils=formulas, steps=steps)
    columns = {name: np.full(len(table), np.nan) for name in _CERTIFIED}
    reasons: dict[str, None] = {}
    certain = False
    for line in _lines(case, table, len(formulas)):
        if line.number not in wanted:
            continue
        try:
            exact = line.exact(case, formulas)
        except NotCertifiable as error:
            reasons[str(error)] = None
            continue
        certain = True
        line.fill(columns, exact)
        reasons.update(
            dict.fromkeys(
                f"{case.name}: {subject} not certifiable at point {line.number}, because {reason}"
                for subject, reason in exact.reasons.items()
            )
        )
    if not certain:
        raise NotCertifiable(next(iter(reasons)))
    attrs = table.attrs
    table = table.assign(**columns, **_derived(table, columns))
    table.attrs = {**attrs, "uncertified": tuple(reasons)}
    return table


def _derived(table: "pd.DataFrame", columns: Mapping[str, Array]) -> dict[str, Any]:
    """Return the columns that follow from the certified ones."""
    import pandas as pd

    orders = {name: formula.order for name, formula in table.attrs["cases"].stencils.items()}
    order = np.array([orders[name] for name in table["stencil"].cat.categories])
    total, h = columns["total_error"], table["h"].to_numpy()
    with np.errstate(all="ignore"):  # h^p may underflow: then the scaled error is as large as inf
        scaled = np.where(total == 0, 0.0, total / h ** order[table["stencil"].cat.codes])
    words = regime(
        truncation=columns["truncation_error"],
        rounding=columns["rounding_error"],
        total=total,
        status=table["status"].to_numpy(dtype=np.str_),
    )
    return {"scaled_error": scaled, "regime": pd.Categorical(words, categories=list(REGIMES))}


@dataclass(frozen=True, kw_only=True)
class _Line:
    """The rows of a table that move one input of one point."""

    number: int
    """Which point."""
    point: Array
    move: int
    """Which input, in the flattened point."""
    rows: Array
    """Shape (outputs, stencils, steps): their places in the table."""
    numeric: Array
    """As `rows`."""
    analytic: Array
    """Shape (outputs,)."""
    outside: npt.NDArray[np.bool_]
    """As `rows`: whether an abscissa lies outside the domain."""
    h: Array
    """Shape (steps,)."""

    def exact(self, case: Case, formulas: tuple[Stencil, ...]) -> ExactQuotients:
        direction = np.zeros(self.point.shape)
        direction.reshape(-1)[self.move] = 1.0
        return exact_quotients(case, self.point, direction, formulas=formulas, h=self.h)

    def fill(self, columns: Mapping[str, Array], exact: ExactQuotients) -> None:
        """Write the errors of these rows into the columns of the table."""
        from gradcheck.differences.line import working_precision

        derivatives = exact.derivatives[1] or (None,) * len(self.rows)
        with working_precision(exact.precision):
            for output, derivative in enumerate(derivatives):
                self._fill_derivative(columns, output, derivative)
                for k, quotients in enumerate(exact.quotients.values()):
                    outside = self.outside[output, k]
                    known = [
                        None if row is None or out else row[output]
                        for row, out in zip(quotients, outside, strict=True)
                    ]
                    self._fill_parts(columns, (output, k), known, derivative)

    def _fill_derivative(
        self, columns: Mapping[str, Array], output: int, derivative: "Value | None"
    ) -> None:
        rows = self.rows[output]
        columns["derivative"][rows] = _differences([derivative], [0.0])[0]
        columns["analytic_error"][rows] = _differences([self.analytic[output]], [derivative])[0]

    def _fill_parts(
        self,
        columns: Mapping[str, Array],
        place: tuple[int, int],
        quotients: "list[Value | None]",
        derivative: "Value | None",
    ) -> None:
        rows, numeric = self.rows[place], self.numeric[place].tolist()
        target = [derivative] * len(quotients)
        total, _ = _differences(numeric, target)
        truncation, truncation_radius = _differences(quotients, target)
        rounding, rounding_radius = _differences(numeric, quotients)
        columns["total_error"][rows] = total
        columns["truncation_error"][rows] = truncation
        columns["truncation_radius"][rows] = truncation_radius
        columns["rounding_error"][rows] = rounding
        columns["rounding_radius"][rows] = rounding_radius


def _listed_points(case: Case, points: Iterable[int] | None) -> range | frozenset[int]:
    known = range(len(case.all_points))
    if points is None:
        return known
    wanted = frozenset(points)
    unknown = sorted(wanted.difference(known))
    if unknown or not wanted:
        raise CaseError(
            f"{case.name}: points are numbers from 0 to {len(known) - 1}, at least one, "
            f"got {unknown or 'none'}"
        )
    return wanted


def _differences(minuends: "list[Any]", subtrahends: "list[Any]") -> tuple[Array, Array]:
    """Subtract numbers within their balls; NaN where one of the two is unknown."""
    from gradcheck.differences.line import float_enclosures

    return float_enclosures(
        [
            None if a is None or b is None or not _is_finite(a) else a - b
            for a, b in zip(minuends, subtrahends, strict=True)
        ]
    )


def _is_finite(number: Any) -> bool:
    return math.isfinite(number) if isinstance(number, float) else True


def _lines(case: Case, table: "pd.DataFrame", stencils: int) -> Iterator[_Line]:
    """Cut the table of one case, which is sorted, into lines of one point and one input each."""
    numeric, analytic = table["numeric"].to_numpy(), table["analytic"].to_numpy()
    outside = (table["status"] == Status.OUTSIDE_DOMAIN.label).to_numpy()
    h = table["h"].to_numpy()
    starts = np.searchsorted(table["point"].to_numpy(), np.arange(len(case.all_points) + 1))
    for number, point in enumerate(case.all_points):
        start, stop = starts[number : number + 2]
        outputs = table["output"].to_numpy()[start:stop].max() + 1
        rows = np.arange(start, stop).reshape(outputs, point.size, stencils, -1)
        for move in range(point.size):
            places = rows[:, move]
            yield _Line(
                number=number,
                point=point,
                move=move,
                rows=places,
                numeric=numeric[places],
                analytic=analytic[places[:, 0, 0]],
                outside=outside[places],
                h=h[places[0, 0]],
            )
