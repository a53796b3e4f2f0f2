"""Trigonometric functions: sin, cos, tan.

DLMF, section 4.20. sin at 1.2 and at 1 are the tables of Ascher-Greif and of LeVeque; where the
second derivative vanishes (sin at π, cos at π/2), the forward difference gains an order.
"""

import numpy as np

from gradcheck import Case, Interval

sine = Case(
    "sin",
    f=np.sin,
    df=np.cos,
    points=[1.2, -0.8, 2.3],
    special_points={
        "LeVeque (2007), Table 1.1": 1.0,
        "f'' vanishes: the forward difference converges with order 2": 0.0,
        "the slope is 6e-17, all that is left of π/2": np.pi / 2.0,
    },
    formula=r"\sin x",
    derivative_formula=r"\cos x",
    source="Ascher and Greif (2011), A First Course in Numerical Methods, Examples 1.2 and 1.3",
    tags=("smooth", "elementary", "published"),
)

cosine = Case(
    "cos",
    f=np.cos,
    df=lambda x: -np.sin(x),
    points=[0.7, -1.1, 2.4],
    special_points={"f'' vanishes: the forward difference converges with order 2": np.pi / 2.0},
    formula=r"\cos x",
    derivative_formula=r"-\sin x",
    source="DLMF, section 4.20",
    tags=("smooth", "elementary"),
)

tangent = Case(
    "tan",
    f=np.tan,
    df=lambda x: 1.0 + np.tan(x) ** 2,
    points=[0.5, -0.9, 1.2],
    special_points={"close to the pole: f' is about 1.6e6": 1.57},
    domain=Interval(-np.pi / 2.0, np.pi / 2.0),
    formula=r"\tan x",
    derivative_formula=r"1 + \tan^2 x",
    source="DLMF, section 4.20",
    tags=("smooth", "elementary"),
)
