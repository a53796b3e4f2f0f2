"""The n-fold ReLU, max(0, max(0, ... x)) for n = 1, ..., 20: the active path through n layers.

For x > 0 every layer has the slope 1, and so has the product of all.
"""

from typing import Any

import numpy as np

from gradcheck import Case


def relu(x: Any) -> Any:
    return np.where(x > 0.0, x, 0.0)


def n_fold_relu(layers: int) -> Case:
    """Make the case of so many layers."""

    def f(x: Any) -> Any:
        for _ in range(layers):
            x = relu(x)
        return x

    return Case(
        f"n-fold-relu-{layers:02d}",
        f=f,
        df=lambda x: np.where(x > 0.0, 1.0, 0.0),
        points=[-1.7, 0.6, 2.3],
        formula=rf"\mathrm{{ReLU}}_{{{layers}}}(x)",
        derivative_formula=r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
        tags=("lesson", "activation"),
    )


n_fold_relus = [n_fold_relu(layers) for layers in range(1, 21)]
