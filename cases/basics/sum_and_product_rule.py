"""A sum and a product by the rules: f(x) = 3x² + 4x - 5 term by term, and f(x) = x² e^x.

The rules (cf + g)' = cf' + g' and (fg)' = f'g + fg' of the Chainer Tutorial's 微分の基礎, applied
by the calculus one after the other; `linearity.py` and `product.py` have the same functions by
hand.
"""

from gradcheck import calculus

TEXT = "Chainer Tutorial, 微分の基礎 (basics of differentiation)"

linearity = calculus.add(
    calculus.scale(3, calculus.power(2)),
    calculus.scale(4, calculus.identity()),
    calculus.constant(-5),
    name="sum-rule",
    points=[-1.7, 0.6, 2.3],
    source=f"{TEXT}: linearity",
    tags=("seed", "smooth", "polynomial", "rule"),
)

product = calculus.multiply(
    calculus.power(2),
    calculus.exponential(1),
    name="product-rule",
    points=[-0.3, 0.6, 1.7],
    special_points={"f' = 3e; the product of the derivatives would be 2e": 1.0},
    source=f"{TEXT}: the product rule",
    tags=("seed", "smooth", "rule"),
)
