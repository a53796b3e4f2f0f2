"""Position on a Kepler ellipse, R³ → R²: (a, e, E) to (a (cos E − e), a √(1 − e²) sin E).

Semi-major axis a, eccentricity e, eccentric anomaly E. C. D. Murray, S. F. Dermott (1999), Solar
System Dynamics, Cambridge University Press, section 2.4.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]
Matrix = npt.NDArray[Any]


def f(x: Vector) -> Vector:
    a, e, anomaly = x
    return np.array([a * (np.cos(anomaly) - e), a * np.sqrt(1.0 - e**2) * np.sin(anomaly)])


def df(x: Vector) -> Matrix:
    a, e, anomaly = x
    cosine, sine, root = np.cos(anomaly), np.sin(anomaly), np.sqrt(1.0 - e**2)
    return np.array(
        [
            [cosine - e, -a, -a * sine],
            [root * sine, -a * e / root * sine, a * root * cosine],
        ]
    )


kepler_orbit = Case(
    "kepler-orbit",
    f=f,
    df=df,
    points=[[1.52, 0.093, 0.73], [0.39, 0.206, 2.41], [5.2, 0.647, -1.26]],
    special_points={
        "a circle: the second coordinate does not feel e": [1.52, 0.0, 0.73],
        "a comet: e close to 1": [17.8, 0.967, 0.46],
    },
    domain=["(0, inf)", "[0, 1)", "(-inf, inf)"],
    formula=r"\left( a \left( \cos E - e \right), a \sqrt{1 - e^2} \sin E \right)",
    derivative_formula=(
        r"\begin{pmatrix} \cos E - e & -a & -a \sin E \\"
        r" \sqrt{1 - e^2} \sin E & -\frac{a e \sin E}{\sqrt{1 - e^2}} &"
        r" a \sqrt{1 - e^2} \cos E \end{pmatrix}"
    ),
    source="Murray, Dermott (1999), Solar System Dynamics, section 2.4",
    tags=("smooth", "astronomy"),
)
