"""A network of two layers with hand-written backpropagation, all parameters in one vector, R¹² → R.

f(x) = (1/2m) Σᵢ (w₂ · tanh(W₁ aᵢ + b₁) + b₂ − yᵢ)² for m = 7 examples of two features and three
hidden units; x holds W₁ (3, 2) row by row, b₁ (3,) and w₂ (3,). b₂ = 0.2 is fixed.
D. E. Rumelhart, G. E. Hinton, R. J. Williams (1986), Nature 323, 533–536, doi:10.1038/323533a0.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

FEATURES = np.random.default_rng(32).normal(scale=0.5, size=(7, 2)).round(3)
TARGETS = np.random.default_rng(33).normal(size=7).round(3)
B2 = 0.2


def unpack(x: Vector) -> tuple[Matrix, Vector, Vector]:
    return x[:6].reshape(3, 2), x[6:9], x[9:]


def f(x: Vector) -> Any:
    w1, b1, w2 = unpack(x)
    error = np.tanh(FEATURES @ w1.T + b1) @ w2 + B2 - TARGETS
    return error @ error / (2.0 * len(TARGETS))


def df(x: Vector) -> Vector:
    w1, b1, w2 = unpack(x)
    hidden = np.tanh(FEATURES @ w1.T + b1)  # (examples, hidden units)
    d_output = (hidden @ w2 + B2 - TARGETS) / len(TARGETS)
    d_w2 = hidden.T @ d_output
    d_hidden = np.outer(d_output, w2) * (1.0 - hidden**2)
    d_w1, d_b1 = d_hidden.T @ FEATURES, d_hidden.sum(axis=0)
    return np.concatenate([d_w1.ravel(), d_b1, d_w2])


two_layer_network = Case(
    "two-layer-network",
    f=f,
    df=df,
    points=np.random.default_rng(34).normal(size=(3, 12)).round(3),
    special_points={"all zero: the gradient vanishes, and nothing is learnt": np.zeros(12)},
    formula=(
        r"\frac{1}{2m} \sum_i \left( w_2 \cdot \tanh \left( W_1 a_i + b_1 \right) + b_2 - y_i"
        r" \right)^2, \quad x = (W_1, b_1, w_2)"
    ),
    derivative_formula=(
        r"\begin{pmatrix} \Delta^{\top} A \\ \Delta^{\top} 1 \\ H^{\top} \delta \end{pmatrix},"
        r" \quad \delta = \frac{1}{m} \left( H w_2 + b_2 - y \right),"
        r" \quad \Delta = \delta w_2^{\top} \odot \left( 1 - H^2 \right)"
    ),
    source="Rumelhart, Hinton, Williams (1986), doi:10.1038/323533a0",
    tags=("smooth", "learning", "backpropagation"),
)
