"""The square root, f(x) = √x with f'(x) = 1 / (2√x).

The rule of powers with n = 1/2. The slope grows without bound towards the end of the domain.
"""

import numpy as np

from gradcheck import Case

square_root = Case(
    "sqrt",
    f=np.sqrt,
    df=lambda x: 0.5 / np.sqrt(x),
    points=[0.6, 1.7, 3.4],
    special_points={
        "numericalderivative's problem 'sqrt'": 1.0,
        "the domain ends 1e-8 to the left": 1e-8,
    },
    domain="[0, inf)",
    formula=r"\sqrt{x}",
    derivative_formula=r"\frac{1}{2 \sqrt{x}}",
    source="DLMF, section 4.7, the power rule",
    tags=("smooth", "elementary"),
)
