"""Linearity, (c f + g)' = c f' + g': 3x, 3x² + 4x - 5, 3x² + 4x + 5, and a sum of two curves.

The first three are worked out in the Chainer Tutorial's 微分の基礎. The two parabolas have the same
derivative: a sign error in front of the constant is one that no check of a gradient can see.
"""

import numpy as np

from gradcheck import Case

RULE = "Chainer Tutorial, 微分の基礎 (basics of differentiation): linearity"

linear_3x = Case(
    "linear-3x",
    f=lambda x: 3.0 * x,
    df=lambda x: 3.0 + 0.0 * x,
    points=[-1.7, 0.6, 2.3],
    formula=r"3 x",
    derivative_formula=r"3",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

quadratic_minus_5 = Case(
    "quadratic-minus-5",
    f=lambda x: 3.0 * x**2 + 4.0 * x - 5.0,
    df=lambda x: 6.0 * x + 4.0,
    points=[-1.7, 0.6, 2.3],
    special_points={"the forward error is the sum of its terms' errors, 3h": 1.0},
    formula=r"3 x^2 + 4 x - 5",
    derivative_formula=r"6 x + 4",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

quadratic_plus_5 = Case(
    "quadratic-plus-5",
    f=lambda x: 3.0 * x**2 + 4.0 * x + 5.0,
    df=lambda x: 6.0 * x + 4.0,
    points=[-1.7, 0.6, 2.3],
    special_points={"as steep as with -5: the constant leaves no trace": 1.0},
    formula=r"3 x^2 + 4 x + 5",
    derivative_formula=r"6 x + 4",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

linear_combination = Case(
    "linear-combination",
    f=lambda x: 2.0 * np.sin(x) - 3.0 * np.exp(x),
    df=lambda x: 2.0 * np.cos(x) - 3.0 * np.exp(x),
    points=[-0.4, 0.6, 1.3],
    formula=r"2 \sin x - 3 e^x",
    derivative_formula=r"2 \cos x - 3 e^x",
    source=f"{RULE}, (c f + g)' = c f' + g' with f = sin, g = -3 exp",
    tags=("seed", "smooth"),
)
