"""The log-likelihood of a normal sample in (μ, log σ), R² → R.

f(x) = −m x₂ − ½ Σᵢ zᵢ² − (m/2) log 2π with zᵢ = (yᵢ − x₁) exp(−x₂), m = 7. In log σ the derivative
is Σᵢ zᵢ² − m; with respect to σ itself it has another factor 1/σ.
W. H. Greene (2018), Econometric Analysis, 8th edition, Pearson, chapter 14.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

Y = np.array([1.24, -0.37, 2.81, 0.66, 1.93, 0.18, 3.05])


def f(x: Vector) -> Any:
    mu, log_sigma = x
    z = (Y - mu) * np.exp(-log_sigma)
    return -len(Y) * log_sigma - z @ z / 2.0 - len(Y) / 2.0 * np.log(2.0 * np.pi)


def df(x: Vector) -> Vector:
    mu, log_sigma = x
    z = (Y - mu) * np.exp(-log_sigma)
    return np.array([np.sum(z) * np.exp(-log_sigma), z @ z - len(Y)])


gaussian_log_likelihood = Case(
    "gaussian-log-likelihood",
    f=f,
    df=df,
    points=[[0.73, 0.46], [2.18, -0.37], [-0.64, 0.82]],
    special_points={
        "the maximum: sample mean and standard deviation": [np.mean(Y), np.log(np.std(Y))]
    },
    formula=(
        r"-m \log \sigma - \frac{1}{2} \sum_i z_i^2 - \frac{m}{2} \log 2 \pi, \quad"
        r" z_i = \frac{y_i - \mu}{\sigma}, \quad x = (\mu, \log \sigma)"
    ),
    derivative_formula=(r"\left( \frac{1}{\sigma} \sum_i z_i, \sum_i z_i^2 - m \right)"),
    source="Greene (2018), Econometric Analysis, chapter 14",
    tags=("smooth", "statistics", "econometrics"),
)
