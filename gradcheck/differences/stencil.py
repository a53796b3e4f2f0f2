"""Difference formulas as values: offsets, weights, order.

References
----------
B. Fornberg (1988), Generation of finite difference formulas on arbitrarily spaced grids,
Mathematics of Computation 51(184), 699-706, algorithm on p. 700.
W. Squire and G. Trapp (1998), Using complex variables to estimate derivatives of real functions,
SIAM Review 40(1), 110-112, eq. (6): the complex step.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Integral, Rational, Real
from typing import Any

from gradcheck.errors import StencilError

Offset = float | complex

_LONGEST = 10**6
"""A common denominator above this says less in print than the weights themselves."""


@dataclass(frozen=True, kw_only=True)
class Stencil:
    """A formula f⁽ᵈ⁾(x) ≈ Re Σᵢ wᵢ f(x + oᵢ h) / hᵈ with truncation error C f⁽ᵈ⁺ᵖ⁾(x) hᵖ + ….

    The weights are kept as integers over one denominator, so that a formula is an exact value.

    Examples
    --------
    >>> CENTRAL.weights, CENTRAL.order
    ((-0.5, 0.5), 2)
    >>> print(CENTRAL4)
    central4: (f(x - 2h) - 8 f(x - h) + 8 f(x + h) - f(x + 2h)) / 12h, error O(h^4)
    """

    name: str
    offsets: tuple[Offset, ...]
    """The sample positions, in units of h."""
    numerators: tuple[int | complex, ...]
    """The weights times `denominator`."""
    denominator: int
    order: int
    """The order of accuracy p."""
    derivative: int = 1
    """The order d of the derivative that the formula approximates."""

    @cached_property
    def weights(self) -> tuple[Offset, ...]:
        """The factors wᵢ of the values."""
        return tuple(numerator / self.denominator for numerator in self.numerators)

    @cached_property
    def condition(self) -> float:
        """The amplification Σᵢ |wᵢ| of rounding errors: up to ε_f condition / hᵈ."""
        return math.fsum(abs(weight) for weight in self.weights)

    @cached_property
    def is_complex(self) -> bool:
        """Whether f is evaluated off the real axis."""
        return any(isinstance(offset, complex) for offset in self.offsets)

    @cached_property
    def truncation_coefficient(self) -> float:
        """The constant C of the leading truncation error."""
        return self.taylor_coefficient(self.derivative + self.order)

    def taylor_coefficient(self, power: int) -> float:
        """Return Re Σᵢ wᵢ oᵢᵏ / k!, the factor of f⁽ᵏ⁾(x) hᵏ⁻ᵈ in the quotient, for k = `power`."""
        if power not in self._taylor_coefficients:
            self._taylor_coefficients[power] = float(_moment(self, power)) / math.factorial(power)
        return self._taylor_coefficients[power]

    @cached_property
    def _taylor_coefficients(self) -> dict[int, float]:
        return {}

    @cached_property
    def differences(self) -> tuple[tuple[int | complex, Offset, Offset | None], ...]:
        """The formula as Σ n (f(x + a h) - f(x + b h)) / (denominator hᵈ); rows (n, a, b).

        Weights that sum to zero are paired, so that equal values cancel exactly: mirror images
        where the formula is antisymmetric, otherwise each value with the one nearest to x. The
        complex step has nothing to pair (b is None) and for that reason nothing to cancel.
        """
        used = [(n, o) for n, o in zip(self.numerators, self.offsets, strict=True) if n != 0]
        weight_at = {offset: numerator for numerator, offset in used}
        if sum(weight_at.values()) != 0:
            return tuple((numerator, offset, None) for numerator, offset in used)
        if all(weight_at.get(-offset) == -numerator for numerator, offset in used):
            return tuple((n, o, -o) for n, o in used if (o.real, o.imag) > (0, 0))
        pivot = min((offset for _, offset in used), key=abs)
        return tuple((n, o, pivot) for n, o in used if o != pivot)

    def __str__(self) -> str:
        long = self.denominator > _LONGEST
        factors = self.weights if long else self.numerators
        terms = [
            _term(factor, offset)
            for factor, offset in zip(factors, self.offsets, strict=True)
            if factor != 0
        ]
        total = " ".join(terms).removeprefix("+ ")
        total = f"-{total[2:]}" if total.startswith("- ") else total
        power = "" if self.derivative == 1 else f"^{self.derivative}"
        divisor = "" if long or self.denominator == 1 else str(self.denominator)
        below = f"{divisor}h{power}"
        return f"{self.name}: ({total}) / {below}, error O(h^{self.order})"

    def _repr_latex_(self) -> str:
        from gradcheck.output.notebook_formula import stencil as latex

        return latex(self)


def stencil(offsets: Iterable[float], derivative: int = 1, *, name: str | None = None) -> Stencil:
    """Make the formula of the highest order on the given offsets.

    Parameters
    ----------
    offsets : iterable of float
        Sample positions in units of h, all different, at least ``derivative + 1`` of them.
    derivative : int
        Which derivative the formula approximates.
    name : str, optional
        What the formula is called in tables; named formulas keep their names.

    Raises
    ------
    StencilError
        If the offsets are too few, not finite or not different, or `derivative` is below 1.

    Examples
    --------
    >>> stencil([-2, 0, 5]).weights
    (-0.35714285714285715, 0.3, 0.05714285714285714)
    >>> stencil([-1, 1]) == CENTRAL
    True
    """
    nodes = _nodes(offsets, derivative)
    derivative = int(derivative)
    weights = fornberg_weights(nodes, derivative)
    denominator = math.lcm(*(weight.denominator for weight in weights))
    numerators = tuple(int(weight * denominator) for weight in weights)
    shown = tuple(int(node) if node.denominator == 1 else float(node) for node in nodes)
    listed = f"stencil({', '.join(f'{offset:g}' for offset in shown)})"
    if derivative != 1:
        listed = f"{listed}^{derivative}"
    return Stencil(
        name=name or _NAMES.get((derivative, shown), listed),
        offsets=shown,
        numerators=numerators,
        denominator=denominator,
        order=_order(nodes, weights, derivative),
        derivative=derivative,
    )


def fornberg_weights(nodes: Sequence[Fraction], derivative: int) -> tuple[Fraction, ...]:
    """Compute the exact weights for the derivative at 0 from values at the nodes.

    Fornberg (1988), p. 700; in rational arithmetic, so that no error grows with the number or
    the spread of the nodes.
    """
    table = [[Fraction(0)] * len(nodes) for _ in range(derivative + 1)]
    table[0][0] = Fraction(1)
    product = Fraction(1)
    for n in range(1, len(nodes)):
        next_product = Fraction(1)
        last = [row[n - 1] for row in table]
        for older in range(n):
            distance = nodes[n] - nodes[older]
            next_product *= distance
            for m in range(min(n, derivative), -1, -1):
                lower = table[m - 1][older] if m else Fraction(0)
                table[m][older] = (nodes[n] * table[m][older] - m * lower) / distance
        for m in range(min(n, derivative) + 1):
            lower = last[m - 1] if m else Fraction(0)
            table[m][n] = product / next_product * (m * lower - nodes[n - 1] * last[m])
        product = next_product
    return tuple(table[derivative])


def _nodes(offsets: Iterable[float], derivative: int) -> tuple[Fraction, ...]:
    if isinstance(derivative, bool) or not isinstance(derivative, Integral) or derivative < 1:
        raise StencilError(f"derivative must be an integer of at least 1, got {derivative!r}")
    given: Any = offsets
    try:
        given = tuple(offsets)
        nodes = tuple(_fraction(offset) for offset in given)
    except (TypeError, ValueError, OverflowError):
        raise StencilError(
            f"offsets must be finite real numbers in units of h, got {given!r}"
        ) from None
    if len(set(nodes)) != len(nodes):
        double = sorted({float(node) for node in nodes if nodes.count(node) > 1})
        raise StencilError(f"offsets must differ, but {double} come more than once in {given!r}")
    if len(nodes) <= derivative:
        raise StencilError(
            f"derivative {derivative} needs at least {derivative + 1} offsets, got {given!r}"
        )
    return nodes


def _fraction(offset: object) -> Fraction:
    if not isinstance(offset, Real):  # Fraction would also read text
        raise TypeError
    return Fraction(offset) if isinstance(offset, Rational) else Fraction(float(offset))


def _order(nodes: Sequence[Fraction], weights: Sequence[Fraction], derivative: int) -> int:
    """Return p, from the first moment beyond `derivative` that does not vanish."""
    power = derivative + 1
    while not sum(w * node**power for w, node in zip(weights, nodes, strict=True)):
        power += 1
    return power - derivative


def _moment(formula: Stencil, power: int) -> float | Fraction:
    pairs = zip(formula.numerators, formula.offsets, strict=True)
    if formula.is_complex:
        total = sum((numerator * offset**power for numerator, offset in pairs), start=0j)
        return total.real / formula.denominator
    exact = sum((int(_real(n)) * Fraction(_real(o)) ** power for n, o in pairs), Fraction(0))
    return exact / formula.denominator


def _real(value: complex) -> float:
    return value.real


def _term(numerator: complex, offset: Offset) -> str:
    """Write one term of a formula, sign first: "- 8 f(x - h)"."""
    if isinstance(offset, complex) or isinstance(numerator, complex):
        return f"+ Re({_complex_text(numerator)} f(x + {_complex_text(offset)}h))"
    sign = "-" if _real(numerator) < 0 else "+"
    size = abs(numerator)
    factor = "" if size == 1 else f"{size:g} "
    if offset == 0:
        return f"{sign} {factor}f(x)"
    step = "h" if abs(offset) == 1 else f"{abs(offset):g}h"
    return f"{sign} {factor}f(x {'-' if offset < 0 else '+'} {step})"


def _complex_text(value: complex) -> str:
    """Write a complex number as mathematics does: "-i", "2 - 3i"."""
    real, imaginary = value.real, value.imag
    unit = "i" if abs(imaginary) == 1 else f"{abs(imaginary):g}i"
    if imaginary == 0:
        return f"{real:g}"
    if real == 0:
        return f"-{unit}" if imaginary < 0 else unit
    return f"({real:g} {'-' if imaginary < 0 else '+'} {unit})"


_NAMES: dict[tuple[int, tuple[float, ...]], str] = {
    (1, (0, 1)): "forward",
    (1, (-1, 0)): "backward",
    (1, (-1, 1)): "central",
    (1, (-2, -1, 1, 2)): "central4",
    (1, (-3, -2, -1, 1, 2, 3)): "central6",
}

FORWARD = stencil((0, 1))
BACKWARD = stencil((-1, 0))
CENTRAL = stencil((-1, 1))
CENTRAL4 = stencil((-2, -1, 1, 2))
CENTRAL6 = stencil((-3, -2, -1, 1, 2, 3))
COMPLEX_STEP = Stencil(
    name="complex-step", offsets=(1j,), numerators=(-1j,), denominator=1, order=2
)

NAMED = {
    named.name: named for named in (FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, COMPLEX_STEP)
}
