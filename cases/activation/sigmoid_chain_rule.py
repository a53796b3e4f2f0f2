"""The sigmoid by the chain rule: f(x) = (1 + e^-x)^-1, outer power -1, inner 1 + e^-x.

The three steps of the article 「シグモイド関数の微分」 of セイ・コンサルティング・グループ: outside
-u⁻², inside -e^-x, both multiplied e^-x / (1 + e^-x)². Here the calculus takes them.
"""

from gradcheck import calculus

sigmoid_chain_rule = calculus.compose(
    calculus.power(-1),
    calculus.add(calculus.constant(1), calculus.exponential(-1)),
    name="sigmoid-chain-rule",
    points=[-1.6, 0.5, 1.9],
    special_points={"the greatest slope, 0.25": 0.0},
    source="セイ・コンサルティング・グループ, 「シグモイド関数の微分」: the three steps",
    tags=("seed", "smooth", "activation", "rule"),
)
