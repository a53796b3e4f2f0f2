"""The chain rule for the sigmoid in its three steps, and the slip that is made in each of them.

With u = 1 + e^-x the outer function is u^-1 and the inner one u itself; the product of both
derivatives is that of the sigmoid. The slips: the outer minus is lost, the inner minus is lost, the
inner derivative is forgotten altogether.
"""

from typing import Any

import numpy as np

from gradcheck import Case

POINTS, INNER_POINTS = [-1.6, 0.5, 1.9], [1.2, 2.4, 5.0]


def outer(u: Any) -> Any:
    return 1.0 / u


def inner(x: Any) -> Any:
    return 1.0 + np.exp(-x)


def sigmoid(x: Any) -> Any:
    return outer(inner(x))


def step(name: str, f: Any, df: Any, *, formula: str, derivative: str) -> Case:
    """Make the case of one step."""
    return Case(
        f"sigmoid-step-{name}",
        f=f,
        df=df,
        points=INNER_POINTS if f is outer else POINTS,
        domain="(0, inf)" if f is outer else None,
        formula=formula,
        derivative_formula=derivative,
        tags=("lesson",),
    )


OUTER, INNER, WHOLE = r"x^{-1}", r"1 + e^{-x}", r"(1 + e^{-x})^{-1}"

steps = [
    step("outer", outer, lambda u: -1.0 / u**2, formula=OUTER, derivative=r"-x^{-2}"),
    step("inner", inner, lambda x: -np.exp(-x), formula=INNER, derivative=r"-e^{-x}"),
    step(
        "product",
        sigmoid,
        lambda x: (-1.0 / inner(x) ** 2) * -np.exp(-x),
        formula=WHOLE,
        derivative=r"-(1 + e^{-x})^{-2} \cdot (-e^{-x})",
    ),
]

slips = [
    step("outer-slip", outer, lambda u: 1.0 / u**2, formula=OUTER, derivative=r"x^{-2}"),
    step("inner-slip", inner, lambda x: np.exp(-x), formula=INNER, derivative=r"e^{-x}"),
    step(
        "product-slip",
        sigmoid,
        lambda x: -1.0 / inner(x) ** 2,
        formula=WHOLE,
        derivative=r"-(1 + e^{-x})^{-2}",
    ),
]
