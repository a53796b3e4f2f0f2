"""Scaled dot-product attention as a function of the query, R³ → R²: f(q) = Vᵀ softmax(K q / √3).

Five keys K (5, 3) and values V (5, 2). The Jacobian is Vᵀ (diag p − p pᵀ) K / √3; the factor 1/√3
and the rank-one term are what is forgotten. A. Vaswani et al. (2017), arXiv:1706.03762, equation 1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

KEYS = np.random.default_rng(37).normal(scale=0.5, size=(5, 3)).round(3)
VALUES = np.random.default_rng(38).normal(size=(5, 2)).round(3)
SCALE = 1.0 / np.sqrt(3.0)


def weights(q: Vector) -> Any:
    scores = SCALE * (KEYS @ q)
    exponentials = np.exp(scores - np.max(scores))
    return exponentials / np.sum(exponentials)


def f(q: Vector) -> Any:
    return VALUES.T @ weights(q)


def df(q: Vector) -> Any:
    p = weights(q)
    return SCALE * VALUES.T @ (np.diag(p) - np.outer(p, p)) @ KEYS


attention = Case(
    "attention",
    f=f,
    df=df,
    points=[[0.73, -1.26, 2.41], [-1.82, 0.57, 0.94], [2.17, 1.48, -0.66]],
    special_points={"a zero query: all keys weigh the same": [0.0, 0.0, 0.0]},
    formula=r"V^{\top} \operatorname{softmax} \left( \frac{K q}{\sqrt{d}} \right)",
    derivative_formula=(
        r"\frac{1}{\sqrt{d}} V^{\top} \left( \operatorname{diag} p - p p^{\top} \right) K"
    ),
    source="Vaswani et al. (2017), arXiv:1706.03762, equation 1",
    tags=("smooth", "learning"),
)
