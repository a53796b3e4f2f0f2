"""The examples with which the complex step was introduced, all at x = 1.5.

x^(9/2) and e^x / (sin³x + cos³x): W. Squire and G. Trapp (1998), SIAM Review 40(1), 110-112;
e^x / √(sin³x + cos³x): J. R. R. A. Martins, P. Sturdza and J. J. Alonso (2003), ACM Transactions on
Mathematical Software 29(3), 245-262. The derivatives at 1.5 are 18.6008127342597586…,
3.62203370071632604… and 4.05342789389862065….
"""

from typing import Any

import numpy as np

from gradcheck import Case, Interval

BETWEEN_POLES = Interval(-0.25 * np.pi, 0.75 * np.pi)
"""Where sin³x + cos³x is positive."""


def cubes(x: Any) -> Any:
    return np.sin(x) ** 3 + np.cos(x) ** 3


def cubes_derivative(x: Any) -> Any:
    return 3.0 * np.sin(x) ** 2 * np.cos(x) - 3.0 * np.cos(x) ** 2 * np.sin(x)


def quotient(x: Any) -> Any:
    return np.exp(x) / cubes(x)


def quotient_derivative(x: Any) -> Any:
    return np.exp(x) * (cubes(x) - cubes_derivative(x)) / cubes(x) ** 2


def root_quotient(x: Any) -> Any:
    return np.exp(x) / np.sqrt(cubes(x))


def root_quotient_derivative(x: Any) -> Any:
    return np.exp(x) * (cubes(x) - 0.5 * cubes_derivative(x)) / cubes(x) ** 1.5


power_nine_halves = Case(
    "power-nine-halves",
    f=lambda x: x**4.5,
    df=lambda x: 4.5 * x**3.5,
    points=[1.5, 0.7, 2.2],
    domain="[0, inf)",
    formula=r"x^{9/2}",
    derivative_formula=r"\frac{9}{2} x^{7/2}",
    source="Squire and Trapp (1998), SIAM Review 40(1), 110-112",
    tags=("smooth", "published"),
)

squire_trapp = Case(
    "squire-trapp",
    f=quotient,
    df=quotient_derivative,
    points=[1.5, 0.4, 1.1],
    domain=BETWEEN_POLES,
    formula=r"\frac{e^x}{\sin^3 x + \cos^3 x}",
    derivative_formula=r"\frac{e^x (\sin^3 x + \cos^3 x - 3 \sin^2 x \cos x + 3 \cos^2 x \sin x)}"
    r"{(\sin^3 x + \cos^3 x)^2}",
    source="Squire and Trapp (1998), SIAM Review 40(1), 110-112",
    tags=("smooth", "trap", "published"),
)

martins = Case(
    "martins",
    f=root_quotient,
    df=root_quotient_derivative,
    points=[1.5, 0.4, 1.1],
    domain=BETWEEN_POLES,
    formula=r"\frac{e^x}{\sqrt{\sin^3 x + \cos^3 x}}",
    derivative_formula=r"\frac{e^x (2 \sin^3 x + 2 \cos^3 x - 3 \sin^2 x \cos x "
    r"+ 3 \cos^2 x \sin x)}{2 (\sin^3 x + \cos^3 x)^{3/2}}",
    source="Martins, Sturdza and Alonso (2003), ACM Trans. Math. Softw. 29(3), 245-262",
    tags=("smooth", "trap", "published"),
)
