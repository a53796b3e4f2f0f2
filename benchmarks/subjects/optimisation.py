"""Functions Rⁿ → R that optimisers are tried on, norms, quadratic forms, products and sums."""

from typing import Any

import numpy as np

from benchmarks.subjects.subject import Array, Subject, normal, uniform


def rosenbrock(n: int, seed: int) -> Subject:
    """Return the chained valley."""

    def df(x: Array) -> Array:
        slope = np.zeros_like(x)
        valley = x[1:] - x[:-1] ** 2
        slope[:-1] = -400 * x[:-1] * valley - 2 * (1 - x[:-1])
        slope[1:] += 200 * valley
        return slope

    return Subject(
        f"rosenbrock-{n}",
        f=lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
        df=df,
        points=[normal(n, seed=seed)],
    )


def quadratic(n: int, seed: int, scale: float = 1.0) -> Subject:
    """Return xᵀAx / 2 - bᵀx with a matrix that is not symmetric."""
    matrix, b = normal(n, n, seed=seed), normal(n, seed=seed + 1)
    return Subject(
        f"quadratic-form-{n}",
        f=lambda x: x @ matrix @ x / 2 - b @ x,
        df=lambda x: (matrix + matrix.T) @ x / 2 - b,
        points=[normal(n, seed=seed + 2, scale=scale)],
    )


def powell() -> Subject:
    """Return Powell's singular function of four numbers."""

    def f(x: Array) -> Any:
        return (
            (x[0] + 10 * x[1]) ** 2
            + 5 * (x[2] - x[3]) ** 2
            + (x[1] - 2 * x[2]) ** 4
            + 10 * (x[0] - x[3]) ** 4
        )

    def df(x: Array) -> Array:
        a, b, c, d = x[0] + 10 * x[1], x[2] - x[3], (x[1] - 2 * x[2]) ** 3, (x[0] - x[3]) ** 3
        return np.array([2 * a + 40 * d, 20 * a + 4 * c, 10 * b - 8 * c, -10 * b - 40 * d])

    return Subject("powell-singular", f=f, df=df, points=[np.array([3.1, -1.2, 0.4, 1.3])])


def beale() -> Subject:
    """Return Beale's function."""
    target, power = np.array([1.5, 2.25, 2.625]), np.arange(1, 4)

    def df(x: Array) -> Array:
        residual = target - x[0] * (1 - x[1] ** power)
        return np.array(
            [
                2 * np.sum(residual * (x[1] ** power - 1)),
                2 * np.sum(residual * x[0] * power * x[1] ** (power - 1)),
            ]
        )

    return Subject(
        "beale",
        f=lambda x: np.sum((target - x[0] * (1 - np.array([x[1], x[1] ** 2, x[1] ** 3]))) ** 2),
        df=df,
        points=[np.array([1.3, 0.7]), np.array([-2.4, 1.1])],
    )


def himmelblau() -> Subject:
    """Return Himmelblau's function."""

    def df(x: Array) -> Array:
        a, b = x[0] ** 2 + x[1] - 11, x[0] + x[1] ** 2 - 7
        return np.array([4 * x[0] * a + 2 * b, 2 * a + 4 * x[1] * b])

    return Subject(
        "himmelblau",
        f=lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2,
        df=df,
        points=[np.array([0.6, -2.3]), np.array([4.1, 3.3])],
    )


def wood() -> Subject:
    """Return Wood's function of four numbers."""

    def f(x: Array) -> Any:
        a, b, c, d = x
        return (
            100 * (b - a**2) ** 2 + (1 - a) ** 2 + 90 * (d - c**2) ** 2 + (1 - c) ** 2
            + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1)
        )  # fmt: skip

    def df(x: Array) -> Array:
        a, b, c, d = x
        return np.array(
            [
                -400 * a * (b - a**2) - 2 * (1 - a),
                200 * (b - a**2) + 20.2 * (b - 1) + 19.8 * (d - 1),
                -360 * c * (d - c**2) - 2 * (1 - c),
                180 * (d - c**2) + 20.2 * (d - 1) + 19.8 * (b - 1),
            ]
        )

    return Subject("wood", f=f, df=df, points=[np.array([-2.7, -0.9, -3.2, 1.4])])


def griewank(n: int) -> Subject:
    """Return Griewank's function: a bowl minus a product of cosines."""
    root = np.sqrt(np.arange(1.0, n + 1))

    def df(x: Array) -> Array:
        cosines = np.cos(x / root)
        others = np.array([np.prod(np.delete(cosines, j)) for j in range(n)])
        return np.asarray(x / 2000 + np.sin(x / root) / root * others)

    return Subject(
        f"griewank-{n}",
        f=lambda x: np.sum(x**2) / 4000 - np.prod(np.cos(x / root)) + 1,
        df=df,
        points=[uniform(-2, 2, n, seed=n), uniform(-3, 3, n, seed=n + 1)],
    )


