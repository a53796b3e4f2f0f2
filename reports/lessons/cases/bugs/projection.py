"""The cosine to a fixed direction, up to its length, R⁴ → R: f(x) = w·x / |x|.

The gradient `unprojected` takes the length of x for a constant, and has a part along x.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

DIRECTION = np.array([1.0, -2.0, 0.5, 1.5])


def similarity(x: Vector) -> Any:
    return DIRECTION @ x / np.linalg.norm(x)


def unprojected(x: Vector) -> Any:
    length = np.linalg.norm(x)
    return DIRECTION / length


def projected(x: Vector) -> Any:
    length = np.linalg.norm(x)
    return (DIRECTION - DIRECTION @ x / length**2 * x) / length


POINTS = [[0.5, 1.0, 2.0, -1.0], [1.5, -0.6, 0.8, 1.2], [-0.9, 0.7, 1.6, 0.4]]
FORMULA = r"\frac{w \cdot x}{\left\| x \right\|}"

bug_projection = Case(
    "bug-projection", f=similarity, df=unprojected, points=POINTS, formula=FORMULA, tags=("wrong",)
)
mended_projection = Case(
    "mended-projection", f=similarity, df=projected, points=POINTS, formula=FORMULA
)
