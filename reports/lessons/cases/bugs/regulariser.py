"""A fit with a penalty, R⁴ → R: f(w) = Σᵢ log cosh(xᵢ·w - tᵢ) + λ/2 |w|², with λ = 0.3.

The gradient `of_the_data` has forgotten the penalty.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

SAMPLES = np.random.default_rng(18).normal(size=(6, 4))
TARGETS = np.random.default_rng(19).normal(size=6)
LAMBDA = 0.3


def loss(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return np.sum(np.log(np.cosh(residuals))) + LAMBDA / 2.0 * np.sum(w**2)


def of_the_data(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return SAMPLES.T @ np.tanh(residuals)


def gradient(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return SAMPLES.T @ np.tanh(residuals) + LAMBDA * w


POINTS = [[0.5, -1.0, 2.0, 1.5], [1.2, 0.7, -0.4, -1.6], [-0.8, 1.4, 0.6, 0.9]]
FORMULA = (
    r"\sum_{i=1}^{6} \log\left(\cosh\left(x_i \cdot w - t_i\right)\right)"
    r" + \frac{\lambda}{2} \left\| w \right\|^2"
)

bug_regulariser = Case(
    "bug-regulariser", f=loss, df=of_the_data, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_regulariser = Case("mended-regulariser", f=loss, df=gradient, points=POINTS, formula=FORMULA)
