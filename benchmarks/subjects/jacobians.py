"""Functions Rⁿ → Rᵐ, coordinates and kinematics, and functions of matrices."""

from typing import Any

import numpy as np

from benchmarks.subjects.subject import Array, Subject, normal, uniform


def planar_arm(joints: int, seed: int) -> Subject:
    """Return the place of the hand of an arm in the plane."""
    lengths = uniform(0.3, 1.2, joints, seed=seed)

    def f(q: Array) -> Any:
        angle = np.cumsum(q)
        return np.array([np.sum(lengths * np.cos(angle)), np.sum(lengths * np.sin(angle))])

    def df(q: Array) -> Array:
        angle = np.cumsum(q)
        x, y = -lengths * np.sin(angle), lengths * np.cos(angle)
        return np.array([np.cumsum(x[::-1])[::-1], np.cumsum(y[::-1])[::-1]])

    return Subject(f"planar-arm-{joints}", f=f, df=df, points=[normal(joints, seed=seed + 1)])


def spherical() -> Subject:
    """Return the place at radius, inclination and azimuth."""

    def f(p: Array) -> Any:
        r, t, a = p
        return np.array([r * np.sin(t) * np.cos(a), r * np.sin(t) * np.sin(a), r * np.cos(t)])

    def df(p: Array) -> Array:
        r, t, a = p
        return np.array(
            [
                [np.sin(t) * np.cos(a), r * np.cos(t) * np.cos(a), -r * np.sin(t) * np.sin(a)],
                [np.sin(t) * np.sin(a), r * np.cos(t) * np.sin(a), r * np.sin(t) * np.cos(a)],
                [np.cos(t), -r * np.sin(t), 0],
            ]
        )

    return Subject(
        "spherical-coordinates",
        f=f,
        df=df,
        points=[np.array([2.4, 0.83, -1.7]), np.array([0.06, 2.2, 0.4])],
    )


def polar() -> Subject:
    """Return radius and angle of a place in the plane."""

    def f(p: Array) -> Any:
        return np.array([np.hypot(p[0], p[1]), np.arctan2(p[1], p[0])])

    def df(p: Array) -> Array:
        r = np.hypot(p[0], p[1])
        return np.array([[p[0] / r, p[1] / r], [-p[1] / r**2, p[0] / r**2]])

    return Subject(
        "polar-coordinates", f=f, df=df, points=[np.array([1.3, -0.6]), np.array([24.0, 77.0])]
    )


def rotation(seed: int) -> Subject:
    """Return a vector turned about z, then about x."""
    vector = normal(3, seed=seed)

    def turned(c: Any, s: Any, d: Any, t: Any) -> Any:
        x, y, z = vector
        a, b = c * x - s * y, s * x + c * y
        return np.array([a, d * b - t * z, t * b + d * z])

    def df(q: Array) -> Array:
        x, y, z = vector
        c, s, d, t = np.cos(q[0]), np.sin(q[0]), np.cos(q[1]), np.sin(q[1])
        a, b = c * x - s * y, s * x + c * y
        return np.array([[-b, 0], [d * a, -t * b - d * z], [t * a, d * b - t * z]])

    return Subject(
        "two-rotations",
        f=lambda q: turned(np.cos(q[0]), np.sin(q[0]), np.cos(q[1]), np.sin(q[1])),
        df=df,
        points=[np.array([0.7, -1.3])],
    )


def camera() -> Subject:
    """Return the image of a point in space: perspective division."""

    def f(p: Array) -> Any:
        return np.array([520 * p[0] / p[2] + 320, 515 * p[1] / p[2] + 240])

    def df(p: Array) -> Array:
        return np.array(
            [
                [520 / p[2], 0, -520 * p[0] / p[2] ** 2],
                [0, 515 / p[2], -515 * p[1] / p[2] ** 2],
            ]
        )

    return Subject("pinhole-camera", f=f, df=df, points=[np.array([0.4, -0.7, 3.1])])


def softmax(n: int, seed: int) -> Subject:
    """Return exponentials over their sum."""

    def f(z: Array) -> Any:
        e = np.exp(z)
        return e / np.sum(e)

    def df(z: Array) -> Array:
        p = f(z)
        return np.diag(p) - np.outer(p, p)

    return Subject(f"softmax-{n}", f=f, df=df, points=[normal(n, seed=seed)])


def tanh_layer(outputs: int, inputs: int, seed: int) -> Subject:
    """Return one layer of a network in its inputs."""
    weights, bias = normal(outputs, inputs, seed=seed), normal(outputs, seed=seed + 1)

    def df(x: Array) -> Array:
        return np.asarray(weights / np.cosh(weights @ x + bias)[:, None] ** 2)

    return Subject(
        f"tanh-layer-{outputs}x{inputs}",
        f=lambda x: np.tanh(weights @ x + bias),
        df=df,
        points=[normal(inputs, seed=seed + 2, scale=0.6)],
    )


def linear_map(outputs: int, inputs: int, seed: int) -> Subject:
    """Return Ax + b."""
    matrix, b = normal(outputs, inputs, seed=seed), normal(outputs, seed=seed + 1)
    return Subject(
        f"linear-map-{outputs}x{inputs}",
        f=lambda x: matrix @ x + b,
        df=lambda _: matrix,
        points=[normal(inputs, seed=seed + 2, scale=3)],
    )


