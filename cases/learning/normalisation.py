"""Normalisation to mean 0 and variance 1, within a batch or within a layer.

batch norm, R⁵ → R⁵: y = (x − μ) / √(v + ε), μ and v the mean and variance of x.
layer norm, R⁴ → R⁴: y = g ⊙ (x − μ) / √(v + ε) + b with a fixed gain g and bias b.

Mean and variance depend on every input; who forgets one of these two paths loses the property that
each row of the Jacobian sums to zero. S. Ioffe, C. Szegedy (2015), arXiv:1502.03167; J. L. Ba,
J. R. Kiros, G. E. Hinton (2016), arXiv:1607.06450.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

EPSILON = 1e-5
GAIN = np.array([0.8, 1.3, -0.6, 1.7])
BIAS = np.array([0.1, -0.2, 0.4, 0.3])


def batch_norm(x: Vector) -> Any:
    centred = x - np.mean(x)
    return centred / np.sqrt(np.mean(centred**2) + EPSILON)


def batch_norm_jacobian(x: Vector) -> Any:
    n, y = len(x), batch_norm(x)
    return (np.eye(n) - 1.0 / n - np.outer(y, y) / n) / np.sqrt(np.var(x) + EPSILON)


def layer_norm(x: Vector) -> Any:
    return GAIN * batch_norm(x) + BIAS


def layer_norm_jacobian(x: Vector) -> Any:
    return GAIN[:, None] * batch_norm_jacobian(x)


batch = Case(
    "batch-norm",
    f=batch_norm,
    df=batch_norm_jacobian,
    points=[
        [0.73, -1.26, 2.41, 0.38, -0.57],
        [-1.82, 0.57, 0.94, -2.63, 1.17],
        [3.17, 1.48, -0.66, 0.21, 0.89],
    ],
    special_points={
        "all equal: only ε keeps the division finite": [0.6, 0.6, 0.6, 0.6, 0.6],
    },
    formula=(
        r"\frac{x - \mu}{\sqrt{v + \varepsilon}}, \quad \mu = \frac{1}{n} \sum_i x_i,"
        r" \quad v = \frac{1}{n} \sum_i (x_i - \mu)^2"
    ),
    derivative_formula=(
        r"\frac{\partial y_i}{\partial x_j} = \frac{1}{\sqrt{v + \varepsilon}}"
        r" \left( \delta_{ij} - \frac{1}{n} - \frac{y_i y_j}{n} \right)"
    ),
    source="Ioffe, Szegedy (2015), arXiv:1502.03167",
    tags=("smooth", "learning", "normalisation"),
)

layer = Case(
    "layer-norm",
    f=layer_norm,
    df=layer_norm_jacobian,
    points=[[0.73, -1.26, 2.41, 0.38], [-1.82, 0.57, 0.94, -2.63], [3.17, 1.48, -0.66, 0.21]],
    special_points={
        "nearly equal inputs: steep, and curved on a short scale": [0.6, 0.61, 0.6, 0.59]
    },
    formula=r"g \odot \frac{x - \mu}{\sqrt{v + \varepsilon}} + b",
    derivative_formula=(
        r"\frac{\partial y_i}{\partial x_j} = \frac{g_i}{\sqrt{v + \varepsilon}}"
        r" \left( \delta_{ij} - \frac{1}{n} - \frac{\hat{x}_i \hat{x}_j}{n} \right)"
    ),
    source="Ba, Kiros, Hinton (2016), arXiv:1607.06450",
    tags=("smooth", "learning", "normalisation"),
)
