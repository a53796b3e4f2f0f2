"""A fast oscillation, f(x) = sin(1000x) with f'(x) = 1000 cos(1000x).

Steps beyond the wavelength 2π/1000 see nothing of it: at 1 the central difference is wrong by 100 %
for h = 1e-1 and 1e-2, by 16 % for 1e-3, and has its order 2 from 1e-4 on.
"""

import numpy as np

from gradcheck import Case

fast_sine = Case(
    "sin-1000x",
    f=lambda x: np.sin(1000.0 * x),
    df=lambda x: 1000.0 * np.cos(1000.0 * x),
    points=[1.0, 0.3371, -1.7],
    special_points={"f'' vanishes as well": 0.0},
    formula=r"\sin(1000 x)",
    derivative_formula=r"1000 \cos(1000 x)",
    source="Trap of the catalogue: the order shows below the wavelength only",
    tags=("trap", "oscillation"),
)
