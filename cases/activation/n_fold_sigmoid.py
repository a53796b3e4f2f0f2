"""The n-fold sigmoid, σ(σ(… σ(x) …)) for n = 1, …, 20: a network of n layers, one unit wide.

Its derivative is the product of the slopes σ_k (1 - σ_k) of all layers, with σ_k = σ(σ_(k-1)),
none above 0.25: the vanishing gradient of the article 「シグモイド関数の微分」. At 0 it falls
from 0.25 to 1.3e-13, while f stays near 0.66 with a noise of 1e-16: no difference quotient can
confirm the last ones. Whether the layers are few enough for an order of accuracy to be seen, the
tag "smooth" tells.
"""

from typing import Any

import numpy as np

from gradcheck import Case

FEW_LAYERS = 3


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def n_fold_sigmoid(layers: int) -> Case:
    """Make the case of so many layers."""

    def f(x: Any) -> Any:
        for _ in range(layers):
            x = sigmoid(x)
        return x

    def df(x: Any) -> Any:
        slope = 1.0
        for _ in range(layers):
            slope = slope * (sigmoid(x) * (1.0 - sigmoid(x)))
            x = sigmoid(x)
        return slope

    kind = "smooth" if layers <= FEW_LAYERS else "trap"
    return Case(
        f"n-fold-sigmoid-{layers:02d}",
        f=f,
        df=df,
        points=[-1.6, 0.4, 2.4],
        special_points={"the greatest slope of the first layer": 0.0},
        formula=rf"\sigma_{{{layers}}}(x), \quad \sigma_0(x) = x, \quad "
        r"\sigma_k(x) = \frac{1}{1 + e^{-\sigma_{k-1}(x)}}",
        derivative_formula=rf"\prod_{{k=1}}^{{{layers}}} \sigma_k(x) (1 - \sigma_k(x))",
        source="セイ・コンサルティング・グループ, 「シグモイド関数の微分」: the vanishing gradient",
        tags=("seed", "activation", "vanishing-gradient", kind),
    )


n_fold_sigmoids = [n_fold_sigmoid(layers) for layers in range(1, 21)]
