"""Losses with data, from machine learning, statistics and econometrics."""

from typing import Any

import numpy as np
from scipy import special

from benchmarks.subjects.exact import mp
from benchmarks.subjects.subject import Array, Subject, normal


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def logistic_loss(rows: int, n: int, seed: int, ridge: float = 0.0) -> Subject:
    """Return the mean loss of logistic regression, with labels -1 and 1."""
    data, labels = normal(rows, n, seed=seed), np.sign(normal(rows, seed=seed + 1))

    def f(w: Array) -> Any:
        margin = labels * (data @ w)
        return np.sum(np.log1p(np.exp(-margin))) / rows + ridge / 2 * np.sum(w**2)

    def df(w: Array) -> Array:
        margin = labels * (data @ w)
        return np.asarray(ridge * w - data.T @ (labels * sigmoid(-margin)) / rows)

    return Subject(f"logistic-loss-{rows}x{n}", f=f, df=df, points=[normal(n, seed=seed + 2)])


def least_squares(rows: int, n: int, seed: int, scale: float = 1.0) -> Subject:
    """Return |Aw - b|² / 2."""
    matrix, b = normal(rows, n, seed=seed), normal(rows, seed=seed + 1)
    return Subject(
        f"least-squares-{rows}x{n}",
        f=lambda w: np.sum((matrix @ w - b) ** 2) / 2,
        df=lambda w: matrix.T @ (matrix @ w - b),
        points=[normal(n, seed=seed + 2, scale=scale)],
    )


def cross_entropy(classes: int, seed: int) -> Subject:
    """Return the loss of a softmax for one class."""
    target = np.eye(classes)[1]

    def f(z: Array) -> Any:
        return np.log(np.sum(np.exp(z))) - z[1]

    def df(z: Array) -> Array:
        weights = np.exp(z)
        return np.asarray(weights / np.sum(weights) - target)

    return Subject(
        f"cross-entropy-{classes}", f=f, df=df, points=[normal(classes, seed=seed, scale=1.5)]
    )


def softmax_regression(rows: int, inputs: int, classes: int, seed: int) -> Subject:
    """Return the cross-entropy of a linear classifier in its weights, a matrix."""
    data = normal(rows, inputs, seed=seed)
    target = np.eye(classes)[np.arange(rows) % classes]

    def f(weights: Array) -> Any:
        z = data @ weights
        return np.sum(np.log(np.sum(np.exp(z), axis=1))) - np.sum(z * target)

    def df(weights: Array) -> Array:
        e = np.exp(data @ weights)
        return np.asarray(data.T @ (e / np.sum(e, axis=1, keepdims=True) - target))

    return Subject(
        f"softmax-regression-{inputs}x{classes}",
        f=f,
        df=df,
        points=[normal(inputs, classes, seed=seed + 1, scale=0.7)],
    )


def perceptron(inputs: int, hidden: int, seed: int) -> Subject:
    """Return the squared error of a network with one hidden layer, all weights in one vector."""
    data, target = normal(6, inputs, seed=seed), normal(6, seed=seed + 1)
    cut = inputs * hidden

    def f(w: Array) -> Any:
        layer = np.tanh(data @ w[:cut].reshape(inputs, hidden))
        return np.sum((layer @ w[cut:] - target) ** 2)

    def df(w: Array) -> Array:
        layer = np.tanh(data @ w[:cut].reshape(inputs, hidden))
        residual = 2 * (layer @ w[cut:] - target)
        inner = data.T @ (residual[:, None] * w[cut:] * (1 - layer**2))
        return np.concatenate([inner.ravel(), layer.T @ residual])

    return Subject(
        f"perceptron-{inputs}x{hidden}",
        f=f,
        df=df,
        points=[normal(cut + hidden, seed=seed + 2, scale=0.8)],
    )


def probit(rows: int, n: int, seed: int) -> Subject:
    """Return the negative log-likelihood of the probit model."""
    data, labels = normal(rows, n, seed=seed), np.sign(normal(rows, seed=seed + 1))

    def exact(b: Array) -> Any:
        return -sum(mp.log(mp.ncdf(z)) for z in labels * (data @ b))

    def df(b: Array) -> Array:
        z = labels * (data @ b)
        mills = np.exp(-z * z / 2 - special.log_ndtr(z)) / np.sqrt(2 * np.pi)
        return np.asarray(-data.T @ (labels * mills))

    return Subject(
        f"probit-{rows}x{n}",
        f=lambda b: -np.sum(special.log_ndtr(labels * (data @ b))),
        df=df,
        exact=exact,
        points=[normal(n, seed=seed + 2, scale=0.6)],
    )


def logit_likelihood(rows: int, n: int, seed: int) -> Subject:
    """Return the log-likelihood of the logit model with outcomes 0 and 1."""
    data, outcome = normal(rows, n, seed=seed), (normal(rows, seed=seed + 1) > 0) * 1.0
    return Subject(
        f"logit-{rows}x{n}",
        f=lambda b: np.sum(outcome * (data @ b)) - np.sum(np.log1p(np.exp(data @ b))),
        df=lambda b: data.T @ (outcome - sigmoid(data @ b)),
        points=[normal(n, seed=seed + 2), normal(n, seed=seed + 3, scale=0.2)],
    )


