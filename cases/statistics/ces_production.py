"""Output at constant elasticity of substitution, R³ → R: f(K, L, ρ) = (a K^ρ + (1 − a) L^ρ)^(1/ρ).

a = 0.35. The exponent occurs in three places; its derivative is the one to get wrong. As ρ → 0 the
limit is K^a L^(1−a) (Cobb-Douglas), and the formula loses digits there. K. J. Arrow, H. B. Chenery,
B. S. Minhas, R. M. Solow (1961), Review of Economics and Statistics 43(3), 225–250,
doi:10.2307/1927286.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Vector = npt.NDArray[Any]

SHARE = 0.35


def is_defined(x: Vector) -> bool:
    """Where K > 0, L > 0 and ρ ≠ 0."""
    return bool(x[0] > 0.0 and x[1] > 0.0 and x[2] != 0.0)


def f(x: Vector) -> Any:
    log_capital, log_labour, rho = np.log(x[0]), np.log(x[1]), x[2]
    mix = SHARE * np.exp(rho * log_capital) + (1.0 - SHARE) * np.exp(rho * log_labour)
    return np.exp(np.log(mix) / rho)


def df(x: Vector) -> Vector:
    capital, labour, rho = x
    from_capital, from_labour = SHARE * capital**rho, (1.0 - SHARE) * labour**rho
    mix = from_capital + from_labour
    output = mix ** (1.0 / rho)
    d_mix = from_capital * np.log(capital) + from_labour * np.log(labour)  # with respect to ρ
    return np.array(
        [
            output * from_capital / (mix * capital),
            output * from_labour / (mix * labour),
            output * (d_mix / (mix * rho) - np.log(mix) / rho**2),
        ]
    )


ces_production = Case(
    "ces-production",
    f=f,
    df=df,
    points=[[2.37, 4.16, 0.46], [7.28, 1.53, -0.84], [0.39, 2.71, 0.67]],
    special_points={
        "equal factors: the exponent has no effect": [2.4, 2.4, 0.5],
        "nearly Cobb-Douglas: 1/ρ amplifies rounding": [2.37, 4.16, 1e-5],
    },
    domain=is_defined,
    formula=r"\left( a K^{\rho} + (1 - a) L^{\rho} \right)^{1 / \rho}",
    derivative_formula=(
        r"\begin{pmatrix} \frac{f a K^{\rho}}{m K} \\ \frac{f (1 - a) L^{\rho}}{m L} \\"
        r" f \left( \frac{a K^{\rho} \log K + (1 - a) L^{\rho} \log L}{m \rho}"
        r" - \frac{\log m}{\rho^2} \right) \end{pmatrix},"
        r" \quad m = a K^{\rho} + (1 - a) L^{\rho}"
    ),
    source="Arrow, Chenery, Minhas, Solow (1961), doi:10.2307/1927286",
    tags=("smooth", "econometrics"),
)
