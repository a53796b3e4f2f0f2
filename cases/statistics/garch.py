"""The Gaussian log-likelihood of a GARCH(1, 1) model, R³ → R: x = (ω, α, β).

vₜ = ω + α eₜ₋₁² + β vₜ₋₁ with v₀ fixed, f(x) = −½ Σₜ [log vₜ + eₜ² / vₜ] for eight returns e. The
derivative of vₜ obeys a recursion of its own, ∇vₜ = (1, eₜ₋₁², vₜ₋₁) + β ∇vₜ₋₁; without its last
term the gradient looks plausible and is wrong. T. Bollerslev (1986), Journal of Econometrics 31(3),
307–327, doi:10.1016/0304-4076(86)90063-1.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

RETURNS = np.array([0.42, -1.13, 0.68, 1.91, -0.27, -1.46, 0.83, 0.35])
V0 = 1.1


def f(x: Vector) -> Any:
    omega, alpha, beta = x
    v, total = V0, 0.0 * omega
    for before, e in pairwise(RETURNS):
        v = omega + alpha * before**2 + beta * v
        total = total - (np.log(v) + e**2 / v) / 2.0
    return total


def df(x: Vector) -> Vector:
    omega, alpha, beta = x
    v, dv, gradient = V0, np.zeros(3), np.zeros(3)
    for before, e in pairwise(RETURNS):
        dv = np.array([1.0, before**2, v]) + beta * dv
        v = omega + alpha * before**2 + beta * v
        gradient = gradient - (1.0 / v - e**2 / v**2) * dv / 2.0
    return gradient


garch = Case(
    "garch",
    f=f,
    df=df,
    points=[[0.17, 0.23, 0.64], [0.46, 0.38, 0.29], [0.08, 0.12, 0.83]],
    special_points={"constant variance: alpha and beta are zero": [1.1, 0.0, 0.0]},
    domain=["(0, inf)", "[0, inf)", "[0, inf)"],
    formula=(
        r"-\frac{1}{2} \sum_t \log v_t + \frac{e_t^2}{v_t}, \quad"
        r" v_t = \omega + \alpha e_{t-1}^2 + \beta v_{t-1}"
    ),
    derivative_formula=(
        r"-\frac{1}{2} \sum_t \left( \frac{1}{v_t} - \frac{e_t^2}{v_t^2} \right) \nabla v_t,"
        r" \quad \nabla v_t = \left( 1, e_{t-1}^2, v_{t-1} \right) + \beta \nabla v_{t-1}"
    ),
    source="Bollerslev (1986), doi:10.1016/0304-4076(86)90063-1",
    tags=("smooth", "statistics", "econometrics"),
)
