"""Ackley's function, R³ → R: f(x) = −20 exp(−0.2 r) − exp(c) + 20 + e.

r = √(mean of xᵢ²) and c = mean of cos(2π xᵢ). Smooth but for its minimum at 0, which is the tip of
a cone. D. H. Ackley (1987), A Connectionist Machine for Genetic Hillclimbing, Kluwer.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    r = np.sqrt(np.mean(x**2))
    c = np.mean(np.cos(2.0 * np.pi * x))
    return -20.0 * np.exp(-0.2 * r) - np.exp(c) + 20.0 + np.e


def df(x: Vector) -> Any:
    r = np.sqrt(np.mean(x**2))
    c = np.mean(np.cos(2.0 * np.pi * x))
    dr = x / (len(x) * r) if r > 0.0 else 0.0 * x  # 0 is a subgradient at the tip
    dc = -2.0 * np.pi * np.sin(2.0 * np.pi * x) / len(x)
    return 4.0 * np.exp(-0.2 * r) * dr - np.exp(c) * dc


ackley = Case(
    "ackley",
    f=f,
    df=df,
    points=[[0.37, -1.42, 2.18], [-2.63, 0.84, 1.29], [1.67, 3.14, -0.58]],
    special_points={"the minimum: the tip of a cone, no gradient": [0.0, 0.0, 0.0]},
    formula=(
        r"-20 e^{-0.2 r} - e^{c} + 20 + e, \quad r = \sqrt{\frac{1}{n} \sum_i x_i^2},"
        r" \quad c = \frac{1}{n} \sum_i \cos 2 \pi x_i"
    ),
    derivative_formula=(
        r"\frac{\partial f}{\partial x_i}"
        r" = \frac{4 e^{-0.2 r} x_i}{n r} + \frac{2 \pi}{n} e^{c} \sin 2 \pi x_i"
    ),
    source="Ackley (1987), A Connectionist Machine for Genetic Hillclimbing",
    tags=("smooth", "published", "optimisation"),
)
