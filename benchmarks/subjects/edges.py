"""Hard: edges of the domain, kinks and poles nearby, oscillation, steep places and plateaus."""

import math
from typing import Any

import numpy as np

from benchmarks.subjects.exact import mp
from benchmarks.subjects.subject import Array, Subject, normal, uniform


def wave(frequency: float) -> Subject:
    """Return a fast sine."""
    return Subject(
        f"sine-of-{frequency:.0e}-x",
        f=lambda x: np.sin(frequency * x),
        df=lambda x: frequency * np.cos(frequency * x),
        points=[0.7, 1.3],
        hard=True,
    )


def waves(frequency: float, n: int) -> Subject:
    """Return a sum of fast waves on a slow slope."""
    weights = uniform(0.5, 1, n, seed=n)
    return Subject(
        f"waves-of-{frequency:.0e}-{n}",
        f=lambda x: np.sum(np.cos(frequency * weights * x) + x),
        df=lambda x: 1 - frequency * weights * np.sin(frequency * weights * x),
        points=[normal(n, seed=n + 1)],
        hard=True,
    )


def chirp() -> Subject:
    """Return a wave that gets faster and faster towards 0."""
    return Subject(
        "sine-of-reciprocal",
        f=lambda x: np.sin(1 / x),
        df=lambda x: -np.cos(1 / x) / x**2,
        points=[0.0031, -0.00017],
        hard=True,
    )


def edge(distance: float) -> tuple[Subject, ...]:
    """Return functions that end so far to the left or right of the point."""
    right, left = 1 + distance, 1 - distance
    name = f"{distance:.0e}"
    return (
        Subject(f"root-edge-{name}", f=lambda x: np.sqrt(x - 1),
                df=lambda x: 0.5 / np.sqrt(x - 1), points=[right], hard=True),
        Subject(f"logarithm-edge-{name}", f=lambda x: np.log(1 - x), df=lambda x: 1 / (x - 1),
                points=[left], hard=True),
        Subject(f"arc-sine-edge-{name}", f=np.arcsin,
                df=lambda x: 1 / np.sqrt((1 - x) * (1 + x)), points=[left], hard=True),
        Subject(f"power-edge-{name}", f=lambda x: np.sqrt(x - 1) ** 3,
                df=lambda x: 1.5 * np.sqrt(x - 1), points=[right], hard=True),
        Subject(f"pole-{name}", f=lambda x: 1 / (x - 1), df=lambda x: -1 / (x - 1) ** 2,
                points=[right], hard=True),
        Subject(f"barrier-edge-{name}", f=lambda x: np.sum(x) - np.sum(np.log(x)),
                df=lambda x: 1 - 1 / x, points=[np.array([distance, 0.6, 3.0])], hard=True),
        Subject(f"kink-{name}", f=lambda x: np.abs(x - 1) * np.exp(x),
                df=lambda x: np.sign(x - 1) * np.exp(x) + np.abs(x - 1) * np.exp(x),
                points=[right, left], reach=distance, hard=True),
        Subject(f"maximum-near-kink-{name}", f=lambda x: np.sum(np.maximum(np.sin(x), x / 2)),
                df=lambda x: np.where(np.sin(x) > x / 2, np.cos(x), 0.5),
                points=[np.array([0.4, -distance, distance, -3.0])], reach=distance, hard=True),
    )  # fmt: skip


def relu_network(n: int, seed: int) -> Subject:
    """Return a network of rectifiers at a place without a kink nearby."""
    first, second = normal(2 * n, n, seed=seed), normal(2 * n, seed=seed + 1)

    def df(x: Array) -> Array:
        return np.asarray(first.T @ (second * (first @ x > 0)))

    return Subject(
        f"relu-network-{n}",
        f=lambda x: second @ np.maximum(first @ x, 0),
        df=df,
        points=[normal(n, seed=seed + 2)],
        hard=True,
    )


