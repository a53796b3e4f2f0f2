"""Two losses of a linear model X w with seven rows and three weights, smooth only piece by piece.

hinge, R³ → R: f(w) = (1/m) Σᵢ max(0, 1 − yᵢ zᵢ) for labels ±1, kinked where yᵢ zᵢ = 1.
Huber, R³ → R: f(w) = (1/m) Σᵢ ρ(zᵢ − yᵢ), ρ(r) = r² / 2 for |r| ≤ 1 and |r| − 1/2 beyond, whose
second derivative jumps.

C. Cortes, V. Vapnik (1995), Machine Learning 20, 273–297, doi:10.1007/BF00994018.
P. J. Huber (1964), Annals of Mathematical Statistics 35(1), 73–101, doi:10.1214/aoms/1177703732.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

X = np.vstack([[1.0, 0.5, -0.25], np.random.default_rng(39).normal(size=(6, 3)).round(3)])
LABELS = np.array([1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0])
RESPONSES = np.append(-0.25, np.random.default_rng(40).normal(scale=2.0, size=6).round(3))


def hinge(w: Vector) -> Any:
    slack = 1.0 - LABELS * (X @ w)
    return np.mean(np.where(slack > 0.0, slack, 0.0 * slack))


def hinge_gradient(w: Vector) -> Any:
    violated = LABELS * (X @ w) < 1.0
    return -X.T @ (LABELS * violated) / len(LABELS)


def huber(w: Vector) -> Any:
    r = X @ w - RESPONSES
    size = np.where(r < 0.0, -r, r)
    return np.mean(np.where(size <= 1.0, r**2 / 2.0, size - 0.5))


def huber_gradient(w: Vector) -> Any:
    r = X @ w - RESPONSES
    return X.T @ np.clip(r, -1.0, 1.0) / len(RESPONSES)


hinge_case = Case(
    "hinge-loss",
    f=hinge,
    df=hinge_gradient,
    points=[[0.73, -1.26, 0.41], [-0.82, 0.57, 0.34], [1.17, 0.48, -0.36]],
    special_points={
        "no margin is reached: every example counts": [0.0, 0.0, 0.0],
        "the first example sits on its margin": [0.5, 0.5, -1.0],
    },
    formula=r"\frac{1}{m} \sum_i \max \left( 0, 1 - y_i x_i \cdot w \right)",
    derivative_formula=r"-\frac{1}{m} \sum_{i: y_i x_i \cdot w < 1} y_i x_i",
    source="Cortes, Vapnik (1995), doi:10.1007/BF00994018",
    tags=("kink", "learning", "regression"),
)

huber_case = Case(
    "huber-loss",
    f=huber,
    df=huber_gradient,
    points=[[0.73, -1.26, 0.41], [-0.82, 0.57, 0.34], [1.17, 0.48, -0.36]],
    special_points={"the first residual is 1, where two pieces meet": [0.5, 0.25, -0.5]},
    formula=(
        r"\frac{1}{m} \sum_i \rho \left( r_i \right), \quad r = X w - y, \quad"
        r" \rho(r) = \begin{cases} \frac{1}{2} r^2 & |r| \le 1 \\"
        r" |r| - \frac{1}{2} & |r| > 1 \end{cases}"
    ),
    derivative_formula=r"\frac{1}{m} X^{\top} \min \left( 1, \max \left( -1, r \right) \right)",
    source="Huber (1964), doi:10.1214/aoms/1177703732",
    tags=("piecewise", "learning", "regression", "statistics"),
)
