"""GELU, f(x) = x Φ(x) with the normal distribution function Φ, exactly and by the usual tanh.

D. Hendrycks and K. Gimpel (2016), arXiv:1606.08415, section 2. With the density φ, f' = Φ + x φ.
The approximation replaces Φ by (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2; it is a function of its
own, with a derivative of its own: to mix the two is wrong by up to 9e-4.
"""

from typing import Any

import numpy as np
from scipy.special import erf

from gradcheck import Case

ROOT, CUBIC = np.sqrt(2.0 / np.pi), 0.044715


def distribution(x: Any) -> Any:
    return 0.5 * (1.0 + erf(x / np.sqrt(2.0)))


def density(x: Any) -> Any:
    return np.exp(-(x**2) / 2.0) / np.sqrt(2.0 * np.pi)


def gelu_tanh(x: Any) -> Any:
    return 0.5 * x * (1.0 + np.tanh(ROOT * (x + CUBIC * x**3)))


def gelu_tanh_derivative(x: Any) -> Any:
    t = np.tanh(ROOT * (x + CUBIC * x**3))
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t**2) * ROOT * (1.0 + 3.0 * CUBIC * x**2)


gelu = Case(
    "gelu",
    f=lambda x: x * distribution(x),
    df=lambda x: distribution(x) + x * density(x),
    points=[-0.6, 0.4, 1.1],
    special_points={"f'' vanishes: the forward difference gains an order": np.sqrt(2.0)},
    formula=r"x \Phi(x)",
    derivative_formula=r"\Phi(x) + x \varphi(x)",
    source="Hendrycks and Gimpel (2016), arXiv:1606.08415",
    tags=("smooth", "activation"),
)

gelu_by_tanh = Case(
    "gelu-tanh",
    f=gelu_tanh,
    df=gelu_tanh_derivative,
    points=[-0.6, 0.4, 1.1],
    special_points={"the slope is 9e-4 away from that of the exact GELU": 2.02},
    formula=r"\frac{x}{2} \left(1 + \tanh u\right), \quad "
    r"u = \sqrt{\frac{2}{\pi}} (x + 0.044715 x^3)",
    derivative_formula=r"\frac{1 + \tanh u}{2} + \frac{x}{2} (1 - \tanh^2 u) "
    r"\sqrt{\frac{2}{\pi}} (1 + 0.134145 x^2)",
    source="Hendrycks and Gimpel (2016), arXiv:1606.08415, the approximation by tanh",
    tags=("smooth", "activation"),
)
