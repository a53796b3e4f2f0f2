"""Projection by a pinhole camera, R³ → R²: f(X) = (f X / Z + c_x, f Y / Z + c_y).

The inner derivative of bundle adjustment. R. Hartley, A. Zisserman (2004), Multiple View Geometry
in Computer Vision, 2nd edition, Cambridge University Press, section 6.1.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]

FOCAL, CENTRE_X, CENTRE_Y = 525.0, 319.5, 239.5  # pixels


def f(point: Vector) -> Vector:
    x, y, z = point
    return np.array([FOCAL * x / z + CENTRE_X, FOCAL * y / z + CENTRE_Y])


def df(point: Vector) -> Matrix:
    x, y, z = point
    return np.array(
        [
            [FOCAL / z, 0.0, -FOCAL * x / z**2],
            [0.0, FOCAL / z, -FOCAL * y / z**2],
        ]
    )


pinhole_camera = Case(
    "pinhole-camera",
    f=f,
    df=df,
    points=[[0.73, -0.46, 2.38], [-1.82, 0.57, 4.94], [0.17, 1.18, 1.66]],
    special_points={"on the optical axis: depth has no effect": [0.0, 0.0, 2.38]},
    domain=["(-inf, inf)", "(-inf, inf)", "(0, inf)"],
    formula=r"\left( \frac{f X}{Z} + c_x, \frac{f Y}{Z} + c_y \right)",
    derivative_formula=(
        r"\begin{pmatrix} \frac{f}{Z} & 0 & -\frac{f X}{Z^2} \\"
        r" 0 & \frac{f}{Z} & -\frac{f Y}{Z^2} \end{pmatrix}"
    ),
    source="Hartley, Zisserman (2004), Multiple View Geometry, section 6.1",
    tags=("smooth", "computer-vision"),
)
