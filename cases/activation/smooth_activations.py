"""Smooth activations: tanh, softplus, log-sigmoid, swish, Mish, softsign.

Softplus: Dugas et al. (2001), NIPS 13. Swish: Ramachandran, Zoph and Le (2017), arXiv:1710.05941.
Mish: Misra (2019), arXiv:1908.08681. Softsign: Glorot and Bengio (2010), AISTATS 13. Softplus and
the log-sigmoid are written with ln(1 + e^-|x|), so that no exponential overflows.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def softplus(x: Any) -> Any:
    return np.where(x >= 0.0, x, 0.0) + np.log1p(np.exp(np.where(x >= 0.0, -x, x)))


def mish_derivative(x: Any) -> Any:
    t = np.tanh(softplus(x))
    return t + x * (1.0 - t**2) * sigmoid(x)


def magnitude(x: Any) -> Any:
    return np.where(x >= 0.0, x, -x)


tanh = Case(
    "tanh",
    f=np.tanh,
    df=lambda x: 1.0 - np.tanh(x) ** 2,
    points=[-1.3, 0.4, 1.7],
    special_points={
        "f'' vanishes: the forward difference converges with order 2": 0.0,
        "1 - tanh² cancels: the formula is exactly 0, the slope is 1.7e-17": 20.0,
    },
    formula=r"\tanh x",
    derivative_formula=r"1 - \tanh^2 x",
    source="DLMF, section 4.34",
    tags=("smooth", "activation", "elementary", "vanishing-gradient"),
)

softplus_case = Case(
    "softplus",
    f=softplus,
    df=sigmoid,
    points=[-1.3, 0.7, 2.4],
    special_points={
        "f''' vanishes: the central difference gains two orders": 0.0,
        "ln(1 + e^x) without care would overflow": 800.0,
    },
    formula=r"\ln(1 + e^x)",
    derivative_formula=r"\frac{1}{1 + e^{-x}}",
    source="Dugas, Bengio, Bélisle, Nadeau and Garcia (2001), NIPS 13",
    tags=("smooth", "activation"),
)

log_sigmoid = Case(
    "log-sigmoid",
    f=lambda x: -softplus(-x),
    df=lambda x: sigmoid(-x),
    points=[-1.3, 0.7, 2.4],
    special_points={"ln of the sigmoid without care would be -inf": -800.0},
    formula=r"-\ln(1 + e^{-x})",
    derivative_formula=r"\frac{1}{1 + e^x}",
    source="The logarithm of the sigmoid; derivative by the chain rule",
    tags=("smooth", "activation"),
)

swish = Case(
    "swish",
    f=lambda x: x * sigmoid(x),
    df=lambda x: sigmoid(x) + x * sigmoid(x) * (1.0 - sigmoid(x)),
    points=[-0.9, 0.7, 1.6],
    special_points={"the minimum, rounded: the slope is 0 up to rounding": -1.2784645427610738},
    formula=r"x \sigma(x)",
    derivative_formula=r"\sigma(x) + x \sigma(x) (1 - \sigma(x))",
    source="Ramachandran, Zoph and Le (2017), arXiv:1710.05941, β = 1",
    tags=("smooth", "activation"),
)

mish = Case(
    "mish",
    f=lambda x: x * np.tanh(softplus(x)),
    df=mish_derivative,
    points=[-0.8, 0.7, 1.6],
    special_points={"both terms of the product rule count": 0.0},
    formula=r"x \tanh(\ln(1 + e^x))",
    derivative_formula=r"t + x (1 - t^2) \sigma(x), \quad t = \tanh(\ln(1 + e^x))",
    source="Misra (2019), arXiv:1908.08681",
    tags=("smooth", "activation"),
)

softsign = Case(
    "softsign",
    f=lambda x: x / (1.0 + magnitude(x)),
    df=lambda x: 1.0 / (1.0 + magnitude(x)) ** 2,
    points=[-1.3, 0.7, 2.4],
    special_points={"f' is continuous, f'' jumps: the forward difference still has order 1": 0.0},
    formula=r"\frac{x}{1 + |x|}",
    derivative_formula=r"\frac{1}{(1 + |x|)^2}",
    source="Glorot and Bengio (2010), AISTATS 13, 249-256",
    tags=("smooth", "activation"),
)
