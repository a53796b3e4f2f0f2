"""Close to zero: ln x and √x a hundred-millionth from the edge of their domains, and a tiny cubic.

A step that suits x = 1 leaves the domain; one that is taken relative to x stays inside. The cubic
is 10⁴x³ + 0.01x² + 5x at 1e-9, problem SXXN4 of Shi, Xie, Xuan and Nocedal (2022): f is tiny
there and its third derivative is not.
"""

import numpy as np

from gradcheck import Case

log_near_zero = Case(
    "log-near-zero",
    f=np.log,
    df=lambda x: 1.0 / x,
    points=[1e-8, 3e-6, 2e-4],
    special_points={"the slope is 1e100": 1e-100},
    domain="(0, inf)",
    formula=r"\ln x",
    derivative_formula=r"\frac{1}{x}",
    source="Trap of the catalogue: most default steps leave the domain",
    tags=("trap", "domain-edge"),
)

sqrt_near_zero = Case(
    "sqrt-near-zero",
    f=np.sqrt,
    df=lambda x: 0.5 / np.sqrt(x),
    points=[1e-8, 3e-6, 2e-4],
    domain="[0, inf)",
    formula=r"\sqrt{x}",
    derivative_formula=r"\frac{1}{2 \sqrt{x}}",
    source="Trap of the catalogue: most default steps leave the domain",
    tags=("trap", "domain-edge"),
)

cubic_near_zero = Case(
    "sxxn-4",
    f=lambda x: 1e4 * x**3 + 0.01 * x**2 + 5.0 * x,
    df=lambda x: 3e4 * x**2 + 0.02 * x + 5.0,
    points=[1e-9, -3e-4, 0.02],
    formula=r"10^4 x^3 + 0.01 x^2 + 5 x",
    derivative_formula=r"3 \cdot 10^4 x^2 + 0.02 x + 5",
    source="Shi, Xie, Xuan and Nocedal (2022), SIAM J. Sci. Comput. 44(4), via numericalderivative",
    tags=("trap", "published", "polynomial"),
)
