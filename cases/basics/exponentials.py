"""Exponentials, f(x) = e^(ax) with f'(x) = a e^(ax), for a = 2 and a = -1.5.

The rule (e^(ax))' = a e^(ax) of the Chainer Tutorial's 微分の基礎. Whoever forgets the inner
derivative is wrong by the factor 1/a. e^(2x) at 0.5 is the classroom example of order 1 against
order 2.
"""

import numpy as np

from gradcheck import Case

RULE = "Chainer Tutorial, 微分の基礎 (basics of differentiation): the derivative of exp(ax)"

exp_2x = Case(
    "exp-2x",
    f=lambda x: np.exp(2.0 * x),
    df=lambda x: 2.0 * np.exp(2.0 * x),
    points=[0.5, -0.8, 1.3],
    special_points={"f = 1 and f' = a": 0.0},
    formula=r"e^{2 x}",
    derivative_formula=r"2 e^{2 x}",
    source=RULE,
    tags=("seed", "smooth"),
)

exp_minus_1_5x = Case(
    "exp-minus-1.5x",
    f=lambda x: np.exp(-1.5 * x),
    df=lambda x: -1.5 * np.exp(-1.5 * x),
    points=[0.7, -0.6, 1.9],
    special_points={"f = 1 and f' = a": 0.0},
    formula=r"e^{-1.5 x}",
    derivative_formula=r"-1.5 e^{-1.5 x}",
    source=RULE,
    tags=("seed", "smooth"),
)
