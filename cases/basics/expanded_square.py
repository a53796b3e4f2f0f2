"""The square of a bracket, multiplied out: f(x) = 9x² + 24x + 16, which is (3x + 4)².

The Chainer Tutorial's 微分の基礎 derives (3x + 4)² by the chain rule and invites its reader to
expand it and compare: the derivative is 18x + 24 either way.
"""

from gradcheck import Case

expanded_square = Case(
    "expanded-square",
    f=lambda x: 9.0 * x**2 + 24.0 * x + 16.0,
    df=lambda x: 18.0 * x + 24.0,
    points=[-0.4, 0.6, 1.7],
    special_points={
        "f' = 42; without the inner derivative it would be 14": 1.0,
        "the double root, rounded: the slope is 0 up to rounding": -4.0 / 3.0,
    },
    formula=r"9 x^2 + 24 x + 16",
    derivative_formula=r"18 x + 24",
    source="Chainer Tutorial, 微分の基礎 (basics of differentiation): the chain rule, checked",
    tags=("seed", "smooth", "polynomial"),
)
