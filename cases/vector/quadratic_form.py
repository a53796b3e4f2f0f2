"""A quadratic form with a matrix that is not symmetric, R⁴ → R: f(x) = xᵀ A x.

The gradient is (A + Aᵀ) x; 2 A x is right only for symmetric A. K. B. Petersen, M. S. Pedersen
(2012), The Matrix Cookbook, section 2.4.2.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

A = np.random.default_rng(11).normal(size=(4, 4)).round(3)


def f(x: Vector) -> Any:
    return x @ (A @ x)


def df(x: Vector) -> Any:
    return (A + A.T) @ x


quadratic_form = Case(
    "quadratic-form",
    f=f,
    df=df,
    points=[
        [0.73, -1.26, 2.41, 0.38],
        [-1.82, 0.57, 0.94, -2.63],
        [3.17, 1.48, -0.66, 0.21],
    ],
    special_points={"the stationary point: the gradient is zero": [0.0, 0.0, 0.0, 0.0]},
    formula=r"x^{\top} A x",
    derivative_formula=r"\left( A + A^{\top} \right) x",
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.4.2",
    tags=("smooth", "quadratic"),
)
