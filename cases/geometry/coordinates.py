"""Changes of coordinates.

polar, R² → R²: (r, φ) to (r cos φ, r sin φ), with determinant r.
from Cartesian to polar, R² → R²: (x, y) to (√(x² + y²), arctan(y / x)) for x > 0.
spherical, R³ → R³: (r, θ, φ) to r (sin θ cos φ, sin θ sin φ, cos θ), with determinant r² sin θ.

NIST Digital Library of Mathematical Functions, section 1.5(ii), https://dlmf.nist.gov/1.5.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]


def polar(x: Vector) -> Vector:
    r, phi = x
    return np.array([r * np.cos(phi), r * np.sin(phi)])


def polar_jacobian(x: Vector) -> Matrix:
    r, phi = x
    return np.array([[np.cos(phi), -r * np.sin(phi)], [np.sin(phi), r * np.cos(phi)]])


def cartesian_to_polar(point: Vector) -> Vector:
    x, y = point
    return np.array([np.sqrt(x**2 + y**2), np.arctan(y / x)])


def cartesian_to_polar_jacobian(point: Vector) -> Matrix:
    x, y = point
    square = x**2 + y**2
    return np.array([[x / np.sqrt(square), y / np.sqrt(square)], [-y / square, x / square]])


def spherical(x: Vector) -> Vector:
    r, theta, phi = x
    return np.array(
        [
            r * np.sin(theta) * np.cos(phi),
            r * np.sin(theta) * np.sin(phi),
            r * np.cos(theta),
        ]
    )


def spherical_jacobian(x: Vector) -> Matrix:
    r, theta, phi = x
    sin_theta, cos_theta, sin_phi, cos_phi = (
        np.sin(theta),
        np.cos(theta),
        np.sin(phi),
        np.cos(phi),
    )
    return np.array(
        [
            [sin_theta * cos_phi, r * cos_theta * cos_phi, -r * sin_theta * sin_phi],
            [sin_theta * sin_phi, r * cos_theta * sin_phi, r * sin_theta * cos_phi],
            [cos_theta, -r * sin_theta, 0.0],
        ]
    )


polar_case = Case(
    "polar-coordinates",
    f=polar,
    df=polar_jacobian,
    points=[[1.73, 0.46], [0.58, 2.37], [3.14, -1.12]],
    special_points={"the pole: the Jacobian is singular": [0.0, 0.46]},
    formula=r"\left( r \cos \varphi, r \sin \varphi \right)",
    derivative_formula=(
        r"\begin{pmatrix} \cos \varphi & -r \sin \varphi \\"
        r" \sin \varphi & r \cos \varphi \end{pmatrix}"
    ),
    source="NIST DLMF, section 1.5(ii)",
    tags=("smooth", "coordinates"),
)

cartesian_to_polar_case = Case(
    "cartesian-to-polar",
    f=cartesian_to_polar,
    df=cartesian_to_polar_jacobian,
    points=[[1.73, 0.46], [0.58, 2.37], [3.14, -1.12]],
    special_points={"on the axis: the angle is zero": [1.7, 0.0]},
    domain=["(0, inf)", "(-inf, inf)"],
    formula=r"\left( \sqrt{x^2 + y^2}, \arctan \frac{y}{x} \right)",
    derivative_formula=(
        r"\begin{pmatrix} \frac{x}{r} & \frac{y}{r} \\"
        r" -\frac{y}{r^2} & \frac{x}{r^2} \end{pmatrix}, \quad r = \sqrt{x^2 + y^2}"
    ),
    source="NIST DLMF, section 1.5(ii)",
    tags=("smooth", "coordinates"),
)

spherical_case = Case(
    "spherical-coordinates",
    f=spherical,
    df=spherical_jacobian,
    points=[[1.73, 0.46, 2.18], [0.58, 2.37, -1.26], [3.14, 1.12, 0.67]],
    special_points={"the north pole: the Jacobian is singular": [1.73, 0.0, 2.18]},
    formula=(r"r \left( \sin \theta \cos \varphi, \sin \theta \sin \varphi, \cos \theta \right)"),
    derivative_formula=(
        r"\begin{pmatrix}"
        r" \sin \theta \cos \varphi & r \cos \theta \cos \varphi & -r \sin \theta \sin \varphi \\"
        r" \sin \theta \sin \varphi & r \cos \theta \sin \varphi & r \sin \theta \cos \varphi \\"
        r" \cos \theta & -r \sin \theta & 0 \end{pmatrix}"
    ),
    source="NIST DLMF, section 1.5(ii)",
    tags=("smooth", "coordinates"),
)
