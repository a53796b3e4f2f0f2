"""From scores to probabilities, Rⁿ → Rⁿ and Rⁿ → R; all are shifted by max x against overflow.

softmax: pᵢ = exp xᵢ / Σⱼ exp xⱼ. Its Jacobian diag p − p pᵀ has rows that sum to zero, because a
common shift of the scores changes nothing; its diagonal alone is the classical mistake.
log softmax: log pᵢ = xᵢ − log Σⱼ exp xⱼ, with Jacobian I − 1 pᵀ.
cross entropy: −Σᵢ yᵢ log pᵢ(x) for fixed target probabilities y, with gradient p − y.

C. M. Bishop (2006), Pattern Recognition and Machine Learning, Springer, equations 4.106 and 4.109.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

Y = np.array([0.1, 0.55, 0.05, 0.3])
POINTS = [[0.42, -1.37, 1.86, 0.91], [2.13, 1.74, -0.26, 0.69], [-3.41, -2.87, -4.16, -2.29]]


def softmax(x: Vector) -> Any:
    exponentials = np.exp(x - np.max(x))
    return exponentials / np.sum(exponentials)


def softmax_jacobian(x: Vector) -> Any:
    p = softmax(x)
    return np.diag(p) - np.outer(p, p)


def log_softmax(x: Vector) -> Any:
    shifted = x - np.max(x)
    return shifted - np.log(np.sum(np.exp(shifted)))


def log_softmax_jacobian(x: Vector) -> Any:
    return np.eye(len(x)) - softmax(x)  # p in every row


def cross_entropy(x: Vector) -> Any:
    return -Y @ log_softmax(x)


def cross_entropy_gradient(x: Vector) -> Any:
    return softmax(x) - Y


softmax_case = Case(
    "softmax",
    f=softmax,
    df=softmax_jacobian,
    points=POINTS,
    special_points={
        "all equal: every probability is 1/n": [0.7, 0.7, 0.7, 0.7],
        "one score far ahead: the Jacobian almost vanishes": [25.3, -1.4, 0.6, 2.2],
    },
    formula=r"p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    derivative_formula=(
        r"\frac{\partial p_i}{\partial x_j} = p_i \left( \delta_{ij} - p_j \right)"
    ),
    source="Bishop (2006), Pattern Recognition and Machine Learning, equation 4.106",
    tags=("smooth", "learning", "probability"),
)

log_softmax_case = Case(
    "log-softmax",
    f=log_softmax,
    df=log_softmax_jacobian,
    points=POINTS,
    special_points={"exp alone would overflow": [1000.3, 999.1, 1001.2, 998.7]},
    formula=r"x_i - \log \sum_j e^{x_j}",
    derivative_formula=r"\frac{\partial f_i}{\partial x_j} = \delta_{ij} - p_j",
    source="Bishop (2006), Pattern Recognition and Machine Learning, equation 4.106",
    tags=("smooth", "learning", "probability"),
)

cross_entropy_case = Case(
    "softmax-cross-entropy",
    f=cross_entropy,
    df=cross_entropy_gradient,
    points=POINTS,
    special_points={
        "the minimum: p = y": [np.log(0.1), np.log(0.55), np.log(0.05), np.log(0.3)],
        "a confident wrong answer": [25.3, -1.4, 0.6, 2.2],
    },
    formula=r"-\sum_i y_i \log p_i, \quad p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    derivative_formula=r"p - y",
    source="Bishop (2006), Pattern Recognition and Machine Learning, equation 4.109",
    tags=("smooth", "learning", "probability"),
)
