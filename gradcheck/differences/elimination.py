"""Linear algebra on arrays of any exact or enclosed numbers: what LAPACK does for floats only.

Gaussian elimination with row exchanges; the pivot is the number of the largest `magnitude()`, a
choice that influences how wide the enclosures become, but not whether they are true.

References
----------
G. H. Golub and C. F. Van Loan (2013), Matrix Computations, 4th edition, algorithms 3.4.1
(elimination with row exchanges) and 4.2.1 (Cholesky).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.object_]


class SlogdetResult(NamedTuple):
    """Sign and logarithm of a determinant, under the names of `numpy.linalg.slogdet`."""

    sign: Any
    logabsdet: Any


def eliminate(matrix: Matrix, right: Matrix) -> tuple[Any, Matrix]:
    """Return det A and A⁻¹ B.

    Parameters
    ----------
    matrix : object array of shape (n, n)
        A, of numbers with a `magnitude()`.
    right : object array of shape (n,) or (n, k)
        B.

    Raises
    ------
    TypeError
        If A is not one square matrix.
    """
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise TypeError(f"one square matrix is expected, got an array of shape {matrix.shape}")
    a, b = matrix.copy(), right.copy()
    determinant: Any = 1
    for k in range(len(a)):
        pivot = max(range(k, len(a)), key=lambda row: a[row, k].magnitude())
        if pivot != k:
            a[[k, pivot]], b[[k, pivot]] = a[[pivot, k]], b[[pivot, k]]
            determinant = -determinant
        determinant = determinant * a[k, k]
        for row in range(k + 1, len(a)):
            factor = a[row, k] / a[k, k]
            a[row, k:] = a[row, k:] - factor * a[k, k:]
            b[row] = b[row] - factor * b[k]
    for k in reversed(range(len(a))):
        for later in range(k + 1, len(a)):
            b[k] = b[k] - a[k, later] * b[later]
        b[k] = b[k] / a[k, k]
    return determinant, b


def determinant(matrix: Matrix) -> Any:
    """Return det A."""
    return eliminate(matrix, np.empty((len(matrix), 0), dtype=object))[0]


def sign_and_logarithm(matrix: Matrix) -> SlogdetResult:
    """Return the sign of det A and log |det A|."""
    value = determinant(matrix)
    return SlogdetResult(1.0 if value > 0 else -1.0, abs(value).log())


def inverse(matrix: Matrix) -> Matrix:
    """Return A⁻¹."""
    unit: Matrix = matrix * 0
    np.fill_diagonal(unit, [number * 0 + 1 for number in np.diagonal(matrix)])
    return eliminate(matrix, unit)[1]


def solution(matrix: Matrix, right: Matrix) -> Matrix:
    """Return A⁻¹ B."""
    return eliminate(matrix, right)[1]


def cholesky_factor(matrix: Matrix) -> Matrix:
    """Return the lower triangle L with L Lᵀ = A, read from the lower triangle of A."""
    lower: Matrix = matrix * 0
    for j in range(len(matrix)):
        lower[j, j] = (matrix[j, j] - np.sum(lower[j, :j] ** 2)).sqrt()
        for i in range(j + 1, len(matrix)):
            lower[i, j] = (matrix[i, j] - np.sum(lower[i, :j] * lower[j, :j])) / lower[j, j]
    return lower


LINEAR_ALGEBRA: dict[Any, Callable[..., Any]] = {
    np.linalg.cholesky: cholesky_factor,
    np.linalg.det: determinant,
    np.linalg.inv: inverse,
    np.linalg.slogdet: sign_and_logarithm,
    np.linalg.solve: solution,
}
"""Our version of each function of `numpy.linalg`."""