def steep(sharpness: float) -> Subject:
    """Return a sigmoid that is steep at 1, near its middle."""

    def rate(x: Any) -> Any:
        e = np.exp(-np.abs(sharpness * (x - 1)))
        return sharpness * e / (1 + e) ** 2

    return Subject(
        f"steep-sigmoid-{sharpness:.0e}",
        f=lambda x: 1 / (1 + np.exp(-sharpness * (x - 1))),
        df=rate,
        points=[1 + 0.3 / sharpness, 1 - 2.1 / sharpness],
        hard=True,
    )


def plateau() -> tuple[Subject, ...]:
    """Return functions on their plateaus."""

    def slope(x: Any) -> Any:
        e = np.exp(-np.abs(x))
        return e / (1 + e) ** 2

    return (
        Subject("sigmoid-plateau", f=lambda x: 1 / (1 + np.exp(-x)), df=slope,
                points=[18.0, -28.0], hard=True),
        Subject("sigmoid-far-plateau", f=lambda x: 1 / (1 + np.exp(-x)), df=slope,
                points=[45.0, -60.0], hard=True),
        Subject("tanh-plateau", f=np.tanh, df=lambda x: 1 / np.cosh(x) ** 2, points=[9.5, -21.0],
                hard=True),
        Subject("bell-tail", f=lambda x: np.exp(-x * x), df=lambda x: -2 * x * np.exp(-x * x),
                points=[8.0, -17.0], hard=True),
        Subject("saturated-layer", f=lambda x: np.sum(np.tanh(x)), df=lambda x: 1 / np.cosh(x) ** 2,
                points=[np.array([0.4, 12.0, -25.0, 3.0])], hard=True),
        Subject("confident-softmax", f=lambda z: np.log(np.sum(np.exp(z - np.max(z)))) + np.max(z),
                df=lambda z: np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z))),
                points=[np.array([31.0, 2.0, -8.0, 29.5])], hard=True),
    )  # fmt: skip


def stationary() -> tuple[Subject, ...]:
    """Return functions at points where entries of the derivative are zero or nearly so."""
    matrix = normal(5, 5, seed=500)
    return (
        Subject("parabola-at-minimum", f=lambda x: (x - 1.3) ** 2 + 4,
                df=lambda x: 2 * (x - 1.3), points=[1.3, 1.3 + 1e-7], hard=True),
        Subject("cosine-at-zero", f=np.cos, df=lambda x: -np.sin(x), points=[0.0], hard=True),
        Subject("bowl-at-minimum", f=lambda x: np.sum((matrix @ x) ** 2),
                df=lambda x: 2 * matrix.T @ (matrix @ x), points=[np.zeros(5)], hard=True),
        Subject("rosenbrock-at-minimum",
                f=lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
                df=lambda x: np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]),
                                       200 * (x[1] - x[0] ** 2)]),
                points=[np.ones(2)], hard=True),
        Subject("saddle", f=lambda x: x[0] ** 2 - x[1] ** 2 + x[0] * x[2],
                df=lambda x: np.array([2 * x[0] + x[2], -2 * x[1], x[0]]),
                points=[np.zeros(3), np.array([0.0, 1.7, 0.0])], hard=True),
        Subject("fourth-power-at-zero", f=lambda x: x**4, df=lambda x: 4 * x**3,
                points=[0.0, 1e-4], hard=True),
        Subject("inflection", f=lambda x: (x - 0.5) ** 3 + 2, df=lambda x: 3 * (x - 0.5) ** 2,
                points=[0.5, 0.5 + 1e-5], hard=True),
        Subject("constant", f=lambda x: 4.2 + 0 * x, df=lambda _: 0.0, points=[1.7, -3e5],
                hard=True),
        Subject("constant-of-many", f=lambda x: 0 * np.sum(x) + 1e3, df=lambda _: np.zeros(6),
                points=[normal(6, seed=501)], hard=True),
        Subject("zero", f=lambda x: 0 * x[0], df=lambda _: np.zeros(3),
                points=[normal(3, seed=502)], hard=True),
        Subject("unused-inputs", f=lambda x: np.exp(x[0]) + x[3] ** 2,
                df=lambda x: np.array([np.exp(x[0]), 0, 0, 2 * x[3], 0]),
                points=[normal(5, seed=503)], hard=True),
        Subject("big-line", f=lambda x: 1e10 * x[0] + 1e-10 * x[1],
                df=lambda _: np.array([1e10, 1e-10]), points=[np.array([1e-12, 1e9])], hard=True),
        Subject("cancelling-cosine", f=lambda x: (1 - np.cos(x)) / x**2,
                df=lambda x: sum((-1) ** k * 2 * k * x ** (2 * k - 1) / math.factorial(2 * k + 2)
                                 for k in range(8, 0, -1)), points=[0.3], hard=True),
    )  # fmt: skip


