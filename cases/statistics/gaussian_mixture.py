"""The log-likelihood of a mixture of two unit normals, R³ → R: x = (μ₁, μ₂, logit of the weight).

f(x) = Σᵢ log[p φ(yᵢ − μ₁) + (1 − p) φ(yᵢ − μ₂)] with p = sigmoid(x₃) and seven observations. With
the responsibilities rᵢ of the first component, the gradient is
(Σᵢ rᵢ (yᵢ − μ₁), Σᵢ (1 − rᵢ)(yᵢ − μ₂), Σᵢ rᵢ − p).
C. M. Bishop (2006), Pattern Recognition and Machine Learning, Springer, equations 9.14 and 9.16.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

Y = np.array([-1.84, -0.73, -1.22, 1.46, 2.31, 0.87, 1.95])


def components(x: Vector) -> tuple[Any, Any, Any]:
    mu1, mu2, logit = x
    p = 1.0 / (1.0 + np.exp(-logit))
    root = np.sqrt(2.0 * np.pi)
    first = p * np.exp(-((Y - mu1) ** 2) / 2.0) / root
    second = (1.0 - p) * np.exp(-((Y - mu2) ** 2) / 2.0) / root
    return p, first, second


def f(x: Vector) -> Any:
    _, first, second = components(x)
    return np.sum(np.log(first + second))


def df(x: Vector) -> Vector:
    p, first, second = components(x)
    r = first / (first + second)
    return np.array([np.sum(r * (Y - x[0])), np.sum((1.0 - r) * (Y - x[1])), np.sum(r - p)])


gaussian_mixture = Case(
    "gaussian-mixture",
    f=f,
    df=df,
    points=[[-1.13, 1.46, -0.37], [-0.42, 0.91, 0.58], [1.87, -0.64, 0.23]],
    special_points={"equal components: the weight has no effect": [0.4, 0.4, 0.7]},
    formula=(
        r"\sum_i \log \left( p \, \varphi (y_i - \mu_1) + (1 - p) \, \varphi (y_i - \mu_2) \right),"
        r" \quad p = \sigma (x_3)"
    ),
    derivative_formula=(
        r"\left( \sum_i r_i (y_i - \mu_1), \sum_i (1 - r_i) (y_i - \mu_2), \sum_i r_i - p \right)"
    ),
    source="Bishop (2006), Pattern Recognition and Machine Learning, equations 9.14 and 9.16",
    tags=("smooth", "statistics", "learning"),
)
