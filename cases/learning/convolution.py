"""A one-dimensional convolution as deep learning defines it (the kernel is not reversed).

yᵢ = Σⱼ kⱼ xᵢ₊ⱼ for a signal of seven and a kernel of three numbers, so five outputs.
in the signal, R⁷ → R⁵: linear, with the kernel along the diagonals of the Jacobian.
in the kernel, R³ → R: f(k) = Σᵢ tanh yᵢ, whose gradient correlates 1 − tanh² y with the signal.

V. Dumoulin, F. Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

KERNEL = np.array([0.4, -1.1, 0.7])
SIGNAL = np.array([1.2, -0.3, 0.8, 2.1, -1.4, 0.5, 0.9])


def in_signal(x: Vector) -> Vector:
    return np.array([KERNEL @ x[i : i + 3] for i in range(5)])


def in_signal_jacobian(x: Vector) -> Matrix:
    return np.array([np.roll(np.append(KERNEL, np.zeros(4)), i) for i in range(len(x) - 2)])


def in_kernel(k: Vector) -> Any:
    y = np.array([k @ SIGNAL[i : i + 3] for i in range(5)])
    return np.sum(np.tanh(y))


def in_kernel_gradient(k: Vector) -> Vector:
    y = np.array([k @ SIGNAL[i : i + 3] for i in range(5)])
    return np.array([(1.0 - np.tanh(y) ** 2) @ SIGNAL[j : j + 5] for j in range(3)])


signal_case = Case(
    "convolution-in-signal",
    f=in_signal,
    df=in_signal_jacobian,
    points=[
        [0.73, -1.26, 0.41, 1.38, -0.57, 2.16, 0.29],
        [-1.82, 0.57, 0.94, -0.63, 1.17, -0.29, 1.74],
        [1.48, 0.36, -0.66, 0.21, 0.89, -1.74, 2.53],
    ],
    special_points={"an impulse: the output is the kernel": [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]},
    formula=r"y_i = \sum_{j=1}^{3} k_j x_{i+j-1}",
    derivative_formula=r"\frac{\partial y_i}{\partial x_l} = k_{l-i+1}",
    source="Dumoulin, Visin (2016), arXiv:1603.07285",
    tags=("smooth", "linear", "learning", "sparse"),
)

kernel_case = Case(
    "convolution-in-kernel",
    f=in_kernel,
    df=in_kernel_gradient,
    points=[[0.43, -1.26, 0.71], [-0.82, 0.57, 0.34], [0.48, 0.66, -0.36]],
    special_points={"a zero kernel: the gradient sums windows of the signal": [0.0, 0.0, 0.0]},
    formula=r"\sum_i \tanh y_i, \quad y_i = \sum_{j=1}^{3} k_j x_{i+j-1}",
    derivative_formula=(
        r"\frac{\partial f}{\partial k_j} = \sum_i \left( 1 - \tanh^2 y_i \right) x_{i+j-1}"
    ),
    source="Dumoulin, Visin (2016), arXiv:1603.07285",
    tags=("smooth", "learning"),
)
