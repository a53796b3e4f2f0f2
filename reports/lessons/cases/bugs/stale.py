"""A robust fit, R⁴ → R: f(w) = Σᵢ log cosh(xᵢ·w - tᵢ), whose gradient remembers too much.

`remembered` keeps the residuals of the first point at which it is called, and never computes them
again.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

SAMPLES = np.random.default_rng(20).normal(size=(7, 4))
TARGETS = np.random.default_rng(21).normal(size=7)
CACHE: dict[str, Vector] = {}


def loss(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return np.sum(np.log(np.cosh(residuals)))


def remembered(w: Vector) -> Any:
    if "residuals" not in CACHE:
        CACHE["residuals"] = SAMPLES @ w - TARGETS
    return SAMPLES.T @ np.tanh(CACHE["residuals"])


def gradient(w: Vector) -> Any:
    residuals = SAMPLES @ w - TARGETS
    return SAMPLES.T @ np.tanh(residuals)


POINTS = [[0.9, 0.4, -0.7, 1.3], [-0.6, 1.2, 0.8, 0.5], [0.3, -1.1, 1.4, -0.2]]
FORMULA = r"\sum_{i=1}^{7} \log\left(\cosh\left(x_i \cdot w - t_i\right)\right)"

bug_stale = Case(
    "bug-stale", f=loss, df=remembered, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_stale = Case("mended-stale", f=loss, df=gradient, points=POINTS, formula=FORMULA)
