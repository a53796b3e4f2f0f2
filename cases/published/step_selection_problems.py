"""Problems on which algorithms that choose h were tried: those of Gill et al. and of Oliver.

(e^x - 1)² + (1/√(1 + x²) - 1)²: P. E. Gill, W. Murray, M. A. Saunders and M. H. Wright (1983),
SIAM Journal on Scientific and Statistical Computing 4(2), 310-321. e^(4x), e^(x²) and x² ln x: J.
Oliver (1980), Journal of Computational and Applied Mathematics 6(2), 145-160. All at x = 1, as
collected in the package numericalderivative (M. Baudin).
"""

from typing import Any

import numpy as np

from gradcheck import Case

OLIVER = "Oliver (1980), J. Comput. Appl. Math. 6(2), 145-160, via numericalderivative"


def gill(x: Any) -> Any:
    return (np.exp(x) - 1.0) ** 2 + (1.0 / np.sqrt(1.0 + x**2) - 1.0) ** 2


def gill_derivative(x: Any) -> Any:
    left = 2.0 * (np.exp(x) - 1.0) * np.exp(x)
    right = -2.0 * (1.0 / np.sqrt(1.0 + x**2) - 1.0) * x / (1.0 + x**2) ** 1.5
    return left + right


gill_murray_saunders_wright = Case(
    "gmsw",
    f=gill,
    df=gill_derivative,
    points=[1.0, 0.6, -1.4],
    special_points={"the minimum: f, its noise and f' vanish": 0.0},
    formula=r"(e^x - 1)^2 + \left(\frac{1}{\sqrt{1 + x^2}} - 1\right)^2",
    derivative_formula=r"2 (e^x - 1) e^x "
    r"- \frac{2 x}{(1 + x^2)^{3/2}} \left(\frac{1}{\sqrt{1 + x^2}} - 1\right)",
    source="Gill, Murray, Saunders and Wright (1983), SIAM J. Sci. Stat. Comput. 4(2), 310-321",
    tags=("smooth", "published"),
)

oliver_1 = Case(
    "oliver-1",
    f=lambda x: np.exp(4.0 * x),
    df=lambda x: 4.0 * np.exp(4.0 * x),
    points=[1.0, -0.6, 0.3],
    formula=r"e^{4 x}",
    derivative_formula=r"4 e^{4 x}",
    source=OLIVER,
    tags=("smooth", "published"),
)

oliver_2 = Case(
    "oliver-2",
    f=lambda x: np.exp(x**2),
    df=lambda x: 2.0 * x * np.exp(x**2),
    points=[1.0, 0.6, -1.4],
    formula=r"e^{x^2}",
    derivative_formula=r"2 x e^{x^2}",
    source=OLIVER,
    tags=("smooth", "published"),
)

oliver_3 = Case(
    "oliver-3",
    f=lambda x: x**2 * np.log(x),
    df=lambda x: 2.0 * x * np.log(x) + x,
    points=[1.0, 0.7, 2.3],
    special_points={"the minimum, rounded: the slope is 0 up to rounding": np.exp(-0.5)},
    domain="(0, inf)",
    formula=r"x^2 \ln x",
    derivative_formula=r"2 x \ln x + x",
    source=OLIVER,
    tags=("smooth", "published"),
)
