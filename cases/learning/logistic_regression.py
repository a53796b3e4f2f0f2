"""Logistic regression with an L2 penalty, R⁵ → R.

f(w) = (1/m) Σᵢ [log(1 + exp zᵢ) − yᵢ zᵢ] + (λ/2) w · w with z = X w, m = 7 rows and
labels y of 0 or 1. The mean over rows and the penalty's λ w are what is forgotten.
C. M. Bishop (2006), Pattern Recognition and Machine Learning, Springer, equation 4.91.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

X = np.random.default_rng(31).normal(size=(7, 5)).round(3)
Y = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0])
PENALTY = 0.3


def f(w: Vector) -> Any:
    z = X @ w
    return np.mean(np.log(1.0 + np.exp(z)) - Y * z) + PENALTY / 2.0 * (w @ w)


def df(w: Vector) -> Any:
    p = 1.0 / (1.0 + np.exp(-(X @ w)))
    return X.T @ (p - Y) / len(Y) + PENALTY * w


logistic_regression = Case(
    "logistic-regression",
    f=f,
    df=df,
    points=[
        [0.73, -1.26, 0.41, 0.38, -0.57],
        [-0.82, 0.57, 0.94, -1.63, 1.17],
        [1.48, 0.36, -0.66, 0.21, 0.89],
    ],
    special_points={"untrained: every probability is 1/2": [0.0, 0.0, 0.0, 0.0, 0.0]},
    formula=(
        r"\frac{1}{m} \sum_i \left( \log \left( 1 + e^{z_i} \right) - y_i z_i \right)"
        r" + \frac{\lambda}{2} w \cdot w, \quad z = X w"
    ),
    derivative_formula=(r"\frac{1}{m} X^{\top} \left( \sigma(z) - y \right) + \lambda w"),
    source="Bishop (2006), Pattern Recognition and Machine Learning, equation 4.91",
    tags=("smooth", "learning", "regression"),
)
