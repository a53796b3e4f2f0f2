"""A chirp, f(x) = sin(x³) with f'(x) = 3x² cos(x³): the wavelength shrinks as x grows.

A step that is small enough at x = 1 is too large at x = 10, where the wavelength is 0.02.
"""

import numpy as np

from gradcheck import Case

chirp = Case(
    "chirp",
    f=lambda x: np.sin(x**3),
    df=lambda x: 3.0 * x**2 * np.cos(x**3),
    points=[0.8, 2.1, 4.3],
    special_points={"a wavelength of 0.02": 10.0},
    formula=r"\sin(x^3)",
    derivative_formula=r"3 x^2 \cos(x^3)",
    source="The chain rule; a linear chirp's phase grows like x², this one's like x³",
    tags=("trap", "oscillation"),
)
