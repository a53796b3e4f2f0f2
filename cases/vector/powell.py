"""Two functions of M. J. D. Powell that are hard to minimise and easy to differentiate.

singular, R⁴ → R: f(x) = (x₁ + 10 x₂)² + 5 (x₃ − x₄)² + (x₂ − 2 x₃)⁴ + 10 (x₁ − x₄)⁴,
whose Hessian is singular at the minimum 0.
badly scaled, R² → R: f(x) = (10⁴ x₁ x₂ − 1)² + (exp(−x₁) + exp(−x₂) − 1.0001)².

M. J. D. Powell (1962), The Computer Journal 5(2), 147–151, doi:10.1093/comjnl/5.2.147; problems 13
and 3 of J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), ACM Transactions on
Mathematical Software 7(1), 17–41, doi:10.1145/355934.355936.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def powell_singular(x: Vector) -> Any:
    x1, x2, x3, x4 = x
    return (
        (x1 + 10.0 * x2) ** 2 + 5.0 * (x3 - x4) ** 2 + (x2 - 2.0 * x3) ** 4 + 10.0 * (x1 - x4) ** 4
    )


def powell_singular_gradient(x: Vector) -> Vector:
    x1, x2, x3, x4 = x
    return np.array(
        [
            2.0 * (x1 + 10.0 * x2) + 40.0 * (x1 - x4) ** 3,
            20.0 * (x1 + 10.0 * x2) + 4.0 * (x2 - 2.0 * x3) ** 3,
            10.0 * (x3 - x4) - 8.0 * (x2 - 2.0 * x3) ** 3,
            -10.0 * (x3 - x4) - 40.0 * (x1 - x4) ** 3,
        ]
    )


def powell_badly_scaled(x: Vector) -> Any:
    x1, x2 = x
    return (1e4 * x1 * x2 - 1.0) ** 2 + (np.exp(-x1) + np.exp(-x2) - 1.0001) ** 2


def powell_badly_scaled_gradient(x: Vector) -> Vector:
    x1, x2 = x
    product = 1e4 * x1 * x2 - 1.0
    exponentials = np.exp(-x1) + np.exp(-x2) - 1.0001
    return np.array(
        [
            2.0 * product * 1e4 * x2 - 2.0 * exponentials * np.exp(-x1),
            2.0 * product * 1e4 * x1 - 2.0 * exponentials * np.exp(-x2),
        ]
    )


singular = Case(
    "powell-singular",
    f=powell_singular,
    df=powell_singular_gradient,
    points=[
        [2.87, -1.13, 0.34, 1.26],
        [-0.72, 0.53, 1.91, -1.47],
        [1.19, 0.28, -0.83, 2.36],
    ],
    special_points={
        "the classical starting point": [3.0, -1.0, 0.0, 1.0],
        "the minimum: gradient zero, Hessian singular": [0.0, 0.0, 0.0, 0.0],
    },
    formula=(
        r"\left( x_1 + 10 x_2 \right)^2 + 5 \left( x_3 - x_4 \right)^2"
        r" + \left( x_2 - 2 x_3 \right)^4 + 10 \left( x_1 - x_4 \right)^4"
    ),
    derivative_formula=(
        r"\begin{pmatrix} 2 (x_1 + 10 x_2) + 40 (x_1 - x_4)^3 \\"
        r" 20 (x_1 + 10 x_2) + 4 (x_2 - 2 x_3)^3 \\"
        r" 10 (x_3 - x_4) - 8 (x_2 - 2 x_3)^3 \\"
        r" -10 (x_3 - x_4) - 40 (x_1 - x_4)^3 \end{pmatrix}"
    ),
    source="Powell (1962), doi:10.1093/comjnl/5.2.147; Moré, Garbow, Hillstrom (1981), problem 13",
    tags=("smooth", "published", "optimisation"),
)

badly_scaled = Case(
    "powell-badly-scaled",
    f=powell_badly_scaled,
    df=powell_badly_scaled_gradient,
    points=[[0.37, 1.42], [1.18, -0.64], [-0.53, 0.29]],
    special_points={
        "the classical starting point": [0.0, 1.0],
        "near the minimum: x₁ and x₂ differ by six decades": [1.098e-5, 9.106],
    },
    formula=(r"\left( 10^4 x_1 x_2 - 1 \right)^2 + \left( e^{-x_1} + e^{-x_2} - 1.0001 \right)^2"),
    derivative_formula=(
        r"\begin{pmatrix} 2 \cdot 10^4 x_2 \left( 10^4 x_1 x_2 - 1 \right)"
        r" - 2 e^{-x_1} \left( e^{-x_1} + e^{-x_2} - 1.0001 \right) \\"
        r" 2 \cdot 10^4 x_1 \left( 10^4 x_1 x_2 - 1 \right)"
        r" - 2 e^{-x_2} \left( e^{-x_1} + e^{-x_2} - 1.0001 \right) \end{pmatrix}"
    ),
    source="Moré, Garbow, Hillstrom (1981), doi:10.1145/355934.355936, problem 3",
    tags=("smooth", "published", "optimisation", "badly-scaled"),
)
