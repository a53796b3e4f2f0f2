"""Hard: values that carry noise of their own, and functions of hundreds of numbers."""

from typing import Any

import numpy as np

from benchmarks.subjects.exact import mp
from benchmarks.subjects.learning import least_squares, logistic_loss
from benchmarks.subjects.optimisation import quadratic, rosenbrock
from benchmarks.subjects.subject import Array, Function, Subject, normal, uniform


def single(x: Any) -> Any:
    """Return x in single precision."""
    return np.float32(x) if np.ndim(x) == 0 else np.asarray(x, dtype=np.float32)


def in_single_precision(name: str, f: Function, df: Function, *points: Any) -> Subject:
    """Return f computed in float32; the derivative is that of f."""
    return Subject(
        f"float32-{name}",
        f=lambda x: np.float64(f(single(x))),
        df=df,
        exact=f,
        points=points,
        hard=True,
    )


def rounded(name: str, f: Function, df: Function, *points: Any, decimals: int = 6) -> Subject:
    """Return f rounded to some decimals."""
    return Subject(
        f"{decimals}-decimals-{name}",
        f=lambda x: np.round(f(x), decimals),
        df=df,
        exact=f,
        points=points,
        hard=True,
    )


def shaken(name: str, f: Function, df: Function, *points: Any, size: float = 1e-7) -> Subject:
    """Return f with deterministic noise."""
    return Subject(
        f"noise-{size:.0e}-{name}",
        f=lambda x: f(x) + size * np.sin(1e9 * np.sum(x)),
        df=df,
        exact=f,
        points=points,
        hard=True,
    )


def fixed_point(tolerance: float) -> Subject:
    """Return the root of y = a + sin(y) / 2, iterated until steps are small."""

    def solve(a: Any, limit: float) -> Any:
        y = a
        for _ in range(200):
            following = a + np.sin(y) / 2
            if abs(following - y) < limit:
                return following
            y = following
        return y

    def exact(a: Any) -> Any:
        y = solve(mp.mpf(a), 1e-3)
        for _ in range(9):  # Newton's steps double the digits
            y -= (y - a - mp.sin(y) / 2) / (1 - mp.cos(y) / 2)
        return y

    return Subject(
        f"fixed-point-{tolerance:.0e}",
        f=lambda a: solve(a, tolerance),
        df=lambda a: 1 / (1 - np.cos(solve(a, 0.0)) / 2),
        exact=exact,
        points=[0.8, -2.1],
        hard=True,
    )


def babylonian(tolerance: float) -> Subject:
    """Return the product of two square roots by Newton's iteration, stopped early."""

    def root(x: Any) -> Any:
        y = (x + 1) / 2
        for _ in range(60):  # enough for any root, and an end where there is none
            if abs(y * y - x) <= tolerance:
                break
            y = (y + x / y) / 2
        return y

    return Subject(
        f"babylonian-root-{tolerance:.0e}",
        f=lambda x: root(x[0]) * root(x[1]),
        df=lambda x: np.sqrt(x[0] * x[1]) / (2 * x),
        exact=lambda x: np.sqrt(x[0] * x[1]),
        points=[np.array([2.3, 7.1])],
        hard=True,
    )


def jacobi_solver(n: int, tolerance: float, seed: int) -> Subject:
    """Return cᵀy of a linear system A y = x, by an iteration that stops early."""
    matrix = normal(n, n, seed=seed, scale=0.3) + n * np.eye(n)
    c = normal(n, seed=seed + 1)
    diagonal = np.diag(matrix)
    adjoint = np.linalg.solve(matrix.T, c)

    def f(x: Array) -> Any:
        y = x / diagonal
        for _ in range(200):
            change = (x - matrix @ y) / diagonal
            y = y + change
            if np.max(np.abs(change)) < tolerance:
                break
        return c @ y

    weights = np.array(list(mp.lu_solve(mp.matrix(matrix.T.tolist()), mp.matrix(c.tolist()))))
    return Subject(
        f"iterated-system-{n}-{tolerance:.0e}",
        f=f,
        df=lambda _: adjoint,
        exact=lambda x: weights @ x,
        points=[normal(n, seed=seed + 2)],
        hard=True,
    )


def bisection() -> Subject:
    """Return the root of y³ + y = a, bisected to 1e-8."""

    def solve(a: Any, halvings: int) -> Any:
        low, high = -2.0, 2.0
        for _ in range(halvings):
            middle = (low + high) / 2
            low, high = (middle, high) if middle**3 + middle < a else (low, middle)
        return (low + high) / 2

    def exact(a: Any) -> Any:
        y = mp.mpf(solve(a, 20))
        for _ in range(7):  # Newton's steps double the digits
            y -= (y**3 + y - a) / (3 * y**2 + 1)
        return y

    return Subject(
        "bisection",
        f=lambda a: solve(a, 28),
        df=lambda a: 1 / (3 * solve(a, 60) ** 2 + 1),
        exact=exact,
        points=[1.7, -0.45],
        hard=True,
    )


