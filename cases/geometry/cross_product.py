"""The cross product of two vectors, R²ˣ³ → R³: f(x) = a × b for the rows a and b of x.

It is linear in each of them: ∂f/∂a = −[b]ₓ and ∂f/∂b = [a]ₓ, where [a]ₓ v = a × v. The two signs
differ, and [a]ₓ is skew-symmetric, so that a transposition is a sign error. R. Hartley, A.
Zisserman (2004), Multiple View Geometry in Computer Vision, 2nd edition, appendix A4.3.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]


def f(x: Matrix) -> Vector:
    (a1, a2, a3), (b1, b2, b3) = x
    return np.array([a2 * b3 - a3 * b2, a3 * b1 - a1 * b3, a1 * b2 - a2 * b1])


def df(x: Matrix) -> Any:
    a, b = x
    return np.stack([-skew(b), skew(a)], axis=1)


def skew(a: Vector) -> Matrix:
    a1, a2, a3 = a
    return np.array([[0.0, -a3, a2], [a3, 0.0, -a1], [-a2, a1, 0.0]])


cross_product = Case(
    "cross-product",
    f=f,
    df=df,
    points=[
        [[0.73, -1.26, 2.41], [0.38, 1.57, -0.64]],
        [[-1.82, 0.57, 0.94], [2.63, -0.29, 1.16]],
        [[3.17, 1.48, -0.66], [0.21, 0.89, -1.74]],
    ],
    special_points={"parallel vectors: f is zero": [[0.7, -1.2, 2.4], [1.4, -2.4, 4.8]]},
    formula=r"a \times b",
    derivative_formula=(
        r"\frac{\partial f}{\partial a} = -[b]_{\times}, \quad"
        r" \frac{\partial f}{\partial b} = [a]_{\times}"
    ),
    source="Hartley, Zisserman (2004), Multiple View Geometry, appendix A4.3",
    tags=("smooth", "vector-geometry", "matrix-input"),
)
