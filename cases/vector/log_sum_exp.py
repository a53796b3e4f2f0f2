"""The smooth maximum, R⁵ → R: f(x) = log Σᵢ exp xᵢ, shifted by max x so that exp cannot overflow.

Its gradient is softmax(x). P. Blanchard, D. J. Higham, N. J. Higham (2021), IMA Journal of
Numerical Analysis 41(4), 2311–2330, doi:10.1093/imanum/draa038.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    largest = np.max(x)
    return largest + np.log(np.sum(np.exp(x - largest)))


def df(x: Vector) -> Any:
    exponentials = np.exp(x - np.max(x))
    return exponentials / np.sum(exponentials)


log_sum_exp = Case(
    "log-sum-exp",
    f=f,
    df=df,
    points=[
        [0.42, -1.37, 1.86, 0.91, -0.58],
        [2.13, 1.74, -0.26, 0.69, 1.38],
        [-3.41, -2.87, -4.16, -2.29, -3.73],
    ],
    special_points={
        "all equal: every entry is 1/n": [0.7, 0.7, 0.7, 0.7, 0.7],
        "exp alone would overflow": [1000.3, 999.1, 1001.2, 998.7, 1000.9],
    },
    formula=r"\log \sum_i e^{x_i}",
    derivative_formula=r"\frac{\partial f}{\partial x_i} = \frac{e^{x_i}}{\sum_j e^{x_j}}",
    source="Blanchard, Higham, Higham (2021), doi:10.1093/imanum/draa038",
    tags=("smooth", "learning"),
)
