"""The cube root, f(x) = ∛x with f'(x) = 1 / (3 ∛x²): a vertical tangent from both sides at 0.

There every quotient grows like h^(-2/3), and df returns inf, which is the limit.
"""

import numpy as np

from gradcheck import Case

cube_root = Case(
    "cube-root",
    f=np.cbrt,
    df=lambda x: 1.0 / (3.0 * np.cbrt(x) ** 2),
    points=[-1.7, 0.8, 2.3],
    special_points={"the tangent is vertical: the slope is inf": 0.0},
    formula=r"\sqrt[3]{x}",
    derivative_formula=r"\frac{1}{3 \sqrt[3]{x^2}}",
    source="The power rule with n = 1/3",
    tags=("kink", "trap"),
)
