"""A step, f(x) = 1 for x > 0 and 0 elsewhere: the slope is 0, except where there is none.

At the jump the central difference is 1/(2h): 50, 5000, 500000 for h = 1e-2, 1e-4, 1e-6. df returns
0 there as well, the slope on both sides: what backpropagation would go on with.
"""

import numpy as np

from gradcheck import Case

step = Case(
    "step",
    f=lambda x: np.where(x > 0.0, 1.0, 0.0),
    df=lambda x: 0.0 * x,
    points=[-1.7, 0.3, 2.6],
    special_points={"the jump: the quotient grows like 1/h": 0.0},
    formula=r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
    derivative_formula=r"0",
    source="The unit step; its derivative is 0 wherever it exists",
    tags=("jump", "trap"),
)
