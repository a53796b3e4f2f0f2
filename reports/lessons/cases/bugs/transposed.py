"""A linear layer, R³ˣ³ → R: f(W) = 1/2 |W X - T|² over five samples, a column each.

The gradient `transposed` has its factors in the wrong order, with rows and columns exchanged.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Matrix = npt.NDArray[Any]

SAMPLES = np.random.default_rng(16).normal(size=(3, 5))
TARGETS = np.random.default_rng(17).normal(size=(3, 5))


def loss(weights: Matrix) -> Any:
    residuals = weights @ SAMPLES - TARGETS
    return 0.5 * np.sum(residuals**2)


def transposed(weights: Matrix) -> Any:
    residuals = weights @ SAMPLES - TARGETS
    return SAMPLES @ residuals.T


def gradient(weights: Matrix) -> Any:
    residuals = weights @ SAMPLES - TARGETS
    return residuals @ SAMPLES.T


POINTS = [
    [[0.7, -0.4, 1.1], [0.3, 0.9, -0.6], [-1.2, 0.5, 0.8]],
    [[-0.5, 1.3, 0.2], [0.6, -0.8, 1.4], [0.9, 0.1, -0.7]],
    [[1.2, 0.4, -0.9], [-0.3, 0.7, 0.5], [0.8, -1.1, 0.6]],
]
FORMULA = r"\frac{1}{2} \left\| W X - T \right\|^2"

bug_transposed = Case(
    "bug-transposed", f=loss, df=transposed, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_transposed = Case("mended-transposed", f=loss, df=gradient, points=POINTS, formula=FORMULA)
