"""A level in bels, R⁴ → R: f(x) = Σᵢ log₁₀(1 + xᵢ²).

The gradient `natural` is that of the natural logarithm.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def level(x: Vector) -> Any:
    return np.sum(np.log10(1.0 + x**2))


def natural(x: Vector) -> Any:
    return 2.0 * x / (1.0 + x**2)


def decadic(x: Vector) -> Any:
    return 2.0 * x / (1.0 + x**2) / np.log(10.0)


POINTS = [[0.6, -1.3, 2.2, 0.9], [1.7, 0.4, -0.8, 1.1], [-0.5, 2.6, 1.4, -1.9]]
FORMULA = r"\sum_{i=1}^{4} \log_{10}\left(1 + x_i^2\right)"

bug_log_base = Case(
    "bug-log-base", f=level, df=natural, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_log_base = Case("mended-log-base", f=level, df=decadic, points=POINTS, formula=FORMULA)
