"""Log-likelihoods of models for choices.

probit, R³ → R: Σᵢ log Φ(qᵢ xᵢ · β), qᵢ = ±1, seven rows; its score has the inverse Mills ratio φ/Φ.
conditional logit, R³ → R: Σᵢ [v(i, cᵢ) − log Σⱼ exp v(i, j)] with v(i, j) = x(i, j) · β, four
choosers, three alternatives, chosen ones c.

W. H. Greene (2018), Econometric Analysis, 8th edition, Pearson, chapters 17 and 18; D. McFadden
(1974), Conditional logit analysis of qualitative choice behavior, in: Frontiers in Econometrics.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from gradcheck import Case

Vector = npt.NDArray[Any]

X = np.random.default_rng(44).normal(size=(7, 3)).round(3)
Q = np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0])
ATTRIBUTES = np.random.default_rng(45).normal(size=(4, 3, 3)).round(3)  # chooser, choice, attribute
CHOSEN = np.eye(3)[[2, 0, 1, 0]]


def probit(beta: Vector) -> Any:
    return np.sum(log_ndtr(Q * (X @ beta)))


def probit_gradient(beta: Vector) -> Any:
    z = Q * (X @ beta)
    mills = np.exp(-(z**2) / 2.0 - np.log(2.0 * np.pi) / 2.0 - log_ndtr(z))
    return X.T @ (Q * mills)


def conditional_logit(beta: Vector) -> Any:
    v = ATTRIBUTES @ beta
    return np.sum(CHOSEN * v) - np.sum(np.log(np.sum(np.exp(v), axis=1)))


def conditional_logit_gradient(beta: Vector) -> Any:
    exponentials = np.exp(ATTRIBUTES @ beta)
    p = exponentials / exponentials.sum(axis=1, keepdims=True)
    return np.einsum("ij,ijk->k", CHOSEN - p, ATTRIBUTES)


probit_case = Case(
    "probit",
    f=probit,
    df=probit_gradient,
    points=[[0.73, -0.46, 0.38], [-0.82, 0.57, 0.94], [0.47, 1.18, -0.66]],
    special_points={"no effects: every probability is 1/2": [0.0, 0.0, 0.0]},
    formula=r"\sum_i \log \Phi \left( q_i x_i \cdot \beta \right)",
    derivative_formula=(
        r"\sum_i q_i \frac{\varphi(z_i)}{\Phi(z_i)} x_i, \quad z_i = q_i x_i \cdot \beta"
    ),
    source="Greene (2018), Econometric Analysis, chapter 17",
    tags=("smooth", "statistics", "econometrics", "regression"),
)

conditional_logit_case = Case(
    "conditional-logit",
    f=conditional_logit,
    df=conditional_logit_gradient,
    points=[[0.73, -0.46, 1.38], [-1.12, 0.57, 0.94], [0.47, 1.18, -0.66]],
    special_points={"no effects: every alternative is equally likely": [0.0, 0.0, 0.0]},
    formula=r"\sum_i x_{i c_i} \cdot \beta - \log \sum_j e^{x_{ij} \cdot \beta}",
    derivative_formula=(
        r"\sum_i \left( x_{i c_i} - \sum_j p_{ij} x_{ij} \right), \quad"
        r" p_{ij} = \frac{e^{x_{ij} \cdot \beta}}{\sum_k e^{x_{ik} \cdot \beta}}"
    ),
    source="McFadden (1974), Conditional logit analysis of qualitative choice behavior",
    tags=("smooth", "statistics", "econometrics", "regression"),
)
