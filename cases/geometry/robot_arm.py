"""Forward kinematics of a planar robot arm with three joints, R³ → R³.

The joint angles x give position and orientation of the hand: with s₁ = x₁, s₂ = x₁ + x₂ and s₃ = x₁
+ x₂ + x₃, f(x) = (Σₖ lₖ cos sₖ, Σₖ lₖ sin sₖ, s₃). A joint moves all links beyond it, so each
column of the Jacobian is a sum over those. B. Siciliano, L. Sciavicco, L. Villani, G. Oriolo
(2009), Robotics: Modelling, Planning and Control, Springer, section 3.2.1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

L1, L2, L3 = 1.2, 0.9, 0.4


def f(x: Vector) -> Vector:
    s1, s2, s3 = x[0], x[0] + x[1], x[0] + x[1] + x[2]
    return np.array(
        [
            L1 * np.cos(s1) + L2 * np.cos(s2) + L3 * np.cos(s3),
            L1 * np.sin(s1) + L2 * np.sin(s2) + L3 * np.sin(s3),
            s3,
        ]
    )


def df(x: Vector) -> Matrix:
    s1, s2, s3 = x[0], x[0] + x[1], x[0] + x[1] + x[2]
    dx3, dy3 = -L3 * np.sin(s3), L3 * np.cos(s3)
    dx2, dy2 = dx3 - L2 * np.sin(s2), dy3 + L2 * np.cos(s2)
    dx1, dy1 = dx2 - L1 * np.sin(s1), dy2 + L1 * np.cos(s1)
    return np.array([[dx1, dx2, dx3], [dy1, dy2, dy3], [1.0, 1.0, 1.0]])


robot_arm = Case(
    "robot-arm",
    f=f,
    df=df,
    points=[[0.73, -0.46, 1.38], [-1.82, 0.57, 0.94], [2.17, 1.18, -0.66]],
    special_points={"stretched out: the Jacobian is singular": [0.6, 0.0, 0.0]},
    formula=(
        r"\left( \sum_{k=1}^{3} l_k \cos s_k, \sum_{k=1}^{3} l_k \sin s_k, s_3 \right),"
        r" \quad s_k = x_1 + \dots + x_k"
    ),
    derivative_formula=(
        r"\frac{\partial f}{\partial x_j}"
        r" = \left( -\sum_{k \ge j} l_k \sin s_k, \sum_{k \ge j} l_k \cos s_k, 1 \right)"
    ),
    source="Siciliano, Sciavicco, Villani, Oriolo (2009), Robotics, section 3.2.1",
    tags=("smooth", "robotics"),
)
