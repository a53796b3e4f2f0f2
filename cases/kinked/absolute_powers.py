"""Powers of |x|, rougher or smoother at 0: √|x|, x|x| and |x|³.

√|x| has a vertical tangent: one-sided differences grow like 1/√h, the central one is 0 by symmetry,
and so is df(0) by convention. x|x| has a derivative, 2|x|, but no second one: at 0 a central
difference converges with order 1 only. |x|³ has two derivatives; there central formulas of every
order stop at order 2.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def magnitude(x: Any) -> Any:
    return np.where(x >= 0.0, x, -x)


def away_from_zero(x: Any) -> Any:
    """Return x, but 1 in place of 0, so that no branch divides by zero."""
    return np.where(x == 0.0, 1.0, x)


sqrt_abs = Case(
    "sqrt-abs",
    f=lambda x: np.sqrt(magnitude(x)),
    df=lambda x: np.where(
        x == 0.0, 0.0, 0.5 * np.sqrt(magnitude(away_from_zero(x))) / away_from_zero(x)
    ),
    points=[-1.7, 0.8, 2.3],
    special_points={
        "a vertical tangent: one-sided differences grow like 1/√h": 0.0,
        "close to the vertical tangent": 1e-6,
    },
    formula=r"\sqrt{|x|}",
    derivative_formula=r"\frac{\sqrt{|x|}}{2 x}",
    source="The power rule for each sign of x; 0 at x = 0 is the symmetric derivative",
    tags=("kink", "trap"),
)

x_abs_x = Case(
    "x-abs-x",
    f=lambda x: x * magnitude(x),
    df=lambda x: 2.0 * magnitude(x),
    points=[-1.7, 0.8, 2.3],
    special_points={"f'' jumps from -2 to 2: the central difference has order 1": 0.0},
    formula=r"x |x|",
    derivative_formula=r"2 |x|",
    source="The power rule for each sign of x",
    tags=("kink", "trap"),
)

abs_cubed = Case(
    "abs-cubed",
    f=lambda x: magnitude(x) ** 3,
    df=lambda x: 3.0 * x * magnitude(x),
    points=[-1.7, 0.8, 2.3],
    special_points={"f''' jumps from -6 to 6: one-sided differences gain an order, to 2": 0.0},
    formula=r"|x|^3",
    derivative_formula=r"3 x |x|",
    source="The power rule for each sign of x",
    tags=("kink", "trap"),
)
