"""Rules of differentiation as people misremember them, each on the example of its card.

The function is right, the derivative is not: a factor that is lost, a term that is kept, a rule
that does not exist, two partial derivatives in each other's place.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case, calculus

Vector = npt.NDArray[Any]

TAGS = ("lesson", "wrong")

square_without_two = Case(
    "square-without-the-two",
    f=lambda x: x**2,
    df=lambda x: 1.0 * x,
    points=[3.0, 0.6, -1.7],
    formula=r"x^2",
    derivative_formula=r"x",
    tags=TAGS,
)

power_without_exponent = Case(
    "power-without-the-exponent",
    f=lambda x: x**5,
    df=lambda x: x**4,
    points=[1.2, 0.6, -1.7],
    formula=r"x^5",
    derivative_formula=r"x^4",
    tags=TAGS,
)

exponential_without_factor = Case(
    "exponential-without-the-factor",
    f=lambda x: np.exp(-1.5 * x),
    df=lambda x: np.exp(-1.5 * x),
    points=[0.7, -0.6, 1.9],
    formula=r"e^{-1.5 x}",
    derivative_formula=r"e^{-1.5 x}",
    tags=TAGS,
)

constant_kept = Case(
    "constant-kept",
    f=lambda x: 3.0 * x**2 + 4.0 * x - 5.0,
    df=lambda x: 6.0 * x + 4.0 - 5.0,
    points=[1.0, 0.6, -1.7],
    formula=r"3 x^2 + 4 x - 5",
    derivative_formula=r"6 x + 4 - 5",
    tags=TAGS,
)

product_of_derivatives = Case(
    "product-of-the-derivatives",
    f=lambda x: x**2 * np.exp(x),
    df=lambda x: 2.0 * x * np.exp(x),
    points=[1.0, -0.3, 0.6, 1.7],
    formula=r"x^2 e^x",
    derivative_formula=r"2 x \cdot e^x",
    tags=TAGS,
)

inner_derivative_lost = Case(
    "inner-derivative-lost",
    f=lambda x: (3.0 * x + 4.0) ** 2,
    df=lambda x: 2.0 * (3.0 * x + 4.0),
    points=[1.0, 0.6, -0.4],
    formula=r"(3 x + 4)^2",
    derivative_formula=r"2 (3 x + 4)",
    tags=TAGS,
)


def _plane(x: Vector) -> Any:
    x1, x2 = x
    return 3.0 * x1 + 4.0 * x2


partial_derivatives_swapped = Case(
    "partial-derivatives-swapped",
    f=_plane,
    df=lambda _: np.array([4.0, 3.0]),
    points=[[1.3, -0.7], [-2.41, 0.58], [0.173, 5.29]],
    formula=r"3 x_1 + 4 x_2",
    derivative_formula=r"\left( 4, 3 \right)",
    tags=TAGS,
)

# The rules of the cards whose built-in cases were written by hand, with their derivations.

rule_constant = calculus.constant(5, name="rule-constant", points=[2.0])
rule_identity = calculus.identity(name="rule-identity", points=[1.0])
rule_square = calculus.power(2, name="rule-square", points=[3.0])
rule_power = calculus.power(5, name="rule-power", points=[1.2])
rule_exponential = calculus.exponential(-1.5, name="rule-exponential", points=[0.7])
first_input_alone = calculus.polynomial(-2.8, 3, name="first-input-alone", points=[1.3])
