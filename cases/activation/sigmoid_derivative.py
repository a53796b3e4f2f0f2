"""The slope of the sigmoid as a function: f(x) = s (1 - s) with s = 1 / (1 + e^-x).

Its derivative s (1 - s) (1 - 2s) is 0 at x = 0 and changes sign there: that is the proof that the
slope is greatest at 0, where the article 「シグモイド関数の微分」 only computes the value 0.25.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def f(x: Any) -> Any:
    return sigmoid(x) * (1.0 - sigmoid(x))


def df(x: Any) -> Any:
    return sigmoid(x) * (1.0 - sigmoid(x)) * (1.0 - 2.0 * sigmoid(x))


sigmoid_derivative = Case(
    "sigmoid-derivative",
    f=f,
    df=df,
    points=[-2.1, 0.7, 1.8],
    special_points={
        "the maximum 0.25: the slope of the slope is 0": 0.0,
        "half the maximum, s (1 - s) = 0.125": np.log(3.0 + np.sqrt(8.0)),
    },
    formula=r"\sigma(x) (1 - \sigma(x))",
    derivative_formula=r"\sigma(x) (1 - \sigma(x)) (1 - 2 \sigma(x))",
    source="セイ・コンサルティング・グループ, 「シグモイド関数の微分」: the greatest slope is 0.25",
    tags=("seed", "smooth", "activation"),
)
