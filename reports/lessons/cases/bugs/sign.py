"""Logistic regression, R⁴ → R: f(w) = Σᵢ log(1 + exp(-yᵢ xᵢ·w)), with labels yᵢ of 1 and -1.

The gradient `climbing` is that of the log-likelihood, which is -f.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

SAMPLES = np.random.default_rng(11).normal(size=(7, 4))
LABELS = np.array([1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0])


def loss(w: Vector) -> Any:
    return np.sum(np.logaddexp(0.0, -LABELS * (SAMPLES @ w)))


def climbing(w: Vector) -> Any:
    margins = LABELS * (SAMPLES @ w)
    misfit = LABELS / (1.0 + np.exp(margins))
    return SAMPLES.T @ misfit


def descending(w: Vector) -> Any:
    margins = LABELS * (SAMPLES @ w)
    misfit = LABELS / (1.0 + np.exp(margins))
    return -SAMPLES.T @ misfit


POINTS = [[0.7, -0.3, 1.1, 0.4], [-0.6, 1.3, 0.2, -0.9], [1.4, 0.5, -0.8, 0.3]]
FORMULA = r"\sum_{i=1}^{7} \log\left(1 + e^{-y_i x_i \cdot w}\right)"

bug_sign = Case("bug-sign", f=loss, df=climbing, points=POINTS, formula=FORMULA, tags=("wrong",))
mended_sign = Case("mended-sign", f=loss, df=descending, points=POINTS, formula=FORMULA)
