"""A constant, f(x) = 5: nothing changes, so the derivative is 0 and every quotient is exactly 0.

The first of the three rules in the Chainer Tutorial's 微分の基礎. 0 against 0 has no relative
error.
"""

from gradcheck import Case

constant = Case(
    "constant",
    f=lambda x: 5.0 + 0.0 * x,
    df=lambda x: 0.0 * x,
    points=[-1.7, 0.6, 2.3],
    special_points={"the number for which the lesson tabulates it": 2.0},
    formula=r"5",
    derivative_formula=r"0",
    source="Chainer Tutorial, 微分の基礎 (basics of differentiation): (c)' = 0",
    tags=("seed", "smooth", "polynomial"),
)