def piecewise() -> tuple[Subject, ...]:
    """Return functions in pieces, away from their joints."""
    return (
        Subject("absolute-value", f=np.abs, df=np.sign, points=[0.3, -41.0], hard=True),
        Subject("relu", f=lambda x: np.maximum(x, 0), df=lambda x: 1.0 * (x > 0),
                points=[0.7, -1.6], hard=True),
        Subject("leaky-relu", f=lambda x: np.where(x > 0, x, 0.01 * x),
                df=lambda x: np.where(x > 0, 1.0, 0.01), points=[1.3, -0.2], hard=True),
        Subject("huber", f=lambda x: np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5),
                df=lambda x: np.clip(x, -1, 1), points=[0.4, 1.001, -7.0], reach=1e-3, hard=True),
        Subject("elu", f=lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1),
                df=lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
                points=[0.02, -0.9], hard=True),
        Subject("cubic-spline", f=lambda x: np.where(x < 1, x**3, 3 * x**2 - 3 * x + 1),
                df=lambda x: np.where(x < 1, 3 * x**2, 6 * x - 3), points=[0.95, 1.02], hard=True),
        Subject("hinge-loss", f=lambda w: np.sum(np.maximum(0, 1 - normal(9, 3, seed=510) @ w)),
                df=lambda w: -((normal(9, 3, seed=510) @ w < 1) @ normal(9, 3, seed=510)),
                points=[normal(3, seed=511)], hard=True),
        Subject("sum-of-absolute-values", f=lambda x: np.sum(np.abs(x)), df=np.sign,
                points=[normal(10, seed=512), np.array([1e-8, -3.0, 1e5])], reach=1e-8, hard=True),
        Subject("largest-entry", f=np.max, df=lambda x: 1.0 * (x == np.max(x)),
                points=[normal(7, seed=513)], hard=True),
        Subject("median-of-three", f=lambda x: np.sum(x) - np.max(x) - np.min(x),
                df=lambda x: 1.0 * ((x != np.max(x)) & (x != np.min(x))),
                points=[np.array([0.3, 1.9, -0.8])], hard=True),
        Subject("pinball", f=lambda x: np.sum(np.where(x > 0, 0.9 * x, -0.1 * x)),
                df=lambda x: np.where(x > 0, 0.9, -0.1), points=[normal(8, seed=514)], hard=True),
        Subject("clipped-wave", f=lambda x: np.minimum(np.sin(3 * x), 0.5),
                df=lambda x: np.where(np.sin(3 * x) < 0.5, 3 * np.cos(3 * x), 0.0),
                points=[0.1, 0.45], hard=True),
        relu_network(3, 515), relu_network(8, 518),
    )  # fmt: skip


