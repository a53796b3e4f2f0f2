"""Exponentials on other lengths than 1: e^(-x/10⁶), e^(100x), e^(10⁸x).

The best h is proportional to the length on which f varies: about 2e-2, 1e-10 and 1e-16 for the
forward difference. The first two are problems of the package numericalderivative ("scaled exp", and
SXXN2 of Shi, Xie, Xuan and Nocedal, 2022).
"""

import numpy as np

from gradcheck import Case

exp_slow = Case(
    "exp-minus-1e-6x",
    f=lambda x: np.exp(-1e-6 * x),
    df=lambda x: -1e-6 * np.exp(-1e-6 * x),
    points=[1.0, -0.7, 2.3],
    formula=r"e^{-10^{-6} x}",
    derivative_formula=r"-10^{-6} e^{-10^{-6} x}",
    source="numericalderivative (M. Baudin), problem 'scaled exp'",
    tags=("trap", "published"),
)

exp_100x = Case(
    "exp-100x",
    f=lambda x: np.exp(100.0 * x),
    df=lambda x: 100.0 * np.exp(100.0 * x),
    points=[0.01, -0.007, 0.023],
    formula=r"e^{100 x}",
    derivative_formula=r"100 e^{100 x}",
    source="Shi, Xie, Xuan and Nocedal (2022), SIAM J. Sci. Comput. 44(4), via numericalderivative",
    tags=("smooth", "trap", "published"),
)

exp_1e8x = Case(
    "exp-1e8x",
    f=lambda x: np.exp(1e8 * x),
    df=lambda x: 1e8 * np.exp(1e8 * x),
    points=[1e-8, -0.7e-8, 2.3e-8],
    formula=r"e^{10^8 x}",
    derivative_formula=r"10^8 e^{10^8 x}",
    source="Trap of the catalogue: x at 1e-8 with f varying on the length of x",
    tags=("smooth", "trap"),
)