def quadrature() -> Subject:
    """Return an integral of exp(-a t²) by the trapezoidal rule, printed with 7 decimals."""
    time = np.linspace(0, 2, 41)
    weights = np.full(41, 0.05)
    weights[[0, -1]] = 0.025

    def f(a: Any) -> Any:
        return weights @ np.exp(-a * time**2)

    def df(a: Any) -> Any:
        return -(weights * time**2) @ np.exp(-a * time**2)

    return rounded("integral", f, df, 0.7, 1.9, decimals=7)


def big_logistic(rows: int, n: int, seed: int) -> Subject:
    """Return a logistic loss with many weights."""
    small = logistic_loss(rows, n, seed)
    return as_hard(small, small.points[0] / np.sqrt(n))


def as_hard(subject: Subject, *points: Any) -> Subject:
    """Return a subject among the hard ones."""
    return Subject(
        f"{subject.name}-hard",
        f=subject.f,
        df=subject.df,
        exact=subject.exact,
        points=points or subject.points,
        hard=True,
    )


def wave_sum(x: Any) -> Any:
    """Return a smooth function of a vector."""
    return np.sum(np.sin(x) + x**2 / 5) + x[0] * x[-1]


def wave_sum_gradient(x: Array) -> Array:
    """Return its gradient."""
    slope = np.cos(x) + 2 * x / 5
    slope[0] += x[-1]
    slope[-1] += x[0]
    return np.asarray(slope)


def sigmoid(x: Any) -> Any:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def sigmoid_derivative(x: Any) -> Any:
    """Return its derivative."""
    return 1 / (2 + np.exp(x) + np.exp(-x))


def convolution(n: int, seed: int) -> Subject:
    """Return the energy of a smoothed signal."""
    target = normal(n, seed=seed)

    def smooth(x: Any) -> Any:
        return (np.roll(x, 1) + 2 * x + np.roll(x, -1)) / 4

    return Subject(
        f"smoothed-signal-{n}",
        f=lambda x: np.sum((smooth(x) - target) ** 2),
        df=lambda x: 2 * smooth(smooth(x) - target),
        points=[normal(n, seed=seed + 1)],
        hard=True,
    )


def mean_cosine(n: int) -> Subject:
    """Return the mean of cosines plus their coupling to the next."""
    return Subject(
        f"chain-of-waves-{n}",
        f=lambda x: np.sum(np.cos(x[1:] - x[:-1])) / n,
        df=lambda x: (
            np.append(np.sin(x[1:] - x[:-1]), 0) - np.append(0, np.sin(x[1:] - x[:-1]))
        ) / n,
        points=[uniform(-3, 3, n, seed=n)],
        hard=True,
    )  # fmt: skip


VECTOR = normal(6, seed=600)
SUBJECTS = (
    in_single_precision("sigmoid", sigmoid, sigmoid_derivative, 0.6, -2.4),
    in_single_precision("exp", np.exp, np.exp, 1.3, -4.0),
    in_single_precision("sine-of-7x", lambda x: np.sin(7 * x), lambda x: 7 * np.cos(7 * x), 0.31),
    in_single_precision("waves", wave_sum, wave_sum_gradient, VECTOR),
    in_single_precision("norm", lambda x: np.sqrt(np.sum(x**2)),
                        lambda x: x / np.sqrt(np.sum(x**2)), normal(12, seed=601)),
    in_single_precision("log-sum-exp", lambda x: np.log(np.sum(np.exp(x))),
                        lambda x: np.exp(x) / np.sum(np.exp(x)), normal(8, seed=602)),
    in_single_precision("tanh", np.tanh, lambda x: 1 / np.cosh(x) ** 2, 0.45, 1.7),
    rounded("sine", np.sin, np.cos, 0.9, -0.4),
    rounded("exp", np.exp, np.exp, 1.1, decimals=4),
    rounded("sigmoid", sigmoid, sigmoid_derivative, 0.3, -1.8),
    rounded("waves", wave_sum, wave_sum_gradient, VECTOR),
    rounded("hundreds", lambda x: 100 * np.sum(np.exp(x / 2)), lambda x: 50 * np.exp(x / 2),
            normal(5, seed=603), decimals=3),
    quadrature(),
    shaken("sine", np.sin, np.cos, 0.8, 2.6),
    shaken("exp", np.exp, np.exp, 0.2, -1.1),
    shaken("waves", wave_sum, wave_sum_gradient, VECTOR),
    shaken("sigmoid", sigmoid, sigmoid_derivative, 1.3, size=1e-10),
    shaken("bowl", lambda x: np.sum(x**2), lambda x: 2 * x, normal(10, seed=604), size=1e-5),
    fixed_point(1e-8), fixed_point(1e-11), babylonian(1e-6),
    jacobi_solver(4, 1e-8, 605), jacobi_solver(12, 1e-6, 608), bisection(),
    as_hard(rosenbrock(100, 620)), as_hard(rosenbrock(250, 621)), as_hard(quadratic(150, 622)),
    as_hard(least_squares(120, 100, 625)), big_logistic(80, 120, 628), big_logistic(60, 300, 631),
    convolution(200, 634), mean_cosine(128), mean_cosine(300),
    Subject("sum-of-squares-300", f=lambda x: np.sum(x**2), df=lambda x: 2 * x,
            points=[normal(300, seed=636)], hard=True),
)  # fmt: skip
