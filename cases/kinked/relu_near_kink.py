"""A kink close by: ReLU at points a millionth away from 0.

Nothing is wrong at x = 1e-6, where the derivative is 1; but every h above 1e-6 reaches across the
kink: the central difference is 0.505 for h = 1e-4, 0.55 for 1e-5, and right from 1e-6 on.
"""

import numpy as np

from gradcheck import Case

relu_near_kink = Case(
    "relu-near-kink",
    f=lambda x: np.where(x > 0.0, x, 0.0),
    df=lambda x: np.where(x > 0.0, 1.0, 0.0),
    points=[1e-6, -2e-5, 3e-3],
    special_points={"so close that almost every default step crosses": 1e-12},
    formula=r"\max(0, x)",
    derivative_formula=r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
    source="Nair and Hinton (2010), Rectified linear units improve restricted Boltzmann machines",
    tags=("kink", "trap"),
)
