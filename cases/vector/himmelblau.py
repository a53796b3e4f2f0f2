"""Himmelblau's function with four equal minima, R² → R: f(x) = (x₁² + x₂ − 11)² + (x₁ + x₂² − 7)².

D. M. Himmelblau (1972), Applied Nonlinear Programming, McGraw-Hill.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    x1, x2 = x
    return (x1**2 + x2 - 11.0) ** 2 + (x1 + x2**2 - 7.0) ** 2


def df(x: Vector) -> Vector:
    x1, x2 = x
    first, second = x1**2 + x2 - 11.0, x1 + x2**2 - 7.0
    return np.array([4.0 * x1 * first + 2.0 * second, 2.0 * first + 4.0 * x2 * second])


himmelblau = Case(
    "himmelblau",
    f=f,
    df=df,
    points=[[1.37, -0.82], [-2.63, 0.46], [0.28, 3.19]],
    special_points={
        "one of the four minima: the gradient is zero": [3.0, 2.0],
        "near the maximum: the gradient almost vanishes": [-0.270845, -0.923039],
    },
    formula=r"\left( x_1^2 + x_2 - 11 \right)^2 + \left( x_1 + x_2^2 - 7 \right)^2",
    derivative_formula=(
        r"\begin{pmatrix} 4 x_1 (x_1^2 + x_2 - 11) + 2 (x_1 + x_2^2 - 7) \\"
        r" 2 (x_1^2 + x_2 - 11) + 4 x_2 (x_1 + x_2^2 - 7) \end{pmatrix}"
    ),
    source="Himmelblau (1972), Applied Nonlinear Programming",
    tags=("smooth", "published", "optimisation"),
)
