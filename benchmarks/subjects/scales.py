"""Hard: sizes of x from 1e-300 to 1e300, factors of 1e±40, offsets, mixed magnitudes."""

from typing import Any

import numpy as np

from benchmarks.subjects.exact import mp
from benchmarks.subjects.learning import logistic_loss
from benchmarks.subjects.optimisation import gaussian_bump, rosenbrock
from benchmarks.subjects.subject import Array, Function, Subject, normal

POWERS = (-300, -150, -40, -20, -8, 8, 20, 40, 150, 300)


def stretched(
    name: str, f: Function, df: Function, at: float, *, power: int, exact: Function | None = None
) -> Subject:
    """Return f(x / scale) with x near the scale 10^power."""
    scale = 10.0**power
    inner = exact or f
    return Subject(
        f"{name}-at-1e{power}",
        f=lambda x: f(x / scale),
        df=lambda x: df(x / scale) / scale,
        exact=lambda x: inner(x / mp.mpf(scale)),
        points=[at * scale],
        hard=True,
    )


def scaled(subject: Subject, factor: float) -> Subject:
    """Return a subject times a factor."""
    return Subject(
        f"{subject.name}-times-{factor:.0e}",
        f=lambda x: factor * subject.f(x),
        df=lambda x: factor * subject.df(x),
        exact=lambda x: mp.mpf(factor) * subject.truth(x),
        points=subject.points,
        hard=True,
    )


def lifted(subject: Subject, offset: float) -> Subject:
    """Return a subject plus a constant."""
    return Subject(
        f"{subject.name}-plus-{offset:.0e}",
        f=lambda x: subject.f(x) + offset,
        df=subject.df,
        points=subject.points,
        hard=True,
    )


def mixed_sum(n: int, low: float, high: float) -> Subject:
    """Return a sum of waves whose slopes run from 10^low to 10^high."""
    weights = 10.0 ** np.linspace(low, high, n)
    return Subject(
        f"mixed-slopes-{low:g}-{high:g}-{n}",
        f=lambda x: np.sum(weights * np.sin(x)),
        df=lambda x: weights * np.cos(x),
        points=[normal(n, seed=400 + n)],
        hard=True,
    )


def mixed_inputs(n: int, low: float, high: float) -> Subject:
    """Return a sum of functions of inputs of very different size, with equal parts of f."""
    sizes = 10.0 ** np.linspace(low, high, n)
    return Subject(
        f"mixed-inputs-{low:g}-{high:g}-{n}",
        f=lambda x: np.sum(np.exp(x / sizes)),
        df=lambda x: np.exp(x / sizes) / sizes,
        points=[sizes * normal(n, seed=420 + n, scale=0.7)],
        hard=True,
    )


def mixed_outputs(n: int) -> Subject:
    """Return outputs of very different size, each of all inputs."""
    sizes = 10.0 ** np.linspace(-10, 10, n)
    weights = normal(n, 3, seed=440)
    return Subject(
        f"mixed-outputs-{n}",
        f=lambda x: sizes * np.tanh(weights @ x),
        df=lambda x: (sizes / np.cosh(weights @ x) ** 2)[:, None] * weights,
        points=[np.array([0.3, -0.5, 0.8])],
        hard=True,
    )


def badly_scaled_brown() -> Subject:
    """Return Brown's badly scaled function: 1e6 and 2e-6 are its minimum."""

    def df(x: Array) -> Array:
        a, b, c = x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2
        return np.array([2 * a + 2 * c * x[1], 2 * b + 2 * c * x[0]])

    return Subject(
        "brown-badly-scaled",
        f=lambda x: (x[0] - 1e6) ** 2 + (x[1] - 2e-6) ** 2 + (x[0] * x[1] - 2) ** 2,
        df=df,
        points=[np.array([1.3e6, 3.1e-6]), np.array([1.0, 1.0])],
        hard=True,
    )


def badly_scaled_powell() -> Subject:
    """Return the sum of squares of Powell's badly scaled system."""

    def residuals(x: Array) -> tuple[Any, Any]:
        return 1e4 * x[0] * x[1] - 1, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001

    def df(x: Array) -> Array:
        a, b = residuals(x)
        return np.array(
            [2e4 * a * x[1] - 2 * b * np.exp(-x[0]), 2e4 * a * x[0] - 2 * b * np.exp(-x[1])]
        )

    return Subject(
        "powell-badly-scaled",
        f=lambda x: sum(r**2 for r in residuals(x)),
        df=df,
        points=[np.array([1.1e-5, 7.3]), np.array([0.02, 1.4])],
        hard=True,
    )


