"""Broyden's tridiagonal equations, R⁶ → R⁶: fᵢ(x) = (3 − 2 xᵢ) xᵢ − xᵢ₋₁ − 2 xᵢ₊₁ + 1, x₀ = x₇ = 0.

The Jacobian is zero outside three diagonals, and its two outer diagonals differ: a transposed or
shifted one shows. Problem 30 of J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), ACM Transactions
on Mathematical Software 7(1), 17–41, doi:10.1145/355934.355936.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]


def f(x: Vector) -> Any:
    before, after = np.append(0.0, x[:-1]), np.append(x[1:], 0.0)
    return (3.0 - 2.0 * x) * x - before - 2.0 * after + 1.0


def df(x: Vector) -> Matrix:
    lower, upper = np.full(len(x) - 1, -1.0), np.full(len(x) - 1, -2.0)
    return np.diag(3.0 - 4.0 * x) + np.diag(lower, -1) + np.diag(upper, 1)


broyden_tridiagonal = Case(
    "broyden-tridiagonal",
    f=f,
    df=df,
    points=[
        [0.73, -1.26, 0.41, 1.38, -0.57, 2.16],
        [-1.82, 0.57, 0.94, -0.63, 1.17, -0.29],
        [1.48, 0.36, -0.66, 0.21, 0.89, -1.74],
    ],
    special_points={"the classical starting point": [-1.0, -1.0, -1.0, -1.0, -1.0, -1.0]},
    formula=r"f_i = \left( 3 - 2 x_i \right) x_i - x_{i-1} - 2 x_{i+1} + 1",
    derivative_formula=(
        r"\frac{\partial f_i}{\partial x_i} = 3 - 4 x_i, \quad"
        r" \frac{\partial f_i}{\partial x_{i-1}} = -1, \quad"
        r" \frac{\partial f_i}{\partial x_{i+1}} = -2"
    ),
    source="Moré, Garbow, Hillstrom (1981), doi:10.1145/355934.355936, problem 30",
    tags=("smooth", "published", "quadratic", "sparse"),
)
