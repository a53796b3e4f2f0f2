"""A plane over two variables, R² → R: f(x) = 3 x₁ + 4 x₂.

The example with which the Chainer tutorial, chapter "Basics of differentiation", introduces partial
derivatives: move one variable, hold the other. The coefficients differ, so a swapped answer shows.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    x1, x2 = x
    return 3.0 * x1 + 4.0 * x2


def df(x: Vector) -> Vector:  # noqa: ARG001  (the slope of a plane is constant)
    return np.array([3.0, 4.0])


partial_derivatives = Case(
    "partial-derivatives",
    f=f,
    df=df,
    points=[[1.3, -0.7], [-2.41, 0.58], [0.173, 5.29]],
    special_points={"equal inputs: the two terms can still be told apart": [1.0, 1.0]},
    formula=r"3 x_1 + 4 x_2",
    derivative_formula=r"\left( 3, 4 \right)",
    source="Chainer tutorial, Basics of differentiation: partial derivatives",
    tags=("seed", "smooth", "linear"),
)