def lorenz() -> Subject:
    """Return the right-hand side of Lorenz's equations."""

    def f(s: Array) -> Any:
        x, y, z = s
        return np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 * z / 3])

    def df(s: Array) -> Array:
        x, y, z = s
        return np.array([[-10, 10, 0], [28 - z, -1, -x], [y, x, -8 / 3]])

    return Subject("lorenz", f=f, df=df, points=[np.array([-3.2, 5.1, 21.7])])


def lotka_volterra() -> Subject:
    """Return the right-hand side for prey and predator."""

    def df(s: Array) -> Array:
        return np.array([[1.1 - 0.4 * s[1], -0.4 * s[0]], [0.1 * s[1], 0.1 * s[0] - 0.4]])

    return Subject(
        "lotka-volterra",
        f=lambda s: np.array([1.1 * s[0] - 0.4 * s[0] * s[1], 0.1 * s[0] * s[1] - 0.4 * s[1]]),
        df=df,
        points=[np.array([9.3, 2.1])],
    )


def robertson() -> Subject:
    """Return the rates of a stiff reaction of three substances."""

    def f(y: Array) -> Any:
        slow, fast, middle = 0.04 * y[0], 3e2 * y[1] ** 2, 1e2 * y[1] * y[2]
        return np.array([middle - slow, slow - middle - fast, fast])

    def df(y: Array) -> Array:
        return np.array(
            [
                [-0.04, 1e2 * y[2], 1e2 * y[1]],
                [0.04, -1e2 * y[2] - 6e2 * y[1], -1e2 * y[1]],
                [0, 6e2 * y[1], 0],
            ]
        )

    return Subject("reaction-rates", f=f, df=df, points=[np.array([0.83, 0.021, 0.19])])


def pendulum_step() -> Subject:
    """Return angle and speed of a pendulum after four explicit steps."""

    def f(s: Array) -> Any:
        angle, speed = s
        for _ in range(4):
            angle, speed = angle + 0.1 * speed, speed - 0.981 * np.sin(angle)
        return np.array([angle, speed])

    def df(s: Array) -> Array:
        angle, speed = s
        total = np.eye(2)
        for _ in range(4):
            total = np.array([[1, 0.1], [-0.981 * np.cos(angle), 1]]) @ total
            angle, speed = angle + 0.1 * speed, speed - 0.981 * np.sin(angle)
        return total

    return Subject("pendulum-steps", f=f, df=df, points=[np.array([1.1, -0.4])])


def bratu(n: int, seed: int) -> Subject:
    """Return the residual of u'' + exp(u) = 0 on a grid."""
    stiffness = np.diag(np.full(n, -2.0)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    stiffness *= (n + 1) ** 2
    return Subject(
        f"bratu-{n}",
        f=lambda u: stiffness @ u + np.exp(u),
        df=lambda u: stiffness + np.diag(np.exp(u)),
        points=[normal(n, seed=seed, scale=0.5)],
    )


def outer_square(n: int, seed: int) -> Subject:
    """Return the matrix x xᵀ, whose derivative has three indices."""
    eye = np.eye(n)
    return Subject(
        f"outer-square-{n}",
        f=lambda x: np.outer(x, x),
        df=lambda x: np.einsum("ik,j->ijk", eye, x) + np.einsum("i,jk->ijk", x, eye),
        points=[normal(n, seed=seed)],
    )


def bilinear(seed: int) -> Subject:
    """Return products of pairs, R⁶ → R³."""
    weights = normal(3, 6, 6, seed=seed)

    def df(x: Array) -> Array:
        return np.asarray((weights + weights.transpose(0, 2, 1)) @ x)

    return Subject(
        "quadratic-map",
        f=lambda x: np.array([x @ weight @ x for weight in weights]),
        df=df,
        points=[normal(6, seed=seed + 1)],
    )


def moments(seed: int) -> Subject:
    """Return the first three moments of a sample."""
    return Subject(
        "moments",
        f=lambda x: np.array([np.sum(x) / 8, np.sum(x**2) / 8, np.sum(x**3) / 8]),
        df=lambda x: np.array([np.full(8, 1 / 8), x / 4, 3 * x**2 / 8]),
        points=[normal(8, seed=seed, mean=1.0)],
    )


def curve() -> Subject:
    """Return a helix, R → R³."""
    return Subject(
        "helix",
        f=lambda t: np.array([2 * np.cos(t), 2 * np.sin(t), 0.3 * t]),
        df=lambda t: np.array([-2 * np.sin(t), 2 * np.cos(t), 0.3]),
        points=[0.9, -14.0],
    )


def brown() -> Subject:
    """Return Brown's almost linear system."""

    def df(x: Array) -> Array:
        jacobian = np.eye(5) + 1
        jacobian[4] = [np.prod(np.delete(x, j)) for j in range(5)]
        return jacobian

    return Subject(
        "brown-almost-linear",
        f=lambda x: np.append(x[:4] + np.sum(x) - 6, np.prod(x) - 1),
        df=df,
        points=[np.array([0.5, 1.3, -0.8, 0.9, 1.7])],
    )


SUBJECTS = (
    planar_arm(2, 200), planar_arm(6, 202), spherical(), polar(), rotation(204), camera(),
    softmax(3, 205), softmax(9, 206), tanh_layer(4, 3, 207), tanh_layer(6, 12, 210),
    linear_map(3, 3, 213), linear_map(5, 14, 216), lorenz(), lotka_volterra(), robertson(),
    pendulum_step(), bratu(7, 219), outer_square(3, 220), bilinear(221), moments(223), curve(),
    brown(),
)  # fmt: skip
