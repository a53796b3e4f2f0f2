"""The Rayleigh quotient of a symmetric matrix, R³ → R: f(x) = xᵀ A x / xᵀ x.

It does not change with the length of x, so x · ∇f = 0; at eigenvectors the gradient is zero.
L. N. Trefethen, D. Bau (1997), Numerical Linear Algebra, lecture 27.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

A = np.array([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]])


def is_not_zero(x: Vector) -> bool:
    """Where x is not the zero vector."""
    return bool(np.any(x != 0.0))


def f(x: Vector) -> Any:
    return (x @ (A @ x)) / (x @ x)


def df(x: Vector) -> Any:
    return 2.0 / (x @ x) * (A @ x - f(x) * x)


rayleigh_quotient = Case(
    "rayleigh-quotient",
    f=f,
    df=df,
    points=[[0.73, -1.26, 0.41], [1.58, 0.64, -2.17], [-0.37, 0.92, 1.83]],
    special_points={"an eigenvector: the gradient is zero": [1.0, np.sqrt(2.0), 1.0]},
    domain=is_not_zero,
    formula=r"\frac{x^{\top} A x}{x^{\top} x}",
    derivative_formula=r"\frac{2}{x^{\top} x} \left( A x - f(x) x \right)",
    source="Trefethen, Bau (1997), Numerical Linear Algebra, lecture 27",
    tags=("smooth", "linear-algebra"),
)
