"""Rosenbrock's curved valley, Rⁿ → R: f(x) = Σᵢ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)².

Two inputs: H. H. Rosenbrock (1960), The Computer Journal 3(3), 175–184, doi:10.1093/comjnl/3.3.175.
The chain of n inputs is that of `scipy.optimize.rosen`. Inner inputs occur in two terms of the sum;
the classical mistake is to lose one of them.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def df(x: Vector) -> Any:
    above = x[1:] - x[:-1] ** 2  # how far each point lies above the parabola
    from_left = -400.0 * x[:-1] * above - 2.0 * (1.0 - x[:-1])
    from_right = 200.0 * above
    return np.append(from_left, 0.0) + np.append(0.0, from_right)


rosenbrock = Case(
    "rosenbrock",
    f=f,
    df=df,
    points=[[-1.23, 0.47], [0.62, -1.38], [1.71, 2.36]],
    special_points={
        "the minimum: the gradient is zero": [1.0, 1.0],
        "the classical starting point": [-1.2, 1.0],
    },
    formula=r"100 \left( x_2 - x_1^2 \right)^2 + \left( 1 - x_1 \right)^2",
    derivative_formula=(
        r"\left( -400 x_1 \left( x_2 - x_1^2 \right) - 2 \left( 1 - x_1 \right),"
        r" 200 \left( x_2 - x_1^2 \right) \right)"
    ),
    source="Rosenbrock (1960), doi:10.1093/comjnl/3.3.175",
    tags=("smooth", "published", "optimisation"),
)

rosenbrock_five = Case(
    "rosenbrock-five",
    f=f,
    df=df,
    points=[
        [-1.23, 0.47, 1.64, -0.58, 2.17],
        [0.83, -1.36, 0.29, 1.72, -0.41],
        [1.94, 0.67, -0.76, 1.31, 0.52],
    ],
    special_points={"the minimum: the gradient is zero": [1.0, 1.0, 1.0, 1.0, 1.0]},
    formula=(r"\sum_{i=1}^{4} 100 \left( x_{i+1} - x_i^2 \right)^2 + \left( 1 - x_i \right)^2"),
    derivative_formula=(
        r"\frac{\partial f}{\partial x_i} = 200 \left( x_i - x_{i-1}^2 \right)"
        r" - 400 x_i \left( x_{i+1} - x_i^2 \right) - 2 \left( 1 - x_i \right)"
    ),
    source="scipy.optimize.rosen, after Rosenbrock (1960), doi:10.1093/comjnl/3.3.175",
    tags=("smooth", "published", "optimisation"),
)
