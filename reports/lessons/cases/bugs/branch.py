"""Huber's loss, R⁸ → R: f(r) = Σᵢ rᵢ²/2 where |rᵢ| ≤ 1, and |rᵢ| - 1/2 beyond.

The gradient `unclipped` goes on with the branch of the square beyond the threshold.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def huber(r: Vector) -> Any:
    return np.sum(np.where(np.abs(r) <= 1.0, r**2 / 2.0, np.abs(r) - 0.5))


def unclipped(r: Vector) -> Any:
    return r.copy()


def gradient(r: Vector) -> Any:
    return np.clip(r, -1.0, 1.0)


POINTS = [
    [0.4, -1.7, 2.3, -0.6, 0.9, -2.8, 1.4, -0.2],
    [-1.2, 0.7, -0.3, 1.9, -2.1, 0.5, -0.8, 3.1],
    [2.6, -0.5, 0.1, -1.5, 0.8, 1.8, -0.9, -3.4],
]
FORMULA = (
    r"\sum_{i=1}^{8} \left\{ \begin{array}{ll} r_i^2 / 2 & \text{if } |r_i| \le 1 \\"
    r" |r_i| - 1 / 2 & \text{if } |r_i| > 1 \end{array} \right."
)

bug_branch = Case(
    "bug-branch", f=huber, df=unclipped, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_branch = Case("mended-branch", f=huber, df=gradient, points=POINTS, formula=FORMULA)
