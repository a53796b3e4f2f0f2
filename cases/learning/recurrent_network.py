"""A recurrent network of one unit, differentiated through time, R³ → R: x = (w, u, b).

h₀ = 0, hₜ = tanh(w hₜ₋₁ + u aₜ + b) for six inputs aₜ, f = (h₆ − 0.3)² / 2. The weight acts at
every step, so its derivative is a sum over time; stopping after one step is the classical mistake.
P. J. Werbos (1990), Proceedings of the IEEE 78(10), 1550–1560, doi:10.1109/5.58337.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

INPUTS = np.array([0.9, -0.4, 1.3, 0.2, -1.1, 0.6])
TARGET = 0.3


def states(x: Vector) -> list[Any]:
    w, u, b = x
    h = [0.0 * w]
    for a in INPUTS:
        h.append(np.tanh(w * h[-1] + u * a + b))
    return h


def f(x: Vector) -> Any:
    return (states(x)[-1] - TARGET) ** 2 / 2.0


def df(x: Vector) -> Vector:
    h = states(x)
    gradient = np.zeros(3)
    upstream = h[-1] - TARGET  # ∂f/∂hₜ, from the last state backwards
    for t in range(len(INPUTS), 0, -1):
        d_inner = upstream * (1.0 - h[t] ** 2)
        gradient += d_inner * np.array([h[t - 1], INPUTS[t - 1], 1.0])
        upstream = d_inner * x[0]
    return gradient


recurrent_network = Case(
    "recurrent-network",
    f=f,
    df=df,
    points=[[0.73, -1.26, 0.41], [-0.82, 0.57, 0.34], [1.17, 0.48, -0.36]],
    special_points={"no memory: only the last input counts": [0.0, 0.57, 0.34]},
    formula=(
        r"\frac{1}{2} \left( h_6 - y \right)^2,"
        r" \quad h_t = \tanh \left( w h_{t-1} + u a_t + b \right)"
    ),
    derivative_formula=(
        r"\sum_{t=1}^{6} \delta_t \left( h_{t-1}, a_t, 1 \right), \quad"
        r" \delta_6 = \left( h_6 - y \right) \left( 1 - h_6^2 \right), \quad"
        r" \delta_{t-1} = w \delta_t \left( 1 - h_{t-1}^2 \right)"
    ),
    source="Werbos (1990), doi:10.1109/5.58337",
    tags=("smooth", "learning", "backpropagation"),
)
