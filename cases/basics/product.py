"""A product, f(x) = x² e^x with f'(x) = 2x e^x + x² e^x.

The rule (fg)' = f'g + fg' of the Chainer Tutorial's 微分の基礎, on the lesson's example. The
tempting f'g' = 2x e^x is one of the two terms: the gap is the other.
"""

import numpy as np

from gradcheck import Case

product_x2_exp = Case(
    "product-x2-exp",
    f=lambda x: x**2 * np.exp(x),
    df=lambda x: 2.0 * x * np.exp(x) + x**2 * np.exp(x),
    points=[-0.3, 0.6, 1.7],
    special_points={"the lesson's card: f' = 3e": 1.0, "both terms vanish": 0.0},
    formula=r"x^2 e^x",
    derivative_formula=r"2 x e^x + x^2 e^x",
    source="Chainer Tutorial, 微分の基礎 (basics of differentiation): the product rule",
    tags=("seed", "smooth"),
)
