"""What only the precision laboratory needs: |x|, and an exponential whose inner derivative is lost.

The lost one is wrong on purpose: it shows what a mistake looks like in the plot of the error.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def absolute(x: Any) -> Any:
    return np.abs(x)


def sign(x: Any) -> Any:
    return np.sign(x)


def exp_2x(x: Any) -> Any:
    return np.exp(2.0 * x)


absolute_value = Case(
    "absolute-value",
    f=absolute,
    df=sign,
    points=[-1.7, 0.6, 2.3],
    special_points={"the kink: slopes -1 and 1 from the two sides": 0.0},
    formula="|x|",
    derivative_formula=r"\operatorname{sgn} x",
    tags=("lesson", "kink"),
)

inner_lost = Case(
    "exp-2x-inner-lost",
    f=exp_2x,
    df=exp_2x,
    points=[0.5, -0.8, 1.3],
    formula="e^{2 x}",
    derivative_formula="e^{2 x}",
    tags=("lesson", "wrong"),
)
