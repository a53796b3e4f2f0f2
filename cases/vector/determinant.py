"""Determinant, logarithm of the determinant, and inverse, as functions of the matrix entries.

determinant, R²ˣ² → R: det X = a d − b c, written out.
log determinant, R²ˣ² → R: log(a d − b c), written out.
log determinant, R³ˣ³ → R: log det X by LU factorisation.
inverse, R²ˣ² → R²ˣ²: X⁻¹ by LU factorisation.

The gradient of log det X is the transposed inverse; for X that is not symmetric the transposition
shows. K. B. Petersen, M. S. Pedersen (2012), The Matrix Cookbook, sections 2.1.2, 2.1.4 and 2.2,
equation 60.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Matrix = npt.NDArray[Any]


def has_positive_determinant(x: Matrix) -> bool:
    """Where det X > 0."""
    return bool(np.linalg.det(x) > 0.0)


def is_invertible(x: Matrix) -> bool:
    """Where det X ≠ 0."""
    return bool(np.linalg.det(x) != 0.0)


def determinant(x: Matrix) -> Any:
    (a, b), (c, d) = x
    return a * d - b * c


def determinant_gradient(x: Matrix) -> Matrix:
    (a, b), (c, d) = x
    return np.array([[d, -c], [-b, a]])


def log_determinant_2x2(x: Matrix) -> Any:
    (a, b), (c, d) = x
    return np.log(a * d - b * c)


def log_determinant_2x2_gradient(x: Matrix) -> Any:
    (a, b), (c, d) = x
    return np.array([[d, -c], [-b, a]]) / (a * d - b * c)


def log_determinant(x: Matrix) -> Any:
    return np.log(np.linalg.det(x))


def log_determinant_gradient(x: Matrix) -> Any:
    return np.linalg.inv(x).T


def inverse(x: Matrix) -> Any:
    return np.linalg.inv(x)


def inverse_jacobian(x: Matrix) -> Any:
    inverted = np.linalg.inv(x)
    return -np.einsum("ik,lj->ijkl", inverted, inverted)


determinant_case = Case(
    "determinant-2x2",
    f=determinant,
    df=determinant_gradient,
    points=[
        [[1.73, -0.26], [0.41, 2.38]],
        [[-1.82, 0.57], [0.94, 2.63]],
        [[3.17, 1.48], [-0.66, 0.21]],
    ],
    special_points={"singular, yet the gradient exists": [[1.2, 2.4], [0.7, 1.4]]},
    formula=r"\det \begin{pmatrix} a & b \\ c & d \end{pmatrix} = a d - b c",
    derivative_formula=r"\begin{pmatrix} d & -c \\ -b & a \end{pmatrix}",
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.1.2",
    tags=("smooth", "quadratic", "linear-algebra", "matrix-input"),
)

log_determinant_2x2_case = Case(
    "log-determinant-2x2",
    f=log_determinant_2x2,
    df=log_determinant_2x2_gradient,
    points=[
        [[1.73, -0.26], [0.41, 2.38]],
        [[1.28, 0.57], [0.94, 2.63]],
        [[3.17, 1.48], [-0.66, 0.71]],
    ],
    special_points={"nearly singular: the entries are large": [[1.2, 2.4], [0.7, 1.401]]},
    domain=has_positive_determinant,
    formula=r"\log \left( a d - b c \right)",
    derivative_formula=(r"\frac{1}{a d - b c} \begin{pmatrix} d & -c \\ -b & a \end{pmatrix}"),
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.1.4",
    tags=("smooth", "linear-algebra", "matrix-input"),
)

log_determinant_case = Case(
    "log-determinant",
    f=log_determinant,
    df=log_determinant_gradient,
    points=[
        [[2.73, -0.26, 0.41], [0.38, 1.57, -0.64], [0.87, -0.29, 3.16]],
        [[1.48, 0.36, -0.66], [0.21, 2.89, 0.74], [-0.53, 0.62, 1.91]],
        [[3.17, 1.26, 0.83], [-0.47, 1.64, 0.35], [0.58, -0.92, 2.41]],
    ],
    special_points={
        "the identity: the gradient is the identity": [
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0],
        ]
    },
    domain=has_positive_determinant,
    formula=r"\log \det X",
    derivative_formula=r"X^{-\top}",
    source="Petersen, Pedersen (2012), The Matrix Cookbook, section 2.1.4",
    tags=("smooth", "linear-algebra", "matrix-input"),
)

inverse_case = Case(
    "matrix-inverse",
    f=inverse,
    df=inverse_jacobian,
    points=[
        [[1.73, -0.26], [0.41, 2.38]],
        [[-1.82, 0.57], [0.94, 2.63]],
        [[3.17, 1.48], [-0.66, 0.71]],
    ],
    domain=is_invertible,
    formula=r"X^{-1}",
    derivative_formula=(
        r"\frac{\partial f_{ij}}{\partial X_{kl}}"
        r" = - \left( X^{-1} \right)_{ik} \left( X^{-1} \right)_{lj}"
    ),
    source="Petersen, Pedersen (2012), The Matrix Cookbook, equation 60",
    tags=("smooth", "linear-algebra", "matrix-input"),
)