def poisson(rows: int, n: int, seed: int) -> Subject:
    """Return the negative log-likelihood of Poisson regression."""
    data = normal(rows, n, seed=seed)
    counts = np.random.default_rng(seed).poisson(2.0, rows)
    return Subject(
        f"poisson-regression-{rows}x{n}",
        f=lambda b: np.sum(np.exp(data @ b)) - counts @ (data @ b),
        df=lambda b: data.T @ (np.exp(data @ b) - counts),
        points=[normal(n, seed=seed + 1, scale=0.4)],
    )


def normal_likelihood(rows: int, seed: int) -> Subject:
    """Return the log-likelihood of a normal sample in mean and log of the deviation."""
    sample = normal(rows, seed=seed, mean=2.0, scale=1.7)

    def f(p: Array) -> Any:
        return -rows * p[1] - np.sum((sample - p[0]) ** 2) * np.exp(-2 * p[1]) / 2

    def df(p: Array) -> Array:
        precision = np.exp(-2 * p[1])
        return np.array(
            [
                np.sum(sample - p[0]) * precision,
                np.sum((sample - p[0]) ** 2) * precision - rows,
            ]
        )

    return Subject(
        "normal-likelihood", f=f, df=df, points=[np.array([1.4, 0.3]), np.array([-0.6, 1.1])]
    )


def mixture(rows: int, seed: int) -> Subject:
    """Return the log-likelihood of two normal bells in their means."""
    sample = normal(rows, seed=seed) + 3 * (np.arange(rows) % 2)

    def bells(p: Array) -> Any:
        return 0.4 * np.exp(-((sample - p[0]) ** 2) / 2), 0.6 * np.exp(-((sample - p[1]) ** 2) / 2)

    def df(p: Array) -> Array:
        a, b = bells(p)
        return np.array(
            [np.sum(a * (sample - p[0]) / (a + b)), np.sum(b * (sample - p[1]) / (a + b))]
        )

    return Subject(
        "normal-mixture",
        f=lambda p: np.sum(np.log(sum(bells(p)))),
        df=df,
        points=[np.array([0.3, 2.6])],
    )


def cauchy_location(rows: int, seed: int) -> Subject:
    """Return the log-likelihood of a Cauchy sample in its centre."""
    sample = np.random.default_rng(seed).standard_cauchy(rows)
    return Subject(
        "cauchy-location",
        f=lambda c: -np.sum(np.log1p((sample - c) ** 2)),
        df=lambda c: np.sum(2 * (sample - c) / (1 + (sample - c) ** 2)),
        points=[0.34, -1.9],
    )


def gamma_likelihood(rows: int, seed: int) -> Subject:
    """Return the log-likelihood of a gamma sample in shape and rate."""
    sample = np.random.default_rng(seed).gamma(2.5, 0.8, rows)
    logs, total = np.sum(np.log(sample)), np.sum(sample)

    def exact(p: Array) -> Any:
        return (p[0] - 1) * logs - p[1] * total + rows * (p[0] * mp.log(p[1]) - mp.loggamma(p[0]))

    def f(p: Array) -> Any:
        constant = p[0] * np.log(p[1]) - special.gammaln(p[0])
        return (p[0] - 1) * logs - p[1] * total + rows * constant

    def df(p: Array) -> Array:
        return np.array(
            [logs + rows * (np.log(p[1]) - special.digamma(p[0])), rows * p[0] / p[1] - total]
        )

    return Subject("gamma-likelihood", f=f, df=df, exact=exact, points=[np.array([1.9, 2.2])])


def curve_fit(seed: int) -> Subject:
    """Return the squared residuals of a sum of two decays."""
    time = np.linspace(0.1, 4, 15)
    target = 2 * np.exp(-0.8 * time) + np.exp(-3 * time) + normal(15, seed=seed, scale=0.05)

    def residual(p: Array) -> Any:
        return p[0] * np.exp(-p[1] * time) + p[2] * np.exp(-p[3] * time) - target

    def df(p: Array) -> Array:
        r, slow, fast = 2 * residual(p), np.exp(-p[1] * time), np.exp(-p[3] * time)
        return np.array([r @ slow, -p[0] * (r @ (time * slow)),
                         r @ fast, -p[2] * (r @ (time * fast))])  # fmt: skip

    return Subject(
        "two-decays",
        f=lambda p: np.sum(residual(p) ** 2),
        df=df,
        points=[np.array([1.6, 0.7, 1.3, 2.4])],
    )


def cobb_douglas() -> Subject:
    """Return output from labour, capital and land."""
    shares = np.array([0.55, 0.3, 0.15])

    def f(x: Array) -> Any:
        return 1.8 * np.prod(x**shares)

    return Subject(
        "cobb-douglas",
        f=f,
        df=lambda x: shares * f(x) / x,
        points=[np.array([12.0, 41.5, 3.7]), np.array([0.3, 0.08, 96.0])],
    )


