"""Length and direction of a vector.

Euclidean norm, R³ → R: f(x) = √(x · x), whose graph is a cone with its tip at 0.
unit vector, R³ → R³: f(x) = x / |x|. Its Jacobian is the projection onto the plane across x,
divided by |x|; the projection is what is forgotten.

Both follow from d(x · x) = 2 x · dx by the chain rule and the quotient rule.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]


def is_not_zero(x: Vector) -> bool:
    """Where x is not the zero vector."""
    return bool(np.any(x != 0.0))


def euclidean_norm(x: Vector) -> Any:
    return np.sqrt(x @ x)


def euclidean_norm_gradient(x: Vector) -> Any:
    length = np.sqrt(x @ x)
    return x / length if length > 0.0 else np.zeros_like(x)  # 0 is a subgradient at the tip


def unit_vector(x: Vector) -> Any:
    return x / np.sqrt(x @ x)


def unit_vector_jacobian(x: Vector) -> Any:
    u, length = unit_vector(x), euclidean_norm(x)
    return (np.eye(len(x)) - np.outer(u, u)) / length


norm = Case(
    "euclidean-norm",
    f=euclidean_norm,
    df=euclidean_norm_gradient,
    points=[[0.73, -1.26, 2.41], [-1.82, 0.57, 0.94], [3.17, 1.48, -0.66]],
    special_points={
        "the tip of the cone: no gradient": [0.0, 0.0, 0.0],
        "on an axis: the other slopes are zero": [1.5, 0.0, 0.0],
        "close to the tip": [3e-7, -4e-7, 1.2e-6],
    },
    formula=r"\left| x \right| = \sqrt{x \cdot x}",
    derivative_formula=r"\frac{x}{\left| x \right|}",
    source="chain rule on the square root of x · x",
    tags=("smooth", "vector-geometry"),
)

unit = Case(
    "unit-vector",
    f=unit_vector,
    df=unit_vector_jacobian,
    points=[[0.73, -1.26, 2.41], [-1.82, 0.57, 0.94], [3.17, 1.48, -0.66]],
    special_points={"on an axis": [1.5, 0.0, 0.0]},
    domain=is_not_zero,
    formula=r"\frac{x}{\left| x \right|}",
    derivative_formula=(
        r"\frac{1}{\left| x \right|} \left( I - \frac{x x^{\top}}{x^{\top} x} \right)"
    ),
    source="quotient rule with the gradient of the Euclidean norm",
    tags=("smooth", "vector-geometry"),
)
