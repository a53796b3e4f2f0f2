"""Beale's function, R² → R: f(x) = Σᵢ (cᵢ − x₁ (1 − x₂ⁱ))² with c = (1.5, 2.25, 2.625).

Problem 5 of J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), ACM Transactions on Mathematical
Software 7(1), 17–41, doi:10.1145/355934.355936.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    x1, x2 = x
    return (
        (1.5 - x1 * (1.0 - x2)) ** 2
        + (2.25 - x1 * (1.0 - x2**2)) ** 2
        + (2.625 - x1 * (1.0 - x2**3)) ** 2
    )


def df(x: Vector) -> Vector:
    x1, x2 = x
    r1, r2, r3 = (
        1.5 - x1 * (1.0 - x2),
        2.25 - x1 * (1.0 - x2**2),
        2.625 - x1 * (1.0 - x2**3),
    )
    return np.array(
        [
            -2.0 * (r1 * (1.0 - x2) + r2 * (1.0 - x2**2) + r3 * (1.0 - x2**3)),
            2.0 * x1 * (r1 + 2.0 * x2 * r2 + 3.0 * x2**2 * r3),
        ]
    )


beale = Case(
    "beale",
    f=f,
    df=df,
    points=[[1.62, -0.73], [-0.84, 1.37], [2.19, 0.61]],
    special_points={"the minimum: the gradient is zero": [3.0, 0.5]},
    formula=(
        r"\sum_{i=1}^{3} r_i^2, \quad r_i = c_i - x_1 \left( 1 - x_2^i \right),"
        r" \quad c = (1.5, 2.25, 2.625)"
    ),
    derivative_formula=(
        r"\left( -2 \sum_{i=1}^{3} r_i \left( 1 - x_2^i \right),"
        r" 2 x_1 \sum_{i=1}^{3} i x_2^{i-1} r_i \right)"
    ),
    source="Moré, Garbow, Hillstrom (1981), doi:10.1145/355934.355936, problem 5",
    tags=("smooth", "published", "optimisation"),
)
