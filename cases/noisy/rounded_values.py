"""Values rounded to so many decimals: sin to 5 and 6, x e^x to 6, as from a table in print.

The noise of f is known: half a unit of the last decimal. sin with 5 decimals at 0.9 is Table 4.4 of
Burden and Faires, Numerical Analysis (best h near 0.028); x e^x with 6 decimals at 2 is the data of
their section 4.1. df is the derivative of what was rounded; that of the rounded f is 0.
"""

import numpy as np

from gradcheck import Case

sine_6_decimals = Case(
    "sin-6-decimals",
    f=lambda x: np.round(np.sin(x), 6),
    df=np.cos,
    points=[1.0, -0.8, 2.3],
    formula=r"\operatorname{round}_6(\sin x)",
    derivative_formula=r"\cos x",
    source="Trap of the catalogue: f carries a noise of 5e-7",
    tags=("trap", "noise"),
)

sine_5_decimals = Case(
    "sin-5-decimals",
    f=lambda x: np.round(np.sin(x), 5),
    df=np.cos,
    points=[0.9, -0.7, 2.4],
    formula=r"\operatorname{round}_5(\sin x)",
    derivative_formula=r"\cos x",
    source="Burden and Faires, Numerical Analysis, Table 4.4",
    tags=("trap", "noise", "published"),
)

x_exp_x_6_decimals = Case(
    "x-exp-x-6-decimals",
    f=lambda x: np.round(x * np.exp(x), 6),
    df=lambda x: (1.0 + x) * np.exp(x),
    points=[2.0, 0.7, -0.4],
    formula=r"\operatorname{round}_6(x e^x)",
    derivative_formula=r"(1 + x) e^x",
    source="Burden and Faires, Numerical Analysis, section 4.1, Example 2",
    tags=("trap", "noise", "published"),
)
