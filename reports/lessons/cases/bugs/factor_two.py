"""Least squares, R⁴ → R: f(w) = Σᵢ (xᵢ·w - tᵢ)².

The gradient `halved` has lost the 2 of the square.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

SAMPLES = np.random.default_rng(12).normal(size=(9, 4))
TARGETS = np.random.default_rng(13).normal(size=9)


def loss(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return np.sum(residuals**2)


def halved(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return SAMPLES.T @ residuals


def gradient(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return 2.0 * SAMPLES.T @ residuals


POINTS = [[0.8, -0.5, 0.3, 1.2], [-1.1, 0.6, 0.9, -0.4], [0.2, 1.5, -0.7, 0.6]]
FORMULA = r"\sum_{i=1}^{9} \left(x_i \cdot w - t_i\right)^2"

bug_factor_two = Case(
    "bug-factor-two", f=loss, df=halved, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_factor_two = Case("mended-factor-two", f=loss, df=gradient, points=POINTS, formula=FORMULA)
