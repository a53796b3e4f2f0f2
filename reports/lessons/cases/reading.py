"""Wrong gradients of one function, R³ → R, for learning how to read ratios and differences.

f(x) = Σᵢ (3xᵢ + 4)² / 6, whose derivative is 3xᵢ + 4: large and small, positive and negative.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    return np.sum((3.0 * x + 4.0) ** 2) / 6.0


def opposite(x: Vector) -> Any:
    return -(3.0 * x + 4.0)


def thrice(x: Vector) -> Any:
    return 3.0 * (3.0 * x + 4.0)


def with_offset(x: Vector) -> Any:
    return 3.0 * x + 5.0


def with_penalty(x: Vector) -> Any:
    return 3.0 * x + 4.0 + 0.5 * x


def exchanged(x: Vector) -> Any:
    return (3.0 * x + 4.0)[[1, 0, 2]]


def one_wrong(x: Vector) -> Any:
    return (3.0 * x + 4.0) * np.array([1.0, 1.0, -1.0])


POINTS = [[1.0, -2.0, 0.5], [0.4, 1.7, -1.9], [-0.7, 0.9, 2.2]]

reading_sign = Case("reading-sign", f=f, df=opposite, points=POINTS, tags=("wrong",))
reading_factor = Case("reading-factor", f=f, df=thrice, points=POINTS, tags=("wrong",))
reading_offset = Case("reading-offset", f=f, df=with_offset, points=POINTS, tags=("wrong",))
reading_penalty = Case("reading-penalty", f=f, df=with_penalty, points=POINTS, tags=("wrong",))
reading_swap = Case("reading-swap", f=f, df=exchanged, points=POINTS, tags=("wrong",))
reading_one = Case("reading-one", f=f, df=one_wrong, points=POINTS, tags=("wrong",))
