"""The sigmoid with the derivative as the chain rule leaves it, f'(x) = e^-x / (1 + e^-x)².

From the article 「シグモイド関数の微分」 of セイ・コンサルティング・グループ, before it is
simplified to f (1 - f). On paper the two are equal; this one keeps its digits for large x and
fails on the other side: the square overflows from -355 on (the result is 0), e^-x itself from
-710 on (it is nan).
"""

from typing import Any

import numpy as np

from gradcheck import Case


def f(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def df(x: Any) -> Any:
    return np.exp(-x) / (1.0 + np.exp(-x)) ** 2


sigmoid_quotient = Case(
    "sigmoid-quotient",
    f=f,
    df=df,
    points=[-1.6, 0.5, 1.9],
    special_points={
        "the greatest slope, 0.25": 0.0,
        "nothing cancels here: the formula keeps its digits": 37.0,
        "the square overflows: the formula gives 0, the slope is 6.7e-155": -355.0,
        "e^-x overflows: the formula gives inf / inf": -710.0,
    },
    formula=r"\frac{1}{1 + e^{-x}}",
    derivative_formula=r"\frac{e^{-x}}{(1 + e^{-x})^2}",
    source="セイ・コンサルティング・グループ, 「シグモイド関数の微分」: the chain rule's result",
    tags=("seed", "smooth", "activation", "trap"),
)
