"""The square of a bracket by the chain rule: f(x) = (3x + 4)² with f'(x) = 2 (3x + 4) · 3.

The worked example of the Chainer Tutorial's 微分の基礎: the outer derivative 2u at u = 3x + 4,
times the inner one, 3, which is 18x + 24. Here the calculus derives it; `expanded_square.py`
multiplies out.
"""

from gradcheck import calculus

chain_rule = calculus.compose(
    calculus.power(2),
    calculus.polynomial(4, 3),
    name="chain-rule",
    points=[-0.4, 0.6, 1.7],
    special_points={
        "f' = 42; without the inner derivative it would be 14": 1.0,
        "the double root, rounded: the slope is 0 up to rounding": -4.0 / 3.0,
    },
    source="Chainer Tutorial, 微分の基礎 (basics of differentiation): the chain rule",
    tags=("seed", "smooth", "polynomial", "rule"),
)
