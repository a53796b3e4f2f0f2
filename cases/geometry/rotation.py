"""Rotations in the plane and in space.

rotated vector, R → R²: f(t) = R(t) v with a fixed v; its derivative is a right angle ahead of it.
rotation matrix, R³ → R³ˣ³: f(x) = R_z(x₁) R_y(x₂) R_x(x₃), yaw, pitch and roll. Each derivative is
the product with one factor replaced by its derivative.
axis rotation, R³ → R³: the point p turned about the axis x / |x| by the angle |x| (Rodrigues).

B. Siciliano, L. Sciavicco, L. Villani, G. Oriolo (2009), Robotics: Modelling, Planning and Control,
Springer, sections 2.2 to 2.5.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

V = np.array([1.3, -0.4])
P = np.array([0.62, -1.17, 0.85])


def is_not_zero(x: Vector) -> bool:
    """Where x is not the zero vector."""
    return bool(np.any(x != 0.0))


def rotated_vector(t: Any) -> Any:
    return np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]) @ V


def rotated_vector_derivative(t: Any) -> Any:
    return np.array([[-np.sin(t), -np.cos(t)], [np.cos(t), -np.sin(t)]]) @ V


def factors(x: Vector) -> tuple[Matrix, Matrix, Matrix]:
    """Return the rotations about z, y and x."""
    (c1, c2, c3), (s1, s2, s3) = np.cos(x), np.sin(x)
    return (
        np.array([[c1, -s1, 0.0], [s1, c1, 0.0], [0.0, 0.0, 1.0]]),
        np.array([[c2, 0.0, s2], [0.0, 1.0, 0.0], [-s2, 0.0, c2]]),
        np.array([[1.0, 0.0, 0.0], [0.0, c3, -s3], [0.0, s3, c3]]),
    )


def factor_derivatives(x: Vector) -> tuple[Matrix, Matrix, Matrix]:
    """Return the derivative of each rotation with respect to its angle."""
    (c1, c2, c3), (s1, s2, s3) = np.cos(x), np.sin(x)
    return (
        np.array([[-s1, -c1, 0.0], [c1, -s1, 0.0], [0.0, 0.0, 0.0]]),
        np.array([[-s2, 0.0, c2], [0.0, 0.0, 0.0], [-c2, 0.0, -s2]]),
        np.array([[0.0, 0.0, 0.0], [0.0, -s3, -c3], [0.0, c3, -s3]]),
    )


def rotation_matrix(x: Vector) -> Any:
    yaw, pitch, roll = factors(x)
    return yaw @ pitch @ roll


def rotation_matrix_jacobian(x: Vector) -> Matrix:
    yaw, pitch, roll = factors(x)
    d_yaw, d_pitch, d_roll = factor_derivatives(x)
    return np.stack(
        [d_yaw @ pitch @ roll, yaw @ d_pitch @ roll, yaw @ pitch @ d_roll],
        axis=-1,
    )


def axis_rotation(x: Vector) -> Any:
    angle = np.sqrt(x @ x)
    u = x / angle
    return np.cos(angle) * P + np.sin(angle) * cross(u, P) + (1.0 - np.cos(angle)) * (u @ P) * u


def axis_rotation_jacobian(x: Vector) -> Any:
    angle = np.sqrt(x @ x)
    u = x / angle
    du = (np.eye(3) - np.outer(u, u)) / angle  # the Jacobian of x / |x|; that of |x| is u
    versine = 1.0 - np.cos(angle)
    across = np.array([cross(column, P) for column in du.T]).T
    return (
        np.outer(-np.sin(angle) * P + np.cos(angle) * cross(u, P), u)
        + np.sin(angle) * across
        + np.outer(np.sin(angle) * (u @ P) * u, u)
        + versine * (np.outer(u, P @ du) + (u @ P) * du)
    )


def cross(a: Vector, b: Vector) -> Vector:
    return np.array(
        [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
    )


rotated = Case(
    "rotated-vector",
    f=rotated_vector,
    df=rotated_vector_derivative,
    points=[0.73, -1.26, 2.41, 4.17],
    special_points={"no rotation: the derivative is v turned by a right angle": 0.0},
    formula=(
        r"\begin{pmatrix} \cos t & -\sin t \\ \sin t & \cos t \end{pmatrix} v,"
        r" \quad v = (1.3, -0.4)"
    ),
    derivative_formula=r"\begin{pmatrix} -\sin t & -\cos t \\ \cos t & -\sin t \end{pmatrix} v",
    source="Siciliano, Sciavicco, Villani, Oriolo (2009), Robotics, section 2.2",
    tags=("smooth", "robotics", "rotation"),
)

matrix = Case(
    "rotation-matrix",
    f=rotation_matrix,
    df=rotation_matrix_jacobian,
    points=[[0.73, -0.46, 1.38], [-1.82, 0.57, 0.94], [2.17, 1.18, -0.66]],
    special_points={
        "no rotation: three skew-symmetric generators": [0.0, 0.0, 0.0],
        "gimbal lock: yaw and roll turn about the same axis": [0.73, np.pi / 2, 1.38],
    },
    formula=r"R_z (x_1) R_y (x_2) R_x (x_3)",
    derivative_formula=(
        r"\left( R_z' (x_1) R_y R_x, R_z R_y' (x_2) R_x, R_z R_y R_x' (x_3) \right)"
    ),
    source="Siciliano, Sciavicco, Villani, Oriolo (2009), Robotics, section 2.4",
    tags=("smooth", "robotics", "rotation"),
)

about_axis = Case(
    "axis-rotation",
    f=axis_rotation,
    df=axis_rotation_jacobian,
    points=[[0.73, -0.46, 1.38], [-0.82, 1.57, 0.34], [1.17, 0.68, -0.56]],
    special_points={"a small angle: 1 - cos cancels": [2e-6, -1e-6, 3e-6]},
    domain=is_not_zero,
    formula=(
        r"\cos \theta \, p + \sin \theta \, u \times p + (1 - \cos \theta) (u \cdot p) u,"
        r" \quad \theta = \left| x \right|, \quad u = \frac{x}{\theta}"
    ),
    derivative_formula=(
        r"\left( -\sin \theta \, p + \cos \theta \, u \times p"
        r" + \sin \theta (u \cdot p) u \right) u^{\top}"
        r" + \left( - \sin \theta [p]_{\times} + (1 - \cos \theta)"
        r" \left( u p^{\top} + (u \cdot p) I \right) \right) \frac{I - u u^{\top}}{\theta}"
    ),
    source="Siciliano, Sciavicco, Villani, Oriolo (2009), Robotics, section 2.5",
    tags=("smooth", "robotics", "rotation"),
)
