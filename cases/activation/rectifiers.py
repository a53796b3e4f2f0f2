"""Rectifiers: max(0, x) and its kin, with a slope of 0.1 or an exponential on the left.

ReLU: Nair and Hinton (2010), ICML 27, 807-814. Leaky ReLU: Maas, Hannun and Ng (2013), ICML 30.
ELU: Clevert, Unterthiner and Hochreiter (2015), arXiv:1511.07289. SELU: Klambauer et al. (2017),
arXiv:1706.02515. At the kink in 0 the derivative does not exist; df returns the subgradient that
is the slope from the left (ReLU: 0, as most frameworks do). ELU with α = 1 has a slope there, 1,
but no second derivative.
"""

from typing import Any

import numpy as np

from gradcheck import Case

LEAK = 0.1
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def left(x: Any) -> Any:
    """Return x on the left, and -x on the right, where its exponential is not used."""
    return np.where(x > 0.0, -x, x)


relu = Case(
    "relu",
    f=lambda x: np.where(x > 0.0, x, 0.0),
    df=lambda x: np.where(x > 0.0, 1.0, 0.0),
    points=[-1.7, 0.6, 2.3],
    special_points={
        "the kink: slopes 0 and 1 from the two sides, 0.5 in the central difference": 0.0
    },
    formula=r"\max(0, x)",
    derivative_formula=r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
    source="Nair and Hinton (2010), Rectified linear units improve restricted Boltzmann machines",
    tags=("seed", "activation", "kink", "trap"),
)

leaky_relu = Case(
    "leaky-relu",
    f=lambda x: np.where(x > 0.0, x, LEAK * x),
    df=lambda x: np.where(x > 0.0, 1.0, LEAK),
    points=[-1.7, 0.6, 2.3],
    special_points={
        "the kink: slopes 0.1 and 1 from the two sides, 0.55 in the central difference": 0.0
    },
    formula=r"\max(0.1 x, x)",
    derivative_formula=r"\begin{cases} 1 & x > 0 \\ 0.1 & x \le 0 \end{cases}",
    source="Maas, Hannun and Ng (2013), Rectifier nonlinearities improve acoustic models",
    tags=("activation", "kink", "trap"),
)

elu = Case(
    "elu",
    f=lambda x: np.where(x > 0.0, x, np.expm1(left(x))),
    df=lambda x: np.where(x > 0.0, 1.0, np.exp(left(x))),
    points=[-1.7, -0.6, 2.3],
    special_points={"f' is continuous, f'' jumps: the central difference has order 1": 0.0},
    formula=r"\begin{cases} x & x > 0 \\ e^x - 1 & x \le 0 \end{cases}",
    derivative_formula=r"\begin{cases} 1 & x > 0 \\ e^x & x \le 0 \end{cases}",
    source="Clevert, Unterthiner and Hochreiter (2015), arXiv:1511.07289, α = 1",
    tags=("activation", "kink", "trap"),
)

selu = Case(
    "selu",
    f=lambda x: SELU_SCALE * np.where(x > 0.0, x, SELU_ALPHA * np.expm1(left(x))),
    df=lambda x: SELU_SCALE * np.where(x > 0.0, 1.0, SELU_ALPHA * np.exp(left(x))),
    points=[-1.7, -0.6, 2.3],
    special_points={"a kink: slopes 1.758 and 1.051 from the two sides": 0.0},
    formula=r"\lambda \begin{cases} x & x > 0 \\ \alpha (e^x - 1) & x \le 0 \end{cases}",
    derivative_formula=r"\lambda \begin{cases} 1 & x > 0 \\ \alpha e^x & x \le 0 \end{cases}",
    source="Klambauer et al. (2017), arXiv:1706.02515, with its λ and α",
    tags=("activation", "kink", "trap"),
)