def constant_elasticity() -> Subject:
    """Return the production function of constant elasticity of substitution."""
    shares = np.array([0.2, 0.35, 0.45])
    return Subject(
        "constant-elasticity",
        f=lambda x: np.sum(shares * x**0.4) ** 2.5,
        df=lambda x: np.sum(shares * x**0.4) ** 1.5 * shares * x**-0.6,
        points=[np.array([2.3, 9.1, 0.7])],
    )


def black_scholes() -> Subject:
    """Return the price of a call in spot, volatility and rate."""

    def parts(x: Array) -> tuple[Any, Any]:
        spread = x[1] * np.sqrt(1.5)
        up = (np.log(x[0] / 95) + (x[2] + x[1] ** 2 / 2) * 1.5) / spread
        return up, up - spread

    def price(x: Array, distribution: Any) -> Any:
        up, down = parts(x)
        return x[0] * distribution(up) - 95 * np.exp(-1.5 * x[2]) * distribution(down)

    def df(x: Array) -> Array:
        up, down = parts(x)
        vega = x[0] * np.sqrt(1.5) * np.exp(-up * up / 2) / np.sqrt(2 * np.pi)
        rho = 95 * 1.5 * np.exp(-1.5 * x[2]) * special.ndtr(down)
        return np.array([special.ndtr(up), vega, rho])

    return Subject(
        "black-scholes",
        f=lambda x: price(x, special.ndtr),
        df=df,
        exact=lambda x: price(x, mp.ncdf),
        points=[np.array([101.3, 0.23, 0.031])],
    )


def huber_pseudo(seed: int) -> Subject:
    """Return the smooth cousin of Huber's loss over data."""
    matrix, b = normal(9, 4, seed=seed), normal(9, seed=seed + 1, scale=3)

    def df(w: Array) -> Array:
        r = matrix @ w - b
        return np.asarray(matrix.T @ (r / np.sqrt(1 + r * r)))

    return Subject(
        "pseudo-huber",
        f=lambda w: np.sum(np.sqrt(1 + (matrix @ w - b) ** 2) - 1),
        df=df,
        points=[normal(4, seed=seed + 2)],
    )


def factorisation(seed: int) -> Subject:
    """Return the error of a matrix of rank 2, both factors in one array."""
    target = normal(4, 4, seed=seed)

    def df(x: Array) -> Array:
        residual = x[0] @ x[1].T - target
        return 2 * np.stack([residual @ x[1], residual.T @ x[0]])

    return Subject(
        "matrix-factorisation",
        f=lambda x: np.sum((x[0] @ x[1].T - target) ** 2),
        df=df,
        points=[normal(2, 4, 2, seed=seed + 1)],
    )


def attention(seed: int) -> Subject:
    """Return the attention of one query to five keys, R³ → R²."""
    keys, contents = normal(5, 3, seed=seed), normal(5, 2, seed=seed + 1)

    def weights(q: Array) -> Any:
        e = np.exp(keys @ q)
        return e / np.sum(e)

    def df(q: Array) -> Array:
        w = weights(q)
        return np.asarray(contents.T @ (w[:, None] * (keys - w @ keys)))

    return Subject(
        "attention", f=lambda q: contents.T @ weights(q), df=df, points=[normal(3, seed=seed + 2)]
    )


def kernel_density(seed: int) -> Subject:
    """Return the log of a sum of bells at a place in the plane."""
    sample = normal(12, 2, seed=seed)

    def bells(x: Array) -> Any:
        return np.exp(-2 * np.sum((sample - x) ** 2, axis=1))

    return Subject(
        "kernel-density",
        f=lambda x: np.log(np.sum(bells(x))),
        df=lambda x: 4 * bells(x) @ (sample - x) / np.sum(bells(x)),
        points=[np.array([0.31, -0.54]), np.array([-1.2, 0.7])],
    )


SUBJECTS = (
    *(logistic_loss(*size) for size in ((8, 2, 100), (40, 5, 103), (60, 20, 106))),
    logistic_loss(30, 10, 109, ridge=0.1),
    *(least_squares(*size) for size in ((6, 2, 112), (30, 9, 115), (40, 30, 118))),
    least_squares(12, 5, 121, scale=50.0),
    cross_entropy(3, 124), cross_entropy(10, 125), cross_entropy(28, 126),
    softmax_regression(10, 3, 4, 127), softmax_regression(7, 2, 3, 129),
    perceptron(2, 3, 131), perceptron(3, 5, 134), probit(15, 3, 137), probit(25, 8, 140),
    logit_likelihood(20, 4, 143), logit_likelihood(50, 12, 147), poisson(15, 3, 151),
    poisson(25, 8, 153), normal_likelihood(11, 155), mixture(14, 156), cauchy_location(9, 157),
    gamma_likelihood(10, 158), curve_fit(159), cobb_douglas(), constant_elasticity(),
    black_scholes(), huber_pseudo(160), factorisation(163), attention(165), kernel_density(168),
)  # fmt: skip
