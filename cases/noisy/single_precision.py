"""Single precision inside: e^x and the sigmoid computed in float32, handed on as float64.

From outside f looks like any other, but its noise is 6e-8 relative and x itself is rounded to 24
bits: the best central difference has h near 3e-3 and five digits; h = 1e-8 sees no change at all.
The imaginary part of x is dropped on the way, as it would be in a real library: the complex step
gives 0.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def float32_sigmoid(x: Any) -> Any:
    return np.float64(1.0 / (1.0 + np.exp(-np.float32(np.real(x)))))


def float32_sigmoid_derivative(x: Any) -> Any:
    return np.exp(-x) / (1.0 + np.exp(-x)) ** 2


exp_float32 = Case(
    "exp-float32",
    f=lambda x: np.float64(np.exp(np.float32(np.real(x)))),
    df=np.exp,
    points=[1.0, -0.7, 1.6],
    formula=r"\operatorname{float32}(e^x)",
    derivative_formula=r"e^x",
    source="Trap of the catalogue: float32 inside",
    tags=("trap", "noise"),
)

sigmoid_float32 = Case(
    "sigmoid-float32",
    f=float32_sigmoid,
    df=float32_sigmoid_derivative,
    points=[-1.7, 0.6, 1.9],
    formula=r"\operatorname{float32}\left(\frac{1}{1 + e^{-x}}\right)",
    derivative_formula=r"\frac{e^{-x}}{(1 + e^{-x})^2}",
    source="Trap of the catalogue: float32 inside",
    tags=("trap", "noise", "activation"),
)
