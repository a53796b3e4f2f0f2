"""What theory says of the error at a point: |C f⁽ᵖ⁺¹⁾(x)| hᵖ, and u |f(x)| Σ|wᵢ| / h."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcheck.differences.reference import Enclosures, derivatives
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import NotCertifiable
from gradcheck.model.case import Case

BITS: Mapping[str, int] = {"float64": 53, "float32": 24}
"""The unit roundoff u of a precision is 2 to the power of minus so many."""

_PRIMES = {1: "f′", 2: "f″", 3: "f‴"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The factors of the two lines of a formula at a point; None where a line is missing."""

    truncation: float | None
    """Of hᵖ. Missing where the leading term vanishes, and the order is higher than p."""
    rounding: Mapping[str, float | None]
    """Of 1/h, by precision. Missing where f(x) is 0, or where the formula subtracts nothing."""


def lines(case: Case, x: float, formulas: Sequence[Stencil]) -> Mapping[str, Lines]:
    """Return the lines of each formula, by its name; none where f has no certified derivatives.

    Parameters
    ----------
    case : Case
        A function of one number.
    x : float
        The point.
    formulas : sequence of Stencil
        Formulas for the first derivative.
    """
    highest = max(formula.derivative + formula.order for formula in formulas)
    try:
        known = derivatives(case, x, 1.0, order=highest)
    except NotCertifiable:
        nothing = Lines(truncation=None, rounding=dict.fromkeys(BITS))
        return dict.fromkeys((formula.name for formula in formulas), nothing)
    return {formula.name: _lines(formula, known) for formula in formulas}


def _lines(formula: Stencil, known: Enclosures) -> Lines:
    leading = _size(known, formula.derivative + formula.order)
    value = None if formula.is_complex else _size(known, 0)
    return Lines(
        truncation=leading and abs(formula.truncation_coefficient) * leading,
        rounding={
            name: value and 2.0**-bits * value * formula.condition for name, bits in BITS.items()
        },
    )


def _size(known: Enclosures, order: int) -> float | None:
    """Return |f⁽ᵏ⁾(x)|; None where its enclosure holds 0."""
    size = abs(float(known.mid[order, 0]))
    return size if size > float(known.radius[order, 0]) else None


def truncation_text(formula: Stencil) -> str:
    """Write the line of the truncation error.

    Examples
    --------
    >>> from gradcheck.differences.stencil import CENTRAL, FORWARD
    >>> truncation_text(FORWARD), truncation_text(CENTRAL)
    ('|f″(x)| h / 2', '|f‴(x)| h² / 6')
    """
    factor = abs(Fraction(formula.truncation_coefficient).limit_denominator(10**6))
    above, below = _factor(factor.numerator), f" / {factor.denominator}"
    order = formula.derivative + formula.order
    name = _PRIMES.get(order) or f"f⁽{_power(order)}⁾"
    power = "" if formula.order == 1 else _power(formula.order)
    return f"{above}|{name}(x)| h{power}{'' if factor.denominator == 1 else below}"


def rounding_text(formula: Stencil) -> str:
    """Write the line of the rounding error.

    Examples
    --------
    >>> from gradcheck.differences.stencil import CENTRAL, FORWARD
    >>> rounding_text(FORWARD), rounding_text(CENTRAL)
    ('2u |f(x)| / h', 'u |f(x)| / h')
    """
    return f"{_factor(formula.condition)}u |f(x)| / h"


def roundoff_text(precision: str) -> str:
    """Write the unit roundoff of a precision.

    Examples
    --------
    >>> roundoff_text("float32")
    'u = 2⁻²⁴'
    """
    return f"u = 2{_power(-BITS[precision])}"


def _factor(value: float) -> str:
    return "" if value == 1 else f"{value:g}"


def _power(exponent: int) -> str:
    return str(exponent).translate(_RAISED)