def poles() -> tuple[Subject, ...]:
    """Return functions with a pole near the point, on the line or beside it."""
    return (
        Subject("tangent-near-pole", f=np.tan, df=lambda x: 1 / np.cos(x) ** 2,
                points=[1.57, 1.5707], hard=True),
        Subject("log-gamma-near-pole", f=lambda x: np.log(np.abs(x)) + np.sin(x),
                df=lambda x: 1 / x + np.cos(x), points=[1e-5, -1e-7], hard=True),
        Subject("narrow-resonance", f=lambda x: 1 / ((x - 1) ** 2 + 1e-8),
                df=lambda x: -2 * (x - 1) / ((x - 1) ** 2 + 1e-8) ** 2,
                points=[1.00004, 1.3], hard=True),
        Subject("narrow-gap", f=lambda x: np.sum(1 / (x[1:] - x[:-1])),
                df=lambda x: np.append(1 / (x[1:] - x[:-1]) ** 2, 0)
                - np.append(0, 1 / (x[1:] - x[:-1]) ** 2),
                points=[np.array([0.0, 1e-3, 0.7, 0.70002])], hard=True),
        Subject("boundary-layer", f=lambda x: x + np.exp(-x / 1e-6),
                df=lambda x: 1 - 1e6 * np.exp(-x / 1e-6), points=[2e-6, 0.4], hard=True),
        Subject("double-well-narrow", f=lambda x: -np.exp(-((x - 2) ** 2) / 2e-8) + x**2,
                df=lambda x: (x - 2) / 1e-8 * np.exp(-((x - 2) ** 2) / 2e-8) + 2 * x,
                points=[2.00007, 1.9], hard=True),
    )  # fmt: skip


def near_log_sum() -> Subject:
    """Return log(det) in the entries of a nearly singular matrix of two rows."""

    def df(x: Array) -> Array:
        a, b, c, d = x
        return np.asarray(np.array([d, -c, -b, a]) / (a * d - b * c))

    return Subject(
        "log-of-small-determinant",
        f=lambda x: np.log(x[0] * x[3] - x[1] * x[2]),
        df=df,
        points=[np.array([1.0, 0.5, 0.5, 0.25 + 2.0**-20])],
        hard=True,
    )


def corners() -> tuple[Subject, ...]:
    """Return functions at a kink, with a subgradient as claim."""
    return (
        Subject("absolute-value-at-kink", f=np.abs, df=np.sign, points=[0.0], kink=True),
        Subject("relu-at-kink", f=lambda x: np.maximum(x, 0), df=lambda x: 1.0 * (x > 0),
                points=[0.0], kink=True),
        Subject("relu-at-kink-half", f=lambda x: np.maximum(x, 0),
                df=lambda x: 0.5 * (x >= 0) + 0.5 * (x > 0), points=[0.0], kink=True),
        Subject("shifted-kink", f=lambda x: np.abs(x - 1.5) + x**2,
                df=lambda x: np.sign(x - 1.5) + 2 * x, points=[1.5], kink=True),
        Subject("norm-1-at-kink", f=lambda x: np.sum(np.abs(x)), df=np.sign,
                points=[np.array([0.4, 0.0, -2.0])], kink=True),
        Subject("largest-entry-at-tie", f=np.max,
                df=lambda x: (x == np.max(x)) / np.sum(x == np.max(x)),
                points=[np.array([1.7, 1.7, 0.2])], kink=True),
        Subject("hinge-at-kink", f=lambda x: np.maximum(0, 1 - x[0] * x[1]),
                df=lambda x: np.where(x[0] * x[1] < 1, -x[::-1], 0 * x),
                points=[np.array([2.0, 0.5])], kink=True),
        Subject("leaky-relu-at-kink", f=lambda x: np.where(x > 0, x, 0.01 * x),
                df=lambda x: np.where(x > 0, 1.0, 0.01), points=[0.0], kink=True),
        Subject("norm-2-at-origin", f=lambda x: np.sqrt(np.sum(x**2)), df=lambda x: 0 * x,
                points=[np.zeros(3)], kink=True),
    )  # fmt: skip


SUBJECTS = (
    wave(1e3), wave(1e6), wave(3e4), waves(1e3, 4), waves(1e6, 3), chirp(),
    *edge(1e-9), *edge(1e-6), *edge(1e-3), steep(1e4), steep(1e2), steep(1e7), *plateau(),
    *stationary(), *piecewise(), *poles(), near_log_sum(), *corners(),
    Subject("root-edge-exact", f=np.sqrt, df=lambda x: 0.5 / np.sqrt(x),
            exact=mp.sqrt, points=[1e-9, 1e-12], hard=True),
)  # fmt: skip
