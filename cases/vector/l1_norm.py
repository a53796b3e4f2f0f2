"""The sum of absolute values, R⁴ → R: f(x) = Σᵢ |xᵢ|, with a kink wherever an input is zero.

There, any number in [−1, 1] is a subgradient; sign(0) = 0 is the one chosen here. |z| is not
analytic, so the complex step gives 0 instead of ±1: a limit of that formula, no mistake in the
gradient. R. Tibshirani (1996), Journal of the Royal Statistical Society B 58(1), 267–288.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]


def f(x: Vector) -> Any:
    return np.sum(np.abs(x))


def df(x: Vector) -> Any:
    return np.sign(x)


l1_norm = Case(
    "l1-norm",
    f=f,
    df=df,
    points=[[1.37, -0.64, 2.18, -3.29], [-0.83, 1.72, -2.46, 0.59], [0.27, -1.91, 3.34, 0.76]],
    special_points={
        "one input at its kink": [1.37, 0.0, 2.18, -3.29],
        "one input close to its kink": [1.37, 1e-6, 2.18, -3.29],
    },
    formula=r"\sum_i \left| x_i \right|",
    derivative_formula=r"\left( \operatorname{sign} x_1, \dots, \operatorname{sign} x_n \right)",
    source="Tibshirani (1996), doi:10.1111/j.2517-6161.1996.tb02080.x",
    tags=("kink", "not-analytic"),
)
