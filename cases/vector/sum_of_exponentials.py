"""A posynomial in logarithmic coordinates, R³ → R: f(x) = Σₖ cₖ exp(aₖ · x) with seven terms.

The objective of geometric programming: S. Boyd, L. Vandenberghe (2004), Convex Optimization,
section 4.5.3.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

A = np.random.default_rng(12).normal(size=(7, 3)).round(3)
C = np.random.default_rng(13).uniform(0.5, 2.5, size=7).round(3)


def f(x: Vector) -> Any:
    return C @ np.exp(A @ x)


def df(x: Vector) -> Any:
    return (C * np.exp(A @ x)) @ A


sum_of_exponentials = Case(
    "sum-of-exponentials",
    f=f,
    df=df,
    points=[[0.43, -0.78, 0.26], [-0.61, 0.37, 0.94], [1.13, 0.52, -0.34]],
    special_points={"the origin: the gradient is Aᵀ c": [0.0, 0.0, 0.0]},
    formula=r"\sum_k c_k e^{a_k \cdot x}",
    derivative_formula=r"\sum_k c_k e^{a_k \cdot x} a_k",
    source="Boyd, Vandenberghe (2004), Convex Optimization, section 4.5.3",
    tags=("smooth", "optimisation"),
)
