"""The sigmoid, f(x) = 1 / (1 + e^-x) with f'(x) = f(x) (1 - f(x)), the form everybody writes first.

From the article 「シグモイド関数の微分」 of セイ・コンサルティング・グループ. At 0 the slope is
0.25, its maximum. The derivative loses digits for large x, where 1 - f cancels, and is exactly 0
from 37 on.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def f(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def df(x: Any) -> Any:
    return f(x) * (1.0 - f(x))


sigmoid = Case(
    "sigmoid",
    f=f,
    df=df,
    points=[-1.6, 0.5, 1.9],
    special_points={
        "the greatest slope, 0.25; f'' = 0, so the forward difference has order 2": 0.0,
        "f'' is away from 0: the orders are 1 and 2": 1.0,
        "1 - f cancels: 8 digits are left": 20.0,
        "1 - f cancels: the formula is exactly 0, the slope is 8.5e-17": 37.0,
        "far left nothing cancels: the slope is e^-40": -40.0,
    },
    formula=r"\frac{1}{1 + e^{-x}}",
    derivative_formula=r"f(x) (1 - f(x))",
    source="セイ・コンサルティング・グループ, 「シグモイド関数の微分」: f' = f(1 - f)",
    tags=("seed", "smooth", "activation", "vanishing-gradient"),
)
