"""One dense layer as a function of its weight matrix, R³ˣ⁴ → R: f(W) = Σ sigmoid(A Wᵀ)² / 2.

A holds five examples of four features, so W and its gradient have the shape (3, 4), units by
features. The gradient is Dᵀ A with D = s² (1 − s) and s = sigmoid(A Wᵀ): an outer product, summed
over the examples. C. M. Bishop (2006), Pattern Recognition and Machine Learning, Springer, equation
5.53.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Matrix = npt.NDArray[Any]

A = np.random.default_rng(35).normal(scale=0.5, size=(5, 4)).round(3)


def f(w: Matrix) -> Any:
    s = 1.0 / (1.0 + np.exp(-(A @ w.T)))
    return np.sum(s**2) / 2.0


def df(w: Matrix) -> Any:
    s = 1.0 / (1.0 + np.exp(-(A @ w.T)))
    return (s * s * (1.0 - s)).T @ A


dense_layer = Case(
    "dense-layer",
    f=f,
    df=df,
    points=np.random.default_rng(36).normal(size=(3, 3, 4)).round(3),
    special_points={"all zero: every unit gives 1/2": np.zeros((3, 4))},
    formula=r"\frac{1}{2} \sum_{ik} s_{ik}^2, \quad s = \sigma \left( A W^{\top} \right)",
    derivative_formula=r"\left( s^2 \odot (1 - s) \right)^{\top} A",
    source="Bishop (2006), Pattern Recognition and Machine Learning, equation 5.53",
    tags=("smooth", "learning", "backpropagation", "matrix-input"),
)
