"""Inverse trigonometric functions: arcsin, arccos, arctan.

DLMF, section 4.24. arctan at √2, where the slope is 1/3, is a table of lecture notes (UCSD Math
174). The slopes of arcsin and arccos grow without bound towards the ends of the domain.
"""

import numpy as np

from gradcheck import Case

arcsine = Case(
    "arcsin",
    f=np.arcsin,
    df=lambda x: 1.0 / np.sqrt(1.0 - x**2),
    points=[0.3, -0.6, 0.8],
    special_points={"the domain ends 1e-6 further on": 0.999999},
    domain="[-1, 1]",
    formula=r"\arcsin x",
    derivative_formula=r"\frac{1}{\sqrt{1 - x^2}}",
    source="DLMF, section 4.24",
    tags=("smooth", "elementary"),
)

arccosine = Case(
    "arccos",
    f=np.arccos,
    df=lambda x: -1.0 / np.sqrt(1.0 - x**2),
    points=[0.3, -0.6, 0.8],
    special_points={"the domain ends 1e-6 further on": 0.999999},
    domain="[-1, 1]",
    formula=r"\arccos x",
    derivative_formula=r"-\frac{1}{\sqrt{1 - x^2}}",
    source="DLMF, section 4.24",
    tags=("smooth", "elementary"),
)

arctangent = Case(
    "arctan",
    f=np.arctan,
    df=lambda x: 1.0 / (1.0 + x**2),
    points=[np.sqrt(2.0), 0.3, -0.7],
    special_points={
        "numericalderivative's problem 'atan'": 0.5,
        "f''' vanishes: the central difference gains two orders": 1.0 / np.sqrt(3.0),
    },
    formula=r"\arctan x",
    derivative_formula=r"\frac{1}{1 + x^2}",
    source="UCSD Math 174, lecture notes: central differences of arctan at √2, where f' = 1/3",
    tags=("smooth", "elementary", "published"),
)