def arrhenius() -> Subject:
    """Return a reaction rate in prefactor, activation energy (J/mol) and temperature."""

    def f(p: Array) -> Any:
        return p[0] * np.exp(-p[1] / (8.314 * p[2]))

    def df(p: Array) -> Array:
        rate = f(p)
        return np.array([rate / p[0], -rate / (8.314 * p[2]), rate * p[1] / (8.314 * p[2] ** 2)])

    return Subject("arrhenius", f=f, df=df, points=[np.array([3.1e13, 8.7e4, 431.0])], hard=True)


def gravitation() -> Subject:
    """Return the force between earth and moon, in SI units."""

    def f(p: Array) -> Any:
        return 6.674e-11 * p[0] * p[1] / p[2] ** 2

    return Subject(
        "gravitation",
        f=f,
        df=lambda p: f(p) * np.array([1 / p[0], 1 / p[1], -2 / p[2]]),
        points=[np.array([5.972e24, 7.342e22, 3.844e8])],
        hard=True,
    )


SIGMOID = Subject(
    "sigmoid-hard",
    f=lambda x: 1 / (1 + np.exp(-x)),
    df=lambda x: 1 / (2 + np.exp(x) + np.exp(-x)),
    points=[0.7],
)
WAVES = Subject(
    "waves",
    f=lambda x: np.sum(np.sin(x) * np.roll(x, 1)),
    df=lambda x: np.cos(x) * np.roll(x, 1) + np.roll(np.sin(x), -1),
    points=[normal(6, seed=450)],
)

SUBJECTS = (
    *(stretched("exp", np.exp, np.exp, 0.83, power=p) for p in POWERS),
    *(stretched("cubic", lambda x: x**3 - 2 * x, lambda x: 3 * x**2 - 2, 1.7, power=p)
      for p in (-300, -100, -12, 12, 100, 300)),
    *(stretched("sine", np.sin, np.cos, 2.3, power=p) for p in (-200, -30, 30, 200)),
    *(scaled(s, factor) for s in (SIGMOID, WAVES, rosenbrock(4, 451), logistic_loss(9, 3, 452),
                                  gaussian_bump(3, 455, 1.0)) for factor in (1e-40, 1e40)),
    *(lifted(s, 1e8) for s in (SIGMOID, WAVES, rosenbrock(3, 457), logistic_loss(12, 4, 458),
                               gaussian_bump(5, 460, 1.5))),
    lifted(WAVES, 1e12), scaled(WAVES, 1e-200), scaled(WAVES, 1e200), scaled(SIGMOID, 1e-290),
    mixed_sum(5, -10, 10), mixed_sum(21, -10, 10), mixed_sum(6, -4, 4), mixed_sum(9, -2, 2),
    mixed_inputs(7, -10, 10), mixed_inputs(3, -100, 100), mixed_inputs(12, -5, 5),
    mixed_outputs(9), badly_scaled_brown(), badly_scaled_powell(), arrhenius(), gravitation(),
    Subject("square-at-1e150", f=lambda x: x * x, df=lambda x: 2 * x, points=[1.3e150], hard=True),
    Subject("root-at-1e-300", f=np.sqrt, df=lambda x: 0.5 / np.sqrt(x), points=[3.7e-300],
            hard=True),
    Subject("root-at-1e300", f=np.sqrt, df=lambda x: 0.5 / np.sqrt(x), points=[3.7e300],
            hard=True),
    Subject("logarithm-at-1e-300", f=np.log, df=lambda x: 1 / x, points=[2.3e-300], hard=True),
    Subject("logarithm-at-1e300", f=np.log, df=lambda x: 1 / x, points=[2.3e300], hard=True),
    Subject("reciprocal-at-1e-100", f=lambda x: 1 / x, df=lambda x: -1 / x / x,
            points=[4.1e-100], hard=True),
    Subject("identity-at-1e-300", f=lambda x: 1 * x, df=lambda _: 1.0, points=[7.7e-301],
            hard=True),
    Subject("line-at-1e300", f=lambda x: 1e-300 * x + 2, df=lambda _: 1e-300, points=[6e299],
            hard=True),
    Subject("cosine-at-tiny", f=np.cos, df=lambda x: -np.sin(x), points=[1e-9, 1e-30], hard=True),
    Subject("sine-at-zero", f=np.sin, df=np.cos, points=[0.0, 1e-200], hard=True),
    Subject("exp-of-small-sum", f=lambda x: np.exp(np.sum(x)),
            df=lambda x: np.exp(np.sum(x)) + 0 * x,
            points=[np.array([1e-300, 1e-20, 3.0]), np.array([0.0, 1e-9, 0.4])], sizes=np.ones(3),
            hard=True),
)  # fmt: skip