def ackley(n: int) -> Subject:
    """Return Ackley's function away from its cusp."""

    def f(x: Array) -> Any:
        bowl = -20 * np.exp(-0.2 * np.sqrt(np.sum(x**2) / n))
        return bowl - np.exp(np.sum(np.cos(2 * np.pi * x)) / n) + 20 + np.e

    def df(x: Array) -> Array:
        size = np.sqrt(np.sum(x**2) / n)
        wave = np.exp(np.sum(np.cos(2 * np.pi * x)) / n)
        bowl = 4 * np.exp(-0.2 * size) * x / (n * size)
        return np.asarray(bowl + 2 * np.pi / n * np.sin(2 * np.pi * x) * wave)

    return Subject(f"ackley-{n}", f=f, df=df, points=[uniform(-3, 3, n, seed=40 + n)])


def levy_mountain() -> Subject:
    """Return McCormick's function."""
    return Subject(
        "mccormick",
        f=lambda x: np.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1,
        df=lambda x: np.array(
            [
                np.cos(x[0] + x[1]) + 2 * (x[0] - x[1]) - 1.5,
                np.cos(x[0] + x[1]) - 2 * (x[0] - x[1]) + 2.5,
            ]
        ),
        points=[np.array([-0.7, -1.9]), np.array([2.2, 0.4])],
    )


def booth() -> Subject:
    """Return Booth's function."""

    def df(x: Array) -> Array:
        a, b = x[0] + 2 * x[1] - 7, 2 * x[0] + x[1] - 5
        return np.array([2 * a + 4 * b, 4 * a + 2 * b])

    return Subject(
        "booth",
        f=lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2,
        df=df,
        points=[np.array([-6.2, 8.7])],
    )


def cyclic_products(n: int, seed: int) -> Subject:
    """Return the sum of the products of neighbours in a ring."""
    return Subject(
        f"ring-products-{n}",
        f=lambda x: np.sum(x * np.roll(x, 1)),
        df=lambda x: np.roll(x, 1) + np.roll(x, -1),
        points=[normal(n, seed=seed, scale=10)],
    )


def product(n: int, seed: int) -> Subject:
    """Return the product of all entries."""
    return Subject(
        f"product-{n}",
        f=np.prod,
        df=lambda x: np.array([np.prod(np.delete(x, j)) for j in range(n)]),
        points=[uniform(0.5, 1.8, n, seed=seed)],
    )


def gaussian_bump(n: int, seed: int, width: float) -> Subject:
    """Return a bell around a centre."""
    centre = normal(n, seed=seed)

    def bell(x: Array) -> Any:
        return np.exp(-np.sum((x - centre) ** 2) / (2 * width**2))

    return Subject(
        f"gaussian-bump-{n}",
        f=bell,
        df=lambda x: -(x - centre) / width**2 * bell(x),
        points=[centre + normal(n, seed=seed + 1, scale=width / np.sqrt(n))],
    )


def log_sum_exp(n: int, seed: int, scale: float) -> Subject:
    """Return the smooth maximum."""

    def f(x: Array) -> Any:
        top = np.max(x)
        return top + np.log(np.sum(np.exp(x - top)))

    def df(x: Array) -> Array:
        weights = np.exp(x - np.max(x))
        return np.asarray(weights / np.sum(weights))

    return Subject(f"log-sum-exp-{n}", f=f, df=df, points=[normal(n, seed=seed, scale=scale)])


def polynomial_of_many(n: int, seed: int) -> Subject:
    """Return a sum of powers with a coupling."""
    weights = uniform(0.5, 2, n, seed=seed)

    def df(x: Array) -> Array:
        return np.asarray(4 * weights * x**3 + 2 * np.sum(x))

    return Subject(
        f"quartic-{n}",
        f=lambda x: np.sum(weights * x**4) + np.sum(x) ** 2,
        df=df,
        points=[normal(n, seed=seed + 1), normal(n, seed=seed + 2, scale=30)],
    )


def trigonometric(n: int) -> Subject:
    """Return Spedicato's trigonometric sum of squares."""
    number = np.arange(1, n + 1)

    def residual(x: Array) -> Any:
        return n - np.sum(np.cos(x)) + number * (1 - np.cos(x)) - np.sin(x)

    def df(x: Array) -> Array:
        r = residual(x)
        return np.asarray(2 * np.sum(r) * np.sin(x) + 2 * r * (number * np.sin(x) - np.cos(x)))

    return Subject(
        f"spedicato-{n}",
        f=lambda x: np.sum(residual(x) ** 2),
        df=df,
        points=[uniform(0.1, 0.9, n, seed=n)],
    )


