"""The misfit of a bell curve, R⁴ → R, by its height, centre, width and floor.

f(p) = 1/2 Σᵢ (p₀ exp(-uᵢ²/2) + p₃ - yᵢ)² with uᵢ = (tᵢ - p₁) / p₂. The gradient `misplaced` gives
the derivative by the width before that by the centre.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

TIMES = np.linspace(-2.0, 3.0, 8)
MEASURED = np.array([0.2, 0.5, 1.1, 1.9, 1.7, 0.9, 0.6, 0.1])


def misfit(p: Vector) -> Any:
    height, centre, width, floor = p
    bell = np.exp(-(((TIMES - centre) / width) ** 2) / 2.0)
    return 0.5 * np.sum((height * bell + floor - MEASURED) ** 2)


def misplaced(p: Vector) -> Any:
    height, centre, width, floor = p
    u = (TIMES - centre) / width
    bell = np.exp(-(u**2) / 2.0)
    residuals = height * bell + floor - MEASURED
    by_centre = residuals @ (height * bell * u) / width
    by_width = residuals @ (height * bell * u**2) / width
    return np.array([residuals @ bell, by_width, by_centre, residuals.sum()])


def gradient(p: Vector) -> Any:
    height, centre, width, floor = p
    u = (TIMES - centre) / width
    bell = np.exp(-(u**2) / 2.0)
    residuals = height * bell + floor - MEASURED
    by_centre = residuals @ (height * bell * u) / width
    by_width = residuals @ (height * bell * u**2) / width
    return np.array([residuals @ bell, by_centre, by_width, residuals.sum()])


POINTS = [[1.6, 0.7, 0.9, 0.3], [2.1, 0.1, 1.3, -0.2], [1.2, 1.1, 0.7, 0.5]]
FORMULA = (
    r"\frac{1}{2} \sum_{i=1}^{8} \left(p_0 e^{-u_i^2 / 2} + p_3 - y_i\right)^2,"
    r" \quad u_i = \frac{t_i - p_1}{p_2}"
)

bug_swapped = Case(
    "bug-swapped", f=misfit, df=misplaced, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_swapped = Case("mended-swapped", f=misfit, df=gradient, points=POINTS, formula=FORMULA)
