"""The identity, f(x) = x: no truncation error at all, and yet a decimal h leaves an error.

The second of the three rules in the Chainer Tutorial's 微分の基礎. The error of the quotient is
that of x + h, which a float holds exactly for powers of two only.
"""

from gradcheck import Case

identity = Case(
    "identity",
    f=lambda x: 1.0 * x,
    df=lambda x: 1.0 + 0.0 * x,
    points=[-1.7, 0.6, 2.3],
    special_points={"1 + h is rounded for every decimal h": 1.0},
    formula=r"x",
    derivative_formula=r"1",
    source="Chainer Tutorial, 微分の基礎 (basics of differentiation): (x)' = 1",
    tags=("seed", "smooth", "polynomial"),
)
