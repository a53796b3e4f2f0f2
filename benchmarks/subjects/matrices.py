"""Functions of a matrix: trace, determinant, inverse, norms."""

from typing import Any

import numpy as np

from benchmarks.subjects.exact import mp
from benchmarks.subjects.subject import Array, Subject, normal


def exact_determinant(x: Array) -> Any:
    """Return the determinant of a matrix of exact numbers."""
    return mp.det(mp.matrix(x.tolist()))


def exact_inverse(x: Array) -> Any:
    """Return the inverse of a matrix of exact numbers."""
    return np.array(mp.inverse(mp.matrix(x.tolist())).tolist(), dtype=object).reshape(x.shape)


def well_conditioned(n: int, seed: int) -> Array:
    """Return a matrix that is far from singular."""
    return np.asarray(normal(n, n, seed=seed) + 1.5 * np.sqrt(n) * np.eye(n))


def determinant(n: int, seed: int) -> Subject:
    """Return the determinant; its derivative is the matrix of cofactors."""
    return Subject(
        f"determinant-{n}",
        f=np.linalg.det,
        df=lambda x: np.linalg.det(x) * np.linalg.inv(x).T,
        exact=exact_determinant,
        points=[well_conditioned(n, seed)],
    )


def log_determinant(n: int, seed: int) -> Subject:
    """Return the logarithm of the determinant."""
    return Subject(
        f"log-determinant-{n}",
        f=lambda x: np.linalg.slogdet(x)[1],
        df=lambda x: np.linalg.inv(x).T,
        exact=lambda x: mp.log(abs(exact_determinant(x))),
        points=[well_conditioned(n, seed)],
    )


def inverse(n: int, seed: int) -> Subject:
    """Return the inverse matrix: a derivative with four indices."""

    def df(x: Array) -> Array:
        y = np.linalg.inv(x)
        return np.asarray(-np.einsum("ik,lj->ijkl", y, y))

    return Subject(
        f"inverse-{n}",
        f=np.linalg.inv,
        df=df,
        exact=exact_inverse,
        points=[well_conditioned(n, seed)],
    )


def quadratic_of_inverse(n: int, seed: int) -> Subject:
    """Return bᵀ X⁻¹ c."""
    b, c = normal(n, seed=seed), normal(n, seed=seed + 1)
    return Subject(
        f"bilinear-in-inverse-{n}",
        f=lambda x: b @ np.linalg.solve(x, c),
        df=lambda x: -np.outer(np.linalg.solve(x.T, b), np.linalg.solve(x, c)),
        exact=lambda x: b @ exact_inverse(x) @ c,
        points=[well_conditioned(n, seed + 2)],
    )


def largest_eigenvalue(seed: int) -> Subject:
    """Return the larger eigenvalue of a matrix of two rows."""

    def f(x: Array) -> Any:
        half = (x[0, 0] - x[1, 1]) / 2
        return (x[0, 0] + x[1, 1]) / 2 + np.sqrt(half**2 + x[0, 1] * x[1, 0])

    def df(x: Array) -> Array:
        half = (x[0, 0] - x[1, 1]) / 2
        root = np.sqrt(half**2 + x[0, 1] * x[1, 0])
        return np.array(
            [
                [0.5 + half / 2 / root, x[1, 0] / 2 / root],
                [x[0, 1] / 2 / root, 0.5 - half / 2 / root],
            ]
        )

    return Subject(
        "larger-eigenvalue",
        f=f,
        df=df,
        points=[np.abs(normal(2, 2, seed=seed)) + np.diag([1.0, 0])],
    )


def similarity(n: int, seed: int) -> Subject:
    """Return tr(A Xᵀ B X)."""
    a, b = normal(n, n, seed=seed), normal(n, n, seed=seed + 1)
    return Subject(
        f"trace-of-product-{n}",
        f=lambda x: np.trace(a @ x.T @ b @ x),
        df=lambda x: b @ x @ a + b.T @ x @ a.T,
        points=[normal(n, n, seed=seed + 2)],
    )


SUBJECTS = (
    determinant(2, 300), determinant(3, 301), determinant(5, 302), log_determinant(3, 303),
    log_determinant(5, 304), inverse(2, 305), inverse(3, 306), quadratic_of_inverse(4, 307),
    largest_eigenvalue(310), similarity(3, 311),
    Subject("trace", f=np.trace, df=lambda _: np.eye(4), points=[normal(4, 4, seed=312)]),
    Subject("trace-of-square", f=lambda x: np.trace(x @ x), df=lambda x: 2 * x.T,
            points=[normal(3, 3, seed=313)]),
    Subject("trace-of-cube", f=lambda x: np.trace(x @ x @ x), df=lambda x: 3 * (x @ x).T,
            points=[normal(4, 4, seed=314)]),
    Subject("frobenius-norm", f=lambda x: np.sqrt(np.sum(x**2)),
            df=lambda x: x / np.sqrt(np.sum(x**2)), points=[normal(3, 4, seed=315)]),
    Subject("matrix-square", f=lambda x: x @ x,
            df=lambda x: np.einsum("ik,lj->ijkl", np.eye(2), x)
            + np.einsum("ik,jl->ijkl", x, np.eye(2)),
            points=[normal(2, 2, seed=316)]),
    Subject("sum-of-exponentials-of-matrix", f=lambda x: np.sum(np.exp(x / 2)),
            df=lambda x: np.exp(x / 2) / 2, points=[normal(2, 5, seed=317)]),
)  # fmt: skip