SUBJECTS = (
    *(rosenbrock(n, seed) for n, seed in ((2, 1), (5, 2), (12, 3), (30, 4))),
    quadratic(2, 11), quadratic(6, 12, 40), quadratic(15, 13), quadratic(30, 14, 0.1),
    powell(), beale(), himmelblau(), wood(), griewank(2), griewank(8), ackley(2), ackley(10),
    levy_mountain(), booth(), cyclic_products(4, 20), cyclic_products(25, 21),
    product(3, 22), product(12, 23), gaussian_bump(2, 24, 1.0), gaussian_bump(10, 25, 2.0),
    log_sum_exp(5, 26, 1.0), log_sum_exp(20, 27, 2.0), polynomial_of_many(3, 28),
    polynomial_of_many(16, 29), trigonometric(4), trigonometric(11),
    Subject("norm-2", f=lambda x: np.sqrt(np.sum(x**2)), df=lambda x: x / np.sqrt(np.sum(x**2)),
            points=[np.array([0.8, -2.3]), np.array([31.0, 64.0])]),
    Subject("norm-14", f=lambda x: np.sqrt(np.sum(x**2)), df=lambda x: x / np.sqrt(np.sum(x**2)),
            points=[normal(14, seed=30)]),
    Subject("norm-cubed", f=lambda x: np.sum(x**2) ** 1.5,
            df=lambda x: 3 * x * np.sqrt(np.sum(x**2)), points=[normal(6, seed=31)]),
    Subject("inverse-distance", f=lambda x: 1 / np.sqrt(np.sum(x**2)),
            df=lambda x: -x / np.sum(x**2) ** 1.5, points=[normal(3, seed=32)]),
    Subject("cosine-of-angle", f=lambda x: x[:3] @ x[3:]
            / np.sqrt(np.sum(x[:3] ** 2) * np.sum(x[3:] ** 2)),
            df=lambda x: np.concatenate([
                x[3:] - x[:3] * (x[:3] @ x[3:]) / np.sum(x[:3] ** 2),
                x[:3] - x[3:] * (x[:3] @ x[3:]) / np.sum(x[3:] ** 2),
            ]) / np.sqrt(np.sum(x[:3] ** 2) * np.sum(x[3:] ** 2)), points=[normal(6, seed=33)]),
    Subject("rayleigh-quotient", f=lambda x: np.sum(np.arange(1, 8) * x**2) / np.sum(x**2),
            df=lambda x: 2 * x / np.sum(x**2)
            * (np.arange(1, 8) - np.sum(np.arange(1, 8) * x**2) / np.sum(x**2)),
            points=[normal(7, seed=34)]),
    Subject("geometric-mean", f=lambda x: np.exp(np.sum(np.log(x)) / 9),
            df=lambda x: np.exp(np.sum(np.log(x)) / 9) / (9 * x),
            points=[uniform(0.2, 9, 9, seed=35)]),
    Subject("harmonic-mean", f=lambda x: 5 / np.sum(1 / x),
            df=lambda x: 5 / (x * np.sum(1 / x)) ** 2, points=[uniform(0.3, 50, 5, seed=36)]),
    Subject("variance", f=lambda x: np.sum((x - np.sum(x) / 13) ** 2) / 12,
            df=lambda x: (x - np.sum(x) / 13) / 6, points=[normal(13, seed=37, mean=4.0)]),
    Subject("sine-of-sum", f=lambda x: np.sin(np.sum(x)), df=lambda x: np.cos(np.sum(x)) + 0 * x,
            points=[normal(4, seed=38)]),
    Subject("sum-of-exp-of-products", f=lambda x: np.sum(np.exp(x[1:] * x[:-1])),
            df=lambda x: np.append(x[1:] * np.exp(x[1:] * x[:-1]), 0)
            + np.append(0, x[:-1] * np.exp(x[1:] * x[:-1])), points=[normal(8, seed=39)]),
    Subject("barrier", f=lambda x: x[0] + 2 * x[1] - np.log(x[0]) - np.log(x[1])
            - np.log(10 - x[0] - x[1]),
            df=lambda x: np.array([1 - 1 / x[0] + 1 / (10 - x[0] - x[1]),
                                   2 - 1 / x[1] + 1 / (10 - x[0] - x[1])]),
            points=[np.array([2.3, 4.6]), np.array([0.4, 8.8])]),
    Subject("weighted-sum", f=lambda x: np.arange(1.0, 20) @ x, df=lambda _: np.arange(1.0, 20),
            points=[normal(19, seed=41, scale=100)]),
    Subject("entropy-of-distribution", f=lambda x: -np.sum(x * np.log(x)),
            df=lambda x: -np.log(x) - 1, points=[uniform(0.01, 0.2, 11, seed=42)]),
    Subject("kepler-energy", f=lambda x: (x[2] ** 2 + x[3] ** 2) / 2 - 1 / np.hypot(x[0], x[1]),
            df=lambda x: np.array([x[0] / np.hypot(x[0], x[1]) ** 3,
                                   x[1] / np.hypot(x[0], x[1]) ** 3, x[2], x[3]]),
            points=[np.array([0.9, -0.4, 0.31, 1.2])]),
)  # fmt: skip
