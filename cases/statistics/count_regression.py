"""Log-likelihoods of regressions for counts yᵢ with mean μᵢ = exp(xᵢ · β), seven rows.

Poisson, R³ → R: Σᵢ yᵢ log μᵢ − μᵢ − log yᵢ!, with gradient Xᵀ (y − μ).
negative binomial (NB2), R⁴ → R: variance μ + α μ², in (β, log α). With r = 1/α,
Σᵢ log Γ(yᵢ + r) − log Γ(r) − log yᵢ! + r log r + yᵢ log μᵢ − (yᵢ + r) log(r + μᵢ). For whole yᵢ the
two Γ leave log r + log(r + 1) + … + log(r + yᵢ − 1), and f is written so; its derivative is written
with the digamma function ψ, which is (log Γ)′.

A. C. Cameron, P. K. Trivedi (2013), Regression Analysis of Count Data, 2nd edition, Cambridge
University Press, chapter 3.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import digamma

from gradcheck import Case

Vector = npt.NDArray[Any]

X = np.random.default_rng(43).normal(scale=0.6, size=(7, 3)).round(3)
Y = np.array([0.0, 3.0, 1.0, 5.0, 2.0, 0.0, 7.0])
LOG_FACTORIALS = np.array([0.0, np.log(6.0), 0.0, np.log(120.0), np.log(2.0), 0.0, np.log(5040.0)])
BELOW = np.concatenate([np.arange(y) for y in Y])  # 0, 1, ..., yᵢ - 1 for all i


def poisson(beta: Vector) -> Any:
    log_mu = X @ beta
    return np.sum(Y * log_mu - np.exp(log_mu) - LOG_FACTORIALS)


def poisson_gradient(beta: Vector) -> Any:
    return X.T @ (Y - np.exp(X @ beta))


def negative_binomial(x: Vector) -> Any:
    log_mu, r = X @ x[:3], np.exp(-x[3])
    return np.sum(np.log(r + BELOW)) + np.sum(
        r * np.log(r) + Y * log_mu - (Y + r) * np.log(r + np.exp(log_mu)) - LOG_FACTORIALS
    )


def negative_binomial_gradient(x: Vector) -> Vector:
    mu, r = np.exp(X @ x[:3]), np.exp(-x[3])
    d_beta = X.T @ ((Y - mu) * r / (r + mu))
    d_r = np.sum(
        digamma(Y + r) - digamma(r) + np.log(r) + 1.0 - np.log(r + mu) - (Y + r) / (r + mu)
    )
    return np.append(d_beta, -r * d_r)  # dr / d log α = -r


poisson_case = Case(
    "poisson-regression",
    f=poisson,
    df=poisson_gradient,
    points=[[0.73, -0.46, 1.38], [-1.12, 0.57, 0.94], [0.47, 1.18, -0.66]],
    special_points={"no effects: every mean is 1": [0.0, 0.0, 0.0]},
    formula=r"\sum_i y_i x_i \cdot \beta - e^{x_i \cdot \beta} - \log y_i!",
    derivative_formula=r"X^{\top} \left( y - \mu \right), \quad \mu_i = e^{x_i \cdot \beta}",
    source="Cameron, Trivedi (2013), Regression Analysis of Count Data, chapter 3",
    tags=("smooth", "statistics", "econometrics", "regression"),
)

negative_binomial_case = Case(
    "negative-binomial-regression",
    f=negative_binomial,
    df=negative_binomial_gradient,
    points=[
        [0.73, -0.46, 1.08, -0.27],
        [-1.12, 0.57, 0.94, 0.61],
        [0.47, 1.18, -0.66, -0.84],
    ],
    special_points={"nearly Poisson: the two digammas cancel in df": [0.73, -0.46, 1.38, -12.0]},
    formula=(
        r"\sum_i \log \frac{\Gamma(y_i + r)}{\Gamma(r) y_i!} + r \log r + y_i \log \mu_i"
        r" - (y_i + r) \log (r + \mu_i), \quad x = (\beta, \log \alpha), \quad r = \frac{1}{\alpha}"
    ),
    derivative_formula=(
        r"\begin{pmatrix} \sum_i \frac{r (y_i - \mu_i)}{r + \mu_i} x_i \\"
        r" -r \sum_i \psi(y_i + r) - \psi(r) + \log \frac{r}{r + \mu_i}"
        r" + 1 - \frac{y_i + r}{r + \mu_i} \end{pmatrix}"
    ),
    source="Cameron, Trivedi (2013), Regression Analysis of Count Data, chapter 3",
    tags=("smooth", "statistics", "econometrics", "regression"),
)
