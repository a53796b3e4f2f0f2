"""Flat pieces: soft thresholding and a clipped identity, both with two kinks.

Soft thresholding at 0.5: D. L. Donoho and I. M. Johnstone (1994), Biometrika 81(3), 425-455. The
identity clipped to [-1, 1] is the "hard tanh". At a kink df returns the subgradient 0.
"""

import numpy as np

from gradcheck import Case

soft_threshold = Case(
    "soft-threshold",
    f=lambda x: np.where(x > 0.5, x - 0.5, np.where(x < -0.5, x + 0.5, 0.0)),
    df=lambda x: np.where((x > 0.5) | (x < -0.5), 1.0, 0.0),
    points=[-1.7, 0.2, 1.3],
    special_points={"the right kink: slopes 0 and 1 from the two sides": 0.5},
    formula=r"\operatorname{sgn}(x) \max(|x| - 0.5, 0)",
    derivative_formula=r"\begin{cases} 1 & |x| > 0.5 \\ 0 & |x| \le 0.5 \end{cases}",
    source="Donoho and Johnstone (1994), Biometrika 81(3), 425-455",
    tags=("kink", "trap"),
)

hard_tanh = Case(
    "hard-tanh",
    f=lambda x: np.where(x > 1.0, 1.0, np.where(x < -1.0, -1.0, x)),
    df=lambda x: np.where((x < 1.0) & (x > -1.0), 1.0, 0.0),
    points=[-1.7, 0.3, 2.2],
    special_points={"the right kink: slopes 1 and 0 from the two sides": 1.0},
    formula=r"\max(-1, \min(1, x))",
    derivative_formula=r"\begin{cases} 1 & |x| < 1 \\ 0 & |x| \ge 1 \end{cases}",
    source="Collobert (2004), Large scale machine learning, the hard tanh",
    tags=("kink", "activation", "trap"),
)
