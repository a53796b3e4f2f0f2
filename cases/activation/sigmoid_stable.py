"""The sigmoid in a form that neither cancels nor overflows: everything in terms of e = e^-|x|.

f(x) = 1 / (1 + e) for x ≥ 0 and e / (1 + e) for x < 0; f'(x) = e / (1 + e)² on both sides. The
cure for what the two forms of the article 「シグモイド関数の微分」 suffer from at large |x|.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def decay(x: Any) -> Any:
    """Return e^-|x|; written with np.where, it stays analytic on both sides of 0."""
    return np.exp(np.where(x >= 0.0, -x, x))


def f(x: Any) -> Any:
    return np.where(x >= 0.0, 1.0, decay(x)) / (1.0 + decay(x))


def df(x: Any) -> Any:
    return decay(x) / (1.0 + decay(x)) ** 2


sigmoid_stable = Case(
    "sigmoid-stable",
    f=f,
    df=df,
    points=[-1.6, 0.5, 1.9],
    special_points={
        "the greatest slope, 0.25, where the two branches meet": 0.0,
        "f (1 - f) is exactly 0 here; this form is not": 37.0,
        "e^-x / (1 + e^-x)² is 0 here; this form is not": -355.0,
        "e^-x overflows here; this form does not": -710.0,
    },
    formula=r"\begin{cases} \frac{1}{1 + e^{-x}} & x \ge 0 \\ "
    r"\frac{e^x}{1 + e^x} & x < 0 \end{cases}",
    derivative_formula=r"\frac{e^{-|x|}}{(1 + e^{-|x|})^2}",
    source="セイ・コンサルティング・グループ, 「シグモイド関数の微分」, rewritten with e^-|x|",
    tags=("seed", "smooth", "activation"),
)
