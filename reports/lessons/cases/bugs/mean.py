"""A robust fit, R⁴ → R: f(w) = 1/7 Σᵢ log cosh(xᵢ·w - tᵢ), a mean over seven samples.

The gradient `summed` adds over the samples, and does not divide by their number.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

SAMPLES = np.random.default_rng(14).normal(size=(7, 4))
TARGETS = np.random.default_rng(15).normal(size=7)


def loss(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return np.mean(np.log(np.cosh(residuals)))


def summed(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return SAMPLES.T @ np.tanh(residuals)


def averaged(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return SAMPLES.T @ np.tanh(residuals) / len(residuals)


POINTS = [[0.6, 0.9, -1.2, 0.3], [-0.4, 1.1, 0.5, 0.8], [1.3, -0.7, 0.2, -0.9]]
FORMULA = r"\frac{1}{7} \sum_{i=1}^{7} \log\left(\cosh\left(x_i \cdot w - t_i\right)\right)"

bug_mean = Case("bug-mean", f=loss, df=summed, points=POINTS, formula=FORMULA, tags=("wrong",))
mended_mean = Case("mended-mean", f=loss, df=averaged, points=POINTS, formula=FORMULA)
