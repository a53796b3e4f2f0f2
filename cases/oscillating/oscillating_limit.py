"""A derivative that exists and jumps about, f(x) = x² sin(1/x) with f(0) = 0.

f'(x) = 2x sin(1/x) - cos(1/x) away from 0, without a limit there, and yet f'(0) = 0: the quotient
is h sin(1/h). It is bounded by h, but has no order: it crosses 0 again and again. The textbook
example of a function with a discontinuous derivative.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def away_from_zero(x: Any) -> Any:
    """Return x, but 1 in place of 0, so that no branch divides by zero."""
    return np.where(x == 0.0, 1.0, x)


def f(x: Any) -> Any:
    u = away_from_zero(x)
    return np.where(x == 0.0, 0.0, u**2 * np.sin(1.0 / u))


def df(x: Any) -> Any:
    u = away_from_zero(x)
    return np.where(x == 0.0, 0.0, 2.0 * u * np.sin(1.0 / u) - np.cos(1.0 / u))


oscillating_limit = Case(
    "x2-sin-inverse",
    f=f,
    df=df,
    points=[0.6, -1.3, 0.21],
    special_points={
        "f' exists and is discontinuous: the quotient is h sin(1/h)": 0.0,
        "a wavelength of 6e-6": 1e-3,
    },
    formula=r"x^2 \sin\frac{1}{x}",
    derivative_formula=r"2 x \sin\frac{1}{x} - \cos\frac{1}{x}",
    source="Spivak, Calculus, chapter 10; f'(0) = 0 from the definition",
    tags=("trap", "oscillation"),
)
