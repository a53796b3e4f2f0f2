"""Logarithms: ln, ln(1 + x), and those to the bases 2 and 10.

DLMF, section 4.7. ln at 1.8 is Table 4.1 of Burden and Faires; ln at 1 has the value 0, and so a
noise that no relative measure describes.
"""

import numpy as np

from gradcheck import Case

logarithm = Case(
    "log",
    f=np.log,
    df=lambda x: 1.0 / x,
    points=[1.8, 0.7, 3.1],
    special_points={
        "f = 0: the noise of f is not proportional to f": 1.0,
        "FiniteDifferences.jl's example: the domain ends before h = 1e-3": 1e-3,
    },
    domain="(0, inf)",
    formula=r"\ln x",
    derivative_formula=r"\frac{1}{x}",
    source="Burden and Faires, Numerical Analysis, Table 4.1",
    tags=("smooth", "elementary", "published"),
)

logarithm_plus_1 = Case(
    "log1p",
    f=np.log1p,
    df=lambda x: 1.0 / (1.0 + x),
    points=[0.6, -0.4, 2.2],
    special_points={"the domain ends 1e-6 to the left": -0.999999},
    domain="(-1, inf)",
    formula=r"\ln(1 + x)",
    derivative_formula=r"\frac{1}{1 + x}",
    source="DLMF, section 4.7",
    tags=("smooth", "elementary"),
)

logarithm_base_2 = Case(
    "log2",
    f=np.log2,
    df=lambda x: 1.0 / (x * np.log(2.0)),
    points=[0.7, 1.6, 3.1],
    domain="(0, inf)",
    formula=r"\log_2 x",
    derivative_formula=r"\frac{1}{x \ln 2}",
    source="DLMF, section 4.7",
    tags=("smooth", "elementary"),
)

logarithm_base_10 = Case(
    "log10",
    f=np.log10,
    df=lambda x: 1.0 / (x * np.log(10.0)),
    points=[0.7, 1.6, 3.1],
    special_points={"whoever forgets ln 10 is wrong by the factor 2.3": 10.0},
    domain="(0, inf)",
    formula=r"\log_{10} x",
    derivative_formula=r"\frac{1}{x \ln 10}",
    source="DLMF, section 4.7",
    tags=("smooth", "elementary"),
)
