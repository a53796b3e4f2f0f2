"""The largest input, R⁵ → R: f(x) = max x, with a kink wherever two inputs tie for it.

The gradient is the unit vector of the largest input; at a tie the first one is chosen, and every
convex combination of the tied unit vectors is a subgradient. S. Boyd, L. Vandenberghe (2004),
Convex Optimization, section 3.2.3.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    return np.max(x)


def df(x: Vector) -> Any:
    return np.eye(len(x))[np.argmax(x)]


maximum = Case(
    "maximum",
    f=f,
    df=df,
    points=[
        [0.42, -1.37, 1.86, 0.91, -0.58],
        [2.73, 1.64, -0.26, 0.69, 1.38],
        [-3.41, -2.87, -4.16, -3.73, -1.29],
    ],
    special_points={
        "a tie between two inputs": [0.42, 1.86, -1.37, 1.86, -0.58],
        "almost a tie: the kink is 1e-6 away": [0.42, 1.86, -1.37, 1.860001, -0.58],
    },
    formula=r"\max_i x_i",
    derivative_formula=r"e_k, \quad k = \operatorname{argmax}_i x_i",
    source="Boyd, Vandenberghe (2004), Convex Optimization, section 3.2.3",
    tags=("kink",),
)
