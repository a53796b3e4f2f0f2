"""Branin's function with three equal minima, R² → R.

f(x) = (x₂ − b x₁² + c x₁ − 6)² + d cos x₁ + 10 with b = 5.1 / (4 π²), c = 5 / π and
d = 10 (1 − 1 / (8 π)). F. H. Branin (1972), IBM Journal of Research and Development 16(5), 504–522,
doi:10.1147/rd.165.0504.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

B, C, D = 5.1 / (4.0 * np.pi**2), 5.0 / np.pi, 10.0 * (1.0 - 1.0 / (8.0 * np.pi))


def f(x: Vector) -> Any:
    x1, x2 = x
    return (x2 - B * x1**2 + C * x1 - 6.0) ** 2 + D * np.cos(x1) + 10.0


def df(x: Vector) -> Vector:
    x1, x2 = x
    inner = x2 - B * x1**2 + C * x1 - 6.0
    return np.array([2.0 * inner * (C - 2.0 * B * x1) - D * np.sin(x1), 2.0 * inner])


branin = Case(
    "branin",
    f=f,
    df=df,
    points=[[1.34, 7.62], [-3.27, 4.18], [7.81, 11.43]],
    special_points={"one of the three minima: the gradient is zero": [np.pi, 2.275]},
    formula=r"\left( x_2 - b x_1^2 + c x_1 - 6 \right)^2 + d \cos x_1 + 10",
    derivative_formula=(
        r"\left( 2 u \left( c - 2 b x_1 \right) - d \sin x_1, 2 u \right),"
        r" \quad u = x_2 - b x_1^2 + c x_1 - 6"
    ),
    source="Branin (1972), doi:10.1147/rd.165.0504",
    tags=("smooth", "published", "optimisation"),
)
