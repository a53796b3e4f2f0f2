"""Gradients whose entries span twenty decades, from 1e-10 to 1e10, R⁵ → R.

mixed magnitudes: f(x) = Σᵢ s(cᵢ xᵢ) with s(u) = u / √(1 + u²) and xᵢ of the size of 1 / cᵢ. Every
term matters, so every entry can be verified, given a step for each input.
buried terms: f(x) = Σᵢ cᵢ sin xᵢ with xᵢ of the size of 1. The largest term hides the others in its
rounding error (1e10 times 2⁻⁵³ is 1e-6), so no difference quotient of f can see the small entries.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

C = np.array([1e-10, 1e-5, 1.0, 1e5, 1e10])


def mixed_magnitudes(x: Vector) -> Any:
    return np.sum(C * x / np.sqrt(1.0 + (C * x) ** 2))


def mixed_magnitudes_gradient(x: Vector) -> Any:
    return C / (1.0 + (C * x) ** 2) ** 1.5


def buried_terms(x: Vector) -> Any:
    return C @ np.sin(x)


def buried_terms_gradient(x: Vector) -> Any:
    return C * np.cos(x)


mixed = Case(
    "mixed-magnitudes",
    f=mixed_magnitudes,
    df=mixed_magnitudes_gradient,
    points=[
        [0.73e10, -1.26e5, 0.41, 0.38e-5, -0.82e-10],
        [-0.57e10, 0.94e5, -0.63, 1.17e-5, 0.48e-10],
        [1.34e10, 0.29e5, 0.86, -0.45e-5, 0.67e-10],
    ],
    special_points={"all terms at once in the linear range": [1e-3, 2e-3, 3e-3, 4e-13, 5e-15]},
    formula=(
        r"\sum_i \frac{c_i x_i}{\sqrt{1 + c_i^2 x_i^2}}, \quad c = (10^{-10}, \dots, 10^{10})"
    ),
    derivative_formula=(
        r"\frac{\partial f}{\partial x_i} = \frac{c_i}{\left( 1 + c_i^2 x_i^2 \right)^{3/2}}"
    ),
    source="own construction; quotient and chain rule",
    tags=("smooth", "badly-scaled"),
)

buried = Case(
    "buried-terms",
    f=buried_terms,
    df=buried_terms_gradient,
    points=[
        [0.73, -1.26, 0.41, 0.38, -0.82],
        [-0.57, 0.94, -0.63, 1.17, 0.48],
        [1.34, 0.29, 0.86, -0.45, 0.67],
    ],
    special_points={"the hiding term has slope zero": [0.73, -1.26, 0.41, 0.38, np.pi / 2]},
    formula=r"\sum_i c_i \sin x_i, \quad c = (10^{-10}, 10^{-5}, 1, 10^{5}, 10^{10})",
    derivative_formula=r"\frac{\partial f}{\partial x_i} = c_i \cos x_i",
    source="own construction; linearity",
    tags=("badly-scaled", "trap"),
)
