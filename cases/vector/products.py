"""Linear and quadratic functions of vectors and matrices.

linear map, R³ → R⁴: f(x) = A x.
trace, R³ˣ² → R: f(X) = tr(A X B), with gradient Aᵀ Bᵀ, not B A.
matrix product, R³ˣ² → R²ˣ²: f(X) = A X.
matrix square, R²ˣ² → R²ˣ²: f(X) = X X, with two terms in each derivative, since X does not commute
with its increment.

K. B. Petersen, M. S. Pedersen (2012), The Matrix Cookbook, sections 2.4.1 and 2.5.1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

A_MAP = np.random.default_rng(21).normal(size=(4, 3)).round(3)
A = np.random.default_rng(22).normal(size=(2, 3)).round(3)
B = np.random.default_rng(23).normal(size=(2, 2)).round(3)


def linear_map(x: Vector) -> Any:
    return A_MAP @ x


def linear_map_jacobian(x: Vector) -> Matrix:  # noqa: ARG001  (the slope of a line is constant)
    return A_MAP


def trace(x: Matrix) -> Any:
    return np.trace(A @ x @ B)


def trace_gradient(x: Matrix) -> Matrix:  # noqa: ARG001  (the slope of a line is constant)
    return A.T @ B.T


def matrix_product(x: Matrix) -> Any:
    return A @ x


def matrix_product_jacobian(x: Matrix) -> Any:
    return np.einsum("ik,jl->ijkl", A, np.eye(x.shape[1]))


def matrix_square(x: Matrix) -> Any:
    return x @ x


def matrix_square_jacobian(x: Matrix) -> Any:
    identity = np.eye(len(x))
    return np.einsum("ik,lj->ijkl", identity, x) + np.einsum("ik,lj->ijkl", x, identity)


linear = Case(
    "linear-map",
    f=linear_map,
    df=linear_map_jacobian,
    points=[[0.73, -1.26, 2.41], [-1.82, 0.57, 0.94], [3.17, 1.48, -0.66]],
    special_points={"the origin": [0.0, 0.0, 0.0]},
    formula=r"A x",
    derivative_formula=r"A",
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.4.1",
    tags=("smooth", "linear", "linear-algebra"),
)

trace_of_product = Case(
    "trace-of-product",
    f=trace,
    df=trace_gradient,
    points=[
        [[0.73, -1.26], [2.41, 0.38], [-0.57, 1.64]],
        [[-1.82, 0.57], [0.94, -2.63], [1.17, -0.29]],
        [[3.17, 1.48], [-0.66, 0.21], [0.89, -1.74]],
    ],
    formula=r"\operatorname{tr} \left( A X B \right)",
    derivative_formula=r"A^{\top} B^{\top}",
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.5.1",
    tags=("smooth", "linear", "linear-algebra", "matrix-input"),
)

product = Case(
    "matrix-product",
    f=matrix_product,
    df=matrix_product_jacobian,
    points=[
        [[0.73, -1.26], [2.41, 0.38], [-0.57, 1.64]],
        [[-1.82, 0.57], [0.94, -2.63], [1.17, -0.29]],
        [[3.17, 1.48], [-0.66, 0.21], [0.89, -1.74]],
    ],
    formula=r"A X",
    derivative_formula=r"\frac{\partial f_{ij}}{\partial X_{kl}} = A_{ik} \delta_{jl}",
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.4.1",
    tags=("smooth", "linear", "linear-algebra", "matrix-input"),
)

square = Case(
    "matrix-square",
    f=matrix_square,
    df=matrix_square_jacobian,
    points=[
        [[0.73, -1.26], [2.41, 0.38]],
        [[-1.82, 0.57], [0.94, -2.63]],
        [[3.17, 1.48], [-0.66, 0.21]],
    ],
    special_points={"the identity: here 2 X would be right": [[1.0, 0.0], [0.0, 1.0]]},
    formula=r"X X",
    derivative_formula=(
        r"\frac{\partial f_{ij}}{\partial X_{kl}} = \delta_{ik} X_{lj} + X_{ik} \delta_{lj}"
    ),
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.4.1; product rule",
    tags=("smooth", "quadratic", "linear-algebra", "matrix-input"),
)
