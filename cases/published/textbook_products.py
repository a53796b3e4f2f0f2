"""Products from textbooks and forums: x e^x at 2 and e^x sin x at 3.

x e^x is Example 2 of section 4.1 and the Richardson table (4.6) of Burden and Faires, Numerical
Analysis. e^x sin x at 3 is the question of a learner who meets the rounding branch: "why does the
error increase when h decreases?" (Stack Overflow, question 18995148).
"""

import numpy as np

from gradcheck import Case

x_exp_x = Case(
    "x-exp-x",
    f=lambda x: x * np.exp(x),
    df=lambda x: (1.0 + x) * np.exp(x),
    points=[2.0, 0.7, -0.4],
    special_points={"the minimum: the slope is 0": -1.0},
    formula=r"x e^x",
    derivative_formula=r"(1 + x) e^x",
    source="Burden and Faires, Numerical Analysis, section 4.1, Example 2, and Table 4.6",
    tags=("smooth", "published"),
)

exp_sin = Case(
    "exp-sin",
    f=lambda x: np.exp(x) * np.sin(x),
    df=lambda x: np.exp(x) * (np.sin(x) + np.cos(x)),
    points=[3.0, 0.6, -0.9],
    formula=r"e^x \sin x",
    derivative_formula=r"e^x (\sin x + \cos x)",
    source="Stack Overflow, question 18995148",
    tags=("smooth", "published"),
)
