"""The certified reference: derivatives and difference quotients of f with rigorous error balls.

The user's f runs as it is on the numbers of `gradcheck.differences.ball`. What is enclosed is f in
real arithmetic: x and h are the float64 numbers, exactly; the constants that f holds are the binary
numbers that they are; x + o h v is not rounded. The precision is raised until the enclosures are
tight, and flint's global settings are restored whatever happens.

Derivatives come from Taylor series: f(x + t v) is computed as a truncated series in t, whose k-th
coefficient times k! is the k-th derivative along v.

References
----------
F. Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE
Transactions on Computers 66(8), 1281-1292.
A. Griewank and A. Walther (2008), Evaluating Derivatives, 2nd edition, SIAM, chapter 13: Taylor
coefficients of a program, and the derivatives in them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Shape
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, NotCertifiable
from gradcheck.model.case import Case

if TYPE_CHECKING:
    from gradcheck.differences.ball import Value

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Enclosures:
    """The value and the derivatives of f along a direction, each within a certified radius."""

    balls: "tuple[tuple[Value, ...], ...]"
    """For each k from 0, and each flattened output: an arb that contains f⁽ᵏ⁾."""
    mid: Array
    """Shape (order + 1, outputs): the float64 nearest to the middle of each ball."""
    radius: Array
    """Shape (order + 1, outputs): |f⁽ᵏ⁾ - mid| is at most this."""
    output: Shape
    """The shape of f(x)."""
    precision: int
    """The bits that were needed."""


@dataclass(frozen=True, kw_only=True)
class ExactQuotients:
    """What difference formulas give in exact arithmetic, for one point and one direction."""

    derivatives: "Mapping[int, tuple[Value, ...] | None]"
    """For each derivative d that a formula approximates: f⁽ᵈ⁾ for each output, None if unknown."""
    quotients: "Mapping[str, tuple[tuple[Value, ...] | None, ...]]"
    """For each formula and each step: Re Σ w f(x + o h v) / hᵈ for each output, None if unknown."""
    reasons: Mapping[str, str]
    """Why something is unknown: for "derivative" and for formulas, the first reason of each."""
    precision: int
    """The bits that were needed."""


def derivatives(
    case: Case, point: npt.ArrayLike, direction: npt.ArrayLike, *, order: int
) -> Enclosures:
    """Enclose f and its derivatives along a direction at a point.

    Parameters
    ----------
    case : Case
        Whose f is run, on certified numbers.
    point : array_like of shape input
        x, taken as exact.
    direction : array_like of shape input
        v; 1 for R → R, a unit vector for a partial derivative.
    order : int
        The highest derivative of t ↦ f(x + t v).

    Raises
    ------
    NotCertifiable
        If f leaves the protocol, x sits at a kink or at the edge of the domain of f, or the balls
        stay wide at 4096 bits. The message says which.
    CaseError
        If `direction` has another shape than `point`, or `order` is negative.

    Examples
    --------
    >>> cube = Case("cube", f=lambda x: x**3, df=lambda x: 3 * x**2, points=[2.0])
    >>> derivatives(cube, 2.0, 1.0, order=4).mid[:, 0]
    array([ 8., 12., 12.,  6.,  0.])
    """
    from gradcheck.differences.line import Line, float_enclosures, tight_terms, working_precision

    if order < 0:
        raise CaseError(f"{case.name}: the order of a derivative is at least 0, got {order!r}")
    line = Line.of(case, point, direction)
    finding = tight_terms(line, order)
    if finding.values is None:
        raise NotCertifiable(line.message(finding.reason))
    with working_precision(finding.precision):
        mid, radius = float_enclosures(finding.values)
    outputs = len(finding.values) // (order + 1)
    return Enclosures(
        balls=tuple(finding.values[k * outputs : (k + 1) * outputs] for k in range(order + 1)),
        mid=mid.reshape(order + 1, outputs),
        radius=radius.reshape(order + 1, outputs),
        output=finding.output,
        precision=finding.precision,
    )


def exact_quotients(
    case: Case,
    point: npt.ArrayLike,
    direction: npt.ArrayLike,
    *,
    formulas: Iterable[Stencil],
    h: npt.ArrayLike,
) -> ExactQuotients:
    """Enclose what the formulas give for the steps h, without any rounding.

    Each abscissa x + o h v is evaluated once and shared. The precision of each row is raised until
    its truncation error, quotient - derivative, is tight: 4096 bits resolve hᵖ for any h.

    Parameters
    ----------
    case : Case
        Whose f is run, on certified numbers.
    point, direction : array_like of shape input
        x and v.
    formulas : iterable of Stencil
        Any formulas, the complex step among them.
    h : array_like of shape (steps,)
        The steps, each taken as exact.

    Raises
    ------
    NotCertifiable
        If neither the derivative nor any quotient can be certified.

    Examples
    --------
    >>> from gradcheck.differences.stencil import CENTRAL
    >>> cube = Case("cube", f=lambda x: x**3, df=lambda x: 3 * x**2, points=[2.0])
    >>> found = exact_quotients(cube, 2.0, 1.0, formulas=[CENTRAL], h=[0.5])
    >>> print(found.derivatives[1][0], found.quotients["central"][0][0])
    12.0000000000000 12.2500000000000
    """
    from gradcheck.differences.line import Line, Quotients

    formulas = tuple(formulas)
    steps = np.asarray(h, dtype=np.float64).tolist()
    line = Line.of(case, point, direction)
    work = Quotients(line)
    found = {
        (formula.name, step): work.row(formula, step)
        for step in sorted(set(steps))  # the smallest step needs the highest precision
        for formula in formulas
    }
    if work.is_empty:
        raise NotCertifiable(line.message(next(iter(work.reasons.values()))))
    return ExactQuotients(
        derivatives={order: finding.values for order, finding in work.derivatives.items()},
        quotients={
            formula.name: tuple(found[formula.name, step] for step in steps) for formula in formulas
        },
        reasons=work.reasons,
        precision=work.precision,
    )
