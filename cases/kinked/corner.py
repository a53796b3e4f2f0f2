"""A corner, f(x) = |x - 2|: at 2 many lines touch the graph, and none is a tangent.

The Chainer Tutorial's 微分の基礎 excludes such a valley in footnote 1. The forward difference
says 1, the backward one -1, and the central one invents a minimum with slope 0. df returns the
subgradient 0.
"""

import numpy as np

from gradcheck import Case

corner = Case(
    "corner",
    f=lambda x: np.where(x > 2.0, x - 2.0, 2.0 - x),
    df=lambda x: np.where(x > 2.0, 1.0, np.where(x < 2.0, -1.0, 0.0)),
    points=[0.4, 1.3, 3.6],
    special_points={"no tangent: slopes -1 and 1 from the two sides": 2.0},
    formula=r"|x - 2|",
    derivative_formula=r"\begin{cases} 1 & x > 2 \\ 0 & x = 2 \\ -1 & x < 2 \end{cases}",
    source="Chainer Tutorial, 微分の基礎 (basics of differentiation), footnote 1",
    tags=("seed", "kink", "trap"),
)
