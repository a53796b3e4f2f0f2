"""Values that cancel: 1 - cos x, (e^x - 1)/x, and two problems with small derivatives.

1 - cos x loses all its digits below 1e-8, where it is exactly 0; the quotient (e^x - 1)/x loses as
many as x has zeros. (e^x - 1)² at -8 and x⁴ + 3x² - 10x at 0.99999 are problems SXXN1 and SXXN3 of
Shi, Xie, Xuan and Nocedal (2022), via numericalderivative: f is large and its slope is small.
"""

from math import factorial
from typing import Any

import numpy as np

from gradcheck import Case

PROBLEMS = "Shi, Xie, Xuan and Nocedal (2022), SIAM J. Sci. Comput. 44(4), via numericalderivative"


def quotient_derivative(x: Any) -> Any:
    """Return ((x - 1) e^x + 1) / x², or Σ x^k / (k! (k + 2)) where that would cancel."""
    is_small = (x < 0.5) & (x > -0.5)
    t, u = np.where(is_small, x, 0.0), np.where(is_small, 1.0, x)
    series = sum(t**k / (factorial(k) * (k + 2)) for k in range(15))
    return np.where(is_small, series, ((u - 1.0) * np.exp(u) + 1.0) / u**2)


one_minus_cos = Case(
    "one-minus-cos",
    f=lambda x: 1.0 - np.cos(x),
    df=np.sin,
    points=[0.9, -1.2, 2.3],
    special_points={
        "half of the digits of f are gone": 1e-4,
        "f is exactly 0: all digits are gone": 1e-8,
    },
    formula=r"1 - \cos x",
    derivative_formula=r"\sin x",
    source="Trap of the catalogue: f cancels, f' does not",
    tags=("smooth", "trap", "cancellation"),
)

cancelling_quotient = Case(
    "cancelling-quotient",
    f=lambda x: (np.exp(x) - 1.0) / x,
    df=quotient_derivative,
    points=[0.7, -1.3, 2.1],
    special_points={
        "f is known to 1e-12": 1e-4,
        "f is known to 1e-8": 1e-8,
    },
    formula=r"\frac{e^x - 1}{x}",
    derivative_formula=r"\frac{(x - 1) e^x + 1}{x^2}",
    source="Higham (2002), Accuracy and Stability of Numerical Algorithms, section 1.14.1",
    tags=("smooth", "trap", "cancellation"),
)

sxxn_1 = Case(
    "sxxn-1",
    f=lambda x: (np.exp(x) - 1.0) ** 2,
    df=lambda x: 2.0 * (np.exp(x) - 1.0) * np.exp(x),
    points=[-8.0, -2.3, 0.4],
    special_points={"the minimum: f, its noise and f' vanish": 0.0},
    formula=r"(e^x - 1)^2",
    derivative_formula=r"2 (e^x - 1) e^x",
    source=PROBLEMS,
    tags=("trap", "published"),
)

sxxn_3 = Case(
    "sxxn-3",
    f=lambda x: x**4 + 3.0 * x**2 - 10.0 * x,
    df=lambda x: 4.0 * x**3 + 6.0 * x - 10.0,
    points=[0.99999, -0.7, 1.6],
    formula=r"x^4 + 3 x^2 - 10 x",
    derivative_formula=r"4 x^3 + 6 x - 10",
    source=PROBLEMS,
    tags=("smooth", "trap", "published", "polynomial"),
)
