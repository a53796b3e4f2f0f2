"""The product of all inputs, R⁵ → R: f(x) = x₁ x₂ x₃ x₄ x₅.

Speelpenning's product, the first example of automatic differentiation: f / xᵢ is the derivative
only where xᵢ is not zero. B. Speelpenning (1980), Compiling Fast Partial Derivatives of Functions
Given by Algorithms, thesis, University of Illinois.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    x1, x2, x3, x4, x5 = x
    return x1 * x2 * x3 * x4 * x5


def df(x: Vector) -> Vector:
    return np.array([np.prod(np.delete(x, i)) for i in range(len(x))])


product_of_inputs = Case(
    "product-of-inputs",
    f=f,
    df=df,
    points=[
        [0.73, -1.26, 2.41, 0.38, -1.57],
        [-1.82, 0.57, 0.94, -2.63, 1.16],
        [3.17, 1.48, -0.66, 0.21, 0.89],
    ],
    special_points={
        "one zero: only its own entry is left": [0.73, -1.26, 0.0, 0.38, -1.57],
        "two zeros: the gradient vanishes": [0.73, 0.0, 0.0, 0.38, -1.57],
    },
    formula=r"\prod_{i} x_i",
    derivative_formula=r"\frac{\partial f}{\partial x_i} = \prod_{j \neq i} x_j",
    source="Speelpenning (1980), Compiling Fast Partial Derivatives",
    tags=("smooth", "published"),
)
