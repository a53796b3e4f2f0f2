"""Wrong derivatives of the sigmoid, f(x) = 1 / (1 + e^-x), that people have written in earnest.

The right one is f (1 - f). x (1 - x) is that formula for somebody who hands over f(x), and wrong
for x itself. f² agrees with the right one at x = 0, and nowhere else. 1 - f and e^-x / (1 + e^-x)
are one function, written in two ways.
"""

from typing import Any

import numpy as np

from gradcheck import Case

POINTS = [-3.0, -1.0, 0.5, 2.0]


def f(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def claimed(name: str, df: Any, formula: str) -> Case:
    """Make the case of a wrong derivative."""
    return Case(
        f"sigmoid-claimed-{name}",
        f=f,
        df=df,
        points=POINTS,
        special_points={"f² is right here": 0.0},
        formula=r"\frac{1}{1 + e^{-x}}",
        derivative_formula=formula,
        tags=("lesson", "wrong"),
    )


candidates = [
    claimed("output", lambda x: x * (1.0 - x), r"x (1 - x)"),
    claimed("itself", f, r"f(x)"),
    claimed("complement", lambda x: 1.0 - f(x), r"1 - f(x)"),
    claimed("square", lambda x: f(x) ** 2, r"f(x)^2"),
    claimed("sign", lambda x: -f(x) * (1.0 - f(x)), r"-f(x) (1 - f(x))"),
    claimed("no-square", lambda x: np.exp(-x) / (1.0 + np.exp(-x)), r"\frac{e^{-x}}{1 + e^{-x}}"),
]
