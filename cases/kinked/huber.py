"""Huber's loss with δ = 1: x²/2 in the middle, |x| - 1/2 outside.

P. J. Huber (1964), Annals of Mathematical Statistics 35(1), 73-101. The slope is continuous, its
own slope jumps from 1 to 0 at ±1: a central difference has order 1 there.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def magnitude(x: Any) -> Any:
    return np.where(x >= 0.0, x, -x)


huber = Case(
    "huber",
    f=lambda x: np.where(magnitude(x) <= 1.0, 0.5 * x**2, magnitude(x) - 0.5),
    df=lambda x: np.where(x > 1.0, 1.0, np.where(x < -1.0, -1.0, x)),
    points=[-2.6, 0.4, 1.7],
    special_points={"the pieces meet: f'' jumps from 1 to 0": 1.0},
    formula=r"\begin{cases} \frac{x^2}{2} & |x| \le 1 \\ |x| - \frac{1}{2} & |x| > 1 \end{cases}",
    derivative_formula=r"\begin{cases} -1 & x < -1 \\ x & |x| \le 1 \\ 1 & x > 1 \end{cases}",
    source="Huber (1964), Annals of Mathematical Statistics 35(1), 73-101, δ = 1",
    tags=("kink", "trap"),
)
