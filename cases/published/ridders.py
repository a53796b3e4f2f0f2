"""Ridders' example, f(x) = e^x / (sin x - x²): at 1 the pole at 0.877 is an eighth away.

C. J. F. Ridders (1982), Advances in Engineering Software 4(2), 75-76; the tableau at x = 1 stands
in the documentation of the Ceres Solver, f'(1) = 140.737735571296603….
"""

from typing import Any

import numpy as np

from gradcheck import Case


def f(x: Any) -> Any:
    return np.exp(x) / (np.sin(x) - x**2)


def df(x: Any) -> Any:
    denominator, its_slope = np.sin(x) - x**2, np.cos(x) - 2.0 * x
    return np.exp(x) * (denominator - its_slope) / denominator**2


ridders = Case(
    "ridders",
    f=f,
    df=df,
    points=[1.0, 1.3, 1.7],
    domain="(0.8767262153950625, inf)",
    formula=r"\frac{e^x}{\sin x - x^2}",
    derivative_formula=r"\frac{e^x (\sin x - x^2 - \cos x + 2 x)}{(\sin x - x^2)^2}",
    source="Ridders (1982), Advances in Engineering Software 4(2), 75-76; Ceres Solver manual",
    tags=("smooth", "trap", "published"),
)
