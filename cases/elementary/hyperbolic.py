"""Hyperbolic functions and their inverses: sinh, cosh, arsinh, artanh (tanh is an activation).

DLMF, sections 4.34 and 4.38.
"""

import numpy as np

from gradcheck import Case

hyperbolic_sine = Case(
    "sinh",
    f=np.sinh,
    df=np.cosh,
    points=[0.7, -1.4, 2.1],
    special_points={"f'' vanishes: the forward difference converges with order 2": 0.0},
    formula=r"\sinh x",
    derivative_formula=r"\cosh x",
    source="DLMF, section 4.34",
    tags=("smooth", "elementary"),
)

hyperbolic_cosine = Case(
    "cosh",
    f=np.cosh,
    df=np.sinh,
    points=[0.7, -1.4, 2.1],
    special_points={"the minimum: the slope is 0": 0.0},
    formula=r"\cosh x",
    derivative_formula=r"\sinh x",
    source="DLMF, section 4.34",
    tags=("smooth", "elementary"),
)

inverse_hyperbolic_sine = Case(
    "arcsinh",
    f=np.arcsinh,
    df=lambda x: 1.0 / np.sqrt(1.0 + x**2),
    points=[0.3, -1.3, 2.2],
    special_points={"x² would overflow if it stood alone in f": 1e150},
    formula=r"\operatorname{arsinh} x",
    derivative_formula=r"\frac{1}{\sqrt{1 + x^2}}",
    source="DLMF, section 4.38",
    tags=("smooth", "elementary"),
)

inverse_hyperbolic_tangent = Case(
    "arctanh",
    f=np.arctanh,
    df=lambda x: 1.0 / (1.0 - x**2),
    points=[0.3, -0.6, 0.8],
    special_points={"the domain ends 1e-6 further on": 0.999999},
    domain="(-1, 1)",
    formula=r"\operatorname{artanh} x",
    derivative_formula=r"\frac{1}{1 - x^2}",
    source="DLMF, section 4.38",
    tags=("smooth", "elementary"),
)
