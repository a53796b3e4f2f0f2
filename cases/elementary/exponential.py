"""Exponential functions: exp, 2^x, e^x - 1.

DLMF, section 4.7. exp at 0 is the table of Sauer's book, forward and central, with its rounding.
"""

import numpy as np

from gradcheck import Case

exponential = Case(
    "exp",
    f=np.exp,
    df=np.exp,
    points=[0.7, -0.9, 1.6],
    special_points={
        "Sauer, Numerical Analysis: forward and central differences": 0.0,
        "numericalderivative's problem 'exp'": 1.0,
        "f and f' are 1e-18: only relative errors tell": -41.5,
        "f(x + h) overflows for h above 9.8": 700.0,
    },
    formula=r"e^x",
    derivative_formula=r"e^x",
    source="T. Sauer, Numerical Analysis, section 5.1",
    tags=("smooth", "elementary", "published"),
)

exponential_base_2 = Case(
    "exp2",
    f=np.exp2,
    df=lambda x: np.log(2.0) * np.exp2(x),
    points=[0.7, -1.3, 2.6],
    formula=r"2^x",
    derivative_formula=r"2^x \ln 2",
    source="DLMF, section 4.7",
    tags=("smooth", "elementary"),
)

exponential_minus_1 = Case(
    "expm1",
    f=np.expm1,
    df=np.exp,
    points=[0.7, -0.9, 1.6],
    special_points={"f = 0 is exact here, and nothing cancels": 0.0},
    formula=r"e^x - 1",
    derivative_formula=r"e^x",
    source="DLMF, section 4.7",
    tags=("smooth", "elementary"),
)
