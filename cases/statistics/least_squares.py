"""Least squares, as an objective and as a vector of residuals.

linear, R⁵ → R: f(w) = ½ |X w − y|² for seven rows, with gradient Xᵀ (X w − y).
exponential decay, R³ → R⁷: the residuals a exp(−b tᵢ) + c − yᵢ of x = (a, b, c), as Gauss-Newton
and Levenberg-Marquardt want them, with their Jacobian.

J. Nocedal, S. J. Wright (2006), Numerical Optimization, 2nd edition, Springer, section 10.1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

X = np.random.default_rng(41).normal(size=(7, 5)).round(3)
Y = np.random.default_rng(42).normal(size=7).round(3)
TIMES = np.array([0.1, 0.4, 0.9, 1.3, 2.2, 3.1, 4.5])
OBSERVED = np.array([2.71, 2.33, 1.74, 1.52, 1.01, 0.83, 0.62])


def least_squares(w: Vector) -> Any:
    r = X @ w - Y
    return r @ r / 2.0


def least_squares_gradient(w: Vector) -> Any:
    return X.T @ (X @ w - Y)


def decay_residuals(x: Vector) -> Any:
    a, b, c = x
    return a * np.exp(-b * TIMES) + c - OBSERVED


def decay_residuals_jacobian(x: Vector) -> Matrix:
    a, b, _ = x
    decay = np.exp(-b * TIMES)
    return np.stack([decay, -a * TIMES * decay, np.ones_like(TIMES)], axis=-1)


objective = Case(
    "least-squares",
    f=least_squares,
    df=least_squares_gradient,
    points=[
        [0.73, -1.26, 0.41, 0.38, -0.57],
        [-0.82, 0.57, 0.94, -1.63, 1.17],
        [1.48, 0.36, -0.66, 0.21, 0.89],
    ],
    special_points={
        "the solution: the gradient is zero": np.linalg.lstsq(X, Y, rcond=None)[0],
    },
    formula=r"\frac{1}{2} \left| X w - y \right|^2",
    derivative_formula=r"X^{\top} \left( X w - y \right)",
    source="Nocedal, Wright (2006), Numerical Optimization, section 10.1",
    tags=("smooth", "quadratic", "regression"),
)

residuals = Case(
    "decay-residuals",
    f=decay_residuals,
    df=decay_residuals_jacobian,
    points=[[2.37, 0.64, 0.41], [1.18, 1.57, -0.26], [3.46, 0.29, 0.73]],
    special_points={"no decay: the columns for a and c are equal": [2.37, 0.0, 0.41]},
    formula=r"a e^{-b t_i} + c - y_i, \quad x = (a, b, c)",
    derivative_formula=r"\left( e^{-b t_i}, -a t_i e^{-b t_i}, 1 \right)",
    source="Nocedal, Wright (2006), Numerical Optimization, section 10.1",
    tags=("smooth", "regression"),
)
