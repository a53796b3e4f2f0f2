"""Limits that substitution finds: 3h, 2h³ and -1.5h² as functions of h, written x here.

The Chainer Tutorial's 微分の基礎 introduces the limit with 3h → 0 and c hⁿ → c aⁿ, and then warns
that substitution fails for the slope of a secant, which is 0/0 there.
"""

from gradcheck import Case

TEXT = "Chainer Tutorial, 微分の基礎 (basics of differentiation): the limit"

limit_3h = Case(
    "limit-3h",
    f=lambda x: 3.0 * x,
    df=lambda x: 3.0 + 0.0 * x,
    points=[-0.9, 0.3, 1.6],
    special_points={"the limit h → 0: f = 0 by substitution, the secant's slope is 3": 0.0},
    formula=r"3 x",
    derivative_formula=r"3",
    source=f"{TEXT} of 3h",
    tags=("seed", "smooth", "polynomial"),
)

limit_2h3 = Case(
    "limit-2h3",
    f=lambda x: 2.0 * x**3,
    df=lambda x: 6.0 * x**2,
    points=[-0.9, 0.3, 1.6],
    special_points={"the limit h → 0: value and slope are 0, and the secant's slope is 2h²": 0.0},
    formula=r"2 x^3",
    derivative_formula=r"6 x^2",
    source=f"{TEXT} of c hⁿ, c = 2 and n = 3",
    tags=("seed", "smooth", "polynomial"),
)

limit_minus_1_5h2 = Case(
    "limit-minus-1.5h2",
    f=lambda x: -1.5 * x**2,
    df=lambda x: -3.0 * x,
    points=[-0.9, 0.3, 1.6],
    special_points={"the limit h → 2: f = -6, as substitution says": 2.0},
    formula=r"-1.5 x^2",
    derivative_formula=r"-3 x",
    source=f"{TEXT} of c hⁿ, c = -1.5 and n = 2",
    tags=("seed", "smooth", "polynomial"),
)
